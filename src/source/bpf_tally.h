/* SPDX-License-Identifier: MIT */
/* bpf_tally.h - the counting of source "bpf"; nobody but bpf.c includes it. */
#ifndef TC_SOURCE_BPF_TALLY_H
#define TC_SOURCE_BPF_TALLY_H

#include "source/source.h"

/* As tally in struct tc_source. */
int tc_bpf_tally(struct tc_job *job, struct tc_census *census, struct tc_report *report);

#endif
