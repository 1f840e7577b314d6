/* SPDX-License-Identifier: MIT */
/*
 * pipeline.h - the way of a socket from a source to whoever asked for it.
 *
 * source -> what part of states, families and filter the source did not apply -> names and
 * listeners, where the keys of the query ask for them -> the sink. One pass, batch by batch.
 */
#ifndef TC_PIPELINE_PIPELINE_H
#define TC_PIPELINE_PIPELINE_H

#include "model/filter.h"
#include "owner/listener.h"
#include "owner/names.h"
#include "owner/netns_list.h"
#include "owner/owners.h"
#include "source/source.h"

struct tc_pipeline {
	struct tc_job job; /* what the source sees; its context is this pipeline */
	unsigned flags;	   /* TC_FIELD_ needs of the query's keys */
	struct tc_names names;
	struct tc_listeners listeners;
	struct tc_owners owners;
	uint64_t owned[TC_ATTRIBUTION_COUNT]; /* sockets handed on, by how their owner is known */
	uint64_t nameless; /* of these, held by processes of which only the pid is known */
	struct tc_text *listener_texts; /* names for them; owned */
	char *netns_name; /* of the one namespace that is read, where asked for; owned */
	const struct tc_netns_list *netns_list; /* with the names, where all are read; or NULL */
	struct tc_text texts[TC_BATCH]; /* names for the batch under way */
	uint32_t seen;	   /* TC_HAVE_ bits of the sockets that passed; 0: none did */
	const struct tc_key *keys; /* of the query */
	size_t key_count;
	uint64_t given;	   /* of listings: keys that one of them had, by their place */
	struct tc_doubt doubt; /* sockets that lack what the filter asks for */
	tc_sink *sink;
	void *context;
};

/* Fills the pipeline from a query. Nothing is opened. */
void tc_pipeline_init(struct tc_pipeline *pipeline, const struct tc_query *query, tc_sink *sink,
		      void *context);
void tc_pipeline_release(struct tc_pipeline *pipeline);

/* A tc_batch_sink whose context is a pipeline: filters, resolves, hands on. */
int tc_pipeline_batch(void *context, struct tc_sock *socks, size_t count);

/* Moves the sockets that the job wants to the front, and returns how many they are. */
size_t tc_pipeline_keep(const struct tc_job *job, struct tc_sock *socks, size_t count);

/* A tc_batch_sink whose context is a pipeline: remembers the listeners of the batch. */
int tc_pipeline_listeners(void *context, struct tc_sock *socks, size_t count);

/*
 * To be called when all listeners are known, and before the first batch: sorts them, and gives
 * them the names that the keys ask for. -ENOMEM.
 */
int tc_pipeline_prepared(struct tc_pipeline *pipeline);

/* Before they are looked for once more. */
void tc_pipeline_forget_listeners(struct tc_pipeline *pipeline);

#endif
