/* SPDX-License-Identifier: MIT */
/*
 * diag_ahead.h - the rest of a long dump, received on a thread of its own while it is read.
 *
 * The kernel makes a dump within recvmsg(), which takes it several times as long as it takes
 * us to read what it made. One after the other is the sum of both; side by side, the longer.
 */
#ifndef TC_SOURCE_DIAG_AHEAD_H
#define TC_SOURCE_DIAG_AHEAD_H

#include "source/diag.h"

/*
 * Feeds what comes in until the dump ends, the sink being called on the caller's thread.
 * False: the dump has ended, feed->result says how. True: more is to come, which the caller
 * has to receive: there is no second processor or no thread, or nothing was there to receive.
 */
bool tc_diag_feed_ahead(struct tc_diag_feed *feed, struct mnl_socket *socket);

#endif
