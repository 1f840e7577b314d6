/* SPDX-License-Identifier: MIT */
/*
 * fuzz_proc.c - libFuzzer target: any bytes as /proc/net/tcp, by the line and as a file that
 * comes in pieces.
 *
 * The first byte gives the family and the size of the pieces.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"
#include "source/proc.h"
#include "source/proc_line.h"
#include "util/macro.h"

enum { PIECES_MAX = 16, PIECE_MAX = 4096 }; /* that a pipe holds for sure */

struct seen {
	uint64_t sockets;
	uint64_t sum; /* of what tells sockets apart */
};

static void add(struct seen *seen, const struct tc_sock *sock)
{
	check_sock(sock);
	check(sock->family == AF_INET || sock->family == AF_INET6);
	check(sock->timer <= TC_TIMER_PROBE);
	seen->sockets++;
	seen->sum = seen->sum * 31 + sock->state + sock->local_port + sock->inode + sock->uid;
}

static int take(void *context, struct tc_sock *socks, size_t count)
{
	check(count > 0 && count <= TC_BATCH);
	for (size_t i = 0; i < count; i++)
		add(context, &socks[i]);
	return 0;
}

/* The lines after the first, each in a copy of its own size. */
static uint64_t by_line(const char *text, size_t size, int family, struct seen *seen)
{
	const char *end = text + size, *next;
	uint64_t lines = 0;

	for (const char *at = text; at < end; at = next + 1, lines++) {
		struct tc_sock sock;
		size_t length;
		char *copy;

		next = memchr(at, '\n', (size_t)(end - at));
		if (!next)
			next = end;
		if (!lines) /* the heading */
			continue;
		length = (size_t)(next - at);
		copy = malloc(length ? length : 1);
		check(copy);
		memcpy(copy, at, length);
		if (tc_proc_line(copy, length, family, &sock) == 0)
			add(seen, &sock);
		free(copy);
	}
	return lines ? lines - 1 : 0;
}

static void in_pieces(const char *text, size_t size, size_t piece, int family, struct seen *seen,
		      struct tc_report *report)
{
	struct tc_job job = {.sink = take, .context = seen};
	int ends[2];

	check(pipe2(ends, O_CLOEXEC | O_DIRECT) == 0); /* a read(2) gets what a write(2) put in */
	for (size_t at = 0; at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;

		check(write(ends[1], text + at, length) == (ssize_t)length);
	}
	close(ends[1]);
	check(tc_proc_read(ends[0], family, &job, report) == 0);
	close(ends[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tc_report report = {.complete = true};
	struct seen lines = {0}, file = {0};
	const char *text = (const char *)data + 1;
	size_t piece;
	uint64_t count;
	int family;

	if (size < 2 || size > PIECES_MAX * PIECE_MAX)
		return 0;
	family = data[0] & 1 ? AF_INET6 : AF_INET;
	size--;
	piece = size / PIECES_MAX + 1 + data[0] / 2;
	if (piece > PIECE_MAX)
		piece = PIECE_MAX;
	count = by_line(text, size, family, &lines);
	in_pieces(text, size, piece, family, &file, &report);
	/* What the file repeats counts once. */
	check(file.sockets <= lines.sockets && !file.sockets == !lines.sockets);
	check(report.unread == count - lines.sockets);
	check(report.complete == !report.unread && report.complete == !*report.why);
	return 0;
}
