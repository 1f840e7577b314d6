/* SPDX-License-Identifier: MIT */
/* buf.c - a growable byte buffer; see buf.h. */
#include "util/buf.h"

#include <stdarg.h>

enum { FIRST_CAPACITY = 256 };

void tc_buf_release(struct tc_buf *buf)
{
	free(buf->data);
	*buf = (struct tc_buf)TC_BUF_INIT;
}

bool tc_buf_reserve(struct tc_buf *buf, size_t more)
{
	size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
	char *data;

	if (buf->failed)
		return false;
	if (more <= buf->capacity - buf->length)
		return true;
	if (more > SIZE_MAX / 2 - buf->length) {
		buf->failed = true;
		return false;
	}
	while (capacity < buf->length + more)
		capacity *= 2;
	data = realloc(buf->data, capacity);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void tc_buf_add(struct tc_buf *buf, const void *data, size_t length)
{
	if (!length || !tc_buf_reserve(buf, length))
		return;
	memcpy(buf->data + buf->length, data, length);
	buf->length += length;
}

void tc_buf_text(struct tc_buf *buf, const char *text)
{
	tc_buf_add(buf, text, strlen(text));
}

void tc_buf_fill(struct tc_buf *buf, char byte, size_t count)
{
	if (!count || !tc_buf_reserve(buf, count))
		return;
	memset(buf->data + buf->length, byte, count);
	buf->length += count;
}

void tc_buf_number(struct tc_buf *buf, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	tc_buf_add(buf, digits + at, sizeof(digits) - at);
}

void tc_buf_format(struct tc_buf *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0) {
		buf->failed = true;
		return;
	}
	if (!tc_buf_reserve(buf, (size_t)length + 1))
		return;
	va_start(args, format);
	vsnprintf(buf->data + buf->length, (size_t)length + 1, format, args);
	va_end(args);
	buf->length += (size_t)length;
}

const char *tc_buf_string(struct tc_buf *buf)
{
	if (!tc_buf_reserve(buf, 1))
		return NULL;
	buf->data[buf->length] = '\0';
	return buf->data;
}

size_t tc_buf_copy(const struct tc_buf *buf, char *to, size_t size)
{
	size_t length = buf->length < size ? buf->length : size - 1;

	if (length)
		memcpy(to, buf->data, length);
	to[length] = '\0';
	return length;
}
