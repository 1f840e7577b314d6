/* SPDX-License-Identifier: MIT */
/* explain_counter.c - what a counter of the kernel counts, as a page and as JSON. */
#include <string.h>

#include "output/explain_json.h"
#include "output/explain_page.h"
#include "output/json.h"
#include "util/intl.h"

/* As nstat(8) writes it; "" where it does not show it: it leaves out what is no count. */
static void nstat_name(const struct tc_counter_row *row, char name[64])
{
	bool shown = !row->gauge && (strcmp(row->group, "Tcp") == 0 ||
				     strcmp(row->group, "TcpExt") == 0);

	name[0] = '\0';
	if (shown)
		snprintf(name, 64, "%s%s", row->group, row->name);
}

static const char *how_to_read(const struct tc_counter_row *row, bool in_nstat)
{
	if (row->gauge)
		return N_("The number as it is now.");
	if (!in_nstat)
		return N_("It counts since this network namespace began, that is mostly since the "
			  "machine started: the number alone says nothing, its rise does; "
			  "tcpcensus diagnose reads twice.");
	return N_("It counts since this network namespace began, that is mostly since the machine "
		  "started: the number alone says nothing, its rise does. nstat says by how much "
		  "it rose since nstat was last called; tcpcensus diagnose reads twice.");
}

void tc_explain_counter(struct tc_buf *out, enum tc_counter id, const struct tc_explain_env *env)
{
	const struct tc_counter_row *row = &tc_counter_rows[id];
	struct tc_page page = tc_page_of(out, env);
	tc_auto_buf struct tc_buf value = TC_BUF_INIT;
	char nstat[64];

	nstat_name(row, nstat);
	tc_fill_counter(&value, &page.fill, id);
	tc_page_title(&page, row->name, row->meaning);
	tc_page_fact(&page, N_("value here"), tc_buf_string(&value));
	tc_page_fact(&page, N_("in nstat"), nstat);
	tc_page_fact(&page, N_("holds for"),
		     row->machine_wide ? N_("the whole machine")
				       : N_("each network namespace by itself"));
	tc_page_fact(&page, N_("file"), tc_counter_file(id));
	tc_page_section(&page, N_("What the number says"), how_to_read(row, nstat[0]));
	tc_page_related(&page, row->name);
	tc_page_sources(&page, row->source);
}

/* ,"value":7, or why there is none. */
static void add_value(struct tc_buf *out, const struct tc_counters *counters, enum tc_counter id)
{
	static const char *const why[] = {
		[TC_COUNTER_NOT_READ] = "not read",
		[TC_COUNTER_ABSENT] = "absent",
		[TC_COUNTER_UNREADABLE] = "not readable",
		[TC_COUNTER_DAMAGED] = "damaged",
	};
	int status = counters ? counters->status[id] : TC_COUNTER_NOT_READ;

	if (status == TC_COUNTER_READ)
		tc_buf_format(out, ",\"value\":%llu", (unsigned long long)counters->value[id]);
	else
		tc_buf_format(out, ",\"why_no_value\":\"%s\"", why[status]);
}

/* With several network namespaces the value is their sum, and beside it stands each. */
static void add_values(struct tc_buf *out, const struct tc_fill *fill, enum tc_counter id)
{
	if (!fill->place_count || tc_counter_rows[id].machine_wide)
		return;
	tc_buf_text(out, ",\"values\":[");
	for (size_t i = 0; i < fill->place_count; i++) {
		tc_buf_text(out, i ? ",{\"netns\":" : "{\"netns\":");
		tc_json_string(out, fill->places[i].name);
		add_value(out, fill->places[i].counters, id);
		tc_buf_byte(out, '}');
	}
	tc_buf_byte(out, ']');
}

void tc_explain_counter_json(struct tc_buf *out, enum tc_counter id,
			     const struct tc_explain_env *env)
{
	const struct tc_counter_row *row = &tc_counter_rows[id];
	struct tc_fill fill = tc_explain_fill_json(env);

	tc_buf_format(out, TC_EXPLAIN_SCHEMA ",\"counter\":\"%s\",\"group\":\"%s\"", row->name,
		      row->group);
	add_value(out, fill.counters, id);
	add_values(out, &fill, id);
	tc_buf_format(out, ",\"gauge\":%s,\"per_namespace\":%s", row->gauge ? "true" : "false",
		      row->machine_wide ? "false" : "true");
	tc_buf_format(out, ",\"path\":\"%s\"", tc_counter_file(id));
	tc_explain_text_json(out, &fill, "meaning", row->meaning);
	tc_explain_related_json(out, row->name);
	tc_explain_list_json(out, "sources", row->source, ';');
	tc_buf_text(out, "}\n");
}
