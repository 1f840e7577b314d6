/* SPDX-License-Identifier: MIT */
/* decimal.c - numbers with a decimal for people; see decimal.h. */
#include "util/decimal.h"

#include <stdio.h>
#include <string.h>

#include "util/intl.h"

struct tc_decimal tc_decimal(double number)
{
	/* TRANSLATORS: what stands between the whole number and its decimals. */
	return tc_decimal_by(number, _("."));
}

struct tc_decimal tc_decimal_by(double number, const char *separator)
{
	struct tc_decimal decimal;
	char *point;

	snprintf(decimal.text, sizeof(decimal.text), "%.1f", number);
	point = strchr(decimal.text, '.');
	if (point && *separator)
		*point = *separator;
	return decimal;
}
