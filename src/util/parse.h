/* SPDX-License-Identifier: MIT */
/*
 * parse.h - strict, total parsers for numbers and addresses.
 *
 * They take a slice (text, length) that need not be NUL-terminated, accept it only when
 * all of it is consumed, and never read past it. Nothing is looked up.
 */
#ifndef TC_UTIL_PARSE_H
#define TC_UTIL_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcpcensus.h"

/* Decimal digits only, no sign, at most `max`. -EINVAL: not digits; -ERANGE: too large. */
int tc_parse_uint(const char *text, size_t length, uint64_t max, uint64_t *ret_value);

/* "8080" or "9148-9150", as tc_parse_uint() reads each. -EINVAL, -ERANGE; -EINVAL: backwards. */
int tc_parse_range(const char *text, size_t length, uint64_t max, uint64_t *ret_first,
		   uint64_t *ret_last);

/* Hexadecimal digits only, without 0x. Errors as tc_parse_uint(). */
int tc_parse_hex(const char *text, size_t length, uint64_t max, uint64_t *ret_value);

/* Dotted quad "192.0.2.7", as inet_pton(3). -EINVAL. */
int tc_parse_addr4(const char *text, size_t length, struct tc_addr *ret_addr);

/* RFC 4291 text, without brackets and without a zone, as inet_pton(3). -EINVAL. */
int tc_parse_addr6(const char *text, size_t length, struct tc_addr *ret_addr);

/* Either of them; *ret_family is AF_INET or AF_INET6. -EINVAL. */
int tc_parse_addr(const char *text, size_t length, struct tc_addr *ret_addr, int *ret_family);

/* Milliseconds from "1min12sec", "3.456ms", "59sec", "250ms", "1h2m". -EINVAL, -ERANGE. */
int tc_parse_duration_ms(const char *text, size_t length, uint64_t max, uint64_t *ret_ms);

#endif
