/* SPDX-License-Identifier: MIT */
/*
 * diag_ahead.c - a ring of buffers between the thread that receives and the one that reads.
 *
 * The thread needs not know where the dump ends. The kernel makes the next part of a dump
 * before it hands over the one before (net/netlink/af_netlink.c, netlink_recvmsg), so there
 * is always something to receive until the end; the thread never waits for more, and comes to
 * its own end when there is nothing. Were that wrong, the caller would go on without it.
 */
#include "source/diag_ahead.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <pthread.h>
#include <stdlib.h>

#include "util/processors.h"
#include "util/thread.h"

/* To wake the other thread costs as much as some sockets: it is done for half a ring at once. */
enum { BUFFERS = 8, WOKEN_FOR = BUFFERS / 2 };

struct ring {
	struct mnl_socket *socket;
	struct tc_thread thread;
	pthread_mutex_t lock;	 /* of what follows; a buffer belongs to the one that works on it */
	pthread_cond_t moved;	 /* when one of the two waits, the other does not */
	size_t received, read;	 /* buffers, since the start */
	bool stopped;		 /* nobody reads any more */
	ssize_t length[BUFFERS]; /* or -errno, and nothing comes after it */
	_Alignas(8) char buffer[BUFFERS][TC_DIAG_RECEIVE_SIZE];
};

/* ---- The thread that receives -------------------------------------------------------- */

/* Waits for a buffer that has been read; false: no more is wanted. */
static bool wait_for_room(struct ring *ring)
{
	bool wanted;

	pthread_mutex_lock(&ring->lock);
	while (!ring->stopped && ring->received - ring->read == BUFFERS)
		pthread_cond_wait(&ring->moved, &ring->lock);
	wanted = !ring->stopped;
	pthread_mutex_unlock(&ring->lock);
	return wanted;
}

static void hand_over(struct ring *ring, ssize_t length)
{
	bool wake;

	pthread_mutex_lock(&ring->lock);
	ring->length[ring->received++ % BUFFERS] = length;
	wake = length < 0 || ring->received % WOKEN_FOR == 0;
	pthread_mutex_unlock(&ring->lock);
	if (wake)
		pthread_cond_signal(&ring->moved);
}

static void receive_all(void *context)
{
	struct ring *ring = context;
	ssize_t length = 0;

	while (length >= 0 && wait_for_room(ring)) {
		length = tc_diag_receive(ring->socket, ring->buffer[ring->received % BUFFERS]);
		hand_over(ring, length);
	}
}

/* ---- The thread that reads ----------------------------------------------------------- */

static ssize_t wait_for_buffer(struct ring *ring)
{
	ssize_t length;

	pthread_mutex_lock(&ring->lock);
	while (ring->received == ring->read)
		pthread_cond_wait(&ring->moved, &ring->lock);
	length = ring->length[ring->read % BUFFERS];
	pthread_mutex_unlock(&ring->lock);
	return length;
}

static void give_back(struct ring *ring)
{
	bool wake;

	pthread_mutex_lock(&ring->lock);
	wake = ++ring->read % WOKEN_FOR == 0;
	pthread_mutex_unlock(&ring->lock);
	if (wake)
		pthread_cond_signal(&ring->moved);
}

static bool feed_all(struct ring *ring, struct tc_diag_feed *feed)
{
	for (;;) {
		ssize_t length = wait_for_buffer(ring);

		if (length == -EAGAIN)
			return true;
		if (length < 0) {
			feed->result = (int)length;
			return false;
		}
		if (!tc_diag_feed(feed, ring->buffer[ring->read % BUFFERS], (size_t)length))
			return false;
		give_back(ring);
	}
}

/* ---- Both ---------------------------------------------------------------------------- */

static struct ring *make_ring(struct mnl_socket *socket)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return NULL;
	ring->socket = socket;
	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->moved, NULL);
	return ring;
}

static void free_ring(struct ring *ring)
{
	pthread_cond_destroy(&ring->moved);
	pthread_mutex_destroy(&ring->lock);
	free(ring);
}

static void stop(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->stopped = true;
	pthread_cond_signal(&ring->moved);
	pthread_mutex_unlock(&ring->lock);
	tc_thread_join(&ring->thread);
}

static int set_waiting(struct mnl_socket *socket, bool waiting)
{
	int fd = mnl_socket_get_fd(socket), flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return flags;
	return fcntl(fd, F_SETFL, waiting ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

bool tc_diag_feed_ahead(struct tc_diag_feed *feed, struct mnl_socket *socket)
{
	struct ring *ring = tc_processors() > 1 ? make_ring(socket) : NULL;
	bool more = true;

	if (!ring)
		return true;
	if (set_waiting(socket, false) == 0 && tc_thread_begin(&ring->thread, receive_all, ring)) {
		more = feed_all(ring, feed);
		stop(ring);
	}
	set_waiting(socket, true);
	free_ring(ring);
	return more;
}
