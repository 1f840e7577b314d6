/* SPDX-License-Identifier: MIT */
/* addr.h - what can be asked of a struct tc_addr without knowing about TCP. */
#ifndef TC_UTIL_ADDR_H
#define TC_UTIL_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tcpcensus.h"

/* The longest text: an IPv6 address with an embedded IPv4 one, and the NUL. */
enum { TC_ADDR_TEXT_MAX = 46 };

/* An IPv4 address, given in network byte order, as the mapped address that stands for it. */
static inline struct tc_addr tc_addr_from4(uint32_t network_order)
{
	struct tc_addr addr = { .byte = { [10] = 0xff, [11] = 0xff } };

	memcpy(addr.byte + 12, &network_order, sizeof(network_order));
	return addr;
}

/* An address of a family in network byte order, 4 bytes of AF_INET and 16 of AF_INET6. */
static inline struct tc_addr tc_addr_of(bool is4, const void *bytes)
{
	struct tc_addr addr = { .byte = { [10] = 0xff, [11] = 0xff } };

	if (is4) /* two copies, each of a length that the compiler knows */
		memcpy(addr.byte + 12, bytes, 4);
	else
		memcpy(addr.byte, bytes, sizeof(addr.byte));
	return addr;
}

/* Whether the address is IPv4, i.e. ::ffff:a.b.c.d. */
static inline bool tc_addr_is4(const struct tc_addr *addr)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(addr->byte, mapped, sizeof(mapped)) == 0;
}

static inline bool tc_addr_equal(const struct tc_addr *one, const struct tc_addr *other)
{
	return memcmp(one->byte, other->byte, sizeof(one->byte)) == 0;
}

/* Whether the address is 0.0.0.0 or ::. */
bool tc_addr_is_any(const struct tc_addr *addr);

/* Whether the address is in 127.0.0.0/8 or is ::1. */
bool tc_addr_is_loopback(const struct tc_addr *addr);

/* Whether the address is in fe80::/10, which means another machine on each device. */
bool tc_addr_is_link_local6(const struct tc_addr *addr);

/* Clears the bits past the prefix; prefix4 counts from the start of an IPv4 address. */
struct tc_addr tc_addr_masked(const struct tc_addr *addr, unsigned prefix4, unsigned prefix6);

/* Writes "192.0.2.7" or RFC 5952 text, with NUL; returns the length without it. */
size_t tc_addr_text(const struct tc_addr *addr, char text[TC_ADDR_TEXT_MAX]);

#endif
