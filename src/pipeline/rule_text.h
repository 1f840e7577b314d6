/* SPDX-License-Identifier: MIT */
/* rule_text.h - a row of the table of rules as somebody reads it: translated, and filled. */
#ifndef TC_PIPELINE_RULE_TEXT_H
#define TC_PIPELINE_RULE_TEXT_H

#include "analysis/rule.h"
#include "output/fill.h"
#include "util/bag.h"

/*
 * The rule with the values of this machine, in the language of `fill`. Where a draft is given, the
 * causes stand as its evidence has them. The bag owns it.
 */
struct tc_rule_text tc_rule_text_of(const struct tc_rule *rule, const struct tc_draft *draft,
				    const struct tc_fill *fill, struct tc_bag *bag);

#endif
