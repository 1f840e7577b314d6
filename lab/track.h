/* SPDX-License-Identifier: MIT */
/* track.h - connection tracking in a namespace of the laboratory. */
#ifndef TC_LAB_TRACK_H
#define TC_LAB_TRACK_H

#include "lab/sandbox.h"

/* The most entries that the laboratory makes: some 100 MB of the kernel's memory. */
#define LAB_TRACK_MOST 300000

/*
 * How many connections a side may track, which from now on it does: nf_conntrack_max, 0 being no
 * limit. -ENOENT without nft, -EINVAL where the kernel cannot track, or another -errno.
 */
long lab_track_max(struct lab_sandbox *sandbox, enum lab_side side);

#endif
