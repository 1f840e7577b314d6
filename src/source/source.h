/* SPDX-License-Identifier: MIT */
/*
 * source.h - what every way of reading sockets looks like from the outside.
 *
 * A source is one const struct. It fills batches of struct tc_sock and hands each to the
 * job's sink; it alone knows the kernel interface or the format behind them.
 */
#ifndef TC_SOURCE_SOURCE_H
#define TC_SOURCE_SOURCE_H

#include "tcpcensus.h"

/* Sockets handed over at once: 32 KiB, which stays in the first cache with its reader. */
enum { TC_BATCH = 256 };

/*
 * Receives a batch. The batch belongs to the source; the receiver may change the records
 * (compact it, add names). Returns 0 to go on; anything else ends the scan.
 */
typedef int tc_batch_sink(void *context, struct tc_sock *socks, size_t count);

/* Parts of a job that a source has already applied, so nobody needs to apply them again. */
enum {
	TC_APPLIED_STATES = 1u << 0,
	TC_APPLIED_FAMILIES = 1u << 1,
	TC_APPLIED_FILTER = 1u << 2,
};

struct tc_glance;

/* What a source is asked for, in the calling thread's network namespace. */
struct tc_job {
	uint32_t states;		/* TC_STATE_BIT()s wanted, never 0 */
	unsigned families;		/* TC_FAMILY_ bits wanted, never 0 */
	const struct tc_filter *filter; /* or NULL */
	uint32_t need;			/* TC_HAVE_ bits that will be looked at */
	tc_batch_sink *sink;
	void *context;
	unsigned applied; /* filled by the source before the first batch: TC_APPLIED_ bits */
	struct tc_glance *glance; /* to be filled by tally() beside the census; or NULL */
	bool begun;	  /* set by the source once the kernel answers: it is the one then */
};

struct tc_source {
	const char *name;

	/*
	 * Whether the source works here and now. 0, or a negative errno with one sentence in
	 * `why` that says what is missing and what would help. NULL: always.
	 */
	int (*probe)(const struct tc_job *job, char why[TC_WHY_MAX]);

	/*
	 * Reads the sockets. May hand over more than the job wants where job->applied says so.
	 * Sets report->complete (and report->why where it is false) and
	 * report->states_not_read. Returns 0, the sink's value, or a negative errno with
	 * report->why set.
	 */
	int (*scan)(struct tc_job *job, struct tc_report *report);

	/*
	 * Counts by state where the data is, or NULL. Only called where job->filter is NULL or
	 * -EOPNOTSUPP is an acceptable answer: scan() is then used instead.
	 */
	int (*tally)(struct tc_job *job, struct tc_census *census, struct tc_report *report);
};

/* The kernel sources, best first, ended by NULL. */
extern const struct tc_source *const tc_sources[];

extern const struct tc_source tc_source_netlink;
extern const struct tc_source tc_source_proc;

#endif
