/* SPDX-License-Identifier: MIT */
/*
 * repeats.h - which of a socket's two counts goes with its timer.
 *
 * The kernel counts retransmissions (icsk_retransmits) and probes (icsk_probes_out). sock_diag hands
 * over the one that belongs to the timer that runs (net/ipv4/inet_diag.c, inet_sk_diag_fill), and so
 * does ss; /proc/net/tcp, netstat and the kernel's memory have both.
 */
#ifndef TCPCENSUS_MODEL_REPEATS_H
#define TCPCENSUS_MODEL_REPEATS_H

#include <stdint.h>

#include "tcpcensus.h"

static inline uint64_t tc_repeats(unsigned timer, uint64_t retransmits, uint64_t probes)
{
	switch (timer) {
	case TC_TIMER_RETRANS:
		return retransmits;
	case TC_TIMER_KEEPALIVE:
	case TC_TIMER_PROBE:
		return probes;
	default:
		return 0;
	}
}

#endif
