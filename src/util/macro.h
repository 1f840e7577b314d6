/* SPDX-License-Identifier: MIT */
/*
 * macro.h - small language helpers that every layer may use.
 *
 * Cleanup style of the whole project: a local that owns something is declared
 * with one of the tc_auto_ attributes, so every return path releases it; ownership
 * is handed over with tc_take(), which leaves NULL behind.
 */
#ifndef TC_UTIL_MACRO_H
#define TC_UTIL_MACRO_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The number of elements of a true array. */
#define TC_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Branch hints, for the few loops that run once per socket. */
#define tc_likely(x) __builtin_expect(!!(x), 1)
#define tc_unlikely(x) __builtin_expect(!!(x), 0)

#define tc_printf(format_index, first_arg) \
	__attribute__((format(printf, format_index, first_arg)))

/* Marks text for translation where it is declared in a table; see tc_tr() to show it. */
#define N_(text) text

/* Gives the pointer away: its value is returned and the variable becomes NULL. */
#define tc_take(pointer)                         \
	({                                       \
		__typeof__(pointer) taken = (pointer); \
		(pointer) = NULL;                \
		taken;                           \
	})

static inline void tc_free_cleanup(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

static inline void tc_close_cleanup(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void tc_fclose_cleanup(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* Local variables that are released when they go out of scope. */
#define tc_auto_free __attribute__((cleanup(tc_free_cleanup)))
#define tc_auto_close __attribute__((cleanup(tc_close_cleanup)))
#define tc_auto_fclose __attribute__((cleanup(tc_fclose_cleanup)))

#endif
