/* SPDX-License-Identifier: MIT */
/* test_ladder.c - what crossed the wire, as a drawing. Its goldens are in test/golden/ladder. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "lab/ladder.h"
#include "util/width.h"

#define ISN_A 4294967290u /* the numbers go round within the drawing */
#define ISN_B 1000u
#define START_NS 5000000

static uint64_t at(uint64_t at_us)
{
	return START_NS + 1000 * at_us;
}

static struct lab_segment segment_of(enum lab_side from, unsigned flags, int seq, int ack,
				     const char *text)
{
	const uint32_t isn[LAB_SIDES] = {ISN_A, ISN_B};

	return (struct lab_segment){
		.flags = (uint8_t)flags,
		.seq = isn[from] + (uint32_t)seq,
		.ack = isn[!from] + (uint32_t)ack,
		.data = (const unsigned char *)text,
		.length = strlen(text),
	};
}

static size_t cross(struct lab_wire *wire, uint64_t at_us, enum lab_side from, enum lab_fate fate,
		    unsigned flags, int seq, int ack, const char *text)
{
	struct lab_segment segment = segment_of(from, flags, seq, ack, text);

	return lab_wire_add(wire, at(at_us), from, fate, &segment);
}

static void mark(struct lab_wire *wire, enum lab_state a, enum lab_state b)
{
	if (a != LAB_NONE)
		lab_wire_mark(wire, LAB_A, a);
	if (b != LAB_NONE)
		lab_wire_mark(wire, LAB_B, b);
}

static void add_opening(struct lab_wire *wire)
{
	cross(wire, 0, LAB_B, LAB_ARRIVES, LAB_SYN, 0, 0, "");
	mark(wire, LAB_SYN_RECV, LAB_SYN_SENT);
	cross(wire, 120, LAB_A, LAB_ARRIVES, LAB_SYN | LAB_ACK, 0, 1, "");
	cross(wire, 180, LAB_B, LAB_ARRIVES, LAB_ACK, 1, 1, "");
	mark(wire, LAB_ESTABLISHED, LAB_ESTABLISHED);
}

/* Everything that a drawing can have. */
static void make_record(struct lab_wire *wire)
{
	add_opening(wire);
	cross(wire, 900, LAB_B, LAB_ARRIVES, LAB_ACK | LAB_PSH, 1, 1, "GET / HTTP/1.1\r\n");
	lab_wire_act(wire, at(950), LAB_A, "reads: naïve 漢字");
	lab_wire_act(wire, at(960), LAB_B,
		     "écrit 18 octets, et puis rien pendant un long moment, "
		     "comme 漢字漢字漢字漢字漢字漢字");
	lab_wire_remark(wire, "A remark that is longer than a line, to be broken where it is long "
			      "enough: « déjà », 漢字.");
	lab_wire_remark(wire, "And another.");
	cross(wire, 250000, LAB_A, LAB_LOST, LAB_ACK, 1, 17, "");
	cross(wire, 450000, LAB_B, LAB_LOST, LAB_FIN | LAB_ACK, 17, 1, "");
	mark(wire, LAB_NONE, LAB_FIN_WAIT1);
	cross(wire, 12345678, LAB_A, LAB_ARRIVES, LAB_ACK, -2000000000, -2000000000,
	      "a text that is too long to stand below its segment as a whole, and for the record, "
	      "too, since that has room for some bytes only");
	cross(wire, 99999999, LAB_A, LAB_ARRIVES, LAB_RST, 1, 0, "");
	mark(wire, LAB_CLOSED, LAB_NONE);
	cross(wire, 99999999, LAB_A, LAB_ARRIVES, 0, 1, 0, "");
}

/* Segments that are on their way while others are: the two close at the same time. */
static void make_crossing(struct lab_wire *wire)
{
	size_t from_a, from_b;

	lab_wire_base(wire, LAB_A, ISN_A);
	lab_wire_base(wire, LAB_B, ISN_B);
	from_a = cross(wire, 0, LAB_A, LAB_ON_ITS_WAY, LAB_FIN | LAB_ACK, 1, 1, "");
	mark(wire, LAB_FIN_WAIT1, LAB_NONE);
	from_b = cross(wire, 50, LAB_B, LAB_ON_ITS_WAY, LAB_FIN | LAB_ACK, 1, 1, "");
	mark(wire, LAB_NONE, LAB_FIN_WAIT1);
	lab_wire_act(wire, at(60), LAB_A, "waits");
	lab_wire_arrive(wire, at(100), from_b);
	mark(wire, LAB_CLOSING, LAB_NONE);
	from_b = cross(wire, 105, LAB_B, LAB_ON_ITS_WAY, LAB_ACK, 2, 1, "ab");
	cross(wire, 110, LAB_A, LAB_LOST, LAB_ACK, 2, 2, "");
	cross(wire, 115, LAB_B, LAB_ARRIVES, LAB_ACK, 4, 1, "");
	lab_wire_arrive(wire, at(200), from_a);
	mark(wire, LAB_NONE, LAB_CLOSING);
	lab_wire_arrive(wire, at(300), from_b);
	mark(wire, LAB_TIME_WAIT, LAB_TIME_WAIT);
}

static void make_stamped(struct lab_wire *wire)
{
	struct lab_segment segment = segment_of(LAB_B, LAB_SYN, 900, 0, "");

	lab_wire_base(wire, LAB_B, ISN_B);
	segment.stamps = true;
	segment.stamp = 500000;
	lab_wire_add(wire, at(0), LAB_B, LAB_ARRIVES, &segment);
	segment = segment_of(LAB_A, LAB_SYN | LAB_ACK, 0, 901, "");
	segment.stamps = true;
	segment.stamp = 4294967295u;
	segment.echo = 500000;
	lab_wire_add(wire, at(100), LAB_A, LAB_ARRIVES, &segment);
	segment = segment_of(LAB_B, LAB_ACK, 901, 1, "late");
	segment.stamps = true;
	segment.stamp = 1000;
	segment.echo = 2;
	lab_wire_add(wire, at(200), LAB_B, LAB_ARRIVES, &segment);
}

typedef void (*record_fn)(struct lab_wire *wire);

/* No line is wider than it may be, nor ends in a blank, and none has a control character. */
static void check_lines(const char *text, size_t width, bool utf8)
{
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		size_t length = strcspn(line, "\n");

		assert_true(tc_width(line, length) <= width);
		assert_true(!length || line[length - 1] != ' ');
		for (size_t i = 0; i < length; i++)
			assert_true((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
	}
	assert_true(utf8 || !strstr(text, "│"));
}

/* Both rails stand in the same columns in every line that has them. */
static void check_rails(const char *text, size_t left, size_t right)
{
	for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
		size_t length = strcspn(line, "\n"), column = 0, bytes;
		bool has_left = false;

		for (size_t i = 0; i < length; i += bytes) {
			bool rail = strncmp(line + i, "│", strlen("│")) == 0;
			size_t step = tc_width_step(line + i, length - i, &bytes);

			has_left |= rail && column == left;
			assert_true(!has_left || column != right || rail);
			column += step;
		}
		assert_true(!has_left || column > right);
	}
}

static void draw(const char *golden, record_fn make, struct lab_ladder ladder)
{
	struct tc_buf out = TC_BUF_INIT;
	struct lab_wire wire = {0};

	ladder.title[LAB_A] = "server (serveur à côté)";
	ladder.title[LAB_B] = "peer (client)";
	make(&wire);
	lab_ladder(&out, &ladder, &wire);
	check_lines(tc_buf_string(&out), ladder.width, ladder.utf8);
	golden_compare(golden, &out);
	tc_buf_release(&out);
	lab_wire_release(&wire);
}

static void test_drawings(void **state)
{
	(void)state;
	draw("ladder/ascii-40.txt", make_record, (struct lab_ladder){.width = 40});
	draw("ladder/utf8-40.txt", make_record, (struct lab_ladder){.width = 40, .utf8 = true});
	draw("ladder/utf8-60.txt", make_record, (struct lab_ladder){.width = 60, .utf8 = true});
	draw("ladder/ascii-80.txt", make_record, (struct lab_ladder){.width = 80});
	draw("ladder/utf8-80.txt", make_record, (struct lab_ladder){.width = 80, .utf8 = true});
	draw("ladder/utf8-120.txt", make_record, (struct lab_ladder){.width = 120, .utf8 = true});
	draw("ladder/utf8-200.txt", make_record, (struct lab_ladder){.width = 200, .utf8 = true});
}

static void test_crossing(void **state)
{
	(void)state;
	draw("ladder/crossing-40.txt", make_crossing,
	     (struct lab_ladder){.width = 40, .utf8 = true});
	draw("ladder/crossing-60.txt", make_crossing,
	     (struct lab_ladder){.width = 60, .utf8 = true});
	draw("ladder/crossing-80.txt", make_crossing,
	     (struct lab_ladder){.width = 80, .utf8 = true});
	draw("ladder/crossing-ascii.txt", make_crossing, (struct lab_ladder){.width = 80});
}

static void test_stamps(void **state)
{
	(void)state;
	draw("ladder/stamps-60.txt", make_stamped,
	     (struct lab_ladder){.width = 60, .utf8 = true, .stamps = true});
	draw("ladder/stamps-80.txt", make_stamped,
	     (struct lab_ladder){.width = 80, .utf8 = true, .stamps = true});
	draw("ladder/stamps-120.txt", make_stamped,
	     (struct lab_ladder){.width = 120, .utf8 = true, .stamps = true});
	draw("ladder/stamps-unseen.txt", make_stamped,
	     (struct lab_ladder){.width = 80, .utf8 = true});
}

/* Whatever the width, and characters of two columns in the text. */
static void test_every_width(void **state)
{
	const record_fn makers[] = {make_record, make_crossing, make_stamped};

	(void)state;
	for (size_t width = 1; width <= 210; width++) {
		for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
			const struct lab_ladder ladder = {
				{"server", "client"},
				width,
				true,
				true,
			};
			size_t used = width < 40 ? 40 : width > 120 ? 120 : width;
			size_t left = used < 72 ? 7 : 20, right = used - 1 - (used < 72 ? 0 : 12);
			struct tc_buf out = TC_BUF_INIT;
			struct lab_wire wire = {0};

			makers[i](&wire);
			lab_ladder(&out, &ladder, &wire);
			check_lines(tc_buf_string(&out), used, true);
			check_rails(tc_buf_string(&out), left, right);
			tc_buf_release(&out);
			lab_wire_release(&wire);
		}
	}
}

/* More at a time than there are lanes: nothing is drawn wrongly, though something is left out. */
static void test_crowd(void **state)
{
	const struct lab_ladder ladder = {{"a", "b"}, 80, true, false};
	struct tc_buf out = TC_BUF_INIT;
	struct lab_wire wire = {0};
	size_t sent[40];

	(void)state;
	for (size_t i = 0; i < 40; i++)
		sent[i] = cross(&wire, i, i % 2 ? LAB_A : LAB_B, LAB_ON_ITS_WAY, LAB_ACK, 1, 1, "");
	for (size_t i = 0; i < 40; i++)
		lab_wire_arrive(&wire, at(100 + i), sent[i]);
	lab_wire_arrive(&wire, at(200), 1000); /* of another drawing */
	lab_ladder(&out, &ladder, &wire);
	check_lines(tc_buf_string(&out), 80, true);
	check_rails(tc_buf_string(&out), 20, 67);
	tc_buf_release(&out);
	lab_wire_release(&wire);
}

static void test_nothing_happened(void **state)
{
	const struct lab_ladder ladder = {{"a", "b"}, 80, false, false};
	struct tc_buf out = TC_BUF_INIT;
	struct lab_wire wire = {0};

	(void)state;
	lab_ladder(&out, &ladder, &wire);
	assert_int_equal(out.length, 0);
	lab_wire_mark(&wire, LAB_A, LAB_LISTEN); /* beside nothing */
	lab_wire_release(&wire);
}

static void test_muted(void **state)
{
	struct lab_wire wire = {0};

	(void)state;
	cross(&wire, 0, LAB_A, LAB_ARRIVES, LAB_ACK, 1, 1, "");
	lab_wire_mute(&wire, true);
	assert_true(cross(&wire, 1, LAB_A, LAB_ON_ITS_WAY, LAB_ACK, 1, 1, "four") == LAB_NO_EVENT);
	cross(&wire, 2, LAB_B, LAB_ARRIVES, LAB_ACK, 1, 5, "");
	lab_wire_arrive(&wire, at(3), LAB_NO_EVENT);
	lab_wire_act(&wire, at(3), LAB_A, "unseen");
	lab_wire_mark(&wire, LAB_A, LAB_CLOSING);
	assert_int_equal(wire.n, 1);
	assert_int_equal(wire.unheard, 2);
	assert_int_equal(wire.bytes, 4);
	assert_int_equal(wire.events[0].state[LAB_A], LAB_NONE);
	lab_wire_mute(&wire, false);
	cross(&wire, 3, LAB_A, LAB_ARRIVES, LAB_ACK, 5, 1, "\x01\xff");
	assert_int_equal(wire.n, 2);
	assert_string_equal(wire.events[1].data, "..");
	lab_wire_release(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drawings), cmocka_unit_test(test_crossing),
		cmocka_unit_test(test_stamps),	 cmocka_unit_test(test_every_width),
		cmocka_unit_test(test_crowd),	 cmocka_unit_test(test_nothing_happened),
		cmocka_unit_test(test_muted),
	};

	if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
		return 77; /* the widths of characters are not known here */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
