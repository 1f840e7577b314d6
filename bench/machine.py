# SPDX-License-Identifier: MIT
"""What benchmarks have in common: what machine it is, where the programs are, how they end."""
import ctypes
import os
import platform
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("TCPCENSUS_BUILD", HERE + "/build"))


def find_programs():
    os.environ["PATH"] = f"{BUILD}:{BUILD}/bench:{os.environ['PATH']}:/usr/sbin:/sbin"
    os.environ["LC_ALL"] = "C"


def end_with_us():
    """For a child before its command begins: it is asked to end when we are gone, however."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(main):
    """Asked to end, a benchmark ends what it has begun, and says nothing."""
    def leave(number, _):
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    main()


def refuse(text):
    """Arguments that nothing can be done with: one line, and an exit status of its own."""
    print(text, file=sys.stderr)
    sys.exit(2)


def arguments(page, *flags):
    """
    The words of the command line, and of the flags those that were given. -h is answered by the
    page, which begins with the usage.
    """
    usage = "usage: " + page.split(": ", 1)[0]
    if sys.argv[1:] in (["-h"], ["--help"]):
        print("usage: " + page.strip())
        sys.exit(0)
    words = [word for word in sys.argv[1:] if word not in flags]
    if any(word.startswith("-") for word in words):
        refuse(usage)
    return words, [flag for flag in flags if flag in sys.argv[1:]], usage


def processors():
    """Those that we may use."""
    return len(os.sched_getaffinity(0))


def output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=end_with_us).stdout.strip()


def tell(mark):
    model = next((line.split(": ", 1)[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.machine())
    print(f"{mark}machine: {processors()} processors, {model}")
    print(f"{mark}kernel: {platform.system()} {platform.release()}")
    print(f"{mark}date: {time.strftime('%Y-%m-%d', time.gmtime())}")
    print(f"{mark}load before: {' '.join(open('/proc/loadavg').read().split()[:3])}")
    print(f"{mark}{output('tcpcensus', '-V').splitlines()[0]}; {output('ss', '-V')}")
