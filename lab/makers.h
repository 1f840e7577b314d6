/* SPDX-License-Identifier: MIT */
/*
 * makers.h - every situation that a part of a scenario can be brought into.
 */
#ifndef TC_LAB_MAKERS_H
#define TC_LAB_MAKERS_H

#include "lab/scenario.h"

/* sc_open.c: before and while a connection opens */
extern const struct lab_maker lab_maker_listen;
extern const struct lab_maker lab_maker_bound;
extern const struct lab_maker lab_maker_syn_sent;
extern const struct lab_maker lab_maker_syn_recv;
extern const struct lab_maker lab_maker_syn_recv_full;
extern const struct lab_maker lab_maker_not_accepted;
extern const struct lab_maker lab_maker_queue_full;
extern const struct lab_maker lab_maker_phantom;
extern const struct lab_maker lab_maker_ports_used;
extern const struct lab_maker lab_maker_established;
extern const struct lab_maker lab_maker_established_mapped;
extern const struct lab_maker lab_maker_served;
extern const struct lab_maker lab_maker_served_alive;
extern const struct lab_maker lab_maker_bind_exhausted;
extern const struct lab_maker lab_maker_bound_leak;
extern const struct lab_maker lab_maker_defer_accept;

/* sc_stuck.c: in use, and not getting on */
extern const struct lab_maker lab_maker_half_open;
extern const struct lab_maker lab_maker_not_read;
extern const struct lab_maker lab_maker_fin_wait1_window;

/* sc_close.c: while a connection closes, and after */
extern const struct lab_maker lab_maker_fin_wait1;
extern const struct lab_maker lab_maker_fin_wait2_held;
extern const struct lab_maker lab_maker_half_closed_alive;
extern const struct lab_maker lab_maker_fin_wait2_orphan;
extern const struct lab_maker lab_maker_time_wait;
extern const struct lab_maker lab_maker_time_wait_server;
extern const struct lab_maker lab_maker_time_wait_served;
extern const struct lab_maker lab_maker_time_wait_mapped;
extern const struct lab_maker lab_maker_last_ack;
extern const struct lab_maker lab_maker_closing;

/* sc_note.c: several of these by one listener */
extern const struct lab_maker lab_maker_syn_recv_joined;

#endif
