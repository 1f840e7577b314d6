/* SPDX-License-Identifier: MIT */
/* rules.h - the rows of the table of rules, by the files that they stand in. */
#ifndef TC_ANALYSIS_RULES_H
#define TC_ANALYSIS_RULES_H

struct tc_rule;

/* rule_closing.c: connections that close, or should */
extern const struct tc_rule tc_rule_close_wait_leak;

#endif
