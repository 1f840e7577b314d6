/* SPDX-License-Identifier: MIT */
/*
 * ports_reading.h - a reading of ports that is under way; nobody but ports*.c includes it.
 */
#ifndef TC_PIPELINE_PORTS_READING_H
#define TC_PIPELINE_PORTS_READING_H

#include <stdbool.h>

#include "analysis/headroom.h"
#include "model/filter.h"
#include "owner/listener.h"
#include "owner/names.h"
#include "source/port_facts.h"
#include "tcpcensus.h"

/* The ports of one namespace. */
struct part {
	struct tc_headroom *headroom;
	struct tc_port_pool pool;
	double taken_at;  /* seconds of the monotonic clock */
	char *netns_name; /* owned; NULL: of a listing, or it has none */
};

struct tc_ports {
	struct part *parts; /* owned */
	size_t part_count;
	struct tc_destination **order; /* of all of them; owned */
	size_t count;
	struct tc_names names;
};

/* One reading under way. */
struct reading {
	struct tc_ports_query query;
	struct tc_query look;
	struct tc_ports *ports;
	struct part *part; /* of the namespace where the thread is */
	struct tc_listeners listeners;
	struct port_facts_bpf *programs; /* owned; NULL: not loaded */
	struct tc_report *report;
	struct tc_report reports; /* of every namespace together, where all are read */
	uint64_t read_us; /* of all reports */
	bool every;  /* namespace of the machine is read */
	struct tc_report chosen; /* of the looks that choose destinations, in all namespaces */
	struct tc_doubt doubt;	 /* of a listing: sockets that the filter could not judge */
	int no_way;  /* to the one destination from the last of them where there was none; 0 */
	char no_way_why[TC_WHY_MAX];
};

/* Whether the source was asked for by name. */
bool tc_ports_is_source(const struct reading *reading, const char *name);

/*
 * What is kept for the next namespace has descriptors, and may be in the way of what is read in it
 * where these are few. False: there was nothing.
 */
bool tc_ports_let_go(struct reading *reading);

/*
 * The sockets of the namespace that the thread is in, or of the listing that is asked for, for the
 * part's headroom, which is made anew. 0 or -errno, with report->why.
 */
int tc_ports_read_kernel(struct reading *reading, const struct tc_headroom_rules *rules);
int tc_ports_read_listing(struct reading *reading);

#endif
