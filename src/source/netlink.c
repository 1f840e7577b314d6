/* SPDX-License-Identifier: MIT */
/*
 * netlink.c - the kernel's sockets through sock_diag.
 *
 * Two dumps a family: one of every state but BOUND, one of BOUND alone, because a bound
 * socket is reported in state 7 (CLOSE) just as one that died while the dump ran
 * (net/ipv4/inet_diag.c, inet_diag_dump_icsk), and only the question tells them apart.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "model/census.h"
#include "model/filter.h"
#include "model/state.h"
#include "source/diag.h"
#include "source/diag_bytecode.h"
#include "source/source.h"
#include "util/addr.h"
#include "util/buf.h"
#include "util/intl.h"

/*
 * A dump goes on by position in a hash chain, and new sockets enter chains at the head, so a
 * change between two steps can hand over a socket twice (never far apart). Remembering the
 * last cookies, each in the place that its low bits give it, is enough to drop the second.
 */
enum { RECENT_COUNT = 8192 };

struct reader {
	struct tc_job *job;
	struct tc_report *report;
	struct tc_census *census; /* tally only */
	uint64_t netns;
	bool bound; /* the dump that runs asks for BOUND alone */
	size_t filled;
	struct tc_sock batch[TC_BATCH];
	uint64_t recent[RECENT_COUNT];
};

static uint64_t message_cookie(const struct inet_diag_msg *message)
{
	return (uint64_t)message->id.idiag_cookie[1] << 32 | message->id.idiag_cookie[0];
}

static bool is_repeated(struct reader *reader, uint64_t cookie)
{
	uint64_t *place = &reader->recent[cookie % RECENT_COUNT];
	bool repeated = *place == cookie && cookie;

	*place = cookie;
	return repeated;
}

static enum tc_state message_state(const struct reader *reader, const struct inet_diag_msg *message)
{
	return reader->bound ? TC_BOUND : tc_state_from_kernel(message->idiag_state);
}

/* ---- One message to one socket ------------------------------------------------------- */

static struct tc_addr message_addr(uint8_t family, const __be32 words[4])
{
	struct tc_addr addr;

	if (family == AF_INET)
		return tc_addr_from4(words[0]);
	memcpy(addr.byte, words, sizeof(addr.byte));
	return addr;
}

/*
 * Full sockets always carry INET_DIAG_SHUTDOWN, minisockets never (inet_sk_diag_fill against
 * inet_twsk_diag_fill and inet_req_diag_fill); timer 3 is set for timewait minisockets alone.
 */
static uint8_t message_kind(const struct inet_diag_msg *message, bool has_shutdown)
{
	if (has_shutdown)
		return TC_KIND_FULL;
	if (message->idiag_timer == TC_TIMER_TIMEWAIT)
		return TC_KIND_TIMEWAIT;
	return TC_KIND_REQUEST;
}

static void read_attribute(const struct nlattr *attr, struct tc_sock *sock)
{
	uint16_t length = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case INET_DIAG_SHUTDOWN:
		if (length >= sizeof(uint8_t)) {
			sock->shutdown = mnl_attr_get_u8(attr) & 3;
			sock->have |= TC_HAVE_SHUTDOWN;
		}
		break;
	case INET_DIAG_MARK:
		if (length >= sizeof(uint32_t)) {
			sock->mark = mnl_attr_get_u32(attr);
			sock->have |= TC_HAVE_MARK;
		}
		break;
	case INET_DIAG_CGROUP_ID:
		if (length >= sizeof(uint64_t)) {
			sock->cgroup = mnl_attr_get_u64(attr);
			sock->have |= TC_HAVE_CGROUP;
		}
		break;
	case INET_DIAG_SKV6ONLY:
		if (length >= sizeof(uint8_t)) {
			sock->flags |= mnl_attr_get_u8(attr) ? TC_FLAG_V6ONLY : 0;
			sock->have |= TC_HAVE_V6ONLY;
		}
		break;
	default:
		break;
	}
}

static void read_attributes(const struct nlmsghdr *header, struct tc_sock *sock)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, header, sizeof(struct inet_diag_msg))
		read_attribute(attr, sock);
}

static void read_message(const struct reader *reader, const struct nlmsghdr *header,
			 const struct inet_diag_msg *message, struct tc_sock *sock)
{
	*sock = (struct tc_sock){
		.count = 1,
		.cookie = message_cookie(message),
		.netns = reader->netns,
		.inode = message->idiag_inode,
		.local = message_addr(message->idiag_family, message->id.idiag_src),
		.remote = message_addr(message->idiag_family, message->id.idiag_dst),
		.local_port = ntohs(message->id.idiag_sport),
		.remote_port = ntohs(message->id.idiag_dport),
		.have = TC_HAVE_FAMILY | TC_HAVE_ENDPOINTS | TC_HAVE_QUEUES | TC_HAVE_TIMER |
			TC_HAVE_EXPIRES | TC_HAVE_RETRANS | TC_HAVE_INODE | TC_HAVE_COOKIE |
			TC_HAVE_IFINDEX | TC_HAVE_KIND | (reader->netns ? TC_HAVE_NETNS : 0),
		.ifindex = message->id.idiag_if,
		.rqueue = message->idiag_rqueue,
		.wqueue = message->idiag_wqueue,
		.expires_ms = message->idiag_expires,
		.family = message->idiag_family,
		.state = (uint8_t)message_state(reader, message),
		.timer = message->idiag_timer,
		.retrans = message->idiag_retrans,
	};
	read_attributes(header, sock);
	sock->kind = message_kind(message, sock->have & TC_HAVE_SHUTDOWN);
	if (sock->kind == TC_KIND_FULL) { /* a minisocket's uid is always 0: not read */
		sock->uid = message->idiag_uid;
		sock->have |= TC_HAVE_UID;
	}
}

/* ---- The dumps ----------------------------------------------------------------------- */

static int flush(struct reader *reader)
{
	size_t count = reader->filled;

	reader->filled = 0;
	return count ? reader->job->sink(reader->job->context, reader->batch, count) : 0;
}

static int scan_message(void *context, const struct nlmsghdr *header,
			const struct inet_diag_msg *message)
{
	struct reader *reader = context;

	reader->job->begun = true;
	if (is_repeated(reader, message_cookie(message)))
		return 0;
	read_message(reader, header, message, &reader->batch[reader->filled++]);
	return reader->filled == TC_BATCH ? flush(reader) : 0;
}

static int tally_message(void *context, const struct nlmsghdr *header __attribute__((unused)),
			 const struct inet_diag_msg *message)
{
	struct reader *reader = context;
	enum tc_state state;

	reader->job->begun = true;
	if (is_repeated(reader, message_cookie(message)))
		return 0;
	state = message_state(reader, message);
	if (reader->job->states & TC_STATE_BIT(state))
		tc_census_count(reader->census, state, 1);
	return 0;
}

/* The kernel's bits for a set of states. UNKNOWN has none: the kernel knows all of its own. */
static uint32_t kernel_bits(uint32_t states)
{
	uint32_t bits = 0;

	for (int state = 0; state < TC_STATE_COUNT; state++)
		if ((states & TC_STATE_BIT(state)) && tc_state_row(state)->kernel)
			bits |= 1u << tc_state_row(state)->kernel;
	return bits;
}

/* Sockets that are only bound can be dumped since Linux 6.8 (91051f003948). */
static bool kernel_dumps_bound(void)
{
	struct utsname name;
	unsigned major, minor;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 6 || (major == 6 && minor >= 8);
}

/* What went wrong in the middle makes the result incomplete; at the start, it is an error. */
static int judge_error(struct reader *reader, int err)
{
	struct tc_report *report = reader->report;

	if (reader->job->begun && (err == -EINTR || err == -ENOBUFS || err == -ENOSPC)) {
		report->complete = false;
		snprintf(report->why, sizeof(report->why), "%s",
			 err == -EINTR ? _("the sockets changed while the kernel listed them") :
			 err == -ENOSPC ? _("the kernel sent a message that did not fit") :
					  _("messages from the kernel were lost"));
		return 0;
	}
	snprintf(report->why, sizeof(report->why),
		 err == -ENOENT ? _("this kernel has no sock_diag for TCP (CONFIG_INET_DIAG): %s") :
				  _("the kernel refused to list its sockets: %s"),
		 strerror(-err));
	return err;
}

static int dump_families(struct reader *reader, struct mnl_socket *socket, uint32_t kernel_states,
			 const struct tc_buf *bytecode)
{
	static const struct {
		unsigned bit;
		uint8_t family;
	} families[] = { { TC_FAMILY_INET, AF_INET }, { TC_FAMILY_INET6, AF_INET6 } };

	for (size_t i = 0; i < TC_ARRAY_SIZE(families); i++) {
		struct tc_diag_request request = {
			.family = families[i].family,
			.kernel_states = kernel_states,
			.bytecode = bytecode->data,
			.bytecode_length = bytecode->length,
		};
		int err;

		if (!(reader->job->families & families[i].bit))
			continue;
		err = tc_diag_dump(socket, &request,
				   reader->census ? tally_message : scan_message, reader);
		if (err < 0)
			err = judge_error(reader, err);
		if (err)
			return err;
		reader->job->begun = true;
	}
	return 0;
}

static int dump_states(struct reader *reader, struct mnl_socket *socket,
		       const struct tc_buf *bytecode)
{
	uint32_t bound = TC_STATE_BIT(TC_BOUND);
	uint32_t others = kernel_bits(reader->job->states & ~bound);
	int err = 0;

	if (others)
		err = dump_families(reader, socket, others, bytecode);
	if (err || !(reader->job->states & bound))
		return err;
	if (!kernel_dumps_bound()) {
		reader->report->states_not_read |= bound;
		return 0;
	}
	reader->bound = true;
	return dump_families(reader, socket, kernel_bits(bound), bytecode);
}

static uint64_t current_netns(void)
{
	struct stat status;

	return stat("/proc/thread-self/ns/net", &status) == 0 ? status.st_ino : 0;
}

static int run(struct reader *reader, const struct tc_buf *bytecode)
{
	struct mnl_socket *socket;
	int err = tc_diag_open(&socket);

	if (err)
		return judge_error(reader, err);
	reader->report->complete = true;
	err = dump_states(reader, socket, bytecode);
	mnl_socket_close(socket);
	return err;
}

static int prepare(struct tc_job *job, struct tc_buf *bytecode)
{
	bool whole = !job->filter || !job->filter->expr;
	int err = whole ? 0 : tc_diag_bytecode(job->filter, bytecode, &whole);

	job->applied = TC_APPLIED_FAMILIES | (whole ? TC_APPLIED_FILTER : 0);
	return err;
}

static int netlink_scan(struct tc_job *job, struct tc_report *report)
{
	tc_auto_buf struct tc_buf bytecode = TC_BUF_INIT;
	tc_auto_free struct reader *reader = calloc(1, sizeof(*reader));
	int err = reader ? prepare(job, &bytecode) : -ENOMEM;

	if (err)
		return err;
	reader->job = job;
	reader->report = report;
	reader->netns = current_netns();
	err = run(reader, &bytecode);
	return err ? err : flush(reader);
}

static int netlink_tally(struct tc_job *job, struct tc_census *census, struct tc_report *report)
{
	tc_auto_buf struct tc_buf bytecode = TC_BUF_INIT;
	tc_auto_free struct reader *reader = calloc(1, sizeof(*reader));
	int err = reader ? prepare(job, &bytecode) : -ENOMEM;

	if (err)
		return err;
	if (!(job->applied & TC_APPLIED_FILTER))
		return -EOPNOTSUPP;
	reader->job = job;
	reader->report = report;
	reader->census = census;
	return run(reader, &bytecode);
}

const struct tc_source tc_source_netlink = {
	.name = "netlink",
	.scan = netlink_scan,
	.tally = netlink_tally,
};
