/* SPDX-License-Identifier: MIT */
/*
 * sources.h - whether a row says where its facts come from, in a form that can be looked up.
 *
 * Parts are joined by "; ". A file of the kernel without the function in it would be no help to
 * whoever wants to check a sentence, so it is none of the forms.
 */
#ifndef TC_TEST_SOURCES_H
#define TC_TEST_SOURCES_H

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { SOURCE_PART_MAX = 256 };

static const char *const source_forms[] = {
	/* RFC 9293 3.6.1 (SHLD-3); RFC 9293 3.3.2 note 1, 3.10.7.4 */
	"^RFC [1-9][0-9]{2,3}( [0-9]+(\\.[0-9]+)*( note [0-9])?"
	"(, [0-9]+(\\.[0-9]+)*)*( \\([A-Za-z0-9 -]+\\))?)?$",
	/* tcp(7) */
	"^[a-z][a-z0-9_.-]*\\([1-8]\\)$",
	/* net/ipv4/tcp.c:tcp_close, tcp_abort; include/net/tcp.h:TCP_TIMEWAIT_LEN */
	"^(Linux [0-9]+\\.[0-9]+ )?(fs|net|include)/[a-z0-9_/-]+\\.[ch]:"
	"[A-Za-z_][A-Za-z0-9_]*(, [A-Za-z_][A-Za-z0-9_]*)*$",
	"^Documentation/[a-z0-9_/-]+\\.rst$",
	"^(iproute2 )?commit [0-9a-f]{12}$",
	/* iproute2 6.8 misc/ss.c:sock_state_print */
	"^iproute2 [0-9]+\\.[0-9]+ [a-z0-9_/]+\\.c:[A-Za-z_][A-Za-z0-9_]*$",
	/* J. D. C. Little, A Proof ... (1961) */
	"^([A-Z]\\. )+[A-Z][a-z]+, .+ \\([0-9]{4}\\)$",
};

static inline bool source_part_known(const char *part)
{
	bool matches = false;

	for (size_t i = 0; i < sizeof(source_forms) / sizeof(source_forms[0]) && !matches; i++) {
		regex_t form;

		if (regcomp(&form, source_forms[i], REG_EXTENDED | REG_NOSUB) != 0)
			return false;
		matches = regexec(&form, part, 0, NULL, 0) == 0;
		regfree(&form);
	}
	return matches;
}

/* What holds for some kernels only can be checked where it says for which. */
static inline bool versions_numbered(const char *text)
{
	static const char form[] = "(newer|older|new|old|later|recent|modern|today's|some|most) "
				   "(kernels|versions|releases)";
	regex_t vague;
	bool matches;

	if (regcomp(&vague, form, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
		return false;
	matches = text && regexec(&vague, text, 0, NULL, 0) == 0;
	regfree(&vague);
	return !matches;
}

/* Whether there is a source, and every part of it has one of the forms. */
static inline bool sources_known(const char *sources)
{
	while (sources) {
		const char *end = strstr(sources, "; ");
		size_t length = end ? (size_t)(end - sources) : strlen(sources);
		char part[SOURCE_PART_MAX];

		if (!length || length >= sizeof(part))
			return false;
		memcpy(part, sources, length);
		part[length] = '\0';
		if (!source_part_known(part))
			return false;
		if (!end)
			return true;
		sources = end + 2;
	}
	return false;
}

#endif
