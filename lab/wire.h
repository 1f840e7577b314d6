/* SPDX-License-Identifier: MIT */
/*
 * wire.h - what happened between two sides, in order, to be drawn (ladder.h): what crossed the
 * wire, what the programs at its ends did, and remarks.
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

#define LAB_EVENT_DATA 64

enum lab_event_kind {
	LAB_EVENT_SEGMENT, /* it was sent */
	LAB_EVENT_ARRIVAL, /* of one that was on its way for longer */
	LAB_EVENT_ACT,	   /* a program did something, or got something */
	LAB_EVENT_REMARK,
};

enum lab_fate {
	LAB_ARRIVES, /* before anything else happens */
	LAB_LOST,
	LAB_ON_ITS_WAY, /* its arrival is an event of its own */
};

struct lab_event {
	enum lab_event_kind kind;
	uint64_t at_ns;
	enum lab_side side;		 /* who sent it, or whose program it is */
	enum lab_state state[LAB_SIDES]; /* that a side is in afterwards; LAB_NONE: not told */
	char *text;			 /* of an act or a remark; owned */
	size_t sent;			 /* of an arrival: the event of its sending */

	/* Of a segment. */
	enum lab_fate fate;
	uint8_t flags;
	uint32_t seq, ack;
	bool stamps;
	uint32_t stamp, echo;
	size_t length;
	char data[LAB_EVENT_DATA]; /* how it begins; what is not printable is a dot */
};

struct lab_wire {
	struct lab_event *events;
	size_t n, room;
	bool based[LAB_SIDES]; /* whether a side has a number that is called 0, */
	uint32_t base[LAB_SIDES];
	bool muted;	/* nothing is written down for now, only counted: */
	size_t unheard; /* segments, */
	uint64_t bytes; /* and the data in them */
	bool failed;	/* no memory: the record is not whole */
};

#define LAB_NO_EVENT SIZE_MAX

void lab_wire_release(struct lab_wire *wire);

/* Empties the record, for a drawing of its own. */
void lab_wire_clear(struct lab_wire *wire);

/* Adds a segment. Returns its event, for lab_wire_arrive(); LAB_NO_EVENT where it is muted. */
size_t lab_wire_add(struct lab_wire *wire, uint64_t at_ns, enum lab_side from, enum lab_fate fate,
		    const struct lab_segment *segment);

/* A segment that was held arrives now. */
void lab_wire_arrive(struct lab_wire *wire, uint64_t at_ns, size_t sent);

/* The state of a side after the latest event. */
void lab_wire_mark(struct lab_wire *wire, enum lab_side side, enum lab_state state);

/* What a program did. The text is copied, and is translated already; so is that of a remark. */
void lab_wire_act(struct lab_wire *wire, uint64_t at_ns, enum lab_side side, const char *text);
void lab_wire_remark(struct lab_wire *wire, const char *text);

/*
 * The sequence number of a side that is called 0, where it is not that of the side's first segment
 * since the record was emptied, muted or not.
 */
void lab_wire_base(struct lab_wire *wire, enum lab_side side, uint32_t number);

/* From now on segments are counted only, from nought, or written down again. */
void lab_wire_mute(struct lab_wire *wire, bool muted);

#endif
