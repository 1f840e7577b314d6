/* SPDX-License-Identifier: MIT */
/*
 * test_layout.c - what the walk looks up of a kernel: as it runs here, and with one thing less.
 *
 * A kernel that lacks something is the running one's description with a letter changed in the
 * name of it, wherever that stands.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "bpf/btf.h"
#include "bpf/layout.h"
#include "util/macro.h"

struct kernel {
	char *bytes;
	size_t size;
	struct tc_btf btf;
	struct tc_walk_layout layout;
	struct tc_bpf_names names;
	char why[TC_WHY_MAX];
};

static int read_kernel(void **state)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	tc_auto_close int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	struct stat stat;

	*state = kernel;
	if (!kernel || fd < 0 || fstat(fd, &stat) < 0)
		return kernel ? 0 : -1;
	kernel->size = (size_t)stat.st_size;
	kernel->bytes = malloc(kernel->size);
	for (size_t at = 0; kernel->bytes && at < kernel->size;) {
		ssize_t got = read(fd, kernel->bytes + at, kernel->size - at);

		if (got <= 0)
			return -1;
		at += (size_t)got;
	}
	return kernel->bytes ? 0 : -1;
}

static int forget_kernel(void **state)
{
	struct kernel *kernel = *state;

	free(kernel->bytes);
	free(kernel);
	return 0;
}

/* The kernel as it is described; skips where it is not, or cannot be walked. */
static struct kernel *kernel_here(void **state)
{
	struct kernel *kernel = *state;

	if (!kernel->bytes)
		skip();
	assert_int_equal(tc_btf_open_bytes(&kernel->btf, kernel->bytes, kernel->size), 0);
	if (tc_bpf_layout_in(&kernel->btf, &kernel->layout, &kernel->names, kernel->why) < 0) {
		print_message("%s\n", kernel->why);
		skip();
	}
	return kernel;
}

/* Exchanges one name for another of the same length. Returns how often. */
static unsigned rename_all(struct kernel *kernel, const char *from, const char *to)
{
	size_t length = strlen(from) + 1;
	unsigned count = 0;

	assert_int_equal(strlen(to) + 1, length);
	for (char *at = kernel->bytes; at; at++) {
		at = memmem(at, kernel->size - (size_t)(at - kernel->bytes), from, length);
		if (!at)
			break;
		if (at[-1])
			continue; /* the end of a longer name */
		memcpy(at, to, length);
		count++;
	}
	return count;
}

/* What is said of this kernel without that name; "" where it is not missed. */
static const char *without(struct kernel *kernel, const char *name)
{
	char other[64];
	int err;

	snprintf(other, sizeof(other), "%s", name);
	other[0] = '#'; /* begins no name in C */
	assert_true(rename_all(kernel, name, other) > 0);
	memset(kernel->why, 0, sizeof(kernel->why));
	err = tc_bpf_layout_in(&kernel->btf, &kernel->layout, &kernel->names, kernel->why);
	rename_all(kernel, other, name);
	assert_true(err == 0 || err == -EOPNOTSUPP);
	assert_true((err == 0) == !*kernel->why);
	return kernel->why;
}

/* What stands in the first lines of a socket, as every kernel has it (include/net/sock.h). */
static void test_places(void **state)
{
	const struct kernel *kernel = kernel_here(state);
	const struct tc_walk_layout *layout = &kernel->layout;

	assert_int_equal(layout->daddr.word, 0);
	assert_int_equal(layout->saddr.word, 0);
	assert_int_equal(layout->daddr.shift + layout->saddr.shift, 32);
	assert_int_not_equal(layout->family.shift, layout->state.shift);
	assert_true(layout->bucket.word >= sizeof(void *));
	assert_true(layout->bind_bucket.word > sizeof(void *));
	assert_int_equal(layout->node.word % 8, 0);
	assert_int_equal(layout->net.word % 8, 0);
	assert_int_not_equal(kernel->names.word_type, 0);
}

static void test_missing_members(void **state)
{
	static const struct {
		const char *name, *told;
	} rows[] = {
		{"skc_nulls_node", "sock_common.skc_nulls_node"},
		{"skc_family", "sock_common.skc_family"},
		{"skc_state", "sock_common.skc_state"},
		{"skc_dport", "sock_common.skc_dport"},
		{"skc_net", "sock_common.skc_net.net"},
		{"tw_substate", "inet_timewait_sock.tw_substate"},
		{"icsk_retransmits", "inet_connection_sock.icsk_retransmits"},
		{"num_retrans", "request_sock.num_retrans"},
		{"net_ns", "nsproxy.net_ns"},
		{"hashinfo", "net.ipv4.tcp_death_row.hashinfo"},
		{"tcp_death_row", "net.ipv4.tcp_death_row.hashinfo"},
		{"ehash_mask", "inet_hashinfo.ehash_mask"},
		{"bhash2", "inet_hashinfo.bhash2"},
		{"inet_ehash_bucket", "inet_ehash_bucket.chain"},
		{"inet_timewait_sock", "inet_timewait_sock.tw_substate"},
	};
	struct kernel *kernel = kernel_here(state);

	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "(%s)", rows[i].told);
		if (!strstr(without(kernel, rows[i].name), wanted))
			fail_msg("without %s: %s", rows[i].name, kernel->why);
	}
}

/* Before Linux 6.2 there are none, and the walk reads in another way; see walk.h. */
static void test_missing_functions(void **state)
{
	static const struct {
		const char *name;
		size_t place;
	} rows[] = {
		{"bpf_rdonly_cast", offsetof(struct tc_bpf_names, rdonly_cast)},
		{"bpf_rcu_read_lock", offsetof(struct tc_bpf_names, rcu_lock)},
		{"bpf_rcu_read_unlock", offsetof(struct tc_bpf_names, rcu_unlock)},
		{"icmpmsg_mib", offsetof(struct tc_bpf_names, word_type)},
	};
	struct kernel *kernel = kernel_here(state);

	if (!kernel->names.rdonly_cast)
		skip();
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		assert_string_equal(without(kernel, rows[i].name), "");
		for (size_t k = 0; k < TC_ARRAY_SIZE(rows); k++) {
			uint32_t id;

			memcpy(&id, (const char *)&kernel->names + rows[k].place, sizeof(id));
			assert_int_equal(id == 0, k == i);
		}
	}
}

/* A kernel that was built without IPv6 has no place for its addresses. */
static void test_without_ipv6(void **state)
{
	struct kernel *kernel = kernel_here(state);

	if (!memmem(kernel->bytes, kernel->size, "\0skc_v6_daddr", sizeof("\0skc_v6_daddr")))
		skip();
	assert_string_equal(without(kernel, "skc_v6_daddr"), "");
	assert_string_equal(without(kernel, "skc_v6_rcv_saddr"), "");
}

/* A member stands where another one was. */
static const char *exchange(struct kernel *kernel, const char *name, const char *with)
{
	char away[64];

	snprintf(away, sizeof(away), "%s", name);
	away[0] = '#';
	assert_true(rename_all(kernel, name, away) > 0);
	assert_true(rename_all(kernel, with, name) > 0);
	assert_int_equal(
		tc_bpf_layout_in(&kernel->btf, &kernel->layout, &kernel->names, kernel->why),
		-EOPNOTSUPP);
	return kernel->why;
}

/* What is read in one go, and lies apart. */
static void test_apart(void **state)
{
	assert_non_null(
		strstr(exchange(kernel_here(state), "skc_dport", "skc_flags"), "(sock_common."));
}

/* Some bits of a byte, where all of them are read. */
static void test_narrow(void **state)
{
	assert_non_null(strstr(exchange(kernel_here(state), "skc_state", "skc_reuse"),
			       "(sock_common.skc_state)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_places, read_kernel, forget_kernel),
		cmocka_unit_test_setup_teardown(test_missing_members, read_kernel, forget_kernel),
		cmocka_unit_test_setup_teardown(test_missing_functions, read_kernel, forget_kernel),
		cmocka_unit_test_setup_teardown(test_without_ipv6, read_kernel, forget_kernel),
		cmocka_unit_test_setup_teardown(test_apart, read_kernel, forget_kernel),
		cmocka_unit_test_setup_teardown(test_narrow, read_kernel, forget_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
