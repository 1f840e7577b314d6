/* SPDX-License-Identifier: MIT */
/* owner.h - what is known of an owner, put into words. */
#ifndef TC_MODEL_OWNER_H
#define TC_MODEL_OWNER_H

#include "tcpcensus.h"
#include "util/buf.h"

/* By enum tc_attribution, and NULL behind the last. */
extern const char *const tc_attribution_names[TC_ATTRIBUTION_COUNT + 1];

/* Whether it is a conclusion by a rule, and no observation: its words end in '?'. */
bool tc_attribution_is_inferred(enum tc_attribution how);

/*
 * Adds the word of a part: each that the processes have once, in the order of bytes (numbers: of
 * pids); of candidates that exclude each other only what is the same for all of them. An inference
 * gets its '?'. False: nothing is known, nothing added.
 */
bool tc_owner_word(const struct tc_owner *owner, enum tc_owner_part part, struct tc_buf *out);

/* Whether what it shows of a part is more than one word: "nginx,php-fpm", but not "nginx" of two. */
bool tc_owner_is_several(const struct tc_owner *owner, enum tc_owner_part part);

#endif
