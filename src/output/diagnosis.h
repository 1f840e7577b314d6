/* SPDX-License-Identifier: MIT */
/* diagnosis.h - the forms of a diagnosis that are for programs. */
#ifndef TC_OUTPUT_DIAGNOSIS_H
#define TC_OUTPUT_DIAGNOSIS_H

#include "output/output.h"

void tc_diagnosis_json(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
		       const struct tc_report *report, const struct tc_stamp *stamp);
void tc_diagnosis_ndjson(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
			 const struct tc_report *report, const struct tc_stamp *stamp);
/* "readings":{…}: the settings and counters that the findings stand on (readings_json.c) */
void tc_readings_json(struct tc_buf *out, const struct tc_diagnosis *diagnosis);
void tc_diagnosis_csv(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
		      const struct tc_report *report);

#endif
