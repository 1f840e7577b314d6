/* SPDX-License-Identifier: MIT */
/* test_story.c - what stories show beside drawings. Its goldens are in test/golden/story. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/topics.h"
#include "golden.h"
#include "lab/story.h"
#include "lab/story_length.h"
#include "lab/words.h"
#include "util/width.h"

static void check_width(const char *text, size_t width)
{
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		size_t length = strcspn(line, "\n");

		assert_true(tc_width(line, length) <= width);
		assert_true(!length || line[length - 1] != ' ');
	}
}

/* ---- The legend ------------------------------------------------------------------------ */

static void put_words(const char *golden, size_t width, bool utf8)
{
	struct tc_buf out = TC_BUF_INIT;

	lab_words_put(&out, ~(lab_words)0, utf8, width);
	check_width(tc_buf_string(&out), width);
	golden_compare(golden, &out);
	tc_buf_release(&out);
}

static void test_words(void **state)
{
	(void)state;
	put_words("story/words-40.txt", 40, true);
	put_words("story/words-80.txt", 80, true);
	put_words("story/words-ascii.txt", 80, false);
}

/* Every state that a connection can be in is explained, and nothing that is not in the drawing. */
static void test_words_of_record(void **state)
{
	const struct lab_segment syn = {.flags = LAB_SYN, .stamps = true};
	struct lab_wire wire = {0};
	lab_words before, one, seen = 0;

	(void)state;
	assert_true(lab_words_of(&wire, true) == 0);
	lab_wire_add(&wire, 0, LAB_A, LAB_ARRIVES, &syn);
	before = lab_words_of(&wire, false);
	assert_true(before && !(before & lab_words_states));
	assert_true(lab_words_of(&wire, true) & ~before);
	for (int which = LAB_ESTABLISHED; which < LAB_STATES; which++) {
		lab_wire_mark(&wire, LAB_B, (enum lab_state)which);
		one = lab_words_of(&wire, false) & ~before;
		if (which == LAB_LISTEN || which > LAB_CLOSING) { /* not of a connection */
			assert_true(one == 0);
			continue;
		}
		assert_true(one && !(one & ~lab_words_states) && !(one & seen));
		seen |= one;
	}
	lab_wire_release(&wire);
}

/* ---- The table of time-wait-length ----------------------------------------------------- */

static void put_table(const char *golden, size_t width)
{
	const struct lab_length_row rows[] = {
		{"nothing", "2 or 4 minutes", LAB_LASTS, 60.04},
		{"the peer repeats its FIN", NULL, LAB_RESTARTS, 61.55},
		{"RST, with tcp_rfc1337=0", NULL, LAB_ENDS, 1.6},
		{"tcp_max_tw_buckets=0", "« voilà »", LAB_NEVER, 0},
		{"SO_LINGER", "closed", LAB_ABORTED, 0},
		{"tcp_tw_recycle=1", "1 s", LAB_NO_SETTING, 0},
		{"connect()", "1 s", LAB_TAKEN_OVER, 1.2},
		{"FIN_WAIT2", "漢字", LAB_FIN_TIMEOUT, 5.0},
	};
	struct tc_buf out = TC_BUF_INIT;

	lab_length_table(&out, rows, sizeof(rows) / sizeof(*rows), width);
	check_width(tc_buf_string(&out), width);
	golden_compare(golden, &out);
	tc_buf_release(&out);
}

static void test_table(void **state)
{
	(void)state;
	put_table("story/length-40.txt", 40);
	put_table("story/length-80.txt", 80);
}

/* ---- The rows -------------------------------------------------------------------------- */

static bool is_explained(const char *word)
{
	const char *topic;

	for (size_t i = 0; (topic = tc_topic_at(i)); i++) {
		if (strcmp(topic, word) == 0)
			return true;
	}
	return false;
}

/* A reader who follows "Read on" finds something. */
static void test_read_on(void **state)
{
	(void)state;
	for (const struct lab_story *story = lab_stories; story->name; story++) {
		char topics[256], *save;

		assert_non_null(story->standards);
		assert_true(strlen(story->topics) < sizeof(topics));
		strcpy(topics, story->topics);
		for (char *word = strtok_r(topics, " ", &save); word;
		     word = strtok_r(NULL, " ", &save))
			if (!is_explained(word))
				fail_msg("%s: nothing explains %s", story->name, word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_of_record),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_read_on),
	};

	if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
		return 77; /* the widths of characters are not known here */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
