/* SPDX-License-Identifier: MIT */
/*
 * generate.c - writes tcpcensus-findings(7) from the table of rules.
 *
 *	generate >tcpcensus-findings.7
 *
 * So what the page says is what the program looks for. Values in the texts are those of a kernel
 * with its defaults, since nobody knows where the page will be read.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/lifetime.h"
#include "pipeline/rule_text.h"

/* ---- mdoc(7) ----------------------------------------------------------------------------- */

/* A line of text: nothing in it is a request or an escape. */
static void line(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text == '\n' ? ' ' : *text);
	}
	putchar('\n');
}

static void list(const char *title, const char *const *lines)
{
	if (!lines || !*lines)
		return;
	printf(".Pp\n.Em %s\n.Bl -bullet -compact\n", title);
	for (; *lines; lines++) {
		puts(".It");
		line(*lines);
	}
	puts(".El");
}

static void sources(const char *const *items)
{
	printf(".Pp\n.Em Sources :\n");
	for (; *items; items++) {
		for (const char *at = *items; *at; at++)
			fputs(*at == '\\' ? "\\e" : *at == '-' ? "\\-" : (char[]){*at, '\0'}, stdout);
		puts(items[1] ? ";" : ".");
	}
}

/* ---- The rules --------------------------------------------------------------------------- */

static void rule(const struct tc_rule_text *text)
{
	printf(".Ss %s\n", text->id);
	line(text->title);
	printf(".Pp\n.Em Severity :\n%s%s.\n", text->severity == TC_SEVERITY_NOTICE ? "" : "at the worst ",
	       tc_severity_name(text->severity));
	line(text->threshold);
	printf(".Pp\n.Em \"Do first\" :\n");
	line(text->first);
	list("Why", text->causes);
	list("To make sure", text->confirm);
	list("What to do", text->remedy);
	list("What not to do", text->avoid);
	if (text->scenario)
		printf(".Pp\n.Em \"See it happen\" :\n.Ic tcpcensus lab %s\n", text->scenario);
	sources(text->sources);
}

/* The defaults that are numbers; of the others nothing is known. */
static void defaults(struct tc_setting_value settings[TC_SETTING_COUNT])
{
	for (int i = 0; i < TC_SETTING_COUNT; i++) {
		const struct tc_setting_row *row = &tc_setting_rows[i];
		char text[64];

		settings[i] = (struct tc_setting_value){.status = TC_SETTING_UNREADABLE};
		snprintf(text, sizeof(text), "%s", row->normal);
		if (row->form == TC_FORM_RANGE)
			text[strcspn(text, "-")] = ' ';
		tc_setting_parse(row, text, strlen(text), &settings[i]);
	}
}

static const char head[] =
	".\\\" SPDX-License-Identifier: MIT\n"
	".\\\" Made by man/generate.c from the table of rules.\n"
	".Dd November 25, 2026\n"
	".Dt TCPCENSUS-FINDINGS 7\n"
	".Os\n"
	".Sh NAME\n"
	".Nm tcpcensus-findings\n"
	".Nd what tcpcensus diagnose looks for\n"
	".Sh DESCRIPTION\n"
	"These are the rules of\n"
	".Ic tcpcensus diagnose ,\n"
	"in the order in which it applies them.\n"
	"Each says when it speaks and why there, what the causes are, how to make sure, what to do,\n"
	"and what is often said and does not help.\n"
	"A rule whose data could not be read is\n"
	".Sq not checked ,\n"
	"and says what it needs; it never counts as fine.\n"
	".Pp\n"
	"A\n"
	".Em notice\n"
	"is worth knowing, and nothing is lost.\n"
	"With a\n"
	".Em warning\n"
	"something is lost, or will be.\n"
	"What is\n"
	".Em critical\n"
	"makes connections fail now.\n"
	".Pp\n"
	"Values in the texts are those of a kernel with its defaults;\n"
	".Ic tcpcensus explain Ar ID\n"
	"shows a rule with the values that are in force, and in the language of the user.\n"
	".Sh FINDINGS\n";

static const char foot[] =
	".Sh SEE ALSO\n"
	".Xr ss 8 ,\n"
	".Xr tcp 7 ,\n"
	".Xr tcpcensus 1 ,\n"
	".Xr tcpcensus-json 5\n";

int main(void)
{
	struct tc_setting_value settings[TC_SETTING_COUNT];
	struct tc_figure figures[TC_LIFETIME_COUNT];
	struct tc_fill fill = {.settings = settings,
			       .figures = figures,
			       .figure_count = TC_LIFETIME_COUNT,
			       .english = true,
			       .unknown = "as it is set"};
	tc_auto_bag struct tc_bag bag = {.count = 0};

	defaults(settings);
	tc_lifetimes(settings, figures);
	fputs(head, stdout);
	for (size_t i = 0; tc_rules[i]; i++) {
		struct tc_rule_text text = tc_rule_text_of(tc_rules[i], NULL, &fill, &bag);

		if (bag.failed)
			return 1;
		rule(&text);
	}
	fputs(foot, stdout);
	return fflush(stdout) || ferror(stdout);
}
