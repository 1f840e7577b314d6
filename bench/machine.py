# SPDX-License-Identifier: MIT
"""What a benchmark says of the machine that it ran on, and where it finds the programs."""
import os
import platform
import subprocess
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("TCPCENSUS_BUILD", HERE + "/build"))


def find_programs():
    os.environ["PATH"] = f"{BUILD}:{BUILD}/bench:{os.environ['PATH']}:/usr/sbin:/sbin"
    os.environ["LC_ALL"] = "C"


def output(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()


def tell(mark):
    model = next((line.split(": ", 1)[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.machine())
    print(f"{mark}machine: {os.cpu_count()} processors, {model}")
    print(f"{mark}kernel: {platform.system()} {platform.release()}")
    print(f"{mark}date: {time.strftime('%Y-%m-%d', time.gmtime())}")
    print(f"{mark}load before: {' '.join(open('/proc/loadavg').read().split()[:3])}")
    print(f"{mark}{output('tcpcensus', '-V').splitlines()[0]}; {output('ss', '-V')}")
