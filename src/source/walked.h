/* SPDX-License-Identifier: MIT */
/* walked.h - what more than one source does with walks through the kernel's tables (bpf/walk.h). */
#ifndef TC_SOURCE_WALKED_H
#define TC_SOURCE_WALKED_H

#include "bpf/walk.h"
#include "source/source.h"

/* Of the sockets in a slot, see bpf/walk_state.h. */
enum tc_state tc_walked_state(uint32_t slot);
enum tc_kind tc_walked_kind(uint32_t slot);

/* The slots that have sockets in these states. */
uint32_t tc_walked_slots(uint32_t states);

/* What a record tells. */
#define TC_WALKED_HAVE                                                                             \
	(TC_HAVE_FAMILY | TC_HAVE_ENDPOINTS | TC_HAVE_IFINDEX | TC_HAVE_KIND | TC_HAVE_NETNS)

/* The socket of a record; of a listener its queue and, where they are known, its holders, too. */
void tc_walked_read(const struct tc_walk_layout *layout, const uint64_t *record, bool listening,
		    struct tc_sock *ret_sock);

/* The states of a job that are found by walks, and the job without what these see to. */
uint32_t tc_walked_states(const struct tc_job *job);
struct tc_job tc_walked_rest(const struct tc_job *job);

/* In the report that another source has read those, which may have been all that there was to. */
void tc_walked_read_by(const char *source, const struct tc_job *job, const struct tc_job *rest,
		       struct tc_report *report);

/* In the report how the kernel was read, after a run. */
void tc_walked_way(const struct tc_walk *walk, struct tc_report *report);

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
