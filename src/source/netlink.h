/* SPDX-License-Identifier: MIT */
/* netlink.h - what the scan and the tally of the netlink source share. */
#ifndef TC_SOURCE_NETLINK_H
#define TC_SOURCE_NETLINK_H

#include "source/diag.h"
#include "source/source.h"
#include "util/buf.h"

struct tc_netlink_dump {
	struct tc_job *job;
	struct tc_report *report;
	const struct tc_buf *bytecode;
	tc_diag_sink *sink;
	void *context;
	bool ahead; /* as in struct tc_diag_request */
	uint8_t extensions; /* as in struct tc_diag_request */
	size_t *parts; /* as in struct tc_diag_request */
};

/* The kernel's bits for a set of states. UNKNOWN has none: the kernel knows all of its own. */
uint32_t tc_netlink_kernel_bits(uint32_t states);

/*
 * Whether sockets that are only bound can be dumped. Where they cannot, and the job wants
 * them, report->states_not_read says so.
 */
bool tc_netlink_sees_bound(const struct tc_job *job, struct tc_report *report);

/*
 * Compiles the job's filter for the kernel, with the allowed operations (TC_DIAG_ bits of
 * diag_bytecode.h), and sets job->applied. 0 or -errno.
 */
int tc_netlink_prepare(struct tc_job *job, unsigned allowed, struct tc_buf *bytecode);

/* Whether an error may come from an operation of the filter that this kernel refuses. */
bool tc_netlink_refused_filter(const struct tc_job *job, int err);

/*
 * Dumps the sockets of the job's families in the given states. What went wrong in the middle
 * makes the report incomplete and returns 0; at the start it is an error, and report->why is
 * set.
 */
int tc_netlink_dump(const struct tc_netlink_dump *dump, struct mnl_socket *socket,
		    uint32_t kernel_states);

/* The tally of tc_source_netlink: netlink_tally.c. */
int tc_netlink_tally(struct tc_job *job, struct tc_census *census, struct tc_report *report);

/* Sets report->why for an error before anything was read, and returns it. */
int tc_netlink_fail(struct tc_report *report, int err);

#endif
