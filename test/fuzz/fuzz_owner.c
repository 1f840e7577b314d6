/* SPDX-License-Identifier: MIT */
/*
 * fuzz_owner.c - libFuzzer target: any bytes as the processes that a listing names, as a link of
 * /proc/PID/fd, and as /proc/PID/stat.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "check.h"
#include "owner/holders_proc.h"
#include "owner/listed.h"
#include "util/macro.h"

static void check_line(struct tc_slice line)
{
	struct tc_slice name;
	uint32_t pid;

	tc_listed_parse(line, &name, &pid);
	check(name.length <= line.length);
	if (name.length)
		check(name.data >= line.data &&
		      name.data + name.length <= line.data + line.length);
	if (!pid && name.length)
		check(name.length == line.length || memchr(line.data, '0', line.length));
}

/* The same text is the same party, and a party is in ascending order, each process once. */
static void check_party(const char *text)
{
	struct tc_processes processes = {0};
	struct tc_parties parties = {0};
	const struct tc_party *party, *again;

	check(tc_listed_party(&processes, &parties, text, &party) == 0);
	check(tc_listed_party(&processes, &parties, text, &again) == 0);
	check(party == again);
	for (size_t i = 1; party && i < party->count; i++) {
		check(party->processes[i - 1]->pid <= party->processes[i]->pid);
		check(party->processes[i - 1] != party->processes[i]);
	}
	for (size_t i = 0; party && i < party->count; i++)
		check(party->processes[i]->pid || party->processes[i]->name);
	tc_parties_release(&parties);
	tc_processes_release(&processes);
}

static void check_proc(const char *text, size_t length)
{
	struct tc_kinship kinship = {.parent = 7};
	uint64_t inode = 7;

	if (!tc_kinship_parse(text, length, &kinship))
		check(kinship.parent == 7);
	if (!tc_holders_link_inode(text, length, &inode))
		check(inode == 7);
	else
		check(length >= sizeof("socket:[0]") - 1 && text[length - 1] == ']');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tc_auto_free char *exact = malloc(size ? size : 1), *string = malloc(size + 1);
	struct tc_slice rest = {exact, size}, line;

	if (size > 16384)
		return 0;
	check(exact && string);
	if (size) {
		memcpy(exact, data, size);
		memcpy(string, data, size);
	}
	string[size] = '\0';
	check_proc(exact, size);
	for (; rest.length; rest = tc_slice_after(rest, line.length + 1)) {
		line = tc_slice_until(rest, '\n');
		check_line(line);
	}
	check_party(string);
	return 0;
}
