/* SPDX-License-Identifier: MIT */
/* valid_json.h - whether bytes are JSON, by a parser that is not ours. */
#ifndef TC_TEST_VALID_JSON_H
#define TC_TEST_VALID_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <yajl/yajl_parse.h>

/* One value and nothing but white space around it, in UTF-8. */
static inline bool is_valid_json(const char *text, size_t length)
{
	yajl_handle parser = yajl_alloc(NULL, NULL, NULL);
	bool valid = parser &&
		     yajl_parse(parser, (const unsigned char *)text, length) == yajl_status_ok &&
		     yajl_complete_parse(parser) == yajl_status_ok;

	if (parser)
		yajl_free(parser);
	return valid;
}

#endif
