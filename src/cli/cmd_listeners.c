/* SPDX-License-Identifier: MIT */
/* cmd_listeners.c - `tcpcensus listeners`: who listens, what waits, who is refused. */
#include "cli/emit.h"
#include "cli/look.h"
#include "cli/note.h"
#include "model/filter.h"
#include "util/intl.h"

enum { DEFAULT_TOP = 20, DEFAULT_INTERVAL_MS = 1000 };

/* A table has to keep the worst on the screen; a program wants to know them all. */
static size_t rows_wanted(const struct tc_options *options)
{
	if (options->top_given)
		return options->top;
	return options->form == TC_FORM_TABLE ? DEFAULT_TOP : 0;
}

static int show(const struct tc_options *options, const struct tc_listening *listening,
		const struct tc_report *report)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_style style = tc_style_of(options);
	struct tc_stamp stamp = tc_stamp_now(options);

	tc_write_listeners(&out, (enum tc_form)options->form, listening, rows_wanted(options),
			   report, &stamp, &style);
	return tc_emit(&out);
}

/* Whether it is not known of one of them. */
static bool is_lacking(const struct tc_listening *listening, unsigned what)
{
	for (size_t i = 0; i < tc_listening_count(listening); i++)
		if (!(tc_listening_at(listening, i)->have & what))
			return true;
	return false;
}

/* What nobody could read must not look as if nothing was there: an empty queue, or no column. */
static void note_lacking(const struct tc_listening *listening, const struct tc_report *report)
{
	if (is_lacking(listening, TC_LISTENER_QUEUES))
		tc_note(_("how full the queues of listeners are is not known: %s does not give "
			  "their limits"),
			report->source);
	/* Of a listing nobody expects inodes. */
	if (!report->foreign && is_lacking(listening, TC_LISTENER_UNACCEPTED))
		tc_note(_("how many connections no program has accepted is not known: %s does not "
			  "give their inodes"),
			report->source);
}

/* The filter is about what listens; one that lets nothing of it pass is a mistake. */
static int check(const struct tc_look *look)
{
	if (look->filter && !(look->filter->states & TC_STATE_BIT(TC_LISTEN)))
		return tc_usage_error("%s",
				      _("listeners: the filter is about the listening sockets, "
					"and its states leave LISTEN out"));
	return 0;
}

static int look_and_show(const struct tc_options *options, const struct tc_look *look)
{
	uint64_t interval_ms = options->interval_given ? options->interval_ms : DEFAULT_INTERVAL_MS;
	struct tc_report report = {.size = sizeof(report)};
	struct tc_listening *listening = NULL;
	int status = 0, err = tc_listeners_take(&look->query, interval_ms, &listening, &report);

	if (!err)
		status = show(options, listening, &report);
	if (!status)
		status = tc_look_finish(options, err, &report);
	if (!status && !report.foreign) /* there it would be about the connections, too */
		tc_look_note_owners(&report);
	if (!status)
		note_lacking(listening, &report);
	tc_listening_free(listening);
	return status;
}

static int run(const struct tc_options *options, int argc, char **argv)
{
	struct tc_look look;
	int status = tc_look_prepare(&look, options, argc, argv);

	if (!status)
		status = check(&look);
	if (!status)
		status = look_and_show(options, &look);
	tc_look_release(&look);
	return status;
}

const struct tc_command tc_command_listeners = {
	.name = "listeners",
	.arguments = N_("[OPTION...] [FILTER...]"),
	.summary = N_("show who listens, how full the queues are, and who is refused"),
	.help = N_("The worst come first. It looks twice, a second apart, to see what is refused.\n"
		   "FILTER chooses listeners; their connections are all counted.\n"
		   "\n"
		   "  tcpcensus listeners -i 10s             look for ten seconds\n"
		   "  tcpcensus listeners sport = :443       only those on port 443\n"),
	.options = TC_FOR_LISTENERS,
	.flags = TC_COMMAND_FILTER,
	.run = run,
};
