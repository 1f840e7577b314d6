/* SPDX-License-Identifier: MIT */
/* cmd_ports.c - `tcpcensus ports`: how many more connections each destination can have. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/emit.h"
#include "cli/look.h"
#include "util/intl.h"
#include "util/parse.h"

enum { DEFAULT_TOP = 20 };

enum { DEVICE_MAX = 64 };

/* "fd77::2" or "fe80::2%eth0", as it stands in the brackets. */
static int parse_bracketed(const char *text, size_t length, struct tc_ports_query *query,
			   char device[DEVICE_MAX])
{
	const char *percent = memchr(text, '%', length);
	size_t before = percent ? (size_t)(percent - text) : length;

	if (percent) {
		size_t name = length - before - 1;

		if (!name || name >= DEVICE_MAX)
			return -EINVAL;
		memcpy(device, percent + 1, name);
		device[name] = '\0';
		query->to_device = device;
	}
	return tc_parse_addr6(text, before, &query->to);
}

/* "10.0.0.2:80", "[fd77::2]:80" or "[fe80::2%eth0]:80". */
static int parse_to(const char *text, struct tc_ports_query *query, char device[DEVICE_MAX])
{
	const char *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;
	bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';
	uint64_t port;
	int err = -EINVAL, family;

	if (bracketed)
		err = parse_bracketed(text + 1, length - 2, query, device);
	else if (length && !memchr(text, ':', length))
		err = tc_parse_addr(text, length, &query->to, &family);
	if (!err)
		err = tc_parse_uint(colon + 1, strlen(colon + 1), UINT16_MAX, &port);
	if (err || !port)
		return tc_usage_error(_("--to: '%s' is no destination such as 192.0.2.7:443, "
					"[2001:db8::7]:443 or [fe80::7%%eth0]:443"), text);
	query->to_port = (uint16_t)port;
	query->one = true;
	return 0;
}

static int check(const struct tc_options *options, int argc)
{
	if (options->from && options->to)
		return tc_usage_error("%s", _("--to and --from exclude each other"));
	if (options->from && options->interval_ms)
		return tc_usage_error("%s", _("--interval and --from exclude each other"));
	if (options->to && (argc || options->inet || options->inet6))
		return tc_usage_error("%s", _("--to names one destination: it goes with no filter, "
					      "nor with -4 or -6"));
	return 0;
}

static void wait_ms(uint64_t ms)
{
	struct timespec rest = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	while (nanosleep(&rest, &rest) < 0 && errno == EINTR)
		;
}

/* One reading, or two where a rate is asked for. The report is that of the last. */
static int take(const struct tc_options *options, struct tc_ports_query *query,
		struct tc_ports **ret_ports, struct tc_report *report)
{
	struct tc_ports *before = NULL;
	int err = 0;

	if (options->interval_ms) {
		err = tc_ports_take(query, &before, report);
		if (err)
			return err;
		wait_ms(options->interval_ms);
		query->since = before;
	}
	err = tc_ports_take(query, ret_ports, report);
	tc_ports_free(before);
	query->since = NULL;
	return err;
}

static int show(const struct tc_options *options, const struct tc_ports *ports,
		const struct tc_report *report)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	struct tc_style style = tc_style_of(options);
	struct tc_stamp stamp = tc_stamp_now(options);

	tc_write_ports(&out, (enum tc_form)options->form, ports,
		       options->top_given ? options->top : DEFAULT_TOP, report, &stamp, &style);
	return tc_emit(&out);
}

static int look_and_show(const struct tc_options *options, struct tc_ports_query *query)
{
	struct tc_report report = { .size = sizeof(report) };
	struct tc_ports *ports = NULL;
	int status = 0, err = take(options, query, &ports, &report);

	if (!err)
		status = show(options, ports, &report);
	if (!status)
		status = tc_look_finish(options, err, &report);
	if (!status && !report.foreign) /* where the filter asks for them; there it would be of all */
		tc_look_note_owners(&report);
	tc_ports_free(ports);
	return status;
}

static int run(const struct tc_options *options, int argc, char **argv)
{
	struct tc_ports_query query = { .size = sizeof(query) };
	struct tc_look look = { .filter = NULL };
	char device[DEVICE_MAX];
	int status = check(options, argc);

	if (!status && options->to)
		status = parse_to(options->to, &query, device);
	if (status)
		return status;
	status = tc_look_prepare(&look, options, argc, argv);
	query.look = &look.query;
	if (!status)
		status = look_and_show(options, &query);
	tc_look_release(&look);
	return status;
}

const struct tc_command tc_command_ports = {
	.name = "ports",
	.arguments = N_("[OPTION...] [FILTER...]"),
	.summary = N_("how many more connections each destination can have"),
	.help = N_("  tcpcensus ports                         fewest free ports first\n"
		   "  tcpcensus ports -i 5s                   how fast they go, and the time left\n"
		   "  tcpcensus ports --to 192.0.2.7:443      of one, connected to or not\n"
		   "  tcpcensus ports dport = :443            of those that the filter names\n"),
	.options = TC_FOR_PORTS,
	.flags = TC_COMMAND_FILTER,
	.run = run,
};
