/* SPDX-License-Identifier: MIT */
/* cmd_by.c - `tcpcensus by KEY,...`: how many in each group. */
#include "cli/emit.h"
#include "cli/keys.h"
#include "cli/look.h"
#include "cli/note.h"
#include "cli/signals.h"
#include "util/decimal.h"
#include "util/intl.h"

enum {
	DEFAULT_TOP = 20,
	/* Groups that are kept where only the largest are asked for: some 300 MiB of memory. */
	GROUPS_KEPT = 4 * 1024 * 1024,
	MEMORY_TOLD = 64, /* MiB, from where on it is said without being asked for */
};

static size_t top_of(const struct tc_options *options)
{
	return options->top_given ? options->top : DEFAULT_TOP;
}

static int add_to_tally(void *tally, const struct tc_sock *socks, size_t count)
{
	return tc_tally_add(tally, socks, count);
}

enum { CUT = -1 }; /* no exit status: by a signal */

static int pass_on(struct tc_buf *out)
{
	int status = tc_emit(out);

	return status ? status : tc_signals_came() ? CUT : 0;
}

static int show(const struct tc_options *options, struct tc_tally *tally, struct tc_report *report)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_style style = tc_style_of(options);
	struct tc_stamp stamp = tc_stamp_now(options);
	int status;

	if (tc_tally_sort(tally, top_of(options)))
		return tc_look_error("%s", _("out of memory"));
	tc_signals_catch();
	status = tc_write_groups(&out, (enum tc_form)options->form, tally, report, &stamp, &style,
				 pass_on);
	if (status == CUT) {
		tc_signals_report(report);
		tc_write_groups_cut(&out, (enum tc_form)options->form, tally, report, &stamp,
				    &style);
		status = 0;
	}
	return status ? status : tc_emit(&out);
}

static void note_memory(const struct tc_options *options, const struct tc_tally *tally)
{
	double mib = (double)tc_tally_memory(tally) / (1 << 20);

	if (tc_tally_too_low(tally))
		tc_note(_("more than %d groups came, and the smallest were given up on the way: a "
			  "count can be too low by up to %llu, and the number of the other groups "
			  "too high (-n 0 keeps all)"),
			GROUPS_KEPT, (unsigned long long)tc_tally_too_low(tally));
	if (options->verbose || mib >= MEMORY_TOLD)
		tc_note(_("the groups took %s MiB of memory"), tc_decimal(mib).text);
}

static int look_and_show(const struct tc_options *options, struct tc_look *look,
			 const struct tc_key_list *keys)
{
	struct tc_tally *tally = NULL;
	struct tc_report report = { .size = sizeof(report) };
	int status = 0, err = tc_tally_new(keys->keys, keys->count, &tally);

	if (err)
		return tc_look_error("%s", _("out of memory"));
	if (top_of(options))
		tc_tally_bound(tally, GROUPS_KEPT > 2 * top_of(options) ? GROUPS_KEPT
									: 2 * top_of(options));
	look->query.keys = keys->keys;
	look->query.key_count = keys->count;
	tc_look_earlier(look, options);
	err = tc_scan(&look->query, add_to_tally, tally, &report);
	if (!err)
		status = show(options, tally, &report);
	if (!status)
		status = tc_look_finish(options, err, &report);
	if (!status && !err)
		note_memory(options, tally);
	if (!status)
		tc_look_note_owners(&report);
	if (!status)
		tc_look_note_unseen(keys->keys, keys->count, &report);
	tc_tally_free(tally);
	return status;
}

static int run(const struct tc_options *options, int argc, char **argv)
{
	struct tc_key_list keys = { 0 };
	struct tc_look look;
	int status;

	if (!argc)
		return tc_usage_error("%s", _("by: by what? Name a field, as in: tcpcensus by "
					      "state,remote.addr (tcpcensus by -h lists them)"));
	status = tc_key_list_parse(argv[0], TC_KEYS_MAX, false, &keys);
	if (status)
		return status;
	status = tc_look_prepare(&look, options, argc - 1, argv + 1);
	if (!status)
		status = look_and_show(options, &look, &keys);
	tc_look_release(&look);
	tc_key_list_release(&keys);
	return status;
}

const struct tc_command tc_command_by = {
	.name = "by",
	.arguments = N_("KEY[,KEY...] [OPTION...] [FILTER...]"),
	.summary = N_("count the sockets by peer, port, service, direction, ..."),
	.help = N_("  tcpcensus by remote.addr                       who has the most connections\n"
		   "  tcpcensus by state,local.port -n 0             all groups, not the first 20\n"
		   "  tcpcensus by service,state                     what each listener has\n"
		   "  tcpcensus by process,state state close-wait    whose they are\n"
		   "  tcpcensus by remote.net/16 state time-wait     only those in TIME_WAIT\n"),
	.options = TC_FOR_BY,
	.flags = TC_COMMAND_KEYS | TC_COMMAND_FILTER,
	.run = run,
};
