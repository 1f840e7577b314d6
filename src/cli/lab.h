/* SPDX-License-Identifier: MIT */
/* lab.h - the parts of `tcpcensus lab`: telling what a scenario is, showing one, checking all. */
#ifndef TC_CLI_LAB_H
#define TC_CLI_LAB_H

#include "cli/cli.h"
#include "lab/scenario.h"
#include "lab/story.h"

/* The names of the scenarios, then those of the stories; NULL past the last. */
const char *tc_lab_name_at(size_t index);

/* The story of a name, or NULL. */
const struct lab_story *tc_lab_story_find(const char *name);

/* Every scenario and story, in the form that the options ask for. Returns the exit status. */
int tc_lab_list(const struct tc_options *options);

/* Makes a scenario, shows what was done, what is there and what is found, and takes it down. */
int tc_lab_show(const struct tc_options *options, const struct lab_scenario *scenario);

/* Tells a story. */
int tc_lab_tell(const struct tc_options *options, const struct lab_story *story);

/* Makes and compares those named, or all. */
int tc_lab_check(const struct tc_options *options, int count, char **names);

/* What became of one. */
enum tc_lab_outcome {
	TC_LAB_SAME,	 /* what has to be found is found, and nothing else */
	TC_LAB_DIFFERS,	 /* text says what */
	TC_LAB_SKIPPED,	 /* text says what this machine lacks */
	TC_LAB_NOT_MADE, /* text says what could not be made, and at which step */
};

enum { TC_LAB_TEXT_MAX = 1024 };

/*
 * Whether this machine lacks what the story needs, which `text` then says ("needs the nft
 * program"). A story makes its own namespaces; one is made here to see.
 */
bool tc_lab_story_lacks(const struct lab_story *story, char text[TC_LAB_TEXT_MAX]);

/*
 * What a diagnosis finds, beside what it has to: in the namespace that the thread is in, or, with
 * a query, in its files.
 */
enum tc_lab_outcome tc_lab_judge(const struct lab_scenario *scenario, const struct tc_query *look,
				 char text[TC_LAB_TEXT_MAX]);

/* The same of a scenario that is read from saved files. */
enum tc_lab_outcome tc_lab_try_prepared(const struct lab_scenario *scenario,
					char text[TC_LAB_TEXT_MAX]);

/* Makes one scenario, or tells one story in silence, and compares. */
enum tc_lab_outcome tc_lab_try(const struct lab_scenario *scenario, char text[TC_LAB_TEXT_MAX]);
enum tc_lab_outcome tc_lab_try_story(const struct lab_story *story, char text[TC_LAB_TEXT_MAX]);

/* The line on stderr, and the exit status, where a sandbox could not be made. */
int tc_lab_no_sandbox(int err, const char *step);

#endif
