/* SPDX-License-Identifier: MIT */
/* spread.c - one thing as it is in several places; see spread.h. */
#include "util/spread.h"

#include "util/intl.h"

void tc_spread_release(struct tc_spread *spread)
{
	for (size_t i = 0; i < spread->count; i++)
		tc_buf_release(&spread->said[i].text);
	*spread = (struct tc_spread)TC_SPREAD_INIT;
}

static bool is_same(const struct tc_buf *one, const struct tc_buf *other)
{
	return one->length == other->length &&
	       (!one->length || memcmp(one->data, other->data, one->length) == 0);
}

void tc_spread_add(struct tc_spread *spread, const char *place, const struct tc_buf *text)
{
	size_t i = 0;

	spread->failed |= text->failed;
	while (i < spread->count && !is_same(&spread->said[i].text, text))
		i++;
	if (i == TC_SPREAD_MAX) {
		spread->others++;
		return;
	}
	if (i == spread->count) {
		spread->count++;
		spread->said[i].place = place;
		spread->said[i].count = 0;
		spread->said[i].text = (struct tc_buf)TC_BUF_INIT;
		tc_buf_add(&spread->said[i].text, text->data, text->length);
	}
	spread->said[i].count++;
}

/* The one that most places have of those that were not written yet. */
static size_t most_of(const struct tc_spread *spread, const bool *written)
{
	size_t most = spread->count;

	for (size_t i = 0; i < spread->count; i++)
		if (!written[i] &&
		    (most == spread->count || spread->said[i].count > spread->said[most].count))
			most = i;
	return most;
}

static const char *in_language(bool english, const char *text)
{
	return english ? text : tc_tr(text);
}

void tc_spread_write(struct tc_spread *spread, bool english, struct tc_buf *out)
{
	bool written[TC_SPREAD_MAX] = {false};

	out->failed |= spread->failed;
	for (size_t n = 0; n < spread->count; n++) {
		size_t i = most_of(spread, written);
		struct tc_buf *text = &spread->said[i].text;

		written[i] = true;
		out->failed |= text->failed;
		tc_buf_text(out, n ? ", " : "");
		tc_buf_add(out, text->data, text->length);
		if (spread->count == 1) /* what all of them have */
			return;
		if (spread->said[i].count == 1)
			tc_buf_format(out, in_language(english, N_(" in %s")),
				      spread->said[i].place);
		else
			tc_buf_format(out,
				      in_language(english, n ? N_(" in %zu others")
							     : N_(" in %zu network namespaces")),
				      spread->said[i].count);
	}
	if (spread->others)
		tc_buf_format(out, in_language(english, N_(", others elsewhere (%zu)")),
			      spread->others);
}
