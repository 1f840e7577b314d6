/* SPDX-License-Identifier: MIT */
/*
 * listeners_verdict.c - the lines below the table of listeners: what is wrong, and with whom.
 *
 * The kernel counts what it refuses for all listeners together, and what each drops: whom a counter
 * points to is said to be inferred where that does not settle it.
 */
#include <string.h>

#include "output/cell.h"
#include "output/listeners.h"
#include "util/decimal.h"
#include "util/intl.h"
#include "util/wrap.h"

enum { NAMES_MAX = 4 };

static const uint32_t full_now_or_before = TC_TROUBLE_FULL | TC_TROUBLE_WAS_FULL;

struct verdict {
	const struct tc_listening *listening;
	const struct tc_listening_summary *summary;
	const struct tc_style *style;
	struct tc_buf text; /* the paragraph under way */
	struct tc_buf *out;
	double seconds;
};

static void end_paragraph(struct verdict *verdict, enum tc_ink ink)
{
	const char *text = tc_buf_string(&verdict->text);

	if (text && *text) {
		tc_ink(verdict->out, verdict->style, ink);
		tc_wrap(verdict->out, text, 0,
			verdict->style->width ? verdict->style->width : 1000);
		tc_ink(verdict->out, verdict->style, TC_INK_PLAIN);
	}
	verdict->out->failed |= verdict->text.failed;
	tc_buf_clear(&verdict->text);
}

/* The rise of a counter; 0 also where it is not known. */
static uint64_t rise_of(const struct verdict *verdict, const char *name)
{
	struct tc_listening_counter counter;

	for (size_t i = 0; tc_listening_counter(verdict->listening, i, &counter); i++)
		if (strcmp(counter.name, name) == 0)
			return counter.has_rise ? counter.rise : 0;
	return 0;
}

static bool rises_are_known(const struct verdict *verdict)
{
	struct tc_listening_counter counter;

	for (size_t i = 0; tc_listening_counter(verdict->listening, i, &counter); i++)
		if (counter.has_rise)
			return true;
	return false;
}

/* Where an address alone would not say which it is, with its namespace. */
static void add_listener(struct verdict *verdict, const struct tc_listener *listener)
{
	struct tc_value netns;

	tc_listener_name(listener, &verdict->text);
	if (!verdict->summary->several_netns || !tc_listener_value(listener, "netns", &netns))
		return;
	tc_buf_text(&verdict->text, " (netns ");
	tc_cell_text(&verdict->text, &netns);
	tc_buf_byte(&verdict->text, ')');
}

/* "A, B, C and 3 more": those with one of these troubles. */
static void add_names(struct verdict *verdict, uint32_t trouble, size_t count)
{
	const struct tc_listener *listener;

	for (size_t i = 0;
	     i < NAMES_MAX && (listener = tc_listening_troubled(verdict->listening, trouble, i));
	     i++) {
		tc_buf_text(&verdict->text, i ? ", " : "");
		add_listener(verdict, listener);
		if (trouble == TC_TROUBLE_OVERFLOWS && listener->have & TC_LISTENER_DROPPED)
			tc_buf_format(&verdict->text,
				      tc_ngettext(" (%llu packet dropped)",
						  " (%llu packets dropped)",
						  (unsigned long)listener->dropped),
				      (unsigned long long)listener->dropped);
	}
	if (count > NAMES_MAX)
		tc_buf_format(&verdict->text, _(" and %zu more"), count - NAMES_MAX);
}

/* Whether each with the trouble is full, or was at the first look. */
static bool are_all_full(const struct verdict *verdict, uint32_t trouble)
{
	const struct tc_listener *listener;

	for (size_t i = 0; (listener = tc_listening_troubled(verdict->listening, trouble, i)); i++)
		if (!(listener->trouble & (full_now_or_before | TC_TROUBLE_SYN_FULL)))
			return false;
	return true;
}

/* Whom a counter points to. */
static void add_suspects(struct verdict *verdict, uint32_t trouble, size_t suspects)
{
	struct tc_buf *text = &verdict->text;

	tc_buf_byte(text, ' ');
	if (!suspects && trouble == TC_TROUBLE_OVERFLOWS && verdict->summary->drops_known) {
		tc_buf_text(text, _("None that is here has dropped any: it has gone meanwhile."));
		return;
	}
	if (!suspects && verdict->summary->unread) {
		tc_buf_text(text, _("Which listener it was cannot be told, since not all queues "
				    "were read."));
		return;
	}
	if (!suspects) {
		tc_buf_text(text, _("Which listener it was cannot be told: none was full when "
				    "looked at. It may be full for moments only, or have gone; "
				    "a longer interval (-i 10s) may catch it."));
		return;
	}
	if (trouble == TC_TROUBLE_OVERFLOWS && verdict->summary->drops_known &&
	    verdict->summary->suspects_known)
		tc_buf_text(text, _("By what each listener has dropped, it was "));
	else if (!are_all_full(verdict, trouble) ||
		 (trouble == TC_TROUBLE_OVERFLOWS && verdict->summary->drops_known))
		tc_buf_text(text, _("Inferred, by what each listener has dropped and who is full: "
				    "it was one or more of "));
	else
		tc_buf_text(text, suspects == 1
				  ? _("Inferred: it was the one that is full, ")
				  : _("Inferred: it was one or more of those that are full, "));
	add_names(verdict, trouble, suspects);
	if (trouble == TC_TROUBLE_OVERFLOWS && !verdict->summary->suspects_known &&
	    (verdict->summary->has_gone || !are_all_full(verdict, trouble)))
		tc_buf_text(text, _(", or one that has gone meanwhile"));
	tc_buf_byte(text, '.');
}

static void judge_overflows(struct verdict *verdict, uint64_t overflows)
{
	if (!overflows)
		return;
	tc_buf_format(&verdict->text,
		      tc_ngettext("In %s s, %llu time a connection found a full queue and was "
				  "not let in (ListenOverflows).",
				  "In %s s, %llu times a connection found a full queue and was "
				  "not let in (ListenOverflows).",
				  (unsigned long)overflows),
		      tc_decimal(verdict->seconds).text, (unsigned long long)overflows);
	add_suspects(verdict, TC_TROUBLE_OVERFLOWS, verdict->summary->suspects);
	if (verdict->summary->suspects && verdict->summary->unexplained)
		tc_buf_format(&verdict->text,
			      tc_ngettext(" %llu drop is of none that is here: of one that has "
					  "gone meanwhile.",
					  " %llu drops are of none that is here: of one that has "
					  "gone meanwhile.",
					  (unsigned long)verdict->summary->unexplained),
			      (unsigned long long)verdict->summary->unexplained);
	end_paragraph(verdict, TC_INK_ALARM);
}

/* Whether of one that is full other sockets are not (SO_REUSEPORT). */
static bool has_room_beside(const struct verdict *verdict)
{
	const struct tc_listener *listener;

	for (size_t i = 0;
	     (listener = tc_listening_troubled(verdict->listening, TC_TROUBLE_FULL, i)); i++)
		if (listener->full < listener->socket_count)
			return true;
	return false;
}

/* Full, and nothing tells whether it mattered. */
static void judge_full(struct verdict *verdict, uint64_t overflows)
{
	size_t full = verdict->summary->full;

	if (!full || overflows)
		return;
	if (has_room_beside(verdict))
		tc_buf_text(&verdict->text, _("All or some sockets of these listeners are full, "
					      "and a client that comes to a full one gets no "
					      "answer: "));
	else
		tc_buf_text(&verdict->text, full == 1
					    ? _("This listener is full, and a client that connects "
						"gets no answer: ")
					    : _("These listeners are full, and a client that "
						"connects gets no answer: "));
	add_names(verdict, TC_TROUBLE_FULL, full);
	tc_buf_byte(&verdict->text, '.');
	if (rises_are_known(verdict))
		tc_buf_format(&verdict->text, _(" In %s s nobody tried."), tc_decimal(verdict->seconds).text);
	else
		tc_buf_text(&verdict->text, _(" Whether anybody tried is not known."));
	end_paragraph(verdict, TC_INK_ALARM);
}

/*
 * The one whose limit is to be explained: the worst of the suspects, if it was full for certain; one
 * that is suspected for its drops alone may have had another reason for them.
 */
static const struct tc_listener *worst(const struct verdict *verdict)
{
	const struct tc_listening_summary *summary = verdict->summary;
	const struct tc_listener *listener;

	if (!summary->suspects)
		return tc_listening_troubled(verdict->listening, full_now_or_before, 0);
	listener = tc_listening_troubled(verdict->listening, TC_TROUBLE_OVERFLOWS, 0);
	return summary->suspects_known || (listener && listener->trouble & full_now_or_before)
		       ? listener
		       : NULL;
}

/* Why there is no more room, and what would make some. */
static void explain_limit(struct verdict *verdict)
{
	const struct tc_listener *listener = worst(verdict);
	struct tc_buf *text = &verdict->text;

	if (!listener)
		return;
	add_listener(verdict, listener);
	if (listener->socket_count > 1)
		tc_buf_format(text, _(" (%llu of its %zu sockets full)"),
			      (unsigned long long)listener->full, listener->socket_count);
	tc_buf_text(text, _(": its program does not call accept(2) fast enough."));
	if (listener->limited_by == TC_LIMITED_BY_BACKLOG && verdict->summary->has_somaxconn)
		tc_buf_format(text,
			      _(" The limit is what it asked for, unless somaxconn, now %llu, was "
				"lower when it did."),
			      (unsigned long long)verdict->summary->somaxconn);
	else if (listener->limited_by == TC_LIMITED_BY_BACKLOG)
		tc_buf_text(text, _(" The limit is what it asked for, unless somaxconn was lower "
				    "when it did."));
	else if (listener->limited_by == TC_LIMITED_BY_SOMAXCONN)
		tc_buf_format(text,
			      _(" The limit is %u, as is somaxconn: for more, raise that and what "
				"the program asks for; it takes effect when listen(2) is called "
				"again."),
			      listener->sockets[0].limit);
	end_paragraph(verdict, TC_INK_PLAIN);
}

static void judge_requests(struct verdict *verdict, uint64_t cookies, uint64_t drops)
{
	if (!cookies && !drops)
		return;
	tc_buf_format(&verdict->text,
		      _("In %s s, SYNs that found the queue of half-open connections full: %llu "
			"answered by a cookie, %llu dropped (TCPReqQFullDoCookies, "
			"TCPReqQFullDrop)."),
		      tc_decimal(verdict->seconds).text, (unsigned long long)cookies, (unsigned long long)drops);
	add_suspects(verdict, TC_TROUBLE_SYN_OVERFLOWS, verdict->summary->syn_suspects);
	if (cookies && !verdict->summary->syn_suspects)
		tc_buf_text(&verdict->text, _(" With tcp_syncookies = 2 each SYN is answered so, "
					      "and no queue need be full."));
	end_paragraph(verdict, drops ? TC_INK_ALARM : TC_INK_PLAIN);
}

/* ListenDrops counts every drop, those for a full queue among them. */
static void judge_other_drops(struct verdict *verdict, uint64_t explained)
{
	uint64_t drops = rise_of(verdict, "ListenDrops");

	if (drops <= explained)
		return;
	tc_buf_format(&verdict->text,
		      tc_ngettext("In %s s, %llu SYN or last ACK was dropped for another reason, "
				  "such as no memory or no route (ListenDrops).",
				  "In %s s, %llu SYNs or last ACKs were dropped for another "
				  "reason, such as no memory or no route (ListenDrops).",
				  (unsigned long)(drops - explained)),
		      tc_decimal(verdict->seconds).text, (unsigned long long)(drops - explained));
	end_paragraph(verdict, TC_INK_PLAIN);
}

static void judge_nothing(struct verdict *verdict, uint64_t refused)
{
	if (!verdict->summary->interval_us || refused || verdict->summary->full)
		return;
	if (rises_are_known(verdict))
		tc_buf_format(&verdict->text, _("No connection was refused in %s s."),
			      tc_decimal(verdict->seconds).text);
	else
		tc_buf_text(&verdict->text, _("Whether connections were refused is not known: the "
					      "kernel's counters could not be read."));
	end_paragraph(verdict, TC_INK_DIM);
}

void tc_listeners_verdict(struct tc_buf *out, const struct tc_listening *listening,
			  const struct tc_style *style)
{
	struct verdict verdict = {
		.listening = listening,
		.summary = tc_listening_summary(listening),
		.style = style,
		.out = out,
	};
	uint64_t overflows = rise_of(&verdict, "ListenOverflows");
	uint64_t cookies = rise_of(&verdict, "TCPReqQFullDoCookies");
	uint64_t drops = rise_of(&verdict, "TCPReqQFullDrop");

	verdict.seconds = (double)verdict.summary->interval_us / 1e6;
	judge_overflows(&verdict, overflows);
	judge_full(&verdict, overflows);
	explain_limit(&verdict);
	judge_requests(&verdict, cookies, drops);
	judge_other_drops(&verdict, overflows + drops);
	judge_nothing(&verdict, overflows + cookies + drops + rise_of(&verdict, "ListenDrops"));
	tc_buf_release(&verdict.text);
}
