/* SPDX-License-Identifier: MIT */
/*
 * herd_plan.c - divides a crowd among processes, none of which may hold too many descriptors.
 */
#include "herd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/link.h"
#include "util/macro.h"

#define FIRST_PORT 80 /* and on: below the range of the client ports, 1024 to 65535 */
/*
 * Client ports that are taken for one address of a server. connect(2) looks at all ports of one
 * parity before it tries the other (net/ipv4/inet_hashtables.c:__inet_hash_connect), so it gets
 * slow by the thousandfold once the first half of the 64512 is full.
 */
#define PORTS_PER_PEER 24000u

#define WORTH_SHARING 1000u /* sockets that are worth a process for each processor */

/* The division under way. */
struct plan {
	const struct herd_wish *wish;
	struct herd_task *tasks;
	int n;
	uint32_t descriptors_each;
	uint32_t first_peer;
};

uint32_t herd_task_descriptors(const struct herd_task *task)
{
	switch (task->state) {
	case LAB_TIME_WAIT:
		return 0;
	case LAB_SYN_RECV:
		return 1;
	default:
		return task->count;
	}
}

/* The most sockets of a state that one process can make. */
static uint32_t most_in_one(const struct plan *plan, enum lab_state state)
{
	uint64_t quadruplets = plan->wish->peers * PORTS_PER_PEER;
	uint64_t most = plan->descriptors_each & ~1u;

	if (state == LAB_TIME_WAIT)
		most = quadruplets;
	else if (state == LAB_SYN_RECV)
		most = INT32_MAX / 8;
	if (most > quadruplets && state != LAB_LISTEN)
		most = quadruplets;
	return most > INT32_MAX ? INT32_MAX : (uint32_t)most;
}

static int add_task(struct plan *plan, enum lab_state state, enum lab_family family, uint32_t count,
		    bool served)
{
	if (plan->n == HERD_WORKERS_MAX)
		return -E2BIG;
	plan->tasks[plan->n] = (struct herd_task){
		.state = state,
		.family = family,
		.count = count,
		.first = plan->first_peer,
		.peers = (uint32_t)plan->wish->peers,
		.port = (uint16_t)(FIRST_PORT + plan->n),
		.served = served,
	};
	plan->first_peer += count;
	plan->n++;
	return 0;
}

static int divide(struct plan *plan, enum lab_state state, enum lab_family family, uint64_t count,
		  bool served)
{
	uint64_t most = most_in_one(plan, state);
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int rc = 0;

	if (count > WORTH_SHARING && processors > 1 && state != LAB_LISTEN &&
	    state != LAB_SYN_RECV && !served) {
		uint64_t share = (count / (uint64_t)processors + 2) & ~UINT64_C(1);

		most = share < most ? share : most;
	}
	while (rc == 0 && count) {
		uint64_t now = count < most ? count : most;

		rc = add_task(plan, state, family, (uint32_t)now, served);
		count -= now;
	}
	return rc;
}

/* The SYN_RECV need a listener for each family, which is one of those that were wished for. */
static uint64_t without_servers(uint64_t listen, uint64_t syn_recv)
{
	return syn_recv && listen ? listen - 1 : listen;
}

int herd_plan(const struct herd_wish *wish, uint32_t descriptors_each,
	      struct herd_task tasks[HERD_WORKERS_MAX])
{
	/* TIME_WAIT comes last, so that its 60 seconds begin as late as possible. */
	const struct {
		enum lab_state state;
		uint64_t count;
		bool served;
	} kinds[] = {
		{LAB_CLOSE_WAIT, wish->close_wait, false},
		{LAB_ESTABLISHED, (wish->established + 1) & ~UINT64_C(1), false},
		{LAB_FIN_WAIT2, wish->fin_wait2, false},
		{LAB_SYN_RECV, wish->syn_recv, false},
		{LAB_LISTEN, wish->listen, false},
		{LAB_TIME_WAIT, wish->time_wait, false},
		{LAB_TIME_WAIT, wish->served, true},
	};
	struct plan plan = {.wish = wish, .tasks = tasks, .descriptors_each = descriptors_each};
	uint64_t syn_recv[LAB_FAMILIES] = {0};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 2 * TC_ARRAY_SIZE(kinds); i++) {
		enum lab_state state = kinds[i / 2].state;
		uint64_t v6 = kinds[i / 2].count * wish->v6_percent / 100;
		enum lab_family family = i % 2 ? LAB_V6 : LAB_V4;
		uint64_t count;

		v6 &= state == LAB_ESTABLISHED ? ~UINT64_C(1) : ~UINT64_C(0);
		count = family == LAB_V6 ? v6 : kinds[i / 2].count - v6;
		if (state == LAB_SYN_RECV)
			syn_recv[family] = count;
		if (state == LAB_LISTEN)
			count = without_servers(count, syn_recv[family]);
		rc = divide(&plan, state, family, count, kinds[i / 2].served);
	}
	return rc < 0 ? rc : plan.n;
}

void herd_expect(const struct herd_task *tasks, int n, struct lab_census *ret_census)
{
	memset(ret_census, 0, sizeof(*ret_census));
	for (int i = 0; i < n; i++) {
		ret_census->count[tasks[i].family][tasks[i].state] += tasks[i].count;
		if (tasks[i].state == LAB_SYN_RECV)
			ret_census->count[tasks[i].family][LAB_LISTEN]++;
	}
}

/* Everything is set in the herd's own namespace; the machine's settings stay as they are. */
static int raise_limits(struct lab_sandbox *sandbox, const struct herd_wish *wish)
{
	char buckets[24], requests[24];
	const struct {
		const char *name, *value;
	} settings[] = {
		{"net/ipv4/tcp_max_tw_buckets", buckets},
		{"net/ipv4/ip_local_port_range", "1024 65535"},
		{"net/core/somaxconn", "1000000000"},
		{"net/ipv4/tcp_max_syn_backlog", requests},
		{"net/ipv4/tcp_syncookies", "0"},
		{"net/ipv4/tcp_synack_retries", "20"}, /* hours, not a minute */
		{"net/ipv4/tcp_tw_reuse", "0"},	       /* a loopback would take them back */
		{"net/ipv4/tcp_rfc1337", "1"},	       /* see herd_keep.c */
		{"net/ipv6/ip_nonlocal_bind", "1"},    /* any address of the local prefix */
	};
	int rc = 0;

	snprintf(buckets, sizeof(buckets), "%u", (unsigned)(wish->time_wait + wish->served + 1000));
	snprintf(requests, sizeof(requests), "%u", (unsigned)(4 * wish->syn_recv + 1024));
	for (size_t i = 0; rc == 0 && i < TC_ARRAY_SIZE(settings); i++)
		rc = lab_sandbox_sysctl(sandbox, LAB_A, settings[i].name, settings[i].value);
	return rc;
}

int herd_prepare(struct lab_sandbox *sandbox, const struct herd_wish *wish)
{
	int rc = raise_limits(sandbox, wish);

	if (rc == 0)
		rc = lab_sandbox_enter(sandbox, LAB_A);
	if (rc == 0)
		rc = lab_link_local_prefix("lo", "fd77:0:0:1::", 64);
	/* What is sent to strangers comes back over the loopback, belongs to nobody, and is lost.
	 */
	if (rc == 0)
		rc = lab_link_route("lo", "10.0.0.0", 8);
	if (rc == 0)
		rc = lab_link_route("lo", "fd77:0:0:2::", 64);
	return rc;
}
