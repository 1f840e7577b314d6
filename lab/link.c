/* SPDX-License-Identifier: MIT */
/*
 * link.c - interfaces, addresses and routes through rtnetlink.
 */
#include "link.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <arpa/inet.h>
#include <net/if.h> /* before the kernel's, which then leaves out what it repeats */

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "util/macro.h"

/* A request under construction, and the room for its answer. */
struct request {
	char buf[8192];
	struct nlmsghdr *nlh;
};

/* An address in network order, of either family. */
struct binary_address {
	uint8_t family;
	uint16_t size;
	unsigned char bytes[sizeof(struct in6_addr)];
};

static void *request_init(struct request *request, unsigned type, unsigned flags, size_t header)
{
	request->nlh = mnl_nlmsg_put_header(request->buf);
	request->nlh->nlmsg_type = (uint16_t)type;
	request->nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	return mnl_nlmsg_put_extra_header(request->nlh, header);
}

static int request_run(struct request *request, mnl_cb_t callback, void *data)
{
	struct mnl_socket *rtnl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	ssize_t got = -1;
	int rc = MNL_CB_OK;

	if (!rtnl)
		return -errno;
	if (mnl_socket_bind(rtnl, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(rtnl, request->nlh, request->nlh->nlmsg_len) < 0)
		rc = MNL_CB_ERROR;
	while (rc > MNL_CB_STOP) {
		got = mnl_socket_recvfrom(rtnl, request->buf, sizeof(request->buf));
		rc = got < 0 ? MNL_CB_ERROR
			     : mnl_cb_run(request->buf, (size_t)got, 0, mnl_socket_get_portid(rtnl),
					  callback, data);
	}
	rc = rc == MNL_CB_ERROR ? -errno : 0;
	mnl_socket_close(rtnl);
	return rc;
}

static int parse_address(const char *text, struct binary_address *ret_address)
{
	struct binary_address address = {.family = AF_INET, .size = sizeof(struct in_addr)};

	if (strchr(text, ':')) {
		address.family = AF_INET6;
		address.size = sizeof(struct in6_addr);
	}
	if (inet_pton(address.family, text, address.bytes) != 1)
		return -EINVAL;
	*ret_address = address;
	return 0;
}

int lab_link_veth(const char *name, int peer_netns_fd)
{
	struct request request;
	struct nlattr *info, *data, *peer;
	struct ifinfomsg *link;

	link = request_init(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(*link));
	link->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(request.nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(request.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(request.nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(request.nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(request.nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(request.nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request.nlh, IFLA_IFNAME, name);
	mnl_attr_put_u32(request.nlh, IFLA_NET_NS_FD, (uint32_t)peer_netns_fd);
	mnl_attr_nest_end(request.nlh, peer);
	mnl_attr_nest_end(request.nlh, data);
	mnl_attr_nest_end(request.nlh, info);
	return request_run(&request, NULL, NULL);
}

int lab_link_up(const char *name)
{
	struct request request;
	struct ifinfomsg *link;

	link = request_init(&request, RTM_NEWLINK, 0, sizeof(*link));
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	mnl_attr_put_strz(request.nlh, IFLA_IFNAME, name);
	return request_run(&request, NULL, NULL);
}

int lab_link_address(const char *name, const char *text, unsigned prefix_length)
{
	struct request request;
	struct binary_address address;
	struct ifaddrmsg *body;
	int rc = parse_address(text, &address);

	if (rc < 0)
		return rc;
	body = request_init(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*body));
	body->ifa_family = address.family;
	body->ifa_prefixlen = (uint8_t)prefix_length;
	body->ifa_flags = address.family == AF_INET6 ? IFA_F_NODAD : 0;
	body->ifa_index = if_nametoindex(name);
	mnl_attr_put(request.nlh, IFA_LOCAL, address.size, address.bytes);
	mnl_attr_put(request.nlh, IFA_ADDRESS, address.size, address.bytes);
	return request_run(&request, NULL, NULL);
}

static int add_route(const char *name, const char *text, unsigned prefix_length, uint8_t type,
		     uint8_t table, const char *gateway)
{
	struct request request;
	struct binary_address address, via;
	struct rtmsg *route;
	int rc = parse_address(text, &address);

	if (rc == 0 && gateway)
		rc = parse_address(gateway, &via);
	if (rc < 0)
		return rc;
	route = request_init(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*route));
	route->rtm_family = address.family;
	route->rtm_dst_len = (uint8_t)prefix_length;
	route->rtm_table = table;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_scope = type == RTN_LOCAL ? RT_SCOPE_HOST
			   : gateway	     ? RT_SCOPE_UNIVERSE
					     : RT_SCOPE_LINK;
	route->rtm_type = type;
	mnl_attr_put(request.nlh, RTA_DST, address.size, address.bytes);
	if (gateway)
		mnl_attr_put(request.nlh, RTA_GATEWAY, via.size, via.bytes);
	mnl_attr_put_u32(request.nlh, RTA_OIF, if_nametoindex(name));
	return request_run(&request, NULL, NULL);
}

int lab_link_local_prefix(const char *name, const char *address, unsigned prefix_length)
{
	return add_route(name, address, prefix_length, RTN_LOCAL, RT_TABLE_LOCAL, NULL);
}

int lab_link_route(const char *name, const char *address, unsigned prefix_length)
{
	return add_route(name, address, prefix_length, RTN_UNICAST, RT_TABLE_MAIN, NULL);
}

int lab_link_route_via(const char *name, const char *address, unsigned prefix_length,
		       const char *gateway)
{
	return add_route(name, address, prefix_length, RTN_UNICAST, RT_TABLE_MAIN, gateway);
}

static int on_link(const struct nlmsghdr *nlh, void *data)
{
	bool *ready = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
	{
		if (mnl_attr_get_type(attr) == IFLA_OPERSTATE)
			*ready = mnl_attr_get_u8(attr) == IF_OPER_UP;
	}
	return MNL_CB_OK;
}

/* An interface is up before its queue is attached; what is sent in between is lost. */
static int read_link_ready(const char *name, bool *ret_ready)
{
	struct request request;

	request_init(&request, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request.nlh, IFLA_IFNAME, name);
	return request_run(&request, on_link, ret_ready);
}

static int on_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	bool *local = data;

	*local = route->rtm_type == RTN_LOCAL;
	return MNL_CB_OK;
}

/*
 * An IPv6 address, even without duplicate detection, gets its local route in a work queue,
 * after the request was answered (net/ipv6/addrconf.c:addrconf_dad_work). What arrives for
 * it before that is thrown away, and repeated by the sender a second later.
 */
static int read_address_ready(const char *text, bool *ret_ready)
{
	struct request request;
	struct binary_address address;
	struct rtmsg *route;
	int rc = parse_address(text, &address);

	if (rc < 0)
		return rc;
	route = request_init(&request, RTM_GETROUTE, 0, sizeof(*route));
	route->rtm_family = address.family;
	route->rtm_dst_len = (uint8_t)(8 * address.size);
	mnl_attr_put(request.nlh, RTA_DST, address.size, address.bytes);
	rc = request_run(&request, on_route, ret_ready);
	return rc == -ENETUNREACH || rc == -EHOSTUNREACH ? 0 : rc;
}

int lab_link_wait(const char *name, const char *address, unsigned timeout_ms)
{
	const struct timespec pause = {.tv_nsec = 1000000};

	for (unsigned waited = 0; waited < timeout_ms; waited++) {
		bool link_ready = false, address_ready = false;
		int rc = read_link_ready(name, &link_ready);

		if (rc == 0)
			rc = read_address_ready(address, &address_ready);
		if (rc < 0 || (link_ready && address_ready))
			return rc;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}
