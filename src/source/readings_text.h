/* SPDX-License-Identifier: MIT */
/*
 * readings_text.h - settings and counters from saved files of another machine.
 *
 * Recognised line by line, by content, several kinds in one text: /proc/net/netstat, snmp,
 * sockstat, sockstat6 and stat/nf_conntrack; `sysctl -a`, in any of its spellings; `nstat -az`;
 * and single files of /proc/sys below a line that names them, as head(1) and support bundles
 * put it. Everything else, a listing of sockets too, is passed over. UTF-16 is read, too.
 *
 * It does no input: bytes are pushed in, in any pieces, and the same bytes give the same
 * readings however they are cut. It needs the same memory for a kilobyte as for a gigabyte.
 */
#ifndef TC_SOURCE_READINGS_TEXT_H
#define TC_SOURCE_READINGS_TEXT_H

#include "model/readings.h"

struct tc_readings_text;

/*
 * A reader that adds what it finds to `readings`, which stay the caller's: where a value comes
 * twice, the later one wins, so that several files can be read into the same. -ENOMEM.
 */
int tc_readings_text_new(struct tc_readings *readings, struct tc_readings_text **ret_text);

/* Reads the next bytes. */
void tc_readings_text_feed(struct tc_readings_text *text, const void *data, size_t length);

/*
 * Ends the text: what a file that was seen whole does not have is absent. -ENODATA: nothing of
 * any kind was in it, not even a damaged line.
 */
int tc_readings_text_finish(struct tc_readings_text *text);

/* NULL is allowed. */
void tc_readings_text_free(struct tc_readings_text *text);

/* All of it at once, of a text that is there. -ENODATA, -ENOMEM. */
int tc_readings_from_text(const char *text, size_t length, struct tc_readings *readings);

#endif
