#!/usr/bin/python3
"""Runs a command and prints what it cost, as one JSON object: user and system seconds, wall seconds, peak memory in MB, exit code.

    measure.py OUTPUT COMMAND...

The command's standard output goes to the file OUTPUT. Peak memory has a floor of about 10 MB, the size of this program when it
starts the other one.
"""
import json
import os
import sys
import time

output, command = sys.argv[1], sys.argv[2:]
begun = time.perf_counter()
child = os.fork()
if child == 0:
    try:
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, 1)
        os.execvp(command[0], command)
    except OSError as error:
        print(error, file=sys.stderr)
    os._exit(127)
_, status, usage = os.wait4(child, 0)
print(json.dumps({
    "user": usage.ru_utime,
    "system": usage.ru_stime,
    "wall": time.perf_counter() - begun,
    "megabytes": usage.ru_maxrss / 1024,
    "exit": os.waitstatus_to_exitcode(status),
}))
