/* SPDX-License-Identifier: MIT */
/*
 * nft.h - packet rules in the calling thread's network namespace.
 */
#ifndef TC_LAB_NFT_H
#define TC_LAB_NFT_H

/*
 * Loads rules, in one transaction, into the namespace that the thread is in: the caller makes
 * sure that it is one of the laboratory's. Returns 0, -ENOENT when there is no nft program,
 * -EINVAL when it refuses the rules (it says why on its stderr).
 */
int lab_nft_run(const char *rules);

#endif
