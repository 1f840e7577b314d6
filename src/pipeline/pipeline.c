/* SPDX-License-Identifier: MIT */
/* pipeline.c - what happens to a batch between source and sink; see pipeline.h. */
#include "pipeline/pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "model/field.h"
#include "model/filter.h"
#include "util/macro.h"

void tc_pipeline_init(struct tc_pipeline *pipeline, const struct tc_query *query, tc_sink *sink,
		      void *context)
{
	uint32_t counted = TC_STATES_ALL & ~TC_STATE_BIT(TC_BOUND);
	uint32_t states = query->states ? query->states : counted;
	bool named = query->filter && query->filter->states_named;

	if (named) /* a filter that names BOUND asks for it */
		states = (query->states ? query->states : TC_STATES_ALL) & query->filter->states;
	*pipeline = (struct tc_pipeline){
		.job = {
			.states = states,
			.families = query->families ? query->families
						    : TC_FAMILY_INET | TC_FAMILY_INET6,
			.filter = query->filter,
			.need = query->key_count ? tc_keys_need(query->keys, query->key_count)
						 : ~0u,
			.sink = tc_pipeline_batch,
			.context = pipeline,
		},
		.flags = tc_keys_flags(query->keys, query->key_count),
		.sink = sink,
		.context = context,
	};
	if (query->filter)
		pipeline->job.need |= query->filter->need;
}

void tc_pipeline_release(struct tc_pipeline *pipeline)
{
	tc_names_release(&pipeline->names);
	tc_listeners_release(&pipeline->listeners);
	free(pipeline->listener_texts);
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

/* Moves the sockets that pass to the front. */
static size_t keep_passing(struct tc_pipeline *pipeline, struct tc_sock *socks, size_t count)
{
	const struct tc_job *job = &pipeline->job;
	uint32_t asked = job->filter ? job->filter->judged_by : 0;
	bool one_family = job->families != (TC_FAMILY_INET | TC_FAMILY_INET6);
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (tc_unlikely((asked & ~socks[i].have) ||
				(one_family && !(socks[i].have & TC_HAVE_FAMILY))))
			pipeline->unjudged += socks[i].count;
		if (!passes(job, &socks[i]))
			continue;
		pipeline->seen |= socks[i].have;
		if (kept != i)
			socks[kept] = socks[i];
		kept++;
	}
	return kept;
}

/* Names of this machine for numbers of this machine; a listing's numbers stay numbers. */
static void add_names(struct tc_pipeline *pipeline, struct tc_sock *sock, struct tc_text *text)
{
	if (sock->flags & TC_FLAG_FOREIGN)
		return;
	if (!(pipeline->flags & TC_FIELD_USERS) && !sock->ifindex)
		return;
	*text = sock->text ? *sock->text : (struct tc_text){ 0 };
	if ((pipeline->flags & TC_FIELD_USERS) && (sock->have & TC_HAVE_UID))
		text->user = tc_names_user(&pipeline->names, sock->uid);
	if ((pipeline->flags & TC_FIELD_IFACES) && (sock->have & TC_HAVE_IFINDEX) && sock->ifindex)
		text->iface = tc_names_iface(&pipeline->names, sock->netns, sock->ifindex);
	sock->text = text;
}

int tc_pipeline_batch(void *context, struct tc_sock *socks, size_t count)
{
	struct tc_pipeline *pipeline = context;

	count = keep_passing(pipeline, socks, count);
	if (!count)
		return 0;
	if (pipeline->flags & TC_FIELD_LISTENERS)
		tc_listeners_resolve(&pipeline->listeners, socks, count);
	if (pipeline->flags & (TC_FIELD_USERS | TC_FIELD_IFACES))
		for (size_t i = 0; i < count; i++)
			add_names(pipeline, &socks[i], &pipeline->texts[i]);
	return pipeline->sink(pipeline->context, socks, count);
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
		add_names(pipeline, &listeners->socks[i], &pipeline->listener_texts[i]);
	return 0;
}
