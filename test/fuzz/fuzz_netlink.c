/* SPDX-License-Identifier: MIT */
/*
 * fuzz_netlink.c - libFuzzer target: any bytes as what sock_diag answers.
 *
 * The input has the form of test/replay/netlink: buffers, each after its length.
 */
#include <stdlib.h>

#include "check.h"
#include "model/census.h"
#include "source/diag.h"
#include "source/diag_inside.h"
#include "source/diag_message.h"

enum { SINK_ENDS = 4711, BUFFER_MAX = 64 * 1024 };

struct seen {
	struct tc_census census;
	uint64_t sockets;
	uint64_t most; /* after so many the sink has enough */
	struct tc_diag_recent recent;
};

static int take(void *context, const struct nlmsghdr *header, const struct inet_diag_msg *message)
{
	struct seen *seen = context;
	struct tc_inside inside;
	struct tc_sock sock;

	memset(&sock, 0xa5, sizeof(sock));
	tc_diag_message_read(header, message, &sock);
	check_sock(&sock);
	tc_diag_inside_read(header, &sock, &inside);
	check(!inside.have || (sock.kind == TC_KIND_FULL && sock.state != TC_LISTEN));
	check(sock.have & TC_HAVE_KIND);
	check(!(sock.have & TC_HAVE_UID) || sock.kind == TC_KIND_FULL);
	tc_diag_is_repeated(&seen->recent, tc_diag_message_cookie(message));
	tc_census_add(&seen->census, &sock, 1);
	check(seen->census.total + seen->census.states[TC_BOUND] == ++seen->sockets);
	return seen->sockets == seen->most ? SINK_ENDS : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seen seen;
	struct tc_diag_feed feed = {.sink = take, .context = &seen};
	size_t at = 0;
	bool more = true;

	memset(&seen, 0, sizeof(seen));
	seen.most = size % 7 ? UINT64_MAX : 3;
	while (more && size - at > sizeof(uint32_t)) {
		uint32_t length;
		char *copy;

		memcpy(&length, data + at, sizeof(length));
		at += sizeof(length);
		length %= BUFFER_MAX;
		if (length > size - at)
			length = (uint32_t)(size - at);
		/* As large as the header asks for, so that a sanitizer sees a byte read too far. */
		copy = malloc(NLMSG_ALIGN(length) + 1);
		check(copy);
		memcpy(copy, data + at, length);
		at += length;
		more = tc_diag_feed(&feed, copy, length);
		check(!more || !feed.result);
		check(feed.result == SINK_ENDS || (feed.result <= 0 && feed.result >= -4095));
		free(copy);
	}
	return 0;
}
