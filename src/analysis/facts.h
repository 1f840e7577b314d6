/* SPDX-License-Identifier: MIT */
/*
 * facts.h - everything that rules judge by: one structure, filled while looking, read after.
 *
 * No rule reads, and none looks at a socket: sockets are counted here by state and by symptom
 * (symptom.h), counters and settings are readings, listeners and ports are what
 * tc_listeners_take() and tc_ports_take() found. A member that was not read says so.
 */
#ifndef TC_ANALYSIS_FACTS_H
#define TC_ANALYSIS_FACTS_H

#include "analysis/lifetime.h"
#include "analysis/symptom.h"
#include "model/census.h"
#include "model/port_set.h"

enum {
	TC_FACTS_AGES = 8,
	TC_FACTS_NAME = 16, /* of /proc/PID/comm */
};

/* How many sockets show a symptom. */
struct tc_symptom_facts {
	uint64_t shown;
	uint64_t not_shown; /* looked at, in one of its states */
	uint64_t unjudged;  /* in one of its states, but what it needs was not read */
	uint64_t lacking;   /* of those, how many lack what is needed of every one */
	uint64_t oldest_ms; /* of those shown, the longest that is known; 0: none is known */
	struct tc_tally *who, *peer; /* of those shown, sorted; owned */
	uint64_t inferred;  /* of those shown, how many have no owner, and whose they were is told */
	uint64_t ownerless; /* the same, and it is not */

	/*
	 * Of SYN_SENT_SILENT: of how many it is known for how long they have, and that in all; and
	 * how many were asked for 2, 4, 8 ... seconds ago, and less than twice that.
	 */
	uint64_t stood, stood_ms;
	uint64_t asked[TC_FACTS_AGES];
};

/* What was read in one of several network namespaces. */
struct tc_facts_netns {
	uint64_t id; /* inode number */
	char *name;  /* owned */
	bool has_before;
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_counters before, now;
	uint64_t shown[TC_SYMPTOM_COUNT]; /* how many sockets of it show each symptom */
	uint64_t established;
	struct tc_symptom_facts silent; /* of SYN_SENT_SILENT, without whose they are */
};

/* A process that holds CLOSE_WAIT which it should have closed, and how near its limit is. */
struct tc_facts_program {
	uint32_t pid;
	char name[TC_FACTS_NAME]; /* as the kernel has it; "": not known */
	uint64_t held;		  /* of CLOSE_WAIT_OLD and CLOSE_WAIT_LASTING */
	bool has_open, has_limit; /* not of another machine, nor of one that has gone */
	uint64_t open, limit;	  /* descriptors */
};

struct tc_facts {
	struct tc_report report;	/* of the look at the sockets */
	struct tc_census census;
	bool by_netns;			/* see tc_facts_by_netns() */
	bool has_census_before;		/* there were two looks */
	struct tc_census census_before; /* BOUND is not counted in it */
	struct tc_watched watched;	/* of the look before */
	uint32_t seen;			/* TC_HAVE_ bits that any socket had */
	unsigned families;		/* TC_FAMILY_ bits that were asked for; 0: both */
	struct tc_symptom_facts symptoms[TC_SYMPTOM_COUNT];

	struct tc_map forgotten; /* those who hold CLOSE_WAIT: pid to place in `holding`, from 1 */
	struct tc_facts_program *holding, *programs; /* each once; sorted: the most first; owned */
	size_t program_count;

	uint64_t interval_us; /* between the two readings; 0: there was one */
	struct tc_readings before, now;
	struct tc_figure figures[TC_LIFETIME_COUNT]; /* by the settings of now */
	/* ip_local_reserved_ports, of the namespace of `now`. NULL: not read; owned */
	struct tc_port_set *reserved;
	/* Of listeners whose port bind(2) chose and no program named. NULL: not known; owned */
	struct tc_port_set *chosen_by_kernel;

	/*
	 * Where all namespaces are looked at: each of them, by id. `before` and `now` have the
	 * sums of counters, and the settings that all of them have. Owned.
	 */
	struct tc_facts_netns *netns;
	size_t netns_count;
	uint64_t only_netns; /* of a view (judge_netns.c): the one that it shows; else 0 */

	struct tc_listening *listening;	 /* NULL: not read; owned */
	struct tc_ports *ports;		 /* NULL: not read; owned */
	/* Of `ports`, before sockets are added; see port_need.h. */
	struct tc_symptom_short short_of_connect, short_of_bind;
	char listening_why[TC_WHY_MAX];	 /* why they were not read, or "" */
	char ports_why[TC_WHY_MAX];
};

/* -ENOMEM. Zeroed but for what the symptoms need. */
int tc_facts_init(struct tc_facts *facts);

/* Sockets of several namespaces will come: whose they are is told with the namespace. -ENOMEM. */
int tc_facts_by_netns(struct tc_facts *facts);
void tc_facts_release(struct tc_facts *facts);

/*
 * Counts sockets of the last look, resolved as far as the keys of the symptoms ask; the settings
 * in facts->now have to be there. -ENOMEM.
 */
int tc_facts_add(struct tc_facts *facts, const struct tc_sock *socks, size_t count);

/* After the last socket: sorts the groups, computes the figures. -ENOMEM. */
int tc_facts_finish(struct tc_facts *facts);

/* The keys that all symptoms together ask of each socket, each once; at most TC_KEYS_MAX. */
size_t tc_facts_keys(const struct tc_facts *facts, struct tc_key ret_keys[TC_KEYS_MAX]);

/* A counter now; false: not read. */
bool tc_facts_counter(const struct tc_facts *facts, enum tc_counter id, uint64_t *ret_value);

/* By how much it rose during the interval; false: there was none, or it was not read twice. */
bool tc_facts_rise(const struct tc_facts *facts, enum tc_counter id, uint64_t *ret_rise);

/* The same per second. */
bool tc_facts_rate(const struct tc_facts *facts, enum tc_counter id, double *ret_per_second);

/*
 * The first number of a setting; false: not read, or it does not exist here, or it is not the
 * same in all namespaces that are looked at.
 */
bool tc_facts_setting(const struct tc_facts *facts, enum tc_setting id, int64_t *ret_number);

/* One of several namespaces; NULL: there is but one, or it was not there at the first look. */
const struct tc_facts_netns *tc_facts_netns_of(const struct tc_facts *facts, uint64_t netns);

/* The settings of a namespace, or of the only one that is looked at; never NULL. */
const struct tc_setting_value *tc_facts_settings_of(const struct tc_facts *facts, uint64_t netns);

/* For qsort(): the order of facts->netns. */
int tc_facts_netns_order(const void *one, const void *other);

#endif
