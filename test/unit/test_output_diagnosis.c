/* SPDX-License-Identifier: MIT */
/* test_output_diagnosis.c - a diagnosis, rules and verdicts as they are shown: see golden.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "model/diagnosis.h"
#include "output/output.h"
#include "util/macro.h"
#include "util/width.h"
#include "valid_json.h"

static const char *const forms[] = {"table", "json", "ndjson", "csv"};
static const struct tc_style plain = {.width = 80, .utf8 = true};
static const struct tc_stamp stamp = {.taken_at = "2026-11-22T09:02:13.123Z", .host = "web1"};

static const struct tc_report complete = {.source = "netlink", .complete = true, .took_us = 3120};
static const struct tc_report incomplete = {
	.source = "listing",
	.foreign = true,
	.why = "2 lines could not be read",
	.took_us = 17,
	.lines = 5040,
	.unread = 2,
	.formats = "netstat (Linux)",
	.origin = {{.file = "net\"stat.txt", .sockets = 5038},
		   {.file = "sysctl", .settings = 40, .counters = 2}},
	.origin_count = 2,
	.origins_have_readings = true,
};

static struct tc_rule_text leak = {
	.id = "close-wait-leak",
	.severity = TC_SEVERITY_CRITICAL,
	.title = "a program does not close connections that its peers have closed",
	.threshold = "A warning when one is held for a minute.",
	.causes = (const char *const[]){"The program forgets to close after it has read the end of "
					"the stream: an error path, a pool that is never emptied.",
					"The program is stuck.", NULL},
	.confirm = (const char *const[]){"ls -l /proc/PID/fd: the same descriptors again", NULL},
	.remedy = (const char *const[]){"Correct the program.", NULL},
	.first = "Restart the program.",
	.avoid = (const char *const[]){"No kernel setting ends CLOSE_WAIT.", NULL},
	.sources = (const char *const[]){"RFC 9293 3.6", "net/ipv4/tcp_input.c:tcp_fin", NULL},
	.scenario = "close-wait-leak",
};

/* Nothing to confirm, to do or to avoid, no scenario; the title has room beside the id. */
static struct tc_rule_text bare = {
	.id = "stale-syn",
	.severity = TC_SEVERITY_NOTICE,
	.title = "a short, \"quoted\" title",
	.threshold = "Always.",
	.causes = (const char *const[]){NULL},
	.confirm = (const char *const[]){NULL},
	.remedy = (const char *const[]){NULL},
	.avoid = (const char *const[]){NULL},
	.sources = (const char *const[]){"RFC 5961", NULL},
};

/* Names of processes may be anything. */
static const char *const evil_evidence[] = {
	"17 of 18 CLOSE_WAIT have been held by a program for a minute or more, the oldest for 2 h "
	"at least.",
	"Whose: \033[31mevil\nname: 17.", NULL};
static const char *const evidence[] = {"3 SYNs met connections.", NULL};

/* A number, a range, one that does not exist; a counter that rose, one that did not, a gauge. */
static void add_readings(struct tc_diagnosis *diagnosis)
{
	struct tc_readings *before = &diagnosis->before, *now = &diagnosis->now;

	diagnosis->interval_us = 3001234;
	now->settings[TC_SETTING_tcp_fin_timeout] =
		(struct tc_setting_value){.status = TC_SETTING_READ, .count = 1, .number = {60}};
	now->settings[TC_SETTING_ip_local_port_range] = (struct tc_setting_value){
		.status = TC_SETTING_READ, .count = 2, .number = {32768, 60999}};
	now->settings[TC_SETTING_tcp_tw_recycle].status = TC_SETTING_ABSENT;
	before->counters.status[TC_COUNTER_ListenOverflows] = TC_COUNTER_READ;
	now->counters.status[TC_COUNTER_ListenOverflows] = TC_COUNTER_READ;
	before->counters.value[TC_COUNTER_ListenOverflows] = 20;
	now->counters.value[TC_COUNTER_ListenOverflows] = 25;
	now->counters.status[TC_COUNTER_TW] = TC_COUNTER_READ; /* once only */
	now->counters.value[TC_COUNTER_TW] = 7;
	before->counters.status[TC_COUNTER_sockstat_tw] = TC_COUNTER_READ;
	now->counters.status[TC_COUNTER_sockstat_tw] = TC_COUNTER_READ;
	now->counters.value[TC_COUNTER_sockstat_tw] = 4169;
}

static struct tc_diagnosis found(void)
{
	static struct tc_finding findings[3];
	static struct tc_normal normal[] = {
		{"tw-active-close", "4169 TIME_WAIT: normal. This machine closed first; they hold "
				    "1.1 MB and no descriptor, and each is gone within 60 s."},
		{"closing", "1 CLOSING: normal."},
	};
	static struct tc_not_checked not_checked[] = {
		{"paws-nat", "an interval (without --instant)"},
		{"tcp-mem", "the setting tcp_mem, which only the initial network namespace shows; "
			    "look from there"},
		{"cookies-sent", "an interval (without --instant)"},
	};

	struct tc_diagnosis diagnosis;

	findings[0] = (struct tc_finding){leak, TC_SEVERITY_CRITICAL, evil_evidence};
	findings[1] = (struct tc_finding){leak, TC_SEVERITY_WARNING, evidence};
	findings[2] = (struct tc_finding){bare, TC_SEVERITY_NOTICE, evidence};
	diagnosis = (struct tc_diagnosis){
		.findings = findings,
		.normal = normal,
		.not_checked = not_checked,
		.finding_count = 3,
		.normal_count = 2,
		.not_checked_count = 3,
		.rule_count = 8,
	};
	add_readings(&diagnosis);
	return diagnosis;
}

static void compare(const char *what, int form, struct tc_buf *out)
{
	const char *at = tc_buf_string(out);
	char path[96];

	if (form == TC_FORM_JSON)
		assert_true(is_valid_json(out->data, out->length));
	while (form == TC_FORM_NDJSON && *at) {
		size_t length = strcspn(at, "\n");

		assert_true(is_valid_json(at, length));
		at += length + 1;
	}
	snprintf(path, sizeof(path), "output/%s.%s.txt", what, forms[form]);
	golden_compare(path, out);
	tc_buf_clear(out);
}

static void test_diagnosis(void **state)
{
	static const struct tc_stamp no_stamp;
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_diagnosis all = found(), nothing = {.finding_count = 0};

	(void)state;
	for (int form = TC_FORM_TABLE; form <= TC_FORM_CSV; form++) {
		tc_write_diagnosis(&out, form, &all, &complete, &stamp, &plain);
		compare("diagnosis", form, &out);
		tc_write_diagnosis(&out, form, &all, &incomplete, &no_stamp, &plain);
		compare("diagnosis-incomplete", form, &out);
		tc_write_diagnosis(&out, form, &nothing, &complete, &stamp, &plain);
		compare("diagnosis-nothing", form, &out);
	}
}

static void test_looks(void **state)
{
	static const struct tc_style styles[] = {
		{.width = 40}, {.width = 200, .utf8 = true}, {.width = 80, .colour = true}};
	static const char *const names[] = {"diagnosis-narrow", "diagnosis-wide",
					    "diagnosis-colour"};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_diagnosis all = found();

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(styles); i++) {
		tc_write_diagnosis(&out, TC_FORM_TABLE, &all, &complete, &stamp, &styles[i]);
		compare(names[i], TC_FORM_TABLE, &out);
	}
}

static void assert_fits(struct tc_buf *out, unsigned width)
{
	const char *at = tc_buf_string(out);

	for (; *at; at += strcspn(at, "\n") + 1)
		assert_true(tc_width(at, strcspn(at, "\n")) <= width);
}

/* No line is wider than the terminal, and nothing steers it. */
static void test_fits(void **state)
{
	struct tc_diagnosis all = found();
	struct tc_rule_text rules[] = {leak, bare};

	(void)state;
	for (unsigned width = 40; width <= 200; width++) {
		struct tc_style style = {.width = width};
		tc_auto_buf struct tc_buf out = TC_BUF_INIT;

		tc_write_diagnosis(&out, TC_FORM_TABLE, &all, &incomplete, &stamp, &style);
		tc_write_rules(&out, TC_FORM_TABLE, rules, 2, &style);
		tc_write_census_verdicts(&out, &all, &style);
		assert_fits(&out, width);
		assert_null(strchr(out.data, '\033'));
	}
}

static void test_rules(void **state)
{
	struct tc_rule_text rules[] = {leak, bare};
	struct tc_style wide = {.width = 160};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;

	(void)state;
	for (int form = TC_FORM_TABLE; form <= TC_FORM_CSV; form++) {
		tc_write_rules(&out, form, rules, 2, &plain);
		compare("rules", form, &out);
	}
	tc_write_rules(&out, TC_FORM_TABLE, rules, 2, &wide);
	compare("rules-wide", TC_FORM_TABLE, &out);
}

/* At most three: what is wrong, then what may be, and the last for what only looks so. */
static void test_verdicts(void **state)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_diagnosis all = found(), hints = found(), nothing = {.finding_count = 0};

	(void)state;
	tc_write_census_verdicts(&out, &all, &plain);
	compare("census-verdicts", TC_FORM_TABLE, &out);
	hints.finding_count = 0;
	hints.not_checked[0].needs = "18 CLOSE_WAIT: the peer closed, our program has not";
	tc_write_census_verdicts(&out, &hints, &plain);
	compare("census-verdicts-hints", TC_FORM_TABLE, &out);
	hints.normal_count = 0;
	tc_write_census_verdicts(&out, &hints, &plain);
	compare("census-verdicts-only-hints", TC_FORM_TABLE, &out);
	tc_write_census_verdicts(&out, &nothing, &plain);
	assert_int_equal(out.length, 0);
}

/* Where it is open which rule has the sockets, the command names none. */
static void test_verdict_of_no_rule(void **state)
{
	static const char *const sentences[] = {"20 SYN_RECV.", NULL};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_finding finding = {.rule = {.id = ""},
				     .severity = TC_SEVERITY_NOTICE,
				     .evidence = sentences};
	struct tc_diagnosis one = {.findings = &finding, .finding_count = 1};

	(void)state;
	tc_write_census_verdicts(&out, &one, &plain);
	assert_string_equal(tc_buf_string(&out), "- 20 SYN_RECV: tcpcensus diagnose\n");
}

/* What diagnose may call a warning is neither an alarm nor called harmless. */
static void test_verdict_that_is_open(void **state)
{
	static const char *const open[] = {"20 LAST_ACK.", NULL}, *const bad[] = {"A leak.", NULL},
				 *const small[] = {"1 CLOSING.", NULL};
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_finding findings[] = {
		{.rule = {.id = "b"}, .severity = TC_SEVERITY_WARNING, .evidence = bad},
		{.rule = {.id = "c"}, .severity = TC_SEVERITY_NOTICE, .evidence = small},
		{.rule = {.id = "a"}, .severity = 0, .evidence = open},
	};
	struct tc_diagnosis all = {.findings = findings, .finding_count = 3};

	(void)state;
	tc_write_census_verdicts(&out, &all, &plain);
	assert_string_equal(tc_buf_string(&out), "! A leak: tcpcensus diagnose b\n"
						 "? 20 LAST_ACK: tcpcensus diagnose a\n"
						 "- 1 CLOSING: tcpcensus diagnose c\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_diagnosis), cmocka_unit_test(test_looks),
		cmocka_unit_test(test_fits),	  cmocka_unit_test(test_rules),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_verdict_of_no_rule),
		cmocka_unit_test(test_verdict_that_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
