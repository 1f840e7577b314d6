/* SPDX-License-Identifier: MIT */
/*
 * netns_set.h - the namespaces that a walk counts the sockets of, as its programs look them up.
 *
 * A cuckoo hash (Pagh and Rodler, 2001): a number is in either of two places, so the program looks
 * at two. A search from place to place would be a loop, and the kernel's verifier follows a loop
 * round by round whenever it loads the program.
 */
#ifndef TC_BPF_NETNS_SET_H
#define TC_BPF_NETNS_SET_H

#include <stddef.h>
#include <stdint.h>

#include "bpf/walk_state.h"

/*
 * Fills the table with the numbers of namespaces, none of them 0. Returns how many places of it are
 * in use; 0: they are more than TC_WALK_NAMESPACES.
 */
size_t tc_netns_set_fill(struct tc_walker *walker, const uint64_t *netns, size_t count);

#endif
