/* SPDX-License-Identifier: MIT */
/* ports.c - the headroom of ports as JSON or CSV, and the choice of the form. */
#include "output/ports.h"

#include <math.h>
#include <string.h>

#include "output/csv.h"
#include "output/json.h"
#include "util/addr.h"

static void add_addr(struct tc_buf *out, const struct tc_addr *addr)
{
	char text[TC_ADDR_TEXT_MAX];

	tc_addr_text(addr, text);
	tc_buf_text(out, text);
}

/* ---- JSON ---------------------------------------------------------------------------- */

static void add_netns(struct tc_buf *out, const char *name, uint64_t id)
{
	if (name) {
		tc_buf_text(out, "\"netns\":");
		tc_json_string(out, name);
		tc_buf_byte(out, ',');
	}
	if (id)
		tc_buf_format(out, "\"netns.id\":%llu,", (unsigned long long)id);
}

static void add_ends(struct tc_buf *out, const struct tc_destination *to)
{
	add_netns(out, to->netns_name, to->netns);
	tc_buf_text(out, "\"local.addr\":\"");
	add_addr(out, &to->local);
	tc_buf_text(out, "\",\"remote.addr\":\"");
	add_addr(out, &to->remote);
	tc_buf_format(out, "\",\"remote.port\":%u", to->remote_port);
	if (to->iface) {
		tc_buf_text(out, ",\"iface\":");
		tc_json_string(out, to->iface);
	}
}

static void add_rate(struct tc_buf *out, const struct tc_destination *to)
{
	if (isinf(to->per_second_at_most))
		tc_buf_format(out,
			      ",\"per_second\":null,\"per_second_at_least\":%.1f,"
			      "\"per_second_at_most\":null",
			      to->per_second_at_least);
	else if (to->per_second_at_least < to->per_second_at_most)
		tc_buf_format(out,
			      ",\"per_second\":null,\"per_second_at_least\":%.1f,"
			      "\"per_second_at_most\":%.1f",
			      to->per_second_at_least, to->per_second_at_most);
	else
		tc_buf_format(out, ",\"per_second\":%.1f", to->per_second_at_least);
	if (isinf(to->seconds_left))
		tc_buf_text(out, ",\"seconds_left\":null");
	else
		tc_buf_format(out, ",\"seconds_left\":%.1f", to->seconds_left);
}

static void add_destination(struct tc_buf *out, const struct tc_destination *to)
{
	tc_buf_byte(out, '{');
	add_ends(out, to);
	tc_buf_format(out, ",\"capacity\":%u,\"used\":%u,\"free\":%u,\"time_wait\":%u,\"reusable\":%u",
		      to->capacity, to->used, to->free, to->time_wait, to->reusable);
	if (to->free_at_least != to->free_at_most)
		tc_buf_format(out, ",\"free_at_least\":%u,\"free_at_most\":%u", to->free_at_least,
			      to->free_at_most);
	tc_buf_format(out, ",\"inferred\":%s,\"shared_pool\":%s", to->inferred ? "true" : "false",
		      to->shared_pool ? "true" : "false");
	if (to->shared_pool)
		tc_buf_format(out, ",\"bind_free\":%u", to->bind_free);
	tc_buf_format(out, ",\"sustains_per_second\":%.1f", to->sustains_per_second);
	if (to->sustains_at_least < to->sustains_per_second)
		tc_buf_format(out, ",\"sustains_at_least\":%.1f", to->sustains_at_least);
	if (to->rated)
		add_rate(out, to);
	tc_buf_byte(out, '}');
}

static void add_pool(struct tc_buf *out, const struct tc_port_pool *pool)
{
	tc_buf_format(out,
		      "\"range\":{\"low\":%u,\"high\":%u,\"reserved\":%u,\"taken\":%u,",
		      pool->low, pool->high, pool->reserved, pool->taken);
	if (pool->taken_at_least < pool->taken_at_most)
		tc_buf_format(out, "\"taken_at_least\":%u,\"taken_at_most\":%u,",
			      pool->taken_at_least, pool->taken_at_most);
	tc_buf_format(out, "\"assumed\":%s},\"exact\":%s", pool->assumed ? "true" : "false",
		      pool->exact ? "true" : "false");
	if (!pool->exact) {
		tc_buf_text(out, ",\"not_exact\":");
		tc_json_string(out, pool->why);
	}
	if (pool->seconds > 0)
		tc_buf_format(out, ",\"seconds\":%.3f", pool->seconds);
}

/* What holds for all destinations of a namespace; of several, of each, which `line` begins. */
static void add_pools(struct tc_buf *out, const struct tc_ports *ports, const char *line)
{
	if (tc_ports_pools(ports) == 1) {
		add_pool(out, tc_ports_pool(ports, 0));
		return;
	}
	tc_buf_text(out, "\"pools\":[");
	for (size_t i = 0; i < tc_ports_pools(ports); i++) {
		const struct tc_port_pool *pool = tc_ports_pool(ports, i);

		tc_buf_text(out, i ? "," : "");
		tc_buf_text(out, line);
		tc_buf_byte(out, '{');
		add_netns(out, pool->netns_name, pool->netns);
		add_pool(out, pool);
		tc_buf_byte(out, '}');
	}
	tc_buf_byte(out, ']');
}

static void add_other(struct tc_buf *out, const struct tc_ports_view *view)
{
	tc_buf_format(out, "\"other\":{\"destinations\":%zu,\"used\":%llu},", view->other,
		      (unsigned long long)view->other_used);
}

static void write_json(struct tc_buf *out, const struct tc_ports_view *view,
		       const struct tc_report *report, const struct tc_stamp *stamp)
{
	tc_buf_byte(out, '{');
	tc_json_stamp(out, "tcpcensus.ports/1", stamp);
	tc_buf_byte(out, ',');
	add_pools(out, view->ports, "\n");
	tc_buf_text(out, ",\"destinations\":[");
	for (size_t i = 0; i < view->shown; i++) {
		tc_buf_text(out, i ? ",\n" : "\n");
		add_destination(out, tc_ports_at(view->ports, i));
	}
	tc_buf_text(out, view->shown ? "\n]," : "],");
	add_other(out, view);
	tc_json_source(out, report);
	tc_buf_text(out, "}\n");
}

/* One object a destination, and a last one with what belongs to all of them. */
static void write_ndjson(struct tc_buf *out, const struct tc_ports_view *view,
			 const struct tc_report *report, const struct tc_stamp *stamp)
{
	for (size_t i = 0; i < view->shown; i++) {
		add_destination(out, tc_ports_at(view->ports, i));
		tc_buf_byte(out, '\n');
	}
	tc_buf_byte(out, '{');
	tc_json_stamp(out, "tcpcensus.ports/1", stamp);
	tc_buf_byte(out, ',');
	add_pools(out, view->ports, "");
	tc_buf_byte(out, ',');
	add_other(out, view);
	tc_json_source(out, report);
	tc_buf_text(out, "}\n");
}

/* ---- CSV ----------------------------------------------------------------------------- */

static void add_record(struct tc_buf *out, const struct tc_destination *to)
{
	struct tc_value iface = {
		.type = to->iface ? TC_TYPE_TEXT : TC_TYPE_NONE,
		.text = to->iface,
	};
	struct tc_value netns = {
		.type = to->netns_name ? TC_TYPE_TEXT : TC_TYPE_NONE,
		.text = to->netns_name,
	};

	tc_csv_value(out, &netns);
	tc_buf_byte(out, ',');
	add_addr(out, &to->local);
	tc_buf_byte(out, ',');
	add_addr(out, &to->remote);
	tc_buf_format(out, ",%u,", to->remote_port);
	tc_csv_value(out, &iface);
	tc_buf_format(out, ",%u,%u,%u,%u,%u,%u,%u,%s,%s,", to->capacity, to->used, to->free,
		      to->free_at_least, to->free_at_most, to->time_wait, to->reusable,
		      to->inferred ? "true" : "false", to->shared_pool ? "true" : "false");
	if (to->shared_pool)
		tc_buf_number(out, to->bind_free);
	tc_buf_format(out, ",%.1f,", to->sustains_per_second);
	if (to->rated && to->per_second_at_least == to->per_second_at_most)
		tc_buf_format(out, "%.1f", to->per_second_at_least);
	tc_buf_byte(out, ',');
	if (to->rated && isinf(to->per_second_at_most))
		tc_buf_format(out, "%.1f,", to->per_second_at_least);
	else if (to->rated)
		tc_buf_format(out, "%.1f,%.1f", to->per_second_at_least, to->per_second_at_most);
	else
		tc_buf_byte(out, ',');
	tc_buf_byte(out, ',');
	if (to->rated && !isinf(to->seconds_left))
		tc_buf_format(out, "%.1f", to->seconds_left);
	tc_buf_byte(out, '\n');
}

/* "(other)" is the first cell, as everywhere; what cannot be added up stays empty. */
static void write_csv(struct tc_buf *out, const struct tc_ports_view *view,
		      const struct tc_report *report)
{
	tc_buf_text(
		out,
		"netns,local.addr,remote.addr,remote.port,iface,capacity,used,free,free_at_least,"
		"free_at_most,time_wait,reusable,inferred,shared_pool,bind_free,"
		"sustains_per_second,per_second,per_second_at_least,per_second_at_most,"
		"seconds_left\n");
	for (size_t i = 0; i < view->shown; i++)
		add_record(out, tc_ports_at(view->ports, i));
	if (view->other)
		tc_buf_format(out, "(other),,,,,,%llu,,,,,,,,,,,,,\n",
			      (unsigned long long)view->other_used);
	tc_csv_incomplete(out, report, 19);
}

/* ---- The form ------------------------------------------------------------------------ */

void tc_write_ports(struct tc_buf *out, enum tc_form form, const struct tc_ports *ports, size_t top,
		    const struct tc_report *report, const struct tc_stamp *stamp,
		    const struct tc_style *style)
{
	size_t count = tc_ports_count(ports);
	struct tc_ports_view view = {
		.ports = ports,
		.pool = tc_ports_pool(ports, 0),
		.shown = top && top < count ? top : count,
	};

	view.other = count - view.shown;
	for (size_t i = view.shown; i < count; i++)
		view.other_used += tc_ports_at(ports, i)->used;
	switch (form) {
	case TC_FORM_TABLE:
		tc_write_ports_table(out, &view, report, style);
		break;
	case TC_FORM_JSON:
		write_json(out, &view, report, stamp);
		break;
	case TC_FORM_NDJSON:
		write_ndjson(out, &view, report, stamp);
		break;
	case TC_FORM_CSV:
		write_csv(out, &view, report);
		break;
	}
}
