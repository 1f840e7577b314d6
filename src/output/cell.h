/* SPDX-License-Identifier: MIT */
/* cell.h - the pieces that tables for people are put together from. */
#ifndef TC_OUTPUT_CELL_H
#define TC_OUTPUT_CELL_H

#include "model/field.h"
#include "output/output.h"

/* Terminal attributes; nothing is written where style->colour is off. */
enum tc_ink { TC_INK_PLAIN, TC_INK_BOLD, TC_INK_DIM, TC_INK_BAR, TC_INK_ALARM };
void tc_ink(struct tc_buf *out, const struct tc_style *style, enum tc_ink ink);

/*
 * Text in a column of at least `width`, padded on the left where `right`. What a
 * terminal does not show becomes '?': a listing must not be able to steer it.
 */
void tc_cell(struct tc_buf *out, const char *text, size_t width, bool right);

/*
 * The text of a value as a table shows it: of many items with commas the first, and "+N" for
 * the number of the others, since a listener of 700 workers would make every row as wide.
 */
void tc_cell_text(struct tc_buf *out, const struct tc_value *value);

/*
 * The room that is left for a column of arguments where the whole table is `total` wide, so that it
 * fits on style->cut, but never next to nothing; 0: as much as it needs, as any other column.
 */
size_t tc_cell_room(const struct tc_style *style, const struct tc_key *key, size_t width,
		    size_t total);

/* Cuts a text to so many columns, which its end tells; an inference stays one. */
void tc_cell_cut(struct tc_buf *text, size_t room);

/* A number, aligned right. */
void tc_cell_number(struct tc_buf *out, uint64_t number, size_t width);

/* part/whole as "12.3%", aligned right; "-" where the whole is 0. */
void tc_cell_share(struct tc_buf *out, uint64_t part, uint64_t whole, size_t width);

/* A bar of part/whole of `width` columns; at least a sliver where part is not 0. */
void tc_cell_bar(struct tc_buf *out, const struct tc_style *style, uint64_t part, uint64_t whole,
		 size_t width);

/* Ends a line: no blanks at its end. Those before an attribute have to be dropped before it. */
void tc_cell_end(struct tc_buf *out);
void tc_cell_trim(struct tc_buf *out);

/* Digits of a number. */
size_t tc_digits(uint64_t number);

#endif
