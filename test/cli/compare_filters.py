#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the filters of the built program with those of ss(8), socket by socket.

	compare_filters.py EVERY SOURCE... < expressions	(one a line)

Runs in the network namespace of a scenario and adds sockets of its own that the expressions
select: on well-known ports, marked, bound to a device, with a port that the kernel chose. For
each EVERYth expression the sockets that `ss -tanHOe -a` shows have to be those that
`tcpcensus list` shows, by local and remote endpoint and, where the source has it, inode: through
each source that has what the expression asks for. Prints those that differ and a summary; exit
status 1 where one differs.
"""
import re
import socket
import subprocess
import sys

SO_MARK = 36
TRIES = 4  # handshakes and timers go on meanwhile: only what differs each time differs
# What a source lacks, and the columns by which sockets are told apart.
LACKS = {
    "netlink": re.compile(r"(?!)"),
    "proc": re.compile(r"\b(dev|fwmark|cgroup|autobound)\b"),
    "bpf": re.compile(r"\b(fwmark|cgroup|autobound)\b"),
}
COLUMNS = {"netlink": "local,remote,inode", "proc": "local,remote,inode", "bpf": "local,remote"}


def listener(family, address, port, mark=0, device=None):
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if address == "::" else 1)
    if mark:
        sock.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
    if device:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    sock.bind((address, port))
    sock.listen(8)
    return sock


def populate():
    """Keeps what it makes alive by returning it."""
    four, six = socket.AF_INET, socket.AF_INET6
    kept = [
        listener(four, "0.0.0.0", 22),
        listener(six, "::", 80, mark=5),
        listener(four, "127.0.0.1", 443, mark=0x13),
        listener(six, "::1", 443, mark=7),
        listener(four, "127.0.0.1", 5000, device="lo"),
        listener(six, "::1", 5000, device="lo", mark=0x11),
    ]
    for target in [("127.0.0.1", 22), ("127.0.0.1", 80), ("127.0.0.1", 443), ("127.0.0.1", 5000)]:
        for mark in (0, 5, 0x21):
            client = socket.socket(four, socket.SOCK_STREAM)
            if mark:
                client.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
            client.connect(target)
            kept.append(client)
    for target in [("::1", 80), ("::1", 443), ("::1", 5000)]:
        client = socket.socket(six, socket.SOCK_STREAM)
        client.connect(target)
        kept.append(client)
    mapped = socket.socket(six, socket.SOCK_STREAM)
    mapped.connect(("::ffff:127.0.0.1", 80))
    bound = socket.socket(four, socket.SOCK_STREAM)
    # In the range of those that the kernel chooses, so one may be taken by a client from above.
    for port in range(40000, 40100):
        try:
            bound.bind(("127.0.0.1", port))
            break
        except OSError:
            pass
    bound.connect(("127.0.0.1", 443))
    return kept + [mapped, bound]


def endpoint(text):
    """An endpoint, of ss as this program writes it; without the device, which proc has not."""
    text = re.sub(r"%[^:\]]*", "", text)
    text = re.sub(r"^\*:", "[::]:", text)
    return re.sub(r"^\[::ffff:([0-9.]+)\]", r"\1", text)


def ss(words):
    done = subprocess.run(["ss", "-tanHOe", "-a"] + words, capture_output=True, text=True)
    found = []
    for line in done.stdout.splitlines():
        cells = line.split()
        inode = re.search(r" ino:(\d+)", line)
        at = 2 if cells[0].isdigit() else 3  # no column for the state where there is only one
        found.append((endpoint(cells[at]), endpoint(cells[at + 1]), inode.group(1) if inode else "0"))
    # An expression that leaves no state is told on stderr, and selects nothing.
    refused = done.returncode and "no socket states" not in done.stderr
    return sorted(found), refused and done.stderr.strip()


def ours(source, words):
    command = ["tcpcensus", "list", "--source", source, "-n", "0", "-o", "csv",
               "-c", COLUMNS[source]]
    done = subprocess.run(command + words, capture_output=True, text=True)
    rows = [line.split(",")[:-1] for line in done.stdout.splitlines()[1:]]
    found = [(endpoint(row[0]), endpoint(row[1]), *row[2:]) for row in rows]
    return sorted(found), done.returncode and done.stderr.strip()


def compare(source, words, seen):
    """With what ss has shown, or shows anew where that differs."""
    for number in range(TRIES):
        theirs, refused = seen if not number else ss(words)
        theirs = sorted(row[:COLUMNS[source].count(",") + 1] for row in theirs)
        found, error = ours(source, words)
        if theirs == found and bool(refused) == bool(error):
            return len(theirs), None
    return len(theirs), (
        f"differs by {source}: {' '.join(words)}\n"
        f"  only ss:   {[s for s in theirs if s not in found][:4]} {refused or ''}\n"
        f"  only ours: {[s for s in found if s not in theirs][:4]} {error or ''}")


def main():
    every = int(sys.argv[1])
    kept = populate()
    counts = {source: 0 for source in sys.argv[2:]}
    nothing = different = 0
    for number, line in enumerate(sys.stdin):
        if number % every:
            continue
        words = line.split()
        seen = ss(words)
        for source in [source for source in counts if not LACKS[source].search(line)]:
            selected, difference = compare(source, words, seen)
            counts[source] += 1
            if difference:
                different += 1
                print(difference)
        nothing += not selected
    told = ", ".join(f"{count} expressions by {source}" for source, count in counts.items())
    print(f"{told}; {nothing} select nothing, {different} differ; {len(kept)} sockets added")
    return 1 if different or nothing * 2 > counts["netlink"] or min(counts.values()) < 20 else 0


sys.exit(main())
