/* SPDX-License-Identifier: MIT */
/* setting.c - the table of settings.def and the parsing of values. */
#include "model/setting.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "util/macro.h"
#include "util/parse.h"

/* clang-format off */
const struct tc_setting_row tc_setting_rows[TC_SETTING_COUNT] = {
#define SETTING(setting, ...) { .name = #setting, __VA_ARGS__ },
#include "model/settings.def"
#undef SETTING
};
/* clang-format on */

static bool same_letter(char typed, char ours)
{
	if (typed == '.' && ours == '/') /* as sysctl(8) writes the path */
		return true;
	return tolower((unsigned char)typed) == ours;
}

/* Drops `prefix` from the start of the word, if it is there. */
static void drop(const char **word, size_t *length, const char *prefix)
{
	size_t used = strlen(prefix);

	if (*length < used)
		return;
	for (size_t i = 0; i < used; i++)
		if (!same_letter((*word)[i], prefix[i]))
			return;
	*word += used;
	*length -= used;
}

static bool is_name(const char *word, size_t length, const char *name)
{
	if (strlen(name) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!same_letter(word[i], name[i]))
			return false;
	return true;
}

int tc_setting_find(const char *word, size_t length)
{
	drop(&word, &length, "/proc/sys/");
	for (int i = 0; i < TC_SETTING_COUNT; i++) {
		const struct tc_setting_row *row = &tc_setting_rows[i];
		const char *rest = word;
		size_t rest_length = length;

		drop(&rest, &rest_length, row->folder);
		if (rest_length != length)
			drop(&rest, &rest_length, "/");
		if (is_name(rest, rest_length, row->name))
			return i;
	}
	return -ENOENT;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A number that may be negative: a namespace shows a shared hash table so. */
static int parse_number(const char *text, size_t length, int64_t *ret_number)
{
	bool negative = length && *text == '-';
	uint64_t number;
	int err;

	err = tc_parse_uint(text + negative, length - negative, INT64_MAX, &number);
	if (err)
		return err;
	*ret_number = negative ? -(int64_t)number : (int64_t)number;
	return 0;
}

static int parse_numbers(const char *text, size_t length, unsigned wanted,
			 struct tc_setting_value *value)
{
	size_t at = 0;

	for (;;) {
		size_t start;

		while (at < length && is_blank(text[at]))
			at++;
		if (at == length)
			return value->count == wanted ? 0 : -EINVAL;
		if (value->count == wanted)
			return -EINVAL;
		for (start = at; at < length && !is_blank(text[at]);)
			at++;
		if (parse_number(text + start, at - start, &value->number[value->count]) < 0)
			return -EINVAL;
		value->count++;
	}
}

/* "8080" or "9148-9150" */
static int add_ports(const char *text, size_t length, struct tc_setting_value *value)
{
	uint64_t first, last;

	if (tc_parse_range(text, length, UINT16_MAX, &first, &last) < 0)
		return -EINVAL;
	if (!value->number[0])
		value->number[1] = (int64_t)first;
	value->number[2] = (int64_t)last;
	value->number[0] += (int64_t)(last - first + 1);
	return 0;
}

/* The kernel prints the list sorted and without overlaps, so the ports can be added up. */
static int parse_ports(const char *text, size_t length, struct tc_setting_value *value)
{
	value->count = 1;
	while (length) {
		const char *comma = memchr(text, ',', length);
		size_t item = comma ? (size_t)(comma - text) : length;

		if (add_ports(text, item, value) < 0 || (comma && item + 1 == length))
			return -EINVAL;
		item += comma ? 1 : 0;
		text += item;
		length -= item;
	}
	return 0;
}

/* A name of letters, digits and the like; nothing that could be two. */
static int parse_word(const char *text, size_t length, struct tc_setting_value *value)
{
	if (!length || length >= sizeof(value->word))
		return -EINVAL;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '-')
			return -EINVAL;
	memcpy(value->word, text, length);
	return 0;
}

/* What the kernel would not have taken is no value of it: a file was cut, or written by hand. */
static bool is_possible(const struct tc_setting_row *row, const struct tc_setting_value *value)
{
	for (unsigned i = 0; i < value->count && !row->negative; i++)
		if (value->number[i] < 0)
			return false;
	return row->form != TC_FORM_RANGE ||
	       (value->number[0] > 0 && value->number[0] <= value->number[1] &&
		value->number[1] <= UINT16_MAX);
}

int tc_setting_parse(const struct tc_setting_row *row, const char *text, size_t length,
		     struct tc_setting_value *ret_value)
{
	static const unsigned wanted[] = {
		[TC_FORM_NUMBER] = 1,
		[TC_FORM_RANGE] = 2,
		[TC_FORM_THREE] = 3,
	};
	struct tc_setting_value value = {.status = TC_SETTING_READ};
	int err;

	if (length && text[length - 1] == '\n')
		length--;
	if (row->form == TC_FORM_PORTS)
		err = parse_ports(text, length, &value);
	else if (row->form == TC_FORM_WORD)
		err = parse_word(text, length, &value);
	else
		err = parse_numbers(text, length, wanted[row->form], &value);
	if (!err && !is_possible(row, &value))
		err = -EINVAL;
	if (err)
		return err;
	*ret_value = value;
	return 0;
}

bool tc_setting_equal(const struct tc_setting_value *one, const struct tc_setting_value *other)
{
	return one->status == other->status && one->count == other->count &&
	       strcmp(one->word, other->word) == 0 &&
	       memcmp(one->number, other->number, one->count * sizeof(one->number[0])) == 0;
}

bool tc_setting_known(const struct tc_setting_value *value, int64_t *ret_number)
{
	if (value->status != TC_SETTING_READ || value->word[0])
		return false;
	*ret_number = value->number[0];
	return true;
}
