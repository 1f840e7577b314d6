/* SPDX-License-Identifier: MIT */
/*
 * sc_paws.h - machines behind one address that a server's TIME_WAIT keeps out, again and again.
 *
 * What the story "paws-and-nat" tells once, for as long as somebody looks: a peer on a TUN device
 * (peer.h) makes LAB_PAWS_LINES connections, which the kernel closes first. From then on each turn
 * is a SYN of one of these quadruplets with an older timestamp. The kernel counts it in
 * PAWSTimewait (PAWSEstab before Linux 6.16), answers with a bare ACK, and begins that TIME_WAIT
 * anew: so these stay, however long it goes on. Up to 32 turns a second all are answered; the
 * kernel withholds a second answer within half a second.
 *
 * Nothing but the namespace is touched; the listener is on port LAB_PAWS_PORT.
 */
#ifndef TC_LAB_SC_PAWS_H
#define TC_LAB_SC_PAWS_H

#include "lab/scenario.h"

#define LAB_PAWS_PORT 8080
#define LAB_PAWS_LINES 16

struct lab_paws;

/*
 * Brings the namespace there: one LISTEN and LAB_PAWS_LINES TIME_WAIT, all IPv4. Returns 0,
 * -ENOENT without /dev/net/tun, or another -errno, described in why.
 */
int lab_paws_new(struct lab_sandbox *sandbox, enum lab_side side, struct lab_paws **ret_paws,
		 char why[LAB_WHY_MAX]);

/* One more SYN, of the next quadruplet. Returns 0 or -errno, described in why. */
int lab_paws_turn(struct lab_paws *paws, char why[LAB_WHY_MAX]);

/* Closes listener and device; TIME_WAIT stays until it ends. Accepts NULL. */
void lab_paws_free(struct lab_paws *paws);

/*
 * All of it: a turn every so many milliseconds until stop_fd can be read or was hung up (-1:
 * until the process ends). Meant for a child or a thread of its own, since it moves between
 * namespaces. Returns 0, or -errno, described in why.
 */
int lab_paws_run(struct lab_sandbox *sandbox, enum lab_side side, unsigned every_ms, int stop_fd,
		 char why[LAB_WHY_MAX]);

#endif
