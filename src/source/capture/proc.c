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

static bool is_hex(struct tc_slice word, size_t length)
{
	for (size_t i = 0; i < word.length; i++)
		if (!memchr("0123456789ABCDEFabcdef", word.data[i], 22))
			return false;
	return word.length == length;
}

/*
 * /proc/net/unix, whose first column is a pointer and may have decimal digits only:
 *
 *   0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/socket
 */
static bool is_unix(const struct tc_line *line)
{
	static const size_t lengths[] = {8, 8, 8, 4, 2};
	enum { COLUMNS = TC_ARRAY_SIZE(lengths), POINTER = sizeof("0000000000000000:") - 1 };
	size_t column = 0;

	while (column < COLUMNS && column + 1 < line->words &&
	       is_hex(line->word[column + 1], lengths[column]))
		column++;
	/* Of 64 bits it is longer than any slot of TCP, also in a line that was cut off. */
	return column == COLUMNS || (column && line->word[0].length == POINTER);
}

/* "0100007F:0050", or with 32 digits. */
static bool is_endpoint(struct tc_slice word)
{
	struct tc_slice address = tc_slice_until(word, ':');

	return (is_hex(address, 8) || is_hex(address, 32)) && address.length < word.length &&
	       is_hex(tc_slice_after(word, address.length + 1), 4);
}

/* Right below a line of the table: a number in front, or an address. */
static bool is_damaged(const struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_slice slot = line->word[0];

	if (tc_formats[capture->format] != &tc_format_proc || !tc_capture_goes_on(capture))
		return false;
	for (size_t i = 0; i < line->words && i < 4; i++)
		if (is_endpoint(line->word[i]))
			return true;
	return line->indented && slot.data[slot.length - 1] == ':' &&
	       tc_word_is_number((struct tc_slice){slot.data, slot.length - 1});
}

/* Line ends were lost: behind the first ten columns another address follows. */
static bool has_another(const struct tc_line *line)
{
	for (size_t i = 10; i < line->words; i++)
		if (is_endpoint(line->word[i]))
			return true;
	return false;
}

static enum tc_verdict proc_line(struct tc_capture *capture, const struct tc_line *line)
{
	struct tc_sock read, *sock;
	int err;

	if (tc_slice_is(line->word[0], "sl") && line->words > 2 &&
	    tc_slice_is(line->word[1], "local_address"))
		return TC_LINE_HEADING;
	if (!is_mine(line))
		return is_damaged(capture, line)
			       ? tc_capture_broken(capture, N_("cut off or damaged"))
			       : TC_LINE_NOT_MINE;
	if (is_unix(line))
		return TC_LINE_PASSED;
	err = tc_proc_line(line->text.data, line->text.length, 0, &read);
	if (err == -ENOMSG)
		return TC_LINE_PASSED;
	if (err)
		return tc_capture_broken(capture, N_("cut off or damaged"));
	if (has_another(line))
		return tc_capture_broken(capture, N_("two sockets in one line"));
	sock = tc_capture_add(capture);
	read.flags = sock->flags;
	*sock = read;
	return TC_LINE_SOCKET;
}

const struct tc_format tc_format_proc = {
	.name = "/proc/net/tcp",
	.line = proc_line,
};
