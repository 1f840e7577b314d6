/* SPDX-License-Identifier: MIT */
/*
 * alike.h - whether words are the same as people write them.
 *
 * Letters fold, and what is neither letter nor digit does not count: "accept queue",
 * "ACCEPT_QUEUE" and "accept-queue" are one word.
 */
#ifndef TC_UTIL_ALIKE_H
#define TC_UTIL_ALIKE_H

#include <stdbool.h>
#include <stddef.h>

/* False also of a word without a letter or digit. */
bool tc_alike(const char *word, size_t length, const char *name, size_t name_length);

/* Whether it is like any item of a list that commas separate. */
bool tc_alike_any(const char *word, size_t length, const char *list);

#endif
