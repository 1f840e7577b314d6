/* SPDX-License-Identifier: MIT */
/* replay.c - see replay.h. */
#include "replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "source/capture.h"
#include "util/addr.h"

struct found {
	struct tc_buf *records; /* or NULL */
	uint64_t states[TC_STATE_COUNT];
	uint64_t local_truncated;
	uint64_t remote_truncated;
	uint64_t conntrack;
};

static void write_endpoint(struct tc_buf *out, bool have_addr, const struct tc_addr *addr,
			   const char *host, bool have_port, unsigned port, const char *service)
{
	char text[TC_ADDR_TEXT_MAX];

	tc_buf_byte(out, ' ');
	if (have_addr) {
		tc_addr_text(addr, text);
		tc_buf_text(out, text);
	} else {
		tc_buf_format(out, "<%s>", host ? host : "");
	}
	if (have_port)
		tc_buf_format(out, ",%u", port);
	else
		tc_buf_format(out, ",<%s>", service ? service : "");
}

static void write_numbers(struct tc_buf *out, const struct tc_sock *sock)
{
	static const char *const kinds[] = {"full", "request", "timewait"};
	static const char *const timers[] = {"none", "retrans", "keepalive", "timewait", "probe"};

	if (sock->have & TC_HAVE_RECV_Q)
		tc_buf_format(out, " q=%u", sock->rqueue);
	if (sock->have & TC_HAVE_SEND_Q)
		tc_buf_format(out, "/%u", sock->wqueue);
	if (sock->have & TC_HAVE_TIMER)
		tc_buf_format(out, " timer=%s", timers[sock->timer]);
	if (sock->have & TC_HAVE_EXPIRES)
		tc_buf_format(out, " expires=%u", sock->expires_ms);
	if (sock->have & TC_HAVE_DROPS)
		tc_buf_format(out, " drops=%u", sock->expires_ms);
	if (sock->have & TC_HAVE_RETRANS)
		tc_buf_format(out, " retrans=%u", sock->retrans);
	if (sock->have & TC_HAVE_UID)
		tc_buf_format(out, " uid=%u", sock->uid);
	if (sock->have & TC_HAVE_INODE)
		tc_buf_format(out, " inode=%" PRIu64, sock->inode);
	if (sock->have & TC_HAVE_COOKIE)
		tc_buf_format(out, " cookie=%" PRIx64, sock->cookie);
	if (sock->have & TC_HAVE_MARK)
		tc_buf_format(out, " mark=%u", sock->mark);
	if (sock->have & TC_HAVE_SHUTDOWN)
		tc_buf_format(out, " shutdown=%u", sock->shutdown);
	if (sock->have & TC_HAVE_KIND)
		tc_buf_format(out, " kind=%s", kinds[sock->kind]);
	if (sock->have & TC_HAVE_V6ONLY)
		tc_buf_format(out, " v6only=%d", (sock->flags & TC_FLAG_V6ONLY) != 0);
}

static void write_inside(struct tc_buf *out, const struct tc_inside *inside)
{
	if (inside->have & TC_INSIDE_TIMES)
		tc_buf_format(out, " last=%u/%u/%u", inside->data_sent_ms, inside->data_received_ms,
			      inside->ack_received_ms);
	if (inside->have & TC_INSIDE_WINDOWS)
		tc_buf_format(out, " windows=%u/%u", inside->send_window, inside->receive_window);
	if (inside->have & TC_INSIDE_RECEIVE_BUFFER)
		tc_buf_format(out, " memory=%u/%u", inside->receive_memory, inside->receive_buffer);
}

static void write_text(struct tc_buf *out, const char *name, const char *text)
{
	if (!text)
		return;
	tc_buf_format(out, " %s=<", name);
	for (; *text; text++) /* several processes are a line each */
		tc_buf_byte(out, *text == '\n' ? ';' : *text);
	tc_buf_byte(out, '>');
}

static void write_record(struct tc_buf *out, const struct tc_sock *sock)
{
	static const struct tc_text none;
	const struct tc_text *text = sock->text ? sock->text : &none;

	tc_buf_text(out, tc_state_name(sock->state));
	if (sock->count != 1)
		tc_buf_format(out, " x%" PRIu64, sock->count);
	if (sock->have & TC_HAVE_FAMILY)
		tc_buf_text(out, sock->family == AF_INET6 ? " inet6" : " inet");
	write_endpoint(out, sock->have & TC_HAVE_LOCAL_ADDR, &sock->local, text->local_host,
		       sock->have & TC_HAVE_LOCAL_PORT, sock->local_port, text->local_port);
	write_endpoint(out, sock->have & TC_HAVE_REMOTE_ADDR, &sock->remote, text->remote_host,
		       sock->have & TC_HAVE_REMOTE_PORT, sock->remote_port, text->remote_port);
	write_numbers(out, sock);
	if (sock->have & TC_HAVE_INSIDE)
		write_inside(out, text->inside);
	write_text(out, "state", text->state);
	write_text(out, "user", text->user);
	write_text(out, "iface", text->iface);
	write_text(out, "process", text->process);
	if (sock->flags & TC_FLAG_CONNTRACK)
		tc_buf_text(out, " conntrack");
	if (sock->flags & TC_FLAG_LOCAL_TRUNCATED)
		tc_buf_text(out, " local-cut");
	if (sock->flags & TC_FLAG_REMOTE_TRUNCATED)
		tc_buf_text(out, " remote-cut");
	tc_buf_byte(out, '\n');
}

static int take(void *context, struct tc_sock *socks, size_t count)
{
	struct found *found = context;

	for (size_t i = 0; i < count; i++) {
		found->states[socks[i].state] += socks[i].count;
		found->local_truncated += (socks[i].flags & TC_FLAG_LOCAL_TRUNCATED) != 0;
		found->remote_truncated += (socks[i].flags & TC_FLAG_REMOTE_TRUNCATED) != 0;
		found->conntrack += (socks[i].flags & TC_FLAG_CONNTRACK) != 0;
		if (!(socks[i].flags & TC_FLAG_FOREIGN))
			abort();
		if (found->records)
			write_record(found->records, &socks[i]);
	}
	return 0;
}

static void write_report(struct tc_buf *out, const struct tc_report *report, int ret)
{
	tc_buf_format(out, "result: %s\n", ret == 0 ? "read" : ret == -ENODATA ? "no data" : "?");
	tc_buf_format(out, "formats: %s\n", report->formats);
	tc_buf_format(out, "lines: %" PRIu64 "\n", report->lines);
	tc_buf_format(out, "unread: %" PRIu64 "\n", report->unread);
	for (size_t i = 0; i < TC_UNREAD_MAX && i < report->unread; i++)
		tc_buf_format(out, "unread line %" PRIu64 ": %s\n", report->unread_line[i].line,
			      report->unread_line[i].why);
	tc_buf_format(out, "complete: %s\n", report->complete ? "yes" : "no");
	tc_buf_format(out, "why: %s\n", report->why);
	if (*report->unknown_words)
		tc_buf_format(out, "unknown words: %s\n", report->unknown_words);
	if (report->states_not_read)
		tc_buf_text(out, "not read:");
	for (int i = 0; i < TC_STATE_COUNT; i++)
		if (report->states_not_read & TC_STATE_BIT(i))
			tc_buf_format(out, " %s", tc_state_name(i));
	tc_buf_text(out, report->states_not_read ? "\n" : "");
}

int replay(const char *data, size_t length, size_t piece, int records, struct tc_buf *out)
{
	struct found found = {.records = records ? out : NULL};
	struct tc_report report = {0};
	struct tc_capture *capture;
	int ret;

	if (tc_capture_new(take, &found, &capture))
		abort();
	for (size_t at = 0; at < length;) {
		size_t next = piece && piece < length - at ? piece : length - at;

		if (tc_capture_feed(capture, data + at, next))
			abort();
		at += next;
	}
	ret = tc_capture_finish(capture, &report);
	tc_capture_free(capture);
	if (records)
		return ret;
	write_report(out, &report, ret);
	tc_buf_format(out, "cut off: %" PRIu64 " local, %" PRIu64 " remote\n",
		      found.local_truncated, found.remote_truncated);
	tc_buf_format(out, "conntrack: %" PRIu64 "\n", found.conntrack);
	for (size_t i = 0; i < TC_STATE_COUNT; i++)
		if (found.states[i])
			tc_buf_format(out, "%s %" PRIu64 "\n", tc_state_name((int)i),
				      found.states[i]);
	return ret;
}
