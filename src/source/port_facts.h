/* SPDX-License-Identifier: MIT */
/*
 * port_facts.h - the sockets of a namespace, with what only the kernel's own memory tells of
 * their local ports.
 *
 * sock_diag does not say whether bind(2) or connect(2) chose the port of a connection, nor how
 * old a TIME_WAIT really is and whether it had timestamps. An eBPF program reads them.
 */
#ifndef TC_SOURCE_PORT_FACTS_H
#define TC_SOURCE_PORT_FACTS_H

#include "tcpcensus.h"

struct tc_port_fact {
	bool bind_known; /* whether the port is marked by bind(2) */
	bool bind;
	bool choice_known; /* who chose it for this socket: since 6.18 */
	bool by_connect;
	bool timestamps_known; /* TIME_WAIT: whether the connection had timestamps */
	bool timestamps;
	int64_t age_ms; /* TIME_WAIT: since it began; -1: not known */
};

typedef int tc_port_fact_sink(void *context, struct tc_sock *sock,
			      const struct tc_port_fact *fact);

struct port_facts_bpf; /* the program: whoever reads several namespaces loads it once */

/*
 * Every socket of the calling thread's namespace but those that are only bound, which no
 * iterator of the kernel visits. The program is loaded where *programs is NULL. Returns 0, what the
 * sink returned, or a negative errno with a sentence in why: -EOPNOTSUPP in a build without eBPF,
 * -EPERM without the privilege.
 */
int tc_port_facts_read(struct port_facts_bpf **programs, tc_port_fact_sink *sink, void *context,
		       char why[TC_WHY_MAX]);

/* NULL is fine. */
void tc_port_facts_release(struct port_facts_bpf *programs);

#endif
