/* SPDX-License-Identifier: MIT */
/*
 * wire.c - the record of what happened.
 */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

void lab_wire_clear(struct lab_wire *wire)
{
	for (size_t i = 0; i < wire->n; i++)
		free(wire->events[i].text);
	wire->n = 0;
	wire->failed = false;
	memset(wire->based, 0, sizeof(wire->based));
}

void lab_wire_release(struct lab_wire *wire)
{
	lab_wire_clear(wire);
	free(wire->events);
	memset(wire, 0, sizeof(*wire));
}

static struct lab_event *add_event(struct lab_wire *wire, enum lab_event_kind kind)
{
	if (wire->n == wire->room) {
		size_t room = wire->room ? 2 * wire->room : 32;
		struct lab_event *events = reallocarray(wire->events, room, sizeof(*events));

		if (!events) {
			wire->failed = true;
			return NULL;
		}
		wire->events = events;
		wire->room = room;
	}
	wire->events[wire->n] = (struct lab_event){.kind = kind};
	return &wire->events[wire->n++];
}

void lab_wire_base(struct lab_wire *wire, enum lab_side side, uint32_t number)
{
	wire->based[side] = true;
	wire->base[side] = number;
}

static void copy_data(char *text, const struct lab_segment *segment)
{
	size_t length = segment->length;

	if (length > LAB_EVENT_DATA - 1)
		length = LAB_EVENT_DATA - 1;
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = segment->data[i];

		text[i] = byte >= ' ' && byte < 0x7f ? (char)byte : '.';
	}
	text[length] = '\0';
}

size_t lab_wire_add(struct lab_wire *wire, uint64_t at_ns, enum lab_side from, enum lab_fate fate,
		    const struct lab_segment *segment)
{
	struct lab_event *event;

	if (!wire->based[from])
		lab_wire_base(wire, from, segment->seq);
	if (wire->muted) {
		wire->unheard++;
		wire->bytes += segment->length;
		return LAB_NO_EVENT;
	}
	event = add_event(wire, LAB_EVENT_SEGMENT);
	if (!event)
		return LAB_NO_EVENT;
	event->at_ns = at_ns;
	event->side = from;
	event->fate = fate;
	event->flags = segment->flags;
	event->seq = segment->seq;
	event->ack = segment->ack;
	event->stamps = segment->stamps;
	event->stamp = segment->stamp;
	event->echo = segment->echo;
	event->length = segment->length;
	copy_data(event->data, segment);
	return wire->n - 1;
}

void lab_wire_arrive(struct lab_wire *wire, uint64_t at_ns, size_t sent)
{
	struct lab_event *event;

	if (sent >= wire->n) /* it was muted, or belongs to a drawing that is done */
		return;
	event = add_event(wire, LAB_EVENT_ARRIVAL);
	if (!event)
		return;
	event->at_ns = at_ns;
	event->side = wire->events[sent].side;
	event->sent = sent;
}

void lab_wire_mark(struct lab_wire *wire, enum lab_side side, enum lab_state state)
{
	if (wire->n && !wire->muted && wire->events[wire->n - 1].kind != LAB_EVENT_REMARK)
		wire->events[wire->n - 1].state[side] = state;
}

static struct lab_event *add_text(struct lab_wire *wire, enum lab_event_kind kind, const char *text)
{
	struct lab_event *event = add_event(wire, kind);

	if (!event)
		return NULL;
	event->text = strdup(text);
	if (event->text)
		return event;
	wire->n--;
	wire->failed = true;
	return NULL;
}

void lab_wire_act(struct lab_wire *wire, uint64_t at_ns, enum lab_side side, const char *text)
{
	struct lab_event *event = wire->muted ? NULL : add_text(wire, LAB_EVENT_ACT, text);

	if (!event)
		return;
	event->at_ns = at_ns;
	event->side = side;
}

void lab_wire_remark(struct lab_wire *wire, const char *text)
{
	add_text(wire, LAB_EVENT_REMARK, text);
}

void lab_wire_mute(struct lab_wire *wire, bool muted)
{
	wire->muted = muted;
	if (muted) {
		wire->unheard = 0;
		wire->bytes = 0;
	}
}
