/* SPDX-License-Identifier: MIT */
/* port_rules.c - the settings by which the ports of a namespace are given; see port_rules.h. */
#include "pipeline/port_rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/filter_lookup.h"
#include "source/setting_read.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/privilege.h"

static int64_t number_of(const struct tc_setting_value *value)
{
	int64_t number;

	return tc_setting_known(value, &number) ? number : TC_HEADROOM_UNKNOWN;
}

/* The kernel's default: what another machine has set, its listing does not say. */
static struct tc_headroom_rules assumed_rules(void)
{
	return (struct tc_headroom_rules){
		.low = 32768,
		.high = 60999,
		.tw_reuse = TC_HEADROOM_UNKNOWN,
		.tw_reuse_delay = 1000,
		.timestamps = TC_HEADROOM_UNKNOWN,
	};
}

/* As far as the settings say it; the rest stays what it is assumed to be. */
static void set_rules(struct tc_headroom_rules *rules, const struct tc_setting_value *values)
{
	const struct tc_setting_value *range = &values[TC_SETTING_ip_local_port_range];
	int64_t delay = number_of(&values[TC_SETTING_tcp_tw_reuse_delay]);

	if (range->status == TC_SETTING_READ) {
		rules->low = (uint16_t)range->number[0];
		rules->high = (uint16_t)range->number[1];
	}
	rules->tw_reuse = number_of(&values[TC_SETTING_tcp_tw_reuse]);
	rules->timestamps = number_of(&values[TC_SETTING_tcp_timestamps]);
	if (delay != TC_HEADROOM_UNKNOWN) /* before 6.14 it was one second, and no setting */
		rules->tw_reuse_delay = delay;
}

static int why_no_range(void)
{
	uint16_t low, high;
	int err = tc_lookup_local_ports(&low, &high);

	return err ? -err : EBADMSG;
}

static void say_unread(const char *setting, int err, char why[TC_WHY_MAX])
{
	const char *nowhere = tc_privilege_no_settings();

	snprintf(why, TC_WHY_MAX, _("%s could not be read: %s"), setting,
		 nowhere ? nowhere : strerror(err));
}

int tc_port_rules_read(struct tc_headroom_rules *rules, char why[TC_WHY_MAX])
{
	struct tc_setting_value values[TC_SETTING_COUNT];
	int err;

	tc_settings_read(NULL, values);
	*rules = assumed_rules();
	err = tc_reserved_ports_read(NULL, &rules->reserved);
	if (values[TC_SETTING_ip_local_port_range].status != TC_SETTING_READ || err) {
		if (err)
			say_unread("/proc/sys/net/ipv4/ip_local_reserved_ports", -err, why);
		else
			say_unread(TC_LOCAL_PORTS_FILE, why_no_range(), why);
		return -ENODATA;
	}
	set_rules(rules, values);
	return 0;
}

int tc_port_rules_saved(struct tc_files *files, struct tc_headroom_rules *rules, bool *ret_assumed)
{
	tc_auto_free struct tc_readings *readings = calloc(1, sizeof(*readings));
	int err = readings ? tc_files_readings(files, readings) : -ENOMEM;

	if (err)
		return err;
	*rules = assumed_rules();
	set_rules(rules, readings->settings);
	rules->reserved = readings->reserved;
	*ret_assumed =
		readings->settings[TC_SETTING_ip_local_port_range].status != TC_SETTING_READ;
	return 0;
}
