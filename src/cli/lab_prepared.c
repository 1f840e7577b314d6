/* SPDX-License-Identifier: MIT */
/* lab_prepared.c - scenarios that are read from saved files, shown and compared. */
#include <string.h>

#include "cli/lab.h"
#include "cli/lab_telling.h"
#include "lab/prepared.h"
#include "util/intl.h"

enum { TEXT_INDENT = 4 };

/* What the files say is the situation, so it is shown. */
static void tell_paper(struct tc_lab_telling *telling, const struct lab_paper *paper)
{
	tc_auto_buf struct tc_buf step = TC_BUF_INIT;

	tc_buf_format(&step, _("prepared as the output of: %s"), paper->command);
	if (tc_buf_string(&step))
		tc_lab_step(telling, step.data);
	for (const char *line = paper->text; *line;) {
		size_t length = strcspn(line, "\n");

		tc_buf_fill(&telling->out, ' ', TEXT_INDENT);
		tc_buf_add(&telling->out, line, length);
		tc_buf_byte(&telling->out, '\n');
		line += length + (line[length] == '\n');
	}
	tc_lab_emit(telling);
}

/* Blocked before anybody is told how to send them. */
static void keep(struct tc_lab_telling *telling, const struct lab_papers *papers)
{
	tc_lab_block_ends();
	tc_buf_text(&telling->out, _("\nTo judge these files again:\n"));
	tc_buf_text(&telling->out, "  tcpcensus diagnose");
	for (size_t i = 0; i < papers->count; i++)
		tc_buf_format(&telling->out, " -f %s", papers->paths[i]);
	tc_buf_byte(&telling->out, '\n');
	tc_lab_await_end(telling);
}

static int look_and_keep(const struct tc_options *options, struct tc_lab_telling *telling,
			 const struct lab_papers *papers)
{
	struct tc_options reading = *options;
	int status;

	reading.from = papers->paths[0];
	memcpy(reading.more_from, papers->more, sizeof(papers->more));
	tc_buf_text(&telling->out, _("\nWhat tcpcensus counts in these files:\n\n"));
	status = tc_lab_look(telling, &reading);
	if (!status && options->keep)
		keep(telling, papers);
	return status;
}

int tc_lab_show_prepared(const struct tc_options *options, struct tc_lab_telling *telling,
			 const struct lab_scenario *scenario)
{
	const struct lab_prepared *prepared = scenario->prepared;
	struct lab_papers papers;
	int status, err;

	tc_lab_title(telling, scenario);
	tc_lab_say(telling, tc_tr(prepared->why));
	tc_buf_byte(&telling->out, '\n');
	for (const struct lab_paper *paper = prepared->papers; paper->command; paper++)
		tell_paper(telling, paper);
	err = lab_papers_open(prepared, &papers);
	status = err < 0 ? tc_look_error(_("lab: %s could not be made: %s"), scenario->name,
					 strerror(-err))
			 : look_and_keep(options, telling, &papers);
	lab_papers_close(&papers);
	return status ? status : telling->status;
}

enum tc_lab_outcome tc_lab_try_prepared(const struct lab_scenario *scenario,
					char text[TC_LAB_TEXT_MAX])
{
	struct tc_query look = { .size = sizeof(look) };
	struct lab_papers papers;
	enum tc_lab_outcome outcome = TC_LAB_NOT_MADE;
	int err = lab_papers_open(scenario->prepared, &papers);

	look.from = papers.paths[0];
	look.more_from = papers.more;
	if (err < 0)
		snprintf(text, TC_LAB_TEXT_MAX, "%s", strerror(-err));
	else
		outcome = tc_lab_judge(scenario, &look, text);
	lab_papers_close(&papers);
	return outcome;
}
