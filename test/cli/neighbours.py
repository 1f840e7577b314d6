#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""neighbours.py CENSUSES: connections in one chain, longer than a run of the walk, of which the
oldest is closed and opened anew all the time, in the memory that both of its ends had. On one
processor a census goes on where the kernel has just let this happen. Each may count what there is,
and a few more on their way; it fails where one counts more, or is incomplete."""
import json
import os
import signal
import socket
import struct
import subprocess
import sys

PAIRS, SERVER, ON_THEIR_WAY = 640, 710, 8
RESET = struct.pack("ii", 1, 0)


def connection(server, number):
    client = socket.socket()
    client.connect((f"127.1.{number // 250 % 250}.{number % 250 + 1}", SERVER))
    return client, server.accept()[0]


def go_round(ready):
    server = socket.socket()
    server.bind(("0.0.0.0", SERVER))
    server.listen()
    pairs = [connection(server, number) for number in range(PAIRS)]
    os.write(ready, b"r")
    number = PAIRS
    while True:
        client, accepted = pairs[number % PAIRS]
        accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        accepted.close()
        client.close()
        pairs[number % PAIRS] = connection(server, number)
        number += 1


def main():
    most, failed = 2 * PAIRS + ON_THEIR_WAY, 0
    heard, ready = os.pipe()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    child = os.fork()
    if not child:
        os.close(heard)
        go_round(ready)
    os.close(ready)
    try:
        if not os.read(heard, 1):
            sys.exit("the connections could not be made")
        for _ in range(int(sys.argv[1])):
            told = json.loads(subprocess.run(["tcpcensus", "--source", "bpf", "-j"],
                                             stdout=subprocess.PIPE, check=False).stdout)
            established = told["states"]["ESTABLISHED"]
            if not told["source"]["complete"] or not PAIRS < established <= most:
                print(f"of {2 * PAIRS}: {established}, {told['source']}")
                failed += 1
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    sys.exit(1 if failed else 0)


main()
