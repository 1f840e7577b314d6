/* SPDX-License-Identifier: MIT */
/*
 * tally.c - counting by any set of keys.
 *
 * Groups live in one arena of bytes, each as its packed key; an open-addressed table of
 * places finds them. Memory per group: the packed key, 32 bytes of group, between 8 and 16
 * bytes of table, and 8 to sort it where it is to be a row. Counting is exact, unless a bound
 * is set and met: then it is Lossy Counting (Manku and Motwani, 2002) with the bound on memory
 * instead of on the error, which is told.
 */
#include "model/tally.h"

#include <errno.h>
#include <sys/random.h>

#include "model/packed.h"
#include "util/hash.h"

enum { FIRST_SLOTS = 1024, BOUND_LEAST = 1024 };

struct group {
	uint64_t count;
	uint64_t hash;
	size_t key_at;	   /* in the arena */
	uint32_t key_length;
	uint32_t unused;
};

struct tc_tally {
	struct tc_key keys[TC_KEYS_MAX];
	size_t key_count;
	uint64_t seed; /* peers choose the addresses: they must not choose the collisions */
	struct tc_buf arena;
	struct tc_buf scratch;
	struct group *groups;
	size_t group_count, group_capacity;
	uint32_t *slots; /* 1 + index in groups; 0: free */
	size_t slot_mask;
	uint64_t total;
	uint32_t *order; /* indices of groups, as sorted */
	size_t rows;
	uint64_t other_groups, other_count;
	size_t bound;		 /* of group_count; 0: none */
	uint64_t given_up;	 /* groups, those that came again more than once */
	uint64_t too_low;	 /* by so much a count can be */
	uint64_t most_memory;	 /* before groups were given up, and while they were sorted */
};

/* ---- The table ----------------------------------------------------------------------- */

static void fill_slots(struct tc_tally *tally)
{
	for (size_t i = 0; i < tally->group_count; i++) {
		size_t at = tally->groups[i].hash & tally->slot_mask;

		while (tally->slots[at])
			at = (at + 1) & tally->slot_mask;
		tally->slots[at] = (uint32_t)i + 1;
	}
}

static int grow_slots(struct tc_tally *tally)
{
	size_t count = tally->slots ? (tally->slot_mask + 1) * 2 : FIRST_SLOTS;
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	free(tally->slots);
	tally->slots = slots;
	tally->slot_mask = count - 1;
	fill_slots(tally);
	return 0;
}

static int grow_groups(struct tc_tally *tally)
{
	size_t capacity = tally->group_capacity ? tally->group_capacity * 2 : FIRST_SLOTS;
	struct group *groups;

	if (capacity > UINT32_MAX / 2)
		return -ENOMEM;
	groups = realloc(tally->groups, capacity * sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	tally->groups = groups;
	tally->group_capacity = capacity;
	return 0;
}

static int add_group(struct tc_tally *tally, const struct tc_buf *key, uint64_t hash, size_t slot)
{
	struct group *group;
	int err = 0;

	if (tally->group_count == tally->group_capacity)
		err = grow_groups(tally);
	if (err)
		return err;
	group = &tally->groups[tally->group_count];
	*group = (struct group){
		.hash = hash, .key_at = tally->arena.length, .key_length = (uint32_t)key->length
	};
	tc_buf_add(&tally->arena, key->data, key->length);
	if (tally->arena.failed)
		return -ENOMEM;
	tally->slots[slot] = (uint32_t)++tally->group_count;
	return 0;
}

static bool is_group(const struct tc_tally *tally, const struct group *group,
		     const struct tc_buf *key, uint64_t hash)
{
	return group->hash == hash && group->key_length == key->length &&
	       memcmp(tally->arena.data + group->key_at, key->data, key->length) == 0;
}

/* ---- Giving up the smallest ----------------------------------------------------------- */

/* A count that half of the groups or more do not exceed: a power of two, less one. */
static uint64_t find_threshold(const struct tc_tally *tally)
{
	for (uint64_t threshold = 1;; threshold = threshold * 2 + 1) {
		size_t below = 0;

		for (size_t i = 0; i < tally->group_count; i++)
			below += tally->groups[i].count <= threshold;
		if (below * 2 >= tally->group_count)
			return threshold;
	}
}

/* The arena has the keys in the order of the groups, so each moves towards the start. */
static void keep_group(struct tc_tally *tally, size_t to, size_t from, size_t *length)
{
	struct group *group = &tally->groups[to];

	*group = tally->groups[from];
	memmove(tally->arena.data + *length, tally->arena.data + group->key_at, group->key_length);
	group->key_at = *length;
	*length += group->key_length;
}

/* What is in use: of what is reserved ahead the kernel gives only what is touched. */
static uint64_t memory_used(const struct tc_tally *tally)
{
	return tally->arena.length + tally->group_count * sizeof(*tally->groups) +
	       (tally->slot_mask + 1) * sizeof(*tally->slots) +
	       tally->rows * sizeof(*tally->order);
}

/* Before some of it is given back: `more` is what was in use for a moment. */
static void note_memory(struct tc_tally *tally, uint64_t more)
{
	uint64_t memory = memory_used(tally) + more;

	if (memory > tally->most_memory)
		tally->most_memory = memory;
}

static void give_up_smallest(struct tc_tally *tally)
{
	uint64_t threshold = find_threshold(tally), largest = 0;
	size_t kept = 0, length = 0;

	note_memory(tally, 0);
	for (size_t i = 0; i < tally->group_count; i++) {
		if (tally->groups[i].count > threshold)
			keep_group(tally, kept++, i, &length);
		else if (tally->groups[i].count > largest)
			largest = tally->groups[i].count;
	}
	tally->given_up += tally->group_count - kept;
	tally->too_low += largest;
	tally->group_count = kept;
	tally->arena.length = length;
	memset(tally->slots, 0, (tally->slot_mask + 1) * sizeof(*tally->slots));
	fill_slots(tally);
}

/* ---- Finding ------------------------------------------------------------------------- */

/* Finds or makes the group of the packed key. */
static int find_group(struct tc_tally *tally, const struct tc_buf *key, struct group **ret_group)
{
	uint64_t hash = tc_hash(key->data, key->length, tally->seed);
	size_t slot;
	int err;

	if (tally->group_count * 2 > tally->slot_mask + 1) { /* a bound, a power of two, fits */
		err = grow_slots(tally);
		if (err)
			return err;
	}
	slot = hash & tally->slot_mask;
	while (tally->slots[slot]) {
		struct group *group = &tally->groups[tally->slots[slot] - 1];

		if (is_group(tally, group, key, hash)) {
			*ret_group = group;
			return 0;
		}
		slot = (slot + 1) & tally->slot_mask;
	}
	if (tally->bound && tally->group_count >= tally->bound) {
		give_up_smallest(tally); /* which leaves room, and moves the slots */
		return find_group(tally, key, ret_group);
	}
	err = add_group(tally, key, hash, slot);
	if (!err)
		*ret_group = &tally->groups[tally->group_count - 1];
	return err;
}

void tc_tally_bound(struct tc_tally *tally, size_t groups)
{
	tally->bound = groups < BOUND_LEAST ? BOUND_LEAST : groups;
}

uint64_t tc_tally_too_low(const struct tc_tally *tally)
{
	return tally->too_low;
}

uint64_t tc_tally_memory(const struct tc_tally *tally)
{
	uint64_t memory = memory_used(tally);

	return memory > tally->most_memory ? memory : tally->most_memory;
}

/* ---- Making and filling -------------------------------------------------------------- */

int tc_tally_new(const struct tc_key *keys, size_t key_count, struct tc_tally **ret_tally)
{
	struct tc_tally *tally;
	int err;

	if (!key_count || key_count > TC_KEYS_MAX)
		return -EINVAL;
	tally = calloc(1, sizeof(*tally));
	if (!tally)
		return -ENOMEM;
	memcpy(tally->keys, keys, key_count * sizeof(*keys));
	tally->key_count = key_count;
	if (getrandom(&tally->seed, sizeof(tally->seed), GRND_NONBLOCK) < 0)
		tally->seed = (uintptr_t)tally; /* early in boot: no secret, still correct */
	err = grow_slots(tally);
	if (err) {
		tc_tally_free(tally);
		return err;
	}
	*ret_tally = tally;
	return 0;
}

void tc_tally_free(struct tc_tally *tally)
{
	if (!tally)
		return;
	tc_buf_release(&tally->arena);
	tc_buf_release(&tally->scratch);
	free(tally->groups);
	free(tally->slots);
	free(tally->order);
	free(tally);
}

int tc_tally_add(struct tc_tally *tally, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct group *group;
		int err;

		tc_buf_clear(&tally->scratch);
		for (size_t k = 0; k < tally->key_count; k++) {
			struct tc_value value;

			tc_key_get(&tally->keys[k], &socks[i], &value);
			tc_value_pack(&value, &tally->scratch);
		}
		if (tally->scratch.failed)
			return -ENOMEM;
		err = find_group(tally, &tally->scratch, &group);
		if (err)
			return err;
		group->count += socks[i].count;
		tally->total += socks[i].count;
	}
	return 0;
}

/* ---- Order --------------------------------------------------------------------------- */

static void group_value(const struct tc_tally *tally, const struct group *group, size_t key,
			struct tc_value *ret_value)
{
	const char *bytes = tally->arena.data + group->key_at;

	for (size_t k = 0; k <= key; k++)
		bytes = tc_value_unpack(bytes, ret_value);
}

/* Negative where the first group comes first: the larger one, then the smaller keys. */
static int compare_groups(const struct tc_tally *tally, uint32_t one, uint32_t other)
{
	const struct group *a = &tally->groups[one], *b = &tally->groups[other];
	const char *a_at = tally->arena.data + a->key_at, *b_at = tally->arena.data + b->key_at;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	for (size_t k = 0; k < tally->key_count; k++) {
		struct tc_value a_value, b_value;
		int order;

		a_at = tc_value_unpack(a_at, &a_value);
		b_at = tc_value_unpack(b_at, &b_value);
		order = tc_value_compare(&a_value, &b_value);
		if (order)
			return order;
	}
	return 0;
}

static int compare_rows(const void *one, const void *other, void *tally)
{
	return compare_groups(tally, *(const uint32_t *)one, *(const uint32_t *)other);
}

/* Lets the row at `at` sink in a heap whose root is the row that comes last. */
static void sift_down(const struct tc_tally *tally, uint32_t *heap, size_t count, size_t at)
{
	for (;;) {
		size_t last = at, left = 2 * at + 1, right = left + 1;
		uint32_t moved;

		if (left < count && compare_groups(tally, heap[left], heap[last]) > 0)
			last = left;
		if (right < count && compare_groups(tally, heap[right], heap[last]) > 0)
			last = right;
		if (last == at)
			return;
		moved = heap[at];
		heap[at] = heap[last];
		heap[last] = moved;
		at = last;
	}
}

/* Leaves the first `rows` groups in order[], unsorted: a heap, so that time is groups*log(rows). */
static void select_rows(struct tc_tally *tally)
{
	for (size_t i = 0; i < tally->rows; i++)
		tally->order[i] = (uint32_t)i;
	if (tally->rows == tally->group_count || !tally->rows)
		return;
	for (size_t i = tally->rows / 2 + 1; i-- > 0;)
		sift_down(tally, tally->order, tally->rows, i);
	for (size_t i = tally->rows; i < tally->group_count; i++) {
		if (compare_groups(tally, (uint32_t)i, tally->order[0]) >= 0)
			continue;
		tally->order[0] = (uint32_t)i;
		sift_down(tally, tally->order, tally->rows, 0);
	}
}

int tc_tally_sort(struct tc_tally *tally, size_t top)
{
	size_t rows = top && top < tally->group_count ? top : tally->group_count;
	uint32_t *order = realloc(tally->order, (rows + 1) * sizeof(*order));

	if (!order)
		return -ENOMEM;
	tally->order = order;
	tally->rows = rows;
	select_rows(tally);
	qsort_r(order, rows, sizeof(*order), compare_rows, tally);
	note_memory(tally, rows * sizeof(*order)); /* which it merges in */
	tally->other_groups = tally->group_count - rows + tally->given_up;
	tally->other_count = tally->total;
	for (size_t i = 0; i < rows; i++)
		tally->other_count -= tally->groups[order[i]].count;
	return 0;
}

/* ---- Reading ------------------------------------------------------------------------- */

size_t tc_tally_rows(const struct tc_tally *tally)
{
	return tally->rows;
}

uint64_t tc_tally_row_count(const struct tc_tally *tally, size_t row)
{
	return row < tally->rows ? tally->groups[tally->order[row]].count : 0;
}

void tc_tally_row_value(const struct tc_tally *tally, size_t row, size_t key,
			struct tc_value *ret_value)
{
	group_value(tally, &tally->groups[tally->order[row]], key, ret_value);
}

size_t tc_tally_row_text(const struct tc_tally *tally, size_t row, size_t key, char *buf,
			 size_t size)
{
	tc_auto_buf struct tc_buf text = TC_BUF_INIT;
	struct tc_value value;

	if (!size)
		return 0;
	if (row < tally->rows && key < tally->key_count) {
		tc_tally_row_value(tally, row, key, &value);
		tc_value_text(&value, &text);
	}
	return tc_buf_copy(&text, buf, size);
}

uint64_t tc_tally_total(const struct tc_tally *tally)
{
	return tally->total;
}

void tc_tally_other(const struct tc_tally *tally, uint64_t *ret_groups, uint64_t *ret_count)
{
	*ret_groups = tally->other_groups;
	*ret_count = tally->other_count;
}

size_t tc_tally_key_count(const struct tc_tally *tally)
{
	return tally->key_count;
}

const struct tc_key *tc_tally_key(const struct tc_tally *tally, size_t key)
{
	return &tally->keys[key];
}
