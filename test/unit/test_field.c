/* SPDX-License-Identifier: MIT */
/* test_field.c - the field table: every field of a socket that has all, and of one that has none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/field.h"
#include "util/addr.h"
#include "util/macro.h"

static const struct tc_sock listener = {
	.have = TC_HAVE_ENDPOINTS,
	.local_port = 443,
};

static const struct tc_process master = { .pid = 812, .name = "nginx" };
static const struct tc_process worker = { .pid = 813, .name = "nginx" };
static const struct tc_process *const processes[] = { &master, &worker };
static const struct tc_owner owner = {
	.processes = processes,
	.count = 2,
	.how = TC_OWNER_HELD,
	.words = {
		[TC_PART_PROCESS] = "nginx",
		[TC_PART_PID] = "812,813",
		[TC_PART_CMDLINE] = "nginx: master,nginx: worker",
		[TC_PART_UNIT] = "nginx.service",
		[TC_PART_CGROUP] = "/system.slice/nginx.service",
	},
};
static const struct tc_inside inside = {
	.have = TC_INSIDE_TIMES,
	.data_sent_ms = 9000,
	.data_received_ms = 7000,
	.ack_received_ms = 5000,
};
static const struct tc_text words = { .owner = &owner, .inside = &inside };

static struct tc_sock full_sock(void)
{
	return (struct tc_sock){
		.count = 1,
		.cookie = 1234567890123,
		.netns = 4026531840,
		.cgroup = 5012,
		.inode = 31337,
		.listener = &listener,
		.text = &words,
		.local = tc_addr_from4(htobe32(0x0a010203)),
		.remote = {.byte = {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0, 3, [15] = 7}},
		.local_port = 443,
		.remote_port = 50123,
		.have = ~0u,
		.ifindex = 3,
		.mark = 0xff,
		.uid = 33,
		.rqueue = 11,
		.wqueue = 22,
		.expires_ms = 1500,
		.family = 10,
		.state = TC_FIN_WAIT2,
		.kind = TC_KIND_TIMEWAIT,
		.timer = TC_TIMER_KEEPALIVE,
		.retrans = 4,
		.shutdown = 3,
		.direction = TC_DIRECTION_IN,
	};
}

static void assert_field(const char *name, const struct tc_sock *sock, const char *expected)
{
	struct tc_key key;
	char text[128];
	size_t length;

	if (tc_key_parse(name, &key))
		fail_msg("%s is no field", name);
	length = tc_field_text(&key, sock, text, sizeof(text));
	if (strcmp(text, expected) != 0)
		fail_msg("%s: '%s', not '%s'", name, text, expected);
	assert_int_equal(length, strlen(expected));
}

static const char *const expected[][2] = {
	{"state", "FIN_WAIT2"},
	{"family", "inet6"},
	{"local", "10.1.2.3:443"},
	{"local.addr", "10.1.2.3"},
	{"local.port", "443"},
	{"local.net", "10.1.2.0/24"},
	{"remote", "[2001:db8:1:2:3::7]:50123"},
	{"remote.addr", "2001:db8:1:2:3::7"},
	{"remote.port", "50123"},
	{"remote.net", "2001:db8:1:2::/64"},
	{"service", "[::]:443"},
	{"direction", "in"},
	{"recv_q", "11"},
	{"send_q", "22"},
	{"timer", "keepalive"},
	{"expires", "1500"},
	{"retrans", "4"},
	{"heard", "5000"},
	{"idle", "7000"},
	{"drops", "1500"}, /* of a listener, which has no timer in its place */
	{"kind", "timewait"},
	{"uid", "33"},
	{"user", "33"},
	{"iface", "3"},
	{"netns", "4026531840"},
	{"netns.id", "4026531840"},
	{"inode", "31337"},
	{"cookie", "1234567890123"},
	{"mark", "255"},
	{"cgroup.id", "5012"},
	{"shutdown", "3"},
	{"process", "nginx"},
	{"pid", "812,813"},
	{"cmdline", "nginx: master,nginx: worker"},
	{"unit", "nginx.service"},
	{"cgroup", "/system.slice/nginx.service"},
	{"container", ""},
	{"pod", ""},
	{"owner", "held"},
};

static void test_full_socket(void **state)
{
	struct tc_sock sock = full_sock();

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(expected); i++)
		assert_field(expected[i][0], &sock, expected[i][1]);
	/* A new field has to be added above. */
	assert_int_equal(TC_ARRAY_SIZE(expected), tc_field_count());
}

/* Nothing was read, so there is nothing but the state. */
static void test_empty_socket(void **state)
{
	struct tc_sock sock = full_sock();

	(void)state;
	sock.have = 0;
	sock.listener = NULL;
	sock.text = NULL;
	sock.direction = TC_DIRECTION_NONE;
	for (size_t i = 0; i < tc_field_count(); i++) {
		const char *name = tc_field_name(tc_field_at(i));

		assert_field(name, &sock, strcmp(name, "state") == 0 ? "FIN_WAIT2" : "");
	}
}

/* The bits that a row says it needs are enough to read the field, and each one is wanted. */
static void test_needs(void **state)
{
	struct tc_sock sock = full_sock();

	(void)state;
	for (size_t i = 0; i < tc_field_count(); i++) {
		const struct tc_field *field = tc_field_at(i);
		struct tc_key key = {.field = field, .prefix4 = 24, .prefix6 = 64};
		char whole[128], needed[128];

		sock.have = ~0u;
		tc_field_text(&key, &sock, whole, sizeof(whole));
		sock.have = field->need;
		tc_field_text(&key, &sock, needed, sizeof(needed));
		assert_string_equal(whole, needed);
		assert_int_equal(tc_keys_need(&key, 1), field->need);
		assert_int_equal(tc_keys_flags(&key, 1), field->flags);
	}
	assert_int_equal(tc_keys_need(NULL, 0), 0);
}

/* Numbers from outside never index past a table of names. */
static void test_numbers_out_of_range(void **state)
{
	struct tc_sock sock = full_sock();

	(void)state;
	for (unsigned number = 0; number < 256; number++) {
		sock.kind = sock.timer = sock.direction = sock.state = (uint8_t)number;
		if (number > TC_KIND_TIMEWAIT)
			assert_field("kind", &sock, "");
		if (number > TC_TIMER_PROBE)
			assert_field("timer", &sock, "");
		if (number > TC_DIRECTION_LISTEN)
			assert_field("direction", &sock, "");
		assert_field("state", &sock, tc_state_name((int)number));
		if (number >= TC_STATE_COUNT)
			assert_field("state", &sock, "UNKNOWN");
	}
}

/* Words of a listing, where it has no numbers. */
static void test_words(void **state)
{
	static const struct tc_text text = {
		.local_host = "web1.exam",
		.remote_host = "peer",
		.local_port = "https",
		.remote_port = "odd",
		.user = "www-data",
		.iface = "eth0",
	};
	struct tc_sock sock = full_sock();

	(void)state;
	sock.text = &text;
	assert_field("local", &sock, "10.1.2.3%eth0:443"); /* what was read comes first */
	assert_field("user", &sock, "www-data");
	assert_field("iface", &sock, "eth0");
	sock.have = 0;
	sock.flags = TC_FLAG_LOCAL_TRUNCATED;
	assert_field("local", &sock, "web1.exam...%eth0:https");
	assert_field("local.addr", &sock, "web1.exam...");
	assert_field("local.net", &sock, "web1.exam...");
	assert_field("local.port", &sock, "https");
	assert_field("remote", &sock, "peer:odd");
	assert_field("remote.net/8", &sock, "peer");
}

static void test_special_values(void **state)
{
	struct tc_sock sock = full_sock();

	(void)state;
	sock.ifindex = 0;
	assert_field("iface", &sock, "*");
	sock.remote_port = 0;
	assert_field("remote", &sock, "[2001:db8:1:2:3::7]:*");
	assert_field("remote.port", &sock, "0");
	sock.timer = TC_TIMER_NONE; /* nothing fires, so there is no time until it does */
	assert_field("timer", &sock, "none");
	assert_field("expires", &sock, "");
	sock.have &= ~TC_HAVE_LOCAL_PORT;
	assert_field("local", &sock, "10.1.2.3:*");
}

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < tc_field_count(); i++) {
		const struct tc_field *field = tc_field_at(i);
		struct tc_key key;

		assert_ptr_equal(tc_field_find(tc_field_name(field)), field);
		assert_int_equal(tc_key_parse(tc_field_name(field), &key), 0);
		assert_ptr_equal(key.field, field);
		assert_true(*tc_field_help(field) && *field->title);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(tc_field_name(tc_field_at(k)), field->name);
	}
	assert_null(tc_field_at(tc_field_count()));
	assert_null(tc_field_at(SIZE_MAX));
	assert_null(tc_field_find(""));
	assert_null(tc_field_find("State"));
	assert_null(tc_field_find("remote.ad"));
	assert_null(tc_field_find("remote.addr "));
}

static void assert_prefixes(const char *text, int err, unsigned prefix4, unsigned prefix6)
{
	struct tc_key key = {.prefix4 = 99, .prefix6 = 99};

	if (tc_key_parse(text, &key) != err)
		fail_msg("%s: not %d", text, err);
	assert_int_equal(key.prefix4, err ? 99 : prefix4);
	assert_int_equal(key.prefix6, err ? 99 : prefix6);
}

static void test_prefixes(void **state)
{
	static const char *const wrong[] = {
		"remote.net/",	     "remote.net/x",  "remote.net/129",	   "remote.net/33/64",
		"remote.net/16/",    "remote.net//",  "remote.net/16/129", "remote.net/16/48/1",
		"remote.net/-1",     "remote.net/ 8", "remote.addr/16",	   "state/",
		"remote.net/99/99",
	};

	(void)state;
	assert_prefixes("remote.net", 0, 24, 64);
	assert_prefixes("remote.net/16", 0, 16, 64);
	assert_prefixes("remote.net/0", 0, 0, 64);
	assert_prefixes("remote.net/32", 0, 32, 64);
	assert_prefixes("remote.net/33", 0, 24, 33);
	assert_prefixes("local.net/128", 0, 24, 128);
	assert_prefixes("local.net/16/48", 0, 16, 48);
	assert_prefixes("local.net/0/0", 0, 0, 0);
	assert_prefixes("local.net/32/128", 0, 32, 128);
	for (size_t i = 0; i < TC_ARRAY_SIZE(wrong); i++)
		assert_prefixes(wrong[i], -EINVAL, 0, 0);
	assert_prefixes("", -ENOENT, 0, 0);
	assert_prefixes("nothing/16", -ENOENT, 0, 0);
	assert_prefixes("/16", -ENOENT, 0, 0);
}

static void test_masking(void **state)
{
	struct tc_sock sock = full_sock();

	(void)state;
	assert_field("local.net/8", &sock, "10.0.0.0/8");
	assert_field("local.net/48", &sock, "10.1.2.0/24"); /* of IPv6, so 24 stays */
	assert_field("remote.net/8", &sock, "2001:db8:1:2::/64");
	assert_field("remote.net/8/32", &sock, "2001:db8::/32");
	assert_field("remote.net/0/0", &sock, "::/0");
}

static void test_text_is_cut(void **state)
{
	struct tc_sock sock = full_sock();
	struct tc_key key;
	char text[6];

	(void)state;
	assert_int_equal(tc_key_parse("local", &key), 0);
	assert_int_equal(tc_field_text(&key, &sock, text, sizeof(text)), 5);
	assert_string_equal(text, "10.1.");
	assert_int_equal(tc_field_text(&key, &sock, text, 1), 0);
	assert_string_equal(text, "");
	assert_int_equal(tc_field_text(&key, &sock, NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_socket),
		cmocka_unit_test(test_empty_socket),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_numbers_out_of_range),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_special_values),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_masking),
		cmocka_unit_test(test_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
