/* SPDX-License-Identifier: MIT */
/* files.h - the saved files of a query, over which several passes may go. */
#ifndef TC_PIPELINE_FILES_H
#define TC_PIPELINE_FILES_H

#include <stdio.h>

#include "source/capture_file.h"

struct tc_files {
	struct tc_capture_file *files;
	FILE **copies; /* of those that can be read once only; NULL: read where it is */
	char (*paths)[32];
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

/* Where the copies were read by their paths: calls them in the report as the query does. */
void tc_files_name(const struct tc_files *files, struct tc_report *report);

#endif
