/* SPDX-License-Identifier: MIT */
/* listed.c - the processes that a listing names; see listed.h. */
#include "owner/listed.h"

#include <errno.h>

#include "util/macro.h"
#include "util/parse.h"

enum { PROCESSES_MAX = 4096 }; /* of one socket; ss prints one line, however long */

static bool is_number(struct tc_slice text, uint32_t *ret_number)
{
	uint64_t number;

	if (tc_parse_uint(text.data, text.length, UINT32_MAX, &number))
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

/* The last ",pid=": a name may have one of its own. */
static size_t find_pid(struct tc_slice text)
{
	static const char mark[] = ",pid=";
	size_t length = sizeof(mark) - 1;

	for (size_t at = text.length >= length ? text.length - length + 1 : 0; at-- > 0;)
		if (memcmp(text.data + at, mark, length) == 0)
			return at;
	return text.length;
}

void tc_listed_parse(struct tc_slice text, struct tc_slice *ret_name, uint32_t *ret_pid)
{
	size_t at = find_pid(text), slash = tc_slice_find(text, "/");

	*ret_pid = 0;
	*ret_name = text;
	if (at < text.length && is_number(tc_slice_after(text, at + 5), ret_pid))
		ret_name->length = at;
	else if (slash < text.length &&
		 is_number((struct tc_slice){ text.data, slash }, ret_pid))
		*ret_name = tc_slice_after(text, slash + 1);
	else if (is_number(text, ret_pid))
		ret_name->length = 0;
}

static bool is_inferred(struct tc_slice line)
{
	return line.length && line.data[line.length - 1] == '?';
}

int tc_listed_party(struct tc_processes *processes, struct tc_parties *parties, const char *text,
		    const struct tc_party **ret_party)
{
	tc_auto_free const struct tc_process **found = NULL;
	struct tc_slice rest = { text, text ? strlen(text) : 0 };
	size_t count = 0;

	*ret_party = NULL;
	if (!rest.length)
		return 0;
	found = malloc(PROCESSES_MAX * sizeof(*found));
	if (!found)
		return -ENOMEM;
	while (rest.length && count < PROCESSES_MAX) {
		struct tc_slice line = tc_slice_until(rest, '\n'), name;
		uint32_t pid;

		rest = tc_slice_after(rest, line.length + 1);
		if (!line.length || is_inferred(line))
			continue;
		tc_listed_parse(line, &name, &pid);
		if (!pid && !name.length)
			continue;
		found[count] = tc_processes_listed(processes, pid, name);
		if (!found[count++])
			return -ENOMEM;
	}
	if (count)
		*ret_party = tc_party_of(parties, found, count);
	return count && !*ret_party ? -ENOMEM : 0;
}
