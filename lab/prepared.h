/* SPDX-License-Identifier: MIT */
/*
 * prepared.h - situations that are read from saved files, since to make them would touch more than
 * a namespace of the laboratory's.
 *
 * The figures are those of an invented machine, in the very form in which a kernel or a program
 * prints them, and agree with each other but for what they are about. What is found in them, the
 * rules find by what they always do: nothing is put in their mouths.
 */
#ifndef TC_LAB_PREPARED_H
#define TC_LAB_PREPARED_H

#include <stddef.h>

#define LAB_PAPERS_MAX 6

struct lab_paper {
	const char *command; /* that prints such a text; NULL ends the list */
	const char *text;
};

struct lab_prepared {
	const char *why; /* it is not made; marked for translation */
	struct lab_paper papers[LAB_PAPERS_MAX + 1];
};

extern const struct lab_prepared lab_prepared_orphans_high;
extern const struct lab_prepared lab_prepared_tcp_mem;
extern const struct lab_prepared lab_prepared_tcp_mem_limit;
extern const struct lab_prepared lab_prepared_counts_disagree;

/* The papers as files in memory, which have a path while they are open, for other programs too. */
struct lab_papers {
	size_t count;
	int fds[LAB_PAPERS_MAX];
	char paths[LAB_PAPERS_MAX][64];
	const char *more[LAB_PAPERS_MAX]; /* the paths but for the first; ended by NULL */
};

/* 0 or -errno; *ret_papers is to be closed in either case. */
int lab_papers_open(const struct lab_prepared *prepared, struct lab_papers *ret_papers);
void lab_papers_close(struct lab_papers *papers);

#endif
