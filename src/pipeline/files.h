/* SPDX-License-Identifier: MIT */
/* files.h - the saved files of a query, over which several passes may go. */
#ifndef TC_PIPELINE_FILES_H
#define TC_PIPELINE_FILES_H

#include <stdio.h>

#include "model/readings.h"
#include "source/capture_file.h"

/* How many settings and counters were known by a file first, and its damaged lines. */
struct tc_files_found {
	uint32_t settings, counters;
	uint32_t damage_count;
	struct tc_damage damage[TC_DAMAGES_MAX];
};

struct tc_files {
	struct tc_capture_file *files;
	struct tc_files_found *found; /* by tc_files_readings() */
	FILE **copies; /* of those that can be read once only; NULL: read where it is */
	char (*paths)[32];
	const char **more; /* of a query that was led to the copies; owned */
	size_t count;
};

/* Lists them. -ENOMEM; to be released either way. */
int tc_files_init(struct tc_files *files, const struct tc_query *query);
void tc_files_release(struct tc_files *files);

/*
 * Copies what can be read once only (a pipe, standard input) into nameless temporary files, and
 * has it read from there. -errno, and why.
 */
int tc_files_copy(struct tc_files *files, char why[TC_WHY_MAX]);

/* Has the query read them where they can be read again; it holds as long as they do. -ENOMEM. */
int tc_files_lead(struct tc_files *files, struct tc_query *query);

/* Adds the settings and counters that any of them has to the readings. -ENOMEM. */
int tc_files_readings(struct tc_files *files, struct tc_readings *readings);

/*
 * Where the copies were read by their paths: calls them in the report as the query does; and adds
 * what tc_files_readings() found in each.
 */
void tc_files_name(const struct tc_files *files, struct tc_report *report);

#endif
