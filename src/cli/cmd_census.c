/* SPDX-License-Identifier: MIT */
/* cmd_census.c - `tcpcensus [census]`: how many in each state, and how many in use. */
#include "cli/emit.h"
#include "cli/look.h"
#include "pipeline/glance.h"
#include "util/intl.h"

/* Rules are about a whole machine, and their verdicts are for people. */
static bool wants_verdicts(const struct tc_options *options, const struct tc_look *look)
{
	return options->form == TC_FORM_TABLE && !look->filter && !look->query.families;
}

/* A name as it can be typed back: quoted where a shell would take it apart. */
static void add_argument(struct tc_buf *look, const char *option, const char *name)
{
	bool plain = *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
						 "0123456789./_-+,:@")];

	tc_buf_format(look, plain ? " %s %s" : " %s '%s'", option, name);
}

/* The options by which a command looks at what we have looked at; NULL: none are needed. */
static const char *look_options(const struct tc_options *options, struct tc_buf *look)
{
	if (options->netns)
		add_argument(look, "-N", options->netns);
	if (options->from)
		add_argument(look, "-f", options->from);
	for (size_t i = 0; options->more_from[i]; i++)
		add_argument(look, "-f", options->more_from[i]);
	return look->length ? tc_buf_string(look) : NULL;
}

static int take_and_show(const struct tc_options *options, const struct tc_look *look)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT, again = TC_BUF_INIT;
	struct tc_style style = tc_style_of(options);
	struct tc_stamp stamp = tc_stamp_now(options);
	struct tc_report report = { .size = sizeof(report) };
	struct tc_diagnosis *verdicts = NULL;
	struct tc_census census;
	int status = 0, err;

	style.look = look_options(options, &again);
	if (wants_verdicts(options, look))
		err = tc_glance_take(&look->query, &census, &verdicts, &report);
	else
		err = tc_census_take(&look->query, &census, &report);
	if (!err) {
		tc_write_census(&out, (enum tc_form)options->form, &census, &report, &stamp,
				&style);
		if (verdicts)
			tc_write_census_verdicts(&out, verdicts, &style);
		status = tc_emit(&out);
	}
	tc_diagnosis_free(verdicts);
	if (!status)
		status = tc_look_finish(options, err, &report);
	if (!status) /* where the filter asks for them */
		tc_look_note_owners(&report);
	return status;
}

static int run(const struct tc_options *options, int argc, char **argv)
{
	struct tc_look look;
	int status = tc_look_prepare(&look, options, argc, argv);

	if (!status)
		status = take_and_show(options, &look);
	tc_look_release(&look);
	return status;
}

const struct tc_command tc_command_census = {
	.name = "census",
	.arguments = N_("[OPTION...] [FILTER...]"),
	.summary = N_("count the TCP sockets of this machine by state"),
	.help = N_("Every state is shown, even with 0 sockets. \"in use\" is ESTABLISHED: connections\n"
		   "that can carry data both ways. BOUND is not a part of the total, since netstat\n"
		   "and ss do not count it.\n"
		   "\n"
		   "  tcpcensus                          this machine, now\n"
		   "  tcpcensus dport = :443             connections to a remote port 443\n"
		   "  netstat -an | tcpcensus -f -       a listing, also from another system\n"),
	.options = TC_FOR_CENSUS,
	.flags = TC_COMMAND_FILTER,
	.run = run,
};
