/* SPDX-License-Identifier: MIT */
/*
 * netstat_title.c - what the title of a netstat's table says about the sockets in it:
 *
 *   Active Internet connections (w/o servers)     Linux, without -a and -l
 *   Active Internet connections (only servers)    Linux, with -l
 *   Active Internet connections                   BSD, macOS and AIX, without -a
 *
 * ss prints no title, and that of Windows is the same for all.
 */
#include "source/capture/netstat.h"
#include "util/macro.h"

enum { WITHOUT_LISTENERS = TC_STATE_BIT(TC_LISTEN) };

/* In the languages of net-tools. Portuguese has the same words for both: -l is rarer. */
static const struct {
	const char *words;
	uint32_t lacks;
} titles[] = {
	{"(w/o servers)", WITHOUT_LISTENERS},
	{"(ohne Server)", WITHOUT_LISTENERS},
	{"(sans serveurs)", WITHOUT_LISTENERS},
	{"(w/o servery)", WITHOUT_LISTENERS},
	{"(ilma serveriteta)", WITHOUT_LISTENERS},
	{"(sem os servidores)", WITHOUT_LISTENERS},
	{"(w/oサーバ)", WITHOUT_LISTENERS},
	{"(only servers)", TC_STATES_ALL & ~WITHOUT_LISTENERS},
	{"(Nur Server)", TC_STATES_ALL & ~WITHOUT_LISTENERS},
	{"(seulement serveurs)", TC_STATES_ALL & ~WITHOUT_LISTENERS},
	{"(pouze servery)", TC_STATES_ALL & ~WITHOUT_LISTENERS},
	{"(ainult serverid)", TC_STATES_ALL & ~WITHOUT_LISTENERS},
	{"(サーバのみ)", TC_STATES_ALL & ~WITHOUT_LISTENERS},
};

/* "Active Internet connections" or "Active Internet6 connections", maybe behind a prefix. */
static bool is_bsd_title(const struct tc_line *line)
{
	size_t last = line->words - 1;

	return line->words > 2 && tc_slice_is(line->word[last], "connections") &&
	       tc_slice_starts(line->word[last - 1], "Internet");
}

static bool read_title(const struct tc_line *line, uint32_t *ret_lacks)
{
	size_t open = tc_slice_find(line->text, "(");
	struct tc_slice words = tc_slice_after(line->text, open);

	for (size_t i = 0; words.length && i < TC_ARRAY_SIZE(titles); i++)
		if (tc_slice_starts(words, titles[i].words)) {
			*ret_lacks = titles[i].lacks;
			return true;
		}
	*ret_lacks = is_bsd_title(line) ? WITHOUT_LISTENERS : 0;
	return *ret_lacks || tc_slice_find(line->text, "Active Internet") < open;
}

bool tc_netstat_title(struct tc_capture *capture, const struct tc_line *line)
{
	uint32_t lacks;

	/* The table of UNIX sockets has the same words in parentheses. */
	if (line->shifted || (tc_slice_find(line->text, "Internet") == line->text.length &&
			      tc_slice_find(line->text, "インターネット") == line->text.length))
		return false;
	if (!read_title(line, &lacks))
		return false;
	capture->netstat.lacks = lacks;
	capture->netstat.title = capture->lines;
	return true;
}

void tc_netstat_heading_read(struct tc_capture *capture)
{
	if (capture->lines != capture->netstat.title + 1)
		capture->netstat.lacks = 0;
}
