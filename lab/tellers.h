/* SPDX-License-Identifier: MIT */
/*
 * tellers.h - every story there is to tell; stories.c has their rows.
 */
#ifndef TC_LAB_TELLERS_H
#define TC_LAB_TELLERS_H

#include "lab/story.h"

/* story_purpose1.c, story_purpose2.c: what TIME_WAIT is for */
int lab_tell_purpose1(struct lab_teller *teller);
int lab_tell_purpose2(struct lab_teller *teller);

/* story_length.c: how long it lasts, and what changes that */
int lab_tell_length(struct lab_teller *teller);

/* story_paws.c: who is kept out by it and should not be */
int lab_tell_paws(struct lab_teller *teller);

/* story_crossing.c: both ends do the same at the same time */
int lab_tell_simultaneous_open(struct lab_teller *teller);
int lab_tell_simultaneous_close(struct lab_teller *teller);

/* story_reset.c: when the two ends disagree on whether there is a connection */
int lab_tell_half_open(struct lab_teller *teller);
int lab_tell_challenge_ack(struct lab_teller *teller);

#endif
