/* SPDX-License-Identifier: MIT */
/*
 * route.c - which local address a connection would have; see route.h.
 *
 * The routes are asked by rtnetlink. connect(2) of a datagram socket would tell the same, but
 * takes a local port for it, and there may be none where one wants to know why.
 */
#include "source/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "util/addr.h"
#include "util/intl.h"

struct answer {
	bool is4;
	bool found;
	struct tc_addr local;
};

static int read_attribute(const struct nlattr *attribute, void *context)
{
	struct answer *answer = context;
	size_t length = answer->is4 ? 4 : 16;

	if (mnl_attr_get_type(attribute) == RTA_PREFSRC &&
	    mnl_attr_get_payload_len(attribute) == length) {
		answer->local = tc_addr_of(answer->is4, mnl_attr_get_payload(attribute));
		answer->found = true;
	}
	return MNL_CB_OK;
}

static int read_route(const struct nlmsghdr *header, void *context)
{
	if (header->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	return mnl_attr_parse(header, sizeof(struct rtmsg), read_attribute, context) < 0
		       ? MNL_CB_ERROR
		       : MNL_CB_STOP;
}

static int send_question(struct mnl_socket *socket, const struct tc_addr *remote, bool is4)
{
	char buf[256] = { 0 };
	struct nlmsghdr *header = mnl_nlmsg_put_header(buf);
	struct rtmsg *route;

	header->nlmsg_type = RTM_GETROUTE;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = 1;
	route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
	route->rtm_family = is4 ? AF_INET : AF_INET6;
	route->rtm_dst_len = is4 ? 32 : 128;
	mnl_attr_put(header, RTA_DST, is4 ? 4 : 16, remote->byte + (is4 ? 12 : 0));
	return mnl_socket_sendto(socket, header, header->nlmsg_len) < 0 ? -errno : 0;
}

static int ask(struct mnl_socket *socket, const struct tc_addr *remote, struct answer *answer)
{
	char buf[8192];
	ssize_t length;
	int err;

	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	err = send_question(socket, remote, answer->is4);
	if (err)
		return err;
	length = mnl_socket_recvfrom(socket, buf, sizeof(buf));
	if (length < 0 || mnl_cb_run(buf, (size_t)length, 1, mnl_socket_get_portid(socket),
				     read_route, answer) < 0)
		return -errno;
	return answer->found ? 0 : -ENETUNREACH;
}

int tc_route_source(const struct tc_addr *remote, struct tc_addr *ret_local, char why[TC_WHY_MAX])
{
	struct answer answer = { .is4 = tc_addr_is4(remote) };
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char text[TC_ADDR_TEXT_MAX];
	int err = socket ? ask(socket, remote, &answer) : -errno;

	if (socket)
		mnl_socket_close(socket);
	if (err) {
		tc_addr_text(remote, text);
		snprintf(why, TC_WHY_MAX, _("no way to %s: %s"), text, strerror(-err));
		return err;
	}
	*ret_local = answer.local;
	return 0;
}

struct tc_addr tc_route_reached(const struct tc_addr *to)
{
	static const struct tc_addr self4 = { { [10] = 0xff, [11] = 0xff, 127, 0, 0, 1 } };
	static const struct tc_addr self6 = { { [15] = 1 } };

	if (!tc_addr_is_any(to))
		return *to;
	return tc_addr_is4(to) ? self4 : self6;
}
