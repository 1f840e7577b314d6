/* SPDX-License-Identifier: MIT */
/* owners.c - whose a socket is; see owners.h. */
#include "owner/owners.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/hash.h"
#include "util/macro.h"

/* What is known of an inode: whether it is looked for, and 1 + the last holder found, or 0. */
enum { INODE_WANTED = 1, INODE_SHIFT = 1 };

void tc_owners_release(struct tc_owners *owners)
{
	tc_verdicts_release(&owners->verdicts);
	free(owners->holders);
	tc_map_release(&owners->inodes);
	tc_map_release(&owners->seen);
	tc_held_release(&owners->held);
	tc_pools_release(&owners->pools);
	tc_parties_release(&owners->parties);
	tc_alibis_release(&owners->alibis);
	tc_cgroup_ids_release(&owners->cgroups);
	tc_processes_release(&owners->processes);
	*owners = (struct tc_owners){ 0 };
}

/* ---- Noting -------------------------------------------------------------------------- */

static uint64_t netns_of(const struct tc_sock *sock)
{
	return sock->have & TC_HAVE_NETNS ? sock->netns : 0;
}

static int note(struct tc_owners *owners, const struct tc_sock *sock, bool infer)
{
	uint64_t *place;

	if (!(sock->have & TC_HAVE_INODE) || !sock->inode)
		return 0;
	place = tc_map_put(&owners->inodes, sock->inode);
	if (!place)
		return -ENOMEM;
	*place |= INODE_WANTED;
	return infer ? tc_held_add(&owners->held, sock, NULL) : 0;
}

int tc_owners_note(struct tc_owners *owners, const struct tc_sock *socks, size_t count, bool infer)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = note(owners, &socks[i], infer);
	return err;
}

/* What no process can hold tells nothing of others; what nobody is named for may be anybody's. */
static bool can_be_held(const struct tc_sock *sock)
{
	return sock->state != TC_TIME_WAIT && sock->state != TC_SYN_RECV;
}

int tc_owners_note_listed(struct tc_owners *owners, const struct tc_sock *socks, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		const char *process = socks[i].text ? socks[i].text->process : NULL;
		const struct tc_party *party;

		if (!can_be_held(&socks[i]))
			continue;
		err = tc_listed_party(&owners->processes, &owners->parties, process, &party);
		if (!err)
			err = tc_held_add(&owners->held, &socks[i], party);
	}
	return err;
}

/* Not before something is to be concluded: where all are held, nobody needs the orders. */
static int settle(struct tc_owners *owners)
{
	int err = owners->settled ? 0 : tc_held_settle(&owners->held);

	owners->settled = !err;
	return err;
}

/* ---- Finding ------------------------------------------------------------------------- */

/* Each inode leads to the last of its holders, and each holder to the one before. */
static int keep_holder(struct tc_owners *owners, const struct tc_holder *holder, uint64_t *place)
{
	struct tc_holder *kept;

	if (owners->holder_count == owners->holder_capacity) {
		size_t capacity = owners->holder_capacity ? owners->holder_capacity * 2 : 1024;
		struct tc_holder *grown = NULL;

		if (capacity <= UINT32_MAX)
			grown = realloc(owners->holders, capacity * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		owners->holders = grown;
		owners->holder_capacity = capacity;
	}
	kept = &owners->holders[owners->holder_count++];
	*kept = *holder;
	kept->before = (uint32_t)(*place >> INODE_SHIFT);
	*place = (uint64_t)owners->holder_count << INODE_SHIFT | (*place & INODE_WANTED);
	return 0;
}

/* A socket that the iterator meets for the first time is noted, if it may tell of others. */
static int meet(struct tc_owners *owners, struct tc_sock *sock)
{
	if (!tc_pools_has_range(&owners->pools, sock->netns))
		return 0;
	tc_listeners_resolve(owners->listeners, sock, 1);
	return tc_held_add(&owners->held, sock, NULL);
}

/* Every holder is kept, also of sockets that came into being since they were noted. */
static int take_holders(void *context, const struct tc_holder *holders, struct tc_sock *socks,
			size_t count)
{
	struct tc_owners *owners = context;
	int said = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t *place, known;

		if (!holders[i].inode)
			continue;
		place = tc_map_put(&owners->inodes, holders[i].inode);
		known = place ? *place : 0;
		if (!place || keep_holder(owners, &holders[i], place))
			return -ENOMEM;
		if (owners->listeners && !known && meet(owners, &socks[i]))
			return -ENOMEM;
		if (!(known & INODE_WANTED))
			continue;
		said |= TC_HOLDERS_WANTED;
		owners->missing -= known == INODE_WANTED;
	}
	return owners->missing ? said : said | TC_HOLDERS_FOUND;
}

/* What was found is put in order. */
static int find(struct tc_owners *owners, const char *source, char why[TC_WHY_MAX])
{
	struct tc_holders_report report = { .source = NULL };
	int err = 0;

	owners->missing = owners->inodes.count;
	owners->holder_count = 0;
	if (owners->missing || owners->listeners)
		err = tc_holders_read(source, take_holders, owners, &report, why);
	if (err < 0) {
		owners->hidden = 1; /* whoever has a socket could not be seen */
		return err;
	}
	/* Descriptors that /proc hides, the kernel itself may tell. */
	if (owners->missing && report.hidden && !source) {
		struct tc_holders_report more = { .source = NULL };
		char why_not[TC_WHY_MAX];

		err = tc_holders_read("bpf", take_holders, owners, &more, why_not);
		if (err == -ENOMEM)
			return err;
		if (!err)
			report.source = more.source;
	}
	owners->source = report.source;
	owners->hidden = report.hidden;
	owners->settled = false;
	owners->pooled = false;
	return 0;
}

int tc_owners_find(struct tc_owners *owners, char why[TC_WHY_MAX])
{
	owners->listeners = NULL;
	return find(owners, NULL, why);
}

int tc_owners_find_all(struct tc_owners *owners, const struct tc_listeners *listeners,
		       char why[TC_WHY_MAX])
{
	int err;

	owners->listeners = listeners;
	err = find(owners, "bpf", why);
	if (err) { /* what it has met by then may be noted once more */
		tc_held_release(&owners->held);
		tc_map_release(&owners->inodes);
	}
	return err;
}

/* ---- Parties ------------------------------------------------------------------------- */

/*
 * The processes that hold an inode; *ret_party is NULL where none was found. A process that has
 * several descriptors of it has them told one after the other.
 */
static int party_of_inode(struct tc_owners *owners, uint64_t inode,
			  const struct tc_party **ret_party)
{
	const struct tc_process *few[16], **processes = few;
	tc_auto_free const struct tc_process **many = NULL;
	size_t count = 0;
	uint64_t place;

	*ret_party = NULL;
	if (!tc_map_get(&owners->inodes, inode, &place) || !(place >> INODE_SHIFT))
		return 0;
	for (uint64_t at = place >> INODE_SHIFT; at; at = owners->holders[at - 1].before)
		count++;
	if (count > TC_ARRAY_SIZE(few))
		processes = many = malloc(count * sizeof(*many));
	if (!processes)
		return -ENOMEM;
	count = 0;
	for (uint64_t at = place >> INODE_SHIFT; at; at = owners->holders[at - 1].before) {
		uint32_t pid = owners->holders[at - 1].pid;

		if (count && processes[count - 1]->pid == pid)
			continue;
		processes[count] = tc_processes_get(&owners->processes, pid, owners->wanted);
		if (!processes[count++])
			return -ENOMEM;
	}
	*ret_party = tc_party_of(&owners->parties, processes, count);
	return *ret_party ? 0 : -ENOMEM;
}

static int party_of_held(struct tc_owners *owners, const struct tc_held *held,
			 const struct tc_party **ret_party)
{
	*ret_party = held->party;
	return held->party ? 0 : party_of_inode(owners, held->inode, ret_party);
}

/* Stands for "it is not known of all of them" where a party is remembered. */
static const struct tc_party undetermined;

static int join_run(struct tc_owners *owners, const struct tc_held_run *run,
		    const struct tc_party **ret_party)
{
	tc_auto_free const struct tc_party **some = malloc(run->count * sizeof(*some));

	*ret_party = &undetermined;
	if (!some)
		return -ENOMEM;
	for (size_t i = 0; i < run->count; i++) {
		int err = party_of_held(owners,
					&owners->held.socks[run->order->at[run->first + i]],
					&some[i]);

		if (err || !some[i])
			return err;
	}
	*ret_party = tc_party_join_all(&owners->parties, some, run->count);
	return *ret_party ? 0 : -ENOMEM;
}

/* The holders of all sockets of a run; NULL: there is none, or one whose holder is not known. */
static int party_of_run(struct tc_owners *owners, const struct tc_held_run *run,
			const struct tc_party **ret_party)
{
	const struct tc_party **memo;
	int err = 0;

	*ret_party = NULL;
	if (!run->count)
		return 0;
	memo = &run->order->memo[run->first];
	if (!*memo)
		err = join_run(owners, run, memo);
	if (!err && *memo != &undetermined)
		*ret_party = *memo;
	return err;
}

/* ---- Rules --------------------------------------------------------------------------- */

static int rule_seen(struct tc_owners *owners, const struct tc_sock *sock,
		     const struct tc_party **ret_party)
{
	uint64_t key = tc_held_connection(sock), found = 0;

	if (key && tc_map_get(&owners->seen, key, &found))
		*ret_party = (const struct tc_party *)(uintptr_t)found;
	return 0;
}

static int rule_listener(struct tc_owners *owners, const struct tc_sock *sock,
			 const struct tc_party **ret_party)
{
	struct tc_held_run run;

	if (!sock->listener)
		return 0;
	run = tc_held_listening(&owners->held, sock->listener);
	return party_of_run(owners, &run, ret_party);
}

/* What tells nothing of a client: it came in, or is no connection at all. */
static bool is_outbound(const struct tc_sock *sock)
{
	return sock->direction == TC_DIRECTION_OUT && (sock->have & TC_HAVE_REMOTE_PORT) &&
	       sock->remote_port;
}

static int rule_peer(struct tc_owners *owners, const struct tc_sock *sock,
		     const struct tc_party **ret_party)
{
	struct tc_held_run run;

	if (!is_outbound(sock))
		return 0;
	run = tc_held_peers(&owners->held, sock);
	return party_of_run(owners, &run, ret_party);
}

static int fill_pools(struct tc_owners *owners)
{
	for (size_t i = 0; i < owners->held.peers.count; i++) {
		const struct tc_held *held = &owners->held.socks[owners->held.peers.at[i]];
		const struct tc_party *party;
		struct tc_port_use use = { held->netns, held->local, held->remote,
					   held->local_port, held->remote_port };
		int err = party_of_held(owners, held, &party);

		if (!err)
			err = tc_pools_add(&owners->pools, &use, party);
		if (err)
			return err;
	}
	owners->pooled = true;
	return tc_pools_settle(&owners->pools, &owners->parties);
}

static int rule_ports(struct tc_owners *owners, const struct tc_sock *sock,
		      const struct tc_party **ret_party)
{
	struct tc_port_use use = { netns_of(sock), sock->local, sock->remote, sock->local_port,
				   sock->remote_port };
	int err = 0;

	if (!is_outbound(sock) || !owners->held.peers.count)
		return 0;
	if (!owners->pooled)
		err = fill_pools(owners);
	if (!err)
		*ret_party = tc_pools_of(&owners->pools, &use);
	return err;
}

/* What a rule makes of processes that have all started after the connection was over. */
enum started_since {
	SINCE_IMPOSSIBLE, /* they were seen with it */
	SINCE_SUCCESSORS, /* of the service that had it: what was restarted listens there again */
	SINCE_REFUTED,	  /* theirs are other connections */
};

/* In the order of how much they can be relied on. */
static const struct {
	enum tc_attribution how;
	bool only_these; /* rests on that */
	enum started_since since;
	int (*apply)(struct tc_owners *owners, const struct tc_sock *sock,
		     const struct tc_party **ret_party);
} rules[] = {
	{ TC_OWNER_SEEN, false, SINCE_IMPOSSIBLE, rule_seen },
	{ TC_OWNER_LISTENER, false, SINCE_SUCCESSORS, rule_listener },
	{ TC_OWNER_PEER, true, SINCE_REFUTED, rule_peer },
	{ TC_OWNER_PORTS, true, SINCE_REFUTED, rule_ports },
};

int tc_owners_remember(struct tc_owners *owners)
{
	int err = settle(owners);

	if (!err)
		err = fill_pools(owners); /* who has used which ports */

	for (size_t i = 0; i < owners->held.count && !err; i++) {
		const struct tc_held *held = &owners->held.socks[i];
		const struct tc_party *party;
		uint64_t *place;

		err = party_of_held(owners, held, &party);
		if (err || !party || !held->connection)
			continue;
		place = tc_map_put(&owners->seen, held->connection);
		if (!place)
			return -ENOMEM;
		*place = (uint64_t)(uintptr_t)party;
	}
	tc_held_release(&owners->held);
	tc_map_release(&owners->inodes);
	return err;
}

/* ---- Owners -------------------------------------------------------------------------- */

/*
 * The root of cgroup v2 is that of whoever was not put anywhere: of everybody, where the tree of
 * v1 is the one in use. It tells nothing.
 */
static const char *telling_path(struct tc_owners *owners, uint64_t cgroup)
{
	const char *path = cgroup ? tc_cgroup_ids_path(&owners->cgroups, cgroup) : NULL;

	return path && strcmp(path, "/") != 0 ? path : NULL;
}

static const struct tc_owner *owner_of(struct tc_owners *owners, enum tc_attribution how,
				       const struct tc_party *party, uint64_t cgroup)
{
	return tc_verdict_of(&owners->verdicts, how, party, telling_path(owners, cgroup));
}

static bool tells_something(const struct tc_owner *owner)
{
	for (int part = 0; part < TC_PART_COUNT; part++)
		if (owner->words[part])
			return true;
	return false;
}

/* A minisocket in TIME_WAIT lives for 60 s, so what is left tells how long it has been there. */
static uint64_t age_ms(const struct tc_sock *sock)
{
	enum { LIFE_MS = 60000 }; /* TCP_TIMEWAIT_LEN, include/net/tcp.h */
	bool timed = (sock->have & TC_HAVE_EXPIRES) && sock->state == TC_TIME_WAIT;

	return timed && sock->expires_ms < LIFE_MS ? LIFE_MS - sock->expires_ms : 0;
}

/* Whoever has started since cannot have had it, even if he listens there now. */
static bool is_younger(struct tc_owners *owners, const struct tc_party *party,
		       const struct tc_sock *sock)
{
	uint64_t age = sock->flags & TC_FLAG_FOREIGN ? 0 : age_ms(sock);

	return age && tc_alibi_young(&owners->alibis, party, age);
}

static bool is_elsewhere(struct tc_owners *owners, const struct tc_party *party,
			 const struct tc_sock *sock)
{
	if ((sock->flags & TC_FLAG_FOREIGN) || !(sock->have & TC_HAVE_CGROUP) || !sock->cgroup)
		return false;
	owners->alibis.cgroups = &owners->cgroups;
	return tc_alibi(&owners->alibis, party, sock->cgroup);
}

static int services_of(struct tc_owners *owners, const struct tc_party *party,
		       const struct tc_party **ret_services)
{
	tc_auto_free const struct tc_process **services = malloc(party->count * sizeof(*services));

	for (size_t i = 0; services && i < party->count; i++)
		services[i] = tc_process_service(party->processes[i]);
	*ret_services = services ? tc_party_of(&owners->parties, services, party->count) : NULL;
	return *ret_services ? 0 : -ENOMEM;
}

/* Of one that has exited since, it is not known any more when it had started and where it was. */
static bool has_exited(const struct tc_party *party, const struct tc_sock *sock)
{
	for (size_t i = 0; i < party->count; i++)
		if (!(sock->flags & TC_FLAG_FOREIGN) && !party->processes[i]->name)
			return true;
	return false;
}

/* The party of a rule, or what is left of it by what else is known; NULL: nothing. */
static int cross_examine(struct tc_owners *owners, size_t rule, const struct tc_sock *sock,
			 const struct tc_party **party)
{
	if (rules[rule].only_these &&
	    (has_exited(*party, sock) || is_elsewhere(owners, *party, sock)))
		*party = NULL;
	else if (rules[rule].since != SINCE_IMPOSSIBLE && is_younger(owners, *party, sock)) {
		if (rules[rule].since == SINCE_SUCCESSORS)
			return services_of(owners, *party, party);
		*party = NULL;
	}
	return 0;
}

/* Candidates that have nothing in common are no conclusion. */
static const struct tc_owner *infer(struct tc_owners *owners, const struct tc_sock *sock)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(rules); i++) {
		const struct tc_party *party = NULL;
		const struct tc_owner *owner;

		if (settle(owners) || rules[i].apply(owners, sock, &party))
			return NULL;
		if (party && cross_examine(owners, i, sock, &party))
			return NULL;
		if (!party)
			continue;
		owner = owner_of(owners, rules[i].how, party, 0);
		if (!owner || tells_something(owner))
			return owner;
	}
	return owner_of(owners, TC_OWNER_NONE, NULL, 0);
}

/* Nobody was found: the kernel's record of the cgroup remains. */
static const struct tc_owner *without_process(struct tc_owners *owners, const struct tc_sock *sock)
{
	bool has_inode = can_be_held(sock) && (sock->have & TC_HAVE_INODE) && sock->inode;
	/* What nobody holds, or has accepted, is its listener's, whoever has that. */
	bool somebodys = has_inode || sock->listener;
	enum tc_attribution how = somebodys && owners->hidden ? TC_OWNER_HIDDEN : TC_OWNER_NONE;
	uint64_t cgroup = sock->have & TC_HAVE_CGROUP ? sock->cgroup : 0;
	const struct tc_owner *owner;

	if (!cgroup || !(owners->wanted & TC_PROCESS_CGROUP))
		return owner_of(owners, how, NULL, 0);
	owner = owner_of(owners, how == TC_OWNER_HIDDEN ? how : TC_OWNER_CGROUP, NULL, cgroup);
	if (!owner || how == TC_OWNER_HIDDEN || tells_something(owner))
		return owner;
	return owner_of(owners, how, NULL, 0);
}

/* Who holds it, as descriptors or the listing say; *ret_party is NULL where nobody does. */
static int holders_of(struct tc_owners *owners, const struct tc_sock *sock,
		      const struct tc_party **ret_party)
{
	*ret_party = NULL;
	if (sock->flags & TC_FLAG_FOREIGN)
		return tc_listed_party(&owners->processes, &owners->parties,
				       sock->text ? sock->text->process : NULL, ret_party);
	if (!(sock->have & TC_HAVE_INODE) || !sock->inode)
		return 0;
	return party_of_inode(owners, sock->inode, ret_party);
}

/* What a listing says of the owner in so many words, as our own does; NULL: nothing. */
static const struct tc_owner *said_of(const struct tc_sock *sock)
{
	return (sock->flags & TC_FLAG_FOREIGN) && sock->text ? sock->text->owner : NULL;
}

const struct tc_owner *tc_owners_of(struct tc_owners *owners, const struct tc_sock *sock)
{
	const struct tc_owner *said = said_of(sock), *owner;
	const struct tc_party *party;

	if (holders_of(owners, sock, &party))
		return NULL;
	if (said && (party || said->how != TC_OWNER_UNKNOWN)) /* it was known then, and is not now */
		return tc_verdict_said(&owners->verdicts, said, party ? TC_OWNER_HELD : said->how,
				       party);
	if (party)
		return owner_of(owners, TC_OWNER_HELD, party, 0);
	owner = infer(owners, sock);
	if (!owner || owner->how != TC_OWNER_NONE)
		return owner;
	if (!(sock->flags & TC_FLAG_FOREIGN))
		return without_process(owners, sock);
	if (said)
		return tc_verdict_said(&owners->verdicts, said, TC_OWNER_UNKNOWN, NULL);
	/* A listing without -p, or made without privilege, says nothing either way. */
	return can_be_held(sock) ? owner_of(owners, TC_OWNER_UNKNOWN, NULL, 0) : owner;
}
