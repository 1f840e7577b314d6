/* SPDX-License-Identifier: MIT */
/*
 * judge.c - applying a rule to facts; see judge.h.
 *
 * What a rule needs is looked for here and not in its check, so that no check can forget to, and
 * a rule whose data are missing is never taken for one that found nothing.
 */
#include "analysis/judge.h"

#include <errno.h>
#include <string.h>

#include "analysis/judge_netns.h"
#include "util/intl.h"
#include "util/macro.h"

/* The next word of a list; its length, 0 at the end. */
static size_t next_word(const char **list, const char **ret_word)
{
	size_t length;

	*ret_word = *list += strspn(*list, " ");
	length = strcspn(*list, " ");
	*list += length;
	return length;
}

/* A counter has to be read twice where the rule is about a rise, once where it is a gauge. */
static bool has_counter(const struct tc_rule *rule, const struct tc_facts *facts, size_t id)
{
	uint64_t value;

	if (rule->needs & TC_NEEDS_INTERVAL && !tc_counter_rows[id].gauge)
		return tc_facts_rise(facts, (enum tc_counter)id, &value);
	return tc_facts_counter(facts, (enum tc_counter)id, &value);
}

void tc_judge_needs_counter(const struct tc_facts *facts, enum tc_counter id,
			    struct tc_draft *draft)
{
	const struct tc_counter_row *row = &tc_counter_rows[id];
	const char *key = row->key ? row->key : row->name;

	if (facts->now.counters.status[id] == TC_COUNTER_ABSENT)
		tc_needs(draft, N_("%s %s, which this kernel does not count"), row->group, key);
	else if (facts->now.counters.status[id] == TC_COUNTER_DAMAGED)
		tc_needs(draft, N_("%s %s, whose line in %s is damaged"), row->group, key,
			 tc_counter_file(id));
	else
		tc_needs(draft, "%s %s (%s)", row->group, key, tc_counter_file(id));
}

void tc_judge_needs_setting(const struct tc_facts *facts, enum tc_setting id,
			    struct tc_draft *draft)
{
	const struct tc_setting_row *row = &tc_setting_rows[id];

	if (facts->now.settings[id].status == TC_SETTING_DIFFERS)
		tc_needs(draft,
			 N_("a look at each network namespace by itself (-N NAME): the setting %s "
			    "differs between them"),
			 row->name);
	else if (facts->now.settings[id].status != TC_SETTING_ABSENT)
		tc_needs(draft, N_("the setting %s (sysctl -a)"), row->name);
	else if (row->initial_only)
		tc_needs(draft,
			 N_("the setting %s, which only the initial network namespace shows; "
			    "look from there"),
			 row->name);
	else
		tc_needs(draft, N_("the setting %s, which this kernel does not have"), row->name);
}

static bool lacks_counter(const struct tc_rule *rule, const struct tc_facts *facts,
			  struct tc_draft *draft)
{
	const char *list = rule->counters, *word;
	size_t length;

	while (list && (length = next_word(&list, &word)) > 0) {
		for (size_t id = 0; id < TC_COUNTER_COUNT; id++) {
			const struct tc_counter_row *row = &tc_counter_rows[id];

			if (strlen(row->name) != length || memcmp(row->name, word, length) != 0 ||
			    has_counter(rule, facts, id))
				continue;
			tc_judge_needs_counter(facts, (enum tc_counter)id, draft);
			return true;
		}
	}
	return false;
}

/* Where it differs, the check looks at each namespace. */
static bool is_known(enum tc_setting_status status)
{
	return status == TC_SETTING_READ || status == TC_SETTING_ABSENT ||
	       status == TC_SETTING_DIFFERS;
}

static bool lacks_setting(const struct tc_rule *rule, const struct tc_facts *facts,
			  struct tc_draft *draft)
{
	const char *list = rule->settings, *word;
	size_t length;

	while (list && (length = next_word(&list, &word)) > 0) {
		int id = tc_setting_find(word, length);

		if (id < 0 || is_known(facts->now.settings[id].status))
			continue;
		tc_judge_needs_setting(facts, (enum tc_setting)id, draft);
		return true;
	}
	return false;
}

/* Whether netlink was asked, or could not be. */
static bool has_tried_netlink(const struct tc_report *report)
{
	for (size_t i = 0; i < report->refused_count; i++)
		if (strcmp(report->refused[i].source, "netlink") == 0)
			return true;
	return !report->source || strcmp(report->source, "netlink") == 0;
}

const char *tc_judge_how(struct tc_draft *draft, const char *listing)
{
	const struct tc_report *report = draft->facts ? &draft->facts->report : NULL;

	if (!report || report->origins & TC_ORIGIN_OTHER_SYSTEM)
		return "";
	if (report->foreign)
		return listing ? tc_words(draft, " (%s)", listing)
			       : tc_draft_text(draft, N_(" (on that machine itself: listings do "
							 "not show them)"));
	return has_tried_netlink(report) ? "" : " (--source netlink)";
}

/* Whether so much is known that only the rest has to be asked for. */
static bool is_rest_missing(const struct tc_facts *facts, enum tc_symptom id)
{
	const struct tc_symptom_rest *rest = tc_symptom_rows[id].rest;
	const struct tc_symptom_facts *symptom = &facts->symptoms[id];
	int64_t number;

	if (!rest)
		return false;
	return rest->by_setting ? tc_facts_setting(facts, rest->setting, &number)
				: symptom->unjudged && !symptom->lacking;
}

const char *tc_judge_missing(struct tc_draft *draft, enum tc_symptom id)
{
	const struct tc_symptom_row *row = &tc_symptom_rows[id];
	bool has_some = draft->facts && is_rest_missing(draft->facts, id);

	return tc_words(draft, "%s%s",
			tc_draft_text(draft, has_some ? row->rest->missing : row->missing),
			tc_judge_how(draft, has_some ? row->rest->listing : row->listing));
}

/* All sockets in question could not be judged: of none is known whether it shows the symptom. */
static bool lacks_symptom(const struct tc_rule *rule, const struct tc_facts *facts,
			  struct tc_draft *draft)
{
	const struct tc_symptom_facts *symptom = &facts->symptoms[rule->symptom];
	bool not_read = !(tc_symptom_rows[rule->symptom].states & ~facts->report.states_not_read);

	if (!rule->has_symptom || symptom->shown || symptom->not_shown ||
	    (!symptom->unjudged && !not_read))
		return false;
	tc_needs(draft, "%s", tc_judge_missing(draft, rule->symptom));
	return true;
}

const char *tc_judge_needs_interval(const struct tc_facts *facts)
{
	return facts->report.foreign ? N_("two readings of the counters, some time apart")
				     : N_("an interval (without --instant)");
}

/* What a listing leaves out unless it is asked for, or cannot show, by the name of its format. */
static const struct omission {
	const char *format;
	uint32_t states; /* TC_STATE_BIT()s; where it has any of them, it was made with them */
	const char *needs;
} omissions[] = {
	{"ss", TC_STATE_BIT(TC_LISTEN) | TC_STATE_BIT(TC_SYN_RECV) | TC_STATE_BIT(TC_TIME_WAIT),
	 N_("a listing of all states (ss -tan): this one has no LISTEN, SYN_RECV or TIME_WAIT, "
	    "which ss leaves out where it is not asked for them")},
	{"netstat (Linux)", TC_STATE_BIT(TC_LISTEN),
	 N_("a listing of all states (netstat -tan): this one has no LISTEN, which netstat leaves "
	    "out where it is not asked for it")},
	{"lsof", TC_STATE_BIT(TC_SYN_RECV) | TC_STATE_BIT(TC_TIME_WAIT),
	 N_("a listing of all states (netstat -an): lsof shows only what processes hold, no "
	    "SYN_RECV and no TIME_WAIT")},
};

static const struct omission *omission_of(const struct tc_facts *facts)
{
	for (size_t i = 0; facts->report.foreign && i < TC_ARRAY_SIZE(omissions); i++) {
		bool has_any = false;

		if (strcmp(facts->report.formats, omissions[i].format) != 0)
			continue;
		for (unsigned state = 0; state < TC_STATE_COUNT; state++)
			has_any |= omissions[i].states & TC_STATE_BIT(state) &&
				   facts->census.states[state];
		return has_any ? NULL : &omissions[i];
	}
	return NULL;
}

bool tc_judge_may_be_left_out(const struct tc_facts *facts, uint32_t states, struct tc_draft *draft)
{
	const struct omission *omission = states ? omission_of(facts) : NULL;

	if (!omission || states & ~omission->states)
		return false;
	tc_needs(draft, "%s", tc_draft_text(draft, omission->needs));
	return true;
}

/* The states that the rule is about; 0: of none, or of more than its row says. */
static uint32_t states_of(const struct tc_rule *rule)
{
	if (rule->has_symptom)
		return tc_symptom_rows[rule->symptom].states;
	if (rule->rests_on)
		return rule->rests_on;
	return rule->glance_state ? TC_STATE_BIT(rule->glance_state) : 0;
}

/* Whether it rose is not known: it was read once and is not 0, or not at all. */
static bool may_have_risen(const struct tc_facts *facts, size_t id)
{
	uint64_t value;

	if (facts->now.counters.status[id] == TC_COUNTER_ABSENT ||
	    tc_facts_rise(facts, (enum tc_counter)id, &value))
		return false;
	return !tc_facts_counter(facts, (enum tc_counter)id, &value) || value;
}

void tc_judge_half(const struct tc_facts *facts, const char *counters, struct tc_draft *draft)
{
	const char *word, *names = "", *takes = NULL;
	size_t length;

	while (counters && (length = next_word(&counters, &word)) > 0) {
		for (size_t id = 0; id < TC_COUNTER_COUNT; id++) {
			const struct tc_counter_row *row = &tc_counter_rows[id];

			if (strlen(row->name) != length || memcmp(row->name, word, length) != 0 ||
			    !may_have_risen(facts, id))
				continue;
			names = tc_words(draft, "%s%s%s %s", names, *names ? ", " : "", row->group,
					 row->key ? row->key : row->name);
			takes = tc_counter_file(id);
		}
	}
	if (!takes)
		return;
	draft->is_open = true;
	if (!facts->interval_us)
		takes = tc_draft_text(draft, tc_judge_needs_interval(facts));
	tc_evidence(draft,
		    N_("Whether it is worse than that is not known: to see whether %s rose takes "
		       "%s."),
		    names, takes);
}

/* Of some it is not known, so that none shows it cannot be said, nor that all is normal. */
static void doubt(const struct tc_rule *rule, const struct tc_facts *facts,
		  struct tc_judgement *judgement)
{
	if (judgement->verdict != TC_NORMAL && judgement->verdict != TC_QUIET)
		return;
	if (tc_judge_may_be_left_out(facts, states_of(rule), &judgement->draft)) {
		judgement->verdict = TC_UNSURE;
		return;
	}
	if (!rule->has_symptom || !facts->symptoms[rule->symptom].unjudged)
		return;
	judgement->verdict = TC_UNSURE;
	tc_needs(&judgement->draft, "%s", tc_judge_missing(&judgement->draft, rule->symptom));
}

/* What a look of its own was made for, and why that failed. */
static void needs_look(struct tc_draft *draft, const char *what, const char *why)
{
	what = tc_draft_text(draft, what);
	tc_needs(draft, *why ? "%s: %s" : "%s", what, why);
}

/* A listener alone is in nobody's way; of all others it matters whom they are connected to. */
static bool lacks_ports(const struct tc_facts *facts)
{
	return facts->report.foreign &&
	       facts->census.total > facts->census.states[TC_LISTEN] &&
	       (facts->seen & TC_HAVE_ENDPOINTS) != TC_HAVE_ENDPOINTS;
}

/* Whether anything of a Linux kernel was read beside the sockets. */
static bool has_readings(const struct tc_facts *facts)
{
	for (size_t id = 0; id < TC_SETTING_COUNT; id++)
		if (facts->now.settings[id].status == TC_SETTING_READ)
			return true;
	for (size_t id = 0; id < TC_COUNTER_COUNT; id++)
		if (facts->now.counters.status[id] == TC_COUNTER_READ)
			return true;
	return false;
}

bool tc_judge_is_about(const struct tc_rule *rule, const struct tc_facts *facts)
{
	unsigned origins = facts->report.origins;

	if (!origins || (rule->elsewhere && origins == TC_ORIGIN_OTHER_SYSTEM))
		return true;
	return rule->any_system && (origins != TC_ORIGIN_OTHER_SYSTEM || has_readings(facts));
}

static bool lacks_linux(const struct tc_rule *rule, const struct tc_facts *facts,
			struct tc_draft *draft)
{
	unsigned origins = facts->report.origins;

	if (tc_judge_is_about(rule, facts))
		return false;
	if (rule->any_system) {
		tc_needs(draft,
			 N_("a Linux machine: it judges settings and counters of its kernel"));
		return true;
	}
	tc_needs(draft, "%s",
		 tc_draft_text(draft, origins & TC_ORIGIN_OTHER_SYSTEM
					      ? N_("a listing of a Linux machine's sockets")
					      : N_("a listing of sockets: these are connections "
						   "that a machine tracks, not its sockets")));
	return true;
}

static bool lacks(const struct tc_rule *rule, const struct tc_facts *facts, struct tc_draft *draft)
{
	if (lacks_linux(rule, facts, draft))
		return true;
	if ((rule->needs & TC_NEEDS_INTERVAL) && !facts->interval_us) {
		tc_needs(draft, "%s", tc_draft_text(draft, tc_judge_needs_interval(facts)));
		return true;
	}
	if ((rule->needs & TC_NEEDS_LISTENERS) && !facts->listening) {
		needs_look(draft, N_("the queues of the listeners"), facts->listening_why);
		return true;
	}
	if ((rule->needs & TC_NEEDS_PORTS) && !facts->ports) {
		needs_look(draft, N_("which local ports are in use"), facts->ports_why);
		return true;
	}
	if ((rule->needs & TC_NEEDS_PORTS) && lacks_ports(facts)) {
		tc_needs(draft, N_("addresses and ports (ss -tan)"));
		return true;
	}
	return lacks_counter(rule, facts, draft) || lacks_setting(rule, facts, draft) ||
	       lacks_symptom(rule, facts, draft);
}

static int judge_once(const struct tc_rule *rule, const struct tc_facts *facts, bool english,
		      struct tc_judgement *ret_judgement)
{
	struct tc_judgement judgement = {
		.rule = rule,
		.draft = {.english = english, .facts = facts},
	};

	judgement.verdict = lacks(rule, facts, &judgement.draft)
				    ? TC_UNSURE
				    : rule->check(facts, &judgement.draft);
	doubt(rule, facts, &judgement);
	if (judgement.verdict == TC_FOUND && judgement.draft.severity < rule->severity)
		tc_judge_half(facts, rule->graver_by, &judgement.draft);
	if (judgement.draft.failed) {
		tc_draft_release(&judgement.draft);
		return -ENOMEM;
	}
	*ret_judgement = judgement;
	return 0;
}

int tc_judge(const struct tc_rule *rule, const struct tc_facts *facts, bool english,
	     struct tc_judgement *ret_judgement)
{
	return rule->by_netns && facts->netns_count
		       ? tc_judge_each_netns(rule, facts, english, ret_judgement)
		       : judge_once(rule, facts, english, ret_judgement);
}
