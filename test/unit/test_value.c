/* SPDX-License-Identifier: MIT */
/* test_value.c - the order of values, and values as bytes and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/packed.h"
#include "random.h"
#include "util/macro.h"

static const char *const words[] = {"", "a", "ab", "b", "eth0", "\xff\xfe", "..."};

static const char *word(struct dice *dice)
{
	return words[dice_below(dice, TC_ARRAY_SIZE(words))];
}

/* Any value that a field can give: see the comment at enum tc_type. */
static struct tc_value random_value(struct dice *dice)
{
	struct tc_value value = {.type = (uint8_t)dice_below(dice, TC_TYPE_ENDPOINT + 1)};

	switch ((enum tc_type)value.type) {
	case TC_TYPE_NONE:
		break;
	case TC_TYPE_NUMBER:
		value.number = dice_below(dice, 2) ? dice_below(dice, 5) : dice_bits(dice);
		value.quoted = dice_below(dice, 2);
		break;
	case TC_TYPE_TEXT:
		value.text = word(dice);
		value.cut = dice_below(dice, 2);
		break;
	case TC_TYPE_NET:
		value.prefix = (uint8_t)dice_below(dice, 129);
		value.addr = dice_addr(dice);
		break;
	case TC_TYPE_ADDR:
		value.addr = dice_addr(dice);
		break;
	case TC_TYPE_ENDPOINT:
		if (dice_below(dice, 2)) {
			value.text = word(dice);
			value.cut = dice_below(dice, 2);
		} else {
			value.addr = dice_addr(dice);
		}
		value.has_port = dice_below(dice, 2);
		if (value.has_port)
			value.number = dice_below(dice, 65536);
		else if (dice_below(dice, 2))
			value.port_text = words[1 + dice_below(dice, TC_ARRAY_SIZE(words) - 1)];
		break;
	}
	return value;
}

static void assert_same_text(const char *one, const char *other)
{
	assert_int_equal(!one, !other);
	if (one)
		assert_string_equal(one, other);
}

static void assert_same(const struct tc_value *one, const struct tc_value *other)
{
	assert_int_equal(one->type, other->type);
	assert_int_equal(one->prefix, other->prefix);
	assert_int_equal(one->cut, other->cut);
	assert_int_equal(one->has_port, other->has_port);
	assert_int_equal(one->quoted, other->quoted);
	assert_int_equal(one->number, other->number);
	assert_memory_equal(&one->addr, &other->addr, sizeof(one->addr));
	assert_same_text(one->text, other->text);
	assert_same_text(one->port_text, other->port_text);
}

/* Many values in one row come back as they were, and so does where each begins. */
static void test_round_trip(void **state)
{
	enum { COUNT = 5000 };
	static struct tc_value values[COUNT];
	struct dice dice = {11};
	struct tc_buf bytes = TC_BUF_INIT;
	const char *at;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		values[i] = random_value(&dice);
		tc_value_pack(&values[i], &bytes);
	}
	at = bytes.data;
	for (int i = 0; i < COUNT; i++) {
		struct tc_value value;

		memset(&value, 0xa5, sizeof(value));
		at = tc_value_unpack(at, &value);
		assert_same(&values[i], &value);
	}
	assert_ptr_equal(at, bytes.data + bytes.length);
	tc_buf_release(&bytes);
}

/* Values of one text may not fall into two groups, nor those of two texts into one. */
static void test_same_bytes_same_text(void **state)
{
	struct dice dice = {12};

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct tc_value one = random_value(&dice), other = random_value(&dice);
		tc_auto_buf struct tc_buf one_bytes = TC_BUF_INIT, other_bytes = TC_BUF_INIT;
		tc_auto_buf struct tc_buf one_text = TC_BUF_INIT, other_text = TC_BUF_INIT;

		tc_value_pack(&one, &one_bytes);
		tc_value_pack(&other, &other_bytes);
		if (one_bytes.length != other_bytes.length ||
		    memcmp(one_bytes.data, other_bytes.data, one_bytes.length) != 0)
			continue;
		tc_value_text(&one, &one_text);
		tc_value_text(&other, &other_text);
		assert_string_equal(tc_buf_string(&one_text), tc_buf_string(&other_text));
		assert_int_equal(tc_value_compare(&one, &other), 0);
	}
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

/* An order that qsort(3) can rely on: a value equals itself, sides swap, and it is transitive. */
static void test_order_is_one(void **state)
{
	struct dice dice = {13};

	(void)state;
	for (int round = 0; round < 100000; round++) {
		struct tc_value a = random_value(&dice), b = random_value(&dice),
				c = random_value(&dice);
		int ab = sign(tc_value_compare(&a, &b)), bc = sign(tc_value_compare(&b, &c));

		assert_int_equal(tc_value_compare(&a, &a), 0);
		assert_int_equal(ab, -sign(tc_value_compare(&b, &a)));
		if (ab <= 0 && bc <= 0)
			assert_true(tc_value_compare(&a, &c) <= 0);
	}
}

static struct tc_value number(uint64_t value)
{
	return (struct tc_value){.type = TC_TYPE_NUMBER, .number = value};
}

static struct tc_value text(const char *value)
{
	return (struct tc_value){.type = TC_TYPE_TEXT, .text = value};
}

static struct tc_value addr(uint8_t first, uint8_t last, bool is4)
{
	struct tc_value value = {.type = TC_TYPE_ADDR};

	if (is4)
		value.addr = tc_addr_from4(0);
	value.addr.byte[is4 ? 12 : 0] = first;
	value.addr.byte[15] = last;
	return value;
}

static void assert_order(struct tc_value one, struct tc_value other)
{
	assert_true(tc_value_compare(&one, &other) < 0);
	assert_true(tc_value_compare(&other, &one) > 0);
}

static void test_order(void **state)
{
	struct tc_value none = {.type = TC_TYPE_NONE};
	struct tc_value net8 = addr(10, 0, true), net16 = net8;
	struct tc_value port80 = addr(10, 0, true), port443 = port80;

	(void)state;
	assert_order(number(9), number(10));
	assert_order(number(0), number(UINT64_MAX));
	assert_order(text("a"), text("b"));
	assert_order(text("a"), text("aa"));
	assert_order(number(UINT64_MAX), none); /* what was not read comes last */
	assert_order(text("zzz"), none);
	assert_order(addr(255, 255, true), none);
	assert_order(addr(9, 0, true), addr(10, 0, true)); /* by bytes, not by letters */
	assert_order(addr(255, 255, true), addr(0, 1, false)); /* IPv4 first */
	net8.type = net16.type = TC_TYPE_NET;
	net8.prefix = 8;
	net16.prefix = 16;
	assert_order(net8, net16);
	port80.type = port443.type = TC_TYPE_ENDPOINT;
	port80.has_port = port443.has_port = true;
	port80.number = 80;
	port443.number = 443;
	assert_order(port80, port443);
	port443.addr = addr(9, 0, true).addr;
	assert_order(port443, port80); /* the address before the port */
}

static void assert_text(struct tc_value value, const char *expected)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_value_text(&value, &out);
	assert_string_equal(tc_buf_string(&out), expected);
}

static void test_text(void **state)
{
	struct tc_value end = {.type = TC_TYPE_ENDPOINT, .has_port = true, .number = 22};

	(void)state;
	assert_text((struct tc_value){.type = TC_TYPE_NONE}, "");
	assert_text(number(UINT64_MAX), "18446744073709551615");
	assert_text(end, "[::]:22");
	end.text = "host";
	assert_text(end, "host:22");
	end.cut = true;
	assert_text(end, "host...:22");
	end.has_port = false;
	assert_text(end, "host...:*");
	end.port_text = "ssh";
	assert_text(end, "host...:ssh");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_same_bytes_same_text),
		cmocka_unit_test(test_order_is_one),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
