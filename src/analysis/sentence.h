/* SPDX-License-Identifier: MIT */
/*
 * sentence.h - the sentences that a check writes, in the reader's language or in English.
 *
 * Every format is marked N_() where it stands and is translated here, so that the same check
 * serves people and programs.
 */
#ifndef TC_ANALYSIS_SENTENCE_H
#define TC_ANALYSIS_SENTENCE_H

#include "model/setting.h"
#include "tcpcensus.h"
#include "util/macro.h"

struct tc_facts;
struct tc_symptom_facts;

enum { TC_LIKELY_MAX = 8 };

/* What a check writes into. */
struct tc_draft {
	bool english;		   /* for programs */
	bool failed;		   /* no memory: the draft is not whole */
	const struct tc_facts *facts;	/* that are judged; NULL: none */
	bool for_needs;		   /* the next sentence is no evidence; see tc_for_needs() */
	bool is_shared;		   /* with more known, another rule may have these sockets */
	bool is_open;		   /* with more known, what was found may be graver */
	enum tc_severity severity; /* to be set with TC_FOUND */
	uint8_t likely[TC_LIKELY_MAX]; /* causes of the rule that the evidence points to */
	size_t likely_count;
	uint32_t left_out; /* remedies of the rule that help nothing here: bits, by place */
	char **evidence;	   /* owned; ended by NULL */
	size_t count;
	char *needs;  /* owned; with TC_UNSURE */
	char **words; /* owned; parts of sentences */
	size_t word_count;
};

void tc_draft_release(struct tc_draft *draft);

/* The text in the draft's language. */
const char *tc_draft_text(const struct tc_draft *draft, const char *text);

/* Adds a sentence; `format` is marked N_(). */
void tc_evidence(struct tc_draft *draft, const char *format, ...) tc_printf(2, 3);

/*
 * The same, whose wording depends on a number, which is an argument of its own as well. The two
 * are not marked: they stand where they are called, so that the translations find them as they
 * find those of tc_ngettext().
 */
void tc_evidence_n(struct tc_draft *draft, const char *one, const char *many, uint64_t n, ...)
	tc_printf(3, 5);

/*
 * The evidence points to this cause, a place in the row's list: it stands before all that the
 * evidence does not tell of, which keep their order. Of several the first named stands first.
 */
void tc_points_to(struct tc_draft *draft, size_t cause);

/* What stands in that place of the row's remedies is as good as done, or would make it worse. */
void tc_is_no_remedy(struct tc_draft *draft, size_t remedy);

/* With TC_UNSURE: what would have to be known, and how to get it. */
void tc_needs(struct tc_draft *draft, const char *format, ...) tc_printf(2, 3);

/* The draft; what tc_evidence_n() adds to it next becomes its needs. */
struct tc_draft *tc_for_needs(struct tc_draft *draft);

/*
 * Adds whose the sockets of a symptom are and who their peers are, each in a sentence with the
 * first few and how many others there are; nothing where nothing is known.
 */
void tc_evidence_whose(struct tc_draft *draft, const struct tc_symptom_facts *symptom);

/* The same; who has that name comes first, of whom so many are known. NULL or "": nobody does. */
void tc_evidence_whose_first(struct tc_draft *draft, const struct tc_symptom_facts *symptom,
			     const char *name, uint64_t count);

/* A count as %llu takes it. */
static inline unsigned long long tc_llu(uint64_t count)
{
	return count;
}

/* Parts of sentences, in the draft's language, valid until the draft is released. */
const char *tc_words(struct tc_draft *draft, const char *format, ...) tc_printf(2, 3);
const char *tc_words_duration(struct tc_draft *draft, uint64_t ms); /* "2 min 11 s" */
const char *tc_words_bytes(struct tc_draft *draft, uint64_t bytes); /* "1.1 MB" */
const char *tc_words_share(struct tc_draft *draft, uint64_t part, uint64_t whole); /* "37 %" */
const char *tc_words_rate(struct tc_draft *draft, double per_second); /* "12.4 per second" */

#endif
