/* SPDX-License-Identifier: MIT */
/*
 * port_need.h - whether ports towards a destination are needed, and how much of TIME_WAIT is in the
 * way: what the rules about ports and those about TIME_WAIT all go by, so that they agree.
 *
 * Of a port in TIME_WAIT only what nobody may take over is in the way: connect(2) takes it over where
 * tcp_tw_reuse lets it, and bind(2) never does.
 */
#ifndef TC_ANALYSIS_PORT_NEED_H
#define TC_ANALYSIS_PORT_NEED_H

#include "analysis/port_parts.h"

struct tc_port_need {
	enum tc_severity severity; /* how short they are, for certain; 0: they do, or it is open */
	bool is_for_bind;	   /* of all that bind(2) may choose, for all destinations */
	uint32_t all;		   /* ports that there are for it */
	uint32_t taken;		   /* of these, that another connection cannot have */
	uint32_t time_wait;	   /* of these, in TIME_WAIT */
};

struct tc_port_need tc_port_need_of(const struct tc_ports *ports, const struct tc_destination *to);

/* The fullest destination of those that connect(2) chooses ports for, by what is certain; or NULL. */
const struct tc_destination *tc_port_fullest(const struct tc_ports *ports);

/* The fullest of those that bind(2) chose the ports for; or NULL. */
const struct tc_destination *tc_port_fullest_bound(const struct tc_ports *ports);

/* Before sockets are added: has those that hold ports which are short counted by owner. */
void tc_port_watch(struct tc_facts *facts);

/* Whose they are, and of how many it is inferred or not known. */
void tc_port_say_whose(const struct tc_facts *facts, enum tc_symptom id, struct tc_draft *draft);

/* Whether TIME_WAIT is what holds them: half of what is taken, or more. */
bool tc_port_need_is_time_wait(const struct tc_port_need *need);

/* In use, and not to be taken over by connect(2). */
uint32_t tc_port_taken(const struct tc_destination *to);

/* How full a destination is to connect(2), were so many ports free, and whether they are short. */
unsigned tc_port_full(const struct tc_destination *to, uint32_t free);
enum tc_severity tc_port_need_at(const struct tc_destination *to, uint32_t free);

/* How full it is, were nothing taken over out of TIME_WAIT but what is known to be. */
unsigned tc_port_full_without_reuse(const struct tc_destination *to);

/*
 * Whether it depends on something that was not read, and then says so: which of TIME_WAIT may be
 * taken over by the setting, or for want of timestamps.
 */
bool tc_port_needs_reuse(const struct tc_facts *facts, const struct tc_destination *to,
			 struct tc_draft *draft);
bool tc_port_needs_timestamps(const struct tc_facts *facts, const struct tc_destination *to,
			      struct tc_draft *draft);

/* Of those in TIME_WAIT, where there are any that may be taken over. */
void tc_port_say_reuse(struct tc_draft *draft, const struct tc_destination *to);

#endif
