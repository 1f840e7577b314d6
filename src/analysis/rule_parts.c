/* SPDX-License-Identifier: MIT */
/* rule_parts.c - what the checks of several rules have in common; see rule_parts.h. */
#include "analysis/rule_parts.h"

#include <stdlib.h>

#include "analysis/judge_netns.h"
#include "util/intl.h"

enum {
	/*
	 * Of fewer, two of the same peer are chance. What they cost does not count here: it is a
	 * socket or two, and what kept them will keep others.
	 */
	MANY = 10,
	NAMES_MAX = 3, /* listeners of which a finding tells */
	WORD_MAX = 128,
};

enum tc_rise tc_part_rise(const struct tc_facts *facts, enum tc_counter id, uint64_t *ret_rise)
{
	uint64_t value;

	*ret_rise = 0;
	if (tc_facts_rise(facts, id, ret_rise))
		return *ret_rise ? TC_RISE_SOME : TC_RISE_NONE;
	return tc_facts_counter(facts, id, &value) && !value ? TC_RISE_NONE : TC_RISE_UNKNOWN;
}

enum tc_verdict tc_part_needs_rise(const struct tc_facts *facts, enum tc_counter id,
				   struct tc_draft *draft)
{
	if (!facts->interval_us)
		return tc_part_needs_interval(facts, draft);
	tc_judge_needs_counter(facts, id, draft);
	return TC_UNSURE;
}

/* One of the namespaces, and by how much the counter rose there. */
struct place {
	const struct tc_facts_netns *netns;
	uint64_t rise;
};

static int by_rise(const void *a, const void *b)
{
	const struct place *one = a, *other = b;

	return (one->rise < other->rise) - (one->rise > other->rise);
}

static void tell_places(const struct place *places, size_t count, struct tc_draft *draft)
{
	const char *list = "";
	uint64_t rest = 0;

	for (size_t i = 0; i < count; i++) {
		char name[WORD_MAX];

		if (i >= NAMES_MAX) {
			rest += places[i].rise;
			continue;
		}
		tc_facts_netns_name(places[i].netns, name, sizeof(name));
		list = tc_words(draft, "%s%s%s: %llu", list, i ? ", " : "", name,
				tc_llu(places[i].rise));
	}
	if (rest)
		tc_evidence(draft, N_("By network namespace: %s, others: %llu."), list,
			    tc_llu(rest));
	else
		tc_evidence(draft, N_("By network namespace: %s."), list);
}

void tc_part_where(const struct tc_facts *facts, enum tc_counter id, struct tc_draft *draft)
{
	tc_auto_free struct place *places = NULL;
	size_t count = 0;

	if (!facts->netns_count)
		return;
	places = calloc(facts->netns_count, sizeof(*places));
	if (!places) {
		draft->failed = true;
		return;
	}
	for (size_t i = 0; i < facts->netns_count; i++) {
		const struct tc_facts_netns *netns = &facts->netns[i];
		uint64_t rise;

		if (netns->has_before && tc_counter_rise(&netns->before, &netns->now, id, &rise) &&
		    rise)
			places[count++] = (struct place){netns, rise};
	}
	qsort(places, count, sizeof(*places), by_rise);
	if (count)
		tell_places(places, count, draft);
}

/* A listing without a listener may have been made without them (ss and netstat without -a). */
bool tc_part_has_queues(const struct tc_facts *facts)
{
	if (facts->report.foreign && !facts->census.states[TC_LISTEN])
		return false;
	return facts->listening && !tc_listening_summary(facts->listening)->unread;
}

/* The listener that more wait at than at any other, of those whose limit was not read. */
static const struct tc_listener *longest_queue(const struct tc_facts *facts)
{
	const struct tc_listener *listener, *longest = NULL;

	for (size_t i = 0; facts->listening && (listener = tc_listening_at(facts->listening, i));
	     i++)
		if (!(listener->have & TC_LISTENER_QUEUES) && listener->queue &&
		    (!longest || listener->queue > longest->queue))
			longest = listener;
	return longest;
}

enum tc_verdict tc_part_needs_queues(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_listener *longest = longest_queue(facts);

	if (*facts->listening_why)
		tc_needs(draft, N_("the queues of the listeners: %s"), facts->listening_why);
	else if (longest)
		tc_evidence_n(tc_for_needs(draft),
			      "the limits of the listeners' queues%s; %llu connection waits at %s",
			      "the limits of the listeners' queues%s; %llu connections wait at %s",
			      longest->queue, tc_judge_how(draft, "ss -ltn"),
			      tc_llu(longest->queue),
			      tc_part_listener(facts, longest->socket, draft));
	else
		tc_needs(draft, N_("the queues of the listeners%s"),
			 tc_judge_how(draft, "ss -ltn"));
	return TC_UNSURE;
}

uint64_t tc_part_peers(const struct tc_symptom_facts *symptom)
{
	uint64_t groups = 0, count = 0;
	char text[WORD_MAX];

	if (!symptom->peer || !tc_tally_rows(symptom->peer) ||
	    !tc_tally_row_text(symptom->peer, 0, 0, text, sizeof(text)))
		return 0;
	tc_tally_other(symptom->peer, &groups, &count);
	return tc_tally_rows(symptom->peer) + groups;
}

bool tc_part_are_few_peers(uint64_t shown, uint64_t peers)
{
	return peers && shown >= MANY && peers * 2 <= shown;
}

bool tc_part_may_be_few_peers(uint64_t shown, uint64_t peers)
{
	return !peers && shown >= MANY;
}

bool tc_part_is_few_peers(const struct tc_symptom_facts *symptom)
{
	return tc_part_are_few_peers(symptom->shown, tc_part_peers(symptom));
}

void tc_part_tell_few_peers(uint64_t peers, struct tc_draft *draft)
{
	tc_evidence_n(draft, "Only %llu peer has them: the fault is probably there, or on the way.",
		      "Only %llu peers have them: the fault is probably there, or on the "
		      "way.", peers,
		      tc_llu(peers));
}

void tc_part_few_peers(const struct tc_symptom_facts *symptom, struct tc_draft *draft)
{
	tc_part_tell_few_peers(tc_part_peers(symptom), draft);
}

const char *tc_part_missing(struct tc_draft *draft, enum tc_symptom id)
{
	return tc_judge_missing(draft, id);
}

void tc_part_unjudged(const struct tc_facts *facts, enum tc_symptom id, struct tc_draft *draft)
{
	uint64_t unjudged = facts->symptoms[id].unjudged;

	if (unjudged)
		tc_evidence(draft, N_("For %llu more this is not known; that takes %s."),
			    tc_llu(unjudged), tc_part_missing(draft, id));
}

enum tc_verdict tc_part_none_shown(const struct tc_facts *facts, enum tc_symptom id,
				   struct tc_draft *draft)
{
	if (!facts->symptoms[id].unjudged)
		return TC_QUIET;
	tc_needs(draft, "%s", tc_part_missing(draft, id));
	return TC_UNSURE;
}

enum tc_verdict tc_part_needs_interval(const struct tc_facts *facts, struct tc_draft *draft)
{
	tc_needs(draft, "%s", tc_draft_text(draft, tc_judge_needs_interval(facts)));
	return TC_UNSURE;
}

const char *tc_part_interval(const struct tc_facts *facts, struct tc_draft *draft)
{
	return tc_words_duration(draft, facts->interval_us / 1000);
}

/* ---- What keepalive keeps fresh ---------------------------------------------------------- */

enum {
	WATCHED_LEAST = 10, /* what a pool has not noticed yet is a few */
	NEVER_SEEN = 3,	    /* events that are to be expected where there is none, at 95 % */
};

/* How many of those that the look before had were closed since. */
static uint64_t closed_since(const struct tc_facts *facts, enum tc_watch watch)
{
	const struct tc_watched *watched = &facts->watched;

	return watched->quiet[watch] > watched->again[watch]
		       ? watched->quiet[watch] - watched->again[watch]
		       : 0;
}

/*
 * Sockets that are closed after T on average are closed at the rate of one in T each. Where n of
 * them are watched for t and none is, n t / T is less than 3, at 95 %; each that was closed is
 * given as much. So a thousand tell in a second what ten tell in half a minute.
 */
enum tc_lasting tc_part_lasting(const struct tc_facts *facts, enum tc_symptom id,
				enum tc_watch watch)
{
	uint64_t shown = facts->symptoms[id].shown, at_most;

	if (!shown)
		return facts->symptoms[id].unjudged ? TC_LASTING_OPEN : TC_LASTING_NONE;
	if (shown < WATCHED_LEAST)
		return TC_LASTING_OPEN;
	at_most = NEVER_SEEN * (1 + closed_since(facts, watch));
	return shown * facts->watched.apart_ms >= at_most * TC_SYMPTOM_OLD_MS ? TC_LASTING_SURE
								    : TC_LASTING_SOME;
}

void tc_part_tell_lasting(const struct tc_facts *facts, enum tc_symptom id, enum tc_watch watch,
			  const char *state, struct tc_draft *draft)
{
	uint64_t shown = facts->symptoms[id].shown, closed = closed_since(facts, watch);

	tc_evidence_n(draft,
		      "%llu %s whose age keepalive hides was there %s before as well, and no data "
		      "have come or gone for a minute.",
		      "%llu %s whose age keepalive hides were there %s before as well, and no data "
		      "have come or gone for a minute.",
		      shown, tc_llu(shown), state,
		      tc_words_duration(draft, facts->watched.apart_ms));
	if (tc_part_lasting(facts, id, watch) == TC_LASTING_SURE)
		tc_evidence(draft,
			    N_("So many, of which %llu ended meanwhile, last a minute or more each "
			       "(inferred), unless their peers all closed at once just now."),
			    tc_llu(closed));
	else
		tc_evidence(draft, N_("Two looks a minute apart tell whether they last that long: "
				      "tcpcensus diagnose -i 1m."));
}

enum tc_verdict tc_part_needs_minute(const struct tc_facts *facts, enum tc_symptom id,
				     const char *state, struct tc_draft *draft)
{
	uint64_t count = facts->symptoms[id].shown + facts->symptoms[id].unjudged;

	if (facts->report.foreign)
		tc_evidence_n(tc_for_needs(draft),
			      "another listing a minute later: keepalive may hide how long %llu %s "
			      "has lasted",
			      "another listing a minute later: keepalive may hide how long %llu %s "
			      "have lasted",
			      count, tc_llu(count), state);
	else
		tc_evidence_n(tc_for_needs(draft),
			      "two looks a minute apart (-i 1m): keepalive hides how long %llu %s "
			      "has lasted",
			      "two looks a minute apart (-i 1m): keepalive hides how long %llu %s "
			      "have lasted",
			      count, tc_llu(count), state);
	return TC_UNSURE;
}

/* ---- Listeners ------------------------------------------------------------------------- */

static const char *field_of(const struct tc_sock *sock, const char *field, struct tc_draft *draft)
{
	char text[WORD_MAX] = "";
	struct tc_key key;

	if (tc_key_parse(field, &key) == 0)
		tc_field_text(&key, sock, text, sizeof(text));
	return tc_words(draft, "%s", text);
}

const char *tc_part_listener(const struct tc_facts *facts, const struct tc_sock *listener,
			     struct tc_draft *draft)
{
	const char *local = field_of(listener, "local", draft);
	const char *process = field_of(listener, "process", draft);

	if (facts->netns_count)
		process = tc_words(draft, "%s%snetns %s", process, *process ? ", " : "",
				   field_of(listener, "netns", draft));
	return *process ? tc_words(draft, "%s (%s)", local, process) : local;
}

/* Of several that share a port it is the fullest that matters: the kernel looks for no other. */
static void tell_group(const struct tc_listener *listener, const char *name, struct tc_draft *draft)
{
	const struct tc_listener_socket *fullest = tc_listener_fullest(listener);

	tc_evidence_n(draft,
		      "Listener %s: %llu of its %llu sockets is full; %llu wait to be accepted in "
		      "all, %llu at the fullest, whose limit is %llu; %llu in SYN_RECV.",
		      "Listener %s: %llu of its %llu sockets are full; %llu wait to be accepted in "
		      "all, %llu at the fullest, whose limit is %llu; %llu in SYN_RECV.",
		      listener->full, name, tc_llu(listener->full), tc_llu(listener->socket_count),
		      tc_llu(listener->queue), tc_llu(fullest->queue), tc_llu(fullest->limit),
		      tc_llu(listener->states[TC_SYN_RECV]));
}

void tc_part_tell_listener(const struct tc_facts *facts, const struct tc_listener *listener,
			   struct tc_draft *draft)
{
	const char *name = tc_part_listener(facts, listener->socket, draft);

	if (listener->socket_count > 1 && listener->have & TC_LISTENER_QUEUES)
		tell_group(listener, name, draft);
	else if (listener->limited_by == TC_LIMITED_BY_BACKLOG)
		tc_evidence_n(draft,
			      "Listener %s: %llu waits to be accepted, %llu in SYN_RECV; its "
			      "limit is %llu: what its program asked for, unless "
			      "net.core.somaxconn was lower then.",
			      "Listener %s: %llu wait to be accepted, %llu in SYN_RECV; its "
			      "limit is %llu: what its program asked for, unless "
			      "net.core.somaxconn was lower then.",
			      listener->queue, name, tc_llu(listener->queue),
			      tc_llu(listener->states[TC_SYN_RECV]), tc_llu(listener->limit));
	else if (listener->limited_by == TC_LIMITED_BY_SOMAXCONN)
		tc_evidence_n(draft,
			      "Listener %s: %llu waits to be accepted, %llu in SYN_RECV; its "
			      "limit is %llu, as is net.core.somaxconn.",
			      "Listener %s: %llu wait to be accepted, %llu in SYN_RECV; its "
			      "limit is %llu, as is net.core.somaxconn.",
			      listener->queue, name, tc_llu(listener->queue),
			      tc_llu(listener->states[TC_SYN_RECV]), tc_llu(listener->limit));
	else
		tc_evidence_n(draft,
			      "Listener %s: %llu waits to be accepted, %llu in SYN_RECV; its "
			      "limit is %llu.",
			      "Listener %s: %llu wait to be accepted, %llu in SYN_RECV; its "
			      "limit is %llu.",
			      listener->queue, name, tc_llu(listener->queue),
			      tc_llu(listener->states[TC_SYN_RECV]), tc_llu(listener->limit));
}

bool tc_part_is_waited_for(const struct tc_listener *listener)
{
	return listener->queue != 0;
}

size_t tc_part_listeners(const struct tc_facts *facts, uint32_t trouble, tc_part_meant *is_meant,
			 struct tc_draft *draft)
{
	const struct tc_listener *listener;
	size_t told = 0, more = 0;

	if (!facts->listening)
		return 0;
	for (size_t i = 0; (listener = tc_listening_at(facts->listening, i)); i++) {
		if (!(listener->trouble & trouble) || (is_meant && !is_meant(listener)))
			continue;
		if (told == NAMES_MAX) {
			more++;
			continue;
		}
		tc_part_tell_listener(facts, listener, draft);
		told++;
	}
	if (more)
		tc_evidence_n(draft, "And %llu other listener.", "And %llu other listeners.", more,
			      tc_llu(more));
	return told;
}

uint64_t tc_part_stuck_handshakes(const struct tc_facts *facts)
{
	const struct tc_listener *listener;
	uint64_t overflows, count = 0;

	if (!facts->listening || !tc_facts_counter(facts, TC_COUNTER_ListenOverflows, &overflows) ||
	    !overflows)
		return 0;
	for (size_t i = 0; (listener = tc_listening_at(facts->listening, i)); i++)
		if (listener->trouble & TC_TROUBLE_FULL)
			count += listener->states[TC_SYN_RECV];
	return count;
}

const struct tc_port_pool *tc_part_pool(const struct tc_ports *ports,
					const struct tc_destination *to)
{
	for (size_t i = 0; i < tc_ports_pools(ports); i++)
		if (tc_ports_pool(ports, i)->netns == to->netns)
			return tc_ports_pool(ports, i);
	return tc_ports_pool(ports, 0);
}

enum tc_verdict tc_part_needs_range(const struct tc_facts *facts, struct tc_draft *draft)
{
	enum tc_setting id = TC_SETTING_ip_local_port_range;

	if (facts->now.settings[id].status == TC_SETTING_UNREADABLE)
		tc_needs(draft, N_("the range of local ports of that machine: what the file says of "
				   "net.ipv4.ip_local_port_range could not be understood"));
	else
		tc_needs(draft, N_("the range of local ports of that machine (sysctl "
				   "net.ipv4.ip_local_port_range)"));
	return TC_UNSURE;
}
