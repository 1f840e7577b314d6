/* SPDX-License-Identifier: MIT */
/*
 * wire.h - what crossed the wire between two sides, in order, to be drawn (ladder.h).
 *
 * Side a is drawn on the left. Where there is one kernel only, it is a and its peer is b.
 */
#ifndef TC_LAB_WIRE_H
#define TC_LAB_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/census.h"
#include "lab/sandbox.h"
#include "lab/segment.h"

#define LAB_CROSSING_TEXT 40

/* A segment, or a remark between two of them. */
struct lab_crossing {
	char *remark; /* owned; NULL: a segment */
	uint64_t at_ns;
	enum lab_side from;
	bool lost; /* it never arrived */
	uint8_t flags;
	uint32_t seq, ack;
	size_t length;
	char text[LAB_CROSSING_TEXT];	 /* how its data begins; what is not printable is a dot */
	enum lab_state state[LAB_SIDES]; /* that a side is in afterwards; LAB_NONE: not told */
};

struct lab_wire {
	struct lab_crossing *rows;
	size_t n, room;
	bool muted;	/* nothing is written down for now, only counted: */
	size_t unheard; /* segments, */
	uint64_t bytes; /* and the data in them */
	bool failed;	/* no memory: the record is not whole */
};

void lab_wire_release(struct lab_wire *wire);

/* Empties the record, for a drawing of its own. */
void lab_wire_clear(struct lab_wire *wire);

void lab_wire_add(struct lab_wire *wire, uint64_t at_ns, enum lab_side from, bool lost,
		  const struct lab_segment *segment);

/* The state of a side after the latest segment. */
void lab_wire_mark(struct lab_wire *wire, enum lab_side side, enum lab_state state);

/* A remark, copied; it is translated already. */
void lab_wire_remark(struct lab_wire *wire, const char *text);

/* From now on segments are counted only, from nought, or written down again. */
void lab_wire_mute(struct lab_wire *wire, bool muted);

#endif
