/* SPDX-License-Identifier: MIT */
/* test_watched.c - half-closed sockets that keepalive keeps fresh, over two looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"

enum { MINUTE = 60000 };

static struct tc_sock kept(enum tc_state state, uint64_t inode, uint32_t quiet_ms)
{
	struct tc_sock sock = scene_sock(state, quiet_ms);

	sock.timer = TC_TIMER_KEEPALIVE;
	sock.inode = inode;
	return sock;
}

static void add(struct tc_watched *watched, struct tc_sock sock)
{
	assert_int_equal(tc_watched_add(watched, &sock, 1), 0);
}

static enum tc_watched_as find(const struct tc_watched *watched, struct tc_sock sock)
{
	return tc_watched_find(watched, &sock);
}

static void test_found_again(void **state)
{
	struct tc_watched watched = {.taken = true, .whole = true};

	(void)state;
	add(&watched, kept(TC_CLOSE_WAIT, 7, MINUTE));
	assert_int_equal(find(&watched, kept(TC_CLOSE_WAIT, 7, 0)), TC_WATCHED_AGAIN);
	assert_int_equal(find(&watched, kept(TC_CLOSE_WAIT, 8, 0)), TC_WATCHED_NEW);
	assert_int_equal(find(&watched, kept(TC_FIN_WAIT2, 7, 0)), TC_WATCHED_NEW);
	assert_int_equal(find(&watched, kept(TC_CLOSE_WAIT, 0, 0)), TC_WATCHED_UNKNOWN);
	assert_int_equal(find(&watched, kept(TC_ESTABLISHED, 7, 0)), TC_WATCHED_UNKNOWN);
	watched.whole = false;
	assert_int_equal(find(&watched, kept(TC_CLOSE_WAIT, 7, 0)), TC_WATCHED_AGAIN);
	assert_int_equal(find(&watched, kept(TC_CLOSE_WAIT, 8, 0)), TC_WATCHED_UNKNOWN);
	watched.taken = false;
	assert_int_equal(find(&watched, kept(TC_CLOSE_WAIT, 7, 0)), TC_WATCHED_UNKNOWN);
	assert_int_equal(find(NULL, kept(TC_CLOSE_WAIT, 7, 0)), TC_WATCHED_UNKNOWN);
	tc_watched_release(&watched);
}

/* Where the time since the peer was heard tells, nothing needs to be remembered. */
static void test_what_is_remembered(void **state)
{
	struct tc_watched watched = {.taken = true, .whole = true};
	struct tc_sock plain = scene_sock(TC_CLOSE_WAIT, MINUTE);

	(void)state;
	add(&watched, plain);
	add(&watched, kept(TC_ESTABLISHED, 7, MINUTE));
	add(&watched, kept(TC_CLOSE_WAIT, 0, MINUTE));
	assert_int_equal(watched.inodes.count, 0);
	plain.have &= ~(uint32_t)TC_HAVE_INSIDE; /* as from /proc */
	add(&watched, plain);
	assert_int_equal(watched.inodes.count, 1);
	assert_int_equal(watched.quiet[TC_WATCH_CLOSE_WAIT], 0);
	tc_watched_release(&watched);
}

/* Of each state, those that were quiet, each once, and how many of them are still there. */
static void test_counted(void **state)
{
	struct tc_watched watched = {.taken = true, .whole = true};
	struct tc_sock sock;

	(void)state;
	for (uint64_t inode = 1; inode <= 5; inode++)
		add(&watched, kept(TC_CLOSE_WAIT, inode, MINUTE));
	add(&watched, kept(TC_CLOSE_WAIT, 5, MINUTE));
	add(&watched, kept(TC_CLOSE_WAIT, 6, MINUTE - 1));
	add(&watched, kept(TC_FIN_WAIT2, 9, MINUTE));
	assert_int_equal(watched.quiet[TC_WATCH_CLOSE_WAIT], 5);
	assert_int_equal(watched.quiet[TC_WATCH_FIN_WAIT2], 1);
	for (uint64_t inode = 4; inode <= 9; inode++) {
		sock = kept(TC_CLOSE_WAIT, inode, MINUTE);
		tc_watched_see(&watched, &sock);
	}
	assert_int_equal(watched.again[TC_WATCH_CLOSE_WAIT], 2);
	assert_int_equal(watched.again[TC_WATCH_FIN_WAIT2], 0);
	tc_watched_release(&watched);
}

/* Memory has a bound; what is past it is not known. */
static void test_too_many(void **state)
{
	struct tc_watched watched = {.taken = true, .whole = true};

	(void)state;
	for (uint64_t inode = 1; inode <= 65536; inode++)
		add(&watched, kept(TC_CLOSE_WAIT, inode, MINUTE));
	assert_true(watched.whole);
	add(&watched, kept(TC_CLOSE_WAIT, 65537, MINUTE));
	assert_false(watched.whole);
	assert_int_equal(watched.inodes.count, 65536);
	assert_int_equal(find(&watched, kept(TC_CLOSE_WAIT, 65537, 0)), TC_WATCHED_UNKNOWN);
	tc_watched_release(&watched);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_again),
		cmocka_unit_test(test_what_is_remembered),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
