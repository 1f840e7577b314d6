/* SPDX-License-Identifier: MIT */
/*
 * fuzz_capture.c - any bytes as a saved listing.
 *
 * Whatever the bytes are: nothing crashes, the records are sound, and cutting the input
 * otherwise gives the same records and the same report. The listings of test/replay are the
 * seeds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "source/capture.h"

/* What a reading comes to: the same records in the same order give the same hash. */
struct result {
	uint64_t hash;
	uint64_t records;
	uint64_t lines;
	uint64_t unread;
	int ret;
	char why[TC_WHY_MAX];
};

static uint64_t mix(uint64_t hash, const void *data, size_t length)
{
	const unsigned char *byte = data;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3u;
	return hash;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	return text ? mix(hash, text, strlen(text) + 1) : mix(hash, "", 1);
}

/* A macro, so that the trace of a failure names its line. */
#define check(sound)                      \
	do {                              \
		if (!(sound))             \
			__builtin_trap(); \
	} while (0)

static void check_record(const struct tc_sock *sock)
{
	check(sock->state < TC_STATE_COUNT);
	check(sock->flags & TC_FLAG_FOREIGN);
	check(sock->timer <= TC_TIMER_PROBE && sock->kind <= TC_KIND_TIMEWAIT);
	check(!(sock->have & TC_HAVE_FAMILY) || sock->family == AF_INET ||
	      sock->family == AF_INET6);
	check(!(sock->flags & TC_FLAG_LOCAL_TRUNCATED) || !(sock->have & TC_HAVE_LOCAL_ADDR));
	check(!(sock->flags & TC_FLAG_REMOTE_TRUNCATED) || !(sock->have & TC_HAVE_REMOTE_ADDR));
}

static int take(void *context, struct tc_sock *socks, size_t count)
{
	struct result *result = context;

	check(count > 0 && count <= TC_BATCH);
	for (size_t i = 0; i < count; i++) {
		struct tc_sock plain = socks[i];
		const struct tc_text *text = socks[i].text;

		check_record(&plain);
		plain.text = NULL;
		result->hash = mix(result->hash, &plain.count, sizeof(plain.count));
		result->hash = mix(result->hash, &plain.local, sizeof(plain.local) * 2);
		result->hash = mix(result->hash, &plain.have, sizeof(plain.have));
		result->hash = mix(result->hash, &plain.state, sizeof(plain.state));
		for (size_t j = 0; text && j < sizeof(*text) / sizeof(char *); j++)
			result->hash = mix_text(result->hash, ((const char *const *)text)[j]);
		result->records++;
	}
	return 0;
}

/* Reads in pieces of 1 to `most` bytes; 0: in one piece. */
static struct result read_in_pieces(const uint8_t *data, size_t length, size_t most)
{
	struct result result = {0};
	struct tc_report report = {0};
	struct tc_capture *capture;
	size_t at = 0, step = 0;

	check(tc_capture_new(take, &result, &capture) == 0);
	while (at < length) {
		size_t piece = most ? 1 + step++ * 7 % most : length;
		/* A copy of its own size lets the sanitizer see a byte read too far. */
		uint8_t *copy;

		if (piece > length - at)
			piece = length - at;
		copy = malloc(piece);
		check(copy != NULL);
		memcpy(copy, data + at, piece);
		check(tc_capture_feed(capture, copy, piece) == 0);
		free(copy);
		at += piece;
	}
	result.ret = tc_capture_finish(capture, &report);
	check(result.ret == 0 || result.ret == -ENODATA);
	check((result.ret == 0) == (result.records > 0));
	check(report.foreign && (report.complete || report.why[0]));
	result.lines = report.lines;
	result.unread = report.unread;
	memcpy(result.why, report.why, sizeof(result.why));
	tc_capture_free(capture);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole, pieces;

	whole = read_in_pieces(data, size, 0);
	pieces = read_in_pieces(data, size, 1 + size % 64);
	check(whole.hash == pieces.hash && whole.records == pieces.records);
	check(whole.lines == pieces.lines && whole.unread == pieces.unread);
	check(whole.ret == pieces.ret && strcmp(whole.why, pieces.why) == 0);
	tc_capture_refuse(data, size);
	return 0;
}
