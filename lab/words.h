/* SPDX-License-Identifier: MIT */
/*
 * words.h - what the signs of a drawing (ladder.h) and the states in it mean, for a reader who has
 * never seen one.
 */
#ifndef TC_LAB_WORDS_H
#define TC_LAB_WORDS_H

#include "lab/wire.h"
#include "util/buf.h"

/* A set of words: one bit each. */
typedef uint64_t lab_words;

/* Those that are states. */
extern const lab_words lab_words_states;

/* Those that the drawing of a record has; timestamps, if they are shown. */
lab_words lab_words_of(const struct lab_wire *wire, bool stamps);

/* Adds a list of them with their meanings. */
void lab_words_put(struct tc_buf *out, lab_words words, bool utf8, size_t width);

#endif
