/* SPDX-License-Identifier: MIT */
/*
 * netlink.c - the kernel's sockets through sock_diag.
 *
 * One dump of every state; what is only bound is told by its place in it (netlink_place.h), and
 * kept until that is sure. Where it is not, those are dumped alone, perhaps more than once
 * (netlink_bound.h): what came is kept for that while it is little, and else handed over by one
 * more, when it is known what there is.
 */
#include "source/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "model/filter.h"
#include "model/state.h"
#include "source/diag_bytecode.h"
#include "source/diag_inside.h"
#include "source/diag_message.h"
#include "source/netlink_bound.h"
#include "source/netlink_place.h"
#include "util/intl.h"
#include "util/netns_here.h"
#include "util/privilege.h"

struct reader {
	struct tc_job *job;
	uint64_t netns;
	size_t filled;
	bool overflowed; /* more was to be kept than there is room for */
	struct tc_diag_insides *insides; /* NULL: nobody asks for them */
	struct tc_sock batch[TC_BATCH];
	struct tc_diag_recent recent;
	bool asks_bound;
	struct tc_netlink_place place;
	size_t parts;
	struct tc_buf bound; /* messages of those that are only bound, by their place */
};

/* ---- What scan and tally share ------------------------------------------------------- */

uint32_t tc_netlink_kernel_bits(uint32_t states)
{
	uint32_t bits = 0;

	for (int state = 0; state < TC_STATE_COUNT; state++)
		if ((states & TC_STATE_BIT(state)) && tc_state_row(state)->kernel)
			bits |= 1u << tc_state_row(state)->kernel;
	return bits;
}

/* Sockets that are only bound can be dumped since Linux 6.8 (91051f003948). */
bool tc_netlink_sees_bound(const struct tc_job *job, struct tc_report *report)
{
	struct utsname name;
	unsigned major, minor;

	if (uname(&name) == 0 && sscanf(name.release, "%u.%u", &major, &minor) == 2 &&
	    (major > 6 || (major == 6 && minor >= 8)))
		return true;
	report->states_not_read |= job->states & TC_STATE_BIT(TC_BOUND);
	return false;
}

int tc_netlink_prepare(struct tc_job *job, unsigned allowed, struct tc_buf *bytecode)
{
	bool whole;
	int err = tc_diag_bytecode(job->filter, allowed, bytecode, &whole);

	if (!err)
		job->applied = TC_APPLIED_FAMILIES | (whole ? TC_APPLIED_FILTER : 0);
	return err;
}

bool tc_netlink_refused_filter(const struct tc_job *job, int err)
{
	if (!job->filter || job->begun)
		return false;
	/* To users who may not see marks the sockets look as if they had none. */
	return err == -EINVAL || (err == -EPERM && !(job->filter->need & TC_HAVE_MARK));
}

int tc_netlink_fail(struct tc_report *report, int err)
{
	if (err == -ENOMEM)
		return err; /* ours, not the kernel's; whoever asked says it */
	if (err == -ENOBUFS) {
		snprintf(report->why, sizeof(report->why), "%s",
			 _("the kernel has no memory to list its sockets"));
		return err;
	}
	snprintf(report->why, sizeof(report->why),
		 err == -ENOENT ? _("this kernel has no sock_diag for TCP (CONFIG_INET_DIAG): %s") :
				  _("the kernel refused to list its sockets: %s"),
		 strerror(-err));
	return err;
}

/* The kernel lets those compare marks that may set them (net/ipv4/inet_diag.c, inet_diag_bc_audit). */
static int fail_mark(struct tc_report *report)
{
	char advice[TC_ADVICE_MAX];

	tc_privilege_advice(TC_PRIVILEGE_NET, advice);
	snprintf(report->why, sizeof(report->why),
		 _("the kernel filters by firewall marks with CAP_NET_ADMIN alone: %s"), advice);
	return -EPERM;
}

/* What went wrong in the middle makes the result incomplete; at the start, it is an error. */
static int judge_error(const struct tc_netlink_dump *dump, int err)
{
	const struct tc_filter *filter = dump->job->filter;
	struct tc_report *report = dump->report;

	if (err == -EPERM && !dump->job->begun && filter && (filter->need & TC_HAVE_MARK))
		return fail_mark(report);
	if (!dump->job->begun || (err != -EINTR && err != -ENOBUFS && err != -ENOSPC))
		return tc_netlink_fail(report, err);
	report->complete = false;
	snprintf(report->why, sizeof(report->why), "%s",
		 err == -EINTR	? _("the sockets changed while the kernel listed them") :
		 err == -ENOSPC ? _("the kernel sent a message that did not fit") :
				  _("messages from the kernel were lost"));
	return 0;
}

static int dump_family(const struct tc_netlink_dump *dump, struct mnl_socket *socket,
		       uint8_t family, uint32_t kernel_states)
{
	struct tc_diag_request request = {
		.family = family,
		.extensions = dump->extensions,
		.kernel_states = kernel_states,
		.bytecode = dump->bytecode->data,
		.bytecode_length = dump->bytecode->length,
		.ahead = dump->ahead,
		.parts = dump->parts,
	};
	int err = tc_diag_dump(socket, &request, dump->sink, dump->context);

	if (!err)
		dump->job->begun = true;
	return err;
}

int tc_netlink_dump(const struct tc_netlink_dump *dump, struct mnl_socket *socket,
		    uint32_t kernel_states)
{
	unsigned families = dump->job->families;
	bool both = families == (TC_FAMILY_INET | TC_FAMILY_INET6);
	int err = 0;

	if (!kernel_states)
		return 0;
	if (both)
		err = dump_family(dump, socket, AF_UNSPEC, kernel_states);
	/* One family; or a kernel without the old interface. */
	if (!both || (err < 0 && !dump->job->begun)) {
		err = 0;
		if (families & TC_FAMILY_INET)
			err = dump_family(dump, socket, AF_INET, kernel_states);
		if (!err && (families & TC_FAMILY_INET6))
			err = dump_family(dump, socket, AF_INET6, kernel_states);
	}
	return err < 0 ? judge_error(dump, err) : err;
}

/* ---- The scan ------------------------------------------------------------------------ */

static int flush(struct reader *reader)
{
	size_t count = reader->filled;

	reader->filled = 0;
	return count ? reader->job->sink(reader->job->context, reader->batch, count) : 0;
}

static struct tc_sock *add(struct reader *reader, const struct nlmsghdr *header,
			   const struct inet_diag_msg *message)
{
	struct tc_sock *sock = &reader->batch[reader->filled];

	tc_diag_message_read(header, message, sock);
	if (reader->netns) {
		sock->netns = reader->netns;
		sock->have |= TC_HAVE_NETNS;
	}
	if (reader->insides)
		tc_diag_insides_add(reader->insides, reader->filled, header, sock);
	reader->filled++;
	return sock;
}

/* More than the place can tell of are not kept. */
static int keep_placed(struct reader *reader, const struct nlmsghdr *header)
{
	if (reader->place.bound < TC_NETLINK_HELD_AT_ONCE)
		tc_buf_add(&reader->bound, header, NLMSG_ALIGN(header->nlmsg_len));
	return reader->bound.failed ? -ENOMEM : 0;
}

static int scan_message(void *context, const struct nlmsghdr *header,
			const struct inet_diag_msg *message)
{
	struct reader *reader = context;

	reader->job->begun = true;
	if (tc_diag_is_repeated(&reader->recent, tc_diag_message_cookie(message)))
		return 0;
	if (reader->asks_bound && tc_netlink_place_takes(&reader->place, message))
		return keep_placed(reader, header);
	add(reader, header, message);
	return reader->filled == TC_BATCH ? flush(reader) : 0;
}

/* ---- What is only bound --------------------------------------------------------------- */

static void begin_bound(void *context)
{
	struct reader *reader = context;

	reader->filled = 0;
	reader->overflowed = false;
}

/* Of a dump that may not count. */
static int keep_bound(void *context, const struct nlmsghdr *header,
		      const struct inet_diag_msg *message)
{
	struct reader *reader = context;

	if (reader->filled < TC_BATCH)
		add(reader, header, message)->state = TC_BOUND;
	else
		reader->overflowed = true;
	return 0;
}

static int hand_bound_over(void *context, const struct nlmsghdr *header,
			   const struct inet_diag_msg *message)
{
	struct reader *reader = context;

	add(reader, header, message)->state = TC_BOUND;
	return reader->filled == TC_BATCH ? flush(reader) : 0;
}

static int hand_placed_over(struct reader *reader)
{
	const struct nlmsghdr *header = (const struct nlmsghdr *)reader->bound.data;
	int left = (int)reader->bound.length, err = 0;

	for (; !err && mnl_nlmsg_ok(header, left); header = mnl_nlmsg_next(header, &left))
		err = hand_bound_over(reader, header, mnl_nlmsg_get_payload(header));
	return err;
}

static int scan_bound_alone(struct reader *reader, const struct tc_netlink_dump *dump,
			    struct mnl_socket *socket)
{
	struct tc_netlink_dump kept = *dump;
	struct tc_netlink_bound bound = {
		.dump = &kept,
		.socket = socket,
		.recent = &reader->recent,
		.begin = begin_bound,
	};
	int err = flush(reader);

	memset(&reader->recent, 0, sizeof(reader->recent));
	kept.sink = keep_bound;
	if (!err)
		err = tc_netlink_bound_read(&bound, &tc_netlink_patient);
	kept.sink = hand_bound_over;
	if (!err && (reader->overflowed || !bound.settled))
		err = tc_netlink_bound_repeat(&bound);
	tc_netlink_bound_report(&bound);
	tc_netlink_bound_release(&bound);
	return err;
}

/* What was interrupted is told already. */
static int scan_bound(struct reader *reader, const struct tc_netlink_dump *dump,
		      struct mnl_socket *socket)
{
	if (dump->report->complete && !tc_netlink_place_is_sure(&reader->place))
		return scan_bound_alone(reader, dump, socket);
	return hand_placed_over(reader);
}

/* ---- What listens, with what it dropped ------------------------------------------------ */

/* They are in a table of their own, so the others are as quick as without. */
static int dump_listeners(const struct tc_netlink_dump *dump, struct mnl_socket *socket,
			  uint32_t states)
{
	struct tc_netlink_dump listeners = *dump;

	listeners.extensions |= 1u << (INET_DIAG_SKMEMINFO - 1);
	return tc_netlink_dump(&listeners, socket, tc_netlink_kernel_bits(states));
}

/* ---- Both ------------------------------------------------------------------------------ */

static int scan_states(struct reader *reader, const struct tc_netlink_dump *dump)
{
	uint32_t states = reader->job->states;
	struct mnl_socket *socket;
	int err = tc_diag_open(&socket);

	if (err)
		return tc_netlink_fail(dump->report, err);
	dump->report->complete = true;
	if (reader->job->need & TC_HAVE_DROPS) {
		err = dump_listeners(dump, socket, states & TC_STATE_BIT(TC_LISTEN));
		states &= ~TC_STATE_BIT(TC_LISTEN);
	}
	if ((states & TC_STATE_BIT(TC_BOUND)) && !tc_netlink_sees_bound(reader->job, dump->report))
		states &= ~TC_STATE_BIT(TC_BOUND);
	reader->asks_bound = states & TC_STATE_BIT(TC_BOUND);
	reader->place.parts = &reader->parts;
	reader->parts = 0;
	if (!err)
		err = tc_netlink_dump(dump, socket, tc_netlink_kernel_bits(states));
	if (!err && reader->asks_bound)
		err = scan_bound(reader, dump, socket);
	mnl_socket_close(socket);
	return err;
}

static int scan(struct tc_job *job, unsigned allowed, struct tc_report *report)
{
	tc_auto_buf struct tc_buf bytecode = TC_BUF_INIT;
	tc_auto_free struct reader *reader = calloc(1, sizeof(*reader));
	tc_auto_free struct tc_diag_insides *insides = NULL;
	struct tc_netlink_dump dump = {
		.job = job,
		.report = report,
		.bytecode = &bytecode,
		.sink = scan_message,
		.context = reader,
		.ahead = true,
		.parts = reader ? &reader->parts : NULL,
	};
	int err = reader ? tc_netlink_prepare(job, allowed, &bytecode) : -ENOMEM;

	if (!err && (job->need & TC_HAVE_INSIDE)) {
		insides = malloc(sizeof(*insides));
		dump.extensions = TC_DIAG_INSIDE_EXTENSIONS;
		err = insides ? 0 : -ENOMEM;
	}
	if (err)
		return err;
	reader->job = job;
	reader->insides = insides;
	reader->netns = tc_netns_here();
	err = scan_states(reader, &dump);
	tc_buf_release(&reader->bound);
	return err ? err : flush(reader);
}

static int netlink_scan(struct tc_job *job, struct tc_report *report)
{
	int err = scan(job, TC_DIAG_EVERY, report);

	if (!tc_netlink_refused_filter(job, err))
		return err;
	report->why[0] = '\0';
	return scan(job, TC_DIAG_OLD, report);
}

/* What is only bound comes last in a dump; one of them alone passes the connections as well. */
const struct tc_source tc_source_netlink = {
	.name = "netlink",
	.count_cost = {
		.start_us = 1200,
		.full_ns = 800,
		.mini_ns = 340,
		.past_ns = 105,
		.bound = { .each_ns = 120 },
		.bound_alone = { .start_us = 1200, .each_ns = 120, .past_ns = 105 },
		.beside = true,
	},
	.scan_cost = {
		.start_us = 1300,
		.full_ns = 850,
		.mini_ns = 420,
		.past_ns = 105,
		.bound = { .each_ns = 120 },
		.bound_alone = { .start_us = 1300, .each_ns = 120, .past_ns = 105 },
	},
	.filters = true,
	.scan = netlink_scan,
	.tally = tc_netlink_tally,
};
