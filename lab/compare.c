/* SPDX-License-Identifier: MIT */
/*
 * compare.c - the difference between what had to be found and what was.
 */
#include "compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tcpcensus.h"
#include "util/intl.h"

#define ID_MAX 64

struct difference {
	char *text;
	size_t size, length;
};

static void tc_printf(2, 3) differ(struct difference *difference, const char *format, ...)
{
	size_t room = difference->size - difference->length;
	va_list args;
	int wrote = 0;

	if (difference->length)
		wrote = snprintf(difference->text + difference->length, room, "; ");
	if (wrote < 0 || (size_t)wrote >= room)
		return;
	difference->length += (size_t)wrote;
	room -= (size_t)wrote;
	va_start(args, format);
	wrote = vsnprintf(difference->text + difference->length, room, format, args);
	va_end(args);
	if (wrote > 0)
		difference->length += (size_t)wrote < room ? (size_t)wrote : room - 1;
}

/* The next word of a list, copied; false at its end. */
static bool next_id(const char **list, char id[ID_MAX])
{
	size_t length;

	*list += strspn(*list, " ");
	length = strcspn(*list, " ");
	if (!length)
		return false;
	snprintf(id, ID_MAX, "%.*s", (int)length, *list);
	*list += length;
	return true;
}

bool lab_ids_have(const char *ids, const char *id)
{
	char word[ID_MAX];

	while (ids && next_id(&ids, word)) {
		if (strcmp(word, id) == 0)
			return true;
	}
	return false;
}

/* What was said of a rule, or NULL. */
static const struct lab_found *find(const struct lab_found *found, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(found[i].id, id) == 0)
			return &found[i];
	}
	return NULL;
}

static void miss(struct difference *difference, const char *id, const struct lab_found *found,
		 bool normal)
{
	if (found && found->needs)
		differ(difference, _("%s was not checked: %s"), id, found->needs);
	else if (normal && !(found && found->normal))
		differ(difference, _("%s was not called normal"), id);
	else if (!normal && !(found && found->severity))
		differ(difference, _("%s was not found"), id);
}

/* A healthy scenario may name notices, and nothing that it names makes worse ones harmless. */
static bool may_be_found(const struct lab_scenario *scenario, const struct lab_found *found)
{
	if (scenario->healthy && found->severity > TC_SEVERITY_NOTICE)
		return false;
	return lab_ids_have(scenario->findings, found->id) ||
	       lab_ids_have(scenario->allowed, found->id);
}

/* Whether it is as bad as the row says: nothing less, and nothing else. */
static void weigh(struct difference *difference, const struct lab_scenario *scenario,
		  const struct lab_found *found)
{
	bool wanted = lab_ids_have(scenario->critical, found->id);

	if (wanted && found->severity < TC_SEVERITY_CRITICAL)
		differ(difference, _("%s was not critical"), found->id);
	else if (!wanted && found->severity >= TC_SEVERITY_CRITICAL)
		differ(difference, _("%s was critical, and should not have been"), found->id);
}

bool lab_compare(const struct lab_scenario *scenario, const struct lab_found *found, size_t count,
		 char *text, size_t size)
{
	struct difference difference = {.text = text, .size = size};
	const char *wanted = scenario->findings ? scenario->findings : "";
	const char *normal = scenario->normal ? scenario->normal : "";
	char id[ID_MAX];

	text[0] = '\0';
	while (next_id(&wanted, id))
		miss(&difference, id, find(found, count, id), false);
	while (next_id(&normal, id))
		miss(&difference, id, find(found, count, id), true);
	for (size_t i = 0; i < count; i++) {
		if (found[i].severity && !may_be_found(scenario, &found[i]))
			differ(&difference, _("%s was found, and should not have been"),
			       found[i].id);
		else if (found[i].severity)
			weigh(&difference, scenario, &found[i]);
	}
	return difference.length == 0;
}

bool lab_compare_states(const struct lab_scenario *scenario, const uint64_t *states, char *text,
			size_t size)
{
	struct difference difference = {.text = text, .size = size};
	struct lab_census expected;

	text[0] = '\0';
	lab_scenario_expect(scenario, scenario->side, 1, &expected);
	for (int state = TC_UNKNOWN; state < TC_STATE_COUNT; state++) {
		unsigned number = state == TC_BOUND ? LAB_BOUND : (unsigned)state;
		unsigned wanted = lab_census_of(&expected, number);

		if (scenario->driver ? states[state] < wanted : states[state] != wanted)
			differ(&difference, _("%s: %llu counted, %u expected"),
			       tc_state_name(state), (unsigned long long)states[state], wanted);
	}
	return difference.length == 0;
}
