/* SPDX-License-Identifier: MIT */
/* lab_telling.c - how a scenario or a story is told; see lab_telling.h. */
#include "cli/lab_telling.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/emit.h"
#include "util/intl.h"
#include "util/wrap.h"

enum { STEP_INDENT = 4 };

void tc_lab_emit(struct tc_lab_telling *telling)
{
	if (!telling->status) /* else it has been said that nothing can be written */
		telling->status = tc_emit(&telling->out);
	tc_buf_clear(&telling->out);
}

void tc_lab_say(struct tc_lab_telling *telling, const char *text)
{
	tc_wrap(&telling->out, text, 0, telling->style.width);
	tc_lab_emit(telling);
}

void tc_lab_title(struct tc_lab_telling *telling, const struct lab_scenario *scenario)
{
	tc_auto_buf struct tc_buf title = TC_BUF_INIT;

	tc_buf_format(&title, "%s: %s", scenario->name, tc_tr(scenario->summary));
	if (tc_buf_string(&title))
		tc_wrap(&telling->out, title.data, 0, telling->style.width);
	tc_buf_byte(&telling->out, '\n');
	tc_lab_emit(telling);
}

void tc_lab_step(void *context, const char *text)
{
	struct tc_lab_telling *telling = context;
	size_t start = telling->out.length;
	char number[16];

	tc_wrap(&telling->out, text, STEP_INDENT, telling->style.width);
	snprintf(number, sizeof(number), "%2u.", ++telling->step % 100);
	if (telling->out.length > start + STEP_INDENT) /* into the indentation of the first line */
		memcpy(telling->out.data + start, number, 3);
	tc_lab_emit(telling);
}

/* Both are those of the commands. */
int tc_lab_look(struct tc_lab_telling *telling, const struct tc_options *options)
{
	const struct tc_command *diagnose = tc_command_find("diagnose");
	int status;

	tc_lab_emit(telling);
	status = tc_command_census.run(options, 0, NULL);
	if (!status && diagnose) {
		tc_buf_format(&telling->out, _("\nWhat it finds there:\n\n"));
		tc_lab_emit(telling);
		status = diagnose->run(options, 0, NULL);
	}
	return status == TC_EXIT_FOUND ? 0 : status;
}

/* ---- What is kept ---------------------------------------------------------------------- */

static void fill_ends(sigset_t *ends)
{
	sigemptyset(ends);
	sigaddset(ends, SIGINT);
	sigaddset(ends, SIGTERM);
	sigaddset(ends, SIGHUP);
}

void tc_lab_block_ends(void)
{
	sigset_t ends;

	fill_ends(&ends);
	sigprocmask(SIG_BLOCK, &ends, NULL);
}

void tc_lab_await_end(struct tc_lab_telling *telling)
{
	sigset_t ends;
	int number;

	tc_buf_format(&telling->out, _("To end it: Ctrl-C, or kill %d\n"), (int)getpid());
	tc_lab_emit(telling);
	fill_ends(&ends);
	if (!telling->status)
		sigwait(&ends, &number);
}
