/* SPDX-License-Identifier: MIT */
/*
 * ripen.c - from a situation that was made to one that is worth a look.
 *
 * States alone do not make a finding: a FIN has to have been repeated, a minute has to have
 * passed, something has to go on meanwhile. The minute is real; no setting shortens it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driver.h"
#include "job.h"
#include "scenario.h"
#include "util/intl.h"
#include "util/macro.h"
#include "wait.h"

#define SIGN_WAIT_NS (UINT64_C(30) * 1000000000u)

/* How many sockets have to show the sign. */
static unsigned wanted_by(const struct lab_scenario *scenario, const struct lab_sign *sign)
{
	struct lab_census expected;

	if (sign->count)
		return sign->count;
	lab_scenario_expect(scenario, scenario->side, 1, &expected);
	return lab_census_of(&expected, sign->state);
}

static int wait_for_sign(const struct lab_scenario *scenario, const struct lab_sign *sign,
			 struct lab_sandbox *sandbox, const struct lab_driving *driving, char *why)
{
	const struct lab_filter filter = {
		.retrans = sign->retrans,
		.timer = sign->timer,
		.left_ms = sign->left_s * 1000,
	};
	uint64_t deadline_ns = lab_now_ns() + SIGN_WAIT_NS;
	unsigned found = 0, wanted = wanted_by(scenario, sign);
	long pause_ns = LAB_PAUSE_MIN_NS;
	struct lab_census census;
	int rc;

	do {
		rc = lab_driver_check(driving, why);
		if (rc < 0)
			return rc;
		rc = lab_sandbox_census(sandbox, scenario->side, &filter, &census);
		if (rc < 0) {
			snprintf(why, LAB_WHY_MAX, "counting sockets: %s", strerror(-rc));
			return rc;
		}
		found = lab_census_of(&census, sign->state);
	} while (found < wanted && lab_wait_again(deadline_ns, &pause_ns));
	if (found >= wanted)
		return 0;
	snprintf(why, LAB_WHY_MAX,
		 "waiting for %u %s, each repeated %u times, with %u s to go: there are %u", wanted,
		 lab_state_name(sign->state), sign->retrans, sign->left_s, found);
	return -ETIMEDOUT;
}

/* What a socket in that state sends again. */
static const char *what_is_sent(enum lab_state state)
{
	switch (state) {
	case LAB_SYN_SENT:
		return "SYN";
	case LAB_SYN_RECV:
		return "SYN+ACK";
	case LAB_ESTABLISHED:
		return N_("data");
	default:
		return "FIN";
	}
}

/* Tells of one that has come about. */
static void tell_sign(const struct lab_scenario *scenario, const struct lab_sign *sign,
		      struct lab_sandbox *sandbox)
{
	const char *state = lab_state_name(sign->state), *sent = tc_tr(what_is_sent(sign->state));
	unsigned count = wanted_by(scenario, sign);

	if (sign->left_s) /* TRANSLATORS: the timers of 5 SYN_RECV had 10 s */
		lab_sandbox_step(sandbox,
				 N_("waited until the timers of %u %s had %u s or more to go"),
				 count, state, sign->left_s);
	else if (!sign->retrans) /* TRANSLATORS: 20 ESTABLISHED */
		lab_sandbox_step(sandbox, N_("waited until there were %u %s"), count, state);
	else if (sign->retrans == 1) /* TRANSLATORS: the SYN+ACK of 5 SYN_RECV */
		lab_sandbox_step(sandbox, N_("waited until the %s of %u %s had been sent again"),
				 sent, count, state);
	else /* TRANSLATORS: the FIN of 5 LAST_ACK, 2 times */
		lab_sandbox_step(sandbox,
				 N_("waited until the %s of %u %s had been sent again %u times"),
				 sent, count, state, sign->retrans);
}

static int wait_for_signs(const struct lab_scenario *scenario, struct lab_sandbox *sandbox,
			  const struct lab_driving *driving, char *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < LAB_SIGNS_MAX && scenario->signs[i].state; i++) {
		rc = wait_for_sign(scenario, &scenario->signs[i], sandbox, driving, why);
		if (rc == 0)
			tell_sign(scenario, &scenario->signs[i], sandbox);
	}
	return rc;
}

static int wait_for_age(const struct lab_scenario *scenario, const struct lab_driving *driving,
			char *why)
{
	uint64_t deadline_ns = lab_now_ns() + scenario->age_s * UINT64_C(1000000000);
	long pause_ns = LAB_PAUSE_MIN_NS;
	int rc;

	do {
		rc = lab_driver_check(driving, why);
	} while (rc == 0 && lab_wait_again(deadline_ns, &pause_ns));
	return rc;
}

int lab_scenario_ripen(const struct lab_scenario *scenario, struct lab_sandbox *sandbox,
		       bool is_judged, char why[LAB_WHY_MAX])
{
	struct lab_driving driving = {.why_fd = -1};
	int rc = 0;

	if (scenario->driver)
		rc = lab_driver_start(scenario->driver, sandbox, &driving, why);
	if (rc == 0)
		rc = wait_for_signs(scenario, sandbox, &driving, why);
	if (rc == 0 && is_judged)
		rc = wait_for_age(scenario, &driving, why);
	if (rc == 0 && is_judged && scenario->age_s)
		lab_sandbox_step(sandbox, N_("waited for %u s"), scenario->age_s);
	lab_driver_leave(&driving);
	return rc;
}
