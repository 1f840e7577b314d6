/* SPDX-License-Identifier: MIT */
/*
 * diagram.h - the part of the state diagram around one state, drawn from the transitions.
 *
 *	  SYN_SENT ──┐  SYN+ACK received / send ACK
 *	  SYN_RECV ──┤  ACK of our SYN received
 *	             ▼
 *	      ┌─────────────┐
 *	      │ ESTABLISHED │
 *	      └──────┬──────┘
 *	             ├──▶ FIN_WAIT1   close(2) or shutdown(2) / send FIN
 *	             └──▶ CLOSE_WAIT  FIN received / send ACK
 *
 * What leads into the state is above the box, what leads out of it below; a transition from
 * the state to itself is beside the box. Every edge says "event / what is sent".
 */
#ifndef TC_OUTPUT_DIAGRAM_H
#define TC_OUTPUT_DIAGRAM_H

#include "model/state.h"
#include "output/fill.h"

struct tc_diagram {
	size_t indent; /* columns left free on the left */
	size_t width;  /* columns in all; less than 40 counts as 40 */
	bool utf8;     /* box drawing characters; otherwise ASCII */
};

/* Adds the drawing, and nothing for a state that has no transitions. */
void tc_diagram(struct tc_buf *out, const struct tc_diagram *diagram, const struct tc_fill *fill,
		enum tc_state state);

#endif
