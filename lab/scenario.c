/* SPDX-License-Identifier: MIT */
/*
 * scenario.c - what a row promises, and building it.
 */
#include "scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver.h"
#include "job.h"
#include "track.h"
#include "util/intl.h"
#include "util/macro.h"
#include "wait.h"

#define FIRST_PORT 9001
#define DEADLINE_NS (UINT64_C(15) * 1000000000u)
#define STATES_TEXT_MAX 200
#define DEADLINE_EACH_NS 1000000u /* and so much for each connection */

const struct lab_scenario *lab_scenario_find(const char *name)
{
	for (const struct lab_scenario *scenario = lab_scenarios; scenario->name; scenario++) {
		if (strcmp(scenario->name, name) == 0)
			return scenario;
	}
	return NULL;
}

unsigned lab_scenario_needs(const struct lab_scenario *scenario)
{
	unsigned needs = scenario->prepared ? 0 : LAB_NEED_ROOT;

	for (const struct lab_part *part = scenario->parts; part->maker; part++)
		needs |= part->maker->needs;
	return scenario->driver ? needs | scenario->driver->needs : needs;
}

static bool lists_bound_sockets(struct lab_sandbox *sandbox)
{
	const struct lab_maker maker = {.name = "probe"};
	const struct lab_part part = {.maker = &maker, .client = LAB_A, .server = LAB_A};
	char why[LAB_WHY_MAX];
	struct lab_job job = {.sandbox = sandbox, .part = &part, .why = why};
	struct lab_census found = {0};
	tc_auto_close int fd = lab_job_open_bound(&job, LAB_SERVER, LAB_V4, FIRST_PORT);

	return fd >= 0 && lab_sandbox_census(sandbox, LAB_A, NULL, &found) == 0 &&
	       found.count[LAB_V4][LAB_BOUND] == 1;
}

const char *lab_needs_missing(unsigned needs, struct lab_sandbox *sandbox)
{
	if (needs & LAB_NEED_NFT) {
		int rc = lab_sandbox_nft(sandbox, LAB_A, "add table inet lab\n");

		if (rc == -ENOENT)
			return N_("the nft program (package nftables)");
		if (rc < 0)
			return N_("a kernel with nf_tables");
	}
	if (needs & LAB_NEED_TRACKING) {
		long max = lab_track_max(sandbox, LAB_A);

		if (max < 0)
			return N_("a kernel that tracks connections (nf_conntrack)");
		if (!max || max > LAB_TRACK_MOST)
			return N_("an nf_conntrack_max of 300000 or less: the table is filled");
	}
	if ((needs & LAB_NEED_TUN) && access("/dev/net/tun", R_OK | W_OK) < 0)
		return N_("/dev/net/tun (the kernel's module tun)");
	if ((needs & LAB_NEED_BOUND_DUMP) && !lists_bound_sockets(sandbox))
		return N_("a kernel that lists bound sockets (Linux 6.8 or later)");
	return NULL;
}

const char *lab_scenario_missing(const struct lab_scenario *scenario, struct lab_sandbox *sandbox)
{
	return lab_needs_missing(lab_scenario_needs(scenario), sandbox);
}

static void expect_end(const struct lab_part *part, enum lab_end end, unsigned scale,
		       struct lab_census *census)
{
	const struct lab_maker *maker = part->maker;
	enum lab_state state = end == LAB_CLIENT ? maker->client : maker->server;
	const unsigned n[LAB_FAMILIES] = {part->v4 * scale, part->v6 * scale};

	for (int family = 0; family < LAB_FAMILIES; family++) {
		int seen = maker->mapped && end == LAB_SERVER ? LAB_V6 : family;

		if (state != LAB_NONE)
			census->count[seen][state] += n[family];
		if (maker->listens && end == LAB_SERVER && n[family])
			census->count[seen][LAB_LISTEN]++;
		if (maker->fills && n[family])
			census->count[seen][LAB_ESTABLISHED]++;
	}
}

void lab_scenario_expect(const struct lab_scenario *scenario, enum lab_side side, unsigned scale,
			 struct lab_census *ret_census)
{
	memset(ret_census, 0, sizeof(*ret_census));
	for (const struct lab_part *part = scenario->parts; part->maker; part++) {
		if (part->client == side)
			expect_end(part, LAB_CLIENT, scale, ret_census);
		if (part->server == side)
			expect_end(part, LAB_SERVER, scale, ret_census);
	}
}

static int job_init(struct lab_job *job)
{
	size_t total = lab_job_total(job);

	for (int end = 0; end < LAB_ENDS; end++) {
		job->fds[end] = malloc((total ? total : 1) * sizeof(int));
		if (!job->fds[end])
			return lab_job_fail(job, -ENOMEM, "finding memory");
		memset(job->fds[end], 0xff, total * sizeof(int));
	}
	return 0;
}

/* Every socket that is still open goes over to the sandbox, also after a failure. */
static int job_release(struct lab_job *job)
{
	int rc = 0;

	for (int end = 0; end < LAB_ENDS; end++) {
		for (size_t i = 0; job->fds[end] && i < lab_job_total(job); i++) {
			if (job->fds[end][i] >= 0 && lab_job_hold(job, job->fds[end][i]) < 0)
				rc = -ENOMEM;
		}
		free(job->fds[end]);
	}
	return rc;
}

static int run_part(const struct lab_part *part, struct lab_sandbox *sandbox, unsigned scale,
		    uint16_t port, char *why)
{
	struct lab_job job = {
		.sandbox = sandbox,
		.part = part,
		.n = {(size_t)part->v4 * scale, (size_t)part->v6 * scale},
		.port = port,
		.why = why,
	};
	int rc, released;

	job.deadline_ns = lab_now_ns() + DEADLINE_NS + lab_job_total(&job) * DEADLINE_EACH_NS;
	rc = job_init(&job);
	if (rc == 0)
		rc = part->maker->make(&job);
	released = job_release(&job);
	return rc < 0 ? rc : released;
}

static int make_settings(const struct lab_scenario *scenario, struct lab_sandbox *sandbox,
			 char *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < LAB_SETTINGS_MAX && scenario->settings[i].name; i++) {
		const struct lab_setting *setting = &scenario->settings[i];

		rc = lab_sandbox_sysctl(sandbox, setting->side, setting->name, setting->value);
		if (rc < 0)
			snprintf(why, LAB_WHY_MAX, "setting %s to %s: %s", setting->name,
				 setting->value, strerror(-rc));
	}
	return rc;
}

/* "2 LISTEN, 5 CLOSE_WAIT" */
static void list_states(const struct lab_census *census, char *text, size_t size)
{
	size_t used = 0;

	snprintf(text, size, "%s", _("no socket"));
	for (unsigned state = 1; state < LAB_STATES; state++) {
		unsigned count = lab_census_of(census, state);

		if (!count || used >= size)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%u %s", used ? ", " : "",
					 count, lab_state_name(state));
	}
}

/* What was waited for last. */
static void tell_states(const struct lab_scenario *scenario, struct lab_sandbox *sandbox,
			unsigned scale)
{
	char text[LAB_SIDES][STATES_TEXT_MAX];

	for (int side = 0; side < LAB_SIDES; side++) {
		struct lab_census expected;

		lab_scenario_expect(scenario, (enum lab_side)side, scale, &expected);
		list_states(&expected, text[side], sizeof(text[side]));
	}
	lab_sandbox_step(sandbox, N_("waited until %s had %s, and %s %s"), lab_side_name(LAB_A),
			 text[LAB_A], lab_side_name(LAB_B), text[LAB_B]);
}

int lab_scenario_run(const struct lab_scenario *scenario, struct lab_sandbox *sandbox,
		     unsigned scale, char why[LAB_WHY_MAX])
{
	uint16_t port = FIRST_PORT - 1;
	int rc;

	why[0] = '\0';
	rc = make_settings(scenario, sandbox, why);
	for (const struct lab_part *part = scenario->parts; rc == 0 && part->maker; part++)
		rc = run_part(part, sandbox, scale, part->maker->joins ? port : ++port, why);
	for (int side = 0; rc == 0 && side < LAB_SIDES; side++) {
		struct lab_census expected;

		lab_scenario_expect(scenario, (enum lab_side)side, scale, &expected);
		rc = lab_wait_side(sandbox, (enum lab_side)side, &expected,
				   lab_now_ns() + DEADLINE_NS, why);
	}
	if (rc == 0 && scenario->parts[0].maker)
		tell_states(scenario, sandbox, scale);
	return rc;
}
