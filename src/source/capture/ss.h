/* SPDX-License-Identifier: MIT */
/* ss.h - what the two halves of the ss reader share. */
#ifndef TC_SOURCE_CAPTURE_SS_H
#define TC_SOURCE_CAPTURE_SS_H

#include "source/capture/reader.h"

/* Reads "timer:(on,200ms,0) uid:1000 ino:8844 sk:c users:((...))" into the record. */
void tc_ss_details(struct tc_capture *capture, struct tc_sock *sock, struct tc_slice text);

#endif
