/* SPDX-License-Identifier: MIT */
/*
 * diagnosis.c - a diagnosis for people: first whether anything is wrong, then each finding with
 * what was seen, why, how to make sure, what to do and what not to do.
 */
#include "output/diagnosis.h"

#include <string.h>

#include "model/diagnosis.h"
#include "output/cell.h"
#include "util/intl.h"
#include "util/shown.h"
#include "util/width.h"
#include "util/wrap.h"

enum {
	INDENT = 2,
	PROSE = 92, /* wider lines are hard to follow */
	GAP = 2,
};

struct page {
	struct tc_buf *out;
	const struct tc_style *style;
	size_t width; /* of prose */
};

/* Sentences have names of processes and hosts in them. */
static void prose(const struct page *page, const char *start, const char *text, size_t indent)
{
	tc_auto_buf struct tc_buf safe = TC_BUF_INIT;
	const char *string;

	tc_buf_text(&safe, start);
	tc_buf_shown(&safe, text, strlen(text));
	string = tc_buf_string(&safe);
	if (string)
		tc_wrap(page->out, string, indent, page->width);
	else
		page->out->failed = true;
}

/* ---- The first line -------------------------------------------------------------------- */

static size_t count_of(const struct tc_diagnosis *diagnosis, int severity)
{
	size_t count = 0;

	for (size_t i = 0; i < diagnosis->finding_count; i++)
		count += diagnosis->findings[i].severity == severity;
	return count;
}

static void add_part(struct tc_buf *line, const char *divider, const char *text, size_t count)
{
	if (!count)
		return;
	if (line->length)
		tc_buf_text(line, divider);
	tc_buf_format(line, "%zu %s", count, text);
}

static void verdict(const struct page *page, const struct tc_diagnosis *diagnosis)
{
	tc_auto_buf struct tc_buf line = TC_BUF_INIT;
	size_t critical = count_of(diagnosis, TC_SEVERITY_CRITICAL);
	size_t warnings = count_of(diagnosis, TC_SEVERITY_WARNING);
	size_t notices = count_of(diagnosis, TC_SEVERITY_NOTICE);
	size_t normal = diagnosis->normal_count, unchecked = diagnosis->not_checked_count;
	const char *string;

	add_part(&line, ", ", tc_ngettext("critical", "critical", critical), critical);
	add_part(&line, ", ", tc_ngettext("warning", "warnings", warnings), warnings);
	add_part(&line, ", ", tc_ngettext("notice", "notices", notices), notices);
	if (unchecked && unchecked == diagnosis->rule_count)
		tc_buf_text(&line, _("Nothing could be checked"));
	else if (!line.length && unchecked && unchecked * 2 >= diagnosis->rule_count)
		tc_buf_text(&line, _("Nothing wrong was found in the little that could be checked"));
	else if (!line.length)
		tc_buf_text(&line, _("Nothing wrong was found"));
	add_part(&line, _("; "), tc_ngettext("thing is normal", "things are normal", normal), normal);
	if (unchecked && unchecked < diagnosis->rule_count) {
		tc_buf_text(&line, _("; "));
		tc_buf_format(&line,
			      tc_ngettext("%zu of %zu rules was not checked",
					  "%zu of %zu rules were not checked", unchecked),
			      unchecked, diagnosis->rule_count);
	}
	tc_buf_byte(&line, '.');
	string = tc_buf_string(&line);
	tc_ink(page->out, page->style, critical + warnings ? TC_INK_ALARM : TC_INK_BOLD);
	tc_wrap(page->out, string ? string : "", 0, page->width);
	tc_ink(page->out, page->style, TC_INK_PLAIN);
}

/* ---- A finding ------------------------------------------------------------------------- */

static const char *severity_word(int severity)
{
	switch (severity) {
	case TC_SEVERITY_CRITICAL:
		return _("CRITICAL");
	case TC_SEVERITY_WARNING:
		return _("WARNING");
	default:
		return _("NOTICE");
	}
}

/* The title stands beside the id where there is room, else below. */
static void headline(const struct page *page, const struct tc_finding *finding)
{
	const char *word = severity_word(finding->severity);
	const char *title = finding->rule.title;
	size_t used = tc_width(word, strlen(word)) + GAP + strlen(finding->rule.id);
	bool beside = used + strlen(": ") + tc_width(title, strlen(title)) <= page->width;

	tc_ink(page->out, page->style,
	       finding->severity >= TC_SEVERITY_WARNING ? TC_INK_ALARM : TC_INK_BOLD);
	tc_buf_text(page->out, word);
	tc_ink(page->out, page->style, TC_INK_PLAIN);
	tc_buf_fill(page->out, ' ', GAP);
	tc_ink(page->out, page->style, TC_INK_BOLD);
	tc_buf_text(page->out, finding->rule.id);
	tc_ink(page->out, page->style, TC_INK_PLAIN);
	if (beside) {
		tc_buf_text(page->out, _(": "));
		tc_buf_text(page->out, title);
		tc_buf_byte(page->out, '\n');
	} else {
		tc_buf_byte(page->out, '\n');
		tc_wrap(page->out, title, INDENT, page->width);
	}
}

/* Above the evidence: whoever reads no further has read this. */
static void first(const struct page *page, const char *text)
{
	tc_auto_buf struct tc_buf line = TC_BUF_INIT;
	const char *string;

	if (!text || !*text)
		return;
	tc_buf_format(&line, _("First: %s"), text);
	string = tc_buf_string(&line);
	tc_ink(page->out, page->style, TC_INK_BOLD);
	tc_wrap(page->out, string ? string : "", INDENT, page->width);
	tc_ink(page->out, page->style, TC_INK_PLAIN);
}

static void section(const struct page *page, const char *title, const char *const *lines)
{
	if (!lines || !*lines)
		return;
	tc_buf_fill(page->out, ' ', INDENT);
	tc_ink(page->out, page->style, TC_INK_BOLD);
	tc_buf_text(page->out, title);
	tc_ink(page->out, page->style, TC_INK_PLAIN);
	tc_buf_byte(page->out, '\n');
	for (; *lines; lines++)
		prose(page, "- ", *lines, (size_t)2 * INDENT);
}

static void sources(const struct page *page, const char *const *items)
{
	tc_auto_buf struct tc_buf line = TC_BUF_INIT;
	const char *string;

	tc_buf_text(&line, _("Sources: "));
	for (size_t i = 0; items && items[i]; i++) {
		tc_buf_text(&line, i ? "; " : "");
		tc_buf_text(&line, items[i]);
	}
	string = tc_buf_string(&line);
	tc_ink(page->out, page->style, TC_INK_DIM);
	tc_wrap(page->out, string ? string : "", INDENT, page->width);
	tc_ink(page->out, page->style, TC_INK_PLAIN);
}

static void write_finding(const struct page *page, const struct tc_finding *finding)
{
	tc_buf_byte(page->out, '\n');
	headline(page, finding);
	first(page, finding->rule.first);
	for (const char *const *line = finding->evidence; line && *line; line++)
		prose(page, "", *line, INDENT);
	section(page, _("Why"), finding->rule.causes);
	section(page, _("To make sure"), finding->rule.confirm);
	section(page, _("What to do"), finding->rule.remedy);
	section(page, _("What not to do"), finding->rule.avoid);
	sources(page, finding->rule.sources);
}

/* ---- What is normal, and what is not known ---------------------------------------------- */

static void heading(const struct page *page, const char *text)
{
	tc_buf_byte(page->out, '\n');
	tc_ink(page->out, page->style, TC_INK_BOLD);
	tc_buf_text(page->out, text);
	tc_ink(page->out, page->style, TC_INK_PLAIN);
	tc_buf_byte(page->out, '\n');
}

static void write_normal(const struct page *page, const struct tc_diagnosis *diagnosis)
{
	if (!diagnosis->normal_count)
		return;
	heading(page, _("Normal:"));
	for (size_t i = 0; i < diagnosis->normal_count; i++)
		prose(page, "- ", diagnosis->normal[i].text, INDENT);
}

/* Whether an earlier one needs the same, so that this one stands beside it. */
static bool is_told(const struct tc_diagnosis *diagnosis, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(diagnosis->not_checked[i].needs, diagnosis->not_checked[index].needs) ==
		    0)
			return true;
	return false;
}

static void write_need(const struct page *page, const struct tc_diagnosis *diagnosis, size_t index)
{
	tc_auto_buf struct tc_buf start = TC_BUF_INIT;
	const struct tc_not_checked *rules = diagnosis->not_checked;
	const char *string;

	tc_buf_format(&start, "- %s", rules[index].id);
	for (size_t i = index + 1; i < diagnosis->not_checked_count; i++)
		if (strcmp(rules[i].needs, rules[index].needs) == 0)
			tc_buf_format(&start, ", %s", rules[i].id);
	tc_buf_text(&start, _(": "));
	string = tc_buf_string(&start);
	prose(page, string ? string : "", rules[index].needs, INDENT);
}

static void write_not_checked(const struct page *page, const struct tc_diagnosis *diagnosis)
{
	if (!diagnosis->not_checked_count)
		return;
	heading(page, _("Not checked, and what it needs:"));
	for (size_t i = 0; i < diagnosis->not_checked_count; i++)
		if (!is_told(diagnosis, i))
			write_need(page, diagnosis, i);
}

static void write_table(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
			const struct tc_report *report, const struct tc_style *style)
{
	struct page page = {.out = out, .style = style, .width = PROSE};

	if (style->width && style->width < PROSE)
		page.width = style->width;
	verdict(&page, diagnosis);
	if (!report->complete)
		prose(&page, tc_incomplete_start(report), report->why, 0);
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		write_finding(&page, &diagnosis->findings[i]);
	write_normal(&page, diagnosis);
	write_not_checked(&page, diagnosis);
}

void tc_write_diagnosis(struct tc_buf *out, enum tc_form form, const struct tc_diagnosis *diagnosis,
			const struct tc_report *report, const struct tc_stamp *stamp,
			const struct tc_style *style)
{
	switch (form) {
	case TC_FORM_TABLE:
		write_table(out, diagnosis, report, style);
		break;
	case TC_FORM_JSON:
		tc_diagnosis_json(out, diagnosis, report, stamp);
		break;
	case TC_FORM_NDJSON:
		tc_diagnosis_ndjson(out, diagnosis, report, stamp);
		break;
	case TC_FORM_CSV:
		tc_diagnosis_csv(out, diagnosis, report);
		break;
	}
}
