/* SPDX-License-Identifier: MIT */
/*
 * wait.c - waiting for the kernel to show what a scenario is about, never for time to pass.
 */
#include "wait.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "job.h"
#include "scenario.h"

#define PAUSE_MAX_NS 20000000
#define CENSUS_TEXT_MAX 160

uint64_t lab_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool lab_wait_again(uint64_t deadline_ns, long *pause_ns)
{
	struct timespec pause = {.tv_nsec = *pause_ns};

	if (lab_now_ns() >= deadline_ns)
		return false;
	nanosleep(&pause, NULL);
	*pause_ns = *pause_ns * 2 > PAUSE_MAX_NS ? PAUSE_MAX_NS : *pause_ns * 2;
	return true;
}

/* Of an IPv4 client of an IPv6 server, the server's socket is IPv6. */
static void expect_at_end(const struct lab_job *job, enum lab_end end, enum lab_state state,
			  unsigned most, struct lab_census *ret_census)
{
	memset(ret_census, 0, sizeof(*ret_census));
	if (state == LAB_NONE)
		return;
	for (int family = 0; family < LAB_FAMILIES; family++) {
		bool mapped = job->part->maker->mapped && end == LAB_SERVER;

		ret_census->count[mapped ? LAB_V6 : family][state] +=
			job->n[family] < most ? (unsigned)job->n[family] : most;
	}
}

static bool same_in_state(const struct lab_census *a, const struct lab_census *b,
			  enum lab_state state)
{
	for (int family = 0; family < LAB_FAMILIES; family++) {
		for (unsigned s = 1; s < LAB_STATES; s++) {
			bool matters = state == LAB_NONE ? s != LAB_LISTEN : s == state;

			if (matters && a->count[family][s] != b->count[family][s])
				return false;
		}
	}
	return true;
}

static void say_timeout(char *why, const char *where, const struct lab_census *expected,
			const struct lab_census *found)
{
	char text[4][CENSUS_TEXT_MAX];

	for (int family = 0; family < LAB_FAMILIES; family++) {
		lab_census_print(expected, (enum lab_family)family, text[family], sizeof(text[0]));
		lab_census_print(found, (enum lab_family)family, text[2 + family], sizeof(text[0]));
	}
	snprintf(why, LAB_WHY_MAX,
		 "%.60s: expected IPv4 [%.90s] IPv6 [%.90s], found [%.90s] [%.90s]", where,
		 text[0], text[1], text[2], text[3]);
}

static int wait_at_end(struct lab_job *job, enum lab_end end, enum lab_state state,
		       enum lab_holder holder, unsigned most)
{
	const struct lab_filter filter = {
		.local_port = end == LAB_SERVER ? job->port : 0,
		.remote_port = end == LAB_CLIENT ? job->port : 0,
		.holder = holder,
	};
	struct lab_census expected, found;
	long pause_ns = LAB_PAUSE_MIN_NS;
	char where[96];
	int rc;

	expect_at_end(job, end, state, most, &expected);
	do {
		rc = lab_sandbox_census(job->sandbox, lab_job_side(job, end), &filter, &found);
		if (rc < 0)
			return lab_job_fail(job, rc, "counting sockets");
		if (same_in_state(&expected, &found, state))
			return 0;
	} while (lab_wait_again(job->deadline_ns, &pause_ns));
	snprintf(where, sizeof(where), "%s, port %u: waiting for %s at the %s",
		 job->part->maker->name, job->port,
		 state == LAB_NONE ? "the end of all" : lab_state_name(state),
		 end == LAB_CLIENT ? "client" : "server");
	say_timeout(job->why, where, &expected, &found);
	return -ETIMEDOUT;
}

int lab_job_wait(struct lab_job *job, enum lab_end end, enum lab_state state,
		 enum lab_holder holder)
{
	return wait_at_end(job, end, state, holder, UINT_MAX);
}

int lab_job_wait_one(struct lab_job *job, enum lab_end end, enum lab_state state,
		     enum lab_holder holder)
{
	return wait_at_end(job, end, state, holder, 1);
}

int lab_wait_side(struct lab_sandbox *sandbox, enum lab_side side,
		  const struct lab_census *expected, uint64_t deadline_ns, char why[LAB_WHY_MAX])
{
	long pause_ns = LAB_PAUSE_MIN_NS;
	struct lab_census found;
	char where[64];
	int rc;

	do {
		rc = lab_sandbox_census(sandbox, side, NULL, &found);
		if (rc < 0) {
			snprintf(why, LAB_WHY_MAX, "counting sockets: %s", strerror(-rc));
			return rc;
		}
		if (memcmp(expected, &found, sizeof(found)) == 0)
			return 0;
	} while (lab_wait_again(deadline_ns, &pause_ns));
	snprintf(where, sizeof(where), "the whole of namespace %c", side == LAB_A ? 'a' : 'b');
	say_timeout(why, where, expected, &found);
	return -ETIMEDOUT;
}

int lab_wait_readable(int fd, uint64_t deadline_ns)
{
	struct pollfd waiting = {.fd = fd, .events = POLLIN};
	uint64_t now_ns = lab_now_ns();

	if (now_ns >= deadline_ns)
		return -ETIMEDOUT;
	if (poll(&waiting, 1, (int)((deadline_ns - now_ns) / 1000000) + 1) < 0 && errno != EINTR)
		return -errno;
	return 0;
}
