/* SPDX-License-Identifier: MIT */
/*
 * words.c - the legend of drawings.
 */
#include "words.h"

#include <string.h>

#include "ladder.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/width.h"
#include "util/wrap.h"

#define TERM_INDENT 2
#define MEANING_INDENT 15

enum word {
	WORD_ARROW,
	WORD_SYN,
	WORD_ACK,
	WORD_FIN,
	WORD_RST,
	WORD_SEQ,
	WORD_ACK_NUMBER,
	WORD_LENGTH,
	WORD_STAMP,
	WORD_ECHO,
	WORD_LOST,
	WORD_ON_ITS_WAY,
	WORD_ACT,
	WORD_STATES, /* here begin those of enum lab_state */
};

#define BIT(word) ((lab_words)1 << (word))

/* As a packet would say it; the states as one of the two ends is described. */
/* clang-format off */
static const struct {
	const char *term; /* NULL: made of signs */
	const char *meaning;
} words[WORD_STATES + LAB_STATES] = {
	[WORD_ARROW] = {NULL, N_(
		"a packet, and when it was sent: time runs down, in thousandths of a "
		"second (ms)")},
	[WORD_SYN] = {"SYN", N_(
		"\"I want a connection\"")},
	[WORD_ACK] = {"ACK", N_(
		"\"I have got all that is numbered below ack=\"")},
	[WORD_FIN] = {"FIN", N_(
		"\"I have nothing more to send\"")},
	[WORD_RST] = {"RST", N_(
		"\"I know of no such connection, forget it\"")},
	[WORD_SEQ] = {"seq=", N_(
		"the number of the packet's first byte; each end counts its own, here "
		"from 0, and SYN and FIN count as a byte each")},
	[WORD_ACK_NUMBER] = {"ack=", N_(
		"the number that the sender expects next from the other end")},
	[WORD_LENGTH] = {"len=", N_(
		"so many bytes of data, which stand below the packet")},
	[WORD_STAMP] = {"TSval=", N_(
		"a timestamp: the sender's clock, here from 0")},
	[WORD_ECHO] = {"TSecr=", N_(
		"the latest timestamp that the sender has got from the other end")},
	[WORD_LOST] = {NULL, N_(
		"the packet was lost")},
	[WORD_ON_ITS_WAY] = {NULL, N_(
		"the packet is on its way while other things happen; it arrives where "
		"its line ends")},
	[WORD_ACT] = {NULL, N_(
		"what the program at that end does, or gets")},
	[WORD_STATES + LAB_SYN_SENT] = {"SYN_SENT", N_(
		"state: has asked for a connection, and waits for the answer")},
	[WORD_STATES + LAB_SYN_RECV] = {"SYN_RECV", N_(
		"state: was asked, has answered, and waits for the ACK of that")},
	[WORD_STATES + LAB_ESTABLISHED] = {"ESTABLISHED", N_(
		"state: connected; data can flow both ways")},
	[WORD_STATES + LAB_FIN_WAIT1] = {"FIN_WAIT1", N_(
		"state: has said FIN, and waits for the ACK of that")},
	[WORD_STATES + LAB_FIN_WAIT2] = {"FIN_WAIT2", N_(
		"state: has said FIN, which was acknowledged; waits for the FIN of the "
		"other end")},
	[WORD_STATES + LAB_CLOSE_WAIT] = {"CLOSE_WAIT", N_(
		"state: the other end has said FIN; the program at this end has not "
		"closed yet")},
	[WORD_STATES + LAB_LAST_ACK] = {"LAST_ACK", N_(
		"state: has said FIN as the second of the two, and waits for the last ACK")},
	[WORD_STATES + LAB_CLOSING] = {"CLOSING", N_(
		"state: both ends have said FIN at once, and the ACK of its own is "
		"missing")},
	[WORD_STATES + LAB_TIME_WAIT] = {"TIME_WAIT", N_(
		"state: closed by both; remembered for a while, in case something still "
		"comes")},
	[WORD_STATES + LAB_CLOSED] = {"CLOSED", N_(
		"there is no connection (any more), and nothing is remembered")},
};
/* clang-format on */

static lab_words words_of_segment(const struct lab_event *event, bool stamps)
{
	lab_words set = BIT(WORD_ARROW) | BIT(WORD_SEQ);

	set |= event->flags & LAB_SYN ? BIT(WORD_SYN) : 0;
	set |= event->flags & LAB_ACK ? BIT(WORD_ACK) | BIT(WORD_ACK_NUMBER) : 0;
	set |= event->flags & LAB_FIN ? BIT(WORD_FIN) : 0;
	set |= event->flags & LAB_RST ? BIT(WORD_RST) : 0;
	set |= event->length ? BIT(WORD_LENGTH) : 0;
	set |= event->fate == LAB_LOST ? BIT(WORD_LOST) : 0;
	set |= event->fate == LAB_ON_ITS_WAY ? BIT(WORD_ON_ITS_WAY) : 0;
	if (stamps && event->stamps)
		set |= BIT(WORD_STAMP) | (event->flags & LAB_ACK ? BIT(WORD_ECHO) : 0);
	return set;
}

lab_words lab_words_of(const struct lab_wire *wire, bool stamps)
{
	lab_words set = 0;

	for (size_t i = 0; i < wire->n; i++) {
		const struct lab_event *event = &wire->events[i];

		if (event->kind == LAB_EVENT_SEGMENT)
			set |= words_of_segment(event, stamps);
		else if (event->kind == LAB_EVENT_ACT)
			set |= BIT(WORD_ACT);
		for (int side = 0; side < LAB_SIDES; side++) {
			if (event->state[side] != LAB_NONE)
				set |= BIT(WORD_STATES + (unsigned)event->state[side]);
		}
	}
	return set;
}

static void put_term(struct tc_buf *out, size_t word, const struct lab_signs *signs)
{
	tc_buf_fill(out, ' ', TERM_INDENT);
	switch (word) {
	case WORD_ARROW:
		tc_buf_format(out, "%s%s%s", signs->shaft, signs->shaft, signs->right);
		break;
	case WORD_LOST:
		tc_buf_format(out, "%s%s%s", signs->shaft, signs->shaft, signs->lost);
		break;
	case WORD_ON_ITS_WAY:
		tc_buf_format(out, "%s%s%s", signs->shaft, signs->shaft, signs->down_right);
		break;
	case WORD_ACT:
		tc_buf_text(out, signs->act);
		break;
	default:
		tc_buf_text(out, words[word].term);
	}
}

static void put_word(struct tc_buf *out, size_t word, const struct lab_signs *signs, size_t width)
{
	const char *meaning = tc_tr(words[word].meaning);
	size_t start = out->length, left = strlen(meaning), next;
	size_t room = width > MEANING_INDENT + 8 ? width - MEANING_INDENT : 8;

	put_term(out, word, signs);
	if (out->failed)
		return;
	tc_buf_fill(out, ' ', MEANING_INDENT - tc_width(out->data + start, out->length - start));
	while (left) {
		size_t length = tc_wrap_line(meaning, left, room, &next);

		tc_buf_add(out, meaning, length);
		tc_buf_byte(out, '\n');
		meaning += next;
		left -= next;
		tc_buf_fill(out, ' ', left ? MEANING_INDENT : 0);
	}
}

void lab_words_put(struct tc_buf *out, lab_words set, bool utf8, size_t width)
{
	for (size_t word = 0; word < TC_ARRAY_SIZE(words); word++) {
		if (set & BIT(word) && words[word].meaning)
			put_word(out, word, lab_ladder_signs(utf8), width);
	}
}
