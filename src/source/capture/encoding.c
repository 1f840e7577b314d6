/* SPDX-License-Identifier: MIT */
/*
 * encoding.c - bytes of any encoding become those that input.c reads; see decode.h.
 *
 * UTF-16 without a mark is not decoded but still read: tc_line_clean() takes out the NULs.
 */
#include "source/capture/input.h"

static void take(void *context, const char *data, size_t length)
{
	tc_input_bytes(context, data, length);
}

void tc_input_encoded(struct tc_capture *capture, const unsigned char *data, size_t length)
{
	tc_decode(&capture->decoder, data, length, take, capture);
}

void tc_input_encoded_end(struct tc_capture *capture)
{
	tc_decode_end(&capture->decoder, take, capture);
	tc_input_end(capture);
}

void tc_input_restart(struct tc_capture *capture)
{
	capture->decoder = (struct tc_decoder){.encoding = TC_ENCODING_UNDECIDED};
	capture->skip_line = capture->json_line = false;
	capture->no_dollar = false;
}
