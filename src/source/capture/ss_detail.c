/* SPDX-License-Identifier: MIT */
/*
 * ss_detail.c - what ss prints behind the addresses with -o, -e, -p, -m and -i, on the same
 * line or on indented ones. Words that are not in the table are passed over.
 */
#include "source/capture/ss.h"

#include <errno.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/macro.h"
#include "util/parse.h"

/*
 * As print_ms_timer() of ss writes it: "1min12sec", "12sec", "964ms", nothing for 0, and with one
 * unit for both numbers "1.136ms" for a second and 136 ms.
 */
static int parse_time(struct tc_slice time, uint64_t *ret_ms)
{
	struct tc_slice seconds = tc_slice_until(time, '.');
	struct tc_slice rest = tc_slice_after(time, seconds.length + 1);
	uint64_t whole, ms;

	if (!time.length) {
		*ret_ms = 0;
		return 0;
	}
	if (rest.length != 5 || !tc_slice_is(tc_slice_after(rest, 3), "ms"))
		return tc_parse_duration_ms(time.data, time.length, UINT32_MAX, ret_ms);
	if (tc_parse_uint(seconds.data, seconds.length, UINT32_MAX / 1000 - 1, &whole) < 0 ||
	    tc_parse_uint(rest.data, 3, 999, &ms) < 0)
		return -EINVAL;
	*ret_ms = whole * 1000 + ms;
	return 0;
}

static void read_timer(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice value)
{
	static const struct {
		const char *name;
		uint8_t timer;
	} timers[] = {
		{"on", TC_TIMER_RETRANS},	 {"keepalive", TC_TIMER_KEEPALIVE},
		{"timewait", TC_TIMER_TIMEWAIT}, {"persist", TC_TIMER_PROBE},
		{"off", TC_TIMER_NONE},
	};
	struct tc_slice name = tc_slice_until(value, ',');
	struct tc_slice time = tc_slice_until(tc_slice_after(value, name.length + 1), ',');
	struct tc_slice count = tc_slice_after(value, name.length + time.length + 2);
	uint64_t number;

	(void)capture;
	for (size_t i = 0; i < TC_ARRAY_SIZE(timers); i++) {
		if (!tc_slice_is(name, timers[i].name))
			continue;
		sock->timer = timers[i].timer;
		sock->have |= TC_HAVE_TIMER;
	}
	/* What was cut off before its second comma may lack a part of the time. */
	if (name.length + 1 + time.length < value.length && parse_time(time, &number) == 0) {
		sock->expires_ms = (uint32_t)number;
		sock->have |= TC_HAVE_EXPIRES;
	}
	if (tc_parse_uint(count.data, count.length, UINT8_MAX, &number) == 0) {
		sock->retrans = (uint8_t)number;
		sock->have |= TC_HAVE_RETRANS;
	}
}

static void read_uid(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice value)
{
	(void)capture;
	if (tc_word_is_number(value) && tc_word_u32(value, &sock->uid))
		sock->have |= TC_HAVE_UID;
}

/* ss leaves out the uid of root, so a socket with an inode and no uid is root's. */
static void read_inode(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice value)
{
	(void)capture;
	if (tc_parse_uint(value.data, value.length, UINT64_MAX, &sock->inode) < 0)
		return;
	sock->have |= TC_HAVE_INODE;
	if (sock->inode)
		sock->have |= TC_HAVE_UID;
}

static void read_cookie(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice value)
{
	(void)capture;
	if (tc_parse_hex(value.data, value.length, UINT64_MAX, &sock->cookie) == 0)
		sock->have |= TC_HAVE_COOKIE;
}

static void read_mark(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice value)
{
	uint64_t mark;

	(void)capture;
	if (!tc_slice_starts(value, "0x") ||
	    tc_parse_hex(value.data + 2, value.length - 2, UINT32_MAX, &mark) < 0)
		return;
	sock->mark = (uint32_t)mark;
	sock->have |= TC_HAVE_MARK;
}

static void read_v6only(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice value)
{
	(void)capture;
	if (tc_slice_is(value, "1"))
		sock->flags |= TC_FLAG_V6ONLY;
	sock->have |= TC_HAVE_V6ONLY;
}

/* "...",pid=812, or before 2015 "...",812, at the quote. */
static bool is_name_end(struct tc_slice text, const char *before_pid)
{
	struct tc_slice pid = tc_slice_after(text, strlen(before_pid));

	return tc_slice_starts(text, before_pid) && tc_word_is_number(tc_slice_until(pid, ','));
}

/*
 * The length of the name that the text begins with. The kernel keeps 15 bytes of it, any of them,
 * so it may look as if it ended before it does; the next one's end is always further away.
 */
static size_t name_length(struct tc_slice text)
{
	enum { NAME_MAX_BYTES = 15 };
	size_t length = text.length;

	for (size_t i = 0; i <= NAME_MAX_BYTES && i < text.length; i++)
		if (is_name_end(tc_slice_after(text, i), "\",pid="))
			length = i;
	for (size_t i = 0; length == text.length && i < text.length; i++)
		if (is_name_end(tc_slice_after(text, i), "\",pid=") ||
		    is_name_end(tc_slice_after(text, i), "\","))
			return i;
	return length;
}

/* The length of one of them, ("nginx",pid=812,fd=6); 0: there is none. */
static size_t user_length(struct tc_slice text, struct tc_slice *ret_name)
{
	struct tc_slice name = tc_slice_after(text, 2), rest;

	if (!tc_slice_starts(text, "(\""))
		return 0;
	name.length = name_length(name);
	rest = tc_slice_after(text, 2 + name.length);
	rest = tc_slice_after(rest, tc_slice_until(rest, ')').length);
	*ret_name = name;
	return rest.length ? text.length - rest.length + 1 : text.length;
}

/* Adds one of them; what comes behind it stays in *rest. False: no more. */
static bool read_user(struct tc_slice *rest, struct tc_buf *all)
{
	struct tc_slice name, pid;
	size_t length = user_length(*rest, &name);

	if (!length)
		return false;
	pid = tc_slice_after(*rest, 2 + name.length + 2);
	*rest = tc_slice_after(*rest, length + 1);
	if (tc_slice_starts(pid, "pid="))
		pid = tc_slice_after(pid, 4);
	pid = tc_slice_until(pid, ',');
	if (!tc_word_is_number(pid))
		return false;
	if (all->length)
		tc_buf_byte(all, '\n');
	tc_buf_add(all, name.data, name.length);
	tc_buf_text(all, ",pid=");
	tc_buf_add(all, pid.data, pid.length);
	return true;
}

/*
 * ("nginx",pid=812,fd=6),("nginx",pid=813,fd=6), each of them a line of the text. Before 2015
 * it was ("nginx",812,6).
 */
static void read_users(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice value)
{
	tc_auto_buf struct tc_buf all = TC_BUF_INIT;

	if (sock->text && sock->text->process)
		return;
	while (read_user(&value, &all))
		;
	if (all.length && !all.failed)
		tc_capture_text(capture, sock)->process =
			tc_capture_copy(capture, (struct tc_slice){ all.data, all.length });
}

/*
 * Numbers of -i. ss leaves out what is 0, so what is missing beside another one of its kind is
 * 0, as it is set here; the receive window is printed by every ss that knows the other.
 */
static const struct {
	const char *name;
	size_t offset;
	uint32_t tells; /* TC_INSIDE_ bits */
} numbers[] = {
	{"lastsnd:", offsetof(struct tc_inside, data_sent_ms), TC_INSIDE_TIMES},
	{"lastrcv:", offsetof(struct tc_inside, data_received_ms), TC_INSIDE_TIMES},
	{"lastack:", offsetof(struct tc_inside, ack_received_ms), TC_INSIDE_TIMES},
	{"snd_wnd:", offsetof(struct tc_inside, send_window), 0},
	{"rcv_wnd:", offsetof(struct tc_inside, receive_window), TC_INSIDE_WINDOWS},
};

/* These have no such inside, or one that means something else: as in diag_inside.c. */
static bool has_inside(const struct tc_sock *sock)
{
	return sock->state != TC_LISTEN && sock->state != TC_SYN_SENT && sock->state != TC_SYN_RECV;
}

static void read_number(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice word)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(numbers); i++) {
		struct tc_inside *inside;
		uint32_t number;

		if (!tc_slice_starts(word, numbers[i].name) || !has_inside(sock) ||
		    !tc_word_u32(tc_slice_after(word, strlen(numbers[i].name)), &number))
			continue;
		inside = tc_capture_inside(capture, sock);
		memcpy((char *)inside + numbers[i].offset, &number, sizeof(number));
		inside->have |= numbers[i].tells;
		return;
	}
}

/* The last word, d0; of a listener, which has no timer. ss prints it since 2016 (4.7). */
static void read_drops(struct tc_sock *sock, struct tc_slice value)
{
	struct tc_slice word = tc_slice_until(value, ',');
	uint32_t drops;

	if (sock->state != TC_LISTEN)
		return;
	while (word.length < value.length) {
		value = tc_slice_after(value, word.length + 1);
		word = tc_slice_until(value, ',');
	}
	if (!tc_slice_starts(word, "d") || !tc_word_u32(tc_slice_after(word, 1), &drops))
		return;
	sock->expires_ms = drops;
	sock->have = (sock->have & ~(uint32_t)TC_HAVE_EXPIRES) | TC_HAVE_DROPS;
}

/* r0,rb131072,t0,tb87040,f0,w0,o0,bl0,d0: the first two. */
static void read_memory(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice value)
{
	struct tc_slice memory = tc_slice_until(value, ',');
	struct tc_slice buffer = tc_slice_until(tc_slice_after(value, memory.length + 1), ',');
	uint32_t memory_bytes, buffer_bytes;
	struct tc_inside *inside;

	read_drops(sock, value);
	if (!tc_slice_starts(memory, "r") || !tc_slice_starts(buffer, "rb") || !has_inside(sock) ||
	    !tc_word_u32(tc_slice_after(memory, 1), &memory_bytes) ||
	    !tc_word_u32(tc_slice_after(buffer, 2), &buffer_bytes))
		return;
	inside = tc_capture_inside(capture, sock);
	inside->receive_memory = memory_bytes;
	inside->receive_buffer = buffer_bytes;
	inside->have |= TC_INSIDE_RECEIVE_BUFFER;
}

/* Which halves of the connection are shut down: "<->" none, "-->" no more comes in. */
static void read_arrow(struct tc_sock *sock, struct tc_slice word)
{
	if (word.length != 3 || word.data[1] != '-' || !memchr("<-", word.data[0], 2) ||
	    !memchr(">-", word.data[2], 2))
		return;
	sock->shutdown = (uint8_t)((word.data[0] == '-' ? 1 : 0) | (word.data[2] == '-' ? 2 : 0));
	sock->have |= TC_HAVE_SHUTDOWN;
}

static const struct {
	const char *name;
	bool parentheses; /* round the value */
	void (*read)(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice value);
} details[] = {
	{"timer:(", true, read_timer},	 {"uid:", false, read_uid},
	{"ino:", false, read_inode},	 {"sk:", false, read_cookie},
	{"fwmark:", false, read_mark},	 {"users:(", true, read_users},
	{"v6only:", false, read_v6only}, {"skmem:(", true, read_memory},
};

/* The length of "users:(...)", whose names may have quotes and parentheses; 0: it is none. */
static size_t users_length(struct tc_slice text)
{
	size_t at = strlen("users:("), length;
	struct tc_slice name;

	if (!tc_slice_starts(text, "users:("))
		return 0;
	while ((length = user_length(tc_slice_after(text, at), &name))) {
		at += length;
		if (at == text.length || text.data[at] != ',')
			break;
		at++;
	}
	return at < text.length && text.data[at] == ')' ? at + 1 : 0;
}

/* The length of a word in which blanks may stand between quotes and parentheses. */
static size_t word_length(struct tc_slice text)
{
	size_t at = 0, depth = 0;
	bool quoted = false;

	for (; at < text.length; at++) {
		char c = text.data[at];

		if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == '(')
			depth++;
		else if (!quoted && c == ')' && depth)
			depth--;
		else if (!quoted && !depth && (c == ' ' || c == '\t'))
			break;
	}
	return at;
}

static void read_word(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice word)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(details); i++) {
		if (!tc_slice_starts(word, details[i].name))
			continue;
		word = tc_slice_after(word, strlen(details[i].name));
		if (details[i].parentheses && word.length && word.data[word.length - 1] == ')')
			word.length--;
		details[i].read(capture, sock, word);
		return;
	}
	read_number(capture, sock, word);
	read_arrow(sock, word);
}

void tc_ss_details(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice text)
{
	while (text.length) {
		size_t length;

		while (text.length && (text.data[0] == ' ' || text.data[0] == '\t'))
			text = tc_slice_after(text, 1);
		length = users_length(text);
		if (!length)
			length = word_length(text);
		if (length)
			read_word(capture, sock, (struct tc_slice){text.data, length});
		text = tc_slice_after(text, length);
	}
}
