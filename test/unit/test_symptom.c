/* SPDX-License-Identifier: MIT */
/* test_symptom.c - each symptom: shown, not shown, and not known, of sockets made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"
#include "util/macro.h"

enum { MINUTE = 60000, HOUR = 60 * MINUTE, NO = 0xffffffff };

/* What differs from a socket that a program holds and whose peer was heard just now. */
struct row {
	const char *symptom;
	enum tc_state state;
	enum tc_shown expected;
	uint32_t age_ms;
	uint32_t lacks; /* TC_HAVE_ bits */
	uint64_t inode; /* 0: as always; NO: 0 */
	uint8_t kind, timer, retrans, direction;
	uint32_t expires_ms, rqueue, memory;
	uint16_t local_port, remote_port; /* 0: as always, 80 and 40000 */
	uint32_t probed_ms; /* since a probe was answered; 0: there was none */
	bool has_listener;
	bool looked_before; /* a second before, */
	bool was_there;	    /* and it was in this state then */
};

static enum tc_symptom find(const char *name)
{
	for (int i = 0; i < TC_SYMPTOM_COUNT; i++)
		if (strcmp(tc_symptom_rows[i].name, name) == 0)
			return (enum tc_symptom)i;
	fail_msg("no symptom %s", name);
	return TC_SYMPTOM_COUNT;
}

static struct tc_sock sock_of(const struct row *row)
{
	static const struct tc_sock listener = {.state = TC_LISTEN};
	static struct tc_inside inside;
	static struct tc_text text = {.inside = &inside};
	struct tc_sock sock = scene_sock(row->state, row->age_ms);

	inside = *sock.text->inside;
	inside.receive_memory = row->memory;
	if (row->timer == TC_TIMER_KEEPALIVE && row->probed_ms)
		inside.ack_received_ms = row->probed_ms;
	sock.text = &text;
	if (row->inode)
		sock.inode = row->inode == NO ? 0 : row->inode;
	sock.kind = row->kind;
	sock.timer = row->timer;
	sock.retrans = row->retrans;
	sock.direction = row->direction;
	sock.expires_ms = row->expires_ms;
	sock.rqueue = row->rqueue;
	sock.listener = row->has_listener ? &listener : NULL;
	sock.have &= ~row->lacks;
	return sock;
}

static void check(const struct row *row)
{
	struct tc_sock sock = sock_of(row);
	/* One other destination is of the same address. */
	const struct tc_destination to = {.local = sock.local, .remote = sock.remote,
					  .remote_port = 40000};
	const struct tc_destination any = {.local = sock.local, .remote_port = 1};
	const struct tc_port_pool pool = {.low = 80, .high = 90};
	const struct tc_symptom_facts *facts;
	struct scene scene;

	if (row->local_port)
		sock.local_port = row->local_port;
	if (row->remote_port)
		sock.remote_port = row->remote_port;

	scene_begin(&scene);
	scene.facts.watched.taken = scene.facts.watched.whole = row->looked_before;
	scene.facts.watched.apart_ms = 1000;
	scene.facts.short_of_connect = (struct tc_symptom_short){&to, &pool};
	scene.facts.short_of_bind = (struct tc_symptom_short){&any, &pool};
	if (row->was_there)
		assert_int_equal(tc_watched_add(&scene.facts.watched, &sock, 1), 0);
	assert_int_equal(tc_facts_add(&scene.facts, &sock, 1), 0);
	facts = &scene.facts.symptoms[find(row->symptom)];
	if (facts->shown != (row->expected == TC_SHOWN) ||
	    facts->not_shown != (row->expected == TC_SHOWN_NOT) ||
	    facts->unjudged != (row->expected == TC_SHOWN_UNKNOWN))
		fail_msg("%s of %s, age %u, inode %d, kind %d, timer %d, retrans %d: %d, %d, %d",
			 row->symptom, tc_state_name(row->state), row->age_ms, row->inode != NO,
			 row->kind, row->timer, row->retrans, (int)facts->shown,
			 (int)facts->not_shown, (int)facts->unjudged);
	scene_end(&scene);
}

/* clang-format off */
#define YES TC_SHOWN
#define NOT TC_SHOWN_NOT
#define OPEN TC_SHOWN_UNKNOWN
#define KEPT .timer = TC_TIMER_KEEPALIVE, .probed_ms = 500
#define SEEN .looked_before = true, .was_there = true

static const struct row rows[] = {
	{ "close-wait-held", TC_CLOSE_WAIT, YES, .lacks = 0 },
	{ "close-wait-held", TC_CLOSE_WAIT, NOT, .inode = NO },
	{ "close-wait-held", TC_CLOSE_WAIT, OPEN, .lacks = TC_HAVE_INODE },

	{ "close-wait-old", TC_CLOSE_WAIT, YES, .age_ms = MINUTE },
	{ "close-wait-old", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE - 1 },
	{ "close-wait-old", TC_CLOSE_WAIT, NOT, .age_ms = HOUR, .inode = NO },
	{ "close-wait-old", TC_CLOSE_WAIT, OPEN, .age_ms = HOUR, .lacks = TC_HAVE_INSIDE },
	{ "close-wait-old", TC_CLOSE_WAIT, OPEN, .age_ms = HOUR, .lacks = TC_HAVE_INODE },

	{ "close-wait-answered", TC_CLOSE_WAIT, YES, .age_ms = 900, SEEN },
	{ "close-wait-answered", TC_CLOSE_WAIT, NOT, .age_ms = 1000, SEEN },
	{ "close-wait-answered", TC_CLOSE_WAIT, NOT, .age_ms = 900, .looked_before = true },
	{ "close-wait-answered", TC_CLOSE_WAIT, NOT, .age_ms = 900 },
	{ "close-wait-answered", TC_CLOSE_WAIT, NOT, .age_ms = 900, SEEN, .inode = NO },
	{ "close-wait-answered", TC_CLOSE_WAIT, OPEN, .lacks = TC_HAVE_INSIDE },

	{ "close-wait-end", TC_CLOSE_WAIT, YES, .age_ms = MINUTE, .rqueue = 1 },
	{ "close-wait-end", TC_CLOSE_WAIT, YES, .age_ms = MINUTE, .rqueue = 86 },
	{ "close-wait-end", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE, .rqueue = 87 },
	{ "close-wait-end", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE, .rqueue = 0 },
	{ "close-wait-end", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE - 1, .rqueue = 1 },
	{ "close-wait-end", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE, .rqueue = 1, .inode = NO },
	{ "close-wait-end", TC_CLOSE_WAIT, OPEN, .age_ms = MINUTE, .rqueue = 1,
	  .lacks = TC_HAVE_QUEUES },
	{ "close-wait-end", TC_CLOSE_WAIT, OPEN, .rqueue = 1, .lacks = TC_HAVE_INSIDE },

	{ "close-wait-end", TC_CLOSE_WAIT, YES, .age_ms = MINUTE, KEPT, SEEN, .rqueue = 1 },
	{ "close-wait-end", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE, KEPT, .rqueue = 1 },

	{ "close-wait-unread", TC_CLOSE_WAIT, YES, .age_ms = MINUTE, .rqueue = 87 },
	{ "close-wait-unread", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE, .rqueue = 86 },
	{ "close-wait-unread", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE - 1, .rqueue = 87 },
	{ "close-wait-unread", TC_CLOSE_WAIT, OPEN, .age_ms = MINUTE, .rqueue = 87,
	  .lacks = TC_HAVE_INODE },

	{ "close-wait-stale", TC_CLOSE_WAIT, YES, .age_ms = HOUR },
	{ "close-wait-stale", TC_CLOSE_WAIT, NOT, .age_ms = HOUR - 1 },
	{ "close-wait-stale", TC_CLOSE_WAIT, NOT, .age_ms = HOUR, .inode = NO },
	{ "close-wait-stale", TC_CLOSE_WAIT, OPEN, .lacks = TC_HAVE_INSIDE },

	{ "close-wait-lasting", TC_CLOSE_WAIT, YES, .age_ms = MINUTE, KEPT, SEEN },
	{ "close-wait-lasting", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE - 1, KEPT, SEEN },
	{ "close-wait-lasting", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE, KEPT, .looked_before = true },
	{ "close-wait-lasting", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE, SEEN, .timer = TC_TIMER_KEEPALIVE },
	{ "close-wait-lasting", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE - 1, SEEN },
	{ "close-wait-lasting", TC_CLOSE_WAIT, NOT, .age_ms = MINUTE, KEPT, SEEN, .inode = NO },
	{ "close-wait-lasting", TC_CLOSE_WAIT, OPEN, .age_ms = MINUTE, KEPT },
	{ "close-wait-lasting", TC_CLOSE_WAIT, OPEN, .age_ms = MINUTE, KEPT, SEEN, .lacks = TC_HAVE_INODE },
	{ "close-wait-lasting", TC_CLOSE_WAIT, OPEN, KEPT, SEEN, .lacks = TC_HAVE_INSIDE },
	{ "close-wait-lasting", TC_CLOSE_WAIT, OPEN, .age_ms = MINUTE - 1, .lacks = TC_HAVE_TIMER },

	{ "unaccepted", TC_ESTABLISHED, YES, .inode = NO },
	{ "unaccepted", TC_CLOSE_WAIT, YES, .inode = NO },
	{ "unaccepted", TC_ESTABLISHED, NOT, .lacks = 0 },
	{ "unaccepted", TC_ESTABLISHED, OPEN, .inode = NO, .lacks = TC_HAVE_INODE },

	{ "unaccepted-old", TC_ESTABLISHED, YES, .inode = NO, .age_ms = 1000 },
	{ "unaccepted-old", TC_ESTABLISHED, NOT, .inode = NO, .age_ms = 999 },
	{ "unaccepted-old", TC_ESTABLISHED, NOT, .age_ms = 1000 },
	{ "unaccepted-old", TC_ESTABLISHED, OPEN, .inode = NO, .lacks = TC_HAVE_INSIDE },

	{ "syn-recv-retried", TC_SYN_RECV, YES, .retrans = 1 },
	{ "syn-recv-retried", TC_SYN_RECV, NOT, .lacks = 0 },
	{ "syn-recv-retried", TC_SYN_RECV, OPEN, .retrans = 1, .lacks = TC_HAVE_RETRANS },

	{ "syn-recv-deferred", TC_SYN_RECV, YES, .kind = TC_KIND_REQUEST, .expires_ms = 1500 },
	{ "syn-recv-deferred", TC_SYN_RECV, NOT, .kind = TC_KIND_REQUEST, .expires_ms = 1000 },
	{ "syn-recv-deferred", TC_SYN_RECV, NOT, .kind = TC_KIND_REQUEST, .expires_ms = 1500, .retrans = 1 },
	{ "syn-recv-deferred", TC_SYN_RECV, NOT, .kind = TC_KIND_FULL, .expires_ms = 1500 },
	{ "syn-recv-deferred", TC_SYN_RECV, OPEN, .kind = TC_KIND_REQUEST, .lacks = TC_HAVE_EXPIRES },

	{ "syn-recv-orphan", TC_SYN_RECV, YES, .kind = TC_KIND_REQUEST, .direction = TC_DIRECTION_IN },
	{ "syn-recv-orphan", TC_SYN_RECV, NOT, .kind = TC_KIND_REQUEST, .direction = TC_DIRECTION_IN, .has_listener = true },
	{ "syn-recv-orphan", TC_SYN_RECV, NOT, .kind = TC_KIND_FULL, .direction = TC_DIRECTION_OUT },
	{ "syn-recv-orphan", TC_SYN_RECV, OPEN, .kind = TC_KIND_REQUEST },
	{ "syn-recv-full", TC_SYN_RECV, YES, .kind = TC_KIND_FULL },
	{ "syn-recv-full", TC_SYN_RECV, NOT, .kind = TC_KIND_REQUEST },
	{ "syn-recv-full", TC_SYN_RECV, OPEN, .lacks = TC_HAVE_KIND },

	{ "syn-sent-silent", TC_SYN_SENT, YES, .retrans = 2 },
	{ "syn-sent-silent", TC_SYN_SENT, NOT, .retrans = 1 },
	{ "syn-sent-silent", TC_SYN_SENT, OPEN, .lacks = TC_HAVE_RETRANS },

	{ "fin-wait1-silent", TC_FIN_WAIT1, YES, .timer = TC_TIMER_RETRANS, .retrans = 3 },
	{ "fin-wait1-silent", TC_FIN_WAIT1, NOT, .timer = TC_TIMER_RETRANS, .retrans = 2 },
	{ "fin-wait1-silent", TC_FIN_WAIT1, NOT, .timer = TC_TIMER_PROBE, .retrans = 3 },
	{ "fin-wait1-silent", TC_FIN_WAIT1, OPEN, .lacks = TC_HAVE_RETRANS },

	{ "fin-wait1-shut", TC_FIN_WAIT1, YES, .timer = TC_TIMER_PROBE, .retrans = 1 },
	{ "fin-wait1-shut", TC_FIN_WAIT1, YES, .timer = TC_TIMER_PROBE, .age_ms = 1000 },
	{ "fin-wait1-shut", TC_FIN_WAIT1, NOT, .timer = TC_TIMER_PROBE, .age_ms = 999 },
	{ "fin-wait1-shut", TC_FIN_WAIT1, NOT, .timer = TC_TIMER_RETRANS, .retrans = 3 },
	{ "fin-wait1-shut", TC_FIN_WAIT1, OPEN, .timer = TC_TIMER_PROBE, .lacks = TC_HAVE_INSIDE },
	{ "fin-wait1-shut", TC_FIN_WAIT1, OPEN, .lacks = TC_HAVE_TIMER },

	{ "fin-wait2-orphan", TC_FIN_WAIT2, YES, .kind = TC_KIND_TIMEWAIT, .inode = NO },
	{ "fin-wait2-orphan", TC_FIN_WAIT2, YES, .timer = TC_TIMER_TIMEWAIT, .lacks = TC_HAVE_INODE | TC_HAVE_KIND },
	{ "fin-wait2-orphan", TC_FIN_WAIT2, YES, .inode = NO, .timer = TC_TIMER_KEEPALIVE },
	{ "fin-wait2-orphan", TC_FIN_WAIT2, NOT, .lacks = 0 },
	{ "fin-wait2-orphan", TC_FIN_WAIT2, OPEN, .lacks = TC_HAVE_INODE },

	{ "fin-wait2-place", TC_FIN_WAIT2, YES, .kind = TC_KIND_TIMEWAIT, .inode = NO },
	{ "fin-wait2-place", TC_FIN_WAIT2, YES, .timer = TC_TIMER_TIMEWAIT, .lacks = TC_HAVE_INODE | TC_HAVE_KIND },
	{ "fin-wait2-place", TC_FIN_WAIT2, NOT, .inode = NO, .timer = TC_TIMER_KEEPALIVE },
	{ "fin-wait2-place", TC_FIN_WAIT2, NOT, .lacks = 0 },
	{ "fin-wait2-place", TC_FIN_WAIT2, NOT, .lacks = TC_HAVE_TIMER | TC_HAVE_KIND },
	{ "fin-wait2-place", TC_FIN_WAIT2, YES, .inode = NO, .lacks = TC_HAVE_TIMER | TC_HAVE_KIND }, /* 60 s */
	{ "fin-wait2-place", TC_FIN_WAIT2, OPEN, .lacks = TC_HAVE_INODE | TC_HAVE_TIMER | TC_HAVE_KIND },

	{ "fin-wait2-held", TC_FIN_WAIT2, YES, .age_ms = MINUTE },
	{ "fin-wait2-held", TC_FIN_WAIT2, NOT, .age_ms = MINUTE - 1 },
	{ "fin-wait2-held", TC_FIN_WAIT2, NOT, .age_ms = MINUTE, .inode = NO },
	{ "fin-wait2-held", TC_FIN_WAIT2, NOT, .age_ms = MINUTE, .kind = TC_KIND_TIMEWAIT, .lacks = TC_HAVE_INODE },
	{ "fin-wait2-held", TC_FIN_WAIT2, OPEN, .lacks = TC_HAVE_INODE },
	{ "fin-wait2-held", TC_FIN_WAIT2, OPEN, .lacks = TC_HAVE_INSIDE },

	{ "fin-wait2-lasting", TC_FIN_WAIT2, YES, .age_ms = MINUTE, KEPT, SEEN },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, NOT, .age_ms = MINUTE - 1, KEPT, SEEN },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, NOT, .age_ms = MINUTE, KEPT, .looked_before = true },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, NOT, .age_ms = MINUTE, SEEN, .timer = TC_TIMER_KEEPALIVE },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, NOT, .age_ms = MINUTE - 1, SEEN },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, NOT, .age_ms = MINUTE, KEPT, SEEN, .inode = NO },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, OPEN, .age_ms = MINUTE, KEPT },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, OPEN, .age_ms = MINUTE, KEPT, SEEN, .lacks = TC_HAVE_INODE },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, OPEN, KEPT, SEEN, .lacks = TC_HAVE_INSIDE },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, OPEN, .age_ms = MINUTE - 1, .lacks = TC_HAVE_TIMER },
	{ "fin-wait2-lasting", TC_FIN_WAIT2, NOT, .age_ms = MINUTE, .kind = TC_KIND_TIMEWAIT, .inode = NO },

	{ "closing-stuck", TC_CLOSING, YES, .retrans = 2 },
	{ "closing-stuck", TC_CLOSING, YES, .age_ms = 5000 },
	{ "closing-stuck", TC_CLOSING, NOT, .age_ms = 4999, .retrans = 1 },
	{ "closing-stuck", TC_CLOSING, OPEN, .retrans = 2, .lacks = TC_HAVE_RETRANS | TC_HAVE_INSIDE },

	{ "last-ack-silent", TC_LAST_ACK, YES, .retrans = 2 },
	{ "last-ack-silent", TC_LAST_ACK, NOT, .retrans = 1 },
	{ "last-ack-silent", TC_LAST_ACK, OPEN, .lacks = TC_HAVE_RETRANS },

	{ "time-wait-in", TC_TIME_WAIT, YES, .direction = TC_DIRECTION_IN },
	{ "time-wait-in", TC_TIME_WAIT, NOT, .direction = TC_DIRECTION_OUT },
	{ "time-wait-in", TC_TIME_WAIT, OPEN, .lacks = 0 },
	{ "time-wait-out", TC_TIME_WAIT, YES, .direction = TC_DIRECTION_OUT },
	{ "time-wait-out", TC_TIME_WAIT, NOT, .direction = TC_DIRECTION_IN },
	{ "time-wait-out", TC_TIME_WAIT, OPEN, .direction = TC_DIRECTION_OUT, .lacks = TC_HAVE_LOCAL_PORT },

	{ "half-open", TC_ESTABLISHED, YES, .timer = TC_TIMER_RETRANS, .retrans = 5 },
	{ "half-open", TC_ESTABLISHED, NOT, .timer = TC_TIMER_RETRANS, .retrans = 4 },
	{ "half-open", TC_ESTABLISHED, YES, .timer = TC_TIMER_KEEPALIVE, .retrans = 2 },
	{ "half-open", TC_ESTABLISHED, NOT, .timer = TC_TIMER_KEEPALIVE, .retrans = 1 },
	{ "half-open", TC_ESTABLISHED, OPEN, .lacks = TC_HAVE_TIMER },

	{ "retransmitting", TC_ESTABLISHED, YES, .timer = TC_TIMER_RETRANS, .retrans = 3 },
	{ "retransmitting", TC_ESTABLISHED, NOT, .timer = TC_TIMER_RETRANS, .retrans = 2 },
	{ "retransmitting", TC_ESTABLISHED, NOT, .timer = TC_TIMER_PROBE, .retrans = 3 },
	{ "retransmitting", TC_ESTABLISHED, OPEN, .lacks = TC_HAVE_RETRANS },

	{ "idle", TC_ESTABLISHED, YES, .age_ms = 2 * HOUR },
	{ "idle", TC_ESTABLISHED, NOT, .age_ms = 2 * HOUR - 1 },
	{ "idle", TC_ESTABLISHED, NOT, .age_ms = 2 * HOUR, .timer = TC_TIMER_KEEPALIVE },
	{ "idle", TC_ESTABLISHED, OPEN, .age_ms = 2 * HOUR, .lacks = TC_HAVE_INSIDE },

	{ "not-read", TC_ESTABLISHED, YES, .rqueue = 1, .memory = 50001 },
	{ "not-read", TC_ESTABLISHED, NOT, .rqueue = 1, .memory = 50000 },
	{ "not-read", TC_ESTABLISHED, NOT, .memory = 50001 },
	{ "not-read", TC_ESTABLISHED, OPEN, .rqueue = 1, .lacks = TC_HAVE_INSIDE },

	{ "not-taken", TC_ESTABLISHED, YES, .timer = TC_TIMER_PROBE, .retrans = 1 },
	{ "not-taken", TC_ESTABLISHED, YES, .timer = TC_TIMER_PROBE, .age_ms = 1000 },
	{ "not-taken", TC_ESTABLISHED, NOT, .timer = TC_TIMER_PROBE, .age_ms = 999 },
	{ "not-taken", TC_ESTABLISHED, OPEN, .timer = TC_TIMER_PROBE, .lacks = TC_HAVE_INSIDE },

	{ "not-read-long", TC_ESTABLISHED, YES, .rqueue = 1, .memory = 50001, .age_ms = 10000 },
	{ "not-read-long", TC_ESTABLISHED, NOT, .rqueue = 1, .memory = 50001, .age_ms = 9999 },
	{ "not-read-long", TC_ESTABLISHED, NOT, .rqueue = 1, .memory = 50000, .age_ms = 10000 },
	{ "not-read-long", TC_ESTABLISHED, NOT, .memory = 50001, .age_ms = 10000 },
	{ "not-read-long", TC_ESTABLISHED, OPEN, .rqueue = 1, .lacks = TC_HAVE_INSIDE },

	{ "not-taken-long", TC_ESTABLISHED, YES, .timer = TC_TIMER_PROBE, .age_ms = MINUTE },
	{ "not-taken-long", TC_ESTABLISHED, NOT, .timer = TC_TIMER_PROBE, .age_ms = MINUTE - 1 },
	{ "not-taken-long", TC_ESTABLISHED, NOT, .timer = TC_TIMER_RETRANS, .age_ms = MINUTE },
	{ "not-taken-long", TC_ESTABLISHED, OPEN, .timer = TC_TIMER_PROBE, .lacks = TC_HAVE_INSIDE },

	{ "bound", TC_BOUND, YES, .lacks = 0 },

	{ "port-of-connect", TC_ESTABLISHED, YES, .lacks = 0 },
	{ "port-of-connect", TC_TIME_WAIT, YES, .local_port = 90 },
	{ "port-of-connect", TC_ESTABLISHED, NOT, .local_port = 91 },
	{ "port-of-connect", TC_ESTABLISHED, NOT, .remote_port = 443 },
	{ "port-of-connect", TC_ESTABLISHED, NOT, .direction = TC_DIRECTION_IN },
	{ "port-of-connect", TC_SYN_RECV, NOT, .kind = TC_KIND_REQUEST },
	{ "port-of-connect", TC_ESTABLISHED, OPEN, .lacks = TC_HAVE_REMOTE_ADDR },

	{ "port-of-bind", TC_BOUND, YES, .lacks = 0 },
	{ "port-of-bind", TC_ESTABLISHED, YES, .remote_port = 443 },
	{ "port-of-bind", TC_ESTABLISHED, NOT, .local_port = 79 },
	{ "port-of-bind", TC_ESTABLISHED, NOT, .direction = TC_DIRECTION_IN },
	{ "port-of-bind", TC_ESTABLISHED, OPEN, .lacks = TC_HAVE_LOCAL_ADDR },
};
/* clang-format on */

static void test_each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++)
		check(&rows[i]);
}

/* So that a new symptom cannot be forgotten here. */
static void test_every_symptom_has_rows(void **state)
{
	(void)state;
	for (int id = 0; id < TC_SYMPTOM_COUNT; id++) {
		unsigned seen = 0;

		assert_non_null(tc_symptom_rows[id].name);
		assert_non_null(tc_symptom_rows[id].missing);
		for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++)
			if (strcmp(rows[i].symptom, tc_symptom_rows[id].name) == 0)
				seen |= 1u << rows[i].expected;
		if (id != TC_SYMPTOM_BOUND)
			assert_int_equal(seen, 7);
	}
}

/* A socket in another state is none of its business. */
static void test_other_states_are_passed_over(void **state)
{
	struct tc_sock sock = scene_sock(TC_LISTEN, HOUR);
	struct scene scene;

	(void)state;
	scene_begin(&scene);
	assert_int_equal(tc_facts_add(&scene.facts, &sock, 1), 0);
	for (int id = 0; id < TC_SYMPTOM_COUNT; id++) {
		const struct tc_symptom_facts *facts = &scene.facts.symptoms[id];

		assert_int_equal(facts->shown + facts->not_shown + facts->unjudged, 0);
	}
	scene_end(&scene);
}

static void test_a_line_of_many_counts_as_many(void **state)
{
	struct scene scene;

	(void)state;
	scene_begin_counted(&scene);
	scene_count(&scene, TC_CLOSE_WAIT, 18);
	assert_int_equal(scene.facts.symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD].unjudged, 18);
	assert_int_equal(scene.facts.census.states[TC_CLOSE_WAIT], 18);
	scene_end(&scene);
}

/* The longer of the two counts: since the peer was heard, or since the look before. */
static void test_ages_of_two_looks(void **state)
{
	struct tc_watched watched = {.taken = true, .whole = true, .apart_ms = 90000};
	struct tc_symptom_env env = {.watched = &watched};
	struct tc_sock sock = scene_sock(TC_CLOSE_WAIT, 4000);
	uint64_t age;

	(void)state;
	sock.timer = TC_TIMER_KEEPALIVE;
	assert_int_equal(tc_watched_add(&watched, &sock, 1), 0);
	assert_true(tc_symptom_age_ms(&env, &sock, &age));
	assert_int_equal(age, 90000);
	watched.apart_ms = 1000;
	assert_true(tc_symptom_age_ms(&env, &sock, &age));
	assert_int_equal(age, 4000);
	sock.have &= ~(uint32_t)TC_HAVE_INSIDE; /* as from /proc */
	assert_true(tc_symptom_age_ms(&env, &sock, &age));
	assert_int_equal(age, 1000);
	sock.state = TC_FIN_WAIT2; /* then it was in another state */
	assert_false(tc_symptom_age_ms(&env, &sock, &age));
	tc_watched_release(&watched);
}

/* The age is that of the last segment, whichever it was; the oldest is remembered. */
static void test_ages(void **state)
{
	struct tc_inside inside = {.have = TC_INSIDE_TIMES, .data_received_ms = 90000,
				   .ack_received_ms = 70000};
	struct tc_symptom_env env = {.watched = NULL};
	struct tc_text text = {.inside = &inside};
	struct tc_sock sock = scene_sock(TC_CLOSE_WAIT, 0);
	struct scene scene;
	uint64_t age;

	(void)state;
	sock.text = &text;
	assert_true(tc_symptom_age_ms(&env, &sock, &age));
	assert_int_equal(age, 70000);
	scene_begin(&scene);
	assert_int_equal(tc_facts_add(&scene.facts, &sock, 1), 0);
	inside.ack_received_ms = 65000;
	assert_int_equal(tc_facts_add(&scene.facts, &sock, 1), 0);
	assert_int_equal(scene.facts.symptoms[TC_SYMPTOM_CLOSE_WAIT_OLD].oldest_ms, 70000);
	sock.have &= ~(uint32_t)TC_HAVE_INSIDE;
	assert_false(tc_symptom_age_ms(&env, &sock, &age));
	scene_end(&scene);
}

/* A listing with processes (ss -p) names who holds a socket, and need not have its inode. */
static void test_a_named_holder(void **state)
{
	const struct tc_symptom_row *held = &tc_symptom_rows[TC_SYMPTOM_CLOSE_WAIT_HELD];
	struct tc_symptom_env env = {.watched = NULL};
	struct tc_owner owner = {.how = TC_OWNER_HELD};
	struct tc_text text = {.process = "java,pid=4321"};
	struct tc_sock sock = scene_sock(TC_CLOSE_WAIT, 0);

	(void)state;
	sock.have &= ~(uint32_t)(TC_HAVE_INODE | TC_HAVE_INSIDE);
	sock.inode = 0;
	assert_int_equal(tc_symptom_judge(held, &env, &sock), TC_SHOWN_UNKNOWN);
	sock.text = &text;
	assert_int_equal(tc_symptom_judge(held, &env, &sock), TC_SHOWN);
	text.owner = &owner;
	assert_int_equal(tc_symptom_judge(held, &env, &sock), TC_SHOWN);
	owner.how = TC_OWNER_LISTENER; /* a rule says whose it was */
	assert_int_equal(tc_symptom_judge(held, &env, &sock), TC_SHOWN_UNKNOWN);
	sock.have |= TC_HAVE_INODE; /* and that nobody holds it */
	owner.how = TC_OWNER_HELD;
	assert_int_equal(tc_symptom_judge(held, &env, &sock), TC_SHOWN_NOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_row),
		cmocka_unit_test(test_every_symptom_has_rows),
		cmocka_unit_test(test_other_states_are_passed_over),
		cmocka_unit_test(test_a_line_of_many_counts_as_many),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_ages_of_two_looks),
		cmocka_unit_test(test_a_named_holder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
