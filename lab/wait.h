/* SPDX-License-Identifier: MIT */
/*
 * wait.h - waiting for a whole namespace to show a census, or for a descriptor. See job.h for one part of it.
 */
#ifndef TC_LAB_WAIT_H
#define TC_LAB_WAIT_H

#include <stdint.h>

#include "lab/scenario.h"

/* The monotonic clock. */
uint64_t lab_now_ns(void);

/* Waits until there is something to read, or a signal came; -ETIMEDOUT at the deadline. */
int lab_wait_readable(int fd, uint64_t deadline_ns);

/*
 * Waits until the side's sockets are exactly the expected ones. On -ETIMEDOUT or another -errno,
 * why says what was expected and what was found.
 */
int lab_wait_side(struct lab_sandbox *sandbox, enum lab_side side,
		  const struct lab_census *expected, uint64_t deadline_ns, char why[LAB_WHY_MAX]);

#endif
