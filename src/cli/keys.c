/* SPDX-License-Identifier: MIT */
/* keys.c - lists of fields on the command line; see keys.h. */
#include "cli/keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/intl.h"

void tc_key_list_release(struct tc_key_list *list)
{
	free(list->keys);
	free(list->descending);
	*list = (struct tc_key_list){ 0 };
}

static int out_of_memory(void)
{
	return tc_look_error("%s", _("out of memory"));
}

static int grow(struct tc_key_list *list, size_t count)
{
	struct tc_key *keys = realloc(list->keys, (count + 1) * sizeof(*keys));
	bool *descending;

	if (!keys)
		return -ENOMEM;
	list->keys = keys;
	descending = realloc(list->descending, (count + 1) * sizeof(*descending));
	if (!descending)
		return -ENOMEM;
	list->descending = descending;
	return 0;
}

static int unknown_field(const char *word)
{
	const char *names[64];
	char near[96];
	size_t count = 0;

	for (; count < TC_ARRAY_SIZE(names) - 1 && tc_field_at(count); count++)
		names[count] = tc_field_name(tc_field_at(count));
	names[count] = NULL;
	return tc_usage_error(_("'%s' is no field of a socket%s"), word,
			      tc_did_you_mean(word, names, near));
}

/* Two columns or JSON keys of one name could not be told apart. */
static bool has_field(const struct tc_key_list *list, const struct tc_field *field)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->keys[i].field == field)
			return true;
	return false;
}

static int add_word(struct tc_key_list *list, const char *word, bool signs)
{
	bool descending = signs && *word == '-';
	struct tc_key key;
	int err = tc_key_parse(word + descending, &key);

	if (err == -ENOENT)
		return unknown_field(word + descending);
	if (err)
		return tc_usage_error(_("'%s': a prefix length is given as remote.net/16, or "
					"remote.net/16/48 for both families"),
				      word);
	if (has_field(list, key.field))
		return tc_usage_error(_("'%s': the field '%s' was named before"), word,
				      tc_field_name(key.field));
	if (grow(list, list->count + 1))
		return out_of_memory();
	list->keys[list->count] = key;
	list->descending[list->count++] = descending;
	return 0;
}

int tc_key_list_parse(const char *text, size_t max, bool signs, struct tc_key_list *ret_list)
{
	struct tc_key_list list = { 0 };
	tc_auto_free char *copy = strdup(text);
	char *rest = copy, *word;
	int status = copy ? 0 : out_of_memory();

	while (!status && (word = strsep(&rest, ","))) {
		if (!*word)
			status = tc_usage_error(_("'%s': a field is missing"), text);
		else if (list.count == max)
			status = tc_usage_error(_("'%s': at most %zu fields"), text, max);
		else
			status = add_word(&list, word, signs);
	}
	if (status)
		tc_key_list_release(&list);
	else
		*ret_list = list;
	return status;
}

int tc_key_list_all(unsigned but, struct tc_key_list *ret_list)
{
	struct tc_key_list list = { 0 };

	for (size_t i = 0; tc_field_at(i); i++) {
		if (tc_field_at(i)->flags & but)
			continue;
		if (add_word(&list, tc_field_name(tc_field_at(i)), false)) {
			tc_key_list_release(&list);
			return TC_EXIT_LOOK;
		}
	}
	*ret_list = list;
	return 0;
}

int tc_key_list_append(struct tc_key_list *list, const struct tc_key_list *more)
{
	if (grow(list, list->count + more->count))
		return out_of_memory();
	for (size_t i = 0; i < more->count; i++) {
		list->keys[list->count] = more->keys[i];
		list->descending[list->count++] = more->descending[i];
	}
	return 0;
}
