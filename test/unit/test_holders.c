/* SPDX-License-Identifier: MIT */
/*
 * test_holders.c - which processes hold which sockets, asked of sockets and processes of the
 * test's own. A socket needs no address for that, so no network namespace either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "owner/holders.h"
#include "owner/holders_proc.h"
#include "util/macro.h"

/* ---- Texts of /proc ------------------------------------------------------------------ */

static const struct {
	const char *link;
	uint64_t inode; /* 0: no socket */
} links[] = {
	{"socket:[31337]", 31337},
	{"socket:[1]", 1},
	{"socket:[18446744073709551615]", UINT64_MAX},
	{"socket:[18446744073709551616]", 0},
	{"socket:[]", 0},
	{"socket:[", 0},
	{"socket:", 0},
	{"socket:[12", 0},
	{"socket:[12]x", 0},
	{"socket:[-1]", 0},
	{"socket:[ 1]", 0},
	{"socket:[1 ]", 0},
	{"socket:[0x1]", 0},
	{"pipe:[31337]", 0},
	{"/tmp/socket:[31337]", 0},
	{"anon_inode:[eventpoll]", 0},
	{"", 0},
};

static char *copy_of(const char *text, size_t length)
{
	char *copy = malloc(length + !length);

	assert_non_null(copy);
	memcpy(copy, text, length);
	return copy;
}

static void test_links(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(links); i++) {
		size_t length = strlen(links[i].link);
		tc_auto_free char *copy = copy_of(links[i].link, length);
		uint64_t inode = 0;
		bool is = tc_holders_link_inode(copy, length, &inode);

		if (is != (links[i].inode != 0) || inode != links[i].inode)
			fail_msg("'%s': %d", links[i].link, is);
	}
}

static const struct {
	const char *text;
	bool is;
	struct tc_kinship kinship;
} stats[] = {
	{"5 (sh) S 4 5 3 34816 9 4194304 0 0 0 0 5 5 0 0 20 0 1 0 777 9 9", true, {4, 3, false, 777}},
	{"5 (a) S 1 (b) S 4 5 3 34816 9 4194304 0 0 0 0 5 5 0 0 20 0 1 0 777 9 9", true, {4, 3, false, 777}},
	{"5 (a\nb) S 9 9 9) R 4 5 3 -1 -1 64 0 0 0 0 5 5 0 0 20 0 1 0 777 9", true, {4, 3, false, 777}},
	{"5 ()) S 4 5 3 0 -1 64 0 0 0 0 5 5 0 0 20 0 1 0 777 9", true, {4, 3, false, 777}},
	{"5 () S 4 5 3 0 -1 64 0 0 0 0 5 5 0 0 20 0 1 0 777 9", true, {4, 3, false, 777}},
	{"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3 0", true, {0, 0, true, 3}},
	{"1 (init) S 0 1 1 0 -1 4194560 0 0 0 0 5 5 0 0 20 0 1 0 18446744073709551615", true, {0, 1, false, UINT64_MAX}},
	{"5 (sh) S 4 5 3 0 -1", false, {0}},
	{"5 (sh) S 4 5 3 34816 9 4194304 0 0", false, {0}}, /* the start is missing */
	{"5 (sh) S 4", false, {0}},
	{"5 (sh)", false, {0}},
	{"5 (sh", false, {0}},
	{"a) S 1 (b", false, {0}},
	{"", false, {0}},
};

static void test_kinship(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(stats); i++) {
		size_t length = strlen(stats[i].text);
		tc_auto_free char *copy = copy_of(stats[i].text, length);
		struct tc_kinship kinship = {0};
		bool is = tc_kinship_parse(copy, length, &kinship);

		if (is != stats[i].is || kinship.parent != stats[i].kinship.parent ||
		    kinship.session != stats[i].kinship.session ||
		    kinship.kernel != stats[i].kinship.kernel ||
		    kinship.start != stats[i].kinship.start)
			fail_msg("'%s': %d, parent %u, session %u", stats[i].text, is,
				 kinship.parent, kinship.session);
	}
}

/* ---- Children ------------------------------------------------------------------------ */

/* A child that does its part, tells so by a byte, and dies with the test. */
static pid_t child_that(void (*part)(int), int number)
{
	int ready[2];
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		part(number);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static int tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	return fd;
}

static uint64_t inode_of(int fd)
{
	struct stat found;

	assert_int_equal(fstat(fd, &found), 0);
	return found.st_ino;
}

/* ---- Reading ------------------------------------------------------------------------- */

enum { WANTED_MAX = 8, FOUND_MAX = 4096 };

struct look {
	uint64_t wanted[WANTED_MAX];	   /* 0: no more */
	struct tc_holder found[FOUND_MAX]; /* of those wanted, in ascending order, each once */
	size_t count;
	size_t all;   /* holders that were told, of anything */
	pid_t last;   /* whose descriptors were told last */
	bool early;   /* whether the reader is told when all is found */
	pid_t to_end; /* a child to be ended as soon as the reading has begun */
	struct tc_holders_report report;
};

static int place_of(const struct look *look, uint64_t inode)
{
	for (int i = 0; i < WANTED_MAX && look->wanted[i]; i++)
		if (look->wanted[i] == inode)
			return i;
	return -1;
}

static bool is_all_found(const struct look *look)
{
	for (int i = 0; i < WANTED_MAX && look->wanted[i]; i++) {
		bool found = false;

		for (size_t j = 0; j < look->count; j++)
			found |= look->found[j].inode == look->wanted[i];
		if (!found)
			return false;
	}
	return true;
}

static int take(void *context, const struct tc_holder *holders, struct tc_sock *socks, size_t count)
{
	struct look *look = context;
	int said = 0;

	for (size_t i = 0; socks && i < count; i++)
		assert_int_equal(socks[i].inode, holders[i].inode);
	if (look->to_end)
		end(look->to_end);
	look->to_end = 0;
	for (size_t i = 0; i < count; i++) {
		look->all++;
		look->last = (pid_t)holders[i].pid;
		if (place_of(look, holders[i].inode) < 0)
			continue;
		assert_in_range(look->count, 0, FOUND_MAX - 1);
		look->found[look->count++] = holders[i];
		said |= TC_HOLDERS_WANTED;
	}
	return look->early && is_all_found(look) ? said | TC_HOLDERS_FOUND : said;
}

static int compare(const void *one, const void *other)
{
	const struct tc_holder *a = one, *b = other;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

static void sort_each_once(struct look *look)
{
	size_t kept = 0;

	qsort(look->found, look->count, sizeof(*look->found), compare);
	for (size_t i = 0; i < look->count; i++)
		if (!i || compare(&look->found[i], &look->found[kept - 1]))
			look->found[kept++] = look->found[i];
	look->count = kept;
}

/* Reads, or skips the test where the machine cannot. */
static void read_holders(const char *source, struct look *look)
{
	char why[TC_WHY_MAX] = "";
	int err;

	look->count = look->all = 0;
	err = tc_holders_read(source, take, look, &look->report, why);
	if (err && source && strcmp(source, "bpf") == 0) {
		print_message("no eBPF here: %s\n", why);
		skip();
	}
	if (err)
		fail_msg("%s: %d %s", source ? source : "best", err, why);
	sort_each_once(look);
}

/* Another run of the program copies descriptors of sockets for a moment (owner/netns_held.c). */
static bool is_another_run(uint32_t pid)
{
	char path[64], name[16] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return true; /* and has gone */
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	return strncmp(name, "tcpcensus", 9) == 0;
}

static void assert_holders(const struct look *look, uint64_t inode, const pid_t *pids, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < look->count; i++) {
		bool expected = false;

		if (look->found[i].inode != inode)
			continue;
		for (size_t j = 0; j < count; j++)
			expected |= look->found[i].pid == (uint32_t)pids[j];
		if (!expected && is_another_run(look->found[i].pid))
			continue;
		found++;
		if (!expected)
			fail_msg("%u does not hold it", look->found[i].pid);
	}
	if (found != count)
		fail_msg("%zu holders for %zu", found, count);
}

static void close_it(int fd)
{
	close(fd);
}

static void keep_it(int fd)
{
	(void)fd;
}

static void dup_it(int fd)
{
	assert_true(dup(fd) >= 0 && dup(fd) >= 0);
}

static void *wait_for_ever(void *unused)
{
	while (pause())
		;
	return unused;
}

/* The other thread has it still, in what is a table of its own from then on. */
static void leave_to_a_thread(int fd)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_for_ever, NULL) || unshare(CLONE_FILES) < 0)
		_exit(1);
	close(fd);
}

/* One socket of several processes, one of which has it thrice, and one of children alone. */
static void check_shared(const char *source)
{
	struct look look = {.early = false};
	int shared = tcp_socket(), own = tcp_socket();
	pid_t keeps, dups, closes, leaves;

	look.wanted[0] = inode_of(shared);
	look.wanted[1] = inode_of(own);
	closes = child_that(close_it, shared);
	keeps = child_that(keep_it, 0);
	leaves = child_that(leave_to_a_thread, own);
	close(own); /* left to the three of them */
	dups = child_that(dup_it, shared);
	read_holders(source, &look);
	end(closes);
	end(keeps);
	end(dups);
	end(leaves);
	close(shared);
	assert_holders(&look, look.wanted[0], (pid_t[]){getpid(), keeps, dups, leaves}, 4);
	assert_holders(&look, look.wanted[1], (pid_t[]){closes, keeps, leaves}, 3);
}

static void test_shared_proc(void **state)
{
	(void)state;
	check_shared("proc");
}

static void test_shared_best(void **state)
{
	(void)state;
	check_shared(NULL);
}

static void test_shared_bpf(void **state)
{
	(void)state;
	check_shared("bpf");
}

static void in_a_session(int fd)
{
	(void)fd;
	setsid();
}

/* Once everything is found, /proc is read on for children, whatever their session. */
static void test_relatives_after_an_early_stop(void **state)
{
	struct look look = {.early = true};
	int fd = tcp_socket();
	pid_t child, own_session;

	(void)state;
	look.wanted[0] = inode_of(fd);
	child = child_that(keep_it, 0);
	own_session = child_that(in_a_session, 0);
	read_holders("proc", &look);
	end(child);
	end(own_session);
	close(fd);
	assert_holders(&look, look.wanted[0], (pid_t[]){getpid(), child, own_session}, 3);
}

static int grandchild_pid[2];

/* The child goes, and its child has the socket, or in a session of its own only another. */
static void leave_a_grandchild(int fd, bool stranger)
{
	pid_t grandchild;

	if (stranger) {
		setsid();
		close(fd);
		tcp_socket();
	}
	grandchild = fork();
	if (grandchild) {
		if (write(grandchild_pid[1], &grandchild, sizeof(grandchild)) < 0)
			_exit(1);
		_exit(grandchild < 0);
	}
	alarm(60); /* nobody else may be there to end it */
	for (;;)
		pause();
}

/* Looks for one socket, with an early end, beside a grandchild without a parent. */
static void look_beside_grandchild(struct look *look, bool stranger, pid_t *ret_grandchild)
{
	int fd = tcp_socket();
	pid_t child;

	look->wanted[0] = inode_of(fd);
	assert_int_equal(pipe(grandchild_pid), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		leave_a_grandchild(fd, stranger);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(read(grandchild_pid[0], ret_grandchild, sizeof(pid_t)), sizeof(pid_t));
	read_holders("proc", look);
	kill(*ret_grandchild, SIGKILL);
	close(grandchild_pid[0]);
	close(grandchild_pid[1]);
	close(fd);
}

static void test_same_session_after_an_early_stop(void **state)
{
	struct look look = {.early = true};
	pid_t grandchild;

	(void)state;
	look_beside_grandchild(&look, false, &grandchild);
	assert_holders(&look, look.wanted[0], (pid_t[]){getpid(), grandchild}, 2);
}

/* Strangers that come later are not looked into any more: that is what stopping saves. */
static void test_strangers_after_an_early_stop(void **state)
{
	struct look look = {.early = true};
	pid_t grandchild;

	(void)state;
	look_beside_grandchild(&look, true, &grandchild);
	assert_holders(&look, look.wanted[0], (pid_t[]){getpid()}, 1);
	if (grandchild < getpid()) {
		print_message("process numbers began anew\n");
		skip();
	}
	assert_int_not_equal(look.last, grandchild);
}

/* It has the highest pid of all, most often, and is gone before its turn comes. */
static void check_vanishing(const char *source)
{
	struct look look = {.early = false};
	int fd = tcp_socket();
	pid_t child = child_that(keep_it, 0);

	look.wanted[0] = inode_of(fd);
	look.to_end = child;
	read_holders(source, &look);
	close(fd);
	for (size_t i = 0; i < look.count; i++)
		assert_true(look.found[i].pid == (uint32_t)getpid() ||
			    look.found[i].pid == (uint32_t)child);
	assert_true(look.count >= 1);
}

static void test_vanishing(void **state)
{
	(void)state;
	check_vanishing("proc");
}

/* One that is gone between open(2) and fdopendir(3), which asks for the folder's status. */
static bool is_gone;

DIR *__real_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd);

DIR *__wrap_fdopendir(int fd)
{
	errno = ENOENT;
	return is_gone ? NULL : __real_fdopendir(fd);
}

static void test_vanished_when_opened(void **state)
{
	struct look look = {.early = false};

	(void)state;
	is_gone = true;
	read_holders("proc", &look);
	is_gone = false;
	assert_int_equal(look.all, 0);
}

/* More than one batch of them in one process. */
static void test_many_of_one(void **state)
{
	enum { MANY = 2500 };
	struct look look = {.early = false};
	int fds[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		fds[i] = i % 2 ? dup(fds[0]) : tcp_socket();
	look.wanted[0] = inode_of(fds[0]);
	look.wanted[1] = inode_of(fds[MANY - 2]);
	read_holders("proc", &look);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	assert_holders(&look, look.wanted[0], (pid_t[]){getpid()}, 1);
	assert_holders(&look, look.wanted[1], (pid_t[]){getpid()}, 1);
	assert_true(look.all >= MANY);
}

static int refuse(void *context, const struct tc_holder *holders, struct tc_sock *socks,
		  size_t count)
{
	(void)context;
	(void)socks;
	(void)holders;
	return count ? -ECANCELED : 0;
}

static void test_sink_ends_it(void **state)
{
	struct tc_holders_report report;
	char why[TC_WHY_MAX] = "";
	int fd = tcp_socket();

	(void)state;
	assert_int_equal(tc_holders_read("proc", refuse, NULL, &report, why), -ECANCELED);
	close(fd);
}

/* Who may not look into the processes of others is told how many he missed, and no error. */
static void become_nobody_and_look(int fd)
{
	struct look look = {.early = false};
	char why[TC_WHY_MAX];

	look.wanted[0] = inode_of(fd);
	if (setgid(65534) || setuid(65534))
		_exit(2);
	if (tc_holders_read(NULL, take, &look, &look.report, why) || look.report.hidden < 1 ||
	    strcmp(look.report.source, "proc") != 0)
		_exit(1);
	_exit(0);
}

static void test_hidden(void **state)
{
	int fd = tcp_socket(), status;
	pid_t child;

	(void)state;
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	child = fork();
	if (!child)
		become_nobody_and_look(fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(fd);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* A crowd of sockets and children: both readers say the same of it. */
static void test_both_ways(void **state)
{
	struct look proc = {.early = false}, bpf = {.early = false};
	pid_t children[20];
	int fds[WANTED_MAX];

	(void)state;
	for (size_t i = 0; i < WANTED_MAX; i++) {
		fds[i] = i % 2 ? socket(AF_INET6, SOCK_STREAM, 0) : tcp_socket();
		assert_true(fds[i] >= 0);
		proc.wanted[i] = bpf.wanted[i] = inode_of(fds[i]);
	}
	for (size_t i = 0; i < TC_ARRAY_SIZE(children); i++)
		children[i] = child_that(i % 3 ? close_it : dup_it, fds[i % WANTED_MAX]);
	read_holders("proc", &proc);
	read_holders("bpf", &bpf);
	for (size_t i = 0; i < TC_ARRAY_SIZE(children); i++)
		end(children[i]);
	for (size_t i = 0; i < WANTED_MAX; i++)
		close(fds[i]);
	assert_true(proc.count > 100);
	assert_int_equal(proc.count, bpf.count);
	for (size_t i = 0; i < proc.count; i++)
		assert_int_equal(compare(&proc.found[i], &bpf.found[i]), 0);
	assert_string_equal(proc.report.source, "proc");
	assert_string_equal(bpf.report.source, "bpf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_kinship),
		cmocka_unit_test(test_shared_proc),
		cmocka_unit_test(test_shared_best),
		cmocka_unit_test(test_shared_bpf),
		cmocka_unit_test(test_relatives_after_an_early_stop),
		cmocka_unit_test(test_same_session_after_an_early_stop),
		cmocka_unit_test(test_strangers_after_an_early_stop),
		cmocka_unit_test(test_vanishing),
		cmocka_unit_test(test_vanished_when_opened),
		cmocka_unit_test(test_many_of_one),
		cmocka_unit_test(test_sink_ends_it),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
