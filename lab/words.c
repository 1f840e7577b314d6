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

/* What a drawing has, beside states. */
enum sign {
	SIGN_ARROW,
	SIGN_SYN,
	SIGN_ACK,
	SIGN_FIN,
	SIGN_RST,
	SIGN_SEQ,
	SIGN_ACK_NUMBER,
	SIGN_LENGTH,
	SIGN_STAMP,
	SIGN_ECHO,
	SIGN_LOST,
	SIGN_ON_ITS_WAY,
	SIGN_ACT,
	N_SIGNS,
};

/* As a packet would say it; the states as one of the two ends is described. */
struct word {
	const char *term; /* NULL: it is made of the drawing's signs */
	enum lab_state state;
	const char *meaning;
};

/* clang-format off */
static const struct word words[] = { /* those of enum sign, then states in a connection's order */
	{NULL, LAB_NONE, N_(
		"a packet, and when it was sent: time runs down, in thousandths of a "
		"second (ms)")},
	{"SYN", LAB_NONE, N_("\"I want a connection\"")},
	{"ACK", LAB_NONE, N_("\"I have got all that is numbered below ack=\"")},
	{"FIN", LAB_NONE, N_("\"I have nothing more to send\"")},
	{"RST", LAB_NONE, N_("\"I know of no such connection, forget it\"")},
	{"seq=", LAB_NONE, N_(
		"the number of the packet's first byte; each end counts its own, here "
		"from 0, and SYN and FIN count as a byte each")},
	{"ack=", LAB_NONE, N_("the number that the sender expects next from the other end")},
	{"len=", LAB_NONE, N_("so many bytes of data, which stand below the packet")},
	{"TSval=", LAB_NONE, N_("a timestamp: the sender's clock, here from 0")},
	{"TSecr=", LAB_NONE, N_("a timestamp that the sender has got from the other end, sent back")},
	{NULL, LAB_NONE, N_("the packet was lost on the way")},
	{NULL, LAB_NONE, N_(
		"the packet is on its way while other things happen; it arrives where "
		"its line ends")},
	{NULL, LAB_NONE, N_("what the program at that end does, or gets")},
	{"SYN_SENT", LAB_SYN_SENT, N_("has asked for a connection, and waits for the answer")},
	{"SYN_RECV", LAB_SYN_RECV, N_("was asked, has answered, and waits for the ACK of that")},
	{"ESTABLISHED", LAB_ESTABLISHED, N_("connected: data can flow both ways")},
	{"FIN_WAIT1", LAB_FIN_WAIT1, N_("has said FIN, and waits for the ACK of that")},
	{"FIN_WAIT2", LAB_FIN_WAIT2, N_(
		"its FIN was acknowledged; waits for the FIN of the other end")},
	{"CLOSE_WAIT", LAB_CLOSE_WAIT, N_(
		"the other end has said FIN; the program at this end has not closed yet")},
	{"CLOSING", LAB_CLOSING, N_(
		"both ends have said FIN at once, and the ACK of its own is missing")},
	{"LAST_ACK", LAB_LAST_ACK, N_(
		"has said FIN as the second of the two, and waits for the last ACK")},
	{"TIME_WAIT", LAB_TIME_WAIT, N_(
		"closed by both; remembered for a while, in case something still comes")},
	{"CLOSED", LAB_CLOSED, N_("no connection (any more): nothing is remembered")},
};
/* clang-format on */

#define BIT(word) ((lab_words)1 << (word))

const lab_words lab_words_states = ~(BIT(N_SIGNS) - 1);

static lab_words word_of_state(enum lab_state state)
{
	for (size_t i = N_SIGNS; i < TC_ARRAY_SIZE(words); i++) {
		if (words[i].state == state)
			return BIT(i);
	}
	return 0;
}

static lab_words words_of_segment(const struct lab_event *event, bool stamps)
{
	lab_words set = BIT(SIGN_ARROW) | BIT(SIGN_SEQ);

	set |= event->flags & LAB_SYN ? BIT(SIGN_SYN) : 0;
	set |= event->flags & LAB_ACK ? BIT(SIGN_ACK) | BIT(SIGN_ACK_NUMBER) : 0;
	set |= event->flags & LAB_FIN ? BIT(SIGN_FIN) : 0;
	set |= event->flags & LAB_RST ? BIT(SIGN_RST) : 0;
	set |= event->length ? BIT(SIGN_LENGTH) : 0;
	set |= event->fate == LAB_LOST ? BIT(SIGN_LOST) : 0;
	set |= event->fate == LAB_ON_ITS_WAY ? BIT(SIGN_ON_ITS_WAY) : 0;
	if (stamps && event->stamps)
		set |= BIT(SIGN_STAMP) | (event->flags & LAB_ACK ? BIT(SIGN_ECHO) : 0);
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
			set |= BIT(SIGN_ACT);
		for (int side = 0; side < LAB_SIDES; side++)
			set |= word_of_state(event->state[side]);
	}
	return set;
}

static void put_term(struct tc_buf *out, size_t word, const struct lab_signs *signs)
{
	tc_buf_fill(out, ' ', TERM_INDENT);
	switch (word) {
	case SIGN_ARROW:
		tc_buf_format(out, "%s%s%s", signs->shaft, signs->shaft, signs->right);
		break;
	case SIGN_LOST:
		tc_buf_format(out, "%s%s%s", signs->shaft, signs->shaft, signs->lost);
		break;
	case SIGN_ON_ITS_WAY:
		tc_buf_format(out, "%s%s%s", signs->shaft, signs->shaft, signs->down_right);
		break;
	case SIGN_ACT:
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
		if (set & BIT(word))
			put_word(out, word, lab_ladder_signs(utf8), width);
	}
}
