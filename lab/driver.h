/* SPDX-License-Identifier: MIT */
/*
 * driver.h - what goes on while a scenario is looked at, in a process of its own.
 *
 * Rules that judge rates look twice, and something has to happen in between. A driver does one
 * small thing again and again, at a bounded rate and for a bounded time, until the sandbox that
 * it was started in is freed, or its parent dies.
 */
#ifndef TC_LAB_DRIVER_H
#define TC_LAB_DRIVER_H

#include "lab/job.h"

enum {
	LAB_DRIVE_SOCKETS = 32,	  /* kept for drivers to use as they like */
	LAB_DRIVE_SECONDS = 3600, /* then it ends on its own */
};

struct lab_drive {
	struct lab_job job; /* of the driver's port and sides, without connections of its own */
	struct lab_part part;
	struct lab_maker maker;
	int listeners[LAB_FAMILIES];
	int fds[LAB_ENDS][LAB_DRIVE_SOCKETS]; /* -1: none */
	int raw;
	void *own; /* whatever else the driver needs; it goes with the process */
	uint64_t turn; /* from 0 */
};

struct lab_driver {
	const char *name;
	const char *summary; /* what it does all the time, as a step; marked for translation */
	enum lab_side client, server;
	unsigned needs; /* bits of enum lab_need */
	unsigned per_second;
	int (*begin)(struct lab_drive *drive); /* or NULL */
	int (*turn)(struct lab_drive *drive);
};

/* sc_healthy.c */
extern const struct lab_driver lab_driver_busy;
extern const struct lab_driver lab_driver_pool;
extern const struct lab_driver lab_driver_some_loss;
extern const struct lab_driver lab_driver_short;
extern const struct lab_driver lab_driver_late_close;
extern const struct lab_driver lab_driver_crawler;
extern const struct lab_driver lab_driver_paused;
extern const struct lab_driver lab_driver_reusing;
extern const struct lab_driver lab_driver_proxy;

/* sc_drive.c */
extern const struct lab_driver lab_driver_close_first;
extern const struct lab_driver lab_driver_refused;
extern const struct lab_driver lab_driver_forgetful;
extern const struct lab_driver lab_driver_several;
extern const struct lab_driver lab_driver_abort_on_close;
extern const struct lab_driver lab_driver_stale_syn;
extern const struct lab_driver lab_driver_lossy;
extern const struct lab_driver lab_driver_paws;

/* sc_flood.c */
extern const struct lab_driver lab_driver_syn_flood;
extern const struct lab_driver lab_driver_small_flood;
extern const struct lab_driver lab_driver_scanner;
extern const struct lab_driver lab_driver_slow_peer;
extern const struct lab_driver lab_driver_syn_cookies;
extern const struct lab_driver lab_driver_unlistened;

/* sc_track.c */
extern const struct lab_driver lab_driver_scan;
extern const struct lab_driver lab_driver_scan_on;

/* A driver that runs. */
struct lab_driving {
	const struct lab_driver *driver;
	pid_t pid;
	int why_fd; /* where it says what went wrong */
};

/*
 * Starts it, and returns when it has begun; the sandbox ends it. 0 or -errno, described in why;
 * *ret_driving is to be left in either case.
 */
int lab_driver_start(const struct lab_driver *driver, struct lab_sandbox *sandbox,
		     struct lab_driving *ret_driving, char why[LAB_WHY_MAX]);

/* 0 while it runs; -errno when it has failed, described in why. */
int lab_driver_check(const struct lab_driving *driving, char why[LAB_WHY_MAX]);

/* No longer listens to it; it goes on. */
void lab_driver_leave(struct lab_driving *driving);

#endif
