/* SPDX-License-Identifier: MIT */
/*
 * story_length.h - the table of what was tried on TIME_WAIT, and what came of it.
 */
#ifndef TC_LAB_STORY_LENGTH_H
#define TC_LAB_STORY_LENGTH_H

#include "util/buf.h"

enum lab_length_outcome {
	LAB_LASTS,	 /* as long as it does by default */
	LAB_RESTARTS,	 /* that long from what happened on */
	LAB_ENDS,	 /* by what happened */
	LAB_TAKEN_OVER,	 /* by a new connection */
	LAB_NEVER,	 /* there is none, */
	LAB_ABORTED,	 /* and the peer gets a RST */
	LAB_FIN_TIMEOUT, /* as long as tcp_fin_timeout says */
	LAB_NO_SETTING,	 /* it could not be tried */
};

/* The texts are translated. */
struct lab_length_row {
	const char *what;
	const char *said; /* NULL: nothing */
	enum lab_length_outcome outcome;
	double lasted_s;
};

/* Adds the table; where it is too wide, each row is set in lines. */
void lab_length_table(struct tc_buf *out, const struct lab_length_row *rows, size_t n,
		      size_t width);

#endif
