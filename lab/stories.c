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
	 LAB_NEED_ROOT | LAB_NEED_TUN, 3, lab_tell_purpose1},
	{"time-wait-purpose-2", N_("why TIME_WAIT: the last acknowledgment may get lost"),
	 LAB_NEED_ROOT | LAB_NEED_NFT, 3, lab_tell_purpose2},
	{"time-wait-length", N_("how long TIME_WAIT lasts, and what does not change it"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 65, lab_tell_length},
	{"paws-and-nat", N_("a machine behind NAT that TIME_WAIT keeps out"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 2, lab_tell_paws},
	{"simultaneous-close", N_("both ends close at the same time: CLOSING"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 1, lab_tell_simultaneous_close},
	{"simultaneous-open", N_("both ends call each other at the same time"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 1, lab_tell_simultaneous_open},
	{"half-open-discovery", N_("one end has forgotten the connection, the other has not"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 1, lab_tell_half_open},
	{"challenge-ack", N_("who wants to end a connection has to know its numbers"),
	 LAB_NEED_ROOT | LAB_NEED_TUN, 1, lab_tell_challenge_ack},
	{NULL, NULL, 0, 0, NULL},
};
/* clang-format on */
