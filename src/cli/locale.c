/* SPDX-License-Identifier: MIT */
/* locale.c - the user's language. */
#include "cli/locale.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/intl.h"

/* What the environment says about messages (locale(7)). */
static const char *wanted_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < TC_ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return value;
	}
	return "C";
}

/*
 * A locale that the machine does not have (LC_ALL=fr_FR.UTF-8 on a minimal system) would mean
 * English in ASCII. The translation does not need it: C.UTF-8 gives the encoding, and
 * LANGUAGE the language, where the C library honours it in that locale (glibc before 2.39).
 */
static void stand_in_for_missing_locale(const char *wanted)
{
	const char *given = getenv("LANGUAGE");
	char language[32];

	setlocale(LC_CTYPE, "C.UTF-8");
	setlocale(LC_MESSAGES, "C.UTF-8");
	snprintf(language, sizeof(language), "%.*s", (int)strcspn(wanted, ".@"), wanted);
	setenv("LANGUAGE", language, !given || !*given); /* Debian's installer leaves it empty */
}

#ifdef TC_WITH_NLS
/* Translations lie beside the program in a build folder or a moved prefix, else where meant. */
static void bind_text_domain(void)
{
	static const char *const beside[] = { "po", "../share/locale" };
	char path[PATH_MAX], program[PATH_MAX / 2];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	program[length > 0 ? length : 0] = '\0';
	slash = strrchr(program, '/');
	for (size_t i = 0; slash && i < TC_ARRAY_SIZE(beside); i++) {
		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - program), program, beside[i]);
		if (access(path, R_OK) == 0) {
			bindtextdomain(TC_TEXT_DOMAIN, path);
			return;
		}
	}
	bindtextdomain(TC_TEXT_DOMAIN, TC_LOCALE_DIR);
}
#endif

void tc_locale_init(void)
{
	const char *wanted = wanted_locale();

	if (strcmp(wanted, "C") == 0 || strcmp(wanted, "POSIX") == 0)
		return;
	/* Only these two are used, and each category costs files at every start. */
	if (!setlocale(LC_CTYPE, "") || !setlocale(LC_MESSAGES, ""))
		stand_in_for_missing_locale(wanted);
#ifdef TC_WITH_NLS
	if (strncmp(wanted, "C.", 2) != 0 || getenv("LANGUAGE"))
		bind_text_domain();
#endif
}
