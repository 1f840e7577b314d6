/* SPDX-License-Identifier: MIT */
/*
 * lab_show.c - one scenario, step by step: made, counted, diagnosed, and taken down.
 *
 * A signal ends the program as it ends any other, wherever it is: the namespaces have no name
 * and go with it, and the laboratory's guard ends the sockets that would keep them. Only while
 * a scenario is kept are signals awaited, since there they are the regular end.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/emit.h"
#include "cli/lab.h"
#include "cli/lab_telling.h"
#include "util/intl.h"
#include "util/wrap.h"

enum { STORY_WIDTH_MAX = 100 }; /* longer lines are hard to read on with */

int tc_lab_no_sandbox(int err, const char *step)
{
	if (err == -EPERM || err == -EACCES)
		return tc_look_error("%s", _("lab: needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN), to "
					     "make network namespaces of its own"));
	return tc_look_error(_("lab: %s: %s"), step, strerror(-err));
}

/* On that side. */
static int look(const struct tc_options *options, struct tc_lab_telling *telling,
		const struct lab_scenario *scenario, struct lab_sandbox *sandbox)
{
	int err = lab_sandbox_enter(sandbox, scenario->side), status;

	if (err < 0)
		return tc_look_error(_("lab: %s: %s"), "setns", strerror(-err));
	tc_buf_format(&telling->out, _("\nWhat tcpcensus counts in %s:\n\n"),
		      lab_side_name(scenario->side));
	status = tc_lab_look(telling, options);
	lab_sandbox_leave(sandbox);
	return status;
}

/* How to get in, and out again. */
static void say_how_to_enter(struct tc_lab_telling *telling, struct lab_sandbox *sandbox)
{
	tc_buf_byte(&telling->out, '\n');
	for (int side = 0; side < LAB_SIDES; side++) {
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(),
			 lab_sandbox_netns_fd(sandbox, (enum lab_side)side));
		tc_buf_format(&telling->out, _("To look into %s:\n"),
			      lab_side_name((enum lab_side)side));
		tc_buf_format(&telling->out, "  tcpcensus -N %s\n  nsenter --net=%s\n", path, path);
	}
}

/* Blocked before anybody is told how to send them. */
static void keep(struct tc_lab_telling *telling, struct lab_sandbox *sandbox)
{
	tc_lab_block_ends();
	say_how_to_enter(telling, sandbox);
	tc_lab_await_end(telling);
}

static int make_and_look(const struct tc_options *options, struct tc_lab_telling *telling,
			 const struct lab_scenario *scenario, struct lab_sandbox *sandbox)
{
	const char *missing = lab_scenario_missing(scenario, sandbox);
	char why[LAB_WHY_MAX];
	int status;

	if (missing)
		return tc_look_error(_("lab: %s needs %s"), scenario->name, tc_tr(missing));
	if (lab_scenario_run(scenario, sandbox, 1, why) < 0 ||
	    lab_scenario_ripen(scenario, sandbox, true, why) < 0)
		return tc_look_error(_("lab: %s could not be made, at step %u: %s"), scenario->name,
				     telling->step + 1, why);
	status = look(options, telling, scenario, sandbox);
	if (!status && options->keep)
		keep(telling, sandbox);
	return status ? status : telling->status;
}

static int show(const struct tc_options *options, struct tc_lab_telling *telling,
		const struct lab_scenario *scenario)
{
	struct lab_sandbox *sandbox;
	const char *step;
	int status, err = lab_sandbox_new(true, &sandbox, &step);

	if (err < 0)
		return tc_lab_no_sandbox(err, step);
	tc_lab_title(telling, scenario);
	lab_sandbox_on_step(sandbox, tc_lab_step, telling);
	lab_sandbox_step(
		sandbox,
		N_("made two network namespaces that see only each other: a (%s, %s) and b "
		   "(%s, %s)"),
		lab_sandbox_address(LAB_A, LAB_V4), lab_sandbox_address(LAB_A, LAB_V6),
		lab_sandbox_address(LAB_B, LAB_V4), lab_sandbox_address(LAB_B, LAB_V6));
	status = make_and_look(options, telling, scenario, sandbox);
	lab_sandbox_free(sandbox);
	if (!status) {
		tc_buf_byte(&telling->out, '\n');
		tc_lab_say(telling, _("Everything has been taken down again."));
	}
	return status ? status : telling->status;
}

int tc_lab_show(const struct tc_options *options, const struct lab_scenario *scenario)
{
	struct tc_lab_telling telling = {.style = tc_style_of(options)};
	int status = scenario->prepared ? tc_lab_show_prepared(options, &telling, scenario)
					: show(options, &telling, scenario);

	tc_buf_release(&telling.out);
	return status;
}

/* ---- A story --------------------------------------------------------------------------- */

static void on_paragraph(void *context, const char *text)
{
	struct tc_lab_telling *telling = context;

	tc_lab_say(telling, text);
	tc_buf_byte(&telling->out, '\n');
	tc_lab_emit(telling);
}

static void on_drawing(void *context, const char *lines)
{
	struct tc_lab_telling *telling = context;

	tc_buf_format(&telling->out, "%s\n", lines);
	tc_lab_emit(telling);
}

static struct tc_style story_style(const struct tc_options *options)
{
	struct tc_style style = tc_style_of(options);

	if (style.width > STORY_WIDTH_MAX)
		style.width = STORY_WIDTH_MAX;
	return style;
}

int tc_lab_tell(const struct tc_options *options, const struct lab_story *story)
{
	struct tc_lab_telling telling = {.style = story_style(options)};
	struct lab_teller teller = {
		.context = &telling,
		.width = telling.style.width,
		.utf8 = telling.style.utf8,
		.paragraph = on_paragraph,
		.drawing = on_drawing,
	};
	char lack[TC_LAB_TEXT_MAX];
	int err;

	if (tc_lab_story_lacks(story, lack)) /* before a word is said */
		return tc_look_error(_("lab: %s: %s"), story->name, lack);
	err = lab_story_tell(story, &teller);
	tc_buf_release(&telling.out);
	if (err == -EPERM)
		return tc_lab_no_sandbox(err, teller.why);
	if (err == -EBADE) {
		tc_look_error(_("lab: %s: %s"), story->name, teller.why);
		return TC_EXIT_FOUND;
	}
	if (err < 0)
		return tc_look_error(_("lab: %s could not be made: %s"), story->name, teller.why);
	return telling.status;
}
