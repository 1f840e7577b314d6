/* SPDX-License-Identifier: MIT */
/* cmd_explain.c - `tcpcensus explain`: what a name, a word or an error of the field means. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "cli/emit.h"
#include "cli/rules.h"
#include "cli/topics.h"
#include "model/counter.h"
#include "model/error.h"
#include "model/state.h"
#include "model/term.h"
#include "output/explain.h"
#include "util/intl.h"

enum { WORDS_MAX = 6 }; /* of a sentence: "Too many open files in system" */

/* The place in the table of rules of an id, or -1. */
static int find_rule(const char *word)
{
	for (int i = 0; tc_rules[i]; i++)
		if (strcmp(tc_rules[i]->id, word) == 0)
			return i;
	return -1;
}

static bool explain_term(const char *word, bool json, const struct tc_explain_env *env,
			 struct tc_buf *out)
{
	int term = tc_term_find(word, strlen(word));

	if (term >= 0)
		(json ? tc_explain_term_json : tc_explain_term)(out, &tc_term_rows[term], env);
	return term >= 0;
}

/* "time wait" and "CLOSE.WAIT" as states are written; other systems have letters beyond ASCII. */
static int find_state(const char *word)
{
	enum { WORD_MAX = 64 };
	size_t length = strlen(word);
	char joined[WORD_MAX];

	if (length >= WORD_MAX)
		return -ENOENT;
	for (size_t i = 0; i <= length; i++) {
		unsigned char c = (unsigned char)word[i];

		joined[i] = !c || c >= 0x80 || isalnum(c) ? word[i] : '-';
	}
	return tc_state_parse(joined, length);
}

static bool explain_state_or_setting(const char *word, bool json,
				     const struct tc_explain_env *env, struct tc_buf *out)
{
	int state = find_state(word);
	int setting = tc_setting_find(word, strlen(word));

	if (state >= 0)
		(json ? tc_explain_state_json : tc_explain_state)(out, tc_state_row(state), env);
	else if (setting >= 0)
		(json ? tc_explain_setting_json : tc_explain_setting)(
			out, (enum tc_setting)setting, env);
	return state >= 0 || setting >= 0;
}

static bool explain_error(const char *word, bool json, const struct tc_explain_env *env,
			  struct tc_buf *out)
{
	int error = tc_error_find(word, strlen(word));

	if (error >= 0)
		(json ? tc_explain_error_json : tc_explain_error)(out, &tc_error_rows[error], env);
	return error >= 0;
}

static bool explain_counter(const char *word, bool json, const struct tc_explain_env *env,
			    struct tc_buf *out)
{
	int counter = tc_counter_named(word, strlen(word));

	if (counter >= 0)
		(json ? tc_explain_counter_json : tc_explain_counter)(out, (enum tc_counter)counter,
								      env);
	return counter >= 0;
}

static bool explain_rule(const char *word, bool json, const struct tc_explain_env *env,
			 struct tc_buf *out)
{
	int rule = find_rule(word);

	if (rule >= 0)
		(json ? tc_explain_rule_json : tc_explain_rule)(out, &env->rules[rule],
								tc_rules[rule]->settings, env);
	return rule >= 0;
}

/*
 * What has several meanings is explained in each: "closing" is a state and a finding,
 * "half-open" a word and a finding.
 */
static bool explain_topic(const char *word, bool json, const struct tc_explain_env *env,
			  struct tc_buf *out)
{
	bool (*const explain[])(const char *, bool, const struct tc_explain_env *,
				struct tc_buf *) = {
		explain_state_or_setting, explain_term, explain_error,
		explain_counter,	  explain_rule,
	};
	bool known = false;

	for (size_t i = 0; i < TC_ARRAY_SIZE(explain); i++) {
		tc_auto_buf struct tc_buf page = TC_BUF_INIT;

		if (!explain[i](word, json, env, &page))
			continue;
		if (known && !json)
			tc_buf_byte(out, '\n');
		tc_buf_add(out, page.data, page.length);
		out->failed |= page.failed;
		known = true;
	}
	return known;
}

/* The words with a sign between them; NULL: no memory. */
static const char *join(int count, char **words, char sign, struct tc_buf *joined)
{
	tc_buf_clear(joined);
	for (int i = 0; i < count; i++) {
		if (i)
			tc_buf_byte(joined, sign);
		tc_buf_text(joined, words[i]);
	}
	return tc_buf_string(joined);
}

/*
 * "accept queue", "TIME WAIT" and "Cannot assign requested address" are several words on a command
 * line: how many of them make a topic, the most that do; or 0.
 */
static int explain_words(int argc, char **argv, bool json, const struct tc_explain_env *env,
			 struct tc_buf *out)
{
	tc_auto_buf struct tc_buf joined = TC_BUF_INIT;

	for (int count = argc < WORDS_MAX ? argc : WORDS_MAX; count; count--) {
		const char *string = join(count, argv, ' ', &joined);

		if (string && explain_topic(string, json, env, out))
			return count;
	}
	return 0;
}

static int nothing_to_explain(int argc, char **argv, const char *word)
{
	tc_auto_buf struct tc_buf joined = TC_BUF_INIT;
	const char *phrase = join(argc < WORDS_MAX ? argc : WORDS_MAX, argv, '_', &joined);
	char near[TC_NEAR_MAX];

	return tc_usage_error(_("there is nothing to explain under the name '%s'%s"), word,
			      tc_topic_near(word, phrase ? phrase : word, near));
}

/* Every topic is looked up before the first is shown, so a wrong one costs nothing. */
static int explain_all(int argc, char **argv, bool json, const struct tc_explain_env *env)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	if (!argc)
		(json ? tc_explain_index_json : tc_explain_index)(&out, env);
	for (int i = 0, used; i < argc; i += used) {
		if (i && !json)
			tc_buf_byte(&out, '\n');
		used = explain_words(argc - i, argv + i, json, env, &out);
		if (!used)
			return nothing_to_explain(argc, argv, argv[i]);
	}
	return tc_emit(&out);
}

static int run(const struct tc_options *options, int argc, char **argv)
{
	__attribute__((cleanup(tc_rule_pages_release))) struct tc_rule_pages pages = {.count = 0};
	bool json = options->form == TC_FORM_JSON || options->form == TC_FORM_NDJSON;
	struct tc_style style = tc_style_of(options);
	struct tc_explain_env env = {
		.width = style.width,
		.colour = style.colour,
		.utf8 = style.utf8,
	};
	int status;

	if (options->form == TC_FORM_CSV)
		return tc_usage_error("%s", _("explain: an explanation has no CSV form: -o table, "
					      "json or ndjson"));
	status = tc_rule_pages_read(&pages, options, json);
	if (status)
		return status;
	env.fill = pages.fill;
	env.rules = pages.rules;
	env.rule_count = pages.count;
	return explain_all(argc, argv, json, &env);
}

const struct tc_command tc_command_explain = {
	.name = "explain",
	.arguments = N_("[STATE|SETTING|ID|ERROR|COUNTER|WORD...] [OPTION...]"),
	.summary = N_("say what a state, a setting, a finding or an error means"),
	.help = N_(
		"Every spelling of a state is understood: TIME_WAIT, time-wait, SYN_RCVD, ESTAB.\n"
		"\n"
		"  tcpcensus explain                  what can be explained\n"
		"  tcpcensus explain TIME_WAIT        what it is, who put it there, what ends it\n"
		"  tcpcensus explain tcp_fin_timeout  what it does, and what it does not\n"
		"  tcpcensus explain close-wait-leak  what diagnose looks for, and why there\n"
		"  tcpcensus explain ListenOverflows  a counter of the kernel, with its value\n"
		"  tcpcensus explain Broken pipe      an error, as a program says it\n"
		"  tcpcensus explain accept queue     a word of the field\n"),
	.options = TC_FOR_EXPLAIN,
	.flags = TC_COMMAND_TOPICS,
	.run = run,
};
