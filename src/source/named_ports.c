/* SPDX-License-Identifier: MIT */
/*
 * named_ports.c - asks sock_diag for the sockets whose port a program chose; see named_ports.h.
 *
 * The kernel tells it of no socket, but it can choose sockets by it: INET_DIAG_BC_AUTO in
 * net/ipv4/inet_diag.c, which looks at SOCK_BINDPORT_LOCK.
 */
#include "source/named_ports.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <sys/socket.h>

#include "source/diag.h"
#include "util/macro.h"

/* LISTEN is 10, TIME_WAIT 6, CLOSE 7; 12 and above are no connections yet. */
enum { FULL_CONNECTIONS = 0xfff & ~(1 << 10 | 1 << 6 | 1 << 7 | 1) };

/* Who did not name the port goes on to the jump, which leads past the end: refused. */
static const struct inet_diag_bc_op is_named[] = {
	{ .code = INET_DIAG_BC_AUTO, .yes = 4, .no = 8 },
	{ .code = INET_DIAG_BC_JMP, .yes = 4, .no = 8 },
};

static int add(void *context, const struct nlmsghdr *header, const struct inet_diag_msg *message)
{
	(void)header;
	tc_port_set_add(context, ntohs(message->id.idiag_sport));
	return 0;
}

int tc_named_ports_read(struct tc_port_set *set)
{
	struct tc_diag_request request = {
		.family = AF_UNSPEC,
		.kernel_states = FULL_CONNECTIONS,
		.bytecode = is_named,
		.bytecode_length = sizeof(is_named),
	};
	struct mnl_socket *socket;
	int err = tc_diag_open(&socket);

	if (err)
		return err;
	err = tc_diag_dump(socket, &request, add, set);
	mnl_socket_close(socket);
	return err;
}
