/* SPDX-License-Identifier: MIT */
/*
 * herd.h - a crowd of sockets of known numbers: what is wanted, and the parts of making it.
 */
#ifndef TC_BENCH_HERD_H
#define TC_BENCH_HERD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "lab/census.h"
#include "lab/sandbox.h"

#define HERD_WHY_MAX 160
#define HERD_WORKERS_MAX 900

/* What is asked for on the command line. */
struct herd_wish {
	uint64_t established, time_wait, close_wait, fin_wait2, syn_recv, listen;
	uint64_t served; /* in TIME_WAIT, too, all at the one port of a server */
	uint64_t busy;	 /* stands for most of these; 0: it does not */
	uint64_t peers;	     /* distinct remote addresses */
	uint64_t v6_percent; /* of each number */
	uint64_t deadline_s;
	char **command;
};

/* One process that makes sockets of one kind and then holds them. */
struct herd_task {
	enum lab_state state;
	enum lab_family family;
	uint32_t count; /* sockets to be seen in that state when it is done */
	uint32_t first; /* number of its first peer */
	uint32_t peers;
	uint16_t port; /* of its server ends; no other task uses it */
	bool served;   /* one server, at one address, closes first */
};

/* How far a task is, in memory that its process shares with the herder. */
struct herd_progress {
	uint32_t made;
	uint32_t done;
	char why[HERD_WHY_MAX]; /* not empty: it failed */
};

/* Divides the wish into tasks. Returns how many, or -E2BIG if they are too many. */
int herd_plan(const struct herd_wish *wish, uint32_t descriptors_each,
	      struct herd_task tasks[HERD_WORKERS_MAX]);

/* What the tasks together will show. */
void herd_expect(const struct herd_task *tasks, int n, struct lab_census *ret_census);

/* Descriptors that a task holds when it is done. */
uint32_t herd_task_descriptors(const struct herd_task *task);

/* Makes the sockets, in the process of the task. Returns 0, or -errno and says why. */
int herd_work(const struct herd_task *task, struct herd_progress *progress);

/* The address of peer number i, with a port; those of strangers are not on this machine. */
socklen_t herd_peer(enum lab_family family, uint32_t i, uint16_t port,
		    struct sockaddr_storage *ret_address);
socklen_t herd_stranger(enum lab_family family, uint32_t i, uint16_t port,
			struct sockaddr_storage *ret_address);

/* Makes the addresses and raises the limits, of the sandbox's namespace only. */
int herd_prepare(struct lab_sandbox *sandbox, const struct herd_wish *wish);

/*
 * Gives the sockets in TIME_WAIT of the calling thread's namespace their full 60 seconds again,
 * if they have less than below_ms left. Returns how many, or -errno.
 */
int64_t herd_keep(uint32_t below_ms);

#endif
