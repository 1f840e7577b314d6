/* SPDX-License-Identifier: MIT */
/*
 * tun.h - a device whose wire is a file descriptor: what the kernel sends is read there, and what
 * is written there it receives, whole IP packets each.
 */
#ifndef TC_LAB_TUN_H
#define TC_LAB_TUN_H

#include "lab/sandbox.h"

#define LAB_TUN_A "10.78.0.1"
#define LAB_TUN_B "10.78.0.2"
#define LAB_TUN_MTU 65000
#define LAB_TUN_PACKET_MAX 65536

/*
 * Makes the device in that namespace, with that address; the other one is on its wire. Large
 * packets pass, so that much can be sent in short time. Returns the descriptor, which does not
 * block, -ENOENT without /dev/net/tun, or another -errno.
 */
int lab_tun_open(struct lab_sandbox *sandbox, enum lab_side side, const char *address);

#endif
