/* SPDX-License-Identifier: MIT */
/*
 * listening_judge.c - what is wrong with listeners; see listening.h.
 *
 * The kernel counts refused connections for the whole namespace (ListenDrops), and each time in the
 * listener's own count of dropped packets as well (include/net/tcp.h:tcp_listendrop). So who has
 * dropped nothing has refused nobody. The other way round is not so sure: a refused last ACK counts
 * twice there, and what is no refusal counts as well, such as a repeated SYN or a RST
 * (net/ipv4/tcp_ipv4.c:tcp_v4_rcv, discard_and_relse). It is sure of a listener where the others
 * have not dropped as many as were refused; of the rest those are suspects that were full at either
 * look (include/net/sock.h:sk_acceptq_is_full), and all of them where none was. Where it is not
 * known what was dropped, being full is all that points to a listener.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/listening_entry.h"

/* limit + 1 connections fit: the kernel lets one in while the queue is not above the limit. */
static bool is_full(uint64_t queue, uint64_t limit)
{
	return queue > limit;
}

static const struct tc_listening_facts none;

/* Those of the listener's namespace; where that was not read there has to be but one. */
static const struct tc_listening_facts *facts_of(const struct tc_listening_entry *entry,
						 const struct tc_listening_facts *facts,
						 size_t count)
{
	if (count == 1 && (!entry->key.netns || !facts->netns))
		return facts;
	for (size_t i = 0; i < count; i++)
		if (facts[i].netns == entry->key.netns)
			return &facts[i];
	return &none;
}

static uint32_t limited_by(uint32_t limit, const struct tc_listening_facts *facts)
{
	if (!facts->has_somaxconn || limit > facts->somaxconn)
		return TC_LIMITED_BY_UNKNOWN;
	return limit == facts->somaxconn ? TC_LIMITED_BY_SOMAXCONN : TC_LIMITED_BY_BACKLOG;
}

/* What the listeners of a namespace have dropped. */
struct dropped {
	uint64_t all;
	bool is_known; /* of all that are here */
	bool has_gone; /* others were here at the first look, and what they dropped is not known */
	bool has_others; /* some were no refusals */
	bool has_sure, has_full; /* of those that may have refused: one that surely did, a full one */
};

static bool was_full(const struct tc_listener *listener)
{
	return listener->trouble & TC_TROUBLE_EVER_FULL;
}

bool tc_listener_may_have_refused(const struct tc_listener *listener)
{
	return !(listener->have & TC_LISTENER_DROPPED) || listener->dropped;
}

static bool has_refused(const struct tc_listener *listener, const struct dropped *dropped,
			uint64_t refused)
{
	return dropped->is_known && !dropped->has_gone && !dropped->has_others && listener->dropped &&
	       refused > dropped->all - listener->dropped;
}

/*
 * Whether it is one of those that the rise of ListenOverflows points to. One that is not full may
 * have been so for a moment; but what it dropped may have had another reason as well.
 */
static bool is_suspect(const struct tc_listener *listener, const struct dropped *dropped,
		       uint64_t refused)
{
	if (!refused || !tc_listener_may_have_refused(listener))
		return false;
	if (was_full(listener) || has_refused(listener, dropped, refused))
		return true;
	return listener->have & TC_LISTENER_DROPPED && !dropped->has_sure && !dropped->has_full;
}

static void raise_score(struct tc_listener *listener, uint64_t queue, uint64_t limit)
{
	uint64_t fill = queue > limit ? 999 : queue * 999 / (limit + 1);

	if (fill > listener->score)
		listener->score = (uint32_t)fill;
	if (queue * 2 > limit && queue)
		listener->trouble |= TC_TROUBLE_HALF_FULL;
}

/* One that was not there at the first look has dropped in the interval all that it ever did. */
static void take_as_new(struct tc_listener_socket *socket, const struct tc_listening_facts *facts)
{
	const uint32_t known = TC_LISTENER_BEFORE | TC_LISTENER_DROPS;

	if (!facts->has_first_look || (socket->have & known) != TC_LISTENER_DROPS)
		return;
	socket->have |= TC_LISTENER_DROPPED;
	socket->dropped = socket->drops;
}

/* Sums up the sockets of a listener; a group is as badly off as the worst of them. */
static void sum_up(struct tc_listening_entry *entry, const struct tc_listening_facts *facts)
{
	const uint32_t of_connections =
		TC_LISTENER_UNACCEPTED | TC_LISTENER_SILENT | TC_LISTENER_PEERS;
	struct tc_listener *listener = &entry->listener;

	listener->have = TC_LISTENER_QUEUE | TC_LISTENER_QUEUES | TC_LISTENER_BEFORE |
			 TC_LISTENER_DROPS | TC_LISTENER_DROPPED | of_connections;
	for (size_t i = 0; i < listener->socket_count; i++) {
		struct tc_listener_socket *socket = &entry->sockets[i];

		take_as_new(socket, facts);
		listener->have &= socket->have | of_connections;
		listener->queue += socket->queue;
		listener->queue_before += socket->queue_before;
		listener->limit += socket->limit;
		listener->drops += socket->drops;
		listener->dropped += socket->have & TC_LISTENER_DROPPED ? socket->dropped : 0;
		if (!(socket->have & TC_LISTENER_QUEUES))
			continue;
		socket->limited_by = limited_by(socket->limit, facts);
		if (i && socket->limited_by != listener->limited_by)
			listener->limited_by = TC_LIMITED_BY_UNKNOWN;
		else
			listener->limited_by = socket->limited_by;
		listener->full += is_full(socket->queue, socket->limit);
		if ((socket->have & TC_LISTENER_BEFORE) &&
		    is_full(socket->queue_before, socket->limit))
			listener->trouble |= TC_TROUBLE_WAS_FULL;
		raise_score(listener, socket->queue, socket->limit);
	}
	if (entry->unjudged)
		listener->have &= ~(uint32_t)TC_LISTENER_UNACCEPTED;
	if (entry->unheard)
		listener->have &= ~(uint32_t)TC_LISTENER_SILENT;
	if (entry->unheard || entry->nobodys)
		listener->have &= ~(uint32_t)TC_LISTENER_PEERS;
	/* What the sockets that have gone dropped in the interval is lost. */
	if (entry->known > listener->socket_count)
		listener->have &= ~(uint32_t)TC_LISTENER_DROPPED;
	listener->carried_by_silent = tc_listening_carried(entry);
}

/* By how much a counter rose in the interval; 0 also where that is not known. */
static uint64_t rise_of(const struct tc_listening_facts *facts, enum tc_counter id)
{
	uint64_t rise;

	return facts->interval_us && tc_counter_rise(&facts->before, &facts->after, id, &rise)
		       ? rise
		       : 0;
}

/* What is seen of it alone. */
static void look_at(struct tc_listening_entry *entry, const struct tc_listening_facts *facts)
{
	struct tc_listener *listener = &entry->listener;

	listener->socket = &entry->kept.sock;
	listener->sockets = entry->sockets;
	sum_up(entry, facts);
	if (listener->full)
		listener->trouble =
			(listener->trouble | TC_TROUBLE_FULL) & ~(uint32_t)TC_TROUBLE_WAS_FULL;
}

static struct dropped dropped_in(const struct tc_listening *listening,
				 const struct tc_listening_facts *of)
{
	uint64_t refused = rise_of(of, TC_COUNTER_ListenOverflows);
	struct dropped dropped = {.is_known = true};

	for (size_t i = 0; i < listening->gone_count; i++)
		dropped.has_gone |= listening->gone[i] == of;
	for (size_t i = 0; i < listening->count; i++) {
		const struct tc_listening_entry *entry = listening->entries[i];

		if (entry->facts != of)
			continue;
		dropped.all += entry->listener.dropped;
		dropped.is_known &= (entry->listener.have & TC_LISTENER_DROPPED) != 0;
		dropped.has_full |= tc_listener_may_have_refused(&entry->listener) &&
				    was_full(&entry->listener);
	}
	/*
	 * A listener counts a refused SYN once and a refused last ACK twice (in tcp_listendrop, and
	 * again where tcp_v4_rcv discards it), of which ListenDrops counts each once.
	 */
	dropped.has_others = dropped.all > 2 * rise_of(of, TC_COUNTER_ListenDrops);
	for (size_t i = 0; i < listening->count; i++)
		if (listening->entries[i]->facts == of)
			dropped.has_sure |=
				has_refused(&listening->entries[i]->listener, &dropped, refused);
	return dropped;
}

static void judge(struct tc_listening_entry *entry, const struct tc_listening_facts *facts,
		  const struct dropped *dropped)
{
	struct tc_listener *listener = &entry->listener;
	uint64_t requests = listener->states[TC_SYN_RECV];
	uint64_t cookies = rise_of(facts, TC_COUNTER_TCPReqQFullDoCookies);

	if (is_suspect(listener, dropped, rise_of(facts, TC_COUNTER_ListenOverflows)))
		listener->trouble |= TC_TROUBLE_OVERFLOWS;
	if (listener->have & TC_LISTENER_QUEUES) { /* half-open ones have the same limit */
		raise_score(listener, requests, listener->limit);
		if (is_full(requests, listener->limit))
			listener->trouble |= TC_TROUBLE_SYN_FULL;
	}
	/* What is answered by a cookie is not dropped. */
	if ((listener->trouble & TC_TROUBLE_SYN_FULL) &&
	    (cookies || (rise_of(facts, TC_COUNTER_TCPReqQFullDrop) &&
			 tc_listener_may_have_refused(listener))))
		listener->trouble |= TC_TROUBLE_SYN_OVERFLOWS;
	if (listener->trouble) /* the lowest bit is the worst */
		listener->score +=
			1000 * (TC_TROUBLES - (uint32_t)__builtin_ctz(listener->trouble));
}

static int compare_numbers(uint64_t one, uint64_t other)
{
	return one < other ? -1 : one > other;
}

/* The worst first, then the busiest, then by port and address. */
static int compare_entries(const void *one, const void *other)
{
	const struct tc_listening_entry *a = *(const struct tc_listening_entry *const *)one;
	const struct tc_listening_entry *b = *(const struct tc_listening_entry *const *)other;
	int order = compare_numbers(b->listener.score, a->listener.score);

	if (!order)
		order = compare_numbers(b->listener.queue, a->listener.queue);
	if (!order)
		order = compare_numbers(b->listener.states[TC_SYN_RECV],
					a->listener.states[TC_SYN_RECV]);
	if (!order)
		order = compare_numbers(b->listener.states[TC_ESTABLISHED],
					a->listener.states[TC_ESTABLISHED]);
	if (!order)
		order = compare_numbers(a->key.port, b->key.port);
	return order ? order : memcmp(&a->key, &b->key, sizeof(a->key));
}

static int compare_shown(const void *one, const void *other)
{
	const struct tc_listening_entry *a = *(const struct tc_listening_entry *const *)one;
	const struct tc_listening_entry *b = *(const struct tc_listening_entry *const *)other;

	return a->shown != b->shown ? (a->shown ? -1 : 1) : compare_entries(one, other);
}

/* Adds a reading of one namespace to that of all; what one of them has not, all have not. */
static void add_reading(struct tc_counters *all, const struct tc_counters *one, bool is_first)
{
	for (size_t i = 0; i < TC_COUNTER_COUNT; i++) {
		if (is_first || one->status[i] != TC_COUNTER_READ)
			all->status[i] = one->status[i];
		all->value[i] += one->value[i];
	}
}

static void sum_up_facts(struct tc_listening *listening, const struct tc_listening_facts *facts,
			 size_t count)
{
	struct tc_listening_summary *summary = &listening->summary;
	bool same = count != 0;

	for (size_t i = 0; i < count; i++) {
		add_reading(&listening->before, &facts[i].before, i == 0);
		add_reading(&listening->after, &facts[i].after, i == 0);
		if (facts[i].interval_us > summary->interval_us)
			summary->interval_us = facts[i].interval_us;
		same = same && facts[i].has_somaxconn && facts[i].somaxconn == facts->somaxconn;
	}
	summary->has_somaxconn = same;
	summary->somaxconn = same ? facts->somaxconn : 0;
}

static void summarise(struct tc_listening *listening)
{
	struct tc_listening_summary *summary = &listening->summary;

	summary->listeners = listening->count;
	for (size_t i = 0; i < listening->count; i++) {
		const struct tc_listening_entry *entry = listening->entries[i];
		uint32_t trouble = entry->listener.trouble;

		summary->several_netns |= entry->key.netns != listening->entries[0]->key.netns;
		summary->suspects += (trouble & TC_TROUBLE_OVERFLOWS) != 0;
		summary->syn_suspects += (trouble & TC_TROUBLE_SYN_OVERFLOWS) != 0;
		summary->full += (trouble & TC_TROUBLE_FULL) != 0;
		summary->unread += !(listening->entries[i]->listener.have & TC_LISTENER_QUEUES);
		listening->shown += listening->entries[i]->shown;
	}
}

/* Those of one namespace, all of them seen: who refused, and what nobody here explains. */
static void judge_netns(struct tc_listening *listening, const struct tc_listening_facts *of)
{
	struct tc_listening_summary *summary = &listening->summary;
	struct dropped dropped = dropped_in(listening, of);
	uint64_t drops = rise_of(of, TC_COUNTER_ListenDrops);
	uint64_t refused = rise_of(of, TC_COUNTER_ListenOverflows);

	for (size_t i = 0; i < listening->count; i++) {
		struct tc_listening_entry *entry = listening->entries[i];

		if (entry->facts != of)
			continue;
		judge(entry, of, &dropped);
		if (entry->listener.trouble & TC_TROUBLE_OVERFLOWS)
			summary->suspects_known &=
				has_refused(&entry->listener, &dropped, refused);
	}
	summary->drops_known &= dropped.is_known;
	summary->has_gone |= dropped.has_gone;
	if (dropped.is_known && drops > dropped.all)
		summary->unexplained += drops - dropped.all;
}

int tc_listening_judge(struct tc_listening *listening, const struct tc_listening_facts *facts,
		       size_t fact_count)
{
	listening->gone = calloc(fact_count + 1, sizeof(*listening->gone));
	listening->ranked = calloc(listening->count + 1, sizeof(struct tc_listening_entry *));
	if (!listening->gone || !listening->ranked)
		return -ENOMEM;
	for (size_t i = 0; i < listening->count; i++)
		listening->entries[i]->facts = facts_of(listening->entries[i], facts, fact_count);
	tc_listening_drop_gone(listening);
	for (size_t i = 0; i < listening->count; i++) {
		look_at(listening->entries[i], listening->entries[i]->facts);
		listening->ranked[i] = listening->entries[i];
	}
	listening->summary.drops_known = listening->summary.suspects_known = fact_count != 0;
	for (size_t i = 0; i < fact_count; i++)
		judge_netns(listening, &facts[i]);
	judge_netns(listening, &none); /* of which nothing else was read */
	sum_up_facts(listening, facts, fact_count);
	summarise(listening);
	if (listening->count) {
		qsort(listening->entries, listening->count, sizeof(struct tc_listening_entry *),
		      compare_shown);
		qsort(listening->ranked, listening->count, sizeof(struct tc_listening_entry *),
		      compare_entries);
	}
	return 0;
}
