/* SPDX-License-Identifier: MIT */
/*
 * segment.h - a single TCP segment without data, sent past the kernel's TCP.
 */
#ifndef TC_BENCH_SEGMENT_H
#define TC_BENCH_SEGMENT_H

#include <stdint.h>
#include <sys/socket.h>

enum segment_flag {
	SEGMENT_SYN = 0x02,
	SEGMENT_ACK = 0x10,
};

/* A raw socket of that family (AF_INET, AF_INET6), or -errno. */
int segment_open(int family);

/* Sends one; both addresses have the same family, and their ports set. 0 or -errno. */
int segment_send(int fd, const struct sockaddr_storage *from, const struct sockaddr_storage *to,
		 uint32_t seq, unsigned flags);

#endif
