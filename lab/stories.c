/* SPDX-License-Identifier: MIT */
/*
 * stories.c - the table of stories.
 */
#include "story.h"

#include "tellers.h"
#include "util/macro.h"

/* clang-format off */
const struct lab_story lab_stories[] = {
	{"time-wait-purpose-1", N_("why TIME_WAIT: old data kept out of a new connection"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 3,
	 "RFC 9293 (3.4.3, 3.6.1, 3.10.7.4), RFC 1337, RFC 6191, RFC 6528, RFC 7323 (5), "
	 "RFC 5961 (5)",
	 "TIME_WAIT MSL quadruplet PAWS tcp_max_tw_buckets", lab_tell_purpose1},
	{"time-wait-purpose-2", N_("why TIME_WAIT: the last acknowledgment may get lost"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 12,
	 "RFC 9293 (3.6, 3.10.7.3, 3.10.7.4), RFC 5961 (4.2)",
	 "LAST_ACK TIME_WAIT last-ack-stuck stale-syn tcp_orphan_retries", lab_tell_purpose2},
	{"time-wait-length", N_("how long TIME_WAIT lasts, and what does not change it"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 70,
	 "RFC 9293 (3.6.1, 3.10.7.4), RFC 1337",
	 "TIME_WAIT tcp_fin_timeout tcp_tw_reuse tcp_max_tw_buckets tcp_rfc1337", lab_tell_length},
	{"paws-and-nat", N_("a machine behind NAT that TIME_WAIT keeps out"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 2,
	 "RFC 9293 (3.10.7.3), RFC 7323 (5), RFC 6191, RFC 1337",
	 "PAWS paws-nat tcp_timestamps tcp_tw_recycle", lab_tell_paws},
	{"simultaneous-close", N_("both ends close at the same time: CLOSING"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 1,
	 "RFC 9293 (3.6, figure 13)",
	 "CLOSING TIME_WAIT", lab_tell_simultaneous_close},
	{"simultaneous-open", N_("both ends call each other at the same time"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 1,
	 "RFC 9293 (3.5, figure 7), RFC 5128 (3.4)",
	 "SYN_SENT SYN_RECV", lab_tell_simultaneous_open},
	{"half-open-discovery", N_("one end has forgotten the connection, the other has not"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 1,
	 "RFC 9293 (3.5.1, 3.8.4)",
	 "half-open ESTABLISHED tcp_keepalive_time", lab_tell_half_open},
	{"challenge-ack", N_("to end a connection one has to know its numbers"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 1,
	 "RFC 9293 (3.10.7.4), RFC 5961 (3, 4)",
	 "tcp_challenge_ack_limit tcp_invalid_ratelimit", lab_tell_challenge_ack},
	{0},
};
/* clang-format on */
