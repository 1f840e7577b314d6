/* SPDX-License-Identifier: MIT */
/* rules.h - the rows of the table of rules, by the files that they stand in. */
#ifndef TC_ANALYSIS_RULES_H
#define TC_ANALYSIS_RULES_H

struct tc_rule;

/* rule_queue.c: connections that wait to be accepted */
extern const struct tc_rule tc_rule_accept_overflow;
extern const struct tc_rule tc_rule_unaccepted;
extern const struct tc_rule tc_rule_phantom_established;

/* rule_handshake.c: handshakes that have begun here and are not finished */
extern const struct tc_rule tc_rule_syn_flood;
extern const struct tc_rule tc_rule_slow_last_ack;
extern const struct tc_rule tc_rule_defer_accept;

/* rule_cookies.c */
extern const struct tc_rule tc_rule_cookies_sent;

/* rule_asking.c: connections that are asked for here, and do not come about */
extern const struct tc_rule tc_rule_syn_sent_blackhole;
extern const struct tc_rule tc_rule_syn_sent_refused;

/* rule_opening.c: handshakes whose listener has gone, and SYNs that are not new */
extern const struct tc_rule tc_rule_orphan_syn_recv;
extern const struct tc_rule tc_rule_stale_syn;

/* rule_close_wait.c: connections that should be closed */
extern const struct tc_rule tc_rule_close_wait_leak;

/* rule_closing.c: connections that close, and do not come to an end */
extern const struct tc_rule tc_rule_fin_wait1_stuck;
extern const struct tc_rule tc_rule_last_ack_stuck;
extern const struct tc_rule tc_rule_closing;

/* rule_fin_wait2.c: we have closed, and wait for the peer */
extern const struct tc_rule tc_rule_fin_wait2_orphan;
extern const struct tc_rule tc_rule_fin_wait2_held;

/* rule_reset.c: connections that this machine resets */
extern const struct tc_rule tc_rule_orphans_high;
extern const struct tc_rule tc_rule_abort_on_close;

/* rule_time_wait.c, rule_old_segments.c: TIME_WAIT, and what it is for */
extern const struct tc_rule tc_rule_tw_active_close;
extern const struct tc_rule tc_rule_tw_overflow;
extern const struct tc_rule tc_rule_rfc1337;
extern const struct tc_rule tc_rule_paws_nat;

/* rule_ports.c: local ports for connections that go out */
extern const struct tc_rule tc_rule_port_exhaustion;
extern const struct tc_rule tc_rule_bind_exhaustion;

/* rule_held_ports.c: local ports that somebody holds */
extern const struct tc_rule tc_rule_listener_in_range;
extern const struct tc_rule tc_rule_bound_inactive_leak;

/* rule_data.c: connections that are open, and do not get on */
extern const struct tc_rule tc_rule_retrans_storm;
extern const struct tc_rule tc_rule_half_open;
extern const struct tc_rule tc_rule_idle_no_keepalive;

/* rule_windows.c: programs that do not read */
extern const struct tc_rule tc_rule_zero_window_local;
extern const struct tc_rule tc_rule_send_stalled;

/* rule_machine.c: what all connections of a machine share */
extern const struct tc_rule tc_rule_tcp_mem;
extern const struct tc_rule tc_rule_conntrack_full;

/* rule_settings.c, rule_counts.c */
extern const struct tc_rule tc_rule_dangerous_settings;
extern const struct tc_rule tc_rule_counts_disagree;

#endif
