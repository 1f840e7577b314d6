/* SPDX-License-Identifier: MIT */
/*
 * ladder.h - what happened between two sides, drawn as it is in the RFCs: time runs down.
 *
 *	     ms             server                                 client
 *	                    │                                      │
 *	    0.0             │◀─── SYN seq=0 ───────────────────────│ SYN_SENT
 *	    0.1 SYN_RECV    │──── SYN+ACK seq=0 ack=1 ────────────▶│ ESTABLISHED
 *	    0.3 FIN_WAIT1   │──── FIN+ACK seq=1 ack=1 ────╮        │
 *	    0.3             │     ╭── FIN+ACK seq=1 ack=1 ┼────────│ FIN_WAIT1
 *	    0.4 CLOSING     │◀────╯                       │        │
 *	    0.4             │                             ╰───────▶│ CLOSING
 *	   12.4             │──── ACK seq=2 ack=2 ─────╳           │
 *	   12.5             │                  read "good morning" ◆│
 *
 * Sequence numbers and timestamps are counted from the first one that each side sent in the
 * drawing, unless the record says otherwise, and may be negative. The state beside an event is the
 * one that a side is in afterwards; where there is no room beside, it stands below. A segment that
 * is on its way while other things happen goes down between the sides until it arrives.
 */
#ifndef TC_LAB_LADDER_H
#define TC_LAB_LADDER_H

#include "lab/wire.h"
#include "util/buf.h"

struct lab_ladder {
	const char *title[LAB_SIDES]; /* over the two columns */
	size_t width;		      /* columns in all; from 40 to 120 are made use of */
	bool utf8;		      /* box drawing characters; otherwise ASCII */
	bool stamps;		      /* show timestamps (RFC 7323) */
};

/* The signs that drawings are made of. */
struct lab_signs {
	const char *rail, *shaft, *right, *left, *lost;
	const char *act; /* something that a program did */
	/* A segment on its way: it turns down, arrives, and crosses another. */
	const char *down_right, *down_left, *up_right, *up_left, *lane, *cross;
};

const struct lab_signs *lab_ladder_signs(bool utf8);

/* Adds the drawing, and nothing for an empty record. */
void lab_ladder(struct tc_buf *out, const struct lab_ladder *ladder, const struct lab_wire *wire);

#endif
