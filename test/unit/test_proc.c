/* SPDX-License-Identifier: MIT */
/* test_proc.c - /proc/net/tcp from a pipe, however it is cut up. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/census.h"
#include "source/proc.h"
#include "util/macro.h"

#define HEADING "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n"
#define LINE(port, state)                                                                  \
	"   1: 0100007F:" port " 00000000:0000 " state " 00000000:00000000 00:00000000 00000000" \
	"     0        0 12342250 1 00000000f43cc6bd 100 0 0 10 0\n"

struct world {
	struct tc_census census;
	struct tc_report report;
	int give; /* what the sink returns */
};

static int take(void *context, struct tc_sock *socks, size_t count)
{
	struct world *world = context;

	assert_true(count > 0 && count <= TC_BATCH);
	tc_census_add(&world->census, socks, count);
	return world->give;
}

/* A pipe of packets: each read(2) gets what one write(2) put in; it holds 16 of them. */
static int read_pieces(struct world *world, const char *text, size_t length, size_t piece)
{
	struct tc_job job = {.sink = take, .context = world};
	int ends[2], err;

	assert_true(length / piece < 16);
	world->report.complete = true;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_DIRECT), 0);
	for (size_t at = 0; at < length; at += piece) {
		size_t size = length - at < piece ? length - at : piece;

		assert_int_equal(write(ends[1], text + at, size), (int)size);
	}
	close(ends[1]);
	err = tc_proc_read(ends[0], AF_INET, &job, &world->report);
	close(ends[0]);
	assert_true(job.begun || !length);
	return err;
}

static void test_pieces(void **state)
{
	static const char text[] = HEADING LINE("232A", "0A") LINE("232B", "01") LINE("232C", "01") LINE("232D", "06");

	(void)state;
	for (size_t piece = 64; piece <= sizeof(text); piece++) {
		struct world world = {.give = 0};

		assert_int_equal(read_pieces(&world, text, sizeof(text) - 1, piece), 0);
		assert_int_equal(world.census.total, 4);
		assert_int_equal(world.census.in_use, 2);
		assert_true(world.report.complete);
	}
}

/* The kernel repeats lines while connections come and go; each socket counts once. */
static void test_repeated_lines(void **state)
{
	static const char text[] = HEADING LINE("0001", "01") LINE("0002", "01") LINE("0001", "01")
		LINE("0003", "0A") LINE("0002", "06");
	struct world world = {.give = 0};

	(void)state;
	assert_int_equal(read_pieces(&world, text, sizeof(text) - 1, 4096), 0);
	assert_int_equal(world.census.total, 3);
	assert_int_equal(world.census.in_use, 2);
}

/* In TIME_WAIT, with the same ends and no inode. */
#define TWIN(address)                                                                      \
	"   1: 0100007F:0BB8 0100007F:07D0 06 00000000:00000000 03:0000176E 00000000     0" \
	"        0 0 3 " address "                                      \n"

/* Sockets that differ in the device that they are bound to have the same ends. */
static void test_same_ends(void **state)
{
	static const char text[] = HEADING TWIN("00000000f3c25e61") TWIN("000000002bc00790")
		TWIN("00000000f3c25e61");
	struct world world = {.give = 0};

	(void)state;
	assert_int_equal(read_pieces(&world, text, sizeof(text) - 1, 4096), 0);
	assert_int_equal(world.census.total, 2);
}

/* Where the kernel hides the addresses, the ends and the inode have to do. */
static void test_hidden_addresses(void **state)
{
	static const char text[] = HEADING TWIN("0000000000000000") TWIN("0000000000000000")
		TWIN("(____ptrval____)");
	struct world world = {.give = 0};

	(void)state;
	assert_int_equal(read_pieces(&world, text, sizeof(text) - 1, 4096), 0);
	assert_int_equal(world.census.total, 1);
	assert_true(world.report.complete);
}

enum { LISTED = 20000, AGAIN = 1000 };

static size_t put_line(char *at, unsigned port)
{
	char number[5];

	snprintf(number, sizeof(number), "%04X", port);
	memcpy(at, LINE("0000", "01"), sizeof(LINE("0000", "01")) - 1);
	memcpy(strstr(at, "7F:") + strlen("7F:"), number, 4);
	return sizeof(LINE("0000", "01")) - 1;
}

/* At the end of a long table, some hundred lines again: none of them counts twice. */
static void test_repeated_at_the_end(void **state)
{
	size_t room = (LISTED + AGAIN) * sizeof(LINE("0000", "01")) + sizeof(HEADING), length;
	char *text = malloc(room);
	struct world world = {.give = 0, .report.complete = true};
	struct tc_job job = {.sink = take, .context = &world};
	int fd = memfd_create("tcp", MFD_CLOEXEC);

	(void)state;
	assert_true(text && fd >= 0);
	length = (size_t)snprintf(text, room, "%s", HEADING);
	for (unsigned port = 1; port <= LISTED; port++)
		length += put_line(text + length, port);
	for (unsigned port = LISTED - AGAIN + 1; port <= LISTED; port++)
		length += put_line(text + length, port);
	assert_int_equal(write(fd, text, length), (ssize_t)length);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(tc_proc_read(fd, AF_INET, &job, &world.report), 0);
	assert_int_equal(world.census.total, LISTED);
	close(fd);
	free(text);
}

static void test_nothing(void **state)
{
	struct world world = {.give = 0};

	(void)state;
	assert_int_equal(read_pieces(&world, "", 0, 1), 0);
	assert_int_equal(read_pieces(&world, HEADING, strlen(HEADING), 4096), 0);
	assert_int_equal(world.census.total, 0);
	assert_true(world.report.complete);
}

/* A last line counts even if its end is missing, and half a line is told. */
static void test_last_line(void **state)
{
	static const char text[] = HEADING LINE("232E", "0A") LINE("232F", "01");
	struct world world = {.give = 0};

	(void)state;
	assert_int_equal(read_pieces(&world, text, sizeof(text) - 2, 4096), 0);
	assert_int_equal(world.census.total, 2);
	assert_true(world.report.complete);
	assert_int_equal(read_pieces(&world, text, sizeof(text) - 60, 4096), 0);
	assert_int_equal(world.census.total, 3);
	assert_false(world.report.complete);
	assert_int_equal(world.report.unread, 1);
}

static void test_unknown_lines(void **state)
{
	static const char text[] = HEADING LINE("2330", "0A") "what is this\n" LINE("2331", "01") "\n" LINE("2332", "ZZ");
	struct world world = {.give = 0};

	(void)state;
	assert_int_equal(read_pieces(&world, text, sizeof(text) - 1, 4096), 0);
	assert_int_equal(world.census.total, 2);
	assert_int_equal(world.report.unread, 3);
	assert_false(world.report.complete);
	assert_true(*world.report.why);
}

/* More than the buffer holds, without one line end: told, and what follows it is read. */
static void test_endless_line(void **state)
{
	static char text[70 * 1024];
	struct world world = {.give = 0};
	const char *last = LINE("2333", "01");
	int file;
	struct tc_job job = {.sink = take, .context = &world};

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, HEADING, strlen(HEADING));
	text[sizeof(text) - strlen(last) - 1] = '\n';
	memcpy(text + sizeof(text) - strlen(last), last, strlen(last));
	file = memfd_create("proc", MFD_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, sizeof(text)), sizeof(text));
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	world.report.complete = true;
	assert_int_equal(tc_proc_read(file, AF_INET, &job, &world.report), 0);
	assert_int_equal(world.census.total, 1);
	assert_false(world.report.complete);
	close(file);
}

static void test_errors(void **state)
{
	static const char text[] = HEADING LINE("2334", "0A");
	struct world world = {.give = 42};
	struct tc_job job = {.sink = take, .context = &world};

	(void)state;
	assert_int_equal(read_pieces(&world, text, sizeof(text) - 1, 4096), 42);
	/* Of the file nothing is said where it was the sink. */
	world.give = -ENOMEM;
	assert_int_equal(read_pieces(&world, text, sizeof(text) - 1, 4096), -ENOMEM);
	assert_string_equal(world.report.why, "");
	assert_int_equal(tc_proc_read(-1, AF_INET, &job, &world.report), -EBADF);
	assert_non_null(strstr(world.report.why, "/proc/thread-self/net/tcp: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),	      cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_repeated_lines),
		cmocka_unit_test(test_same_ends),
		cmocka_unit_test(test_hidden_addresses),
		cmocka_unit_test(test_repeated_at_the_end),
		cmocka_unit_test(test_last_line),     cmocka_unit_test(test_unknown_lines),
		cmocka_unit_test(test_endless_line),  cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
