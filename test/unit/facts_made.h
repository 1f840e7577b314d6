/* SPDX-License-Identifier: MIT */
/* facts_made.h - facts of an invented machine, for tests of rules. */
#ifndef TC_TEST_FACTS_MADE_H
#define TC_TEST_FACTS_MADE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "analysis/judge.h"
#include "test/unit/fixture.h"
#include "util/addr.h"

/*
 * A quiet machine whose settings all have their defaults, seen twice within a second. Every
 * counter was read and stands at 0, but for those of connection tracking, which it does not do.
 */
static inline void facts_make(struct tc_facts *facts)
{
	assert_int_equal(tc_facts_init(facts), 0);
	facts->report.complete = true;
	facts->report.source = "netlink";
	facts->interval_us = 1000000;
	fixture_settings(facts->now.settings);
	memset(facts->before.counters.status, TC_COUNTER_READ, TC_COUNTER_COUNT);
	memset(facts->now.counters.status, TC_COUNTER_READ, TC_COUNTER_COUNT);
	for (size_t id = 0; id < TC_COUNTER_COUNT; id++)
		if (strcmp(tc_counter_rows[id].group, "conntrack") == 0)
			facts->now.counters.status[id] = TC_COUNTER_ABSENT;
}

/* A listing: sockets, and nothing else. */
static inline void facts_make_listing(struct tc_facts *facts)
{
	assert_int_equal(tc_facts_init(facts), 0);
	facts->report.complete = true;
	facts->report.foreign = true;
	facts->report.source = "ss";
}

static inline void facts_count(struct tc_facts *facts, enum tc_state state, uint64_t count)
{
	facts->census.states[state] += count;
	facts->census.total += state == TC_BOUND ? 0 : count;
}

static inline void facts_rose(struct tc_facts *facts, enum tc_counter id, uint64_t rise)
{
	facts->before.counters.status[id] = facts->now.counters.status[id] = TC_COUNTER_READ;
	facts->now.counters.value[id] = facts->before.counters.value[id] + rise;
}

static inline void facts_set(struct tc_facts *facts, enum tc_setting id, int64_t value)
{
	facts->now.settings[id].status = TC_SETTING_READ;
	facts->now.settings[id].number[0] = value;
}

/* A connection from 10.0.0.1:PORT to 10.0.0.2:443, by a program. */
static inline struct tc_sock facts_connection(enum tc_state state, uint16_t port)
{
	return (struct tc_sock){
		.count = 1,
		.state = (uint8_t)state,
		.family = AF_INET,
		.local = tc_addr_from4(htonl(0x0a000001)),
		.remote = tc_addr_from4(htonl(0x0a000002)),
		.local_port = port,
		.remote_port = 443,
		.inode = 1000u + port,
		.have = TC_HAVE_FAMILY | TC_HAVE_ENDPOINTS | TC_HAVE_INODE | TC_HAVE_QUEUES |
			TC_HAVE_TIMER | TC_HAVE_RETRANS | TC_HAVE_EXPIRES | TC_HAVE_KIND,
	};
}

static inline void facts_add(struct tc_facts *facts, const struct tc_sock *sock, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		assert_int_equal(tc_facts_add(facts, sock, 1), 0);
}

/* ---- What a rule says ------------------------------------------------------------------ */

static inline bool facts_says(const struct tc_draft *draft, const char *text)
{
	for (size_t i = 0; i < draft->count; i++)
		if (strstr(draft->evidence[i], text))
			return true;
	return draft->needs && strstr(draft->needs, text);
}

/*
 * That the rule comes to this verdict and, where it found something, to this severity; and that
 * each of the texts, which NULL ends, stands in what it says.
 */
static inline void facts_expect(struct tc_facts *facts, const char *id, enum tc_verdict verdict,
				int severity, ...)
{
	const struct tc_rule *rule = tc_rule_find(id);
	struct tc_judgement judgement;
	const char *text;
	va_list texts;

	assert_non_null(rule);
	assert_int_equal(tc_facts_finish(facts), 0);
	assert_int_equal(tc_judge(rule, facts, true, &judgement), 0);
	if (judgement.verdict != verdict)
		for (size_t i = 0; i < judgement.draft.count; i++)
			print_message("# %s\n", judgement.draft.evidence[i]);
	assert_int_equal(judgement.verdict, verdict);
	if (verdict == TC_FOUND) {
		assert_int_equal(judgement.draft.severity, severity);
		assert_true(severity <= (int)rule->severity);
	}
	if (verdict == TC_FOUND || verdict == TC_NORMAL)
		assert_true(judgement.draft.count > 0);
	if (verdict == TC_UNSURE)
		assert_non_null(judgement.draft.needs);
	va_start(texts, severity);
	while ((text = va_arg(texts, const char *))) {
		if (!facts_says(&judgement.draft, text)) {
			for (size_t i = 0; i < judgement.draft.count; i++)
				print_message("# %s\n", judgement.draft.evidence[i]);
			fail_msg("%s does not say \"%s\"", id, text);
		}
	}
	va_end(texts);
	tc_draft_release(&judgement.draft);
}

#endif
