/* SPDX-License-Identifier: MIT */
/*
 * near.c - the nearest right word for a wrong one.
 *
 * The distance is that of Damerau and Levenshtein, restricted to neighbours (optimal string
 * alignment): an insertion, a deletion, a substitution and a swap of two letters cost 1.
 * A word is near when no more than a third of it is wrong; anything wider is a guess.
 */
#include "util/near.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 48 };

void tc_near_init(struct tc_near *near, const char *word, size_t length)
{
	size_t allowed = length / 3 + (length > 1);

	*near = (struct tc_near){ .word = word, .length = length, .distance = allowed + 1 };
}

static int folded(char c)
{
	return c == '_' || c == ' ' ? '-' : tolower((unsigned char)c);
}

static size_t smaller(size_t one, size_t other)
{
	return one < other ? one : other;
}

static size_t word_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	uint8_t row[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_length; j++)
		row[0][j] = (uint8_t)j;
	for (size_t i = 1; i <= a_length; i++) {
		uint8_t *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];

		now[0] = (uint8_t)i;
		for (size_t j = 1; j <= b_length; j++) {
			int same = folded(a[i - 1]) == folded(b[j - 1]);
			size_t best = smaller(before[j] + 1u, now[j - 1] + 1u);

			best = smaller(best, before[j - 1] + (same ? 0u : 1u));
			if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
			    folded(a[i - 2]) == folded(b[j - 1]))
				best = smaller(best, earlier[j - 2] + 1u);
			now[j] = (uint8_t)best;
		}
	}
	return row[a_length % 3][b_length];
}

/* Whether it has the same letters: to swap two is a slip that is made more often. */
static bool is_anagram(const struct tc_near *near, const char *candidate)
{
	int count[256] = {0};

	if (strlen(candidate) != near->length)
		return false;
	for (size_t i = 0; i < near->length; i++) {
		count[(unsigned char)folded(near->word[i])]++;
		count[(unsigned char)folded(candidate[i])]--;
	}
	for (size_t i = 0; i < sizeof(count) / sizeof(count[0]); i++)
		if (count[i])
			return false;
	return true;
}

/* Of two that are as near, the first but where only the other has the same letters. */
static bool is_nearer(const struct tc_near *near, const char *candidate)
{
	return near->best && !is_anagram(near, near->best) && is_anagram(near, candidate);
}

void tc_near_offer(struct tc_near *near, const char *candidate)
{
	size_t length = strlen(candidate), distance;

	if (near->length > WORD_MAX || length > WORD_MAX)
		return;
	distance = word_distance(near->word, near->length, candidate, length);
	if (distance > near->distance || (distance == near->distance && !is_nearer(near, candidate)))
		return;
	near->distance = distance;
	near->best = candidate;
}
