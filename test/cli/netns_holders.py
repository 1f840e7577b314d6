#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Network namespaces, each with one listener and held in one way only, until it is killed.

Prints "HOW INODE" of each, then "ready". The ways: thread, descriptor, socket, and file, which
is mounted on the path that is given; and tun, where there is such a device.
"""
import ctypes
import os
import socket
import sys
import threading

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET, MS_BIND = 0x40000000, 4096
held = []


def check(result):
    if result:
        raise OSError(ctypes.get_errno(), "cannot")


def here():
    return os.stat("/proc/thread-self/ns/net").st_ino


def listen():
    sock = socket.socket()
    sock.listen()
    return sock


def in_thread(ready):
    check(libc.unshare(CLONE_NEWNET))
    sock = listen()
    held.append(sock.fileno())
    print("thread", here())
    ready.set()
    threading.Event().wait()
    sock.close()


def main():
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    ready = threading.Event()

    check(libc.unshare(CLONE_NEWNET))
    held.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))
    print("descriptor", here())
    check(libc.setns(home, 0))

    check(libc.unshare(CLONE_NEWNET))
    held.append(listen())
    print("socket", here())
    check(libc.setns(home, 0))

    if os.path.exists("/dev/net/tun"):
        check(libc.unshare(CLONE_NEWNET))
        held.append(os.open("/dev/net/tun", os.O_RDWR))
        print("tun", here())
        check(libc.setns(home, 0))

    check(libc.unshare(CLONE_NEWNET))
    open(sys.argv[1], "w").close()
    check(libc.mount(b"/proc/thread-self/ns/net", sys.argv[1].encode(), None, MS_BIND, None))
    print("file", here())
    check(libc.setns(home, 0))

    threading.Thread(target=in_thread, args=(ready,), daemon=True).start()
    ready.wait()
    print("ready", flush=True)
    threading.Event().wait()


main()
