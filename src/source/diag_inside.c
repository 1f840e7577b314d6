/* SPDX-License-Identifier: MIT */
/* diag_inside.c - struct tcp_info and SKMEMINFO of one message; see diag_inside.h. */
#include "source/diag_inside.h"

#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <string.h>

/*
 * Where members stand in the kernel's struct tcp_info (include/uapi/linux/tcp.h), which only
 * ever grows at its end: a shorter one is of an older kernel. The header that this is built
 * with may be older than the kernel, so the last of them is not taken from it.
 */
enum {
	DATA_SENT = offsetof(struct tcp_info, tcpi_last_data_sent),
	DATA_RECEIVED = offsetof(struct tcp_info, tcpi_last_data_recv),
	ACK_RECEIVED = offsetof(struct tcp_info, tcpi_last_ack_recv),
	SEND_WINDOW = 228,
	RECEIVE_WINDOW = 232,
};

/* SYN_SENT has heard of nobody, and CLOSED may never have been connected: no time means anything. */
static bool has_heard(const struct tc_sock *sock)
{
	return sock->state != TC_SYN_SENT && sock->state != TC_SYN_RECV &&
	       sock->state != TC_CLOSED && sock->state != TC_BOUND;
}

static uint32_t number_at(const char *payload, size_t offset)
{
	uint32_t number;

	memcpy(&number, payload + offset, sizeof(number));
	return number;
}

static void read_info(const struct nlattr *attr, struct tc_inside *inside)
{
	const char *payload = mnl_attr_get_payload(attr);
	size_t length = mnl_attr_get_payload_len(attr);

	if (length >= ACK_RECEIVED + sizeof(uint32_t)) {
		inside->data_sent_ms = number_at(payload, DATA_SENT);
		inside->data_received_ms = number_at(payload, DATA_RECEIVED);
		inside->ack_received_ms = number_at(payload, ACK_RECEIVED);
		inside->have |= TC_INSIDE_TIMES;
	}
	if (length >= RECEIVE_WINDOW + sizeof(uint32_t)) {
		inside->send_window = number_at(payload, SEND_WINDOW);
		inside->receive_window = number_at(payload, RECEIVE_WINDOW);
		inside->have |= TC_INSIDE_WINDOWS;
	}
}

static void read_memory(const struct nlattr *attr, struct tc_inside *inside)
{
	const char *payload = mnl_attr_get_payload(attr);

	if (mnl_attr_get_payload_len(attr) < (SK_MEMINFO_RCVBUF + 1) * sizeof(uint32_t))
		return;
	inside->receive_memory = number_at(payload, SK_MEMINFO_RMEM_ALLOC * sizeof(uint32_t));
	inside->receive_buffer = number_at(payload, SK_MEMINFO_RCVBUF * sizeof(uint32_t));
	inside->have |= TC_INSIDE_RECEIVE_BUFFER;
}

void tc_diag_inside_read(const struct nlmsghdr *header, const struct tc_sock *sock,
			 struct tc_inside *ret_inside)
{
	const struct nlattr *attr;

	*ret_inside = (struct tc_inside){.have = 0};
	if (sock->kind != TC_KIND_FULL || sock->state == TC_LISTEN)
		return;
	mnl_attr_for_each(attr, header, sizeof(struct inet_diag_msg)) {
		if (mnl_attr_get_type(attr) == INET_DIAG_INFO && has_heard(sock))
			read_info(attr, ret_inside);
		else if (mnl_attr_get_type(attr) == INET_DIAG_SKMEMINFO)
			read_memory(attr, ret_inside);
	}
}

void tc_diag_insides_add(struct tc_diag_insides *insides, size_t index,
			 const struct nlmsghdr *header, struct tc_sock *sock)
{
	struct tc_inside *inside = &insides->insides[index];

	tc_diag_inside_read(header, sock, inside);
	if (!inside->have)
		return;
	insides->texts[index] = (struct tc_text){.inside = inside};
	sock->text = &insides->texts[index];
	sock->have |= TC_HAVE_INSIDE;
}
