/* SPDX-License-Identifier: MIT */
/* port_facts.h - who chose the local port of each socket, as an eBPF program sees it. */
#ifndef TC_BPF_PORT_FACTS_H
#define TC_BPF_PORT_FACTS_H

#include <stddef.h>

#include "bpf/record.h"
#include "tcpcensus.h"

/* Gets a batch. 0 to go on; anything else ends the reading. */
typedef int tc_bpf_port_sink(void *context, const struct tc_bpf_port *ports, size_t count);

/* Loaded once, however many namespaces are read: to load it takes longer than to read most. */
struct port_facts_bpf;

/*
 * Reads the sockets of the calling thread's network namespace, but neither requests nor what is
 * only bound. Where *programs is NULL they are loaded first. Returns as tc_bpf_task_file().
 */
int tc_bpf_port_facts(struct port_facts_bpf **programs, tc_bpf_port_sink *sink, void *context,
		      char why[TC_WHY_MAX]);

/* NULL is fine. */
void tc_bpf_port_facts_release(struct port_facts_bpf *programs);

#endif
