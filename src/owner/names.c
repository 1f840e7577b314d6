/* SPDX-License-Identifier: MIT */
/* names.c - names for the numbers of users and devices; see names.h. */
#include "owner/names.h"

#include <net/if.h>
#include <pwd.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "owner/netns.h"
#include "owner/netns_list.h"
#include "util/macro.h"
#include "util/netns_here.h"

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

/*
 * Whoever reads namespaces together is in none of them, or in another. The kernel tells a name only
 * to who is there; few sockets have a device, so few visits are made.
 */
static char *look_up_elsewhere(struct tc_names *names, uint64_t id, uint32_t ifindex)
{
	const struct tc_netns *netns =
		names->netns_list && id ? tc_netns_list_find(names->netns_list, id) : NULL;
	char *name;
	int home;

	if (!netns || id == tc_netns_here())
		return look_up_iface(ifindex);
	if (tc_netns_enter(netns->fd, &home))
		return NULL;
	name = look_up_iface(ifindex);
	names->astray = tc_netns_leave(&home);
	return name;
}

/* Where it is, or NULL. */
static struct name *find_name(void *const *tree, const struct name *wanted)
{
	struct name **node = tfind(wanted, tree, compare_names);

	return node ? *node : NULL;
}

/* Takes the text. */
static const char *add_name(void **tree, struct name wanted)
{
	struct name *name = malloc(sizeof(*name));

	if (name)
		*name = wanted;
	if (name && tsearch(name, tree, compare_names))
		return name->text;
	free(name);
	free(wanted.text);
	return NULL;
}

const char *tc_names_user(struct tc_names *names, uint32_t uid)
{
	struct name wanted = {.number = uid}, *found = find_name(&names->users, &wanted);

	if (found)
		return found->text;
	wanted.text = look_up_user(uid);
	return add_name(&names->users, wanted);
}

const char *tc_names_iface(struct tc_names *names, uint64_t netns, uint32_t ifindex)
{
	struct name wanted = {.netns = netns, .number = ifindex};
	struct name *found = find_name(&names->ifaces, &wanted);

	if (found)
		return found->text;
	wanted.text = look_up_elsewhere(names, netns, ifindex);
	return add_name(&names->ifaces, wanted);
}
