/* SPDX-License-Identifier: MIT */
/* rule_cookies.c - the rule about SYN cookies. */
#include "analysis/rule_netns.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "util/intl.h"

enum { ALWAYS_COOKIES = 2 };

/* Places in the row's list of causes. */
enum { SMALL_BACKLOG, FLOOD, SETTING_IS_2 };

/*
 * What was sent because the setting says always: that is left out of what is judged. Of several
 * namespaces each may have it or not.
 */
static void leave_out_chosen(const struct tc_facts *facts, uint64_t *sent, uint64_t *received,
			     struct tc_draft *draft)
{
	uint64_t sent_there = 0, received_there = 0;
	const char *names;
	int64_t mode;

	if (tc_facts_setting(facts, TC_SETTING_tcp_syncookies, &mode)) {
		if (mode != ALWAYS_COOKIES)
			return;
		tc_evidence(draft, N_("tcp_syncookies is 2: every SYN is answered by one."));
		*sent = 0;
		return;
	}
	tc_netns_with(facts, TC_COUNTER_SyncookiesRecv, TC_SETTING_tcp_syncookies, ALWAYS_COOKIES,
		      &received_there, draft);
	names = tc_netns_with(facts, TC_COUNTER_SyncookiesSent, TC_SETTING_tcp_syncookies,
			      ALWAYS_COOKIES, &sent_there, draft);
	if (!names)
		return;
	tc_evidence(draft,
		    N_("tcp_syncookies is 2 in the network namespace %s: every SYN there is "
		       "answered by one."),
		    names);
	*sent -= sent_there < *sent ? sent_there : *sent;
	*received -= received_there < *received ? received_there : *received;
}

/*
 * Where most come back it is genuine load, whose connections lose window scaling and SACK if they
 * have no timestamps; where few do, the rule syn-flood has the rest to say.
 */
static enum tc_verdict check_cookies_sent(const struct tc_facts *facts, struct tc_draft *draft)
{
	uint64_t sent, received;

	tc_part_rise(facts, TC_COUNTER_SyncookiesSent, &sent);
	tc_part_rise(facts, TC_COUNTER_SyncookiesRecv, &received);
	if (!sent)
		return TC_QUIET;
	tc_evidence_n(draft, "In %s, %llu cookie was sent and %llu came back.",
		      "In %s, %llu cookies were sent and %llu came back.", sent,
		      tc_part_interval(facts, draft), tc_llu(sent), tc_llu(received));
	tc_part_where(facts, TC_COUNTER_SyncookiesSent, draft);
	draft->severity = TC_SEVERITY_NOTICE;
	leave_out_chosen(facts, &sent, &received, draft);
	if (!sent) {
		tc_points_to(draft, SETTING_IS_2);
		return TC_FOUND;
	}
	if (received * 2 >= sent) {
		draft->severity = TC_SEVERITY_WARNING;
		tc_evidence(draft, N_("Most came back, so these are real clients."));
		tc_points_to(draft, SMALL_BACKLOG);
	} else {
		tc_evidence(draft, N_("Few came back: a flood, or answers that get lost."));
		tc_points_to(draft, FLOOD);
	}
	if (!tc_part_listeners(facts, TC_TROUBLE_SYN_OVERFLOWS, NULL, draft))
		tc_evidence(draft, N_("Which listener it was cannot be told: no queue of "
				      "handshakes was full when looked at."));
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_cookies_sent = {
	.id = "cookies-sent",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("handshakes are answered by SYN cookies"),
	.threshold = N_("From the first cookie in the interval. A warning when at least half come "
			"back: those are clients whose connections lose options (window scaling "
			"and SACK, where there are no timestamps). A notice otherwise, or with "
			"tcp_syncookies = 2."),
	.first = {
		[SMALL_BACKLOG] =
			N_("Raise the backlog (the program's, and somaxconn), then restart it."),
		[FLOOD] = N_("Leave them on; syn-flood or slow-last-ack says why they are sent."),
		[SETTING_IS_2] =
			N_("Set tcp_syncookies to 1: cookies are then sent when a queue is full."),
	},
	.causes = {
		[SMALL_BACKLOG] =
		N_("The backlog of a listener is too small for genuine load: its queue of "
		   "handshakes has the same limit as that of connections to accept."),
		[FLOOD] =
		N_("A flood of SYNs."),
		[SETTING_IS_2] =
		N_("tcp_syncookies is 2."),
	},
	.confirm = {
		N_("nstat -az TcpExtSyncookiesSent TcpExtSyncookiesRecv "
		   "TcpExtTCPReqQFullDoCookies: how many come back"),
		N_("tcpcensus listeners -i 3s: which listener has as many SYN_RECV as its limit"),
		N_("dmesg: \"Possible SYN flooding on port\" names the port, at most once for each "
		   "listener"),
	},
	.remedy = {
		N_("Raise the backlog in the program's configuration, and net.core.somaxconn (now "
		   "${somaxconn}) if that is smaller; then restart it."),
		N_("Leave tcp_timestamps at 1: cookies then keep the options."),
	},
	.avoid = {
		N_("Not tcp_syncookies = 0: what got a cookie would then be dropped."),
		N_("tcp_max_syn_backlog limits nothing while tcp_syncookies is 1."),
	},
	.sources = "RFC 4987 3.6; listen(2); tcp(7); net/ipv4/tcp_input.c:tcp_conn_request, "
		   "tcp_syn_flood_action; net/ipv4/syncookies.c:cookie_init_timestamp, "
		   "cookie_timestamp_decode; "
		   "include/net/inet_connection_sock.h:inet_csk_reqsk_queue_is_full",
	.needs = TC_NEEDS_INTERVAL,
	.counters = "SyncookiesSent SyncookiesRecv",
	.settings = "tcp_syncookies",
	.scenario = "syn-cookies",
	.check = check_cookies_sent,
};
/* clang-format on */
