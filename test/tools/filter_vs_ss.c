/* SPDX-License-Identifier: MIT */
/*
 * filter_vs_ss.c - compares filters with ss(8), socket by socket.
 *
 *	filter_vs_ss < expressions	(one a line; '#' begins a comment)
 *
 * In the network namespace it runs in, which has to be quiet, for each expression: the
 * sockets that ss shows; those of a whole dump that tc_filter_match() lets pass; those that
 * the kernel lets pass by the bytecode, and tc_filter_match() after it where that is not
 * the whole. Sockets are told apart by their cookies. Prints the expressions that differ;
 * exit status 1 where one does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/filter.h"
#include "source/diag_bytecode.h"
#include "tcpcensus.h"
#include "util/addr.h"
#include "util/buf.h"
#include "util/macro.h"

/* Cookies of the sockets that one way of looking found, sorted. */
struct set {
	uint64_t *cookie;
	size_t count;
};

struct dump {
	const struct tc_filter *filter; /* to be matched, or NULL */
	struct set *set;
	unsigned states;
};

static void add(struct set *set, uint64_t cookie)
{
	if (!(set->count & (set->count - 1)))
		set->cookie = realloc(set->cookie, (set->count ? set->count * 2 : 1) * 8);
	if (!set->cookie)
		abort();
	set->cookie[set->count++] = cookie;
}

static int by_number(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

static bool equal(struct set *one, struct set *other)
{
	if (one->count != other->count)
		return false;
	if (!one->count)
		return true;
	qsort(one->cookie, one->count, sizeof(*one->cookie), by_number);
	qsort(other->cookie, other->count, sizeof(*other->cookie), by_number);
	return memcmp(one->cookie, other->cookie, one->count * sizeof(*one->cookie)) == 0;
}

static struct tc_addr address(int family, const __be32 *words)
{
	struct tc_addr addr;

	if (family == AF_INET)
		return tc_addr_from4(words[0]);
	memcpy(addr.byte, words, sizeof(addr.byte));
	return addr;
}

static int take_attribute(const struct nlattr *attr, void *data)
{
	struct tc_sock *sock = data;

	if (mnl_attr_get_type(attr) == INET_DIAG_MARK) {
		sock->mark = mnl_attr_get_u32(attr);
		sock->have |= TC_HAVE_MARK;
	}
	if (mnl_attr_get_type(attr) == INET_DIAG_CGROUP_ID) {
		sock->cgroup = mnl_attr_get_u64(attr);
		sock->have |= TC_HAVE_CGROUP;
	}
	return MNL_CB_OK;
}

static int take_socket(const struct nlmsghdr *header, void *data)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(header);
	struct dump *dump = data;
	struct tc_sock sock = {
		.have = TC_HAVE_ENDPOINTS | TC_HAVE_FAMILY | TC_HAVE_IFINDEX,
		.family = msg->idiag_family,
		.state = msg->idiag_state,
		.local = address(msg->idiag_family, msg->id.idiag_src),
		.remote = address(msg->idiag_family, msg->id.idiag_dst),
		.local_port = ntohs(msg->id.idiag_sport),
		.remote_port = ntohs(msg->id.idiag_dport),
		.ifindex = msg->id.idiag_if,
		.cookie = msg->id.idiag_cookie[0] | (uint64_t)msg->id.idiag_cookie[1] << 32,
	};

	mnl_attr_parse(header, sizeof(*msg), take_attribute, &sock);
	if (tc_filter_match(dump->filter, &sock))
		add(dump->set, sock.cookie);
	return MNL_CB_OK;
}

static int dump_family(struct dump *dump, int family, const struct tc_buf *code)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_SOCK_DIAG);
	static char room[65536 * 2];
	struct nlmsghdr *header = mnl_nlmsg_put_header(room);
	struct inet_diag_req_v2 *req;
	ssize_t got = 0;
	int err = 1;

	header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req = mnl_nlmsg_put_extra_header(header, sizeof(*req));
	*req = (struct inet_diag_req_v2){.sdiag_family = (uint8_t)family,
					 .sdiag_protocol = IPPROTO_TCP,
					 .idiag_states = dump->states};
	if (code && code->length)
		mnl_attr_put(header, INET_DIAG_REQ_BYTECODE, code->length, code->data);
	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, header, header->nlmsg_len) < 0)
		return -errno;
	while (err > 0 && (got = mnl_socket_recvfrom(socket, room, sizeof(room))) > 0)
		err = mnl_cb_run(room, (size_t)got, 0, mnl_socket_get_portid(socket), take_socket,
				 dump);
	err = err < 0 || got < 0 ? -errno : 0;
	mnl_socket_close(socket);
	return err;
}

static int dump_both(const struct tc_filter *filter, bool match, const struct tc_buf *code,
		     struct set *set)
{
	struct dump dump = {
		.filter = match ? filter : NULL, .set = set, .states = filter->states & 0xffe};
	int err = dump_family(&dump, AF_INET, code);

	return err ? err : dump_family(&dump, AF_INET6, code);
}

/* Every word as one argument, as a shell would hand it over. */
static int ask_ss(const char *expression, struct set *set)
{
	char command[8192] = "ss -tanHOe -a", line[4096], *words = strdup(expression), *place;
	FILE *pipe;

	for (char *word = strtok_r(words, " \t", &place); word;
	     word = strtok_r(NULL, " \t", &place))
		snprintf(command + strlen(command), sizeof(command) - strlen(command), " '%s'",
			 word);
	free(words);
	snprintf(command + strlen(command), sizeof(command) - strlen(command), " 2>&1");
	pipe = popen(command, "r");
	while (pipe && fgets(line, sizeof(line), pipe)) {
		const char *cookie = strstr(line, " sk:");

		if (cookie)
			add(set, strtoull(cookie + 4, NULL, 16));
		else if (!strstr(line, "no socket states"))
			printf("ss says: %s", line);
	}
	return pipe ? pclose(pipe) : -1;
}

static bool compare_once(const char *expression, bool last, size_t *ret_count)
{
	struct set ss = {0}, matched = {0}, coded = {0};
	struct tc_filter_error error;
	struct tc_filter *filter = NULL;
	tc_auto_buf struct tc_buf code = TC_BUF_INIT;
	bool whole = false, same;
	int refused = ask_ss(expression, &ss);
	int err = tc_filter_parse(expression, 0, &filter, &error);

	if (err) {
		printf("not parsed: %s\n\t%s at %zu, ss says %d\n", expression, error.text,
		       error.offset, refused);
		free(ss.cookie);
		return refused;
	}
	err = dump_both(filter, true, NULL, &matched);
	if (!err)
		err = tc_diag_bytecode(filter, TC_DIAG_EVERY, &code, &whole);
	if (!err)
		err = dump_both(filter, !whole, &code, &coded);
	/* Who chose a port is only known to the kernel. */
	same = !err && equal(&ss, &coded) &&
	       (strstr(expression, "autobound") || equal(&ss, &matched));
	if (!same && last)
		printf("differs: %s\n\tss %zu, match %zu, bytecode %zu (%zu bytes%s), error %d\n",
		       expression, ss.count, matched.count, coded.count, code.length,
		       whole ? ", whole" : "", err);
	*ret_count = ss.count;
	tc_filter_free(filter);
	free(ss.cookie);
	free(matched.cookie);
	free(coded.cookie);
	return same;
}

/* Handshakes and their timers go on meanwhile: only what differs each time differs. */
static bool compare(const char *expression, size_t *ret_count)
{
	enum { TRIES = 5 };

	for (int try = 1; try <= TRIES; try++)
		if (compare_once(expression, try == TRIES, ret_count))
			return true;
	return false;
}

int main(void)
{
	char line[4096];
	size_t lines = 0, different = 0, none = 0;

	while (fgets(line, sizeof(line), stdin)) {
		size_t count = 0;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || !line[0])
			continue;
		lines++;
		different += !compare(line, &count);
		none += !count;
	}
	printf("%zu expressions, %zu of them select nothing, %zu differ\n", lines, none, different);
	return different ? 1 : 0;
}
