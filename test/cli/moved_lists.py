#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""moved_lists.py PROGRAM SCENE...: of lists of sockets that share a port and an address, some go to
another list between two runs of the walk, as neighbours in the order and the memory that they had.
PROGRAM is between_runs, which asks in between. It fails where a census that is complete counts
fewer that are only bound than stay so all the time, or more than there ever are.

whole: of a list longer than a run, its first part. alike: the same, to a list that is told from it
by secret factors only. pairs: the last two of each of many lists, which
are connections; behind them come then those that stay, and half of them at most have been met.
pairs6: the same, with two addresses of which the last 64 bits are alike. again: two go from the end
of each of many lists to its beginning, since they come again as they were; behind each two comes
then the one that stays, which was the first before. noted: some go from the middle of a very long
list to its beginning, so that all behind them are met twice. chain: so they do in a chain of
connections, of a table with one bucket. replaced: for each of a list that is closed another comes,
in memory of its own. (What is held for noted stays to the end.)
"""
import itertools
import json
import os
import socket
import subprocess
import sys
import time

STAY, MOVING, TOGETHER = 7000, 4000, 8  # fewer move than stay, or they might stand in for these
PAIRS, BEHIND, PORT = 60, 3, 1000
HOLDERS, HELD, MANY = 3, 12000, 1300
LINGER = 8  # what is closed stays for as long as others look at who holds it
HERE, THERE = "10.9.0.1", "10.9.0.2"
HERE6, THERE6 = "2001:db8:1::1", "2001:db8:2::1"
NETWORK = """link set lo up
link add d0 type veth peer name d1
link set d0 up arp off
link set d1 up arp off
addr add 10.9.0.1/24 dev d0
addr add 10.9.0.2/24 dev d0
addr add 2001:db8:1::1/64 dev d0 nodad
addr add 2001:db8:2::1/64 dev d0 nodad
addr add fd00::1/64 dev d0 nodad
addr add fd00::c595:d879:e68c:6633/64 dev d0 nodad
"""


def unbound(address=HERE):
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return one


def bound(address, port=PORT):
    one = unbound(address)
    one.bind((address, port))
    return one


def asking(address, port, other):
    """Nobody answers, at any port of others of the same network."""
    one = bound(address, port)
    one.setblocking(False)
    one.connect_ex((f"{address[:-1]}{3 + port % 250}", 3000 + other))
    return one


def hold(count):
    """Bound sockets of another process, which ends with this one."""
    read, write = os.pipe()
    if not os.fork():
        os.close(read)
        held = [bound(HERE) for _ in range(count)]
        os.write(write, b".")
        while os.getppid() == hold.parent:
            time.sleep(1)
        os._exit(len(held) == 0)
    os.close(write)
    if not os.read(read, 1):
        sys.exit("moved_lists.py: a process that holds sockets has failed")
    os.close(read)


class Scene:
    """What a census counts, and is asked with."""
    state, options = "BOUND", []


class Whole(Scene):
    most, least = STAY + 2 * MOVING, STAY
    here, there = (HERE, PORT), (THERE, PORT)

    def __init__(self):
        self.stay = [bound(*self.here) for _ in range(STAY)]
        self.moving = []

    def prepare(self):
        self.moving = [bound(*self.here) for _ in range(MOVING)]

    def move(self):
        moved = []
        while self.moving:
            for _ in range(TOGETHER):
                self.moving.pop().close()
            moved += [bound(*self.there) for _ in range(TOGETHER)]
        self.moving = moved

    def end(self):
        while self.moving:
            self.moving.pop().close()


class Alike(Whole):
    """Where it is known how words are mixed, an address can be chosen for this port."""
    here, there = ("fd00::1", PORT), ("fd00::c595:d879:e68c:6633", PORT + 1)


class Pairs(Scene):
    most = least = PAIRS * BEHIND
    here, there = HERE, THERE

    def __init__(self):
        self.others = itertools.count()
        self.stay = [bound(self.here, PORT + i) for i in range(PAIRS) for _ in range(BEHIND)]
        self.pairs = []

    def prepare(self):
        self.pairs = [[asking(self.there, PORT + i, next(self.others)) for _ in range(2)]
                      for i in range(PAIRS)]

    def move(self):
        for i, pair in enumerate(self.pairs):
            while pair:
                pair.pop().close()
            pair += [asking(self.here, PORT + i, next(self.others)) for _ in range(2)]

    def end(self):
        for pair in self.pairs:
            while pair:
                pair.pop().close()


class Pairs6(Pairs):
    here, there = HERE6, THERE6


class Reopened(Scene):
    """Pairs that come again as they were, at the beginning of their lists; and those that stay."""

    def __init__(self):
        self.pairs, self.stay = [], []

    def move(self):
        for i, pair in enumerate(self.pairs):
            while pair:
                pair.pop().close()
            pair += self.pair(i)

    def end(self):
        for one in itertools.chain(self.stay, *self.pairs):
            one.close()


class Again(Reopened):
    most = least = PAIRS

    @staticmethod
    def pair(i):
        return [asking(HERE, PORT + i, other) for other in range(2)]

    def prepare(self):
        self.pairs = [self.pair(i) for i in range(PAIRS)]
        self.stay = [bound(HERE, PORT + i) for i in range(PAIRS)]


class Chain(Reopened):
    """Those that stay are of IPv6, so that they alone are counted."""
    state, count_before, options = "SYN_SENT", 600, ["-6"]
    most = least = count_before

    def new(self, i):
        return asking(HERE, PORT + i, 0)

    def stays(self, i):
        return asking(HERE6, PORT + i, 0)

    def pair(self, i):
        return [self.new(2 * i), self.new(2 * i + 1)]

    def prepare(self):
        """Two runs end among the pairs, and one of them between two of a pair."""
        self.pairs = [self.pair(i) for i in range(MANY // 2)]
        self.stay = [self.stays(0)]
        self.pairs += [self.pair(i) for i in range(MANY // 2, MANY)]
        self.stay += [self.stays(i) for i in range(1, self.count_before)]


class Noted(Chain):
    state, count_before, options = "BOUND", 6000, []
    least = HOLDERS * HELD + count_before
    most = least + 4 * MANY

    def __init__(self):
        super().__init__()
        hold.parent = os.getpid()
        for _ in range(HOLDERS):
            hold(HELD)

    def new(self, _):
        return bound(HERE)

    stays = new


class Replaced(Scene):
    count = 2 * MANY
    least, most = 0, count + LINGER

    def __init__(self):
        self.old, self.new = [], []

    def prepare(self):
        self.old = [bound(HERE) for _ in range(self.count)]
        self.new = [unbound() for _ in range(self.count)]

    def move(self):
        for old, new in zip(self.old, self.new):
            old.close()
            new.bind((HERE, PORT))

    def end(self):
        for one in self.old + self.new:
            one.close()


SCENES = {each.__name__.lower(): each
          for each in (Whole, Alike, Pairs, Pairs6, Again, Noted, Replaced, Chain)}


def census(program, scene, when):
    """Moves after so many runs; returns what was told, and how many runs there were."""
    asked, tell = os.pipe()
    ask, answer = os.pipe()
    runs = 0
    with subprocess.Popen([program, "--source", "bpf", "-j", *scene.options],
                          stdout=subprocess.PIPE, pass_fds=(tell, ask),
                          env=os.environ | {"BETWEEN_TELL": str(tell), "BETWEEN_ASK": str(ask)},
                          ) as process:
        os.close(tell)
        os.close(ask)
        while os.read(asked, 1):
            runs += 1
            if runs == when:
                scene.move()
            os.write(answer, b"g")
        told = json.loads(process.stdout.read())
    os.close(asked)
    os.close(answer)
    return told, runs


def misses(program, name):
    """Whether any census does, of all that there are of when to move."""
    scene, failed, when, runs = SCENES[name](), False, 0, 1
    while when < runs:
        when += 1
        scene.prepare()
        told, runs = census(program, scene, when)
        found = told["states"][scene.state]
        if told["source"]["complete"] and not scene.least <= found <= scene.most:
            print(f"{name}: moved after run {when} of {runs}: {found} of {scene.least} that stay")
            failed = True
        scene.end()
    print(f"{name}: {runs} runs")
    return failed or runs < 4


def main():
    subprocess.run(["ip", "-batch", "-"], input=NETWORK, text=True, check=True)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sys.exit(any([misses(sys.argv[1], name) for name in sys.argv[2:]]))


main()
