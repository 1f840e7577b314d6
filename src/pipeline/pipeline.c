/* SPDX-License-Identifier: MIT */
/* pipeline.c - what happens to a batch between source and sink; see pipeline.h. */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "model/field.h"
#include "model/filter.h"
#include "util/macro.h"

/* What keys and filters need names of. */
enum { NAMED = TC_FIELD_USERS | TC_FIELD_IFACES | TC_FIELD_NETNS };

void tc_pipeline_init(struct tc_pipeline *pipeline, const struct tc_query *query, tc_sink *sink,
		      void *context)
{
	uint32_t counted = TC_STATES_ALL & ~TC_STATE_BIT(TC_BOUND);
	uint32_t states = query->states ? query->states : counted;
	bool named = query->filter && query->filter->states_named;
	unsigned flags = tc_keys_flags(query->keys, query->key_count) |
			 (query->filter ? query->filter->flags : 0);

	if (named) /* a filter that names BOUND asks for it */
		states = (query->states ? query->states : TC_STATES_ALL) & query->filter->states;
	if (flags & TC_FIELD_OWNERS) /* a listener tells whose its connections are */
		flags |= TC_FIELD_LISTENERS;
	*pipeline = (struct tc_pipeline){
		.keys = query->keys,
		.key_count = query->key_count,
		.job = {
			.states = states,
			.families = query->families ? query->families
						    : TC_FAMILY_INET | TC_FAMILY_INET6,
			.filter = query->filter,
			.need = query->key_count ? tc_keys_need(query->keys, query->key_count)
						 : ~(uint32_t)(TC_HAVE_INSIDE | TC_HAVE_DROPS),
			.sink = tc_pipeline_batch,
			.context = pipeline,
		},
		.flags = flags,
		.sink = sink,
		.context = context,
	};
	pipeline->owners.wanted = (flags & TC_FIELD_CMDLINES ? TC_PROCESS_CMDLINE : 0u) |
				  (flags & TC_FIELD_CGROUPS ? TC_PROCESS_CGROUP : 0u);
	if (query->filter)
		pipeline->job.need |= query->filter->need;
}

void tc_pipeline_release(struct tc_pipeline *pipeline)
{
	tc_names_release(&pipeline->names);
	tc_listeners_release(&pipeline->listeners);
	tc_owners_release(&pipeline->owners);
	free(pipeline->listener_texts);
	free(pipeline->netns_name);
}

/* A record without a family (a counted table) belongs to both. */
static bool family_passes(const struct tc_job *job, const struct tc_sock *sock)
{
	if (!(sock->have & TC_HAVE_FAMILY))
		return job->families == (TC_FAMILY_INET | TC_FAMILY_INET6);
	return job->families & (sock->family == AF_INET6 ? TC_FAMILY_INET6 : TC_FAMILY_INET);
}

static bool passes(const struct tc_job *job, const struct tc_sock *sock)
{
	if (!(job->states & TC_STATE_BIT(sock->state)))
		return false;
	if (!(job->applied & TC_APPLIED_FAMILIES) && !family_passes(job, sock))
		return false;
	return (job->applied & TC_APPLIED_FILTER) || tc_filter_match(job->filter, sock);
}

size_t tc_pipeline_keep(const struct tc_job *job, struct tc_sock *socks, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (!passes(job, &socks[i]))
			continue;
		if (kept != i)
			socks[kept] = socks[i];
		kept++;
	}
	return kept;
}

/* A listing has names for what the kernel has numbers for, and no number then. */
static void note_given(struct tc_pipeline *pipeline, const struct tc_sock *sock)
{
	for (size_t k = 0; k < pipeline->key_count && k < 64; k++) {
		struct tc_value value;

		if (pipeline->given >> k & 1)
			continue;
		tc_key_get(&pipeline->keys[k], sock, &value);
		pipeline->given |= (uint64_t)(value.type != TC_TYPE_NONE) << k;
	}
}

static bool is_of_one_family(const struct tc_job *job)
{
	return job->families != (TC_FAMILY_INET | TC_FAMILY_INET6);
}

static bool is_unsure(const struct tc_job *job, const struct tc_sock *sock)
{
	if (is_of_one_family(job) && sock->flags & TC_FLAG_FOREIGN &&
	    !(sock->have & TC_HAVE_FAMILY))
		return true;
	return !(job->applied & TC_APPLIED_FILTER) && tc_filter_is_unsure(job->filter, sock);
}

/* Of what does not pass, only those whose owner could have changed that count as hidden. */
static void note_unsure(struct tc_pipeline *pipeline, const struct tc_sock *socks, size_t count)
{
	const struct tc_job *job = &pipeline->job;

	for (size_t i = 0; (job->filter || is_of_one_family(job)) && i < count; i++) {
		uint64_t hidden = pipeline->doubt.hidden;
		bool guess;

		if (tc_likely(!is_unsure(job, &socks[i])))
			continue;
		guess = passes(job, &socks[i]);
		tc_doubt_add(&pipeline->doubt, job->filter, &socks[i], guess);
		if (!guess)
			pipeline->owned[TC_OWNER_HIDDEN] += pipeline->doubt.hidden - hidden;
	}
}

/* Which sockets pass, and what is known of those, and of those that cannot be judged. */
static size_t keep_passing(struct tc_pipeline *pipeline, struct tc_sock *socks, size_t count)
{
	const struct tc_job *job = &pipeline->job;

	note_unsure(pipeline, socks, count);
	count = tc_pipeline_keep(job, socks, count);
	for (size_t i = 0; i < count; i++) {
		pipeline->seen |= socks[i].have;
		if (socks[i].flags & TC_FLAG_FOREIGN)
			note_given(pipeline, &socks[i]);
	}
	return count;
}

/* ---- What was asked of others than the source ---------------------------------------- */

/* The words of a socket of the batch under way, to be added to. */
static struct tc_text *words_of(struct tc_pipeline *pipeline, struct tc_sock *socks, size_t index)
{
	struct tc_text *text = &pipeline->texts[index];

	if (socks[index].text != text)
		*text = socks[index].text ? *socks[index].text : (struct tc_text){ 0 };
	socks[index].text = text;
	return text;
}

static const char *netns_name_of(const struct tc_pipeline *pipeline, const struct tc_sock *sock)
{
	const struct tc_netns *netns;

	if (!(pipeline->flags & TC_FIELD_NETNS) || !pipeline->netns_list)
		return pipeline->netns_name;
	netns = tc_netns_list_find(pipeline->netns_list, sock->netns);
	return netns ? netns->name : NULL;
}

/* Names of this machine for numbers of this machine; a listing's numbers stay numbers. */
static void add_names(struct tc_pipeline *pipeline, const struct tc_sock *sock,
		      struct tc_text *text)
{
	if ((pipeline->flags & TC_FIELD_USERS) && (sock->have & TC_HAVE_UID))
		text->user = tc_names_user(&pipeline->names, sock->uid);
	if ((pipeline->flags & TC_FIELD_IFACES) && (sock->have & TC_HAVE_IFINDEX) && sock->ifindex)
		text->iface = tc_names_iface(&pipeline->names, sock->netns, sock->ifindex);
	text->netns = netns_name_of(pipeline, sock);
}

static bool has_names(const struct tc_pipeline *pipeline, const struct tc_sock *sock)
{
	return !(sock->flags & TC_FLAG_FOREIGN) &&
	       ((pipeline->flags & (TC_FIELD_USERS | TC_FIELD_NETNS)) || sock->ifindex);
}

static int add_owners(struct tc_pipeline *pipeline, struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct tc_text *text = words_of(pipeline, socks, i);

		text->owner = tc_owners_of(&pipeline->owners, &socks[i]);
		if (!text->owner)
			return -ENOMEM;
	}
	return 0;
}

static int resolve(struct tc_pipeline *pipeline, struct tc_sock *socks, size_t count)
{
	if (pipeline->flags & TC_FIELD_LISTENERS)
		tc_listeners_resolve(&pipeline->listeners, socks, count);
	if (pipeline->flags & NAMED)
		for (size_t i = 0; i < count; i++)
			if (has_names(pipeline, &socks[i]))
				add_names(pipeline, &socks[i], words_of(pipeline, socks, i));
	if (pipeline->names.astray) /* what is read here would be another's */
		return pipeline->names.astray;
	return pipeline->flags & TC_FIELD_OWNERS ? add_owners(pipeline, socks, count) : 0;
}

static void count_owners(struct tc_pipeline *pipeline, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct tc_owner *owner = socks[i].text->owner;

		pipeline->owned[owner->how] += socks[i].count;
		if (owner->how == TC_OWNER_HELD && !owner->words[TC_PART_PROCESS])
			pipeline->nameless += socks[i].count;
	}
}

static int hand_on(struct tc_pipeline *pipeline, const struct tc_sock *socks, size_t count)
{
	if (pipeline->flags & TC_FIELD_OWNERS)
		count_owners(pipeline, socks, count);
	return count ? pipeline->sink(pipeline->context, socks, count) : 0;
}

/* Names are looked up for what passes; but a filter that asks for them has to have them first. */
int tc_pipeline_batch(void *context, struct tc_sock *socks, size_t count)
{
	struct tc_pipeline *pipeline = context;
	const struct tc_filter *filter = pipeline->job.filter;
	bool names_first = filter && (filter->flags & TC_FIELD_ASKED);
	int err = 0;

	if (!names_first)
		count = keep_passing(pipeline, socks, count);
	if (count)
		err = resolve(pipeline, socks, count);
	if (names_first && !err)
		count = keep_passing(pipeline, socks, count);
	return err ? err : hand_on(pipeline, socks, count);
}

/*
 * A device is named in its own namespace, which is the one that the listener was found in and
 * not the one in which names are put to all of them. Names that are known are kept.
 */
static void learn_ifaces(struct tc_pipeline *pipeline, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if ((socks[i].have & TC_HAVE_IFINDEX) && socks[i].ifindex)
			tc_names_iface(&pipeline->names, socks[i].netns, socks[i].ifindex);
}

int tc_pipeline_listeners(void *context, struct tc_sock *socks, size_t count)
{
	struct tc_pipeline *pipeline = context;

	if (pipeline->flags & TC_FIELD_IFACES)
		learn_ifaces(pipeline, socks, count);
	return tc_listeners_add(&pipeline->listeners, socks, count);
}

int tc_pipeline_prepared(struct tc_pipeline *pipeline)
{
	struct tc_listeners *listeners = &pipeline->listeners;

	tc_listeners_sort(listeners);
	if (!(pipeline->flags & TC_FIELD_IFACES) || !listeners->count)
		return 0;
	pipeline->listener_texts = calloc(listeners->count, sizeof(*pipeline->listener_texts));
	if (!pipeline->listener_texts)
		return -ENOMEM;
	for (size_t i = 0; i < listeners->count; i++)
		if (has_names(pipeline, &listeners->socks[i])) {
			add_names(pipeline, &listeners->socks[i], &pipeline->listener_texts[i]);
			listeners->socks[i].text = &pipeline->listener_texts[i];
		}
	return 0;
}

void tc_pipeline_forget_listeners(struct tc_pipeline *pipeline)
{
	tc_listeners_release(&pipeline->listeners);
	free(pipeline->listener_texts);
	pipeline->listener_texts = NULL;
}
