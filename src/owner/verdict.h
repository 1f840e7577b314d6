/* SPDX-License-Identifier: MIT */
/*
 * verdict.h - what is said of the owner of sockets, each verdict put into words once.
 *
 * Thousands of sockets have the same few owners, so that a socket only points to one.
 */
#ifndef TC_OWNER_VERDICT_H
#define TC_OWNER_VERDICT_H

#include "owner/party.h"
#include "owner/process.h"
#include "util/map.h"

struct tc_verdicts {
	struct tc_map map; /* of verdicts by what they are made of; owned */
	struct tc_processes cgroups; /* what cgroups say, without processes */
};

void tc_verdicts_release(struct tc_verdicts *verdicts);

/*
 * The verdict on these processes, or, where there are none, on what is or was in a cgroup, whose
 * path may be NULL. NULL: no memory. Lives as long as `verdicts` and the party.
 */
const struct tc_owner *tc_verdict_of(struct tc_verdicts *verdicts, enum tc_attribution how,
				     const struct tc_party *party, const char *cgroup);

/*
 * The same of what a listing has said: its words, and of these processes, or NULL, what is not among
 * them. Words of `said` are copied.
 */
const struct tc_owner *tc_verdict_said(struct tc_verdicts *verdicts, const struct tc_owner *said,
				       enum tc_attribution how, const struct tc_party *party);

#endif
