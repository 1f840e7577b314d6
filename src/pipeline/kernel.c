/* SPDX-License-Identifier: MIT */
/*
 * kernel.c - looking at the kernel; see kernel.h.
 *
 * With --source auto the kernel sources are tried, the one that should be fastest first; the
 * first that lists anything is used, and why better ones did not work is kept for the report.
 * What is used in the first namespace is used in all of them, so that their numbers mean the same:
 * it is chosen there by how many sockets the machine has, as mostly each is read past all of them.
 *
 * The work in a namespace has two parts: to prepare, which finds what connections are judged
 * by, and to read. All namespaces are prepared before the first is read: a connection may be
 * judged by what is elsewhere.
 *
 * Namespaces mostly share the kernel's tables, so a source that can read them together, does.
 * Left are the connections of those that have a table of their own; tables of listeners and of
 * bound ports are everybody's (net/ipv4/inet_hashtables.c, inet_pernet_hashinfo_alloc()).
 */
#include "pipeline/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/census.h"
#include "model/field.h"
#include "owner/netns.h"
#include "pipeline/existing.h"
#include "pipeline/gaps.h"
#include "pipeline/owning.h"
#include "pipeline/reports.h"
#include "pipeline/visit.h"
#include "util/clock.h"
#include "util/intl.h"

struct kernel {
	struct tc_owning owning; /* where owners are asked for */
	const struct tc_query *query;
	struct tc_pipeline *pipeline;
	struct tc_census *census;	/* or NULL */
	struct tc_report *report;	/* of all namespaces together */
	const struct tc_source *source; /* the one that is used; NULL: not chosen yet */
	int owners_err;			/* why nobody's descriptors could be read: -errno; or 0 */
	uint64_t first_netns;	   /* whose tables the others share */
	uint64_t *entered;	   /* the namespaces that could be, to be read together; owned */
	uint64_t *sharing;	   /* and of these, those that share the tables; owned */
	size_t entered_count, sharing_count;
	const struct tc_source *together; /* what reads them together */
	uint64_t together_estimate_us, estimate_us; /* of the other, for all that it reads */
	bool together_read;		   /* it has */
	struct tc_report together_refused; /* why not */
};

/* ---- One source ---------------------------------------------------------------------- */

/* Of what fails everywhere alike, as memory, a source says nothing by itself. */
static const char *why_not(int err, const struct tc_report *report)
{
	if (*report->why)
		return report->why;
	return err == -ENOMEM ? _("out of memory") : strerror(-err);
}

static void refuse(struct tc_report *report, const struct tc_source *source, int err)
{
	size_t at = report->refused_count;

	if (at == TC_REFUSED_MAX)
		return;
	report->refused[at].source = source->name;
	snprintf(report->refused[at].why, sizeof(report->refused[at].why), "%s",
		 why_not(err, report));
	report->refused_count++;
	report->why[0] = '\0';
	report->way = TC_WAY_FASTEST; /* of whoever reads instead */
}

static bool is_auto(const char *name)
{
	return !name || strcmp(name, "auto") == 0;
}

/* NULL: there is none of that name. */
static const struct tc_source *find_source(const char *name)
{
	for (size_t i = 0; tc_sources[i]; i++)
		if (strcmp(name, tc_sources[i]->name) == 0)
			return tc_sources[i];
	return NULL;
}

bool tc_kernel_is_source(const char *name)
{
	return is_auto(name) || find_source(name);
}

/* A census is counted where the data is, if that is possible. */
static int ask(const struct tc_source *source, struct tc_job *job, struct tc_census *census,
	       struct tc_report *report)
{
	int err = source->probe ? source->probe(job, report->why) : 0;

	report->source = source->name;
	report->states_not_read = 0;
	report->rest_states = 0;
	report->rest_source = NULL;
	job->begun = false;
	if (err)
		return err;
	if (census && source->tally) {
		err = source->tally(job, census, report);
		if (err != -EOPNOTSUPP)
			return err;
	}
	return source->scan(job, report);
}

/* Runs one source over the job. */
static int run_source(const struct tc_source *source, struct tc_job *job, struct tc_census *census,
		      struct tc_report *report)
{
	uint64_t start_us = tc_clock_us();
	int err = ask(source, job, census, report);

	report->read_us = tc_clock_us() - start_us;
	return err;
}

/* The one that was asked for. *ret_source is set once it has answered. */
static int run_named(const struct tc_query *query, struct tc_job *job, struct tc_census *census,
		     struct tc_report *report, const struct tc_source **ret_source)
{
	const struct tc_source *source = find_source(query->source); /* tc_kernel_is_source() */
	int err;

	job->by_name = true;
	err = run_source(source, job, census, report);
	if (err >= 0 || job->begun)
		*ret_source = source;
	else
		report->source = NULL;
	return err;
}

/* The fastest source that works. *ret_source is set once it has answered. */
static int run_best(struct tc_job *job, struct tc_census *census, struct tc_report *report,
		    const struct tc_source **ret_source)
{
	struct tc_source_choice choices[TC_SOURCES];
	size_t count = tc_sources_choose(job, census != NULL, choices), told = 0;
	int failed = 0;

	for (size_t i = 0; i < count; i++) {
		int err = run_source(choices[i].source, job, census, report);

		if (err >= 0 || job->begun) {
			report->estimate_us = choices[i].known ? choices[i].estimate_us : 0;
			*ret_source = choices[i].source;
			return err;
		}
		report->source = NULL;
		refuse(report, choices[i].source, err);
		/* One that never has what is asked for is not why: another has it, and failed. */
		if (!failed || failed == -EOPNOTSUPP || err != -EOPNOTSUPP) {
			failed = err;
			told = report->refused_count - 1;
		}
	}
	if (report->refused_count)
		memcpy(report->why, report->refused[told].why, sizeof(report->why));
	return failed ? failed : -ENODEV;
}

static int run_wanted(const struct tc_query *query, struct tc_job *job, struct tc_census *census,
		      struct tc_report *report, const struct tc_source **ret_source)
{
	return is_auto(query->source) ? run_best(job, census, report, ret_source)
				      : run_named(query, job, census, report, ret_source);
}

/* ---- One namespace ------------------------------------------------------------------- */

/* The listeners have to be known before the first connection is judged by them. */
static int find_listeners(const struct kernel *kernel)
{
	struct tc_report report = { .size = sizeof(report) };
	struct tc_job job = kernel->pipeline->job;
	const struct tc_source *source;
	int err;

	job.states = TC_STATE_BIT(TC_LISTEN);
	job.families = TC_FAMILY_INET | TC_FAMILY_INET6;
	job.filter = NULL;
	job.sink = tc_pipeline_listeners;
	err = run_wanted(kernel->query, &job, NULL, &report, &source);
	return err == -ENOMEM ? err : 0; /* what else is wrong, the reading itself will say */
}

static int prepare(void *context, const struct tc_netns *netns __attribute__((unused)))
{
	const struct kernel *kernel = context;

	return kernel->pipeline->flags & TC_FIELD_LISTENERS ? find_listeners(kernel) : 0;
}

/* What is held is noted before it is asked who holds it. */
static int note_sockets(void *context, const struct tc_netns *netns __attribute__((unused)))
{
	struct kernel *kernel = context;
	struct tc_report report = { .size = sizeof(report) };
	const struct tc_source *source;
	int err = tc_owning_enter(&kernel->owning);

	if (!err)
		err = run_wanted(kernel->query, &kernel->owning.job, NULL, &report, &source);
	return err == -ENOMEM ? err : 0; /* as above */
}

static bool shares_tables(const struct kernel *kernel, const struct tc_netns *netns)
{
	return netns->id == kernel->first_netns ||
	       tc_netns_table_here() == TC_NETNS_TABLE_SHARED;
}

/* Of a namespace that is looked at alone, the name is looked for where one is. */
static void set_name(struct tc_pipeline *pipeline, const struct tc_netns *netns)
{
	if (!netns && pipeline->flags & TC_FIELD_NETNS && !pipeline->netns_name)
		pipeline->netns_name = tc_netns_name_here();
}

/* What is in tables that every namespace shares. */
#define EVERYBODYS (TC_STATE_BIT(TC_LISTEN) | TC_STATE_BIT(TC_BOUND))

/* The source that served the others; where it fails here, and none was asked for, the next. */
static int read_by_some(struct kernel *kernel, struct tc_job *job, struct tc_report *part)
{
	const struct tc_source *other;
	int err;

	if (!kernel->source) {
		err = run_wanted(kernel->query, job, kernel->census, part, &kernel->source);
		if (kernel->together_read) /* in a few, each with a table of its own */
			part->estimate_us = 0;
		kernel->estimate_us = part->estimate_us;
		return err;
	}
	part->estimate_us = kernel->estimate_us;
	err = run_source(kernel->source, job, kernel->census, part);
	if (err >= 0 || job->begun || !is_auto(kernel->query->source))
		return err;
	return run_wanted(kernel->query, job, kernel->census, part, &other);
}

static void say_where(const struct tc_netns *netns, const char *why, char ret_why[TC_WHY_MAX])
{
	if (!netns || !netns->name || !*why)
		snprintf(ret_why, TC_WHY_MAX, "%s", why);
	else
		snprintf(ret_why, TC_WHY_MAX, _("in the network namespace %s: %s"), netns->name,
			 why);
}

static int read_sockets(void *context, const struct tc_netns *netns)
{
	struct kernel *kernel = context;
	struct tc_job *job = &kernel->pipeline->job;
	struct tc_report part = { .size = sizeof(part) };
	uint32_t states = job->states;
	int err = 0;

	set_name(kernel->pipeline, netns);
	if (kernel->together_read)
		job->states &= ~EVERYBODYS;
	if (job->states)
		err = read_by_some(kernel, job, &part);
	job->states = states;
	if (part.source) /* also of what was interrupted */
		tc_reports_add(kernel->report, &part);
	if (err < 0)
		say_where(netns, part.why, kernel->report->why);
	return err;
}

/* ---- Those that share their tables --------------------------------------------------- */

/* The source that would be tried first, if it can read namespaces together; or NULL. */
static const struct tc_source *find_together(const struct kernel *kernel, const struct tc_job *job,
					     uint64_t *ret_estimate_us)
{
	struct tc_source_choice choices[TC_SOURCES];
	const struct tc_source *source;

	*ret_estimate_us = 0;
	if (!is_auto(kernel->query->source)) {
		source = find_source(kernel->query->source);
		if (source->serves && !source->serves(job, kernel->census != NULL))
			return NULL;
	} else {
		if (!tc_sources_choose(job, kernel->census != NULL, choices))
			return NULL;
		source = choices[0].source;
		*ret_estimate_us = choices[0].known ? choices[0].estimate_us : 0;
	}
	return source->together ? source : NULL;
}

/*
 * Visits. 0: on to the next; SETTLED: they were read, or cannot be read together; else an error.
 */
enum { SETTLED = 1 };

/* Only what can be entered is read, and of it what shares the tables is read by the one walk. */
static int sort_out(void *context, const struct tc_netns *netns)
{
	struct kernel *kernel = context;

	kernel->entered[kernel->entered_count++] = netns->id;
	if (!shares_tables(kernel, netns))
		return 0;
	if (!kernel->sharing_count) {
		kernel->together = find_together(kernel, &kernel->pipeline->job,
						 &kernel->together_estimate_us);
		if (!kernel->together)
			return SETTLED;
	}
	kernel->sharing[kernel->sharing_count++] = netns->id;
	return 0;
}

static int read_in_one(void *context, const struct tc_netns *netns)
{
	struct kernel *kernel = context;
	struct tc_job *job = &kernel->pipeline->job;
	struct tc_report part = { .size = sizeof(part),
				  .estimate_us = kernel->together_estimate_us };
	int err;

	if (netns->id != kernel->sharing[0])
		return 0;
	err = run_source(kernel->together, job, kernel->census, &part);
	if (err < 0 && !job->begun) { /* each is read for itself then */
		refuse(&part, kernel->together, err);
		kernel->together_refused = part;
		return SETTLED;
	}
	kernel->together_read = true;
	tc_reports_add(kernel->report, &part);
	return err ? err : SETTLED;
}

/* Those that were read need no visit any more. */
static int pass(const struct kernel *kernel, struct tc_visits *visits)
{
	size_t at = 0;

	visits->passed = calloc(visits->list.count, sizeof(*visits->passed));
	if (!visits->passed)
		return -ENOMEM;
	for (size_t i = 0; i < visits->list.count && at < kernel->sharing_count; i++)
		if (visits->list.items[i].id == kernel->sharing[at]) {
			visits->passed[i] = true;
			at++;
		}
	return 0;
}

static int read_sharing(struct kernel *kernel, struct tc_visits *visits)
{
	struct tc_job *job = &kernel->pipeline->job;
	int err;

	kernel->entered = calloc(visits->list.count, sizeof(*kernel->entered));
	kernel->sharing = calloc(visits->list.count, sizeof(*kernel->sharing));
	if (!kernel->entered || !kernel->sharing)
		return -ENOMEM;
	job->namespaces = visits->list.count;
	err = tc_visits_each(visits, sort_out, kernel, kernel->report->why);
	if (err || !kernel->sharing_count)
		return err;
	job->listed = kernel->entered;
	job->namespaces = kernel->entered_count;
	err = tc_visits_each(visits, read_in_one, kernel, kernel->report->why);
	if ((err == 0 || err == SETTLED) && kernel->together_read)
		err = pass(kernel, visits);
	return err;
}

/* Where we do not see all processes, it is not known which namespace is the first. */
static int read_together(struct kernel *kernel, struct tc_visits *visits)
{
	struct tc_job *job = &kernel->pipeline->job;
	int err;

	if (!visits->all || visits->list.count < 2)
		return 0;
	kernel->first_netns = tc_netns_first();
	/* Where it cannot be told who shares tables, what is read together would be read again. */
	if (!kernel->first_netns || tc_netns_table_here() == TC_NETNS_TABLE_UNKNOWN)
		return 0;
	job->together = true;
	job->by_name = !is_auto(kernel->query->source);
	err = read_sharing(kernel, visits);
	job->together = false;
	job->listed = NULL;
	return err == SETTLED ? 0 : err;
}

static int read_all(struct kernel *kernel, struct tc_visits *visits)
{
	int err = read_together(kernel, visits);

	/* What is left after those with a common table have tables of their own. */
	kernel->pipeline->job.namespaces =
		visits->all && !kernel->together_read ? visits->list.count : 0;
	if (!err)
		err = tc_visits_each(visits, read_sockets, kernel, kernel->report->why);
	tc_reports_add_refused(kernel->report, &kernel->together_refused);
	return err;
}

/* ---- All of them --------------------------------------------------------------------- */

static int enter(void *context, const struct tc_netns *netns __attribute__((unused)))
{
	struct kernel *kernel = context;

	return tc_owning_enter(&kernel->owning);
}

/*
 * The iterator meets every socket that a process holds, so none has to be noted before. But of
 * some it does not say the cookie, by which an earlier look would know a connection again; and
 * in a pid namespace of our own others may hold what we would take for nobody's.
 */
static bool is_iterator_enough(const struct kernel *kernel)
{
	return !kernel->query->earlier_ms && tc_holders_see_all() && tc_holders_prefer_bpf();
}

/* Once more, and everything, where what is asked for has none that holds it. */
static int find_owners(struct kernel *kernel, struct tc_visits *visits)
{
	struct tc_owning *owning = &kernel->owning;
	struct tc_owners *owners = &kernel->pipeline->owners;
	char why[TC_WHY_MAX] = "";
	int err;

	tc_owning_init(owning, kernel->pipeline);
	/* What is looked for later may be in another state now. */
	if (kernel->query->earlier_ms)
		tc_owning_widen(owning);
	if (is_iterator_enough(kernel)) {
		err = tc_visits_each(visits, enter, kernel, kernel->report->why);
		if (!err)
			err = tc_owners_find_all(owners, &kernel->pipeline->listeners, why);
		if (!err || err == -ENOMEM)
			return err;
		why[0] = '\0';
	}
	err = tc_visits_each(visits, note_sockets, kernel, kernel->report->why);
	if (!err && !owning->infer && owning->ownerless) {
		tc_owning_widen(owning);
		err = tc_visits_each(visits, note_sockets, kernel, kernel->report->why);
	}
	if (err)
		return err;
	err = tc_owners_find(owners, why);
	kernel->owners_err = err;
	return err == -ENOMEM ? err : 0; /* sockets can be shown all the same */
}

static int prepare_once(struct kernel *kernel, struct tc_visits *visits)
{
	int err = tc_visits_each(visits, prepare, kernel, kernel->report->why);

	if (!err)
		err = tc_pipeline_prepared(kernel->pipeline);
	if (!err && (kernel->pipeline->flags & TC_FIELD_OWNERS))
		err = find_owners(kernel, visits);
	return err;
}

/* A sample before the one that counts: who holds what now may have closed it by then. */
static int prepare_earlier(struct kernel *kernel, struct tc_visits *visits)
{
	uint32_t ms = kernel->query->earlier_ms;
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	int err = prepare_once(kernel, visits);

	if (!err)
		err = tc_owners_remember(&kernel->pipeline->owners);
	if (err)
		return err;
	tc_pipeline_forget_listeners(kernel->pipeline);
	return clock_nanosleep(CLOCK_MONOTONIC, 0, &left, NULL) ? -EINTR : 0;
}

static int prepare_all(struct kernel *kernel, struct tc_visits *visits)
{
	unsigned flags = kernel->pipeline->flags;
	int err = 0;

	if (!(flags & TC_FIELD_LISTENERS))
		return 0;
	if (kernel->query->earlier_ms && (flags & TC_FIELD_OWNERS))
		err = prepare_earlier(kernel, visits);
	return err ? err : prepare_once(kernel, visits);
}

/* How well it is known whose the sockets are. */
static void report_owners(const struct kernel *kernel)
{
	const struct tc_pipeline *pipeline = kernel->pipeline;
	struct tc_report *report = kernel->report;

	if (!(pipeline->flags & TC_FIELD_OWNERS))
		return;
	report->owners.source = pipeline->owners.source;
	report->owners.hidden_processes = pipeline->owners.hidden;
	memcpy(report->owners.sockets, pipeline->owned, sizeof(pipeline->owned));
	report->owners_err = kernel->owners_err;
}

/* Where nothing else is said. */
static void remark_owners(const struct tc_pipeline *pipeline, struct tc_report *report)
{
	if (!report->complete || *report->why)
		return;
	if (report->owners_err && pipeline->owned[TC_OWNER_HIDDEN]) {
		tc_gap_hidden(pipeline->owned[TC_OWNER_HIDDEN], report->owners_err, report->why);
		report->owners_in_why = true;
	} else if (pipeline->nameless) {
		tc_gap_nameless(pipeline->nameless, report->why);
	}
}

int tc_kernel_read(const struct tc_query *query, struct tc_pipeline *pipeline,
		   struct tc_census *census, struct tc_report *report)
{
	struct kernel kernel = {
		.query = query,
		.pipeline = pipeline,
		.census = census,
		.report = report,
	};
	struct tc_visits visits;
	uint64_t found_us = tc_clock_us();
	int err = tc_visits_open(&visits, query, report->why);

	if (err)
		return err;
	found_us = visits.all ? tc_clock_us() - found_us : 0;
	pipeline->netns_list = visits.all ? &visits.list : NULL;
	pipeline->names.netns_list = pipeline->netns_list;
	err = tc_existing_check(query->filter, pipeline->netns_list, report->why);
	if (err) {
		tc_visits_close(&visits);
		return err;
	}
	err = prepare_all(&kernel, &visits);
	if (!err)
		err = read_all(&kernel, &visits);
	report_owners(&kernel);
	if (!err)
		tc_gap_unjudged(&pipeline->doubt, report);
	remark_owners(pipeline, report);
	report->found_us = found_us;
	if (!err)
		tc_visits_report(&visits, report);
	if (!err && !report->source) /* none could be entered: why says it */
		err = -EACCES;
	tc_visits_close(&visits);
	free(kernel.entered);
	free(kernel.sharing);
	return err;
}
