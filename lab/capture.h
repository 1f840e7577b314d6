/* SPDX-License-Identifier: MIT */
/*
 * capture.h - what crosses the veth pair of a sandbox between two kernels, written down.
 *
 * It listens at side b, before the packet rules of b: what these drop is seen, and it is the
 * caller who knows for which segments they are made, and says so.
 */
#ifndef TC_LAB_CAPTURE_H
#define TC_LAB_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/sandbox.h"
#include "lab/segment.h"
#include "lab/wire.h"

struct lab_capture;

typedef bool (*lab_segment_fn)(const struct lab_segment *segment, void *context);

/* Starts; the record is the caller's and lives longer. Returns 0 or -errno. */
int lab_capture_new(struct lab_sandbox *sandbox, struct lab_wire *wire,
		    struct lab_capture **ret_capture);
void lab_capture_free(struct lab_capture *capture);

/*
 * From now on fn is asked of each segment of side a, in order, whether it is dropped; NULL: none
 * is. It does what the packet rules do, which may depend on what came before.
 */
void lab_capture_lost(struct lab_capture *capture, lab_segment_fn fn, void *context);

/*
 * The next segment; -ETIMEDOUT when there is none until then. A deadline of 0 waits for nothing.
 * *ret_from is the side that sent it; its data is the capture's, until the next call.
 */
int lab_capture_next(struct lab_capture *capture, uint64_t deadline_ns, enum lab_side *ret_from,
		     struct lab_segment *ret_segment);

#endif
