/* SPDX-License-Identifier: MIT */
/*
 * buf.h - a growable byte buffer, the one way in which output and keys are put together.
 *
 * A failed allocation is remembered in `failed` and later additions do nothing, so a
 * writer adds without checks and the caller asks once at the end.
 */
#ifndef TC_UTIL_BUF_H
#define TC_UTIL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "util/macro.h"

struct tc_buf {
	char *data; /* owned; not NUL-terminated unless tc_buf_string() was called */
	size_t length;
	size_t capacity;
	bool failed; /* an allocation failed: the content is not whole */
};

#define TC_BUF_INIT { 0 }

/* Frees the memory and makes the buffer empty and usable again. */
void tc_buf_release(struct tc_buf *buf);

/* Makes room for `more` bytes past length; false: no memory, and `failed` is set. */
bool tc_buf_reserve(struct tc_buf *buf, size_t more);

void tc_buf_add(struct tc_buf *buf, const void *data, size_t length);
void tc_buf_text(struct tc_buf *buf, const char *text);
void tc_buf_fill(struct tc_buf *buf, char byte, size_t count);
void tc_buf_number(struct tc_buf *buf, uint64_t number);
void tc_buf_format(struct tc_buf *buf, const char *format, ...) tc_printf(2, 3);

/* NUL-terminates and returns the content; NULL when an addition has failed. Borrowed. */
const char *tc_buf_string(struct tc_buf *buf);

/* Copies the content, cut if need be, into `size` > 0 bytes with a NUL; returns its length. */
size_t tc_buf_copy(const struct tc_buf *buf, char *to, size_t size);

/* Empties the buffer and keeps its memory. */
static inline void tc_buf_clear(struct tc_buf *buf)
{
	buf->length = 0;
	buf->failed = false;
}

static inline void tc_buf_byte(struct tc_buf *buf, char byte)
{
	if (tc_likely(buf->length < buf->capacity) || tc_buf_reserve(buf, 1))
		buf->data[buf->length++] = byte;
}

#define tc_auto_buf __attribute__((cleanup(tc_buf_release)))

#endif
