/* SPDX-License-Identifier: MIT */
/*
 * wire.c - the record of segments.
 */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

void lab_wire_clear(struct lab_wire *wire)
{
	for (size_t i = 0; i < wire->n; i++)
		free(wire->rows[i].remark);
	wire->n = 0;
	wire->failed = false;
}

void lab_wire_release(struct lab_wire *wire)
{
	lab_wire_clear(wire);
	free(wire->rows);
	memset(wire, 0, sizeof(*wire));
}

static struct lab_crossing *add_row(struct lab_wire *wire)
{
	if (wire->n == wire->room) {
		size_t room = wire->room ? 2 * wire->room : 32;
		struct lab_crossing *rows = reallocarray(wire->rows, room, sizeof(*rows));

		if (!rows) {
			wire->failed = true;
			return NULL;
		}
		wire->rows = rows;
		wire->room = room;
	}
	memset(&wire->rows[wire->n], 0, sizeof(*wire->rows));
	return &wire->rows[wire->n++];
}

static void copy_text(char *text, const struct lab_segment *segment)
{
	size_t length = segment->length;

	if (length > LAB_CROSSING_TEXT - 1)
		length = LAB_CROSSING_TEXT - 1;
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = segment->data[i];

		text[i] = byte >= ' ' && byte < 0x7f ? (char)byte : '.';
	}
	text[length] = '\0';
}

void lab_wire_add(struct lab_wire *wire, uint64_t at_ns, enum lab_side from, bool lost,
		  const struct lab_segment *segment)
{
	struct lab_crossing *row;

	if (wire->muted) {
		wire->unheard++;
		wire->bytes += segment->length;
		return;
	}
	row = add_row(wire);
	if (!row)
		return;
	row->at_ns = at_ns;
	row->from = from;
	row->lost = lost;
	row->flags = segment->flags;
	row->seq = segment->seq;
	row->ack = segment->ack;
	row->length = segment->length;
	copy_text(row->text, segment);
}

void lab_wire_mark(struct lab_wire *wire, enum lab_side side, enum lab_state state)
{
	if (wire->n && !wire->muted && !wire->rows[wire->n - 1].remark)
		wire->rows[wire->n - 1].state[side] = state;
}

void lab_wire_remark(struct lab_wire *wire, const char *text)
{
	struct lab_crossing *row = add_row(wire);

	if (!row)
		return;
	row->remark = strdup(text);
	if (!row->remark) {
		wire->n--;
		wire->failed = true;
	}
}

void lab_wire_mute(struct lab_wire *wire, bool muted)
{
	wire->muted = muted;
	if (muted) {
		wire->unheard = 0;
		wire->bytes = 0;
	}
}
