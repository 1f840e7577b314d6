/* SPDX-License-Identifier: MIT */
/*
 * intl.h - translation of what people read.
 *
 * _("text") translates where the text stands; N_("text") (macro.h) only marks it, in a
 * table, and tc_tr() translates it where it is shown. A build without NLS shows English.
 */
#ifndef TC_UTIL_INTL_H
#define TC_UTIL_INTL_H

#include "util/macro.h"

#define TC_TEXT_DOMAIN "tcpcensus"

#ifdef TC_WITH_NLS
#include <libintl.h>
#define _(text) dgettext(TC_TEXT_DOMAIN, text)
#define tc_ngettext(one, many, n) dngettext(TC_TEXT_DOMAIN, one, many, n)
#else
#define _(text) (text)
#define tc_ngettext(one, many, n) ((n) == 1 ? (one) : (many))
#endif

/* Translates a text that a table marked with N_(); NULL and "" stay as they are. */
static inline const char *tc_tr(const char *text)
{
	return text && *text ? _(text) : text;
}

#endif
