/* SPDX-License-Identifier: MIT */
/*
 * lab_check.c - `tcpcensus lab --check`: every scenario, several at a time.
 *
 * Most of the time is waiting, so each runs in a process of its own, the longest first. Their
 * namespaces keep them apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/emit.h"
#include "cli/lab.h"
#include "output/cell.h"
#include "util/intl.h"

enum { AT_ONCE = 8, OUTCOMES = TC_LAB_NOT_MADE + 1, NAME_WIDTH = 20, OUTCOME_WIDTH = 8 };

struct entry {
	const struct lab_scenario *scenario; /* or */
	const struct lab_story *story;
	pid_t pid;  /* 0: does not run */
	int why_fd; /* what it has to say */
};

struct round {
	struct entry *entries;
	size_t count, started, running;
	size_t outcomes[OUTCOMES];
	int status;
};

static const char *name_of(const struct entry *entry)
{
	return entry->scenario ? entry->scenario->name : entry->story->name;
}

/* About how long it takes. */
static unsigned seconds_of(const struct entry *entry)
{
	unsigned longest = 0;

	if (!entry->scenario)
		return entry->story->seconds;
	for (size_t i = 0; i < LAB_SIGNS_MAX; i++) {
		const struct lab_sign *sign = &entry->scenario->signs[i];
		unsigned takes = (1u << sign->retrans) / 5 + sign->left_s;

		longest = takes > longest ? takes : longest;
	}
	return entry->scenario->age_s + longest;
}

static int longest_first(const void *a, const void *b)
{
	unsigned left = seconds_of(a), right = seconds_of(b);

	return (left < right) - (left > right);
}

static struct entry entry_of(const char *name)
{
	return (struct entry){
		.scenario = lab_scenario_find(name),
		.story = tc_lab_story_find(name),
		.why_fd = -1,
	};
}

/* Those named, or all. -ENOMEM. */
static int make_entries(struct round *round, int count, char **names)
{
	while (count ? round->count < (size_t)count : tc_lab_name_at(round->count) != NULL)
		round->count++;
	round->entries = calloc(round->count, sizeof(*round->entries));
	if (!round->entries)
		return -ENOMEM;
	for (size_t i = 0; i < round->count; i++)
		round->entries[i] = entry_of(count ? names[i] : tc_lab_name_at(i));
	qsort(round->entries, round->count, sizeof(*round->entries), longest_first);
	return 0;
}

static void run_entry(const struct entry *entry, int why_fd)
{
	char text[TC_LAB_TEXT_MAX] = "";
	enum tc_lab_outcome outcome = entry->scenario ? tc_lab_try(entry->scenario, text)
						      : tc_lab_try_story(entry->story, text);

	if (write(why_fd, text, strlen(text)) < 0)
		outcome = TC_LAB_NOT_MADE;
	_exit((int)outcome);
}

static int start(struct entry *entry)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	entry->pid = fork();
	if (entry->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* the guard of its sandbox does the rest */
		if (getppid() == parent)
			run_entry(entry, ends[1]);
		_exit(TC_LAB_NOT_MADE);
	}
	close(ends[1]);
	entry->why_fd = ends[0];
	return entry->pid < 0 ? -errno : 0;
}

static const char *outcome_word(enum tc_lab_outcome outcome)
{
	static const char *const words[OUTCOMES] = {
		[TC_LAB_SAME] = N_("ok"),
		[TC_LAB_DIFFERS] = N_("differs"),
		[TC_LAB_SKIPPED] = N_("skipped"),
		[TC_LAB_NOT_MADE] = N_("not made"),
	};

	return tc_tr(words[outcome]);
}

static void report(struct round *round, const struct entry *entry, enum tc_lab_outcome outcome,
		   const char *text)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	int status;

	round->outcomes[outcome]++;
	tc_cell(&out, outcome_word(outcome), OUTCOME_WIDTH, false);
	tc_buf_text(&out, "  ");
	tc_cell(&out, name_of(entry), *text ? NAME_WIDTH : 0, false);
	tc_buf_format(&out, "%s%s\n", *text ? "  " : "", text);
	status = tc_emit(&out);
	round->status = round->status ? round->status : status;
}

/* Takes what one that has ended leaves. What it says fits into the pipe. */
static void finish(struct round *round, struct entry *entry, int wait_status)
{
	enum tc_lab_outcome outcome = TC_LAB_NOT_MADE;
	char text[TC_LAB_TEXT_MAX];
	ssize_t got = read(entry->why_fd, text, sizeof(text) - 1);

	text[got > 0 ? got : 0] = '\0';
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) < OUTCOMES)
		outcome = (enum tc_lab_outcome)WEXITSTATUS(wait_status);
	else if (WIFSIGNALED(wait_status))
		snprintf(text, sizeof(text), "%s", strsignal(WTERMSIG(wait_status)));
	close(entry->why_fd);
	entry->pid = 0;
	round->running--;
	report(round, entry, outcome, text);
}

static void wait_for_one(struct round *round)
{
	int wait_status;
	pid_t pid = wait(&wait_status);

	for (size_t i = 0; pid > 0 && i < round->started; i++)
		if (round->entries[i].pid == pid)
			finish(round, &round->entries[i], wait_status);
	if (pid < 0)
		round->running = 0;
}

static void run_all(struct round *round)
{
	while (round->started < round->count || round->running) {
		if (round->started < round->count && round->running < AT_ONCE) {
			struct entry *entry = &round->entries[round->started++];
			int err = start(entry);

			if (err < 0)
				report(round, entry, TC_LAB_NOT_MADE, strerror(-err));
			else
				round->running++;
			continue;
		}
		wait_for_one(round);
	}
}

static int summarize(struct round *round)
{
	tc_auto_buf struct tc_buf out = TC_BUF_INIT;
	int status;

	tc_buf_format(&out, _("%zu ok, %zu differ, %zu not made, %zu skipped\n"),
		      round->outcomes[TC_LAB_SAME], round->outcomes[TC_LAB_DIFFERS],
		      round->outcomes[TC_LAB_NOT_MADE], round->outcomes[TC_LAB_SKIPPED]);
	status = tc_emit(&out);
	if (status || round->status)
		return status ? status : round->status;
	if (round->outcomes[TC_LAB_SKIPPED] == round->count)
		return tc_look_error("%s", _("lab: nothing was checked"));
	if (round->outcomes[TC_LAB_DIFFERS])
		return TC_EXIT_FOUND;
	return round->outcomes[TC_LAB_NOT_MADE] ? TC_EXIT_LOOK : TC_EXIT_FINE;
}

/* Whether there can be a sandbox at all, so that it is not said fifty times that there cannot. */
static int probe(const struct round *round)
{
	struct lab_sandbox *sandbox;
	const char *step;
	size_t read = 0;
	int err;

	while (read < round->count && round->entries[read].scenario &&
	       round->entries[read].scenario->prepared)
		read++;
	if (read == round->count) /* all are read from files */
		return 0;
	err = lab_sandbox_new(false, &sandbox, &step);
	if (err < 0)
		return tc_lab_no_sandbox(err, step);
	lab_sandbox_free(sandbox);
	return 0;
}

int tc_lab_check(const struct tc_options *options, int count, char **names)
{
	struct round round = { .entries = NULL };
	int status;

	(void)options;
	if (make_entries(&round, count, names) < 0)
		return tc_look_error("%s", _("out of memory"));
	status = probe(&round);
	if (!status)
		run_all(&round);
	free(round.entries);
	return status ? status : summarize(&round);
}
