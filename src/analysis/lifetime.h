/* SPDX-License-Identifier: MIT */
/*
 * lifetime.h - how long states last with the settings that are in force.
 *
 * Pure arithmetic that follows the kernel's code (net/ipv4/tcp_timer.c unless said). The
 * results are nominal: the kernel's timers for long times fire up to 5 % late, and a path
 * with a long round trip makes the repetitions of data take longer.
 */
#ifndef TC_ANALYSIS_LIFETIME_H
#define TC_ANALYSIS_LIFETIME_H

#include "model/setting.h"

enum tc_lifetime {
	TC_LIFETIME_SYN_SENT,	   /* connect(2) without any answer */
	TC_LIFETIME_SYN_RECV,	   /* our SYN+ACK without any answer */
	TC_LIFETIME_DATA_RETRY,	   /* data of a socket that a program holds; a lower bound */
	TC_LIFETIME_KEEPALIVE,	   /* idle, peer gone, keepalive on */
	TC_LIFETIME_ORPHAN_RETRY,  /* FIN of a closed socket, peer gone; a lower bound */
	TC_LIFETIME_ORPHAN_WINDOW, /* closed socket, peer alive, its window shut */
	TC_LIFETIME_FIN_WAIT2,	   /* closed socket, FIN acknowledged, peer's FIN missing */
	TC_LIFETIME_TIME_WAIT,
	TC_LIFETIME_LOCAL_PORTS, /* how many ports ip_local_port_range has that are not reserved */
	TC_LIFETIME_CONNECTS,	 /* those, reused once per TIME_WAIT: connections a second */
	TC_LIFETIME_COUNT
};

/* The length of TIME_WAIT, a constant of the kernel: include/net/tcp.h TCP_TIMEWAIT_LEN. */
enum { TC_TIME_WAIT_MS = 60 * 1000 };

/* Computes all figures from the values; one whose inputs are not known is not `known`. */
void tc_lifetimes(const struct tc_setting_value settings[TC_SETTING_COUNT],
		  struct tc_figure ret_figures[TC_LIFETIME_COUNT]);

/*
 * For how long a SYN that has been sent again so often has stood since its second repetition: in the
 * middle between its last one and the next. False: the settings are not known.
 */
bool tc_lifetime_syn_stood(const struct tc_setting_value settings[TC_SETTING_COUNT],
			   unsigned repetitions, uint64_t *ret_ms);

#endif
