/* SPDX-License-Identifier: MIT */
/* rules.c - the table of rules; see rule.h. The rows stand in rule_*.c, by subject. */
#include "analysis/rules.h"

#include <string.h>

#include "analysis/rule.h"
#include "util/intl.h"

/* In the order in which people should read them. */
const struct tc_rule *const tc_rules[] = {
	&tc_rule_close_wait_leak,
	NULL,
};

const struct tc_rule *tc_rule_find(const char *id)
{
	for (size_t i = 0; tc_rules[i]; i++)
		if (strcmp(tc_rules[i]->id, id) == 0)
			return tc_rules[i];
	return NULL;
}

const char *tc_severity_name(int severity)
{
	switch (severity) {
	case TC_SEVERITY_CRITICAL:
		return "critical";
	case TC_SEVERITY_WARNING:
		return "warning";
	default:
		return "notice";
	}
}
