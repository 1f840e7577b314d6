/* SPDX-License-Identifier: MIT */
/* incomplete.c - which way the numbers of a result that is not complete may be wrong. */
#include "output/output.h"
#include "util/intl.h"

/* Whoever does not say it has left something out. */
static unsigned deviation_of(const struct tc_report *report)
{
	return report->deviation ? report->deviation : TC_MAY_LACK;
}

const char *tc_incomplete_start(const struct tc_report *report)
{
	switch (deviation_of(report)) {
	case TC_MAY_LACK:
		return _("incomplete, so the numbers may be too small: ");
	case TC_MAY_REPEAT:
		return _("counted twice, perhaps, so the numbers may be too large: ");
	default:
		return _("not exact, so the numbers may be too small or too large: ");
	}
}

const char *tc_incomplete_word(const struct tc_report *report)
{
	switch (deviation_of(report)) {
	case TC_MAY_LACK:
		return "at_least";
	case TC_MAY_REPEAT:
		return "at_most";
	default:
		return "unsure";
	}
}
