/* SPDX-License-Identifier: MIT */
/* owner.c - what is known of an owner, put into words; see owner.h. */
#include "model/owner.h"

#include <string.h>

#include "util/macro.h"

const char *tc_attribution_name(int how)
{
	static const char *const names[] = {
		[TC_OWNER_UNKNOWN] = "unknown", [TC_OWNER_HELD] = "held",
		[TC_OWNER_SEEN] = "seen",	    [TC_OWNER_LISTENER] = "listener",
		[TC_OWNER_PEER] = "peer",	    [TC_OWNER_PORTS] = "ports",
		[TC_OWNER_CGROUP] = "cgroup",	    [TC_OWNER_NONE] = "none",
		[TC_OWNER_HIDDEN] = "hidden",
	};

	if (how < 0 || how >= TC_ATTRIBUTION_COUNT)
		return names[TC_OWNER_UNKNOWN];
	return names[how];
}

bool tc_attribution_is_inferred(enum tc_attribution how)
{
	return how == TC_OWNER_SEEN || how == TC_OWNER_LISTENER || how == TC_OWNER_PEER ||
	       how == TC_OWNER_PORTS;
}

/* Where a process has the word; its pid is a number and has none. */
static const char *member(const struct tc_process *process, enum tc_owner_part part)
{
	switch (part) {
	case TC_PART_PROCESS:
		return process->name;
	case TC_PART_CMDLINE:
		return process->cmdline;
	case TC_PART_UNIT:
		return process->unit;
	case TC_PART_CGROUP:
		return process->cgroup;
	case TC_PART_CONTAINER:
		return process->container;
	case TC_PART_POD:
		return process->pod;
	case TC_PART_PID:
	case TC_PART_COUNT:
		break;
	}
	return NULL;
}

static bool same(const char *one, const char *other)
{
	return one == other || (one && other && strcmp(one, other) == 0);
}

static bool is_first(const struct tc_owner *owner, enum tc_owner_part part, size_t index)
{
	const char *word = member(owner->processes[index], part);

	for (size_t i = 0; i < index; i++)
		if (same(member(owner->processes[i], part), word))
			return false;
	return true;
}

static bool add_held(const struct tc_owner *owner, enum tc_owner_part part, struct tc_buf *out)
{
	bool any = false;

	for (size_t i = 0; i < owner->count; i++) {
		const char *word = member(owner->processes[i], part);
		bool wanted = part == TC_PART_PID ? owner->processes[i]->pid != 0
						  : word && is_first(owner, part, i);

		if (!wanted)
			continue;
		if (any)
			tc_buf_byte(out, ',');
		if (part == TC_PART_PID)
			tc_buf_number(out, owner->processes[i]->pid);
		else
			tc_buf_text(out, word);
		any = true;
	}
	return any;
}

static bool agree(const struct tc_owner *owner, enum tc_owner_part part)
{
	if (part == TC_PART_PID)
		return owner->count == 1 && owner->processes[0]->pid;
	for (size_t i = 0; i < owner->count; i++)
		if (!member(owner->processes[i], part) ||
		    !same(member(owner->processes[i], part), member(owner->processes[0], part)))
			return false;
	return owner->count > 0;
}

/* By "nobody else": each of them may have been it alone. */
static bool is_by_exclusion(enum tc_attribution how)
{
	return how == TC_OWNER_PEER || how == TC_OWNER_PORTS;
}

bool tc_owner_word(const struct tc_owner *owner, enum tc_owner_part part, struct tc_buf *out)
{
	if (is_by_exclusion(owner->how) && !agree(owner, part))
		return false;
	if (!add_held(owner, part, out))
		return false;
	if (!tc_attribution_is_inferred(owner->how))
		return true;
	tc_buf_byte(out, '?');
	return true;
}
