/* SPDX-License-Identifier: MIT */
/*
 * netstat_bsd.c - netstat of FreeBSD, NetBSD, OpenBSD, DragonFly, macOS, AIX, with a dot
 * before the port, and other columns behind the state that are passed over:
 *
 *   Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
 *   tcp4       0      0  192.0.2.1.443          198.51.100.7.51000     ESTABLISHED
 *
 * Without -W or -l the host is cut to 16 bytes, so an IPv6 address or a name of just 16 is
 * taken for cut off, and so is one that is shorter and no address. Host and port together are
 * cut to 22, which can hit the name of a service.
 */
#include <sys/socket.h>

#include "source/capture/netstat.h"
#include "util/macro.h"

enum { HOST = 16, COLUMN = 22 };

size_t tc_netstat_heading_width(const struct tc_line *line)
{
	size_t local = tc_slice_find(line->text, "Local Address");
	size_t foreign = tc_slice_find(line->text, "Foreign Address");
	bool bsd = tc_slice_find(line->text, "(state)") < line->text.length ||
		   tc_slice_find(line->text, "TCP-State") < line->text.length ||
		   tc_slice_find(line->text, "  Local Address") < line->text.length;

	return bsd && local < foreign && foreign < line->text.length ? foreign - local : 0;
}

/* Marks what may be cut; see the top. */
static void check_width(struct tc_capture *capture, struct tc_slice text,
			struct tc_endpoint *endpoint)
{
	size_t host = (size_t)(endpoint->port.data - text.data) - 1;

	if (host > HOST)
		capture->bsd.wide = true;
	if (capture->bsd.wide)
		return;
	if (host == HOST && endpoint->family != AF_INET)
		tc_endpoint_truncate(endpoint);
	if (text.length == COLUMN && !tc_word_is_number(endpoint->port)) {
		endpoint->has_port = false;
		endpoint->port_cut = true;
		endpoint->number = 0;
	}
}

static int family_of(struct tc_slice proto, const struct tc_endpoint *local,
		     const struct tc_endpoint *remote)
{
	if (tc_slice_is(proto, "tcp4"))
		return AF_INET;
	/* tcp46 is an IPv6 socket that takes IPv4 too. */
	return proto.length > 3 ? AF_INET6 : tc_endpoint_family(local, remote);
}

static enum tc_verdict read_socket(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_endpoint local, remote;
	struct tc_sock *sock;
	uint32_t rqueue, wqueue;

	if (line->words < 5)
		return tc_capture_broken(capture, N_("cut off"));
	if (!tc_word_u32(line->word[1], &rqueue) || !tc_word_u32(line->word[2], &wqueue))
		return tc_capture_broken(capture, N_("the queues are not numbers"));
	if (!tc_endpoint_parse(line->word[3], '.', &local))
		return tc_capture_broken(capture, N_("no address and port where they should be"));
	if (line->words < 6)
		return tc_capture_broken(capture, N_("cut off"));
	if (!tc_endpoint_parse(line->word[4], '.', &remote))
		return tc_capture_broken(capture, N_("no address and port where they should be"));
	if (!tc_capture_is_state(capture, line->word[5]))
		return tc_capture_broken(capture, N_("no state where it should be"));
	check_width(capture, line->word[3], &local);
	check_width(capture, line->word[4], &remote);
	sock = tc_capture_add(capture);
	tc_capture_set_state(capture, sock, line->word[5]);
	sock->rqueue = rqueue;
	sock->wqueue = wqueue;
	if (sock->state != TC_LISTEN)
		sock->have |= TC_HAVE_QUEUES;
	tc_capture_endpoints(capture, sock, family_of(line->word[0], &local, &remote), &local,
			     &remote);
	return TC_LINE_SOCKET;
}

static bool is_tcp(struct tc_slice proto)
{
	return tc_slice_is(proto, "tcp4") || tc_slice_is(proto, "tcp6") ||
	       tc_slice_is(proto, "tcp") || tc_slice_is(proto, "tcp46");
}

static bool is_other_proto(struct tc_slice proto)
{
	return tc_slice_is(proto, "udp4") || tc_slice_is(proto, "udp46") ||
	       tc_slice_is(proto, "icm4") || tc_slice_is(proto, "icm6") ||
	       tc_slice_is(proto, "divert") || tc_slice_is(proto, "sctp4") ||
	       tc_slice_is(proto, "vsock");
}

static enum tc_verdict bsd_line(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_slice proto = line->word[0];
	size_t width;

	if (is_tcp(proto)) {
		/* "tcp4 0/0/128 *.22" of -L has no state; the same listeners stand in -a. */
		if (line->words > 1 && line->word[1].data[0] >= '0' &&
		    line->word[1].data[0] <= '9' &&
		    memchr(line->word[1].data, '/', line->word[1].length))
			return TC_LINE_PASSED;
		if (line->words < 2 || !tc_word_is_number(line->word[1]))
			return TC_LINE_NOT_MINE;
		return read_socket(capture, line);
	}
	if (is_other_proto(proto))
		return TC_LINE_PASSED;
	width = line->shifted ? 0 : tc_netstat_heading_width(line);
	if (width && tc_slice_find(line->text, "Recv-Q") < line->text.length) {
		capture->bsd.wide = width > COLUMN + 2;
		tc_netstat_heading_read(capture);
		return TC_LINE_HEADING;
	}
	return TC_LINE_NOT_MINE;
}

const struct tc_format tc_format_netstat_bsd = {
	.name = "netstat (BSD, macOS, AIX)",
	.origin = TC_ORIGIN_OTHER_SYSTEM,
	.line = bsd_line,
	.endpoints = true,
	.titled = true,
	.prefixed = true,
};
