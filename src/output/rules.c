/* SPDX-License-Identifier: MIT */
/* rules.c - the table of rules in any form: what there is to be found. */
#include <string.h>

#include "output/cell.h"
#include "output/csv.h"
#include "output/json.h"
#include "util/intl.h"
#include "util/width.h"
#include "util/wrap.h"

enum { GAP = 2, ROOM_MIN = 30, ROOM_BEST = 72, UNLIMITED = 1000 };

struct layout {
	size_t id, severity;
	size_t scenario; /* 0: left out, for want of room */
	size_t left; /* columns before the title; 0: it stands below */
	size_t width;
};

/* The words are marked where they are counted (diagnosis.c). */
static const char *severity_word(const struct tc_rule_text *rule)
{
	return tc_tr(tc_severity_name(rule->severity));
}

static size_t wider(size_t width, const char *text)
{
	size_t of_text = text ? tc_width(text, strlen(text)) : 0;

	return of_text > width ? of_text : width;
}

static struct layout choose_layout(const struct tc_rule_text *rules, size_t count,
				   const struct tc_style *style)
{
	struct layout layout = {.id = wider(0, _("ID")),
				.severity = wider(0, _("SEVERITY")),
				.scenario = wider(0, _("SCENARIO")),
				.width = style->width ? style->width : UNLIMITED};
	size_t left;

	for (size_t i = 0; i < count; i++) {
		layout.id = wider(layout.id, rules[i].id);
		layout.severity = wider(layout.severity, severity_word(&rules[i]));
		layout.scenario = wider(layout.scenario, rules[i].scenario);
	}
	left = layout.id + layout.severity + 2 * GAP;
	if (left + layout.scenario + GAP + ROOM_BEST <= layout.width)
		left += layout.scenario + GAP;
	else
		layout.scenario = 0;
	layout.left = left + ROOM_MIN <= layout.width ? left : 0;
	return layout;
}

static void write_title(struct tc_buf *out, const struct layout *layout, const char *title)
{
	size_t length = strlen(title), done = 0;

	if (!layout->left) {
		tc_cell_end(out);
		tc_wrap(out, title, 2 * GAP, layout->width);
		return;
	}
	while (done < length) {
		size_t next, bytes = tc_wrap_line(title + done, length - done,
						  layout->width - layout->left, &next);

		if (done)
			tc_buf_fill(out, ' ', layout->left);
		tc_buf_add(out, title + done, bytes);
		tc_buf_byte(out, '\n');
		done += next;
	}
}

static void write_row(struct tc_buf *out, const struct layout *layout, const char *id,
		      const char *severity, const char *scenario, const char *title)
{
	tc_cell(out, id, layout->id + GAP, false);
	tc_cell(out, severity, layout->severity + GAP, false);
	if (layout->scenario)
		tc_cell(out, scenario ? scenario : "-", layout->scenario + GAP, false);
	write_title(out, layout, title);
}

static void write_table(struct tc_buf *out, const struct tc_rule_text *rules, size_t count,
			const struct tc_style *style)
{
	struct layout layout = choose_layout(rules, count, style);

	tc_ink(out, style, TC_INK_BOLD);
	write_row(out, &layout, _("ID"), _("SEVERITY"), _("SCENARIO"), _("TITLE"));
	tc_ink(out, style, TC_INK_PLAIN);
	for (size_t i = 0; i < count; i++)
		write_row(out, &layout, rules[i].id, severity_word(&rules[i]), rules[i].scenario,
			  rules[i].title);
}

static void add_rule(struct tc_buf *out, const struct tc_rule_text *rule)
{
	tc_buf_text(out, "{\"id\":");
	tc_json_string(out, rule->id);
	tc_buf_text(out, ",\"severity\":");
	tc_json_string(out, tc_severity_name(rule->severity));
	tc_buf_text(out, ",\"title\":");
	tc_json_string(out, rule->title);
	tc_buf_text(out, ",\"threshold\":");
	tc_json_string(out, rule->threshold);
	if (rule->scenario) {
		tc_buf_text(out, ",\"scenario\":");
		tc_json_string(out, rule->scenario);
	}
	tc_buf_byte(out, '}');
}

static void write_json(struct tc_buf *out, const struct tc_rule_text *rules, size_t count)
{
	tc_buf_text(out, "{\"schema\":\"tcpcensus.rules/1\",\"rules\":[");
	for (size_t i = 0; i < count; i++) {
		tc_buf_text(out, i ? "," : "");
		add_rule(out, &rules[i]);
	}
	tc_buf_text(out, "]}\n");
}

static void write_ndjson(struct tc_buf *out, const struct tc_rule_text *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		add_rule(out, &rules[i]);
		tc_buf_byte(out, '\n');
	}
	tc_buf_text(out, "{\"schema\":\"tcpcensus.rules/1\"}\n");
}

static void write_csv(struct tc_buf *out, const struct tc_rule_text *rules, size_t count)
{
	tc_buf_text(out, "id,severity,scenario,title\n");
	for (size_t i = 0; i < count; i++) {
		tc_buf_format(out, "%s,%s,%s,", rules[i].id, tc_severity_name(rules[i].severity),
			      rules[i].scenario ? rules[i].scenario : "");
		tc_csv_text(out, rules[i].title);
		tc_buf_byte(out, '\n');
	}
}

void tc_write_rules(struct tc_buf *out, enum tc_form form, const struct tc_rule_text *rules,
		    size_t count, const struct tc_style *style)
{
	switch (form) {
	case TC_FORM_TABLE:
		write_table(out, rules, count, style);
		break;
	case TC_FORM_JSON:
		write_json(out, rules, count);
		break;
	case TC_FORM_NDJSON:
		write_ndjson(out, rules, count);
		break;
	case TC_FORM_CSV:
		write_csv(out, rules, count);
		break;
	}
}
