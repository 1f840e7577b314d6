/* SPDX-License-Identifier: MIT */
/* formats.c - the table of formats; see format.h. */
#include "source/capture/format.h"

#include "util/macro.h"

const struct tc_format *const tc_formats[] = {
	&tc_format_ss,
	&tc_format_netstat_linux,
	&tc_format_proc,
	&tc_format_netstat_bsd,
	&tc_format_netstat_windows,
	&tc_format_netstat_solaris,
	&tc_format_conntrack,
	&tc_format_lsof,
	&tc_format_uniq,
	NULL,
};
_Static_assert(TC_ARRAY_SIZE(tc_formats) - 1 == TC_FORMAT_JSON, "JSON is counted behind the rows");

size_t tc_format_number(const struct tc_format *format)
{
	size_t number = 0;

	while (tc_formats[number] != format)
		number++;
	return number;
}

const char *tc_format_name(size_t index)
{
	return index == TC_FORMAT_JSON ? "tcpcensus JSON" : tc_formats[index]->name;
}
