/* SPDX-License-Identifier: MIT */
/* reports.c - the reports of several network namespaces as one; see reports.h. */
#include "pipeline/reports.h"

#include <string.h>

#include "output/output.h"

static bool is_refused(const struct tc_report *report, const char *source)
{
	for (size_t i = 0; i < report->refused_count; i++)
		if (strcmp(report->refused[i].source, source) == 0)
			return true;
	return false;
}

void tc_reports_add_refused(struct tc_report *all, const struct tc_report *part)
{
	for (size_t i = 0; i < part->refused_count; i++)
		if (all->refused_count < TC_REFUSED_MAX &&
		    !is_refused(all, part->refused[i].source))
			all->refused[all->refused_count++] = part->refused[i];
}

static void add_owners(struct tc_report *all, const struct tc_report *part)
{
	for (int how = 0; how < TC_ATTRIBUTION_COUNT; how++)
		all->owners.sockets[how] += part->owners.sockets[how];
	if (part->owners.hidden_processes > all->owners.hidden_processes) /* of the whole machine */
		all->owners.hidden_processes = part->owners.hidden_processes;
	if (!all->owners_err)
		all->owners_err = part->owners_err;
}

static unsigned deviation_of(const struct tc_report *report)
{
	return report->complete ? 0 : tc_incomplete_deviation(report);
}

void tc_reports_add_gap(struct tc_report *all, const struct tc_report *part)
{
	all->deviation = deviation_of(all) | deviation_of(part);
	if (!all->complete || part->complete)
		return;
	all->complete = false; /* one reason is shown: the first */
	memcpy(all->why, part->why, sizeof(all->why));
	all->owners_in_why = part->owners_in_why;
}

void tc_reports_add_look(struct tc_report *report, const struct tc_report *look)
{
	report->owners = look->owners;
	report->owners_err = look->owners_err;
	tc_reports_add_gap(report, look);
	if (!report->complete || *report->why)
		return;
	memcpy(report->why, look->why, sizeof(report->why));
	report->owners_in_why = look->owners_in_why;
}

void tc_reports_add(struct tc_report *all, const struct tc_report *part)
{
	size_t size = all->size;

	if (!all->source) { /* the first */
		*all = *part;
		all->size = size;
		return;
	}
	if (strcmp(all->source, part->source) != 0) {
		all->otherwise_source = part->source;
		all->otherwise_count++;
	}
	all->states_not_read |= part->states_not_read;
	all->rest_states |= part->rest_states;
	if (!all->rest_source)
		all->rest_source = part->rest_source;
	all->unread += part->unread;
	all->read_us += part->read_us;
	if (!part->estimate_us) /* then it is not known of all of them together */
		all->estimate_us = 0;
	tc_reports_add_refused(all, part);
	add_owners(all, part);
	tc_reports_add_gap(all, part);
}
