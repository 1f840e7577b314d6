/* SPDX-License-Identifier: MIT */
/* port_need.c - see port_need.h. */
#include "analysis/port_need.h"

#include "util/intl.h"

enum {
	HALF = 50, /* percent */
	TIME_WAIT_SECONDS = TC_TIME_WAIT_MS / 1000,
};

/* ---- For connect(2) ---------------------------------------------------------------------- */

uint32_t tc_port_taken(const struct tc_destination *to)
{
	return to->used - to->reusable;
}

unsigned tc_port_full(const struct tc_destination *to, uint32_t free)
{
	return tc_port_percent(tc_port_taken(to), (uint64_t)tc_port_taken(to) + free);
}

unsigned tc_port_full_without_reuse(const struct tc_destination *to)
{
	uint32_t unsure = to->reusable - to->reusable_at_least;

	return tc_port_percent(tc_port_taken(to) + unsure, (uint64_t)tc_port_taken(to) + to->free);
}

/*
 * Half full already, and the rest lasts for less time than TIME_WAIT: unless it slows down, the
 * range ends before anything that is taken now is free again. A pool of connections that is only
 * being opened is told from this by how few it takes.
 */
static bool is_running_out(const struct tc_destination *to)
{
	return to->rated && tc_port_full(to, to->free_at_most) >= HALF &&
	       to->seconds_left < TIME_WAIT_SECONDS;
}

enum tc_severity tc_port_need_at(const struct tc_destination *to, uint32_t free)
{
	enum tc_severity severity = tc_port_severity(tc_port_full(to, free));

	return !severity && is_running_out(to) ? TC_SEVERITY_WARNING : severity;
}

/* ---- For bind(2) ------------------------------------------------------------------------- */

/*
 * In TIME_WAIT with the same address, to whichever destination: each is in the way of bind(2). Where
 * connect(2) has used a port for several destinations it is counted for each, so that all of them
 * may be too many, and not more than are taken.
 */
static uint32_t waiting_of_address(const struct tc_ports *ports, const struct tc_destination *of)
{
	uint64_t count = 0;

	for (size_t i = 0; i < tc_ports_count(ports); i++) {
		const struct tc_destination *to = tc_ports_at(ports, i);

		if (to->netns == of->netns && tc_addr_equal(&to->local, &of->local))
			count += to->time_wait;
	}
	return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static void need_of_bind(const struct tc_ports *ports, const struct tc_destination *to,
			 struct tc_port_need *need)
{
	const struct tc_port_pool *pool = tc_part_pool(ports, to);
	uint32_t waiting = waiting_of_address(ports, to);

	need->is_for_bind = true;
	need->all = tc_port_range_of(pool) - pool->reserved;
	need->taken = need->all > to->bind_free ? need->all - to->bind_free : 0;
	need->time_wait = waiting < need->taken ? waiting : need->taken;
	need->severity = tc_port_severity(tc_port_percent(need->taken, need->all));
}

/* ---- For either -------------------------------------------------------------------------- */

struct tc_port_need tc_port_need_of(const struct tc_ports *ports, const struct tc_destination *to)
{
	struct tc_port_need need = {
		.severity = tc_port_need_at(to, to->free_at_most),
		.all = tc_port_taken(to) + to->free,
		.taken = tc_port_taken(to),
		.time_wait = to->time_wait > to->reusable ? to->time_wait - to->reusable : 0,
	};

	if (to->shared_pool)
		need_of_bind(ports, to, &need);
	if (tc_part_pool(ports, to)->assumed)
		need.severity = (enum tc_severity)0;
	return need;
}

bool tc_port_need_is_time_wait(const struct tc_port_need *need)
{
	return need->taken && (uint64_t)need->time_wait * 2 >= need->taken;
}

/* ---- What is open ------------------------------------------------------------------------ */

bool tc_port_needs_reuse(const struct tc_facts *facts, const struct tc_destination *to,
			 struct tc_draft *draft)
{
	struct tc_port_ends ends = tc_port_ends_of(to);
	int64_t reuse;

	if (!to->time_wait ||
	    tc_setting_known(&tc_facts_settings_of(facts, to->netns)[TC_SETTING_tcp_tw_reuse],
			     &reuse))
		return false;
	tc_needs(draft,
		 N_("the setting tcp_tw_reuse (sysctl -a): from %s to %s, %u of %u ports are in "
		    "TIME_WAIT"),
		 ends.local, ends.remote, to->time_wait, to->capacity);
	return true;
}

/* Of a listing's machine nobody can be asked any more. */
static const char *how_to_know(const struct tc_facts *facts, struct tc_draft *draft)
{
	return facts->report.foreign ? "" : tc_draft_text(draft, N_(" (root, and eBPF)"));
}

/* What connections were only eBPF tells. */
bool tc_port_needs_timestamps(const struct tc_facts *facts, const struct tc_destination *to,
			      struct tc_draft *draft)
{
	struct tc_port_ends ends = tc_port_ends_of(to);
	uint32_t unsure = to->reusable - to->reusable_at_least;

	if (!unsure || !tc_port_severity(tc_port_full_without_reuse(to)))
		return false;
	if (to->free <= unsure)
		tc_needs(
			draft,
			N_("which TIME_WAIT had timestamps%s: from %s to %s, %u of %u ports are in "
			   "use; connect(2) fails (EADDRNOTAVAIL) unless it may take over one of "
			   "the %u in TIME_WAIT"),
			how_to_know(facts, draft), ends.local, ends.remote, to->used, to->capacity,
			unsure);
	else
		tc_needs(
			draft,
			N_("which TIME_WAIT had timestamps%s: from %s to %s, %u of %u ports are in "
			   "use, %u of them in TIME_WAIT and perhaps to be taken over"),
			how_to_know(facts, draft), ends.local, ends.remote, to->used, to->capacity,
			unsure);
	return true;
}

void tc_port_say_reuse(struct tc_draft *draft, const struct tc_destination *to)
{
	uint32_t unsure = to->reusable - to->reusable_at_least;

	if (to->reusable_at_least)
		tc_evidence_n(draft,
			      "%u port in TIME_WAIT is in nobody's way: connect(2) may take it over "
			      "now (tcp_tw_reuse).",
			      "%u ports in TIME_WAIT are in nobody's way: connect(2) may take them "
			      "over now (tcp_tw_reuse).",
			      to->reusable_at_least, to->reusable_at_least);
	if (unsure)
		tc_evidence_n(draft,
			      "%u port in TIME_WAIT is probably in nobody's way: connect(2) may take "
			      "it over (tcp_tw_reuse), if it had timestamps, which was not read.",
			      "%u ports in TIME_WAIT are probably in nobody's way: connect(2) may "
			      "take them over (tcp_tw_reuse), if they had timestamps, which was not "
			      "read.",
			      unsure, unsure);
}

/* ---- Whose ------------------------------------------------------------------------------- */

const struct tc_destination *tc_port_fullest(const struct tc_ports *ports)
{
	const struct tc_destination *fullest = NULL;

	for (size_t i = 0; i < tc_ports_count(ports); i++) {
		const struct tc_destination *to = tc_ports_at(ports, i);

		if (to->shared_pool) /* whoever goes there binds before */
			continue;
		if (!fullest || tc_port_full(to, to->free_at_most) >
					tc_port_full(fullest, fullest->free_at_most))
			fullest = to;
	}
	return fullest;
}

const struct tc_destination *tc_port_fullest_bound(const struct tc_ports *ports)
{
	const struct tc_destination *worst = NULL;
	unsigned fullest = 0;

	for (size_t i = 0; i < tc_ports_count(ports); i++) {
		const struct tc_destination *to = tc_ports_at(ports, i);
		struct tc_port_need need;
		unsigned full;

		if (!to->shared_pool)
			continue;
		need = tc_port_need_of(ports, to);
		full = tc_port_percent(need.taken, need.all);
		if (worst && full <= fullest)
			continue;
		worst = to;
		fullest = full;
	}
	return worst;
}

static struct tc_symptom_short short_of(const struct tc_facts *facts,
					const struct tc_destination *to)
{
	struct tc_symptom_short none = {NULL, NULL};
	const struct tc_port_pool *pool = to ? tc_part_pool(facts->ports, to) : NULL;

	if (!pool || pool->assumed || !tc_port_need_of(facts->ports, to).severity)
		return none;
	return (struct tc_symptom_short){to, pool};
}

void tc_port_watch(struct tc_facts *facts)
{
	if (!facts->ports)
		return;
	facts->short_of_connect = short_of(facts, tc_port_fullest(facts->ports));
	facts->short_of_bind = short_of(facts, tc_port_fullest_bound(facts->ports));
}

void tc_port_say_whose(const struct tc_facts *facts, enum tc_symptom id, struct tc_draft *draft)
{
	const struct tc_symptom_facts *held = &facts->symptoms[id];

	tc_evidence_whose(draft, held);
	if (held->inferred)
		tc_evidence_n(draft,
			      "%llu of them has no owner any more (TIME_WAIT, for example); whose it "
			      "was is inferred from what is held now.",
			      "%llu of them have no owner any more (TIME_WAIT, for example); whose they "
			      "were is inferred from what is held now.",
			      held->inferred, tc_llu(held->inferred));
	if (held->ownerless)
		tc_evidence_n(draft,
			      "%llu socket that has such a port has no owner any more (TIME_WAIT, for "
			      "example), and whose it was is not known.",
			      "%llu sockets that have such ports have no owner any more (TIME_WAIT, for "
			      "example), and whose they were is not known.",
			      held->ownerless, tc_llu(held->ownerless));
}
