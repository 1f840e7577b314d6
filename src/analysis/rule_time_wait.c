/* SPDX-License-Identifier: MIT */
/* rule_time_wait.c - rules about TIME_WAIT: whether it costs anything, and whether it is there. */
#include <stdlib.h>

#include "analysis/judge.h"
#include "analysis/port_need.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/addr.h"
#include "util/intl.h"

enum {
	/* Size of a slab object, include/net/inet_timewait_sock.h; bind buckets are shared. */
	MINISOCKET_BYTES = 256,
	NEARLY = 9, OF_ALL = 10, /* of the limit: the next busy minute reaches it */
	RATE_LEAST = 60,	 /* fewer than one a second say nothing about a rate */
	MUCH_MORE = 10,		 /* times as many as ESTABLISHED */
	USUAL_BUCKETS = 131072,	 /* tcp_max_tw_buckets with some GB of memory or more */
	USUAL_PORTS = 28232,	 /* 32768-60999 */
};

/* ---- tw-active-close ------------------------------------------------------------------- */

/* The side that closed first, as far as listeners tell; tw is all of TIME_WAIT. */
static void tell_side(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *in = &facts->symptoms[TC_SYMPTOM_TIME_WAIT_IN];
	const struct tc_symptom_facts *out = &facts->symptoms[TC_SYMPTOM_TIME_WAIT_OUT];

	if (!in->shown && !out->shown)
		return;
	tc_evidence(draft,
		    N_("Inferred from the listeners that are there now: incoming, closed as the "
		       "server: %llu; outgoing, closed as the client: %llu."),
		    tc_llu(in->shown), tc_llu(out->shown));
	if (in->unjudged)
		tc_evidence(draft, N_("For %llu more this is not known; that takes %s."),
			    tc_llu(in->unjudged), tc_part_missing(draft, TC_SYMPTOM_TIME_WAIT_IN));
}

/*
 * Each connection that this side closes first is counted once when its minisocket is made, in
 * FIN_WAIT2 or in TIME_WAIT: in TW, in TWKilled where the time that it is given is 4 s or less,
 * and in TCPTimeWaitOverflow where there was no room for it. TWRecycled counts connections that
 * take the place of one, which was counted before.
 */
static bool close_rate(const struct tc_facts *facts, double *ret_per_second)
{
	double made, short_lived, without;

	if (!tc_facts_rate(facts, TC_COUNTER_TW, &made) ||
	    !tc_facts_rate(facts, TC_COUNTER_TWKilled, &short_lived) ||
	    !tc_facts_rate(facts, TC_COUNTER_TCPTimeWaitOverflow, &without))
		return false;
	*ret_per_second = made + short_lived + without;
	return true;
}

/*
 * What was counted, else Little's law: so many are there because so many come a second, each for
 * 60 s, which is true only of what has gone on for so long.
 */
static void tell_rate(const struct tc_facts *facts, uint64_t count, struct tc_draft *draft)
{
	double closed;

	if (close_rate(facts, &closed))
		tc_evidence(draft,
			    N_("This machine now closes first at a rate of %s (TW, TWKilled, "
			       "TCPTimeWaitOverflow)."),
			    tc_words_rate(draft, closed));
	else if (count >= RATE_LEAST)
		tc_evidence(draft,
			    N_("If it has been so for a minute, this machine closes first at about "
			       "%s: the number divided by 60 s (an estimate)."),
			    tc_words_rate(draft, (double)count / 60));
}

static const char *name_of(const struct tc_facts *facts, const struct tc_destination *destination,
			   struct tc_draft *draft)
{
	char text[TC_ADDR_TEXT_MAX];

	const char *name;

	tc_addr_text(&destination->remote, text);
	name = tc_words(draft, tc_addr_is4(&destination->remote) ? "%s:%u" : "[%s]:%u", text,
			destination->remote_port);
	return facts->netns_count && destination->netns_name
		       ? tc_words(draft, "%s (netns %s)", name, destination->netns_name)
		       : name;
}

static void tell_ports(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_destination *first = facts->ports ? tc_ports_at(facts->ports, 0) : NULL;

	if (!first || !first->used)
		return;
	if (first->inferred && !tc_part_pool(facts->ports, first)->assumed) {
		tc_evidence_n(draft,
			      "The busiest destination, %s, uses %u port; inferred: at least %u "
			      "and at most %u more are left.",
			      "The busiest destination, %s, uses %u ports; inferred: at least %u "
			      "and at most %u more are left.",
			      first->used, name_of(facts, first, draft), first->used,
			      first->free_at_least, first->free_at_most);
		if (!first->shared_pool)
			tc_port_say_reuse(draft, first);
		return;
	}
	if (tc_part_pool(facts->ports, first)->assumed)
		tc_evidence_n(draft,
			      "The busiest destination, %s, uses %u port of the usual %u.",
			      "The busiest destination, %s, uses %u of the usual %u ports.",
			      first->used, name_of(facts, first, draft), first->used,
			      first->capacity);
	else if (facts->report.foreign)
		tc_evidence_n(draft, "The busiest destination, %s, uses %u port of %u.",
			      "The busiest destination, %s, uses %u of %u ports.", first->used,
			      name_of(facts, first, draft), first->used, first->capacity);
	else /* a look of its own, since which some came and some went */
		tc_evidence_n(draft,
			      "The busiest destination, %s, used %u port of %u a moment before.",
			      "The busiest destination, %s, used %u of %u ports a moment before.",
			      first->used, name_of(facts, first, draft), first->used,
			      first->capacity);
	if (!first->shared_pool)
		tc_port_say_reuse(draft, first);
}

/* More than any machine has: an input that was made up. They are not said to take memory. */
static const char *memory_of(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t count = facts->census.states[TC_TIME_WAIT];

	if (count > UINT32_MAX)
		return tc_words(draft, "%s", tc_draft_text(draft, N_("256 bytes each")));
	return tc_words_bytes(draft, count * MINISOCKET_BYTES);
}

/* A destination whose ports TIME_WAIT holds, and how short they are. */
struct held {
	const struct tc_destination *to; /* NULL: none */
	struct tc_port_need need;
};

/*
 * Where ports are needed, and TIME_WAIT is what holds them; else where it holds the greater part.
 * What a connection may take over costs nothing.
 */
static struct held held_ports(const struct tc_facts *facts)
{
	const struct tc_destination *to;
	struct held held = {.to = NULL};

	for (size_t i = 0; facts->ports && (to = tc_ports_at(facts->ports, i)); i++) {
		struct tc_port_need need = tc_port_need_of(facts->ports, to);
		bool is_cost = need.severity ? tc_port_need_is_time_wait(&need)
					     : need.time_wait > need.all / 2;

		if (is_cost && (!held.to || need.severity > held.need.severity))
			held = (struct held){.to = to, .need = need};
	}
	return held;
}

/* How many minisockets there are, closed FIN_WAIT2 included, which have the same limit. */
static uint64_t minisockets(const struct tc_facts *facts)
{
	uint64_t count;

	if (tc_facts_counter(facts, TC_COUNTER_sockstat_tw, &count))
		return count;
	return facts->census.states[TC_TIME_WAIT] +
	       facts->symptoms[TC_SYMPTOM_FIN_WAIT2_PLACE].shown;
}

/* Those FIN_WAIT2 of which it is not known whether they are such. */
static uint64_t perhaps_minisockets(const struct tc_facts *facts)
{
	uint64_t count;

	return tc_facts_counter(facts, TC_COUNTER_sockstat_tw, &count)
		       ? 0
		       : facts->symptoms[TC_SYMPTOM_FIN_WAIT2_PLACE].unjudged;
}

/* Whether more than part/whole of the limit is in use; false also where it is not known. */
static bool is_over(const struct tc_facts *facts, uint64_t part, uint64_t whole, int64_t *ret_limit)
{
	return tc_facts_setting(facts, TC_SETTING_tcp_max_tw_buckets, ret_limit) &&
	       *ret_limit > 0 &&
	       (double)minisockets(facts) * (double)whole > (double)*ret_limit * (double)part;
}

static void tell_limit(const struct tc_facts *facts, int64_t limit, struct tc_draft *draft)
{
	uint64_t used = minisockets(facts);

	tc_evidence(draft,
		    N_("%llu of %lld that tcp_max_tw_buckets allows are in use (%s), closed "
		       "FIN_WAIT2 included."),
		    tc_llu(used), (long long)limit, tc_words_share(draft, used, (uint64_t)limit));
}

/* Places in the row's list of causes. */
enum { ONE_REQUEST_EACH, CLIENT_WITHOUT_POOL, PORTS_RUN_OUT, BINDS_BEFORE, BUCKETS_RUN_OUT };

/* As the rules about ports say it, whose the rest is. */
static void tell_held(const struct tc_facts *facts, const struct held *held, struct tc_draft *draft)
{
	const struct tc_port_need *need = &held->need;
	const char *text;

	if (need->is_for_bind)
		text = N_("Of the %lu ports that bind(2) may choose, for %s as for all destinations, "
			  "they hold %lu.");
	else if (tc_part_pool(facts->ports, held->to)->assumed)
		text = N_("Of the usual %lu ports to %s they hold %lu.");
	else
		text = N_("Of the %lu ports to %s they hold %lu.");
	tc_evidence(draft, text, (unsigned long)need->all, name_of(facts, held->to, draft),
		    (unsigned long)need->time_wait);
	if (!need->is_for_bind)
		tc_port_say_reuse(draft, held->to);
	if (need->severity)
		tc_evidence(draft, N_("These ports are running out: see %s."),
			    need->is_for_bind ? "bind-exhaustion" : "port-exhaustion");
}

/* Of the two limits the one of which a larger part is taken. */
static bool are_buckets_first(const struct tc_facts *facts, const struct held *held, int64_t limit)
{
	return limit && (!held->to || (double)minisockets(facts) * held->need.all >=
					      (double)limit * held->need.time_wait);
}

static void point_to_closer(const struct tc_facts *facts, const struct held *held, int64_t limit,
			    struct tc_draft *draft)
{
	uint64_t in = facts->symptoms[TC_SYMPTOM_TIME_WAIT_IN].shown;

	if (are_buckets_first(facts, held, limit) && is_over(facts, NEARLY, OF_ALL, &limit))
		tc_points_to(draft, BUCKETS_RUN_OUT);
	else if (held->to && held->need.severity)
		tc_points_to(draft, held->need.is_for_bind ? BINDS_BEFORE : PORTS_RUN_OUT);
	if (facts->symptoms[TC_SYMPTOM_TIME_WAIT_OUT].shown > in)
		tc_points_to(draft, CLIENT_WITHOUT_POOL);
	else if (in)
		tc_points_to(draft, ONE_REQUEST_EACH);
}

static enum tc_verdict tell_cost(const struct tc_facts *facts, const struct held *held,
				 int64_t limit, struct tc_draft *draft)
{
	uint64_t count = facts->census.states[TC_TIME_WAIT];

	tc_evidence(draft,
		    N_("%llu TIME_WAIT and %llu ESTABLISHED: this machine closed first. They hold "
		       "%s and no descriptor, and each is gone within 60 s."),
		    tc_llu(count), tc_llu(facts->census.in_use), memory_of(facts, draft));
	tell_side(facts, draft);
	point_to_closer(facts, held, limit, draft);
	tell_rate(facts, count, draft);
	if (limit)
		tell_limit(facts, limit, draft);
	if (limit && is_over(facts, NEARLY, OF_ALL, &limit))
		tc_evidence(draft, N_("These places are running out: see %s."), "tw-overflow");
	if (held->to)
		tell_held(facts, held, draft);
	tc_evidence_whose(draft, &facts->symptoms[held->to ? TC_SYMPTOM_TIME_WAIT_OUT
							   : TC_SYMPTOM_TIME_WAIT_IN]);
	draft->severity = TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/*
 * Whether it depends on which of them a connection may take over, which was not read: then the
 * rules about ports do not know either. Of a range that is but the usual one they say so.
 */
static bool needs_reuse(const struct tc_facts *facts, const struct held *held,
			struct tc_draft *draft)
{
	const struct tc_destination *to;

	if (held->to && !held->need.severity && !held->need.is_for_bind &&
	    !tc_part_pool(facts->ports, held->to)->assumed &&
	    tc_port_needs_reuse(facts, held->to, draft))
		return true;
	for (size_t i = 0; !held->to && facts->ports && (to = tc_ports_at(facts->ports, i)); i++)
		if (!to->shared_pool && !tc_part_pool(facts->ports, to)->assumed &&
		    tc_port_needs_timestamps(facts, to, draft))
			return true;
	return false;
}

/* So many that they may come near a limit that was not read: then they are not called normal. */
static bool needs_buckets(const struct tc_facts *facts, struct tc_draft *draft)
{
	int64_t limit;

	if (facts->netns_count || /* each has a limit of its own */
	    tc_facts_setting(facts, TC_SETTING_tcp_max_tw_buckets, &limit) ||
	    minisockets(facts) <= USUAL_BUCKETS / 2)
		return false;
	tc_needs(draft,
		 N_("the setting tcp_max_tw_buckets (sysctl net.ipv4.tcp_max_tw_buckets): %llu "
		    "TIME_WAIT are more than half of what is usual"),
		 tc_llu(facts->census.states[TC_TIME_WAIT]));
	return true;
}

static bool are_ports_known(const struct tc_facts *facts)
{
	return facts->ports && (!facts->report.foreign ||
				(facts->seen & TC_HAVE_ENDPOINTS) == TC_HAVE_ENDPOINTS);
}

/* So many that one destination may have no port left. */
static bool needs_ports(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_figure *ports = &facts->figures[TC_LIFETIME_LOCAL_PORTS];
	uint64_t count = facts->census.states[TC_TIME_WAIT];

	if (are_ports_known(facts) || count <= facts->census.in_use ||
	    count <= (ports->known ? ports->value : USUAL_PORTS) / 2)
		return false;
	tc_needs(draft,
		 N_("addresses and ports (ss -tan): %llu TIME_WAIT could hold more than half of the "
		    "ports to one destination"),
		 tc_llu(count));
	return true;
}

/* How long it lasts there, and what it takes, is another kernel's. */
static enum tc_verdict tell_elsewhere(const struct tc_facts *facts, uint64_t count,
				      struct tc_draft *draft)
{
	if (tc_port_needs_range_elsewhere(
		    facts, count - facts->symptoms[TC_SYMPTOM_TIME_WAIT_IN].shown, draft))
		return TC_UNSURE;
	tc_evidence_n(draft,
		      "%llu TIME_WAIT: normal. That machine closed first; its system ends it by "
		      "itself, after some minutes at the most.",
		      "%llu TIME_WAIT: normal. That machine closed first; its system ends each by "
		      "itself, after some minutes at the most.",
		      count, tc_llu(count));
	tell_side(facts, draft);
	return TC_NORMAL;
}

/*
 * A number alone is never a reason: what TIME_WAIT can cost are ports of a destination, and
 * places of tcp_max_tw_buckets. Memory it never is: 100000 of them are 26 MB.
 */
static enum tc_verdict check_tw_active_close(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t count = facts->census.states[TC_TIME_WAIT];
	struct held held = held_ports(facts);
	int64_t limit = 0;
	bool is_full;

	if (!count)
		return TC_QUIET;
	if (tc_part_is_elsewhere(facts))
		return tell_elsewhere(facts, count, draft);
	/* Of several namespaces each has a limit of its own, which tw-overflow looks at. */
	if (facts->netns_count || !is_over(facts, 1, 2, &limit))
		limit = 0;
	is_full = limit && (count > MUCH_MORE * facts->census.in_use ||
			    is_over(facts, NEARLY, OF_ALL, &limit));
	if (!is_full)
		limit = 0;
	if (!is_full && needs_reuse(facts, &held, draft))
		return TC_UNSURE;
	if (held.to || is_full)
		return tell_cost(facts, &held, limit, draft);
	if (needs_buckets(facts, draft) || needs_ports(facts, draft))
		return TC_UNSURE;
	tc_evidence_n(draft,
		      "%llu TIME_WAIT: normal. This machine closed first; it holds %s and no "
		      "descriptor, and is gone within 60 s.",
		      "%llu TIME_WAIT: normal. This machine closed first; they hold %s and no "
		      "descriptor, and each is gone within 60 s.",
		      count, tc_llu(count), memory_of(facts, draft));
	tell_side(facts, draft);
	tell_rate(facts, count, draft);
	tell_ports(facts, draft);
	if (!facts->netns_count && !tc_facts_setting(facts, TC_SETTING_tcp_max_tw_buckets, &limit))
		tc_evidence(draft, N_("The limit, tcp_max_tw_buckets, was not read."));
	return TC_NORMAL;
}

/* clang-format off */
static const struct tc_rule_elsewhere time_wait_elsewhere = {.sources = "RFC 9293 3.4.2, 3.6.1"};

const struct tc_rule tc_rule_tw_active_close = {
	.id = "tw-active-close",
	.severity = TC_SEVERITY_NOTICE,
	.title = N_("this machine closes first, and so has the TIME_WAIT"),
	.threshold = N_("Normal, however many there are. A notice when they take what can run out. "
			"That is more than half of the ports to one destination, or half of those "
			"in use where port-exhaustion or bind-exhaustion finds them short, not "
			"counting what tcp_tw_reuse lets connect(2) take over. Or it is more than "
			"half of tcp_max_tw_buckets, where there are ten times as many as "
			"ESTABLISHED, and nine tenths of it in any case."),
	.first = {
		[ONE_REQUEST_EACH] =
			N_("Nothing for now; keep connections open before ports or places run "
			   "out."),
		[PORTS_RUN_OUT] =
			N_("Widen ip_local_port_range, at once; then keep connections open."),
		[BINDS_BEFORE] =
			N_("Widen ip_local_port_range, at once; then IP_BIND_ADDRESS_NO_PORT."),
		[BUCKETS_RUN_OUT] =
			N_("Raise the limit of TIME_WAIT: one costs 256 bytes while it is there."),
	},
	.causes = {
		[ONE_REQUEST_EACH] =
		N_("Connections for one request each, which this side ends as the server: HTTP "
		   "without keep-alive."),
		[CLIENT_WITHOUT_POOL] =
		N_("A client that opens a connection for each query, without a pool, or a proxy "
		   "that does not keep connections to what is behind it."),
		[PORTS_RUN_OUT] =
		N_("A client that opens and closes connections to one destination faster than "
		   "their ports come back."),
		[BINDS_BEFORE] =
		N_("A client that binds before it connects: each of its ports in TIME_WAIT is kept "
		   "from all destinations."),
		[BUCKETS_RUN_OUT] =
		N_("More closes a second than tcp_max_tw_buckets divided by 60."),
		N_("A server that ends idle connections sooner than its clients do."),
	},
	.confirm = {
		N_("tcpcensus by direction,service state time-wait: what came in was closed as the "
		   "server, what went out as the client"),
		N_("tcpcensus by remote state time-wait: to whom"),
		N_("tcpcensus ports: how many more connections each destination has room for"),
	},
	.remedy = {
		N_("Usually nothing."),
		N_("Keep connections open and use them again (keep-alive, a pool)."),
		N_("Let the clients close first, where the protocol allows."),
		N_("If the ports to a destination run out: more local addresses, a wider "
		   "ip_local_port_range, or, where connect(2) chooses the port, tcp_tw_reuse = 1."),
		N_("If tcp_max_tw_buckets is reached first (${tcp_max_tw_buckets} here): raise it, at "
		   "least to 60 times the closes a second."),
	},
	.avoid = {
		N_("Do not lower tcp_fin_timeout for it: that is about FIN_WAIT2, and TIME_WAIT is "
		   "always 60 s."),
		N_("Do not lower tcp_max_tw_buckets: the protection is lost, for ports and a "
		   "little memory."),
		N_("Do not look for tcp_tw_recycle: it broke clients behind NAT and was removed in "
		   "Linux 4.12."),
		N_("Do not close with SO_LINGER 0: what has not arrived yet is thrown away, and the "
		   "peer gets an error instead of an end."),
	},
	.sources = "RFC 9293 3.6.1; tcp(7); include/net/tcp.h:TCP_TIMEWAIT_LEN; "
		   "net/ipv4/tcp_minisocks.c:tcp_time_wait; "
		   "net/ipv4/inet_timewait_sock.c:__inet_twsk_schedule; "
		   "net/ipv4/tcp_ipv4.c:tcp_twsk_unique; net/ipv4/tcp.c:__tcp_close",
	.needs = TC_NEEDS_SOCKETS,
	.glance = true,
	.glance_state = TC_TIME_WAIT,
	.glance_settings = "tcp_max_tw_buckets ip_local_port_range",
	.elsewhere = &time_wait_elsewhere,
	.scenario = "time-wait-many",
	.check = check_tw_active_close,
};
/* clang-format on */

/* ---- tw-overflow ----------------------------------------------------------------------- */

/* None ended so; but the limit may be nearer than is known. */
static enum tc_verdict nothing_over(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t most = minisockets(facts) + perhaps_minisockets(facts), counted;
	int64_t limit;

	if (!tc_facts_setting(facts, TC_SETTING_tcp_max_tw_buckets, &limit)) {
		tc_judge_needs_setting(facts, TC_SETTING_tcp_max_tw_buckets, draft);
		return TC_UNSURE;
	}
	if (!tc_facts_counter(facts, TC_COUNTER_sockstat_tw, &counted) &&
	    tc_judge_may_be_left_out(facts, TC_STATE_BIT(TC_TIME_WAIT), draft))
		return TC_UNSURE;
	if (!perhaps_minisockets(facts) || (double)most * 10 <= (double)limit * 9)
		return TC_QUIET;
	tc_judge_needs_counter(facts, TC_COUNTER_sockstat_tw, draft);
	return TC_UNSURE;
}

/* Places in the row's list of causes. */
enum { MANY_CLOSES, LIMIT_WAS_LOWERED, FIN_WAIT2_TAKES_PLACES };

/* By what takes the places, and whether there are as many as the kernel gives. */
static void point_to_overflow(const struct tc_facts *facts, struct tc_draft *draft)
{
	enum { OF_DEFAULT = 4 }; /* a quarter of the default was chosen by somebody */
	uint64_t held = facts->symptoms[TC_SYMPTOM_FIN_WAIT2_PLACE].shown;
	int64_t limit, entries;

	if (tc_facts_setting(facts, TC_SETTING_tcp_max_tw_buckets, &limit) &&
	    tc_facts_setting(facts, TC_SETTING_tcp_ehash_entries, &entries) &&
	    limit < llabs(entries) / 2 / OF_DEFAULT)
		tc_points_to(draft, LIMIT_WAS_LOWERED);
	if (held > facts->census.states[TC_TIME_WAIT])
		tc_points_to(draft, FIN_WAIT2_TAKES_PLACES);
}

static enum tc_verdict check_tw_overflow(const struct tc_facts *facts, struct tc_draft *draft)
{
	int64_t limit = 0;
	uint64_t rise;
	enum tc_rise rose = tc_part_rise(facts, TC_COUNTER_TCPTimeWaitOverflow, &rise);
	bool is_near = is_over(facts, NEARLY, OF_ALL, &limit);

	if (rose == TC_RISE_UNKNOWN && !is_near)
		return tc_part_needs_rise(facts, TC_COUNTER_TCPTimeWaitOverflow, draft);
	if (!rise && !is_near)
		return nothing_over(facts, draft);
	if (rise)
		tc_evidence_n(draft,
			      "In %s, %llu connection ended without its TIME_WAIT "
			      "(TCPTimeWaitOverflow).",
			      "In %s, %llu connections ended without their TIME_WAIT "
			      "(TCPTimeWaitOverflow).",
			      rise, tc_part_interval(facts, draft), tc_llu(rise));
	if (limit)
		tell_limit(facts, limit, draft);
	point_to_overflow(facts, draft);
	draft->severity = TC_SEVERITY_WARNING;
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_tw_overflow = {
	.id = "tw-overflow",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("TIME_WAIT is at or near its limit; above it there is none"),
	.threshold = N_("When a connection ended without its TIME_WAIT during the interval, or "
			"when nine tenths of tcp_max_tw_buckets are in use: at the limit a "
			"repeated FIN of the peer is answered by a RST, and old segments may meet "
			"a new connection."),
	.first = {
		[MANY_CLOSES] =
			N_("Raise tcp_max_tw_buckets: a place costs 256 bytes while it is taken."),
		[LIMIT_WAS_LOWERED] = N_("Set tcp_max_tw_buckets back to its default."),
	},
	.causes = {
		[MANY_CLOSES] =
		N_("More closes a second than tcp_max_tw_buckets divided by 60."),
		[LIMIT_WAS_LOWERED] =
		N_("tcp_max_tw_buckets was lowered, mostly to get rid of TIME_WAIT."),
		[FIN_WAIT2_TAKES_PLACES] =
		N_("Peers do not close their side, and FIN_WAIT2 of closed sockets takes the "
		   "places."),
	},
	.confirm = {
		N_("nstat -az TcpExtTCPTimeWaitOverflow: rises while it goes on (no log mentions "
		   "it)"),
		N_("tcpcensus by state,direction kind = timewait: who takes the places"),
	},
	.remedy = {
		N_("Raise tcp_max_tw_buckets, at least to 60 times the closes a second: a place "
		   "costs 256 bytes, and only while it is taken."),
		N_("Keep connections open and use them again."),
	},
	.avoid = {
		N_("Do not lower it: the kernel's documentation says that this must not be done, "
		   "and the limit is only there against simple attacks."),
	},
	.sources = "tcp(7); Documentation/networking/ip-sysctl.rst; "
		   "net/ipv4/inet_timewait_sock.c:inet_twsk_alloc; "
		   "net/ipv4/tcp_minisocks.c:tcp_time_wait; net/ipv4/tcp_ipv4.c:tcp_v4_rcv",
	.needs = TC_NEEDS_SOCKETS,
	.settings = "tcp_max_tw_buckets",
	.by_netns = true,
	.glance = true,
	.scenario = "tw-overflow",
	.check = check_tw_overflow,
};
/* clang-format on */
