/* SPDX-License-Identifier: MIT */
/*
 * herd_crew.h - the processes that make the sockets and hold them.
 */
#ifndef TC_BENCH_HERD_CREW_H
#define TC_BENCH_HERD_CREW_H

#include "herd.h"

struct herd_crew {
	struct herd_task tasks[HERD_WORKERS_MAX];
	pid_t pids[HERD_WORKERS_MAX];
	struct herd_progress *progress; /* one for each task, in shared memory */
	int n;
};

/*
 * Plans the work, and checks that the machine has room for it: descriptors (fs.file-max, which
 * all namespaces share) and memory. On failure says why on stderr and returns -errno.
 */
int herd_crew_init(struct herd_crew *crew, const struct herd_wish *wish, uint32_t descriptors_each);

/* Starts all, in the namespace that the thread is in, and waits until they are done. */
int herd_crew_run(struct herd_crew *crew, uint64_t deadline_ns);

/* How many of them hold sockets. */
int herd_crew_holders(const struct herd_crew *crew);

/* Ends all processes and with them the sockets. */
void herd_crew_release(struct herd_crew *crew);

#endif
