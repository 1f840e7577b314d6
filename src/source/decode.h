/* SPDX-License-Identifier: MIT */
/*
 * decode.h - byte order marks, and UTF-16 into UTF-8.
 *
 * Redirecting with > in Windows PowerShell writes UTF-16 with a mark, whatever the program was
 * that wrote: so what was saved over ssh from there is UTF-16, too. UTF-16 without a mark, as in
 * the middle of a file (>> to a file of the other kind), is left as it is: a reader of lines takes
 * the NULs out.
 */
#ifndef TC_SOURCE_DECODE_H
#define TC_SOURCE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tc_encoding {
	TC_ENCODING_UNDECIDED, /* no byte has come, or only the start of a mark */
	TC_ENCODING_BYTES,     /* UTF-8, or any other superset of ASCII */
	TC_ENCODING_UTF16LE,
	TC_ENCODING_UTF16BE,
};

/* Zeroed: an input begins. */
struct tc_decoder {
	enum tc_encoding encoding;
	unsigned char undecided[4]; /* bytes of a mark, or half of a UTF-16 unit */
	size_t undecided_length;
	uint32_t high_surrogate;
};

typedef void tc_decoded(void *context, const char *data, size_t length);

/* Hands the bytes over as UTF-8, without the mark; in pieces of any length. */
void tc_decode(struct tc_decoder *decoder, const unsigned char *data, size_t length,
	       tc_decoded *take, void *context);

/* The input has ended: hands over what was held back. */
void tc_decode_end(struct tc_decoder *decoder, tc_decoded *take, void *context);

#endif
