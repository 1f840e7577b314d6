/* SPDX-License-Identifier: MIT */
/* rule_asking.c - rules about connections that are asked for here, and do not come about. */
#include <stdio.h>
#include <string.h>

#include "analysis/attempts.h"
#include "analysis/judge_netns.h"
#include "analysis/rule_netns.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/addr.h"
#include "util/intl.h"

/* ---- syn-sent-blackhole ----------------------------------------------------------------- */

enum {
	SEEN_AT_LEAST_S = 1, /* after the repetition by which it is told */
	ASKING_AT_MOST_S = 2, /* from the look at the ports to the last one, and some more */
	AT_MOST_OF_NONE = 3, /* so many are expected where, once in twenty times, none is seen */
	REMOTE_MAX = TC_ADDR_TEXT_MAX + 16,
	NETNS_MAX = 128,
	NETNS_TOLD = 3,
};

/* Places in the row's list of causes. */
enum { FIREWALL_DROPS, HOST_IS_DOWN, LISTENER_IS_FULL };

/* Whom somebody asks: a row of those that are silent. */
struct asked {
	char remote[REMOTE_MAX]; /* as the field "remote" has it */
	char netns[NETNS_MAX];	 /* from where; "": there is but one namespace */
};

static bool is_from(const struct tc_facts *facts, const struct tc_destination *destination,
		    const char *name)
{
	const struct tc_facts_netns *netns = tc_facts_netns_of(facts, destination->netns);
	char text[NETNS_MAX] = "";

	if (netns)
		tc_facts_netns_name(netns, text, sizeof(text));
	return strcmp(text, name) == 0;
}

/* The same address in another network namespace may be another host. */
static bool is_to(const struct tc_facts *facts, const struct tc_destination *destination,
		  const struct asked *asked)
{
	char addr[TC_ADDR_TEXT_MAX], text[REMOTE_MAX];

	tc_addr_text(&destination->remote, addr);
	snprintf(text, sizeof(text), tc_addr_is4(&destination->remote) ? "%s:%u" : "[%s]:%u", addr,
		 destination->remote_port);
	return strcmp(text, asked->remote) == 0 &&
	       (!*asked->netns || is_from(facts, destination, asked->netns));
}

/* False: whom the row asks is not known. */
static bool asked_of(const struct tc_facts *facts, const struct tc_tally *peer, size_t row,
		     struct asked *ret_asked)
{
	struct asked asked = {.remote = ""};

	if (!tc_tally_row_text(peer, row, 0, asked.remote, sizeof(asked.remote)))
		return false;
	if (facts->by_netns &&
	    !tc_tally_row_text(peer, row, 1, asked.netns, sizeof(asked.netns)))
		return false;
	*ret_asked = asked;
	return true;
}

/*
 * How many ports to it have got beyond SYN_SENT, at the least: each SYN_SENT may be to it, those
 * that have gone between the look at the ports and the last one included.
 */
static uint64_t answered_by(const struct tc_facts *facts, const struct asked *asked)
{
	const struct tc_destination *destination;
	uint64_t used = 0, asking = facts->census.states[TC_SYN_SENT];
	double tried;

	if (facts->has_census_before)
		asking += facts->census_before.states[TC_SYN_SENT];
	if (tc_facts_rate(facts, TC_COUNTER_ActiveOpens, &tried))
		asking += (uint64_t)(tried * ASKING_AT_MOST_S);

	for (size_t i = 0; facts->ports && (destination = tc_ports_at(facts->ports, i)); i++)
		if (is_to(facts, destination, asked))
			used += destination->used - destination->time_wait;
	return used > asking ? used - asking : 0;
}

/* Says which of the silent ones answer others; whether all do. */
static bool tell_answering(const struct tc_facts *facts, const struct tc_symptom_facts *silent,
			   struct tc_draft *draft)
{
	uint64_t covered = 0;

	for (size_t i = 0; silent->peer && i < tc_tally_rows(silent->peer); i++) {
		struct asked asked;
		uint64_t others;

		if (!asked_of(facts, silent->peer, i, &asked))
			continue;
		others = answered_by(facts, &asked);
		if (!others)
			continue;
		covered += tc_tally_row_count(silent->peer, i);
		tc_evidence_n(draft,
			      "%s has answered %llu other connection at least, which is still "
			      "there: so it is neither down nor cut off, and its queue is probably "
			      "full.",
			      "%s has answered %llu other connections at least, which are still "
			      "there: so it is neither down nor cut off, and its queue is probably "
			      "full.",
			      others,
			      tc_words(draft, *asked.netns ? "%s (netns %s)" : "%s", asked.remote,
				       asked.netns),
			      tc_llu(others));
	}
	return covered == silent->shown;
}

/* Rounded up. */
static uint64_t root_of(uint64_t number)
{
	uint64_t root = 0;

	while (root < UINT32_MAX && root * root < number)
		root++;
	return root;
}

/* All that are looked at, or one of several network namespaces. */
struct place {
	const struct tc_symptom_facts *silent;
	const struct tc_counters *before, *now; /* `before` NULL: it was read once */
};

/*
 * How many connections were tried in the time for which the silent ones stand: at the least, as far as
 * an interval tells, and at the most.
 */
struct tried {
	bool has_least, has_most;
	double least, most;
};

/*
 * How much of what was tried while they came about is still tried now: as much as fails now of what
 * failed then, which is told by how many are young. Nothing where none is: a crawler that has paused
 * leaves those that fail, and not the many others that it tried with them. Young is what is as old
 * as lets some be expected, and no older than the interval.
 */
static double going_on(const struct tc_facts *facts, const struct tc_symptom_facts *silent,
		       double life_s)
{
	double all = (double)(silent->shown + silent->not_shown);
	double young = (double)silent->not_shown, young_s = TC_SYMPTOM_SYN_YOUNG_S;

	for (size_t i = 0; i < TC_FACTS_AGES && all * young_s < AT_MOST_OF_NONE * life_s &&
			   young_s * 2e6 <= (double)facts->interval_us;
	     i++, young_s *= 2)
		young += (double)silent->asked[i];
	return young * life_s < all * young_s ? young * life_s / (all * young_s) : 1;
}

/*
 * A silent SYN_SENT stands until its program gives up, for a minute and more where it does not, and so
 * a few that fail each second are many at any moment: what they have to be compared with is what was
 * tried in as long a time. How long that is their repetitions tell: where all give up after the same
 * time they are half as old, on average, as they become, and where it differs less than that. Of
 * what is counted in the interval, chance makes the square root of it more or less, and hardly ever
 * twice that; three where nothing was tried.
 */
static struct tried tried_meanwhile(const struct tc_facts *facts, const struct place *place)
{
	const struct tc_symptom_facts *silent = place->silent;
	double opened, chance, seconds, mean, still;
	struct tried tried = {.has_least = false};
	uint64_t rise;

	if (!silent->stood || !facts->interval_us || !place->before ||
	    !tc_counter_rise(place->before, place->now, TC_COUNTER_ActiveOpens, &rise))
		return tried;
	opened = (double)rise;
	chance = 2 * (double)root_of(rise);
	seconds = (double)facts->interval_us / 1e6;
	mean = (double)silent->stood_ms / 1000 / (double)silent->stood;
	if (mean < SEEN_AT_LEAST_S)
		mean = SEEN_AT_LEAST_S;
	tried.has_least = true;
	tried.least = opened > chance ? (opened - chance) / seconds * mean : 0;
	if (tried.least < (double)silent->shown)
		tried.least = (double)silent->shown;
	still = going_on(facts, silent, mean * 2 + TC_SYMPTOM_SYN_YOUNG_S);
	tried.has_most = still > 0;
	if (tried.has_most)
		tried.most = (opened + chance + AT_MOST_OF_NONE) / seconds * mean * 2 / still;
	if (tried.has_most && tried.most < tried.least)
		tried.most = tried.least;
	return tried;
}

/* More than that were never tried; false: not known, or not of the namespace that has these. */
static bool tried_ever(const struct place *place, uint64_t *ret_count)
{
	const struct tc_symptom_facts *silent = place->silent;

	*ret_count = place->now->value[TC_COUNTER_ActiveOpens];
	return place->now->status[TC_COUNTER_ActiveOpens] == TC_COUNTER_READ &&
	       *ret_count >= silent->shown + silent->not_shown;
}

static bool is_many_of_ever(const struct place *place, uint64_t *ret_ever)
{
	return tried_ever(place, ret_ever) &&
	       (double)place->silent->shown * TC_ATTEMPTS_MANY >= (double)*ret_ever;
}

/* A namespace that is cut off is not made up for by the others. */
static bool tell_cut_off(const struct tc_facts *facts, struct tc_draft *draft)
{
	const char *names = "";
	size_t count = 0;

	for (size_t i = 0; i < facts->netns_count; i++) {
		const struct tc_facts_netns *netns = &facts->netns[i];
		const struct place place = {&netns->silent,
					    netns->has_before ? &netns->before : NULL, &netns->now};
		struct tried tried = tried_meanwhile(facts, &place);
		char name[NETNS_MAX];
		uint64_t ever;

		if (!netns->silent.shown ||
		    (!is_many_of_ever(&place, &ever) &&
		     !(tried.has_most &&
		       (double)netns->silent.shown * TC_ATTEMPTS_MANY >= tried.most)))
			continue;
		tc_facts_netns_name(netns, name, sizeof(name));
		if (count++ < NETNS_TOLD)
			names = tc_words(draft, "%s%s%s: %llu", names, *names ? ", " : "", name,
					 tc_llu(netns->silent.shown));
	}
	if (count > NETNS_TOLD)
		names = tc_words(draft, tc_draft_text(draft, N_("%s and %zu more")), names,
				 count - NETNS_TOLD);
	if (count)
		tc_evidence(draft,
			    N_("In some network namespaces they are one in ten or more of what is "
			       "tried there: %s."),
			    names);
	return count;
}

static void tell_tried(const struct tried *tried, bool is_few, struct tc_draft *draft)
{
	if (tried->has_most)
		tc_evidence(draft,
			    N_("In the time that they have been waiting, %llu to %llu connections "
			       "were tried (inferred from repetitions and ActiveOpens)."),
			    tc_llu((uint64_t)tried->least), tc_llu((uint64_t)tried->most));
	else if (is_few)
		tc_evidence(draft,
			    N_("In the time that they have been waiting, %llu connections or more "
			       "were tried (inferred from repetitions and ActiveOpens)."),
			    tc_llu((uint64_t)tried->least));
	if (is_few)
		tc_evidence(draft, N_("Fewer than one in ten of them are silent, as a proxy or a "
				      "crawler always meets."));
}

/* Why it is no warning. */
static void tell_open(const struct tried *tried, struct tc_draft *draft)
{
	if (tried->has_most)
		tc_evidence(draft, N_("That does not tell whether the silent ones are one in ten, "
				      "so this is not called a warning; a longer interval does (-i "
				      "1m)."));
	else if (tried->has_least)
		tc_evidence(draft, N_("None that was tried in the last seconds is without an "
				      "answer: how many others were tried together with the silent "
				      "ones is not known, so this is not called a warning."));
	else
		tc_evidence(draft, N_("How many others were tried meanwhile is not known, so this is "
				      "not called a warning."));
}

/*
 * A warning where they are too many of all that are tried, for certain; where that is open, if few
 * peers have them: a crawler meets many.
 */
static enum tc_severity weigh_silent(const struct tc_facts *facts,
				     const struct tc_symptom_facts *silent, struct tc_draft *draft)
{
	const struct place all = {silent, &facts->before.counters, &facts->now.counters};
	struct tried tried = tried_meanwhile(facts, &all);
	double silent_parts = (double)silent->shown * TC_ATTEMPTS_MANY;
	bool is_few = tried.has_least && silent_parts < tried.least;
	bool is_many = tried.has_most && silent_parts >= tried.most;
	uint64_t ever;

	if (!is_many && is_many_of_ever(&all, &ever)) {
		tc_evidence_n(draft,
			      "The silent ones are one in ten or more of all that were ever tried: "
			      "%llu connection (ActiveOpens).",
			      "The silent ones are one in ten or more of all that were ever tried: "
			      "%llu connections (ActiveOpens).",
			      ever, tc_llu(ever));
		return TC_SEVERITY_WARNING;
	}
	if (!is_many && tell_cut_off(facts, draft))
		return TC_SEVERITY_WARNING;
	tell_tried(&tried, is_few, draft);
	if (is_few || is_many)
		return is_few ? TC_SEVERITY_NOTICE : TC_SEVERITY_WARNING;
	if (tc_part_is_few_peers(silent)) {
		tc_part_few_peers(silent, draft);
		return TC_SEVERITY_WARNING;
	}
	tell_open(&tried, draft);
	draft->is_open = true;
	return TC_SEVERITY_NOTICE;
}

/*
 * Of those that fail soon, as few repetitions are asked for, none need ever be seen to be silent.
 * The counters tell of them. Whether there are many.
 */
static bool tell_timed_out(const struct tc_facts *facts, const struct tc_attempts *failed,
			   struct tc_draft *draft)
{
	const struct tc_figure *life = &facts->figures[TC_LIFETIME_SYN_SENT];

	if (!tc_attempts_are_often(facts, failed->silent_least))
		return false;
	tc_evidence_n(draft,
		      "In %s, %llu connection that this machine asked for failed for want of an "
		      "answer, at the least (AttemptFails and TCPAbortOnTimeout), of %llu that were "
		      "asked for.",
		      "In %s, %llu connections that this machine asked for failed for want of an "
		      "answer, at the least (AttemptFails and TCPAbortOnTimeout), of %llu that were "
		      "asked for.",
		      failed->silent_least, tc_part_interval(facts, draft),
		      tc_llu(failed->silent_least), tc_llu(failed->tried));
	tc_part_where(facts, TC_COUNTER_AttemptFails, draft);
	if (!facts->netns_count && life->known && !facts->symptoms[TC_SYMPTOM_SYN_SENT_SILENT].shown)
		tc_evidence(draft,
			    N_("With the settings here connect(2) fails after %s; a program may ask "
			       "for less (TCP_SYNCNT, TCP_USER_TIMEOUT)."),
			    tc_words_duration(draft, life->value));
	return true;
}

static enum tc_verdict check_syn_sent_blackhole(const struct tc_facts *facts,
						struct tc_draft *draft)
{
	const struct tc_symptom_facts *silent = &facts->symptoms[TC_SYMPTOM_SYN_SENT_SILENT];
	struct tc_attempts failed = {.all = 0};
	bool has_timed_out = tc_attempts(facts, &failed) && tell_timed_out(facts, &failed, draft);
	const char *life;

	if (!silent->shown && has_timed_out) {
		draft->severity = tc_attempts_weigh(facts, &failed, tc_attempts_timed_out);
		return TC_FOUND;
	}
	if (!silent->shown)
		return tc_part_none_shown(facts, TC_SYMPTOM_SYN_SENT_SILENT, draft);
	tc_evidence_n(draft,
		      "%llu SYN_SENT has sent its SYN three times or more without an answer.",
		      "%llu SYN_SENT have sent their SYN three times or more without an answer.",
		      silent->shown, tc_llu(silent->shown));
	life = tc_netns_life(facts, TC_SYMPTOM_SYN_SENT_SILENT, TC_LIFETIME_SYN_SENT, draft);
	if (life)
		tc_evidence(draft,
			    N_("Where nothing comes at all, connect(2) fails after %s; sooner where "
			       "the program gives up, or has asked for less (TCP_SYNCNT, "
			       "TCP_USER_TIMEOUT)."),
			    life);
	if (tell_answering(facts, silent, draft)) {
		tc_points_to(draft, LISTENER_IS_FULL);
		draft->severity = TC_SEVERITY_NOTICE;
	} else {
		draft->severity = weigh_silent(facts, silent, draft);
	}
	tc_evidence_whose(draft, silent);
	tc_part_unjudged(facts, TC_SYMPTOM_SYN_SENT_SILENT, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_syn_sent_blackhole = {
	.id = "syn-sent-blackhole",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("connections that are asked for get no answer at all"),
	.threshold = N_("From the second repetition of a SYN, after two seconds or more: one lost "
			"segment makes one. A warning where they are one in ten or more of the "
			"connections tried in the time that they have been waiting, as far as what "
			"is tried now tells, or of all that were ever tried; or, where that cannot "
			"be told, ten or more that few peers share. Otherwise a notice, as a proxy "
			"or a crawler always meets some; and also where all the silent peers "
			"answer other connections. Where attempts end sooner than that (few "
			"repetitions): from one a second that the counters show to have had no "
			"answer, a warning where they are one in ten of those that are tried."),
	.first = {
		[FIREWALL_DROPS] =
			N_("Check the address, the route and the firewalls of the peers."),
		[LISTENER_IS_FULL] = N_("Look at the listener there: its queue is probably full."),
	},
	.causes = {
		[FIREWALL_DROPS] =
		N_("A firewall drops the SYNs (one that refuses would end the attempt at once)."),
		[HOST_IS_DOWN] =
		N_("The host is down, or its address is wrong, and no router says so."),
		[LISTENER_IS_FULL] =
		N_("The listener there is full and stays silent (accept-overflow on that "
		   "machine)."),
		N_("The answers do not find their way back."),
	},
	.confirm = {
		N_("tcpcensus by process,remote state syn-sent: who asks whom"),
		N_("tcpdump -n 'icmp or tcp[tcpflags] & tcp-syn != 0': whether anything comes "
		   "back "
		   "(IPv4; for IPv6 watch 'ip6 proto 6')"),
		N_("ip route get ADDRESS: the way and the source address that are used"),
	},
	.remedy = {
		N_("Repair the firewall, the route or the address."),
		N_("Give the program a timeout for connect of a few seconds, and another address "
		   "to try."),
	},
	.avoid = {
		N_("A larger tcp_syn_retries only makes programs wait longer."),
	},
	.sources = "RFC 9293 3.8.3; connect(2); tcp(7); "
		   "net/ipv4/tcp_timer.c:tcp_write_timeout, tcp_write_err; "
		   "net/ipv4/tcp_ipv4.c:tcp_v4_err; net/ipv4/tcp_input.c:tcp_conn_request",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_SYN_SENT_SILENT,
	.glance = true,
	.glance_state = TC_SYN_SENT,
	.scenario = "syn-sent",
	.check = check_syn_sent_blackhole,
};
/* clang-format on */

/* ---- syn-sent-refused ------------------------------------------------------------------- */

/* How those that failed were ended, as far as the counters tell. */
static void tell_ends(const struct tc_attempts *failed, struct tc_draft *draft)
{
	uint64_t most = failed->silent_most;

	if (!most)
		tc_evidence(draft, N_("None of them ran into its time limit (TCPAbortOnTimeout): each "
				      "was ended by an answer."));
	else if (failed->silent_least == most)
		tc_evidence_n(draft,
			      "%llu of them ran into its time limit without an answer "
			      "(TCPAbortOnTimeout); the others were ended by an answer (inferred).",
			      "%llu of them ran into their time limit without an answer "
			      "(TCPAbortOnTimeout); the others were ended by an answer (inferred).",
			      most, tc_llu(most));
	else
		tc_evidence(draft,
			    N_("%llu to %llu of them ran into their time limit without an answer "
			       "(TCPAbortOnTimeout, which counts other connections too); the others "
			       "were ended by an answer (inferred)."),
			    tc_llu(failed->silent_least), tc_llu(most));
	tc_evidence(draft, N_("Whether the answer was a RST, which refuses, or an ICMP message that "
			      "the host cannot be reached, these counters do not tell. Where nobody "
			      "answers ARP the kernel itself makes that message, after about 3 s."));
}

/* Those that got no answer are not refused; syn-sent-blackhole has them. */
static enum tc_verdict check_syn_sent_refused(const struct tc_facts *facts, struct tc_draft *draft)
{
	struct tc_attempts failed = {.all = 0};

	if (!tc_attempts(facts, &failed) ||
	    !tc_attempts_are_often(facts, failed.all - failed.silent_least))
		return TC_QUIET;
	if (!tc_attempts_are_often(facts, tc_attempts_answered(&failed))) {
		tc_needs(draft,
			 N_("what came (tcpdump), to tell connections that were refused from those "
			    "that got no answer: in %s, %llu failed (AttemptFails), of which %llu to "
			    "%llu ran into their time limit (TCPAbortOnTimeout)"),
			 tc_part_interval(facts, draft), tc_llu(failed.all),
			 tc_llu(failed.silent_least), tc_llu(failed.silent_most));
		return TC_UNSURE;
	}
	tc_evidence_n(draft,
		      "In %s, %llu connection that this machine asked for failed (AttemptFails "
		      "without EmbryonicRsts), of %llu that were asked for.",
		      "In %s, %llu connections that this machine asked for failed (AttemptFails "
		      "without EmbryonicRsts), of %llu that were asked for.",
		      failed.all, tc_part_interval(facts, draft), tc_llu(failed.all),
		      tc_llu(failed.tried));
	tc_part_where(facts, TC_COUNTER_AttemptFails, draft);
	tell_ends(&failed, draft);
	draft->severity = tc_attempts_weigh(facts, &failed, tc_attempts_answered);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_syn_sent_refused = {
	.id = "syn-sent-refused",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("connections asked for are refused, or reach no host"),
	.threshold = N_("From one a second that an answer ends, which is a program that tries again "
			"and again. A warning when it is one in ten of those that are tried, "
			"otherwise a notice. Those that got no answer are not counted: they are of "
			"syn-sent-blackhole."),
	.first = {N_("Find out who refuses: tcpdump, below. Start what should run there.")},
	.causes = {
		N_("The service is down: nobody listens on the port, and the host answers by a "
		   "RST."),
		N_("A firewall refuses (REJECT), or a router reports that the host cannot be "
		   "reached."),
		N_("No host has the address, on a network of this machine: nobody answers ARP, and "
		   "connect(2) fails with EHOSTUNREACH."),
		N_("The address or the port in a configuration is wrong."),
	},
	.confirm = {
		N_("tcpdump -n 'tcp[tcpflags] & tcp-rst != 0 or icmp': where the refusals come "
		   "from; such connections are too short to be seen in a list (IPv4; for IPv6 "
		   "watch 'ip6 proto 6')"),
		N_("nstat -az TcpAttemptFails TcpActiveOpens TcpExtEmbryonicRsts: how many of how "
		   "many"),
		N_("nstat -az IcmpInDestUnreachs Icmp6InDestUnreachs: rise where a host cannot be "
		   "reached, or a firewall says so; not for a RST"),
		N_("ip neigh show nud failed: addresses that nobody answers for"),
		N_("journalctl: the program that says \"connection refused\""),
	},
	.remedy = {
		N_("Start the service, or correct the address."),
		N_("Let the program wait longer after each failure."),
	},
	.avoid = {
		N_("No setting of this machine makes a refused connection succeed."),
	},
	.sources = "RFC 9293 3.8.3; connect(2); arp(7); net/ipv4/tcp.c:tcp_done; "
		   "net/ipv4/tcp_timer.c:tcp_write_err; net/ipv4/tcp_ipv4.c:tcp_v4_err; "
		   "net/ipv4/icmp.c:icmp_err_convert; net/ipv4/arp.c:arp_error_report; "
		   "net/ipv4/route.c:ipv4_link_failure; net/ipv4/tcp_minisocks.c:tcp_check_req",
	.needs = TC_NEEDS_INTERVAL,
	.counters = "AttemptFails ActiveOpens EmbryonicRsts TCPAbortOnTimeout",
	.scenario = "refused",
	.check = check_syn_sent_refused,
};
/* clang-format on */
