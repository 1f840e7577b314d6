/* SPDX-License-Identifier: MIT */
/* lab_try.c - one scenario made, diagnosed and compared, without a word on the way. */
#include <errno.h>
#include <string.h>

#include "cli/lab.h"
#include "lab/compare.h"
#include "util/intl.h"

enum { INTERVAL_MS = 2000, FOUND_MAX = 128 };

/* Everything that was found or could not be checked; the texts are the diagnosis's. */
static size_t collect(const struct tc_diagnosis *diagnosis, struct lab_found found[FOUND_MAX])
{
	const struct tc_finding *finding;
	const struct tc_not_checked *unchecked;
	const struct tc_normal *normal;
	size_t count = 0;

	for (size_t i = 0; count < FOUND_MAX && (finding = tc_diagnosis_finding(diagnosis, i)); i++)
		found[count++] = (struct lab_found){
			.id = finding->rule.id,
			.severity = finding->severity,
		};
	for (size_t i = 0; count < FOUND_MAX && (normal = tc_diagnosis_normal(diagnosis, i)); i++)
		found[count++] = (struct lab_found){
			.id = normal->id,
			.normal = true,
		};
	for (size_t i = 0;
	     count < FOUND_MAX && (unchecked = tc_diagnosis_not_checked(diagnosis, i)); i++)
		found[count++] = (struct lab_found){
			.id = unchecked->id,
			.needs = unchecked->needs,
		};
	return count;
}

enum tc_lab_outcome tc_lab_judge(const struct lab_scenario *scenario, const struct tc_query *look,
				 char text[TC_LAB_TEXT_MAX])
{
	const struct tc_diagnosis_query query = {
		.size = sizeof(query),
		.look = look,
		.interval_ms = look ? 0 : INTERVAL_MS,
	};
	struct tc_report report = { .size = sizeof(report) };
	struct lab_found found[FOUND_MAX];
	struct tc_diagnosis *diagnosis = NULL;
	bool same;
	int err = tc_diagnosis_take(&query, &diagnosis, &report);

	if (err < 0) {
		snprintf(text, TC_LAB_TEXT_MAX, _("looking: %s"),
			 *report.why ? report.why : strerror(-err));
		return TC_LAB_NOT_MADE;
	}
	same = lab_compare(scenario, found, collect(diagnosis, found), text, TC_LAB_TEXT_MAX);
	tc_diagnosis_free(diagnosis);
	return same ? TC_LAB_SAME : TC_LAB_DIFFERS;
}

/* Before the diagnosis, which takes its time: what was made must still be there. */
static enum tc_lab_outcome count_states(const struct lab_scenario *scenario,
					char text[TC_LAB_TEXT_MAX])
{
	const struct tc_query query = {.size = sizeof(query), .states = TC_STATES_ALL};
	struct tc_report report = {.size = sizeof(report)};
	struct tc_census census;
	int err = tc_census_take(&query, &census, &report);

	if (err < 0) {
		snprintf(text, TC_LAB_TEXT_MAX, _("looking: %s"),
			 *report.why ? report.why : strerror(-err));
		return TC_LAB_NOT_MADE;
	}
	return lab_compare_states(scenario, census.states, text, TC_LAB_TEXT_MAX) ? TC_LAB_SAME
										  : TC_LAB_DIFFERS;
}

static enum tc_lab_outcome try_in(const struct lab_scenario *scenario, struct lab_sandbox *sandbox,
				  char text[TC_LAB_TEXT_MAX])
{
	const char *missing = lab_scenario_missing(scenario, sandbox);
	enum tc_lab_outcome outcome;

	if (missing) {
		snprintf(text, TC_LAB_TEXT_MAX, _("needs %s"), tc_tr(missing));
		return TC_LAB_SKIPPED;
	}
	if (lab_scenario_run(scenario, sandbox, 1, text) < 0 ||
	    lab_scenario_ripen(scenario, sandbox, true, text) < 0 ||
	    lab_sandbox_enter(sandbox, scenario->side) < 0)
		return TC_LAB_NOT_MADE;
	outcome = count_states(scenario, text);
	if (outcome == TC_LAB_SAME)
		outcome = tc_lab_judge(scenario, NULL, text);
	lab_sandbox_leave(sandbox);
	return outcome;
}

enum tc_lab_outcome tc_lab_try(const struct lab_scenario *scenario, char text[TC_LAB_TEXT_MAX])
{
	struct lab_sandbox *sandbox;
	enum tc_lab_outcome outcome;
	const char *step;
	int err;

	if (scenario->prepared)
		return tc_lab_try_prepared(scenario, text);
	err = lab_sandbox_new(true, &sandbox, &step);
	if (err < 0) {
		snprintf(text, TC_LAB_TEXT_MAX, "%s: %s", step, strerror(-err));
		return TC_LAB_NOT_MADE;
	}
	outcome = try_in(scenario, sandbox, text);
	lab_sandbox_free(sandbox);
	return outcome;
}

/* ---- A story --------------------------------------------------------------------------- */

static void ignore(void *context, const char *text)
{
	(void)context;
	(void)text;
}

bool tc_lab_story_lacks(const struct lab_story *story, char text[TC_LAB_TEXT_MAX])
{
	struct lab_sandbox *sandbox;
	const char *step, *missing;

	if (lab_sandbox_new(false, &sandbox, &step) < 0)
		return false; /* the story will say so */
	missing = lab_needs_missing(story->needs, sandbox);
	if (missing)
		snprintf(text, TC_LAB_TEXT_MAX, _("needs %s"), tc_tr(missing));
	lab_sandbox_free(sandbox);
	return missing;
}

enum tc_lab_outcome tc_lab_try_story(const struct lab_story *story, char text[TC_LAB_TEXT_MAX])
{
	struct lab_teller teller = { .width = 80, .paragraph = ignore, .drawing = ignore };
	int err;

	if (tc_lab_story_lacks(story, text))
		return TC_LAB_SKIPPED;
	err = lab_story_tell(story, &teller);
	snprintf(text, TC_LAB_TEXT_MAX, "%s", teller.why);
	if (err == -ENOENT) /* what it needs beyond its row */
		return TC_LAB_SKIPPED;
	if (err == -EBADE)
		return TC_LAB_DIFFERS;
	return err < 0 ? TC_LAB_NOT_MADE : TC_LAB_SAME;
}
