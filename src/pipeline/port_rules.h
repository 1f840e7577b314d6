/* SPDX-License-Identifier: MIT */
/* port_rules.h - the settings by which the ports of a namespace are given. */
#ifndef TC_PIPELINE_PORT_RULES_H
#define TC_PIPELINE_PORT_RULES_H

#include "analysis/headroom.h"
#include "pipeline/files.h"

/* Those in force where the thread is. -ENODATA: one could not be read, and why. */
int tc_port_rules_read(struct tc_headroom_rules *rules, char why[TC_WHY_MAX]);

/*
 * Those of a listing's machine, as far as the files have them; else the kernel's defaults, and
 * *ret_assumed: the range is one. -ENOMEM.
 */
int tc_port_rules_saved(struct tc_files *files, struct tc_headroom_rules *rules, bool *ret_assumed);

#endif
