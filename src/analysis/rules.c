/* SPDX-License-Identifier: MIT */
/* rules.c - the table of rules; see rule.h. The rows stand in rule_*.c, by subject. */
#include "analysis/rules.h"

#include <string.h>

#include "analysis/rule.h"
#include "util/intl.h"

/* In the order in which people should read them. */
const struct tc_rule *const tc_rules[] = {
	/* Connections that do not come about. */
	&tc_rule_accept_overflow,
	&tc_rule_unaccepted,
	&tc_rule_phantom_established,
	&tc_rule_syn_flood,
	&tc_rule_slow_last_ack,
	&tc_rule_cookies_sent,
	&tc_rule_defer_accept,
	&tc_rule_orphan_syn_recv,
	&tc_rule_syn_sent_blackhole,
	&tc_rule_syn_sent_refused,
	&tc_rule_stale_syn,

	/* Connections that do not end. */
	&tc_rule_close_wait_leak,
	&tc_rule_fin_wait2_held,
	&tc_rule_fin_wait2_orphan,
	&tc_rule_fin_wait1_stuck,
	&tc_rule_last_ack_stuck,
	&tc_rule_closing,
	&tc_rule_orphans_high,
	&tc_rule_abort_on_close,

	/* TIME_WAIT. */
	&tc_rule_tw_active_close,
	&tc_rule_tw_overflow,
	&tc_rule_rfc1337,
	&tc_rule_paws_nat,

	/* Local ports. */
	&tc_rule_port_exhaustion,
	&tc_rule_bind_exhaustion,
	&tc_rule_bound_inactive_leak,
	&tc_rule_listener_in_range,

	/* Connections in use. */
	&tc_rule_retrans_storm,
	&tc_rule_half_open,
	&tc_rule_idle_no_keepalive,
	&tc_rule_zero_window_local,
	&tc_rule_send_stalled,

	/* The machine. */
	&tc_rule_tcp_mem,
	&tc_rule_conntrack_full,
	&tc_rule_dangerous_settings,
	&tc_rule_counts_disagree,
	NULL,
};

const struct tc_rule *tc_rule_find(const char *id)
{
	for (size_t i = 0; tc_rules[i]; i++)
		if (strcmp(tc_rules[i]->id, id) == 0)
			return tc_rules[i];
	return NULL;
}

const char *tc_severity_name(int severity)
{
	switch (severity) {
	case TC_SEVERITY_CRITICAL:
		return "critical";
	case TC_SEVERITY_WARNING:
		return "warning";
	default:
		return "notice";
	}
}
