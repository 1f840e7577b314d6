/* SPDX-License-Identifier: MIT */
/*
 * proc_line.c - /proc/net/tcp, as printed by the kernel's get_tcp4_sock(), get_openreq4(),
 * get_timewait4_sock() (net/ipv4/tcp_ipv4.c) and their IPv6 twins:
 *
 *   sl: local:port remote:port st tx_queue:rx_queue tr:when retrnsmt uid timeout inode ref pointer
 * ...
 *
 * "timeout" is the probes without an answer (icsk_probes_out), of the timers that probe.
 */
#include "source/proc_line.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "model/repeats.h"
#include "model/state.h"
#include "util/addr.h"

/* Times are printed in 1/100 s (clock_t), whatever the kernel's own tick is. */
enum { MS_PER_CLOCK = 10 };

struct cursor {
	const char *at;
	const char *end;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end && is_blank(*cursor->at))
		cursor->at++;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Between `least` and `most` hexadecimal digits; where they are fewer, nothing is consumed. */
static bool read_hex(struct cursor *cursor, unsigned least, unsigned most, uint64_t *ret_value)
{
	const char *at = cursor->at;
	uint64_t value = 0;
	unsigned digits = 0;
	int digit;

	while (at < cursor->end && digits < most && (digit = hex_value(*at)) >= 0) {
		value = value << 4 | (unsigned)digit;
		at++;
		digits++;
	}
	if (digits < least)
		return false;
	cursor->at = at;
	*ret_value = value;
	return true;
}

static bool read_decimal(struct cursor *cursor, uint64_t max, uint64_t *ret_value)
{
	const char *start;
	uint64_t value = 0;

	skip_blanks(cursor);
	start = cursor->at;
	while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9') {
		unsigned digit = (unsigned)(*cursor->at - '0');

		if (value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
		cursor->at++;
	}
	*ret_value = value;
	return cursor->at > start && (cursor->at == cursor->end || is_blank(*cursor->at));
}

static bool read_byte(struct cursor *cursor, char byte)
{
	if (cursor->at == cursor->end || *cursor->at != byte)
		return false;
	cursor->at++;
	return true;
}

/* "0100007F:0050" or the like with 32 digits; *ret_family is what the length says. */
static bool read_endpoint(struct cursor *cursor, int *ret_family, struct tc_addr *ret_addr,
			  uint16_t *ret_port)
{
	uint32_t words[4];
	unsigned count = 0;
	uint64_t value;

	skip_blanks(cursor);
	while (count < 4 && read_hex(cursor, 8, 8, &value)) {
		words[count++] = (uint32_t)value;
		if (cursor->at < cursor->end && *cursor->at == ':')
			break;
	}
	if ((count != 1 && count != 4) || !read_byte(cursor, ':') ||
	    !read_hex(cursor, 4, 4, &value))
		return false;
	*ret_port = (uint16_t)value;
	*ret_family = count == 1 ? AF_INET : AF_INET6;
	if (count == 1)
		*ret_addr = tc_addr_from4(words[0]);
	else
		memcpy(ret_addr->byte, words, sizeof(words));
	return true;
}

/* st tx:rx tr:when retrnsmt, which goes to *ret_retransmits */
static bool read_numbers(struct cursor *cursor, struct tc_sock *sock, uint64_t *ret_retransmits)
{
	uint64_t state, tx, rx, timer, when;

	skip_blanks(cursor);
	if (!read_hex(cursor, 2, 2, &state))
		return false;
	skip_blanks(cursor);
	if (!read_hex(cursor, 8, 8, &tx) || !read_byte(cursor, ':') || !read_hex(cursor, 8, 8, &rx))
		return false;
	skip_blanks(cursor);
	if (!read_hex(cursor, 2, 2, &timer) || !read_byte(cursor, ':') ||
	    !read_hex(cursor, 8, 16, &when))
		return false;
	skip_blanks(cursor);
	if (!read_hex(cursor, 8, 8, ret_retransmits))
		return false;
	sock->state = (uint8_t)tc_state_from_kernel((unsigned)state);
	sock->wqueue = (uint32_t)tx;
	sock->rqueue = (uint32_t)rx;
	sock->timer = timer <= TC_TIMER_PROBE ? (uint8_t)timer : TC_TIMER_NONE;
	if (timer <= TC_TIMER_PROBE)
		sock->have |= TC_HAVE_TIMER;
	if (sock->timer != TC_TIMER_NONE && when <= UINT32_MAX / MS_PER_CLOCK) {
		sock->expires_ms = (uint32_t)(when * MS_PER_CLOCK);
		sock->have |= TC_HAVE_EXPIRES;
	}
	/* Of a listener those that wait to be accepted are printed, and their limit is not. */
	sock->have |= sock->state == TC_LISTEN ? TC_HAVE_RECV_Q : TC_HAVE_QUEUES;
	return true;
}

/* What is past its type is damaged, and not the largest value; with an unknown timer, either. */
static void set_repeats(struct tc_sock *sock, uint64_t retransmits, uint64_t probes)
{
	uint64_t repeats = tc_repeats(sock->timer, retransmits, probes);

	if (!(sock->have & TC_HAVE_TIMER) || repeats > UINT8_MAX)
		return;
	sock->retrans = (uint8_t)repeats;
	sock->have |= TC_HAVE_RETRANS;
}

/* uid timeout inode, of which *ret_probes is the second */
static bool read_owner(struct cursor *cursor, struct tc_sock *sock, uint64_t *ret_probes)
{
	uint64_t uid, inode;

	if (!read_decimal(cursor, UINT32_MAX, &uid) ||
	    !read_decimal(cursor, UINT64_MAX, ret_probes) ||
	    !read_decimal(cursor, UINT64_MAX, &inode))
		return false;
	sock->uid = (uint32_t)uid;
	sock->inode = inode;
	sock->kind = TC_KIND_FULL;
	if (sock->timer == TC_TIMER_TIMEWAIT)
		sock->kind = TC_KIND_TIMEWAIT;
	else if (sock->state == TC_SYN_RECV && !inode)
		sock->kind = TC_KIND_REQUEST;
	sock->have |= TC_HAVE_INODE | TC_HAVE_KIND;
	/* A minisocket has no user: the 0 of a timewait is not root, a request has its listener's. */
	if (sock->kind == TC_KIND_FULL)
		sock->have |= TC_HAVE_UID;
	return true;
}

static void skip_word(struct cursor *cursor)
{
	skip_blanks(cursor);
	while (cursor->at < cursor->end && !is_blank(*cursor->at))
		cursor->at++;
}

uint64_t tc_proc_line_address(const char *line, size_t length)
{
	enum { WORDS_BEFORE = 11 };
	struct cursor cursor = {line, line + length};
	uint64_t address = 0;

	for (int word = 0; word < WORDS_BEFORE; word++)
		skip_word(&cursor);
	skip_blanks(&cursor);
	return read_hex(&cursor, 8, 16, &address) ? address : 0;
}

/* Behind the inode UDP has ref, pointer, drops; TCP ref, pointer, and five numbers or none. */
static bool is_udp(struct cursor cursor)
{
	unsigned words = 0;

	while (cursor.at < cursor.end && words < 4) {
		skip_blanks(&cursor);
		if (cursor.at < cursor.end)
			words++;
		skip_word(&cursor);
	}
	return words == 3;
}

int tc_proc_line(const char *line, size_t length, int family, struct tc_sock *ret_sock)
{
	struct cursor cursor = {line, line + length};
	struct tc_sock sock = {.count = 1};
	int local_family, remote_family;
	uint64_t slot, retransmits, probes;

	while (cursor.end > line && (cursor.end[-1] == '\n' || is_blank(cursor.end[-1])))
		cursor.end--;
	skip_blanks(&cursor);
	while (cursor.at < cursor.end && *cursor.at >= '0' && *cursor.at <= '9')
		cursor.at++;
	slot = (uint64_t)(cursor.at - line);
	if (!slot || !read_byte(&cursor, ':') ||
	    !read_endpoint(&cursor, &local_family, &sock.local, &sock.local_port) ||
	    !read_endpoint(&cursor, &remote_family, &sock.remote, &sock.remote_port) ||
	    local_family != remote_family || (family && family != local_family))
		return -EINVAL;
	if (!read_numbers(&cursor, &sock, &retransmits) || !read_owner(&cursor, &sock, &probes))
		return -EINVAL;
	set_repeats(&sock, retransmits, probes);
	if (is_udp(cursor))
		return -ENOMSG;
	sock.family = (uint8_t)local_family;
	sock.have |= TC_HAVE_FAMILY | TC_HAVE_ENDPOINTS;
	*ret_sock = sock;
	return 0;
}
