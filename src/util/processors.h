/* SPDX-License-Identifier: MIT */
/* processors.h - how many processors this thread may use. */
#ifndef TC_UTIL_PROCESSORS_H
#define TC_UTIL_PROCESSORS_H

/* At least 1; of a machine that has more than CPU_SETSIZE (1024), that many. */
unsigned tc_processors(void);

#endif
