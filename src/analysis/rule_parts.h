/* SPDX-License-Identifier: MIT */
/* rule_parts.h - what the checks of several rules have in common. */
#ifndef TC_ANALYSIS_RULE_PARTS_H
#define TC_ANALYSIS_RULE_PARTS_H

#include "analysis/rule.h"

/* Of another system's sockets only what TCP itself says is true. */
static inline bool tc_part_is_elsewhere(const struct tc_facts *facts)
{
	return facts->report.origins & TC_ORIGIN_OTHER_SYSTEM;
}

/* Whether a counter rose in the interval. */
enum tc_rise {
	TC_RISE_UNKNOWN,
	TC_RISE_NONE, /* known also from one reading, where it has been 0 since the start */
	TC_RISE_SOME,
};

/* The rise is 0 unless there was some. */
enum tc_rise tc_part_rise(const struct tc_facts *facts, enum tc_counter id, uint64_t *ret_rise);

/* Unsure, since it is not known whether it rose: it was read once, or not at all. */
enum tc_verdict tc_part_needs_rise(const struct tc_facts *facts, enum tc_counter id,
				   struct tc_draft *draft);

/* Unsure for want of the queues of all listeners. */
enum tc_verdict tc_part_needs_queues(const struct tc_facts *facts, struct tc_draft *draft);

/* Whether the queues of all listeners were read. */
bool tc_part_has_queues(const struct tc_facts *facts);

/*
 * Where several network namespaces are looked at: says in which of them the counter rose, which
 * the sentence before it has for all together.
 */
void tc_part_where(const struct tc_facts *facts, enum tc_counter id, struct tc_draft *draft);

/* "0.0.0.0:80 (nginx)", and the network namespace where there are several. */
const char *tc_part_listener(const struct tc_facts *facts, const struct tc_sock *listener,
			     struct tc_draft *draft);

/* Between how many peers those shown are divided; 0: not known. */
uint64_t tc_part_peers(const struct tc_symptom_facts *symptom);

/*
 * So many of so few peers that the fault is theirs or their path's: at least ten, and two or
 * more for each peer. Single ones of many peers are what every public server sees of phones
 * that went out of reach and of scanners.
 */
bool tc_part_are_few_peers(uint64_t shown, uint64_t peers);
bool tc_part_may_be_few_peers(uint64_t shown, uint64_t peers); /* who has them is not known */
bool tc_part_is_few_peers(const struct tc_symptom_facts *symptom);

/* Says so. */
void tc_part_tell_few_peers(uint64_t peers, struct tc_draft *draft);
void tc_part_few_peers(const struct tc_symptom_facts *symptom, struct tc_draft *draft);

/* Says of how many more sockets the symptom is not known, and why; nothing where there is none. */
void tc_part_unjudged(const struct tc_facts *facts, enum tc_symptom id, struct tc_draft *draft);

/* Nothing shown: quiet, or unsure where of some it is not known. */
enum tc_verdict tc_part_none_shown(const struct tc_facts *facts, enum tc_symptom id,
				   struct tc_draft *draft);

/* How sure it is that half-closed sockets which keepalive keeps fresh have been forgotten. */
enum tc_lasting {
	TC_LASTING_NONE, /* there is none of the kind */
	TC_LASTING_OPEN, /* too few, or nobody looked before: nothing can be said */
	TC_LASTING_SOME, /* ten or more: worth another look */
	TC_LASTING_SURE, /* so many, for so long, that they last a minute or more on average */
};

/*
 * No longer does a half-closed connection wait for an answer, in CLOSE_WAIT or FIN_WAIT2, and
 * hardly ever do so many at once.
 */
enum { TC_PART_ANSWER_MS = 10 * 60000, TC_PART_ANSWERS = 10 };

static inline bool tc_part_may_be_answered(const struct tc_symptom_facts *half_closed)
{
	return half_closed->shown < TC_PART_ANSWERS && half_closed->oldest_ms < TC_PART_ANSWER_MS;
}

enum tc_lasting tc_part_lasting(const struct tc_facts *facts, enum tc_symptom id,
				enum tc_watch watch);

/* Says how many, what was seen of them, and how it could be known. */
void tc_part_tell_lasting(const struct tc_facts *facts, enum tc_symptom id, enum tc_watch watch,
			  const char *state, struct tc_draft *draft);

/* Unsure for want of looks a minute apart. */
enum tc_verdict tc_part_needs_minute(const struct tc_facts *facts, enum tc_symptom id,
				     const char *state, struct tc_draft *draft);

/* What is missing where the symptom cannot be judged, in the draft's language. */
const char *tc_part_missing(struct tc_draft *draft, enum tc_symptom id);

/* Unsure for want of a second reading. */
enum tc_verdict tc_part_needs_interval(const struct tc_facts *facts, struct tc_draft *draft);

/* The interval between the readings, "3.0 s". */
const char *tc_part_interval(const struct tc_facts *facts, struct tc_draft *draft);

/* Says how full its queues are, and what limits them. */
void tc_part_tell_listener(const struct tc_facts *facts, const struct tc_listener *listener,
			   struct tc_draft *draft);

/* Which listeners of many are meant. */
typedef bool tc_part_meant(const struct tc_listener *listener);

/* A connection waits to be accepted. */
tc_part_meant tc_part_is_waited_for;

/*
 * Says of the listeners with one of these TC_TROUBLE_ bits how full they are, of those that are
 * meant (NULL: all). How many it said it of.
 */
size_t tc_part_listeners(const struct tc_facts *facts, uint32_t trouble, tc_part_meant *is_meant,
			 struct tc_draft *draft);

/*
 * Handshakes that wait in SYN_RECV at listeners that let nobody in, where the kernel has ever
 * counted that; 0 also where it is not known.
 */
uint64_t tc_part_stuck_handshakes(const struct tc_facts *facts);

/* The pool of ports of the destination's namespace. */
const struct tc_port_pool *tc_part_pool(const struct tc_ports *ports,
					const struct tc_destination *to);

/* Unsure because the range of local ports of a listing's machine is not known. */
enum tc_verdict tc_part_needs_range(const struct tc_facts *facts, struct tc_draft *draft);

#endif
