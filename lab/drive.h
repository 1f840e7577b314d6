/* SPDX-License-Identifier: MIT */
/*
 * drive.h - what drivers are written with: listeners, connections, requests and replies.
 *
 * All over IPv4: what a rule makes of a rate does not depend on the family. All return 0 or
 * -errno, described in the job's why.
 */
#ifndef TC_LAB_DRIVE_H
#define TC_LAB_DRIVE_H

#include "lab/driver.h"

enum {
	LAB_DRIVE_REQUEST = 64,
	LAB_DRIVE_REPLY = 8192,
	LAB_DRIVE_MOST = LAB_DRIVE_REPLY,
};

/* A listener on the job's port, the caller's. */
int lab_drive_listen(struct lab_job *job, int *ret_listener);

/* The same, as the driver's own. */
int lab_drive_begin_listening(struct lab_drive *drive);

/* One connection; both ends are the caller's. */
int lab_drive_pair(struct lab_job *job, int listener, int *ret_client, int *ret_server);

/* A listener, and that many connections, as the driver's own. */
int lab_drive_begin_pairs(struct lab_drive *drive, size_t n);

/*
 * Closes that client, without a word to its server, and starts another from the port, which is the
 * driver's own then. Who looks at a process' descriptors holds their files for a moment: a socket
 * that was closed meanwhile keeps its addresses for so long (fs/file_table.c:fput).
 */
int lab_drive_connect_anew(struct lab_drive *drive, int *client, uint16_t port);

/* Sends, or reads, so many bytes, at most LAB_DRIVE_MOST; or both, one after the other. */
int lab_drive_send(struct lab_job *job, int from, size_t size);
int lab_drive_receive(struct lab_job *job, int to, size_t size);
int lab_drive_pass(struct lab_job *job, int from, int to, size_t size);

/* A request and a reply. */
int lab_drive_exchange(struct lab_job *job, int client, int server);

/* Closes one end, reads the end of the stream at the other, and closes it, as it should be. */
int lab_drive_close(struct lab_job *job, int first, int second);

/* From now on that end's side drops what the rule, in the language of nft(8), matches. */
int lab_drive_drop(struct lab_drive *drive, enum lab_end receiver, const char *rule);

#endif
