/* SPDX-License-Identifier: MIT */
/* slice.h - a piece of text that is not NUL-terminated and belongs to somebody else. */
#ifndef TC_UTIL_SLICE_H
#define TC_UTIL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct tc_slice {
	const char *data;
	size_t length;
};

static inline bool tc_slice_is(struct tc_slice slice, const char *text)
{
	/* The first byte settles most of the comparisons with the words of a table. */
	if (!slice.length || slice.data[0] != text[0])
		return !slice.length && !*text;
	return slice.length == strlen(text) && memcmp(slice.data, text, slice.length) == 0;
}

/* As tc_slice_is(), and ASCII letters fold. */
static inline bool tc_slice_is_folded(struct tc_slice slice, const char *text)
{
	size_t length = strlen(text);

	return slice.length == length && strncasecmp(slice.data, text, length) == 0;
}

static inline bool tc_slice_starts(struct tc_slice slice, const char *text)
{
	size_t length = strlen(text);

	return slice.length >= length && memcmp(slice.data, text, length) == 0;
}

/* The slice without its first `count` bytes; empty where it has not so many. */
static inline struct tc_slice tc_slice_after(struct tc_slice slice, size_t count)
{
	if (count > slice.length)
		count = slice.length;
	return (struct tc_slice){slice.data + count, slice.length - count};
}

/* The slice up to its first `byte`, or all of it. */
static inline struct tc_slice tc_slice_until(struct tc_slice slice, char byte)
{
	const char *at = slice.length ? memchr(slice.data, byte, slice.length) : NULL;

	return (struct tc_slice){slice.data, at ? (size_t)(at - slice.data) : slice.length};
}

/* Where `text` first stands in the slice, or slice.length. */
static inline size_t tc_slice_find(struct tc_slice slice, const char *text)
{
	const char *at = slice.length ? memmem(slice.data, slice.length, text, strlen(text)) : NULL;

	return at ? (size_t)(at - slice.data) : slice.length;
}

#endif
