/* SPDX-License-Identifier: MIT */
/* damaged.c - lines with counters and settings that are not as a kernel writes them; see damaged.h. */
#include "pipeline/damaged.h"

#include <stdio.h>

#include "model/setting.h"
#include "util/intl.h"
#include "util/macro.h"

static void add(const struct tc_damage *damage, const char *file, struct tc_report *report)
{
	const struct tc_counter_row *row = &tc_counter_rows[damage->counter];
	size_t at = report->damaged_count;
	char *field = report->damaged[at].field;

	report->damaged[at].file = file ? file : tc_counter_file((enum tc_counter)damage->counter);
	report->damaged[at].line = damage->line;
	if (damage->setting)
		snprintf(field, sizeof(report->damaged[at].field), "%s",
			 tc_setting_rows[damage->setting - 1].name);
	else
		snprintf(field, sizeof(report->damaged[at].field), "%s %s", row->group,
			 row->key ? row->key : row->name);
	snprintf(report->damaged[at].why, sizeof(report->damaged[at].why), "%s",
		 tc_tr(tc_damage_text((enum tc_damage_kind)damage->kind)));
}

void tc_damaged_report(const struct tc_damage damage[TC_DAMAGES_MAX], size_t count, const char *file,
		       struct tc_report *report)
{
	size_t kept = count < TC_DAMAGES_MAX ? count : TC_DAMAGES_MAX;

	for (size_t i = 0; i < kept && report->damaged_count < TC_DAMAGED_MAX; i++) {
		add(&damage[i], file, report);
		report->damaged_count++;
	}
	report->damaged_lines += count;
}
