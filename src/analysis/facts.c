/* SPDX-License-Identifier: MIT */
/* facts.c - gathers what rules judge by; see facts.h. */
#include "analysis/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/field.h"
#include "model/tally.h"
#include "util/macro.h"

enum { SHOWN_GROUPS = 3 }; /* more of them in a sentence nobody reads */

/* ---- Keys ---------------------------------------------------------------------------- */

/* The keys of a list joined by commas; a field that this build does not have is left out. */
static size_t parse_keys(const char *list, struct tc_key keys[TC_KEYS_MAX])
{
	size_t count = 0;

	while (list && *list && count < TC_KEYS_MAX) {
		size_t length = strcspn(list, ",");
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)length, list);
		count += tc_key_parse(name, &keys[count]) == 0;
		list += length + (list[length] == ',');
	}
	return count;
}

static void add_keys(const char *list, struct tc_key keys[TC_KEYS_MAX], size_t *count)
{
	struct tc_key parsed[TC_KEYS_MAX];
	size_t parsed_count = parse_keys(list, parsed);

	for (size_t i = 0; i < parsed_count && *count < TC_KEYS_MAX; i++) {
		bool there = false;

		for (size_t j = 0; j < *count; j++)
			there |= keys[j].field == parsed[i].field;
		if (!there)
			keys[(*count)++] = parsed[i];
	}
}

size_t tc_facts_keys(const struct tc_facts *facts, struct tc_key ret_keys[TC_KEYS_MAX])
{
	size_t count = 0;

	add_keys("state,kind,inode,recv_q,timer,expires,retrans,direction,heard", ret_keys, &count);
	for (size_t i = 0; i < TC_SYMPTOM_COUNT; i++) {
		add_keys(tc_symptom_rows[i].who, ret_keys, &count);
		add_keys(tc_symptom_rows[i].peer, ret_keys, &count);
	}
	if (facts->by_netns)
		add_keys("netns", ret_keys, &count);
	return count;
}

/* ---- Making and letting go ----------------------------------------------------------- */

static int make_tally(const char *list, struct tc_tally **ret_tally)
{
	struct tc_key keys[TC_KEYS_MAX];
	size_t count = parse_keys(list, keys);

	return count ? tc_tally_new(keys, count, ret_tally) : 0;
}

int tc_facts_init(struct tc_facts *facts)
{
	*facts = (struct tc_facts){.report = {.size = sizeof(facts->report)}};
	for (size_t i = 0; i < TC_SYMPTOM_COUNT; i++) {
		struct tc_symptom_facts *symptom = &facts->symptoms[i];
		int err = make_tally(tc_symptom_rows[i].who, &symptom->who);

		if (!err)
			err = make_tally(tc_symptom_rows[i].peer, &symptom->peer);
		if (err) {
			tc_facts_release(facts);
			return err;
		}
	}
	return 0;
}

static int divide_by_netns(const char *keys, struct tc_tally **tally)
{
	char list[128];

	if (!*tally)
		return 0;
	tc_tally_free(*tally);
	*tally = NULL;
	snprintf(list, sizeof(list), "%s,netns", keys);
	return make_tally(list, tally);
}

/* An address that is asked for here may be somebody else in another namespace. */
int tc_facts_by_netns(struct tc_facts *facts)
{
	enum tc_symptom silent = TC_SYMPTOM_SYN_SENT_SILENT;
	int err = divide_by_netns(tc_symptom_rows[silent].peer, &facts->symptoms[silent].peer);

	facts->by_netns = true;
	for (size_t i = 0; i < TC_SYMPTOM_COUNT && !err; i++)
		err = divide_by_netns(tc_symptom_rows[i].who, &facts->symptoms[i].who);
	return err;
}

void tc_facts_release(struct tc_facts *facts)
{
	for (size_t i = 0; i < facts->netns_count; i++)
		free(facts->netns[i].name);
	free(facts->netns);
	for (size_t i = 0; i < TC_SYMPTOM_COUNT; i++) {
		tc_tally_free(facts->symptoms[i].who);
		tc_tally_free(facts->symptoms[i].peer);
	}
	tc_listening_free(facts->listening);
	tc_ports_free(facts->ports);
	tc_watched_release(&facts->watched);
	tc_map_release(&facts->forgotten);
	free(facts->holding);
	free(facts->programs);
	free(facts->reserved);
	free(facts->chosen_by_kernel);
	*facts = (struct tc_facts){.interval_us = 0};
}

/* ---- Namespaces ---------------------------------------------------------------------- */

int tc_facts_netns_order(const void *one, const void *other)
{
	const struct tc_facts_netns *a = one, *b = other;

	return (a->id > b->id) - (a->id < b->id);
}

static int compare_id(const void *id, const void *netns)
{
	uint64_t a = *(const uint64_t *)id, b = ((const struct tc_facts_netns *)netns)->id;

	return (a > b) - (a < b);
}

/* NULL: it was not there when the settings were read. */
static struct tc_facts_netns *find_netns(const struct tc_facts *facts, uint64_t id)
{
	return bsearch(&id, facts->netns, facts->netns_count, sizeof(*facts->netns), compare_id);
}

const struct tc_facts_netns *tc_facts_netns_of(const struct tc_facts *facts, uint64_t netns)
{
	return facts->netns_count ? find_netns(facts, netns) : NULL;
}

/* Of one that came later nothing was read. */
static const struct tc_setting_value nothing[TC_SETTING_COUNT];

const struct tc_setting_value *tc_facts_settings_of(const struct tc_facts *facts, uint64_t netns)
{
	const struct tc_facts_netns *found;

	if (!facts->netns_count)
		return facts->now.settings;
	found = find_netns(facts, netns);
	return found ? found->settings : nothing;
}

/* ---- Sockets ------------------------------------------------------------------------- */

static void remember_owner(struct tc_symptom_facts *symptom, const struct tc_sock *sock)
{
	const struct tc_owner *owner = sock->text ? sock->text->owner : NULL;

	if (!owner)
		return;
	switch (owner->how) {
	case TC_OWNER_SEEN:
	case TC_OWNER_LISTENER:
	case TC_OWNER_PEER:
	case TC_OWNER_PORTS:
		symptom->inferred += sock->count;
		break;
	case TC_OWNER_NONE:
		symptom->ownerless += sock->count;
		break;
	default:
		break;
	}
}

static int remember(struct tc_symptom_facts *symptom, const struct tc_symptom_env *env,
		    const struct tc_sock *sock)
{
	uint64_t age_ms;
	int err = symptom->who ? tc_tally_add(symptom->who, sock, 1) : 0;

	if (!err && symptom->peer)
		err = tc_tally_add(symptom->peer, sock, 1);
	if (tc_symptom_age_ms(env, sock, &age_ms) && age_ms > symptom->oldest_ms)
		symptom->oldest_ms = age_ms;
	remember_owner(symptom, sock);
	return err;
}

/* NULL: no memory. Room doubles at each power of two. */
static struct tc_facts_program *holder(struct tc_facts *facts, const struct tc_process *process)
{
	uint64_t *place = tc_map_put(&facts->forgotten, process->pid);
	size_t count = facts->program_count;
	struct tc_facts_program *larger;

	if (!place || *place)
		return place ? &facts->holding[*place - 1] : NULL;
	if (!(count & (count - 1))) {
		larger = reallocarray(facts->holding, count ? 2 * count : 1, sizeof(*larger));
		if (!larger)
			return NULL;
		facts->holding = larger;
	}
	*place = ++facts->program_count;
	facts->holding[count] = (struct tc_facts_program){.pid = process->pid};
	if (process->name)
		snprintf(facts->holding[count].name, TC_FACTS_NAME, "%s", process->name);
	return &facts->holding[count];
}

/* Each process that holds it has a descriptor of its own for it, and a limit of its own. */
static int remember_programs(struct tc_facts *facts, const struct tc_sock *sock)
{
	const struct tc_owner *owner = sock->text ? sock->text->owner : NULL;

	if (!owner || owner->how != TC_OWNER_HELD)
		return 0;
	for (size_t i = 0; i < owner->count; i++) {
		struct tc_facts_program *program = holder(facts, owner->processes[i]);

		if (!program)
			return -ENOMEM;
		program->held += sock->count;
	}
	return 0;
}

static void remember_stood(struct tc_symptom_facts *symptom, const struct tc_symptom_env *env,
			   const struct tc_sock *sock)
{
	uint64_t ms, seconds;
	size_t age = 0;

	if (!tc_lifetime_syn_stood(env->settings, sock->retrans, &ms))
		return;
	symptom->stood += sock->count;
	symptom->stood_ms += ms * sock->count;
	seconds = ms / 1000 + TC_SYMPTOM_SYN_YOUNG_S;
	while (age + 1 < TC_FACTS_AGES && seconds >= (uint64_t)TC_SYMPTOM_SYN_YOUNG_S << (age + 1))
		age++;
	symptom->asked[age] += sock->count;
}

/* What a share is told by, of the namespace alone. */
static void count_of_netns(struct tc_facts_netns *netns, size_t id, enum tc_shown shown,
			   const struct tc_symptom_env *env, const struct tc_sock *sock)
{
	bool is_silent = id == TC_SYMPTOM_SYN_SENT_SILENT;

	if (shown == TC_SHOWN)
		netns->shown[id] += sock->count;
	if (is_silent && shown == TC_SHOWN) {
		netns->silent.shown += sock->count;
		remember_stood(&netns->silent, env, sock);
	}
	if (is_silent && shown == TC_SHOWN_NOT)
		netns->silent.not_shown += sock->count;
}

static bool is_forgotten(size_t symptom)
{
	return symptom == TC_SYMPTOM_CLOSE_WAIT_OLD; /* for sure */
}

static int add_one(struct tc_facts *facts, const struct tc_symptom_env *env,
		   struct tc_facts_netns *netns, const struct tc_sock *sock)
{
	int err = 0;

	for (size_t i = 0; i < TC_SYMPTOM_COUNT && !err; i++) {
		struct tc_symptom_facts *symptom = &facts->symptoms[i];
		enum tc_shown shown;

		if (!(tc_symptom_rows[i].states & TC_STATE_BIT(sock->state)))
			continue;
		shown = tc_symptom_judge(&tc_symptom_rows[i], env, sock);
		if (netns)
			count_of_netns(netns, i, shown, env, sock);
		switch (shown) {
		case TC_SHOWN:
			symptom->shown += sock->count;
			err = remember(symptom, env, sock);
			if (i == TC_SYMPTOM_SYN_SENT_SILENT)
				remember_stood(symptom, env, sock);
			if (!err && is_forgotten(i))
				err = remember_programs(facts, sock);
			break;
		case TC_SHOWN_NOT:
			symptom->not_shown += sock->count;
			break;
		case TC_SHOWN_UNKNOWN:
			symptom->unjudged += sock->count;
			if (!tc_symptom_has_need(&tc_symptom_rows[i], sock))
				symptom->lacking += sock->count;
			break;
		}
	}
	return err;
}

int tc_facts_add(struct tc_facts *facts, const struct tc_sock *socks, size_t count)
{
	struct tc_facts_netns *netns = NULL;
	int err = 0;

	tc_census_add(&facts->census, socks, count);
	for (size_t i = 0; i < count && !err; i++) {
		struct tc_symptom_env env = {.watched = &facts->watched,
					     .of_connect = facts->short_of_connect,
					     .of_bind = facts->short_of_bind};

		if (facts->netns_count && (!netns || netns->id != socks[i].netns))
			netns = find_netns(facts, socks[i].netns);
		env.settings = netns ? netns->settings : tc_facts_settings_of(facts, 0);
		if (netns && socks[i].state == TC_ESTABLISHED)
			netns->established += socks[i].count;
		facts->seen |= socks[i].have;
		tc_watched_see(&facts->watched, &socks[i]);
		err = add_one(facts, &env, netns, &socks[i]);
	}
	return err;
}

static int most_first(const void *one, const void *other)
{
	const struct tc_facts_program *a = one, *b = other;

	if (a->held != b->held)
		return (a->held < b->held) - (a->held > b->held);
	return (a->pid > b->pid) - (a->pid < b->pid);
}

/*
 * All of them: who is nearest to a limit need not be among those that hold most. They are no more
 * than there are processes.
 */
static int rank_programs(struct tc_facts *facts)
{
	size_t size = facts->program_count * sizeof(*facts->programs);

	free(facts->programs);
	facts->programs = size ? malloc(size) : NULL;
	if (!size)
		return 0;
	if (!facts->programs)
		return -ENOMEM;
	memcpy(facts->programs, facts->holding, size);
	qsort(facts->programs, facts->program_count, sizeof(*facts->programs), most_first);
	return 0;
}

int tc_facts_finish(struct tc_facts *facts)
{
	int err = rank_programs(facts);

	tc_lifetimes(facts->now.settings, facts->figures);
	for (size_t i = 0; i < TC_SYMPTOM_COUNT && !err; i++) {
		struct tc_symptom_facts *symptom = &facts->symptoms[i];

		err = symptom->who ? tc_tally_sort(symptom->who, SHOWN_GROUPS) : 0;
		if (!err && symptom->peer)
			err = tc_tally_sort(symptom->peer, SHOWN_GROUPS);
	}
	return err;
}

/* ---- Readings ------------------------------------------------------------------------ */

bool tc_facts_counter(const struct tc_facts *facts, enum tc_counter id, uint64_t *ret_value)
{
	if (facts->now.counters.status[id] != TC_COUNTER_READ)
		return false;
	*ret_value = facts->now.counters.value[id];
	return true;
}

bool tc_facts_rise(const struct tc_facts *facts, enum tc_counter id, uint64_t *ret_rise)
{
	return facts->interval_us &&
	       tc_counter_rise(&facts->before.counters, &facts->now.counters, id, ret_rise);
}

bool tc_facts_rate(const struct tc_facts *facts, enum tc_counter id, double *ret_per_second)
{
	uint64_t rise;

	if (!tc_facts_rise(facts, id, &rise))
		return false;
	*ret_per_second = (double)rise * 1e6 / (double)facts->interval_us;
	return true;
}

bool tc_facts_setting(const struct tc_facts *facts, enum tc_setting id, int64_t *ret_number)
{
	return tc_setting_known(&facts->now.settings[id], ret_number);
}
