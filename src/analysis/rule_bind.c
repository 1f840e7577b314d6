/* SPDX-License-Identifier: MIT */
/*
 * rule_bind.c - the rule about ports that programs let bind(2) choose before they connect.
 *
 * Such a port serves one connection only, whatever its destination, so all destinations of an
 * address share one range.
 */
#include "analysis/judge.h"
#include "analysis/port_need.h"
#include "analysis/rules.h"
#include "util/intl.h"

/* Places in the row's list of causes. */
enum { BINDS_BEFORE, CONNECTIONS_ARE_SHORT };

/* It is never taken over here, whatever tcp_tw_reuse is. */
static void say_time_wait(const struct tc_port_need *need, struct tc_draft *draft)
{
	if (need->time_wait)
		tc_evidence_n(draft,
			      "%u of those that are taken is in TIME_WAIT, which bind(2) cannot take "
			      "over.",
			      "%u of those that are taken are in TIME_WAIT, which bind(2) cannot take "
			      "over.",
			      need->time_wait, need->time_wait);
	if (tc_port_need_is_time_wait(need))
		tc_points_to(draft, CONNECTIONS_ARE_SHORT);
}

static enum tc_verdict check_bind_exhaustion(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_destination *to = tc_port_fullest_bound(facts->ports);
	const struct tc_port_pool *pool;
	struct tc_port_ends ends;
	struct tc_port_need need;

	if (!to)
		return tc_port_may_be_elsewhere(facts) ? tc_part_needs_range(facts, draft)
						       : TC_QUIET;
	pool = tc_part_pool(facts->ports, to);
	if (pool->assumed)
		return tc_part_needs_range(facts, draft);
	ends = tc_port_ends_of(to);
	need = tc_port_need_of(facts->ports, to);
	tc_evidence(draft,
		    N_("bind(2) has %u of %u ports left for %s, for all destinations together."),
		    to->bind_free, need.all, ends.local);
	draft->severity = need.severity;
	if (!draft->severity)
		return tc_port_percent(need.taken, need.all) < TC_PORT_WORTH_SAYING ? TC_QUIET
										    : TC_NORMAL;
	if (!to->bind_free)
		tc_evidence(draft,
			    tc_port_is_none_left(pool)
				    ? N_("None is left: bind(2) fails now (EADDRINUSE), and "
					 "connect(2) to every destination (EADDRNOTAVAIL).")
				    : N_("None is left: bind(2) fails now (EADDRINUSE)."));
	if (!pool->exact)
		tc_evidence(draft, N_("That bind(2) chose these ports is inferred: %s."),
			    pool->why);
	tc_evidence_n(draft, "One of the destinations is %s, with %u connection.",
		      "One of the destinations is %s, with %u connections.", to->used, ends.remote,
		      to->used);
	say_time_wait(&need, draft);
	tc_port_say_netns(facts, draft, to);
	tc_port_say_pool(facts, draft, pool);
	tc_port_say_whose(facts, TC_SYMPTOM_PORT_OF_BIND, draft);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_bind_exhaustion = {
	.id = "bind-exhaustion",
	.severity = TC_SEVERITY_CRITICAL,
	.title = N_("programs that bind before connect use up the ports"),
	.threshold = N_("A warning when 70 % of the range are held, critical from 90 %: a port that "
			"bind(2) has chosen serves one connection only, so that all destinations "
			"share what a single one could have."),
	.first = {N_("Widen ip_local_port_range, at once; then IP_BIND_ADDRESS_NO_PORT.")},
	.causes = {
		[BINDS_BEFORE] =
		N_("A program calls bind(2) with port 0 to choose its source address, and then "
		   "connect(2): a proxy with a source address (proxy_bind, source), a load "
		   "generator, a database client."),
		[CONNECTIONS_ARE_SHORT] =
		N_("Its connections are short, and each keeps its port for the 60 s of TIME_WAIT."),
	},
	.confirm = {
		N_("tcpcensus ports: BIND FREE is what is left to such programs"),
		N_("strace -f -e trace=bind,setsockopt,connect -p PID: bind(2) with port 0 before each "
		   "connect(2), and no IP_BIND_ADDRESS_NO_PORT"),
	},
	.remedy = {
		N_("Set IP_BIND_ADDRESS_NO_PORT before bind(2): the port is then chosen by "
		   "connect(2), and every destination has the whole range. nginx and HAProxy do so "
		   "by themselves where they were built for it."),
		N_("Leave bind(2) out, and let the routes choose the source address."),
		N_("Keep connections open and use them again."),
		N_("Widen ip_local_port_range (${ip_local_port_range} here)."),
	},
	.avoid = {
		N_("tcp_tw_reuse does not help: it is for connect(2), and bind(2) fails before."),
		N_("SO_REUSEADDR does not help either: bind(2) with port 0 passes over every port "
		   "that is held at the same address, even where both sockets have it."),
		N_("ip_autobind_reuse only helps where all sockets concerned have SO_REUSEADDR, and "
		   "may break other programs."),
	},
	.sources = "ip(7); Documentation/networking/ip-sysctl.rst; "
		   "net/ipv4/inet_connection_sock.c:inet_csk_get_port, inet_csk_find_open_port, "
		   "inet_bind_conflict; net/ipv4/inet_hashtables.c:__inet_hash_connect; "
		   "include/net/tcp.h:TCP_TIMEWAIT_LEN",
	.needs = TC_NEEDS_SOCKETS | TC_NEEDS_PORTS,
	.rests_on = TC_STATE_BIT(TC_TIME_WAIT),
	.glance = true,
	.scenario = "bind-exhausted",
	.check = check_bind_exhaustion,
};
/* clang-format on */
