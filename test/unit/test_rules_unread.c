/* SPDX-License-Identifier: MIT */
/*
 * test_rules_unread.c - what was not read is never taken for fine, nor for 0, by any rule.
 *
 * For each rule a machine is made on which it speaks. Then one thing after the other is taken out
 * of what was read of that machine: each setting, each counter, the second look, the listeners,
 * the ports, what each symptom takes. The rule may still find what it found, or say what it lacks;
 * it may not be quiet. On a healthy machine, in turn, no lack may make a finding.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ports_made.h"
#include "scene.h"
#include "util/macro.h"

enum {
	MINUTES_MS = 100000,
	HOURS_MS = 3 * 3600000,
	IN_RANGE = 40000,
};

/* ---- Machines on which a rule speaks ---------------------------------------------------- */

static const struct tc_sock some_listener = {.state = TC_LISTEN};

static struct tc_sock request(uint8_t retrans, const struct tc_sock *listener)
{
	struct tc_sock sock = scene_sock(TC_SYN_RECV, 0);

	sock.inode = 0;
	sock.kind = TC_KIND_REQUEST;
	sock.timer = TC_TIMER_RETRANS;
	sock.retrans = retrans;
	sock.expires_ms = 5000;
	sock.direction = TC_DIRECTION_IN;
	sock.listener = listener;
	return sock;
}

static struct tc_sock repeating(enum tc_state state, enum tc_timer timer, uint8_t retrans)
{
	struct tc_sock sock = scene_sock(state, MINUTES_MS);

	sock.timer = (uint8_t)timer;
	sock.retrans = retrans;
	return sock;
}

static struct tc_destination *add_ports(struct scene *scene, uint32_t used, bool by_bind)
{
	struct tc_ports *ports = calloc(1, sizeof(*ports));
	struct tc_destination *to = &ports->to[0];

	assert_non_null(ports);
	ports->pools[0] = (struct tc_port_pool){.low = 32768, .high = 60999, .exact = true};
	ports->pool_count = ports->count = 1;
	*to = (struct tc_destination){.local = tc_addr_from4(htonl(0x0a000001)),
				      .remote = tc_addr_from4(htonl(0x0a000002)),
				      .remote_port = 443,
				      .shared_pool = by_bind,
				      .capacity = 28232,
				      .used = used,
				      .free = 28232 - used,
				      .free_at_least = 28232 - used,
				      .free_at_most = 28232 - used,
				      .bind_free = 28232 - used,
				      .rated = true};
	scene->facts.ports = ports;
	return to;
}

static void accept_overflow(struct scene *scene)
{
	scene_rise(scene, TC_COUNTER_ListenOverflows, 57);
	scene_listener(scene, 443, 129, 128, 2, SCENE_HAVE);
}

static void unaccepted(struct scene *scene)
{
	struct tc_sock sock = scene_sock(TC_ESTABLISHED, 2500);

	sock.inode = 0;
	scene_add(scene, sock, 2, 1);
}

static void phantom_established(struct scene *scene)
{
	accept_overflow(scene);
	scene_rise(scene, TC_COUNTER_SyncookiesRecv, 3);
	scene_add(scene, request(0, &some_listener), 2, 1);
}

static void syn_flood(struct scene *scene)
{
	scene_add(scene, request(1, &some_listener), 100, 100);
	scene_listener(scene, 443, 0, 128, 100, SCENE_HAVE);
	scene_rise(scene, TC_COUNTER_TCPReqQFullDrop, 10);
}

static void slow_last_ack(struct scene *scene)
{
	scene_add(scene, request(1, &some_listener), 20, 2);
	scene_listener(scene, 443, 0, 128, 20, SCENE_HAVE);
}

static void cookies_sent(struct scene *scene)
{
	scene_rise(scene, TC_COUNTER_SyncookiesSent, 10);
	scene_rise(scene, TC_COUNTER_SyncookiesRecv, 9);
}

static void defer_accept(struct scene *scene)
{
	scene_add(scene, request(0, &some_listener), 3, 1);
}

static void orphan_syn_recv(struct scene *scene)
{
	scene_add(scene, request(0, NULL), 3, 1);
}

static void syn_sent_blackhole(struct scene *scene)
{
	scene_add(scene, repeating(TC_SYN_SENT, TC_TIMER_RETRANS, 3), 5, 1);
}

static void syn_sent_refused(struct scene *scene)
{
	scene_rise(scene, TC_COUNTER_AttemptFails, 100);
	scene_rise(scene, TC_COUNTER_ActiveOpens, 200);
}

static void stale_syn(struct scene *scene)
{
	scene_rise(scene, TC_COUNTER_TCPSYNChallenge, 3);
}

static void close_wait_leak(struct scene *scene)
{
	scene_add(scene, scene_sock(TC_CLOSE_WAIT, MINUTES_MS), 5, 1);
}

static void fin_wait2_held(struct scene *scene)
{
	scene_add(scene, scene_sock(TC_FIN_WAIT2, MINUTES_MS), 5, 1);
}

static struct tc_sock minisocket(enum tc_state state)
{
	struct tc_sock sock = scene_sock(state, 0);

	sock.kind = TC_KIND_TIMEWAIT;
	sock.timer = TC_TIMER_TIMEWAIT;
	sock.inode = 0;
	sock.direction = TC_DIRECTION_IN;
	return sock;
}

static void fin_wait2_orphan(struct scene *scene)
{
	scene_add(scene, minisocket(TC_FIN_WAIT2), 60, 1);
	scene_set(scene, TC_SETTING_tcp_max_tw_buckets, 100);
}

static void fin_wait1_stuck(struct scene *scene)
{
	scene_add(scene, repeating(TC_FIN_WAIT1, TC_TIMER_RETRANS, 3), 5, 1);
}

static void last_ack_stuck(struct scene *scene)
{
	scene_add(scene, repeating(TC_LAST_ACK, TC_TIMER_RETRANS, 2), 5, 1);
}

static void closing(struct scene *scene)
{
	scene_add(scene, repeating(TC_CLOSING, TC_TIMER_RETRANS, 2), 5, 1);
}

static void orphans_high(struct scene *scene)
{
	scene_gauge(scene, TC_COUNTER_sockstat_orphan, 600);
	scene_set(scene, TC_SETTING_tcp_max_orphans, 1000);
}

static void abort_on_close(struct scene *scene)
{
	scene_rise(scene, TC_COUNTER_TCPAbortOnClose, 50);
	scene_rise(scene, TC_COUNTER_PassiveOpens, 100);
}

static void tw_active_close(struct scene *scene)
{
	scene_add(scene, minisocket(TC_TIME_WAIT), 900, 1);
	scene_gauge(scene, TC_COUNTER_sockstat_tw, 900);
	scene_set(scene, TC_SETTING_tcp_max_tw_buckets, 1000);
}

static void tw_overflow(struct scene *scene)
{
	tw_active_close(scene);
	scene_rise(scene, TC_COUNTER_TCPTimeWaitOverflow, 3);
}

static void rfc1337(struct scene *scene)
{
	scene_set(scene, TC_SETTING_tcp_max_tw_buckets, 10);
}

static void paws_nat(struct scene *scene)
{
	scene_rise(scene, TC_COUNTER_PAWSTimewait, 100);
}

static void port_exhaustion(struct scene *scene)
{
	add_ports(scene, 28000, false);
}

static void bind_exhaustion(struct scene *scene)
{
	add_ports(scene, 28000, true);
}

static void bound_inactive_leak(struct scene *scene)
{
	scene_add(scene, scene_sock(TC_BOUND, 0), 3000, 1);
}

static void listener_in_range(struct scene *scene)
{
	scene_listener(scene, IN_RANGE, 0, 128, 0, SCENE_HAVE);
	add_ports(scene, 0, false);
}

static void retrans_storm(struct scene *scene)
{
	scene_rise(scene, TC_COUNTER_OutSegs, 10000);
	scene_rise(scene, TC_COUNTER_RetransSegs, 1000);
	scene_add(scene, scene_sock(TC_ESTABLISHED, 0), 5, 1);
}

static void half_open(struct scene *scene)
{
	scene_add(scene, repeating(TC_ESTABLISHED, TC_TIMER_RETRANS, 6), 5, 1);
}

static void idle_no_keepalive(struct scene *scene)
{
	scene_add(scene, scene_sock(TC_ESTABLISHED, HOURS_MS), 20, 1);
}

static void zero_window_local(struct scene *scene)
{
	static const struct tc_inside full = {.have = TC_INSIDE_TIMES | TC_INSIDE_RECEIVE_BUFFER,
					      .receive_buffer = 1000,
					      .receive_memory = 900};
	static const struct tc_text text = {.inside = &full};
	struct tc_sock sock = scene_sock(TC_ESTABLISHED, 0);

	sock.rqueue = 500;
	sock.text = &text;
	scene_add(scene, sock, 5, 1);
}

static void send_stalled(struct scene *scene)
{
	scene_add(scene, repeating(TC_ESTABLISHED, TC_TIMER_PROBE, 2), 5, 1);
}

static void tcp_mem(struct scene *scene)
{
	scene->facts.now.settings[TC_SETTING_tcp_mem] = (struct tc_setting_value){
		.status = TC_SETTING_READ, .count = 3, .number = {1000, 2000, 3000}};
	scene_gauge(scene, TC_COUNTER_sockstat_mem, 2500);
}

static void conntrack_full(struct scene *scene)
{
	scene_gauge(scene, TC_COUNTER_conntrack_count, 900);
	scene_gauge(scene, TC_COUNTER_conntrack_max, 1000);
}

static void dangerous_settings(struct scene *scene)
{
	scene_set(scene, TC_SETTING_tcp_timestamps, 0);
}

static void counts_disagree(struct scene *scene)
{
	scene_add(scene, scene_sock(TC_ESTABLISHED, 0), 5, 1);
	scene_gauge(scene, TC_COUNTER_CurrEstab, 1000);
	scene_gauge(scene, TC_COUNTER_sockstat_inuse, 5);
}

static const struct maker {
	const char *id;
	void (*make)(struct scene *scene);
} makers[] = {
	{"accept-overflow", accept_overflow},
	{"unaccepted", unaccepted},
	{"phantom-established", phantom_established},
	{"syn-flood", syn_flood},
	{"slow-last-ack", slow_last_ack},
	{"cookies-sent", cookies_sent},
	{"defer-accept", defer_accept},
	{"orphan-syn-recv", orphan_syn_recv},
	{"syn-sent-blackhole", syn_sent_blackhole},
	{"syn-sent-refused", syn_sent_refused},
	{"stale-syn", stale_syn},
	{"close-wait-leak", close_wait_leak},
	{"fin-wait2-held", fin_wait2_held},
	{"fin-wait2-orphan", fin_wait2_orphan},
	{"fin-wait1-stuck", fin_wait1_stuck},
	{"last-ack-stuck", last_ack_stuck},
	{"closing", closing},
	{"orphans-high", orphans_high},
	{"abort-on-close", abort_on_close},
	{"tw-active-close", tw_active_close},
	{"tw-overflow", tw_overflow},
	{"rfc1337", rfc1337},
	{"paws-nat", paws_nat},
	{"port-exhaustion", port_exhaustion},
	{"bind-exhaustion", bind_exhaustion},
	{"bound-inactive-leak", bound_inactive_leak},
	{"listener-in-range", listener_in_range},
	{"retrans-storm", retrans_storm},
	{"half-open", half_open},
	{"idle-no-keepalive", idle_no_keepalive},
	{"zero-window-local", zero_window_local},
	{"send-stalled", send_stalled},
	{"tcp-mem", tcp_mem},
	{"conntrack-full", conntrack_full},
	{"dangerous-settings", dangerous_settings},
	{"counts-disagree", counts_disagree},
};

/* In every state some sockets, none of which shows anything; and nothing has a limit near. */
static void healthy(struct scene *scene)
{
	static const enum tc_state states[] = {TC_SYN_SENT,   TC_ESTABLISHED, TC_FIN_WAIT1,
					       TC_CLOSE_WAIT, TC_LAST_ACK,    TC_CLOSING};
	struct tc_sock waiting = request(0, &some_listener);

	for (size_t i = 0; i < TC_ARRAY_SIZE(states); i++)
		scene_add(scene, scene_sock(states[i], 10), 3, 3);
	waiting.expires_ms = 900;
	scene_add(scene, waiting, 3, 3);
	scene_add(scene, minisocket(TC_FIN_WAIT2), 3, 3);
	scene_add(scene, minisocket(TC_TIME_WAIT), 200, 50);
	scene_add(scene, scene_sock(TC_BOUND, 0), 3, 3);
	scene_listener(scene, 443, 0, 128, 3, SCENE_HAVE);
	add_ports(scene, 100, false);
	tcp_mem(scene);
	scene_gauge(scene, TC_COUNTER_sockstat_mem, 10);
	scene_gauge(scene, TC_COUNTER_sockstat_tw, 203);
	scene_gauge(scene, TC_COUNTER_CurrEstab, 6);
	scene_gauge(scene, TC_COUNTER_sockstat_inuse, 20);
	scene_gauge(scene, TC_COUNTER_conntrack_count, 700);
	scene_gauge(scene, TC_COUNTER_conntrack_max, 1000);
}

/* ---- What is taken away ----------------------------------------------------------------- */

static void forget_setting(struct scene *scene, size_t id)
{
	scene->facts.now.settings[id] = (struct tc_setting_value){.status = TC_SETTING_NOT_READ};
}

/* Nor was it 0 before: what is known of the time since the start tells of the interval, too. */
static void forget_counter(struct scene *scene, size_t id)
{
	scene->facts.before.counters.status[id] = TC_COUNTER_NOT_READ;
	scene->facts.now.counters.status[id] = TC_COUNTER_NOT_READ;
}

static void forget_symptom(struct scene *scene, size_t id)
{
	struct tc_symptom_facts *symptom = &scene->facts.symptoms[id];

	symptom->unjudged += symptom->shown + symptom->not_shown;
	symptom->shown = symptom->not_shown = symptom->oldest_ms = 0;
	if (id == TC_SYMPTOM_BOUND) { /* they are seen, or they are not */
		symptom->unjudged = 0;
		scene->facts.report.states_not_read |= TC_STATE_BIT(TC_BOUND);
	}
}

enum { INTERVAL, LISTENERS, PORTS, ALL_SETTINGS, ALL_COUNTERS, ALL_SYMPTOMS, OTHERS };

static void forget_other(struct scene *scene, size_t what)
{
	switch (what) {
	case INTERVAL:
		scene_instant(scene);
		for (size_t i = 0; i < TC_COUNTER_COUNT; i++) /* none is 0 since the start */
			scene->facts.now.counters.value[i] += !tc_counter_rows[i].gauge;
		if (scene->facts.ports)
			scene->facts.ports->to[0].rated = false;
		break;
	case LISTENERS:
		tc_listening_free(scene->facts.listening);
		scene->facts.listening = NULL;
		break;
	case PORTS:
		tc_ports_free(scene->facts.ports);
		scene->facts.ports = NULL;
		break;
	case ALL_SETTINGS:
		for (size_t id = 0; id < TC_SETTING_COUNT; id++)
			forget_setting(scene, id);
		break;
	case ALL_COUNTERS:
		for (size_t id = 0; id < TC_COUNTER_COUNT; id++)
			forget_counter(scene, id);
		break;
	case ALL_SYMPTOMS:
		for (size_t id = 0; id < TC_SYMPTOM_COUNT; id++)
			forget_symptom(scene, id);
		break;
	}
}

enum { LACKS = TC_SETTING_COUNT + TC_COUNTER_COUNT + TC_SYMPTOM_COUNT + OTHERS };

/* Takes away the one with this number; what it is called. */
static const char *forget(struct scene *scene, size_t lack)
{
	static const char *const others[] = {"interval",     "listeners",    "ports",
					     "all settings", "all counters", "all symptoms"};

	if (lack < TC_SETTING_COUNT) {
		forget_setting(scene, lack);
		return tc_setting_rows[lack].name;
	}
	lack -= TC_SETTING_COUNT;
	if (lack < TC_COUNTER_COUNT) {
		forget_counter(scene, lack);
		return tc_counter_rows[lack].name;
	}
	lack -= TC_COUNTER_COUNT;
	if (lack < TC_SYMPTOM_COUNT) {
		forget_symptom(scene, lack);
		return tc_symptom_rows[lack].name;
	}
	lack -= TC_SYMPTOM_COUNT;
	forget_other(scene, lack);
	return others[lack];
}

static void begin(struct scene *scene, void (*make)(struct scene *scene))
{
	scene_begin(scene);
	scene->facts.report.complete = true;
	make(scene);
	scene_judge_listeners(scene);
}

/* ---- Tests ------------------------------------------------------------------------------ */

static void test_every_rule_has_a_machine(void **state)
{
	(void)state;
	for (size_t i = 0; tc_rules[i]; i++)
		assert_string_equal(makers[i].id, tc_rules[i]->id);
	assert_null(tc_rules[TC_ARRAY_SIZE(makers)]);
	for (size_t i = 0; i < TC_ARRAY_SIZE(makers); i++) {
		struct scene scene;

		begin(&scene, makers[i].make);
		if (scene_judge(&scene, makers[i].id) !=
		    (strcmp(makers[i].id, "defer-accept") ? TC_FOUND : TC_NORMAL))
			fail_msg("%s does not speak", makers[i].id);
		scene_end(&scene);
	}
}

/* Normal whatever a limit is, if it says that the limit was not read. */
static bool says_what_was_not_read(const struct scene *scene)
{
	return scene->judged.verdict == TC_NORMAL && scene_says(scene, "was not read");
}

static void test_a_finding_never_becomes_fine(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(makers); i++) {
		if (strcmp(makers[i].id, "defer-accept") == 0) /* it finds nothing */
			continue;
		for (size_t lack = 0; lack < LACKS; lack++) {
			struct scene scene;
			const char *what;
			enum tc_verdict verdict;

			begin(&scene, makers[i].make);
			what = forget(&scene, lack);
			verdict = scene_judge(&scene, makers[i].id);
			if (verdict != TC_FOUND && verdict != TC_UNSURE &&
			    !says_what_was_not_read(&scene))
				fail_msg("%s without %s: %d", makers[i].id, what, verdict);
			scene_end(&scene);
		}
	}
}

static void test_a_lack_is_no_finding(void **state)
{
	(void)state;
	for (size_t i = 0; tc_rules[i]; i++) {
		struct scene scene;

		begin(&scene, healthy);
		assert_int_not_equal(scene_judge(&scene, tc_rules[i]->id), TC_FOUND);
		if (scene.judged.verdict == TC_UNSURE)
			fail_msg("%s: %s", tc_rules[i]->id, scene.judged.draft.needs);
		scene_end(&scene);
		for (size_t lack = 0; lack < LACKS; lack++) {
			const char *what;

			begin(&scene, healthy);
			what = forget(&scene, lack);
			if (scene_judge(&scene, tc_rules[i]->id) == TC_FOUND)
				fail_msg("%s without %s", tc_rules[i]->id, what);
			scene_end(&scene);
		}
	}
}

/* States, and nothing else: no rule finds anything, and none calls anything fine. */
static void test_without_anything_all_is_open(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(makers); i++) {
		for (int is_healthy = 0; is_healthy < 2; is_healthy++) {
			struct scene scene;
			enum tc_verdict verdict;

			begin(&scene, is_healthy ? healthy : makers[i].make);
			for (size_t what = 0; what < OTHERS; what++)
				forget_other(&scene, what);
			verdict = scene_judge(&scene, makers[i].id);
			if (verdict == TC_FOUND ||
			    (verdict == TC_NORMAL && !says_what_was_not_read(&scene)) ||
			    (verdict == TC_QUIET && !is_healthy))
				fail_msg("%s: %d", makers[i].id, verdict);
			scene_end(&scene);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_rule_has_a_machine),
		cmocka_unit_test(test_a_finding_never_becomes_fine),
		cmocka_unit_test(test_a_lack_is_no_finding),
		cmocka_unit_test(test_without_anything_all_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
