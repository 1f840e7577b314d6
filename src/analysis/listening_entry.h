/* SPDX-License-Identifier: MIT */
/* listening_entry.h - how listening.c keeps what listening_judge.c judges. */
#ifndef TC_ANALYSIS_LISTENING_ENTRY_H
#define TC_ANALYSIS_LISTENING_ENTRY_H

#include "analysis/listening.h"
#include "model/kept.h"
#include "util/map.h"

/* Without padding, and zeroed first, so that it can be compared as bytes. */
struct tc_listening_key {
	struct tc_addr addr;
	uint64_t netns;
	uint64_t nameless; /* not 0: what has no port number is a listener of its own */
	uint32_t ifindex;
	uint16_t port;
	uint8_t family;
	uint8_t has_addr;
};

struct tc_listening_entry {
	struct tc_listening_key key;
	struct tc_listener listener; /* as callers see it; points into the rest */
	struct tc_kept kept;
	struct tc_listener_socket *sockets; /* in use first, then those of the first look only */
	size_t known, capacity;
	uint64_t unjudged; /* connections of which it is not known whether they were accepted */
	uint64_t unheard;  /* handshakes of which it is not known whether they are silent */
	uint64_t nobodys;  /* silent handshakes whose peer is not known */
	struct tc_map silent_peers; /* addresses, by hash */
	/*
	 * The address of most connections, where more than half are of one: each of another takes a
	 * vote from it (Boyer and Moore), so that it has as many as are left at the least.
	 */
	struct tc_addr busiest;
	uint64_t votes;
	bool shown;
	const struct tc_listening_facts *facts; /* while it is judged: those of its namespace */
};

struct tc_listening {
	void *tree; /* entries by key, tsearch(3) */
	struct tc_listening_entry **entries;
	size_t count, capacity;
	size_t shown;			    /* after judging: they stand first */
	struct tc_listening_entry **ranked; /* after judging: all, the highest score first */
	uint64_t nameless;
	struct tc_doubt doubt; /* listening sockets that the filter could not judge */
	/* While it is judged: of each namespace where a socket of the first look has gone, once. */
	const struct tc_listening_facts **gone;
	size_t gone_count;
	struct tc_listening_entry *last; /* found; most sockets are of the same few listeners */
	struct tc_listening_summary summary;
	struct tc_counters before, after;
};

/*
 * Forgets the listeners that no socket of the last look listens for: they have gone meanwhile, from
 * namespaces that `gone` names afterwards. Nothing can be added then.
 */
void tc_listening_drop_gone(struct tc_listening *listening);

/* How many of its connections are of the one address of its silent handshakes, at the least. */
uint64_t tc_listening_carried(const struct tc_listening_entry *entry);

#endif
