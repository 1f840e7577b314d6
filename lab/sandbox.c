/* SPDX-License-Identifier: MIT */
/*
 * sandbox.c - makes throw-away network namespaces and keeps what lives in them.
 *
 * They are made with unshare(2) in this very process and held by file descriptors, rather
 * than with "ip netns add", whose bind mounts under /run/netns survive a killed program.
 */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#include "guard.h"
#include "link.h"
#include "nft.h"
#include "util/intl.h"
#include "util/macro.h"

#define LINK_NAME "veth0"
#define LINK_WAIT_MS 3000
#define STEP_TEXT_MAX 512
#define SETTING_NAME_MAX 128

struct lab_sandbox {
	int origin_fd; /* where the thread was */
	int netns_fd[LAB_SIDES];
	struct mnl_socket *diag[LAB_SIDES];
	struct lab_guard guard;
	int *held;
	size_t n_held, held_room;
	pid_t adopted; /* 0: no process */
	lab_step_fn on_step;
	void *step_context;
};

/* clang-format off */
static const char *const addresses[LAB_SIDES][LAB_FAMILIES] = {
	[LAB_A] = {"10.77.0.1", "fd77::1"},
	[LAB_B] = {"10.77.0.2", "fd77::2"},
};
static const unsigned prefix_lengths[LAB_FAMILIES] = {24, 64};
/* clang-format on */

static int open_netns(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Leaves the thread in the new namespace. */
static int make_netns(struct lab_sandbox *sandbox, enum lab_side side)
{
	int rc;

	if (unshare(CLONE_NEWNET) < 0)
		return -errno;
	sandbox->netns_fd[side] = open_netns();
	if (sandbox->netns_fd[side] < 0)
		return sandbox->netns_fd[side];
	rc = lab_link_up("lo");
	if (rc < 0)
		return rc;
	sandbox->diag[side] = lab_diag_open();
	return sandbox->diag[side] ? 0 : -errno;
}

static int set_up_link(struct lab_sandbox *sandbox, enum lab_side side)
{
	int rc = lab_sandbox_enter(sandbox, side);

	if (rc == 0)
		rc = lab_link_up(LINK_NAME);
	for (int family = 0; rc == 0 && family < LAB_FAMILIES; family++)
		rc = lab_link_address(LINK_NAME, addresses[side][family], prefix_lengths[family]);
	return rc;
}

static int wait_for_link(struct lab_sandbox *sandbox, enum lab_side side)
{
	int rc = lab_sandbox_enter(sandbox, side);

	for (int family = 0; rc == 0 && family < LAB_FAMILIES; family++)
		rc = lab_link_wait(LINK_NAME, addresses[side][family], LINK_WAIT_MS);
	return rc;
}

static int make_pair(struct lab_sandbox *sandbox)
{
	int rc = make_netns(sandbox, LAB_B);

	if (rc == 0)
		rc = lab_sandbox_enter(sandbox, LAB_A);
	if (rc == 0)
		rc = lab_link_veth(LINK_NAME, sandbox->netns_fd[LAB_B]);
	for (int side = 0; rc == 0 && side < LAB_SIDES; side++)
		rc = set_up_link(sandbox, (enum lab_side)side);
	for (int side = 0; rc == 0 && side < LAB_SIDES; side++)
		rc = wait_for_link(sandbox, (enum lab_side)side);
	return rc;
}

/* Each connection within one machine takes two descriptors. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int build(struct lab_sandbox *sandbox, bool pair, const char **ret_step)
{
	int rc;

	raise_descriptor_limit();
	*ret_step = "finding the present network namespace";
	sandbox->origin_fd = open_netns();
	if (sandbox->origin_fd < 0)
		return sandbox->origin_fd;
	*ret_step = "making a network namespace";
	rc = make_netns(sandbox, LAB_A);
	if (rc < 0)
		return rc;
	*ret_step = "joining two network namespaces with a veth pair";
	rc = pair ? make_pair(sandbox) : 0;
	if (rc < 0)
		return rc;
	*ret_step = "starting the guard process";
	return lab_guard_start(&sandbox->guard, sandbox->netns_fd, pair ? LAB_SIDES : 1);
}

int lab_sandbox_new(bool pair, struct lab_sandbox **ret_sandbox, const char **ret_step)
{
	struct lab_sandbox *sandbox = calloc(1, sizeof(*sandbox));
	int rc;

	*ret_step = "finding memory";
	if (!sandbox)
		return -ENOMEM;
	sandbox->origin_fd = -1;
	for (int side = 0; side < LAB_SIDES; side++)
		sandbox->netns_fd[side] = -1;
	lab_guard_init(&sandbox->guard);
	rc = build(sandbox, pair, ret_step);
	if (rc == 0)
		rc = lab_sandbox_leave(sandbox);
	if (rc < 0)
		lab_sandbox_free(sandbox);
	else
		*ret_sandbox = sandbox;
	return rc;
}

static void close_held(struct lab_sandbox *sandbox)
{
	for (size_t i = 0; i < sandbox->n_held; i++)
		close(sandbox->held[i]);
	free(tc_take(sandbox->held));
	sandbox->n_held = sandbox->held_room = 0;
}

void lab_sandbox_adopt(struct lab_sandbox *sandbox, pid_t pid)
{
	sandbox->adopted = pid;
}

void lab_sandbox_disown(struct lab_sandbox *sandbox)
{
	close_held(sandbox);
	lab_guard_disown(&sandbox->guard);
	sandbox->adopted = 0;
	sandbox->on_step = NULL;
}

void lab_sandbox_on_step(struct lab_sandbox *sandbox, lab_step_fn fn, void *context)
{
	sandbox->on_step = fn;
	sandbox->step_context = context;
}

void lab_sandbox_step(struct lab_sandbox *sandbox, const char *format, ...)
{
	char text[STEP_TEXT_MAX];
	va_list args;

	if (!sandbox->on_step)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), tc_tr(format), args);
	va_end(args);
	sandbox->on_step(sandbox->step_context, text);
}

const char *lab_side_name(enum lab_side side)
{
	return side == LAB_A ? "a" : "b";
}

void lab_sandbox_free(struct lab_sandbox *sandbox)
{
	if (!sandbox)
		return;
	if (sandbox->adopted && kill(sandbox->adopted, SIGKILL) == 0)
		waitpid(sandbox->adopted, NULL, 0);
	if (sandbox->origin_fd >= 0)
		lab_sandbox_leave(sandbox);
	close_held(sandbox);
	for (int side = 0; side < LAB_SIDES; side++) {
		if (sandbox->diag[side])
			mnl_socket_close(sandbox->diag[side]);
		if (sandbox->netns_fd[side] >= 0)
			close(sandbox->netns_fd[side]);
	}
	/* After the sockets were closed: it ends those that now belong to nobody. */
	lab_guard_stop(&sandbox->guard);
	if (sandbox->origin_fd >= 0)
		close(sandbox->origin_fd);
	free(sandbox);
}

int lab_sandbox_netns_fd(const struct lab_sandbox *sandbox, enum lab_side side)
{
	return sandbox->netns_fd[side];
}

const char *lab_sandbox_address(enum lab_side side, enum lab_family family)
{
	return addresses[side][family];
}

int lab_sandbox_enter(struct lab_sandbox *sandbox, enum lab_side side)
{
	return setns(sandbox->netns_fd[side], CLONE_NEWNET) < 0 ? -errno : 0;
}

int lab_sandbox_leave(struct lab_sandbox *sandbox)
{
	return setns(sandbox->origin_fd, CLONE_NEWNET) < 0 ? -errno : 0;
}

/* Whether the thread is now in the given namespace of ours, and not where it came from. */
static bool is_inside(const struct lab_sandbox *sandbox, enum lab_side side)
{
	struct stat here, ours, origin;

	if (stat("/proc/thread-self/ns/net", &here) < 0 ||
	    fstat(sandbox->netns_fd[side], &ours) < 0 || fstat(sandbox->origin_fd, &origin) < 0)
		return false;
	return here.st_ino == ours.st_ino && here.st_dev == ours.st_dev &&
	       here.st_ino != origin.st_ino;
}

/* /proc/sys/net shows the settings of the namespace of whoever opens it. */
static int write_setting(const char *name, const char *value)
{
	char path[256];
	tc_auto_close int fd = -1;
	size_t length = strlen(value);

	if (strncmp(name, "net/", 4) != 0 || strstr(name, ".."))
		return -EINVAL;
	if ((size_t)snprintf(path, sizeof(path), "/proc/sys/%s", name) >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return write(fd, value, length) == (ssize_t)length ? 0 : -errno;
}

/* In the form of sysctl(8), which is what people know. */
static void tell_setting(struct lab_sandbox *sandbox, enum lab_side side, const char *name,
			 const char *value)
{
	char dotted[SETTING_NAME_MAX];

	snprintf(dotted, sizeof(dotted), "%s", name);
	for (char *slash = dotted; (slash = strchr(slash, '/'));)
		*slash = '.';
	lab_sandbox_step(sandbox, N_("set %s = %s in %s"), dotted, value, lab_side_name(side));
}

int lab_sandbox_sysctl(struct lab_sandbox *sandbox, enum lab_side side, const char *name,
		       const char *value)
{
	int rc = lab_sandbox_enter(sandbox, side);

	if (rc < 0)
		return rc;
	rc = is_inside(sandbox, side) ? write_setting(name, value) : -EPERM;
	lab_sandbox_leave(sandbox);
	if (rc == 0)
		tell_setting(sandbox, side, name, value);
	return rc;
}

int lab_sandbox_nft(struct lab_sandbox *sandbox, enum lab_side side, const char *rules)
{
	int rc = lab_sandbox_enter(sandbox, side);

	if (rc < 0)
		return rc;
	rc = is_inside(sandbox, side) ? lab_nft_run(rules) : -EPERM;
	lab_sandbox_leave(sandbox);
	return rc;
}

int lab_sandbox_route(struct lab_sandbox *sandbox, enum lab_side side, const char *prefix,
		      unsigned length)
{
	int rc = lab_sandbox_enter(sandbox, side);

	if (rc < 0)
		return rc;
	rc = lab_link_route_via(LINK_NAME, prefix, length, addresses[lab_side_other(side)][LAB_V4]);
	lab_sandbox_leave(sandbox);
	return rc;
}

int lab_sandbox_census(struct lab_sandbox *sandbox, enum lab_side side,
		       const struct lab_filter *filter, struct lab_census *ret_census)
{
	return lab_diag_census(sandbox->diag[side], filter, ret_census);
}

int lab_sandbox_hold(struct lab_sandbox *sandbox, int fd)
{
	if (sandbox->n_held == sandbox->held_room) {
		size_t room = sandbox->held_room ? 2 * sandbox->held_room : 64;
		int *held = reallocarray(sandbox->held, room, sizeof(*held));

		if (!held) {
			close(fd);
			return -ENOMEM;
		}
		sandbox->held = held;
		sandbox->held_room = room;
	}
	sandbox->held[sandbox->n_held++] = fd;
	return 0;
}
