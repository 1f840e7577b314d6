/* SPDX-License-Identifier: MIT */
/*
 * libbpf.c - the functions of libbpf that we use, from the library that is opened with the first.
 *
 * Most runs of the program have no use for eBPF. Linked in the usual way, libbpf, libelf and zlib
 * are loaded and relocated at every start, which costs as much as counting some thousands of
 * sockets. So each function here has the name and the type that libbpf's own header gives it, and
 * calls the real one; nobody who calls it can tell. They are hidden, so that a program that uses
 * libbpf itself keeps to its own.
 */
#define LIBBPF_API __attribute__((visibility("hidden")))

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define LIBBPF "libbpf.so.1"

/*
 * What dlopen() is called with no linker sees. This note tells packagers, in the form of
 * https://uapi-group.org/specifications/specs/elf_dlopen_metadata/.
 */
static const struct {
	uint32_t name_size, text_size, type;
	char name[4];
	_Alignas(4) char text[sizeof("[{\"feature\":\"bpf\",\"description\":\"owners and ports "
				     "through eBPF\",\"priority\":\"recommended\","
				     "\"soname\":[\"" LIBBPF "\"]}]")];
} note __attribute__((used, aligned(4), section(".note.dlopen"))) = {
	.name_size = sizeof(note.name),
	.text_size = sizeof(note.text),
	.type = 0x407c0c0a,
	.name = "FDO",
	.text = "[{\"feature\":\"bpf\",\"description\":\"owners and ports through "
		"eBPF\",\"priority\":\"recommended\",\"soname\":[\"" LIBBPF "\"]}]",
};

/* Opened once more each time, which only counts: so there is nothing to keep, or to lock. */
static void *find(const char *name)
{
	void *library = dlopen(LIBBPF, RTLD_NOW | RTLD_LOCAL);

	return library ? dlsym(library, name) : NULL;
}

/* Calls the real function, or gives `otherwise` where there is no libbpf. */
#define CALL(name, otherwise, ...)                                           \
	({                                                                   \
		__typeof__(&(name)) real = (__typeof__(&(name)))find(#name); \
		real ? real(__VA_ARGS__) : (otherwise);                      \
	})

int bpf_object__open_skeleton(struct bpf_object_skeleton *skeleton,
			      const struct bpf_object_open_opts *options)
{
	return CALL(bpf_object__open_skeleton, -ELIBACC, skeleton, options);
}

int bpf_object__load_skeleton(struct bpf_object_skeleton *skeleton)
{
	return CALL(bpf_object__load_skeleton, -ELIBACC, skeleton);
}

void bpf_object__destroy_skeleton(struct bpf_object_skeleton *skeleton)
{
	void (*real)(struct bpf_object_skeleton *) =
		(void (*)(struct bpf_object_skeleton *))find("bpf_object__destroy_skeleton");

	if (real) {
		real(skeleton);
		return;
	}
	/* What the generated code had allocated before it asked for the library. */
	free(skeleton->maps);
	free(skeleton->progs);
	free(skeleton);
}

struct bpf_link *bpf_program__attach_iter(const struct bpf_program *program,
					  const struct bpf_iter_attach_opts *options)
{
	errno = ELIBACC;
	return CALL(bpf_program__attach_iter, NULL, program, options);
}

int bpf_iter_create(int link)
{
	return CALL(bpf_iter_create, -ELIBACC, link);
}

int bpf_link__fd(const struct bpf_link *link)
{
	return CALL(bpf_link__fd, -ELIBACC, link);
}

int bpf_link__destroy(struct bpf_link *link)
{
	return CALL(bpf_link__destroy, 0, link);
}

libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t printer)
{
	return CALL(libbpf_set_print, NULL, printer);
}
