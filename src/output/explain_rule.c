/* SPDX-License-Identifier: MIT */
/* explain_rule.c - what a rule of diagnose looks for, as a page and as JSON. */
#include <string.h>

#include "output/explain_json.h"
#include "output/explain_page.h"
#include "output/json.h"
#include "util/intl.h"

static const char *severity_text(int severity)
{
	switch (severity) {
	case TC_SEVERITY_CRITICAL:
		return N_("critical at the worst: connections fail now");
	case TC_SEVERITY_WARNING:
		return N_("a warning at the worst: something is lost, or will be");
	default:
		return N_("a notice: worth knowing, nothing is lost");
	}
}

void tc_explain_rule(struct tc_buf *out, const struct tc_rule_text *rule, const char *settings,
		     const struct tc_explain_env *env)
{
	struct tc_page page = tc_page_of(out, env);
	char command[128] = "", lab[128] = "";

	snprintf(command, sizeof(command), "tcpcensus diagnose %s", rule->id);
	if (rule->scenario)
		snprintf(lab, sizeof(lab), "tcpcensus lab %s", rule->scenario);
	tc_page_title(&page, rule->id, rule->title);
	tc_page_fact(&page, N_("severity"), severity_text(rule->severity));
	tc_page_fact(&page, N_("do first"), rule->first);
	tc_page_fact(&page, N_("is it so here"), command);
	tc_page_fact(&page, N_("see it happen"), lab);
	tc_page_section(&page, N_("When it speaks"), rule->threshold);
	tc_page_list(&page, N_("Why"), rule->causes);
	tc_page_list(&page, N_("To make sure"), rule->confirm);
	tc_page_list(&page, N_("What to do"), rule->remedy);
	tc_page_list(&page, N_("What not to do"), rule->avoid);
	tc_page_settings(&page, settings ? settings : "");
	tc_page_related(&page, rule->id);
	tc_page_list(&page, N_("Sources"), rule->sources);
}

static void add_list(struct tc_buf *out, const char *key, const char *const *list)
{
	tc_buf_format(out, ",\"%s\":[", key);
	for (size_t i = 0; list && list[i]; i++) {
		tc_buf_text(out, i ? "," : "");
		tc_json_string(out, list[i]);
	}
	tc_buf_byte(out, ']');
}

void tc_explain_rule_json(struct tc_buf *out, const struct tc_rule_text *rule,
			  const char *settings, const struct tc_explain_env *env)
{
	struct tc_fill fill = tc_explain_fill_json(env);

	tc_buf_text(out, TC_EXPLAIN_SCHEMA ",\"finding\":");
	tc_json_string(out, rule->id);
	tc_buf_format(out, ",\"severity\":\"%s\"", tc_severity_name(rule->severity));
	tc_buf_text(out, ",\"title\":");
	tc_json_string(out, rule->title);
	tc_buf_text(out, ",\"threshold\":");
	tc_json_string(out, rule->threshold);
	tc_buf_text(out, ",\"first\":");
	tc_json_string(out, rule->first);
	add_list(out, "causes", rule->causes);
	add_list(out, "confirm", rule->confirm);
	add_list(out, "remedy", rule->remedy);
	add_list(out, "avoid", rule->avoid);
	tc_explain_settings_json(out, settings ? settings : "", &fill);
	tc_explain_related_json(out, rule->id);
	add_list(out, "sources", rule->sources);
	if (rule->scenario) {
		tc_buf_text(out, ",\"scenario\":");
		tc_json_string(out, rule->scenario);
	}
	tc_buf_text(out, "}\n");
}
