/* SPDX-License-Identifier: MIT */
/* tally.h - groups of sockets as output reads them: by value, not by text. */
#ifndef TC_MODEL_TALLY_H
#define TC_MODEL_TALLY_H

#include "model/field.h"

size_t tc_tally_key_count(const struct tc_tally *tally);
const struct tc_key *tc_tally_key(const struct tc_tally *tally, size_t key);

/* The value of a key in a sorted row; text in it lives as long as the tally. */
void tc_tally_row_value(const struct tc_tally *tally, size_t row, size_t key,
			struct tc_value *ret_value);

#endif
