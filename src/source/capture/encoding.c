/* SPDX-License-Identifier: MIT */
/*
 * encoding.c - byte order marks, and UTF-16 into UTF-8.
 *
 * Redirecting with > in Windows PowerShell writes UTF-16 with a mark, so many a saved
 * Windows listing is. UTF-16 in the middle of a file (>> to a file of the other kind) is not
 * decoded but still read: tc_line_clean() takes out the NULs.
 */
#include "source/capture/input.h"

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
static bool decide(struct tc_capture *capture, bool at_end)
{
	size_t length = capture->undecided_length;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t common = length < marks[i].length ? length : marks[i].length;

		if (memcmp(capture->undecided, marks[i].bytes, common) != 0)
			continue;
		if (common < marks[i].length && !at_end)
			return false;
		if (common == marks[i].length) {
			capture->encoding = marks[i].encoding;
			capture->undecided_length = 0;
			return true;
		}
	}
	capture->encoding = TC_ENCODING_BYTES;
	capture->undecided_length = 0;
	tc_input_bytes(capture, (const char *)capture->undecided, length);
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
static size_t decode_unit(struct tc_capture *capture, uint32_t unit, char *out)
{
	uint32_t high = capture->high_surrogate;
	size_t length = 0;

	capture->high_surrogate = 0;
	if (high && unit >= 0xdc00 && unit < 0xe000)
		return put_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
	if (high)
		length = put_utf8(out, 0xfffd);
	if (unit >= 0xd800 && unit < 0xdc00) {
		capture->high_surrogate = unit;
		return length;
	}
	if (unit >= 0xdc00 && unit < 0xe000)
		unit = 0xfffd;
	return length + put_utf8(out + length, unit);
}

static void decode_utf16(struct tc_capture *capture, const unsigned char *data, size_t length)
{
	unsigned high = capture->encoding == TC_ENCODING_UTF16BE ? 0 : 1;
	char out[4096];
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		capture->undecided[capture->undecided_length++] = data[i];
		if (capture->undecided_length < 2)
			continue;
		capture->undecided_length = 0;
		used += decode_unit(capture,
				    (uint32_t)capture->undecided[high] << 8 |
					    capture->undecided[!high],
				    out + used);
		if (used > sizeof(out) - 8) {
			tc_input_bytes(capture, out, used);
			used = 0;
		}
	}
	tc_input_bytes(capture, out, used);
}

void tc_input_encoded(struct tc_capture *capture, const unsigned char *data, size_t length)
{
	while (length && capture->encoding == TC_ENCODING_UNDECIDED) {
		capture->undecided[capture->undecided_length++] = *data++;
		length--;
		decide(capture, false);
	}
	if (!length)
		return;
	if (capture->encoding == TC_ENCODING_BYTES)
		tc_input_bytes(capture, (const char *)data, length);
	else
		decode_utf16(capture, data, length);
}

void tc_input_encoded_end(struct tc_capture *capture)
{
	if (capture->encoding == TC_ENCODING_UNDECIDED && capture->undecided_length)
		decide(capture, true);
	tc_input_end(capture);
}

void tc_input_restart(struct tc_capture *capture)
{
	capture->encoding = TC_ENCODING_UNDECIDED;
	capture->undecided_length = 0;
	capture->high_surrogate = 0;
	capture->skip_line = capture->json_line = false;
	capture->no_dollar = false;
}
