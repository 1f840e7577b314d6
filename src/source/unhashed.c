/* SPDX-License-Identifier: MIT */
/* unhashed.c - whether there may be TCP sockets that are in no hash; see unhashed.h. */
#include "source/unhashed.h"

static bool is_same(const struct tc_sockstat *one, const struct tc_sockstat *other)
{
	return one->known && other->known && one->inuse == other->inuse &&
	       one->allocated == other->allocated;
}

bool tc_unhashed_possible(const struct tc_sockstat *own, bool with_first)
{
	bool is_alone = own->known && own->allocated == own->inuse;
	struct tc_sockstat first = {.known = false}, again;

	if (!is_alone) {
		if (!own->known || !with_first)
			return true;
		first = tc_sockstat_read_first();
		if (!first.known || first.allocated != own->allocated ||
		    own->inuse + first.inuse != own->allocated)
			return true;
	}
	again = tc_sockstat_read();
	if (!is_same(&again, own))
		return true;
	if (is_alone)
		return false;
	again = tc_sockstat_read_first();
	return !is_same(&again, &first);
}
