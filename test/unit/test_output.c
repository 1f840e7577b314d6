/* SPDX-License-Identifier: MIT */
/* test_output.c - census, groups and sockets as people and programs get them: see golden.h. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "output/csv.h"
#include "output/output.h"
#include "random.h"
#include "util/macro.h"
#include "util/parse.h"
#include "util/width.h"
#include "valid_json.h"

static const char *const forms[] = {
	[TC_FORM_TABLE] = "table",
	[TC_FORM_JSON] = "json",
	[TC_FORM_NDJSON] = "ndjson",
	[TC_FORM_CSV] = "csv",
};

static const struct tc_style plain = {.width = 80, .utf8 = true};
static const struct tc_stamp stamp = {.taken_at = "2026-11-22T09:02:13.123Z", .host = "web1"};
static const struct tc_stamp no_stamp;

static const struct tc_report complete = {
	.source = "netlink",
	.complete = true,
	.took_us = 3120,
	.refused = {{.source = "bpf", .why = "eBPF is only for root, or with CAP_BPF and CAP_PERFMON"}},
	.refused_count = 1,
};

static const struct tc_report incomplete = {
	.source = "listing",
	.foreign = true,
	.complete = false,
	.why = "2 lines could not be read",
	.took_us = 17,
	.states_not_read = TC_STATE_BIT(TC_BOUND),
	.lines = 5040,
	.unread = 2,
	.formats = "netstat (Linux)",
};

/* The morning of the first page of the manual. */
static const struct tc_census morning = {
	.states = {
		[TC_CLOSE_WAIT] = 18, [TC_CLOSING] = 5, [TC_ESTABLISHED] = 301,
		[TC_FIN_WAIT1] = 17, [TC_FIN_WAIT2] = 84, [TC_LAST_ACK] = 2,
		[TC_LISTEN] = 10, [TC_SYN_RECV] = 432, [TC_TIME_WAIT] = 4169,
	},
	.total = 5038,
	.in_use = 301,
};

/* JSON has to be JSON: the whole, or each line of it. */
static void assert_json(enum tc_form form, struct tc_buf *out)
{
	const char *at = tc_buf_string(out);

	if (form == TC_FORM_JSON)
		assert_true(is_valid_json(out->data, out->length));
	while (form == TC_FORM_NDJSON && *at) {
		size_t length = strcspn(at, "\n");

		assert_true(is_valid_json(at, length));
		at += length + 1;
	}
}

static void compare(const char *what, enum tc_form form, struct tc_buf *out)
{
	char path[96];

	assert_json(form, out);
	snprintf(path, sizeof(path), "output/%s.%s.txt", what, forms[form]);
	golden_compare(path, out);
	tc_buf_clear(out);
}

static void test_census(void **state)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	(void)state;
	for (int form = TC_FORM_TABLE; form <= TC_FORM_CSV; form++) {
		if (form == TC_FORM_NDJSON)
			continue; /* the same as JSON */
		tc_write_census(&out, form, &morning, &complete, &stamp, &plain);
		compare("census", form, &out);
		tc_write_census(&out, form, &morning, &incomplete, &no_stamp, &plain);
		compare("census-incomplete", form, &out);
		tc_write_census(&out, form, &(struct tc_census){.total = 0}, &complete, &stamp,
				&plain);
		compare("census-empty", form, &out);
	}
}

static void test_census_looks(void **state)
{
	static const struct tc_style styles[] = {
		{.width = 40, .utf8 = false}, {.width = 0, .utf8 = true}, {.width = 140, .utf8 = true},
		{.width = 80, .utf8 = true, .colour = true},
	};
	static const char *const names[] = {"census-narrow", "census-unlimited", "census-wide",
					    "census-colour"};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(styles); i++) {
		tc_write_census(&out, TC_FORM_TABLE, &morning, &complete, &stamp, &styles[i]);
		compare(names[i], TC_FORM_TABLE, &out);
	}
}

/* A state that was not read has no number, and no share of the others either. */
static void test_census_unread(void **state)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_report report = complete;

	(void)state;
	report.states_not_read = TC_STATE_BIT(TC_CLOSING);
	tc_write_census(&out, TC_FORM_TABLE, &morning, &report, &stamp, &plain);
	assert_non_null(tc_buf_string(&out));
	assert_non_null(strstr(out.data, "\nCLOSING          ?       -  "));
}

/* No line is wider than the terminal, and a narrow one loses no number. */
static void test_census_fits(void **state)
{
	(void)state;
	for (unsigned width = 40; width <= 200; width++) {
		struct tc_style style = {.width = width, .utf8 = width % 2};
		tc_auto_buf struct tc_buf out = TC_BUF_INIT;
		const char *at;

		tc_write_census(&out, TC_FORM_TABLE, &morning, &complete, &stamp, &style);
		for (at = tc_buf_string(&out); *at; at += strcspn(at, "\n") + 1)
			assert_true(tc_width(at, strcspn(at, "\n")) <= width);
		assert_non_null(strstr(out.data, " 4169 "));
	}
}

/* ---- Sockets and groups -------------------------------------------------------------- */

static struct tc_sock sock_of(enum tc_state state, const char *remote, uint16_t port, uint32_t have)
{
	struct tc_sock sock = {
		.count = 1,
		.state = (uint8_t)state,
		.local = tc_addr_from4(0x0100000a),
		.local_port = port,
		.remote_port = 50123,
		.have = have,
		.family = AF_INET,
		.uid = 33,
		.rqueue = 1,
	};
	int family;

	assert_int_equal(tc_parse_addr(remote, strlen(remote), &sock.remote, &family), 0);
	return sock;
}

enum { SOCKS = 7 };

static void make_socks(struct tc_sock socks[SOCKS])
{
	static const struct tc_text cut = {.remote_host = "a \"quoted\", long na"},
				    evil = {.remote_host = "\033[31m\xff", .remote_port = "h,t"},
				    wide = {.remote_host = "été.漢字.example"};
	uint32_t named = ~(uint32_t)(TC_HAVE_REMOTE_ADDR);

	socks[0] = sock_of(TC_ESTABLISHED, "192.0.2.7", 443, ~0u);
	socks[1] = sock_of(TC_TIME_WAIT, "2001:db8::1", 443, ~(uint32_t)TC_HAVE_UID);
	socks[2] = sock_of(TC_TIME_WAIT, "192.0.2.7", 22, TC_HAVE_ENDPOINTS);
	socks[3] = sock_of(TC_CLOSE_WAIT, "::", 443, named);
	socks[3].text = &cut;
	socks[3].flags = TC_FLAG_REMOTE_TRUNCATED;
	socks[4] = sock_of(TC_SYN_SENT, "::", 443, named & ~(uint32_t)TC_HAVE_REMOTE_PORT);
	socks[4].text = &evil;
	socks[5] = sock_of(TC_ESTABLISHED, "::", 8443, named);
	socks[5].text = &wide;
	socks[6] = sock_of(TC_LISTEN, "0.0.0.0", 443, ~0u);
	socks[6].remote_port = 0;
}

static size_t parse_keys(const char *const *names, size_t count, struct tc_key *keys)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(tc_key_parse(names[i], &keys[i]), 0);
	return count;
}

static void check_groups(const char *what, const char *const *names, size_t count, size_t top,
			 const struct tc_report *report)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_sock socks[SOCKS];
	struct tc_key keys[TC_KEYS_MAX];
	struct tc_tally *tally;

	parse_keys(names, count, keys);
	make_socks(socks);
	assert_int_equal(tc_tally_new(keys, count, &tally), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(tc_tally_add(tally, socks, (size_t)(i == 2 ? 2 : SOCKS)), 0);
	assert_int_equal(tc_tally_sort(tally, top), 0);
	for (int form = TC_FORM_TABLE; form <= TC_FORM_CSV; form++) {
		tc_write_groups(&out, form, tally, report, &stamp, &plain, NULL);
		compare(what, form, &out);
	}
	tc_tally_free(tally);
}

static void test_groups(void **state)
{
	static const char *const by_state[] = {"state", "remote.addr"}, *const by_uid[] = {"uid"},
				 *const by_end[] = {"local.port", "remote"};

	(void)state;
	check_groups("by-state", by_state, 2, 3, &complete);
	check_groups("by-uid", by_uid, 1, 0, &incomplete);
	check_groups("by-uid-top", by_uid, 1, 1, &complete); /* keys narrower than "other" */
	check_groups("by-end", by_end, 2, 0, &complete);
}

/* More than are kept, each twice: the number of groups is a bound then. */
static void test_groups_given_up(void **state)
{
	enum { KEPT = 1024, CAME = 1500 };
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_tally *tally;
	struct tc_key key;

	(void)state;
	assert_int_equal(tc_key_parse("remote.port", &key), 0);
	assert_int_equal(tc_tally_new(&key, 1, &tally), 0);
	tc_tally_bound(tally, KEPT);
	for (int i = 0; i < 2 * CAME; i++) {
		struct tc_sock sock = {
			.count = i == 0 ? 7 : 1,
			.have = TC_HAVE_ENDPOINTS,
			.remote_port = (uint16_t)(1 + i % CAME),
		};

		assert_int_equal(tc_tally_add(tally, &sock, 1), 0);
	}
	assert_int_equal(tc_tally_sort(tally, 1), 0);
	for (int form = TC_FORM_TABLE; form <= TC_FORM_CSV; form++) {
		tc_write_groups(&out, form, tally, &complete, &stamp, &plain, NULL);
		compare("by-given-up", form, &out);
	}
	tc_tally_free(tally);
}

static struct tc_buf passed = TC_BUF_INIT;
static size_t largest_part, parts, parts_wanted;

static int pass_on(struct tc_buf *out)
{
	if (parts == parts_wanted)
		return 3;
	parts++;
	if (out->length > largest_part)
		largest_part = out->length;
	tc_buf_add(&passed, out->data, out->length);
	tc_buf_clear(out);
	return 0;
}

static struct tc_tally *many_groups(void)
{
	enum { MANY = 20000 };
	struct tc_tally *tally;
	struct tc_key key;

	assert_int_equal(tc_key_parse("remote.port", &key), 0);
	assert_int_equal(tc_tally_new(&key, 1, &tally), 0);
	for (int i = 0; i < MANY; i++) {
		struct tc_sock sock = {
			.count = 1,
			.have = TC_HAVE_ENDPOINTS,
			.remote_port = (uint16_t)i,
		};

		assert_int_equal(tc_tally_add(tally, &sock, 1), 0);
	}
	assert_int_equal(tc_tally_sort(tally, 0), 0);
	return tally;
}

/* What stands behind rows that were not all written. */
static void check_cut(int form, const struct tc_tally *tally)
{
	static const char *const ends[] = {
		[TC_FORM_TABLE] = "incomplete",
		[TC_FORM_NDJSON] = "{\"schema\":\"tcpcensus.by/1\"",
		[TC_FORM_CSV] = "(incomplete: ",
	};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	const char *end = ends[form] ? ends[form] : "";

	tc_write_groups_cut(&out, form, tally, &incomplete, &stamp, &plain);
	assert_memory_equal(tc_buf_string(&out), end, strlen(end));
	assert_int_equal(out.length > 0, form != TC_FORM_JSON);
}

/* What is passed on is what would have been kept, and none of it is large. */
static void test_groups_in_parts(void **state)
{
	enum { LARGE = 128 * 1024 };
	struct tc_tally *tally = many_groups();

	(void)state;
	for (int form = TC_FORM_TABLE; form <= TC_FORM_CSV; form++) {
		tc_auto_buf struct tc_buf whole = TC_BUF_INIT, out = TC_BUF_INIT;

		tc_buf_clear(&passed);
		parts = largest_part = 0;
		parts_wanted = SIZE_MAX;
		assert_int_equal(tc_write_groups(&whole, form, tally, &complete, &stamp, &plain,
						 NULL), 0);
		assert_int_equal(tc_write_groups(&out, form, tally, &complete, &stamp, &plain,
						 pass_on), 0);
		assert_true(parts > 1 && largest_part < LARGE);
		assert_int_equal(pass_on(&out), 0);
		assert_int_equal(passed.length, whole.length);
		assert_memory_equal(passed.data, whole.data, whole.length);
		/* Who wants no more gets no more. */
		parts = 0;
		parts_wanted = 1;
		assert_int_equal(tc_write_groups(&out, form, tally, &complete, &stamp, &plain,
						 pass_on), 3);
		assert_true(out.length < LARGE);
		check_cut(form, tally);
	}
	tc_buf_release(&passed);
	tc_tally_free(tally);
}

static void test_no_groups(void **state)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_tally *tally;
	struct tc_key key;

	(void)state;
	assert_int_equal(tc_key_parse("state", &key), 0);
	assert_int_equal(tc_tally_new(&key, 1, &tally), 0);
	assert_int_equal(tc_tally_sort(tally, 20), 0);
	for (int form = TC_FORM_TABLE; form <= TC_FORM_CSV; form++) {
		tc_write_groups(&out, form, tally, &complete, &stamp, &plain, NULL);
		compare("by-nothing", form, &out);
	}
	tc_tally_free(tally);
}

static void add_row(struct tc_list_writer *writer, const struct tc_key *keys, size_t count,
		    const struct tc_sock *sock, struct tc_buf *out)
{
	struct tc_value values[TC_KEYS_MAX];

	for (size_t i = 0; i < count; i++)
		tc_key_get(&keys[i], sock, &values[i]);
	tc_list_row(writer, values, sock->count, out);
}

static void check_list(const char *what, size_t socks, uint64_t count, uint64_t left_out,
		       const struct tc_report *report)
{
	static const char *const names[] = {"state", "recv_q", "local", "remote", "uid", "remote.net"};
	struct tc_key keys[TC_KEYS_MAX];
	struct tc_sock sock[SOCKS];
	size_t columns = parse_keys(names, TC_ARRAY_SIZE(names), keys);

	make_socks(sock);
	sock[1].count = count;
	for (int form = TC_FORM_TABLE; form <= TC_FORM_CSV; form++) {
		tc_auto_buf struct tc_buf out = TC_BUF_INIT;
		struct tc_list_writer *writer;

		assert_int_equal(tc_list_writer_new(form, keys, columns, &stamp, &plain, &writer), 0);
		for (size_t i = 0; i < socks; i++)
			add_row(writer, keys, columns, &sock[i], &out);
		tc_list_end(writer, left_out, report, &out);
		tc_list_writer_free(writer);
		compare(what, form, &out);
	}
}

static void test_list(void **state)
{
	(void)state;
	check_list("list", SOCKS, 1, 0, &complete);
	check_list("list-counted", SOCKS, 812, 4, &incomplete);
	check_list("list-empty", 0, 1, 0, &complete);
	check_list("list-all-left-out", 0, 1, 5038, &complete);
}

/* Past the rows that are measured a table goes on as it began; no row is lost on the way. */
static void test_long_list(void **state)
{
	static const size_t sizes[] = {TC_LIST_MEASURED - 1, TC_LIST_MEASURED, TC_LIST_MEASURED + 1,
				       3 * TC_LIST_MEASURED};
	static const char *const names[] = {"local.port", "remote"};
	struct tc_key keys[2];

	(void)state;
	parse_keys(names, 2, keys);
	for (size_t i = 0; i < TC_ARRAY_SIZE(sizes); i++) {
		for (int form = TC_FORM_TABLE; form <= TC_FORM_CSV; form++) {
			tc_auto_buf struct tc_buf out = TC_BUF_INIT;
			struct tc_list_writer *writer;
			size_t lines = 0, rows = 0;

			assert_int_equal(tc_list_writer_new(form, keys, 2, &stamp, &plain, &writer),
					 0);
			for (size_t row = 0; row < sizes[i]; row++) {
				struct tc_sock sock = sock_of(TC_ESTABLISHED, "192.0.2.7",
							      (uint16_t)row, ~0u);

				add_row(writer, keys, 2, &sock, &out);
			}
			tc_list_end(writer, 0, &complete, &out);
			tc_list_writer_free(writer);
			assert_json(form, &out);
			for (const char *at = tc_buf_string(&out); *at; at++)
				lines += *at == '\n';
			for (const char *at = out.data; (at = strstr(at, "192.0.2.7:50123")); at++)
				rows++;
			assert_int_equal(rows, sizes[i]);
			assert_true(lines >= sizes[i] && lines <= sizes[i] + 2);
		}
	}
}

static void assert_csv(const char *text, const char *expected)
{
	struct tc_value value = {.type = TC_TYPE_TEXT, .text = text};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	tc_csv_value(&out, &value);
	assert_string_equal(tc_buf_string(&out), expected);
}

/* What is no UTF-8 is U+FFFD in CSV as in JSON, with quotes around it or not. */
static void test_csv_text(void **state)
{
	(void)state;
	assert_csv("café", "café");
	assert_csv("caf\xe9", "caf\ufffd");
	assert_csv("\xff\xfe,", "\"\ufffd\ufffd,\"");
	assert_csv("\xe9\"t\xc3", "\"\ufffd\"\"t\ufffd\"");
	assert_csv("\xed\xa0\x80", "\ufffd\ufffd\ufffd"); /* a surrogate */
	/* Nothing steers a terminal: no escape, no C1, no DEL. Lines and tabs are quoted or kept. */
	assert_csv("a\033[31mb", "a\ufffd[31mb");
	assert_csv("a\xc2\x9b" "31m\x7f\a", "a\ufffd31m\ufffd\ufffd");
	assert_csv("a\nb\tc\r", "\"a\nb\tc\r\"");
	assert_csv("\xc2\xa0\xc3\xa9", "\u00a0\u00e9");
	assert_csv("two\nlines", "\"two\nlines\"");
	assert_csv("\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_census),	  cmocka_unit_test(test_census_looks),
		cmocka_unit_test(test_census_unread),
		cmocka_unit_test(test_census_fits), cmocka_unit_test(test_groups),
		cmocka_unit_test(test_groups_given_up), cmocka_unit_test(test_groups_in_parts),
		cmocka_unit_test(test_no_groups), cmocka_unit_test(test_list),
		cmocka_unit_test(test_long_list), cmocka_unit_test(test_csv_text),
	};

	unsetenv("LANGUAGE");
	if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
		return 77; /* the widths of characters are not known here */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
