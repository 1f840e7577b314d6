/* SPDX-License-Identifier: MIT */
/* decimal.h - numbers with a decimal, as people write them in their language. */
#ifndef TC_UTIL_DECIMAL_H
#define TC_UTIL_DECIMAL_H

/* Room for one of up to 15 digits. */
struct tc_decimal {
	char text[24];
};

/* With one decimal: "0.4", in French "0,4". LC_NUMERIC stays as it is, since JSON has points. */
struct tc_decimal tc_decimal(double number);

/* With this between the whole number and the decimal: its first byte. */
struct tc_decimal tc_decimal_by(double number, const char *separator);

#endif
