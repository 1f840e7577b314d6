/* SPDX-License-Identifier: MIT */
/* json_record.c - the keys of a socket in our own JSON, as a table; see json.h. */
#include "source/capture/json.h"

#include <errno.h>
#include <sys/socket.h>

#include "util/addr.h"
#include "util/buf.h"
#include "util/intl.h"
#include "util/macro.h"
#include "util/parse.h"

typedef void set_fn(struct tc_json *json, struct tc_slice value);

/* A key with a number, or a word: what it is stored in and which bit says so. */
struct json_key {
	const char *name;
	size_t offset; /* in struct tc_json_record */
	size_t size;   /* of the number; 0: a text */
	uint32_t have;
	set_fn *set; /* or a function that knows better */
};

static const char *keep(struct tc_json_record *record, struct tc_slice text)
{
	char *copy = record->strings + record->strings_used;

	if (text.length + 1 > sizeof(record->strings) - record->strings_used)
		return NULL;
	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	record->strings_used += text.length + 1;
	return copy;
}

static void set_state(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;
	int state = tc_capture_state(json->capture, value);

	record->has_state = true;
	record->sock.state = (uint8_t)(state < 0 ? TC_UNKNOWN : state);
	if (state < 0)
		record->text.state = keep(record, value);
}

static void set_family(struct tc_json *json, struct tc_slice value)
{
	if (!tc_slice_is(value, "inet") && !tc_slice_is(value, "inet6"))
		return;
	json->record.sock.family = value.length == 4 ? AF_INET : AF_INET6;
	json->record.sock.have |= TC_HAVE_FAMILY;
}

/* What is no address is a name, or what was left of an address in the first listing. */
static void set_local_addr(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;
	int family;

	record->is_ours = true;
	/* A key that stands there twice counts as its last value. */
	record->sock.have &= ~(uint32_t)TC_HAVE_LOCAL_ADDR;
	record->sock.flags &= (uint8_t)~TC_FLAG_LOCAL_TRUNCATED;
	record->text.local_host = NULL;
	if (tc_parse_addr(value.data, value.length, &record->sock.local, &family) == 0) {
		record->sock.have |= TC_HAVE_LOCAL_ADDR;
		return;
	}
	record->text.local_host = keep(record, value);
	if (tc_slice_until(value, ':').length < value.length)
		record->sock.flags |= TC_FLAG_LOCAL_TRUNCATED;
}

static void set_remote_addr(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;
	int family;

	record->is_ours = true;
	/* A key that stands there twice counts as its last value. */
	record->sock.have &= ~(uint32_t)TC_HAVE_REMOTE_ADDR;
	record->sock.flags &= (uint8_t)~TC_FLAG_REMOTE_TRUNCATED;
	record->text.remote_host = NULL;
	if (tc_parse_addr(value.data, value.length, &record->sock.remote, &family) == 0) {
		record->sock.have |= TC_HAVE_REMOTE_ADDR;
		return;
	}
	record->text.remote_host = keep(record, value);
	if (tc_slice_until(value, ':').length < value.length)
		record->sock.flags |= TC_FLAG_REMOTE_TRUNCATED;
}

/* A record of a listing that was read where the name was not known may have one. */
static uint16_t port_number(struct tc_json *json, struct tc_slice value, uint32_t bit)
{
	struct tc_sock *sock = &json->record.sock;
	uint64_t port;

	if (tc_parse_uint(value.data, value.length, UINT16_MAX, &port) < 0)
		port = tc_word_is_number(value) ? 0 : tc_capture_service(json->capture, value);
	if (!port && !tc_slice_is(value, "0"))
		return 0;
	sock->have |= bit;
	return (uint16_t)port;
}

static void set_local_port(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;

	record->is_ours = true;
	record->sock.have &= ~(uint32_t)TC_HAVE_LOCAL_PORT;
	record->text.local_port = NULL;
	record->sock.local_port = port_number(json, value, TC_HAVE_LOCAL_PORT);
	if (!(record->sock.have & TC_HAVE_LOCAL_PORT))
		record->text.local_port = keep(record, value);
}

static void set_remote_port(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;

	record->is_ours = true;
	record->sock.have &= ~(uint32_t)TC_HAVE_REMOTE_PORT;
	record->text.remote_port = NULL;
	record->sock.remote_port = port_number(json, value, TC_HAVE_REMOTE_PORT);
	if (!(record->sock.have & TC_HAVE_REMOTE_PORT))
		record->text.remote_port = keep(record, value);
}

/* "192.0.2.1:443" and "[::1]:443", as grouped by both at once. */
static bool parse_both(struct tc_json_record *record, struct tc_slice value,
		       struct tc_endpoint *ret_endpoint)
{
	record->is_ours = true;
	return tc_endpoint_parse(value, ':', ret_endpoint) && ret_endpoint->has_addr &&
	       ret_endpoint->has_port;
}

static void set_local(struct tc_json *json, struct tc_slice value)
{
	struct tc_endpoint endpoint;
	struct tc_sock *sock = &json->record.sock;

	if (!parse_both(&json->record, value, &endpoint))
		return;
	set_local_addr(json, endpoint.host);
	sock->local_port = endpoint.number;
	sock->have |= TC_HAVE_LOCAL_PORT;
}

static void set_remote(struct tc_json *json, struct tc_slice value)
{
	struct tc_endpoint endpoint;
	struct tc_sock *sock = &json->record.sock;

	if (!parse_both(&json->record, value, &endpoint))
		return;
	set_remote_addr(json, endpoint.host);
	sock->remote_port = endpoint.number;
	sock->have |= TC_HAVE_REMOTE_PORT;
}

/* "*" is a socket that is bound to no device, which is known without the device's name. */
static void set_iface(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;

	if (tc_slice_is(value, "*"))
		record->sock.have |= TC_HAVE_IFINDEX;
	else
		record->text.iface = keep(record, value);
}

/* A name; or the number of a namespace without one, which is quoted, or was not in version 0.1. */
static void set_netns(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;
	uint64_t number;

	if (tc_parse_uint(value.data, value.length, UINT64_MAX, &number)) {
		record->text.netns = keep(record, value);
		return;
	}
	record->sock.netns = number;
	record->sock.have |= TC_HAVE_NETNS;
}

/* Keys of ours that say nothing which a record could keep. */
static void set_net(struct tc_json *json, struct tc_slice value)
{
	(void)value;
	json->record.is_ours = true;
}

/* A service of ours is a listener's address and port; that of others is a name. */
static void set_service(struct tc_json *json, struct tc_slice value)
{
	struct tc_endpoint endpoint;

	if (!tc_endpoint_parse(value, ':', &endpoint))
		json->record.has_others = true;
}

static void set_direction(struct tc_json *json, struct tc_slice value)
{
	if (!tc_slice_is(value, "in") && !tc_slice_is(value, "out") &&
	    !tc_slice_is(value, "listen"))
		json->record.has_others = true;
}

/* The place of the word in the list, which is its number; -1: it is not there. */
static int word_number(struct tc_slice value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (tc_slice_is(value, words[i]))
			return (int)i;
	return -1;
}

static void set_timer(struct tc_json *json, struct tc_slice value)
{
	static const char *const words[] = {
		[TC_TIMER_NONE] = "none",	    [TC_TIMER_RETRANS] = "retrans",
		[TC_TIMER_KEEPALIVE] = "keepalive", [TC_TIMER_TIMEWAIT] = "timewait",
		[TC_TIMER_PROBE] = "probe",
	};
	int timer = word_number(value, words, TC_ARRAY_SIZE(words));

	if (timer < 0)
		return;
	json->record.sock.timer = (uint8_t)timer;
	json->record.sock.have |= TC_HAVE_TIMER;
}

static void set_kind(struct tc_json *json, struct tc_slice value)
{
	static const char *const words[] = {
		[TC_KIND_FULL] = "full",
		[TC_KIND_REQUEST] = "request",
		[TC_KIND_TIMEWAIT] = "timewait",
	};
	int kind = word_number(value, words, TC_ARRAY_SIZE(words));

	if (kind < 0)
		return;
	json->record.sock.kind = (uint8_t)kind;
	json->record.sock.have |= TC_HAVE_KIND;
}

/* A number, or words: "812,813" of several, "812?" where it was inferred. */
static void set_pid(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;
	size_t digits = 0;

	while (digits < value.length && (value.data[digits] == ',' ||
					 (value.data[digits] >= '0' && value.data[digits] <= '9')))
		digits++;
	if (!digits || (digits < value.length && !tc_slice_is(tc_slice_after(value, digits), "?")))
		return;
	record->has_one_pid = tc_word_is_number(value);
	record->owner.words[TC_PART_PID] = keep(record, value);
}

static void set_owner(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;

	record->has_owner = true;
	record->owner.how = TC_OWNER_UNKNOWN;
	for (int how = 0; how < TC_ATTRIBUTION_COUNT; how++)
		if (tc_slice_is(value, tc_attribution_name(how)))
			record->owner.how = (enum tc_attribution)how;
}

const char *tc_json_count(struct tc_slice value, uint64_t *ret_count)
{
	int err = tc_parse_uint(value.data, value.length, UINT64_MAX, ret_count);

	if (!err)
		return NULL;
	*ret_count = 1;
	return err == -ERANGE ? N_("the count is too large") : N_("the count is not a number");
}

static void set_count(struct tc_json *json, struct tc_slice value)
{
	struct tc_json_record *record = &json->record;

	record->has_count = true;
	record->bad_count = tc_json_count(value, &record->sock.count);
}

#define NUMBER(member, bit)                                                             \
	offsetof(struct tc_json_record, sock.member), sizeof(((struct tc_sock *)0)->member), \
		bit, NULL
#define TEXT(member) offsetof(struct tc_json_record, text.member), 0, 0, NULL
#define OWNER(part) offsetof(struct tc_json_record, owner.words[part]), 0, 0, NULL
#define FUNCTION(function) 0, 0, 0, function

/* clang-format off */
static const struct json_key keys[] = {
	{ "state",	 FUNCTION(set_state) },
	{ "family",	 FUNCTION(set_family) },
	{ "local.addr",	 FUNCTION(set_local_addr) },
	{ "local.port",	 FUNCTION(set_local_port) },
	{ "remote.addr", FUNCTION(set_remote_addr) },
	{ "remote.port", FUNCTION(set_remote_port) },
	{ "count",	 FUNCTION(set_count) },
	{ "timer",	 FUNCTION(set_timer) },
	{ "kind",	 FUNCTION(set_kind) },
	{ "recv_q",	 NUMBER(rqueue, TC_HAVE_RECV_Q) },
	{ "send_q",	 NUMBER(wqueue, TC_HAVE_SEND_Q) },
	{ "uid",	 NUMBER(uid, TC_HAVE_UID) },
	{ "inode",	 NUMBER(inode, TC_HAVE_INODE) },
	{ "cookie",	 NUMBER(cookie, TC_HAVE_COOKIE) },
	{ "netns",	 FUNCTION(set_netns) },
	{ "netns.id",	 NUMBER(netns, TC_HAVE_NETNS) },
	{ "mark",	 NUMBER(mark, TC_HAVE_MARK) },
	{ "cgroup.id",	 NUMBER(cgroup, TC_HAVE_CGROUP) },
	{ "expires",	 NUMBER(expires_ms, TC_HAVE_EXPIRES) },
	{ "drops",	 NUMBER(expires_ms, TC_HAVE_DROPS) },
	{ "retrans",	 NUMBER(retrans, TC_HAVE_RETRANS) },
	{ "shutdown",	 NUMBER(shutdown, TC_HAVE_SHUTDOWN) },
	{ "user",	 TEXT(user) },
	{ "iface",	 FUNCTION(set_iface) },
	{ "local",	 FUNCTION(set_local) },
	{ "remote",	 FUNCTION(set_remote) },
	{ "local.net",	 FUNCTION(set_net) },
	{ "remote.net",	 FUNCTION(set_net) },
	{ "service",	 FUNCTION(set_service) },
	{ "direction",	 FUNCTION(set_direction) },
	{ "process",	 OWNER(TC_PART_PROCESS) },
	{ "pid",	 FUNCTION(set_pid) },
	{ "cmdline",	 OWNER(TC_PART_CMDLINE) },
	{ "unit",	 OWNER(TC_PART_UNIT) },
	{ "cgroup",	 OWNER(TC_PART_CGROUP) },
	{ "container",	 OWNER(TC_PART_CONTAINER) },
	{ "pod",	 OWNER(TC_PART_POD) },
	{ "owner",	 FUNCTION(set_owner) },
};
/* clang-format on */

static void set_number(struct tc_json_record *record, const struct json_key *key,
		       struct tc_slice value)
{
	uint64_t max = key->size == 8 ? UINT64_MAX : (1ull << key->size * 8) - 1;
	char *member = (char *)record + key->offset;
	uint64_t number;

	if (tc_parse_uint(value.data, value.length, max, &number) < 0)
		return;
	if (key->size == 8)
		*(uint64_t *)(void *)member = number;
	else if (key->size == 4)
		*(uint32_t *)(void *)member = (uint32_t)number;
	else
		*(uint8_t *)member = (uint8_t)number;
	record->sock.have |= key->have;
}

/* All of it, so that no member of one record is ever found in the next. */
void tc_json_record_clear(struct tc_json_record *record)
{
	memset(record, 0, offsetof(struct tc_json_record, strings));
	record->sock.count = 1;
}

void tc_json_record_set(struct tc_json *json, struct tc_slice value, bool quoted)
{
	struct tc_slice name = {json->key, json->key_length};
	struct tc_json_record *record = &json->record;

	for (size_t i = 0; i < TC_ARRAY_SIZE(keys); i++) {
		if (!tc_slice_is(name, keys[i].name))
			continue;
		record->has_key |= keys[i].set != set_count;
		if (keys[i].set)
			keys[i].set(json, value);
		else if (keys[i].size)
			set_number(record, &keys[i], value);
		else if (quoted)
			*(const char **)(void *)((char *)record + keys[i].offset) =
				keep(record, value);
		return;
	}
	record->has_others = true;
}

static const char *hand_over(struct tc_capture *capture, const char *text)
{
	return text ? tc_capture_copy(capture, (struct tc_slice){text, strlen(text)}) : NULL;
}

static bool ends_in_doubt(const char *words)
{
	return words && *words && words[strlen(words) - 1] == '?';
}

/* A number is one that holds it, whose name may end in '?'. */
static bool is_inferred(const struct tc_json_record *record)
{
	const char *const *words = record->owner.words;

	if (record->has_owner)
		return record->owner.how != TC_OWNER_HELD;
	return !record->has_one_pid && (ends_in_doubt(words[TC_PART_PID]) ||
					ends_in_doubt(words[TC_PART_PROCESS]));
}

/* The words between commas; a name that stands alone, or as ss prints it, may have its own. */
static struct tc_slice next_item(struct tc_slice *rest, bool whole)
{
	struct tc_slice item = whole ? *rest : tc_slice_until(*rest, ',');

	*rest = tc_slice_after(*rest, item.length + 1);
	return item;
}

static void add_process(struct tc_buf *lines, struct tc_slice name, struct tc_slice pid)
{
	if (lines->length)
		tc_buf_byte(lines, '\n');
	tc_buf_add(lines, name.data, name.length);
	tc_buf_text(lines, ",pid=");
	tc_buf_add(lines, pid.data, pid.length);
}

static struct tc_slice slice_of(const char *text)
{
	return (struct tc_slice){text ? text : "", text ? strlen(text) : 0};
}

static size_t count_items(struct tc_slice text)
{
	size_t count = text.length != 0;

	for (size_t i = 0; i < text.length; i++)
		count += text.data[i] == ',';
	return count;
}

/* A line is a process, and there are no more names than pids: else they have commas of their own. */
static bool are_names_plain(struct tc_slice names, struct tc_slice pids, bool one_name)
{
	return !memchr(names.data, '\n', names.length) &&
	       (one_name || !pids.length || count_items(names) <= count_items(pids));
}

/*
 * Those that hold it, as ss names them. One name is that of each pid; which of several has which
 * pid is not said, so each stands by itself. Names that cannot be told apart are left out.
 */
static void list_processes(const struct tc_json_record *record, struct tc_buf *lines)
{
	struct tc_slice names = slice_of(record->owner.words[TC_PART_PROCESS]);
	struct tc_slice pids = slice_of(record->owner.words[TC_PART_PID]);
	bool one_name = record->has_one_pid || !memchr(names.data, ',', names.length);
	static const struct tc_slice nameless = {"", 0}, no_pid = {"0", 1};

	if (!are_names_plain(names, pids, one_name))
		names = nameless;
	if (!one_name || !pids.length)
		while (names.length)
			add_process(lines, next_item(&names, one_name), no_pid);
	while (pids.length)
		add_process(lines, one_name ? names : nameless, next_item(&pids, false));
}

static const char *hand_over_processes(struct tc_capture *capture, struct tc_json_record *record)
{
	tc_auto_buf struct tc_buf lines = TC_BUF_INIT;
	const char *name = record->owner.words[TC_PART_PROCESS];

	if (is_inferred(record))
		return NULL;
	/* Of others' JSON: as another tool printed it, which is more than a word of ours. */
	if (!record->owner.words[TC_PART_PID] && !record->has_owner && name && strpbrk(name, "=/")) {
		record->owner.words[TC_PART_PROCESS] = NULL;
		return hand_over(capture, name);
	}
	list_processes(record, &lines);
	return lines.length && tc_buf_string(&lines) ? hand_over(capture, lines.data) : NULL;
}

/* As it was said, for who asks for it again. */
static void hand_over_owner(struct tc_capture *capture, const struct tc_json_record *record,
			    struct tc_sock *sock)
{
	struct tc_owner *owner;
	bool any = record->has_owner;

	for (int part = 0; part < TC_PART_COUNT; part++)
		any |= record->owner.words[part] != NULL;
	if (!any)
		return;
	owner = tc_capture_owner(capture, sock);
	owner->how = record->owner.how;
	for (int part = 0; part < TC_PART_COUNT; part++)
		owner->words[part] = hand_over(capture, record->owner.words[part]);
}

void tc_json_record_emit(struct tc_json *json, uint64_t count)
{
	struct tc_capture *capture = json->capture;
	struct tc_json_record *record = &json->record;
	struct tc_sock *sock;
	struct tc_text *text;

	if (record->bad_count) {
		tc_capture_unread(capture, capture->lines + 1, record->bad_count);
		return;
	}
	sock = tc_capture_add(capture);
	record->sock.flags |= TC_FLAG_FOREIGN;
	record->sock.text = NULL;
	record->sock.count = 1;
	*sock = record->sock;
	if (!tc_capture_set_count(capture, sock, count)) {
		tc_capture_drop(capture);
		tc_capture_unread(capture, capture->lines + 1, N_("the count is too large"));
		return;
	}
	json->is_ours = true;
	json->sum += count;
	json->bound += sock->state == TC_BOUND ? count : 0;
	text = tc_capture_text(capture, sock);
	text->state = hand_over(capture, record->text.state);
	text->local_host = hand_over(capture, record->text.local_host);
	text->remote_host = hand_over(capture, record->text.remote_host);
	text->local_port = hand_over(capture, record->text.local_port);
	text->remote_port = hand_over(capture, record->text.remote_port);
	text->user = hand_over(capture, record->text.user);
	text->iface = hand_over(capture, record->text.iface);
	text->process = hand_over_processes(capture, record);
	text->netns = hand_over(capture, record->text.netns);
	hand_over_owner(capture, record, sock);
	tc_capture_note(capture, TC_FORMAT_JSON, sock);
}
