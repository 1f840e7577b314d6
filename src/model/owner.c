/* SPDX-License-Identifier: MIT */
/* owner.c - what is known of an owner, put into words; see owner.h. */
#include "model/owner.h"

#include <string.h>

#include "util/macro.h"

const char *const tc_attribution_names[TC_ATTRIBUTION_COUNT + 1] = {
	[TC_OWNER_UNKNOWN] = "unknown", [TC_OWNER_HELD] = "held",
	[TC_OWNER_SEEN] = "seen",	[TC_OWNER_LISTENER] = "listener",
	[TC_OWNER_PEER] = "peer",	[TC_OWNER_PORTS] = "ports",
	[TC_OWNER_CGROUP] = "cgroup",	[TC_OWNER_NONE] = "none",
	[TC_OWNER_HIDDEN] = "hidden",
};

const char *tc_attribution_name(int how)
{

	if (how < 0 || how >= TC_ATTRIBUTION_COUNT)
		return tc_attribution_names[TC_OWNER_UNKNOWN];
	return tc_attribution_names[how];
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

/* The smallest of their words behind this one, which NULL is before all; NULL: no more. */
static const char *next_word(const struct tc_owner *owner, enum tc_owner_part part,
			     const char *before)
{
	const char *next = NULL;

	for (size_t i = 0; i < owner->count; i++) {
		const char *word = member(owner->processes[i], part);

		if (word && (!before || strcmp(word, before) > 0) &&
		    (!next || strcmp(word, next) < 0))
			next = word;
	}
	return next;
}

static void add_item(struct tc_buf *out, const char *item, bool first)
{
	if (!first)
		tc_buf_byte(out, ',');
	tc_buf_text(out, item);
}

static bool add_pids(const struct tc_owner *owner, struct tc_buf *out)
{
	bool any = false;

	for (size_t i = 0; i < owner->count; i++) {
		if (!owner->processes[i]->pid)
			continue;
		add_item(out, "", !any);
		tc_buf_number(out, owner->processes[i]->pid);
		any = true;
	}
	return any;
}

/* In one order, whoever started first: the same programs are the same group. */
static bool add_held(const struct tc_owner *owner, enum tc_owner_part part, struct tc_buf *out)
{
	const char *word = NULL;
	bool any = false;

	if (part == TC_PART_PID)
		return add_pids(owner, out);
	while ((word = next_word(owner, part, word))) {
		add_item(out, word, !any);
		any = true;
	}
	return any;
}

bool tc_owner_is_several(const struct tc_owner *owner, enum tc_owner_part part)
{
	const char *words = owner->words[part], *first = NULL;
	size_t length;

	if (!words || owner->count == 1)
		return false;
	for (size_t i = 0; i < owner->count && !first; i++)
		first = member(owner->processes[i], part);
	if (!first) /* numbers; or a listing has the words and not the processes */
		return strchr(words, ',');
	length = strlen(first);
	/* One word is that of each, and an inference's '?' behind it. */
	return strncmp(words, first, length) != 0 || words[length] == ',';
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
