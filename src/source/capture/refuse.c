/* SPDX-License-Identifier: MIT */
/* refuse.c - files that are no text, known by their first bytes. */
#include <stdint.h>
#include <string.h>

#include "source/capture.h"
#include "util/intl.h"

/* clang-format off */
static const struct {
	size_t at;
	const char *bytes;
	size_t length;
	const char *why;
} kinds[] = {
	{ 0, "\x1f\x8b", 2, N_("compressed by gzip: zcat FILE | tcpcensus --from -") },
	{ 0, "\xfd" "7zXZ", 5, N_("compressed by xz: xzcat FILE | tcpcensus --from -") },
	{ 0, "\x28\xb5\x2f\xfd", 4, N_("compressed by zstd: zstdcat FILE | tcpcensus --from -") },
	{ 0, "BZh", 3, N_("compressed by bzip2: bzcat FILE | tcpcensus --from -") },
	{ 0, "PK\x03\x04", 4, N_("a zip archive: unzip -p FILE | tcpcensus --from -") },
	{ 0, "7z\xbc\xaf\x27\x1c", 6, N_("a 7z archive: unpack it first") },
	{ 257, "ustar", 5, N_("a tar archive: unpack it first and name the listing in it") },
	{ 0, "\x7f" "ELF", 4, N_("a program, not a listing") },
	{ 0, "MZ\x90", 3, N_("a program, not a listing") },
	{ 0, "\xd4\xc3\xb2\xa1", 4, N_("a packet capture: it has packets, not sockets") },
	{ 0, "\xa1\xb2\xc3\xd4", 4, N_("a packet capture: it has packets, not sockets") },
	{ 0, "\x4d\x3c\xb2\xa1", 4, N_("a packet capture: it has packets, not sockets") },
	{ 0, "\x0a\x0d\x0d\x0a", 4, N_("a packet capture: it has packets, not sockets") },
};
/* clang-format on */

static bool is_control(uint8_t byte)
{
	return byte && byte < 0x20 && !(byte >= '\a' && byte <= '\r') && byte != '\033';
}

/*
 * NULs do not stand in text, but in UTF-16 every other byte of a listing is one. Anything
 * else that has more than a stray NUL is binary, and so is what is full of other controls.
 */
static bool is_binary(const uint8_t *data, size_t length)
{
	size_t even = 0, odd = 0, controls = 0;

	for (size_t i = 0; i < length; i++) {
		if (!data[i])
			*(i & 1 ? &odd : &even) += 1;
		controls += is_control(data[i]);
	}
	if (controls > length / 32 && length >= 64)
		return true;
	if (even + odd <= length / 64)
		return false;
	return (even > odd ? even : odd) < length / 4 || (even < odd ? even : odd) > length / 64;
}

const char *tc_capture_refuse(const void *data, size_t length)
{
	for (size_t i = 0; i < TC_ARRAY_SIZE(kinds); i++)
		if (length >= kinds[i].at + kinds[i].length &&
		    memcmp((const char *)data + kinds[i].at, kinds[i].bytes, kinds[i].length) == 0)
			return tc_tr(kinds[i].why);
	return is_binary(data, length) ? _("binary, not a listing") : NULL;
}
