/* SPDX-License-Identifier: MIT */
/* listening.c - from sockets to listeners: gathering and reading; see listening.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "analysis/listening_entry.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util/addr.h"
#include "util/hash.h"
#include "util/intl.h"

/* The counters that tell of listeners, in the order in which they are shown. */
static const enum tc_counter counters[] = {
	TC_COUNTER_ListenOverflows,
	TC_COUNTER_ListenDrops,
	TC_COUNTER_TCPReqQFullDoCookies,
	TC_COUNTER_TCPReqQFullDrop,
};

/* ---- Entries ------------------------------------------------------------------------- */

static struct tc_listening_key key_of(const struct tc_sock *sock)
{
	struct tc_listening_key key;

	memset(&key, 0, sizeof(key));
	key.has_addr = (sock->have & TC_HAVE_LOCAL_ADDR) != 0;
	if (key.has_addr)
		key.addr = sock->local;
	if (sock->have & TC_HAVE_NETNS)
		key.netns = sock->netns;
	if (sock->have & TC_HAVE_IFINDEX)
		key.ifindex = sock->ifindex;
	if (sock->have & TC_HAVE_FAMILY)
		key.family = sock->family;
	if (sock->have & TC_HAVE_LOCAL_PORT)
		key.port = sock->local_port;
	return key;
}

static int compare_keys(const void *one, const void *other)
{
	return memcmp(one, other,
		      sizeof(struct tc_listening_key)); /* the key is an entry's first member */
}

static void free_entry(struct tc_listening_entry *entry)
{
	tc_kept_release(&entry->kept);
	tc_map_release(&entry->silent_peers);
	free(entry->sockets);
	free(entry);
}

static int append(struct tc_listening *listening, struct tc_listening_entry *entry)
{
	size_t capacity = listening->capacity ? listening->capacity * 2 : 64;
	struct tc_listening_entry **entries = listening->entries;

	if (listening->count == listening->capacity) {
		entries = realloc(entries, capacity * sizeof(struct tc_listening_entry *));
		if (!entries)
			return -ENOMEM;
		listening->entries = entries;
		listening->capacity = capacity;
	}
	entries[listening->count++] = entry;
	return 0;
}

/* The entry of a listening socket; it is made where there is none yet. */
static int find_entry(struct tc_listening *listening, const struct tc_sock *socket,
		      struct tc_listening_entry **ret_entry)
{
	struct tc_listening_key key = key_of(socket);
	struct tc_listening_entry *entry, **found;

	if (!(socket->have & TC_HAVE_LOCAL_PORT))
		key.nameless = ++listening->nameless;
	*ret_entry = listening->last;
	if (listening->last && compare_keys(&listening->last->key, &key) == 0)
		return 0;
	found = tfind(&key, &listening->tree, compare_keys);
	if (found) {
		*ret_entry = listening->last = *found;
		return 0;
	}
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->key = key;
	if (tc_kept_copy(&entry->kept, socket) || append(listening, entry)) {
		free_entry(entry);
		return -ENOMEM;
	}
	if (!tsearch(entry, &listening->tree, compare_keys))
		return -ENOMEM; /* the list has it, and frees it */
	*ret_entry = listening->last = entry;
	return 0;
}

static void forget_nothing(void *entry)
{
	(void)entry; /* the list frees them */
}

void tc_listening_free(struct tc_listening *listening)
{
	if (!listening)
		return;
	tdestroy(listening->tree, forget_nothing);
	for (size_t i = 0; i < listening->count; i++)
		free_entry(listening->entries[i]);
	free(listening->entries);
	free(listening->ranked);
	free(listening->gone);
	free(listening);
}

int tc_listening_new(struct tc_listening **ret_listening)
{
	struct tc_listening *listening = calloc(1, sizeof(*listening));

	if (!listening)
		return -ENOMEM;
	*ret_listening = listening;
	return 0;
}

/* ---- Listening sockets --------------------------------------------------------------- */

/* One more socket of the listener, at the end of those that are known. */
static int add_socket(struct tc_listening_entry *entry, const struct tc_sock *sock)
{
	size_t capacity = entry->capacity ? entry->capacity * 2 : 1;
	struct tc_listener_socket *sockets = entry->sockets;

	if (entry->known == entry->capacity) {
		sockets = realloc(sockets, capacity * sizeof(*sockets));
		if (!sockets)
			return -ENOMEM;
		entry->sockets = sockets;
		entry->capacity = capacity;
	}
	sockets[entry->known++] = (struct tc_listener_socket){
		.cookie = sock->have & TC_HAVE_COOKIE ? sock->cookie : 0,
	};
	return 0;
}

int tc_listening_before(struct tc_listening *listening, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct tc_listener_socket *socket;
		struct tc_listening_entry *entry;
		int err;

		/* Without a cookie the second look could not tell which of them it was. */
		if (socks[i].state != TC_LISTEN || !(socks[i].have & TC_HAVE_COOKIE) ||
		    !(socks[i].have & TC_HAVE_RECV_Q))
			continue;
		err = find_entry(listening, &socks[i], &entry);
		if (!err)
			err = add_socket(entry, &socks[i]);
		if (err)
			return err;
		socket = &entry->sockets[entry->known - 1];
		socket->have = TC_LISTENER_BEFORE;
		socket->queue_before = socks[i].rqueue;
		if (socks[i].have & TC_HAVE_DROPS) {
			socket->have |= TC_LISTENER_DROPPED;
			socket->dropped = socks[i].expires_ms; /* until the second look */
		}
	}
	return 0;
}

/* Moves the socket, known from the first look or new, behind those that are in use. */
static int take_socket(struct tc_listening_entry *entry, const struct tc_sock *sock,
		       struct tc_listener_socket **ret_socket)
{
	struct tc_listener *listener = &entry->listener;
	size_t at = listener->socket_count;
	struct tc_listener_socket taken;

	while (at < entry->known &&
	       (!entry->sockets[at].cookie || entry->sockets[at].cookie != sock->cookie))
		at++;
	if (at == entry->known && add_socket(entry, sock))
		return -ENOMEM;
	taken = entry->sockets[at];
	entry->sockets[at] = entry->sockets[listener->socket_count];
	entry->sockets[listener->socket_count] = taken;
	*ret_socket = &entry->sockets[listener->socket_count++];
	return 0;
}

/* What a later socket of the group knows and the first one did not say. */
static int keep(struct tc_listening_entry *entry, const struct tc_sock *sock)
{
	const struct tc_owner *owner = sock->text ? sock->text->owner : NULL;

	if (entry->listener.socket_count > 1)
		return tc_kept_add_owner(&entry->kept, owner);
	tc_kept_release(&entry->kept); /* what an earlier look or a connection knew of it */
	return tc_kept_copy(&entry->kept, sock);
}

static bool family_passes(const struct tc_sock *sock, unsigned families)
{
	if (!families || families == (TC_FAMILY_INET | TC_FAMILY_INET6))
		return true;
	return (sock->have & TC_HAVE_FAMILY) &&
	       (families & (sock->family == AF_INET6 ? TC_FAMILY_INET6 : TC_FAMILY_INET));
}

/* The kernel counts in 32 bits, and never anew while the socket is there. */
static void take_drops(struct tc_listener_socket *socket, const struct tc_sock *sock)
{
	if (!(sock->have & TC_HAVE_DROPS)) {
		socket->have &= ~(uint32_t)TC_LISTENER_DROPPED;
		return;
	}
	socket->have |= TC_LISTENER_DROPS;
	socket->drops = sock->expires_ms;
	socket->dropped = socket->drops - socket->dropped;
}

static bool is_wanted(struct tc_listening *listening, const struct tc_filter *filter,
		      unsigned families, const struct tc_sock *sock)
{
	bool family = family_passes(sock, families);
	bool passes = family && tc_filter_match(filter, sock);

	if ((family || !(sock->have & TC_HAVE_FAMILY)) &&
	    (!family || tc_filter_is_unsure(filter, sock)))
		tc_doubt_add(&listening->doubt, filter, sock, passes);
	return passes;
}

static int add_listening(struct tc_listening *listening, const struct tc_filter *filter,
			 unsigned families, const struct tc_sock *sock)
{
	struct tc_listener_socket *socket;
	struct tc_listening_entry *entry;

	if (find_entry(listening, sock, &entry) || take_socket(entry, sock, &socket) ||
	    keep(entry, sock))
		return -ENOMEM;
	socket->inode = sock->have & TC_HAVE_INODE ? sock->inode : 0;
	if (sock->have & TC_HAVE_RECV_Q) {
		socket->have |= TC_LISTENER_QUEUE;
		socket->queue = sock->rqueue;
	}
	if ((sock->have & TC_HAVE_QUEUES) == TC_HAVE_QUEUES) {
		socket->have |= TC_LISTENER_QUEUES;
		socket->limit = sock->wqueue;
	}
	take_drops(socket, sock);
	entry->listener.states[TC_LISTEN] += sock->count;
	entry->shown |= is_wanted(listening, filter, families, sock);
	return 0;
}

/* ---- Connections --------------------------------------------------------------------- */

static void vote(struct tc_listening_entry *entry, const struct tc_sock *sock)
{
	if (!(sock->have & TC_HAVE_REMOTE_ADDR))
		return;
	if (entry->votes && tc_addr_equal(&entry->busiest, &sock->remote)) {
		entry->votes += sock->count;
	} else if (entry->votes >= sock->count) {
		entry->votes -= sock->count;
	} else {
		entry->busiest = sock->remote;
		entry->votes = sock->count - entry->votes;
	}
}

static uint64_t key_of_peer(const struct tc_addr *addr)
{
	return tc_hash(addr, sizeof(*addr), 0) | 1;
}

uint64_t tc_listening_carried(const struct tc_listening_entry *entry)
{
	uint64_t count;

	return entry->silent_peers.count == 1 && !entry->nobodys && entry->votes &&
			       tc_map_get(&entry->silent_peers, key_of_peer(&entry->busiest), &count)
		       ? entry->votes
		       : 0;
}

static int count_silent(struct tc_listening_entry *entry, const struct tc_sock *sock)
{
	uint64_t *count;

	entry->listener.silent += sock->count;
	if (!(sock->have & TC_HAVE_REMOTE_ADDR)) {
		entry->nobodys += sock->count;
		return 0;
	}
	/* Two that meet by chance make one of a crowd seem missing, and nothing else. */
	count = tc_map_put(&entry->silent_peers, key_of_peer(&sock->remote));
	if (!count)
		return -ENOMEM;
	*count += sock->count;
	entry->listener.silent_peers = entry->silent_peers.count;
	return 0;
}

static int count_handshake(struct tc_listening_entry *entry, const struct tc_sock *sock)
{
	if (!(sock->have & TC_HAVE_RETRANS)) {
		entry->unheard += sock->count;
		return 0;
	}
	return sock->retrans ? count_silent(entry, sock) : 0;
}

/* Until accept(2) gives it a descriptor, a connection has no inode. */
static int count_connection(struct tc_listening_entry *entry, const struct tc_sock *sock)
{
	struct tc_listener *listener = &entry->listener;

	listener->states[sock->state] += sock->count;
	if (sock->state == TC_SYN_RECV)
		return count_handshake(entry, sock);
	vote(entry, sock);
	if (sock->state != TC_ESTABLISHED && sock->state != TC_CLOSE_WAIT)
		return 0;
	if (!(sock->have & TC_HAVE_INODE))
		entry->unjudged += sock->count;
	else if (!sock->inode)
		listener->unaccepted += sock->count;
	return 0;
}

int tc_listening_add(struct tc_listening *listening, const struct tc_filter *filter,
		     unsigned families, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct tc_listening_entry *entry;
		int err = 0;

		if (socks[i].state == TC_LISTEN) {
			err = add_listening(listening, filter, families, &socks[i]);
		} else if (socks[i].listener) {
			err = find_entry(listening, socks[i].listener, &entry);
			if (!err)
				err = count_connection(entry, &socks[i]);
		}
		if (err)
			return err;
	}
	return 0;
}

static void note_gone(struct tc_listening *listening, const struct tc_listening_facts *facts)
{
	for (size_t i = 0; i < listening->gone_count; i++)
		if (listening->gone[i] == facts)
			return;
	listening->gone[listening->gone_count++] = facts;
}

void tc_listening_drop_gone(struct tc_listening *listening)
{
	size_t kept = 0;

	for (size_t i = 0; i < listening->count; i++) {
		struct tc_listening_entry *entry = listening->entries[i];

		if (entry->known > entry->listener.socket_count)
			note_gone(listening, entry->facts);
		if (entry->listener.socket_count)
			listening->entries[kept++] = entry;
		else
			free_entry(entry);
	}
	listening->count = kept;
	tdestroy(listening->tree, forget_nothing); /* nothing is looked up any more */
	listening->tree = NULL;
	listening->last = NULL;
}

/* ---- Reading ------------------------------------------------------------------------- */

const struct tc_doubt *tc_listening_doubt(const struct tc_listening *listening)
{
	return &listening->doubt;
}

size_t tc_listening_count(const struct tc_listening *listening)
{
	return listening->shown;
}

const struct tc_listener *tc_listening_at(const struct tc_listening *listening, size_t index)
{
	return index < listening->shown ? &listening->entries[index]->listener : NULL;
}

const struct tc_listener_socket *tc_listener_fullest(const struct tc_listener *listener)
{
	const struct tc_listener_socket *fullest = listener->sockets;

	for (size_t i = 1; i < listener->socket_count; i++) {
		const struct tc_listener_socket *one = &listener->sockets[i];

		if (one->queue * ((uint64_t)fullest->limit + 1) >
		    fullest->queue * ((uint64_t)one->limit + 1))
			fullest = one;
	}
	return fullest;
}

const struct tc_listener *tc_listening_troubled(const struct tc_listening *listening,
						uint32_t trouble, size_t index)
{
	for (size_t i = 0; listening->ranked && i < listening->count; i++) {
		const struct tc_listener *listener = &listening->ranked[i]->listener;

		if ((listener->trouble & trouble) && !index--)
			return listener;
	}
	return NULL;
}

const struct tc_listening_summary *tc_listening_summary(const struct tc_listening *listening)
{
	return &listening->summary;
}

bool tc_listening_counter(const struct tc_listening *listening, size_t index,
			  struct tc_listening_counter *ret_counter)
{
	enum tc_counter id;

	if (index >= TC_ARRAY_SIZE(counters))
		return false;
	id = counters[index];
	*ret_counter = (struct tc_listening_counter){
		.name = tc_counter_rows[id].name,
		.meaning = tc_tr(tc_counter_rows[id].meaning),
		.has_total = listening->after.status[id] == TC_COUNTER_READ,
		.total = listening->after.value[id],
	};
	ret_counter->has_rise =
		listening->summary.interval_us &&
		tc_counter_rise(&listening->before, &listening->after, id, &ret_counter->rise);
	return true;
}
