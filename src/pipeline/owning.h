/* SPDX-License-Identifier: MIT */
/*
 * owning.h - the look at all sockets that comes before the one that is asked for, so that it is
 * known whose they are.
 *
 * Where all that pass the filter have an inode, it is enough to note them, and the search for
 * their holders ends when the last is found. Where some have none, every socket is noted: what
 * others hold tells whose they were.
 */
#ifndef TC_PIPELINE_OWNING_H
#define TC_PIPELINE_OWNING_H

#include "pipeline/pipeline.h"

struct tc_owning {
	struct tc_pipeline *pipeline;
	struct tc_job job; /* for the source; its context is this */
	bool infer;	   /* every socket is noted */
	bool ownerless;	   /* a socket was seen that nobody holds */
};

/* The job for a first look: only what will be asked for. It may be needless: see infer. */
void tc_owning_init(struct tc_owning *owning, struct tc_pipeline *pipeline);

/* Makes it a look at everything. */
void tc_owning_widen(struct tc_owning *owning);

/* Notes what is known of the namespace where the thread is. -ENOMEM. */
int tc_owning_enter(struct tc_owning *owning);

#endif
