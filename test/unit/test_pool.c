/* SPDX-License-Identifier: MIT */
/* test_pool.c - which processes use which local ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "owner/pool.h"
#include "util/macro.h"

enum { HERE = 1, THERE = 2 };

static const struct tc_process curl = {.pid = 10, .name = "curl"};
static const struct tc_process ssh = {.pid = 20, .name = "ssh"};

struct world {
	struct tc_parties parties;
	struct tc_pools pools;
	const struct tc_party *curl, *ssh, *both;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	const struct tc_process *some[2] = {&curl};

	if (!world)
		return -1;
	world->curl = tc_party_of(&world->parties, some, 1);
	some[0] = &ssh;
	world->ssh = tc_party_of(&world->parties, some, 1);
	some[1] = &curl;
	world->both = tc_party_of(&world->parties, some, 2);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	tc_pools_release(&world->pools);
	tc_parties_release(&world->parties);
	free(world);
	return 0;
}

/* A connection of a host that is told by one number to another one. */
static struct tc_port_use use(uint64_t netns, uint16_t port, uint8_t local, uint8_t remote)
{
	return (struct tc_port_use){
		.netns = netns,
		.local_port = port,
		.local.byte[15] = local,
		.remote.byte[15] = remote,
		.remote_port = 443,
	};
}

static void add(struct world *world, uint64_t netns, uint16_t port, const struct tc_party *party)
{
	struct tc_port_use made = use(netns, port, 1, 2);

	assert_int_equal(tc_pools_add(&world->pools, &made, party), 0);
}

static void settle(struct world *world)
{
	assert_int_equal(tc_pools_settle(&world->pools, &world->parties), 0);
}

static void assert_of(struct world *world, uint64_t netns, uint16_t port,
		      const struct tc_party *party)
{
	struct tc_port_use asked = use(netns, port, 1, 2);
	const struct tc_party *found = tc_pools_of(&world->pools, &asked);

	if (found != party)
		fail_msg("port %u of namespace %u: %s", port, (unsigned)netns,
			 found ? found->processes[0]->name : "nobody");
}

static void test_nobody(void **state)
{
	struct world *world = *state;

	settle(world);
	assert_of(world, HERE, 40000, NULL);
	assert_of(world, HERE, 700, NULL);
}

/* The whole of the ephemeral range is one, whichever ports of it were seen. */
static void test_alone_in_the_range(void **state)
{
	struct world *world = *state;

	add(world, HERE, 40000, world->curl);
	add(world, HERE, 40002, world->curl);
	settle(world);
	assert_of(world, HERE, 32768, world->curl);
	assert_of(world, HERE, 60999, world->curl);
	assert_of(world, HERE, 32767, NULL);
	assert_of(world, HERE, 61000, NULL);
	assert_of(world, THERE, 40000, NULL);
}

/* Several are candidates together; what they have in common is found out by who asks. */
static void test_two_in_the_range(void **state)
{
	struct world *world = *state;

	add(world, HERE, 50000, world->ssh);
	add(world, HERE, 40000, world->curl);
	add(world, HERE, 40001, world->curl);
	add(world, THERE, 40000, world->curl);
	settle(world);
	assert_of(world, HERE, 40000, world->both);
	assert_of(world, THERE, 50000, world->curl);
}

static void test_somebody_unknown_in_the_range(void **state)
{
	struct world *world = *state;

	add(world, HERE, 40000, world->curl);
	add(world, HERE, 40001, NULL);
	add(world, THERE, 40001, world->curl);
	settle(world);
	assert_of(world, HERE, 40000, NULL);
	assert_of(world, THERE, 40000, world->curl);
}

/* Outside of it everybody has a span, and where two overlap neither is told. */
static void test_spans(void **state)
{
	struct world *world = *state;

	add(world, HERE, 620, world->curl);
	add(world, HERE, 600, world->curl);
	add(world, HERE, 610, world->ssh);
	add(world, HERE, 700, world->ssh);
	add(world, HERE, 900, NULL);
	settle(world);
	assert_of(world, HERE, 599, NULL);
	assert_of(world, HERE, 600, world->curl);
	assert_of(world, HERE, 609, world->curl);
	assert_of(world, HERE, 610, NULL);
	assert_of(world, HERE, 620, NULL);
	assert_of(world, HERE, 621, world->ssh);
	assert_of(world, HERE, 700, world->ssh);
	assert_of(world, HERE, 701, NULL);
	assert_of(world, HERE, 900, NULL);
}

static void test_ranges_of_namespaces(void **state)
{
	struct world *world = *state;

	assert_int_equal(tc_pools_range(&world->pools, HERE, 10000, 10009), 0);
	add(world, HERE, 10000, world->curl);
	add(world, HERE, 40000, world->ssh);
	add(world, THERE, 40000, world->ssh);
	settle(world);
	assert_of(world, HERE, 10009, world->curl);
	assert_of(world, HERE, 40000, world->ssh);
	assert_of(world, HERE, 40001, NULL);
	assert_of(world, THERE, 40001, world->ssh);
	assert_of(world, THERE, 10000, NULL);
}

/* The second of two samples adds to what the first has seen. */
static void test_added_later(void **state)
{
	struct world *world = *state;

	add(world, HERE, 40000, world->curl);
	add(world, HERE, 600, world->curl);
	settle(world);
	settle(world);
	assert_of(world, HERE, 40001, world->curl);
	add(world, HERE, 40001, world->ssh);
	add(world, HERE, 610, world->curl);
	settle(world);
	assert_of(world, HERE, 40001, world->both);
	assert_of(world, HERE, 605, world->curl);
	add(world, HERE, 40001, NULL);
	settle(world);
	assert_of(world, HERE, 40001, NULL);
}

/* Two ports that are far apart are no range. */
static void test_far_apart(void **state)
{
	struct world *world = *state;

	add(world, HERE, 8000, world->curl);
	add(world, HERE, 9000, world->curl);
	add(world, HERE, 9100, world->curl);
	settle(world);
	settle(world);
	assert_of(world, HERE, 8080, NULL);
	assert_of(world, HERE, 9050, world->curl);
}

/* To be the only one there now says nothing of those that have gone: the addresses have to agree. */
static void test_other_addresses(void **state)
{
	static const struct {
		uint8_t local, remote;
		uint16_t remote_port;
		bool told;
	} cases[] = {
		{ 1, 2, 80, true },
		{ 1, 3, 80, false },
		{ 3, 2, 80, false },
		{ 2, 1, 80, false },
		{ 1, 2, 32767, true },
		{ 1, 2, 32768, false }, /* of a client, which came in by a listener that has gone */
		{ 1, 2, 700, false },	/* it is ephemeral here */
	};
	static const uint16_t ports[] = { 605, 5010 };
	struct world *world = *state;

	assert_int_equal(tc_pools_range(&world->pools, HERE, 600, 700), 0);
	add(world, HERE, 600, world->curl);
	add(world, HERE, 5000, world->curl);
	add(world, HERE, 5020, world->curl);
	settle(world);
	for (size_t i = 0; i < TC_ARRAY_SIZE(cases); i++)
		for (size_t p = 0; p < TC_ARRAY_SIZE(ports); p++) {
			struct tc_port_use asked = use(HERE, ports[p], cases[i].local,
						       cases[i].remote);

			asked.remote_port = cases[i].remote_port;
			if (tc_pools_of(&world->pools, &asked) !=
			    (cases[i].told ? world->curl : NULL))
				fail_msg("case %zu of port %u", i, ports[p]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_alone_in_the_range, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_two_in_the_range, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_somebody_unknown_in_the_range, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_spans, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ranges_of_namespaces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_far_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_addresses, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_added_later, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
