/* SPDX-License-Identifier: MIT */
/*
 * stage_line.c - a connection of the peer's.
 */
#include <errno.h>
#include <string.h>

#include "stage.h"
#include "tun.h"
#include "wait.h"

#define PATIENCE_NS (UINT64_C(10) * 1000000000u)
#define WINDOW 65000
#define SCALE 7 /* 8 MB in flight: no story of ours waits for a window */
#define MSS (LAB_TUN_MTU - 40)

void lab_line_init(struct lab_line *line, struct lab_stage *stage, uint16_t port,
		   uint16_t kernel_port, uint32_t isn)
{
	*line = (struct lab_line){
		.stage = stage,
		.port = port,
		.kernel_port = kernel_port,
		.seq = isn,
	};
}

static struct lab_segment prepare(const struct lab_line *line, unsigned flags, const char *text)
{
	return (struct lab_segment){
		.from_port = line->port,
		.to_port = line->kernel_port,
		.seq = line->seq,
		.ack = flags & LAB_ACK ? line->ack : 0,
		.flags = (uint8_t)(flags | (*text ? LAB_PSH : 0)),
		.window = WINDOW,
		.mss = flags & LAB_SYN ? MSS : 0,
		.scales = flags & LAB_SYN,
		.scale = SCALE,
		.stamps = line->stamps && !(flags & LAB_RST),
		.stamp = line->stamp,
		.echo = flags & LAB_ACK ? line->echo : 0,
		.data = (const unsigned char *)text,
		.length = strlen(text),
	};
}

static void send_segment(struct lab_line *line, const struct lab_segment *segment)
{
	struct lab_stage *stage = line->stage;
	int rc = stage->rc < 0 ? 0 : lab_peer_send(stage->peer, segment);

	if (rc < 0)
		lab_stage_fail(stage, rc, "sending a segment: %s", strerror(-rc));
}

void lab_line_send(struct lab_line *line, unsigned flags, const char *text)
{
	struct lab_segment segment = prepare(line, flags, text);

	send_segment(line, &segment);
	line->seq += lab_segment_span(&segment);
}

void lab_line_forge(struct lab_line *line, unsigned flags, uint32_t seq, uint32_t ack,
		    const char *text)
{
	struct lab_segment segment = prepare(line, flags, text);

	segment.seq = seq;
	segment.ack = ack;
	send_segment(line, &segment);
}

static bool is_wanted(const struct lab_line *line, unsigned flags,
		      const struct lab_segment *segment)
{
	return segment->from_port == line->kernel_port && segment->to_port == line->port &&
	       (segment->flags & ~LAB_PSH) == flags;
}

struct lab_segment lab_line_expect(struct lab_line *line, unsigned flags)
{
	struct lab_stage *stage = line->stage;
	uint64_t deadline_ns = lab_now_ns() + PATIENCE_NS;
	struct lab_segment segment = {0};

	while (stage->rc == 0) {
		int rc = lab_peer_receive(stage->peer, deadline_ns, &segment);

		if (rc < 0) {
			lab_stage_fail(stage, rc == -ETIMEDOUT ? -EBADE : rc,
				       "port %u: no segment with flags %#x from the kernel: %s",
				       line->port, flags, strerror(-rc));
			break;
		}
		if (!is_wanted(line, flags, &segment))
			continue;
		lab_stage_check(stage, segment.sound, "a segment of the kernel has a bad checksum");
		if (lab_segment_span(&segment))
			line->ack = segment.seq + lab_segment_span(&segment);
		if (segment.flags & LAB_SYN)
			line->room = segment.window; /* never scaled: RFC 7323, 2.2 */
		if (segment.stamps)
			line->echo = segment.stamp;
		break;
	}
	return segment;
}

/* What is not drawn needs no look. */
static void mark_both(struct lab_line *line, enum lab_state kernel, enum lab_state peer)
{
	if (line->stage->wire.muted)
		return;
	lab_line_is(line, peer);
	lab_line_see(line, kernel);
}

void lab_line_open(struct lab_line *line)
{
	lab_line_send(line, LAB_SYN, "");
	lab_line_is(line, LAB_SYN_SENT);
	lab_line_expect(line, LAB_SYN | LAB_ACK);
	mark_both(line, LAB_SYN_RECV, LAB_ESTABLISHED);
	lab_line_send(line, LAB_ACK, "");
	mark_both(line, LAB_ESTABLISHED, LAB_ESTABLISHED);
}

void lab_line_see(struct lab_line *line, enum lab_state state)
{
	lab_stage_see(line->stage, line->stage->kernel, line->kernel_port, line->port, state);
}

void lab_line_is(struct lab_line *line, enum lab_state state)
{
	lab_wire_mark(&line->stage->wire, LAB_B, state);
}
