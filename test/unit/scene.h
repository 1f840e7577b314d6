/* SPDX-License-Identifier: MIT */
/*
 * scene.h - facts made by hand, for tests of rules: an invented machine whose settings have their
 * defaults and whose counters stand still, until a test says otherwise.
 */
#ifndef TC_TEST_SCENE_H
#define TC_TEST_SCENE_H

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "analysis/judge.h"
#include "analysis/listening.h"
#include "fixture.h"
#include "util/addr.h"

enum {
	SCENE_HAVE = TC_HAVE_FAMILY | TC_HAVE_ENDPOINTS | TC_HAVE_QUEUES | TC_HAVE_TIMER |
		     TC_HAVE_RETRANS | TC_HAVE_INODE | TC_HAVE_KIND | TC_HAVE_EXPIRES |
		     TC_HAVE_COOKIE | TC_HAVE_INSIDE,
	SCENE_PORT = 80,
	SCENE_INODE = 1000,
	SCENE_YOUNG_MS = 100,
};

struct scene {
	struct tc_facts facts;
	struct tc_judgement judged;
	struct tc_listening *listening;
	uint64_t cookie;
	bool has_verdict;
};

/* ---- Making ---------------------------------------------------------------------------- */

/* As from the kernel, with two looks 3 s apart. */
static inline void scene_begin(struct scene *scene)
{
	*scene = (struct scene){.cookie = 1};
	assert_int_equal(tc_facts_init(&scene->facts), 0);
	scene->facts.report.source = "netlink";
	scene->facts.interval_us = 3000000;
	fixture_settings(scene->facts.now.settings);
	fixture_settings(scene->facts.before.settings);
	memset(scene->facts.before.counters.status, TC_COUNTER_READ,
	       sizeof(scene->facts.before.counters.status));
	memset(scene->facts.now.counters.status, TC_COUNTER_READ,
	       sizeof(scene->facts.now.counters.status));
}

/* As from a table of counts: states, and nothing else. */
static inline void scene_begin_counted(struct scene *scene)
{
	*scene = (struct scene){.cookie = 1};
	assert_int_equal(tc_facts_init(&scene->facts), 0);
	scene->facts.report.source = "listing";
	scene->facts.report.foreign = true;
}

static inline void scene_end(struct scene *scene)
{
	if (scene->has_verdict)
		tc_draft_release(&scene->judged.draft);
	tc_facts_release(&scene->facts);
}

/* A socket whose peer was heard `age_ms` ago. */
static inline struct tc_sock scene_sock(enum tc_state state, uint32_t age_ms)
{
	static struct tc_inside inside[8];
	static struct tc_text text[8];
	static unsigned next;
	unsigned at = next++ % 8;

	inside[at] = (struct tc_inside){.have = TC_INSIDE_TIMES | TC_INSIDE_RECEIVE_BUFFER,
					.data_sent_ms = age_ms,
					.data_received_ms = age_ms,
					.ack_received_ms = age_ms,
					.receive_buffer = 100000};
	text[at] = (struct tc_text){.inside = &inside[at]};
	return (struct tc_sock){
		.count = 1,
		.state = (uint8_t)state,
		.family = AF_INET,
		.local = tc_addr_from4(0x0100000a),
		.remote = tc_addr_from4(0x0200000a),
		.local_port = SCENE_PORT,
		.remote_port = 40000,
		.inode = SCENE_INODE,
		.have = SCENE_HAVE,
		.text = &text[at],
	};
}

static inline struct tc_sock scene_without(struct tc_sock sock, uint32_t have)
{
	sock.have &= ~have;
	return sock;
}

static inline struct tc_sock scene_unheld(struct tc_sock sock)
{
	sock.inode = 0;
	return sock;
}

static const struct tc_sock scene_some_listener = {.state = TC_LISTEN};

/* A handshake that is not finished, its SYN+ACK repeated so often. */
static inline struct tc_sock scene_request(uint8_t retrans)
{
	struct tc_sock sock =
		scene_unheld(scene_without(scene_sock(TC_SYN_RECV, 0), TC_HAVE_INSIDE));

	sock.kind = TC_KIND_REQUEST;
	sock.timer = TC_TIMER_RETRANS;
	sock.retrans = retrans;
	sock.expires_ms = 900;
	sock.direction = TC_DIRECTION_IN;
	sock.listener = &scene_some_listener;
	return sock;
}

/* Adds `count` of it, divided evenly between so many peers. */
static inline void scene_add(struct scene *scene, struct tc_sock sock, unsigned count,
			     unsigned peers)
{
	for (unsigned i = 0; i < count; i++) {
		sock.remote = tc_addr_from4(htonl(0x0a010000 + i % peers));
		sock.remote_port = (uint16_t)(40000 + i);
		sock.cookie = scene->cookie++;
		assert_int_equal(tc_facts_add(&scene->facts, &sock, 1), 0);
	}
}

/* A line of a counted table. */
static inline void scene_count(struct scene *scene, enum tc_state state, uint64_t count)
{
	struct tc_sock sock = {.count = count, .state = (uint8_t)state};

	assert_int_equal(tc_facts_add(&scene->facts, &sock, 1), 0);
}

/* The counter rose by so much between the looks. */
static inline void scene_rise(struct scene *scene, enum tc_counter id, uint64_t rise)
{
	scene->facts.before.counters.value[id] = 1000;
	scene->facts.now.counters.value[id] = 1000 + rise;
}

static inline void scene_gauge(struct scene *scene, enum tc_counter id, uint64_t value)
{
	scene->facts.before.counters.value[id] = value;
	scene->facts.now.counters.value[id] = value;
}

static inline void scene_set(struct scene *scene, enum tc_setting id, int64_t number)
{
	scene->facts.now.settings[id] = (struct tc_setting_value){
		.status = TC_SETTING_READ, .count = 1, .number = {number}};
}

/* There was one look. */
static inline void scene_instant(struct scene *scene)
{
	scene->facts.interval_us = 0;
}

/* Made, but not looked at. */
static inline struct tc_sock scene_new_listener(struct scene *scene, uint16_t port, uint32_t queue,
						uint32_t limit, uint32_t have)
{
	struct tc_sock listener = scene_sock(TC_LISTEN, 0);

	if (!scene->facts.listening)
		assert_int_equal(tc_listening_new(&scene->facts.listening), 0);
	listener.local_port = port;
	listener.rqueue = queue;
	listener.wqueue = limit;
	listener.cookie = scene->cookie++;
	listener.have = have;
	listener.text = NULL;
	return listener;
}

static inline struct tc_sock scene_listening(struct scene *scene, uint16_t port, uint32_t queue,
					     uint32_t limit, uint32_t have)
{
	struct tc_sock listener = scene_new_listener(scene, port, queue, limit, have);

	assert_int_equal(tc_listening_add(scene->facts.listening, NULL, 0, &listener, 1), 0);
	return listener;
}

/* One that was there at the first look as well, and has dropped so many packets since. */
static inline void scene_dropping(struct scene *scene, uint16_t port, uint32_t queue,
				  uint32_t limit, uint32_t dropped)
{
	struct tc_sock listener = scene_new_listener(scene, port, queue, limit,
						     SCENE_HAVE | TC_HAVE_COOKIE | TC_HAVE_DROPS);

	listener.expires_ms = 7;
	assert_int_equal(tc_listening_before(scene->facts.listening, &listener, 1), 0);
	listener.expires_ms += dropped;
	assert_int_equal(tc_listening_add(scene->facts.listening, NULL, 0, &listener, 1), 0);
}

/* Handshakes at a listener, divided evenly between so many peers. */
static inline void scene_requests(struct scene *scene, const struct tc_sock *listener,
				  uint8_t retrans, unsigned count, unsigned peers)
{
	for (unsigned i = 0; i < count; i++) {
		struct tc_sock request = *listener;

		request.state = TC_SYN_RECV;
		request.kind = TC_KIND_REQUEST;
		request.inode = 0;
		request.retrans = retrans;
		request.remote = tc_addr_from4(htonl(0x0a010000 + i % peers));
		request.cookie = scene->cookie++;
		request.listener = listener;
		assert_int_equal(tc_listening_add(scene->facts.listening, NULL, 0, &request, 1), 0);
	}
}

/* A listener with a queue of so many, and silent handshakes at it. `have` 0: nothing is known. */
static inline void scene_listener(struct scene *scene, uint16_t port, uint32_t queue,
				  uint32_t limit, unsigned requests, uint32_t have)
{
	struct tc_sock listener = scene_listening(scene, port, queue, limit, have);

	scene_requests(scene, &listener, 1, requests, requests);
}

/* ---- Asking ---------------------------------------------------------------------------- */

/* After the last listener, once. */
static inline void scene_judge_listeners(struct scene *scene)
{
	struct tc_listening_facts facts = {.has_somaxconn = true,
					   .somaxconn = 4096,
					   .interval_us = scene->facts.interval_us,
					   .before = scene->facts.before.counters,
					   .after = scene->facts.now.counters};

	if (scene->facts.listening && !scene->listening)
		assert_int_equal(tc_listening_judge(scene->facts.listening, &facts, 1), 0);
	scene->listening = scene->facts.listening;
}

/* What the rule says, in English. */
static inline enum tc_verdict scene_judge(struct scene *scene, const char *id)
{
	const struct tc_rule *rule = tc_rule_find(id);

	assert_non_null(rule);
	if (scene->has_verdict)
		tc_draft_release(&scene->judged.draft);
	scene_judge_listeners(scene);
	assert_int_equal(tc_facts_finish(&scene->facts), 0);
	assert_int_equal(tc_judge(rule, &scene->facts, true, &scene->judged), 0);
	scene->has_verdict = true;
	if (scene->judged.verdict == TC_FOUND) { /* no worse than its row says, and with reasons */
		assert_in_range(scene->judged.draft.severity, TC_SEVERITY_NOTICE, rule->severity);
		assert_true(scene->judged.draft.count > 0);
	}
	assert_int_equal(scene->judged.verdict == TC_UNSURE, scene->judged.draft.needs != NULL);
	return scene->judged.verdict;
}

static inline enum tc_severity scene_severity(const struct scene *scene)
{
	assert_int_equal(scene->judged.verdict, TC_FOUND);
	return scene->judged.draft.severity;
}

/* Whether one of the sentences has these words. */
static inline bool scene_says(const struct scene *scene, const char *words)
{
	for (size_t i = 0; i < scene->judged.draft.count; i++)
		if (strstr(scene->judged.draft.evidence[i], words))
			return true;
	return false;
}

/* The same, and shows what was said where it is not so. */
static inline void assert_says(const struct scene *scene, const char *words)
{
	if (scene_says(scene, words))
		return;
	for (size_t i = 0; i < scene->judged.draft.count; i++)
		print_message("# said: %s\n", scene->judged.draft.evidence[i]);
	fail_msg("not said: %s", words);
}

static inline void assert_needs(const struct scene *scene, const char *words)
{
	assert_int_equal(scene->judged.verdict, TC_UNSURE);
	if (!strstr(scene->judged.draft.needs, words))
		fail_msg("needs \"%s\", not \"%s\"", scene->judged.draft.needs, words);
}

#endif
