/* SPDX-License-Identifier: MIT */
/* listed.h - the processes that a listing names. */
#ifndef TC_OWNER_LISTED_H
#define TC_OWNER_LISTED_H

#include "owner/party.h"
#include "owner/process.h"
#include "util/slice.h"

/*
 * One process as listings print it: "nginx,pid=812", "812/nginx: worker", "812", "svchost.exe".
 * The pid is 0 where there is none, the name empty; both: nobody, as Windows says "0" of what no
 * process has any more.
 */
void tc_listed_parse(struct tc_slice text, struct tc_slice *ret_name, uint32_t *ret_pid);

/*
 * The processes of tc_text.process, a line each; *ret_party stays NULL where it names none, or
 * one that was inferred when the listing was made. -ENOMEM.
 */
int tc_listed_party(struct tc_processes *processes, struct tc_parties *parties, const char *text,
		    const struct tc_party **ret_party);

#endif
