#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Errors that programs meet, made one after the other over the loopback of a namespace of its own:
what the pages of errors and of TIME_WAIT say of them is what the kernel does. Says what differs."""
import contextlib
import errno
import pathlib
import select
import signal
import socket
import struct
import sys

SETTINGS = pathlib.Path("/proc/sys/net/ipv4")
WAIT_MS = 10000
failed = False
listener = socket.create_server(("127.0.0.1", 5000), backlog=5)


def heard(sock):
    """The peer's end of the connection has reached this one."""
    poll = select.poll()
    poll.register(sock, select.POLLRDHUP)
    poll.poll(WAIT_MS)
    return sock


def pair(port=0):
    """A client, from this port if any, and the server's end."""
    client = socket.socket()
    if port:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(("127.0.0.1", port))
    client.connect(("127.0.0.1", 5000))
    return client, listener.accept()[0]


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def expect(what, wanted, call):
    global failed
    try:
        got = call()
    except OSError as error:
        got = errno.errorcode[error.errno]
    if got != wanted:
        print(f"{what}: {got}, not {wanted}")
        failed = True


def errors():
    client, server = pair()
    server.send(b"hello")
    reset(server)
    heard(client)
    expect("data before a RST", b"hello", lambda: client.recv(9))
    expect("after a RST", "ECONNRESET", lambda: client.recv(9))
    expect("told once", b"", lambda: client.recv(9))
    expect("after it was told", "EPIPE", lambda: client.send(b"x"))
    expect("shutdown after a RST", "ENOTCONN", lambda: client.shutdown(socket.SHUT_RDWR))
    client, server = pair()
    client.send(b"unread")
    heard(server)
    server.close()
    expect("close with data unread", "ECONNRESET", lambda: heard(client).recv(9))
    client, server = pair()
    server.close()
    heard(client).send(b"too late")
    poll = select.poll()
    poll.register(client, 0)
    poll.poll(WAIT_MS)
    expect("a RST in CLOSE_WAIT", "EPIPE", lambda: client.send(b"x"))
    expect("write, never connected", "EPIPE", lambda: socket.socket().send(b"x"))
    expect("read, never connected", "ENOTCONN", lambda: socket.socket().recv(1))
    expect("connect of a listener", "EISCONN", lambda: listener.connect(("127.0.0.1", 5000)))


def taken_over(port):
    """Whether a socket that bind(2) gave this port connects through a TIME_WAIT of it."""
    for _ in range(2):
        client, server = pair(port)
        client.close()
        heard(server).close()
    return True


def ports():
    (SETTINGS / "tcp_tw_reuse").write_text("0")
    expect("TIME_WAIT of the very port", True, lambda: taken_over(6000))
    (SETTINGS / "tcp_timestamps").write_text("0")
    expect("without timestamps", "EADDRNOTAVAIL", lambda: taken_over(6001))
    (SETTINGS / "ip_local_port_range").write_text("50000 50000")
    with contextlib.closing(socket.socket()) as only:
        only.bind(("127.0.0.1", 0))
        expect("bind, no port left", "EADDRINUSE", lambda: socket.socket().bind(("127.0.0.1", 0)))
        expect("connect, no port left", "EADDRNOTAVAIL", pair)


signal.signal(signal.SIGPIPE, signal.SIG_IGN)
errors()
ports()
sys.exit(failed)
