/* SPDX-License-Identifier: MIT */
/*
 * test_capture.c - recorded listings with expected results, in whole and in pieces; listings
 * written from random sockets and read back; the reader's own contract.
 *
 * The listings are test/replay/NAME.txt, their results NAME.expect (TC_REPLAY_DIR names
 * another directory). With TC_REPLAY_WRITE in the environment the results are written anew;
 * read the difference before believing it.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "replay.h"
#include "source/capture.h"
#include "source/capture_file.h"
#include "util/addr.h"
#include "util/macro.h"

static const char *replay_dir(void)
{
	const char *dir = getenv("TC_REPLAY_DIR");

	return dir ? dir : "test/replay";
}

static bool read_file(const char *name, const char *suffix, struct tc_buf *out)
{
	tc_auto_fclose FILE *file = NULL;
	char path[512], chunk[4096];
	size_t got;

	snprintf(path, sizeof(path), "%s/%s%s", replay_dir(), name, suffix);
	file = fopen(path, "r");
	while (file && (got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		tc_buf_add(out, chunk, got);
	return file != NULL;
}

static void write_expected(const char *name, struct tc_buf *result)
{
	tc_auto_fclose FILE *file = NULL;
	char path[512];

	snprintf(path, sizeof(path), "%s/%s.expect", replay_dir(), name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(result->data, 1, result->length, file), result->length);
}

/* One listing: the expected result, and the same one however the input is cut. */
static void check_listing(const char *name)
{
	static const size_t pieces[] = {1, 2, 3, 7, 64, 1000, 65536};
	tc_auto_buf struct tc_buf text = TC_BUF_INIT, result = TC_BUF_INIT, expect = TC_BUF_INIT;
	tc_auto_buf struct tc_buf records = TC_BUF_INIT;

	assert_true(read_file(name, ".txt", &text));
	replay(text.data, text.length, 0, REPLAY_WHOLE, &result);
	replay(text.data, text.length, 0, REPLAY_RECORDS, &records);
	if (getenv("TC_REPLAY_WRITE"))
		write_expected(name, &result);
	assert_true(read_file(name, ".expect", &expect));
	assert_string_equal(tc_buf_string(&result), tc_buf_string(&expect));
	for (size_t i = 0; i < TC_ARRAY_SIZE(pieces); i++) {
		tc_auto_buf struct tc_buf again = TC_BUF_INIT, again_records = TC_BUF_INIT;

		replay(text.data, text.length, pieces[i], REPLAY_WHOLE, &again);
		replay(text.data, text.length, pieces[i], REPLAY_RECORDS, &again_records);
		assert_string_equal(tc_buf_string(&again), tc_buf_string(&expect));
		assert_int_equal(again_records.length, records.length);
		if (records.length)
			assert_memory_equal(again_records.data, records.data, records.length);
	}
}

static void test_recorded_listings(void **state)
{
	DIR *dir = opendir(replay_dir());
	struct dirent *entry;
	size_t count = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);
		char name[256];

		if (length <= 4 || strcmp(entry->d_name + length - 4, ".txt") != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(length - 4), entry->d_name);
		print_message("           %s\n", name);
		check_listing(name);
		count++;
	}
	closedir(dir);
	assert_true(count > 50);
}

/* ---- Round trips ---- */

static uint32_t random_state = 12345;

static uint32_t pick(uint32_t below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)random_state * below >> 32);
}

struct socket_text {
	int state;
	bool inet6;
	char local[TC_ADDR_TEXT_MAX];
	char remote[TC_ADDR_TEXT_MAX];
	unsigned local_port;
	unsigned remote_port;
};

static void random_addr(bool inet6, char text[TC_ADDR_TEXT_MAX])
{
	struct tc_addr addr = {.byte = {[10] = 0xff, [11] = 0xff}};

	for (size_t i = inet6 ? 0 : 12; i < sizeof(addr.byte); i++)
		addr.byte[i] = (uint8_t)(pick(3) ? pick(256) : 0);
	if (inet6)
		addr.byte[0] = 0x20; /* so it is neither mapped nor any */
	tc_addr_text(&addr, text);
}

static void random_socket(struct socket_text *sock)
{
	static const int states[] = {TC_ESTABLISHED, TC_SYN_SENT,  TC_SYN_RECV,
				     TC_FIN_WAIT1,   TC_FIN_WAIT2, TC_TIME_WAIT,
				     TC_CLOSE_WAIT,  TC_LAST_ACK,  TC_CLOSING};

	sock->state = states[pick(TC_ARRAY_SIZE(states))];
	sock->inet6 = pick(2);
	random_addr(sock->inet6, sock->local);
	random_addr(sock->inet6, sock->remote);
	sock->local_port = 1 + pick(65535);
	sock->remote_port = 1 + pick(65535);
}

typedef void write_fn(struct tc_buf *out, const struct socket_text *sock);

static void write_ss(struct tc_buf *out, const struct socket_text *sock)
{
	const char *open = sock->inet6 ? "[" : "", *close = sock->inet6 ? "]" : "";

	tc_buf_format(out, "%-10s 0 0 %s%s%s:%u %s%s%s:%u\n", tc_state_name(sock->state), open,
		      sock->local, close, sock->local_port, open, sock->remote, close,
		      sock->remote_port);
}

static void write_linux(struct tc_buf *out, const struct socket_text *sock)
{
	tc_buf_format(out, "%-5s 0 0 %s:%u %s:%u %s\n", sock->inet6 ? "tcp6" : "tcp", sock->local,
		      sock->local_port, sock->remote, sock->remote_port,
		      tc_state_name(sock->state));
}

static void write_bsd(struct tc_buf *out, const struct socket_text *sock)
{
	tc_buf_format(out, "%-5s 0 0 %s.%u %s.%u %s\n", sock->inet6 ? "tcp6" : "tcp4", sock->local,
		      sock->local_port, sock->remote, sock->remote_port,
		      tc_state_name(sock->state));
}

static void write_windows(struct tc_buf *out, const struct socket_text *sock)
{
	const char *open = sock->inet6 ? "[" : "", *close = sock->inet6 ? "]" : "";

	tc_buf_format(out, "  TCP    %s%s%s:%u   %s%s%s:%u   %s\r\n", open, sock->local, close,
		      sock->local_port, open, sock->remote, close, sock->remote_port,
		      tc_state_name(sock->state));
}

static void write_json(struct tc_buf *out, const struct socket_text *sock)
{
	tc_buf_format(out,
		      "{\"state\":\"%s\",\"family\":\"%s\",\"local.addr\":\"%s\",\"local.port\":%u,"
		      "\"remote.addr\":\"%s\",\"remote.port\":%u}\n",
		      tc_state_name(sock->state), sock->inet6 ? "inet6" : "inet", sock->local,
		      sock->local_port, sock->remote, sock->remote_port);
}

/* What replay() writes of such a socket, up to the remote port. */
static void write_expected_record(struct tc_buf *out, const struct socket_text *sock)
{
	tc_buf_format(out, "%s %s %s,%u %s,%u", tc_state_name(sock->state),
		      sock->inet6 ? "inet6" : "inet", sock->local, sock->local_port, sock->remote,
		      sock->remote_port);
}

/* `first` is read before the sockets, and gives the record `first_record` or none. */
static void check_round_trip(write_fn *write, const char *first, const char *first_record,
			     const char *rest)
{
	tc_auto_buf struct tc_buf listing = TC_BUF_INIT, expect = TC_BUF_INIT, got = TC_BUF_INIT;

	tc_buf_text(&listing, first);
	tc_buf_text(&expect, first_record);
	for (int i = 0; i < 1500; i++) {
		struct socket_text sock;

		random_socket(&sock);
		write(&listing, &sock);
		write_expected_record(&expect, &sock);
		tc_buf_format(&expect, "%s\n", rest);
	}
	assert_int_equal(replay(listing.data, listing.length, 0, REPLAY_RECORDS, &got), 0);
	assert_string_equal(tc_buf_string(&got), tc_buf_string(&expect));
}

static void test_round_trips(void **state)
{
	(void)state;
	check_round_trip(write_ss, "", "", " q=0/0");
	/* One long endpoint tells that nothing was cut to the column. */
	check_round_trip(write_linux, "tcp6 0 0 2001:db8:1:2:3:4:5:6:65535 ::1:1 CLOSING\n",
			 "CLOSING inet6 2001:db8:1:2:3:4:5:6,65535 ::1,1 q=0/0\n", " q=0/0");
	check_round_trip(write_bsd,
			 "Proto Recv-Q Send-Q Local Address                                 "
			 "Foreign Address                               (state)\n",
			 "", " q=0/0");
	check_round_trip(write_windows, "", "", "");
	check_round_trip(write_json, "", "", "");
}

/* ---- Long lines ---- */

/* Of a line longer than 64 KiB what stands in front is read; the next lines are not hurt. */
static void test_long_lines(void **state)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT, whole = TC_BUF_INIT, got = TC_BUF_INIT;

	(void)state;
	tc_buf_fill(&text, 'x', 70000);
	tc_buf_text(&text, "\nESTAB 0 0 192.0.2.1:443 198.51.100.7:51000 users:(");
	for (int i = 0; i < 5000; i++)
		tc_buf_format(&text, "(\"worker\",pid=%d,fd=7),", i + 1);
	tc_buf_text(&text, ")\n");
	tc_buf_fill(&text, ' ', 200000);
	tc_buf_text(&text, "\nLISTEN 0 128 *:443 *:*\n{\"state\":\"");
	tc_buf_fill(&text, 'x', 200000);
	tc_buf_text(&text, "\"}\nLISTEN 0 128 *:80 *:*");
	replay(text.data, text.length, 0, REPLAY_RECORDS, &whole);
	assert_true(tc_buf_string(&whole));
	assert_non_null(strstr(whole.data, "process=<worker,pid=1;worker,pid=2;"));
	assert_non_null(strstr(whole.data, ">\nLISTEN inet6 ::,443 ::,0 q=0/128\n"
					   "LISTEN inet6 ::,80 ::,0 q=0/128\n"));
	replay(text.data, text.length, 4096, REPLAY_RECORDS, &got);
	assert_string_equal(tc_buf_string(&got), tc_buf_string(&whole));
}

/* ---- The contract ---- */

static int refuse_more(void *context, struct tc_sock *socks, size_t count)
{
	(void)socks;
	*(size_t *)context += count;
	return 7;
}

static void test_the_sink_can_end_it(void **state)
{
	struct tc_report report = {0};
	struct tc_capture *capture;
	size_t count = 0;
	int ret = 0;

	(void)state;
	assert_int_equal(tc_capture_new(refuse_more, &count, &capture), 0);
	for (int i = 0; i < 10000 && !ret; i++)
		ret = tc_capture_feed(capture, "    3 LISTEN\n", 13);
	assert_int_equal(ret, 7);
	assert_int_equal(count, TC_BATCH);
	assert_int_equal(tc_capture_finish(capture, &report), 7);
	tc_capture_free(capture);
	tc_capture_free(NULL);
}

static int count_sockets(void *context, struct tc_sock *socks, size_t count)
{
	size_t *total = context;

	(void)socks;
	*total += count;
	return 0;
}

/* The first file ends in the middle of a line, the second is UTF-16 and has a bad line. */
static void test_several_files(void **state)
{
	static const char first[] = "tcp 0 0 192.0.2.1:80 198.51.100.7:1 ESTABLISHED\n"
				    "tcp 0 0 192.0.2.1:80 198.51.100.7:2 TIME_WAIT";
	static const char second[] = "tcp 0 0 192.0.2.1:80 198.51.100.7:3 LAST_ACK\n"
				     "tcp 0 0 192.0.2.1:80 nowhere ESTABLISHED\n";
	char wide[2 * sizeof(second)] = "\xff\xfe";
	struct tc_report report = {.size = sizeof(report)};
	struct tc_capture *capture;
	size_t total = 0;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(second); i++)
		wide[2 + 2 * i] = second[i];
	assert_int_equal(tc_capture_new(count_sockets, &total, &capture), 0);
	assert_int_equal(tc_capture_feed(capture, first, sizeof(first) - 1), 0);
	assert_int_equal(tc_capture_next(capture), 0);
	assert_int_equal(tc_capture_feed(capture, wide, sizeof(wide)), 0);
	assert_int_equal(tc_capture_finish(capture, &report), 0);
	assert_int_equal(total, 3);
	assert_int_equal(report.lines, 4);
	assert_int_equal(report.unread, 1);
	assert_int_equal(report.unread_line[0].line, 2);
	assert_int_equal(tc_capture_unread_file(capture, 0), 1);
	tc_capture_free(capture);
}

static void check_refused(const char *path, int err, const char *part)
{
	struct tc_report report = {0};
	struct tc_capture_file file = {.path = path, .name = path};
	size_t count = 0;

	assert_int_equal(tc_capture_read(&file, 1, refuse_more, &count, &report), err);
	assert_int_equal(count, 0);
	assert_null(report.source);
	if (!strstr(report.why, part))
		fail_msg("\"%s\" does not say \"%s\"", report.why, part);
}

static void test_files_that_are_no_listing(void **state)
{
	char path[512];

	(void)state;
	check_refused("/nonexistent/listing", -ENOENT, "No such file");
	check_refused("/", -EISDIR, "directory");
	check_refused("", -ENOENT, "empty");
	check_refused("/dev/null", -ENODATA, "empty");
	check_refused("/proc/self/exe", -ENODATA, "program");
	snprintf(path, sizeof(path), "%s/prose.txt", replay_dir());
	check_refused(path, -ENODATA, "no listing of TCP sockets");
	snprintf(path, sizeof(path), "%s/binary.txt", replay_dir());
	check_refused(path, -ENODATA, "binary");
}

static void test_packed_files_are_named(void **state)
{
	char tar[512] = {0};

	(void)state;
	memcpy(tar + 257, "ustar", 5);
	assert_non_null(strstr(tc_capture_refuse("\x1f\x8b\x08", 3), "gzip"));
	assert_non_null(strstr(tc_capture_refuse("\xfd"
						 "7zXZ\0",
						 6),
			       "xz"));
	assert_non_null(strstr(tc_capture_refuse(tar, sizeof(tar)), "tar"));
	assert_non_null(tc_capture_refuse("\0\0\0\0\0\0\0\0", 8));
	assert_null(tc_capture_refuse("", 0));
	assert_null(tc_capture_refuse("tcp 0 0", 7));
	assert_null(tc_capture_refuse("\xff\xfet\0c\0p\0 \0", 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded_listings),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_the_sink_can_end_it),
		cmocka_unit_test(test_several_files),
		cmocka_unit_test(test_files_that_are_no_listing),
		cmocka_unit_test(test_packed_files_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
