/* SPDX-License-Identifier: MIT */
/*
 * scenario.h - situations of real sockets, each made on purpose in a sandbox.
 *
 * A scenario is a row of parts. A part brings a number of connections, each with a client and
 * a server end, into one situation with the help of a maker; a maker knows what a connection
 * leaves on either end. The census to expect is derived from that, so that it is written
 * once, and it is compared with what the kernel says before a scenario counts as built.
 */
#ifndef TC_LAB_SCENARIO_H
#define TC_LAB_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/census.h"
#include "lab/sandbox.h"

#define LAB_WHY_MAX 512
#define LAB_PARTS_MAX 20
#define LAB_SETTINGS_MAX 4
#define LAB_SIGNS_MAX 6

struct lab_job;
struct lab_driver;
struct lab_prepared;

/* What a situation asks of the machine. */
enum lab_need {
	LAB_NEED_ROOT = 1 << 0,	      /* CAP_SYS_ADMIN and CAP_NET_ADMIN */
	LAB_NEED_NFT = 1 << 1,	      /* the nft program, and a kernel with nf_tables */
	LAB_NEED_BOUND_DUMP = 1 << 2, /* a kernel that lists bound sockets, Linux 6.8 or later */
	LAB_NEED_TUN = 1 << 3,	      /* /dev/net/tun */
	LAB_NEED_TRACKING = 1 << 4,   /* a table of connection tracking of the usual size */
};

struct lab_maker {
	const char *name;
	unsigned needs;	       /* bits of enum lab_need */
	enum lab_state client; /* the state that a connection leaves at its client end, */
	enum lab_state server; /* and at its server end; LAB_NONE: no socket */
	bool listens;	       /* one listener per family stays on the server side, */
	bool fills;	       /* and one established connection that it has not accepted */
	bool mapped;	       /* IPv4 clients of an IPv6 server: its sockets are IPv6 */
	bool joins;	       /* the port, and its listener, are those of the part before */
	int (*make)(struct lab_job *job);
};

struct lab_part {
	const struct lab_maker *maker;
	uint16_t v4, v6;	      /* connections of each family, for a scale of 1 */
	enum lab_side client, server; /* on the same side: over its loopback */
};

/* A setting of one of the namespaces, made before anything else. */
struct lab_setting {
	enum lab_side side;
	const char *name; /* "net/ipv4/tcp_fin_timeout" */
	const char *value;
};

/*
 * What the side has to show, beyond its states, before it is worth a look: a rule asks for a
 * repetition, and one that is waited for does not depend on how fast the machine is.
 */
struct lab_sign {
	enum lab_state state; /* LAB_NONE: nothing */
	unsigned count;	      /* so many sockets; 0: as many as the parts bring into the state, */
	unsigned retrans;     /* each repeated so often or more, */
	unsigned timer;	      /* each with this timer of the kernel's; 0: any, */
	unsigned left_s;      /* which has so long to go or more */
};

struct lab_scenario {
	const char *name;
	const char *summary; /* marked for translation */
	enum lab_side side;  /* where the situation is to be looked at */
	struct lab_part parts[LAB_PARTS_MAX];
	struct lab_setting settings[LAB_SETTINGS_MAX];
	const struct lab_driver *driver; /* what goes on while it is looked at; or NULL */
	struct lab_sign signs[LAB_SIGNS_MAX]; /* all of them */
	unsigned age_s;			      /* and so long after that */

	/*
	 * Exactly what a diagnosis finds there, notices included: ids of rules, divided by
	 * blanks; or NULL.
	 */
	const char *findings;
	const char *critical; /* those of them that are critical; no other may be */
	const char *normal;  /* the same, of what it has to call normal */
	const char *allowed; /* what it may find besides or not; only where timing decides */
	bool healthy;	     /* it is as it should be: nothing above a notice */

	const char *heading; /* of this row and those behind it, in the list; marked */

	/* Where it cannot be made: saved files that are read instead, and nothing of the above. */
	const struct lab_prepared *prepared;
};

/* All scenarios, ended by a row without a name. */
extern const struct lab_scenario lab_scenarios[];

/* NULL when there is none of that name. */
const struct lab_scenario *lab_scenario_find(const char *name);

/* Bits of enum lab_need. */
unsigned lab_scenario_needs(const struct lab_scenario *scenario);

/* The first of these needs that this machine does not meet, as a text; NULL: it meets all. */
const char *lab_needs_missing(unsigned needs, struct lab_sandbox *sandbox);

/* The same for all needs of a scenario. */
const char *lab_scenario_missing(const struct lab_scenario *scenario, struct lab_sandbox *sandbox);

/* The sockets that will be on that side, for a scale. */
void lab_scenario_expect(const struct lab_scenario *scenario, enum lab_side side, unsigned scale,
			 struct lab_census *ret_census);

/*
 * Builds the situation, with scale times the row's connections, and returns once the kernel
 * shows exactly the expected census on both sides. The sandbox keeps the sockets. On failure
 * returns -errno (-ETIMEDOUT when a state did not come about in time) and says in why at
 * which step, what was expected and what was found.
 */
int lab_scenario_run(const struct lab_scenario *scenario, struct lab_sandbox *sandbox,
		     unsigned scale, char why[LAB_WHY_MAX]);

/*
 * After that, where it is to be looked at: starts what has to go on (the sandbox ends it), and
 * waits for the signs. Where it is to be judged, for the age as well. Errors as above.
 */
int lab_scenario_ripen(const struct lab_scenario *scenario, struct lab_sandbox *sandbox,
		       bool is_judged, char why[LAB_WHY_MAX]);

#endif
