/* SPDX-License-Identifier: MIT */
/* fuzz_segment.c - libFuzzer target: any bytes as a packet that the laboratory's peer receives. */
#include <stdlib.h>

#include "check.h"
#include "lab/segment.h"

/* What was read can be written and read again, but for options that are not ours. */
static void check_written(const struct lab_segment *segment)
{
	static unsigned char packet[65536 + LAB_SEGMENT_HEADERS];
	struct lab_segment again;
	size_t length = lab_segment_build(segment, packet, sizeof(packet));

	if (!length)
		return; /* longer than an IPv4 packet, with options that it did not have */
	check(lab_segment_parse(packet, length, &again) == 0);
	check(again.sound);
	check(again.from == segment->from && again.to == segment->to);
	check(again.from_port == segment->from_port && again.to_port == segment->to_port);
	check(again.seq == segment->seq && again.ack == segment->ack);
	check(again.flags == segment->flags && again.window == segment->window);
	check(again.mss == segment->mss);
	check(again.scales == segment->scales && again.scale == segment->scale);
	check(again.stamps == segment->stamps && again.stamp == segment->stamp);
	check(again.echo == segment->echo);
	check(again.length == segment->length);
	check(memcmp(again.data, segment->data, again.length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1); /* so that a byte more is noticed */
	struct lab_segment segment;

	check(copy);
	memcpy(copy, data, size);
	if (lab_segment_parse(copy, size, &segment) == 0) {
		check(segment.data >= copy && segment.data + segment.length <= copy + size);
		check_written(&segment);
	}
	free(copy);
	return 0;
}
