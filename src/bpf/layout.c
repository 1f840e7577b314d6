/* SPDX-License-Identifier: MIT */
/* layout.c - the table of what is looked up in the kernel's description; see layout.h. */
#include "bpf/layout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bpf/btf.h"
#include "bpf/load.h"
#include "util/intl.h"
#include "util/macro.h"

enum {
	SOCK_COMMON,
	SOCK,
	TIMEWAIT,
	CONNECTION,
	REQUEST,
	TCP_REQUEST,
	BUCKET,
	HASHINFO,
	TASK,
	NSPROXY,
	NET,
	LISTEN_BUCKET,
	BIND_BUCKET,
	PORT,
	SOCKET_ALLOC,
	WORD,
	RDONLY_CAST,
	RCU_LOCK,
	RCU_UNLOCK,
	NAMES
};

static const struct tc_btf_name names_wanted[NAMES] = {
	[SOCK_COMMON] = {"sock_common", TC_BTF_STRUCT, 0, NULL},
	[SOCK] = {"sock", TC_BTF_STRUCT, 0, NULL},
	[TIMEWAIT] = {"inet_timewait_sock", TC_BTF_STRUCT, 0, NULL},
	[CONNECTION] = {"inet_connection_sock", TC_BTF_STRUCT, 0, NULL},
	[REQUEST] = {"request_sock", TC_BTF_STRUCT, 0, NULL},
	[TCP_REQUEST] = {"tcp_request_sock", TC_BTF_STRUCT, 0, NULL},
	[BUCKET] = {"inet_ehash_bucket", TC_BTF_STRUCT, 0, NULL},
	[HASHINFO] = {"inet_hashinfo", TC_BTF_STRUCT, 0, NULL},
	[TASK] = {"task_struct", TC_BTF_STRUCT, 0, NULL},
	[NSPROXY] = {"nsproxy", TC_BTF_STRUCT, 0, NULL},
	[NET] = {"net", TC_BTF_STRUCT, 0, NULL},
	[LISTEN_BUCKET] = {"inet_listen_hashbucket", TC_BTF_STRUCT, 0, NULL},
	[BIND_BUCKET] = {"inet_bind_hashbucket", TC_BTF_STRUCT, 0, NULL},
	[PORT] = {"inet_bind2_bucket", TC_BTF_STRUCT, 0, NULL},
	[SOCKET_ALLOC] = {"socket_alloc", TC_BTF_STRUCT, 0, NULL},
	/* Nothing but words of 64 bits, more of them than load() goes. */
	[WORD] = {"icmpmsg_mib", TC_BTF_STRUCT, 0, NULL},
	[RDONLY_CAST] = {"bpf_rdonly_cast", TC_BTF_FUNCTION, 0, NULL},
	[RCU_LOCK] = {"bpf_rcu_read_lock", TC_BTF_FUNCTION, 0, NULL},
	[RCU_UNLOCK] = {"bpf_rcu_read_unlock", TC_BTF_FUNCTION, 0, NULL},
};

/* A member: of what, its name, the bits that are read of it, and where to put it. */
struct row {
	uint8_t structure;
	uint8_t bits;
	uint8_t may_miss; /* not every kernel has it */
	const char *path;
	size_t place;
};

#define PLACE(member) offsetof(struct tc_walk_layout, member)

static const struct row rows[] = {
	/* clang-format off */
	{ SOCK_COMMON, 64, 0, "skc_nulls_node",        PLACE(node) },
	{ SOCK_COMMON, 16, 0, "skc_family",            PLACE(family) },
	{ SOCK_COMMON,  8, 0, "skc_state",             PLACE(state) },
	{ SOCK_COMMON, 32, 0, "skc_bound_dev_if",      PLACE(ifindex) },
	{ SOCK_COMMON, 32, 0, "skc_daddr",             PLACE(daddr) },
	{ SOCK_COMMON, 32, 0, "skc_rcv_saddr",         PLACE(saddr) },
	{ SOCK_COMMON, 16, 0, "skc_dport",             PLACE(dport) },
	{ SOCK_COMMON, 16, 0, "skc_num",               PLACE(sport) },
	{ SOCK_COMMON, 64, 1, "skc_v6_daddr",          PLACE(daddr6) },
	{ SOCK_COMMON, 64, 1, "skc_v6_rcv_saddr",      PLACE(saddr6) },
	{ SOCK_COMMON, 64, 0, "skc_net.net",           PLACE(net) },
	{ SOCK,        64, 0, "sk_socket",             PLACE(socket) },
	{ SOCK,        32, 1, "sk_uid.val",            PLACE(uid) },
	/* The socket itself comes first in it (include/net/sock.h, SOCK_INODE). */
	{ SOCKET_ALLOC, 64, 1, "vfs_inode.i_ino",      PLACE(inode) },
	{ SOCK,        32, 0, "sk_ack_backlog",        PLACE(backlog) },
	{ SOCK,        32, 0, "sk_max_ack_backlog",    PLACE(backlog_max) },
	{ SOCK,        32, 1, "sk_txhash",             PLACE(lot) },
	{ TIMEWAIT,    32, 1, "tw_txhash",             PLACE(timewait_lot) },
	{ TCP_REQUEST, 32, 1, "txhash",                PLACE(request_lot) },
	{ TIMEWAIT,     8, 0, "tw_substate",           PLACE(substate) },
	{ CONNECTION,   8, 0, "icsk_retransmits",      PLACE(retransmits) },
	{ CONNECTION,   8, 0, "icsk_pending",          PLACE(pending) },
	{ CONNECTION,   8, 0, "icsk_probes_out",       PLACE(probes) },
	{ REQUEST,      8, 0, "num_retrans",           PLACE(request_retrans) },
	{ TASK,        64, 0, "nsproxy",               PLACE(nsproxy) },
	{ NSPROXY,     64, 0, "net_ns",                PLACE(net_ns) },
	/* Since 6.1 each namespace names its table, which may be its own (4461568aa4e5). */
	{ NET,         64, 0, "ipv4.tcp_death_row.hashinfo", PLACE(hashinfo) },
	{ NET,         32, 0, "ns.inum",               PLACE(inum) },
	{ HASHINFO,    64, 0, "ehash",                 PLACE(ehash) },
	{ HASHINFO,    32, 0, "ehash_mask",            PLACE(ehash_mask) },
	{ BUCKET,      64, 0, "chain",                 PLACE(chain) },
	{ HASHINFO,    64, 0, "lhash2",                PLACE(lhash2) },
	{ HASHINFO,    32, 0, "lhash2_mask",           PLACE(lhash2_mask) },
	{ LISTEN_BUCKET, 64, 0, "nulls_head",          PLACE(listen_chain) },
	{ HASHINFO,    64, 0, "bhash2",                PLACE(bhash2) },
	{ HASHINFO,    32, 0, "bhash_size",            PLACE(bhash_size) },
	{ BIND_BUCKET, 64, 0, "chain",                 PLACE(bind_chain) },
	{ PORT,        64, 0, "node",                  PLACE(port_node) },
	{ PORT,        64, 0, "ib_net.net",            PLACE(port_net) },
	{ PORT,        64, 0, "owners",                PLACE(port_owners) },
	{ PORT,        16, 0, "port",                  PLACE(port_number) },
	/* Where there is an addr_type (6.8) addresses of IPv4 are mapped, and elsewhere before. */
	{ PORT,        16, 1, "addr_type",             PLACE(port_kind) },
	{ PORT,        64, 1, "v6_rcv_saddr",          PLACE(port_address) },
	{ SOCK_COMMON, 64, 0, "skc_bind_node",         PLACE(bind_node) },
	/* Of bound ports, until 6.8 (8191792c18c5). */
	{ SOCK,        64, 1, "sk_bind2_node",         PLACE(bind_node) },
	/* clang-format on */
};

/* The word of 64 bits that has it, as the processor orders its bytes. */
static bool place_of(const struct tc_btf_member *member, unsigned bits,
		     struct tc_walk_place *ret_place)
{
	uint32_t in_word = member->offset % 64;

	if (member->bits < bits || member->offset % 8 || in_word + bits > 64)
		return false;
	ret_place->word = member->offset / 64 * 8;
	ret_place->shift =
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? in_word : 64 - bits - in_word;
	return true;
}

static int fill(struct tc_btf *btf, const struct tc_btf_name *names,
		struct tc_walk_layout *layout, char why[TC_WHY_MAX])
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct tc_walk_place *place = (struct tc_walk_place *)((char *)layout + row->place);
		struct tc_btf_member member;

		if (tc_btf_member(btf, &names[row->structure], row->path, &member) &&
		    place_of(&member, row->bits, place))
			continue;
		if (row->may_miss)
			continue;
		snprintf(why, TC_WHY_MAX,
			 _("the sockets of this kernel are laid out differently "
			   "from what is expected here (%s.%s)"),
			 names[row->structure].name, row->path);
		return -EOPNOTSUPP;
	}
	layout->bucket.word = tc_btf_size(&names[BUCKET]);
	layout->listen_bucket.word = tc_btf_size(&names[LISTEN_BUCKET]);
	layout->bind_bucket.word = tc_btf_size(&names[BIND_BUCKET]);
	return 0;
}

/* What is read in one go has to lie together. */
static int check(const struct tc_walk_layout *layout, char why[TC_WHY_MAX])
{
	if (layout->family.word == layout->state.word &&
	    layout->ifindex.word == layout->state.word &&
	    layout->daddr.word == layout->saddr.word && layout->dport.word == layout->sport.word)
		return 0;
	snprintf(why, TC_WHY_MAX,
		 _("the sockets of this kernel are laid out differently "
		   "from what is expected here (%s.%s)"),
		 "sock_common", "skc_state");
	return -EOPNOTSUPP;
}

int tc_bpf_layout_in(struct tc_btf *btf, struct tc_walk_layout *ret_layout,
		     struct tc_bpf_names *ret_names, char why[TC_WHY_MAX])
{
	struct tc_btf_name names[NAMES];
	int err;

	memcpy(names, names_wanted, sizeof(names));
	tc_btf_find(btf, names, NAMES);
	*ret_names = (struct tc_bpf_names){
		.rdonly_cast = names[RDONLY_CAST].id,
		.rcu_lock = names[RCU_LOCK].id,
		.rcu_unlock = names[RCU_UNLOCK].id,
		.word_type = names[WORD].id,
		.places = (const struct tc_walk_place *)ret_layout,
		.place_count = sizeof(*ret_layout) / sizeof(struct tc_walk_place),
	};
	*ret_layout = (struct tc_walk_layout){.node = {0, 0}};
	err = fill(btf, names, ret_layout, why);
	return err ? err : check(ret_layout, why);
}

int tc_bpf_layout(struct tc_walk_layout *ret_layout, struct tc_bpf_names *ret_names,
		  char why[TC_WHY_MAX])
{
	tc_auto_free struct tc_btf *btf = malloc(sizeof(*btf));
	int err = btf ? tc_btf_open(btf) : -ENOMEM;

	if (err == -EINVAL) /* which would be: refused by the kernel, so that others are tried */
		err = -EBADMSG;
	if (err == -ENOENT)
		tc_bpf_say_no_types(why);
	else if (err == -EBADMSG)
		snprintf(why, TC_WHY_MAX, "%s",
			 _("what this kernel tells eBPF programs of its types is cut off or "
			   "damaged (/sys/kernel/btf/vmlinux); --source netlink does without"));
	else if (err)
		snprintf(why, TC_WHY_MAX, _("/sys/kernel/btf/vmlinux: %s"), strerror(-err));
	if (err)
		return err;
	err = tc_bpf_layout_in(btf, ret_layout, ret_names, why);
	tc_btf_close(btf);
	return err;
}
