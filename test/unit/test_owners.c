/* SPDX-License-Identifier: MIT */
/*
 * test_owners.c - what is concluded of sockets that nobody holds from those that this process
 * holds. Their inodes are real, all else of them is made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "owner/owners.h"
#include "util/macro.h"

enum { LIFE_MS = 60000, SOCKETS = 2 };

struct world {
	struct tc_owners owners;
	int fds[SOCKETS];
	uint64_t inodes[SOCKETS];
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct stat status;

	*state = world;
	for (size_t i = 0; world && i < SOCKETS; i++) {
		world->fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (world->fds[i] < 0 || fstat(world->fds[i], &status))
			return -1;
		world->inodes[i] = status.st_ino;
	}
	return world ? 0 : -1;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	tc_owners_release(&world->owners);
	for (size_t i = 0; i < SOCKETS; i++)
		close(world->fds[i]);
	free(world);
	return 0;
}

static struct tc_sock sock(enum tc_state tcp_state, enum tc_direction direction, uint16_t local,
			   uint16_t remote)
{
	return (struct tc_sock){
		.count = 1,
		.state = (uint8_t)tcp_state,
		.direction = (uint8_t)direction,
		.have = TC_HAVE_ENDPOINTS | TC_HAVE_INODE | TC_HAVE_NETNS,
		.local_port = local,
		.remote_port = remote,
		.netns = 7,
	};
}

static void find(struct world *world, const struct tc_sock *socks, size_t count)
{
	char why[TC_WHY_MAX] = "";

	assert_int_equal(tc_owners_note(&world->owners, socks, count, true), 0);
	assert_true(tc_owners_find(&world->owners, why) >= 0);
}

static const struct tc_owner *owner_of(struct world *world, const struct tc_sock *of,
				       enum tc_attribution how)
{
	const struct tc_owner *owner = tc_owners_of(&world->owners, of);

	assert_non_null(owner);
	assert_string_equal(tc_attribution_name(owner->how), tc_attribution_name(how));
	return owner;
}

/* The listener of a service that has been restarted is the service's, and no process of before. */
static void test_started_since(void **state)
{
	struct world *world = *state;
	struct tc_sock listener = sock(TC_LISTEN, TC_DIRECTION_LISTEN, 80, 0);
	struct tc_sock left = sock(TC_TIME_WAIT, TC_DIRECTION_IN, 80, 40000);
	const struct tc_owner *owner;
	char pid[16];

	listener.inode = world->inodes[0];
	left.listener = &listener;
	left.have |= TC_HAVE_EXPIRES;
	find(world, &listener, 1);
	snprintf(pid, sizeof(pid), "%d?", (int)getpid());

	left.expires_ms = LIFE_MS - 1;
	owner = owner_of(world, &left, TC_OWNER_LISTENER);
	assert_string_equal(owner->words[TC_PART_PROCESS], "test_owners?");
	assert_string_equal(owner->words[TC_PART_PID], pid);

	left.expires_ms = 1; /* for 59.999 s, which is more than this test has been running */
	owner = owner_of(world, &left, TC_OWNER_LISTENER);
	assert_string_equal(owner->words[TC_PART_PROCESS], "test_owners?");
	assert_null(owner->words[TC_PART_PID]);
	assert_int_equal(owner->processes[0]->pid, 0);
}

/* What no process can have is hidden where the listener is that would tell whose it was. */
static void test_hidden(void **state)
{
	static const struct {
		enum tc_state state;
		bool came_in;
		enum tc_attribution how;
	} cases[] = {
		{ TC_TIME_WAIT, true, TC_OWNER_HIDDEN },
		{ TC_TIME_WAIT, false, TC_OWNER_NONE },
		{ TC_SYN_RECV, true, TC_OWNER_HIDDEN },
		{ TC_ESTABLISHED, true, TC_OWNER_HIDDEN }, /* not accepted: its listener's */
		{ TC_LISTEN, true, TC_OWNER_HIDDEN },
	};
	struct world *world = *state;
	struct tc_sock listener = sock(TC_LISTEN, TC_DIRECTION_LISTEN, 80, 0);

	listener.inode = 1; /* of nobody's */
	find(world, &listener, 1);
	world->owners.hidden = 1;
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++) {
		struct tc_sock of = sock(cases[i].state, TC_DIRECTION_IN, 80, 40000);

		of.listener = cases[i].came_in ? &listener : NULL;
		of.inode = cases[i].state == TC_LISTEN ? listener.inode : 0;
		owner_of(world, &of, cases[i].how);
	}
}

/* Whoever has exited before its name was read is no candidate: nothing of it can be checked. */
static void test_exited(void **state)
{
	struct world *world = *state;
	struct tc_sock held = sock(TC_ESTABLISHED, TC_DIRECTION_OUT, 40000, 443);
	struct tc_sock left = sock(TC_TIME_WAIT, TC_DIRECTION_OUT, 40001, 443);
	struct tc_process *self;

	held.inode = world->inodes[0];
	find(world, &held, 1);
	self = (struct tc_process *)(uintptr_t)tc_processes_get(&world->owners.processes,
								(uint32_t)getpid(), 0);
	assert_non_null(self);
	owner_of(world, &left, TC_OWNER_PEER);
	self->name = NULL;
	owner_of(world, &left, TC_OWNER_NONE);
	owner_of(world, &held, TC_OWNER_HELD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_started_since, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hidden, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_exited, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
