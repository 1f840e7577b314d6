/* SPDX-License-Identifier: MIT */
/* diagnosis.h - what rules have found, as it is shown: made by the pipeline, read by outputs. */
#ifndef TC_MODEL_DIAGNOSIS_H
#define TC_MODEL_DIAGNOSIS_H

#include "model/readings.h"
#include "tcpcensus.h"
#include "util/bag.h"

/* What one of several network namespaces has. */
struct tc_diagnosis_netns {
	uint64_t id;
	const char *name;
	struct tc_setting_value settings[TC_SETTING_COUNT];
};

struct tc_diagnosis {
	struct tc_finding *findings; /* the worst first; owned, as the other two */
	struct tc_normal *normal;
	struct tc_not_checked *not_checked;
	size_t finding_count, normal_count, not_checked_count;
	size_t rule_count; /* that were asked, those with nothing to say included */
	struct tc_readings before, now; /* what they stand on besides the sockets */
	struct tc_diagnosis_netns *netns; /* where all are looked at; in the bag */
	size_t netns_count;
	uint64_t interval_us;		/* between the two; 0: there was one */
	struct tc_bag bag; /* what they point to */
};

/* An empty one, with room for what every rule may say (pipeline/diagnose.c). -ENOMEM. */
int tc_diagnosis_new(struct tc_diagnosis **ret_diagnosis);

#endif
