/* SPDX-License-Identifier: MIT */
/*
 * ladder_label.h - what is written on an arrow of a drawing (ladder.h).
 */
#ifndef TC_LAB_LADDER_LABEL_H
#define TC_LAB_LADDER_LABEL_H

#include "lab/wire.h"

#define LAB_LABEL_MAX 128

/* What is called 0, of each side: set by the first segment that says so. */
struct lab_zeros {
	bool based[LAB_SIDES], stamped[LAB_SIDES];
	uint32_t base[LAB_SIDES];  /* of sequence numbers */
	uint32_t stamp[LAB_SIDES]; /* of timestamps */
};

/* Each is "" where there is none. */
struct lab_label {
	char on[LAB_LABEL_MAX], above[LAB_LABEL_MAX], below[LAB_LABEL_MAX];
};

/* Of a segment, on whose arrow there are so many columns. Timestamps are shown if wanted. */
struct lab_label lab_label_of(const struct lab_event *segment, struct lab_zeros *zeros, bool stamps,
			      size_t room);

#endif
