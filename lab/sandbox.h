/* SPDX-License-Identifier: MIT */
/*
 * sandbox.h - throw-away network namespaces, two of them joined by a veth pair:
 *
 *      namespace a                          namespace b
 *   lo  127.0.0.1 ::1                    lo  127.0.0.1 ::1
 *   veth0  10.77.0.1/24  <---------->    veth0  10.77.0.2/24
 *          fd77::1/64                           fd77::2/64
 *
 * The namespaces have no name: nothing but this process (and what it starts) knows them,
 * so they go when it ends, however it ends. A guard process ends their orphaned sockets,
 * which would otherwise keep them for minutes.
 *
 * Only the calling thread moves between namespaces; a sandbox belongs to one thread.
 */
#ifndef TC_LAB_SANDBOX_H
#define TC_LAB_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lab/census.h"

struct lab_sandbox;

enum lab_side {
	LAB_A,
	LAB_B,
	LAB_SIDES,
};

/*
 * Makes the namespaces. The caller's thread is left where it was. With pair false there is
 * only namespace a, with its loopback. Returns 0, or -EPERM without CAP_SYS_ADMIN, or another
 * -errno, and then *ret_step names what failed.
 */
int lab_sandbox_new(bool pair, struct lab_sandbox **ret_sandbox, const char **ret_step);

/* Ends every socket in the namespaces and lets them go. Accepts NULL. */
void lab_sandbox_free(struct lab_sandbox *sandbox);

/* A step that was done, as a sentence in the language of the locale. */
typedef void (*lab_step_fn)(void *context, const char *text);

/* From now on fn hears of each step that is done in the sandbox. */
void lab_sandbox_on_step(struct lab_sandbox *sandbox, lab_step_fn fn, void *context);

/* Tells of a step; the format is marked N_(). */
void lab_sandbox_step(struct lab_sandbox *sandbox, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "a" or "b": what the steps call a side. */
const char *lab_side_name(enum lab_side side);

static inline enum lab_side lab_side_other(enum lab_side side)
{
	return side == LAB_A ? LAB_B : LAB_A;
}

/* The namespace as a file descriptor, for setns(2); the sandbox keeps it. */
int lab_sandbox_netns_fd(const struct lab_sandbox *sandbox, enum lab_side side);

/* "10.77.0.1", "fd77::1", …: where the side is reached over the veth pair. */
const char *lab_sandbox_address(enum lab_side side, enum lab_family family);

/* Moves the calling thread into a namespace, or back to where it was at the beginning. */
int lab_sandbox_enter(struct lab_sandbox *sandbox, enum lab_side side);
int lab_sandbox_leave(struct lab_sandbox *sandbox);

/*
 * Writes a setting, "net/ipv4/tcp_fin_timeout", of one of the namespaces. -EPERM if the
 * thread did not in fact arrive in a namespace that the sandbox made.
 */
int lab_sandbox_sysctl(struct lab_sandbox *sandbox, enum lab_side side, const char *name,
		       const char *value);

/* Loads rules in the language of nft(8) into a namespace: 0, -ENOENT without nft, -EINVAL. */
int lab_sandbox_nft(struct lab_sandbox *sandbox, enum lab_side side, const char *rules);

/* Has a side send what is for a prefix, such as "10.78.0.0", to the other side. */
int lab_sandbox_route(struct lab_sandbox *sandbox, enum lab_side side, const char *prefix,
		      unsigned length);

/* Counts the sockets of a namespace. */
int lab_sandbox_census(struct lab_sandbox *sandbox, enum lab_side side,
		       const struct lab_filter *filter, struct lab_census *ret_census);

/* Has the sandbox kill and await a process, a child of the caller, before all else is freed. */
void lab_sandbox_adopt(struct lab_sandbox *sandbox, pid_t pid);

/*
 * In such a child: lets go of the sockets and of everything else that only the parent may hold,
 * so that they end when the parent says so. The namespaces can be entered on.
 */
void lab_sandbox_disown(struct lab_sandbox *sandbox);

/* Keeps a socket open until the sandbox is freed; the sandbox owns it from now, also on error. */
int lab_sandbox_hold(struct lab_sandbox *sandbox, int fd);

#endif
