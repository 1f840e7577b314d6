/* SPDX-License-Identifier: MIT */
/*
 * cmd_list.c - `tcpcensus list`: the sockets themselves.
 *
 * Unsorted, rows are written as the source hands sockets over, in constant memory. Sorted,
 * the values of the columns are kept, packed, until the last socket is there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/emit.h"
#include "cli/keys.h"
#include "cli/look.h"
#include "cli/signals.h"
#include "model/packed.h"
#include "util/intl.h"

enum { COLUMNS_MAX = 64, FLUSH_AT = 64 * 1024 };

static const char default_columns[] = "state,recv_q,send_q,local,remote,timer,expires";

struct row {
	size_t at; /* of the packed values in the arena: the sort keys, then the columns */
	uint64_t count;
};

struct lister {
	struct tc_key_list columns;
	struct tc_key_list order; /* empty: as they come */
	struct tc_list_writer *writer;
	struct tc_buf out;
	struct tc_value *values; /* scratch for one row of columns */
	uint64_t top;		 /* rows to write; 0: all */
	uint64_t written, left_out;
	struct tc_buf arena; /* sorted only */
	struct row *rows;
	size_t row_count, row_capacity;
	int status; /* of a failed write */
};

/* ---- As they come -------------------------------------------------------------------- */

static void write_row(struct lister *lister, const struct tc_value *values, uint64_t count)
{
	if (lister->top && lister->written >= lister->top) {
		lister->left_out += count;
		return;
	}
	tc_list_row(lister->writer, values, count, &lister->out);
	lister->written++;
}

static int stream(void *context, const struct tc_sock *socks, size_t count)
{
	struct lister *lister = context;

	for (size_t i = 0; i < count; i++) {
		for (size_t c = 0; c < lister->columns.count; c++)
			tc_key_get(&lister->columns.keys[c], &socks[i], &lister->values[c]);
		write_row(lister, lister->values, socks[i].count);
	}
	if (lister->out.length >= FLUSH_AT)
		lister->status = tc_emit(&lister->out);
	return lister->status || tc_signals_came() ? -ECANCELED : 0;
}

/* ---- Sorted -------------------------------------------------------------------------- */

static int keep_row(struct lister *lister, const struct tc_sock *sock)
{
	struct tc_value value;

	if (lister->row_count == lister->row_capacity) {
		size_t capacity = lister->row_capacity * 2 + TC_LIST_MEASURED;
		struct row *rows = realloc(lister->rows, capacity * sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		lister->rows = rows;
		lister->row_capacity = capacity;
	}
	lister->rows[lister->row_count++] =
		(struct row){ .at = lister->arena.length, .count = sock->count };
	for (size_t k = 0; k < lister->order.count; k++) {
		tc_key_get(&lister->order.keys[k], sock, &value);
		tc_value_pack(&value, &lister->arena);
	}
	for (size_t c = 0; c < lister->columns.count; c++) {
		tc_key_get(&lister->columns.keys[c], sock, &value);
		tc_value_pack(&value, &lister->arena);
	}
	return lister->arena.failed ? -ENOMEM : 0;
}

static int keep(void *context, const struct tc_sock *socks, size_t count)
{
	struct lister *lister = context;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = keep_row(lister, &socks[i]);
	return err ? err : tc_signals_came() ? -ECANCELED : 0;
}

static int compare_rows(const void *one, const void *other, void *context)
{
	const struct lister *lister = context;
	const char *a_at = lister->arena.data + ((const struct row *)one)->at;
	const char *b_at = lister->arena.data + ((const struct row *)other)->at;

	for (size_t k = 0; k < lister->order.count; k++) {
		struct tc_value a, b;
		int order;

		a_at = tc_value_unpack(a_at, &a);
		b_at = tc_value_unpack(b_at, &b);
		order = tc_value_compare(&a, &b);
		if (order && lister->order.descending[k] && a.type && b.type)
			order = -order; /* what was not read comes last either way */
		if (order)
			return order;
	}
	return a_at < b_at ? -1 : a_at > b_at; /* as they came */
}

/* False: a signal came before the last of them. */
static bool write_sorted(struct lister *lister)
{
	struct tc_value skipped;
	size_t i;

	if (lister->row_count && !tc_signals_came())
		qsort_r(lister->rows, lister->row_count, sizeof(*lister->rows), compare_rows,
			lister);
	for (i = 0; i < lister->row_count && !lister->status && !tc_signals_came(); i++) {
		const char *at = lister->arena.data + lister->rows[i].at;

		for (size_t k = 0; k < lister->order.count; k++)
			at = tc_value_unpack(at, &skipped);
		for (size_t c = 0; c < lister->columns.count; c++)
			at = tc_value_unpack(at, &lister->values[c]);
		write_row(lister, lister->values, lister->rows[i].count);
		if (lister->out.length >= FLUSH_AT)
			lister->status = tc_emit(&lister->out);
	}
	return i == lister->row_count;
}

/* ---- The command --------------------------------------------------------------------- */

/*
 * Everything that is not put together from something else, and not asked of anybody. The name of
 * a network namespace is found by looking for whoever holds it, unless all are read anyway.
 */
static int all_columns(const struct tc_options *options, struct tc_key_list *columns)
{
	unsigned asked = tc_look_is_every_netns(options) ? 0 : TC_FIELD_NETNS;

	return tc_key_list_all(asked | TC_FIELD_PREFIX | TC_FIELD_LISTENERS | TC_FIELD_USERS |
				       TC_FIELD_OWNERS | TC_FIELD_JOINED | TC_FIELD_INSIDE,
			       columns);
}

/* It is no field, so among others it would be called unknown, as if it meant nothing. */
static bool names_all(const char *columns)
{
	for (const char *at = columns; *at; at += strcspn(at, ","), at += *at == ',')
		if (strcspn(at, ",") == 3 && strncmp(at, "all", 3) == 0)
			return true;
	return false;
}

static int choose_columns(const struct tc_options *options, struct lister *lister)
{
	const char *columns = options->columns;
	int status = 0;

	if (!columns && options->form != TC_FORM_TABLE)
		columns = "all";
	if (columns && strcmp(columns, "all") == 0)
		status = all_columns(options, &lister->columns);
	else if (columns && names_all(columns))
		status = tc_usage_error(_("--columns: 'all' stands alone, and in '%s' it does not"),
					columns);
	else
		status = tc_key_list_parse(columns ? columns : default_columns, COLUMNS_MAX, false,
					   &lister->columns);
	if (!status && options->sort)
		status = tc_key_list_parse(options->sort, TC_KEYS_MAX, true, &lister->order);
	return status;
}

static int finish(struct lister *lister, const struct tc_options *options, int err,
		  struct tc_report *report)
{
	bool cut = (err == -ECANCELED || err == -EINTR) && tc_signals_came() && !lister->status;

	if (lister->status)
		return lister->status;
	if (err && !cut)
		return tc_look_finish(options, err, report);
	if (!cut && lister->order.count)
		cut = !write_sorted(lister);
	if (cut)
		tc_signals_report(report);
	if (!lister->status && !(cut && options->form == TC_FORM_JSON))
		tc_list_end(lister->writer, lister->left_out, report, &lister->out);
	if (!lister->status)
		lister->status = tc_emit(&lister->out);
	if (!lister->status)
		lister->status = tc_look_finish(options, 0, report);
	if (!lister->status)
		tc_look_note_owners(report);
	if (!lister->status && options->columns && strcmp(options->columns, "all") != 0)
		tc_look_note_unseen(lister->columns.keys, lister->columns.count, report);
	return lister->status;
}

static int list_sockets(struct lister *lister, const struct tc_options *options,
			struct tc_look *look)
{
	struct tc_stamp stamp = tc_stamp_now(options);
	struct tc_style style = tc_style_of(options);
	struct tc_key_list asked = { 0 };
	struct tc_report report = { .size = sizeof(report) };
	int status, err;

	status = tc_key_list_append(&asked, &lister->columns);
	if (!status)
		status = tc_key_list_append(&asked, &lister->order);
	lister->values = calloc(lister->columns.count, sizeof(*lister->values));
	if (!status &&
	    (!lister->values || tc_list_writer_new((enum tc_form)options->form,
						   lister->columns.keys, lister->columns.count,
						   &stamp, &style, &lister->writer)))
		status = tc_look_error("%s", _("out of memory"));
	if (!status) {
		look->query.keys = asked.keys;
		look->query.key_count = asked.count;
		tc_look_earlier(look, options);
		tc_signals_catch();
		err = tc_scan(&look->query, lister->order.count ? keep : stream, lister, &report);
		status = finish(lister, options, err, &report);
	}
	tc_key_list_release(&asked);
	return status;
}

static void release(struct lister *lister)
{
	tc_key_list_release(&lister->columns);
	tc_key_list_release(&lister->order);
	tc_list_writer_free(lister->writer);
	tc_buf_release(&lister->out);
	tc_buf_release(&lister->arena);
	free(lister->values);
	free(lister->rows);
}

static int run(const struct tc_options *options, int argc, char **argv)
{
	struct lister lister = { .top = options->top };
	struct tc_look look = { .filter = NULL };
	int status = choose_columns(options, &lister);

	if (!status)
		status = tc_look_prepare(&look, options, argc, argv);
	if (!status)
		status = list_sockets(&lister, options, &look);
	tc_look_release(&look);
	release(&lister);
	return status;
}

const struct tc_command tc_command_list = {
	.name = "list",
	.arguments = N_("[OPTION...] [FILTER...]"),
	.summary = N_("show the sockets themselves"),
	.help = N_("  tcpcensus list state close-wait                which are stuck\n"
		   "  tcpcensus list -s -recv_q -n 10                the ten longest receive queues\n"
		   "  tcpcensus list -c local,remote,expires state time-wait\n"),
	.options = TC_FOR_LIST,
	.flags = TC_COMMAND_FILTER,
	.run = run,
};
