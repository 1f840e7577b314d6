/* SPDX-License-Identifier: MIT */
/* gather_files.h - the files of a query, made so that each can be read several times. */
#ifndef TC_PIPELINE_GATHER_FILES_H
#define TC_PIPELINE_GATHER_FILES_H

#include <stdio.h>

#include "model/readings.h"
#include "tcpcensus.h"
#include "util/bag.h"

struct tc_gather_files {
	const char **paths; /* ended by NULL; the first is what query->from becomes */
	FILE **copies;	    /* of what can be read once only */
	size_t count;
	struct tc_bag bag; /* what the above point to */
};

/*
 * Lists the files of the query, and changes it to read from copies where a file can be read once
 * only (a pipe). -errno, and why; to be released either way.
 */
int tc_gather_files_open(struct tc_gather_files *files, struct tc_query *query,
			 char why[TC_WHY_MAX]);
void tc_gather_files_close(struct tc_gather_files *files);

/* Takes settings and counters from all of them; most have none. -ENOMEM. */
int tc_gather_files_readings(const struct tc_gather_files *files, struct tc_readings *readings);

#endif
