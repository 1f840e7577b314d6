/* SPDX-License-Identifier: MIT */
/*
 * golden.h - output compared with a file of what it has to be, below test/golden.
 *
 * After an intended change `make goldens` writes the files anew (TCPCENSUS_REGENERATE=1 in
 * the environment of a test); the difference is then to be read like any other.
 */
#ifndef TC_TEST_GOLDEN_H
#define TC_TEST_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/buf.h"

/* Adds a whole file; the test fails where it cannot be read. */
static inline void golden_read(const char *path, struct tc_buf *out)
{
	FILE *file = fopen(path, "re");
	char chunk[4096];
	size_t got;

	if (!file)
		fail_msg("cannot read %s", path);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		tc_buf_add(out, chunk, got);
	fclose(file);
}

/* `name` is the path below test/golden. */
static inline void golden_compare(const char *name, struct tc_buf *out)
{
	struct tc_buf golden = TC_BUF_INIT;
	char path[512];

	snprintf(path, sizeof(path), "%s/golden/%s", TC_TEST_DIR, name);
	if (getenv("TCPCENSUS_REGENERATE")) {
		FILE *file = fopen(path, "we");

		assert_non_null(file);
		assert_int_equal(fwrite(out->data, 1, out->length, file), out->length);
		assert_int_equal(fclose(file), 0);
	}
	golden_read(path, &golden);
	assert_string_equal(tc_buf_string(out), tc_buf_string(&golden));
	tc_buf_release(&golden);
}

#endif
