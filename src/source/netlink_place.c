/* SPDX-License-Identifier: MIT */
/* netlink_place.c - what is only bound, by its place in a dump; see netlink_place.h. */
#include "source/netlink_place.h"

#include <netinet/tcp.h>

bool tc_netlink_place_takes(struct tc_netlink_place *place, const struct inet_diag_msg *message)
{
	switch (message->idiag_state) {
	case TCP_LISTEN:
		place->begun_in = *place->parts;
		place->doubtful |= place->over || place->bound;
		return false;
	case TCP_CLOSE:
		place->bound += !place->over;
		place->doubtful |= place->over || message->id.idiag_dport || !message->id.idiag_sport;
		return true;
	default:
		place->over_in = place->over ? place->over_in : *place->parts;
		place->over = true;
		return false;
	}
}

/* Whether a buffer ended, for want of room, while the kernel went through what is bound. */
static bool went_on(const struct tc_netlink_place *place)
{
	size_t first = place->begun_in ? place->begun_in : 1;
	size_t last = place->over ? place->over_in : *place->parts;

	return last > first;
}

bool tc_netlink_place_is_sure(const struct tc_netlink_place *place)
{
	return !place->doubtful && !went_on(place) && place->bound < TC_NETLINK_HELD_AT_ONCE;
}
