/* SPDX-License-Identifier: MIT */
/*
 * segment.h - a TCP segment in an IPv4 packet, as bytes and as its parts.
 *
 * Pure: what a peer in user space sends and receives is made and read here, whoever carries it.
 */
#ifndef TC_LAB_SEGMENT_H
#define TC_LAB_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bits of a TCP header; RFC 9293, 3.1. */
enum lab_flag {
	LAB_FIN = 0x01,
	LAB_SYN = 0x02,
	LAB_RST = 0x04,
	LAB_PSH = 0x08,
	LAB_ACK = 0x10,
};

struct lab_segment {
	uint32_t from, to; /* addresses and ports in the order of the machine */
	uint16_t from_port, to_port;
	uint32_t seq, ack;
	uint8_t flags;
	uint16_t window;      /* as it is written, before it is scaled */
	uint16_t mss;	      /* 0: the option is not there */
	bool scales, stamps;  /* whether these two options are there: */
	uint8_t scale;	      /* RFC 7323, 2 */
	uint32_t stamp, echo; /* RFC 7323, 3 */
	const unsigned char *data;
	size_t length;
	bool sound; /* read: both checksums are right. A kernel leaves them to the device at times
		     */
};

/* The most that headers and options of ours take. */
#define LAB_SEGMENT_HEADERS 80

/*
 * The checksum of a TCP segment, in network order, over addresses of 4 or 16 bytes in network
 * order. The checksum of a segment that carries its own is 0.
 */
uint16_t lab_tcp_checksum(const void *from, const void *to, size_t address_size,
			  const void *segment, size_t length);

/* Writes the packet, with its checksums; returns its length, 0 when it does not fit. */
size_t lab_segment_build(const struct lab_segment *segment, void *packet, size_t size);

/*
 * Reads a packet of any bytes. -EPROTONOSUPPORT: something else than TCP over IPv4, or a
 * fragment; -EBADMSG: cut off, or lengths that contradict each other. The data stays where it is.
 */
int lab_segment_parse(const void *packet, size_t size, struct lab_segment *ret_segment);

/* "10.78.0.1" in the order of the machine; 0 for what is no address. */
uint32_t lab_segment_address(const char *text);

/* The places of the sequence that the segment takes: its data, and one for SYN and FIN each. */
uint32_t lab_segment_span(const struct lab_segment *segment);

#endif
