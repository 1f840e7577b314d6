/* SPDX-License-Identifier: MIT */
/* test_judge_netns.c - several network namespaces: each is judged, and each piece says of which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/judge_netns.h"
#include "analysis/rule_parts.h"
#include "scene.h"

/* So many namespaces, all with the settings and counters of the scene; two have names. */
static void divide(struct scene *scene, size_t count)
{
	struct tc_facts *facts = &scene->facts;

	facts->netns = calloc(count, sizeof(*facts->netns));
	assert_non_null(facts->netns);
	facts->netns_count = count;
	for (size_t i = 0; i < count; i++) {
		struct tc_facts_netns *netns = &facts->netns[i];

		netns->id = 4026531840u + i;
		netns->name = i < 2 ? strdup(i ? "web" : "init") : NULL;
		netns->has_before = true;
		memcpy(netns->settings, facts->now.settings, sizeof(netns->settings));
		netns->before = facts->before.counters;
		netns->now = facts->now.counters;
	}
}

static void set(struct tc_facts_netns *netns, enum tc_setting id, int64_t value)
{
	netns->settings[id] =
		(struct tc_setting_value){.status = TC_SETTING_READ, .count = 1, .number = {value}};
}

static void rise(struct tc_facts_netns *netns, enum tc_counter id, uint64_t value)
{
	netns->now.value[id] = netns->before.value[id] + value;
}

static void test_each_has_settings_of_its_own(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	divide(&scene, 3);
	assert_int_equal(scene_judge(&scene, "dangerous-settings"), TC_QUIET);
	set(&scene.facts.netns[1], TC_SETTING_tcp_timestamps, 0);
	assert_int_equal(scene_judge(&scene, "dangerous-settings"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "In the network namespace web: tcp_timestamps is 0");
	assert_int_equal(scene.judged.draft.count, 1);
	/* Those of the current namespace are one of them, and nothing besides. */
	scene_set(&scene, TC_SETTING_tcp_sack, 0);
	scene_judge(&scene, "dangerous-settings");
	assert_false(scene_says(&scene, "tcp_sack"));
	scene_end(&scene);
}

/* The worst first, the same said once, and the names of some. */
static void test_what_is_said_of_several(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	divide(&scene, 6);
	for (size_t i = 0; i < 5; i++)
		set(&scene.facts.netns[i], TC_SETTING_tcp_timestamps, 0);
	set(&scene.facts.netns[5], TC_SETTING_tcp_max_tw_buckets, 0);
	assert_int_equal(scene_judge(&scene, "dangerous-settings"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_int_equal(scene.judged.draft.count, 2);
	assert_non_null(strstr(scene.judged.draft.evidence[0],
			       "In the network namespace 4026531845: tcp_max_tw_buckets is 0"));
	assert_non_null(strstr(scene.judged.draft.evidence[1],
			       "In the network namespace init, web, 4026531842 and 2 others: "
			       "tcp_timestamps is 0"));
	scene_end(&scene);
}

/* A limit and what is counted against it are of the same namespace. */
static void test_limits(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_gauge(&scene, TC_COUNTER_sockstat_tw, 50);
	divide(&scene, 3);
	scene_count(&scene, TC_TIME_WAIT, 1000000); /* of all */
	scene.facts.netns[1].now.value[TC_COUNTER_sockstat_tw] = 950;
	set(&scene.facts.netns[1], TC_SETTING_tcp_max_tw_buckets, 1000);
	assert_int_equal(scene_judge(&scene, "tw-overflow"), TC_FOUND);
	assert_says(&scene, "In the network namespace web: 950 of 1000 that tcp_max_tw_buckets");
	assert_int_equal(scene.judged.draft.count, 1);
	scene_end(&scene);
}

static void test_normal_and_unknown(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_gauge(&scene, TC_COUNTER_conntrack_count, 100);
	scene_gauge(&scene, TC_COUNTER_conntrack_max, 1000);
	divide(&scene, 3);
	assert_int_equal(scene_judge(&scene, "conntrack-full"), TC_QUIET);
	scene.facts.netns[1].now.value[TC_COUNTER_conntrack_count] = 600;
	assert_int_equal(scene_judge(&scene, "conntrack-full"), TC_NORMAL);
	assert_says(&scene, "In the network namespace web: The firewall or NAT");
	scene.facts.netns[2].now.status[TC_COUNTER_conntrack_count] = TC_COUNTER_NOT_READ;
	assert_int_equal(scene_judge(&scene, "conntrack-full"), TC_UNSURE);
	assert_needs(&scene, "in the network namespace 4026531842: nf_conntrack_count");
	scene.facts.netns[0].now.value[TC_COUNTER_conntrack_count] = 990;
	assert_int_equal(scene_judge(&scene, "conntrack-full"), TC_FOUND);
	assert_says(&scene, "In the network namespace init: ");
	scene_end(&scene);
}

/* It came while we looked: there was one reading. */
static void test_a_new_one_has_no_rise(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	divide(&scene, 2);
	scene.facts.netns[1].has_before = false;
	rise(&scene.facts.netns[1], TC_COUNTER_TCPTimeWaitOverflow, 7);
	assert_int_equal(scene_judge(&scene, "tw-overflow"), TC_UNSURE);
	assert_needs(&scene, "in the network namespace web: an interval");
	scene_end(&scene);
}

/* Where the counts of all are judged together, it is said where they come from. */
static void test_where_it_rose(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_TCPSYNChallenge, 107);
	assert_int_equal(scene_judge(&scene, "stale-syn"), TC_FOUND);
	assert_false(scene_says(&scene, "By network namespace"));
	divide(&scene, 6);
	for (size_t i = 0; i < 6; i++)
		rise(&scene.facts.netns[i], TC_COUNTER_TCPSYNChallenge, i == 1 ? 100 : i);
	rise(&scene.facts.netns[0], TC_COUNTER_TCPSYNChallenge, 0);
	scene_judge(&scene, "stale-syn");
	assert_says(&scene, "107 SYNs");
	assert_says(&scene, "By network namespace: web: 100, 4026531845: 5, 4026531844: 4, "
			    "others: 5.");
	scene_end(&scene);
}

/* Sockets of several namespaces are told with theirs. */
static void test_whose(void **state)
{
	static const struct tc_text text = {.netns = "web"};
	struct tc_sock sock = scene_sock(TC_LAST_ACK, 1000);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_int_equal(tc_facts_by_netns(&scene.facts), 0);
	sock.retrans = 3;
	sock.text = &text;
	sock.have |= TC_HAVE_NETNS;
	scene_add(&scene, sock, 4, 4);
	assert_int_equal(scene_judge(&scene, "last-ack-stuck"), TC_FOUND);
	assert_says(&scene, "netns web: 4");
	scene_end(&scene);
}

static void test_which_rules(void **state)
{
	size_t count = 0;

	(void)state;
	for (size_t i = 0; tc_rules[i]; i++)
		count += tc_rules[i]->by_netns;
	assert_int_equal(count, 4);
	assert_true(tc_rule_find("dangerous-settings")->by_netns);
	assert_true(tc_rule_find("rfc1337")->by_netns);
	assert_true(tc_rule_find("tw-overflow")->by_netns);
	assert_true(tc_rule_find("conntrack-full")->by_netns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_settings_of_its_own),
		cmocka_unit_test(test_what_is_said_of_several),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_normal_and_unknown),
		cmocka_unit_test(test_a_new_one_has_no_rise),
		cmocka_unit_test(test_where_it_rose),
		cmocka_unit_test(test_whose),
		cmocka_unit_test(test_which_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
