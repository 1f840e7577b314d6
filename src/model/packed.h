/* SPDX-License-Identifier: MIT */
/*
 * packed.h - values as a string of bytes: equal values give equal bytes, so a group's key can
 * be hashed and compared with memcmp(), and the value can be read back from it.
 */
#ifndef TC_MODEL_PACKED_H
#define TC_MODEL_PACKED_H

#include "model/field.h"

/* Appends a value. */
void tc_value_pack(const struct tc_value *value, struct tc_buf *out);

/* Reads a value at `bytes` and returns where the next one begins; text points into bytes. */
const char *tc_value_unpack(const char *bytes, struct tc_value *ret_value);

#endif
