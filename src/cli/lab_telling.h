/* SPDX-License-Identifier: MIT */
/* lab_telling.h - how a scenario or a story is told: paragraphs, numbered steps, the looks. */
#ifndef TC_CLI_LAB_TELLING_H
#define TC_CLI_LAB_TELLING_H

#include "cli/cli.h"
#include "lab/scenario.h"

struct tc_lab_telling {
	struct tc_buf out;
	struct tc_style style;
	unsigned step;
	int status; /* of the first output that failed */
};

/* Writes what is in `out`, and empties it. */
void tc_lab_emit(struct tc_lab_telling *telling);

/* A paragraph, after what is in `out`. */
void tc_lab_say(struct tc_lab_telling *telling, const char *text);

/* What a scenario is, before anything else is said. */
void tc_lab_title(struct tc_lab_telling *telling, const struct lab_scenario *scenario);

/* A step, with its number; a lab_step_fn, whose context is the telling. */
void tc_lab_step(void *context, const char *text);

/* After what is in `out`: the census and the diagnosis. Returns 0 or an exit status. */
int tc_lab_look(struct tc_lab_telling *telling, const struct tc_options *options);

/* From now on the signals that end what is kept are kept back, for tc_lab_await_end(). */
void tc_lab_block_ends(void);

/* After what is in `out`: says how to end it, and waits for that. */
void tc_lab_await_end(struct tc_lab_telling *telling);

/* Shows a scenario that is read from saved files. Returns 0 or an exit status. */
int tc_lab_show_prepared(const struct tc_options *options, struct tc_lab_telling *telling,
			 const struct lab_scenario *scenario);

#endif
