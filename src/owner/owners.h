/* SPDX-License-Identifier: MIT */
/*
 * owners.h - whose a socket is: the processes that hold it, or a rule's conclusion.
 *
 * First every socket that has an inode is noted, then the descriptors of processes are read
 * until each of them is found, and then every socket can be asked about. For sockets that no
 * process holds (TIME_WAIT, SYN_RECV, orphans, what nobody has accepted) these rules are tried
 * in turn; each one's conclusion is marked with its name:
 *
 *   seen      an earlier sample of this run saw who held this very connection, by its
 *             cookie; where there is none, one that had the same two ends
 *   listener  somebody listens on its local address and port: the holders of that listener;
 *             where they have started since, what has it in common with its predecessor
 *   peer      somebody is connected to its remote endpoint from here: the holders of all
 *             these connections
 *   ports     only one set of processes uses its range of local ports in its namespace, the
 *             ephemeral range as a whole or a run of other ports, and has connections from there
 *             between the same addresses
 *
 * A rule that rests on "only these" does not conclude anything where a holder among these
 * could not be found, nor where the kernel has recorded for the socket quite another cgroup than
 * that of all of these.
 */
#ifndef TC_OWNER_OWNERS_H
#define TC_OWNER_OWNERS_H

#include "owner/alibi.h"
#include "owner/cgroup_id.h"
#include "owner/held.h"
#include "owner/holders.h"
#include "owner/listed.h"
#include "owner/listener.h"
#include "owner/party.h"
#include "owner/pool.h"
#include "owner/process.h"
#include "owner/verdict.h"
#include "util/map.h"

struct tc_owners {
	unsigned wanted; /* TC_PROCESS_ bits */
	struct tc_processes processes;
	struct tc_cgroup_ids cgroups;
	struct tc_alibis alibis;
	struct tc_parties parties;
	struct tc_held_list held;
	bool settled; /* held has its orders */
	struct tc_pools pools;
	bool pooled; /* the pools know of what is held now */
	const struct tc_listeners *listeners; /* of a reading that notes what it meets; or NULL */
	struct tc_map inodes; /* those to be found, and the holders of each */
	size_t missing;	      /* of them not found yet */
	struct tc_holder *holders;
	size_t holder_count, holder_capacity;
	uint64_t hidden; /* processes that may not be looked into */
	struct tc_map seen;   /* connections of an earlier sample: their struct tc_party */
	struct tc_verdicts verdicts;
	const char *source;   /* how descriptors were read */
};

void tc_owners_release(struct tc_owners *owners);

/*
 * Notes sockets whose listeners are resolved. `infer`: also for the rules about others; without
 * it, only who holds them will be known. -ENOMEM.
 */
int tc_owners_note(struct tc_owners *owners, const struct tc_sock *socks, size_t count, bool infer);

/* Notes the sockets of a listing, with the processes that it names. -ENOMEM. */
int tc_owners_note_listed(struct tc_owners *owners, const struct tc_sock *socks, size_t count);

/* Reads who holds what was noted. Says in `why` what went wrong. */
int tc_owners_find(struct tc_owners *owners, char why[TC_WHY_MAX]);

/*
 * The same without any noting before it: through the eBPF iterator, which sees what is held
 * while it reads who holds it. The sockets are judged by these listeners, and those of
 * namespaces without a port range (tc_pools_range) are left out.
 */
int tc_owners_find_all(struct tc_owners *owners, const struct tc_listeners *listeners,
		       char why[TC_WHY_MAX]);

/* Keeps who holds which connection, and forgets the rest: the earlier of two samples. -ENOMEM. */
int tc_owners_remember(struct tc_owners *owners);

/* The owner of a socket; NULL: no memory. Lives as long as `owners`. */
const struct tc_owner *tc_owners_of(struct tc_owners *owners, const struct tc_sock *sock);

#endif
