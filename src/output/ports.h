/* SPDX-License-Identifier: MIT */
/* ports.h - what the files that write the headroom of ports share. */
#ifndef TC_OUTPUT_PORTS_H
#define TC_OUTPUT_PORTS_H

#include "output/output.h"

/* What is shown: the first `shown` destinations; the others are summed up. */
struct tc_ports_view {
	const struct tc_ports *ports;
	const struct tc_port_pool *pool; /* of the first namespace, which is there always */
	size_t shown;
	size_t other;	     /* destinations that are not shown */
	uint64_t other_used; /* ports that have a connection to one of them */
};

/* The table, with what it means below it. */
void tc_write_ports_table(struct tc_buf *out, const struct tc_ports_view *view,
			  const struct tc_report *report, const struct tc_style *style);

#endif
