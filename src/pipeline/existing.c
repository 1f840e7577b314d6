/* SPDX-License-Identifier: MIT */
/* existing.c - whether what a filter asks for by its name is there; see existing.h. */
#include "pipeline/existing.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/filter.h"
#include "model/filter_lex.h"
#include "model/filter_tree.h"
#include "owner/process.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/near.h"
#include "util/parse.h"

/* A condition that is looked for, and what is nearest to it. */
struct search {
	const struct tc_expr *expr;
	bool container; /* else: a pid */
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

static int offer(struct search *search, struct tc_processes *processes, const char *name,
		 uint32_t pid)
{
	const struct tc_process *process;

	if (!search->container) {
		search->found |= pid == search->expr->field.number;
		return compare_nearest(search, name);
	}
	process = tc_processes_get(processes, pid, TC_PROCESS_CGROUP);
	return process ? offer_container(search, process) : -ENOMEM;
}

static int look_through(struct search *search)
{
	struct tc_processes processes = { .tree = NULL };
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int err = 0;

	search->found = !proc; /* what cannot be looked for may be there */
	while (proc && !err && !search->found && (entry = readdir(proc))) {
		uint64_t pid;

		if (!tc_parse_uint(entry->d_name, strlen(entry->d_name), INT32_MAX, &pid))
			err = offer(search, &processes, entry->d_name, (uint32_t)pid);
	}
	if (proc)
		closedir(proc);
	tc_processes_release(&processes);
	return err;
}

static void say(const struct search *search, char why[TC_WHY_MAX])
{
	const char *word = search->expr->field.pattern;
	char near[96] = "";

	if (search->nearest)
		snprintf(near, sizeof(near), _(" (did you mean '%s'?)"), search->nearest);
	if (search->container)
		snprintf(why, TC_WHY_MAX, _("no process runs in a container '%s'%s"), word, near);
	else
		snprintf(why, TC_WHY_MAX, _("there is no process %s%s"), word, near);
}

static int check_condition(const struct tc_expr *expr, char why[TC_WHY_MAX])
{
	const char *field = tc_field_name(expr->field.key.field);
	struct search search = { .expr = expr, .container = strcmp(field, "container") == 0 };
	int err;

	if (expr->field.compare != TC_COMPARE_EQ || expr->negated ||
	    (!search.container && strcmp(field, "pid") != 0) ||
	    strpbrk(expr->field.pattern, "*?["))
		return 0;
	tc_near_init(&search.near, expr->field.pattern, strlen(expr->field.pattern));
	err = look_through(&search);
	if (!err && !search.found) {
		say(&search, why);
		err = -ESRCH;
	}
	free(search.nearest);
	return err;
}

static int check(const struct tc_expr *expr, char why[TC_WHY_MAX])
{
	int err = 0;

	if (expr->kind == TC_EXPR_FIELD)
		return check_condition(expr, why);
	/* One of several may be missing. */
	if (tc_expr_is_leaf(expr) || expr->kind == TC_EXPR_OR)
		return 0;
	for (const struct tc_expr *child = expr->child; child && !err; child = child->next)
		err = check(child, why);
	return err;
}

int tc_existing_check(const struct tc_filter *filter, char why[TC_WHY_MAX])
{
	return filter && filter->expr ? check(filter->expr, why) : 0;
}
