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

static void cross(struct lab_wire *wire, uint64_t at_us, enum lab_side from, bool lost,
		  unsigned flags, int seq, int ack, const char *text)
{
	const uint32_t isn[LAB_SIDES] = {ISN_A, ISN_B};
	struct lab_segment segment = {
		.flags = (uint8_t)flags,
		.seq = isn[from] + (uint32_t)seq,
		.ack = isn[!from] + (uint32_t)ack,
		.data = (const unsigned char *)text,
		.length = strlen(text),
	};

	lab_wire_add(wire, 5000000 + 1000 * at_us, from, lost, &segment);
}

static void make_record(struct lab_wire *wire)
{
	cross(wire, 0, LAB_B, false, LAB_SYN, 0, 0, "");
	cross(wire, 120, LAB_A, false, LAB_SYN | LAB_ACK, 0, 1, "");
	cross(wire, 180, LAB_B, false, LAB_ACK, 1, 1, "");
	lab_wire_mark(wire, LAB_A, LAB_ESTABLISHED);
	lab_wire_mark(wire, LAB_B, LAB_ESTABLISHED);
	cross(wire, 900, LAB_B, false, LAB_ACK | LAB_PSH, 1, 1, "GET / HTTP/1.1\r\n");
	lab_wire_remark(wire, "A remark that is longer than a line, to be broken where it is long "
			      "enough: « déjà ».");
	lab_wire_remark(wire, "And another.");
	cross(wire, 250000, LAB_A, true, LAB_ACK, 1, 17, "");
	cross(wire, 450000, LAB_B, true, LAB_FIN | LAB_ACK, 17, 1, "");
	lab_wire_mark(wire, LAB_B, LAB_FIN_WAIT1);
	cross(wire, 12345678, LAB_A, false, LAB_ACK, -2000000000, -2000000000,
	      "a text that is too long to stand below its segment as a whole");
	cross(wire, 99999999, LAB_A, false, LAB_RST, 1, 0, "");
	lab_wire_mark(wire, LAB_A, LAB_CLOSED);
	cross(wire, 99999999, LAB_A, false, 0, 1, 0, "");
}

static void draw(const char *golden, size_t width, bool utf8)
{
	const struct lab_ladder ladder = {{"kernel (server)", "peer (client)"}, width, utf8};
	struct tc_buf out = TC_BUF_INIT;
	struct lab_wire wire = {0};
	const char *line;

	make_record(&wire);
	lab_ladder(&out, &ladder, &wire);
	for (line = tc_buf_string(&out); *line; line = strchr(line, '\n') + 1) {
		size_t length = strcspn(line, "\n");

		assert_true(tc_width(line, length) <= width);
		assert_true(!length || line[length - 1] != ' ');
	}
	golden_compare(golden, &out);
	tc_buf_release(&out);
	lab_wire_release(&wire);
}

static void test_drawings(void **state)
{
	(void)state;
	draw("ladder/ascii.txt", 80, false);
	draw("ladder/utf8.txt", 80, true);
	draw("ladder/narrow.txt", 60, true);
	draw("ladder/wide.txt", 100, false);
}

static void test_nothing_crossed(void **state)
{
	const struct lab_ladder ladder = {{"a", "b"}, 80, false};
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
	cross(&wire, 0, LAB_A, false, LAB_ACK, 1, 1, "");
	lab_wire_mute(&wire, true);
	cross(&wire, 1, LAB_A, false, LAB_ACK, 1, 1, "four");
	cross(&wire, 2, LAB_B, false, LAB_ACK, 1, 5, "");
	lab_wire_mark(&wire, LAB_A, LAB_CLOSING);
	assert_int_equal(wire.n, 1);
	assert_int_equal(wire.unheard, 2);
	assert_int_equal(wire.bytes, 4);
	assert_int_equal(wire.rows[0].state[LAB_A], LAB_NONE);
	lab_wire_mute(&wire, false);
	cross(&wire, 3, LAB_A, false, LAB_ACK, 5, 1, "\x01\xff");
	assert_int_equal(wire.n, 2);
	assert_string_equal(wire.rows[1].text, "..");
	lab_wire_release(&wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drawings),
		cmocka_unit_test(test_nothing_crossed),
		cmocka_unit_test(test_muted),
	};

	if (!setlocale(LC_ALL, "C.UTF-8") && !setlocale(LC_ALL, "en_US.UTF-8"))
		return 77; /* the widths of characters are not known here */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
