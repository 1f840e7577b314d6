/* SPDX-License-Identifier: MIT */
/*
 * conntrack.c - conntrack -L and /proc/net/nf_conntrack:
 *
 *   [ipv4 2] tcp 6 431999 ESTABLISHED src=192.0.2.1 dst=198.51.100.7 sport=51000 dport=443
 *            src=... (the reply) [ASSURED] mark=0 use=1
 *
 * These are connections that pass this machine, in the states of the tracker and not of a
 * socket: every record is flagged so and keeps the tracker's word. The side that opened the
 * connection is given as the local one, which it is on a client and is not on a server.
 */
#include <sys/socket.h>

#include "model/state.h"
#include "source/capture/reader.h"
#include "util/macro.h"
#include "util/parse.h"

/* The addresses of the direction that opened the connection: the first of each. */
static bool read_tuple(struct tc_sock *sock, const struct tc_line *line, size_t at)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} parts[] = {
		{"src=", TC_HAVE_LOCAL_ADDR},
		{"dst=", TC_HAVE_REMOTE_ADDR},
		{"sport=", TC_HAVE_LOCAL_PORT},
		{"dport=", TC_HAVE_REMOTE_PORT},
	};
	uint64_t port = 0;
	int family = 0;

	for (size_t i = 0; i < TC_ARRAY_SIZE(parts); i++, at++) {
		struct tc_slice value;
		int err;

		if (at >= line->words || !tc_slice_starts(line->word[at], parts[i].name))
			return false;
		value = tc_slice_after(line->word[at], strlen(parts[i].name));
		if (i < 2)
			err = tc_parse_addr(value.data, value.length,
					    i ? &sock->remote : &sock->local, &family);
		else
			err = tc_parse_uint(value.data, value.length, UINT16_MAX, &port);
		if (err)
			return false;
		if (i == 2)
			sock->local_port = (uint16_t)port;
		if (i == 3)
			sock->remote_port = (uint16_t)port;
		sock->have |= parts[i].bit;
	}
	sock->family = (uint8_t)family;
	sock->have |= TC_HAVE_FAMILY;
	return true;
}

/*
 * The state, and where it stands. A flow that was handed to hardware prints none: only
 * established ones are.
 */
static int read_state(const struct tc_line *line, size_t *at, struct tc_slice *ret_word)
{
	static const char offload[] = "OFFLOAD";
	int state;

	if (!tc_slice_starts(line->word[*at], "src=")) {
		*ret_word = line->word[(*at)++];
		state = tc_state_parse_conntrack(ret_word->data, ret_word->length);
		return state < 0 ? TC_UNKNOWN : state;
	}
	if (tc_slice_find(line->text, offload) == line->text.length) {
		*ret_word = (struct tc_slice){offload, 0};
		return TC_UNKNOWN;
	}
	*ret_word = (struct tc_slice){offload, strlen(offload)};
	return TC_ESTABLISHED;
}

/* "tcp 6" and what stands before it; 0: not a line of conntrack. */
static size_t find_numbers(const struct tc_line *line)
{
	size_t at = 0;

	if (line->words > 4 &&
	    (tc_slice_is(line->word[0], "ipv4") || tc_slice_is(line->word[0], "ipv6")))
		at = 2;
	if (line->words < at + 4 || !tc_slice_is(line->word[at], "tcp") ||
	    !tc_slice_is(line->word[at + 1], "6"))
		return 0;
	return at + 2;
}

/* UDP, ICMP and others, told by the "src=" that a listing of sockets has not. */
static bool is_other(const struct tc_line *line)
{
	size_t proto =
		tc_slice_is(line->word[0], "ipv4") || tc_slice_is(line->word[0], "ipv6") ? 2 : 0;

	return line->words > proto + 4 && tc_word_is_number(line->word[proto + 1]) &&
	       tc_word_is_number(line->word[proto + 2]) &&
	       (tc_slice_starts(line->word[proto + 3], "src=") ||
		tc_slice_starts(line->word[proto + 4], "src="));
}

/* "zone=3", behind the addresses: connections are told apart by it, too. */
static uint64_t read_zone(const struct tc_line *line)
{
	size_t at = tc_slice_find(line->text, "zone=");
	struct tc_slice digits = tc_slice_after(line->text, at + strlen("zone="));
	uint64_t zone = 0;

	for (size_t i = 0; i < digits.length && (unsigned)(digits.data[i] - '0') < 10; i++)
		zone = zone * 10 + (unsigned)(digits.data[i] - '0');
	return zone;
}

static enum tc_verdict conntrack_line(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_slice first = line->word[0], word;
	struct tc_sock read = {.count = 1}, *sock;
	size_t at;

	/* Events of conntrack -E come and go: they are no listing. */
	if (tc_slice_is(first, "[NEW]") || tc_slice_is(first, "[UPDATE]") ||
	    tc_slice_is(first, "[DESTROY]"))
		return TC_LINE_PASSED;
	at = find_numbers(line);
	if (!at)
		return is_other(line) ? TC_LINE_PASSED : TC_LINE_NOT_MINE;
	if (tc_word_is_number(line->word[at]))
		at++; /* seconds until it is forgotten */
	if (at >= line->words || tc_slice_find(line->text, "src=") == line->text.length)
		return TC_LINE_NOT_MINE;
	read.state = (uint8_t)read_state(line, &at, &word);
	if (!read_tuple(&read, line, at))
		return tc_capture_broken(capture,
					 N_("no addresses and ports where they should be"));
	capture->zone = read_zone(line);
	sock = tc_capture_add(capture);
	read.flags = sock->flags | TC_FLAG_CONNTRACK;
	*sock = read;
	if (word.length)
		tc_capture_text(capture, sock)->state = tc_capture_copy(capture, word);
	return TC_LINE_SOCKET;
}

const struct tc_format tc_format_conntrack = {
	.name = "conntrack",
	.origin = TC_ORIGIN_TRACKED,
	.line = conntrack_line,
	.lacks = TC_STATE_BIT(TC_LISTEN) | TC_STATE_BIT(TC_FIN_WAIT2) | TC_STATE_BIT(TC_CLOSING) |
		 TC_STATE_BIT(TC_BOUND),
	.prefixed = true,
};
