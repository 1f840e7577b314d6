/* SPDX-License-Identifier: MIT */
/* lab_list.c - the scenarios and stories that there are, for people and as JSON. */
#include <string.h>

#include "cli/emit.h"
#include "cli/lab.h"
#include "output/cell.h"
#include "output/json.h"
#include "util/intl.h"
#include "util/wrap.h"

enum { GAP = 2, NARROW = 20, INDENT = 4 };

/* A scenario or a story, as a row of the list. */
struct row {
	const char *name, *summary, *findings, *heading; /* "": none */
	unsigned needs;
	bool healthy, prepared, is_story;
};

static struct row row_of(const char *name)
{
	const struct lab_scenario *scenario = lab_scenario_find(name);
	const struct lab_story *story = tc_lab_story_find(name);

	if (scenario)
		return (struct row){
			.name = name,
			.summary = scenario->summary,
			.findings = scenario->findings ? scenario->findings : "",
			.heading = scenario->heading ? scenario->heading : "",
			.needs = lab_scenario_needs(scenario),
			.healthy = scenario->healthy,
			.prepared = scenario->prepared != NULL,
		};
	return (struct row){
		.name = name,
		.summary = story->summary,
		.findings = "",
		.heading = lab_stories[0].name == story->name
				   ? N_("Stories, told step by step:")
				   : "",
		.needs = story->needs | LAB_NEED_ROOT,
		.is_story = true,
	};
}

/* ---- A table --------------------------------------------------------------------------- */

static size_t name_width(void)
{
	size_t widest = 0;

	for (size_t i = 0; tc_lab_name_at(i); i++)
		if (strlen(tc_lab_name_at(i)) > widest)
			widest = strlen(tc_lab_name_at(i));
	return widest;
}

/* A summary that is longer than its column goes on below it. */
static void add_row(struct tc_buf *out, const struct row *row, size_t width, size_t room)
{
	const char *text = tc_tr(row->summary);
	size_t at = 0, left = strlen(text);

	for (const char *name = row->name; left; name = "") {
		size_t next, length = tc_wrap_line(text + at, left, room, &next);

		tc_cell(out, name, width, false);
		tc_buf_fill(out, ' ', GAP);
		tc_buf_add(out, text + at, length);
		tc_cell_end(out);
		at += next;
		left -= next;
	}
}

/* Where there is no room for two columns: the summary below the name. */
static void add_stacked(struct tc_buf *out, const struct row *row, size_t width)
{
	tc_buf_format(out, "%s\n", row->name);
	tc_wrap(out, tc_tr(row->summary), INDENT, width);
}

static void add_table(struct tc_buf *out, const struct tc_style *style)
{
	size_t width = name_width(), used = width + GAP;

	for (size_t i = 0; tc_lab_name_at(i); i++) {
		struct row row = row_of(tc_lab_name_at(i));

		if (*row.heading)
			tc_buf_format(out, "%s%s\n", i ? "\n" : "", tc_tr(row.heading));
		if (style->width < used + NARROW)
			add_stacked(out, &row, style->width);
		else
			add_row(out, &row, width, style->width - used);
	}
}

/* ---- JSON ------------------------------------------------------------------------------ */

static void add_findings(struct tc_buf *out, const char *findings)
{
	char id[64];

	tc_json_key(out, "findings");
	tc_buf_byte(out, '[');
	for (bool first = true; *findings; first = false) {
		size_t length = strcspn(findings, " ");

		snprintf(id, sizeof(id), "%.*s", (int)length, findings);
		tc_buf_text(out, first ? "" : ",");
		tc_json_string(out, id);
		findings += length + strspn(findings + length, " ");
	}
	tc_buf_byte(out, ']');
}

static void add_needs(struct tc_buf *out, unsigned needs)
{
	static const struct {
		unsigned need;
		const char *name;
	} names[] = {
		{LAB_NEED_ROOT, "root"},
		{LAB_NEED_NFT, "nft"},
		{LAB_NEED_BOUND_DUMP, "bound-dump"},
		{LAB_NEED_TUN, "tun"},
		{LAB_NEED_TRACKING, "tracking"},
	};
	bool first = true;

	tc_json_key(out, "needs");
	tc_buf_byte(out, '[');
	for (size_t i = 0; i < TC_ARRAY_SIZE(names); i++) {
		if (!(needs & names[i].need))
			continue;
		tc_buf_text(out, first ? "" : ",");
		tc_json_string(out, names[i].name);
		first = false;
	}
	tc_buf_byte(out, ']');
}

static void add_object(struct tc_buf *out, const struct row *row)
{
	tc_buf_byte(out, '{');
	tc_json_key(out, "name");
	tc_json_string(out, row->name);
	tc_buf_byte(out, ',');
	tc_json_key(out, "kind");
	tc_json_string(out, row->is_story ? "story" : "scenario");
	tc_buf_byte(out, ',');
	tc_json_key(out, "summary");
	tc_json_string(out, row->summary);
	tc_buf_byte(out, ',');
	add_findings(out, row->findings);
	tc_buf_byte(out, ',');
	add_needs(out, row->needs);
	tc_buf_byte(out, ',');
	tc_json_key(out, "healthy");
	tc_buf_text(out, row->healthy ? "true," : "false,");
	tc_json_key(out, "prepared");
	tc_buf_text(out, row->prepared ? "true}" : "false}");
}

static void add_json(struct tc_buf *out, bool lines)
{
	if (!lines)
		tc_buf_text(out, "{\"schema\":\"tcpcensus.lab/1\",\"scenarios\":[");
	for (size_t i = 0; tc_lab_name_at(i); i++) {
		struct row row = row_of(tc_lab_name_at(i));

		if (!lines && i)
			tc_buf_byte(out, ',');
		add_object(out, &row);
		if (lines)
			tc_buf_byte(out, '\n');
	}
	if (!lines)
		tc_buf_text(out, "]}\n");
}

int tc_lab_list(const struct tc_options *options)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_style style = tc_style_of(options);

	if (options->form == TC_FORM_TABLE)
		add_table(&out, &style);
	else
		add_json(&out, options->form == TC_FORM_NDJSON);
	return tc_emit(&out);
}
