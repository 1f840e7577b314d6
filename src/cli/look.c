/* SPDX-License-Identifier: MIT */
/* look.c - what census, by and list do alike; see look.h. */
#include "cli/look.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/filter_error.h"
#include "cli/note.h"
#include "model/field.h"
#include "model/filter.h"
#include "model/filter_lex.h"
#include "owner/netns.h"
#include "pipeline/gaps.h"
#include "util/decimal.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/privilege.h"

static bool compares(const char *word)
{
	const struct tc_filter_word *row = tc_filter_word_find(word, 1u << TC_WORD_COMPARE);

	return row != NULL;
}

/* The shell has taken the quotes away that made one value of it: process = 'a b', '(sd-pam)'. */
static bool is_value(char **argv, int index)
{
	const char *word = argv[index];
	size_t length = strlen(word);

	if (!index || !compares(argv[index - 1]) || strchr(word, '\\'))
		return false;
	return strpbrk(word, " \t") || (length > 2 && word[0] == '(' && word[length - 1] == ')');
}

/* The quote that is not in it; '\0': both are, or there are some around it already. */
static char quote_for(const char *word)
{
	if (strchr("\"'", word[0]) && word[strlen(word) - 1] == word[0])
		return '\0';
	if (!strchr(word, '"'))
		return '"';
	return strchr(word, '\'') ? '\0' : '\'';
}

/* The words of the command line as one expression, as ss takes them. */
static int join(int argc, char **argv, struct tc_buf *expression)
{
	for (int i = 0; i < argc; i++) {
		char quote = is_value(argv, i) ? quote_for(argv[i]) : '\0';

		if (i)
			tc_buf_byte(expression, ' ');
		if (quote)
			tc_buf_byte(expression, quote);
		tc_buf_text(expression, argv[i]);
		if (quote)
			tc_buf_byte(expression, quote);
	}
	return tc_buf_string(expression) ? 0 : -ENOMEM;
}

bool tc_look_is_every_netns(const struct tc_options *options)
{
	return options->netns && strcmp(options->netns, "all") == 0;
}

static unsigned filter_flags(const struct tc_options *options)
{
	if (options->from)
		return TC_FILTER_FOREIGN;
	return tc_look_is_every_netns(options) ? TC_FILTER_EVERY_NETNS : 0;
}

static int parse_filter(struct tc_look *look, const struct tc_options *options, int argc,
			char **argv)
{
	tc_auto_buf struct tc_buf expression = TC_BUF_INIT;
	struct tc_filter_error error = { .text = "" };
	int err;

	if (!argc)
		return 0;
	if (join(argc, argv, &expression))
		return tc_look_error("%s", _("out of memory"));
	err = tc_filter_parse(expression.data, filter_flags(options), &look->filter, &error);
	if (err == -EINVAL)
		return tc_filter_error_show(expression.data, argv[0], &error);
	if (err == -ENODATA)
		return tc_look_error("%s", error.text);
	if (err)
		return tc_look_error("%s", strerror(-err));
	look->query.filter = look->filter;
	return 0;
}

/* Each namespace is held by a descriptor, and there may be more than the usual 1024. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Names of devices in a filter are those of the namespace, so it is entered before. */
int tc_look_enter_netns(const struct tc_options *options)
{
	tc_auto_close int target = -1;
	char why[TC_WHY_MAX] = "";
	int home, err; /* never left */

	if (!options->netns)
		return 0;
	if (options->from)
		return tc_usage_error("%s", _("--netns and --from exclude each other"));
	if (tc_look_is_every_netns(options)) {
		allow_descriptors();
		return 0;
	}
	err = tc_netns_open(options->netns, &target, why);
	if (!err) {
		err = tc_netns_enter(target, &home);
		if (err)
			tc_netns_fail(err, options->netns, why);
	}
	return err ? tc_look_error("%s", why) : 0;
}

int tc_look_prepare(struct tc_look *look, const struct tc_options *options, int argc, char **argv)
{
	int status = tc_look_enter_netns(options);

	*look = (struct tc_look){
		.query = {
			.size = sizeof(look->query),
			.source = options->source,
			.netns = tc_look_is_every_netns(options) ? options->netns : NULL,
			.from = options->from,
			.more_from = options->more_from,
			.families = (options->inet ? TC_FAMILY_INET : 0u) |
				    (options->inet6 ? TC_FAMILY_INET6 : 0u),
		},
	};
	if (!status && options->from && options->source)
		status = tc_usage_error("%s", _("--source and --from exclude each other"));
	if (!status && options->from && options->interval_given)
		status = tc_usage_error("%s", _("--interval and --from exclude each other"));
	return status ? status : parse_filter(look, options, argc, argv);
}

void tc_look_earlier(struct tc_look *look, const struct tc_options *options)
{
	unsigned flags = tc_keys_flags(look->query.keys, look->query.key_count) |
			 (look->filter ? look->filter->flags : 0);

	look->query.earlier_ms = (uint32_t)options->interval_ms;
	if (options->interval_ms && !(flags & TC_FIELD_OWNERS))
		tc_note("%s", _("--interval changes nothing here: no owner field is asked for"));
}

void tc_look_release(struct tc_look *look)
{
	tc_filter_free(look->filter);
	look->filter = NULL;
}

/* Takes a state, which is BOUND, and the source. */
static const char *why_not_read(const char *source)
{
	if (source && strcmp(source, "bpf") == 0)
		return _("%s was not read: %s does not list it, and netlink, which would, does not "
			 "work");
	if (source && strcmp(source, "proc") == 0)
		return _("%s was not read: %s does not list it; netlink does, since Linux 6.8");
	return _("%s was not read: %s lists it since Linux 6.8, and this kernel is older");
}

static void note_not_read(const struct tc_report *report)
{
	if (report->foreign) /* nobody expects them there */
		return;
	for (int state = 0; state < TC_STATE_COUNT; state++)
		if (report->states_not_read & TC_STATE_BIT(state))
			tc_note(why_not_read(report->source), tc_state_name(state), report->source);
}

static void note_unread_lines(const struct tc_report *report)
{
	size_t shown = report->unread < TC_UNREAD_MAX ? report->unread : TC_UNREAD_MAX;

	for (size_t i = 0; i < shown; i++) {
		const char *file = report->unread_file[i];

		if (file)
			tc_note(_("%s, line %llu: %s"),
				strcmp(file, "-") == 0 ? _("standard input") : file,
				(unsigned long long)report->unread_line[i].line,
				report->unread_line[i].why);
		else
			tc_note(_("line %llu: %s"), (unsigned long long)report->unread_line[i].line,
				report->unread_line[i].why);
	}
	if (report->unread > shown)
		tc_note(tc_ngettext("and %llu more line that could not be read",
				    "and %llu more lines that could not be read",
				    (unsigned long)(report->unread - shown)),
			(unsigned long long)(report->unread - shown));
}

/* A file that was given and says nothing is a mistake that would not be noticed. */
static void note_unused_files(const struct tc_report *report)
{
	size_t shown = report->unused_count < TC_UNUSED_MAX ? report->unused_count : TC_UNUSED_MAX;

	for (size_t i = 0; i < shown; i++) {
		const char *file = report->unused[i].file;

		tc_note(_("%s: not used: %s"), strcmp(file, "-") == 0 ? _("standard input") : file,
			report->unused[i].why);
	}
	if (report->unused_count > shown)
		tc_note(tc_ngettext("and %zu more file that is not used",
				    "and %zu more files that are not used",
				    report->unused_count - shown),
			report->unused_count - shown);
}

/* One line, however many there are: that of the first, and how many more. */
static void note_damaged(const struct tc_report *report)
{
	uint64_t more = report->damaged_lines - 1;
	const char *file = report->damaged[0].file;
	char place[32] = "", rest[96] = "";

	if (!report->damaged_count)
		return;
	if (report->damaged[0].line)
		snprintf(place, sizeof(place), _(", line %llu"),
			 (unsigned long long)report->damaged[0].line);
	if (more)
		snprintf(rest, sizeof(rest),
			 tc_ngettext("(and %llu more line)", "(and %llu more lines)",
				     (unsigned long)more),
			 (unsigned long long)more);
	tc_note(_("damaged, and not used: %s%s: %s: %s%s%s"),
		strcmp(file, "-") == 0 ? _("standard input") : file, place, report->damaged[0].field,
		report->damaged[0].why, *rest ? " " : "", rest);
}

static void note_unknown_states(const struct tc_report *report)
{
	if (*report->unknown_words)
		tc_note(_("states that were not recognised, counted as UNKNOWN: %s"),
			report->unknown_words);
}

/* JSON says it by itself. */
static void note_namespaces(const struct tc_options *options, const struct tc_report *report)
{
	if (report->netns_count && options->form == TC_FORM_TABLE)
		tc_note(tc_ngettext("%llu network namespace was read",
				    "%llu network namespaces were read",
				    (unsigned long)report->netns_count),
			(unsigned long long)report->netns_count);
}

/* What did not work in some namespaces and has served in the others. */
static bool is_refused_in_some(const struct tc_report *report, size_t index)
{
	return report->otherwise_count && strcmp(report->refused[index].source, report->source) == 0;
}

static void note_otherwise(const struct tc_report *report, const char *why)
{
	tc_note(tc_ngettext("%llu network namespace was read through %s, since %s did not work "
			    "there: %s",
			    "%llu network namespaces were read through %s, since %s did not work "
			    "there: %s",
			    (unsigned long)report->otherwise_count),
		(unsigned long long)report->otherwise_count, report->otherwise_source,
		report->source, why);
}

/* That the source for all users does not work is worth a line unasked; eBPF is for few. */
static void note_second_best(const struct tc_report *report)
{
	for (size_t i = 0; i < report->refused_count; i++)
		if (is_refused_in_some(report, i))
			note_otherwise(report, report->refused[i].why);
		else if (strcmp(report->refused[i].source, "bpf") != 0)
			tc_note(_("read through %s, since %s does not work: %s"), report->source,
				report->refused[i].source, report->refused[i].why);
}

static void note_how(const struct tc_report *report)
{
	uint64_t read_us = report->read_us ? report->read_us : report->took_us - report->found_us;

	for (size_t i = 0; i < report->refused_count; i++)
		if (is_refused_in_some(report, i))
			note_otherwise(report, report->refused[i].why);
		else
			tc_note(_("source %s was not used: %s"), report->refused[i].source,
				report->refused[i].why);
	if (report->way == TC_WAY_PROBED)
		tc_note("%s", _("this kernel lets eBPF read by calls alone: typed reads (since "
				"Linux 6.2) it lacks or refuses"));
	if (report->found_us)
		tc_note(_("the network namespaces were found in %s ms"),
			tc_decimal((double)report->found_us / 1000.0).text);
	if (report->estimate_us)
		tc_note(_("read through %s in %s ms; %s ms were expected"), report->source,
			tc_decimal((double)read_us / 1000.0).text,
			tc_decimal((double)report->estimate_us / 1000.0).text);
	else
		tc_note(_("read through %s in %s ms"), report->source,
			tc_decimal((double)read_us / 1000.0).text);
	for (int state = 0; state < TC_STATE_COUNT; state++)
		if (report->rest_states & TC_STATE_BIT(state))
			tc_note(_("%s was read through %s"), tc_state_name(state),
				report->rest_source);
	if (report->owners.source)
		tc_note(_("descriptors of processes were read through %s"), report->owners.source);
	if (report->foreign)
		tc_note(tc_ngettext("recognised: %s, %llu line", "recognised: %s, %llu lines",
				    (unsigned long)report->lines),
			report->formats, (unsigned long long)report->lines);
}

int tc_look_finish(const struct tc_options *options, int err, const struct tc_report *report)
{
	if (err)
		return tc_look_error("%s", *report->why ? report->why : strerror(-err));
	note_namespaces(options, report);
	note_not_read(report);
	note_unused_files(report);
	note_unread_lines(report);
	note_damaged(report);
	note_unknown_states(report);
	/* A table says itself that it is not complete. */
	if ((!report->complete && options->form != TC_FORM_TABLE) ||
	    (report->complete && *report->why))
		tc_note("%s%s", report->complete ? "" : tc_incomplete_start(report), report->why);
	if (options->verbose)
		note_how(report);
	else
		note_second_best(report);
	return TC_EXIT_FINE;
}

void tc_look_note_hidden(const struct tc_report *report)
{
	uint64_t hidden = report->owners.sockets[TC_OWNER_HIDDEN];
	char why[TC_WHY_MAX];

	/* Who wrote a listing may have had other privileges. */
	if (!hidden || report->foreign || report->owners_in_why)
		return;
	tc_gap_hidden(hidden, report->owners_err, why);
	tc_note("%s", why);
}

/* A column without words has a reason, which is said once. */
void tc_look_note_owners(const struct tc_report *report)
{
	uint64_t none = report->owners.sockets[TC_OWNER_NONE];

	tc_look_note_hidden(report);
	if (none)
		tc_note(tc_ngettext("%llu socket has no process, and no rule tells whose it was "
				    "(tcpcensus(1), OWNERS)",
				    "%llu sockets have no process, and no rule tells whose they were "
				    "(tcpcensus(1), OWNERS)",
				    (unsigned long)none),
			(unsigned long long)none);
	if (report->owners.sockets[TC_OWNER_UNKNOWN])
		tc_note(tc_ngettext("the listing does not say whose %llu socket is",
				    "the listing does not say whose %llu sockets are",
				    (unsigned long)report->owners.sockets[TC_OWNER_UNKNOWN]),
			(unsigned long long)report->owners.sockets[TC_OWNER_UNKNOWN]);
}

/* Which has whatever was asked for when it was written. */
static bool is_our_own(const struct tc_report *report)
{
	return strstr(report->formats, "tcpcensus JSON");
}

void tc_look_note_unseen(const struct tc_key *keys, size_t key_count, const struct tc_report *report)
{
	const char *no_proc = tc_privilege_no_proc();

	for (size_t k = 0; k < key_count; k++) {
		const struct tc_field *field = keys[k].field;

		bool beyond = field->flags & (TC_FIELD_CMDLINES | TC_FIELD_CGROUPS);

		if (field->flags & TC_FIELD_OWNERS) { /* of the rest, the note of owners says more */
			if (beyond && report->foreign && !is_our_own(report))
				tc_note(_("%s was not read: a listing does not give it"), field->name);
			continue;
		}
		if (!field->need || (field->need & report->unseen) != field->need ||
		    (k < 64 && report->given >> k & 1))
			continue;
		if (field->need == TC_HAVE_MARK && !report->foreign)
			tc_note(_("%s was not read: it needs CAP_NET_ADMIN, and netlink"),
				field->name);
		else if (field->need == TC_HAVE_NETNS && no_proc && !report->foreign)
			tc_note(_("%s was not read: %s"), field->name, no_proc);
		else
			tc_note(_("%s was not read: %s does not give it for these sockets"), field->name,
				report->source);
	}
}
