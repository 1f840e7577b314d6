/* SPDX-License-Identifier: MIT */
/*
 * listening.h - from sockets to listeners: who listens, what waits, what came in, what is wrong.
 *
 * A listener is identified by namespace, local address and port, device and family. Sockets
 * come in any order; a connection finds its listener by sock->listener, so that member must
 * have been resolved. Memory grows with the listeners, and with the peers of silent handshakes, of
 * which a queue holds no more than its limit.
 */
#ifndef TC_ANALYSIS_LISTENING_H
#define TC_ANALYSIS_LISTENING_H

#include "model/counter.h"
#include "model/filter.h"
#include "tcpcensus.h"

/* What is known of a network namespace beside its sockets. */
struct tc_listening_facts {
	bool has_somaxconn;
	uint64_t somaxconn;
	uint64_t netns;	      /* its inode; 0: unknown */
	uint64_t interval_us; /* between the readings; 0: there is only `after` */
	bool has_first_look;  /* that saw all that listened: another began in the interval */
	struct tc_counters before, after;
};

/* -ENOMEM. */
int tc_listening_new(struct tc_listening **ret_listening);

/* Remembers the queues of the first look; sockets that do not listen are passed over. -ENOMEM. */
int tc_listening_before(struct tc_listening *listening, const struct tc_sock *socks, size_t count);

/*
 * Adds sockets of the last look: those that listen, and those that came in. A listener is
 * shown where the filter (NULL: all) and the families (TC_FAMILY_ bits, 0: both) let one of its
 * sockets pass. -ENOMEM.
 */
int tc_listening_add(struct tc_listening *listening, const struct tc_filter *filter,
		     unsigned families, const struct tc_sock *socks, size_t count);

/* The listening sockets of which the filter is not known to let them pass, or not. */
const struct tc_doubt *tc_listening_doubt(const struct tc_listening *listening);

/*
 * Judges and sorts what was added, by the facts of each namespace; to be called once, after the
 * last addition. -ENOMEM.
 */
int tc_listening_judge(struct tc_listening *listening, const struct tc_listening_facts *facts,
		       size_t fact_count);

/* Full at one of the looks. */
enum { TC_TROUBLE_EVER_FULL = TC_TROUBLE_FULL | TC_TROUBLE_WAS_FULL };

/* Unless it has surely dropped nothing in the interval. */
bool tc_listener_may_have_refused(const struct tc_listener *listener);

#endif
