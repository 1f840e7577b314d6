/* SPDX-License-Identifier: MIT */
/*
 * census_verdict.c - the lines below a census: what is wrong, what should be looked at, and what
 * is normal although the number looks odd.
 */
#include <string.h>

#include "model/diagnosis.h"
#include "output/cell.h"
#include "util/intl.h"
#include "util/shown.h"
#include "util/width.h"
#include "util/wrap.h"

enum { LINES_MAX = 3, INDENT = 2, UNLIMITED = 1000 };

struct lines {
	struct tc_buf *out;
	const struct tc_style *style;
	size_t count;
};

static void start_line(const struct lines *lines, const char *sign)
{
	tc_ink(lines->out, lines->style, *sign == '!' ? TC_INK_ALARM : TC_INK_BOLD);
	tc_buf_text(lines->out, sign);
	tc_ink(lines->out, lines->style, TC_INK_PLAIN);
}

/* The sentence in lines; returns how wide the last one is. */
static size_t add_sentence(const struct lines *lines, const char *sign, const struct tc_buf *text,
			   size_t width)
{
	size_t done = 0, last = 0;

	while (done < text->length) {
		size_t next, bytes = tc_wrap_line(text->data + done, text->length - done,
						  width - INDENT, &next);

		if (done)
			tc_buf_byte(lines->out, '\n');
		start_line(lines, done ? "  " : sign);
		tc_buf_add(lines->out, text->data + done, bytes);
		last = INDENT + tc_width(text->data + done, bytes);
		done += next;
	}
	return last;
}

/*
 * The command in one piece, so that it can be copied; its colon stays at the sentence. An id that
 * is "" stands for all rules.
 */
static void add_command(const struct lines *lines, const char *id, size_t used, size_t width)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	const char *command;

	tc_buf_format(&text, "tcpcensus diagnose%s%s", *id ? " " : "", id);
	if (lines->style->look)
		tc_buf_shown(&text, lines->style->look, strlen(lines->style->look));
	command = tc_buf_string(&text);
	if (!command) {
		lines->out->failed = true;
		return;
	}
	if (used + 1 + strlen(command) <= width) {
		tc_buf_byte(lines->out, ' ');
	} else {
		tc_buf_byte(lines->out, '\n');
		start_line(lines, "  ");
	}
	tc_buf_text(lines->out, command);
}

/* "! 18 CLOSE_WAIT ...: tcpcensus diagnose close-wait-leak"; without an id only the sentence. */
static void add_line(struct lines *lines, const char *sign, const char *sentence, const char *id)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	size_t width = lines->style->width ? lines->style->width : UNLIMITED;
	size_t length = strlen(sentence), used;

	if (lines->count++ >= LINES_MAX)
		return;
	if (id && length && sentence[length - 1] == '.')
		length--;
	tc_buf_shown(&text, sentence, length);
	if (id) {
		tc_buf_text(&text, _(": "));
		text.length -= text.length > 0; /* the blank */
	}
	lines->out->failed |= text.failed;
	if (text.failed)
		return;
	used = add_sentence(lines, sign, &text, width);
	if (id)
		add_command(lines, id, used, width);
	tc_buf_byte(lines->out, '\n');
}

/* How the line of a finding begins; one that was not judged to the end is a question. */
static const char *sign_of(const struct tc_finding *finding)
{
	if (finding->severity >= TC_SEVERITY_WARNING)
		return "! ";
	return finding->severity ? "- " : "? ";
}

static void add_findings(struct lines *lines, const struct tc_diagnosis *verdicts, char sign)
{
	for (size_t i = 0; i < verdicts->finding_count; i++) {
		const struct tc_finding *finding = &verdicts->findings[i];

		if (*sign_of(finding) == sign)
			add_line(lines, sign_of(finding), finding->evidence[0], finding->rule.id);
	}
}

void tc_write_census_verdicts(struct tc_buf *out, const struct tc_diagnosis *verdicts,
			      const struct tc_style *style)
{
	struct lines lines = {.out = out, .style = style};

	add_findings(&lines, verdicts, '!');
	add_findings(&lines, verdicts, '?');
	/* That a large number is normal is worth the last line. */
	for (size_t i = 0; i < verdicts->not_checked_count &&
			   lines.count + (verdicts->normal_count > 0) < LINES_MAX;
	     i++)
		add_line(&lines, "? ", verdicts->not_checked[i].needs, verdicts->not_checked[i].id);
	for (size_t i = 0; i < verdicts->normal_count; i++)
		add_line(&lines, "- ", verdicts->normal[i].text, NULL);
	add_findings(&lines, verdicts, '-');
}
