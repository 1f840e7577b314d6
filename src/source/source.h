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

/* What is in tables of its own, apart from that of connections. */
#define TC_STATES_ELSEWHERE (TC_STATE_BIT(TC_LISTEN) | TC_STATE_BIT(TC_BOUND))

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
	bool by_name;	  /* the source was asked for, whatever it costs */
	bool begun;	  /* set by the source once the kernel answers: it is the one then */

	/*
	 * Namespaces mostly share the kernel's tables, and a source that can do so may read all at
	 * once that share this one's, each socket with its namespace: of those that are listed, and
	 * of no others that there may be.
	 */
	bool together;
	uint64_t namespaces;	 /* how many they are, about, also where each is read for itself */
	const uint64_t *listed; /* so many numbers of namespaces */
};

/* What it costs to look for those that are only bound, in the lists of all that have a port. */
struct tc_bound_cost {
	uint32_t start_us;
	uint32_t each_ns; /* for each socket of the namespace */
	uint32_t past_ns; /* for each in the table of connections, where that is passed for them */
};

/* What reading costs, as measured (doc/benchmarks.md): for the choice between sources. */
struct tc_source_cost {
	uint32_t start_us; /* before the first socket */
	uint32_t full_ns;  /* for each full socket that is wanted */
	uint32_t mini_ns;  /* for each minisocket that is */
	uint32_t past_ns;  /* for each of both that is not, or is of another namespace */
	struct tc_bound_cost bound;	  /* what those that are only bound add to connections */
	struct tc_bound_cost bound_alone; /* what they cost without connections */
	bool beside; /* with a second processor they are read alone, beside connections */
};

struct tc_source {
	const char *name;
	struct tc_source_cost count_cost; /* of counting sockets by their state */
	struct tc_source_cost scan_cost;  /* of handing them over */
	bool together; /* it can read namespaces together */
	bool poorer;   /* it tells less than the others: only where none of them works */
	bool filters;  /* it passes what a filter does not want; else that is handed over */

	/* Whether it has what the job needs; with `count`, only to be counted. NULL: always. */
	bool (*serves)(const struct tc_job *job, bool count);

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

/* The kernel sources, ended by NULL; where nothing else is known, earlier ones are better. */
extern const struct tc_source *const tc_sources[];

enum { TC_SOURCES = 3 };

/* A source, and how long it will probably take. */
struct tc_source_choice {
	const struct tc_source *source;
	uint64_t estimate_us;
	bool known; /* how many sockets there are; else the estimate is of none */
};

/*
 * The sources that serve the job, fastest first and the poorer ones last, by what the kernel says
 * of how many sockets the calling thread's namespace has; of a job in more than one, the machine.
 * Returns how many.
 */
size_t tc_sources_choose(const struct tc_job *job, bool count,
			 struct tc_source_choice ret_choices[TC_SOURCES]);

extern const struct tc_source tc_source_bpf;
extern const struct tc_source tc_source_netlink;
extern const struct tc_source tc_source_proc;

#endif
