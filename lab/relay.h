/* SPDX-License-Identifier: MIT */
/*
 * relay.h - the wire between the kernels of two namespaces, held in the hand:
 *
 *	namespace a            this process            namespace b
 *	10.78.0.1  <----------------------------------> 10.78.0.2
 *
 * Nothing moves unless it is taken along, one segment at a time, so that after each of them there
 * is time to look at both ends. Rules say which ones are lost on the way, and which ones wait
 * there until they are let go. What crosses is written down in a record.
 */
#ifndef TC_LAB_RELAY_H
#define TC_LAB_RELAY_H

#include "lab/sandbox.h"
#include "lab/segment.h"
#include "lab/wire.h"

struct lab_relay;

/* What becomes of a side's segments whose flags, of those in the mask, are exactly these. */
struct lab_rule {
	enum lab_side from;
	unsigned mask, flags; /* bits of enum lab_flag */
	enum lab_fate fate;
	unsigned times; /* so often, then never again */
};

#define LAB_ALWAYS UINT32_MAX

/* The record is the caller's and lives longer. 0, -ENOENT without /dev/net/tun, or -errno. */
int lab_relay_new(struct lab_sandbox *sandbox, struct lab_wire *wire, struct lab_relay **ret_relay);
void lab_relay_free(struct lab_relay *relay);

/* Adds a rule; the first one that fits holds. -ENOBUFS when there are too many. */
int lab_relay_rule(struct lab_relay *relay, struct lab_rule rule);
void lab_relay_no_rules(struct lab_relay *relay);

/*
 * Takes the next segment of either side along, at the latest at that time; -ETIMEDOUT when there is
 * none. A deadline of 0 waits for nothing. Its data is the relay's and stays until the next call.
 */
int lab_relay_next(struct lab_relay *relay, uint64_t deadline_ns, enum lab_side *ret_from,
		   struct lab_segment *ret_segment);

/* Of that side's segments on the way the first one arrives now; -ENOENT where none is. */
int lab_relay_let_go(struct lab_relay *relay, enum lab_side from);

#endif
