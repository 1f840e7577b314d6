/* SPDX-License-Identifier: MIT */
/*
 * attempts.h - what the counters say of connections that were asked for here and failed.
 *
 * AttemptFails counts both sides; what failed here because the client sent a RST is in
 * EmbryonicRsts, and is taken off. What is left was ended by an answer, or by its time limit, which
 * TCPAbortOnTimeout counts (net/ipv4/tcp_timer.c:tcp_write_err). That counts all states, so it is
 * the most that it can be. The least is without those that may be others: open connections, which
 * are in EstabResets then, and those that were closing and had no program any more.
 */
#ifndef TC_ANALYSIS_ATTEMPTS_H
#define TC_ANALYSIS_ATTEMPTS_H

#include "analysis/facts.h"

/* Of connections that are tried, one in ten that fails is more than a crawler meets. */
enum { TC_ATTEMPTS_MANY = 10 };

struct tc_attempts {
	uint64_t tried, all;		    /* all: that failed */
	uint64_t silent_least, silent_most; /* of all, those that ran into their time limit */
};

/* In the interval. False: the counters were not read twice. */
bool tc_attempts(const struct tc_facts *facts, struct tc_attempts *ret_attempts);

/* Of those that failed: at least so many were ended by an answer, or by their time limit. */
uint64_t tc_attempts_answered(const struct tc_attempts *attempts);
uint64_t tc_attempts_timed_out(const struct tc_attempts *attempts);

/* One a second: a program that tries again and again. */
bool tc_attempts_are_often(const struct tc_facts *facts, uint64_t count);

/*
 * A warning where those that `count` takes are too many of those that were tried, as far as what
 * is tried now tells; of several network namespaces one where they are is not made up for by the
 * others.
 */
enum tc_severity tc_attempts_weigh(const struct tc_facts *facts, const struct tc_attempts *attempts,
				   uint64_t (*count)(const struct tc_attempts *attempts));

#endif
