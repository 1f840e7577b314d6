/* SPDX-License-Identifier: MIT */
/* walked.c - what more than one source does with walks; see walked.h. */
#include "source/walked.h"

#include <errno.h>
#include <stdio.h>

#include "model/census.h"
#include "util/intl.h"

struct tc_walk_job tc_walked_job(const struct tc_job *job)
{
	return (struct tc_walk_job){
		.families = job->families,
		.netns = job->together ? job->listed : NULL,
		.netns_count = job->together ? (size_t)job->namespaces : 0,
	};
}

int tc_walked_judge(const struct tc_walk_result *result, struct tc_report *report)
{
	if (!result->given_up)
		return 0;
	snprintf(report->why, sizeof(report->why),
		 tc_ngettext("%llu of %llu chains of sockets could not be followed: it "
			     "changed too fast",
			     "%llu of %llu chains of sockets could not be followed: they changed "
			     "too fast",
			     (unsigned long)result->given_up),
		 (unsigned long long)result->given_up, (unsigned long long)result->buckets);
	return -EBUSY;
}

int tc_walked_bound(struct tc_walk *walk, const struct tc_job *job, struct tc_census *census,
		    struct tc_report *report)
{
	struct tc_walk_job walk_job = tc_walked_job(job);
	struct tc_walk_result result;
	int err = tc_walk_run(walk, TC_WALK_BOUND, &walk_job, &result, report->why);

	if (!err)
		err = tc_walked_judge(&result, report);
	if (!err)
		tc_census_count(census, TC_BOUND, result.totals[0]);
	return err;
}

int tc_walked_bound_alone(const struct tc_job *job, struct tc_census *census,
			  struct tc_report *report)
{
	struct tc_walk *walk;
	int err = tc_walk_open(TC_WALK_TYPED, &walk, report->why);

	if (err)
		return err;
	err = tc_walked_bound(walk, job, census, report);
	tc_walk_close(walk);
	return err;
}
