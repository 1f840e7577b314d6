/* SPDX-License-Identifier: MIT */
/*
 * diag_record.c - writes what sock_diag answers, as it comes in, to standard output.
 *
 *	tc-lab all-states -- diag_record > all-states.bin
 *
 * Four dumps of the network namespace it runs in: IPv4, IPv6, and the sockets that are only
 * bound of each. A recording is a row of buffers as recvmsg(2) filled them, each after its
 * length as a 32-bit number in the byte order of the machine.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	BOUND_BIT = 1u << 13, /* TCP_BOUND_INACTIVE */
	OTHER_BITS = 0x1ffe,
	SIZE = 64 * 1024,
};

static int ask(struct mnl_socket *diag, uint8_t family, uint32_t states)
{
	char buf[256] = {0};
	struct nlmsghdr *header = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *query;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = 1;
	query = mnl_nlmsg_put_extra_header(header, sizeof(*query));
	query->sdiag_family = family;
	query->sdiag_protocol = IPPROTO_TCP;
	query->idiag_states = states;
	return mnl_socket_sendto(diag, header, header->nlmsg_len) < 0 ? -errno : 0;
}

static int record(struct mnl_socket *diag, uint8_t family, uint32_t states)
{
	static char buf[SIZE];
	int state = MNL_CB_OK, err = ask(diag, family, states);

	while (!err && state > MNL_CB_STOP) {
		ssize_t length = mnl_socket_recvfrom(diag, buf, sizeof(buf));
		uint32_t size = (uint32_t)length;

		if (length < 0)
			return -errno;
		fwrite(&size, sizeof(size), 1, stdout);
		fwrite(buf, 1, size, stdout);
		state = mnl_cb_run(buf, size, 1, mnl_socket_get_portid(diag), NULL, NULL);
	}
	return state < 0 ? -errno : err;
}

int main(void)
{
	struct mnl_socket *diag = mnl_socket_open(NETLINK_SOCK_DIAG);
	int err;

	if (!diag || mnl_socket_bind(diag, 0, MNL_SOCKET_AUTOPID) < 0)
		return perror("diag_record"), 1;
	err = record(diag, AF_INET, OTHER_BITS);
	if (!err)
		err = record(diag, AF_INET6, OTHER_BITS);
	if (!err)
		err = record(diag, AF_INET, BOUND_BIT);
	if (!err)
		err = record(diag, AF_INET6, BOUND_BIT);
	if (err)
		fprintf(stderr, "diag_record: %s\n", strerror(-err));
	mnl_socket_close(diag);
	return err || fflush(stdout) ? 1 : 0;
}
