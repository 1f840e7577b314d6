/* SPDX-License-Identifier: MIT */
/*
 * record.h - what the programs in the kernel write and their loaders read.
 *
 * Two compilers must see one layout: types of fixed width only, the wider ones first, no
 * padding, and each size asserted.
 */
#ifndef TC_BPF_RECORD_H
#define TC_BPF_RECORD_H

#include <stdint.h>

/* A descriptor that is a TCP socket (task_file.bpf.c). */
struct tc_bpf_holder {
	uint64_t inode;
	uint64_t netns;	   /* inode number of the socket's network namespace */
	uint64_t cookie;   /* 0: the kernel has not given it one yet */
	uint8_t local[16]; /* of AF_INET, the first four bytes */
	uint8_t remote[16];
	uint32_t pid; /* of the process, as the reader's pid namespace numbers it */
	uint32_t fd;
	uint32_t ifindex;
	uint16_t local_port;  /* of the host's order */
	uint16_t remote_port; /* of the network's order */
	uint8_t family;
	uint8_t state; /* as the kernel numbers them */
	uint8_t unused[6];
};

_Static_assert(sizeof(struct tc_bpf_holder) == 80, "struct tc_bpf_holder has padding");

/* Bits of tc_bpf_port.known. */
enum {
	TC_BPF_PORT_BUCKET = 1u << 0,	  /* bind is told */
	TC_BPF_PORT_TIME_WAIT = 1u << 1,  /* a timewait minisocket: timestamps and age are told */
	TC_BPF_PORT_CHOICE = 1u << 2,	  /* by_connect is told */
};

/* A socket and its local port (port_facts.bpf.c). */
struct tc_bpf_port {
	uint64_t cookie;   /* 0: the kernel has not given it one yet */
	uint8_t local[16]; /* of AF_INET, the first four bytes */
	uint8_t remote[16];
	uint32_t ifindex;
	uint32_t age_ms;      /* since the minisocket was made */
	uint16_t local_port;  /* of the host's order */
	uint16_t remote_port; /* of the network's order */
	uint8_t family;
	uint8_t state; /* as the kernel numbers them; of a minisocket its substate */
	uint8_t known; /* TC_BPF_PORT_ bits */
	uint8_t bind;  /* 1: bind(2) has marked the port */
	uint8_t timestamps;
	uint8_t by_connect; /* 1: connect(2) chose the port for this socket */
	uint8_t unused[6];
};

_Static_assert(sizeof(struct tc_bpf_port) == 64, "struct tc_bpf_port has padding");

#endif
