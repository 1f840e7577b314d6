/* SPDX-License-Identifier: MIT */
/* note.h - remarks beside the result, on stderr. */
#ifndef TC_CLI_NOTE_H
#define TC_CLI_NOTE_H

#include "util/macro.h"

/*
 * One line on stderr, "tcpcensus: ...", broken at words where that is a terminal; control
 * characters become '?'.
 */
void tc_note(const char *format, ...) tc_printf(1, 2);

#endif
