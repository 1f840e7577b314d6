/* SPDX-License-Identifier: MIT */
/* test_cgroup.c - unit, container and pod from the path of a cgroup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "owner/cgroup.h"
#include "util/macro.h"

#define ID "3f4a5b6c7d8e9f00112233445566778899aabbccddeeff000123456789abcdef"
#define OTHER "fedcba98765432100123456789abcdeffedcba98765432100123456789abcdef"
#define UID "0b7632a2-a56e-4278-987a-22de18008dbe"
#define UID_ "0b7632a2_a56e_4278_987a_22de18008dbe"
#define STATIC_UID "c7d2e1f0a9b8c7d6e5f4a3b2c1d0e9f8"
#define USER "/user.slice/user-1000.slice/user@1000.service"
#define BURSTABLE "kubepods-burstable-pod" UID_ ".slice"

struct row {
	const char *path;
	const char *unit;
	const char *container;
	const char *pod;
};

/* The bytes stand in memory of their own size, so that a sanitizer sees any that is too many. */
static struct tc_slice copy_of(const char *text, char **ret_copy)
{
	size_t length = strlen(text);

	*ret_copy = malloc(length ? length : 1);
	assert_non_null(*ret_copy);
	memcpy(*ret_copy, text, length);
	return (struct tc_slice){*ret_copy, length};
}

static void assert_says(const struct row *row)
{
	tc_auto_free char *copy = NULL;
	struct tc_cgroup cgroup;
	char unit[256] = "";

	memset(&cgroup, 'x', sizeof(cgroup));
	tc_cgroup_read(copy_of(row->path, &copy), &cgroup);
	assert_in_range(cgroup.unit.length, 0, sizeof(unit) - 1);
	if (cgroup.unit.length)
		memcpy(unit, cgroup.unit.data, cgroup.unit.length);
	if (strcmp(unit, row->unit) || strcmp(cgroup.container, row->container) ||
	    strcmp(cgroup.pod, row->pod))
		fail_msg("%s: unit '%s' for '%s', container '%s' for '%s', pod '%s' for '%s'",
			 row->path, unit, row->unit, cgroup.container, row->container, cgroup.pod,
			 row->pod);
}

static void assert_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_says(&rows[i]);
}

static void test_units(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "/system.slice/nginx.service", "nginx.service", "", "" },
		{ "/system.slice/nginx.service/worker", "nginx.service", "", "" },
		{ "/system.slice/nginx.service/", "nginx.service", "", "" },
		{ USER "/app.slice/app-foo.scope", "app-foo.scope", "", "" },
		{ USER "/session.slice/dbus.service", "dbus.service", "", "" },
		{ USER "/app.slice", "user@1000.service", "", "" },
		{ USER "/init.scope", "init.scope", "", "" },
		{ "/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "", "" },
		{ "/user.slice/user-1000.slice", "user-1000.slice", "", "" },
		{ "/system.slice", "system.slice", "", "" },
		{ "/system.slice/worker", "system.slice", "", "" },
		{ "/init.scope", "init.scope", "", "" },
		{ "/system.slice/sshd.socket", "sshd.socket", "", "" },
		{ "/system.slice/var-lib.mount", "var-lib.mount", "", "" },
		{ "/system.slice/dev-sda2.swap", "dev-sda2.swap", "", "" },
		/* as systemctl takes it, and '_' is systemd's guard against files of the kernel */
		{ "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", "", "" },
		{ "/system.slice/a\\x2db.service", "a\\x2db.service", "", "" },
		{ "/system.slice/_cpu.service", "cpu.service", "", "" },
		{ "/system.slice/__x.service", "_x.service", "", "" },
		/* not units */
		{ "/system.slice/.service", "system.slice", "", "" },
		{ "/system.slice/@1.service", "system.slice", "", "" },
		{ "/system.slice/a@.service", "system.slice", "", "" },
		{ "/system.slice/a b.service", "system.slice", "", "" },
		{ "/a/nginx.timer", "", "", "" },
		{ "/a/nginx.service.d", "", "", "" },
		{ "/nginx.services", "", "", "" },
		{ "relative.service", "relative.service", "", "" },
	};
	/* clang-format on */

	(void)state;
	assert_rows(rows, TC_ARRAY_SIZE(rows));
}

static void test_containers(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "/system.slice/docker-" ID ".scope", "docker-" ID ".scope", "docker/3f4a5b6c7d8e", "" },
		{ "/system.slice/docker-" ID ".scope/init", "docker-" ID ".scope", "docker/3f4a5b6c7d8e", "" },
		{ USER "/user.slice/docker-" ID ".scope", "docker-" ID ".scope", "docker/3f4a5b6c7d8e", "" },
		{ "/docker/" ID, "", "docker/3f4a5b6c7d8e", "" },
		{ "/docker/" ID "/", "", "docker/3f4a5b6c7d8e", "" },
		{ "/docker/" ID "/system.slice/nginx.service", "nginx.service", "docker/3f4a5b6c7d8e", "" },
		{ "/../docker/" ID, "", "docker/3f4a5b6c7d8e", "" },
		{ "/system.slice:docker:" ID, "", "docker/3f4a5b6c7d8e", "" },
		{ "/ecs/0b7632a2a56e4278987a22de18008dbe/" ID, "", "docker/3f4a5b6c7d8e", "" },
		{ "/ecs/web/0b7632a2a56e4278987a22de18008dbe/" ID, "", "docker/3f4a5b6c7d8e", "" },
		{ "/machine.slice/libpod-" ID ".scope", "libpod-" ID ".scope", "podman/3f4a5b6c7d8e", "" },
		{ "/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope", "podman/3f4a5b6c7d8e", "" },
		{ USER "/user.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope", "podman/3f4a5b6c7d8e", "" },
		{ "/machine.slice/machine-libpod_pod_" OTHER ".slice/libpod-" ID ".scope",
		  "libpod-" ID ".scope", "podman/3f4a5b6c7d8e", "" },
		{ "/machine.slice/libpod-" ID ".scope/container/system.slice/sshd.service",
		  "sshd.service", "podman/3f4a5b6c7d8e", "" },
		{ "/libpod_parent/libpod-" ID, "", "podman/3f4a5b6c7d8e", "" },
		{ "/libpod_parent/" OTHER "/libpod-" ID, "", "podman/3f4a5b6c7d8e", "" },
		{ USER "/app.slice/web.service/libpod-payload-" ID, "web.service", "podman/3f4a5b6c7d8e", "" },
		{ USER "/app.slice/web.service/runtime", "web.service", "", "" },
		{ "/system.slice/nerdctl-" ID ".scope", "nerdctl-" ID ".scope", "containerd/3f4a5b6c7d8e", "" },
		{ "/system.slice:cri-containerd:" ID, "", "containerd/3f4a5b6c7d8e", "" },
		{ "/k8s.io/" ID, "", "containerd/3f4a5b6c7d8e", "" },
		{ "/default/" ID, "", "containerd/3f4a5b6c7d8e", "" },
		/* those who watch, and what is no container */
		{ "/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope", "", "" },
		{ "/libpod_parent/conmon", "", "", "" },
		{ "/system.slice/crio-conmon-" ID ".scope", "crio-conmon-" ID ".scope", "", "" },
		{ "/docker/" ID "/machine.slice/libpod-conmon-" OTHER ".scope",
		  "libpod-conmon-" OTHER ".scope", "docker/3f4a5b6c7d8e", "" },
		{ "/" ID, "", "", "" },
		{ "/system.slice/" ID, "system.slice", "", "" },
		{ "/system.slice/" ID ".scope", ID ".scope", "", "" },
		{ "/system.slice/docker-notahex.scope", "docker-notahex.scope", "", "" },
		{ "/system.slice/docker-" ID "0.scope", "docker-" ID "0.scope", "", "" },
		{ "/system.slice/docker-3f4a5b6c7d8e.scope", "docker-3f4a5b6c7d8e.scope", "", "" },
		{ "/system.slice/docker.service", "docker.service", "", "" },
		{ "/docker", "", "", "" },
		{ "/docker/", "", "", "" },
		{ "/docker/" ID "x", "", "", "" },
		{ "/mydocker/" ID, "", "", "" },
		{ "/docker-" ID, "", "", "" },
		/* the innermost of several */
		{ "/docker/" OTHER "/docker/" ID, "", "docker/3f4a5b6c7d8e", "" },
		{ "/docker/" OTHER "/system.slice/docker-" ID ".scope", "docker-" ID ".scope", "docker/3f4a5b6c7d8e", "" },
		{ "/lxc.payload.web1/system.slice/docker-" ID ".scope", "docker-" ID ".scope", "docker/3f4a5b6c7d8e", "" },
		{ "/lxc/web1/docker/" ID, "", "docker/3f4a5b6c7d8e", "" },
		{ "/docker/" ID "/lxc/web1", "", "lxc/web1", "" },
	};
	/* clang-format on */

	(void)state;
	assert_rows(rows, TC_ARRAY_SIZE(rows));
}

static void test_named_containers(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "/lxc.payload.web1", "", "lxc/web1", "" },
		{ "/lxc.payload.web1/system.slice/nginx.service", "nginx.service", "lxc/web1", "" },
		{ "/lxc.payload.user-1000_web.2/init.scope", "init.scope", "lxc/user-1000_web.2", "" },
		{ "/lxc.payload/web1", "", "lxc/web1", "" },
		{ "/lxc/web1", "", "lxc/web1", "" },
		{ "/lxc/300/ns/system.slice/ssh.service", "ssh.service", "lxc/300", "" },
		{ "/lxc/" ID, "", "lxc/" ID, "" },
		{ "/user/1000.user/1.session/lxc/web1", "", "lxc/web1", "" },
		{ "/lxc.payload.a/lxc.payload.b/init.scope", "init.scope", "lxc/b", "" },
		{ "/lxc.monitor.web1", "", "", "" },
		{ "/lxc.monitor/300", "", "", "" },
		{ "/lxc.pivot", "", "", "" },
		{ "/lxc.payload.", "", "", "" },
		{ "/lxc", "", "", "" },
		{ "/lxc/", "", "", "" },
		{ "/lxc/..", "", "", "" },
		{ "/system.slice/lxc.service", "lxc.service", "", "" },
		{ "/machine.slice/systemd-nspawn@web1.service", "systemd-nspawn@web1.service", "nspawn/web1", "" },
		{ "/machine.slice/systemd-nspawn@web-1.service/payload/system.slice/nginx.service",
		  "nginx.service", "nspawn/web-1", "" },
		{ "/machine.slice/systemd-nspawn@web1.service/supervisor", "systemd-nspawn@web1.service", "", "" },
		{ "/machine.slice/machine-web1.scope", "machine-web1.scope", "nspawn/web1", "" },
		{ "/machine.slice/machine-web\\x2d1.scope/payload/init.scope", "init.scope", "nspawn/web-1", "" },
		{ "/machine.slice/machine-a\\x00b\\xzz\\x.scope", "machine-a\\x00b\\xzz\\x.scope",
		  "nspawn/a\\x00b\\xzz\\x", "" },
		{ "/machine.slice/machine-web1.scope/supervisor", "machine-web1.scope", "", "" },
		{ "/machine.slice/machine-.scope", "machine-.scope", "", "" },
		{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
		  "machine-qemu\\x2d1\\x2dvm.scope", "", "" },
		{ "/docker/" ID "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope",
		  "machine-qemu\\x2d1\\x2dvm.scope", "docker/3f4a5b6c7d8e", "" },
		{ "/machine.slice/machine-qemu\\x2dtest.scope", "machine-qemu\\x2dtest.scope", "nspawn/qemu-test", "" },
		{ "/machine.slice/machine-lxc\\x2d50642\\x2dk8s\\x2dcp.scope/libvirt/system.slice/crio.service",
		  "crio.service", "lxc-libvirt/k8s-cp", "" },
	};
	/* clang-format on */

	(void)state;
	assert_rows(rows, TC_ARRAY_SIZE(rows));
}

static void test_pods(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "/kubepods.slice/kubepods-burstable.slice/" BURSTABLE "/cri-containerd-" ID ".scope",
		  "cri-containerd-" ID ".scope", "containerd/3f4a5b6c7d8e", UID },
		{ "/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope",
		  "crio-" ID ".scope", "cri-o/3f4a5b6c7d8e", UID },
		{ "/kubepods.slice/kubepods-pod" UID_ ".slice/crio-" ID ".scope/container",
		  "crio-" ID ".scope", "cri-o/3f4a5b6c7d8e", UID },
		{ "/kubepods.slice/kubepods-burstable.slice/" BURSTABLE "/docker-" ID ".scope",
		  "docker-" ID ".scope", "docker/3f4a5b6c7d8e", UID },
		{ "/kubepods.slice/kubepods-burstable.slice/" BURSTABLE "/crio-conmon-" ID ".scope",
		  "crio-conmon-" ID ".scope", "", UID },
		{ "/kubepods.slice/kubepods-burstable.slice/" BURSTABLE, BURSTABLE, "", UID },
		{ "/kubepods/burstable/pod" UID "/" ID, "", "containerd/3f4a5b6c7d8e", UID },
		{ "/kubepods/pod" UID "/" ID "/sub", "", "containerd/3f4a5b6c7d8e", UID },
		{ "/kubepods/besteffort/pod" UID "/crio-" ID, "", "cri-o/3f4a5b6c7d8e", UID },
		{ "/kubepods/besteffort/pod" STATIC_UID "/" ID, "", "containerd/3f4a5b6c7d8e", STATIC_UID },
		{ "/kubepods.slice/kubepods-pod" STATIC_UID ".slice/cri-containerd-" ID ".scope",
		  "cri-containerd-" ID ".scope", "containerd/3f4a5b6c7d8e", STATIC_UID },
		{ "/system.slice/containerd.service/" BURSTABLE ":cri-containerd:" ID,
		  "containerd.service", "containerd/3f4a5b6c7d8e", UID },
		{ "/" BURSTABLE ":crio:" ID, "", "cri-o/3f4a5b6c7d8e", UID },
		/* a cluster within a container */
		{ "/docker/" OTHER "/kubelet.slice/kubelet-kubepods.slice/kubelet-" BURSTABLE
		  "/cri-containerd-" ID ".scope", "cri-containerd-" ID ".scope", "containerd/3f4a5b6c7d8e", UID },
		{ "/docker/" OTHER "/kubelet/kubepods/burstable/pod" UID "/" ID, "", "containerd/3f4a5b6c7d8e", UID },
		/* no pods */
		{ "/kubepods/burstable/podcast/" ID, "", "", "" },
		{ "/kubepods/burstable/pod/" ID, "", "", "" },
		{ "/kubepods/pod0b7632a2-a56e-4278-987a_22de18008dbe/" ID, "", "", "" },
		{ "/kubepods/pod0b7632a2a-56e-4278-987a-22de18008dbe/" ID, "", "", "" },
		{ "/kubepods/pod" UID "0/" ID, "", "", "" },
		{ "/kubepods.slice/kubepods-pods.slice", "kubepods-pods.slice", "", "" },
	};
	/* clang-format on */

	(void)state;
	assert_rows(rows, TC_ARRAY_SIZE(rows));
}

static void test_odd(void **state)
{
	static const struct row rows[] = {
		{"", "", "", ""},      {"/", "", "", ""},      {"//", "", "", ""},
		{"/../..", "", "", ""}, {"/.", "", "", ""},    {"/*", "", "", ""},
		{"/<id>", "", "", ""}, {"/docker/<id>", "", "", ""}, {"\n:/", "", "", ""},
		{"/\\x", "", "", ""},  {":docker:", "", "", ""},
	};

	(void)state;
	assert_rows(rows, TC_ARRAY_SIZE(rows));
}

/* A component that no kernel would make has no meaning, however much of it there is. */
static void test_long(void **state)
{
	static const char *const fills[] = {"a", "/a", "/", ":docker:", "-pod", "pod" UID "/", ID,
					    "lxc/", "\\x2d"};
	tc_auto_free char *path = calloc(1, 8192);
	struct row row = {"", "", "", ""};

	(void)state;
	assert_non_null(path);
	for (size_t i = 0; i < TC_ARRAY_SIZE(fills); i++) {
		struct tc_cgroup cgroup;
		size_t length = 0;

		while (length + strlen(fills[i]) < 8000)
			length += (size_t)sprintf(path + length, "%s", fills[i]);
		tc_cgroup_read((struct tc_slice){path, length}, &cgroup);
		assert_in_range(strlen(cgroup.container), 0, TC_CONTAINER_MAX - 1);
	}
	memset(path, 'a', 256);
	strcpy(path + 256, ".service");
	row.path = path;
	assert_says(&row);
	memcpy(path, "lxc/", 4);
	strcpy(path + 4 + 256, "/x");
	memset(path + 4, 'a', 256);
	assert_says(&row);
}

/* No kernel makes a name with a NUL: it would end ours before it begins. */
static void test_nul(void **state)
{
	static const char path[] = "/lxc/\0web1";
	struct tc_cgroup cgroup;

	(void)state;
	tc_cgroup_read((struct tc_slice){path, sizeof(path) - 1}, &cgroup);
	assert_string_equal(cgroup.container, "");
}

/* The longest names that there are still fit. */
static void test_longest_name(void **state)
{
	char path[4 + 255 + 1] = "lxc/", container[4 + 255 + 1] = "lxc/";
	struct row row = {path, "", container, ""};

	(void)state;
	memset(path + 4, 'a', 255);
	memset(container + 4, 'a', 255);
	assert_says(&row);
}

static void assert_path(const char *text, const char *expected)
{
	tc_auto_free char *copy = NULL;
	struct tc_slice path = tc_cgroup_of_process(copy_of(text, &copy));

	if (path.length != strlen(expected) ||
	    (path.length && memcmp(path.data, expected, path.length)))
		fail_msg("'%.*s' for '%s' of '%s'", (int)path.length, path.data, expected, text);
}

static void test_process_text(void **state)
{
	(void)state;
	assert_path("0::/system.slice/nginx.service\n", "/system.slice/nginx.service");
	assert_path("0::/system.slice/nginx.service", "/system.slice/nginx.service");
	assert_path("0::/\n", "/");
	assert_path("0::/a:b/c\n", "/a:b/c");
	assert_path("0::/gone (deleted)\n", "/gone");
	assert_path("0::/../../other\n", "/../../other");
	/* v1 alone */
	assert_path("4:memory:/docker/" ID "\n1:name=systemd:/docker/" ID "\n", "/docker/" ID);
	assert_path("9:pids:/pids\n1:name=systemd:/system.slice/a.service\n",
		    "/system.slice/a.service");
	assert_path("9:pids:/\n8:memory:/batch/7\n1:name=systemd:/\n", "/batch/7");
	assert_path("9:pids:/\n8:memory:/\n1:name=systemd:/\n", "/");
	/* both: v2, unless it says less */
	assert_path("9:pids:/x\n1:name=systemd:/y\n0::/z\n", "/z");
	assert_path("9:pids:/\n4:memory:/docker/" ID "\n1:name=systemd:/\n0::/\n", "/docker/" ID);
	assert_path("9:pids:/x\n1:name=systemd:/user.slice\n0::/\n", "/user.slice");
	assert_path("9:pids:/x\n1:name=systemd:/y\n0::/../..\n", "/y");
	assert_path("9:pids:/docker/" ID "\n1:name=systemd:/docker/" ID
		    "\n0::/system.slice/containerd.service\n",
		    "/docker/" ID);
	assert_path("4:memory:/docker/" OTHER "\n0::/system.slice/docker-" ID ".scope\n",
		    "/system.slice/docker-" ID ".scope");
}

static void test_process_text_odd(void **state)
{
	(void)state;
	assert_path("", "");
	assert_path("\n\n", "");
	assert_path("0:", "");
	assert_path("0::", "");
	assert_path("0::relative\n", "");
	assert_path("0::\n1:name=systemd:/a\n", "/a");
	assert_path("no line at all\n0::/a\n", "/a");
	assert_path("0:: (deleted)\n", "");
	assert_path("0::/ (deleted)\n", "/ (deleted)"); /* the root never is: a child called so */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_named_containers),
		cmocka_unit_test(test_pods),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_longest_name),
		cmocka_unit_test(test_process_text),
		cmocka_unit_test(test_process_text_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
