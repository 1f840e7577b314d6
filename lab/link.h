/* SPDX-License-Identifier: MIT */
/*
 * link.h - the few rtnetlink requests that the laboratory needs, in the calling thread's
 * network namespace. All return 0 or -errno.
 */
#ifndef TC_LAB_LINK_H
#define TC_LAB_LINK_H

/* Makes a veth pair: one end here, the other, of the same name, in that namespace. */
int lab_link_veth(const char *name, int peer_netns_fd);

/* Brings the interface up. */
int lab_link_up(const char *name);

/*
 * Adds an address such as "10.77.0.1" or "fd77::1". An IPv6 address can be used at once:
 * duplicate detection is skipped, since both ends are ours.
 */
int lab_link_address(const char *name, const char *address, unsigned prefix_length);

/* Makes a whole prefix local: every address of it is ours, without adding each one. */
int lab_link_local_prefix(const char *name, const char *address, unsigned prefix_length);

/* Routes a prefix through an interface, with nobody in between. */
int lab_link_route(const char *name, const char *address, unsigned prefix_length);

/* Routes a prefix through a neighbour on that interface. */
int lab_link_route_via(const char *name, const char *address, unsigned prefix_length,
		       const char *gateway);

/*
 * Waits until the interface carries packets and takes those for that address of its own;
 * -ETIMEDOUT after so many milliseconds.
 */
int lab_link_wait(const char *name, const char *address, unsigned timeout_ms);

#endif
