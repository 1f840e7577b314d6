/* SPDX-License-Identifier: MIT */
/* test_judge.c - a rule is applied where its data were read, and says what is missing elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

static enum tc_verdict finds(const struct tc_facts *facts, struct tc_draft *draft)
{
	(void)facts;
	draft->severity = TC_SEVERITY_NOTICE;
	tc_evidence(draft, "called");
	return TC_FOUND;
}

/* What the rule needs; NULL: it was applied. */
static void assert_judged(struct scene *scene, const struct tc_rule *rule, const char *needs)
{
	struct tc_judgement judged;

	assert_int_equal(tc_judge(rule, &scene->facts, true, &judged), 0);
	assert_ptr_equal(judged.rule, rule);
	if (needs) {
		assert_int_equal(judged.verdict, TC_UNSURE);
		assert_string_equal(judged.draft.needs, needs);
		assert_int_equal(judged.draft.count, 0); /* not called */
	} else {
		assert_int_equal(judged.verdict, TC_FOUND);
		assert_string_equal(judged.draft.evidence[0], "called");
		assert_null(judged.draft.evidence[1]);
	}
	tc_draft_release(&judged.draft);
}

static void test_a_rule_that_needs_nothing(void **state)
{
	const struct tc_rule rule = {.id = "x", .check = finds};
	struct scene scene;

	(void)state;
	scene_begin_counted(&scene);
	assert_judged(&scene, &rule, NULL);
	scene_end(&scene);
}

/* A table of counts says nothing of ports, so that none runs out is not known. */
static void test_ports_of_counts(void **state)
{
	const struct tc_rule rule = {.id = "x", .needs = TC_NEEDS_PORTS, .check = finds};
	const struct tc_rule other = {.id = "x", .check = finds};
	struct scene scene;

	(void)state;
	scene_begin_counted(&scene);
	scene.facts.ports = (struct tc_ports *)&scene; /* only whether there are any */
	scene_count(&scene, TC_LISTEN, 5);
	assert_judged(&scene, &rule, NULL);
	scene_count(&scene, TC_TIME_WAIT, 28000);
	assert_judged(&scene, &rule, "addresses and ports (ss -tan)");
	assert_judged(&scene, &other, NULL);
	scene.facts.seen = TC_HAVE_ENDPOINTS;
	assert_judged(&scene, &rule, NULL);
	scene.facts.ports = NULL;
	scene_end(&scene);
}

static void test_what_is_no_socket_of_linux(void **state)
{
	const struct tc_rule rule = {.id = "x", .check = finds};
	const struct tc_rule other = {.id = "x", .any_system = true, .check = finds};
	const struct tc_rule_elsewhere elsewhere = {.sources = "RFC 9293"};
	const struct tc_rule tcp_only = {.id = "x", .elsewhere = &elsewhere, .check = finds};
	struct scene scene;

	(void)state;
	scene_begin_counted(&scene);
	scene.facts.report.origins = TC_ORIGIN_TRACKED;
	assert_judged(&scene, &rule,
		      "a listing of sockets: these are connections that a machine tracks, not its "
		      "sockets");
	assert_judged(&scene, &other, NULL);
	assert_judged(&scene, &tcp_only,
		      "a listing of sockets: these are connections that a machine tracks, not its "
		      "sockets");
	scene.facts.report.origins = TC_ORIGIN_OTHER_SYSTEM;
	assert_judged(&scene, &rule, "a listing of a Linux machine's sockets");
	assert_judged(&scene, &tcp_only, NULL);
	assert_judged(&scene, &other,
		      "a Linux machine: it judges settings and counters of its kernel");
	scene_set(&scene, TC_SETTING_somaxconn, 128); /* of another file */
	assert_judged(&scene, &other, NULL);
	scene_end(&scene);
}

static void test_an_interval(void **state)
{
	const struct tc_rule rule = {.id = "x", .needs = TC_NEEDS_INTERVAL, .check = finds};
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_judged(&scene, &rule, NULL);
	scene_instant(&scene);
	assert_judged(&scene, &rule, "an interval (without --instant)");
	scene.facts.report.foreign = true;
	assert_judged(&scene, &rule, "two readings of the counters, some time apart");
	scene_end(&scene);
}

static void test_listeners_and_ports(void **state)
{
	const struct tc_rule listeners = {.id = "x", .needs = TC_NEEDS_LISTENERS, .check = finds};
	const struct tc_rule ports = {.id = "x", .needs = TC_NEEDS_PORTS, .check = finds};
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_judged(&scene, &listeners, "the queues of the listeners");
	assert_judged(&scene, &ports, "which local ports are in use");
	scene_listener(&scene, SCENE_PORT, 0, 128, 0, SCENE_HAVE);
	assert_judged(&scene, &listeners, NULL);
	scene_end(&scene);
}

static void test_a_counter(void **state)
{
	const struct tc_rule once = {.id = "x", .counters = "TW ListenOverflows", .check = finds};
	const struct tc_rule twice = {.id = "x",
				      .needs = TC_NEEDS_INTERVAL,
				      .counters = "TW ListenOverflows",
				      .check = finds};
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_judged(&scene, &once, NULL);
	assert_judged(&scene, &twice, NULL);
	scene.facts.before.counters.status[TC_COUNTER_ListenOverflows] = TC_COUNTER_NOT_READ;
	assert_judged(&scene, &once, NULL);
	assert_judged(&scene, &twice, "TcpExt ListenOverflows (/proc/net/netstat)");
	scene.facts.now.counters.status[TC_COUNTER_ListenOverflows] = TC_COUNTER_ABSENT;
	assert_judged(&scene, &once, "TcpExt ListenOverflows, which this kernel does not count");
	scene_end(&scene);
}

/* A number that may fall has no rise; it is asked for as it is, under the kernel's name. */
static void test_a_gauge(void **state)
{
	const struct tc_rule rule = {.id = "x",
				     .needs = TC_NEEDS_INTERVAL,
				     .counters = "sockstat_orphan",
				     .check = finds};
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene.facts.before.counters.value[TC_COUNTER_sockstat_orphan] = 9;
	assert_judged(&scene, &rule, NULL);
	scene.facts.now.counters.status[TC_COUNTER_sockstat_orphan] = TC_COUNTER_NOT_READ;
	assert_judged(&scene, &rule, "TCP orphan (/proc/net/sockstat)");
	scene_end(&scene);
}

/* One that does not exist is known, too: the check has to tell. */
static void test_a_setting(void **state)
{
	const struct tc_rule rule = {
		.id = "x", .settings = "tcp_rfc1337 tcp_fin_timeout", .check = finds};
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_judged(&scene, &rule, NULL);
	scene.facts.now.settings[TC_SETTING_tcp_fin_timeout].status = TC_SETTING_ABSENT;
	assert_judged(&scene, &rule, NULL);
	scene.facts.now.settings[TC_SETTING_tcp_fin_timeout].status = TC_SETTING_NOT_READ;
	assert_judged(&scene, &rule, "the setting tcp_fin_timeout (sysctl -a)");
	scene.facts.now.settings[TC_SETTING_tcp_fin_timeout].status = TC_SETTING_UNREADABLE;
	assert_judged(&scene, &rule, "the setting tcp_fin_timeout (sysctl -a)");
	scene_end(&scene);
}

/* Only where not one of the sockets could be judged; and where there is none, nothing is missing.
 */
static void test_a_symptom(void **state)
{
	const struct tc_rule rule = {.id = "x",
				     .has_symptom = true,
				     .symptom = TC_SYMPTOM_LAST_ACK_SILENT,
				     .check = finds};
	struct tc_sock sock = scene_sock(TC_LAST_ACK, 0);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_judged(&scene, &rule, NULL);
	sock.have &= ~(uint32_t)TC_HAVE_RETRANS;
	scene_add(&scene, sock, 3, 1);
	assert_judged(&scene, &rule, "timers and repetitions"); /* netlink was asked */
	scene.facts.report.source = "proc";
	assert_judged(&scene, &rule, "timers and repetitions (--source netlink)");
	scene.facts.report.refused_count = 1;
	scene.facts.report.refused[0].source = "netlink";
	assert_judged(&scene, &rule, "timers and repetitions");
	scene.facts.report.refused_count = 0;
	scene.facts.report.foreign = true;
	assert_judged(&scene, &rule, "timers and repetitions (ss -o, netstat -o)");
	sock.have |= TC_HAVE_RETRANS;
	scene_add(&scene, sock, 1, 1);
	assert_judged(&scene, &rule, NULL);
	scene_end(&scene);
}

/* No option of ss shows them. */
static void test_what_no_listing_has(void **state)
{
	const struct tc_rule rule = {
		.id = "x", .has_symptom = true, .symptom = TC_SYMPTOM_BOUND, .check = finds};
	struct scene scene;

	(void)state;
	scene_begin_counted(&scene);
	scene.facts.report.states_not_read = TC_STATE_BIT(TC_BOUND);
	assert_judged(&scene, &rule,
		      "a look at the bound sockets, on Linux 6.8 or later (on that machine itself: "
		      "listings do not show them)");
	scene_end(&scene);
}

/* What is said of a half that was not looked at; NULL: nothing. */
static void assert_half(struct scene *scene, const struct tc_rule *rule, const char *half)
{
	struct tc_judgement judged;

	assert_int_equal(tc_judge(rule, &scene->facts, true, &judged), 0);
	assert_int_equal(judged.verdict, TC_FOUND);
	assert_string_equal(judged.draft.evidence[0], "called");
	if (half)
		assert_string_equal(judged.draft.evidence[1], half);
	else
		assert_null(judged.draft.evidence[1]);
	tc_draft_release(&judged.draft);
}

/* Where a finding would be graver by what two readings tell, one reading says so. */
static void test_a_half(void **state)
{
	struct tc_rule rule = {.id = "x",
			       .severity = TC_SEVERITY_CRITICAL,
			       .graver_by = "OutSegs ListenOverflows",
			       .check = finds};
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_half(&scene, &rule, NULL);
	scene_rise(&scene, TC_COUNTER_OutSegs, 7);
	assert_half(&scene, &rule, NULL);
	scene_instant(&scene);
	assert_half(&scene, &rule, /* the other has been 0 since the start */
		    "Whether it is worse than that is not known: to see whether Tcp OutSegs rose "
		    "takes an interval (without --instant).");
	scene.facts.now.counters.status[TC_COUNTER_ListenOverflows] = TC_COUNTER_NOT_READ;
	assert_half(&scene, &rule,
		    "Whether it is worse than that is not known: to see whether Tcp OutSegs, "
		    "TcpExt ListenOverflows rose takes an interval (without --instant).");
	scene.facts.now.counters.status[TC_COUNTER_ListenOverflows] = TC_COUNTER_ABSENT;
	scene.facts.report.foreign = true;
	assert_half(&scene, &rule,
		    "Whether it is worse than that is not known: to see whether Tcp OutSegs rose "
		    "takes two readings of the counters, some time apart.");
	rule.severity = TC_SEVERITY_NOTICE; /* worse it cannot be */
	assert_half(&scene, &rule, NULL);
	scene_end(&scene);
}

/* Each name in a row is a counter's: a misspelt one would never be missed. */
static void test_halves_are_of_counters(void **state)
{
	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		char list[128];

		if (!tc_rules[i]->graver_by)
			continue;
		assert_in_range(strlen(tc_rules[i]->graver_by), 1, sizeof(list) - 1);
		strcpy(list, tc_rules[i]->graver_by);
		for (char *name = strtok(list, " "); name; name = strtok(NULL, " ")) {
			size_t id = 0;

			while (id < TC_COUNTER_COUNT && strcmp(tc_counter_rows[id].name, name) != 0)
				id++;
			if (id == TC_COUNTER_COUNT)
				fail_msg("%s: %s", tc_rules[i]->id, name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rule_that_needs_nothing),
		cmocka_unit_test(test_ports_of_counts),
		cmocka_unit_test(test_what_is_no_socket_of_linux),
		cmocka_unit_test(test_an_interval),
		cmocka_unit_test(test_listeners_and_ports),
		cmocka_unit_test(test_a_counter),
		cmocka_unit_test(test_a_gauge),
		cmocka_unit_test(test_a_setting),
		cmocka_unit_test(test_a_symptom),
		cmocka_unit_test(test_what_no_listing_has),
		cmocka_unit_test(test_a_half),
		cmocka_unit_test(test_halves_are_of_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
