/* SPDX-License-Identifier: MIT */
/* listeners_json.c - listeners as JSON, NDJSON and CSV. */
#include <stdio.h>
#include <string.h>

#include "output/csv.h"
#include "output/json.h"
#include "output/listeners.h"

/* What can be said of a connection that came in by a listener, in the order of its life. */
static const enum tc_state states[] = {
	TC_SYN_RECV, TC_ESTABLISHED, TC_FIN_WAIT1, TC_FIN_WAIT2, TC_CLOSE_WAIT,
	TC_CLOSING,  TC_LAST_ACK,    TC_TIME_WAIT, TC_UNKNOWN,
};

/* Of the bits TC_TROUBLE_, in their order. */
static const char *const troubles[TC_TROUBLES] = {
	"overflows", "full", "was_full", "syn_overflows", "syn_full", "half_full",
};

/* Every key and element begins with this: a comma, unless it is the first in its braces. */
static void next(struct tc_buf *out)
{
	if (out->length && !strchr("{[", out->data[out->length - 1]))
		tc_buf_byte(out, ',');
}

static void add_key(struct tc_buf *out, const char *key)
{
	next(out);
	tc_json_key(out, key);
}

static void add_number(struct tc_buf *out, const char *key, uint64_t number)
{
	add_key(out, key);
	tc_buf_number(out, number);
}

static void add_string(struct tc_buf *out, const char *key, const char *string)
{
	add_key(out, key);
	tc_json_string(out, string);
}

/* The fields of a listening socket that have a value. */
static void add_fields(struct tc_buf *out, const struct tc_listener *listener,
		       const char *const *fields)
{
	struct tc_value value;

	for (size_t i = 0; fields[i]; i++) {
		if (!tc_listener_value(listener, fields[i], &value))
			continue;
		add_key(out, fields[i]);
		tc_json_value(out, &value);
	}
}

static const char *const identity[] = {"local.addr", "local.port", "family",
				       "iface",	     "netns",	   "netns.id",	 NULL};

/* ---- One listener -------------------------------------------------------------------- */

static void add_troubles(struct tc_buf *out, uint32_t bits)
{
	add_key(out, "trouble");
	tc_buf_byte(out, '[');
	for (size_t i = 0; i < TC_TROUBLES; i++) {
		if (!(bits & 1u << i))
			continue;
		next(out);
		tc_json_string(out, troubles[i]);
	}
	tc_buf_byte(out, ']');
}

static void add_limited_by(struct tc_buf *out, uint32_t limited_by)
{
	const char *name = tc_listener_limited_by(limited_by);

	if (name)
		add_string(out, "limited_by", name);
}

static void add_states(struct tc_buf *out, const struct tc_listener *listener,
		       const struct tc_report *report)
{
	add_key(out, "states");
	tc_buf_byte(out, '{');
	for (size_t i = 0; i < TC_ARRAY_SIZE(states); i++)
		if (!(report->states_not_read & TC_STATE_BIT(states[i])))
			add_number(out, tc_state_name(states[i]), listener->states[states[i]]);
	tc_buf_byte(out, '}');
}

static void add_queues(struct tc_buf *out, uint32_t have, uint64_t queue, uint64_t limit,
		       uint64_t queue_before)
{
	if (have & TC_LISTENER_QUEUE)
		add_number(out, "queue", queue);
	if (have & TC_LISTENER_QUEUES)
		add_number(out, "limit", limit);
	if (have & TC_LISTENER_BEFORE)
		add_number(out, "queue_before", queue_before);
}

static void add_drops(struct tc_buf *out, uint32_t have, uint64_t drops, uint64_t dropped)
{
	if (have & TC_LISTENER_DROPS)
		add_number(out, "drops", drops);
	if (have & TC_LISTENER_DROPPED)
		add_number(out, "dropped", dropped);
}

static void add_members(struct tc_buf *out, const struct tc_listener *listener)
{
	add_key(out, "members");
	tc_buf_byte(out, '[');
	for (size_t i = 0; i < listener->socket_count; i++) {
		const struct tc_listener_socket *socket = &listener->sockets[i];

		next(out);
		tc_buf_byte(out, '{');
		if (socket->inode)
			add_number(out, "inode", socket->inode);
		if (socket->cookie)
			add_number(out, "cookie", socket->cookie);
		add_queues(out, socket->have, socket->queue, socket->limit, socket->queue_before);
		add_drops(out, socket->have, socket->drops, socket->dropped);
		add_limited_by(out, socket->limited_by);
		tc_buf_byte(out, '}');
	}
	tc_buf_byte(out, ']');
}

static void add_processes(struct tc_buf *out, const struct tc_listener *listener)
{
	const struct tc_text *text = listener->socket->text;
	const struct tc_owner *owner = text ? text->owner : NULL;

	if (!owner || !owner->count)
		return;
	add_key(out, "process");
	tc_buf_byte(out, '[');
	for (size_t i = 0; i < owner->count; i++) {
		const struct tc_process *process = owner->processes[i];

		next(out);
		tc_buf_byte(out, '{');
		add_number(out, "pid", process->pid);
		if (process->name)
			add_string(out, "name", process->name);
		tc_buf_byte(out, '}');
	}
	tc_buf_byte(out, ']');
}

static void add_listener(struct tc_buf *out, const struct tc_listener *listener,
			 const struct tc_report *report)
{
	static const char *const owners[] = {"user", "unit", "container", NULL};

	tc_buf_byte(out, '{');
	add_fields(out, listener, identity);
	add_troubles(out, listener->trouble);
	add_number(out, "score", listener->score);
	add_queues(out, listener->have, listener->queue, listener->limit, listener->queue_before);
	add_drops(out, listener->have, listener->drops, listener->dropped);
	add_limited_by(out, listener->limited_by);
	add_states(out, listener, report);
	if (listener->have & TC_LISTENER_UNACCEPTED)
		add_number(out, "unaccepted", listener->unaccepted);
	add_processes(out, listener);
	add_fields(out, listener, owners);
	add_members(out, listener);
	tc_buf_byte(out, '}');
}

/* ---- What belongs to all of them ----------------------------------------------------- */

/* Put together from whole numbers, since a locale may have another decimal point. */
static void add_decimal(struct tc_buf *out, const char *key, double number)
{
	add_key(out, key);
	tc_json_decimal(out, number);
}

static void add_counters(struct tc_buf *out, const struct tc_listening *listening)
{
	uint64_t us = tc_listening_summary(listening)->interval_us;
	struct tc_listening_counter counter;

	add_key(out, "counters");
	tc_buf_byte(out, '[');
	for (size_t i = 0; tc_listening_counter(listening, i, &counter); i++) {
		if (!counter.has_total)
			continue;
		next(out);
		tc_buf_byte(out, '{');
		add_string(out, "name", counter.name);
		add_number(out, "total", counter.total);
		if (counter.has_rise) {
			add_number(out, "rise", counter.rise);
			add_decimal(out, "per_second", (double)counter.rise * 1e6 / (double)us);
		}
		tc_buf_byte(out, '}');
	}
	tc_buf_byte(out, ']');
}

/* Without two looks nobody can be suspected, and the key is absent. */
static void add_suspects(struct tc_buf *out, const struct tc_listening *listening)
{
	uint32_t inferred = TC_TROUBLE_OVERFLOWS | TC_TROUBLE_SYN_OVERFLOWS;
	const struct tc_listener *listener;

	add_key(out, "suspects");
	tc_buf_byte(out, '[');
	for (size_t i = 0; (listener = tc_listening_troubled(listening, inferred, i)); i++) {
		next(out);
		tc_buf_byte(out, '{');
		add_fields(out, listener, identity);
		add_troubles(out, listener->trouble & inferred);
		tc_buf_byte(out, '}');
	}
	tc_buf_byte(out, ']');
}

static void add_summary(struct tc_buf *out, const struct tc_listening *listening, size_t rows)
{
	const struct tc_listening_summary *summary = tc_listening_summary(listening);

	add_number(out, "total", summary->listeners);
	add_key(out, "other");
	tc_buf_format(out, "{\"listeners\":%zu}", tc_listening_count(listening) - rows);
	if (summary->has_somaxconn)
		add_number(out, "somaxconn", summary->somaxconn);
	if (summary->interval_us) {
		add_decimal(out, "seconds", (double)summary->interval_us / 1e6);
		add_suspects(out, listening);
	}
	add_counters(out, listening);
}

void tc_listeners_json(struct tc_buf *out, const struct tc_listening *listening, size_t rows,
		       const struct tc_report *report, const struct tc_stamp *stamp)
{
	tc_buf_byte(out, '{');
	tc_json_stamp(out, "tcpcensus.listeners/1", stamp);
	add_summary(out, listening, rows);
	add_key(out, "listeners");
	tc_buf_byte(out, '[');
	for (size_t row = 0; row < rows; row++) {
		tc_buf_text(out, row ? ",\n" : "\n");
		add_listener(out, tc_listening_at(listening, row), report);
	}
	tc_buf_text(out, rows ? "\n]," : "],");
	tc_json_source(out, report);
	tc_buf_text(out, "}\n");
}

/* One object a listener, and a last one with what belongs to all of them. */
void tc_listeners_ndjson(struct tc_buf *out, const struct tc_listening *listening, size_t rows,
			 const struct tc_report *report, const struct tc_stamp *stamp)
{
	for (size_t row = 0; row < rows; row++) {
		add_listener(out, tc_listening_at(listening, row), report);
		tc_buf_byte(out, '\n');
	}
	tc_buf_byte(out, '{');
	tc_json_stamp(out, "tcpcensus.listeners/1", stamp);
	add_summary(out, listening, rows);
	tc_buf_byte(out, ',');
	tc_json_source(out, report);
	tc_buf_text(out, "}\n");
}

/* ---- CSV ----------------------------------------------------------------------------- */

static const char *const csv_owners[] = {"user", "process", "unit", "container", NULL};

static void csv_fields(struct tc_buf *out, const struct tc_listener *listener,
		       const char *const *fields)
{
	struct tc_value value;

	for (size_t i = 0; fields[i]; i++) {
		if (!tc_field_find(fields[i]))
			continue;
		if (tc_listener_value(listener, fields[i], &value))
			tc_csv_value(out, &value);
		tc_buf_byte(out, ',');
	}
}

/* The names of the columns; returns how many. */
static size_t csv_heading(struct tc_buf *out)
{
	static const char *const *const lists[] = {identity, csv_owners};
	size_t count = 10;

	for (size_t list = 0; list < TC_ARRAY_SIZE(lists); list++)
		for (size_t i = 0; lists[list][i]; i++)
			if (tc_field_find(lists[list][i])) {
				tc_buf_format(out, "%s,", lists[list][i]);
				count++;
			}
	tc_buf_text(out, "trouble,score,sockets,queue,limit,queue_before,limited_by,unaccepted,drops,"
			 "dropped");
	for (size_t i = 0; i < TC_ARRAY_SIZE(states); i++, count++)
		tc_buf_format(out, ",%s", tc_state_name(states[i]));
	tc_buf_byte(out, '\n');
	return count;
}

static void csv_number(struct tc_buf *out, bool known, uint64_t number)
{
	tc_buf_byte(out, ',');
	if (known)
		tc_buf_number(out, number);
}

static void csv_listener(struct tc_buf *out, const struct tc_listener *listener,
			 const struct tc_report *report)
{
	const char *limited_by = tc_listener_limited_by(listener->limited_by), *gap = "";

	csv_fields(out, listener, identity);
	csv_fields(out, listener, csv_owners);
	for (size_t i = 0; i < TC_TROUBLES; i++)
		if (listener->trouble & 1u << i) {
			tc_buf_format(out, "%s%s", gap, troubles[i]);
			gap = " ";
		}
	csv_number(out, true, listener->score);
	csv_number(out, true, listener->socket_count);
	csv_number(out, listener->have & TC_LISTENER_QUEUE, listener->queue);
	csv_number(out, listener->have & TC_LISTENER_QUEUES, listener->limit);
	csv_number(out, listener->have & TC_LISTENER_BEFORE, listener->queue_before);
	tc_buf_format(out, ",%s", limited_by ? limited_by : "");
	csv_number(out, listener->have & TC_LISTENER_UNACCEPTED, listener->unaccepted);
	csv_number(out, listener->have & TC_LISTENER_DROPS, listener->drops);
	csv_number(out, listener->have & TC_LISTENER_DROPPED, listener->dropped);
	for (size_t i = 0; i < TC_ARRAY_SIZE(states); i++)
		csv_number(out, !(report->states_not_read & TC_STATE_BIT(states[i])),
			   listener->states[states[i]]);
	tc_buf_byte(out, '\n');
}

void tc_listeners_csv(struct tc_buf *out, const struct tc_listening *listening, size_t rows,
		      const struct tc_report *report)
{
	size_t count = csv_heading(out), left_out = tc_listening_count(listening) - rows;
	char remark[48];

	for (size_t row = 0; row < rows; row++)
		csv_listener(out, tc_listening_at(listening, row), report);
	if (left_out) { /* no column is a count of listeners */
		snprintf(remark, sizeof(remark), "(other: %zu)", left_out);
		tc_csv_remark(out, remark, count - 1, UINT64_MAX);
	}
	tc_csv_incomplete(out, report, count - 1);
}
