/* SPDX-License-Identifier: MIT */
/* kept.c - a socket that outlives the call that hands it over; see kept.h. */
#include "model/kept.h"

#include <errno.h>
#include <string.h>

#include "model/owner.h"
#include "util/buf.h"

/* Copies a word where there is one. */
static int copy_word(const char **to, const char *word)
{
	if (!word)
		return 0;
	*to = strdup(word);
	return *to ? 0 : -ENOMEM;
}

/* Their words, one after the other, for what does the same with each. */
enum { TEXT_WORDS = 9, PROCESS_WORDS = 6 };

static void text_words(struct tc_text *text, const char **words[TEXT_WORDS])
{
	const char **all[TEXT_WORDS] = {&text->state,	   &text->local_host,  &text->remote_host,
					&text->local_port, &text->remote_port, &text->user,
					&text->iface,	   &text->process,     &text->netns};

	memcpy(words, all, sizeof(all));
}

static void process_words(struct tc_process *process, const char **words[PROCESS_WORDS])
{
	const char **all[PROCESS_WORDS] = {&process->name, &process->cmdline,	&process->cgroup,
					   &process->unit, &process->container, &process->pod};

	memcpy(words, all, sizeof(all));
}

static void free_words(const char **const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((char *)*words[i]);
}

static int copy_words(const char **const *to, const char **const *from, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = copy_word(to[i], *from[i]);
	return err;
}

/* ---- Owners -------------------------------------------------------------------------- */

static void free_process(struct tc_process *process)
{
	const char **words[PROCESS_WORDS];

	process_words(process, words);
	free_words(words, PROCESS_WORDS);
	free(process);
}

static struct tc_process *copy_process(const struct tc_process *process)
{
	struct tc_process *copy = calloc(1, sizeof(*copy)), original = *process;
	const char **to[PROCESS_WORDS], **from[PROCESS_WORDS];

	if (!copy)
		return NULL;
	copy->pid = process->pid;
	process_words(copy, to);
	process_words(&original, from);
	if (copy_words(to, from, PROCESS_WORDS)) {
		free_process(copy);
		return NULL;
	}
	return copy;
}

static int grow(struct tc_kept *kept)
{
	size_t capacity = kept->capacity ? kept->capacity * 2 : 4;
	struct tc_process **processes;

	if (kept->owner.count < kept->capacity)
		return 0;
	processes = realloc(kept->processes, capacity * sizeof(*processes));
	if (!processes)
		return -ENOMEM;
	kept->processes = processes;
	kept->capacity = capacity;
	return 0;
}

static int add_process(struct tc_kept *kept, const struct tc_process *process)
{
	size_t at = kept->owner.count;
	struct tc_process *copy;
	int err;

	while (at && kept->processes[at - 1]->pid > process->pid)
		at--;
	if (at && kept->processes[at - 1]->pid == process->pid)
		return 0;
	err = grow(kept);
	if (err)
		return err;
	copy = copy_process(process);
	if (!copy)
		return -ENOMEM;
	memmove(&kept->processes[at + 1], &kept->processes[at],
		(kept->owner.count - at) * sizeof(*kept->processes));
	kept->processes[at] = copy;
	kept->owner.count++;
	return 0;
}

/* What all of them have; where no process tells, as of a cgroup, what was said first. */
static int join_words(struct tc_kept *kept, enum tc_owner_part part, const char *words)
{
	tc_auto_buf struct tc_buf joined = TC_BUF_INIT;
	const char *joint = NULL;
	int err;

	if (!tc_owner_word(&kept->owner, part, &joined))
		return kept->owner.words[part] ? 0 : copy_word(&kept->owner.words[part], words);
	err = tc_buf_string(&joined) ? copy_word(&joint, joined.data) : -ENOMEM;
	if (err)
		return err;
	free((char *)kept->owner.words[part]);
	kept->owner.words[part] = joint;
	return 0;
}

int tc_kept_add_owner(struct tc_kept *kept, const struct tc_owner *owner)
{
	int err = 0;

	if (!owner)
		return 0;
	for (size_t i = 0; i < owner->count && !err; i++)
		err = add_process(kept, owner->processes[i]);
	if (owner->how > kept->owner.how)
		kept->owner.how = owner->how;
	kept->owner.processes = (const struct tc_process *const *)kept->processes;
	for (int part = 0; part < TC_PART_COUNT && !err; part++)
		err = join_words(kept, (enum tc_owner_part)part, owner->words[part]);
	kept->text.owner = &kept->owner;
	kept->sock.text = &kept->text;
	return err;
}

/* ---- The socket ---------------------------------------------------------------------- */

int tc_kept_copy(struct tc_kept *kept, const struct tc_sock *sock)
{
	const char **to[TEXT_WORDS], **from[TEXT_WORDS];
	struct tc_text original;
	int err;

	*kept = (struct tc_kept){.sock = *sock};
	kept->sock.listener = NULL;
	kept->sock.text = NULL;
	if (!sock->text)
		return 0;
	original = *sock->text;
	text_words(&kept->text, to);
	text_words(&original, from);
	kept->sock.text = &kept->text;
	if (original.inside) {
		kept->inside = *original.inside;
		kept->text.inside = &kept->inside;
	}
	err = copy_words(to, from, TEXT_WORDS);
	return err ? err : tc_kept_add_owner(kept, original.owner);
}

void tc_kept_release(struct tc_kept *kept)
{
	const char **words[TEXT_WORDS];

	text_words(&kept->text, words);
	free_words(words, TEXT_WORDS);
	for (size_t i = 0; i < kept->owner.count; i++)
		free_process(kept->processes[i]);
	for (size_t i = 0; i < TC_PART_COUNT; i++)
		free((char *)kept->owner.words[i]);
	free(kept->processes);
	*kept = (struct tc_kept){.capacity = 0};
}
