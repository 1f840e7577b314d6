/* SPDX-License-Identifier: MIT */
/*
 * ss.c - ss of iproute2, with or without heading, Netid column and -n, one line a socket or
 * several:
 *
 *   Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
 *   tcp   ESTAB  0      0      192.0.2.1:443       198.51.100.7:5100 users:((...)) timer:(...)
 *
 * ss -u without -t prints no Netid either, so its sockets look like TCP sockets. Those that
 * are not connected ("UNCONN") are known for UDP by that word; connected ones cannot be told.
 */
#include "source/capture/ss.h"

#include <sys/socket.h>

#include "util/macro.h"

/* What stands in the Netid column and is no TCP. mptcp counts its subflows as tcp as well. */
static bool is_other_netid(struct tc_slice word)
{
	static const char *const netids[] = {
		"udp",	 "u_str", "u_dgr", "u_seq", "nl",    "raw",   "icmp6", "p_raw",
		"p_dgr", "sctp",  "mptcp", "v_str", "v_dgr", "tipc",  "xdp",   "dccp",
		"vsock", "unix",  "ti_rd", "ti_sq", "ti_st", "ti_dg", "unkno", "???",
	};

	for (size_t i = 0; i < TC_ARRAY_SIZE(netids); i++)
		if (tc_slice_is(word, netids[i]))
			return true;
	return tc_slice_starts(word, "ipproto-");
}

static enum tc_verdict heading(struct tc_capture *capture, const struct tc_line *line)
{
	size_t queues = 0;

	while (queues < 2 && queues < line->words && !tc_slice_is(line->word[queues], "Recv-Q"))
		queues++;
	if (queues + 1 >= line->words || !tc_slice_is(line->word[queues], "Recv-Q") ||
	    !tc_slice_is(line->word[queues + 1], "Send-Q"))
		return TC_LINE_NOT_MINE;
	/* netstat has the queues, too, and its table of UNIX sockets nearly so. */
	if (tc_slice_find(line->text, "Address:Port") == line->text.length)
		return TC_LINE_NOT_MINE;
	/* Asked for one state only, ss leaves the column out. */
	capture->ss.stateless = !tc_slice_is(line->word[0], "State") &&
				!(queues == 2 && tc_slice_is(line->word[1], "State"));
	return TC_LINE_HEADING;
}

/*
 * "*" is what ss prints for an IPv6 socket that takes IPv4 too. Before 2018 it stood for
 * 0.0.0.0, and IPv6 addresses had no brackets, by which such a listing is known.
 */
static int family_of(struct tc_capture *capture, const struct tc_endpoint *local,
		     const struct tc_endpoint *remote)
{
	int family = tc_endpoint_family(local, remote);

	if (family == AF_INET6 && (local->has_addr || local->truncated) &&
	    local->host.data[-1] != '[')
		capture->ss.old_style = true;
	if (family == AF_INET && !local->any && remote->any)
		capture->ss.old_style = true;
	if (!family && local->any)
		family = capture->ss.old_style ? AF_INET : AF_INET6;
	return family;
}

static enum tc_verdict add(struct tc_capture *capture, const struct tc_line *line, size_t at,
			   const struct tc_slice *state)
{
	struct tc_endpoint local, remote;
	struct tc_slice rest;
	struct tc_sock *sock;
	uint32_t rqueue, wqueue;

	if (line->words < at + 4)
		return tc_capture_broken(capture, N_("cut off"));
	if (!tc_word_u32(line->word[at], &rqueue) || !tc_word_u32(line->word[at + 1], &wqueue))
		return tc_capture_broken(capture, N_("the queues are not numbers"));
	if (!tc_endpoint_parse(line->word[at + 2], ':', &local) ||
	    !tc_endpoint_parse(line->word[at + 3], ':', &remote))
		return tc_capture_broken(capture, N_("no address and port where they should be"));
	if (tc_line_has_another(line, at + 3))
		return tc_capture_broken(capture, N_("two sockets in one line"));
	sock = tc_capture_add(capture);
	if (state)
		tc_capture_set_state(capture, sock, *state);
	capture->ss.stateless &= !state;
	capture->ss.unknown += !state;
	sock->rqueue = rqueue;
	sock->wqueue = wqueue;
	sock->have |= TC_HAVE_QUEUES;
	sock->have |= TC_HAVE_IFINDEX; /* a device is printed where there is one: text->iface */
	tc_capture_endpoints(capture, sock, family_of(capture, &local, &remote), &local, &remote);
	/* ss has one word for a socket that is closed and one that is only bound. */
	if (sock->state == TC_CLOSED && !remote.number && remote.has_port)
		sock->state = TC_BOUND;
	rest = tc_line_rest(line, at + 4);
	if (rest.length)
		tc_ss_details(capture, sock, rest);
	capture->detail_open = true;
	return TC_LINE_SOCKET;
}

/* A word in capitals where the state stands, in a line that has all else that ss prints. */
static bool is_unknown_state(const struct tc_line *line, size_t at)
{
	struct tc_endpoint endpoint;
	struct tc_slice word = line->word[at - 1];

	return line->words >= at + 4 && word.data[0] >= 'A' && word.data[0] <= 'Z' &&
	       tc_word_may_be_state(word) &&
	       tc_endpoint_parse(line->word[at + 2], ':', &endpoint) &&
	       tc_endpoint_parse(line->word[at + 3], ':', &endpoint);
}

/* The line begins with a state, or with "tcp" and a state; `at` is where the queues stand. */
static enum tc_verdict socket_line(struct tc_capture *capture, const struct tc_line *line,
				   size_t at, bool current)
{
	bool numbers = line->words > at + 1 && tc_word_is_number(line->word[at]) &&
		       tc_word_is_number(line->word[at + 1]);

	if (tc_capture_state(capture, line->word[at - 1]) < 0)
		return current && numbers && is_unknown_state(line, at)
			       ? add(capture, line, at, &line->word[at - 1])
			       : TC_LINE_NOT_MINE;
	if (numbers && at == 1 && tc_capture_state(capture, line->word[0]) == TC_CLOSED) {
		capture->detail_open = false;
		return TC_LINE_PASSED; /* UDP */
	}
	if (numbers || (current && (at == 2 || line->words <= 2)))
		return add(capture, line, at, &line->word[at - 1]);
	return TC_LINE_NOT_MINE;
}

static bool are_numbers(const struct tc_line *line, size_t at)
{
	return line->words > at + 1 && tc_word_is_number(line->word[at]) &&
	       tc_word_is_number(line->word[at + 1]);
}

static bool is_certain(const struct tc_endpoint *endpoint)
{
	return (endpoint->has_addr || endpoint->any) && endpoint->has_port;
}

/* What ss prints behind the addresses, and netstat does not. */
static bool is_detail(struct tc_slice word)
{
	return tc_slice_until(word, ':').length < word.length || tc_slice_is(word, "ts") ||
	       tc_slice_is(word, "sack") || tc_slice_is(word, "<->") || tc_slice_is(word, "-->") ||
	       tc_slice_is(word, "<--") || tc_slice_is(word, "---");
}

/* Not only a damaged line, which may be one of ss. */
static bool is_netstat(const struct tc_capture *capture)
{
	const struct tc_format_seen *seen =
		&capture->seen[tc_format_number(&tc_format_netstat_linux)];

	return tc_formats[capture->format] == &tc_format_netstat_linux &&
	       (seen->any_heading || seen->sockets);
}

/*
 * Asked for one state with -H, ss prints no column for it, and no heading says so: an address
 * with its port has to. With "tcp" in front it may be netstat's that was cut off.
 */
static bool is_stateless(struct tc_capture *capture, const struct tc_line *line, size_t at)
{
	struct tc_endpoint local, remote;
	const struct tc_slice *rest = &line->word[at + 4];

	if (at ? is_netstat(capture) : line->shifted)
		return false;
	if (line->words < at + 4 || !tc_endpoint_parse(line->word[at + 2], ':', &local) ||
	    !tc_endpoint_parse(line->word[at + 3], ':', &remote) ||
	    (!is_certain(&local) && !is_certain(&remote)))
		return false;
	return line->words == at + 4 || is_detail(*rest) ||
	       (!at && tc_capture_state(capture, *rest) < 0);
}

/* Whether a line without a state is the exception: others have one. */
static bool has_states(const struct tc_capture *capture)
{
	return capture->seen[tc_format_number(&tc_format_ss)].sockets > capture->ss.unknown;
}

/* A line of another protocol; without a state it is known behind others of ss only, or first. */
static bool is_other(struct tc_capture *capture, const struct tc_line *line, bool current)
{
	return line->words > 3 && is_other_netid(line->word[0]) &&
	       (tc_capture_state(capture, line->word[1]) >= 0 ||
		(current && tc_word_is_number(line->word[1])) ||
		(capture->format == TC_FORMAT_NONE && are_numbers(line, 1)));
}

/* "and 7 more sockets (-n 0 shows all)", the last line of our own table, in any language. */
static bool read_rest(struct tc_capture *capture, const struct tc_line *line)
{
	uint32_t count;

	if (line->words < 4 || !tc_capture_goes_on(capture) ||
	    tc_slice_find(line->text, "(-n 0 ") == line->text.length ||
	    !tc_word_u32(line->word[1], &count))
		return false;
	capture->ss.left_out += count;
	return true;
}

static enum tc_verdict ss_line(struct tc_capture *capture, const struct tc_line *line)
{
	bool current = tc_formats[capture->format] == &tc_format_ss;
	bool tcp = tc_slice_is(line->word[0], "tcp");
	size_t netid = tcp ? 1 : 0;
	enum tc_verdict verdict = TC_LINE_NOT_MINE;

	if (line->words > netid)
		verdict = socket_line(capture, line, netid + 1, current);
	if (verdict != TC_LINE_NOT_MINE)
		return verdict;
	if (is_other(capture, line, current)) {
		capture->detail_open = false;
		return TC_LINE_PASSED;
	}
	if (are_numbers(line, netid) &&
	    ((current && capture->ss.stateless) || is_stateless(capture, line, netid))) {
		capture->ss.stateless |= !has_states(capture);
		return add(capture, line, netid, NULL);
	}
	if (current && read_rest(capture, line))
		return TC_LINE_PASSED;
	if (current && line->indented && capture->detail_open) {
		tc_ss_details(capture, tc_capture_last(capture), line->text);
		return TC_LINE_PASSED;
	}
	return line->shifted ? TC_LINE_NOT_MINE : heading(capture, line);
}

const struct tc_format tc_format_ss = {
	.name = "ss",
	.line = ss_line,
	.endpoints = true,
	.prefixed = true,
};
