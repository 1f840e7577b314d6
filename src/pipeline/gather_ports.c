/* SPDX-License-Identifier: MIT */
/*
 * gather_ports.c - which local ports are reserved, and which no program has chosen; see
 * gather_ports.h.
 *
 * A listener on a port of the range is a trap for the next start of its program, unless the
 * program takes any port that it gets: then the kernel has chosen it, which the filter
 * "autobound" tells.
 */
#include "pipeline/gather_ports.h"

#include <errno.h>
#include <stdlib.h>

#include "model/field.h"
#include "source/setting_read.h"
#include "util/macro.h"

static int add_ports(void *context, const struct tc_sock *socks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (socks[i].have & TC_HAVE_LOCAL_PORT)
			tc_port_set_add(context, socks[i].local_port);
	return 0;
}

static int scan_autobound(const struct tc_query *look, struct tc_port_set *set)
{
	struct tc_report report = {.size = sizeof(report)};
	struct tc_filter_error error;
	struct tc_filter *filter;
	struct tc_query query = *look;
	struct tc_key key;
	int err = tc_key_parse("local.port", &key);

	if (!err)
		err = tc_filter_parse("autobound", 0, &filter, &error);
	if (err)
		return err;
	query.netns = NULL;
	query.states = TC_STATE_BIT(TC_LISTEN);
	query.filter = filter;
	query.keys = &key;
	query.key_count = 1;
	err = tc_scan(&query, add_ports, set, &report);
	tc_filter_free(filter);
	return err;
}

int tc_gather_ports(const struct tc_query *query, struct tc_facts *facts)
{
	tc_auto_free struct tc_port_set *reserved = calloc(1, sizeof(*reserved));
	tc_auto_free struct tc_port_set *chosen = calloc(1, sizeof(*chosen));

	if (!reserved || !chosen)
		return -ENOMEM;
	if (tc_reserved_ports_read(NULL, reserved) == 0)
		facts->reserved = tc_take(reserved);
	if (scan_autobound(query, chosen) == 0)
		facts->chosen_by_kernel = tc_take(chosen);
	return 0;
}
