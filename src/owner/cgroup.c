/* SPDX-License-Identifier: MIT */
/* cgroup.c - what the path of a cgroup says; see cgroup.h. */
#include "owner/cgroup.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "util/macro.h"
#include "util/parse.h"

enum { ID_LENGTH = 64, ID_SHOWN = 12 };

/*
 * How the engines call the cgroups of their containers. A shape begins and ends with whole
 * components of the path; '*' is anything but '/', <id> 64 hexadecimal digits, <uid> that of a
 * pod, <name> what people chose, <digits> a number. The last <id> or <name> is the container.
 * Of the rows that fit at the same place the first counts; without an engine it says that
 * this is no container.
 *
 * Sources: moby daemon/oci_linux.go; podman libpod/container_internal_linux.go; containerd's CRI
 * plugin, getCgroupsPath(); nerdctl generateCgroupPath(); cri-o internal/config/cgmgr;
 * kubernetes pkg/kubelet/cm/cgroup_manager_linux.go; lxc src/lxc/cgroups/cgroup.h and cgfsng.c;
 * systemd src/machine/machine.c and src/nspawn/nspawn-cgroup.c; libvirt docs/cgroups.rst.
 * Engines hand SLICE:PREFIX:ID to runc, which makes PREFIX-ID.scope of it, or a cgroup of that
 * very name where it was not told to use systemd.
 */
static const struct {
	const char *engine;
	const char *shape;
} containers[] = {
	/* clang-format off */
	{ "docker",      "docker-<id>.scope" },
	{ "docker",      "docker/<id>" },
	{ "docker",      "*:docker:<id>" },
	{ "docker",      "ecs/*/<id>" }, /* a task, or a task of a named cluster */
	{ "docker",      "ecs/*/*/<id>" },
	{ "podman",      "libpod-<id>.scope" },
	{ "podman",      "libpod-<id>" },
	{ "podman",      "libpod-payload-<id>" }, /* within the unit that started it */
	{ "podman",      "*:libpod:<id>" },
	{ "containerd",  "cri-containerd-<id>.scope" },
	{ "containerd",  "nerdctl-<id>.scope" },
	{ "containerd",  "*:cri-containerd:<id>" },
	{ "containerd",  "*:nerdctl:<id>" },
	{ "containerd",  "pod<uid>/<id>" }, /* or Docker under an old kubelet: the path is the same */
	{ "containerd",  "k8s.io/<id>" },
	{ "containerd",  "default/<id>" },
	{ "cri-o",       "crio-<id>.scope" },
	{ "cri-o",       "crio-<id>" },
	{ "cri-o",       "*:crio:<id>" },
	{ "lxc",         "lxc.payload.<name>" }, /* LXC, LXD, Incus */
	{ "lxc",         "lxc.payload/<name>" },
	{ "lxc",         "lxc/<name>" },
	{ "lxc-libvirt", "machine-lxc\\x2d<digits>\\x2d<name>.scope" },
	{ NULL,          "machine-qemu\\x2d<digits>\\x2d*.scope" },
	{ NULL,          "machine-xen\\x2d<digits>\\x2d*.scope" },
	{ NULL,          "machine-ch\\x2d<digits>\\x2d*.scope" },
	{ NULL,          "machine-<name>.scope/supervisor" },
	{ "nspawn",      "machine-<name>.scope" },
	{ NULL,          "systemd-nspawn@<name>.service/supervisor" },
	{ "nspawn",      "systemd-nspawn@<name>.service" },
	/* clang-format on */
};

/* Where the kubelet puts its pods: by systemd, by itself, and by systemd's names itself. */
static const char *const pods[] = {
	"*-pod<uid>.slice",
	"pod<uid>",
	"*-pod<uid>.slice:*",
};

static bool is_hex(struct tc_slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		bool digit = text.data[i] >= '0' && text.data[i] <= '9';

		if (!digit && (text.data[i] < 'a' || text.data[i] > 'f'))
			return false;
	}
	return true;
}

/*
 * 8-4-4-4-12, with '_' for '-' where systemd would take that for a level of slices; or the 32
 * digits of a static pod, whose uid is a hash.
 */
static bool is_uid(struct tc_slice text)
{
	static const uint8_t lengths[] = {8, 4, 4, 4, 12};
	char separator;

	if (text.length == 32)
		return is_hex(text);
	if (text.length != TC_POD_MAX - 1)
		return false;
	separator = text.data[lengths[0]];
	if (separator != '-' && separator != '_')
		return false;
	for (size_t i = 0; i < TC_ARRAY_SIZE(lengths); i++) {
		if (!is_hex((struct tc_slice){text.data, lengths[i]}))
			return false;
		text = tc_slice_after(text, lengths[i]);
		if (text.length && text.data[0] != separator)
			return false;
		text = tc_slice_after(text, 1);
	}
	return true;
}

static bool is_name(struct tc_slice text)
{
	return text.length && text.length <= NAME_MAX && !tc_slice_is(text, ".") &&
	       !tc_slice_is(text, "..") && !memchr(text.data, '\0', text.length);
}

/* Whether the text may stand for the hole that the shape begins with. */
static bool fits_hole(const char *shape, struct tc_slice text)
{
	uint64_t number;

	if (shape[0] == '*')
		return true;
	switch (shape[1]) {
	case 'i':
		return text.length == ID_LENGTH && is_hex(text);
	case 'u':
		return is_uid(text);
	case 'n':
		return is_name(text);
	default:
		return tc_parse_uint(text.data, text.length, UINT64_MAX, &number) == 0;
	}
}

/*
 * Whether the text begins with the shape, up to the end of a component. If so, *last is what
 * stands for its last hole with a name.
 */
static bool matches(const char *shape, struct tc_slice text, struct tc_slice *last)
{
	const char *rest;

	for (; *shape && *shape != '*' && *shape != '<'; shape++) {
		if (!text.length || *text.data != *shape)
			return false;
		text = tc_slice_after(text, 1);
	}
	if (!*shape)
		return !text.length || *text.data == '/';
	rest = *shape == '*' ? shape + 1 : strchr(shape, '>') + 1;
	for (size_t length = tc_slice_until(text, '/').length + 1; length-- > 0;) {
		struct tc_slice hole = {text.data, length};

		if (!fits_hole(shape, hole))
			continue;
		if (*shape == '<')
			*last = hole;
		if (matches(rest, tc_slice_after(text, length), last))
			return true;
	}
	return false;
}

/* The component that ends where `end` is; it may be empty. */
static struct tc_slice component_before(const char *start, const char *end)
{
	const char *at = end;

	while (at > start && at[-1] != '/')
		at--;
	return (struct tc_slice){at, (size_t)(end - at)};
}

static int digit_of(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* "\x2d" is how systemd writes a '-' that is no level of slices. */
static char unescape(struct tc_slice text, size_t *ret_length)
{
	int value;

	*ret_length = 1;
	if (text.length < 4 || !tc_slice_starts(text, "\\x") ||
	    !is_hex((struct tc_slice){text.data + 2, 2}))
		return text.data[0];
	value = digit_of(text.data[2]) * 16 + digit_of(text.data[3]);
	if (!value) /* would end the string */
		return text.data[0];
	*ret_length = 4;
	return (char)value;
}

static void write_container(size_t row, struct tc_slice name, char container[TC_CONTAINER_MAX])
{
	size_t at = (size_t)snprintf(container, TC_CONTAINER_MAX, "%s/", containers[row].engine);
	size_t step;

	if (strstr(containers[row].shape, "<id>"))
		name.length = ID_SHOWN;
	for (; name.length && at < TC_CONTAINER_MAX - 1; name = tc_slice_after(name, step))
		container[at++] = unescape(name, &step);
	container[at] = '\0';
}

/* The container whose shape begins at the start of the text. */
static void read_container(struct tc_slice text, char container[TC_CONTAINER_MAX])
{
	struct tc_slice name = {NULL, 0};

	for (size_t i = 0; i < TC_ARRAY_SIZE(containers); i++) {
		if (!matches(containers[i].shape, text, &name))
			continue;
		if (containers[i].engine)
			write_container(i, name, container);
		return;
	}
}

static void read_pod(struct tc_slice text, char pod[TC_POD_MAX])
{
	struct tc_slice uid = {NULL, 0};

	for (size_t i = 0; i < TC_ARRAY_SIZE(pods); i++) {
		if (!matches(pods[i], text, &uid))
			continue;
		for (size_t j = 0; j < uid.length; j++)
			pod[j] = uid.data[j] == '_' ? '-' : uid.data[j];
		pod[uid.length] = '\0';
		return;
	}
}

static bool is_unit_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr(":-_.\\@", c));
}

/* Whether the component is a unit of that type, plain or the instance of a template. */
static bool is_unit(struct tc_slice name, const char *type)
{
	struct tc_slice prefix = name, before_at;

	if (name.length <= strlen(type) || name.length > NAME_MAX)
		return false;
	prefix.length -= strlen(type);
	if (!tc_slice_is(tc_slice_after(name, prefix.length), type))
		return false;
	for (size_t i = 0; i < prefix.length; i++)
		if (!is_unit_char(prefix.data[i]))
			return false;
	before_at = tc_slice_until(prefix, '@');
	return before_at.length && before_at.length + 1 != prefix.length;
}

/*
 * Takes the component for the unit if it is one and none was found further in, or only a slice.
 * "\x2d" in it stays, since that is how systemctl wants to be asked.
 */
static void read_unit(struct tc_slice component, bool *only_slice, struct tc_slice *unit)
{
	static const char *const types[] = {".service", ".scope", ".socket", ".mount", ".swap"};

	/* systemd puts a '_' before what the kernel might take for a file of its own. */
	if (tc_slice_starts(component, "_"))
		component = tc_slice_after(component, 1);
	if (unit->length && !*only_slice)
		return;
	for (size_t i = 0; i < TC_ARRAY_SIZE(types); i++) {
		if (!is_unit(component, types[i]))
			continue;
		*unit = component;
		*only_slice = false;
		return;
	}
	if (!unit->length && is_unit(component, ".slice")) {
		*unit = component;
		*only_slice = true;
	}
}

void tc_cgroup_read(struct tc_slice path, struct tc_cgroup *ret_cgroup)
{
	const char *end = path.length ? path.data + path.length : NULL, *at = end;
	bool only_slice = false;

	ret_cgroup->unit = (struct tc_slice){NULL, 0};
	ret_cgroup->container[0] = ret_cgroup->pod[0] = '\0';
	while (at) {
		struct tc_slice component = component_before(path.data, at);
		struct tc_slice text = {component.data, (size_t)(end - component.data)};

		read_unit(component, &only_slice, &ret_cgroup->unit);
		if (!ret_cgroup->container[0])
			read_container(text, ret_cgroup->container);
		if (!ret_cgroup->pod[0])
			read_pod(text, ret_cgroup->pod);
		at = component.data > path.data ? component.data - 1 : NULL;
	}
}

/* Whether a path names more than a root: "/", or that of another namespace, "/../..". */
static bool says_something(struct tc_slice path)
{
	struct tc_slice component;

	while (path.length) {
		path = tc_slice_after(path, 1);
		component = tc_slice_until(path, '/');
		if (component.length && !tc_slice_is(component, ".."))
			return true;
		path = tc_slice_after(path, component.length);
	}
	return false;
}

/* How much a line tells, of its controllers and its path; more is better. */
static unsigned worth(struct tc_slice controllers, struct tc_slice path)
{
	struct tc_cgroup cgroup;

	tc_cgroup_read(path, &cgroup);
	return (cgroup.container[0] ? 8 : 0) + (says_something(path) ? 4 : 0) +
	       (!controllers.length ? 2 : tc_slice_is(controllers, "name=systemd") ? 1 : 0);
}

/* The path of a line "4:memory:/docker/..."; false: not such a line. */
static bool read_line(struct tc_slice line, struct tc_slice *ret_controllers,
		      struct tc_slice *ret_path)
{
	static const char deleted[] = " (deleted)";
	struct tc_slice number = tc_slice_until(line, ':'), controllers, path;
	size_t kept;

	path = tc_slice_after(line, number.length + 1);
	controllers = tc_slice_until(path, ':');
	path = tc_slice_after(path, controllers.length + 1);
	if (!tc_slice_starts(path, "/"))
		return false;
	/* The cgroup was removed, and the process, a zombie, is still in it. */
	kept = path.length - (sizeof(deleted) - 1);
	if (path.length > sizeof(deleted) && tc_slice_is(tc_slice_after(path, kept), deleted))
		path.length = kept;
	*ret_controllers = controllers;
	*ret_path = path;
	return true;
}

struct tc_slice tc_cgroup_of_process(struct tc_slice text)
{
	struct tc_slice best = {NULL, 0}, line, controllers, path;
	unsigned best_worth = 0;

	for (; text.length; text = tc_slice_after(text, line.length + 1)) {
		line = tc_slice_until(text, '\n');
		if (!read_line(line, &controllers, &path))
			continue;
		if (best.length && worth(controllers, path) <= best_worth)
			continue;
		best = path;
		best_worth = worth(controllers, path);
	}
	return best;
}
