/* SPDX-License-Identifier: MIT */
/* test_reports.c - the reports of several network namespaces as one, and what is said of them. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/look.h"
#include "output/json.h"
#include "pipeline/reports.h"
#include "util/macro.h"

static struct tc_report read_through(const char *source, const char *refused)
{
	struct tc_report report = {.size = sizeof(report), .source = source, .complete = true};

	if (refused) {
		report.refused[0].source = refused;
		snprintf(report.refused[0].why, sizeof(report.refused[0].why), "no descriptors");
		report.refused_count = 1;
	}
	return report;
}

/* What is written to standard error about it. */
static const char *notes_of(const struct tc_report *report, bool verbose)
{
	static char text[2048];
	struct tc_options options = {.verbose = verbose};
	FILE *file = tmpfile();
	int kept = dup(STDERR_FILENO);
	size_t got;

	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	assert_int_equal(tc_look_finish(&options, 0, report), 0);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	got = fread(text, 1, sizeof(text) - 1, file);
	text[got] = '\0';
	fclose(file);
	return text;
}

/* The source of the others is not said to fail where it failed in one. */
static void test_another_source_in_one(void **state)
{
	struct tc_report all = {.size = sizeof(all)}, first = read_through("netlink", NULL),
			 second = read_through("proc", "netlink");

	(void)state;
	tc_reports_add(&all, &first);
	tc_reports_add(&all, &second);
	tc_reports_add(&all, &first);
	assert_string_equal(all.source, "netlink");
	assert_string_equal(all.otherwise_source, "proc");
	assert_int_equal(all.otherwise_count, 1);
	all.netns_count = 3;
	for (int verbose = 0; verbose < 2; verbose++) {
		const char *notes = notes_of(&all, verbose);

		assert_non_null(strstr(notes, "1 network namespace was read through proc, since "
					      "netlink did not work there: no descriptors\n"));
		assert_null(strstr(notes, "through netlink, since netlink"));
		assert_null(strstr(notes, "netlink was not used"));
	}
}

static void test_in_json(void **state)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_report all = read_through("netlink", "netlink");

	(void)state;
	all.netns_count = 3;
	tc_json_source(&out, &all);
	assert_null(strstr(tc_buf_string(&out), "otherwise"));
	tc_buf_clear(&out);
	all.otherwise_source = "proc";
	all.otherwise_count = 2;
	tc_json_source(&out, &all);
	assert_non_null(strstr(tc_buf_string(&out),
			       "\"hidden\":0,\"otherwise\":{\"name\":\"proc\",\"count\":2}}"));
}

/* Whichever namespace it was in. */
static void test_what_another_source_read(void **state)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_report all = {.size = sizeof(all)}, part = read_through("bpf", NULL), rest = part;

	(void)state;
	rest.rest_source = "netlink";
	rest.rest_states = TC_STATE_BIT(TC_LISTEN) | TC_STATE_BIT(TC_BOUND);
	tc_reports_add(&all, &part);
	tc_json_source(&out, &all);
	assert_null(strstr(tc_buf_string(&out), "\"rest\""));
	tc_buf_clear(&out);
	tc_reports_add(&all, &rest);
	tc_reports_add(&all, &part);
	tc_json_source(&out, &all);
	assert_non_null(strstr(tc_buf_string(&out), ",\"rest\":{\"name\":\"netlink\","
						    "\"states\":[\"LISTEN\",\"BOUND\"]}"));
	assert_non_null(strstr(notes_of(&all, true), "LISTEN was read through netlink\n"));
}

static void test_the_same_everywhere(void **state)
{
	struct tc_report all = {.size = sizeof(all)}, part = read_through("proc", "netlink");

	(void)state;
	tc_reports_add(&all, &part);
	tc_reports_add(&all, &part);
	assert_int_equal(all.refused_count, 1);
	assert_int_equal(all.otherwise_count, 0);
	assert_non_null(strstr(notes_of(&all, false),
			       "read through proc, since netlink does not work: no descriptors\n"));
}

/* Each part may be wrong in a way of its own. */
static void test_deviation(void **state)
{
	static const struct {
		unsigned parts[3]; /* UINT_MAX: a complete one */
		unsigned together;
	} rows[] = {
		{{UINT_MAX, UINT_MAX, UINT_MAX}, 0},
		{{UINT_MAX, 0, UINT_MAX}, TC_MAY_LACK},
		{{0, UINT_MAX, TC_MAY_REPEAT}, TC_MAY_LACK | TC_MAY_REPEAT},
		{{TC_MAY_REPEAT, UINT_MAX, UINT_MAX}, TC_MAY_REPEAT},
		{{UINT_MAX, TC_MAY_REPEAT, TC_MAY_REPEAT}, TC_MAY_REPEAT},
		{{UINT_MAX, TC_MAY_LACK | TC_MAY_REPEAT, 0}, TC_MAY_LACK | TC_MAY_REPEAT},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_report all = {.size = sizeof(all)};

		for (size_t k = 0; k < TC_ARRAY_SIZE(rows[i].parts); k++) {
			struct tc_report part = read_through("netlink", NULL);

			part.complete = rows[i].parts[k] == UINT_MAX;
			part.deviation = part.complete ? 0 : rows[i].parts[k];
			tc_reports_add(&all, &part);
		}
		assert_int_equal(all.complete, rows[i].together == 0);
		assert_int_equal(all.deviation, rows[i].together);
	}
}

/* As of the looks that choose the destinations of each namespace. */
static void test_owners(void **state)
{
	struct tc_report all = {.size = sizeof(all)}, first = read_through("netlink", NULL),
			 second = read_through("netlink", NULL);

	(void)state;
	first.owners.sockets[TC_OWNER_HIDDEN] = 2;
	first.owners.hidden_processes = 7;
	second.owners.sockets[TC_OWNER_HIDDEN] = 3;
	second.owners.hidden_processes = 6; /* processes are those of the machine both times */
	second.owners_err = -EMFILE;
	second.owners_in_why = true;
	second.complete = false;
	tc_reports_add(&all, &first);
	tc_reports_add(&all, &second);
	assert_int_equal(all.owners.sockets[TC_OWNER_HIDDEN], 5);
	assert_int_equal(all.owners.hidden_processes, 7);
	assert_int_equal(all.owners_err, -EMFILE);
	assert_true(all.owners_in_why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_another_source_in_one),
		cmocka_unit_test(test_in_json),
		cmocka_unit_test(test_what_another_source_read),
		cmocka_unit_test(test_the_same_everywhere),
		cmocka_unit_test(test_deviation),
		cmocka_unit_test(test_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
