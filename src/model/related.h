/* SPDX-License-Identifier: MIT */
/*
 * related.h - what else there is to read about a topic.
 *
 * A row of terms.def, errors.def or counters.def names other topics; the way back is made from it,
 * on the pages of states, settings and rules too.
 */
#ifndef TC_MODEL_RELATED_H
#define TC_MODEL_RELATED_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"

/*
 * What is related to a state, a setting, a rule, a term, an error or a counter, by its name: what
 * its own row says, and the topics whose rows name it; each once, separated by ", ".
 */
void tc_related(const char *name, struct tc_buf *out);

/*
 * The rows of the three tables, one after the other: a name, and what it says itself. False: there
 * are no more.
 */
bool tc_related_row(size_t n, const char **ret_name, const char **ret_related);

#endif
