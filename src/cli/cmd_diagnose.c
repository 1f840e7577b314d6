/* SPDX-License-Identifier: MIT */
/* cmd_diagnose.c - `tcpcensus diagnose`: is it normal, why, and what is there to do. */
#include "cli/emit.h"
#include "cli/look.h"
#include "cli/note.h"
#include "cli/rules.h"
#include "cli/topics.h"
#include "util/intl.h"

enum { DEFAULT_INTERVAL_MS = 1000 };

/* ---- --list ---------------------------------------------------------------------------- */

static int list_rules(const struct tc_options *options)
{
	__attribute__((cleanup(tc_rule_pages_release))) struct tc_rule_pages pages = {.count = 0};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_style style = tc_style_of(options);
	int status = tc_rule_pages_read(&pages, options, options->form != TC_FORM_TABLE);

	if (status)
		return status;
	tc_write_rules(&out, (enum tc_form)options->form, pages.rules, pages.count, &style);
	return tc_emit(&out);
}

/* ---- Looking --------------------------------------------------------------------------- */

static int check(const struct tc_options *options, int argc, char **argv)
{
	char near[TC_NEAR_MAX];

	if (options->list && argc)
		return tc_usage_error("%s", _("diagnose: --list shows all rules, and takes no ID"));
	if (options->instant && options->interval_given)
		return tc_usage_error("%s", _("--instant and --interval exclude each other"));
	for (int i = 0; i < argc; i++)
		if (!tc_rule_find(argv[i]))
			return tc_usage_error(_("diagnose: there is no rule '%s'%s"), argv[i],
					      tc_rule_near(argv[i], near));
	return 0;
}

static uint64_t interval_of(const struct tc_options *options)
{
	if (options->instant || options->from)
		return 0;
	return options->interval_given ? options->interval_ms : DEFAULT_INTERVAL_MS;
}

static int show(const struct tc_options *options, const struct tc_diagnosis *diagnosis,
		const struct tc_report *report)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_style style = tc_style_of(options);
	struct tc_stamp stamp = tc_stamp_now(options);

	tc_write_diagnosis(&out, (enum tc_form)options->form, diagnosis, report, &stamp, &style);
	return tc_emit(&out);
}

/* A command that is shown looks where it is run. */
static void note_where(const struct tc_options *options, const struct tc_diagnosis *diagnosis)
{
	if (options->form != TC_FORM_TABLE || !tc_diagnosis_finding(diagnosis, 0))
		return;
	if (options->from)
		tc_note("%s", _("the commands above are for the machine that the listing is of"));
	else if (options->netns)
		tc_note("%s", _("the commands above look where they are run: give tcpcensus -N, and "
				"enter the namespace for others (nsenter --net=..., ip netns exec)"));
}

static int exit_status(const struct tc_diagnosis *diagnosis)
{
	const struct tc_finding *worst = tc_diagnosis_finding(diagnosis, 0);

	return worst && worst->severity >= TC_SEVERITY_WARNING ? TC_EXIT_FOUND : TC_EXIT_FINE;
}

static int look_and_show(const struct tc_options *options, const struct tc_look *look,
			 char **ids)
{
	struct tc_diagnosis_query query = {
		.size = sizeof(query),
		.look = &look->query,
		.interval_ms = interval_of(options),
		.ids = (const char *const *)ids,
		.flags = options->form == TC_FORM_TABLE ? 0 : TC_DIAGNOSE_ENGLISH,
	};
	struct tc_report report = {.size = sizeof(report)};
	struct tc_diagnosis *diagnosis = NULL;
	int status = 0, err = tc_diagnosis_take(&query, &diagnosis, &report);

	if (!err)
		status = show(options, diagnosis, &report);
	if (!status)
		status = tc_look_finish(options, err, &report);
	if (!status) {
		tc_look_note_hidden(&report);
		note_where(options, diagnosis);
		status = exit_status(diagnosis);
	}
	tc_diagnosis_free(diagnosis);
	return status;
}

static int run(const struct tc_options *options, int argc, char **argv)
{
	struct tc_look look;
	int status = check(options, argc, argv);

	if (status)
		return status;
	if (options->list)
		return list_rules(options);
	status = tc_look_prepare(&look, options, 0, NULL);
	if (!status) /* the words of a command line end with a NULL */
		status = look_and_show(options, &look, argc ? argv : NULL);
	tc_look_release(&look);
	return status;
}

const struct tc_command tc_command_diagnose = {
	.name = "diagnose",
	.arguments = N_("[ID...] [OPTION...]"),
	.summary = N_("say whether it is normal, why, and what there is to do"),
	.help = N_("It looks twice, a second apart. Exit status 1: a warning, or worse, was found.\n"
		   "\n"
		   "  tcpcensus diagnose -i 10s             look for ten seconds\n"
		   "  tcpcensus diagnose close-wait-leak    only this rule (--list shows all)\n"
		   "  ss -tanoeim | tcpcensus diagnose -f - somebody's saved listing\n"),
	.options = TC_FOR_DIAGNOSE,
	.flags = TC_COMMAND_RULES,
	.run = run,
};
