/* SPDX-License-Identifier: MIT */
/* names.c - names for the numbers of users and devices; see names.h. */
#include "owner/names.h"

#include <net/if.h>
#include <pwd.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "util/macro.h"

struct name {
	uint64_t netns; /* 0 of a user */
	uint32_t number;
	char *text; /* owned; NULL: it has no name */
};

static void free_name(void *pointer)
{
	struct name *name = pointer;

	free(name->text);
	free(name);
}

void tc_names_release(struct tc_names *names)
{
	tdestroy(names->users, free_name);
	tdestroy(names->ifaces, free_name);
	*names = (struct tc_names){ 0 };
}

static int compare_names(const void *one, const void *other)
{
	const struct name *a = one, *b = other;

	if (a->netns != b->netns)
		return a->netns > b->netns ? 1 : -1;
	return (a->number > b->number) - (a->number < b->number);
}

static char *look_up_user(uint32_t uid)
{
	tc_auto_free char *buf = malloc(4096);
	struct passwd entry, *found = NULL;

	if (!buf || getpwuid_r(uid, &entry, buf, 4096, &found) || !found)
		return NULL;
	return strdup(found->pw_name);
}

static char *look_up_iface(uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	return if_indextoname(ifindex, name) ? strdup(name) : NULL;
}

static const char *find_name(void **tree, uint64_t netns, uint32_t number,
			     char *(*look_up)(uint32_t))
{
	struct name wanted = { .netns = netns, .number = number }, *name;
	void *node = tfind(&wanted, tree, compare_names);

	if (node)
		return (*(struct name **)node)->text;
	name = malloc(sizeof(*name));
	if (!name)
		return NULL;
	*name = (struct name){ .netns = netns, .number = number, .text = look_up(number) };
	if (!tsearch(name, tree, compare_names)) {
		free_name(name);
		return NULL;
	}
	return name->text;
}

const char *tc_names_user(struct tc_names *names, uint32_t uid)
{
	return find_name(&names->users, 0, uid, look_up_user);
}

const char *tc_names_iface(struct tc_names *names, uint64_t netns, uint32_t ifindex)
{
	return find_name(&names->ifaces, netns, ifindex, look_up_iface);
}
