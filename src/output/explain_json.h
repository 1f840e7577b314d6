/* SPDX-License-Identifier: MIT */
/* explain_json.h - what every explanation in JSON is made of; texts are always in English. */
#ifndef TC_OUTPUT_EXPLAIN_JSON_H
#define TC_OUTPUT_EXPLAIN_JSON_H

#include "output/explain.h"

#define TC_EXPLAIN_SCHEMA "{\"schema\":\"tcpcensus.explain/1\""

/* The values of the environment, in English. */
struct tc_fill tc_explain_fill_json(const struct tc_explain_env *env);

/* Adds ,"key":"text" with the values of this machine; nothing for a text that is missing. */
void tc_explain_text_json(struct tc_buf *out, const struct tc_fill *fill, const char *key,
			  const char *text);

/* Adds ,"key":["a","b"] from a list whose items are divided by `divider` and blanks. */
void tc_explain_list_json(struct tc_buf *out, const char *key, const char *list, char divider);

/* ,"related":["MSL",...] of a state, a setting, a rule or a term, by its name. */
void tc_explain_related_json(struct tc_buf *out, const char *name);

/* Adds ,"settings":[...] with the settings of a list that is separated by blanks. */
void tc_explain_settings_json(struct tc_buf *out, const char *list, const struct tc_fill *fill);

#endif
