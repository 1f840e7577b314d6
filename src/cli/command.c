/* SPDX-License-Identifier: MIT */
/* command.c - the table of commands. */
#include <string.h>

#include "cli/cli.h"

const struct tc_command *const tc_commands[] = {
	&tc_command_census, &tc_command_by, &tc_command_list, &tc_command_diagnose,
	&tc_command_listeners, &tc_command_ports, &tc_command_explain, &tc_command_lab, NULL,
};

const struct tc_command *tc_command_find(const char *name)
{
	for (size_t i = 0; tc_commands[i]; i++)
		if (strcmp(tc_commands[i]->name, name) == 0)
			return tc_commands[i];
	return NULL;
}
