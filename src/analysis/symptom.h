/* SPDX-License-Identifier: MIT */
/*
 * symptom.h - what a single socket can show that a rule asks for, as a table.
 *
 * A symptom is a predicate over one socket, and names what it has to know of it. While sockets
 * stream by, each symptom counts those that show it, those that were looked at and do not, and
 * those that cannot be judged because something was not read; and it remembers by groups whose
 * they are and who the peers are. Rules then compare numbers, and no rule looks at a socket.
 */
#ifndef TC_ANALYSIS_SYMPTOM_H
#define TC_ANALYSIS_SYMPTOM_H

#include "analysis/watched.h"
#include "model/readings.h"
#include "tcpcensus.h"

/* How long a half-closed socket has to be held to be called old; a program closes in milliseconds. */
enum { TC_SYMPTOM_OLD_MS = 60000 };

/* How long a SYN_SENT is not yet called silent; before Linux 6.5, a second more. */
enum { TC_SYMPTOM_SYN_YOUNG_S = 2 };

enum tc_symptom {
	TC_SYMPTOM_CLOSE_WAIT_HELD,    /* CLOSE_WAIT that a program has; the age is a lower bound */
	TC_SYMPTOM_CLOSE_WAIT_OLD,     /* the same, for a minute or more */
	TC_SYMPTOM_CLOSE_WAIT_STALE,   /* the same, for an hour or more */
	TC_SYMPTOM_CLOSE_WAIT_LASTING, /* keepalive hides how old it is; it was there before, too */
	TC_SYMPTOM_CLOSE_WAIT_END,     /* old or lasting; its program has not noticed the end */
	TC_SYMPTOM_CLOSE_WAIT_UNREAD,  /* the same, and has not read data either */
	TC_SYMPTOM_CLOSE_WAIT_ANSWERED, /* it was there before, and has been sent data since */
	TC_SYMPTOM_UNACCEPTED,	       /* ESTABLISHED or CLOSE_WAIT that nobody has accepted */
	TC_SYMPTOM_UNACCEPTED_OLD,     /* the same, for a second or more */
	TC_SYMPTOM_SYN_RECV_RETRIED,   /* SYN_RECV whose SYN+ACK was sent again */
	TC_SYMPTOM_SYN_RECV_DEFERRED,  /* SYN_RECV that waits for data (TCP_DEFER_ACCEPT) */
	TC_SYMPTOM_SYN_RECV_ORPHAN,    /* SYN_RECV without a listener */
	TC_SYMPTOM_SYN_RECV_FULL,      /* SYN_RECV of a socket that called, too */
	TC_SYMPTOM_SYN_SENT_SILENT,    /* SYN_SENT whose SYN was sent again twice or more */
	TC_SYMPTOM_FIN_WAIT1_SILENT,   /* FIN_WAIT1, repeated three times or more */
	TC_SYMPTOM_FIN_WAIT1_SHUT,     /* FIN_WAIT1 behind a closed window */
	TC_SYMPTOM_FIN_WAIT2_ORPHAN,   /* FIN_WAIT2 that no program has */
	TC_SYMPTOM_FIN_WAIT2_PLACE,    /* the same, as a minisocket: of tcp_max_tw_buckets */
	TC_SYMPTOM_FIN_WAIT2_HELD,     /* FIN_WAIT2 that a program has, for a minute or more */
	TC_SYMPTOM_FIN_WAIT2_LASTING,  /* keepalive hides how old it is; it was there before, too */
	TC_SYMPTOM_CLOSING_STUCK,      /* CLOSING, repeated, or not heard of for seconds */
	TC_SYMPTOM_LAST_ACK_SILENT,    /* LAST_ACK, repeated twice or more */
	TC_SYMPTOM_TIME_WAIT_IN,       /* TIME_WAIT of connections that came in by a listener */
	TC_SYMPTOM_TIME_WAIT_OUT,      /* TIME_WAIT of connections that went out */
	TC_SYMPTOM_HALF_OPEN,	       /* ESTABLISHED whose peer does not answer */
	TC_SYMPTOM_RETRANSMITTING,     /* ESTABLISHED with three repetitions or more */
	TC_SYMPTOM_IDLE,	       /* ESTABLISHED without keepalive, silent for its time */
	TC_SYMPTOM_NOT_READ,	       /* ESTABLISHED whose program does not read */
	TC_SYMPTOM_NOT_READ_LONG,      /* the same, and its peer has been silent for ten seconds */
	TC_SYMPTOM_NOT_TAKEN,	       /* ESTABLISHED, its peer's window closed: is_shut() */
	TC_SYMPTOM_NOT_TAKEN_LONG,     /* the same, and it has taken nothing for a minute */
	TC_SYMPTOM_BOUND,	       /* BOUND */
	TC_SYMPTOM_PORT_OF_CONNECT,    /* has a port of the destination that is shortest of them */
	TC_SYMPTOM_PORT_OF_BIND,       /* the same, of the address for which bind(2) chooses */
	TC_SYMPTOM_COUNT
};

/* Whose ports are short, and the range that they are of; NULL: they are not. */
struct tc_symptom_short {
	const struct tc_destination *to;
	const struct tc_port_pool *pool;
};

/* What a socket is judged by besides itself: the settings of its network namespace. */
struct tc_symptom_env {
	const struct tc_setting_value *settings;
	const struct tc_watched *watched; /* of the look before; or NULL */
	struct tc_symptom_short of_connect, of_bind;
};

enum tc_shown {
	TC_SHOWN_NOT,
	TC_SHOWN,
	TC_SHOWN_UNKNOWN, /* what would tell was not read of this socket */
};

/* What is missing where of all unjudged sockets `need` is known, or where a setting is. */
struct tc_symptom_rest {
	bool by_setting;
	enum tc_setting setting;
	const char *missing, *listing;
};

struct tc_symptom_row {
	const char *name;    /* for tests: "close-wait-old" */
	uint32_t states;     /* TC_STATE_BIT()s of sockets that it looks at */
	uint32_t need;	     /* TC_HAVE_ bits without which none of them can be judged */
	const char *missing; /* what is missing then; marked N_() */
	const char *listing; /* the commands whose listings have it; NULL: none has */
	const char *who;     /* keys of `by`, joined by commas: whose they are */
	const char *peer;    /* the same: who is at the other end */
	/* In place of `missing` and `listing` where something is known; NULL: they always hold. */
	const struct tc_symptom_rest *rest;
	enum tc_shown (*shows)(const struct tc_symptom_env *env, const struct tc_sock *sock);
};

extern const struct tc_symptom_row tc_symptom_rows[TC_SYMPTOM_COUNT];

/* Whether all that the row needs of every socket is known of this one. */
bool tc_symptom_has_need(const struct tc_symptom_row *row, const struct tc_sock *sock);

/* Whether the socket, which is in one of its states, shows the symptom. */
enum tc_shown tc_symptom_judge(const struct tc_symptom_row *row, const struct tc_symptom_env *env,
			       const struct tc_sock *sock);

/*
 * How long the socket has been in its state, at the least, in milliseconds: since its peer was
 * last heard, or since the look before, which found it there. False: not known.
 */
bool tc_symptom_age_ms(const struct tc_symptom_env *env, const struct tc_sock *sock,
		       uint64_t *ret_age_ms);

#endif
