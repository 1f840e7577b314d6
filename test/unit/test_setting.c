/* SPDX-License-Identifier: MIT */
/* test_setting.c - the table of settings, its parsers, and reading them from a folder. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "model/setting.h"
#include "source/setting_read.h"
#include "test/unit/sources.h"
#include "util/macro.h"

static int find(const char *word)
{
	return tc_setting_find(word, strlen(word));
}

static void test_names_are_found(void **state)
{
	(void)state;
	assert_int_equal(find("tcp_fin_timeout"), TC_SETTING_tcp_fin_timeout);
	assert_int_equal(find("TCP_FIN_TIMEOUT"), TC_SETTING_tcp_fin_timeout);
	assert_int_equal(find("net.ipv4.tcp_fin_timeout"), TC_SETTING_tcp_fin_timeout);
	assert_int_equal(find("net/ipv4/tcp_fin_timeout"), TC_SETTING_tcp_fin_timeout);
	assert_int_equal(find("/proc/sys/net/ipv4/tcp_fin_timeout"), TC_SETTING_tcp_fin_timeout);
	assert_int_equal(find("net.core.somaxconn"), TC_SETTING_somaxconn);
	assert_int_equal(find("net.netfilter.nf_conntrack_max"), TC_SETTING_nf_conntrack_max);
}

static void test_other_words_are_not_found(void **state)
{
	static const char *const words[] = {
		"",	    "tcp_tw_recycled",	       "net.ipv4.somaxconn",
		"net.core", "tcp_fin_timeoutx",	       "tcp_fin_timeou",
		"net.ipv4", "net.ipv4tcp_fin_timeout ", "net.ipv4.nf_conntrack_max"};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(words); i++)
		assert_int_equal(find(words[i]), -ENOENT);
}

static void test_every_row_is_whole(void **state)
{
	(void)state;
	for (int i = 0; i < TC_SETTING_COUNT; i++) {
		const struct tc_setting_row *row = &tc_setting_rows[i];
		const char *const texts[] = {row->name, row->folder,   row->normal, row->meaning,
					     row->what, row->what_not, row->source};

		for (size_t t = 0; t < TC_ARRAY_SIZE(texts); t++)
			assert_true(texts[t] && strlen(texts[t]) > 0);
		for (size_t t = 0; t < TC_ARRAY_SIZE(texts); t++)
			if (!versions_numbered(texts[t]))
				fail_msg("%s: which version? %s", row->name, texts[t]);
		if (!sources_known(row->source))
			fail_msg("%s: %s", row->name, row->source);
		assert_int_equal(find(row->name), i);
	}
}

static int parse(enum tc_setting id, const char *text, struct tc_setting_value *ret_value)
{
	return tc_setting_parse(&tc_setting_rows[id], text, strlen(text), ret_value);
}

static void test_values_are_parsed(void **state)
{
	struct tc_setting_value value;

	(void)state;
	assert_int_equal(parse(TC_SETTING_tcp_fin_timeout, "60\n", &value), 0);
	assert_int_equal(value.status, TC_SETTING_READ);
	assert_int_equal(value.number[0], 60);
	assert_int_equal(parse(TC_SETTING_tcp_ehash_entries, "-262144", &value), 0);
	assert_int_equal(value.number[0], -262144);
	assert_int_equal(parse(TC_SETTING_ip_local_port_range, "32768\t60999\n", &value), 0);
	assert_int_equal(value.count, 2);
	assert_int_equal(value.number[1], 60999);
	assert_int_equal(parse(TC_SETTING_tcp_mem, "1\t2\t3\n", &value), 0);
	assert_int_equal(value.count, 3);
	assert_int_equal(value.number[2], 3);
	assert_int_equal(parse(TC_SETTING_ip_local_reserved_ports, "\n", &value), 0);
	assert_int_equal(value.number[0], 0);
	assert_int_equal(parse(TC_SETTING_ip_local_reserved_ports, "8080,9148-9150\n", &value), 0);
	assert_int_equal(value.number[1], 8080);
	assert_int_equal(value.number[2], 9150);
	assert_int_equal(value.number[0], 4);
	assert_int_equal(parse(TC_SETTING_tcp_congestion_control, "bbr\n", &value), 0);
	assert_string_equal(value.word, "bbr");
	assert_int_equal(value.count, 0);
}

static void test_equal_values(void **state)
{
	struct tc_setting_value one, other;
	int64_t number;

	(void)state;
	parse(TC_SETTING_ip_local_port_range, "32768 60999", &one);
	parse(TC_SETTING_ip_local_port_range, "32768 60998", &other);
	assert_false(tc_setting_equal(&one, &other));
	parse(TC_SETTING_ip_local_port_range, "32768 60999", &other);
	assert_true(tc_setting_equal(&one, &other));
	other.status = TC_SETTING_UNREADABLE;
	assert_false(tc_setting_equal(&one, &other));
	parse(TC_SETTING_tcp_congestion_control, "cubic", &one);
	parse(TC_SETTING_tcp_congestion_control, "bbr", &other);
	assert_false(tc_setting_equal(&one, &other));
	assert_false(tc_setting_known(&one, &number)); /* it has no number */
}

static void test_strange_values_are_refused(void **state)
{
	static const struct {
		enum tc_setting id;
		const char *text;
	} bad[] = {
		{TC_SETTING_tcp_fin_timeout, ""},
		{TC_SETTING_tcp_fin_timeout, "60 1"},
		{TC_SETTING_tcp_fin_timeout, "60s"},
		{TC_SETTING_tcp_fin_timeout, "-"},
		{TC_SETTING_tcp_fin_timeout, "+60"},
		{TC_SETTING_tcp_fin_timeout, "0x3c"},
		{TC_SETTING_tcp_fin_timeout, "9223372036854775808"},
		{TC_SETTING_ip_local_port_range, "32768"},
		{TC_SETTING_ip_local_port_range, "1 2 3"},
		{TC_SETTING_ip_local_port_range, "60999 32768"},
		{TC_SETTING_ip_local_port_range, "0 60999"},
		{TC_SETTING_ip_local_port_range, "32768 65536"},
		{TC_SETTING_tcp_fin_timeout, "-5"},
		{TC_SETTING_tcp_mem, "1 -2 3"},
		{TC_SETTING_tcp_mem, "1 2"},
		{TC_SETTING_tcp_congestion_control, ""},
		{TC_SETTING_tcp_congestion_control, "cubic bbr"},
		{TC_SETTING_tcp_congestion_control, "cu\"bic"},
		{TC_SETTING_tcp_congestion_control, "a_name_too_long_"},
		{TC_SETTING_ip_local_reserved_ports, "8080,"},
		{TC_SETTING_ip_local_reserved_ports, ",8080"},
		{TC_SETTING_ip_local_reserved_ports, "9-8"},
		{TC_SETTING_ip_local_reserved_ports, "1-65536"},
		{TC_SETTING_ip_local_reserved_ports, "1-2-3"},
	};

	(void)state;
	for (size_t i = 0; i < TC_ARRAY_SIZE(bad); i++) {
		struct tc_setting_value value = {.count = 77};

		assert_int_equal(parse(bad[i].id, bad[i].text, &value), -EINVAL);
		assert_int_equal(value.count, 77);
	}
}

/* A folder like /proc/sys with a few files. */
struct folder {
	char root[64];
};

static void write_file(const struct folder *folder, const char *name, const char *content)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder->root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void make_folder(const struct folder *folder, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", folder->root, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void remove_folder(const struct folder *folder)
{
	static const char *const names[] = {"net/ipv4/tcp_fin_timeout",
					    "net/ipv4/tcp_retries2",
					    "net/ipv4/ip_local_port_range",
					    "net/core/somaxconn",
					    "net/ipv4/tcp_syncookies",
					    "net/ipv4",
					    "net/core",
					    "net",
					    ""};

	for (size_t i = 0; i < TC_ARRAY_SIZE(names); i++) {
		char path[160];

		snprintf(path, sizeof(path), "%s/%s", folder->root, names[i]);
		assert_int_equal(remove(path), 0);
	}
}

static void test_a_folder_is_read(void **state)
{
	struct folder folder = {"/tmp/tc-setting-XXXXXX"};
	struct tc_setting_value values[TC_SETTING_COUNT];

	(void)state;
	assert_non_null(mkdtemp(folder.root));
	make_folder(&folder, "net");
	make_folder(&folder, "net/ipv4");
	make_folder(&folder, "net/core");
	make_folder(&folder, "net/ipv4/tcp_syncookies"); /* there, but not readable as a file */
	write_file(&folder, "net/ipv4/tcp_fin_timeout", "90\n");
	write_file(&folder, "net/ipv4/tcp_retries2", "many\n");
	write_file(&folder, "net/ipv4/ip_local_port_range", "1024\t2047\n");
	write_file(&folder, "net/core/somaxconn", "128\n");
	tc_settings_read(folder.root, values);
	remove_folder(&folder);

	assert_int_equal(values[TC_SETTING_tcp_fin_timeout].status, TC_SETTING_READ);
	assert_int_equal(values[TC_SETTING_tcp_fin_timeout].number[0], 90);
	assert_int_equal(values[TC_SETTING_somaxconn].number[0], 128);
	assert_int_equal(values[TC_SETTING_ip_local_port_range].number[1], 2047);
	assert_int_equal(values[TC_SETTING_tcp_retries2].status, TC_SETTING_UNREADABLE);
	assert_int_equal(values[TC_SETTING_tcp_syncookies].status, TC_SETTING_UNREADABLE);
	assert_int_equal(values[TC_SETTING_tcp_mem].status, TC_SETTING_ABSENT);
}

static void test_a_missing_folder_is_not_an_absent_setting(void **state)
{
	struct tc_setting_value values[TC_SETTING_COUNT];

	(void)state;
	tc_settings_read("/nonexistent", values);
	for (int i = 0; i < TC_SETTING_COUNT; i++)
		assert_int_equal(values[i].status, TC_SETTING_UNREADABLE);
}

/* Whatever this kernel has must be of the form that the table says. */
static void test_this_kernel_is_understood(void **state)
{
	struct tc_setting_value values[TC_SETTING_COUNT];

	(void)state;
	tc_settings_read(NULL, values);
	for (int i = 0; i < TC_SETTING_COUNT; i++)
		assert_true(values[i].status == TC_SETTING_READ ||
			    values[i].status == TC_SETTING_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_found),
		cmocka_unit_test(test_other_words_are_not_found),
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_values_are_parsed),
		cmocka_unit_test(test_equal_values),
		cmocka_unit_test(test_strange_values_are_refused),
		cmocka_unit_test(test_a_folder_is_read),
		cmocka_unit_test(test_a_missing_folder_is_not_an_absent_setting),
		cmocka_unit_test(test_this_kernel_is_understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
