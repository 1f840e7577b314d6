/* SPDX-License-Identifier: MIT */
/* decode.c - byte order marks, and UTF-16 into UTF-8; see decode.h. */
#include "source/decode.h"

#include <string.h>

static const struct {
	const char *bytes;
	size_t length;
	enum tc_encoding encoding;
} marks[] = {
	{"\xff\xfe", 2, TC_ENCODING_UTF16LE},
	{"\xfe\xff", 2, TC_ENCODING_UTF16BE},
	{"\xef\xbb\xbf", 3, TC_ENCODING_BYTES},
};

/* Looks at the first bytes, which were put aside; true: decided. */
static bool decide(struct tc_decoder *decoder, bool at_end, tc_decoded *take, void *context)
{
	size_t length = decoder->undecided_length;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t common = length < marks[i].length ? length : marks[i].length;

		if (memcmp(decoder->undecided, marks[i].bytes, common) != 0)
			continue;
		if (common < marks[i].length && !at_end)
			return false;
		if (common == marks[i].length) {
			decoder->encoding = marks[i].encoding;
			decoder->undecided_length = 0;
			return true;
		}
	}
	decoder->encoding = TC_ENCODING_BYTES;
	decoder->undecided_length = 0;
	take(context, (const char *)decoder->undecided, length);
	return true;
}

/* Writes one character as UTF-8; returns its length. */
static size_t put_utf8(char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* One UTF-16 unit; a surrogate that stands alone becomes U+FFFD. Returns the length. */
static size_t decode_unit(struct tc_decoder *decoder, uint32_t unit, char *out)
{
	uint32_t high = decoder->high_surrogate;
	size_t length = 0;

	decoder->high_surrogate = 0;
	if (high && unit >= 0xdc00 && unit < 0xe000)
		return put_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
	if (high)
		length = put_utf8(out, 0xfffd);
	if (unit >= 0xd800 && unit < 0xdc00) {
		decoder->high_surrogate = unit;
		return length;
	}
	if (unit >= 0xdc00 && unit < 0xe000)
		unit = 0xfffd;
	return length + put_utf8(out + length, unit);
}

static void decode_utf16(struct tc_decoder *decoder, const unsigned char *data, size_t length,
			 tc_decoded *take, void *context)
{
	unsigned high = decoder->encoding == TC_ENCODING_UTF16BE ? 0 : 1;
	char out[4096];
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		decoder->undecided[decoder->undecided_length++] = data[i];
		if (decoder->undecided_length < 2)
			continue;
		decoder->undecided_length = 0;
		used += decode_unit(decoder,
				    (uint32_t)decoder->undecided[high] << 8 |
					    decoder->undecided[!high],
				    out + used);
		if (used > sizeof(out) - 8) {
			take(context, out, used);
			used = 0;
		}
	}
	take(context, out, used);
}

void tc_decode(struct tc_decoder *decoder, const unsigned char *data, size_t length,
	       tc_decoded *take, void *context)
{
	while (length && decoder->encoding == TC_ENCODING_UNDECIDED) {
		decoder->undecided[decoder->undecided_length++] = *data++;
		length--;
		decide(decoder, false, take, context);
	}
	if (!length)
		return;
	if (decoder->encoding == TC_ENCODING_BYTES)
		take(context, (const char *)data, length);
	else
		decode_utf16(decoder, data, length, take, context);
}

void tc_decode_end(struct tc_decoder *decoder, tc_decoded *take, void *context)
{
	if (decoder->encoding == TC_ENCODING_UNDECIDED && decoder->undecided_length)
		decide(decoder, true, take, context);
}
