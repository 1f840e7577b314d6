/* SPDX-License-Identifier: MIT */
/* test_tally.c - groups against a count that is too simple to be wrong; and the census. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/tally.h"
#include "random.h"
#include "util/macro.h"

enum { SOCKETS = 3000, NAIVE_MAX = 4096, TEXT_MAX = 160 };

static struct tc_key key_of(const char *name)
{
	struct tc_key key;

	assert_int_equal(tc_key_parse(name, &key), 0);
	return key;
}

static struct tc_tally *tally_by(const char *const *names, size_t count)
{
	struct tc_key keys[TC_KEYS_MAX];
	struct tc_tally *tally = NULL;

	for (size_t i = 0; i < count; i++)
		keys[i] = key_of(names[i]);
	assert_int_equal(tc_tally_new(keys, count, &tally), 0);
	return tally;
}

/* ---- The simple count: the texts of the keys, looked for one by one -------------------- */

struct naive {
	struct {
		char text[TEXT_MAX];
		uint64_t count;
	} group[NAIVE_MAX];
	size_t groups;
	uint64_t total;
};

static uint64_t *naive_group(struct naive *naive, const char *text)
{
	for (size_t i = 0; i < naive->groups; i++)
		if (strcmp(naive->group[i].text, text) == 0)
			return &naive->group[i].count;
	return NULL;
}

static void naive_add(struct naive *naive, const char *const *names, size_t count,
		      const struct tc_sock *sock)
{
	char text[TEXT_MAX] = "";
	uint64_t *group;

	for (size_t i = 0; i < count; i++) {
		struct tc_key key = key_of(names[i]);
		size_t length = strlen(text);

		text[length++] = '|';
		tc_field_text(&key, sock, text + length, sizeof(text) - length);
	}
	group = naive_group(naive, text);
	if (!group) {
		assert_true(naive->groups < NAIVE_MAX);
		strcpy(naive->group[naive->groups].text, text);
		group = &naive->group[naive->groups++].count;
		*group = 0;
	}
	*group += sock->count;
	naive->total += sock->count;
}

static void row_text(const struct tc_tally *tally, size_t row, char text[TEXT_MAX])
{
	size_t length = 0;

	for (size_t i = 0; i < tc_tally_key_count(tally); i++) {
		text[length++] = '|';
		length += tc_tally_row_text(tally, row, i, text + length, TEXT_MAX - length);
	}
}

static void assert_like_naive(const char *const *names, size_t count, uint64_t seed)
{
	static struct naive naive;
	struct tc_tally *tally = tally_by(names, count);
	struct dice dice = {seed};
	uint64_t groups, other;

	naive.groups = naive.total = 0;
	for (int i = 0; i < SOCKETS; i++) {
		struct tc_sock sock = dice_sock(&dice);

		assert_int_equal(tc_tally_add(tally, &sock, 1), 0);
		naive_add(&naive, names, count, &sock);
	}
	assert_int_equal(tc_tally_sort(tally, 0), 0);
	assert_int_equal(tc_tally_rows(tally), naive.groups);
	assert_int_equal(tc_tally_total(tally), naive.total);
	tc_tally_other(tally, &groups, &other);
	assert_int_equal(groups + other, 0);
	for (size_t row = 0; row < naive.groups; row++) {
		char text[TEXT_MAX];
		uint64_t *naive_count;

		row_text(tally, row, text);
		naive_count = naive_group(&naive, text);
		assert_non_null(naive_count);
		assert_int_equal(tc_tally_row_count(tally, row), *naive_count);
		*naive_count = UINT64_MAX; /* and each group once */
	}
	tc_tally_free(tally);
}

static void test_like_a_simple_count(void **state)
{
	static const char *const one[] = {"state"}, *const peer[] = {"remote.addr"},
				 *const net[] = {"remote.net/8/16", "kind"},
				 *const both[] = {"state", "remote.addr", "local.port"},
				 *const ends[] = {"remote", "uid"};

	(void)state;
	assert_like_naive(one, 1, 1);
	assert_like_naive(peer, 1, 2);
	assert_like_naive(net, 2, 3);
	assert_like_naive(both, 3, 4);
	assert_like_naive(ends, 2, 5);
}

/* ---- Order --------------------------------------------------------------------------- */

static struct tc_tally *random_tally(uint64_t seed, int sockets)
{
	static const char *const names[] = {"state", "remote.addr", "remote.port"};
	struct tc_tally *tally = tally_by(names, TC_ARRAY_SIZE(names));
	struct dice dice = {seed};

	for (int i = 0; i < sockets; i++) {
		struct tc_sock sock = dice_sock(&dice);

		assert_int_equal(tc_tally_add(tally, &sock, 1), 0);
	}
	return tally;
}

/* Larger groups first; those of one size by their keys, which never are the same twice. */
static void assert_sorted(const struct tc_tally *tally)
{
	for (size_t row = 1; row < tc_tally_rows(tally); row++) {
		int order = 0;

		assert_true(tc_tally_row_count(tally, row - 1) >= tc_tally_row_count(tally, row));
		if (tc_tally_row_count(tally, row - 1) > tc_tally_row_count(tally, row))
			continue;
		for (size_t k = 0; !order && k < tc_tally_key_count(tally); k++) {
			struct tc_value one, other;

			tc_tally_row_value(tally, row - 1, k, &one);
			tc_tally_row_value(tally, row, k, &other);
			order = tc_value_compare(&one, &other);
		}
		assert_true(order < 0);
	}
}

/* The first N are the first N of all, and nothing of the rest is lost. */
static void test_top(void **state)
{
	static const size_t tops[] = {1, 2, 3, 7, 20, 100, 1000, 1000000};

	(void)state;
	for (uint64_t seed = 20; seed < 26; seed++) {
		struct tc_tally *all = random_tally(seed, 2000), *some = random_tally(seed, 2000);

		assert_int_equal(tc_tally_sort(all, 0), 0);
		assert_sorted(all);
		for (size_t i = 0; i < TC_ARRAY_SIZE(tops); i++) {
			uint64_t groups, other, shown = 0;

			assert_int_equal(tc_tally_sort(some, tops[i]), 0);
			for (size_t row = 0; row < tc_tally_rows(some); row++) {
				char one[TEXT_MAX], two[TEXT_MAX];

				row_text(all, row, one);
				row_text(some, row, two);
				assert_string_equal(one, two);
				shown += tc_tally_row_count(some, row);
			}
			tc_tally_other(some, &groups, &other);
			assert_int_equal(groups + tc_tally_rows(some), tc_tally_rows(all));
			assert_int_equal(other + shown, tc_tally_total(some));
		}
		tc_tally_free(all);
		tc_tally_free(some);
	}
}

static void test_ties(void **state)
{
	static const char *const names[] = {"local.port"};
	static const char *const expected[] = {"7", "9", "80", "443", ""};
	static const uint16_t ports[] = {443, 9, 80, 7};
	struct tc_tally *tally = tally_by(names, 1);
	struct tc_sock sock = {.count = 2};
	char text[TEXT_MAX];

	(void)state;
	assert_int_equal(tc_tally_add(tally, &sock, 1), 0); /* a port that was not read */
	sock.have = TC_HAVE_LOCAL_PORT;
	for (size_t i = 0; i < TC_ARRAY_SIZE(ports); i++) {
		sock.local_port = ports[i];
		assert_int_equal(tc_tally_add(tally, &sock, 1), 0);
	}
	assert_int_equal(tc_tally_sort(tally, 0), 0);
	for (size_t row = 0; row < TC_ARRAY_SIZE(expected); row++) {
		tc_tally_row_text(tally, row, 0, text, sizeof(text));
		assert_string_equal(text, expected[row]);
	}
	tc_tally_free(tally);
}

/* Sorting is a view: more can be added after it, and it can be sorted again. */
static void test_add_after_sort(void **state)
{
	static const char *const names[] = {"local.port"};
	struct tc_tally *tally = tally_by(names, 1);
	struct tc_sock sock = {.count = 1, .have = TC_HAVE_LOCAL_PORT};

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		sock.local_port = (uint16_t)(i % 3);
		assert_int_equal(tc_tally_add(tally, &sock, 1), 0);
		assert_int_equal(tc_tally_sort(tally, 2), 0);
		assert_int_equal(tc_tally_rows(tally), i < 2 ? i + 1 : 2);
	}
	assert_int_equal(tc_tally_total(tally), 6);
	tc_tally_free(tally);
}

/* ---- Size ---------------------------------------------------------------------------- */

/* The table grows many times over; every group is found again afterwards. */
static void test_many_groups(void **state)
{
	enum { GROUPS = 200000, BATCH = 256 };
	static const char *const names[] = {"remote.addr", "remote.port"};
	struct tc_tally *tally = tally_by(names, 2);
	struct tc_sock socks[BATCH];

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < GROUPS; i += BATCH) {
			unsigned count = GROUPS - i < BATCH ? GROUPS - i : BATCH;

			for (unsigned k = 0; k < count; k++)
				socks[k] = (struct tc_sock){
					.count = 1 + (i + k == 777),
					.have = TC_HAVE_ENDPOINTS,
					.remote = tc_addr_from4((i + k) / 2),
					.remote_port = (uint16_t)((i + k) % 2),
				};
			assert_int_equal(tc_tally_add(tally, socks, count), 0);
		}
	}
	assert_int_equal(tc_tally_total(tally), 2 * GROUPS + 2);
	assert_int_equal(tc_tally_sort(tally, 20), 0);
	assert_int_equal(tc_tally_rows(tally), 20);
	assert_int_equal(tc_tally_row_count(tally, 0), 4);
	assert_int_equal(tc_tally_row_count(tally, 1), 2);
	assert_int_equal(tc_tally_sort(tally, 0), 0);
	assert_int_equal(tc_tally_rows(tally), GROUPS);
	assert_int_equal(tc_tally_row_count(tally, GROUPS - 1), 2);
	assert_int_equal(tc_tally_row_count(tally, GROUPS), 0);
	assert_sorted(tally);
	tc_tally_free(tally);
}

/* Few groups that are large, and many of which most come once: what is promised holds. */
static void test_bounded(void **state)
{
	enum { BOUND = 1024, LARGE = 50, VALUES = 60000, DRAWN = 200000 };
	static const char *const names[] = {"remote.addr"};
	static uint64_t truth[VALUES];
	struct tc_tally *tally = tally_by(names, 1);
	struct dice dice = {.state = 7};
	uint64_t groups, others, shown = 0, too_low, lines = 0;

	(void)state;
	memset(truth, 0, sizeof(truth));
	tc_tally_bound(tally, BOUND);
	for (int i = 0; i < DRAWN; i++) {
		uint32_t value = dice_below(&dice, 3) ? LARGE + dice_below(&dice, VALUES - LARGE)
							  : dice_below(&dice, LARGE);
		struct tc_sock sock = {
			.count = 1,
			.have = TC_HAVE_ENDPOINTS,
			.remote = tc_addr_from4(value),
		};

		truth[value]++;
		assert_int_equal(tc_tally_add(tally, &sock, 1), 0);
	}
	too_low = tc_tally_too_low(tally);
	assert_in_range(too_low, 1, DRAWN / LARGE / 3 - 1); /* or it would say nothing here */
	/* An entry of 32 bytes and a key of 18 each, and four slots of 4 bytes at most. */
	assert_in_range(tc_tally_memory(tally), BOUND * 40, BOUND * (32 + 18 + 16));
	assert_int_equal(tc_tally_sort(tally, LARGE), 0);
	for (size_t row = 0; row < tc_tally_rows(tally); row++) {
		uint64_t count = tc_tally_row_count(tally, row);
		struct tc_value value;
		uint32_t number;

		tc_tally_row_value(tally, row, 0, &value);
		memcpy(&number, &value.addr.byte[12], sizeof(number));
		assert_in_range(number, 0, LARGE - 1); /* each large one is there */
		assert_in_range(count, truth[number] - too_low, truth[number]);
		shown += count;
		lines++;
	}
	assert_int_equal(lines, LARGE);
	tc_tally_other(tally, &groups, &others);
	assert_int_equal(shown + others, DRAWN);
	assert_true(groups >= BOUND / 2);
	tc_tally_free(tally);
}

/* What there is room for is kept, however often it comes. */
static void test_as_many_as_the_bound(void **state)
{
	enum { BOUND = 1024, ROUNDS = 3 };
	static const char *const names[] = {"remote.port"};
	struct tc_tally *tally = tally_by(names, 1);
	uint64_t groups, others;

	(void)state;
	tc_tally_bound(tally, BOUND);
	for (int i = 0; i < ROUNDS * BOUND; i++) {
		struct tc_sock sock = {
			.count = 1,
			.have = TC_HAVE_ENDPOINTS,
			.remote_port = (uint16_t)(i % BOUND),
		};

		assert_int_equal(tc_tally_add(tally, &sock, 1), 0);
	}
	assert_int_equal(tc_tally_too_low(tally), 0);
	assert_int_equal(tc_tally_sort(tally, 1), 0);
	assert_int_equal(tc_tally_row_count(tally, 0), ROUNDS);
	tc_tally_other(tally, &groups, &others);
	assert_int_equal(groups, BOUND - 1);
	assert_int_equal(others, ROUNDS * (BOUND - 1));
	tc_tally_free(tally);
}

static void test_empty(void **state)
{
	static const char *const names[] = {"state"};
	struct tc_tally *tally = tally_by(names, 1);
	char text[8] = "old";

	(void)state;
	assert_int_equal(tc_tally_add(tally, NULL, 0), 0);
	assert_int_equal(tc_tally_sort(tally, 20), 0);
	assert_int_equal(tc_tally_rows(tally), 0);
	assert_int_equal(tc_tally_total(tally), 0);
	assert_int_equal(tc_tally_row_text(tally, 0, 0, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	tc_tally_free(tally);
	tc_tally_free(NULL);
}

static void test_refused(void **state)
{
	struct tc_key keys[TC_KEYS_MAX + 1];
	struct tc_tally *tally = NULL;

	(void)state;
	for (size_t i = 0; i <= TC_KEYS_MAX; i++)
		keys[i] = key_of("state");
	assert_int_equal(tc_tally_new(keys, 0, &tally), -EINVAL);
	assert_int_equal(tc_tally_new(keys, TC_KEYS_MAX + 1, &tally), -EINVAL);
	assert_null(tally);
	assert_int_equal(tc_tally_new(keys, TC_KEYS_MAX, &tally), 0);
	tc_tally_free(tally);
}

/* ---- The census ---------------------------------------------------------------------- */

static void test_census(void **state)
{
	struct tc_census census = {.total = 0};
	struct dice dice = {30};
	uint64_t expected[TC_STATE_COUNT] = {0}, total = 0;

	(void)state;
	for (int i = 0; i < SOCKETS; i++) {
		struct tc_sock sock = dice_sock(&dice);

		expected[sock.state] += sock.count;
		total += sock.state == TC_BOUND ? 0 : sock.count; /* netstat does not count it */
		tc_census_add(&census, &sock, 1);
	}
	assert_memory_equal(census.states, expected, sizeof(expected));
	assert_int_equal(census.total, total);
	assert_int_equal(census.in_use, expected[TC_ESTABLISHED]);
	assert_true(expected[TC_BOUND] > 0);
}

/* ---- Owners -------------------------------------------------------------------------- */

/* A master and its workers: who shares the listener is the same program as who has a connection. */
static void test_holders_of_one_name(void **state)
{
	static const struct tc_process master = {.pid = 812, .name = "nginx"};
	static const struct tc_process worker = {.pid = 813, .name = "nginx"};
	static const struct tc_process other = {.pid = 900, .name = "php"};
	static const struct tc_process *const all[] = {&master, &worker, &other};
	static const struct {
		size_t first, count;
		const char *words;
	} holders[] = {{0, 1, "nginx"}, {0, 2, "nginx"}, {1, 1, "nginx"}, {1, 2, "nginx,php"}};
	struct tc_tally *tally = tally_by((const char *[]){"process", "owner"}, 2);

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(holders); i++) {
		struct tc_owner owner = {
			.processes = all + holders[i].first,
			.count = holders[i].count,
			.how = TC_OWNER_HELD,
			.words = {[TC_PART_PROCESS] = holders[i].words},
		};
		struct tc_text text = {.owner = &owner};
		struct tc_sock sock = {.count = 1, .text = &text};

		assert_int_equal(tc_tally_add(tally, &sock, 1), 0);
	}
	assert_int_equal(tc_tally_sort(tally, 0), 0);
	assert_int_equal(tc_tally_rows(tally), 2);
	tc_tally_free(tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_a_simple_count),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_ties),
		cmocka_unit_test(test_add_after_sort),
		cmocka_unit_test(test_many_groups),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_as_many_as_the_bound),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_census),
		cmocka_unit_test(test_holders_of_one_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
