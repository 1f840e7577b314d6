/* SPDX-License-Identifier: MIT */
/* netlink_bound.c - sockets that are only bound, through sock_diag; see netlink_bound.h. */
#include "source/netlink_bound.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "source/netlink_place.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/intl.h"

/* Of so many it is remembered in which dumps they were, and of one in 64 of all others. */
enum { REMEMBERED = 65536, SPARED = 63 };

const struct tc_netlink_patience tc_netlink_brief = { .dumps = 2, .us = 10000 };
const struct tc_netlink_patience tc_netlink_patient = {
	.dumps = 8,
	.us = 2000000,
	.pause_us = 4000,
};

/* One dump as it comes in. */
struct look {
	struct tc_netlink_bound *bound;
	struct tc_netlink_found found;
};

static uint64_t identity(const struct inet_diag_msg *message)
{
	uint64_t numbers[2] = { tc_diag_message_cookie(message), message->idiag_inode };

	return tc_hash(numbers, sizeof(numbers), 0);
}

/* The dump that is under way has the number bound->dumps, counted from 0. */
static void remember(struct tc_netlink_bound *bound, uint64_t identity)
{
	uint64_t *last = NULL, now = bound->dumps + 1;

	if (identity && (bound->seen.count < REMEMBERED || !(identity & SPARED)))
		last = tc_map_put(&bound->seen, identity);
	if (!last)
		return;
	bound->passed_over |= *last && *last + 1 < now;
	*last = now;
}

static int look_at(void *context, const struct nlmsghdr *header,
		   const struct inet_diag_msg *message)
{
	struct look *look = context;
	const struct tc_netlink_dump *dump = look->bound->dump;
	uint64_t who;

	dump->job->begun = true;
	if (tc_diag_is_repeated(look->bound->recent, tc_diag_message_cookie(message))) {
		look->found.repeated = true;
		return 0;
	}
	who = identity(message);
	look->found.count++;
	look->found.sum += who;
	remember(look->bound, who);
	return dump->sink(dump->context, header, message);
}

/* Whether the kernel went through each list without letting go of it. */
static bool was_in_one_go(const struct look *look, size_t parts)
{
	return parts <= 1 && look->found.count < TC_NETLINK_HELD_AT_ONCE && !look->found.repeated;
}

static bool is_same(const struct tc_netlink_found *a, const struct tc_netlink_found *b)
{
	return a->count == b->count && a->sum == b->sum && !a->repeated && !b->repeated;
}

/* *ret_once: there is no need of another. */
static int dump_once(struct tc_netlink_bound *bound, struct tc_netlink_found *ret_found,
		     bool *ret_once)
{
	struct look look = { .bound = bound };
	struct tc_netlink_dump dump = *bound->dump;
	uint64_t begun_us = tc_clock_us();
	size_t parts = 0;
	int err;

	dump.sink = look_at;
	dump.context = &look;
	dump.parts = &parts;
	if (bound->dumps) /* of the first none came yet */
		memset(bound->recent, 0, sizeof(*bound->recent));
	if (bound->begin)
		bound->begin(bound->dump->context);
	err = tc_netlink_dump(&dump, bound->socket,
			      tc_netlink_kernel_bits(TC_STATE_BIT(TC_BOUND)));
	bound->took_us += tc_clock_us() - begun_us;
	bound->dumps++;
	bound->repeated |= look.found.repeated;
	*ret_found = look.found;
	/* What was interrupted is told already. */
	*ret_once = was_in_one_go(&look, parts) || !bound->dump->report->complete;
	return err;
}

static void pause_before(struct tc_netlink_bound *bound, const struct tc_netlink_patience *patience)
{
	uint64_t us = bound->dumps < 2 ? 0 : patience->pause_us << (bound->dumps - 2);
	struct timespec left = { .tv_sec = (time_t)(us / 1000000),
				 .tv_nsec = (long)(us % 1000000) * 1000 };

	if (us)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &left, NULL);
	bound->took_us += us;
}

int tc_netlink_bound_read(struct tc_netlink_bound *bound,
			  const struct tc_netlink_patience *patience)
{
	while (!bound->settled && bound->dumps < patience->dumps &&
	       bound->took_us < patience->us) {
		struct tc_netlink_found found;
		bool once;
		int err;

		pause_before(bound, patience);
		err = dump_once(bound, &found, &once);
		if (err)
			return err;
		bound->settled = once || (bound->dumps > 1 && is_same(&found, &bound->last));
		if (bound->settled || found.count >= bound->found.count)
			bound->found = found;
		bound->last = found;
	}
	return 0;
}

int tc_netlink_bound_repeat(struct tc_netlink_bound *bound)
{
	struct tc_netlink_found found;
	bool once;
	int err = dump_once(bound, &found, &once);

	if (!err && !once && !is_same(&found, &bound->found))
		bound->settled = false;
	return err;
}

/* Whether one was in neither of the last two dumps: it has gone, or was passed over in both. */
static bool may_have_gone(const struct tc_netlink_bound *bound)
{
	for (size_t i = 0; bound->seen.count && i <= bound->seen.mask; i++)
		if (bound->seen.slots[i].key && bound->seen.slots[i].value + 1 < bound->dumps)
			return true;
	return false;
}

void tc_netlink_bound_report(const struct tc_netlink_bound *bound)
{
	struct tc_report *report = bound->dump->report;
	bool moved = bound->passed_over || bound->repeated;

	if (bound->settled || !report->complete)
		return;
	report->complete = false;
	/* One that has come in the place of another may have been counted beside it. */
	report->deviation |= may_have_gone(bound) ? TC_MAY_LACK | TC_MAY_REPEAT : TC_MAY_LACK;
	snprintf(report->why, sizeof(report->why), "%s",
		 moved ? _("BOUND may lack sockets: each time that the kernel listed them, it passed "
			   "over some, as others on their ports came and went meanwhile")
		       : _("BOUND may lack sockets: each time that the kernel listed them, it told "
			   "of others"));
}

void tc_netlink_bound_release(struct tc_netlink_bound *bound)
{
	tc_map_release(&bound->seen);
}
