#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command in this network namespace among processes whose sockets are known.

	crew.py SITUATION COMMAND [ARGUMENT...]

Every member of the crew is a process with a name of its own; the command finds its number in
the environment: $pid_NAME. All of them end with this program. Situations are the functions
whose names begin with in_. Exit status 77: this machine cannot do it, the reason is printed.
"""
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
HOST = "127.0.0.1"
ID = "3f4a5b6c7d8e9f00112233445566778899aabbccddeeff000123456789abcdef"
UID = "0b7632a2-a56e-4278-987a-22de18008dbe"
libc = ctypes.CDLL(None, use_errno=True)
pids = {}
cgroups = []


def member(name, work, cgroup=None, netns=False, label=None):
    """Forks a process that does its work, keeps what that returns, and waits to be ended."""
    read, write = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        libc.prctl(PR_SET_NAME, name.encode())
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            if cgroup:
                with open(cgroup + "/cgroup.procs", "w") as procs:
                    procs.write("0")
            if netns:
                libc.unshare(CLONE_NEWNET)
                loopback_up()
            kept = work()
            os.write(write, b"x")
            while kept != "go":
                signal.pause()
        finally:
            os._exit(0)
    os.close(write)
    if os.read(read, 1) != b"x":
        os.waitpid(pid, 0)
        if label != "goes":
            raise RuntimeError(f"{name} could not do its work")
    os.close(read)
    pids[label or name] = pid
    return pid


def loopback_up():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def listener(port, address=HOST, backlog=512):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen(backlog)
    return sock


def connect(port, count=1, local=0, address=HOST):
    made = []
    for i in range(count):
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        if local:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((address, local + i))
        sock.connect((address, port))
        made.append(sock)
    return made


def server(name, port, closing=b"", cgroup=None, address=HOST):
    """Accepts what comes. A client's byte says what is next: k keep, c close, anything else: close
    once the client has."""
    def work():
        sock = listener(port, address)
        if os.fork():
            return sock
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(PR_SET_NAME, (name + "-worker").encode())
        kept = []
        while True:
            accepted, _ = sock.accept()
            word = accepted.recv(1)
            if word == b"k":
                kept.append(accepted)
            elif word == b"c":
                accepted.close()
            else:
                while accepted.recv(100):
                    pass
                accepted.close()
    member(name, work, cgroup)


def keep(port, count=1, **options):
    made = connect(port, count, **options)
    for sock in made:
        sock.send(b"k")
    return made


def leave(port, count=1, **options):
    """Connections that this side closed first: TIME_WAIT here."""
    for sock in connect(port, count, **options):
        sock.send(b"w")
        sock.shutdown(socket.SHUT_WR)
        sock.recv(1)
        sock.close()


def be_left(port, count=1):
    """Connections that the server closed first: TIME_WAIT there."""
    for sock in connect(port, count):
        sock.send(b"c")
        sock.recv(1)
        sock.close()


# ---- Situations --------------------------------------------------------------------------


def in_shares():
    """Hundreds of sockets: shared listeners, forked workers, several descriptors of one. ss(8)
    cuts a name off at ")", so none has one."""
    def master(port, workers, names):
        def work():
            sock = listener(port)
            kept = [sock]
            for i in range(workers):
                if os.fork() == 0:
                    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
                    libc.prctl(PR_SET_NAME, names[i % len(names)].encode())
                    own = [connect(port, 6), os.dup(sock.fileno()), os.dup(sock.fileno())]
                    accepted = [sock.accept()[0] for _ in range(6)]
                    if i % 2:
                        sock.close()
                    if i % 3 == 0 and os.fork() == 0:  # shares what it got
                        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
                        os.setsid()
                        libc.prctl(PR_SET_NAME, b"child of it")
                    ready.send(b"x")
                    while own and accepted:
                        signal.pause()
            expected = workers + (workers + 2) // 3
            while expected:
                expected -= len(wait.recv(expected))
            return kept
        wait, ready = socket.socketpair()
        return work
    for i, names in enumerate((["nginx"], ["php-fpm", "a ( S 1"], ["x y", "12/34", "a,b"])):
        member(f"master{i}", master(8000 + i, 16, names), label=f"master{i}")
        member(f"other{i}", master(8000 + i, 5, names), netns=True, label=f"netns{i}")
    member("v6", lambda: [listener(443, "::1"), *connect(443, 5, address="::1")])
    member("bare", lambda: [listener(81), connect(81, 3)])


def in_rules():
    """Sockets that nobody holds, and what tells whose they were."""
    server("web", 8080)
    member("visitor", lambda: be_left(8080, 4))
    member("slow", lambda: listener(8081))
    member("waits", lambda: connect(8081, 2))
    server("db", 8082)
    member("app", lambda: all_of(keep(8082, 2), leave(8082, 3)))
    server("shared", 8083)
    member("alpha", lambda: all_of(keep(8083), leave(8083, 2)))
    member("beta", lambda: keep(8083))
    server("cache", 8084)
    for i in range(8):
        member("worker", lambda: all_of(keep(8084), leave(8084)), label=f"worker{i}")
    member("sink", lambda: listener(8085))
    member("halves", lambda: all_of(keep(8085), [s.close() for s in connect(8085, 3)]))


def all_of(*kept):
    return kept


def in_ports():
    """Nobody is connected to where these were; only the local port tells."""
    server("web", 8080)
    server("other", 8090)
    member("range", lambda: all_of(keep(8080, 2), leave(8090, 3)))
    member("low", lambda: all_of(keep(8080, 2, local=700), keep(8080, local=720),
                           leave(8090, 1, local=710), leave(8090, 1, local=730)))
    member("lower", lambda: all_of(keep(8080, 3, local=600), leave(8090, 1, local=601)))


def in_none():
    """All that could tell anything has gone."""
    def work():
        sock = listener(8080)
        client = connect(8080)[0]
        accepted, _ = sock.accept()
        client.close()
        accepted.recv(1)
        accepted.close()
        sock.close()
    member("passer-by", work)


def in_nameless():
    member("", lambda: [listener(8080), listener(8081)], label="nameless")


def in_filters():
    server("web", 8080)
    member("app", lambda: keep(8080, 3))
    member("other", lambda: keep(8080, 2))
    member("sleeper", lambda: None)


def cgroup2_mount():
    with open("/proc/self/mountinfo") as mounts:
        for line in mounts:
            words = line.split()
            if words[words.index("-") + 1] == "cgroup2" and words[3] == "/":
                return words[4]
    return None


def clear_cgroups(root):
    for folder, _, _ in os.walk(root, topdown=False):
        for _ in range(200):  # until the kernel has seen its processes go
            try:
                os.rmdir(folder)
                break
            except FileNotFoundError:
                break
            except OSError:
                time.sleep(0.01)


def make_cgroup_root():
    mount = cgroup2_mount()
    if not mount:
        print("no cgroup2 is mounted")
        sys.exit(77)
    for name in os.listdir(mount):  # of a run that was killed
        number = name.rpartition("-")[2]
        if name.startswith("tcpcensus-test-") and not os.path.exists("/proc/" + number):
            clear_cgroups(mount + "/" + name)
    root = f"{mount}/tcpcensus-test-{os.getpid()}"
    try:
        os.mkdir(root)
    except OSError as error:
        print(f"cgroup2 cannot be written: {error}")
        sys.exit(77)
    cgroups.append(root)
    os.environ["cgroup_root"] = f"/tcpcensus-test-{os.getpid()}"
    return root


CGROUPS = {
    8001: "system.slice/nginx.service",
    8002: f"system.slice/docker-{ID}.scope",
    8003: f"docker/{ID}",
    8004: f"machine.slice/libpod-{ID}.scope",
    8005: f"kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod{UID.replace('-', '_')}"
          f".slice/cri-containerd-{ID}.scope",
    8006: f"kubepods/burstable/pod{UID}/{ID}",
    8007: "lxc.payload.mail",
    8008: "machine.slice/machine-web\\x2d1.scope/payload",
    8009: "user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope",
}


def make_cgroup(root, path):
    os.makedirs(f"{root}/{path}")
    return f"{root}/{path}"


def in_cgroups():
    root = make_cgroup_root()
    for port, path in CGROUPS.items():
        member(f"m{port}", lambda port=port: [listener(port), connect(port, 2)],
               make_cgroup(root, path))
    # Two programs of one unit, and the TIME_WAIT of one of them: the unit is known.
    unit = make_cgroup(root, "system.slice/pair.service")
    server("target", 8100)
    member("alpha", lambda: all_of(keep(8100), leave(8100)), unit)
    member("beta", lambda: keep(8100), unit)


def in_gone():
    """The processes have gone, the kernel still sends what they wrote, the cgroup is there; and a
    stranger with a cgroup of its own is the only one who uses the ephemeral range. One was in
    the cgroup that everybody is in who was not put anywhere."""
    root = make_cgroup_root()

    def work(address=HOST):
        sock = connect(8080, address=address)[0]
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while sock.send(bytes(1 << 16)):
                pass
        return "go"
    member("silent", lambda: listener(8080))
    server("web", 8090)
    member("stranger", lambda: keep(8090, 2), make_cgroup(root, "system.slice/stranger.service"))
    gone = member("gone", work, make_cgroup(root, f"docker/{ID}/gone.service"))
    os.waitpid(gone, 0)
    member("quiet", lambda: listener(8080, "127.0.0.7"))
    anywhere = member("anywhere", lambda: work("127.0.0.7"), cgroup2_mount())
    os.waitpid(anywhere, 0)


def settle():
    """Waits until what was closed has been confirmed; delayed ACKs take their time."""
    for _ in range(500):
        with open("/proc/net/tcp") as table:
            if not any(line.split()[3] in ("04", "09", "0B") for line in table):
                return
        time.sleep(0.01)


def main():
    situation = sys.argv[1]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    loopback_up()
    try:
        globals()["in_" + situation]()
        if situation != "gone":
            settle()
        for name, pid in pids.items():
            os.environ["pid_" + name.replace("-", "_")] = str(pid)
        return subprocess.run(sys.argv[2:]).returncode
    finally:
        for pid in pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in pids.values():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        for root in cgroups:
            clear_cgroups(root)


sys.exit(main())
