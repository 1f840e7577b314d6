/* SPDX-License-Identifier: MIT */
/*
 * output.h - a census, groups and sockets as bytes, in every form.
 *
 * Nothing here reads or writes: what a writer needs to know it is told, and what it makes
 * goes into a buffer. Tables are for people, in their language; JSON and CSV are for
 * programs, always with English keys, and JSON is a contract (tcpcensus-json(5)).
 */
#ifndef TC_OUTPUT_OUTPUT_H
#define TC_OUTPUT_OUTPUT_H

#include "model/field.h"
#include "model/tally.h"
#include "tcpcensus.h"
#include "util/buf.h"

enum tc_form { TC_FORM_TABLE, TC_FORM_JSON, TC_FORM_NDJSON, TC_FORM_CSV };

/* How a table looks. */
struct tc_style {
	unsigned width; /* columns of the terminal; 0: no limit */
	unsigned cut;	/* ... that arguments are cut to; 0: never, as where it is piped on */
	bool colour;
	bool utf8; /* block characters may be used */
	/* What commands that are shown need to look at the same, " -N web"; NULL: nothing. */
	const char *look;
};

/* What stands beside every result. */
struct tc_stamp {
	char taken_at[32]; /* RFC 3339 in UTC with milliseconds, or "" for a listing */
	char host[65];	   /* or "" */
};

/* The census in any form. */
void tc_write_census(struct tc_buf *out, enum tc_form form, const struct tc_census *census,
		     const struct tc_report *report, const struct tc_stamp *stamp,
		     const struct tc_style *style);

/*
 * Below a census for people: at most three lines of what rules say of it, the worst first. The
 * verdicts are as tc_glance_take() makes them.
 */
void tc_write_census_verdicts(struct tc_buf *out, const struct tc_diagnosis *verdicts,
			      const struct tc_style *style);

/* Takes what a writer has so far and empties the buffer; not 0: it wants no more. */
typedef int tc_pass_on(struct tc_buf *out);

/*
 * A sorted tally in any form. Of many rows `pass_on` (NULL: nobody) takes one part after the other,
 * and what it returned where that was not 0 is returned; the last part is left in the buffer.
 */
int tc_write_groups(struct tc_buf *out, enum tc_form form, const struct tc_tally *tally,
		    const struct tc_report *report, const struct tc_stamp *stamp,
		    const struct tc_style *style, tc_pass_on *pass_on);

/*
 * What stands behind the rows where `pass_on` wanted no more of them, because of which the result is
 * incomplete. JSON gets no end at all, so that no parser takes it for whole.
 */
void tc_write_groups_cut(struct tc_buf *out, enum tc_form form, const struct tc_tally *tally,
			 const struct tc_report *report, const struct tc_stamp *stamp,
			 const struct tc_style *style);

/*
 * Listeners in any form, the first `top` (0: all). A table says below what is wrong and which
 * listener the kernel's counters point to.
 */
void tc_write_listeners(struct tc_buf *out, enum tc_form form, const struct tc_listening *listening,
			size_t top, const struct tc_report *report, const struct tc_stamp *stamp,
			const struct tc_style *style);

/* The headroom of ports in any form; of the destinations the first `top` (0: all). */
void tc_write_ports(struct tc_buf *out, enum tc_form form, const struct tc_ports *ports, size_t top,
		    const struct tc_report *report, const struct tc_stamp *stamp,
		    const struct tc_style *style);

/*
 * A diagnosis in any form. For programs it has to be one in English. What is not complete is said
 * in each.
 */
void tc_write_diagnosis(struct tc_buf *out, enum tc_form form, const struct tc_diagnosis *diagnosis,
			const struct tc_report *report, const struct tc_stamp *stamp,
			const struct tc_style *style);

/* The table of rules: what there is to be found. */
void tc_write_rules(struct tc_buf *out, enum tc_form form, const struct tc_rule_text *rules,
		    size_t count, const struct tc_style *style);

/* ---- Sockets, one after the other ---------------------------------------------------- */

struct tc_list_writer;

/*
 * A writer of sockets with the given columns. In the forms of JSON a value that was not read
 * is left out. A table measures its columns on the first TC_LIST_MEASURED rows, which it
 * keeps until then.
 */
enum { TC_LIST_MEASURED = 256 };
int tc_list_writer_new(enum tc_form form, const struct tc_key *columns, size_t column_count,
		       const struct tc_stamp *stamp, const struct tc_style *style,
		       struct tc_list_writer **ret_writer);
void tc_list_writer_free(struct tc_list_writer *writer);

/* One socket, as values of the columns; `count` is how many sockets it stands for. */
void tc_list_row(struct tc_list_writer *writer, const struct tc_value *values, uint64_t count,
		 struct tc_buf *out);

/*
 * The end. `left_out` sockets passed the filter and were not shown (--top). A report that is
 * not complete is told in every form.
 */
void tc_list_end(struct tc_list_writer *writer, uint64_t left_out, const struct tc_report *report,
		 struct tc_buf *out);

/* Which way the numbers of an incomplete result may be wrong: TC_MAY_ bits. */
unsigned tc_incomplete_deviation(const struct tc_report *report);

/*
 * What stands before the reason why a result is not complete, ": " included: which way its numbers
 * may be wrong, in the reader's language.
 */
const char *tc_incomplete_start(const struct tc_report *report);

/* The last lines of a table whose result is not complete; nothing where it is. */
void tc_write_incomplete(struct tc_buf *out, const struct tc_report *report,
			 const struct tc_style *style);

/* The same for programs: "at_least", "at_most" or "unsure". */
const char *tc_incomplete_word(const struct tc_report *report);

#endif
