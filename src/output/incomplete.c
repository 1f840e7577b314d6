/* SPDX-License-Identifier: MIT */
/* incomplete.c - which way the numbers of a result that is not complete may be wrong. */
#include "output/output.h"
#include "util/intl.h"
#include "util/wrap.h"

/* Whoever does not say it has left something out. */
unsigned tc_incomplete_deviation(const struct tc_report *report)
{
	return report->deviation ? report->deviation : TC_MAY_LACK;
}

const char *tc_incomplete_start(const struct tc_report *report)
{
	switch (tc_incomplete_deviation(report)) {
	case TC_MAY_LACK:
		return _("incomplete, so the numbers may be too small: ");
	case TC_MAY_REPEAT:
		return _("not exact, so the numbers may be too large: ");
	default:
		return _("not exact, so the numbers may be too small or too large: ");
	}
}

void tc_write_incomplete(struct tc_buf *out, const struct tc_report *report,
			 const struct tc_style *style)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;

	if (report->complete)
		return;
	tc_buf_format(&text, "%s%s", tc_incomplete_start(report), report->why);
	if (!text.failed)
		tc_wrap(out, tc_buf_string(&text), 0, style->width ? style->width : SIZE_MAX);
	out->failed |= text.failed;
}

const char *tc_incomplete_word(const struct tc_report *report)
{
	switch (tc_incomplete_deviation(report)) {
	case TC_MAY_LACK:
		return "at_least";
	case TC_MAY_REPEAT:
		return "at_most";
	default:
		return "unsure";
	}
}
