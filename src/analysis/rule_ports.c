/* SPDX-License-Identifier: MIT */
/*
 * rule_ports.c - the rule about the local ports of connections that go out.
 *
 * How full a destination is, is measured by its own capacity, so a narrow range and a wide one
 * are judged alike. Where nobody tells who chose the ports, the least that is certain decides
 * whether something was found, and what is only likely is said to be not checked.
 */
#include <math.h>

#include "analysis/judge.h"
#include "analysis/port_need.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

enum {
	HALF = 50, /* percent */
	TIME_WAIT_SECONDS = TC_TIME_WAIT_MS / 1000,
};

static const double slowest = 0.05; /* a second: less would be shown as 0.0 */

/* What there is among the destinations. */
struct crowd {
	const struct tc_destination *certain;  /* the worst by the most that may be free */
	const struct tc_destination *likely;   /* the worst by what is likely */
	const struct tc_destination *doubtful; /* the worst, were nothing reused but what is sure */
	uint64_t bad;			       /* at a warning or worse, for certain */
};

static struct crowd look_at(const struct tc_ports *ports)
{
	struct crowd crowd = {.certain = tc_port_fullest(ports)};

	for (size_t i = 0; i < tc_ports_count(ports); i++) {
		const struct tc_destination *to = tc_ports_at(ports, i);

		if (to->shared_pool) /* whoever goes there binds before: that is bind-exhaustion */
			continue;
		if (!crowd.likely ||
		    tc_port_full(to, to->free) > tc_port_full(crowd.likely, crowd.likely->free))
			crowd.likely = to;
		if (!crowd.doubtful || tc_port_full_without_reuse(to) > tc_port_full_without_reuse(crowd.doubtful))
			crowd.doubtful = to;
		crowd.bad += tc_port_need_at(to, to->free_at_most) != 0;
	}
	return crowd;
}

/* How many ports there are is as likely as what is free, so of the bounds the sum is told. */
static void say_use_inferred(struct tc_draft *draft, const struct tc_destination *to)
{
	struct tc_port_ends ends = tc_port_ends_of(to);

	tc_evidence_n(draft,
		      "From %s to %s, %u port is in use, %u of them in TIME_WAIT; inferred: at "
		      "least %u and at most %u more are left.",
		      "From %s to %s, %u ports are in use, %u of them in TIME_WAIT; inferred: at "
		      "least %u and at most %u more are left.",
		      to->used, ends.local, ends.remote, to->used, to->time_wait, to->free_at_least,
		      to->free_at_most);
	tc_port_say_reuse(draft, to);
	tc_evidence_n(draft, "Probably %u more call of connect(2) would succeed.",
		      "Probably %u more calls of connect(2) would succeed.", to->free, to->free);
}

static void say_use(struct tc_draft *draft, const struct tc_destination *to)
{
	struct tc_port_ends ends = tc_port_ends_of(to);

	if (to->inferred && to->free_at_most) {
		say_use_inferred(draft, to);
		return;
	}
	tc_evidence_n(draft, "From %s to %s, %u of %u ports is in use, %u of them in TIME_WAIT.",
		      "From %s to %s, %u of %u ports are in use, %u of them in TIME_WAIT.",
		      to->used, ends.local, ends.remote, to->used,
		      to->used + to->free - to->reusable, to->time_wait);
	tc_port_say_reuse(draft, to);
	if (!to->free_at_most)
		tc_evidence(draft, N_("None is free: connect(2) fails now."));
	else
		tc_evidence_n(draft, "%u more call of connect(2) would succeed.",
			      "%u more calls of connect(2) would succeed.", to->free, to->free);
}

/* How many a second go on without an end: as many as ports come back. */
static void say_sustained(struct tc_draft *draft, const struct tc_destination *to)
{
	const char *sustained = tc_words_rate(draft, to->sustains_per_second);
	const char *back = tc_words_duration(draft, (uint64_t)(to->port_seconds * 1000));

	if (to->port_seconds < TIME_WAIT_SECONDS)
		tc_evidence(draft,
			    N_("Where this side closes first, tcp_tw_reuse lets a port be used "
			       "again after %s: that is enough for %s, while connections have "
			       "timestamps."),
			    back, sustained);
	else
		tc_evidence(draft,
			    N_("Where this side closes first, a port comes back after %s: that is "
			       "enough for %s, and no more."),
			    back, sustained);
}

static void say_pace(struct tc_draft *draft, const struct tc_destination *to)
{
	/* All ports with open connections, and nothing moves: there is no pace. */
	if (to->sustains_per_second < slowest && !(to->rated && to->per_second_at_most > 0))
		return;
	if (to->rated && to->per_second_at_least == to->per_second_at_most)
		tc_evidence(draft, N_("Connections are opened at %s."),
			    tc_words_rate(draft, to->per_second_at_least));
	else if (to->rated && isinf(to->per_second_at_most))
		tc_evidence(draft,
			    N_("Connections are opened at %s at least: a port that was taken over "
			       "more than once in the interval counts once."),
			    tc_words_rate(draft, to->per_second_at_least));
	else if (to->rated)
		tc_evidence(draft,
			    N_("Connections are opened at %s at least and %s at most: the source "
			       "does not tell which of them are new."),
			    tc_words_rate(draft, to->per_second_at_least),
			    tc_words_rate(draft, to->per_second_at_most));
	say_sustained(draft, to);
	if (to->rated && isfinite(to->seconds_left) && to->free)
		tc_evidence(draft, N_("If it goes on like this, none is left in %s."),
			    tc_words_duration(draft, (uint64_t)(to->seconds_left * 1000)));
}

/* Places in the row's list of causes. */
enum { CLOSED_BY_THIS_SIDE, OPEN_AT_ONCE, SMALL_RANGE };

/* What holds the ports, and how many there are to hold. */
static void point_to(const struct tc_facts *facts, const struct tc_destination *to,
		     struct tc_draft *draft)
{
	enum { USUAL = 28232, OF_USUAL = 4 }; /* of 32768-60999, a quarter was made so */
	struct tc_port_need need = tc_port_need_of(facts->ports, to);

	if (to->capacity < USUAL / OF_USUAL)
		tc_points_to(draft, SMALL_RANGE);
	tc_points_to(draft,
		     tc_port_need_is_time_wait(&need) ? CLOSED_BY_THIS_SIDE : OPEN_AT_ONCE);
}

static enum tc_verdict find_exhaustion(const struct tc_facts *facts, struct tc_draft *draft,
				       const struct crowd *crowd)
{
	const struct tc_destination *to = crowd->certain;

	draft->severity = tc_port_need_at(to, to->free_at_most);
	say_use(draft, to);
	tc_port_say_netns(facts, draft, to);
	say_pace(draft, to);
	if (crowd->bad > 1)
		tc_evidence_n(draft, "%llu other destination is as short of ports.",
			      "%llu other destinations are as short of ports.", crowd->bad - 1,
			      (unsigned long long)(crowd->bad - 1));
	tc_port_say_pool(facts, draft, tc_part_pool(facts->ports, to));
	tc_port_say_whose(facts, TC_SYMPTOM_PORT_OF_CONNECT, draft);
	point_to(facts, to, draft);
	return TC_FOUND;
}

static enum tc_verdict say_busiest(const struct tc_facts *facts, struct tc_draft *draft,
				   const struct tc_destination *to)
{
	struct tc_port_ends ends = tc_port_ends_of(to);

	if (tc_port_full(to, to->free) < TC_PORT_WORTH_SAYING)
		return TC_QUIET;
	if (to->inferred) {
		tc_evidence_n(draft,
			      "The busiest destination, %s from %s, uses %u port; inferred: at "
			      "least %u and at most %u more are left.",
			      "The busiest destination, %s from %s, uses %u ports; inferred: at "
			      "least %u and at most %u more are left.",
			      to->used, ends.remote, ends.local, to->used, to->free_at_least,
			      to->free_at_most);
	} else if (to->reusable) {
		tc_evidence_n(draft,
			      "The busiest destination, %s from %s, uses %u port of %u, of which "
			      "connect(2) may take over %u now (tcp_tw_reuse).",
			      "The busiest destination, %s from %s, uses %u of %u ports, of which "
			      "connect(2) may take over %u now (tcp_tw_reuse).",
			      to->used, ends.remote, ends.local, to->used,
			      to->used + to->free - to->reusable, to->reusable);
		say_pace(draft, to);
	} else {
		tc_evidence_n(draft, "The busiest destination, %s from %s, uses %u port of %u.",
			      "The busiest destination, %s from %s, uses %u of %u ports.",
			      to->used, ends.remote, ends.local, to->used,
			      to->used + to->free - to->reusable);
	}
	tc_port_say_netns(facts, draft, to);
	return TC_NORMAL;
}

static void say_none_left(const struct tc_facts *facts, const struct tc_port_pool *pool,
			  struct tc_draft *draft)
{
	unsigned all = tc_port_range_of(pool);

	if (pool->reserved >= all) {
		tc_evidence_n(
			draft,
			"The %u port of the range %u-%u is reserved (ip_local_reserved_ports): "
			"connect(2) fails to every destination.",
			"All %u ports of the range %u-%u are reserved (ip_local_reserved_ports): "
			"connect(2) fails to every destination.",
			all, all, pool->low, pool->high);
		return;
	}
	tc_evidence(draft, N_("The range has no port left that connect(2) may choose: it fails to "
			      "every destination (EADDRNOTAVAIL)."));
	tc_port_say_pool(facts, draft, pool);
	tc_evidence(draft, N_("Who holds them: see %s and %s."), "listener-in-range",
		    "bound-inactive-leak");
}

/*
 * A range without a port that connect(2) may choose: it fails whatever is in use. Where connections
 * that bind(2) before hold them, bind-exhaustion says so.
 */
static bool find_none_left(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_destination *bound = tc_port_fullest_bound(facts->ports);

	for (size_t i = 0; i < tc_ports_pools(facts->ports); i++) {
		const struct tc_port_pool *pool = tc_ports_pool(facts->ports, i);

		if (pool->assumed || !tc_port_is_none_left(pool) ||
		    (bound && !bound->bind_free && tc_part_pool(facts->ports, bound) == pool))
			continue;
		draft->severity = TC_SEVERITY_CRITICAL;
		say_none_left(facts, pool, draft);
		if (pool->netns_name && tc_ports_pools(facts->ports) > 1)
			tc_evidence(draft, N_("This is in the network namespace %s."),
				    pool->netns_name);
		tc_points_to(draft, SMALL_RANGE);
		return true;
	}
	return false;
}

/* Half full: whether the rest lasts until ports come back takes the pace. */
static bool needs_pace(const struct tc_facts *facts, const struct tc_destination *to,
		       struct tc_draft *draft)
{
	struct tc_port_ends ends = tc_port_ends_of(to);

	if (tc_port_full(to, to->free) < HALF || to->rated)
		return false;
	tc_evidence_n(tc_for_needs(draft),
		      "%s, to tell how fast the ports to %s run out: %u of %u from %s is in use",
		      "%s, to tell how fast the ports to %s run out: %u of %u from %s are in use",
		      to->used,
		      tc_draft_text(draft, facts->interval_us
						   ? N_("which local ports were in use before")
						   : tc_judge_needs_interval(facts)),
		      ends.remote, to->used, to->used + to->free - to->reusable, ends.local);
	return true;
}

static enum tc_verdict check_port_exhaustion(const struct tc_facts *facts, struct tc_draft *draft)
{
	struct crowd crowd = look_at(facts->ports);
	struct tc_port_ends ends;

	if (find_none_left(facts, draft))
		return TC_FOUND;
	if (!crowd.certain)
		return tc_port_may_be_elsewhere(facts) ? tc_part_needs_range(facts, draft)
						       : TC_QUIET;
	ends = tc_port_ends_of(crowd.likely);
	if (tc_part_pool(facts->ports, crowd.likely)->assumed) {
		if (!tc_port_need_at(crowd.likely, crowd.likely->free))
			return tc_part_needs_range(facts, draft);
		tc_evidence_n(tc_for_needs(draft),
			      "the range of local ports of that machine (sysctl "
			      "net.ipv4.ip_local_port_range): %u connection from %s to %s would be "
			      "%u %% of the usual one",
			      "the range of local ports of that machine (sysctl "
			      "net.ipv4.ip_local_port_range): %u connections from %s to %s would "
			      "be %u %% of the usual one",
			      crowd.likely->used, crowd.likely->used, ends.local, ends.remote,
			      tc_port_full(crowd.likely, crowd.likely->free));
		return TC_UNSURE;
	}
	if (crowd.bad)
		return find_exhaustion(facts, draft, &crowd);
	if (tc_port_need_at(crowd.likely, crowd.likely->free)) {
		if (tc_port_needs_reuse(facts, crowd.likely, draft))
			return TC_UNSURE;
		tc_needs(draft,
			 N_("who chose the local ports (root, and eBPF): from %s to %s at least "
			    "%u and at most %u are free"),
			 ends.local, ends.remote, crowd.likely->free_at_least,
			 crowd.likely->free_at_most);
		return TC_UNSURE;
	}
	if (tc_port_needs_timestamps(facts, crowd.doubtful, draft))
		return TC_UNSURE;
	if (needs_pace(facts, crowd.likely, draft))
		return TC_UNSURE;
	return say_busiest(facts, draft, crowd.likely);
}

/* clang-format off */
const struct tc_rule tc_rule_port_exhaustion = {
	.id = "port-exhaustion",
	.severity = TC_SEVERITY_CRITICAL,
	.title = N_("local ports for a destination run out"),
	.threshold = N_("A warning when 70 % of the ports that one destination can have are in "
			"use, or half of them and the rest would not last for the 60 s of a "
			"TIME_WAIT; critical from 90 %: the next burst may fail, and where none of "
			"the range is left to choose, for all are reserved or held by bind(2), by "
			"listeners for example. It is a share, "
			"because the range may be narrow or wide, and counted by destination, "
			"because each has the whole range to itself."),
	.first = {
		[CLOSED_BY_THIS_SIDE] =
			N_("Widen ip_local_port_range, at once; then keep connections open."),
		[OPEN_AT_ONCE] =
			N_("Widen ip_local_port_range, or connect from another address, too."),
		[SMALL_RANGE] = N_("Widen ip_local_port_range: it helps at once."),
	},
	.causes = {
		[CLOSED_BY_THIS_SIDE] =
		N_("A connection is opened for each request and closed by this side, so that each "
		   "leaves its port in TIME_WAIT for 60 s: keep-alive is off, or a client is made "
		   "anew for each request."),
		[OPEN_AT_ONCE] =
		N_("Very many connections are open to one address and port at the same time, often "
		   "through a proxy or to a load balancer with a single address."),
		[SMALL_RANGE] =
		N_("The range is small, or much of it is reserved or held by bind(2)."),
	},
	.confirm = {
		N_("tcpcensus ports: the destination with the fewest free ports comes first"),
		N_("tcpcensus by process,state dst = ADDRESS and dport = :PORT: whose connections "
		   "they are"),
		N_("the log of that program: \"cannot assign requested address\" (EADDRNOTAVAIL) "
		   "from connect(2)"),
	},
	.remedy = {
		N_("Keep connections open and use them again (a pool, HTTP keep-alive); it also saves "
		   "the handshake."),
		N_("Let the other side close first: then TIME_WAIT is there, and the port is free "
		   "here at once."),
		N_("More addresses: another address or port of the destination, or another source "
		   "address, each has the whole range again."),
		N_("Widen the range, and keep the ports of servers out of it: sysctl -w "
		   "net.ipv4.ip_local_port_range=\"15000 60999\"; ${ip_local_port_range} here."),
		N_("tcp_tw_reuse = 1 (${tcp_tw_reuse} here): connect(2) may then take over a port "
		   "that has been in TIME_WAIT for ${tcp_tw_reuse_delay}, if the connection had "
		   "timestamps."),
	},
	.avoid = {
		N_("tcp_fin_timeout does not shorten TIME_WAIT; no setting does."),
		N_("A small tcp_max_tw_buckets frees ports by taking away what keeps late segments "
		   "out of the next connection on the same port."),
		N_("tcp_tw_recycle does not exist any more (removed in Linux 4.12); it broke clients "
		   "behind NAT."),
		N_("SO_LINGER with 0 leaves no TIME_WAIT, but sends a RST: what has not arrived yet "
		   "is lost, and the peer gets an error instead of an end."),
	},
	.sources = "RFC 9293 3.6.1; ip(7); connect(2); "
		   "net/ipv4/inet_hashtables.c:__inet_hash_connect; "
		   "net/ipv4/tcp_ipv4.c:tcp_twsk_unique; tcp(7); include/net/tcp.h:TCP_TIMEWAIT_LEN; "
		   "net/ipv4/tcp.c:__tcp_close",
	.needs = TC_NEEDS_SOCKETS | TC_NEEDS_PORTS,
	.rests_on = TC_STATE_BIT(TC_TIME_WAIT),
	.glance = true,
	.glance_settings = "tcp_tw_reuse",
	.scenario = "ports-used",
	.check = check_port_exhaustion,
};
/* clang-format on */
