/* SPDX-License-Identifier: MIT */
/* reader.c - the batch that the formats fill, and its texts; see reader.h. */
#include "source/capture/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "model/state.h"
#include "util/addr.h"
#include "util/macro.h"

enum { SERVICES_MAX = 4096 };

static int look_up_state(struct tc_capture *capture, struct tc_slice word)
{
	if (!tc_state_may_be(&capture->shapes, word.data, word.length))
		return -ENOENT;
	return tc_state_parse(word.data, word.length);
}

int tc_capture_state(struct tc_capture *capture, struct tc_slice word)
{
	unsigned hash = (unsigned)word.length;
	int state;

	if (!word.length || word.length > sizeof(capture->states[0].word))
		return look_up_state(capture, word);
	hash = hash * 5 + (unsigned char)word.data[0];
	hash = hash * 5 + (unsigned char)word.data[word.length - 1];
	hash = hash * 5 + (unsigned char)word.data[word.length / 2];
	hash %= sizeof(capture->states) / sizeof(capture->states[0]);
	if (capture->states[hash].length == word.length &&
	    memcmp(capture->states[hash].word, word.data, word.length) == 0)
		return capture->states[hash].state;
	state = look_up_state(capture, word);
	memcpy(capture->states[hash].word, word.data, word.length);
	capture->states[hash].length = (uint8_t)word.length;
	capture->states[hash].state = (int8_t)(state < 0 ? -ENOENT : state);
	return capture->states[hash].state;
}

bool tc_capture_is_state(struct tc_capture *capture, struct tc_slice word)
{
	return tc_capture_state(capture, word) >= 0 || tc_word_may_be_state(word);
}

void tc_capture_flush(struct tc_capture *capture)
{
	if (capture->count && !capture->stopped)
		capture->stopped = capture->sink(capture->context, capture->socks, capture->count);
	capture->count = 0;
	capture->strings_used = 0;
	capture->detail_open = false;
}

/*
 * Texts of a line are copies of parts of it, each with a NUL: twice the line is more than
 * all of them need. Lines that add to a record add what fits.
 */
struct tc_sock *tc_capture_add(struct tc_capture *capture)
{
	struct tc_sock *sock;

	if (capture->count == TC_BATCH || capture->strings_used > TC_STRINGS_SIZE - 2 * TC_LINE_MAX)
		tc_capture_flush(capture);
	sock = &capture->socks[capture->count++];
	*sock = (struct tc_sock){.count = 1, .flags = TC_FLAG_FOREIGN};
	capture->added = true;
	capture->counted++;
	return sock;
}

void tc_capture_drop(struct tc_capture *capture)
{
	capture->count--;
	capture->counted--;
	capture->added = false;
}

struct tc_sock *tc_capture_last(struct tc_capture *capture)
{
	return capture->count ? &capture->socks[capture->count - 1] : NULL;
}

struct tc_text *tc_capture_text(struct tc_capture *capture, struct tc_sock *sock)
{
	struct tc_text *text = &capture->texts[sock - capture->socks];

	if (!sock->text)
		*text = (struct tc_text){0};
	sock->text = text;
	return text;
}

struct tc_inside *tc_capture_inside(struct tc_capture *capture, struct tc_sock *sock)
{
	struct tc_inside *inside = &capture->insides[sock - capture->socks];

	if (!(sock->have & TC_HAVE_INSIDE))
		*inside = (struct tc_inside){.have = 0};
	tc_capture_text(capture, sock)->inside = inside;
	sock->have |= TC_HAVE_INSIDE;
	return inside;
}

struct tc_owner *tc_capture_owner(struct tc_capture *capture, struct tc_sock *sock)
{
	struct tc_owner *owner = &capture->owners[sock - capture->socks];

	*owner = (struct tc_owner){.count = 0};
	tc_capture_text(capture, sock)->owner = owner;
	return owner;
}

const char *tc_capture_join(struct tc_capture *capture, struct tc_slice one, const char *between,
			    struct tc_slice other)
{
	size_t middle = strlen(between);
	size_t length = one.length + middle + other.length;
	char *copy = capture->strings + capture->strings_used;

	if (length + 1 > TC_STRINGS_SIZE - capture->strings_used)
		return NULL;
	memcpy(copy, one.data, one.length);
	memcpy(copy + one.length, between, middle);
	memcpy(copy + one.length + middle, other.data, other.length);
	copy[length] = '\0';
	capture->strings_used += length + 1;
	return copy;
}

const char *tc_capture_copy(struct tc_capture *capture, struct tc_slice text)
{
	return tc_capture_join(capture, text, "", (struct tc_slice){"", 0});
}

uint16_t tc_capture_service(struct tc_capture *capture, struct tc_slice name)
{
	size_t slot = name.length;

	if (!name.length || name.length > sizeof(capture->services[0].name))
		return 0;
	for (size_t i = 0; i < name.length; i++)
		slot = slot * 31 + (unsigned char)name.data[i];
	slot %= TC_ARRAY_SIZE(capture->services);
	if (capture->services[slot].length != name.length ||
	    memcmp(capture->services[slot].name, name.data, name.length) != 0) {
		memcpy(capture->services[slot].name, name.data, name.length);
		capture->services[slot].length = (uint8_t)name.length;
		/* No listing has so many; a made-up one shall not take a look for each line. */
		capture->services[slot].port = 0;
		if (capture->services_looked_up++ < SERVICES_MAX)
			capture->services[slot].port = tc_service_look_up(name);
	}
	return capture->services[slot].port;
}

static struct tc_addr any_addr(int family)
{
	return family == AF_INET ? tc_addr_from4(0) : (struct tc_addr){0};
}

/* Whether the address is known: as printed, or "*" for any. */
static bool known_addr(const struct tc_endpoint *endpoint, int family, struct tc_addr *ret_addr)
{
	if (endpoint->any)
		*ret_addr = any_addr(family);
	else if (endpoint->has_addr)
		*ret_addr = endpoint->addr;
	return endpoint->any || endpoint->has_addr;
}

static uint16_t port_number(struct tc_capture *capture, const struct tc_endpoint *endpoint)
{
	if (endpoint->has_port || endpoint->port_cut)
		return endpoint->number;
	return tc_capture_service(capture, endpoint->port);
}

static void set_local(struct tc_capture *capture, struct tc_sock *sock, int family,
		      const struct tc_endpoint *local)
{
	if (known_addr(local, family, &sock->local))
		sock->have |= TC_HAVE_LOCAL_ADDR;
	else
		tc_capture_text(capture, sock)->local_host = tc_capture_copy(capture, local->host);
	if (local->truncated)
		sock->flags |= TC_FLAG_LOCAL_TRUNCATED;
	sock->local_port = port_number(capture, local);
	if (local->has_port || sock->local_port)
		sock->have |= TC_HAVE_LOCAL_PORT;
	else if (local->port.length)
		tc_capture_text(capture, sock)->local_port = tc_capture_copy(capture, local->port);
}

static void set_remote(struct tc_capture *capture, struct tc_sock *sock, int family,
		       const struct tc_endpoint *remote)
{
	if (known_addr(remote, family, &sock->remote))
		sock->have |= TC_HAVE_REMOTE_ADDR;
	else
		tc_capture_text(capture, sock)->remote_host =
			tc_capture_copy(capture, remote->host);
	if (remote->truncated)
		sock->flags |= TC_FLAG_REMOTE_TRUNCATED;
	sock->remote_port = port_number(capture, remote);
	if (remote->has_port || sock->remote_port)
		sock->have |= TC_HAVE_REMOTE_PORT;
	else if (remote->port.length)
		tc_capture_text(capture, sock)->remote_port =
			tc_capture_copy(capture, remote->port);
}

void tc_capture_endpoints(struct tc_capture *capture, struct tc_sock *sock, int family,
			  const struct tc_endpoint *local, const struct tc_endpoint *remote)
{
	struct tc_slice zone = local->zone.length ? local->zone : remote->zone;

	if (family) {
		sock->family = (uint8_t)family;
		sock->have |= TC_HAVE_FAMILY;
	}
	set_local(capture, sock, family, local);
	set_remote(capture, sock, family, remote);
	if (zone.length)
		tc_capture_text(capture, sock)->iface = tc_capture_copy(capture, zone);
}

void tc_capture_set_state(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice word)
{
	int state = tc_capture_state(capture, word);

	sock->state = (uint8_t)(state < 0 ? TC_UNKNOWN : state);
	if (sock->state == TC_UNKNOWN)
		tc_capture_text(capture, sock)->state = tc_capture_copy(capture, word);
}

enum tc_verdict tc_capture_broken(struct tc_capture *capture, const char *why)
{
	capture->why = why;
	return TC_LINE_BROKEN;
}

bool tc_capture_goes_on(const struct tc_capture *capture)
{
	return capture->format != TC_FORMAT_NONE && capture->last + 1 == capture->lines;
}

bool tc_capture_set_count(struct tc_capture *capture, struct tc_sock *sock, uint64_t count)
{
	uint64_t counted;

	/* The 1 of tc_capture_add() gives way to the real count. */
	if (__builtin_add_overflow(capture->counted - sock->count, count, &counted))
		return false;
	capture->counted = counted;
	sock->count = count;
	return true;
}

void tc_capture_unread(struct tc_capture *capture, uint64_t line, const char *why)
{
	if (capture->unread < TC_UNREAD_MAX) {
		capture->unread_line[capture->unread].line = line - capture->lines_before;
		capture->unread_line[capture->unread].file = capture->file;
		capture->unread_line[capture->unread].why = why;
	}
	capture->unread++;
}

/* Whether the list "BOGUS, FOO" has the word. */
static bool has_word(const char *list, const char *word, size_t length)
{
	for (const char *at = list; *at; at += strspn(at, ", ")) {
		size_t item = strcspn(at, ",");

		if (item == length && memcmp(at, word, length) == 0)
			return true;
		at += item;
	}
	return false;
}

/* Keeps the first few words of states that are not known; a comma or a control ends a word. */
static void note_unknown(struct tc_capture *capture, const struct tc_sock *sock)
{
	char *words = capture->unknown_words;
	size_t used, length, room;

	if (capture->more_words || !sock->text || !sock->text->state || !*sock->text->state)
		return;
	for (length = 0; (unsigned char)sock->text->state[length] >= ' '; length++)
		if (memchr(",\x7f", sock->text->state[length], 2))
			break;
	if (!length || has_word(words, sock->text->state, length))
		return;
	used = strlen(words);
	room = sizeof(capture->unknown_words) - sizeof(", ...") - used;
	capture->more_words = length + 2 > room;
	snprintf(words + used, sizeof(capture->unknown_words) - used, "%s%.*s", used ? ", " : "",
		 capture->more_words ? 3 : (int)length,
		 capture->more_words ? "..." : sock->text->state);
}

/*
 * A heading begins a listing, unless the table behind it is the other family's half of the
 * listing that is being read: /proc/net/tcp and tcp6, the two tables of NetBSD and Solaris.
 */
void tc_capture_note(struct tc_capture *capture, size_t format, const struct tc_sock *sock)
{
	struct tc_format_seen *seen = &capture->seen[format];
	uint8_t bit = sock->family == AF_INET6 ? TC_FAMILY_INET6 : TC_FAMILY_INET;

	if (!seen->listings || capture->begins || (seen->headed && (seen->families & bit))) {
		seen->listings++;
		seen->families = 0;
	}
	seen->headed = capture->begins = false;
	seen->families |= bit;
	seen->sockets++;
	if (sock->state == TC_UNKNOWN)
		note_unknown(capture, sock);
	tc_repeated_note(capture, format, sock);
	capture->states_seen |= TC_STATE_BIT(sock->state);
	if (format != TC_FORMAT_JSON) /* which says it behind its sockets: see json.c */
		seen->not_read &= tc_formats[format]->lacks |
				  (tc_formats[format]->titled ? capture->netstat.lacks : 0);
}
