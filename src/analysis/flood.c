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

/* Dropped SYNs that have no counter of their own; an accept queue drops last ACKs as well. */
static uint64_t dropped_unproven(const struct tc_facts *facts,
				 const struct tc_flood_pressure *pressure)
{
	uint64_t limit, all, overflows;

	if (!pressure->is_full || !unproven_limit(facts->now.settings, &limit))
		return 0;
	tc_part_rise(facts, TC_COUNTER_ListenDrops, &all);
	tc_part_rise(facts, TC_COUNTER_ListenOverflows, &overflows);
	overflows += pressure->dropped;
	return all > overflows ? all - overflows : 0;
}

struct tc_flood_pressure tc_flood_pressure(const struct tc_facts *facts)
{
	struct tc_flood_pressure pressure = {.is_known = true};

	look_at_queues(facts, &pressure);
	if (tc_part_rise(facts, TC_COUNTER_TCPReqQFullDrop, &pressure.dropped) == TC_RISE_UNKNOWN ||
	    tc_part_rise(facts, TC_COUNTER_TCPReqQFullDoCookies, &pressure.cookies) ==
		    TC_RISE_UNKNOWN)
		pressure.is_known = false;
	pressure.unproven = dropped_unproven(facts, &pressure);
	return pressure;
}

bool tc_flood_is_pressed(const struct tc_flood_pressure *pressure)
{
	return pressure->dropped || pressure->unproven || pressure->cookies || pressure->is_crowded;
}

/* ---- Likeness --------------------------------------------------------------------------- */

static enum tc_likeness are_many_peers(const struct tc_symptom_facts *retried, uint64_t least)
{
	uint64_t peers = tc_part_peers(retried);

	if (!peers)
		return retried->shown ? TC_LIKE_UNKNOWN : TC_LIKE_NO;
	return peers >= least && peers * 2 > retried->shown ? TC_LIKE_YES : TC_LIKE_NO;
}

/*
 * The smallest full queue whose handshakes are silent; where cookies do not come back, those that
 * would tell are not there to be seen. NULL: there is none.
 */
static const struct tc_listener *full_and_silent(const struct tc_facts *facts, bool by_cookies)
{
	const struct tc_listener *listener, *found = NULL;

	for (size_t i = 0; facts->listening && (listener = tc_listening_at(facts->listening, i));
	     i++)
		if (listener->have & TC_LISTENER_QUEUES && is_full(facts, listener) &&
		    (by_cookies ||
		     may_have_silent(listener, (listener->states[TC_SYN_RECV] + 1) / 2)) &&
		    (!found || listener->limit < found->limit))
			found = listener;
	return found;
}

/*
 * A small queue is filled by a few slow peers as well. Of a flood it turns more away in each
 * second than it has room for, and ten at the least: clients that are kept out try again once a
 * second.
 */
static enum tc_likeness is_turning_away(const struct tc_facts *facts, uint64_t dropped,
					uint64_t lost_cookies)
{
	const struct tc_listener *listener = full_and_silent(facts, lost_cookies > 0);
	uint64_t room, least, peers = PEERS_LEAST;

	if (!listener || !facts->interval_us)
		return TC_LIKE_NO;
	room = listener->limit + 1;
	least = room > SILENT_LEAST ? room : SILENT_LEAST;
	if ((double)(dropped + lost_cookies) * 1e6 < (double)least * (double)facts->interval_us)
		return TC_LIKE_NO;
	if (room == 1) /* whatever comes, one address is seen */
		return TC_LIKE_UNKNOWN;
	if (room < 2 * PEERS_LEAST) /* some have just begun: those that are silent, of most of it */
		peers = room > 3 ? (room + 1) / 2 : 2;
	return are_many_peers(&facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED], peers);
}

/* Cookies leave no request behind, so where they are sent few silent ones will do. */
enum tc_likeness tc_flood_likeness(const struct tc_facts *facts,
				   const struct tc_flood_pressure *pressure)
{
	const struct tc_symptom_facts *retried = &facts->symptoms[TC_SYMPTOM_SYN_RECV_RETRIED];
	uint64_t sent, received, judged = retried->shown + retried->not_shown;
	enum tc_likeness likeness = TC_LIKE_NO;

	tc_part_rise(facts, TC_COUNTER_SyncookiesSent, &sent);
	tc_part_rise(facts, TC_COUNTER_SyncookiesRecv, &received);
	if (sent && received * 2 >= sent)
		return TC_LIKE_NO;
	if (!judged)
		return retried->unjudged ? TC_LIKE_UNKNOWN : TC_LIKE_NO;
	if (sent || (retried->shown >= SILENT_LEAST && retried->shown * 2 >= judged))
		likeness = are_many_peers(retried, PEERS_LEAST);
	if (likeness != TC_LIKE_NO)
		return likeness;
	return is_turning_away(facts, pressure->dropped + pressure->unproven,
			       sent > received ? sent - received : 0);
}

bool tc_flood_is_one(const struct tc_facts *facts)
{
	struct tc_flood_pressure pressure = tc_flood_pressure(facts);

	return tc_flood_is_pressed(&pressure) && tc_flood_likeness(facts, &pressure) == TC_LIKE_YES;
}
