/* SPDX-License-Identifier: MIT */
/* state.c - the tables of states.def and the questions that are asked of them. */
#include "model/state.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "util/intl.h"

/* clang-format off */
const struct tc_state_row tc_state_rows[TC_STATE_COUNT] = {
#define STATE(state, ...) { .id = TC_##state, .name = #state, __VA_ARGS__ },
#define TRANSITION(...)
#include "model/states.def"
#undef STATE
#undef TRANSITION
};

const struct tc_transition tc_transitions[] = {
#define STATE(...)
#define TRANSITION(before, after, ...) { .from = TC_##before, .to = TC_##after, __VA_ARGS__ },
#include "model/states.def"
#undef STATE
#undef TRANSITION
	{ .event = NULL },
};

/* Where the row of each state stands: the rows are in the order of display, not of number. */
enum {
#define STATE(state, ...) ROW_OF_##state,
#define TRANSITION(...)
#include "model/states.def"
#undef STATE
#undef TRANSITION
	ROW_COUNT
};
_Static_assert((int)ROW_COUNT == (int)TC_STATE_COUNT, "states.def has a row for each state");

static const uint8_t row_of[TC_STATE_COUNT] = {
#define STATE(state, ...) [TC_##state] = ROW_OF_##state,
#define TRANSITION(...)
#include "model/states.def"
#undef STATE
#undef TRANSITION
};
/* clang-format on */

/* The longest spelling, folded, fits with room to spare; longer words are no state. */
enum { WORD_MAX = 24, KERNEL_NEW_SYN_RECV = 12 };

/* Stands for letters that are not ASCII; see fold_localised(). */
enum { OTHER_BYTE = 1 };

const struct tc_state_row *tc_state_row(int state)
{
	if (state < 0 || state >= TC_STATE_COUNT)
		state = TC_UNKNOWN;
	return &tc_state_rows[row_of[state]];
}

const char *tc_state_name(int state)
{
	return tc_state_row(state)->name;
}

const char *tc_state_meaning(int state)
{
	return tc_tr(tc_state_row(state)->meaning);
}

enum tc_state tc_state_from_kernel(unsigned number)
{
	/* Called once a socket: the enumerators 1 to 11 are the kernel's numbers. */
	if (tc_likely(number <= TC_CLOSING))
		return (enum tc_state)number;
	return number == KERNEL_NEW_SYN_RECV ? TC_SYN_RECV : TC_UNKNOWN;
}

/* Letters and digits in lower case; '-', '_' and blanks do not count. 0: not a word. */
static size_t fold(const char *word, size_t length, char folded[WORD_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)word[i];

		if (c == '-' || c == '_' || c == ' ')
			continue;
		if (!isalnum(c) || used == WORD_MAX)
			return 0;
		folded[used++] = (char)tolower(c);
	}
	return used;
}

/* Drops the "TCP_" of the kernel's enumerators, as tracers print them. */
static size_t drop_prefix(char folded[WORD_MAX], size_t length)
{
	if (length <= 3 || memcmp(folded, "tcp", 3) != 0)
		return length;
	memmove(folded, folded + 3, length - 3);
	return length - 3;
}

/*
 * Whether the first spelling of the list, up to a blank, folds to the word. It is folded as it
 * is compared and nearly always ends at the first letter: a listing may have as many words
 * that are no state as it has lines.
 */
static bool is_spelling(const char *item, const char *folded, size_t length)
{
	size_t at = 0;

	for (; *item && *item != ' '; item++) {
		if (*item == '-' || *item == '_')
			continue;
		if (at == length || tolower((unsigned char)*item) != folded[at])
			return false;
		at++;
	}
	return at == length;
}

/* The items are a few letters: two calls of the string functions take longer. */
static const char *next_spelling(const char *list)
{
	while (*list && *list != ' ')
		list++;
	return *list ? list + 1 : list;
}

/* Whether the list "SYN_RCVD NEW_SYN_RECV" has the word. */
static bool list_has(const char *list, const char *folded, size_t length)
{
	while (list && *list) {
		if (is_spelling(list, folded, length))
			return true;
		list = next_spelling(list);
	}
	return false;
}

/*
 * As fold(), for words that are not ASCII: each run of other bytes, and '?', becomes one
 * byte, since listings arrive in the code page of their machine ("ABH\x99REN") or damaged by
 * whoever passed them on ("ABH?REN"). 0 where nothing else is left to tell words apart.
 */
static size_t fold_localised(const char *word, size_t length, char folded[WORD_MAX])
{
	size_t used = 0, letters = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)word[i];

		if (c == '-' || c == '_' || c == ' ')
			continue;
		if (c >= 0x80 || c == '?') {
			if (used && folded[used - 1] == OTHER_BYTE)
				continue;
			c = (unsigned char)OTHER_BYTE;
		} else if (isalnum(c)) {
			c = (unsigned char)tolower(c);
			letters++;
		} else {
			return 0;
		}
		if (used == WORD_MAX)
			return 0;
		folded[used++] = (char)c;
	}
	return letters > 2 ? used : 0;
}

/* As is_spelling(), of words folded by fold_localised(). */
static bool is_localised(const char *item, const char *folded, size_t length)
{
	size_t at = 0;

	for (; *item && *item != ' '; item++) {
		unsigned char c = (unsigned char)*item;

		if (c == '-' || c == '_')
			continue;
		if (c >= 0x80) {
			if (at && folded[at - 1] == OTHER_BYTE)
				continue;
			c = (unsigned char)OTHER_BYTE;
		}
		if (at == length || tolower(c) != folded[at])
			return false;
		at++;
	}
	return at == length;
}

static bool list_has_localised(const char *list, const char *folded, size_t length)
{
	while (list && *list) {
		if (is_localised(list, folded, length))
			return true;
		list = next_spelling(list);
	}
	return false;
}

static int parse_localised(const char *word, size_t length)
{
	char folded[WORD_MAX];
	size_t used = fold_localised(word, length, folded);

	for (size_t i = 0; used && i < TC_STATE_COUNT; i++)
		if (list_has_localised(tc_state_rows[i].localised, folded, used))
			return tc_state_rows[i].id;
	return -ENOENT;
}

int tc_state_parse(const char *word, size_t length)
{
	char folded[WORD_MAX];
	size_t used = drop_prefix(folded, fold(word, length, folded));

	for (size_t i = 0; used && i < TC_STATE_COUNT; i++) {
		const struct tc_state_row *row = &tc_state_rows[i];

		if (is_spelling(row->name, folded, used) || list_has(row->rfc, folded, used) ||
		    is_spelling(row->ss, folded, used) || list_has(row->spellings, folded, used))
			return row->id;
	}
	return parse_localised(word, length);
}

/* The bit of a folded word: of its length, its first and its last letter. */
static unsigned shape_of(const char *folded, size_t length)
{
	unsigned shape = (unsigned char)folded[0];

	shape = shape * 31 + (unsigned char)folded[length - 1];
	shape = shape * 31 + (unsigned)length;
	return shape % (sizeof(((struct tc_state_shapes *)0)->bits) * 8);
}

static void add_shapes(struct tc_state_shapes *shapes, const char *list)
{
	for (; list && *list; list = next_spelling(list)) {
		char folded[WORD_MAX];
		size_t length = fold_localised(list, strcspn(list, " "), folded);
		unsigned shape = length ? shape_of(folded, length) : 0;

		shapes->bits[shape / 64] |= length ? 1ull << shape % 64 : 0;
	}
}

void tc_state_shapes_init(struct tc_state_shapes *ret_shapes)
{
	*ret_shapes = (struct tc_state_shapes){.bits = {0}};
	for (size_t i = 0; i < TC_STATE_COUNT; i++) {
		add_shapes(ret_shapes, tc_state_rows[i].name);
		add_shapes(ret_shapes, tc_state_rows[i].rfc);
		add_shapes(ret_shapes, tc_state_rows[i].ss);
		add_shapes(ret_shapes, tc_state_rows[i].spellings);
		add_shapes(ret_shapes, tc_state_rows[i].localised);
	}
}

bool tc_state_may_be(const struct tc_state_shapes *shapes, const char *word, size_t length)
{
	char folded[WORD_MAX];
	size_t used = fold_localised(word, length, folded);
	unsigned shape;

	if (used < 3 || memcmp(folded, "tcp", 3) == 0)
		return true; /* has a prefix to drop, or is not folded so: not told here */
	shape = shape_of(folded, used);
	return shapes->bits[shape / 64] >> shape % 64 & 1;
}

int tc_state_parse_conntrack(const char *word, size_t length)
{
	char folded[WORD_MAX];
	size_t used = fold(word, length, folded);

	for (size_t i = 0; used && i < TC_STATE_COUNT; i++)
		if (list_has(tc_state_rows[i].conntrack, folded, used))
			return tc_state_rows[i].id;
	return tc_state_parse(word, length);
}
