/* SPDX-License-Identifier: MIT */
/* test_alibi.c - who cannot have had a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "owner/alibi.h"
#include "util/macro.h"

static const struct {
	const char *one, *other;
	bool related;
} pairs[] = {
	{"/a", "/a", true},	 {"/a", "/a/b", true},	   {"/a", "/ab", false},
	{"/a/b", "/a/c", false}, {"/", "/a/b", true},	   {"/", "/", true},
	{"/a/", "/a/b", true},	 {"/a/b/c", "/a/b", true}, {"/b", "/a/b", false},
};

static void test_related(void **state)
{
	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(pairs); i++)
		if (tc_alibi_related(pairs[i].one, pairs[i].other) != pairs[i].related ||
		    tc_alibi_related(pairs[i].other, pairs[i].one) != pairs[i].related)
			fail_msg("%s and %s", pairs[i].one, pairs[i].other);
}

/* What is not known is no alibi: a cgroup made after the walk, a process that has gone. */
static void test_unknown(void **state)
{
	struct tc_process self = {.pid = (uint32_t)getpid()}, gone = {.pid = 0x7ffffffe};
	struct tc_cgroup_ids cgroups = {.may_walk = true};
	struct tc_alibis alibis = {.cgroups = &cgroups};
	struct tc_parties parties = {0};
	const struct tc_process *some[] = {&self};
	const struct tc_party *party = tc_party_of(&parties, some, 1);

	(void)state;
	assert_false(tc_alibi(&alibis, party, UINT64_MAX - 1));
	assert_false(tc_alibi(&alibis, party, UINT64_MAX - 1));
	some[0] = &gone;
	party = tc_party_of(&parties, some, 1);
	assert_false(tc_alibi(&alibis, party, 1)); /* the root */
	tc_alibis_release(&alibis);
	tc_parties_release(&parties);
	tc_cgroup_ids_release(&cgroups);
}

/* The number of a cgroup that was there; 0: none can be made here. */
static uint64_t removed_cgroup(void)
{
	struct tc_cgroup_ids cgroups = {0};
	char path[4200];
	struct stat made = {.st_ino = 0};

	tc_cgroup_ids_path(&cgroups, 1);
	if (!cgroups.root || !cgroups.whole)
		return 0;
	snprintf(path, sizeof(path), "%s/tc-alibi-%d", cgroups.root, (int)getpid());
	if (mkdir(path, 0755) || stat(path, &made) || rmdir(path))
		made.st_ino = 0;
	tc_cgroup_ids_release(&cgroups);
	return made.st_ino;
}

/* Nobody who is somewhere can be in a cgroup that has been removed. */
static void test_removed(void **state)
{
	struct tc_process self = {.pid = (uint32_t)getpid()};
	struct tc_cgroup_ids cgroups = {0};
	struct tc_alibis alibis = {.cgroups = &cgroups};
	struct tc_parties parties = {0};
	const struct tc_process *some[] = {&self};
	uint64_t removed = removed_cgroup();

	(void)state;
	if (!removed) {
		print_message("cgroup v2 is not mounted, or not writable\n");
		skip();
	}
	assert_true(tc_alibi(&alibis, tc_party_of(&parties, some, 1), removed));
	assert_true(tc_alibi(&alibis, tc_party_of(&parties, some, 1), removed));
	tc_alibis_release(&alibis);
	tc_parties_release(&parties);
	tc_cgroup_ids_release(&cgroups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_related),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
