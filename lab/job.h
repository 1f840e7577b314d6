/* SPDX-License-Identifier: MIT */
/*
 * job.h - one part of a scenario being built: what the makers (sc_*.c) are written with.
 *
 * All functions return 0, or -errno after describing the failure in the job's why.
 */
#ifndef TC_LAB_JOB_H
#define TC_LAB_JOB_H

#include <sys/socket.h>

#include "lab/scenario.h"

/* The two ends of a connection; LAB_CLIENT connects. */
enum lab_end {
	LAB_CLIENT,
	LAB_SERVER,
	LAB_ENDS,
};

/* How the sockets of one end are given up. */
enum lab_farewell {
	LAB_CLOSE,    /* close(2): the kernel goes on alone */
	LAB_SHUTDOWN, /* shutdown(SHUT_WR): a FIN too, but the program keeps the socket */
};

struct lab_job {
	struct lab_sandbox *sandbox;
	const struct lab_part *part;
	size_t n[LAB_FAMILIES]; /* connections to make, of each family */
	uint16_t port;		/* of the server ends; no other part uses it */
	int *fds[LAB_ENDS];	/* n[LAB_V4] + n[LAB_V6] each; -1 where there is none */
	uint64_t deadline_ns;
	char *why;
};

/* Records what failed and returns rc. */
int lab_job_fail(struct lab_job *job, int rc, const char *step);

/* The side that this end is on. */
enum lab_side lab_job_side(const struct lab_job *job, enum lab_end end);

/* All connections of the job, of both families. */
size_t lab_job_total(const struct lab_job *job);

/* The address of an end in a family, with a port. Returns its length. */
socklen_t lab_job_address(const struct lab_job *job, enum lab_end end, enum lab_family family,
			  uint16_t port, struct sockaddr_storage *ret_address);

/* A socket of that end, bound to its address and a port (0: any). Returns it or -errno. */
int lab_job_open_bound(struct lab_job *job, enum lab_end end, enum lab_family family,
		       uint16_t port);

/* connect(2); without blocking, a connection that is under way is a success. */
int lab_job_connect_fd(struct lab_job *job, int fd, const struct sockaddr *address,
		       socklen_t length, bool blocking);

/*
 * A listener on the job's port for each family that the job has connections of, in
 * listeners[family] (-1: none), with that backlog. They are the caller's.
 */
int lab_job_listen(struct lab_job *job, size_t backlog, int listeners[LAB_FAMILIES]);

/* A backlog with room for all connections of the job. */
size_t lab_job_backlog(const struct lab_job *job);

/* One more client of that family, connected, and kept by the sandbox. */
int lab_job_connect_extra(struct lab_job *job, enum lab_family family);

/*
 * One more client of that family, the caller's: connected, or, without blocking, on its way.
 * Returns it or -errno; that of a connect(2) which failed is described, too.
 */
int lab_job_dial(struct lab_job *job, enum lab_family family, bool blocking);

/* Takes the next connection of a listener. Returns it or -errno. */
int lab_job_accept(struct lab_job *job, int listener);

/* Loads packet rules into the namespace of that end. */
int lab_job_nft(struct lab_job *job, enum lab_end end, const char *rules);

/* n more sockets bound to the job's port at the server end, listening or not. */
int lab_job_bind_all(struct lab_job *job, bool listening);

/* Starts all connections and leaves them to the kernel. */
int lab_job_connect_start(struct lab_job *job);

/* Establishes all connections and accepts them, by a listener that is gone afterwards. */
int lab_job_connect(struct lab_job *job);

/* The same, by listeners that stay: listeners[family], -1 where there is none, the caller's. */
int lab_job_serve(struct lab_job *job, int listeners[LAB_FAMILIES]);

/* The same, by listeners that the sandbox keeps. */
int lab_job_serve_on(struct lab_job *job);

/* Hands listeners to the sandbox, those that there are, also after a failure. */
int lab_job_hold_listeners(struct lab_job *job, const int listeners[LAB_FAMILIES]);

/* Closes all sockets of one end, or shuts them down. */
int lab_job_part(struct lab_job *job, enum lab_end end, enum lab_farewell farewell);

/* Has the kernel ask after silent peers of that end (SO_KEEPALIVE). */
int lab_job_keep_alive(struct lab_job *job, enum lab_end end);

/* From now on nothing that is sent to that end arrives. */
int lab_job_drop(struct lab_job *job, enum lab_end receiver);

/* Hands a socket to the sandbox for the rest of its life. */
int lab_job_hold(struct lab_job *job, int fd);

/*
 * Waits until as many sockets of that end are in the state as the job has connections, of each
 * family, held by a process or not; -ETIMEDOUT at the deadline. LAB_NONE: until there is none.
 */
int lab_job_wait(struct lab_job *job, enum lab_end end, enum lab_state state,
		 enum lab_holder holder);

/* The same, until there is one for each family that the job has connections of. */
int lab_job_wait_one(struct lab_job *job, enum lab_end end, enum lab_state state,
		     enum lab_holder holder);

/* Sleeps a little longer each time, from *pause_ns on; false once the deadline has passed. */
bool lab_wait_again(uint64_t deadline_ns, long *pause_ns);
#define LAB_PAUSE_MIN_NS 200000

#endif
