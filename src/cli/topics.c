/* SPDX-License-Identifier: MIT */
/* topics.c - the names of everything that can be explained; see topics.h. */
#include "cli/topics.h"

#include "cli/cli.h"
#include "model/setting.h"
#include "model/state.h"

const char *tc_topic_at(size_t index)
{
	if (index < TC_STATE_COUNT)
		return tc_state_rows[index].name;
	index -= TC_STATE_COUNT;
	return index < TC_SETTING_COUNT ? tc_setting_rows[index].name : NULL;
}

const char *tc_topic_near(const char *word, char text[96])
{
	const char *names[TC_STATE_COUNT + TC_SETTING_COUNT + 1];
	size_t count = 0;

	while (tc_topic_at(count)) {
		names[count] = tc_topic_at(count);
		count++;
	}
	names[count] = NULL;
	return tc_did_you_mean(word, names, text);
}
