/* SPDX-License-Identifier: MIT */
/*
 * netstat_solaris.c - netstat of Solaris and illumos: a table a family, windows and queues
 * between the addresses and the state.
 *
 *   TCP: IPv4
 *      Local Address        Remote Address     Swind  Send-Q Rwind  Recv-Q    State
 *   192.0.2.1.22         198.51.100.7.51000  64240      0 128872      0 ESTABLISHED
 */
#include <sys/socket.h>

#include "source/capture/reader.h"
#include "util/macro.h"

/* Where things stand in a line. */
enum { LOCAL, REMOTE, SEND_WINDOW, SEND_QUEUE, RECEIVE_WINDOW, RECEIVE_QUEUE, STATE };

/* "TCP: IPv4", "UDP: IPv6", "SCTP:", the title of a table. */
static bool read_title(struct tc_capture *capture, const struct tc_line *line)
{
	bool tcp = tc_slice_is(line->word[0], "TCP:");

	if (line->words > 2 || (!tcp && !tc_slice_is(line->word[0], "UDP:") &&
				!tc_slice_is(line->word[0], "SCTP:")))
		return false;
	capture->solaris.other = !tcp;
	capture->solaris.family = 0;
	if (line->words == 2)
		capture->solaris.family =
			tc_slice_is(line->word[1], "IPv6") ? AF_INET6 : AF_INET;
	return true;
}

/* The table of SCTP differs by the streams before the state, "32/32". */
static bool is_sctp(const struct tc_line *line)
{
	struct tc_slice in = tc_slice_until(line->word[STATE], '/');

	return in.length < line->word[STATE].length && tc_word_is_number(in);
}

static bool is_heading(const struct tc_line *line)
{
	return line->words > 6 && tc_slice_is(line->word[0], "Local") &&
	       tc_slice_find(line->text, "Swind") < line->text.length;
}

static enum tc_verdict solaris_line(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_endpoint local, remote;
	uint32_t numbers[STATE];
	struct tc_sock *sock;
	int family;

	if (read_title(capture, line) || is_heading(line))
		return TC_LINE_HEADING;
	if (line->words < SEND_QUEUE || !tc_endpoint_parse(line->word[LOCAL], '.', &local) ||
	    !tc_endpoint_parse(line->word[REMOTE], '.', &remote) ||
	    !tc_word_is_number(line->word[SEND_WINDOW]))
		return TC_LINE_NOT_MINE;
	/* Where a title was damaged, the rows themselves tell TCP: those of UDP are shorter. */
	if ((line->words > STATE && is_sctp(line)) ||
	    (capture->solaris.other &&
	     (line->words <= STATE || tc_capture_state(capture, line->word[STATE]) < 0)))
		return TC_LINE_PASSED;
	if (line->words <= STATE)
		return tc_capture_broken(capture, N_("cut off"));
	for (size_t i = SEND_WINDOW; i < STATE; i++)
		if (!tc_word_u32(line->word[i], &numbers[i]))
			return tc_capture_broken(capture, N_("the queues are not numbers"));
	if (!tc_capture_is_state(capture, line->word[STATE]))
		return tc_capture_broken(capture, N_("no state where it should be"));
	if (line->words > 2 * STATE)
		return tc_capture_broken(capture, N_("two sockets in one line"));
	sock = tc_capture_add(capture);
	tc_capture_set_state(capture, sock, line->word[STATE]);
	sock->rqueue = numbers[RECEIVE_QUEUE];
	sock->wqueue = numbers[SEND_QUEUE];
	if (sock->state != TC_LISTEN)
		sock->have |= TC_HAVE_QUEUES;
	family = tc_endpoint_family(&local, &remote);
	tc_capture_endpoints(capture, sock,
			     capture->solaris.family ? capture->solaris.family : family, &local,
			     &remote);
	return TC_LINE_SOCKET;
}

const struct tc_format tc_format_netstat_solaris = {
	.name = "netstat (Solaris)",
	.origin = TC_ORIGIN_OTHER_SYSTEM,
	.line = solaris_line,
	.endpoints = true,
};
