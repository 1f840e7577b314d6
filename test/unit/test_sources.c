/* SPDX-License-Identifier: MIT */
/*
 * test_sources.c - which source is chosen: by how many sockets there are, and what is asked.
 *
 * What the kernel says of how many there are is made up here: the linker has sources.c call
 * __wrap_tc_sockstat_read() and its like. Where exactly one source becomes better than another is
 * a matter of measuring; that it is so at a dozen and at a million is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/filter.h"
#include "random.h"
#include "source/minis.h"
#include "source/sockstat.h"
#include "source/source.h"
#include "util/macro.h"

static struct tc_sockstat stat_now;

struct tc_sockstat __wrap_tc_sockstat_read(void);

struct tc_sockstat __wrap_tc_sockstat_read(void)
{
	return stat_now;
}

/* Of the whole machine. */
static uint64_t time_wait_now, requests_now;

uint64_t __wrap_tc_minis_time_wait(void);
uint64_t __wrap_tc_minis_requests(void);

uint64_t __wrap_tc_minis_time_wait(void)
{
	return time_wait_now;
}

uint64_t __wrap_tc_minis_requests(void)
{
	return requests_now;
}

static uint64_t current_now = UINT64_MAX; /* ESTABLISHED or CLOSE_WAIT */

uint64_t __wrap_tc_sockstat_current(void);

uint64_t __wrap_tc_sockstat_current(void)
{
	return current_now;
}

static bool own_table_now;
static unsigned processors_now = 2;

bool __wrap_tc_sockstat_has_own_table(void);
unsigned __wrap_tc_processors(void);

bool __wrap_tc_sockstat_has_own_table(void)
{
	return own_table_now;
}

unsigned __wrap_tc_processors(void)
{
	return processors_now;
}

static void set_sockets(uint64_t inuse, uint64_t time_wait)
{
	stat_now = (struct tc_sockstat){
		.known = true,
		.inuse = inuse,
		.time_wait = time_wait,
		.allocated = inuse,
	};
}

static const struct tc_job everything = {
	.states = TC_STATES_ALL,
	.families = TC_FAMILY_INET | TC_FAMILY_INET6,
};

/* What is only bound may be read beside the others. */
static uint32_t start_us(const struct tc_source *source, const struct tc_job *job, bool count)
{
	const struct tc_source_cost *cost = count ? &source->count_cost : &source->scan_cost;

	if (!(job->states & TC_STATE_BIT(TC_BOUND)))
		return cost->start_us;
	return job->states & ~TC_STATES_ELSEWHERE ? cost->start_us + cost->bound.start_us
						  : cost->bound_alone.start_us;
}

static bool is_offered(const struct tc_source *source, const struct tc_source_choice *choices,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (choices[i].source == source)
			return true;
	return false;
}

/* The first choice, of which all that has to hold of any is asserted. */
static const struct tc_source *choose(const struct tc_job *job, bool count)
{
	struct tc_source_choice choices[TC_SOURCES];
	size_t chosen = tc_sources_choose(job, count, choices);

	assert_in_range(chosen, 1, TC_SOURCES);
	for (size_t i = 0; i < chosen; i++) {
		const struct tc_source *source = choices[i].source;

		assert_true(!source->serves || source->serves(job, count));
		assert_true(start_us(source, job, count) > 0);
		assert_true(choices[i].estimate_us >= start_us(source, job, count));
		assert_int_equal(choices[i].known, choices[0].known);
		if (i && choices[i - 1].source->poorer == source->poorer) /* the fastest first, */
			assert_true(choices[i - 1].estimate_us <= choices[i].estimate_us);
		else if (i) /* and the poorer ones last, each once */
			assert_true(source->poorer);
		assert_false(is_offered(source, choices, i));
	}
	for (size_t i = 0; tc_sources[i]; i++) /* none that would do is forgotten */
		assert_int_equal(is_offered(tc_sources[i], choices, chosen),
				 !tc_sources[i]->serves || tc_sources[i]->serves(job, count));
	return choices[0].source;
}

/* ---- The table -------------------------------------------------------------------------- */

struct row {
	const char *what;
	uint64_t inuse, time_wait;
	uint32_t states, need; /* states 0: all */
	uint64_t namespaces;   /* of a job that may be done together; 0: it is of one */
	bool count;
	uint64_t everywhere, requests; /* minisockets of the machine: timewait, request */
	const char *expected;
};

#define ENDS (TC_HAVE_FAMILY | TC_HAVE_ENDPOINTS | TC_HAVE_IFINDEX | TC_HAVE_KIND | TC_HAVE_NETNS)
#define LISTENING TC_STATE_BIT(TC_LISTEN)
#define BOUND TC_STATE_BIT(TC_BOUND)
#define OPENING TC_STATE_BIT(TC_SYN_RECV)
#define CONNECTED (TC_STATES_ALL & ~TC_STATE_BIT(TC_BOUND))

static const struct row rows[] = {
	/* clang-format off */
	{ "nothing is there",             0,        0, 0, 0, 0, true,  0, 0, "netlink" },
	{ "a dozen, counted",            12,        0, 0, 0, 0, true,  0, 0, "netlink" },
	{ "a dozen, listed",             12,        0, 0, ENDS, 0, false, 0, 0, "netlink" },
	{ "a morning's, counted",       869,     4169, 0, 0, 0, true,  0, 0, "netlink" },
	{ "100,000, counted",         50000,    50000, 0, 0, 0, true,  0, 0, "bpf" },
	{ "100,000 in TIME_WAIT",         0,   100000, 0, 0, 0, true,  0, 0, "bpf" },
	{ "a million, counted",     1000000,        0, 0, 0, 0, true,  0, 0, "bpf" },
	{ "a million, with ends",    500000,   500000, 0, ENDS, 0, false, 0, 0, "bpf" },
	{ "a million, with queues",  500000,   500000, 0, ENDS | TC_HAVE_QUEUES, 0, false, 0, 0, "netlink" },
	{ "a million, with inodes", 1000000,        0, 0, TC_HAVE_INODE, 0, false, 0, 0, "netlink" },
	{ "a million, with cookies",1000000,        0, 0, TC_HAVE_COOKIE, 0, false, 0, 0, "netlink" },
	{ "listeners among a million", 1000000,     0, LISTENING, ENDS, 0, false, 0, 0, "netlink" },
	{ "a count of listeners",   1000000,        0, LISTENING, 0, 0, true,  0, 0, "netlink" },
	{ "1,000 small namespaces",    1000,     1000, 0, 0, 1000, true,  0, 0, "bpf" },
	{ "their ends",                1000,     1000, CONNECTED, ENDS, 1000, false, 0, 0, "bpf" },
	{ "their queues",              1000,     1000, CONNECTED, TC_HAVE_QUEUES, 1000, false, 0, 0, "netlink" },
	{ "two small namespaces",        24,        0, 0, 0, 2, true,  0, 0, "netlink" },
	{ "a crowd in the other",        24,        0, 0, 0, 2, true,  400000, 0, "bpf" },
	{ "a flood, counted",            12,        0, 0, 0, 0, true,  0, 100000, "bpf" },
	{ "a flood, with ends",          12,        0, 0, ENDS, 0, false, 0, 100000, "bpf" },
	{ "a crowd of others to pass",   12,        0, 0, 0, 0, true,  400000, 0, "bpf" },
	{ "bound, counted among few",   869,     4169, BOUND, 0, 0, true, 0, 0, "netlink" },
	{ "bound, counted among many", 34000,  136000, BOUND, 0, 0, true, 0, 0, "bpf" },
	{ "bound, among TIME_WAIT",       0,   136000, BOUND, 0, 0, true, 0, 0, "bpf" },
	{ "bound, listed",            34000,   136000, BOUND, ENDS, 0, false, 0, 0, "netlink" },
	{ "bound, others having a crowd", 12,       0, BOUND, 0, 0, true, 400000, 0, "bpf" },
	{ "bound, or listening",      34000,   136000, BOUND | LISTENING, 0, 0, true, 0, 0, "bpf" },
	{ "bound in 300 namespaces",  34000,   136000, BOUND, 0, 300, true, 0, 0, "bpf" },
	{ "half open, counted of few",  869,     4169, OPENING, 0, 0, true,  0, 50, "netlink" },
	{ "half open, listed of few",   869,     4169, OPENING, ENDS, 0, false, 0, 50, "netlink" },
	{ "half open, counted of many", 34000, 136000, OPENING, 0, 0, true,  0, 50, "bpf" },
	{ "half open, listed of many", 34000,  136000, OPENING, ENDS, 0, false, 0, 50, "bpf" },
	{ "all with ends, and bound", 34000,   136000, 0, ENDS, 0, false, 0, 0, "bpf" },
	/* clang-format on */
};

static struct tc_job job_of(const struct row *row)
{
	struct tc_job job = everything;

	if (row->states)
		job.states = row->states;
	job.need = row->need;
	job.together = row->namespaces > 0;
	job.namespaces = row->namespaces;
	return job;
}

/* Where the first is refused, the other that tells everything comes before /proc. */
static void test_second_choice(void **state)
{
	struct tc_source_choice choices[TC_SOURCES];
	struct tc_job job = everything;

	(void)state;
	set_sockets(12, 0);
	assert_int_equal(tc_sources_choose(&job, true, choices), TC_SOURCES);
	assert_string_equal(choices[1].source->name, "bpf");
	job.states = LISTENING;
	job.need = ENDS | TC_HAVE_QUEUES | TC_HAVE_INODE | TC_HAVE_COOKIE;
	assert_int_equal(tc_sources_choose(&job, false, choices), TC_SOURCES);
	assert_string_equal(choices[1].source->name, "bpf");
	job.states = CONNECTED;
	assert_int_equal(tc_sources_choose(&job, false, choices), TC_SOURCES - 1);
	assert_string_equal(choices[1].source->name, "proc");
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_job job = job_of(&rows[i]);
		const struct tc_source *source;

		set_sockets(rows[i].inuse, rows[i].time_wait);
		time_wait_now = rows[i].everywhere;
		requests_now = rows[i].requests;
		source = choose(&job, rows[i].count);
		if (strcmp(source->name, rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].what, source->name);
	}
}

/* What a full socket costs, a minisocket, and one that is passed, differs by more than twice. */
static void test_kinds(void **state)
{
	struct tc_job job = everything;

	(void)state;
	set_sockets(18000, 0);
	assert_string_equal(choose(&job, true)->name, "bpf");
	set_sockets(0, 18000);
	assert_string_equal(choose(&job, true)->name, "netlink");
	job.need = ENDS;
	job.states = TC_STATE_BIT(TC_TIME_WAIT);
	assert_string_equal(choose(&job, false)->name, "bpf");
	set_sockets(17000, 200);
	assert_string_equal(choose(&job, false)->name, "netlink");
	job.states = TC_STATE_BIT(TC_ESTABLISHED);
	assert_string_equal(choose(&job, false)->name, "bpf");
	job.states = TC_STATE_BIT(TC_CLOSE_WAIT); /* they may be few, */
	assert_string_equal(choose(&job, false)->name, "netlink");
	set_sockets(60000, 200); /* and of so many they may be a crowd themselves */
	assert_string_equal(choose(&job, false)->name, "bpf");
}

/* Where it is known how many are ESTABLISHED or CLOSE_WAIT, those who are not are not expected. */
static void test_current(void **state)
{
	static const struct {
		uint64_t current;
		uint32_t states;
		const char *expected;
	} crowds[] = {
		{20000, TC_STATE_BIT(TC_ESTABLISHED), "bpf"},
		{0, TC_STATE_BIT(TC_ESTABLISHED), "netlink"},
		{0, TC_STATE_BIT(TC_FIN_WAIT2), "bpf"},
		{20000, TC_STATE_BIT(TC_FIN_WAIT2), "netlink"},
		{0, TC_STATE_BIT(TC_CLOSE_WAIT), "netlink"},
		{UINT64_MAX, TC_STATE_BIT(TC_ESTABLISHED), "bpf"},
		{20001, TC_STATE_BIT(TC_ESTABLISHED), "bpf"}, /* more than there are: it has grown */
	};

	(void)state;
	set_sockets(20000, 0);
	time_wait_now = requests_now = 0;
	for (size_t i = 0; i < TC_ARRAY_SIZE(crowds); i++) {
		struct tc_job job = everything;

		current_now = crowds[i].current;
		job.need = ENDS;
		job.states = crowds[i].states;
		if (strcmp(choose(&job, false)->name, crowds[i].expected) != 0)
			fail_msg("crowd %zu", i);
	}
	current_now = UINT64_MAX;
}

static void test_families(void **state)
{
	struct tc_job job = everything;

	(void)state;
	set_sockets(17000, 0);
	job.need = ENDS;
	job.families = TC_FAMILY_INET6;
	assert_string_equal(choose(&job, false)->name, "netlink");
	job.families = TC_FAMILY_INET;
	assert_string_equal(choose(&job, false)->name, "bpf");
	stat_now.inuse6 = 17000;
	assert_string_equal(choose(&job, false)->name, "netlink");
	job.families = TC_FAMILY_INET6;
	assert_string_equal(choose(&job, false)->name, "bpf");
}

/* Where the kernel does not say how many there are, what begins fastest is best. */
static void test_not_known(void **state)
{
	struct tc_source_choice choices[TC_SOURCES];
	struct tc_job job = everything;

	(void)state;
	stat_now = (struct tc_sockstat){
		.inuse = UINT64_MAX,
		.time_wait = UINT64_MAX,
		.allocated = UINT64_MAX,
	};
	assert_string_equal(choose(&job, true)->name, "netlink");
	tc_sources_choose(&job, true, choices);
	assert_false(choices[0].known);
	job.states = LISTENING; /* of which that makes no difference */
	tc_sources_choose(&job, true, choices);
	assert_true(choices[0].known);
	job.states = TC_STATES_ALL;
	job.together = true;
	job.namespaces = 3;
	choose(&job, true);
}

static uint64_t estimate_of(const char *name, const struct tc_job *job, bool count)
{
	struct tc_source_choice choices[TC_SOURCES];
	size_t chosen = tc_sources_choose(job, count, choices);

	for (size_t i = 0; i < chosen; i++)
		if (strcmp(choices[i].source->name, name) == 0)
			return choices[i].estimate_us;
	return 0;
}

/* Whoever has a table of his own does not come by those in the others'. */
static void test_own_table(void **state)
{
	struct tc_job job = everything;
	uint64_t estimate_us;

	(void)state;
	set_sockets(12, 0);
	stat_now.allocated = 400000;
	time_wait_now = 0;
	assert_string_equal(choose(&job, true)->name, "bpf");
	own_table_now = true;
	assert_string_equal(choose(&job, true)->name, "netlink");
	own_table_now = false;
	estimate_us = estimate_of("netlink", &job, true);
	stat_now.allocated = 12; /* half of them: past them takes half the time */
	time_wait_now = 200000;
	assert_true(estimate_of("netlink", &job, true) * 2 - estimate_us < 2000);
}

/* Each of them is read past the sockets of all. */
static void test_one_by_one(void **state)
{
	struct tc_job job = everything;

	(void)state;
	set_sockets(12, 0);
	stat_now.allocated = 34000;
	time_wait_now = 136000;
	job.states = CONNECTED;
	job.need = ENDS;
	job.namespaces = 300;
	assert_string_equal(choose(&job, false)->name, "bpf");
	assert_true(estimate_of("bpf", &job, false) > 1000000);
	assert_true(estimate_of("netlink", &job, false) > 3000000);
	stat_now.allocated = 300; /* where there is nothing to pass, who begins fastest is */
	time_wait_now = 0;
	assert_string_equal(choose(&job, false)->name, "netlink");
	assert_true(estimate_of("netlink", &job, false) > 300000);
	job.together = true;
	assert_string_equal(choose(&job, false)->name, "bpf");
	assert_true(estimate_of("bpf", &job, false) < 10000);
}

/* What is only bound is part of what is told; where two dumps can be made at once, beside it. */
static void test_bound_beside(void **state)
{
	struct tc_job job = everything, connected = everything, bound = everything;
	uint64_t beside_us;

	(void)state;
	time_wait_now = requests_now = 0;
	set_sockets(1000, 100000);
	connected.states = CONNECTED;
	bound.states = BOUND;
	assert_true(estimate_of("netlink", &bound, true) > 20000);
	beside_us = estimate_of("netlink", &job, true);
	assert_true(beside_us == estimate_of("netlink", &connected, true));
	processors_now = 1;
	assert_true(estimate_of("netlink", &job, true) > beside_us + 10000);
	processors_now = 2;
	connected.need = job.need = ENDS;
	for (size_t i = 0; i < 2; i++)
		assert_true(estimate_of(tc_sources[i]->name, &job, false) >
			    estimate_of(tc_sources[i]->name, &connected, false) + 10000);
}

/* netlink passes what a filter does not want, and eBPF hands it over. */
static void test_filter(void **state)
{
	struct tc_filter *filter;
	struct tc_filter_error error;
	struct tc_job job = everything;
	uint64_t bpf_us, netlink_us;

	(void)state;
	time_wait_now = requests_now = 0;
	set_sockets(34000, 136000);
	assert_int_equal(tc_filter_parse("dport = :80", 0, &filter, &error), 0);
	job.need = ENDS;
	bpf_us = estimate_of("bpf", &job, false);
	netlink_us = estimate_of("netlink", &job, false);
	job.filter = filter;
	assert_true(estimate_of("bpf", &job, false) == bpf_us);
	assert_true(estimate_of("netlink", &job, false) < netlink_us);
	assert_string_equal(choose(&job, true)->name, "netlink"); /* with BOUND, beside */
	job.states = CONNECTED;
	assert_string_equal(choose(&job, false)->name, "bpf");
	tc_filter_free(filter);
}

/* ---- What holds of any job -------------------------------------------------------------- */

/* Once a source is better for more sockets, it stays so: it is not worse for more again. */
static void test_monotone(void **state)
{
	static const uint32_t needs[] = {0, ENDS, ENDS | TC_HAVE_QUEUES};

	(void)state;
	for (unsigned way = 0; way < 2 * TC_ARRAY_SIZE(needs); way++) {
		struct tc_job job = everything;
		const struct tc_source *last = NULL;
		size_t changes = 0;

		job.need = needs[way / 2];
		for (uint64_t sockets = 1; sockets < 100000000; sockets += 1 + sockets / 16) {
			const struct tc_source *source;

			set_sockets(sockets / 3, sockets - sockets / 3);
			source = choose(&job, way % 2);
			if (last && source != last) {
				changes++;
				/* Who begins later has to be the faster one then. */
				assert_true(start_us(source, &job, way % 2) > start_us(last, &job, way % 2));
			}
			last = source;
		}
		assert_true(changes < TC_SOURCES);
	}
}

/* Jobs of all kinds: what choose() asserts. */
static void test_any_job(void **state)
{
	struct dice dice = {.state = 4169};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct tc_job job = everything;

		set_sockets(dice_bits(&dice) >> (24 + dice_below(&dice, 40)),
			    dice_bits(&dice) >> (24 + dice_below(&dice, 40)));
		job.states = (uint32_t)dice_bits(&dice) & TC_STATES_ALL;
		if (!job.states)
			job.states = LISTENING;
		job.need = dice_below(&dice, 2) ? (uint32_t)dice_bits(&dice) & ENDS
						: (uint32_t)dice_bits(&dice);
		job.together = dice_below(&dice, 2);
		job.namespaces = job.together ? 2 + dice_below(&dice, 2000) : 0;
		choose(&job, dice_below(&dice, 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_current),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_second_choice),
		cmocka_unit_test(test_not_known),
		cmocka_unit_test(test_own_table),
		cmocka_unit_test(test_one_by_one),
		cmocka_unit_test(test_bound_beside),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_monotone),
		cmocka_unit_test(test_any_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
