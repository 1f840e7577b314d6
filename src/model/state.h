/* SPDX-License-Identifier: MIT */
/*
 * state.h - the states of TCP and the transitions between them, as tables.
 *
 * states.def is the only place that names a state; everything else asks here.
 */
#ifndef TC_MODEL_STATE_H
#define TC_MODEL_STATE_H

#include "tcpcensus.h"

/* Where sockets in a state live in the kernel; a state may live in several places. */
enum tc_home {
	TC_HOME_LISTEN = 1u << 0,   /* listening hash (inet_hashinfo.lhash2) */
	TC_HOME_ESTABLISHED = 1u << 1, /* established hash, as a full socket */
	TC_HOME_REQUEST = 1u << 2,  /* established hash, as a request minisocket */
	TC_HOME_TIMEWAIT = 1u << 3, /* established hash, as a timewait minisocket */
	TC_HOME_BIND = 1u << 4,	    /* bind hash only (inet_hashinfo.bhash2) */
};

/* Which side of a connection gets into a state. */
enum tc_side {
	TC_SIDE_NONE = 0,
	TC_SIDE_SERVER = 1u << 0,  /* the side that was connected to */
	TC_SIDE_CLIENT = 1u << 1,  /* the side that connected */
	TC_SIDE_CLOSED_FIRST = 1u << 2, /* the side whose program closed first */
	TC_SIDE_CLOSED_LAST = 1u << 3,
};

/* One row of states.def. Texts marked N_() there are English here: show them by tc_tr(). */
struct tc_state_row {
	enum tc_state id;
	const char *name;	/* "FIN_WAIT1": ours, the kernel's, netstat's */
	uint8_t kernel;		/* the kernel's number, 0: none */
	const char *rfc;	/* RFC 9293 3.3.2 name, or NULL */
	const char *ss;		/* what ss prints */
	const char *spellings;	/* what other systems print, separated by spaces */
	const char *localised;	/* what translated systems print, in UTF-8, likewise */
	const char *conntrack;	/* what conntrack prints and means otherwise, likewise */
	unsigned homes;		/* enum tc_home bits */
	unsigned sides;		/* enum tc_side bits */
	const char *meaning;	/* a few words, for the table */
	const char *what;	/* what it is, at length */
	const char *who;	/* who put the socket there */
	const char *ends;	/* what ends it, and when */
	const char *many;	/* what a large count means */
	const char *act;	/* whether anything needs doing, and what not to do */
	const char *timer;	/* the timer and the normal lifetime, in a few words */
	const char *settings;	/* names in the table of settings, separated by spaces */
	const char *source;	/* RFC sections, kernel file:function */
};

/* One row of legal change: RFC 9293 figure 5, and what Linux does besides. */
struct tc_transition {
	enum tc_state from;
	enum tc_state to;
	const char *event;  /* what happens: a call, a segment, a timer */
	const char *action; /* what is sent, or "" */
	const char *source;
};

/* The rows, in the order of a connection's life, which is the order of display. */
extern const struct tc_state_row tc_state_rows[TC_STATE_COUNT];

/* The row of a state; total: out of range gives the row of UNKNOWN. */
const struct tc_state_row *tc_state_row(int state);

/* The transitions, ended by a row whose event is NULL. */
extern const struct tc_transition tc_transitions[];

/*
 * The state of a socket that comes nearest to a state of conntrack's: its own words, which
 * include LISTEN for two SYNs that crossed, before those of tc_state_parse(). -ENOENT.
 */
int tc_state_parse_conntrack(const char *word, size_t length);

/*
 * What the spellings of all states look like, so that nearly every word that is none is told
 * without comparing it to each: for readers of listings, where every line may have another.
 */
struct tc_state_shapes {
	uint64_t bits[16];
};

void tc_state_shapes_init(struct tc_state_shapes *ret_shapes);

/* false: tc_state_parse() does not know the word. */
bool tc_state_may_be(const struct tc_state_shapes *shapes, const char *word, size_t length);

/* Our state for a number that the kernel reports; TC_UNKNOWN for one that it has not. */
enum tc_state tc_state_from_kernel(unsigned number);

#endif
