/* SPDX-License-Identifier: MIT */
/* random.h - numbers that look random and are the same in every run; and random sockets. */
#ifndef TC_TEST_RANDOM_H
#define TC_TEST_RANDOM_H

#include <stdint.h>
#include <sys/socket.h>

#include "tcpcensus.h"
#include "util/addr.h"

struct dice {
	uint64_t state;
};

static inline uint64_t dice_bits(struct dice *dice) /* splitmix64 */
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static inline unsigned dice_below(struct dice *dice, unsigned n)
{
	return (unsigned)(dice_bits(dice) % n);
}

/* One of a few, so that groups have several members; now and then an address of any bits. */
static inline struct tc_addr dice_addr(struct dice *dice)
{
	struct tc_addr addr = {.byte = {0}};

	switch (dice_below(dice, 4)) {
	case 0:
	case 1:
		return tc_addr_from4(0x0000000a | dice_below(dice, 9) << 24);
	case 2:
		addr.byte[0] = 0x20;
		addr.byte[15] = (uint8_t)dice_below(dice, 5);
		return addr;
	default:
		for (int i = 0; i < 16; i++)
			addr.byte[i] = (uint8_t)dice_bits(dice);
		return addr;
	}
}

/* A socket as a kernel source could give it; some members are not read. */
static inline struct tc_sock dice_sock(struct dice *dice)
{
	return (struct tc_sock){
		.count = dice_below(dice, 8) ? 1 : dice_below(dice, 100),
		.cookie = dice_bits(dice),
		.inode = dice_below(dice, 3),
		.local = dice_addr(dice),
		.remote = dice_addr(dice),
		.local_port = (uint16_t)(dice_below(dice, 2) ? 443 : dice_bits(dice)),
		.remote_port = (uint16_t)dice_below(dice, 4),
		.have = dice_below(dice, 4) ? ~0u : (uint32_t)dice_bits(dice),
		.uid = dice_below(dice, 3),
		.family = dice_below(dice, 2) ? AF_INET : AF_INET6,
		.state = (uint8_t)dice_below(dice, TC_STATE_COUNT),
		.kind = (uint8_t)dice_below(dice, 3),
		.timer = (uint8_t)dice_below(dice, 5),
	};
}

#endif
