/* SPDX-License-Identifier: MIT */
/* look.h - what census, by and list do alike: the query before, the notes after. */
#ifndef TC_CLI_LOOK_H
#define TC_CLI_LOOK_H

#include "cli/cli.h"

struct tc_look {
	struct tc_query query;
	struct tc_filter *filter;
};

/*
 * Fills the query from the options and the words of the filter. 0, or the exit status to
 * leave with, after a line on stderr. Enters the namespace of -N for good.
 */
int tc_look_prepare(struct tc_look *look, const struct tc_options *options, int argc, char **argv);
void tc_look_release(struct tc_look *look);

/* Enters the namespace of -N for good; of "all", none. 0, or the exit status to leave with. */
int tc_look_enter_netns(const struct tc_options *options);

/* Whether all network namespaces are to be read. */
bool tc_look_is_every_netns(const struct tc_options *options);

/*
 * Makes --interval the time between a first look, at who holds what, and the one that counts.
 * To be called when the keys of the query are known.
 */
void tc_look_earlier(struct tc_look *look, const struct tc_options *options);

/* After a scan: the notes that people need, on stderr. Returns the exit status. */
int tc_look_finish(const struct tc_options *options, int err, const struct tc_report *report);

/* Says once, on stderr, of how many sockets it is not known whose they are, and why. */
void tc_look_note_owners(const struct tc_report *report);

/* The same, but only of those that more privilege would tell of. */
void tc_look_note_hidden(const struct tc_report *report);

/* Says once, on stderr, which of the fields that were asked for no socket had. */
void tc_look_note_unseen(const struct tc_key *keys, size_t key_count,
			 const struct tc_report *report);

#endif
