/* SPDX-License-Identifier: MIT */
/* owning.c - the look before the look; see owning.h. */
#include "pipeline/owning.h"

#include "model/field.h"
#include "model/filter.h"
#include "model/filter_lookup.h"
#include "util/netns_here.h"

/* Minisockets have no inode; who is asked for TIME_WAIT alone wants to know of all others. */
static const uint32_t with_inode = TC_STATES_ALL & ~TC_STATE_BIT(TC_TIME_WAIT);

static int note_batch(void *context, struct tc_sock *socks, size_t count)
{
	struct tc_owning *owning = context;
	struct tc_pipeline *pipeline = owning->pipeline;

	count = tc_pipeline_keep(&owning->job, socks, count);
	tc_listeners_resolve(&pipeline->listeners, socks, count);
	for (size_t i = 0; i < count; i++)
		owning->ownerless |= !(socks[i].have & TC_HAVE_INODE) || !socks[i].inode;
	return tc_owners_note(&pipeline->owners, socks, count, owning->infer);
}

void tc_owning_init(struct tc_owning *owning, struct tc_pipeline *pipeline)
{
	const struct tc_filter *filter = pipeline->job.filter;

	*owning = (struct tc_owning){ .pipeline = pipeline, .job = pipeline->job };
	owning->job.sink = note_batch;
	owning->job.context = owning;
	owning->job.need = TC_HAVE_ENDPOINTS | TC_HAVE_INODE | TC_HAVE_COOKIE | TC_HAVE_NETNS;
	/* Whose they are is not known yet, so a filter that asks for it cannot be applied. */
	if (filter && (filter->flags & TC_FIELD_ASKED))
		owning->job.filter = filter = NULL;
	if (filter)
		owning->job.need |= filter->need;
	else if (owning->job.states & ~TC_STATES_ELSEWHERE) /* what is there has an inode */
		tc_owning_widen(owning);
}

void tc_owning_widen(struct tc_owning *owning)
{
	owning->infer = true;
	owning->job.filter = NULL;
	owning->job.families = TC_FAMILY_INET | TC_FAMILY_INET6;
	/* BOUND is a dump of its own. */
	owning->job.states = with_inode & ~TC_STATE_BIT(TC_BOUND);
	owning->job.states |= owning->pipeline->job.states & TC_STATE_BIT(TC_BOUND);
}

int tc_owning_enter(struct tc_owning *owning)
{
	uint16_t low = 0, high = UINT16_MAX; /* where it is not known, any port may be of the range */
	uint64_t here = tc_netns_here();

	if (!here)
		return 0;
	(void)tc_lookup_local_ports(&low, &high);
	return tc_pools_range(&owning->pipeline->owners.pools, here, low, high);
}
