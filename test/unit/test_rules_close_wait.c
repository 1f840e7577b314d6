/* SPDX-License-Identifier: MIT */
/* test_rules_close_wait.c - the rule about connections that a program does not close. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene.h"

enum { MINUTE = 60000, HOUR = 60 * MINUTE };

static void test_close_wait_leak_found(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, MINUTE), 7, 2);
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, SCENE_YOUNG_MS), 2, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE); /* a long poll may be so */
	assert_says(&scene, "7 of 9 CLOSE_WAIT have been held");
	assert_says(&scene, "So few may be half closed on purpose");
	assert_says(&scene, "60 s at least");
	assert_says(&scene, "Peers: 10.1.0.0: 4, 10.1.0.1: 3.");
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, HOUR), 1, 1);
	scene_add(&scene, scene_without(scene_sock(TC_CLOSE_WAIT, 0), TC_HAVE_INSIDE), 4, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "1 of them for an hour");
	assert_says(&scene, "For 4 more this is not known");
	scene_end(&scene);
}

/* So many held before the interval as there are now, less `grown`. */
static void grow(struct scene *scene, uint64_t grown)
{
	scene->facts.has_census_before = true;
	scene->facts.census_before.states[TC_CLOSE_WAIT] =
		scene->facts.census.states[TC_CLOSE_WAIT] - grown;
}

/* One that is old fails nobody. */
static void test_close_wait_severity(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, 9 * MINUTE), 1, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "half closed on purpose");
	assert_false(scene_says(&scene, "limits of descriptors"));
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, 2 * HOUR), 1, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_false(scene_says(&scene, "half closed on purpose"));
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, SCENE_YOUNG_MS), 30, 1);
	grow(&scene, 30);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "They rose by 30 in 3.0 s (10/s)");
	assert_says(&scene, "limits of descriptors is not known, so this is not called critical");
	scene_end(&scene);
}

/* ---- Descriptors ------------------------------------------------------------------------- */

/* So many that are old, all of one process. */
static void add_held_as(struct scene *scene, uint32_t pid, const char *name, unsigned count)
{
	const struct tc_process process = {.pid = pid, .name = name}, *processes[] = {&process};
	const struct tc_owner owner = {.processes = processes,
				       .count = 1,
				       .how = TC_OWNER_HELD,
				       .words[TC_PART_PROCESS] = name};
	struct tc_sock sock = scene_sock(TC_CLOSE_WAIT, HOUR);
	struct tc_text text = *sock.text;

	text.owner = &owner;
	sock.text = &text;
	scene_add(scene, sock, count, 1);
	assert_int_equal(tc_facts_finish(&scene->facts), 0);
}

static void add_held_by(struct scene *scene, uint32_t pid, unsigned count)
{
	add_held_as(scene, pid, NULL, count);
}

/* What a scene of one process comes to; open 0: it was not read. */
static enum tc_severity judge_held(struct scene *scene, unsigned held, uint64_t open,
				   uint64_t limit, uint64_t grown, uint64_t oldest_ms)
{
	struct tc_facts_program *program;

	scene_begin(scene);
	add_held_by(scene, 812, held);
	program = scene->facts.programs;
	scene->facts.symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD].oldest_ms = oldest_ms;
	assert_int_equal(scene->facts.program_count, 1);
	assert_int_equal(program->pid, 812);
	assert_int_equal(program->held, held);
	grow(scene, grown);
	/* scene_judge() would rank them anew. */
	program->has_limit = true;
	program->limit = limit;
	program->has_open = open;
	program->open = open;
	assert_int_equal(
		tc_judge(tc_rule_find("close-wait-leak"), &scene->facts, true, &scene->judged), 0);
	scene->has_verdict = true;
	return scene_severity(scene);
}

/* The share of the limit, whatever the number. */
static void test_share_of_the_limit(void **state)
{
	static const struct {
		unsigned held;
		uint64_t open, limit;
		enum tc_severity severity;
	} rows[] = {
		{1000, 1200, 1048576, TC_SEVERITY_WARNING}, /* much room */
		{511, 0, 1024, TC_SEVERITY_WARNING},
		{512, 0, 1024, TC_SEVERITY_CRITICAL},
		{32, 40, 64, TC_SEVERITY_CRITICAL},
		{31, 40, 64, TC_SEVERITY_WARNING},
		{103, 921, 1024, TC_SEVERITY_WARNING}, /* nine in ten are 921.6 */
		{103, 922, 1024, TC_SEVERITY_CRITICAL},
		{102, 1024, 1024, TC_SEVERITY_WARNING}, /* others have used them up */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene scene;

		assert_int_equal(
			judge_held(&scene, rows[i].held, rows[i].open, rows[i].limit, 0, HOUR),
			rows[i].severity);
		assert_says(&scene, "Process 812 may have");
		if (rows[i].open)
			assert_says(&scene, "are in use");
		assert_false(scene_says(&scene, "none left"));
		scene_end(&scene);
	}
}

/* The time that is left at the rate at which they were forgotten. */
static void test_time_left(void **state)
{
	struct scene scene;

	(void)state;
	/* 200 in ten seconds: 20/s, and 72000 in an hour */
	assert_int_equal(judge_held(&scene, 200, 300, 300 + 72000, 1, MINUTE + 10000),
			 TC_SEVERITY_CRITICAL);
	assert_says(&scene, "it has none left in 60 min");
	scene_end(&scene);
	assert_int_equal(judge_held(&scene, 200, 300, 300 + 72020, 1, MINUTE + 10000),
			 TC_SEVERITY_WARNING);
	assert_false(scene_says(&scene, "none left"));
	scene_end(&scene);
	/* It has ended, as it seems. */
	assert_int_equal(judge_held(&scene, 200, 300, 500, 0, MINUTE + 10000), TC_SEVERITY_WARNING);
	scene_end(&scene);
	/* So few tell no rate. */
	assert_int_equal(judge_held(&scene, 9, 20, 100, 37, MINUTE + 10000), TC_SEVERITY_NOTICE);
	scene_end(&scene);
}

/* What a limit of so many for each of those that hold some, the most first, comes to. */
static void judge_limits(struct scene *scene, const uint64_t *limits, size_t count)
{
	assert_int_equal(scene->facts.program_count, count);
	for (size_t i = 0; i < count; i++) {
		scene->facts.programs[i].has_limit = limits[i];
		scene->facts.programs[i].limit = limits[i];
	}
	assert_int_equal(
		tc_judge(tc_rule_find("close-wait-leak"), &scene->facts, true, &scene->judged), 0);
	scene->has_verdict = true;
}

/* The program that is nearest to its own limit counts, however few it holds. */
static void test_several_programs(void **state)
{
	static const uint64_t limits[] = {65536, 64, 0, 1024, 16};
	static const uint64_t wide[] = {65536, 65536, 65536, 65536, 16};
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	add_held_by(&scene, 5, 10);
	add_held_by(&scene, 6, 400);
	add_held_by(&scene, 9, 8);
	add_held_by(&scene, 7, 40);
	add_held_by(&scene, 8, 20);
	judge_limits(&scene, limits, 5);
	assert_int_equal(scene.facts.programs[0].pid, 6);
	assert_int_equal(scene.facts.programs[1].pid, 7);
	assert_int_equal(scene.facts.programs[2].pid, 8);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "Process 7 may have 64 descriptors; these connections take 40 of them");
	assert_says(&scene, "1 more process has as little room.");
	tc_draft_release(&scene.judged.draft);
	judge_limits(&scene, wide, 5);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "Process 9 may have 16 descriptors; these connections take 8 of them");
	assert_false(scene_says(&scene, "as little room"));
	scene_end(&scene);
}

/* Who runs out is named first, though others have far more and the list has no place for it. */
static void test_who_runs_out_is_named_first(void **state)
{
	static const uint64_t limits[] = {65536, 65536, 65536, 65536, 16};
	static const uint64_t wide[] = {65536, 65536, 65536, 65536, 65536};
	static const uint64_t second[] = {65536, 200, 65536, 65536, 65536};
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	add_held_as(&scene, 1, "big", 400);
	add_held_as(&scene, 2, "large", 300);
	add_held_as(&scene, 3, "much", 200);
	add_held_as(&scene, 4, "some", 100);
	add_held_as(&scene, 5, "little", 8);
	judge_limits(&scene, limits, 5);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "Process 5 (little) may have 16 descriptors");
	assert_says(&scene, "Whose: little: 8, big: 400, large: 300, much: 200; and of others: 100.");
	tc_draft_release(&scene.judged.draft);
	judge_limits(&scene, second, 5); /* it has a place */
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "Whose: large: 300, big: 400, much: 200; and of others: 108.");
	tc_draft_release(&scene.judged.draft);
	judge_limits(&scene, wide, 5); /* nobody does */
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "Whose: big: 400, large: 300, much: 200; and of others: 108.");
	scene_end(&scene);
}

/* What two processes share takes a descriptor of each. */
static void test_shared_by_processes(void **state)
{
	static const uint64_t limits[] = {1024, 20};
	const struct tc_process first = {.pid = 5}, second = {.pid = 6};
	const struct tc_process *processes[] = {&first, &second};
	const struct tc_owner owner = {.processes = processes, .count = 2, .how = TC_OWNER_HELD};
	struct tc_sock sock = scene_sock(TC_CLOSE_WAIT, HOUR);
	struct tc_text text = *sock.text;
	struct scene scene;

	(void)state;
	text.owner = &owner;
	sock.text = &text;
	scene_begin(&scene);
	scene_add(&scene, sock, 10, 1);
	assert_int_equal(tc_facts_finish(&scene.facts), 0);
	judge_limits(&scene, limits, 2);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_CRITICAL);
	assert_says(&scene, "Process 6 may have 20 descriptors; these connections take 10 of them");
	scene_end(&scene);
}

/* ---- Those that are young ------------------------------------------------------------------ */

/* A leak that began a moment ago: none is old, and they become more. */
static void test_close_wait_young(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, SCENE_YOUNG_MS), 1986, 1);
	grow(&scene, 681);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "1305, then 1986, in 3.0 s");
	grow(&scene, 29); /* less than ten a second */
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_NORMAL);
	scene_end(&scene);
	scene_begin(&scene); /* what grew nobody has accepted */
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, SCENE_YOUNG_MS), 3, 1);
	scene_add(&scene, scene_unheld(scene_sock(TC_CLOSE_WAIT, SCENE_YOUNG_MS)), 50, 1);
	grow(&scene, 50);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_NORMAL);
	scene_end(&scene);
}

/* Too young to tell; and what nobody has accepted yet, of which that must not be said. */
static void test_close_wait_normal_and_unaccepted(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_QUIET);
	scene_add(&scene, scene_unheld(scene_sock(TC_CLOSE_WAIT, HOUR)), 5, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_QUIET);
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, MINUTE - 1), 3, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_NORMAL);
	assert_says(&scene, "3 CLOSE_WAIT whose peers were heard less than a minute ago");
	scene_end(&scene);
}

/* A program that goes on sending has not forgotten it, however long that takes. */
static void test_close_wait_answered(void **state)
{
	struct tc_sock sock = scene_sock(TC_CLOSE_WAIT, SCENE_YOUNG_MS);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene.facts.has_census_before = true;
	scene.facts.watched.taken = scene.facts.watched.whole = true;
	scene.facts.watched.apart_ms = 1000;
	assert_int_equal(tc_watched_add(&scene.facts.watched, &sock, 1), 0);
	scene_add(&scene, sock, 20, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_NORMAL);
	assert_says(&scene, "20 CLOSE_WAIT are half closed on purpose: their programs go on");
	assert_false(scene_says(&scene, "heard less than a minute ago"));
	sock.inode++;
	scene_add(&scene, sock, 2, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_NORMAL);
	assert_says(&scene, "2 CLOSE_WAIT whose peers were heard less than a minute ago");
	scene_end(&scene);
}

/* None is old yet, but they become more: ten a second, whatever the interval; and ten at least. */
static void test_close_wait_growing(void **state)
{
	static const struct {
		uint64_t interval_us, grown;
		enum tc_verdict verdict;
	} rows[] = {
		{1000000, 9, TC_NORMAL},    {1000000, 10, TC_FOUND},   {3000000, 29, TC_NORMAL},
		{3000000, 30, TC_FOUND},    {200000, 9, TC_NORMAL},    {200000, 10, TC_FOUND},
		{60000000, 599, TC_NORMAL}, {60000000, 600, TC_FOUND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scene scene;

		scene_begin(&scene);
		scene.facts.interval_us = rows[i].interval_us;
		scene_add(&scene, scene_sock(TC_CLOSE_WAIT, SCENE_YOUNG_MS),
			  (unsigned)rows[i].grown, 1);
		grow(&scene, rows[i].grown);
		assert_int_equal(scene_judge(&scene, "close-wait-leak"), rows[i].verdict);
		if (rows[i].verdict == TC_FOUND)
			assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		else
			assert_says(&scene, "which does not tell");
		scene_end(&scene);
	}
}

static void test_close_wait_unsure(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene); /* as from /proc: held, and nobody knows since when */
	scene_add(&scene, scene_unheld(scene_without(scene_sock(TC_CLOSE_WAIT, 0), TC_HAVE_INSIDE)), 2, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_QUIET);
	scene_add(&scene, scene_without(scene_sock(TC_CLOSE_WAIT, 0), TC_HAVE_INSIDE), 6, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_UNSURE);
	assert_needs(&scene, "which of 6 CLOSE_WAIT");
	scene_end(&scene);
	scene_begin_counted(&scene);
	scene_count(&scene, TC_CLOSE_WAIT, 18);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_UNSURE);
	assert_needs(&scene, "18 CLOSE_WAIT");
	scene_end(&scene);
}

/* Of another system's listing: a number, and what TCP itself says of it. */
static void test_close_wait_elsewhere(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin_counted(&scene);
	scene.facts.report.origins = TC_ORIGIN_OTHER_SYSTEM;
	scene_count(&scene, TC_CLOSE_WAIT, 999);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_UNSURE);
	assert_needs(&scene, "another listing a minute later: those of 999 CLOSE_WAIT");
	scene_count(&scene, TC_CLOSE_WAIT, 1);
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "1000 CLOSE_WAIT: so many");
	scene.facts.report.origins = 0; /* so are those of a Linux machine */
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	scene.facts.report.foreign = false; /* here it can be looked up */
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_UNSURE);
	scene_end(&scene);
}

/* ---- With keepalive ---------------------------------------------------------------------- */

/* Sockets on which keepalive is at work, without data for so long; each an inode of its own. */
static void add_kept(struct scene *scene, enum tc_state state, uint32_t quiet_ms, unsigned count,
		     bool was_there)
{
	struct tc_inside inside = {.have = TC_INSIDE_TIMES,
				   .data_sent_ms = quiet_ms,
				   .data_received_ms = quiet_ms,
				   .ack_received_ms = 2000}; /* a probe was answered */
	struct tc_text text = {.inside = &inside};
	struct tc_sock sock = scene_sock(state, 0);

	sock.timer = TC_TIMER_KEEPALIVE;
	sock.text = &text;
	for (unsigned i = 0; i < count; i++) {
		sock.inode = 100000 + scene->cookie;
		if (was_there)
			assert_int_equal(tc_watched_add(&scene->facts.watched, &sock, 1), 0);
		scene_add(scene, sock, 1, 1);
	}
}

/* So many that the look before had, and that have been closed since. */
static void add_closed(struct scene *scene, enum tc_watch watch, unsigned count)
{
	scene->facts.watched.quiet[watch] += count;
}

static void look_before(struct scene *scene, uint64_t apart_ms)
{
	scene->facts.watched.taken = scene->facts.watched.whole = true;
	scene->facts.watched.apart_ms = apart_ms;
	scene->facts.has_census_before = true;
}

/* What is asked of both states. */
static const struct {
	enum tc_state state;
	const char *id;
	enum tc_watch watch;
} kept_rows[] = {
	{TC_CLOSE_WAIT, "close-wait-leak", TC_WATCH_CLOSE_WAIT},
	{TC_FIN_WAIT2, "fin-wait2-held", TC_WATCH_FIN_WAIT2},
};

/* Begins a scene in which only these are; those that grew are not what is asked here. */
static enum tc_verdict judge_kept(struct scene *scene, size_t row, unsigned count, unsigned closed,
				  uint64_t apart_ms)
{
	scene_begin(scene);
	look_before(scene, apart_ms);
	add_kept(scene, kept_rows[row].state, HOUR, count, true);
	add_closed(scene, kept_rows[row].watch, closed);
	scene->facts.census_before.states[kept_rows[row].state] = count;
	return scene_judge(scene, kept_rows[row].id);
}

/* Few tell after a minute only; many sooner, the sooner the more they are. */
static void test_kept_fresh(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		assert_int_equal(judge_kept(&scene, i, 9, 0, 1000), TC_UNSURE);
		assert_needs(&scene, "two looks a minute apart (-i 1m)");
		scene_end(&scene);
		assert_int_equal(judge_kept(&scene, i, 1, 0, MINUTE), TC_FOUND);
		assert_says(&scene, "for 60 s at least");
		scene_end(&scene);
		assert_int_equal(judge_kept(&scene, i, 9, 0, MINUTE), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		scene_end(&scene);
		assert_int_equal(judge_kept(&scene, i, 10, 0, MINUTE), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
		scene_end(&scene);
		assert_int_equal(judge_kept(&scene, i, 179, 0, 1000), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		assert_says(&scene, tc_state_name(kept_rows[i].state));
		assert_says(&scene, " whose age keepalive hides were there 1.0 s before");
		assert_says(&scene, "diagnose -i 1m");
		scene_end(&scene);
		assert_int_equal(judge_kept(&scene, i, 180, 0, 1000), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		assert_says(&scene, "of which 0 ended meanwhile, last a minute or more");
		scene_end(&scene);
		assert_int_equal(judge_kept(&scene, i, 60, 0, 3000), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		scene_end(&scene);
	}
}

/* Those that turn over quickly: what left says that the others will. */
static void test_kept_fresh_and_closed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		assert_int_equal(judge_kept(&scene, i, 359, 1, 1000), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		scene_end(&scene);
		assert_int_equal(judge_kept(&scene, i, 360, 1, 1000), TC_FOUND);
		assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
		assert_says(&scene, "of which 1 ended meanwhile");
		scene_end(&scene);
		scene_begin(&scene); /* of many that were there none is any more */
		look_before(&scene, 1000);
		add_closed(&scene, kept_rows[i].watch, 500);
		add_kept(&scene, kept_rows[i].state, HOUR, 500, false);
		scene.facts.census_before.states[kept_rows[i].state] = 500;
		assert_in_range(scene_judge(&scene, kept_rows[i].id), TC_QUIET, TC_NORMAL);
		scene_end(&scene);
	}
}

/* One look says nothing of them, and does not call them young either. */
static void test_kept_fresh_and_one_look(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		scene_begin(&scene);
		scene_instant(&scene);
		add_kept(&scene, kept_rows[i].state, HOUR, 500, false);
		assert_int_equal(scene_judge(&scene, kept_rows[i].id), TC_UNSURE);
		assert_needs(&scene, "two looks a minute apart (-i 1m)");
		scene.facts.report.foreign = true;
		assert_int_equal(scene_judge(&scene, kept_rows[i].id), TC_UNSURE);
		assert_needs(&scene, "another listing a minute later");
		scene_end(&scene);
		scene_begin(&scene); /* in use: data have come */
		scene_instant(&scene);
		add_kept(&scene, kept_rows[i].state, MINUTE - 1, 5, false);
		assert_in_range(scene_judge(&scene, kept_rows[i].id), TC_QUIET, TC_NORMAL);
		scene_end(&scene);
	}
}

/* Beside those whose age is known they are told of, and do not make it less bad. */
static void test_kept_fresh_beside_old(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	look_before(&scene, 1000);
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, HOUR), 2, 1);
	add_kept(&scene, TC_CLOSE_WAIT, HOUR, 3, true);
	scene.facts.census_before.states[TC_CLOSE_WAIT] = 5;
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "2 of 5 CLOSE_WAIT have been held");
	assert_says(&scene, "3 CLOSE_WAIT whose age keepalive hides were there");
	scene_end(&scene);
	scene_begin(&scene); /* a single one may be on purpose; how long the others last is not known */
	look_before(&scene, 1000);
	scene_add(&scene, scene_sock(TC_CLOSE_WAIT, MINUTE), 1, 1);
	add_kept(&scene, TC_CLOSE_WAIT, HOUR, 180, true);
	scene.facts.census_before.states[TC_CLOSE_WAIT] = 181;
	assert_int_equal(scene_judge(&scene, "close-wait-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_close_wait_leak_found),
		cmocka_unit_test(test_close_wait_severity),
		cmocka_unit_test(test_share_of_the_limit),
		cmocka_unit_test(test_time_left),
		cmocka_unit_test(test_several_programs),
		cmocka_unit_test(test_who_runs_out_is_named_first),
		cmocka_unit_test(test_shared_by_processes),
		cmocka_unit_test(test_close_wait_young),
		cmocka_unit_test(test_close_wait_normal_and_unaccepted),
		cmocka_unit_test(test_close_wait_answered),
		cmocka_unit_test(test_close_wait_growing),
		cmocka_unit_test(test_close_wait_unsure),
		cmocka_unit_test(test_close_wait_elsewhere),
		cmocka_unit_test(test_kept_fresh),
		cmocka_unit_test(test_kept_fresh_and_closed),
		cmocka_unit_test(test_kept_fresh_and_one_look),
		cmocka_unit_test(test_kept_fresh_beside_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
