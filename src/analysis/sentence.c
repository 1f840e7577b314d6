/* SPDX-License-Identifier: MIT */
/* sentence.c - the sentences that a check writes; see sentence.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "analysis/sentence.h"

#include <stdarg.h>
#include <string.h>

#include "analysis/facts.h"
#include "model/tally.h"
#include "util/buf.h"
#include "util/decimal.h"
#include "util/intl.h"

enum { WORD_MAX = 128 };

static void free_all(char **strings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}

void tc_draft_release(struct tc_draft *draft)
{
	free_all(draft->evidence, draft->count);
	free_all(draft->words, draft->word_count);
	free(draft->needs);
	*draft = (struct tc_draft){.english = draft->english};
}

const char *tc_draft_text(const struct tc_draft *draft, const char *text)
{
	return draft->english ? text : tc_tr(text);
}

/* Takes the string, also where there is no room for it; the list stays ended by NULL. */
static const char *keep(struct tc_draft *draft, char *string, char ***strings, size_t *count)
{
	char **grown = reallocarray(*strings, *count + 2, sizeof(*grown));

	if (grown)
		*strings = grown;
	if (!grown || !string) {
		draft->failed = true;
		free(string);
		return "";
	}
	grown[*count] = string;
	grown[++*count] = NULL;
	return string;
}

static char *format_string(const char *format, va_list arguments)
{
	char *string;

	return vasprintf(&string, format, arguments) < 0 ? NULL : string;
}

void tc_evidence(struct tc_draft *draft, const char *format, ...)
{
	va_list arguments;
	char *sentence;

	va_start(arguments, format);
	sentence = format_string(tc_draft_text(draft, format), arguments);
	va_end(arguments);
	keep(draft, sentence, &draft->evidence, &draft->count);
}

void tc_points_to(struct tc_draft *draft, size_t cause)
{
	if (draft->likely_count < TC_LIKELY_MAX)
		draft->likely[draft->likely_count++] = (uint8_t)cause;
}

void tc_is_no_remedy(struct tc_draft *draft, size_t remedy)
{
	draft->left_out |= UINT32_C(1) << remedy;
}

static void set_needs(struct tc_draft *draft, char *needs)
{
	free(draft->needs);
	draft->needs = needs;
	draft->failed |= !needs;
}

void tc_evidence_n(struct tc_draft *draft, const char *one, const char *many, uint64_t n, ...)
{
	va_list arguments;
	const char *format;
	char *sentence;

	if (draft->english)
		format = n == 1 ? one : many;
	else
		format = tc_ngettext(one, many, (unsigned long)n);
	va_start(arguments, n);
	sentence = format_string(format, arguments);
	va_end(arguments);
	if (draft->for_needs)
		set_needs(draft, sentence);
	else
		keep(draft, sentence, &draft->evidence, &draft->count);
	draft->for_needs = false;
}

void tc_needs(struct tc_draft *draft, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_needs(draft, format_string(tc_draft_text(draft, format), arguments));
	va_end(arguments);
}

struct tc_draft *tc_for_needs(struct tc_draft *draft)
{
	draft->for_needs = true;
	return draft;
}

/* ---- Parts of sentences -------------------------------------------------------------- */

const char *tc_words(struct tc_draft *draft, const char *format, ...)
{
	va_list arguments;
	char *string;

	va_start(arguments, format);
	string = format_string(format, arguments);
	va_end(arguments);
	return keep(draft, string, &draft->words, &draft->word_count);
}

/* As people write it in the language of the draft. */
static struct tc_decimal decimal(const struct tc_draft *draft, double number)
{
	return tc_decimal_by(number, tc_draft_text(draft, N_(".")));
}

const char *tc_words_duration(struct tc_draft *draft, uint64_t ms)
{
	uint64_t seconds = (ms + 500) / 1000;

	if (ms < 1000)
		return tc_words(draft, "%llu ms", (unsigned long long)ms);
	if (ms < 10000)
		return tc_words(draft, "%s s", decimal(draft, (double)ms / 1000).text);
	if (seconds < 120)
		return tc_words(draft, "%llu s", (unsigned long long)seconds);
	if (seconds < 7200)
		return tc_words(draft, seconds % 60 ? "%llu min %llu s" : "%llu min",
				(unsigned long long)(seconds / 60),
				(unsigned long long)(seconds % 60));
	return tc_words(draft, (seconds / 60) % 60 ? "%llu h %llu min" : "%llu h",
			(unsigned long long)(seconds / 3600),
			(unsigned long long)((seconds / 60) % 60));
}

const char *tc_words_bytes(struct tc_draft *draft, uint64_t bytes)
{
	static const char *const units[] = {N_("kB"), N_("MB"), N_("GB"), N_("TB")};
	double amount = (double)bytes / 1000;
	size_t unit = 0;

	if (bytes < 1000)
		return tc_words(draft, "%llu %s", (unsigned long long)bytes,
				tc_draft_text(draft, N_("B")));
	while (amount >= 1000 && unit + 1 < TC_ARRAY_SIZE(units)) {
		amount /= 1000;
		unit++;
	}
	if (amount < 10)
		return tc_words(draft, "%s %s", decimal(draft, amount).text,
				tc_draft_text(draft, units[unit]));
	return tc_words(draft, "%.0f %s", amount, tc_draft_text(draft, units[unit]));
}

const char *tc_words_share(struct tc_draft *draft, uint64_t part, uint64_t whole)
{
	double percent = whole ? 100.0 * (double)part / (double)whole : 0;

	if (percent < 1 && part)
		return tc_words(draft, "%s %%", decimal(draft, percent).text);
	return tc_words(draft, "%.0f %%", percent);
}

const char *tc_words_rate(struct tc_draft *draft, double per_second)
{
	if (per_second < 10)
		return tc_words(draft, "%s/s", decimal(draft, per_second).text);
	return tc_words(draft, "%.0f/s", per_second);
}

/* ---- Whose --------------------------------------------------------------------------- */

/* "nginx (nginx.service, 0.0.0.0:80)"; false: nothing is known of this row. */
static bool add_group(struct tc_buf *list, const struct tc_tally *tally, size_t row)
{
	size_t known = 0;

	for (size_t key = 0; key < tc_tally_key_count(tally); key++) {
		char text[WORD_MAX];

		if (!tc_tally_row_text(tally, row, key, text, sizeof(text)))
			continue;
		if (known == 0 && list->length)
			tc_buf_text(list, ", ");
		if (known)
			tc_buf_text(list, known == 1 ? " (" : ", ");
		if (strcmp(tc_field_name(tc_tally_key(tally, key)->field), "netns") == 0)
			tc_buf_text(list, "netns ");
		tc_buf_text(list, text);
		known++;
	}
	if (known > 1)
		tc_buf_byte(list, ')');
	if (known)
		tc_buf_format(list, ": %llu", (unsigned long long)tc_tally_row_count(tally, row));
	return known != 0;
}

/* The row of that name, which is the first key; SIZE_MAX: it is not one of those told. */
static size_t row_of(const struct tc_tally *tally, const char *name)
{
	for (size_t row = 0; tally && name && row < tc_tally_rows(tally); row++) {
		char text[WORD_MAX];

		if (tc_tally_row_text(tally, row, 0, text, sizeof(text)) && strcmp(text, name) == 0)
			return row;
	}
	return SIZE_MAX;
}

/* Somebody who is to stand before all others, or NULL, and of how many that one is told. */
struct first {
	const char *name;
	uint64_t count;
};

static void add_whose(struct tc_draft *draft, const struct tc_tally *tally, struct first first,
		      const char *all, const char *some)
{
	tc_auto_buf struct tc_buf list = TC_BUF_INIT;
	uint64_t other_groups = 0, other_count = 0;
	size_t leads = row_of(tally, first.name);
	const char *text;

	if (leads != SIZE_MAX)
		add_group(&list, tally, leads);
	else if (first.name)
		tc_buf_format(&list, "%s: %llu", first.name, (unsigned long long)first.count);
	for (size_t row = 0; tally && row < tc_tally_rows(tally); row++)
		if (row != leads)
			add_group(&list, tally, row);
	if (!list.length)
		return;
	tc_tally_other(tally, &other_groups, &other_count);
	if (first.name && leads == SIZE_MAX) /* one of the others, or all of them */
		other_count -= first.count < other_count ? first.count : other_count;
	text = tc_buf_string(&list);
	if (!text)
		draft->failed = true;
	else if (!other_groups || !other_count)
		tc_evidence(draft, all, text);
	else
		tc_evidence(draft, some, text, (unsigned long long)other_count);
}

void tc_evidence_whose_first(struct tc_draft *draft, const struct tc_symptom_facts *symptom,
			     const char *name, uint64_t count)
{
	const struct first first = {name && *name ? name : NULL, count}, none = {.name = NULL};

	add_whose(draft, symptom->who, first, N_("Whose: %s."), N_("Whose: %s; and of others: %llu."));
	add_whose(draft, symptom->peer, none, N_("Peers: %s."), N_("Peers: %s; and others: %llu."));
}

void tc_evidence_whose(struct tc_draft *draft, const struct tc_symptom_facts *symptom)
{
	tc_evidence_whose_first(draft, symptom, NULL, 0);
}
