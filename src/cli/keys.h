/* SPDX-License-Identifier: MIT */
/* keys.h - lists of fields on the command line: "state,remote.net/16". */
#ifndef TC_CLI_KEYS_H
#define TC_CLI_KEYS_H

#include "cli/cli.h"

struct tc_key_list {
	struct tc_key *keys; /* owned */
	bool *descending;    /* owned; only where the list may say -FIELD */
	size_t count;
};

/*
 * Parses a list of at most `max` fields. 0, or TC_EXIT_USAGE after a line on stderr that
 * names the wrong word and the nearest right one.
 */
int tc_key_list_parse(const char *text, size_t max, bool signs, struct tc_key_list *ret_list);

/* All fields but those that have any of the TC_FIELD_ bits in `but`. */
int tc_key_list_all(unsigned but, struct tc_key_list *ret_list);

void tc_key_list_release(struct tc_key_list *list);

/* Adds the keys of another list at the end. 0, or the exit status after a line on stderr. */
int tc_key_list_append(struct tc_key_list *list, const struct tc_key_list *more);

#endif
