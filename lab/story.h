/* SPDX-License-Identifier: MIT */
/*
 * story.h - what happens between two machines, told while it is made to happen.
 *
 * A scenario (scenario.h) is a situation to be looked at. A story has an order in time: it does
 * something, looks at what came of it, and says both; and it knows what has to come of it, so
 * that telling it is a test. Texts are marked N_() and translated by whoever shows them.
 */
#ifndef TC_LAB_STORY_H
#define TC_LAB_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/scenario.h"

/* Where a story goes; the program shows it, a test may throw it away. */
struct lab_teller {
	void *context;
	unsigned width; /* columns */
	bool utf8;
	/* One paragraph, translated and filled in; a drawing is whole lines. */
	void (*paragraph)(void *context, const char *text);
	void (*drawing)(void *context, const char *lines);
	char why[LAB_WHY_MAX]; /* what went wrong, and at which step */
};

struct lab_story {
	const char *name;
	const char *summary;   /* marked for translation */
	unsigned needs;	       /* bits of enum lab_need */
	unsigned seconds;      /* how long it takes, about */
	const char *standards; /* where to read on: "RFC 9293 3.6.1, RFC 1337" */
	const char *topics;    /* and what `explain` has to say: "TIME_WAIT tcp_tw_reuse" */
	/*
	 * Makes namespaces of its own, tells, and takes everything down, also on an error. 0: what
	 * had to be seen was seen. -EBADE: something else was seen, and why says what. Another
	 * -errno: it could not be made, and why says at which step.
	 */
	int (*tell)(struct lab_teller *teller);
};

/* All stories, ended by a row without a name. */
extern const struct lab_story lab_stories[];

/* Tells a story, and where to read on. Returns what it returns. */
int lab_story_tell(const struct lab_story *story, struct lab_teller *teller);

/* Adds a paragraph; the format is marked N_(). */
void lab_say(struct lab_teller *teller, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
