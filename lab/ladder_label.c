/* SPDX-License-Identifier: MIT */
/*
 * ladder_label.c - "SYN+ACK seq=0 ack=1", in numbers that can be compared by eye.
 */
#include "ladder_label.h"

#include <stdio.h>
#include <string.h>

#include "util/macro.h"

/* "FIN+ACK"; PSH is a hint to the receiving program that no story turns on. */
static void add_flags(char text[LAB_LABEL_MAX], uint8_t flags)
{
	static const struct {
		uint8_t flag;
		const char *name;
	} names[] = {{LAB_SYN, "SYN"}, {LAB_FIN, "FIN"}, {LAB_RST, "RST"}, {LAB_ACK, "ACK"}};

	for (size_t i = 0; i < TC_ARRAY_SIZE(names); i++) {
		if (!(flags & names[i].flag))
			continue;
		strcat(text, *text ? "+" : "");
		strcat(text, names[i].name);
	}
	if (!*text)
		strcat(text, "no flag");
}

static int32_t relative(bool *based, uint32_t *base, uint32_t number, uint32_t first)
{
	if (!*based) {
		*based = true;
		*base = first;
	}
	return (int32_t)(number - *base);
}

static void add_number(char text[LAB_LABEL_MAX], const char *name, int32_t number)
{
	size_t length = strlen(text);

	snprintf(text + length, LAB_LABEL_MAX - length, "%s%s=%d", length ? " " : "", name, number);
}

static void add_numbers(char text[LAB_LABEL_MAX], const struct lab_event *segment,
			struct lab_zeros *zeros)
{
	enum lab_side from = segment->side, to = lab_side_other(from);

	add_number(text, "seq",
		   relative(&zeros->based[from], &zeros->base[from], segment->seq, segment->seq));
	if (segment->flags & LAB_ACK)
		add_number(text, "ack",
			   relative(&zeros->based[to], &zeros->base[to], segment->ack,
				    segment->ack - 1));
	if (segment->length)
		add_number(text, "len", (int32_t)segment->length);
}

static void add_stamps(char text[LAB_LABEL_MAX], const struct lab_event *segment,
		       struct lab_zeros *zeros)
{
	enum lab_side from = segment->side, to = lab_side_other(from);

	add_number(text, "TSval",
		   relative(&zeros->stamped[from], &zeros->stamp[from], segment->stamp,
			    segment->stamp));
	if (segment->flags & LAB_ACK)
		add_number(text, "TSecr",
			   relative(&zeros->stamped[to], &zeros->stamp[to], segment->echo,
				    segment->echo));
}

struct lab_label lab_label_of(const struct lab_event *segment, struct lab_zeros *zeros, bool stamps,
			      size_t room)
{
	const size_t blanks = 2; /* one on either side */
	struct lab_label label = {"", "", ""};
	char *numbers = label.on;

	add_flags(numbers, segment->flags);
	add_numbers(numbers, segment, zeros);
	if (stamps && segment->stamps)
		add_stamps(label.below, segment, zeros);
	if (strlen(numbers) + blanks > room) {
		memcpy(label.above, label.on, sizeof(label.on));
		*label.on = '\0';
	} else if (*label.below && strlen(numbers) + 1 + strlen(label.below) + blanks <= room) {
		strcat(numbers, " ");
		strcat(numbers, label.below);
		*label.below = '\0';
	}
	return label;
}
