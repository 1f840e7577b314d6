/* SPDX-License-Identifier: MIT */
/* input.h - from bytes to lines; see input.c and encoding.c. */
#ifndef TC_SOURCE_CAPTURE_INPUT_H
#define TC_SOURCE_CAPTURE_INPUT_H

#include "source/capture/reader.h"

/* Reads bytes of UTF-8, or of any other superset of ASCII. */
void tc_input_bytes(struct tc_capture *capture, const char *data, size_t length);

/* Reads what was put aside: the input has ended. */
void tc_input_end(struct tc_capture *capture);

/* Reads bytes as they come: finds a byte order mark, decodes UTF-16. */
void tc_input_encoded(struct tc_capture *capture, const unsigned char *data, size_t length);

/* After tc_input_encoded_end(): another input begins, perhaps in another encoding. */
void tc_input_restart(struct tc_capture *capture);

/* Reads what was put aside by tc_input_encoded(), and then tc_input_end(). */
void tc_input_encoded_end(struct tc_capture *capture);

#endif
