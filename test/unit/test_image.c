/* SPDX-License-Identifier: MIT */
/* test_image.c - loading programs without libbpf: one that works, and some that are refused. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bpf/count.image.h"
#include "bpf/image.h"
#include "bpf/layout.h"
#include "bpf/load.h"
#include "util/macro.h"

/* A map, and the names of this kernel; skips where there is no eBPF for us. */
struct world {
	struct tc_walk_layout layout;
	struct tc_bpf_names names;
	char why[TC_WHY_MAX];
	uint64_t *memory;
	int map;
};

enum { MAP_SIZE = 4096 };

static void open_world(struct world *world)
{
	void *memory = NULL;

	*world = (struct world){.map = -1};
	if (tc_bpf_layout(&world->layout, &world->names, world->why) < 0)
		skip();
	world->map = tc_bpf_shared_map(MAP_SIZE, 1, &memory);
	if (world->map < 0)
		skip();
	world->memory = memory;
}

static void close_world(struct world *world)
{
	munmap(world->memory, MAP_SIZE);
	close(world->map);
}

/* The walk's own program, with other instructions. */
static int load_code(const struct world *world, const uint64_t *code, size_t count)
{
	struct tc_bpf_image image = count_image;

	image.code = code;
	image.code_count = count;
	image.function_count = 1;
	return tc_bpf_image_load(&image, &world->names, world->map);
}

static void test_loaded_and_run(void **state)
{
	static const uint64_t code[] = {
		0x00000000000000b7, /* r0 = 0 */
		0x0000000000000095, /* exit */
	};
	struct world world;
	uint64_t context = 0;
	int program;

	(void)state;
	open_world(&world);
	program = load_code(&world, code, TC_ARRAY_SIZE(code));
	assert_true(program >= 0);
	assert_true(fcntl(program, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(tc_bpf_run(program, &context, sizeof(context)), 0);
	close(program);
	assert_true(tc_bpf_run(program, &context, sizeof(context)) < 0);
	close_world(&world);
}

/* What the verifier refuses is not for want of a privilege: whoever gets here has them all. */
static void test_refused(void **state)
{
	static const uint64_t code[] = {
		0x0000000000000095, /* exit, and r0 was never set */
	};
	struct world world;
	int err;

	(void)state;
	open_world(&world);
	err = load_code(&world, code, TC_ARRAY_SIZE(code));
	assert_true(err < 0);
	assert_int_equal(tc_bpf_fail(err, world.why), err);
	assert_non_null(strstr(world.why, "this kernel refuses the eBPF program"));
	close_world(&world);
}

static void ring(int signal)
{
	(void)signal;
}

/* Signals come several times while a program is loaded; they wait, and the mask is as it was. */
static void test_signals(void **state)
{
	const struct sigaction action = {.sa_handler = ring, .sa_flags = SA_RESTART};
	const struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
	struct world world;
	void *memory = NULL;
	sigset_t mask;
	int map;

	(void)state;
	open_world(&world);
	if (!world.names.rdonly_cast) {
		close_world(&world);
		skip();
	}
	map = tc_bpf_shared_map(sizeof(struct tc_walker), 1, &memory);
	assert_true(map >= 0);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 20; i++) {
		int program = tc_bpf_image_load(&count_image, &world.names, map);

		assert_true(program >= 0);
		close(program);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGALRM), 0);
	munmap(memory, sizeof(struct tc_walker));
	close(map);
	close_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loaded_and_run),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
