/* SPDX-License-Identifier: MIT */
/*
 * kept.h - a socket that outlives the call that hands it over, with its words and owners.
 */
#ifndef TC_MODEL_KEPT_H
#define TC_MODEL_KEPT_H

#include "tcpcensus.h"

/* Not to be moved once filled: it points into itself. Zeroed: empty. */
struct tc_kept {
	struct tc_sock sock;
	struct tc_text text; /* owned words */
	struct tc_inside inside;
	struct tc_owner owner;
	struct tc_process **processes; /* owned, in ascending order of pid */
	size_t capacity;
};

/* Copies a socket into an empty one, without its listener. -ENOMEM: release it. */
int tc_kept_copy(struct tc_kept *kept, const struct tc_sock *sock);

/*
 * Adds the owners of another socket that is to be kept as one with this: their processes, and
 * the words that are not there yet. The attribution becomes the less certain of both. -ENOMEM.
 */
int tc_kept_add_owner(struct tc_kept *kept, const struct tc_owner *owner);

void tc_kept_release(struct tc_kept *kept);

#endif
