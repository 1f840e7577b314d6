/* SPDX-License-Identifier: MIT */
/*
 * flood.c - whether handshakes that nobody finishes are a flood; see flood.h.
 *
 * A queue of handshakes has room for limit + 1 (net/ipv4: inet_csk_reqsk_queue_is_full), so one
 * that is small never holds many silent ones, however many come: there, what it turned away is
 * counted instead.
 */
#include "analysis/flood.h"

#include "analysis/rule_parts.h"

enum {
	SILENT_LEAST = 10, /* fewer silent handshakes are scanners and phones out of reach */
	PEERS_LEAST = 5,   /* addresses; fewer can be blocked one by one */
	/* What the kernel takes for its limit where that is smaller, before it ends old handshakes
	 * to make room (net/ipv4/inet_connection_sock.c:reqsk_timer_handler). */
	CROWDED_LEAST = 8,
};

/* ---- Room ------------------------------------------------------------------------------- */

/*
 * Without cookies, peers that are not proven get three quarters of tcp_max_syn_backlog
 * (net/ipv4/tcp_input.c:tcp_conn_request); false: there is no such limit, or it is not known.
 */
static bool unproven_limit(const struct tc_setting_value *settings, uint64_t *ret_limit)
{
	int64_t cookies, backlog;

	if (!tc_setting_known(&settings[TC_SETTING_tcp_syncookies], &cookies) || cookies ||
	    !tc_setting_known(&settings[TC_SETTING_tcp_max_syn_backlog], &backlog) || backlog <= 0)
		return false;
	*ret_limit = (uint64_t)(backlog - (backlog >> 2));
	return true;
}

static uint64_t limit_of(const struct tc_facts *facts, const struct tc_listener *listener)
{
	const struct tc_setting_value *settings =
		tc_facts_settings_of(facts, listener->socket->netns);
	uint64_t unproven;

	return unproven_limit(settings, &unproven) && unproven < listener->limit ? unproven
										 : listener->limit;
}

static bool is_crowded(const struct tc_facts *facts, const struct tc_listener *listener)
{
	uint64_t limit = limit_of(facts, listener);

	return listener->states[TC_SYN_RECV] * 2 > (limit < CROWDED_LEAST ? CROWDED_LEAST : limit);
}

/* Older kernels let in one less. */
static bool is_full(const struct tc_facts *facts, const struct tc_listener *listener)
{
	uint64_t requests = listener->states[TC_SYN_RECV];

	return requests && requests >= limit_of(facts, listener);
}

static bool may_have_silent(const struct tc_listener *listener, uint64_t least)
{
	return !(listener->have & TC_LISTENER_SILENT) || listener->silent >= least;
}

static void look_at_queues(const struct tc_facts *facts, struct tc_flood_pressure *pressure)
{
	const struct tc_listener *listener;

	for (size_t i = 0; facts->listening && (listener = tc_listening_at(facts->listening, i));
	     i++) {
		if (!(listener->have & TC_LISTENER_QUEUES))
			continue;
		pressure->is_full |= is_full(facts, listener);
		pressure->is_crowded |=
			is_crowded(facts, listener) && may_have_silent(listener, SILENT_LEAST);
	}
}

/* By how much a counter rose, in the namespace where it is one of several; 0 also where unknown. */
static uint64_t rise_in(const struct tc_facts *facts, const struct tc_facts_netns *netns,
			enum tc_counter id)
{
	uint64_t rise = 0;

	if (!netns)
		tc_part_rise(facts, id, &rise);
	else if (!facts->interval_us || !netns->has_before ||
		 !tc_counter_rise(&netns->before, &netns->now, id, &rise))
		return 0;
	return rise;
}

/* Dropped SYNs that have no counter of their own; an accept queue drops last ACKs as well. */
static uint64_t dropped_unproven(const struct tc_facts *facts, const struct tc_facts_netns *netns)
{
	uint64_t limit, all = rise_in(facts, netns, TC_COUNTER_ListenDrops);
	uint64_t known = rise_in(facts, netns, TC_COUNTER_ListenOverflows) +
			 rise_in(facts, netns, TC_COUNTER_TCPReqQFullDrop);

	if (!unproven_limit(netns ? netns->settings : facts->now.settings, &limit))
		return 0;
	return all > known ? all - known : 0;
}

struct tc_flood_pressure tc_flood_pressure(const struct tc_facts *facts)
{
	struct tc_flood_pressure pressure = {.is_known = true};

	look_at_queues(facts, &pressure);
	if (tc_part_rise(facts, TC_COUNTER_TCPReqQFullDrop, &pressure.dropped) == TC_RISE_UNKNOWN ||
	    tc_part_rise(facts, TC_COUNTER_TCPReqQFullDoCookies, &pressure.cookies) ==
		    TC_RISE_UNKNOWN)
		pressure.is_known = false;
	if (pressure.is_full)
		pressure.unproven = dropped_unproven(facts, NULL);
	return pressure;
}

bool tc_flood_is_pressed(const struct tc_flood_pressure *pressure)
{
	return pressure->dropped || pressure->unproven || pressure->cookies || pressure->is_crowded;
}

/* ---- Likeness --------------------------------------------------------------------------- */

/* A queue of handshakes, and what was turned away by those of its namespace that are full. */
struct queue {
	uint64_t requests, silent, peers;
	uint64_t room; /* 0: not known */
	bool has_silent, has_peers, is_full, is_crowded;
	uint64_t dropped, cookies, sent, received;
};

static void take_turned_away(const struct tc_facts *facts, const struct tc_facts_netns *netns,
			     struct queue *queue)
{
	queue->dropped = rise_in(facts, netns, TC_COUNTER_TCPReqQFullDrop) +
			 dropped_unproven(facts, netns);
	queue->cookies = rise_in(facts, netns, TC_COUNTER_TCPReqQFullDoCookies);
	queue->sent = rise_in(facts, netns, TC_COUNTER_SyncookiesSent);
	queue->received = rise_in(facts, netns, TC_COUNTER_SyncookiesRecv);
}

static struct queue queue_of(const struct tc_facts *facts, const struct tc_listener *listener)
{
	struct queue queue = {
		.requests = listener->states[TC_SYN_RECV],
		.silent = listener->silent,
		.peers = listener->silent_peers,
		.room = limit_of(facts, listener) + 1,
		.has_silent = listener->have & TC_LISTENER_SILENT,
		.has_peers = listener->have & TC_LISTENER_PEERS,
		.is_full = is_full(facts, listener),
		.is_crowded = is_crowded(facts, listener),
	};

	/* What was full in the interval may have room for some just now. */
	if (queue.is_full || queue.is_crowded)
		take_turned_away(facts, tc_facts_netns_of(facts, listener->socket->netns), &queue);
	return queue;
}

/* All handshakes as if they were in one queue, where it is not known which are in which. */
static struct queue queue_of_all(const struct tc_facts *facts)
{
	const struct tc_symptom_facts *retried = &facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED];
	struct queue queue = {
		.requests = retried->shown + retried->not_shown,
		.silent = retried->shown,
		.peers = tc_part_peers(retried),
		.has_silent = !retried->unjudged,
		.is_full = true,
	};

	queue.has_peers = queue.peers != 0;
	take_turned_away(facts, NULL, &queue);
	return queue;
}

static enum tc_likeness are_many_peers(const struct queue *queue, uint64_t least)
{
	if (!queue->has_peers)
		return queue->silent ? TC_LIKE_UNKNOWN : TC_LIKE_NO;
	return queue->peers >= least && queue->peers * 2 > queue->silent ? TC_LIKE_YES : TC_LIKE_NO;
}

/*
 * A small queue is filled by a few slow peers as well. Of a flood it turns more away in each
 * second than it has room for, and ten at the least: clients that are kept out try again once a
 * second. Where cookies do not come back, handshakes that would tell are not there to be seen.
 */
static enum tc_likeness is_turning_away(const struct tc_facts *facts, const struct queue *queue)
{
	uint64_t lost = queue->sent > queue->received ? queue->sent - queue->received : 0;
	uint64_t least = queue->room > SILENT_LEAST ? queue->room : SILENT_LEAST;
	uint64_t peers = PEERS_LEAST;

	if (!queue->is_full || !queue->room || !facts->interval_us)
		return TC_LIKE_NO;
	if (queue->has_silent && !lost && queue->silent * 2 < queue->requests)
		return TC_LIKE_NO;
	if ((double)(queue->dropped + lost) * 1e6 < (double)least * (double)facts->interval_us)
		return TC_LIKE_NO;
	if (queue->room == 1) /* whatever comes, one address is seen */
		return TC_LIKE_UNKNOWN;
	if (queue->room < 2 * PEERS_LEAST) /* some have just begun: the silent ones, of most of it */
		peers = queue->room > 3 ? (queue->room + 1) / 2 : 2;
	return are_many_peers(queue, peers);
}

/* Cookies leave no request behind, so where they are sent few silent ones will do. */
static enum tc_likeness judge(const struct tc_facts *facts, const struct queue *queue)
{
	enum tc_likeness likeness = TC_LIKE_NO;

	bool is_short = queue->is_full && (queue->dropped || queue->cookies || queue->sent);
	bool are_back = queue->sent && queue->received * 2 >= queue->sent;

	/* One that has room left need not be the one whose cookies come back. */
	if ((!queue->is_crowded && !is_short) || (queue->is_full && are_back))
		return TC_LIKE_NO;
	if ((queue->sent && !are_back) ||
	    (queue->silent >= SILENT_LEAST && queue->silent * 2 >= queue->requests))
		likeness = are_many_peers(queue, PEERS_LEAST);
	if (likeness == TC_LIKE_NO)
		likeness = is_turning_away(facts, queue);
	return likeness == TC_LIKE_NO && !queue->has_silent ? TC_LIKE_UNKNOWN : likeness;
}

enum tc_likeness tc_flood_at(const struct tc_facts *facts, const struct tc_listener *listener)
{
	struct queue queue;

	if (!(listener->have & TC_LISTENER_QUEUES) || !listener->states[TC_SYN_RECV])
		return TC_LIKE_NO;
	queue = queue_of(facts, listener);
	return judge(facts, &queue);
}

static enum tc_likeness worse(enum tc_likeness one, enum tc_likeness other)
{
	if (one == TC_LIKE_YES || other == TC_LIKE_YES)
		return TC_LIKE_YES;
	return one == TC_LIKE_UNKNOWN ? one : other;
}

enum tc_likeness tc_flood_likeness(const struct tc_facts *facts)
{
	const struct tc_listener *listener;
	enum tc_likeness likeness = TC_LIKE_NO;
	struct queue all;

	for (size_t i = 0; facts->listening && (listener = tc_listening_at(facts->listening, i));
	     i++)
		likeness = worse(likeness, tc_flood_at(facts, listener));
	if (likeness == TC_LIKE_YES || tc_part_has_queues(facts))
		return likeness;
	all = queue_of_all(facts);
	return worse(likeness, judge(facts, &all));
}

bool tc_flood_is_one(const struct tc_facts *facts)
{
	struct tc_flood_pressure pressure = tc_flood_pressure(facts);

	return tc_flood_is_pressed(&pressure) && tc_flood_likeness(facts) == TC_LIKE_YES;
}

/* ---- Flooded ones and others ------------------------------------------------------------ */

static void take_part(struct tc_flood_part *part, const struct tc_listener *listener)
{
	part->listeners++;
	part->requests += listener->states[TC_SYN_RECV];
	part->silent += listener->silent;
	part->peers += listener->silent_peers;
	part->has_peers &= (listener->have & TC_LISTENER_PEERS) != 0;
}

static bool lets_nobody_in(const struct tc_facts *facts, const struct tc_listener *listener)
{
	uint64_t overflows;

	return listener->trouble & TC_TROUBLE_FULL &&
	       tc_facts_counter(facts, TC_COUNTER_ListenOverflows, &overflows) && overflows;
}

bool tc_flood_parts(const struct tc_facts *facts, struct tc_flood_part *ret_flooded,
		    struct tc_flood_part *ret_others)
{
	struct tc_flood_part flooded = {.has_peers = true}, others = {.has_peers = true};
	const struct tc_listener *listener;

	for (size_t i = 0; facts->listening && (listener = tc_listening_at(facts->listening, i));
	     i++)
		if (tc_flood_at(facts, listener) == TC_LIKE_YES)
			take_part(&flooded, listener);
		else if (listener->silent && !lets_nobody_in(facts, listener))
			take_part(&others, listener);
	if (!flooded.listeners)
		return false;
	*ret_flooded = flooded;
	*ret_others = others;
	return true;
}

/* ---- The worst -------------------------------------------------------------------------- */

/* The surest first, then the one with most silent peers, then with most handshakes. */
static bool is_worse(const struct tc_flood_listener *one, const struct tc_flood_listener *other)
{
	const struct tc_listener *a = one->listener, *b = other->listener;

	if (one->likeness != other->likeness)
		return one->likeness == TC_LIKE_YES;
	if (a->silent_peers != b->silent_peers)
		return a->silent_peers > b->silent_peers;
	return a->states[TC_SYN_RECV] > b->states[TC_SYN_RECV];
}

size_t tc_flood_listeners(const struct tc_facts *facts, size_t most,
			  struct tc_flood_listener ret_worst[])
{
	struct tc_flood_listener at;
	size_t count = 0;

	for (size_t i = 0;
	     facts->listening && (at.listener = tc_listening_at(facts->listening, i)); i++) {
		size_t place = count < most ? count : most;

		at.likeness = tc_flood_at(facts, at.listener);
		if (at.likeness == TC_LIKE_NO)
			continue;
		count++;
		for (; place && is_worse(&at, &ret_worst[place - 1]); place--)
			if (place < most)
				ret_worst[place] = ret_worst[place - 1];
		if (place < most)
			ret_worst[place] = at;
	}
	return count;
}
