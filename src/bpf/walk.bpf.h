/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * walk.bpf.h - following the chains of a hash table of the kernel, without its locks.
 *
 * Things leave a chain and come to others while it is followed: the memory of a socket is a
 * socket's for a grace period (SLAB_TYPESAFE_BY_RCU), its place is not. So each step checks that
 * what it has come to still names the pointer that led there (pprev), read after all that is read
 * of it; where it does not, the chain is walked again. All reads are by bpf_rdonly_cast(): an
 * address that is none reads as 0 and does no harm. Before Linux 6.2 there is no such thing; the
 * same programs are then compiled with TC_WALK_PROBE, and call bpf_probe_read_kernel() for each.
 *
 * Who includes this defines find(), fetch(), start_chain(), follow(), is_end(), end_chain(),
 * mark_of() and forget(); and finish(), fetch_left() and fetch_left_more(), or includes
 * at_once.bpf.h.
 */
#ifndef TC_BPF_WALK_BPF_H
#define TC_BPF_WALK_BPF_H

#include "bpf/vmlinux.h"

#include "bpf/image.h"
#include "bpf/walk_state.h"

#define inline_always static inline __attribute__((always_inline))
/*
 * All functions of an object are in one section: support/bpf-image wants it so. A program of type
 * syscall may sleep, and takes the lock of RCU itself; where there is no function for that, it is
 * one for a raw tracepoint, which runs with the lock held when it is run by hand
 * (net/bpf/test_run.c, __bpf_prog_test_run_raw_tp()).
 */
#ifdef TC_WALK_PROBE
#define in_section "raw_tp"
#else
#define in_section "syscall"
#endif
#define in_kernel __attribute__((section(in_section), used))
#define in_kernel_apart __attribute__((section(in_section), noinline))

static void *(*const map_lookup)(void *map, const void *key) = (void *)1;
static u64 (*const get_current_task)(void) = (void *)35;
static long (*const loop)(u32 count, void *body, void *context, u64 flags) = (void *)181;

#ifdef TC_WALK_PROBE
enum { FETCHES = 0 }; /* to read costs more than to wait */

static long (*const probe_read_kernel)(void *to, u32 size, u64 from) = (void *)113;

inline_always u64 read_word(u64 address)
{
	u64 word = 0;

	probe_read_kernel(&word, sizeof(word), address);
	return word;
}

inline_always void rcu_lock(void)
{
}

inline_always void rcu_unlock(void)
{
}
#else
enum { FETCHES = 1 };

#define rdonly_cast ((const volatile u64 *(*)(u64, u32))TC_IMAGE_RDONLY_CAST)
#define rcu_lock ((void (*)(void))TC_IMAGE_RCU_LOCK)
#define rcu_unlock ((void (*)(void))TC_IMAGE_RCU_UNLOCK)

inline_always u64 read_word(u64 address)
{
	return *rdonly_cast(address, TC_IMAGE_WORD_TYPE);
}
#endif

/*
 * Members of the kernel's structures that are read at every step: their places are in the
 * instructions, so that a read is as few of them as can be. `object` is what at() makes of an
 * address, and `member` is one of struct tc_walk_layout.
 */
#define place_number(member)                                                                       \
	(__builtin_offsetof(struct tc_walk_layout, member) / sizeof(struct tc_walk_place))

#ifdef TC_WALK_PROBE
typedef u64 object_at;

inline_always object_at at(u64 address)
{
	return address;
}

#define load(object, member, further) read_word(inner_of(object, member) + 8 * (further))
#else
typedef const volatile u64 *object_at;

inline_always object_at at(u64 address)
{
	return rdonly_cast(address, TC_IMAGE_WORD_TYPE);
}

#define load(object, member, further)                                                              \
	({                                                                                         \
		u64 word_;                                                                         \
		asm volatile("%0 = *(u64 *)(%1 - %2)"                                              \
			     : "=r"(word_)                                                         \
			     : "r"(object), "i"(-TC_IMAGE_LOAD(place_number(member), further)));   \
		word_;                                                                             \
	})
#endif

/* The number in such a word, and what is above it. */
#define shifted(word, member)                                                                      \
	({                                                                                         \
		u64 number_ = (word);                                                              \
		asm("%0 >>= %1" : "+r"(number_) : "i"(TC_IMAGE_SHIFT(place_number(member))));      \
		number_;                                                                           \
	})

/* From the address of a member to that of what it is in, and back. */
#define outer_of(address, member)                                                                  \
	({                                                                                         \
		u64 outer_ = (address);                                                            \
		asm("%0 -= %1" : "+r"(outer_) : "i"(TC_IMAGE_DISTANCE(place_number(member))));     \
		outer_;                                                                            \
	})

#define inner_of(address, member)                                                                  \
	({                                                                                         \
		u64 inner_ = (address);                                                            \
		asm("%0 += %1" : "+r"(inner_) : "i"(TC_IMAGE_DISTANCE(place_number(member))));     \
		inner_;                                                                            \
	})

/*
 * Conditions are arithmetic where they can be: of each branch the verifier follows both ways, which
 * takes it as long as fifty instructions, and a processor has to guess.
 */
inline_always u32 is_zero(u64 number)
{
	u64 top = ~number & (number - 1);

	asm("" : "+r"(top)); /* else the compiler sees what it is, and makes a branch of it */
	return top >> 63;
}

/* Of numbers below 2^63. */
inline_always u32 is_less(u64 number, u64 than)
{
	u64 top = number - than;

	asm("" : "+r"(top));
	return top >> 63;
}

/* The end of a chain of which nothing has been seen. */
enum { NOWHERE = 1 };

inline_always u64 or_nowhere(u64 node)
{
	return node + is_zero(node) * NOWHERE;
}

inline_always u64 read_at(u64 base, const struct tc_walk_place *place)
{
	return read_word(base + place->word) >> (place->shift & 63);
}

/* A socket may be of a namespace that nobody has found: then it is not to be counted either. */
in_kernel_apart static int is_listed(struct tc_walker *walker, u64 net)
{
	u32 number = (u32)read_at(net, &walker->layout.inum), shift = walker->listed_shift & 31;
	u32 one = (u32)(number * walker->listed_factors[0]) >> shift;
	u32 other = (u32)(number * walker->listed_factors[1]) >> shift;

	u64 from_one = walker->listed[one & (TC_WALK_LISTED - 1)] ^ number;
	u64 from_other = walker->listed[other & (TC_WALK_LISTED - 1)] ^ number;

	return is_zero(from_one * from_other) & ~is_zero(number);
}

inline_always int is_wanted(struct tc_walker *walker, u64 net)
{
	return walker->net ? net == walker->net : is_listed(walker, net);
}

/* By arithmetic: AF_INET6 has the bit that AF_INET lacks. */
inline_always u64 is_v6(u64 head)
{
	return shifted(head, family) >> 3 & 1;
}

/*
 * What stands for an address of IPv6, given its two words; for one of IPv4 that is mapped the same
 * as address_of_v4(). What differs from host to host is below, for all that is made of it to differ.
 */
inline_always u64 address_of(const struct tc_walker *walker, u64 first, u64 last)
{
	u64 mixed = first * walker->list_factors[TC_WALK_LIST_UPPER];

	mixed ^= mixed >> 32;
	mixed = mixed * walker->list_factors[TC_WALK_LIST_UPPER] ^ last;
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		return (mixed >> 32 | mixed << 32) ^ 0xffff0000ull << 32;
	return mixed ^ 0xffffull << 32;
}

/* It is in one word with that of the other end. */
inline_always u64 address_of_v4(u64 words)
{
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? words >> 32 : words & 0xffffffff;
}

in_kernel_apart static u64 read_address_v6(const struct tc_walker *walker, u64 sock)
{
	__auto_type object = at(sock);

	return address_of(walker, load(object, saddr6, 0), load(object, saddr6, 1));
}

/*
 * A number of the list of those that share a port and an address. By factors that nobody else
 * knows: who may choose addresses must not be able to find two lists with the same number.
 */
inline_always u64 list_of(const struct tc_walker *walker, u64 net, u64 port, u64 address)
{
	return (net << 16 | (port & 0xffff)) * walker->list_factors[TC_WALK_LIST_PORT] +
	       address * walker->list_factors[TC_WALK_LIST_ADDRESS];
}

/* The same of a socket, given the word with its family. */
inline_always u64 list_of_socket(const struct tc_walker *walker, u64 sock, object_at object,
				 u64 head, u64 net, u64 port)
{
	u64 address = is_v6(head) ? read_address_v6(walker, sock)
				  : address_of_v4(load(object, saddr, 0));

	return list_of(walker, net, port, address);
}

/*
 * To be asked when all has been read of what the node is in: if it has left the chain meanwhile,
 * that may have been of another in the same memory.
 */
inline_always int is_still_there(const struct tc_walk_lane *lane, u64 node)
{
	return read_word(node + 8) == lane->link;
}

/* Sets the walker's table, given the kernel's struct inet_hashinfo. */
inline_always void find(struct tc_walker *walker, u64 hashinfo);

/* Sets the lane's node and link to the first of a chain. */
inline_always void start_chain(struct tc_walker *walker, struct tc_walk_lane *lane, u32 bucket);

inline_always void start_bucket(struct tc_walker *walker, struct tc_walk_lane *lane, u32 bucket)
{
	lane->link = walker->table + (u64)bucket * walker->bucket_size + walker->bucket_chain;
	lane->node = or_nowhere(read_word(lane->link));
}

/* What comes of a step. */
enum { CHANGED, GONE_ON, NO_ROOM };

/*
 * From one node to the next. CHANGED: the chain has; NO_ROOM: the stream is full, and nothing was
 * done.
 */
inline_always int follow(struct tc_walker *walker, struct tc_walk_lane *lane, u32 which, u64 node);

/* Of the end of a chain: whether it is that of the lane's. */
inline_always int is_end(const struct tc_walker *walker, const struct tc_walk_lane *lane);

/* It has been reached. */
inline_always void end_chain(struct tc_walker *walker, struct tc_walk_lane *lane);

/* Does what follow() has left to the lane's next step; what comes of it is what comes of a step. */
inline_always int finish(struct tc_walker *walker, struct tc_walk_lane *lane, u32 which);

/*
 * Asks memory for what a lane's next step will look at, which comes before the next fetch. Of a
 * node that is none it reads 0.
 */
inline_always void fetch(const struct tc_walker *walker, struct tc_walk_lane *lane);

/* For what lanes have left to their next steps: for the first of it, and for the rest. */
inline_always void fetch_left(struct tc_walker *walker);
inline_always void fetch_left_more(struct tc_walker *walker);

/*
 * What tells whether the node that has led to the lane's is still the same. Between two runs there
 * is time for both to close and to come again, in the memory that they had, as neighbours at the
 * beginning of the chain, where all behind them would be met once more.
 */
inline_always u64 mark_of(const struct tc_walker *walker, const struct tc_walk_lane *lane);

/* What a lane has seen of its chain does not count. */
inline_always void forget(struct tc_walk_lane *lane);

static long step_all(u32 i, struct tc_walker **context);
static long mark_place(u32 i, struct tc_walker **context);
static long check_place(u32 i, struct tc_walker **context);

/* The entry: the first function of the object. */
in_kernel int walk(struct tc_walk_run *request)
{
	u32 key = request->walker;
	struct tc_walker *walker = map_lookup((void *)TC_IMAGE_MAP, &key);

	if (!walker)
		return 1;
	rcu_lock();
	if (request->steps) {
		loop(TC_WALK_LANES, check_place, &walker, 0);
		loop(request->steps, step_all, &walker, 0);
		loop(TC_WALK_LANES, mark_place, &walker, 0);
	} else {
		const struct tc_walk_layout *layout = &walker->layout;
		u64 task = get_current_task();

		walker->net = read_at(read_at(task, &layout->nsproxy), &layout->net_ns);
		find(walker, read_at(walker->net, &layout->hashinfo));
	}
	rcu_unlock();
	return 0;
}

inline_always void rest(struct tc_walker *walker, struct tc_walk_lane *lane)
{
	lane->node = 0;
	walker->resting++;
}

/*
 * A lane that has come to an empty bucket goes on: it has nothing to wait for. (Where a chain has
 * been walked again, how often is set back by the next step.)
 */
inline_always void pass_empty(struct tc_walker *walker, struct tc_walk_lane *lane)
{
#pragma unroll
	for (int i = 0; i < TC_WALK_EMPTIES; i++) {
		u32 bucket = walker->next;

		if (!(lane->node & is_zero(lane->retries) & is_less(bucket, walker->end) &
		      is_end(walker, lane)))
			return;
		walker->next = bucket + 1;
		lane->bucket = bucket;
		start_chain(walker, lane, bucket);
	}
}

/* One step of one lane: to the next node, or the next bucket. */
inline_always void step(struct tc_walker *walker, u32 which)
{
	struct tc_walk_lane *lane = &walker->lanes[which];
	u64 node = lane->node;
	int came = GONE_ON;
	u32 bucket;

	if (!node)
		return;
	if (lane->left)
		came = finish(walker, lane, which);
	if (came == GONE_ON && !(node & 1)) {
		came = follow(walker, lane, which, node);
		/* The end of a chain is in no memory that has to be waited for. */
		if (came == GONE_ON && (!(lane->node & 1) || lane->left))
			return;
	}
	if (came == NO_ROOM) {
		lane->paused = node;
		rest(walker, lane);
		return;
	}
	if (came == GONE_ON && is_end(walker, lane)) {
		end_chain(walker, lane);
		goto fresh;
	}
	walker->repeated++;
	bucket = lane->bucket;
	if (++lane->retries < TC_WALK_RETRIES)
		goto begin;
	walker->given_up++;
fresh:
	bucket = walker->next;
	lane->retries = 0;
	if (!(is_less(bucket, walker->end) & is_less(lane->kept, TC_WALK_ENOUGH + 1))) {
		rest(walker, lane);
		return;
	}
	walker->next = bucket + 1;
begin:
	forget(lane);
	lane->bucket = bucket;
	lane->filled = lane->kept;
	start_chain(walker, lane, bucket);
	pass_empty(walker, lane);
}

/*
 * A processor runs some hundred instructions ahead of a read that waits for memory, which is two
 * or three steps. Here the reads of all lanes stand together, and wait together. (Of a node that
 * is none they cost nothing: its address is not the kernel's.) Each read is a dozen instructions,
 * for whether the address is the kernel's, so of what few lanes need there is a list: some of it
 * comes first, to be waited for with the rest, and should it be long, the rest of it last. (It is
 * apart for the verifier, which goes through a function anew for branches that it has seen there.)
 */
in_kernel_apart static int fetch_all(struct tc_walker *walker)
{
	fetch_left(walker);
#pragma unroll
	for (u32 i = 0; i < TC_WALK_LANES; i++)
		fetch(walker, &walker->lanes[i]);
	fetch_left_more(walker);
	return 0;
}

in_kernel static long step_all(u32 i, struct tc_walker **context)
{
	struct tc_walker *walker = *context;

	if (FETCHES && !(i % TC_WALK_LANES))
		fetch_all(walker);
	/*
	 * The lane is worked out anew: else the verifier, which knows it behind the branch, follows
	 * the step twice, and loading takes twice as long.
	 */
	asm volatile("" : "+r"(i));
	step(walker, i % TC_WALK_LANES);
	return walker->resting >= TC_WALK_LANES;
}

in_kernel static long mark_place(u32 i, struct tc_walker **context)
{
	struct tc_walk_lane *lane = &(*context)->lanes[i % TC_WALK_LANES];

	lane->mark = mark_of(*context, lane);
	return 0;
}

/* No node says that this has led to it (0 is said by those that have left): it is walked again. */
in_kernel static long check_place(u32 i, struct tc_walker **context)
{
	struct tc_walk_lane *lane = &(*context)->lanes[i % TC_WALK_LANES];

	if (mark_of(*context, lane) != lane->mark)
		lane->link = NOWHERE;
	return 0;
}

#endif
