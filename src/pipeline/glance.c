/* SPDX-License-Identifier: MIT */
/*
 * glance.c - a census and its verdicts; see glance.h.
 *
 * It costs a few small files besides the census: sockets are judged by what the source counted in
 * passing, or as they come where it cannot count by itself. What they were held for, and for how
 * long, is not known; of a state in which nobody should stay it is said how many are in it. Only
 * where the ends that were counted in passing leave it open whether ports are short, it is looked
 * whose they are.
 *
 * Of all network namespaces sockets are judged as those of a listing are: each namespace has
 * settings of its own, and of what was counted it is not known where it is.
 */
#include "pipeline/glance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/judge.h"
#include "analysis/listening.h"
#include "model/diagnosis.h"
#include "pipeline/look.h"
#include "source/counter_read.h"
#include "source/setting_read.h"
#include "util/intl.h"

enum {
	HINT_LEAST = 10,    /* fewer are there for a moment on any busy machine */
	NORMAL_LEAST = 100, /* from here on somebody wonders */
	USUAL_LOW = 32768,
	USUAL_HIGH = 60999,
	/* Of so many the ports are looked at in 0.15 s, ten times what the census takes. */
	PORTS_MOST = 100000,
	/* And of so many in 0.05 s, where it is far from certain that any are short. */
	TAKEN_MOST = 30000,
};

struct looking {
	struct tc_facts facts;
	struct tc_glance glance;
	struct tc_census census;
	bool may_run_out; /* of ports */
};

/* ---- The look --------------------------------------------------------------------------- */

static int add_listening(void *context, const struct tc_sock *socks, size_t count)
{
	struct looking *looking = context;

	return tc_listening_add(looking->facts.listening, NULL, 0, socks, count);
}

static int add_facts(void *context, const struct tc_sock *socks, size_t count)
{
	struct looking *looking = context;

	return tc_facts_add(&looking->facts, socks, count);
}

static void note_ends(struct tc_glance_ends *ends, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct tc_sock *sock = &socks[i];
		uint32_t word[4];

		if (!(sock->have & TC_HAVE_ENDPOINTS) || sock->count != 1)
			ends->is_unknown = true;
		if (sock->state == TC_LISTEN || sock->state == TC_BOUND)
			continue;
		memcpy(word, &sock->remote, sizeof(word));
		tc_glance_ends_add(ends, word[1] ^ word[3], sock->remote_port, sock->local_port);
	}
}

/* Where the source counts by itself, nothing comes this way. */
static int add_batch(void *context, const struct tc_sock *socks, size_t count)
{
	struct looking *looking = context;
	int err = tc_facts_add(&looking->facts, socks, count);

	note_ends(&looking->glance.ends, socks, count);
	tc_census_add(&looking->census, socks, count);
	return err ? err : tc_listening_add(looking->facts.listening, NULL, 0, socks, count);
}

static int look_at_sockets(struct looking *looking, const struct tc_query *query,
			   struct tc_report *report)
{
	struct tc_facts *facts = &looking->facts;
	struct tc_query whole = tc_census_query(query);
	int err = tc_listening_new(&facts->listening);

	if (err)
		return err;
	looking->glance.listening = add_listening;
	looking->glance.context = looking;
	err = tc_look(&whole, add_batch, looking, &looking->census, &looking->glance, report);
	tc_census_report(&whole, &looking->census, report);
	if (!err)
		err = tc_glance_each(&looking->glance, add_facts, looking);
	if (!err)
		err = tc_listening_judge(facts->listening, NULL, 0);
	facts->census = looking->census; /* with those that are only bound */
	facts->report = *report;
	return err;
}

/* Settings, gauges and ports of one machine's one namespace go with the sockets. */
static bool has_settings(const struct tc_query *query)
{
	return !query->from && !query->netns;
}

/* ---- What else there is to know ---------------------------------------------------------- */

static void read_settings(struct tc_facts *facts, const char *list)
{
	while (list && *list) {
		size_t length = strcspn(list, " ");
		int id = tc_setting_find(list, length);

		if (id >= 0 && facts->now.settings[id].status == TC_SETTING_NOT_READ)
			tc_setting_read((enum tc_setting)id, &facts->now.settings[id]);
		list += length;
		list += strspn(list, " ");
	}
}

/* Where there is nothing of the kind, no limit is near, and need not be read. */
static bool has_something(const struct tc_rule *rule, const struct tc_facts *facts)
{
	const char *list = rule->counters;

	if (!list)
		return !rule->glance_state || facts->census.states[rule->glance_state];
	for (size_t id = 0; id < TC_COUNTER_COUNT; id++) {
		size_t length = strlen(tc_counter_rows[id].name);
		const char *found = strstr(list, tc_counter_rows[id].name);
		uint64_t value;

		if (found && (!found[length] || found[length] == ' ') &&
		    tc_facts_counter(facts, (enum tc_counter)id, &value) && value)
			return true;
	}
	return false;
}

struct range {
	uint16_t low, high;
	uint64_t room; /* how many of it there are to choose from, as far as it is known */
};

static struct range range_of(const struct tc_facts *facts)
{
	const struct tc_setting_value *set = &facts->now.settings[TC_SETTING_ip_local_port_range];
	struct range range = {.low = USUAL_LOW, .high = USUAL_HIGH};
	uint64_t held = facts->census.states[TC_BOUND] + facts->census.states[TC_LISTEN];
	int64_t reserved;

	if (set->status == TC_SETTING_READ && set->number[1] >= set->number[0]) {
		range.low = (uint16_t)set->number[0];
		range.high = (uint16_t)set->number[1];
	}
	if (tc_facts_setting(facts, TC_SETTING_ip_local_reserved_ports, &reserved) && reserved > 0)
		held += (uint64_t)reserved;
	range.room = (uint64_t)(range.high - range.low) + 1;
	range.room = range.room > held ? range.room - held : 0;
	return range;
}

/*
 * Whether one destination may have more than half of the ports, or more are taken in all than there
 * is a warning from (rule_ports.c), since bind(2) may have taken them. With very many connections to
 * many destinations the latter tells little: then that is left to diagnose. Where nobody looked at
 * the ends, all may go to one.
 */
static bool may_run_out(const struct looking *looking)
{
	const struct tc_census *census = &looking->census;
	const struct tc_glance_ends *ends = &looking->glance.ends;
	struct range range = range_of(&looking->facts);
	uint64_t connections = census->total - census->states[TC_LISTEN];

	if (!range.room) /* listeners have them all, perhaps */
		return true;
	if (connections * 2 <= range.room || ends->is_unknown)
		return connections * 2 > range.room;
	if (tc_glance_ends_most(ends) * 2 > range.room)
		return true;
	return connections <= TAKEN_MOST &&
	       tc_glance_ends_taken(ends, range.low, range.high) * 10 >= range.room * 7;
}

static int look_at_ports(struct looking *looking, const struct tc_query *query)
{
	struct tc_ports_query ports = {.size = sizeof(ports), .look = query};
	struct tc_report report = {.size = sizeof(report)};
	int err;

	if (query->netns) /* how many are in each is not known */
		return 0;
	if (has_settings(query))
		read_settings(&looking->facts, "ip_local_port_range ip_local_reserved_ports");
	looking->may_run_out = may_run_out(looking);
	if (query->from || !looking->may_run_out || looking->census.total > PORTS_MOST)
		return 0;
	err = tc_ports_take(&ports, &looking->facts.ports, &report);
	return err == -ENOMEM ? err : 0;
}

/* A census counts them apart, and does not look at them. */
static void count_bound(struct tc_facts *facts)
{
	struct tc_symptom_facts *bound = &facts->symptoms[TC_SYMPTOM_BOUND];

	if (!bound->shown)
		bound->shown = facts->census.states[TC_BOUND];
}

static void read_numbers(struct tc_facts *facts)
{
	count_bound(facts);
	tc_counters_read_gauges(&facts->now.counters);
	for (size_t i = 0; tc_rules[i]; i++)
		if (tc_rules[i]->glance && has_something(tc_rules[i], facts)) {
			read_settings(facts, tc_rules[i]->settings);
			read_settings(facts, tc_rules[i]->glance_settings);
		}
	tc_lifetimes(facts->now.settings, facts->figures);
}

/* ---- Verdicts ----------------------------------------------------------------------------- */

/* The state that a line tells of; 0: none. What holds ports is in one of two. */
static enum tc_state state_of(const struct tc_rule *rule, const struct tc_facts *facts)
{
	const uint64_t *states = facts->census.states;

	if (rule->needs & TC_NEEDS_PORTS)
		return states[TC_TIME_WAIT] > states[TC_ESTABLISHED] ? TC_TIME_WAIT
								     : TC_ESTABLISHED;
	return rule->glance_state;
}

static uint64_t count_of(const struct tc_rule *rule, const struct tc_facts *facts)
{
	enum tc_state state = state_of(rule, facts);

	return state ? facts->census.states[state] : 0;
}

/* Of those in question: which can be judged at a glance is none of them. */
static uint64_t doubtful(const struct tc_rule *rule, const struct tc_facts *facts)
{
	uint64_t count = count_of(rule, facts), unjudged;

	if (!rule->has_symptom)
		return count;
	unjudged = facts->symptoms[rule->symptom].unjudged;
	return unjudged && unjudged < count ? unjudged : count;
}

/* One line a state: of the rule that can find the worst. false: a hint that is there is that. */
static bool make_room(struct tc_diagnosis *verdicts, const struct tc_rule *rule,
		      const struct tc_facts *facts)
{
	struct tc_not_checked *hints = verdicts->not_checked;

	for (size_t i = 0; i < verdicts->not_checked_count; i++) {
		const struct tc_rule *other = tc_rule_find(hints[i].id);

		if (state_of(other, facts) != state_of(rule, facts))
			continue;
		if (other->severity >= rule->severity)
			return false;
		memmove(&hints[i], &hints[i + 1],
			(--verdicts->not_checked_count - i) * sizeof(hints[i]));
	}
	return true;
}

/* How many there are; the rule that can find the worst first. */
static void add_hint(struct tc_diagnosis *verdicts, const struct tc_rule *rule,
		     const struct tc_facts *facts)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	uint64_t count = doubtful(rule, facts);
	struct tc_not_checked *hints = verdicts->not_checked;
	enum tc_state state = state_of(rule, facts);
	size_t at;

	if (count < HINT_LEAST || !make_room(verdicts, rule, facts))
		return;
	at = verdicts->not_checked_count++;
	for (; at && tc_rule_find(hints[at - 1].id)->severity < rule->severity; at--)
		hints[at] = hints[at - 1];
	tc_buf_format(&text, "%llu %s%s%s", (unsigned long long)count, tc_state_name(state),
		      _(": "), tc_state_meaning(state));
	hints[at] = (struct tc_not_checked){
		.id = rule->id,
		.needs = tc_bag_buf(&verdicts->bag, &text),
	};
}

static void add_normal(struct tc_diagnosis *verdicts, const struct tc_rule *rule,
		       const struct tc_facts *facts, const char *sentence)
{
	uint64_t count = count_of(rule, facts);

	if (rule->glance_state && (count < NORMAL_LEAST || count <= facts->census.in_use))
		return;
	verdicts->normal[verdicts->normal_count++] =
		(struct tc_normal){.id = rule->id, .text = sentence};
}

/*
 * A line names the rule that diagnose then speaks of; where that is open, it names none. What
 * diagnose may call graver is not judged here: its severity is 0.
 */
static void add_finding(struct tc_diagnosis *verdicts, const struct tc_judgement *judgement,
			const struct tc_facts *facts, const char *sentence)
{
	const char **evidence = tc_bag_list(&verdicts->bag, 1);
	const struct tc_rule *rule = judgement->rule;
	int severity = judgement->draft.severity;
	/* Of a listing diagnose sees no more than is seen here. */
	bool is_judged = severity >= TC_SEVERITY_WARNING || !judgement->draft.is_open ||
			 facts->report.foreign;
	size_t at = verdicts->finding_count++;

	for (; at && verdicts->findings[at - 1].severity < severity; at--)
		verdicts->findings[at] = verdicts->findings[at - 1];
	if (evidence)
		evidence[0] = sentence;
	verdicts->findings[at] = (struct tc_finding){
		.rule = {.id = judgement->draft.is_shared ? "" : rule->id,
			 .severity = rule->severity},
		.severity = is_judged ? severity : 0,
		.evidence = evidence,
	};
}

static int judge(struct tc_diagnosis *verdicts, const struct tc_rule *rule,
		 const struct tc_facts *facts)
{
	struct tc_judgement judgement;
	int err = tc_judge(rule, facts, false, &judgement);
	const char *sentence = "";

	if (err)
		return err;
	if (judgement.draft.count)
		sentence = tc_bag_text(&verdicts->bag, judgement.draft.evidence[0]);
	if (judgement.verdict == TC_FOUND)
		add_finding(verdicts, &judgement, facts, sentence);
	else if (judgement.verdict == TC_UNSURE)
		add_hint(verdicts, rule, facts);
	else if (judgement.verdict == TC_NORMAL)
		add_normal(verdicts, rule, facts, sentence);
	tc_draft_release(&judgement.draft);
	return verdicts->bag.failed ? -ENOMEM : 0;
}

/*
 * What diagnose could not judge in whatever way it is asked is no hint. Where no port can be short,
 * whose the connections are has not been looked at.
 */
static bool is_worth_it(const struct tc_rule *rule, const struct looking *looking)
{
	return tc_judge_is_about(rule, &looking->facts) &&
	       (!(rule->needs & TC_NEEDS_PORTS) || looking->may_run_out);
}

static int judge_all(const struct looking *looking, struct tc_diagnosis **ret_verdicts)
{
	struct tc_diagnosis *verdicts = NULL;
	int err = tc_diagnosis_new(&verdicts);

	for (size_t i = 0; !err && tc_rules[i]; i++)
		if (tc_rules[i]->glance && is_worth_it(tc_rules[i], looking))
			err = judge(verdicts, tc_rules[i], &looking->facts);
	if (err)
		tc_diagnosis_free(verdicts);
	else
		*ret_verdicts = verdicts;
	return err;
}

/* ---- Both ------------------------------------------------------------------------------- */

int tc_glance_take(const struct tc_query *query, struct tc_census *ret_census,
		   struct tc_diagnosis **ret_verdicts, struct tc_report *report)
{
	struct looking *looking = calloc(1, sizeof(*looking));
	int err = looking ? look_at_sockets(looking, query, report) : -ENOMEM;

	if (!err)
		err = look_at_ports(looking, query);
	if (!err && has_settings(query))
		read_numbers(&looking->facts);
	if (!err)
		err = judge_all(looking, ret_verdicts);
	if (!err)
		*ret_census = looking->census;
	if (looking)
		tc_facts_release(&looking->facts);
	free(looking);
	return err;
}
