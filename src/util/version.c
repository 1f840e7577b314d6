/* SPDX-License-Identifier: MIT */
/* version.c - the version, as the build says it. */
#include "tcpcensus.h"

const char *tc_version(void)
{
	return TC_VERSION;
}
