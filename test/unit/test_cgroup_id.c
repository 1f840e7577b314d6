/* SPDX-License-Identifier: MIT */
/* test_cgroup_id.c - paths of cgroups by number, of cgroups that the test makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "owner/cgroup_id.h"
#include "util/macro.h"

enum { FOLDERS = 4, PATH_ROOM = 512 };

/* Below the mount; each within the one before, or beside it. The first is the test's own. */
static const char *const folders[FOLDERS] = {"", "/system.slice", "/system.slice/a.service",
					     "/two words"};

struct own {
	char mount[PATH_ROOM];
	char name[64]; /* of the test's own folder, with a "/" */
};

static void path_of(const struct own *own, const char *folder, char path[2 * PATH_ROOM])
{
	snprintf(path, 2 * PATH_ROOM, "%s%s%s", own->mount, own->name, folder);
}

/* The number of a cgroup; 0: it is not there. */
static uint64_t id_of(const struct own *own, const char *folder)
{
	char path[2 * PATH_ROOM];
	struct stat stat_buf;

	path_of(own, folder, path);
	return stat(path, &stat_buf) == 0 ? stat_buf.st_ino : 0;
}

static void remove_all(const struct own *own)
{
	char path[2 * PATH_ROOM];

	for (size_t i = FOLDERS; i-- > 0;) {
		path_of(own, folders[i], path);
		rmdir(path);
	}
}

static bool find_mount(char mount[PATH_ROOM])
{
	tc_auto_fclose FILE *file = fopen("/proc/self/mountinfo", "re");
	tc_auto_free char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0) {
		struct tc_slice text = {line, strcspn(line, "\n")};

		if (tc_cgroup_mount_line(text, mount, PATH_ROOM))
			return true;
	}
	return false;
}

/* Each test has folders of its own, which the teardown removes also when the test has failed. */
static int set_up(void **state)
{
	struct own *own = calloc(1, sizeof(*own));
	char path[2 * PATH_ROOM];

	*state = own;
	if (!own || !find_mount(own->mount))
		return 0;
	snprintf(own->name, sizeof(own->name), "/tc-test-%d", (int)getpid());
	for (size_t i = 0; i < FOLDERS; i++) {
		path_of(own, folders[i], path);
		if (mkdir(path, 0755) < 0) {
			remove_all(own);
			own->name[0] = '\0';
			return 0;
		}
	}
	return 0;
}

static int tear_down(void **state)
{
	struct own *own = *state;

	if (own && own->name[0])
		remove_all(own);
	free(own);
	return 0;
}

static struct own *own_or_skip(void **state)
{
	struct own *own = *state;

	if (!own || !own->name[0]) {
		print_message("cgroup v2 is not mounted, or not writable\n");
		skip();
	}
	return own;
}

static void assert_own_path(const struct own *own, const char *path, const char *folder)
{
	char expected[PATH_ROOM];

	snprintf(expected, sizeof(expected), "%s%s", own->name, folder);
	assert_non_null(path);
	assert_string_equal(path, expected);
}

static void assert_all_found(const struct own *own, struct tc_cgroup_ids *ids)
{
	struct stat root;

	for (size_t i = 0; i < FOLDERS; i++)
		assert_own_path(own, tc_cgroup_ids_path(ids, id_of(own, folders[i])), folders[i]);
	assert_int_equal(stat(own->mount, &root), 0);
	assert_string_equal(tc_cgroup_ids_path(ids, root.st_ino), "/");
	assert_null(tc_cgroup_ids_path(ids, 0));
	assert_null(tc_cgroup_ids_path(ids, UINT64_MAX));
}

static void test_by_handle(void **state)
{
	const struct own *own = own_or_skip(state);
	struct tc_cgroup_ids ids = {0};
	const char *first = tc_cgroup_ids_path(&ids, id_of(own, ""));

	if (ids.may_walk) {
		tc_cgroup_ids_release(&ids);
		print_message("not allowed to open a cgroup by its number\n");
		skip();
	}
	assert_all_found(own, &ids);
	assert_false(ids.may_walk); /* a number that is none is no reason to */
	assert_ptr_equal(tc_cgroup_ids_path(&ids, id_of(own, "")), first);
	tc_cgroup_ids_release(&ids);
	assert_null(ids.root);
}

static void test_by_walk(void **state)
{
	const struct own *own = own_or_skip(state);
	struct tc_cgroup_ids ids = {.may_walk = true};

	assert_all_found(own, &ids);
	assert_true(ids.walked);
	tc_cgroup_ids_release(&ids);
}

/* A cgroup that has gone has no path, except for who asked before. */
static void assert_gone(const struct own *own, bool may_walk)
{
	uint64_t gone = id_of(own, folders[2]), asked = id_of(own, folders[3]);
	struct tc_cgroup_ids before = {.may_walk = may_walk}, after = {.may_walk = may_walk};
	struct tc_cgroup_ids later = {.may_walk = may_walk};
	char path[2 * PATH_ROOM];

	assert_own_path(own, tc_cgroup_ids_path(&before, asked), folders[3]);
	assert_false(tc_cgroup_ids_gone(&before, asked));
	for (size_t i = 2; i < FOLDERS; i++) {
		path_of(own, folders[i], path);
		assert_int_equal(rmdir(path), 0);
	}
	assert_null(tc_cgroup_ids_path(&after, gone));
	assert_null(tc_cgroup_ids_path(&after, asked));
	/* A walk knows so much only where something has been made since. */
	path_of(own, folders[3], path);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_true(tc_cgroup_ids_gone(&later, gone));
	assert_true(tc_cgroup_ids_gone(&later, asked));
	assert_false(tc_cgroup_ids_gone(&later, id_of(own, folders[1])));
	assert_false(tc_cgroup_ids_gone(&later, id_of(own, folders[3])));
	tc_cgroup_ids_release(&later);
	assert_own_path(own, tc_cgroup_ids_path(&after, id_of(own, folders[1])), folders[1]);
	assert_own_path(own, tc_cgroup_ids_path(&before, asked), folders[3]);
	tc_cgroup_ids_release(&before);
	tc_cgroup_ids_release(&after);
}

static void test_gone(void **state)
{
	assert_gone(own_or_skip(state), false);
}

static void test_gone_by_walk(void **state)
{
	assert_gone(own_or_skip(state), true);
}

static void test_mount_lines(void **state)
{
	static const struct {
		const char *line;
		const char *path; /* NULL: no cgroup v2 */
	} rows[] = {
		{"41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw", "/sys/fs/cgroup"},
		{"41 31 0:38 / /sys/fs/cgroup rw shared:9 master:1 - cgroup2 none rw,nsdelegate",
		 "/sys/fs/cgroup"},
		{"41 31 0:38 /docker/1 /a\\040b\\011\\134 rw - cgroup2 c rw", "/a b\t\\"},
		{"41 31 0:38 / /a\\9 rw - cgroup2 c rw", "/a\\9"},
		{"41 31 0:38 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", NULL},
		{"41 31 0:38 / /cgroup2 rw - tmpfs cgroup2 rw", NULL},
		{"41 31 0:38 / /a rw cgroup2 - tmpfs x rw", NULL},
		{"41 31 0:38 / /a rw -", NULL},
		{"41 31 0:38 / /a rw", NULL},
		{"41 31 0:38 /", NULL},
		{"- cgroup2", NULL},
		{"    - cgroup2", NULL},
		{"", NULL},
	};
	char path[64], small[4];

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(rows); i++) {
		struct tc_slice line = {rows[i].line, strlen(rows[i].line)};

		assert_int_equal(tc_cgroup_mount_line(line, path, sizeof(path)), !!rows[i].path);
		if (rows[i].path)
			assert_string_equal(path, rows[i].path);
	}
	assert_false(tc_cgroup_mount_line((struct tc_slice){rows[0].line, strlen(rows[0].line)},
					  small, sizeof(small)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mount_lines),
		cmocka_unit_test_setup_teardown(test_by_handle, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_by_walk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gone_by_walk, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
