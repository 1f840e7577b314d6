/* SPDX-License-Identifier: MIT */
/* image.c - maps and programs by bpf(2) itself; see image.h. */
#include "bpf/image.h"

#include <errno.h>
#include <linux/bpf.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "bpf/walk_state.h"
#include "util/macro.h"

enum { LOAD_TRIES = 5 };
enum { CALL = BPF_JMP | BPF_CALL, LOAD_64 = BPF_LD | BPF_DW | BPF_IMM };
enum { LOAD_WORD = BPF_LDX | BPF_DW | BPF_MEM };

static int bpf(int command, union bpf_attr *attr, size_t size)
{
	int result = (int)syscall(SYS_bpf, command, attr, size);

	return result < 0 ? -errno : result;
}

/* What the kernel's structure needs: a pointer is a number of 64 bits. */
static uint64_t address(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

int tc_bpf_shared_map(size_t value_size, uint32_t count, void **ret_memory)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(uint32_t),
		.value_size = (uint32_t)value_size,
		.max_entries = count,
		.map_flags = BPF_F_MMAPABLE,
	};
	int map = bpf(BPF_MAP_CREATE, &attr, sizeof(attr));

	if (map < 0)
		return map;
	*ret_memory = mmap(NULL, value_size * count, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (*ret_memory == MAP_FAILED) {
		int err = -errno;

		close(map);
		return err;
	}
	return map;
}

/* The kernel's number of what a placeholder names; 0: it is none. */
static uint32_t number_of(const struct tc_bpf_names *names, int32_t placeholder)
{
	switch (placeholder) {
	case TC_IMAGE_RDONLY_CAST:
		return names->rdonly_cast;
	case TC_IMAGE_RCU_LOCK:
		return names->rcu_lock;
	case TC_IMAGE_RCU_UNLOCK:
		return names->rcu_unlock;
	case TC_IMAGE_WORD_TYPE:
		return names->word_type;
	default:
		return 0;
	}
}

/* Whether the number is one of `count` that begin with `first`; which. */
static bool is_among(int32_t number, int32_t first, size_t count, size_t *ret_which)
{
	*ret_which = (size_t)((int64_t)number - first);
	return number >= first && *ret_which < count;
}

/* Distances and shifts of members of the kernel's structures. */
static void fill_in_place(struct bpf_insn *code, const struct tc_bpf_names *names)
{
	size_t which;

	if (code->code == LOAD_WORD &&
	    is_among(code->off, TC_IMAGE_LOAD(0, 0), 2 * names->place_count, &which))
		code->off = (int16_t)(names->places[which / 2].word + which % 2 * sizeof(uint64_t));
	else if (is_among(code->imm, TC_IMAGE_DISTANCE(0), names->place_count, &which))
		code->imm = (int32_t)names->places[which].word;
	else if (is_among(code->imm, TC_IMAGE_SHIFT(0), names->place_count, &which))
		code->imm = (int32_t)names->places[which].shift;
}

static void fill_in(struct bpf_insn *code, size_t count, const struct tc_bpf_names *names, int map)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t number = number_of(names, code[i].imm);

		if (code[i].code == LOAD_64) {
			if (code[i + 1].imm == (int32_t)(TC_IMAGE_MAP >> 32)) {
				code[i].src_reg = BPF_PSEUDO_MAP_FD;
				code[i].imm = map;
				code[i + 1].imm = 0;
			}
			i++; /* it takes two */
		} else if (number) {
			if (code[i].code == CALL)
				code[i].src_reg = BPF_PSEUDO_KFUNC_CALL;
			code[i].imm = (int32_t)number;
		} else {
			fill_in_place(&code[i], names);
		}
	}
}

static int load_types(const struct tc_bpf_image *image)
{
	union bpf_attr attr = {
		.btf = address(image->types),
		.btf_size = (uint32_t)image->types_size,
	};

	return bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

int tc_bpf_image_load(const struct tc_bpf_image *image, const struct tc_bpf_names *names, int map)
{
	tc_auto_free struct bpf_insn *code = malloc(image->code_count * sizeof(*code));
	tc_auto_close int types = code ? load_types(image) : -ENOMEM;
	union bpf_attr attr = {
		.prog_type = image->type,
		/* The only kind there is of that type. */
		.prog_flags = image->type == BPF_PROG_TYPE_SYSCALL ? BPF_F_SLEEPABLE : 0,
		.insns = address(code),
		.insn_cnt = (uint32_t)image->code_count,
		.license = address("Dual MIT/GPL"),
		.prog_btf_fd = (uint32_t)types,
		.func_info_rec_size = 2 * sizeof(*image->functions),
		.func_info = address(image->functions),
		.func_info_cnt = (uint32_t)image->function_count,
	};
	int program = -EAGAIN;
	sigset_t all, before;

	if (types < 0)
		return types;
	memcpy(code, image->code, image->code_count * sizeof(*code));
	fill_in(code, image->code_count, names, map);
	/*
	 * A signal makes the verifier give up (kernel/bpf/verifier.c, do_check()). All but SIGSTOP can
	 * wait for it, which is some milliseconds, and after that one it is tried again.
	 */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (int tries = 0; program == -EAGAIN && tries < LOAD_TRIES; tries++)
		program = bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return program;
}

int tc_bpf_run(int program, void *context, size_t size)
{
	union bpf_attr attr = {
		.test.prog_fd = (uint32_t)program,
		.test.ctx_in = address(context),
		.test.ctx_size_in = (uint32_t)size,
	};

	return bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
}
