/* SPDX-License-Identifier: MIT */
/*
 * rule.h - a rule: one row that says everything about one finding.
 *
 * The table (rules.c) is the only place that names rules; diagnose, its --list, explain, the
 * manual page and the tests of the laboratory are loops over it. The rows stand in files by
 * subject (rule_*.c), each below the function that checks it.
 *
 * A check is pure: it sees facts and writes sentences. It is not called where what its row needs
 * was not read: the rule is then "not checked".
 */
#ifndef TC_ANALYSIS_RULE_H
#define TC_ANALYSIS_RULE_H

#include "analysis/facts.h"
#include "analysis/sentence.h"

enum { TC_RULE_LINES = 8 };

/* What a check has to say. */
enum tc_verdict {
	TC_QUIET,  /* nothing: there is nothing of the kind here */
	TC_NORMAL, /* the draft's evidence says why the numbers are as they should be */
	TC_FOUND,  /* the draft's severity is set, its evidence says what was found */
	TC_UNSURE, /* the draft's `needs` says what would have to be known */
};

/* Where a rule looks: bits of tc_rule.needs. */
enum {
	TC_NEEDS_SOCKETS = 1u << 0,   /* any sockets; a counted table will do */
	TC_NEEDS_INTERVAL = 1u << 1,  /* two readings */
	TC_NEEDS_LISTENERS = 1u << 2, /* the queues of listeners */
	TC_NEEDS_PORTS = 1u << 3,     /* the headroom of ports */
};

/*
 * What is said of the sockets of another system, of which only what TCP itself says is true: no
 * command or setting of Linux, and no number of its kernel.
 */
struct tc_rule_elsewhere {
	const char *causes[TC_RULE_LINES];
	const char *confirm[TC_RULE_LINES];
	const char *remedy[TC_RULE_LINES];
	const char *avoid[TC_RULE_LINES];
	const char *sources;
};

/* Texts are marked by N_(); ${name} in them is filled as output/fill.h describes. */
struct tc_rule {
	const char *id;
	enum tc_severity severity; /* the worst that it can find */
	const char *title;	   /* one line, without numbers */
	const char *threshold;	   /* when it speaks, and why there */
	/*
	 * What to do first, one line: where the evidence points to a cause that has a line of its
	 * own, in that cause's place; else the one in place 0.
	 */
	const char *first[TC_RULE_LINES];
	const char *causes[TC_RULE_LINES];  /* most likely first */
	const char *confirm[TC_RULE_LINES]; /* "command: what it shows" */
	const char *remedy[TC_RULE_LINES];
	const char *avoid[TC_RULE_LINES];
	const char *sources; /* "RFC 9293 3.6; tcp(7); net/ipv4/tcp.c:__tcp_close" */

	unsigned needs;	      /* TC_NEEDS_ bits */
	/*
	 * It is about settings, limits and gauges, of which each network namespace has its own:
	 * where several are looked at it is applied to each.
	 */
	bool by_netns;
	bool any_system;      /* it says nothing of the sockets, so they may be of any */
	const struct tc_rule_elsewhere *elsewhere; /* NULL: it knows Linux only */
	const char *counters; /* that have to be known, "ListenOverflows ListenDrops"; or NULL */
	/*
	 * By a rise of which what it finds is graver, so that without an interval a half is looked
	 * at: a finding that is not the worst says so.
	 */
	const char *graver_by;
	const char *settings; /* the same; they are also shown with their values */
	/* A symptom: where all sockets in question are unjudged, the rule is not checked. */
	bool has_symptom;
	enum tc_symptom symptom;

	/*
	 * Of a rule without a symptom: what it concludes from the absence of. A listing that may
	 * have left these states out does not tell that there is nothing. TC_STATE_BIT()s; or 0.
	 */
	uint32_t rests_on;

	/*
	 * Its verdict stands by what a census sees in passing (model/glance.h). Where that leaves
	 * it open, many sockets in `glance_state` are worth a line; 0: none.
	 */
	bool glance;
	/* Of a rule that needs no interval: what it takes that no census sees; or NULL. */
	const char *not_at_a_glance;
	enum tc_state glance_state;
	const char *glance_settings; /* that it asks for then, besides `settings`; or NULL */

	const char *scenario; /* of the laboratory, in which it speaks */
	enum tc_verdict (*check)(const struct tc_facts *facts, struct tc_draft *draft);
};

/* All rules, in the order in which people should read them; ended by NULL. */
extern const struct tc_rule *const tc_rules[];

/* NULL: no rule has this id. */
const struct tc_rule *tc_rule_find(const char *id);

#endif
