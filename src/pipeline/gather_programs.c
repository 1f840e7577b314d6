/* SPDX-License-Identifier: MIT */
/* gather_programs.c - how near to their limits programs are; see gather_programs.h. */
#include "pipeline/gather_programs.h"

#include "owner/descriptors.h"

void tc_gather_programs(struct tc_facts *facts)
{
	for (size_t i = 0; i < facts->program_count; i++) {
		struct tc_facts_program *program = &facts->programs[i];
		struct tc_descriptors found;

		tc_descriptors_read(program->pid, &found);
		program->has_open = found.has_open;
		program->open = found.open;
		program->has_limit = found.has_limit;
		program->limit = found.limit;
	}
}
