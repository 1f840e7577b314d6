/* SPDX-License-Identifier: MIT */
/*
 * signals.h - a signal that asks to end, while much is written.
 *
 * Half a list looks like a whole one. So whoever writes rows without number catches what would end
 * him, leaves the rest of the rows out, and says so behind those that were written; main() then dies
 * of the signal, as whoever sent it expects. The reader has to take what is left for that: one who
 * takes nothing for two seconds is not waited for, and neither is anything after a second signal.
 */
#ifndef TC_CLI_SIGNALS_H
#define TC_CLI_SIGNALS_H

#include "tcpcensus.h"

/* From here on; what our parent had ignored, nohup(1) say, stays ignored. */
void tc_signals_catch(void);

/* One came: no more rows. */
bool tc_signals_came(void);

/* The reader has taken something: his time begins anew. */
void tc_signals_taken(void);

/* The result lacks what was left out. */
void tc_signals_report(struct tc_report *report);

/* Dies of the one that came; returns where none has. */
void tc_signals_die(void);

#endif
