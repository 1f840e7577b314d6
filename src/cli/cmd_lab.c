/* SPDX-License-Identifier: MIT */
/* cmd_lab.c - `tcpcensus lab`: situations of real sockets, made, shown and checked. */
#include <string.h>

#include "cli/lab.h"
#include "util/intl.h"

enum { NAMES_MAX = 256 };

static size_t scenario_count(void)
{
	size_t count = 0;

	while (lab_scenarios[count].name)
		count++;
	return count;
}

const char *tc_lab_name_at(size_t index)
{
	size_t scenarios = scenario_count();

	if (index < scenarios)
		return lab_scenarios[index].name;
	for (size_t i = 0; lab_stories[i].name; i++)
		if (index - scenarios == i)
			return lab_stories[i].name;
	return NULL;
}

const struct lab_story *tc_lab_story_find(const char *name)
{
	for (const struct lab_story *story = lab_stories; story->name; story++)
		if (strcmp(story->name, name) == 0)
			return story;
	return NULL;
}

/* 0, or TC_EXIT_USAGE after a line about a name that is none. */
static int check_name(const char *name)
{
	const char *names[NAMES_MAX];
	size_t count = 0;
	char near[96];

	if (lab_scenario_find(name) || tc_lab_story_find(name))
		return 0;
	while (count < NAMES_MAX - 1 && tc_lab_name_at(count)) {
		names[count] = tc_lab_name_at(count);
		count++;
	}
	names[count] = NULL;
	return tc_usage_error(_("lab: there is no scenario '%s'%s"), name,
			      tc_did_you_mean(name, names, near));
}

static int check_arguments(const struct tc_options *options, int argc, char **argv)
{
	bool lists = !argc && !options->check;

	if (options->check && options->keep)
		return tc_usage_error("%s", _("lab: --check and --keep exclude each other"));
	if (options->keep && !argc)
		return tc_usage_error("%s", _("lab: --keep needs the name of a scenario"));
	if (options->form != TC_FORM_TABLE && !lists)
		return tc_usage_error("%s", _("lab: only the list of scenarios can be had as "
					      "JSON"));
	if (options->form == TC_FORM_CSV)
		return tc_usage_error("%s", _("lab: the list can be had as table, json or ndjson"));
	for (int i = 0; i < argc; i++) {
		int status = check_name(argv[i]);

		if (status)
			return status;
	}
	if (argc > 1 && !options->check)
		return tc_usage_error(_("lab: one scenario at a time, not also '%s'"), argv[1]);
	if (options->keep && tc_lab_story_find(argv[0]))
		return tc_usage_error(_("lab: '%s' is a story, which leaves nothing to keep"),
				      argv[0]);
	return 0;
}

static int run(const struct tc_options *options, int argc, char **argv)
{
	int status = check_arguments(options, argc, argv);

	if (status)
		return status;
	if (options->check)
		return tc_lab_check(options, argc, argv);
	if (!argc)
		return tc_lab_list(options);
	if (tc_lab_story_find(argv[0]))
		return tc_lab_tell(options, tc_lab_story_find(argv[0]));
	return tc_lab_show(options, lab_scenario_find(argv[0]));
}

const struct tc_command tc_command_lab = {
	.name = "lab",
	.arguments = N_("[SCENARIO] [OPTION...]"),
	.summary = N_("make a situation of real sockets in namespaces of its own"),
	.help = N_("Nothing outside of these network namespaces is touched, and they go when it\n"
		   "ends. It needs root.\n"
		   "\n"
		   "  tcpcensus lab                    the scenarios that there are\n"
		   "  tcpcensus lab close-wait-leak    make one, count, diagnose, take it down\n"
		   "  tcpcensus lab the-note --keep    leave it standing until Ctrl-C\n"
		   "  tcpcensus lab --check            make all, compare what is found\n"),
	.options = TC_FOR_LAB,
	.flags = TC_COMMAND_SCENARIOS,
	.run = run,
};
