/* SPDX-License-Identifier: MIT */
/* route.c - which local address a connection would have; see route.h. */
#include "source/route.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "util/addr.h"
#include "util/intl.h"
#include "util/macro.h"

union any_addr {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static socklen_t fill(union any_addr *to, const struct tc_addr *addr, uint16_t port)
{
	if (tc_addr_is4(addr)) {
		to->in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		memcpy(&to->in.sin_addr, addr->byte + 12, sizeof(to->in.sin_addr));
		return sizeof(to->in);
	}
	to->in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
	memcpy(&to->in6.sin6_addr, addr->byte, sizeof(to->in6.sin6_addr));
	return sizeof(to->in6);
}

/* connect(2) of a datagram socket asks the routes, and sends nothing. */
static int ask(const struct tc_addr *remote, uint16_t port, union any_addr *local)
{
	union any_addr to;
	socklen_t length = fill(&to, remote, port), room = sizeof(*local);
	tc_auto_close int fd = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, &to.any, length) < 0 || getsockname(fd, &local->any, &room) < 0)
		return -errno;
	return 0;
}

int tc_route_source(const struct tc_addr *remote, uint16_t port, struct tc_addr *ret_local,
		    char why[TC_WHY_MAX])
{
	union any_addr local = { .any.sa_family = AF_UNSPEC };
	char text[TC_ADDR_TEXT_MAX];
	int err = ask(remote, port, &local);

	if (err) {
		tc_addr_text(remote, text);
		snprintf(why, TC_WHY_MAX, _("no way to %s: %s"), text, strerror(-err));
		return err;
	}
	if (local.any.sa_family == AF_INET)
		*ret_local = tc_addr_from4(local.in.sin_addr.s_addr);
	else
		memcpy(ret_local->byte, &local.in6.sin6_addr, sizeof(ret_local->byte));
	return 0;
}
