/* SPDX-License-Identifier: MIT */
/* rule_held_ports.c - rules about local ports that somebody holds. */
#include <stdio.h>

#include "analysis/judge.h"
#include "analysis/judge_netns.h"
#include "analysis/rule_parts.h"
#include "analysis/rules.h"
#include "model/tally.h"
#include "util/addr.h"
#include "util/buf.h"
#include "util/intl.h"

/* ---- listener-in-range ----------------------------------------------------------------- */

enum { SHOWN_PORTS = 5 };

/* What is known of the port of a listener. */
enum in_range {
	NOT_IN_RANGE, /* or reserved, or chosen by the kernel, to which any other is as good */
	IN_RANGE,
	PERHAPS_IN_RANGE, /* which ports are reserved was not read */
};

static const struct tc_port_pool *pool_of(const struct tc_facts *facts, const struct tc_sock *sock)
{
	for (size_t i = 0; i < tc_ports_pools(facts->ports); i++)
		if (tc_ports_pool(facts->ports, i)->netns == sock->netns)
			return tc_ports_pool(facts->ports, i);
	return tc_ports_pools(facts->ports) == 1 ? tc_ports_pool(facts->ports, 0) : NULL;
}

static enum in_range judge_port(const struct tc_facts *facts, const struct tc_sock *sock)
{
	const struct tc_port_pool *pool = pool_of(facts, sock);
	uint16_t port = sock->local_port;
	/* They were read in one namespace, and hold for no other. */
	bool here = tc_ports_pools(facts->ports) == 1;

	if (!pool || !(sock->have & TC_HAVE_LOCAL_PORT) || port < pool->low || port > pool->high)
		return NOT_IN_RANGE;
	if (here && facts->chosen_by_kernel && tc_port_set_has(facts->chosen_by_kernel, port))
		return NOT_IN_RANGE;
	if (!pool->reserved && (!facts->report.foreign || facts->reserved))
		return IN_RANGE;
	if (!here || !facts->reserved)
		return PERHAPS_IN_RANGE;
	return tc_port_set_has(facts->reserved, port) ? NOT_IN_RANGE : IN_RANGE;
}

static void say_listeners(const struct tc_facts *facts, struct tc_draft *draft, uint64_t count)
{
	tc_auto_buf struct tc_buf list = TC_BUF_INIT;
	const struct tc_listener *listener;
	const char *text;
	size_t shown = 0;

	for (size_t i = 0; (listener = tc_listening_at(facts->listening, i)); i++)
		if (shown < SHOWN_PORTS && judge_port(facts, listener->socket) == IN_RANGE) {
			tc_buf_text(&list, list.length ? ", " : "");
			tc_buf_text(&list, tc_part_listener(facts, listener->socket, draft));
			shown++;
		}
	text = tc_buf_string(&list);
	if (!text)
		draft->failed = true;
	else if (count > shown)
		tc_evidence(draft, N_("Listeners: %s, and others: %llu."), text,
			    (unsigned long long)(count - shown));
	else
		tc_evidence(draft, N_("Listeners: %s."), text);
}

static enum tc_verdict check_listener_in_range(const struct tc_facts *facts, struct tc_draft *draft)
{
	const struct tc_port_pool *pool = tc_ports_pool(facts->ports, 0);
	const struct tc_listener *listener;
	uint64_t found = 0, perhaps = 0;

	if (!pool || pool->assumed)
		return tc_part_needs_range(facts, draft);
	for (size_t i = 0; (listener = tc_listening_at(facts->listening, i)); i++) {
		enum in_range judged = judge_port(facts, listener->socket);

		found += judged == IN_RANGE;
		perhaps += judged == PERHAPS_IN_RANGE;
	}
	if (!found && perhaps) {
		tc_needs(draft, N_("which ports are reserved (net.ipv4.ip_local_reserved_ports of "
				   "each network namespace)"));
		return TC_UNSURE;
	}
	if (!found)
		return TC_QUIET;
	draft->severity = TC_SEVERITY_NOTICE;
	tc_evidence_n(draft,
		      "%llu listener has a port of the range for outgoing connections, %u-%u, "
		      "that is not reserved.",
		      "%llu listeners have ports of the range for outgoing connections, %u-%u, "
		      "that are not reserved.",
		      found, (unsigned long long)found, pool->low, pool->high);
	say_listeners(facts, draft, found);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_listener_in_range = {
	.id = "listener-in-range",
	.severity = TC_SEVERITY_NOTICE,
	.title = N_("a server's port may be given to outgoing connections"),
	.threshold = N_("One is enough, and it is no more than a notice: while it listens, "
			"connect(2) gives its port to no connection. When it is restarted, one may "
			"have got the port first, even one that is in TIME_WAIT by now."),
	.first = {N_("Reserve the port: ip_local_reserved_ports takes effect at once.")},
	.causes = {
		N_("The server was given a port in the range, ${ip_local_port_range} here."),
		N_("The range was widened over the ports of servers."),
	},
	.confirm = {
		N_("tcpcensus list -c local,process state listening: which servers they are"),
		N_("sysctl net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports: the range, "
		   "and what is kept out of it"),
	},
	.remedy = {
		N_("Reserve the port: sysctl -w net.ipv4.ip_local_reserved_ports=PORT, together "
		   "with those that are reserved already. It takes effect at once."),
		N_("Or give the server a port outside of the range."),
	},
	.avoid = {
		N_("SO_REUSEADDR on the server does not help against an outgoing connection on its "
		   "port: that one would need it as well."),
		N_("Retrying the restart for a minute helps against a TIME_WAIT, not against a "
		   "connection that stays open."),
	},
	.sources = "ip(7); Documentation/networking/ip-sysctl.rst; "
		   "net/ipv4/inet_connection_sock.c:inet_csk_bind_conflict; "
		   "net/ipv4/inet_hashtables.c:__inet_hash_connect; include/net/tcp.h:TCP_TIMEWAIT_LEN",
	.needs = TC_NEEDS_SOCKETS | TC_NEEDS_LISTENERS | TC_NEEDS_PORTS,
	.rests_on = TC_STATE_BIT(TC_LISTEN),
	.scenario = "listener-in-range",
	.check = check_listener_in_range,
};
/* clang-format on */

/* ---- bound-inactive-leak ---------------------------------------------------------------- */

/*
 * Between bind(2) and listen(2) or connect(2) lie microseconds. A hundred of one program at a
 * time are no coincidence, whatever the machine.
 */
enum { OF_ONE_PROGRAM = 100, SHARE_OF_RANGE = 10 /* percent */ };

static uint64_t most_of_one(const struct tc_tally *who)
{
	return who && tc_tally_rows(who) ? tc_tally_row_count(who, 0) : 0;
}

/* Ports of the range of which bound sockets may have some; false: not known. */
static bool usable_ports(const struct tc_setting_value *settings, uint64_t *ret_ports)
{
	const struct tc_setting_value *range = &settings[TC_SETTING_ip_local_port_range];
	int64_t reserved;

	if (range->status != TC_SETTING_READ || range->number[1] < range->number[0] ||
	    !tc_setting_known(&settings[TC_SETTING_ip_local_reserved_ports], &reserved))
		return false;
	if (reserved > range->number[1] - range->number[0]) /* others are meant, outside of it */
		reserved = 0;
	*ret_ports = (uint64_t)(range->number[1] - range->number[0] + 1 - reserved);
	return true;
}

/* What bound sockets take of the range of their namespace: of several, where it is most. */
struct taken {
	uint64_t bound, ports;
	bool all_known;			    /* of every namespace that has bound sockets */
	const struct tc_facts_netns *netns; /* NULL: there is one */
};

static struct taken most_taken(const struct tc_facts *facts)
{
	struct taken most = {.bound = facts->symptoms[TC_SYMPTOM_BOUND].shown};

	most.all_known = usable_ports(facts->now.settings, &most.ports);
	if (!facts->netns_count)
		return most;
	most = (struct taken){.all_known = true};
	for (size_t i = 0; i < facts->netns_count; i++) {
		const struct tc_facts_netns *netns = &facts->netns[i];
		uint64_t bound = netns->shown[TC_SYMPTOM_BOUND], ports;

		if (!bound)
			continue;
		if (!usable_ports(netns->settings, &ports))
			most.all_known = false;
		else if (!most.netns || bound * most.ports > most.bound * ports)
			most = (struct taken){bound, ports, most.all_known, netns};
	}
	return most;
}

static void tell_bound(const struct taken *taken, uint64_t bound, bool is_share,
		       struct tc_draft *draft)
{
	char name[128];

	if (taken->ports && !taken->netns)
		tc_evidence_n(draft,
			      "%llu socket is bound and neither listens nor connects; the range "
			      "for outgoing connections has %llu ports.",
			      "%llu sockets are bound and neither listen nor connect; the range "
			      "for outgoing connections has %llu ports.",
			      bound, tc_llu(bound), tc_llu(taken->ports));
	else
		tc_evidence_n(draft, "%llu socket is bound and neither listens nor connects.",
			      "%llu sockets are bound and neither listen nor connect.", bound,
			      tc_llu(bound));
	if (!is_share || !taken->netns)
		return;
	tc_facts_netns_name(taken->netns, name, sizeof(name));
	tc_evidence_n(draft,
		      "The network namespace %s has %llu of them, and a range of %llu port for "
		      "outgoing connections.",
		      "The network namespace %s has %llu of them, and a range of %llu ports for "
		      "outgoing connections.",
		      taken->ports, name, tc_llu(taken->bound), tc_llu(taken->ports));
}

/* Few of each program; whether they are much of the range may not be known. */
static enum tc_verdict few_bound(const struct tc_facts *facts, struct tc_draft *draft)
{
	int64_t first;

	if (tc_facts_setting(facts, TC_SETTING_ip_local_port_range, &first))
		tc_judge_needs_setting(facts, TC_SETTING_ip_local_reserved_ports, draft);
	else
		tc_judge_needs_setting(facts, TC_SETTING_ip_local_port_range, draft);
	return TC_UNSURE;
}

static enum tc_verdict check_bound_inactive_leak(const struct tc_facts *facts,
						 struct tc_draft *draft)
{
	const struct tc_symptom_facts *bound = &facts->symptoms[TC_SYMPTOM_BOUND];
	struct taken taken = most_taken(facts);
	bool is_share = taken.ports && taken.bound * 100 >= taken.ports * SHARE_OF_RANGE;

	if (facts->report.states_not_read & TC_STATE_BIT(TC_BOUND)) {
		tc_needs(draft, "%s", tc_judge_missing(draft, TC_SYMPTOM_BOUND));
		return TC_UNSURE;
	}
	if (!bound->shown)
		return TC_QUIET;
	if (!is_share && most_of_one(bound->who) < OF_ONE_PROGRAM)
		return taken.all_known ? TC_QUIET : few_bound(facts, draft);
	draft->severity = is_share ? TC_SEVERITY_WARNING : TC_SEVERITY_NOTICE;
	tell_bound(&taken, bound->shown, is_share, draft);
	tc_evidence_whose(draft, bound);
	return TC_FOUND;
}

/* clang-format off */
const struct tc_rule tc_rule_bound_inactive_leak = {
	.id = "bound-inactive-leak",
	.severity = TC_SEVERITY_WARNING,
	.title = N_("a program holds bound sockets that it does not use"),
	.threshold = N_("A notice from 100 of one program: bind(2) is followed by listen(2) or "
			"connect(2) within microseconds, so a hundred at a time are kept on purpose "
			"or forgotten. A warning when they are as many as a tenth of the range for "
			"outgoing connections: each keeps its port from all destinations."),
	.first = {N_("Restart the program if ports run out; then make it close.")},
	.causes = {
		N_("A program binds, fails afterwards, and does not close: an error path before its "
		   "connect(2)."),
		N_("It binds in order to reserve ports, and uses them late or never."),
	},
	.confirm = {
		N_("tcpcensus by process,state state bound: who holds them"),
		N_("tcpcensus list -c local,process,pid state bound: the same ports again a minute "
		   "later are a leak"),
	},
	.remedy = {
		N_("Correct the program, so that it closes what it does not use; restart it until "
		   "then."),
		N_("Where it binds only to choose its source address: IP_BIND_ADDRESS_NO_PORT before "
		   "bind(2), and no port is taken until it connects."),
	},
	.avoid = {
		N_("A wider range only puts off the end; and netstat, and ss before iproute2 6.8, "
		   "do not show these sockets, so that the range looks empty."),
	},
	.sources = "bind(2); ip(7); include/net/tcp_states.h:TCP_BOUND_INACTIVE; "
		   "net/ipv4/inet_hashtables.c:__inet_hash_connect; net/ipv4/tcp.c:tcp_set_state; "
		   "iproute2 6.8 misc/ss.c:SS_BOUND_INACTIVE",
	.needs = TC_NEEDS_SOCKETS,
	.has_symptom = true,
	.symptom = TC_SYMPTOM_BOUND,
	.glance = true,
	.glance_state = TC_BOUND,
	.glance_settings = "ip_local_port_range ip_local_reserved_ports",
	.scenario = "bound-leak",
	.check = check_bound_inactive_leak,
};
/* clang-format on */
