/* SPDX-License-Identifier: MIT */
/* test_segment.c - TCP segments as bytes, and back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lab/segment.h"

/* A SYN as a kernel of Linux sends it, which leaves its TCP checksum to the device. */
static const unsigned char syn[] = {
	0x45, 0x00, 0x00, 0x3c, 0x1c, 0x46, 0x40, 0x00, 0x40, 0x06, 0x09, 0xdb, 0x0a, 0x4d, 0x00,
	0x01, 0x0a, 0x4d, 0x00, 0x02, 0x17, 0x70, 0x00, 0x50, 0x11, 0x22, 0x33, 0x44, 0x00, 0x00,
	0x00, 0x00, 0xa0, 0x02, 0xfa, 0xf0, 0x00, 0x00, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x04,
	0x02, 0x08, 0x0a, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x07,
};

static struct lab_segment example(void)
{
	return (struct lab_segment){
		.from = lab_segment_address("10.78.0.2"),
		.to = lab_segment_address("10.78.0.1"),
		.from_port = 5000,
		.to_port = 80,
		.seq = 0xfffffff0,
		.ack = 7,
		.flags = LAB_ACK | LAB_PSH,
		.window = 65000,
		.mss = 1460,
		.scales = true,
		.scale = 7,
		.stamps = true,
		.stamp = 1000,
		.echo = 2000,
		.data = (const unsigned char *)"odd",
		.length = 3,
	};
}

static void assert_same(const struct lab_segment *a, const struct lab_segment *b)
{
	assert_int_equal(a->from, b->from);
	assert_int_equal(a->to, b->to);
	assert_int_equal(a->from_port, b->from_port);
	assert_int_equal(a->to_port, b->to_port);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->ack, b->ack);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->window, b->window);
	assert_int_equal(a->mss, b->mss);
	assert_int_equal(a->scales, b->scales);
	assert_int_equal(a->scale, b->scale);
	assert_int_equal(a->stamps, b->stamps);
	assert_int_equal(a->stamp, b->stamp);
	assert_int_equal(a->echo, b->echo);
	assert_int_equal(a->length, b->length);
	assert_memory_equal(a->data, b->data, a->length);
}

static void test_there_and_back(void **state)
{
	struct lab_segment sent = example(), read;
	unsigned char packet[128];
	size_t length = lab_segment_build(&sent, packet, sizeof(packet));

	(void)state;
	assert_int_equal(length, 20 + 20 + 4 + 4 + 12 + 3);
	assert_int_equal(lab_segment_parse(packet, length, &read), 0);
	assert_true(read.sound);
	assert_same(&sent, &read);
	/* What lies behind the packet, as the padding of a frame, is not its data. */
	assert_int_equal(lab_segment_parse(packet, sizeof(packet), &read), 0);
	assert_same(&sent, &read);
}

static void test_every_option_may_be_left_out(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 8; bits++) {
		struct lab_segment sent = example(), read;
		unsigned char packet[128];
		size_t length;

		sent.mss = bits & 1 ? 1460 : 0;
		sent.scales = bits & 2;
		sent.scale = sent.scales ? 7 : 0;
		sent.stamps = bits & 4;
		sent.stamp = sent.echo = sent.stamps ? 5 : 0;
		length = lab_segment_build(&sent, packet, sizeof(packet));
		assert_int_equal(lab_segment_parse(packet, length, &read), 0);
		assert_true(read.sound);
		assert_same(&sent, &read);
	}
}

/* Every single bit of a packet is covered by a checksum, or changes what the packet is. */
static void test_checksums_notice_every_bit(void **state)
{
	struct lab_segment sent = example(), read;
	unsigned char packet[128];
	size_t length = lab_segment_build(&sent, packet, sizeof(packet));

	(void)state;
	for (size_t bit = 0; bit < 8 * length; bit++) {
		packet[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_false(lab_segment_parse(packet, length, &read) == 0 && read.sound);
		packet[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
}

static void test_known_checksum(void **state)
{
	/* RFC 1071, 3: 0001 f203 f4f5 f6f7 sums to ddf2; here the addresses and the protocol,
	 * 0006 and the length 8, are added to it. */
	static const unsigned char data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	static const unsigned char none[4];
	unsigned char sum[2];
	uint16_t value = lab_tcp_checksum(none, none, 4, data, sizeof(data));

	(void)state;
	memcpy(sum, &value, sizeof(sum));
	assert_int_equal(sum[0] << 8 | sum[1], 0xffff ^ (0xddf2 + 6 + 8));
}

static void test_a_kernels_syn(void **state)
{
	struct lab_segment read;

	(void)state;
	assert_int_equal(lab_segment_parse(syn, sizeof(syn), &read), 0);
	assert_int_equal(read.from, 0x0a4d0001);
	assert_int_equal(read.from_port, 6000);
	assert_int_equal(read.to_port, 80);
	assert_int_equal(read.seq, 0x11223344);
	assert_int_equal(read.flags, LAB_SYN);
	assert_int_equal(read.window, 64240);
	assert_int_equal(read.mss, 1460);
	assert_true(read.scales && read.scale == 7);
	assert_true(read.stamps && read.stamp == 4096 && read.echo == 0);
	assert_int_equal(read.length, 0);
	assert_false(read.sound); /* the checksum was left to the device */
	assert_int_equal(lab_segment_span(&read), 1);
}

static void test_cut_off_anywhere(void **state)
{
	struct lab_segment read;

	(void)state;
	for (size_t size = 0; size < sizeof(syn); size++) {
		unsigned char *copy = malloc(size ? size : 1);

		memcpy(copy, syn, size);
		assert_true(lab_segment_parse(copy, size, &read) < 0);
		free(copy);
	}
}

static void assert_changed(size_t at, unsigned char value, int expected)
{
	unsigned char packet[sizeof(syn)];
	struct lab_segment read;

	memcpy(packet, syn, sizeof(syn));
	packet[at] = value;
	assert_int_equal(lab_segment_parse(packet, sizeof(packet), &read), expected);
}

static void test_what_is_refused(void **state)
{
	(void)state;
	assert_changed(0, 0x65, -EPROTONOSUPPORT); /* IPv6 */
	assert_changed(0, 0x44, -EBADMSG);	   /* a header of 16 bytes */
	assert_changed(9, 17, -EPROTONOSUPPORT);   /* UDP */
	assert_changed(6, 0x20, -EPROTONOSUPPORT); /* a fragment: more come */
	assert_changed(7, 0x01, -EPROTONOSUPPORT); /* and one of those */
	assert_changed(3, 0x3d, -EBADMSG);	   /* longer than what there is */
	assert_changed(3, 19, -EBADMSG);	   /* shorter than its header */
	assert_changed(32, 0x40, -EBADMSG);	   /* a TCP header of 16 bytes */
	assert_changed(32, 0xb0, -EBADMSG);	   /* and one of 44, where there are 40 */
}

static void test_broken_options_end_the_options(void **state)
{
	unsigned char packet[sizeof(syn)];
	struct lab_segment read;

	(void)state;
	memcpy(packet, syn, sizeof(syn));
	packet[45] = 0; /* SACK permitted, with a length that would never end */
	assert_int_equal(lab_segment_parse(packet, sizeof(packet), &read), 0);
	assert_int_equal(read.mss, 1460);
	assert_false(read.stamps || read.scales);
	packet[45] = 200; /* and one past the end */
	assert_int_equal(lab_segment_parse(packet, sizeof(packet), &read), 0);
	assert_false(read.stamps || read.scales);
	packet[44] = 0; /* the end of the options */
	assert_int_equal(lab_segment_parse(packet, sizeof(packet), &read), 0);
	assert_false(read.stamps || read.scales);
}

static void test_too_small_a_room(void **state)
{
	struct lab_segment sent = example();
	unsigned char packet[LAB_SEGMENT_HEADERS + 3];

	(void)state;
	assert_int_equal(lab_segment_build(&sent, packet, sizeof(packet) - 1), 0);
	assert_true(lab_segment_build(&sent, packet, sizeof(packet)) > 0);
	assert_int_equal(lab_segment_build(&sent, packet, 10), 0);
}

static void test_span(void **state)
{
	struct lab_segment segment = {.flags = LAB_FIN | LAB_ACK, .length = 4};

	(void)state;
	assert_int_equal(lab_segment_span(&segment), 5);
	segment.flags = LAB_ACK | LAB_RST;
	segment.length = 0;
	assert_int_equal(lab_segment_span(&segment), 0);
	assert_int_equal(lab_segment_address("nowhere"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_every_option_may_be_left_out),
		cmocka_unit_test(test_checksums_notice_every_bit),
		cmocka_unit_test(test_known_checksum),
		cmocka_unit_test(test_a_kernels_syn),
		cmocka_unit_test(test_cut_off_anywhere),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_broken_options_end_the_options),
		cmocka_unit_test(test_too_small_a_room),
		cmocka_unit_test(test_span),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
