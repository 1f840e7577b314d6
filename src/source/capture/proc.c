/* SPDX-License-Identifier: MIT */
/* proc.c - /proc/net/tcp and tcp6, as cat or head print them. */
#include <errno.h>

#include "source/capture/reader.h"
#include "source/proc_line.h"
#include "util/macro.h"

/* "12:" and behind it digits that only an address has. */
static bool is_mine(const struct tc_line *line)
{
	struct tc_slice slot = line->word[0];

	if (slot.data[slot.length - 1] != ':' || line->words < 2)
		return false;
	slot.length--;
	return tc_word_is_number(slot) && line->word[1].length >= 8 &&
	       strspn(line->word[1].data, "0123456789ABCDEF:") >= 8;
}

static enum tc_verdict proc_line(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_sock read, *sock;
	int err;

	if (tc_slice_is(line->word[0], "sl") && line->words > 2 &&
	    tc_slice_is(line->word[1], "local_address"))
		return TC_LINE_HEADING;
	if (!is_mine(line))
		return TC_LINE_NOT_MINE;
	err = tc_proc_line(line->text.data, line->text.length, 0, &read);
	if (err == -ENOMSG)
		return TC_LINE_PASSED;
	if (err)
		return tc_capture_broken(capture, N_("cut off or damaged"));
	sock = tc_capture_add(capture);
	read.flags = sock->flags;
	*sock = read;
	return TC_LINE_SOCKET;
}

const struct tc_format tc_format_proc = {
	.name = "/proc/net/tcp",
	.line = proc_line,
};
