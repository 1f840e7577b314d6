/* SPDX-License-Identifier: MIT */
/* cmd_explain.c - `tcpcensus explain`: what a state or a setting is, here, on this kernel. */
#include <string.h>

#include "analysis/lifetime.h"
#include "cli/emit.h"
#include "cli/topics.h"
#include "model/setting.h"
#include "model/state.h"
#include "output/explain.h"
#include "source/setting_read.h"
#include "util/intl.h"

/* Every topic is looked up before the first is explained, so a wrong one costs nothing. */
static int explain_topic(const char *word, bool json, const struct tc_explain_env *env,
			 struct tc_buf *out)
{
	int state = tc_state_parse(word, strlen(word));
	int setting = tc_setting_find(word, strlen(word));
	char near[96];

	if (state >= 0 && json)
		tc_explain_state_json(out, tc_state_row(state), env);
	else if (state >= 0)
		tc_explain_state(out, tc_state_row(state), env);
	else if (setting >= 0 && json)
		tc_explain_setting_json(out, (enum tc_setting)setting, env);
	else if (setting >= 0)
		tc_explain_setting(out, (enum tc_setting)setting, env);
	else
		return tc_usage_error(_("there is nothing to explain under the name '%s'%s"), word,
				      tc_topic_near(word, near));
	return 0;
}

static int run(const struct tc_options *options, int argc, char **argv)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_figure figures[TC_LIFETIME_COUNT];
	struct tc_style style = tc_style_of(options);
	struct tc_explain_env env = {
		.width = style.width,
		.colour = style.colour,
		.utf8 = style.utf8,
		.settings = settings,
		.figures = figures,
		.figure_count = TC_LIFETIME_COUNT,
	};
	bool json = options->form == TC_FORM_JSON || options->form == TC_FORM_NDJSON;

	if (options->form == TC_FORM_CSV)
		return tc_usage_error("%s", _("explain: an explanation is no table: -o table, json "
					      "or ndjson"));
	tc_settings_read(NULL, settings);
	tc_lifetimes(settings, figures);
	if (!argc && json)
		tc_explain_index_json(&out, &env);
	else if (!argc)
		tc_explain_index(&out, &env);
	for (int i = 0; i < argc; i++) {
		int status = explain_topic(argv[i], json, &env, &out);

		if (status)
			return status;
		if (!json && i + 1 < argc)
			tc_buf_byte(&out, '\n');
	}
	return tc_emit(&out);
}

const struct tc_command tc_command_explain = {
	.name = "explain",
	.arguments = N_("[STATE|SETTING...] [OPTION...]"),
	.summary = N_("say what a state or a kernel setting means, here, on this kernel"),
	.help = N_("Every spelling of a state is understood: TIME_WAIT, time-wait, SYN_RCVD, ESTAB.\n"
		   "\n"
		   "  tcpcensus explain                  what can be explained\n"
		   "  tcpcensus explain TIME_WAIT        what it is, who put it there, what ends it\n"
		   "  tcpcensus explain tcp_fin_timeout  what it does, and what it does not\n"),
	.options = TC_FOR_EXPLAIN,
	.flags = TC_COMMAND_TOPICS,
	.run = run,
};
