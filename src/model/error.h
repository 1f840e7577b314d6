/* SPDX-License-Identifier: MIT */
/*
 * error.h - the errors that programs meet with TCP, as a table.
 *
 * errors.def is the only place that explains them; `tcpcensus explain EADDRNOTAVAIL`, or the
 * sentence that a program has printed, shows a row.
 */
#ifndef TC_MODEL_ERROR_H
#define TC_MODEL_ERROR_H

#include <stddef.h>

/* One row of errors.def. Texts marked N_() there are English here: show them by tc_tr(). */
struct tc_error_row {
	const char *name;      /* "EADDRNOTAVAIL" */
	int number;	       /* on this system: EADDRNOTAVAIL */
	const char *sentence;  /* as strerror(3) says it in English */
	const char *spellings; /* what else programs print, separated by ", "; or "" */
	const char *meaning;   /* one line */
	const char *what;      /* where it comes from, with ${setting} as output/fill.h describes */
	const char *act;       /* what to do, and what not */
	const char *related;   /* names of other topics, separated by ", " */
	const char *source;    /* manual pages, kernel file:function */
};

/* clang-format off */
enum tc_error {
#define ERROR(name, ...) TC_ERROR_##name,
#include "model/errors.def"
#undef ERROR
	TC_ERROR_COUNT
};
/* clang-format on */

extern const struct tc_error_row tc_error_rows[TC_ERROR_COUNT];

/*
 * The error that a word names: its name, its sentence in English or in the language of the locale,
 * or another spelling; letters fold, and what is neither letter nor digit does not count.
 * -ENOENT: none of the table.
 */
int tc_error_find(const char *word, size_t length);

#endif
