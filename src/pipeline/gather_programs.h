/* SPDX-License-Identifier: MIT */
/* gather_programs.h - how near to their limits programs are that forget to close. */
#ifndef TC_PIPELINE_GATHER_PROGRAMS_H
#define TC_PIPELINE_GATHER_PROGRAMS_H

#include "analysis/facts.h"

/* After tc_facts_finish(): reads what can be read of each of facts->programs, of this machine. */
void tc_gather_programs(struct tc_facts *facts);

#endif
