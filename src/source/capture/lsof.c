/* SPDX-License-Identifier: MIT */
/*
 * lsof.c - lsof -i, with or without -n and -P:
 *
 *   COMMAND  PID [TID TASKCMD] USER  FD  TYPE DEVICE SIZE/OFF NODE NAME
 *   nginx    812               root  6u  IPv4  31337      0t0  TCP *:80 (LISTEN)
 *
 * lsof lists descriptors: a listener that eight workers share stands there eight times, and
 * not one below the other. DEVICE is the socket's own number (Linux: its inode; elsewhere the
 * address of its control block), so a set of those already counted makes each count once.
 * The set holds SEEN_MAX sockets; past that repeated ones are counted, and the report says so.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "source/capture/reader.h"
#include "util/macro.h"
#include "util/parse.h"

/* 512 KiB of 64-bit hashes, at most three quarters full. */
enum { SEEN_SLOTS = 65536, SEEN_MAX = SEEN_SLOTS / 4 * 3 };

struct tc_seen {
	size_t count;
	uint64_t hash[SEEN_SLOTS];
};

void tc_seen_free(struct tc_seen *seen)
{
	free(seen);
}

static uint64_t mix(uint64_t hash, struct tc_slice text)
{
	for (size_t i = 0; i < text.length; i++)
		hash = (hash ^ (unsigned char)text.data[i]) * 0x100000001b3u;
	return (hash ^ 0xff) * 0x100000001b3u;
}

/* Whether the socket was counted before; remembers it. */
static bool seen_before(struct tc_capture *capture, uint64_t hash)
{
	struct tc_seen *seen = capture->lsof_seen;
	size_t slot;

	if (!seen)
		seen = capture->lsof_seen = calloc(1, sizeof(*seen));
	if (!seen || seen->count == SEEN_MAX) {
		capture->lsof_repeats = true;
		return false;
	}
	hash ^= hash >> 29; /* the low bits choose the slot */
	hash += hash == 0;
	for (slot = hash % SEEN_SLOTS; seen->hash[slot]; slot = (slot + 1) % SEEN_SLOTS)
		if (seen->hash[slot] == hash)
			return true;
	seen->hash[slot] = hash;
	seen->count++;
	return false;
}

static void forget(struct tc_capture *capture)
{
	if (capture->lsof_seen)
		memset(capture->lsof_seen, 0, sizeof(*capture->lsof_seen));
}

/* The TYPE column, which follows COMMAND, PID, maybe TID and TASKCMD, USER and FD; 0: none. */
static size_t find_type(const struct tc_line *line)
{
	if (line->words < 6)
		return 0;
	for (size_t i = 3; i < 12 && i + 2 < line->words; i++)
		if (tc_slice_is(line->word[i], "IPv4") || tc_slice_is(line->word[i], "IPv6"))
			return i;
	return 0;
}

/* "local->remote" or, of a listener, "local". */
static bool read_name(struct tc_slice name, struct tc_endpoint *ret_local,
		      struct tc_endpoint *ret_remote, bool *ret_connected)
{
	size_t arrow = tc_slice_find(name, "->");

	*ret_connected = arrow < name.length;
	if (!tc_endpoint_parse((struct tc_slice){name.data, arrow}, ':', ret_local))
		return false;
	return !*ret_connected ||
	       tc_endpoint_parse(tc_slice_after(name, arrow + 2), ':', ret_remote);
}

static void read_owner(struct tc_capture *capture, struct tc_sock *sock, const struct tc_line *line,
		       size_t type)
{
	struct tc_slice user = line->word[type - 2];
	struct tc_slice device = line->word[type + 1];
	struct tc_text *text = tc_capture_text(capture, sock);

	/* In decimal it is Linux's inode; addresses of control blocks are in hexadecimal. */
	if (device.length > 2 && tc_slice_is((struct tc_slice){device.data, 2}, "0x"))
		capture->lsof_addresses = true;
	if (device.data[0] != '0' &&
	    tc_parse_uint(device.data, device.length, UINT64_MAX, &sock->inode) == 0)
		sock->have |= TC_HAVE_INODE;
	if (tc_word_is_number(line->word[1]))
		text->process = tc_capture_join(capture, line->word[0], ",pid=", line->word[1]);
	if (tc_word_is_number(user) && tc_word_u32(user, &sock->uid))
		sock->have |= TC_HAVE_UID;
	else
		text->user = tc_capture_copy(capture, user);
}

/* A listener has no other end, and none is printed. */
static void forget_remote(struct tc_sock *sock)
{
	sock->have &= ~(uint32_t)(TC_HAVE_REMOTE_ADDR | TC_HAVE_REMOTE_PORT);
	sock->remote = (struct tc_addr){0};
	sock->remote_port = 0;
}

static enum tc_verdict read_socket(struct tc_capture *capture, const struct tc_line *line,
				   size_t type, size_t name)
{
	int family = tc_slice_is(line->word[type], "IPv6") ? AF_INET6 : AF_INET;
	struct tc_endpoint local, remote = {.any = true, .has_port = true};
	struct tc_slice state;
	struct tc_sock *sock;
	bool connected;

	if (name >= line->words || !read_name(line->word[name], &local, &remote, &connected))
		return tc_capture_broken(capture, N_("no address and port where they should be"));
	if (name + 1 >= line->words || line->word[name + 1].data[0] != '(')
		return tc_capture_broken(capture, N_("no state where it should be"));
	state = tc_slice_until(tc_slice_after(line->word[name + 1], 1), ')');
	if (!tc_capture_is_state(capture, state))
		return tc_capture_broken(capture, N_("no state where it should be"));
	if (seen_before(capture, mix(mix(family == AF_INET ? 4 : 6, line->word[type + 1]),
				     line->word[name])))
		return TC_LINE_SOCKET;
	sock = tc_capture_add(capture);
	tc_capture_set_state(capture, sock, state);
	tc_capture_endpoints(capture, sock, family, &local, &remote);
	if (!connected)
		forget_remote(sock);
	read_owner(capture, sock, line, type);
	return TC_LINE_SOCKET;
}

static enum tc_verdict lsof_line(struct tc_capture *capture, const struct tc_line *line)
{
	size_t type, node;

	if (tc_slice_is(line->word[0], "COMMAND") && line->words > 6 &&
	    tc_slice_is(line->word[1], "PID")) {
		forget(capture);
		return TC_LINE_HEADING;
	}
	type = find_type(line);
	if (!type)
		return TC_LINE_NOT_MINE;
	/* SIZE/OFF is blank on some systems. */
	for (node = type + 2; node < line->words && node <= type + 3; node++) {
		if (tc_slice_is(line->word[node], "UDP") || tc_slice_is(line->word[node], "ICMP") ||
		    tc_slice_is(line->word[node], "ICMPV6"))
			return TC_LINE_PASSED;
		if (!tc_slice_is(line->word[node], "TCP"))
			continue;
		/* "no PCB": the connection is gone, a descriptor is left. */
		if (node + 1 < line->words && tc_slice_is(line->word[node + 1], "no"))
			return TC_LINE_PASSED;
		return read_socket(capture, line, type, node + 1);
	}
	return TC_LINE_NOT_MINE;
}

/*
 * Of what a descriptor holds, shutdown(2) alone leads to the states of closing, so a socket may
 * be listed in them; but most that are in them have lost their descriptor, so that none listed
 * is not none there.
 */
const struct tc_format tc_format_lsof = {
	.name = "lsof",
	.line = lsof_line,
	.lacks = TC_STATE_BIT(TC_SYN_RECV) | TC_STATE_BIT(TC_FIN_WAIT1) |
		 TC_STATE_BIT(TC_FIN_WAIT2) | TC_STATE_BIT(TC_CLOSING) |
		 TC_STATE_BIT(TC_LAST_ACK) | TC_STATE_BIT(TC_TIME_WAIT) | TC_STATE_BIT(TC_BOUND),
};
