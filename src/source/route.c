/* SPDX-License-Identifier: MIT */
/*
 * route.c - which way a connection would go; see route.h.
 *
 * The routes are asked by rtnetlink. Where that is denied, connect(2) of a datagram socket tells
 * the same, but for rules about TCP; and it takes a port for it, so it is not what is tried first.
 */
#include "source/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/filter_lookup.h"
#include "util/addr.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/parse.h"

enum { REMOTE_TEXT_MAX = TC_ADDR_TEXT_MAX + 64 };

struct question {
	const struct tc_addr *remote;
	const struct tc_addr *local; /* that it would be made from; NULL: the routes choose */
	uint8_t protocol;
	uint16_t port;
	uint32_t ifindex; /* of the device, or 0 */
};

struct answer {
	bool is4;
	bool found;
	bool came; /* any answer, also an error */
	uint8_t type; /* RTN_ */
	struct tc_addr local;
};

/* ---- Why there is no way -------------------------------------------------------------- */

/* The routes lead there, and connect(2) of TCP refuses it. */
struct unfit {
	uint8_t type; /* RTN_ */
	const char *why;
};

static const struct unfit unfits[] = {
	{ RTN_BROADCAST, N_("it is a broadcast address, and TCP connects to one machine only "
			    "(connect(2) fails with ENETUNREACH)") },
	{ RTN_MULTICAST, N_("it is a multicast address, and TCP connects to one machine only "
			    "(connect(2) fails with ENETUNREACH)") },
};

/* The routes do not lead there. */
struct refusal {
	int err;
	const char *why;
};

static const struct refusal refusals[] = {
	{ -ENETUNREACH, N_("no route leads there (connect(2) fails with ENETUNREACH)") },
	{ -EHOSTUNREACH, N_("its route has the type unreachable (connect(2) fails with "
			    "EHOSTUNREACH)") },
	{ -EACCES, N_("its route or rule has the type prohibit (connect(2) fails with "
		      "EACCES)") },
	{ -EINVAL, N_("its route or rule has the type blackhole (connect(2) fails with "
		      "EINVAL)") },
	{ -EADDRNOTAVAIL, N_("there is no address to connect from (connect(2) fails with "
			     "EADDRNOTAVAIL)") },
};

static const char *why_refused(int err)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(refusals); i++)
		if (refusals[i].err == err)
			return tc_tr(refusals[i].why);
	return strerror(-err);
}

static const struct unfit *unfit_of(uint8_t type)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(unfits); i++)
		if (unfits[i].type == type)
			return &unfits[i];
	return NULL;
}

/* What an address is whatever the routes are; RTN_UNSPEC: they tell. */
static uint8_t type_of_itself(const struct tc_addr *addr)
{
	static const uint8_t everybody[] = { 255, 255, 255, 255 };
	bool is4 = tc_addr_is4(addr);

	if (is4 && memcmp(addr->byte + 12, everybody, sizeof(everybody)) == 0)
		return RTN_BROADCAST;
	if (is4 ? (addr->byte[12] & 0xf0) == 0xe0 : addr->byte[0] == 0xff)
		return RTN_MULTICAST;
	return RTN_UNSPEC;
}

/* ---- Asking the routes ---------------------------------------------------------------- */

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
	const struct rtmsg *route = mnl_nlmsg_get_payload(header);
	struct answer *answer = context;

	if (header->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	answer->type = route->rtm_type;
	return mnl_attr_parse(header, sizeof(*route), read_attribute, answer) < 0
		       ? MNL_CB_ERROR
		       : MNL_CB_STOP;
}

/* As connect(2) asks. Kernels before 4.18 pass over the protocol and the port. */
static int send_question(struct mnl_socket *socket, const struct question *question)
{
	bool is4 = tc_addr_is4(question->remote);
	char buf[256] = { 0 };
	struct nlmsghdr *header = mnl_nlmsg_put_header(buf);
	struct rtmsg *route;

	header->nlmsg_type = RTM_GETROUTE;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = 1;
	route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
	route->rtm_family = is4 ? AF_INET : AF_INET6;
	route->rtm_dst_len = is4 ? 32 : 128;
	mnl_attr_put(header, RTA_DST, is4 ? 4 : 16, question->remote->byte + (is4 ? 12 : 0));
	if (question->local) {
		route->rtm_src_len = route->rtm_dst_len;
		mnl_attr_put(header, RTA_SRC, is4 ? 4 : 16, question->local->byte + (is4 ? 12 : 0));
	}
	mnl_attr_put_u8(header, RTA_IP_PROTO, question->protocol);
	mnl_attr_put_u16(header, RTA_DPORT, htons(question->port));
	if (question->ifindex)
		mnl_attr_put_u32(header, RTA_OIF, question->ifindex);
	return mnl_socket_sendto(socket, header, header->nlmsg_len) < 0 ? -errno : 0;
}

static int exchange(struct mnl_socket *socket, const struct question *question,
		    struct answer *answer)
{
	char buf[8192];
	ssize_t length;
	int err;

	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	err = send_question(socket, question);
	if (err)
		return err;
	length = mnl_socket_recvfrom(socket, buf, sizeof(buf));
	answer->came = length >= 0;
	if (length < 0 || mnl_cb_run(buf, (size_t)length, 1, mnl_socket_get_portid(socket),
				     read_route, answer) < 0)
		return -errno;
	return 0;
}

union name {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static union name name_of(const struct question *question)
{
	const struct tc_addr *addr = question->remote;
	uint16_t port = htons(question->port);
	union name name = { .in = { .sin_family = AF_INET, .sin_port = port } };

	if (tc_addr_is4(addr)) {
		memcpy(&name.in.sin_addr, addr->byte + 12, sizeof(name.in.sin_addr));
		return name;
	}
	name = (union name){ .in6 = { .sin6_family = AF_INET6,
				      .sin6_port = port,
				      .sin6_scope_id = question->ifindex } };
	memcpy(&name.in6.sin6_addr, addr->byte, sizeof(name.in6.sin6_addr));
	return name;
}

/* Nothing is sent by it. Only who says so may connect to an address for broadcast. */
static int connect_datagram(int fd, const struct question *question, struct answer *answer)
{
	union name name = name_of(question);
	socklen_t length = answer->is4 ? sizeof(name.in) : sizeof(name.in6);
	int yes = 1;

	answer->came = true;
	if (connect(fd, &name.any, length) < 0) {
		if (errno != EACCES || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes)) < 0 ||
		    connect(fd, &name.any, length) < 0)
			return -errno;
		answer->type = RTN_BROADCAST;
	}
	length = sizeof(name);
	if (getsockname(fd, &name.any, &length) < 0)
		return -errno;
	answer->local = answer->is4 ? tc_addr_of(true, &name.in.sin_addr)
				    : tc_addr_of(false, &name.in6.sin6_addr);
	answer->found = true;
	return 0;
}

static int ask_otherwise(const struct question *question, struct answer *answer)
{
	tc_auto_close int fd = socket(answer->is4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : connect_datagram(fd, question, answer);
}

static int ask_routes(const struct question *question, struct answer *answer)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int err = socket ? exchange(socket, question, answer) : -errno;

	if (socket)
		mnl_socket_close(socket);
	return err;
}

/* What is known so far is err and answer, and stays where nobody answers. */
static int ask_from(const struct question *question, struct tc_addr local, int err,
		    struct answer *answer)
{
	struct question from = *question;
	struct answer told = { .is4 = answer->is4 };
	int told_err;

	from.local = &local;
	told_err = ask_routes(&from, &told);
	if (!told.came)
		return err;
	told.local = local;
	told.found = true;
	*answer = told;
	return told_err;
}

/* Rules may go by the protocol: then what a datagram meets says nothing of TCP. */
static bool meets_the_same(const struct question *question, int err)
{
	struct question of_datagram = *question;
	struct answer answer = { .is4 = tc_addr_is4(question->remote) };

	of_datagram.protocol = IPPROTO_UDP;
	return ask_routes(&of_datagram, &answer) == err && answer.came;
}

/*
 * For IPv6 an address is chosen also where no route leads (net/ipv6/ip6_output.c,
 * ip6_dst_lookup_tail()), any that the namespace has, as if the route had not been looked for: where
 * there is none, that is the error, whatever the route is; else the way is looked for from it, and
 * rules and routes may go by that. Which address it is the datagram socket tells.
 */
static int ask_without_way(const struct question *question, int err, struct answer *answer)
{
	struct answer other = { .is4 = false };
	int other_err = ask_otherwise(question, &other);

	if (!other_err)
		return ask_from(question, other.local, err, answer);
	return other_err == -EADDRNOTAVAIL || meets_the_same(question, err) ? other_err : err;
}

/*
 * As connect(2) does: for IPv4 the way is looked for twice (include/net/route.h,
 * ip_route_connect()), the second time from the address that the first has told. A route of IPv4
 * without an address is one for 0.0.0.0, from which connections are made.
 */
static int ask(const struct question *question, struct answer *answer)
{
	int err = ask_routes(question, answer);

	if (err && !answer->came)
		err = ask_otherwise(question, answer);
	else if (err && !answer->is4)
		err = ask_without_way(question, err, answer);
	else if (!err && answer->is4 && answer->found && !unfit_of(answer->type))
		err = ask_from(question, answer->local, 0, answer);
	if (err || answer->found || unfit_of(answer->type))
		return err;
	answer->local = tc_addr_from4(INADDR_ANY);
	return answer->is4 ? 0 : -EADDRNOTAVAIL;
}

/* ---- The way -------------------------------------------------------------------------- */

static int find_device(const char *text, const char *name, uint32_t *ret_ifindex,
		       char why[TC_WHY_MAX])
{
	char near_name[TC_LOOKUP_NEAR_MAX];
	uint64_t number;

	if (tc_lookup_device(name, ret_ifindex) == 0)
		return 0;
	if (tc_parse_uint(name, strlen(name), INT32_MAX, &number) == 0 &&
	    tc_lookup_device_number((uint32_t)number)) {
		*ret_ifindex = (uint32_t)number;
		return 0;
	}
	tc_lookup_near_device(name, near_name);
	if (*near_name)
		snprintf(why, TC_WHY_MAX,
			 _("no way to %s: there is no device '%s'; did you mean '%s'?"), text, name,
			 near_name);
	else
		snprintf(why, TC_WHY_MAX, _("no way to %s: there is no device '%s'"), text, name);
	return -ENODEV;
}

/* A link-local address means another machine on each device, and others the same on all. */
static int check_device(const struct tc_addr *remote, const char *text, const char *device,
			uint32_t *ret_ifindex, char why[TC_WHY_MAX])
{
	bool needed = tc_addr_is_link_local6(remote);

	*ret_ifindex = 0;
	if (needed && device)
		return find_device(text, device, ret_ifindex, why);
	if (needed)
		snprintf(why, TC_WHY_MAX,
			 _("no way to %s: a link-local address needs its device, as in %s%%eth0 "
			   "(connect(2) fails with EINVAL)"),
			 text, text);
	else if (device)
		snprintf(why, TC_WHY_MAX,
			 _("no way to %s: only a link-local address has a device"), text);
	return needed || device ? -EINVAL : 0;
}

/* Who may not ask gets errors of the same names. */
static int fail_to_ask(const char *text, int err, char why[TC_WHY_MAX])
{
	snprintf(why, TC_WHY_MAX, _("the routes to %s could not be asked for: %s"), text,
		 strerror(-err));
	return err;
}

static int fail(const char *text, const char *reason, int err, char why[TC_WHY_MAX])
{
	snprintf(why, TC_WHY_MAX, _("no way to %s: %s"), text, reason);
	return err;
}

int tc_route_way(const struct tc_addr *remote, uint16_t port, const char *device,
		 struct tc_way *ret_way, char why[TC_WHY_MAX])
{
	struct question question = { .remote = remote, .protocol = IPPROTO_TCP, .port = port };
	struct answer answer = { .is4 = tc_addr_is4(remote), .type = type_of_itself(remote) };
	const struct unfit *unfit = unfit_of(answer.type);
	char text[REMOTE_TEXT_MAX];
	size_t length = tc_addr_text(remote, text);
	int err = 0;

	if (device)
		snprintf(text + length, sizeof(text) - length, "%%%s", device);
	if (!unfit) {
		err = check_device(remote, text, device, &question.ifindex, why);
		if (err)
			return err;
		err = ask(&question, &answer);
		unfit = unfit_of(answer.type);
	}
	if (err && !answer.came)
		return fail_to_ask(text, err, why);
	if (err)
		return fail(text, why_refused(err), err, why);
	if (unfit)
		return fail(text, tc_tr(unfit->why), -ENETUNREACH, why);
	*ret_way = (struct tc_way){ .local = answer.local, .ifindex = question.ifindex };
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
