/* SPDX-License-Identifier: MIT */
/* rule_queue.c - rules about connections that wait to be accepted. */
#include "analysis/judge.h"
#include "analysis/listening.h"
#include "analysis/rule_netns.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

/* ---- unaccepted ------------------------------------------------------------------------- */

static bool has_half_full(const struct tc_facts *facts)
{
	const struct tc_listener *listener;

	for (size_t i = 0; facts->listening && (listener = tc_listening_at(facts->listening, i));
	     i++)
		if ((listener->have & TC_LISTENER_QUEUES) && listener->queue &&
		    listener->queue * 2 > listener->limit)
			return true;
	return false;
}

/*
 * A program that is free accepts within microseconds. A second is what a stalled one makes; a
 * queue that is half full may be a burst, which is worth knowing and no more.
 */
static enum tc_verdict check_unaccepted(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_symptom_facts *waiting = &facts->symptoms[TC_SYMPTOM_UNACCEPTED];
	const struct tc_symptom_facts *old = &facts->symptoms[TC_SYMPTOM_UNACCEPTED_OLD];
	bool is_half_full = has_half_full(facts);

	if (!waiting->shown)
		return tc_part_none_shown(facts, TC_SYMPTOM_UNACCEPTED, draft);
	if (!old->shown && !is_half_full && old->unjudged) {
		tc_evidence_n(tc_for_needs(draft),
			      "%s, to tell how long %llu connection waits to be accepted",
			      "%s, to tell how long %llu connections wait to be accepted",
			      old->unjudged, tc_part_missing(draft, TC_SYMPTOM_UNACCEPTED_OLD),
			      tc_llu(old->unjudged));
		return TC_UNSURE;
	}
	tc_evidence_n(draft, "%llu connection waits for its program to accept it.",
		      "%llu connections wait for their programs to accept them.", waiting->shown,
		      tc_llu(waiting->shown));
	if (old->shown)
		tc_evidence_n(draft, "%llu of them for a second or more, for %s at least.",
			      "%llu of them for a second or more, the longest for %s at least.",
			      old->shown, tc_llu(old->shown),
			      tc_words_duration(draft, old->oldest_ms));
	if (!old->shown && !is_half_full) {
		tc_evidence(draft, N_("None was there for a second: normal."));
		return TC_NORMAL;
	}
	tc_part_listeners(facts, TC_TROUBLE_HALF_FULL, tc_part_is_waited_for, draft);
	tc_evidence_whose(draft, waiting);
	draft->severity = old->shown ? TC_SEVERITY_WARNING : TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_unaccepted = {
	.id = "unaccepted",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("connections wait for a program to accept them"),
	.threshold = N_("A warning when one waits for a second, since a program that is free "
			"accepts within microseconds; a notice when more than half of a listener's "
			"queue is taken, which a burst can do."),
	.first = {N_("Find out what the program waits for; see its limit of descriptors.")},
	.causes = {
		N_("The program is stuck or too busy to call accept(2): a lock, one thread for "
		   "all, a slow request in the loop that accepts."),
		N_("It has reached its limit of descriptors or of workers, and accepts no more "
		   "until one is free."),
		N_("It is stopped, or waits for something at its start."),
	},
	.confirm = {
		N_("tcpcensus listeners -i 3s: which listener, how long its queue is, and its "
		   "limit"),
		N_("tcpcensus list -c local,remote,recv_q,process state established state "
		   "close-wait inode = 0 and direction = in: those that nobody has accepted; "
		   "Recv-Q is what their clients have sent meanwhile"),
		N_("cat /proc/PID/limits: \"Max open files\", against ls /proc/PID/fd | wc -l"),
	},
	.remedy = {
		N_("Repair what the program waits for; give it more threads, workers or "
		   "descriptors."),
	},
	.avoid = {
		N_("A larger backlog does not make it faster: clients only wait longer."),
		N_("Not tcp_abort_on_overflow = 1: clients get a RST where a short wait would have "
		   "helped."),
	},
	.sources = "accept(2); listen(2); tcp(7); net/ipv4/inet_connection_sock.c:inet_csk_accept; "
		   "net/socket.c:__sys_accept4_file; net/ipv4/tcp_minisocks.c:tcp_check_req",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_UNACCEPTED,
	.not_at_a_glance = "whether each connection has a descriptor; accept-overflow tells of full queues",
	.scenario = "not-accepted",
	.check = check_unaccepted,
};
/* clang-format on */

/* ---- accept-overflow -------------------------------------------------------------------- */

static bool has_troubled(const struct tc_facts *facts, uint32_t trouble)
{
	return facts->listening && tc_listening_troubled(facts->listening, trouble, 0);
}

/* What could not be looked at, where nothing was found in what could. */
static enum tc_verdict nothing_full(const struct tc_facts *facts, enum tc_rise rose,
				    struct tc_draft *draft)
{
	if (!tc_part_has_queues(facts))
		return tc_part_needs_queues(facts, draft);
	return rose == TC_RISE_UNKNOWN
		       ? tc_part_needs_rise(facts, TC_COUNTER_ListenOverflows, draft)
		       : TC_QUIET;
}

/* With several namespaces, those whose listeners overflowed. */
static void tell_resets(const struct tc_facts *facts, struct tc_draft *draft)
{
	const char *names;
	int64_t aborts;
	uint64_t rise;

	if (tc_facts_setting(facts, TC_SETTING_tcp_abort_on_overflow, &aborts)) {
		if (aborts)
			tc_evidence(draft,
				    N_("tcp_abort_on_overflow is %lld: some of them may have got a "
				       "RST."),
				    (long long)aborts);
		return;
	}
	names = tc_netns_with(facts, TC_COUNTER_ListenOverflows, TC_SETTING_tcp_abort_on_overflow,
			      1, &rise, draft);
	if (names)
		tc_evidence(draft,
			    N_("tcp_abort_on_overflow is 1 in the network namespace %s: some there "
			       "may have got a RST."),
			    names);
}

static void tell_overflows(const struct tc_facts *facts, uint64_t overflows, struct tc_draft *draft)
{
	tc_evidence_n(draft,
		      "In %s, %llu time a connection found a full queue and was not let in "
		      "(ListenOverflows).",
		      "In %s, %llu times a connection found a full queue and was not let in "
		      "(ListenOverflows).",
		      overflows, tc_part_interval(facts, draft), tc_llu(overflows));
	tc_part_where(facts, TC_COUNTER_ListenOverflows, draft);
	tell_resets(facts, draft);
}

/* By what each listener has dropped, which more than refused connections add to. */
static bool is_known_who_dropped(const struct tc_facts *facts)
{
	return has_troubled(facts, TC_TROUBLE_OVERFLOWS) &&
	       tc_listening_summary(facts->listening)->suspects_known;
}

/*
 * The counters that listeners were judged by were read a little apart from these, so a full one
 * is a suspect whatever those said; but not one that has itself dropped nothing.
 */
static bool has_full_suspect(const struct tc_facts *facts)
{
	const struct tc_listener *listener;

	if (!facts->listening)
		return false;
	for (size_t i = 0; (listener = tc_listening_troubled(facts->listening,
							     TC_TROUBLE_EVER_FULL, i)); i++)
		if (tc_listener_may_have_refused(listener))
			return true;
	return false;
}

static void tell_suspects(const struct tc_facts *facts, struct tc_draft *draft)
{
	if (is_known_who_dropped(facts)) {
		tc_evidence(draft, N_("By the packets that each listener has dropped meanwhile, it "
				      "was:"));
		tc_part_listeners(facts, TC_TROUBLE_OVERFLOWS, NULL, draft);
	} else if (has_full_suspect(facts)) {
		tc_evidence(draft, N_("The kernel counts for all listeners together. Inferred: it "
				      "was a listener that was full at one of the looks."));
		tc_part_listeners(facts, TC_TROUBLE_EVER_FULL, tc_listener_may_have_refused,
				  draft);
	} else if (has_troubled(facts, TC_TROUBLE_OVERFLOWS)) {
		tc_evidence(draft, N_("None was full when looked at. Inferred: it was one of those "
				      "that have dropped packets meanwhile, which has other reasons "
				      "too, or one that has gone."));
		tc_part_listeners(facts, TC_TROUBLE_OVERFLOWS, NULL, draft);
	} else if (has_troubled(facts, TC_TROUBLE_EVER_FULL)) {
		tc_evidence(draft, N_("Which listener it was cannot be told: these were full at one "
				      "of the looks at the listeners, but dropped nothing between "
				      "them, and the counter was read a little apart."));
		tc_part_listeners(facts, TC_TROUBLE_EVER_FULL, NULL, draft);
	} else if (has_half_full(facts)) {
		tc_evidence(draft, N_("Which listener it was cannot be told: none was over its "
				      "limit when looked at. These are nearest to it."));
		tc_part_listeners(facts, TC_TROUBLE_HALF_FULL, tc_part_is_waited_for, draft);
	} else {
		tc_evidence(draft, N_("Which listener it was cannot be told: none was full when "
				      "looked at. A longer interval (-i 10s) may catch it."));
	}
}

/* Places in the row's list of causes. */
enum { DOES_NOT_ACCEPT, SMALL_BACKLOG, MORE_THAN_IT_SERVES };

/* The last of them. To a full one that is known to have dropped nothing nobody wanted to come. */
static const struct tc_listener *full_and_dropping(const struct tc_facts *facts)
{
	const struct tc_listener *full = NULL, *listener;
	bool known = is_known_who_dropped(facts);

	for (size_t i = 0; facts->listening && (listener = tc_listening_troubled(
							facts->listening, TC_TROUBLE_FULL, i));
	     i++)
		if (!known || listener->trouble & TC_TROUBLE_OVERFLOWS)
			full = listener;
	return full;
}

/*
 * Full at both looks: its program takes none, or too few; whether any were let in meanwhile tells
 * which, where there is one such listener. Full at none of them it was but a burst.
 */
static void point_to(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_listener *full = full_and_dropping(facts);
	uint64_t came_in;

	if (!facts->listening)
		return;
	if (!full)
		tc_points_to(draft, SMALL_BACKLOG);
	else if (full->have & TC_LISTENER_BEFORE && full->queue_before >= full->limit &&
		 tc_facts_rise(facts, TC_COUNTER_PassiveOpens, &came_in))
		tc_points_to(draft, came_in ? MORE_THAN_IT_SERVES : DOES_NOT_ACCEPT);
}

/*
 * A queue that is full now lets nobody in; one that was full for a moment has made clients wait
 * for the repetition of their SYN, a second.
 */
static enum tc_verdict check_accept_overflow(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t overflows;
	enum tc_rise rose = tc_part_rise(facts, TC_COUNTER_ListenOverflows, &overflows);
	bool is_full = has_troubled(facts, TC_TROUBLE_FULL);

	if (!overflows && !is_full)
		return nothing_full(facts, rose, draft);
	draft->severity = overflows && full_and_dropping(facts) ? TC_SEVERITY_CRITICAL
								: TC_SEVERITY_WARNING;
	if (overflows) {
		tell_overflows(facts, overflows, draft);
		tell_suspects(facts, draft);
	} else {
		tc_evidence(draft, N_("A queue is full, so the next connection is not let in."));
		tc_part_listeners(facts, TC_TROUBLE_FULL, NULL, draft);
	}
	point_to(facts, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_accept_overflow = {
	.id = "accept-overflow",
	.severity = TC_SEVERITY_CRITICAL,
	.title = N_("a listener's queue is full and drops connections"),
	.threshold = N_("From the first connection that was not let in: it waits a second or more "
			"for the repetition of its SYN. A warning when no queue is full any more, "
			"or nobody came; critical when one is full and connections fail now. A "
			"queue is full when limit + 1 connections wait."),
	.first = {
		[DOES_NOT_ACCEPT] =
			N_("Find out why the program of the listener does not accept."),
		[SMALL_BACKLOG] =
			N_("Raise the backlog (the program's, and somaxconn), then restart it."),
		[MORE_THAN_IT_SERVES] = N_("Give the program more workers, or take load off it."),
	},
	.causes = {
		[DOES_NOT_ACCEPT] =
		N_("The program does not accept: it is stuck, or has no descriptors or workers "
		   "left."),
		[SMALL_BACKLOG] =
		N_("The backlog that it asked for is too small for bursts (many programs ask for "
		   "5, 128 or 511), or net.core.somaxconn cuts it."),
		[MORE_THAN_IT_SERVES] =
		N_("More connections come than it can serve."),
	},
	.confirm = {
		N_("tcpcensus listeners -i 3s: which listener is full, and what sets its limit"),
		N_("ss -ltn: a Recv-Q above Send-Q means full"),
		N_("nstat -az TcpExtListenOverflows TcpExtListenDrops: rise while it goes on"),
	},
	.remedy = {
		N_("Make the program accept: see the rule unaccepted."),
		N_("Raise the backlog in the program's configuration, and net.core.somaxconn (now "
		   "${somaxconn}) if that is smaller; then restart it, since the limit is set by "
		   "listen(2)."),
		N_("More processes that share the port (SO_REUSEPORT)."),
	},
	.avoid = {
		N_("Not tcp_abort_on_overflow = 1, except where failing fast is wanted: the client "
		   "gets a RST instead of a second chance."),
		N_("net.core.somaxconn alone changes nothing for a program that is running, or "
		   "that asks for less."),
		N_("tcp_max_syn_backlog is about another queue."),
	},
	.sources = "listen(2); tcp(7); include/net/sock.h:sk_acceptq_is_full; "
		   "net/ipv4/tcp_input.c:tcp_conn_request; "
		   "net/ipv4/tcp_ipv4.c:tcp_v4_syn_recv_sock; net/ipv4/tcp_minisocks.c:tcp_check_req; "
		   "net/socket.c:__sys_listen_socket; RFC 6298 2",
	.glance = true,
	.graver_by = "ListenOverflows",
	.scenario = "queue-full",
	.check = check_accept_overflow,
};
/* clang-format on */

/* ---- phantom-established ---------------------------------------------------------------- */

/* Places in the row's list of causes. */
enum { FULL_FOR_MOMENTS, COOKIES_AND_A_FULL_QUEUE };

/* No handshake waits at a full queue that was read, and no cookie is known to have come back. */
static enum tc_verdict nothing_stuck(const struct tc_facts *facts, enum tc_rise overflowed,
				     enum tc_rise came_back, struct tc_draft *draft)
{
	if (!tc_part_has_queues(facts) && facts->census.states[TC_SYN_RECV])
		return tc_part_needs_queues(facts, draft);
	if (overflowed == TC_RISE_NONE || came_back == TC_RISE_NONE)
		return TC_QUIET;
	return tc_part_needs_rise(facts,
				  overflowed == TC_RISE_UNKNOWN ? TC_COUNTER_ListenOverflows
								: TC_COUNTER_SyncookiesRecv,
				  draft);
}

/*
 * Only both ends together could see it. A last ACK that meets a full queue is dropped, and its
 * client counts as connected; the handshake stays in SYN_RECV, and of one answered by a cookie
 * nothing is left at all. The next try of one that waits may be half a minute away, so it need
 * not have been counted in the interval.
 */
static enum tc_verdict check_phantom_established(const struct tc_facts *facts,
						 struct tc_draft *draft)
{
	uint64_t overflows, cookies, stuck;
	enum tc_rise overflowed = tc_part_rise(facts, TC_COUNTER_ListenOverflows, &overflows);
	enum tc_rise came_back = tc_part_rise(facts, TC_COUNTER_SyncookiesRecv, &cookies);

	stuck = tc_part_stuck_handshakes(facts);
	if (!overflows)
		cookies = 0;
	if (!stuck && !cookies)
		return nothing_stuck(facts, overflowed, came_back, draft);
	if (stuck)
		tc_evidence_n(draft,
			      "%llu handshake waits in SYN_RECV at a listener whose queue is full: "
			      "its client probably counts as connected already (inferred).",
			      "%llu handshakes wait in SYN_RECV at listeners whose queues are "
			      "full: their clients probably count as connected already (inferred).",
			      stuck, tc_llu(stuck));
	if (cookies) {
		tc_evidence_n(draft,
			      "In %s, %llu cookie came back while the queue was full: if it was "
			      "not let in, nothing of it is left here (inferred).",
			      "In %s, %llu cookies came back while the queue was full: of those "
			      "that were not let in, nothing is left here (inferred).",
			      cookies, tc_part_interval(facts, draft), tc_llu(cookies));
		tc_part_where(facts, TC_COUNTER_SyncookiesRecv, draft);
	}
	tc_part_listeners(facts, TC_TROUBLE_OVERFLOWS | TC_TROUBLE_FULL, NULL, draft);
	tc_points_to(draft, stuck ? FULL_FOR_MOMENTS : COOKIES_AND_A_FULL_QUEUE);
	draft->severity = TC_SEVERITY_NOTICE;
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_phantom_established = {
	.id = "phantom-established",
	.severity = TC_SEVERITY_NOTICE,
	.title = N_("clients believe they are connected, and are not"),
	.threshold = N_("When handshakes wait at a listener that is full, or cookies came back "
			"while one was: a last ACK that meets a full queue is "
			"dropped, which the client does not learn. Only its side could show it, so "
			"this is inferred."),
	.first = {N_("Make room in the queue: see accept-overflow.")},
	.causes = {
		[FULL_FOR_MOMENTS] =
		N_("A queue that is full for moments: the SYN+ACK still went out, and there was no "
		   "room for the last ACK."),
		[COOKIES_AND_A_FULL_QUEUE] =
		N_("SYN cookies together with a full queue."),
	},
	.confirm = {
		N_("tcpcensus by service,state state syn-recv state established: what waits at the "
		   "listener"),
		N_("ss -tn state established: on the client; it has more connections than this "
		   "machine, and on some nothing arrives"),
	},
	.remedy = {
		N_("See the rule accept-overflow: with room in the queue there are none."),
		N_("In clients: a timeout for the first answer. For ${syn_recv_life} this machine "
		   "repeats the SYN+ACK, and lets them in when there is room; after that, what the "
		   "client sends is answered by a RST. Where a cookie was sent, only data from the "
		   "client bring the last ACK again. One that waits for the server to speak, and "
		   "has no keepalive, waits for ever."),
	},
	.avoid = {
		N_("tcp_abort_on_overflow = 1 tells the clients by a RST, unless a cookie was sent, "
		   "and makes them fail where a short wait would have done: only where failing "
		   "fast is wanted."),
	},
	.sources = "net/ipv4/tcp_minisocks.c:tcp_check_req; "
		   "net/ipv4/tcp_ipv4.c:tcp_v4_syn_recv_sock, tcp_v4_do_rcv; "
		   "net/ipv4/inet_connection_sock.c:reqsk_timer_handler; "
		   "net/ipv4/syncookies.c:cookie_v4_check",
	.needs = TC_NEEDS_LISTENERS,
	.counters = "ListenOverflows",
	.scenario = "phantom",
	.check = check_phantom_established,
};
/* clang-format on */
