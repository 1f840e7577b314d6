/* SPDX-License-Identifier: MIT */
/*
 * tun.c - TUN devices.
 */
#include "tun.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <net/if.h> /* before the kernel's, which then leaves out what it repeats */

#include <linux/if_tun.h>

#include "link.h"
#include "util/macro.h"

#define DEVICE "tun0" /* the name is free in a namespace of the laboratory */
#define PREFIX_LENGTH 24

/* The device belongs to the namespace in which the file was opened. */
static int attach(void)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK), rc;

	if (fd < 0)
		return -errno;
	strncpy(request.ifr_name, DEVICE, sizeof(request.ifr_name) - 1);
	if (ioctl(fd, TUNSETIFF, &request) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

/* Any socket of the namespace will do for the request. */
static int set_mtu(void)
{
	struct ifreq request = {.ifr_mtu = LAB_TUN_MTU};
	tc_auto_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(request.ifr_name, DEVICE, sizeof(request.ifr_name) - 1);
	return fd < 0 || ioctl(fd, SIOCSIFMTU, &request) < 0 ? -errno : 0;
}

/* The thread is in the namespace. */
static int open_here(const char *address)
{
	int fd = attach(), rc;

	if (fd < 0)
		return fd;
	rc = set_mtu();
	if (rc == 0)
		rc = lab_link_address(DEVICE, address, PREFIX_LENGTH);
	if (rc == 0)
		rc = lab_link_up(DEVICE);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int lab_tun_open(struct lab_sandbox *sandbox, enum lab_side side, const char *address)
{
	int rc = lab_sandbox_enter(sandbox, side);

	if (rc < 0)
		return rc;
	rc = open_here(address);
	lab_sandbox_leave(sandbox);
	return rc;
}
