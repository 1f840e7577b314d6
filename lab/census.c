/* SPDX-License-Identifier: MIT */
/*
 * census.c - counts sockets by state from a sock_diag dump, and can end them all.
 */
#include "census.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "util/macro.h"

#define LAB_STATE_BIT(state) (1u << (state))
#define ONE_SOCKET_BYTES 4096 /* without extensions: some two hundred */

/* clang-format off */
static const char *const state_names[LAB_STATES] = {
	[LAB_ESTABLISHED] = "ESTABLISHED",
	[LAB_SYN_SENT]    = "SYN_SENT",
	[LAB_SYN_RECV]    = "SYN_RECV",
	[LAB_FIN_WAIT1]   = "FIN_WAIT1",
	[LAB_FIN_WAIT2]   = "FIN_WAIT2",
	[LAB_TIME_WAIT]   = "TIME_WAIT",
	[LAB_CLOSED]      = "CLOSED",
	[LAB_CLOSE_WAIT]  = "CLOSE_WAIT",
	[LAB_LAST_ACK]    = "LAST_ACK",
	[LAB_LISTEN]      = "LISTEN",
	[LAB_CLOSING]     = "CLOSING",
	[LAB_BOUND]       = "BOUND",
};
/* clang-format on */

static const uint8_t families[] = {AF_INET, AF_INET6};

/* What is done with each socket of a dump. */
struct visit {
	lab_diag_fn fn;
	void *data;
};

/* What a count goes by, and into. */
struct count {
	const struct lab_filter *filter;
	struct lab_census census;
	bool bound; /* the dump was one of bound sockets only */
};

const char *lab_state_name(unsigned state)
{
	return state < LAB_STATES && state_names[state] ? state_names[state] : "UNKNOWN";
}

unsigned lab_census_of(const struct lab_census *census, unsigned state)
{
	return census->count[LAB_V4][state] + census->count[LAB_V6][state];
}

void lab_census_print(const struct lab_census *census, enum lab_family family, char *text,
		      size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned state = 1; state < LAB_STATES; state++) {
		unsigned count = family == LAB_FAMILIES ? lab_census_of(census, state)
							: census->count[family][state];
		int wrote;

		if (!count)
			continue;
		wrote = snprintf(text + used, size - used, "%s%s=%u", used ? " " : "",
				 lab_state_name(state), count);
		if (wrote < 0 || (size_t)wrote >= size - used)
			return;
		used += (size_t)wrote;
	}
}

struct mnl_socket *lab_diag_open(void)
{
	struct mnl_socket *diag = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);

	if (diag && mnl_socket_bind(diag, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(diag);
		return NULL;
	}
	return diag;
}

static bool filter_passes(const struct lab_filter *filter, const struct inet_diag_msg *msg)
{
	if (!filter)
		return true;
	if (filter->local_port && filter->local_port != ntohs(msg->id.idiag_sport))
		return false;
	if (filter->remote_port && filter->remote_port != ntohs(msg->id.idiag_dport))
		return false;
	if (filter->retrans > msg->idiag_retrans)
		return false;
	if (filter->timer && filter->timer != msg->idiag_timer)
		return false;
	if (filter->left_ms > msg->idiag_expires)
		return false;
	if (filter->holder == LAB_ANY_HOLDER)
		return true;
	return (filter->holder == LAB_HELD) == (msg->idiag_inode != 0);
}

static struct nlmsghdr *put_request(char *buf, unsigned type, unsigned flags,
				    const struct inet_diag_req_v2 *request)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *body;

	nlh->nlmsg_type = (uint16_t)type;
	nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	body = mnl_nlmsg_put_extra_header(nlh, sizeof(*body));
	*body = *request;
	return nlh;
}

static int on_message(const struct nlmsghdr *nlh, void *data)
{
	const struct visit *visit = data;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct inet_diag_msg))
		visit->fn(mnl_nlmsg_get_payload(nlh), visit->data);
	return MNL_CB_OK;
}

int lab_diag_dump(struct mnl_socket *diag, uint8_t family, uint32_t states, lab_diag_fn fn,
		  void *data)
{
	const struct inet_diag_req_v2 request = {
		.sdiag_family = family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = states,
	};
	struct visit visit = {.fn = fn, .data = data};
	size_t size = 128 * 1024;
	tc_auto_free char *buf = malloc(size);
	struct nlmsghdr *nlh;
	int rc = MNL_CB_OK;

	if (!buf)
		return -ENOMEM;
	nlh = put_request(buf, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request);
	if (mnl_socket_sendto(diag, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (rc > MNL_CB_STOP) {
		ssize_t got = mnl_socket_recvfrom(diag, buf, size);

		if (got < 0)
			return -errno;
		rc = mnl_cb_run(buf, (size_t)got, 0, mnl_socket_get_portid(diag), on_message,
				&visit);
	}
	return rc < 0 ? -errno : 0;
}

int lab_diag_find(struct mnl_socket *diag, const struct sockaddr_in *local,
		  const struct sockaddr_in *remote, lab_diag_fn fn, void *data)
{
	const struct inet_diag_req_v2 request = {
		.sdiag_family = AF_INET,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0u,
		.id =
			{
				.idiag_sport = local->sin_port,
				.idiag_dport = remote->sin_port,
				.idiag_src = {local->sin_addr.s_addr},
				.idiag_dst = {remote->sin_addr.s_addr},
				.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE},
			},
	};
	struct visit visit = {.fn = fn, .data = data};
	char buf[ONE_SOCKET_BYTES];
	struct nlmsghdr *nlh = put_request(buf, SOCK_DIAG_BY_FAMILY, 0, &request);
	ssize_t got;

	if (mnl_socket_sendto(diag, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	got = mnl_socket_recvfrom(diag, buf, sizeof(buf));
	if (got < 0 ||
	    mnl_cb_run(buf, (size_t)got, 0, mnl_socket_get_portid(diag), on_message, &visit) < 0)
		return errno == ENOENT ? 0 : -errno;
	return 0;
}

static void count_one(const struct inet_diag_msg *msg, void *data)
{
	struct count *count = data;
	enum lab_family family = msg->idiag_family == AF_INET6 ? LAB_V6 : LAB_V4;
	unsigned state = count->bound ? LAB_BOUND : msg->idiag_state;

	if (state < LAB_STATES && filter_passes(count->filter, msg))
		count->census.count[family][state]++;
}

int lab_diag_census(struct mnl_socket *diag, const struct lab_filter *filter,
		    struct lab_census *ret_census)
{
	struct count count = {.filter = filter};

	for (size_t i = 0; i < 2 * TC_ARRAY_SIZE(families); i++) {
		uint32_t states;
		int rc;

		/* Bound sockets are reported as CLOSED, so they are asked for apart. */
		count.bound = i >= TC_ARRAY_SIZE(families);
		states = count.bound ? LAB_STATE_BIT(LAB_BOUND) : ~LAB_STATE_BIT(LAB_BOUND);
		rc = lab_diag_dump(diag, families[i % TC_ARRAY_SIZE(families)], states, count_one,
				   &count);
		if (rc < 0)
			return rc;
	}
	*ret_census = count.census;
	return 0;
}

/* Without an answer: a socket that died on its own in between is no error. */
static void destroy_one(const struct inet_diag_msg *msg, void *data)
{
	const struct inet_diag_req_v2 request = {
		.sdiag_family = msg->idiag_family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0u,
		.id = msg->id,
	};
	struct mnl_socket *destroyer = data;
	char buf[256];
	struct nlmsghdr *nlh = put_request(buf, SOCK_DESTROY, 0, &request);

	mnl_socket_sendto(destroyer, nlh, nlh->nlmsg_len);
}

int lab_diag_destroy_all(void)
{
	/* Two sockets, since the answers to the one kind of request would break into the other. */
	struct mnl_socket *diag = lab_diag_open(), *destroyer = lab_diag_open();
	const uint32_t states = ~(LAB_STATE_BIT(LAB_BOUND) | LAB_STATE_BIT(LAB_TIME_WAIT));
	int rc = diag && destroyer ? 0 : -ENOTCONN;

	for (size_t i = 0; rc == 0 && i < TC_ARRAY_SIZE(families); i++)
		rc = lab_diag_dump(diag, families[i], states, destroy_one, destroyer);
	if (destroyer)
		mnl_socket_close(destroyer);
	if (diag)
		mnl_socket_close(diag);
	return rc;
}
