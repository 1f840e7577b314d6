/* SPDX-License-Identifier: MIT */
/* diag.c - the sock_diag conversation; see diag.h. */
#include "source/diag.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "source/diag_ahead.h"
#include "util/macro.h"

/* So many buffers (some 3,000 sockets) show that a dump is long enough to be worth a thread. */
enum { BUFFERS_ALONE = 8 };

enum { MAX_ERRNO = 4095 }; /* the largest that the kernel has (include/linux/err.h) */

/* The kernel has no memory, for a moment; to our callers -ENOMEM means that we have none. */
static int of_kernel(int err)
{
	return err == -ENOMEM ? -ENOBUFS : err;
}

int tc_diag_open(struct mnl_socket **ret_socket)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int err;

	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = of_kernel(-errno);
		mnl_socket_close(socket);
		return err;
	}
	*ret_socket = socket;
	return 0;
}

static void put_request(struct nlmsghdr *header, const struct tc_diag_request *request)
{
	struct inet_diag_req_v2 *query;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	query = mnl_nlmsg_put_extra_header(header, sizeof(*query));
	query->sdiag_family = request->family;
	query->sdiag_protocol = IPPROTO_TCP;
	query->idiag_ext = request->extensions;
	query->idiag_states = request->kernel_states;
}

/*
 * The first interface of inet_diag, from before it knew other families than IPv4, answers for
 * all of them (net/ipv4/inet_diag.c, inet_diag_dump_compat: AF_UNSPEC); the present one
 * refuses to. One walk of the kernel's tables instead of two.
 */
static void put_request_for_all(struct nlmsghdr *header, const struct tc_diag_request *request)
{
	struct inet_diag_req *query;

	header->nlmsg_type = TCPDIAG_GETSOCK;
	query = mnl_nlmsg_put_extra_header(header, sizeof(*query));
	query->idiag_family = AF_INET;
	query->idiag_ext = request->extensions;
	query->idiag_states = request->kernel_states;
}

static int send_request(struct mnl_socket *socket, const struct tc_diag_request *request)
{
	struct nlmsghdr *header;
	tc_auto_free char *buf = calloc(1, MNL_SOCKET_BUFFER_SIZE + request->bytecode_length);

	if (!buf)
		return -ENOMEM;
	header = mnl_nlmsg_put_header(buf);
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = 1;
	if (request->family == AF_UNSPEC)
		put_request_for_all(header, request);
	else
		put_request(header, request);
	if (request->bytecode_length)
		mnl_attr_put(header, INET_DIAG_REQ_BYTECODE, request->bytecode_length,
			     request->bytecode);
	if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		return of_kernel(-errno);
	return 0;
}

static int one_message(const struct nlmsghdr *header, void *data)
{
	struct tc_diag_feed *feed = data;

	if ((header->nlmsg_type != SOCK_DIAG_BY_FAMILY && header->nlmsg_type != TCPDIAG_GETSOCK) ||
	    mnl_nlmsg_get_payload_len(header) < sizeof(struct inet_diag_msg))
		return MNL_CB_OK;
	if (feed->parts)
		*feed->parts += !feed->in_part;
	feed->in_part = true;
	feed->result = feed->sink(feed->context, header, mnl_nlmsg_get_payload(header));
	return feed->result ? MNL_CB_STOP : MNL_CB_OK;
}

/*
 * The end of the dump, or an error. Both begin with the kernel's number: an error of the dump
 * itself, such as a kernel without tcp_diag, comes in NLMSG_DONE (net/netlink/af_netlink.c,
 * netlink_dump_done), where libmnl does not look for it.
 */
static int end_message(const struct nlmsghdr *header, void *data)
{
	struct tc_diag_feed *feed = data;
	int err = header->nlmsg_type == NLMSG_ERROR ? -EBADMSG : 0;

	if (mnl_nlmsg_get_payload_len(header) >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(header), sizeof(err));
	feed->result = err <= 0 && err >= -MAX_ERRNO ? of_kernel(err) : -EBADMSG;
	return MNL_CB_STOP;
}

/* libmnl 1.0.4 takes a length of 2 GiB or more for a negative one, and follows it. */
static bool are_whole(const char *data, size_t length)
{
	while (length) {
		const struct nlmsghdr *header = (const struct nlmsghdr *)data;
		size_t step;

		if (length < sizeof(*header) || header->nlmsg_len < sizeof(*header) ||
		    header->nlmsg_len > length)
			return false;
		step = NLMSG_ALIGN((size_t)header->nlmsg_len);
		if (step >= length)
			break;
		data += step;
		length -= step;
	}
	return true;
}

bool tc_diag_feed(struct tc_diag_feed *feed, const void *data, size_t length)
{
	mnl_cb_t ends[] = {
		[NLMSG_ERROR] = end_message,
		[NLMSG_DONE] = end_message,
	};
	int state;

	if (!are_whole(data, length)) {
		feed->result = -EBADMSG;
		return false;
	}
	feed->in_part = false;
	state = mnl_cb_run2(data, length, 1, feed->port, one_message, feed, ends,
				TC_ARRAY_SIZE(ends));
	if (state < 0)
		feed->result = -errno;
	return state > MNL_CB_STOP;
}

ssize_t tc_diag_receive(struct mnl_socket *socket, char *buf)
{
	ssize_t length;

	do
		length = mnl_socket_recvfrom(socket, buf, TC_DIAG_RECEIVE_SIZE);
	while (length < 0 && errno == EINTR); /* a signal, not the dump */
	return length < 0 ? of_kernel(-errno) : length;
}

static bool feed_next(struct tc_diag_feed *feed, struct mnl_socket *socket, char *buf)
{
	ssize_t length = tc_diag_receive(socket, buf);

	if (length < 0)
		feed->result = (int)length;
	return length >= 0 && tc_diag_feed(feed, buf, (size_t)length);
}

int tc_diag_dump(struct mnl_socket *socket, const struct tc_diag_request *request,
		 tc_diag_sink *sink, void *context)
{
	struct tc_diag_feed feed = {
		.port = mnl_socket_get_portid(socket),
		.sink = sink,
		.context = context,
		.parts = request->parts,
	};
	tc_auto_free char *buf = malloc(TC_DIAG_RECEIVE_SIZE);
	int err = buf ? send_request(socket, request) : -ENOMEM;
	bool more = !err;

	for (int i = 0; more && i < BUFFERS_ALONE; i++)
		more = feed_next(&feed, socket, buf);
	if (more && request->ahead)
		more = tc_diag_feed_ahead(&feed, socket);
	while (more)
		more = feed_next(&feed, socket, buf);
	return err ? err : feed.result;
}
