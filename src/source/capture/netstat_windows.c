/* SPDX-License-Identifier: MIT */
/*
 * netstat_windows.c - netstat of Windows with -a, -n, -o, -b, in any language:
 *
 *   Proto  Local Address          Foreign Address        State           PID
 *   TCP    192.0.2.1:443          198.51.100.7:51000     ESTABLISHED     812
 *    [svchost.exe]
 */
#include <sys/socket.h>

#include "source/capture/reader.h"
#include "util/macro.h"

static bool is_tcp(struct tc_slice proto)
{
	return tc_slice_is(proto, "TCP") || tc_slice_is(proto, "TCPv6");
}

/* Line ends were lost. */
static bool has_another(const struct tc_line *line, size_t at)
{
	for (size_t i = at; i < line->words; i++)
		if (is_tcp(line->word[i]))
			return true;
	return false;
}

static enum tc_verdict read_socket(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_endpoint local, remote;
	struct tc_slice last;
	struct tc_sock *sock;

	if (line->words < 2 || !tc_endpoint_parse(line->word[1], ':', &local))
		return TC_LINE_NOT_MINE;
	if (line->words < 4)
		return tc_capture_broken(capture, N_("cut off"));
	if (!tc_endpoint_parse(line->word[2], ':', &remote))
		return tc_capture_broken(capture, N_("no address and port where they should be"));
	if (!tc_capture_is_state(capture, line->word[3]))
		return tc_capture_broken(capture, N_("no state where it should be"));
	if (has_another(line, 4))
		return tc_capture_broken(capture, N_("two sockets in one line"));
	sock = tc_capture_add(capture);
	tc_capture_set_state(capture, sock, line->word[3]);
	tc_capture_endpoints(capture, sock, tc_endpoint_family(&local, &remote), &local, &remote);
	last = line->word[line->words - 1];
	if (line->words > 4 && tc_word_is_number(last))
		tc_capture_text(capture, sock)->process = tc_capture_copy(capture, last);
	capture->detail_open = true;
	return TC_LINE_SOCKET;
}

/* " [svchost.exe]" of -b belongs to the socket above; with -o its number is known already. */
static enum tc_verdict program_line(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_slice name = line->text;
	struct tc_sock *sock = tc_capture_last(capture);
	struct tc_text *text;

	while (name.length &&
	       (name.data[name.length - 1] == ' ' || name.data[name.length - 1] == '\t'))
		name.length--;
	if (!sock || name.length < 3 || name.data[0] != '[' || name.data[name.length - 1] != ']')
		return TC_LINE_PASSED;
	name = (struct tc_slice){name.data + 1, name.length - 2};
	text = tc_capture_text(capture, sock);
	if (text->process)
		text->process = tc_capture_join(
			capture, (struct tc_slice){text->process, strlen(text->process)}, "/",
			name);
	else
		text->process = tc_capture_copy(capture, name);
	capture->detail_open = false;
	return TC_LINE_PASSED;
}

static enum tc_verdict windows_line(struct tc_capture *capture, const struct tc_line *line)
{
	bool current = tc_formats[capture->format] == &tc_format_netstat_windows;
	struct tc_slice proto = line->word[0];

	if (is_tcp(proto))
		return read_socket(capture, line);
	if (tc_slice_is(proto, "UDP") && line->words > 2) {
		capture->detail_open = false;
		return TC_LINE_PASSED;
	}
	if (current && capture->detail_open && line->indented)
		return has_another(line, 1)
			       ? tc_capture_broken(capture, N_("cut off or damaged"))
			       : program_line(capture, line);
	/* What languages translate are the other words; blanks as of a column follow it. */
	if (tc_slice_is(proto, "Proto") && line->words >= 4 && line->indented &&
	    tc_slice_starts(line->text, "Proto  ")) {
		capture->detail_open = false;
		return TC_LINE_HEADING;
	}
	return TC_LINE_NOT_MINE;
}

const struct tc_format tc_format_netstat_windows = {
	.name = "netstat (Windows)",
	.origin = TC_ORIGIN_OTHER_SYSTEM,
	.line = windows_line,
	.endpoints = true,
	.prefixed = true,
};
