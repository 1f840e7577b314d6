/* SPDX-License-Identifier: MIT */
/* walk.c - loads the walk's programs and runs them on several processors; see walk.h. */
#include "bpf/walk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "bpf/anchored.image.h"
#include "bpf/anchored_probe.image.h"
#include "bpf/anchors.h"
#include "bpf/image.h"
#include "bpf/bound.image.h"
#include "bpf/bound_probe.image.h"
#include "bpf/count.image.h"
#include "bpf/count_probe.image.h"
#include "bpf/crew.h"
#include "bpf/found.h"
#include "bpf/layout.h"
#include "bpf/load.h"
#include "bpf/netns_set.h"
#include "bpf/scan.image.h"
#include "bpf/scan_probe.image.h"
#include "util/buf.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/processors.h"
#include "util/thread.h"

enum {
	/*
	 * Steps of a run: one to three milliseconds where each waits for memory, which is how long
	 * the kernel lets nobody else on a processor if it does not preempt itself.
	 */
	STEPS = 40000,
	STEPS_PROBE = 10000,
	SAMPLED_OF = 16 * TC_WALK_SAMPLES, /* samples are taken of so many, where ends need no more */
};

static const struct tc_bpf_image *const images[TC_WALK_WAYS][TC_WALK_PROGRAMS] = {
	[TC_WALK_TYPED] = {
		[TC_WALK_COUNT] = &count_image,
		[TC_WALK_SCAN] = &scan_image,
		[TC_WALK_BOUND] = &bound_image,
		[TC_WALK_ANCHORED] = &anchored_image,
	},
	[TC_WALK_PROBE] = {
		[TC_WALK_COUNT] = &count_probe_image,
		[TC_WALK_SCAN] = &scan_probe_image,
		[TC_WALK_BOUND] = &bound_probe_image,
		[TC_WALK_ANCHORED] = &anchored_probe_image,
	},
};

struct tc_walk {
	enum tc_walk_way way;
	struct tc_walk_layout layout;
	struct tc_bpf_names names;
	uint64_t list_factors[TC_WALK_LIST_FACTORS];
	int map;
	int programs[TC_WALK_PROGRAMS]; /* -1: not loaded yet */
	uint32_t walkers;
	struct tc_walker *memory; /* one a walker */
	/* Of the last count that sampled: */
	struct tc_anchors *anchors; /* or NULL */
	bool summed;		    /* there are sums, which BOUND uses once */
	uint64_t sampled;	    /* of so many sockets */
	struct tc_buf lists;	       /* struct tc_walk_list: those whose heads are in the sums */
	uint16_t begin[TC_WALK_BEGIN]; /* buckets with lists to follow */
};

/* One way through a table. */
struct pass {
	enum tc_walk_program program;
	enum tc_walk_lists lists; /* of programs that follow lists of ports */
	bool sums;		  /* adds to the sums */
	uint32_t begin_count;	  /* buckets that are walked; 0: all */
};

/* ---- Opening ---------------------------------------------------------------------------- */

static uint32_t walkers_at_once(void)
{
	unsigned count = tc_processors();

	return count > TC_WALKERS_MAX ? TC_WALKERS_MAX : count;
}

static bool can_cast(const struct tc_bpf_names *names)
{
	return names->rdonly_cast && names->rcu_lock && names->rcu_unlock && names->word_type;
}

enum tc_walk_way tc_walk_way(const struct tc_walk *walk)
{
	return walk->way;
}

/* Before Linux 6.8 kernels do not tell of a list which address it is of. */
static void draw_list_factors(struct tc_walk *walk)
{
	bool has_address = walk->layout.port_kind.word && walk->layout.port_address.word;

	/* Early in boot: no secret, still far apart. */
	if (getrandom(walk->list_factors, sizeof(walk->list_factors), GRND_NONBLOCK) < 0)
		memset(walk->list_factors, 0x9e, sizeof(walk->list_factors));
	for (size_t i = 0; i < TC_ARRAY_SIZE(walk->list_factors); i++)
		walk->list_factors[i] |= 1; /* odd: what is not the same stays so */
	if (!has_address)
		walk->list_factors[TC_WALK_LIST_ADDRESS] = 0;
}

int tc_walk_open(enum tc_walk_way from, struct tc_walk **ret_walk, char why[TC_WHY_MAX])
{
	struct tc_walk *walk = calloc(1, sizeof(*walk));
	void *memory = NULL;
	int err;

	if (!walk)
		return -ENOMEM;
	walk->map = -1;
	for (size_t i = 0; i < TC_WALK_PROGRAMS; i++)
		walk->programs[i] = -1;
	walk->walkers = walkers_at_once();
	err = tc_bpf_layout(&walk->layout, &walk->names, why);
	draw_list_factors(walk);
	walk->way = from == TC_WALK_TYPED && can_cast(&walk->names) ? TC_WALK_TYPED : TC_WALK_PROBE;
	if (!err) {
		walk->map = tc_bpf_shared_map(sizeof(struct tc_walker), walk->walkers, &memory);
		walk->memory = memory;
		if (walk->map < 0)
			err = tc_bpf_fail(walk->map, why);
	}
	if (err)
		tc_walk_close(walk);
	else
		*ret_walk = walk;
	return err;
}

void tc_walk_close(struct tc_walk *walk)
{
	if (!walk)
		return;
	if (walk->memory)
		munmap(walk->memory, sizeof(struct tc_walker) * walk->walkers);
	for (size_t i = 0; i < TC_WALK_PROGRAMS; i++)
		if (walk->programs[i] >= 0)
			close(walk->programs[i]);
	if (walk->map >= 0)
		close(walk->map);
	tc_buf_release(&walk->lists);
	free(walk->anchors);
	free(walk);
}

/* ---- Preparing -------------------------------------------------------------------------- */

/*
 * Requests are in no list of those that share a port. Nor are, until Linux 6.8, minisockets: the
 * node is not in what they have in common with full sockets then, and further on than the other.
 */
static uint32_t listed_slots(const struct tc_walk_layout *layout, bool listening)
{
	uint32_t slots = (1u << TC_WALK_SLOTS) - 1;

	if (listening)
		return 1u << TC_WALK_SLOT_LISTEN;
	slots &= ~(1u << TC_WALK_SLOT_REQUEST);
	return layout->bind_node.word < layout->node.word ? slots : slots & ~TC_WALK_TIMEWAIT;
}

static uint64_t bits_of(const struct tc_walk_place *place)
{
	return 255ull << place->shift;
}

/* Where what is told of timers is not in one word, each full socket may have something to tell. */
static void set_timer_bits(const struct tc_walk_layout *layout, struct tc_walker *walker)
{
	uint64_t repeats = bits_of(&layout->retransmits) | bits_of(&layout->probes);

	if (layout->probes.word != layout->retransmits.word ||
	    layout->pending.word != layout->retransmits.word)
		repeats = UINT64_MAX;
	walker->timer_bits[0] = repeats;
	walker->timer_bits[1] = repeats | bits_of(&layout->pending);
}

static void prepare(const struct tc_walk *walk, const struct pass *pass,
		    const struct tc_walk_job *job, struct tc_walker *walker)
{
	memset(walker, 0, offsetof(struct tc_walker, sums));
	walker->layout = walk->layout;
	walker->families = (job->families & TC_FAMILY_INET ? 1 : 0) |
			   (job->families & TC_FAMILY_INET6 ? 2 : 0);
	walker->slots = job->slots;
	walker->slots_closely = job->slots_closely;
	set_timer_bits(&walk->layout, walker);
	walker->tell_net = job->netns != NULL;
	walker->listening = job->listening;
	walker->closer_every = job->ends      ? job->ends_every
			       : job->sampled ? (uint32_t)(job->sampled / SAMPLED_OF) + 1
					      : UINT32_MAX;
	walker->notes_ends = job->ends != NULL;
	if (job->sampled) {
		uint64_t looked_at = job->sampled / walker->closer_every;

		walker->samples_of = listed_slots(&walk->layout, job->listening);
		walker->sample_every = (uint32_t)(looked_at / TC_WALK_SAMPLES / walk->walkers) + 1;
	}
	walker->lists = pass->lists;
	memcpy(walker->list_factors, walk->list_factors, sizeof(walker->list_factors));
	if (pass->sums)
		walker->summed = listed_slots(&walk->layout, job->listening);
}

static void add_ends(struct tc_walk_ends *ends, const struct tc_walk_ends *more, uint32_t every)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(ends->far); i++)
		ends->far[i] += every * more->far[i];
	for (size_t i = 0; i < TC_ARRAY_SIZE(ends->near); i++)
		ends->near[i] |= more->near[i];
}

/* What one walker found; counts that are still packed, too. */
static void add_result(struct tc_walk_result *result, const struct tc_walker *walker)
{
	for (size_t slot = 0; slot < TC_WALK_SLOTS; slot++)
		result->totals[slot] += walker->totals[slot] + (walker->packed >> 5 * slot & 31);
	result->repeated += walker->repeated;
	result->given_up += walker->given_up;
}

static int load(struct tc_walk *walk, enum tc_walk_program program)
{
	int *loaded = &walk->programs[program];

	if (*loaded < 0)
		*loaded = tc_bpf_image_load(images[walk->way][program], &walk->names, walk->map);
	return *loaded;
}

static bool is_refused(int loaded)
{
	return loaded == -EINVAL || loaded == -EACCES;
}

static void load_anchored(void *context)
{
	load(context, TC_WALK_ANCHORED);
}

/*
 * The kernel verifies a program on one processor: two that are wanted are loaded at the same time.
 * If that fails, whoever runs them tries again, and says why.
 */
static void load_both(struct tc_walk *walk, enum tc_walk_program program)
{
	struct tc_thread other;

	if (walk->walkers == 1 || walk->programs[TC_WALK_ANCHORED] >= 0 ||
	    !tc_thread_begin(&other, load_anchored, walk))
		return;
	load(walk, program);
	tc_thread_join(&other);
}

/* What the verifier does not like may be reads of our own: by calls they are others. */
static int load_by_any_way(struct tc_walk *walk, enum tc_walk_program program)
{
	int loaded = load(walk, program);

	if (!is_refused(loaded) || walk->way != TC_WALK_TYPED)
		return loaded;
	walk->way = TC_WALK_PROBE;
	return load(walk, program);
}

/* The first walker finds the table; all get to know it. */
static int find_table(const struct tc_walk *walk, const struct pass *pass,
		      const struct tc_crew *crew, char why[TC_WHY_MAX])
{
	struct tc_walk_run request = {.walker = 0, .steps = 0};
	struct tc_walker *walkers = crew->memory;
	size_t listed = 0;
	int err;

	prepare(walk, pass, crew->job, &walkers[0]);
	err = tc_bpf_run(crew->program, &request, sizeof(request));
	if (err)
		return tc_bpf_fail(err, why);
	if (crew->job->netns) {
		walkers[0].net = 0;
		listed = tc_netns_set_fill(&walkers[0], crew->job->netns, crew->job->netns_count);
		if (!listed) {
			snprintf(why, TC_WHY_MAX, "%s",
				 _("there are too many network namespaces for one walk"));
			return -EOPNOTSUPP;
		}
	}
	for (uint32_t i = 1; i < crew->walkers; i++) {
		memcpy(&walkers[i], &walkers[0], offsetof(struct tc_walker, sums));
		memcpy(walkers[i].listed, walkers[0].listed, listed * sizeof(*walkers->listed));
	}
	return 0;
}

/* The program that knows anchors takes them for buckets, which come first. */
static void place_anchors(struct tc_walk *walk, const struct pass *pass, struct tc_crew *crew)
{
	size_t placed = 0;

	if (pass->begin_count)
		crew->buckets = pass->begin_count;
	crew->buckets += TC_WALK_ANCHORS;
	crew->work = crew->buckets;
	if (pass->lists == TC_WALK_LISTS_FIRST) { /* no list is followed */
		crew->next = TC_WALK_ANCHORS;
		return;
	}
	for (uint32_t i = 0; i < walk->walkers; i++) {
		struct tc_walker *walker = &walk->memory[i];

		placed = tc_anchors_place(walk->anchors, walker);
		walker->begin_count = pass->begin_count;
		memcpy(walker->begin, walk->begin, pass->begin_count * sizeof(*walk->begin));
	}
	if (placed)
		crew->work += placed * (walk->sampled / walk->anchors->count);
}

static void add_up(const struct tc_walk *walk, const struct tc_walk_job *job,
		   struct tc_walk_result *result)
{
	for (uint32_t i = 0; i < walk->walkers; i++) {
		const struct tc_walker *walker = &walk->memory[i];

		add_result(result, walker);
		if (job->ends)
			add_ends(job->ends, &walker->ends, job->ends_every);
	}
}

static int take_found(void *context, const struct tc_walk_layout *layout __attribute__((unused)),
		      const uint64_t *words, size_t count)
{
	return tc_found_take(context, words, count);
}

static int run_pass(struct tc_walk *walk, const struct pass *pass, const struct tc_walk_job *job,
		    struct tc_walk_result *ret_result, char why[TC_WHY_MAX])
{
	bool anchored = pass->program == TC_WALK_ANCHORED;
	struct tc_found found = {.distinct = 0};
	struct tc_walk_job noting = *job;
	struct tc_crew crew = {
		.memory = walk->memory,
		.walkers = walk->walkers,
		.job = job,
		.stream = anchored ? offsetof(struct tc_walker, anchors.stream)
				   : offsetof(struct tc_walker, stream),
		.room = anchored ? TC_WALK_FOUND : TC_WALK_STREAM,
	};
	int err;

	if (anchored || pass->program == TC_WALK_BOUND) { /* which sockets they come to is for us */
		noting.sink = take_found;
		noting.context = &found;
		crew.job = &noting;
	}
	*ret_result = (struct tc_walk_result){.buckets = 0};
	crew.program = load_by_any_way(walk, pass->program);
	if (crew.program < 0)
		return tc_bpf_fail(crew.program, why);
	crew.steps = walk->way == TC_WALK_PROBE ? STEPS_PROBE : STEPS;
	err = find_table(walk, pass, &crew, why);
	if (err)
		return err;
	crew.buckets = (uint32_t)walk->memory[0].buckets;
	crew.work = crew.buckets;
	if (anchored)
		place_anchors(walk, pass, &crew);
	tc_crew_walk(&crew);
	add_up(walk, job, ret_result);
	ret_result->totals[0] += tc_found_count(&found);
	tc_found_release(&found);
	ret_result->buckets = crew.buckets;
	return crew.err ? tc_bpf_fail(crew.err, why) : crew.sink_err;
}

/* ---- What is only bound ----------------------------------------------------------------- */

/* For the next TC_WALK_BOUND. Without memory for it that takes longer, and is right. */
static void keep_samples(struct tc_walk *walk)
{
	if (!walk->anchors)
		walk->anchors = malloc(sizeof(*walk->anchors));
	if (walk->anchors)
		tc_anchors_take(walk->anchors, walk->memory, walk->walkers);
}

/* False: there are more than can be noted, or no memory for them. */
static bool keep_lists(struct tc_walk *walk)
{
	tc_buf_clear(&walk->lists);
	for (uint32_t i = 0; i < walk->walkers; i++) {
		const struct tc_walker *walker = &walk->memory[i];

		if (walker->list_count > TC_WALK_LISTS || walker->buckets > TC_WALK_BUCKETS)
			return false;
		tc_buf_add(&walk->lists, walker->noted,
			   walker->list_count * sizeof(*walker->noted));
	}
	return !walk->lists.failed;
}

/*
 * Sums of lists begin with the heads of all lists, as they are before anybody is met. Not to have
 * them is no error: then all lists are followed.
 */
static void begin_sums(struct tc_walk *walk, const struct tc_walk_job *job)
{
	const struct pass first = {
		.program = TC_WALK_ANCHORED,
		.lists = TC_WALK_LISTS_FIRST,
		.sums = true,
	};
	const struct tc_walk_job heads = {
		.families = job->families,
		.netns = job->netns,
		.netns_count = job->netns_count,
	};
	struct tc_walk_result result;
	char why[TC_WHY_MAX];

	for (uint32_t i = 0; i < walk->walkers; i++)
		memset(walk->memory[i].sums, 0, sizeof(walk->memory[i].sums));
	/* A list that was not read may be missing in the sums. */
	walk->summed = run_pass(walk, &first, &heads, &result, why) == 0 && !result.given_up &&
		       keep_lists(walk);
}

/* In which buckets the lists are that have to be followed. False: in too many for it to matter. */
static bool take_begin(struct tc_walk *walk, uint32_t *ret_count)
{
	const struct tc_walk_list *lists = (const struct tc_walk_list *)walk->lists.data;
	size_t list_count = walk->lists.length / sizeof(*lists);
	uint64_t taken[TC_WALK_BUCKETS / 64] = {0};
	uint32_t count = 0;

	for (size_t i = 0; i < list_count; i++) {
		uint32_t bucket = lists[i].bucket;

		if (!walk->memory[0].sums[lists[i].port & (TC_WALK_SUMS - 1)] ||
		    taken[bucket / 64] >> bucket % 64 & 1)
			continue;
		if (count == TC_WALK_BEGIN)
			return false;
		taken[bucket / 64] |= 1ull << bucket % 64;
		walk->begin[count++] = (uint16_t)bucket;
	}
	*ret_count = count;
	return true;
}

/*
 * -EAGAIN: lists have changed too much to be begun anywhere but at their beginnings, or there is
 * nothing to begin at.
 */
static int follow_anchored(struct tc_walk *walk, const struct pass *pass,
			   const struct tc_walk_job *job, struct tc_walk_result *ret_result,
			   char why[TC_WHY_MAX])
{
	int err;

	if (!walk->anchors || (!walk->anchors->count && !pass->begin_count))
		return -EAGAIN;
	err = run_pass(walk, pass, job, ret_result, why);
	if (!err && (ret_result->given_up || tc_anchors_failed(walk->memory, walk->walkers)))
		return -EAGAIN;
	return err;
}

static int follow(struct tc_walk *walk, enum tc_walk_lists lists, const struct tc_walk_job *job,
		  struct tc_walk_result *ret_result, char why[TC_WHY_MAX])
{
	struct pass pass = {.program = TC_WALK_ANCHORED, .lists = lists};
	int err;

	if (lists == TC_WALK_LISTS_LEFT && take_begin(walk, &pass.begin_count) &&
	    !pass.begin_count) /* who was met is in no list any more */
		return 0;
	err = follow_anchored(walk, &pass, job, ret_result, why);
	if (err != -EAGAIN)
		return err;
	pass = (struct pass){.program = TC_WALK_BOUND, .lists = lists};
	return run_pass(walk, &pass, job, ret_result, why);
}

/* What listens is in lists, too. Who is not met leaves something, and his list is followed. */
static int sum_up_listeners(struct tc_walk *walk, const struct tc_walk_job *job,
			    char why[TC_WHY_MAX])
{
	const struct pass listeners = {.program = TC_WALK_COUNT, .sums = true};
	struct tc_walk_job listening = {
		.families = job->families,
		.netns = job->netns,
		.netns_count = job->netns_count,
		.listening = true,
	};
	struct tc_walk_result result;

	return run_pass(walk, &listeners, &listening, &result, why);
}

/*
 * What each walker has added stays with it, in its processor's cache, from one way through to the
 * next. Now each gets to know what is left of it all. Returns of how many sums something is.
 */
static uint64_t share_sums(struct tc_walk *walk)
{
	uint32_t *sums = walk->memory[0].sums;
	uint64_t left = 0;

	for (uint32_t i = 1; i < walk->walkers; i++)
		for (size_t at = 0; at < TC_WALK_SUMS; at++)
			sums[at] += walk->memory[i].sums[at];
	for (uint32_t i = 1; i < walk->walkers; i++)
		memcpy(walk->memory[i].sums, sums, sizeof(walk->memory[i].sums));
	for (size_t at = 0; at < TC_WALK_SUMS; at++)
		left += sums[at] != 0;
	return left;
}

static int run_bound(struct tc_walk *walk, const struct tc_walk_job *job,
		     struct tc_walk_result *ret_result, char why[TC_WHY_MAX])
{
	enum tc_walk_lists lists = TC_WALK_LISTS_ALL;
	uint64_t followed = TC_WALK_SUMS;
	int err = 0;

	*ret_result = (struct tc_walk_result){.buckets = 0};
	if (walk->summed) {
		walk->summed = false;
		lists = TC_WALK_LISTS_LEFT;
		err = sum_up_listeners(walk, job, why);
		followed = share_sums(walk);
	}
	if (!err && followed)
		err = follow(walk, lists, job, ret_result, why);
	ret_result->followed = followed;
	return err;
}

int tc_walk_run(struct tc_walk *walk, enum tc_walk_program program, const struct tc_walk_job *job,
		struct tc_walk_result *ret_result, char why[TC_WHY_MAX])
{
	struct pass pass = {.program = program};
	int err;

	if (program == TC_WALK_BOUND)
		return run_bound(walk, job, ret_result, why);
	if (job->sampled) {
		load_both(walk, program);
		begin_sums(walk, job);
		pass.sums = walk->summed;
	}
	err = run_pass(walk, &pass, job, ret_result, why);
	if (!err && job->sampled) {
		keep_samples(walk);
		walk->sampled = job->sampled;
	}
	walk->summed &= !err;
	return err;
}
