/* SPDX-License-Identifier: MIT */
/* existing.c - whether what a filter asks for by its name is there; see existing.h. */
#include "pipeline/existing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model/filter.h"
#include "model/filter_lex.h"
#include "model/filter_tree.h"
#include "owner/cgroup_id.h"
#include "owner/netns.h"
#include "owner/process.h"
#include "util/folder.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/near.h"
#include "util/parse.h"
#include "util/privilege.h"

/* A condition that is looked for, and what is nearest to it. */
struct search {
	const struct tc_expr *expr;
	const struct tc_netns_list *netns; /* where it has been read already; else NULL */
	bool found;
	struct tc_near near;
	char *nearest; /* owned */
};

static int compare_nearest(struct search *search, const char *candidate)
{
	search->near.best = NULL;
	tc_near_offer(&search->near, candidate);
	if (!search->near.best)
		return 0;
	free(search->nearest);
	search->nearest = strdup(candidate);
	return search->nearest ? 0 : -ENOMEM;
}

static int offer_container(struct search *search, const struct tc_process *process)
{
	const struct tc_owner owner = {
		.how = TC_OWNER_HELD,
		.words = { [TC_PART_CONTAINER] = process->container },
	};
	const struct tc_text text = { .owner = &owner };
	const struct tc_sock sock = { .text = &text };
	const char *slash;
	int err;

	if (!process->container)
		return 0;
	search->found |= tc_filter_match_field(search->expr, &sock);
	slash = strchr(process->container, '/');
	err = compare_nearest(search, process->container);
	return err || !slash ? err : compare_nearest(search, slash + 1);
}

typedef int offer_process(struct search *search, struct tc_processes *processes, const char *name,
			  uint32_t pid);

static int offer_pid(struct search *search, struct tc_processes *processes __attribute__((unused)),
		     const char *name, uint32_t pid)
{
	search->found |= pid == search->expr->field.number;
	return compare_nearest(search, name);
}

static int offer_its_container(struct search *search, struct tc_processes *processes,
			       const char *name __attribute__((unused)), uint32_t pid)
{
	const struct tc_process *process = tc_processes_get(processes, pid, TC_PROCESS_CGROUP);

	return process ? offer_container(search, process) : -ENOMEM;
}

static int look_through(struct search *search, offer_process *offer)
{
	struct tc_processes processes = { .tree = NULL };
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int err = 0, listed = 0;

	while (proc && !err && !search->found && (entry = tc_folder_next(proc, &listed))) {
		uint64_t pid;

		if (!tc_parse_uint(entry->d_name, strlen(entry->d_name), INT32_MAX, &pid))
			err = offer(search, &processes, entry->d_name, (uint32_t)pid);
	}
	/* What cannot be looked for may be there: /proc is not mounted, or with hidepid=2 (proc(5)). */
	search->found |= !proc || listed || faccessat(dirfd(proc), "1", F_OK, 0) < 0;
	if (proc)
		closedir(proc);
	tc_processes_release(&processes);
	return err;
}

static int look_for_pid(struct search *search)
{
	return look_through(search, offer_pid);
}

struct left_behind {
	struct search *search;
	struct tc_processes processes; /* only what cgroups say */
};

static int offer_cgroup(void *context, const char *path)
{
	struct left_behind *left = context;
	const struct tc_process *process = tc_processes_of_cgroup(&left->processes, path);

	return process ? offer_container(left->search, process) : -ENOMEM;
}

/* Sockets may outlive all processes of a container, and tell of it while its cgroup is there. */
static int look_for_container(struct search *search)
{
	struct left_behind left = { .search = search };
	struct tc_cgroup_ids cgroups = { .tree = NULL };
	int err = look_through(search, offer_its_container);

	if (!err && !search->found)
		err = tc_cgroup_ids_each(&cgroups, offer_cgroup, &left);
	tc_cgroup_ids_release(&cgroups);
	tc_processes_release(&left.processes);
	return err == -ENOMEM ? err : 0;
}

static int look_among(struct search *search, const struct tc_netns_list *list)
{
	int err = 0;

	search->found = list->short_err || !list->count; /* as above */
	for (size_t i = 0; i < list->count && !err && !search->found; i++) {
		const struct tc_netns *netns = &list->items[i];
		const struct tc_text text = { .netns = netns->name };
		const struct tc_sock sock = {
			.text = &text,
			.netns = netns->id,
			.have = TC_HAVE_NETNS,
		};

		search->found = tc_filter_match_field(search->expr, &sock);
		if (netns->name)
			err = compare_nearest(search, netns->name);
	}
	return err;
}

static int look_for_netns(struct search *search)
{
	struct tc_netns_list list;
	int err;

	if (search->netns)
		return look_among(search, search->netns);
	err = tc_netns_list_all(&list);
	if (err)
		return err;
	err = look_among(search, &list);
	tc_netns_list_release(&list);
	return err;
}

/* What may be missing, and how that is said of a word and perhaps a near miss of it. */
static const struct kind {
	const char *field;
	int (*look)(struct search *search);
	const char *missing;
} kinds[] = {
	{ "pid", look_for_pid, N_("there is no process %s%s") },
	{ "container", look_for_container, N_("no process runs in a container '%s'%s") },
	{ "netns", look_for_netns, N_("there is no network namespace '%s'%s") },
	{ "netns.id", look_for_netns, N_("there is no network namespace '%s'%s") },
};

static const struct kind *kind_of(const struct tc_expr *expr)
{
	const char *field = tc_field_name(expr->field.key.field);

	for (size_t i = 0; i < TC_ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].field, field) == 0)
			return &kinds[i];
	return NULL;
}

static int fail(const struct kind *kind, const struct search *search, char why[TC_WHY_MAX])
{
	const char *word = search->expr->field.pattern;
	char near[96] = "", advice[TC_ADVICE_MAX];

	if (kind->look == look_for_netns && tc_netns_is_init_hidden(word)) {
		tc_privilege_advice(TC_PRIVILEGE_PTRACE, advice);
		snprintf(why, TC_WHY_MAX,
			 _("not allowed to look which network namespace is '%s': %s"), word, advice);
		return -EACCES;
	}
	if (search->nearest)
		snprintf(near, sizeof(near), _(" (did you mean '%s'?)"), search->nearest);
	snprintf(why, TC_WHY_MAX, _(kind->missing), word, near);
	return -ESRCH;
}

static int check_condition(const struct tc_expr *expr, const struct tc_netns_list *netns,
			   char why[TC_WHY_MAX])
{
	const struct kind *kind = kind_of(expr);
	struct search search = { .expr = expr, .netns = netns };
	int err;

	if (!kind || expr->field.compare != TC_COMPARE_EQ || expr->negated ||
	    strpbrk(expr->field.pattern, "*?["))
		return 0;
	tc_near_init(&search.near, expr->field.pattern, strlen(expr->field.pattern));
	err = kind->look(&search);
	if (!err && !search.found)
		err = fail(kind, &search, why);
	free(search.nearest);
	return err;
}

static int check(const struct tc_expr *expr, const struct tc_netns_list *netns,
		 char why[TC_WHY_MAX])
{
	int err = 0;

	if (expr->kind == TC_EXPR_FIELD)
		return check_condition(expr, netns, why);
	/* One of several may be missing. */
	if (tc_expr_is_leaf(expr) || expr->kind == TC_EXPR_OR)
		return 0;
	for (const struct tc_expr *child = expr->child; child && !err; child = child->next)
		err = check(child, netns, why);
	return err;
}

int tc_existing_check(const struct tc_filter *filter, const struct tc_netns_list *netns,
		      char why[TC_WHY_MAX])
{
	return filter && filter->expr ? check(filter->expr, netns, why) : 0;
}
