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
#include "ports_made.h"
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
			       "In the network namespace init, web, 4026531842 and 2 more: "
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

/* As the pipeline hands it over: of all together nothing holds. */
static void differ(struct scene *scene, enum tc_setting id, int64_t first, int64_t second)
{
	set(&scene->facts.netns[0], id, first);
	for (size_t i = 1; i < scene->facts.netns_count; i++)
		set(&scene->facts.netns[i], id, second);
	scene->facts.now.settings[id].status = TC_SETTING_DIFFERS;
}

static struct tc_sock sock_in(const struct scene *scene, size_t place, enum tc_state state,
			      uint32_t inode)
{
	struct tc_sock sock = scene_sock(state, inode);

	sock.netns = scene->facts.netns[place].id;
	sock.have |= TC_HAVE_NETNS;
	return sock;
}

/* How long a socket lasts is said by the settings of the namespaces that have such sockets. */
static void test_lifetimes(void **state)
{
	struct tc_sock sock;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	divide(&scene, 3);
	differ(&scene, TC_SETTING_tcp_fin_timeout, 60, 7);
	sock = sock_in(&scene, 1, TC_FIN_WAIT2, 0);
	sock.kind = TC_KIND_TIMEWAIT;
	scene_add(&scene, sock, 4, 4);
	assert_int_equal(scene_judge(&scene, "fin-wait2-orphan"), TC_NORMAL);
	assert_says(&scene, "Each is gone after 7.0 s (tcp_fin_timeout)");
	sock.netns = scene.facts.netns[2].id;
	scene_add(&scene, sock, 4, 4);
	sock.netns = scene.facts.netns[0].id;
	scene_add(&scene, sock, 1, 1);
	scene_judge(&scene, "fin-wait2-orphan");
	assert_says(&scene, "gone after 7.0 s in 2 network namespaces, 60 s in init (tcp_fin");
	scene_end(&scene);
}

/* A socket is judged by the setting of its own namespace, and by none where that is not known. */
static void test_idle_by_its_own_setting(void **state)
{
	enum { SOON_S = 60, LATE_S = 7200, SILENT_MS = 600000 };
	struct tc_inside inside = {.have = TC_INSIDE_TIMES,
				   .data_sent_ms = SILENT_MS,
				   .data_received_ms = SILENT_MS,
				   .ack_received_ms = SILENT_MS};
	struct tc_text text = {.inside = &inside};
	struct tc_sock sock;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	divide(&scene, 2);
	differ(&scene, TC_SETTING_tcp_keepalive_time, LATE_S, SOON_S);
	sock = sock_in(&scene, 0, TC_ESTABLISHED, 1000);
	sock.text = &text;
	sock.have |= TC_HAVE_INSIDE;
	scene_add(&scene, sock, 20, 20);
	assert_int_equal(scene_judge(&scene, "idle-no-keepalive"), TC_QUIET);
	sock.netns = scene.facts.netns[1].id;
	scene_add(&scene, sock, 20, 20);
	assert_int_equal(scene_judge(&scene, "idle-no-keepalive"), TC_FOUND);
	assert_says(&scene, "20 of 40 ESTABLISHED have been silent for 60 s or more");
	sock.netns = 1; /* it came later */
	scene_add(&scene, sock, 7, 7);
	assert_int_equal(scene.facts.symptoms[TC_SYMPTOM_IDLE].unjudged, 7);
	scene_end(&scene);
}

/* One that is cut off is not made up for by the others. */
static void test_a_share_is_that_of_a_namespace(void **state)
{
	struct tc_sock sock;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	divide(&scene, 3);
	scene_add(&scene, sock_in(&scene, 0, TC_ESTABLISHED, 1000), 200, 10);
	sock = sock_in(&scene, 1, TC_ESTABLISHED, 1000);
	sock.timer = TC_TIMER_RETRANS;
	sock.retrans = 5;
	scene_add(&scene, sock, 12, 1);
	assert_int_equal(scene_judge(&scene, "half-open"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "12 of 212 ESTABLISHED");
	assert_says(&scene, "By network namespace: web: 12 of 12.");
	sock.timer = TC_TIMER_NONE;
	sock.retrans = 0;
	scene_add(&scene, sock, 120, 10);
	assert_int_equal(scene_judge(&scene, "half-open"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_end(&scene);
}

static void test_attempts_are_those_of_a_namespace(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	divide(&scene, 2);
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 5000);
	scene_rise(&scene, TC_COUNTER_AttemptFails, 20);
	rise(&scene.facts.netns[0], TC_COUNTER_ActiveOpens, 4900);
	rise(&scene.facts.netns[1], TC_COUNTER_ActiveOpens, 100);
	rise(&scene.facts.netns[1], TC_COUNTER_AttemptFails, 20);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	rise(&scene.facts.netns[1], TC_COUNTER_ActiveOpens, 1000);
	assert_int_equal(scene_judge(&scene, "syn-sent-refused"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	scene_end(&scene);
}

/* The same address may be another host elsewhere, and answer. */
static void test_who_answers_is_of_the_same_namespace(void **state)
{
	static const struct tc_text text = {.netns = "web"};
	struct tc_ports *ports = calloc(1, sizeof(*ports));
	struct tc_sock sock;
	struct scene scene;

	(void)state;
	assert_non_null(ports);
	scene_begin(&scene);
	divide(&scene, 2);
	assert_int_equal(tc_facts_by_netns(&scene.facts), 0);
	sock = sock_in(&scene, 1, TC_SYN_SENT, 1000);
	sock.text = &text;
	sock.have &= ~(uint32_t)TC_HAVE_INSIDE;
	sock.timer = TC_TIMER_RETRANS;
	sock.retrans = 4;
	for (int i = 0; i < 20; i++)
		assert_int_equal(tc_facts_add(&scene.facts, &sock, 1), 0);
	ports->to[0] = (struct tc_destination){.local = sock.local, .remote = sock.remote,
					       .remote_port = sock.remote_port, .used = 60,
					       .netns = scene.facts.netns[0].id};
	ports->count = ports->pool_count = 1;
	scene.facts.ports = ports;
	rise(&scene.facts.netns[1], TC_COUNTER_ActiveOpens, 20);
	scene_rise(&scene, TC_COUNTER_ActiveOpens, 0);
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_false(scene_says(&scene, "has answered"));
	ports->to[0].netns = scene.facts.netns[1].id;
	assert_int_equal(scene_judge(&scene, "syn-sent-blackhole"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_NOTICE);
	assert_says(&scene, "(netns web) has answered 40 other connections");
	scene_end(&scene);
}

/* Bound sockets are held against the range of their own namespace. */
static void test_ranges(void **state)
{
	struct tc_sock sock;
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	divide(&scene, 2);
	scene.facts.now.settings[TC_SETTING_ip_local_port_range].status = TC_SETTING_DIFFERS;
	scene.facts.netns[1].settings[TC_SETTING_ip_local_port_range] = (struct tc_setting_value){
		.status = TC_SETTING_READ, .count = 2, .number = {40000, 40019}};
	sock = sock_in(&scene, 0, TC_BOUND, 1000);
	scene_add(&scene, sock, 5, 5);
	assert_int_equal(scene_judge(&scene, "bound-inactive-leak"), TC_QUIET);
	sock.netns = scene.facts.netns[1].id;
	scene_add(&scene, sock, 3, 3);
	assert_int_equal(scene_judge(&scene, "bound-inactive-leak"), TC_FOUND);
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "The network namespace web has 3 of them, and a range of 20 ports");
	scene_end(&scene);
}

/* What one namespace has chosen is no verdict on the cookies of another. */
static void test_cookies(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_SyncookiesSent, 100);
	divide(&scene, 2);
	differ(&scene, TC_SETTING_tcp_syncookies, 1, 2);
	rise(&scene.facts.netns[0], TC_COUNTER_SyncookiesSent, 0);
	rise(&scene.facts.netns[1], TC_COUNTER_SyncookiesSent, 100);
	assert_int_equal(scene_judge(&scene, "cookies-sent"), TC_FOUND);
	assert_says(&scene, "tcp_syncookies is 2 in the network namespace web");
	assert_false(scene_says(&scene, "a flood"));
	rise(&scene.facts.netns[0], TC_COUNTER_SyncookiesSent, 40);
	rise(&scene.facts.netns[1], TC_COUNTER_SyncookiesSent, 60);
	scene_judge(&scene, "cookies-sent");
	assert_says(&scene, "Few came back: a flood");
	scene_end(&scene);
}

/* Clients are kept out where the setting says so, and something was refused. */
static void test_kept_out(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	scene_rise(&scene, TC_COUNTER_PAWSTimewait, 100);
	scene_rise(&scene, TC_COUNTER_PassiveOpens, 100000);
	divide(&scene, 2);
	differ(&scene, TC_SETTING_tcp_rfc1337, 0, 1);
	rise(&scene.facts.netns[1], TC_COUNTER_PAWSTimewait, 0);
	assert_int_equal(scene_judge(&scene, "paws-nat"), TC_FOUND);
	assert_false(scene_says(&scene, "tcp_rfc1337"));
	rise(&scene.facts.netns[1], TC_COUNTER_PAWSTimewait, 100);
	scene_judge(&scene, "paws-nat");
	assert_int_equal(scene_severity(&scene), TC_SEVERITY_WARNING);
	assert_says(&scene, "tcp_rfc1337 is 1 in the network namespace web");
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
		cmocka_unit_test(test_lifetimes),
		cmocka_unit_test(test_a_share_is_that_of_a_namespace),
		cmocka_unit_test(test_attempts_are_those_of_a_namespace),
		cmocka_unit_test(test_who_answers_is_of_the_same_namespace),
		cmocka_unit_test(test_idle_by_its_own_setting),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_kept_out),
		cmocka_unit_test(test_which_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
