#!/usr/bin/env python3
"""Signals a program at many points of its work, and prints how much processor time and time goes by from the signal to its end.

usage: measure_stops.py POINTS INT|TERM PATH... -- COMMAND...

The command is run once for each PATH, which is put behind it, to its end, and then once for each point: the points are spread over the processor time of
the first run. Linux only: what has been used until the signal is read from /proc, and all of it is what wait4 says in the end.
"""
import os
import signal
import subprocess
import sys
import time


def used(pid):
    """Processor time of all threads, in seconds."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/schedstat") as stat:
                total += int(stat.read().split()[0])
        except OSError:
            pass  # a thread that has ended since
    return total / 1e9


def is_running(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def run(command, sent, after):
    """Runs the command, and signals it after so many seconds of processor time. Returns all that it used, and (used, time, code) from the signal on, or None."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    before = begun = None
    while after is not None and before is None and is_running(child.pid):
        time.sleep(0.001)
        spent = used(child.pid)
        if spent >= after:
            before, begun = spent, time.monotonic()
            os.kill(child.pid, sent)
    _, status, usage = os.wait4(child.pid, 0)
    ended = time.monotonic()
    child.returncode = os.waitstatus_to_exitcode(status)
    total = usage.ru_utime + usage.ru_stime
    return total, None if before is None else (total - before, ended - begun, child.returncode)


def spread(values):
    ordered = sorted(values)
    return ", ".join(f"{name} {1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))]:.0f}" for name, part in (("half", 0.5), ("90 %", 0.9), ("99 %", 0.99), ("most", 1)))


def main():
    at = sys.argv.index("--")
    points, sent = int(sys.argv[1]), getattr(signal, "SIG" + sys.argv[2])
    paths, command = sys.argv[3:at], sys.argv[at + 1:]
    stops = []
    for path in paths:
        full, _ = run([*command, path], sent, None)
        here = [stop for stop in (run([*command, path], sent, full * (point + 0.5) / points)[1] for point in range(points)) if stop]
        stops += here
        if here:
            print(f"{os.path.basename(path.rstrip('/')):32} whole {full:6.2f} s, {len(here)} stops, ms of processor time: {spread(s[0] for s in here)}; by the clock: {spread(s[1] for s in here)}; codes {sorted({s[2] for s in here})}", flush=True)
    print(f"{len(stops)} stops, ms of processor time: {spread(s[0] for s in stops)}; by the clock: {spread(s[1] for s in stops)}")


if __name__ == "__main__":
    main()
