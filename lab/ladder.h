/* SPDX-License-Identifier: MIT */
/*
 * ladder.h - what crossed the wire, drawn as it is in the RFCs: time runs down.
 *
 *	     ms             a                                      b
 *	                    │                                      │
 *	    0.0 FIN_WAIT1   │──── FIN+ACK seq=1 ack=1 ────────────▶│ CLOSE_WAIT
 *	    0.1 FIN_WAIT2   │◀─── ACK seq=1 ack=2 ─────────────────│
 *	   12.4             │──── ACK seq=2 ack=2 ─────╳           │
 *
 * Sequence numbers are counted from the first one that each side sent in the drawing, and may
 * be negative. The state beside a segment is the one that a side is in afterwards. Data is shown
 * below its segment; a segment that never arrived ends in a cross.
 */
#ifndef TC_LAB_LADDER_H
#define TC_LAB_LADDER_H

#include "lab/wire.h"
#include "util/buf.h"

struct lab_ladder {
	const char *title[LAB_SIDES]; /* over the two columns */
	size_t width;		      /* columns in all; less than 60 counts as 60, 100 at most */
	bool utf8;		      /* box drawing characters; otherwise ASCII */
};

/* Adds the drawing, and nothing for an empty record. */
void lab_ladder(struct tc_buf *out, const struct lab_ladder *ladder, const struct lab_wire *wire);

#endif
