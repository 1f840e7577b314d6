/* SPDX-License-Identifier: MIT */
/* load.c - what the loaders share: loading quietly, reading an iterator; see load.h. */
#include "bpf/load.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "util/intl.h"
#include "util/macro.h"
#include "util/privilege.h"

/* The kernel hands out at most 8 pages a read. */
enum { READ_SIZE = 64 * 1024 };

tc_bpf_printer *tc_bpf_hush(void)
{
	return (tc_bpf_printer *)libbpf_set_print(NULL);
}

void tc_bpf_unhush(tc_bpf_printer **before)
{
	libbpf_set_print((libbpf_print_fn_t)*before);
}

void tc_bpf_say_no_types(char why[TC_WHY_MAX])
{
	snprintf(why, TC_WHY_MAX, "%s",
		 _("/sys/kernel/btf/vmlinux is not there: /sys is not mounted or is hidden here, as in "
		   "many containers, or this kernel does not describe its types to eBPF programs "
		   "(CONFIG_DEBUG_INFO_BTF)"));
}

/* Of CAP_BPF and CAP_PERFMON what is missing, or NULL; CAP_SYS_ADMIN has both (linux/capability.h). */
static const char *missing_privileges(void)
{
	bool bpf = tc_privilege_has(CAP_BPF), perfmon = tc_privilege_has(CAP_PERFMON);

	if (tc_privilege_has(CAP_SYS_ADMIN) || (bpf && perfmon))
		return NULL;
	return bpf ? "CAP_PERFMON" : perfmon ? "CAP_BPF" : _("CAP_BPF and CAP_PERFMON");
}

static void say_missing(const char *missing, char why[TC_WHY_MAX])
{
	if (geteuid() == 0)
		snprintf(why, TC_WHY_MAX,
			 _("eBPF needs CAP_BPF and CAP_PERFMON: root lacks %s here, which a container "
			   "or unit has to grant"),
			 missing);
	else if (tc_privilege_has(CAP_BPF) || tc_privilege_has(CAP_PERFMON))
		snprintf(why, TC_WHY_MAX, _("eBPF needs CAP_BPF and CAP_PERFMON: %s is missing"),
			 missing);
	else
		snprintf(why, TC_WHY_MAX, "%s",
			 _("eBPF is only for root, or with CAP_BPF and CAP_PERFMON"));
}

/* To somebody who lacks no privilege. */
static void say_forbidden(int err, char why[TC_WHY_MAX])
{
	if (err == -EPERM) /* they may hold in a user namespace alone: the kernel wants the first one's */
		snprintf(why, TC_WHY_MAX, "%s",
			 _("the kernel forbids eBPF here in spite of the privileges: by seccomp, "
			   "lockdown or a security module, or within a user namespace"));
	else
		snprintf(why, TC_WHY_MAX,
			 _("this kernel refuses the eBPF program: %s: by its verifier, or bpf(2) is "
			   "forbidden by a security module or a filter of system calls (seccomp)"),
			 strerror(-err));
}

int tc_bpf_fail(int err, char why[TC_WHY_MAX])
{
	const char *missing = missing_privileges();

	/* Of the kernel, for a moment; to our callers -ENOMEM means that we have none. */
	if (err == -ENOMEM) {
		snprintf(why, TC_WHY_MAX, "%s", _("the kernel has no memory for an eBPF program"));
		return -ENOBUFS;
	}
	if (err == -ELIBACC)
		snprintf(why, TC_WHY_MAX, "%s", _("libbpf.so.1 is not installed here"));
	else if ((err == -EPERM || err == -EACCES) && missing)
		say_missing(missing, why);
	else if (err == -EPERM || err == -EACCES)
		say_forbidden(err, why);
	else if (err == -ENOSYS)
		snprintf(why, TC_WHY_MAX, "%s",
			 _("this kernel has no bpf(2), or a filter of system calls (seccomp), such as "
			   "a container's, hides it"));
	else if (err == -EMFILE || err == -ENFILE)
		snprintf(why, TC_WHY_MAX, _("eBPF needs a few more descriptors than there are: %s"),
			 strerror(-err));
	else if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		tc_bpf_say_no_types(why);
	else
		snprintf(why, TC_WHY_MAX, _("this kernel refuses the eBPF program: %s"),
			 strerror(-err));
	return err;
}

int tc_bpf_load(struct bpf_object_skeleton *skeleton, char why[TC_WHY_MAX])
{
	tc_bpf_quietly;
	int err = bpf_object__load_skeleton(skeleton);

	return err ? tc_bpf_fail(err, why) : 0;
}

/* Hands over the whole records at the start of the buffer; *length is what is left. */
static int give_records(char *buf, size_t *length, size_t record_size, tc_bpf_sink *sink,
			void *context)
{
	size_t count = *length / record_size, used = count * record_size;
	int err = count ? sink(context, buf, count) : 0;

	*length -= used;
	memmove(buf, buf + used, *length);
	return err;
}

static int read_records(int fd, size_t record_size, tc_bpf_sink *sink, void *context)
{
	tc_auto_free char *buf = malloc(READ_SIZE);
	size_t length = 0;

	if (!buf)
		return -ENOMEM;
	for (;;) {
		ssize_t got = read(fd, buf + length, READ_SIZE - length);
		int err;

		/* EAGAIN: it has looked at a million objects and found nothing to tell yet. */
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		length += (size_t)got;
		err = give_records(buf, &length, record_size, sink, context);
		if (err)
			return err;
	}
}

int tc_bpf_iterate(struct bpf_program *program, size_t record_size, tc_bpf_sink *sink,
		   void *context, char why[TC_WHY_MAX])
{
	tc_bpf_quietly;
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	tc_auto_close int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -errno;
	int err;

	if (fd < 0) {
		err = fd;
		bpf_link__destroy(link);
		return tc_bpf_fail(err, why);
	}
	err = read_records(fd, record_size, sink, context);
	bpf_link__destroy(link);
	return err < 0 ? tc_bpf_fail(err, why) : err;
}
