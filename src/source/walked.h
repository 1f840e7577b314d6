/* SPDX-License-Identifier: MIT */
/* walked.h - what more than one source does with walks through the kernel's tables (bpf/walk.h). */
#ifndef TC_SOURCE_WALKED_H
#define TC_SOURCE_WALKED_H

#include "bpf/walk.h"
#include "source/source.h"

/* The walk that a job asks for: of its families and namespaces. */
struct tc_walk_job tc_walked_job(const struct tc_job *job);

/* 0; -EBUSY: a part could not be read, report->why says it. */
int tc_walked_judge(const struct tc_walk_result *result, struct tc_report *report);

/* Counts sockets that are only bound, in whatever state. 0 or -errno, with report->why. */
int tc_walked_bound(struct tc_walk *walk, const struct tc_job *job, struct tc_census *census,
		    struct tc_report *report);

/* The same, by a walk that is made for it. */
int tc_walked_bound_alone(const struct tc_job *job, struct tc_census *census,
			  struct tc_report *report);

#endif
