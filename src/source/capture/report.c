/* SPDX-License-Identifier: MIT */
/* report.c - what there is to say about an input, once it is read. */
#include <errno.h>
#include <inttypes.h>

#include "model/state.h"
#include "source/capture/reader.h"
#include "util/buf.h"
#include "util/intl.h"

/* The names of the formats that had sockets, or, where none had, a heading. */
static size_t list_formats(const struct tc_capture *capture, bool sockets, struct tc_buf *names)
{
	size_t count = 0;

	for (size_t i = 0; i < TC_FORMAT_COUNT; i++) {
		const struct tc_format_seen *seen = &capture->seen[i];

		if (sockets ? !seen->sockets : !seen->any_heading)
			continue;
		tc_buf_text(names, count++ ? ", " : "");
		tc_buf_text(names, tc_format_name(i));
	}
	return count;
}

static void copy_text(char *to, size_t size, struct tc_buf *from)
{
	const char *text = tc_buf_string(from);
	size_t length = text ? strlen(text) : 0;

	if (length >= size) /* cut between letters of UTF-8, not in one */
		for (length = size - 1; length && ((unsigned char)text[length] & 0xc0) == 0x80;)
			length--;
	snprintf(to, size, "%.*s", (int)length, text ? text : "");
}

static uint64_t repeated_listings(const struct tc_capture *capture)
{
	uint64_t most = 0;

	for (size_t i = 0; i < TC_FORMAT_COUNT; i++)
		if (capture->seen[i].listings > most)
			most = capture->seen[i].listings;
	return most;
}

/* Whether the input had sockets in this format. */
static bool has_format(const struct tc_capture *capture, const struct tc_format *format)
{
	return capture->seen[tc_format_number(format)].sockets > 0;
}

/* Begins another reason, by which the numbers may be wrong in this direction. */
static void reason(struct tc_buf *why, unsigned *deviation, unsigned direction)
{
	*deviation |= direction;
	if (why->length)
		tc_buf_text(why, _("; "));
}

/* A record of a record says so once. */
static void judge_recorded(const struct tc_capture *capture, struct tc_buf *why,
			   unsigned *deviation)
{
	const char *said = _("it was not complete when it was recorded");
	size_t length = strlen(said);

	reason(why, deviation, capture->json_deviation);
	if (strncmp(capture->json_why, said, length) != 0)
		tc_buf_text(why, said);
	if (*capture->json_why && strncmp(capture->json_why, said, length) != 0)
		tc_buf_text(why, ": ");
	tc_buf_text(why, capture->json_why);
}

/* What is to be known of every listing of some formats, the good ones, too. */
static void judge_formats(const struct tc_capture *capture, size_t formats, struct tc_buf *why,
			  unsigned *deviation)
{
	if (has_format(capture, &tc_format_conntrack)) {
		reason(why, deviation, TC_MAY_LACK | TC_MAY_REPEAT);
		tc_buf_text(why, _("the states are conntrack's: FIN_WAIT is counted as FIN_WAIT1, "
				   "SYN_SENT2 as SYN_SENT, offloaded entries without a state as "
				   "ESTABLISHED"));
	}
	if (formats == 1 && has_format(capture, &tc_format_lsof)) {
		reason(why, deviation, TC_MAY_LACK);
		tc_buf_text(why, _("lsof lists only what a process holds: sockets that are "
				   "closed and not over yet are not in it"));
	}
}

/*
 * The reasons why the numbers may not be those of one machine at one time. Listings that
 * repeat (netstat -c) and listings of the same sockets by two programs are all counted: what
 * was handed over cannot be taken back, and several machines in one input are as likely.
 */
static void judge_repeated(const struct tc_capture *capture, size_t formats, struct tc_buf *why,
			   unsigned *deviation)
{
	uint64_t listings = repeated_listings(capture);

	if (listings > 1 || tc_repeated(capture))
		reason(why, deviation, TC_MAY_REPEAT);
	if (listings > 1)
		tc_buf_format(why,
			      _("%" PRIu64 " listings of the same kind in this input, all "
				"were counted"),
			      listings);
	else if (tc_repeated(capture))
		tc_buf_text(why, _("several listings in this input: the same connections are in "
				   "it again, all were counted"));
	if (formats > 1) {
		reason(why, deviation, TC_MAY_REPEAT);
		tc_buf_text(why, _("listings of several kinds: the same sockets may be counted "
				   "more than once"));
	}
	if (capture->lsof_repeats) {
		reason(why, deviation, TC_MAY_REPEAT);
		tc_buf_text(why, _("too many sockets for lsof's repeated lines to be known: "
				   "descriptors were counted"));
	}
}

/* Lines that could not be read, and sockets without a state. */
static void judge_missing(const struct tc_capture *capture, struct tc_buf *why,
			  unsigned *deviation)
{
	if (capture->unread) {
		reason(why, deviation, TC_MAY_LACK);
		tc_buf_format(why,
			      tc_ngettext("%" PRIu64 " line could not be read",
					  "%" PRIu64 " lines could not be read", capture->unread),
			      capture->unread);
	}
	if (capture->uniq.unknown) {
		reason(why, deviation, TC_MAY_LACK);
		tc_buf_format(
			why,
			tc_ngettext("%" PRIu64 " row of the counted table names no known state",
				    "%" PRIu64 " rows of the counted table name no known state",
				    capture->uniq.unknown),
			capture->uniq.unknown);
	}
	if (capture->ss.unknown) {
		reason(why, deviation, TC_MAY_LACK);
		tc_buf_format(why,
			      tc_ngettext("ss printed no state of %" PRIu64
					  " socket, as it does when asked for one state",
					  "ss printed no state of %" PRIu64
					  " sockets, as it does when asked for one state",
					  capture->ss.unknown),
			      capture->ss.unknown);
	}
	if (capture->json_stateless) {
		uint64_t count = capture->json_stateless + capture->json_other;

		reason(why, deviation, TC_MAY_LACK);
		tc_buf_format(why,
			      tc_ngettext("%" PRIu64 " socket is recorded without its state",
					  "%" PRIu64 " sockets are recorded without their state",
					  count),
			      count);
	} else if (capture->json_other) {
		reason(why, deviation, TC_MAY_LACK);
		tc_buf_format(why,
			      tc_ngettext("%" PRIu64
					  " socket of the table's last row has no known state",
					  "%" PRIu64
					  " sockets of the table's last row have no known state",
					  capture->json_other),
			      capture->json_other);
	}
	if (capture->json_incomplete)
		judge_recorded(capture, why, deviation);
}

/* Where our own output is not what it says that it is. */
static void judge_ours(const struct tc_capture *capture, struct tc_buf *why, unsigned *deviation)
{
	if (*capture->json_schema) {
		reason(why, deviation, TC_MAY_LACK | TC_MAY_REPEAT);
		tc_buf_format(why, _("the schema %s is not known, and was read as version 1"),
			      capture->json_schema);
	}
	if (capture->json_missing) {
		reason(why, deviation, TC_MAY_LACK);
		tc_buf_format(why,
			      tc_ngettext("%" PRIu64 " socket of the recorded total is missing",
					  "%" PRIu64 " sockets of the recorded total are missing",
					  capture->json_missing),
			      capture->json_missing);
	}
	if (capture->json_excess) {
		reason(why, deviation, TC_MAY_REPEAT);
		tc_buf_format(why,
			      tc_ngettext("%" PRIu64 " socket more than the recorded total",
					  "%" PRIu64 " sockets more than the recorded total",
					  capture->json_excess),
			      capture->json_excess);
	}
	if (capture->ss.left_out) {
		reason(why, deviation, TC_MAY_LACK);
		tc_buf_format(why,
			      tc_ngettext("the list leaves out %" PRIu64 " socket",
					  "the list leaves out %" PRIu64 " sockets",
					  capture->ss.left_out),
			      capture->ss.left_out);
	}
}

static void judge(const struct tc_capture *capture, size_t formats, struct tc_buf *why,
		  unsigned *deviation)
{
	judge_repeated(capture, formats, why, deviation);
	judge_missing(capture, why, deviation);
	judge_ours(capture, why, deviation);
	judge_formats(capture, formats, why, deviation);
}

/* What no listing of the input can show, but for what one did show. */
static uint32_t states_not_read(const struct tc_capture *capture)
{
	uint32_t states = TC_STATES_ALL & ~TC_STATE_BIT(TC_UNKNOWN);

	/* JSON that nobody said the source of has all that it was filtered for. */
	if (capture->seen[TC_FORMAT_JSON].sockets && !capture->seen[TC_FORMAT_JSON].any_heading)
		return 0;
	for (size_t i = 0; i < TC_FORMAT_COUNT; i++)
		if (capture->seen[i].sockets)
			states &= capture->seen[i].not_read;
	return states & ~capture->states_seen;
}

static unsigned origins_of(const struct tc_capture *capture)
{
	unsigned origins = 0;

	for (size_t i = 0; tc_formats[i]; i++)
		if (capture->seen[i].sockets)
			origins |= tc_formats[i]->origin;
	return capture->lsof_addresses ? origins | TC_ORIGIN_OTHER_SYSTEM : origins;
}

static void nothing_found(const struct tc_capture *capture, struct tc_report *report)
{
	tc_auto_buf struct tc_buf names = TC_BUF_INIT;

	if (!capture->lines)
		snprintf(report->why, sizeof(report->why), "%s", _("the input is empty"));
	else if (capture->unread)
		snprintf(report->why, sizeof(report->why),
			 _("no line that could be read; line %" PRIu64 ": %s"),
			 capture->unread_line[0].line, tc_tr(capture->unread_line[0].why));
	else if (list_formats(capture, false, &names))
		snprintf(report->why, sizeof(report->why), _("a listing (%s) without TCP sockets"),
			 tc_buf_string(&names) ? tc_buf_string(&names) : "?");
	else
		snprintf(
			report->why, sizeof(report->why), "%s",
			_("no listing of TCP sockets in it: save one with ss -tan or netstat -an"));
}

uint64_t tc_capture_sockets(const struct tc_capture *capture)
{
	uint64_t sockets = 0;

	for (size_t i = 0; i < TC_FORMAT_COUNT; i++)
		sockets += capture->seen[i].sockets;
	return sockets;
}

int tc_capture_report(struct tc_capture *capture, struct tc_report *report)
{
	tc_auto_buf struct tc_buf names = TC_BUF_INIT;
	tc_auto_buf struct tc_buf why = TC_BUF_INIT;
	size_t formats = list_formats(capture, true, &names);

	report->foreign = true;
	report->lines = capture->lines;
	report->unread = capture->unread;
	for (size_t i = 0; i < TC_UNREAD_MAX && i < capture->unread; i++) {
		report->unread_line[i].line = capture->unread_line[i].line;
		snprintf(report->unread_line[i].why, sizeof(report->unread_line[i].why), "%s",
			 tc_tr(capture->unread_line[i].why));
	}
	copy_text(report->formats, sizeof(report->formats), &names);
	memcpy(report->unknown_words, capture->unknown_words, sizeof(report->unknown_words));
	if (!formats) {
		report->complete = false;
		nothing_found(capture, report);
		return -ENODATA;
	}
	judge(capture, formats, &why, &report->deviation);
	report->source = "capture";
	report->origins = origins_of(capture);
	report->complete = why.length == 0;
	report->states_not_read = states_not_read(capture);
	copy_text(report->why, sizeof(report->why), &why);
	return 0;
}
