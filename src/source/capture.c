/* SPDX-License-Identifier: MIT */
/* capture.c - the life of a reader of saved listings; see capture.h. */
#include "source/capture.h"

#include <errno.h>
#include <stdlib.h>

#include "source/capture/input.h"

int tc_capture_new(tc_batch_sink *sink, void *context, struct tc_capture **ret_capture)
{
	struct tc_capture *capture = calloc(1, sizeof(*capture));

	if (!capture)
		return -ENOMEM;
	capture->format = TC_FORMAT_NONE;
	tc_state_shapes_init(&capture->shapes);
	for (size_t i = 0; i < TC_FORMAT_COUNT; i++)
		capture->seen[i].not_read = TC_STATES_ALL;
	capture->sink = sink;
	capture->context = context;
	*ret_capture = capture;
	return 0;
}

int tc_capture_feed(struct tc_capture *capture, const void *data, size_t length)
{
	if (!capture->stopped && length)
		tc_input_encoded(capture, data, length);
	return capture->stopped;
}

int tc_capture_next(struct tc_capture *capture)
{
	if (!capture->stopped)
		tc_input_encoded_end(capture);
	tc_input_restart(capture);
	capture->lines_before = capture->lines;
	capture->file++;
	capture->format = TC_FORMAT_NONE;
	capture->shift = 0;
	capture->glued = 0;
	capture->detail_open = false;
	return capture->stopped;
}

size_t tc_capture_unread_file(const struct tc_capture *capture, size_t index)
{
	return capture->unread_line[index].file;
}

int tc_capture_finish(struct tc_capture *capture, struct tc_report *report)
{
	int err;

	if (!capture->stopped)
		tc_input_encoded_end(capture);
	tc_capture_flush(capture);
	err = tc_capture_report(capture, report); /* of what was read, where it was stopped */
	return capture->stopped ? capture->stopped : err;
}

void tc_capture_free(struct tc_capture *capture)
{
	if (!capture)
		return;
	tc_json_free(capture->json);
	tc_seen_free(capture->lsof_seen);
	free(capture);
}
