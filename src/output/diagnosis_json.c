/* SPDX-License-Identifier: MIT */
/* diagnosis_json.c - a diagnosis as JSON, NDJSON and CSV. */
#include "model/diagnosis.h"
#include "output/csv.h"
#include "output/diagnosis.h"
#include "output/json.h"

/* ,"key":"text"; the first in its braces has no comma. */
static void add_text(struct tc_buf *out, const char *comma, const char *key, const char *text)
{
	tc_buf_text(out, comma);
	tc_json_key(out, key);
	tc_json_string(out, text);
}

static void add_list(struct tc_buf *out, const char *key, const char *const *list)
{
	tc_buf_byte(out, ',');
	tc_json_key(out, key);
	tc_buf_byte(out, '[');
	for (size_t i = 0; list && list[i]; i++) {
		tc_buf_text(out, i ? "," : "");
		tc_json_string(out, list[i]);
	}
	tc_buf_byte(out, ']');
}

static void add_finding(struct tc_buf *out, const struct tc_finding *finding)
{
	const struct tc_rule_text *rule = &finding->rule;

	tc_buf_byte(out, '{');
	add_text(out, "", "id", rule->id);
	add_text(out, ",", "severity", tc_severity_name(finding->severity));
	add_text(out, ",", "title", rule->title);
	add_text(out, ",", "threshold", rule->threshold);
	if (rule->first)
		add_text(out, ",", "first", rule->first);
	add_list(out, "evidence", finding->evidence);
	add_list(out, "causes", rule->causes);
	add_list(out, "confirm", rule->confirm);
	add_list(out, "remedy", rule->remedy);
	add_list(out, "avoid", rule->avoid);
	add_list(out, "sources", rule->sources);
	if (rule->scenario)
		add_text(out, ",", "scenario", rule->scenario);
	tc_buf_byte(out, '}');
}

/* Everything but the findings. */
static void add_rest(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
		     const struct tc_report *report)
{
	tc_buf_text(out, ",\"normal\":[");
	for (size_t i = 0; i < diagnosis->normal_count; i++) {
		add_text(out, i ? ",{" : "{", "id", diagnosis->normal[i].id);
		add_text(out, ",", "text", diagnosis->normal[i].text);
		tc_buf_byte(out, '}');
	}
	tc_buf_text(out, "],\"not_checked\":[");
	for (size_t i = 0; i < diagnosis->not_checked_count; i++) {
		add_text(out, i ? ",{" : "{", "id", diagnosis->not_checked[i].id);
		add_text(out, ",", "needs", diagnosis->not_checked[i].needs);
		tc_buf_byte(out, '}');
	}
	tc_buf_text(out, "],");
	tc_readings_json(out, diagnosis);
	tc_buf_byte(out, ',');
	tc_json_source(out, report);
}

static void open_object(struct tc_buf *out, const struct tc_stamp *stamp)
{
	tc_buf_byte(out, '{');
	tc_json_stamp(out, "tcpcensus.diagnosis/1", stamp);
}

void tc_diagnosis_json(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
		       const struct tc_report *report, const struct tc_stamp *stamp)
{
	open_object(out, stamp);
	tc_buf_text(out, ",\"findings\":[");
	for (size_t i = 0; i < diagnosis->finding_count; i++) {
		tc_buf_text(out, i ? "," : "");
		add_finding(out, &diagnosis->findings[i]);
	}
	tc_buf_byte(out, ']');
	add_rest(out, diagnosis, report);
	tc_buf_text(out, "}\n");
}

void tc_diagnosis_ndjson(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
			 const struct tc_report *report, const struct tc_stamp *stamp)
{
	for (size_t i = 0; i < diagnosis->finding_count; i++) {
		add_finding(out, &diagnosis->findings[i]);
		tc_buf_byte(out, '\n');
	}
	open_object(out, stamp);
	add_rest(out, diagnosis, report);
	tc_buf_text(out, "}\n");
}

/* ---- CSV -------------------------------------------------------------------------------- */

static void open_record(struct tc_buf *out, const char *severity, const char *id, const char *title)
{
	tc_csv_text(out, severity);
	tc_buf_byte(out, ',');
	tc_csv_text(out, id);
	tc_buf_byte(out, ',');
	tc_csv_text(out, title);
	tc_buf_byte(out, ',');
}

static void add_evidence(struct tc_buf *out, const char *const *evidence)
{
	tc_auto_buf struct tc_buf joined = TC_BUF_INIT;
	const char *string;

	for (size_t i = 0; evidence && evidence[i]; i++) {
		tc_buf_text(&joined, i ? " " : "");
		tc_buf_text(&joined, evidence[i]);
	}
	string = tc_buf_string(&joined);
	out->failed |= !string;
	tc_csv_text(out, string ? string : "");
}

/* What was not checked is a record as well: no record must not look like nothing wrong. */
void tc_diagnosis_csv(struct tc_buf *out, const struct tc_diagnosis *diagnosis,
		      const struct tc_report *report)
{
	tc_buf_text(out, "severity,id,title,evidence\n");
	for (size_t i = 0; i < diagnosis->finding_count; i++) {
		const struct tc_finding *finding = &diagnosis->findings[i];

		open_record(out, tc_severity_name(finding->severity), finding->rule.id,
			    finding->rule.title);
		add_evidence(out, finding->evidence);
		tc_buf_byte(out, '\n');
	}
	for (size_t i = 0; i < diagnosis->normal_count; i++) {
		open_record(out, "normal", diagnosis->normal[i].id, "");
		tc_csv_text(out, diagnosis->normal[i].text);
		tc_buf_byte(out, '\n');
	}
	for (size_t i = 0; i < diagnosis->not_checked_count; i++) {
		open_record(out, "not_checked", diagnosis->not_checked[i].id, "");
		tc_csv_text(out, diagnosis->not_checked[i].needs);
		tc_buf_byte(out, '\n');
	}
	tc_csv_incomplete(out, report, 3);
}
