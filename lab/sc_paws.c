/* SPDX-License-Identifier: MIT */
/*
 * sc_paws.c - SYNs that PAWS refuses in TIME_WAIT, at a steady rate.
 */
#include "sc_paws.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "stage.h"
#include "util/macro.h"

#define FIRST_PORT 20000 /* of the peer */
#define OLD_STAMP 500000
#define OLDER_STAMP 1000
#define SEQ_STEP 1000

struct lab_paws {
	struct lab_teller teller; /* nobody listens: it has room for why */
	struct lab_stage stage;	  /* of the caller's sandbox, and without a record */
	int listener;
	uint32_t turn;
	uint32_t seq[LAB_PAWS_LINES]; /* past all of the old connection */
};

/* A connection that the kernel closes first. */
static void leave_time_wait(struct lab_paws *paws, unsigned number)
{
	struct lab_stage *stage = &paws->stage;
	struct lab_line line;
	int fd;

	lab_line_init(&line, stage, (uint16_t)(FIRST_PORT + number), LAB_PAWS_PORT, 1000);
	line.stamps = true;
	line.stamp = OLD_STAMP;
	lab_line_open(&line);
	fd = lab_app_accept(stage, paws->listener);
	lab_app_close(stage, &fd);
	lab_line_expect(&line, LAB_FIN | LAB_ACK);
	lab_line_send(&line, LAB_FIN | LAB_ACK, "");
	lab_line_expect(&line, LAB_ACK);
	lab_stage_check(stage, line.echo != 0, "the kernel does not use timestamps");
	paws->seq[number] = line.seq + SEQ_STEP;
}

static int tell_why(const struct lab_paws *paws, char why[LAB_WHY_MAX])
{
	if (paws->stage.rc < 0)
		snprintf(why, LAB_WHY_MAX, "%s", paws->teller.why);
	return paws->stage.rc;
}

int lab_paws_new(struct lab_sandbox *sandbox, enum lab_side side, struct lab_paws **ret_paws,
		 char why[LAB_WHY_MAX])
{
	struct lab_paws *paws = calloc(1, sizeof(*paws));
	int rc;

	if (!paws) {
		snprintf(why, LAB_WHY_MAX, "finding memory");
		return -ENOMEM;
	}
	lab_stage_borrow(&paws->stage, &paws->teller, sandbox, side);
	paws->listener = lab_app_listen(&paws->stage, side, LAB_PAWS_PORT);
	for (unsigned i = 0; i < LAB_PAWS_LINES; i++)
		leave_time_wait(paws, i);
	rc = tell_why(paws, why);
	if (rc < 0)
		lab_paws_free(paws);
	else
		*ret_paws = paws;
	return rc;
}

int lab_paws_turn(struct lab_paws *paws, char why[LAB_WHY_MAX])
{
	unsigned number = paws->turn++ % LAB_PAWS_LINES;
	struct lab_line line;

	lab_stage_catch_up(&paws->stage);
	lab_line_init(&line, &paws->stage, (uint16_t)(FIRST_PORT + number), LAB_PAWS_PORT,
		      paws->seq[number]);
	paws->seq[number] += SEQ_STEP;
	line.stamps = true;
	line.stamp = OLDER_STAMP;
	lab_line_send(&line, LAB_SYN, "");
	return tell_why(paws, why);
}

void lab_paws_free(struct lab_paws *paws)
{
	if (!paws)
		return;
	lab_app_close(&paws->stage, &paws->listener);
	lab_peer_free(paws->stage.peer);
	free(paws);
}

int lab_paws_run(struct lab_sandbox *sandbox, enum lab_side side, unsigned every_ms, int stop_fd,
		 char why[LAB_WHY_MAX])
{
	struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
	struct lab_paws *paws;
	int rc = lab_paws_new(sandbox, side, &paws, why);

	if (rc < 0)
		return rc;
	do {
		rc = lab_paws_turn(paws, why);
	} while (rc == 0 && poll(&stop, 1, (int)every_ms) <= 0);
	lab_paws_free(paws);
	return rc;
}
