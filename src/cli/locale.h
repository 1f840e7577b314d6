/* SPDX-License-Identifier: MIT */
/* locale.h - the user's language. */
#ifndef TC_CLI_LOCALE_H
#define TC_CLI_LOCALE_H

/* Sets the locale of the environment, English and ASCII where there is none. */
void tc_locale_init(void);

#endif
