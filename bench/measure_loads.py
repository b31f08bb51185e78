#!/usr/bin/python3
"""What test loads cost: a hundred small models of PyTorch in one go, and one larger model beside the bare loads of it.

    measure_loads.py PROGRAM FOLDER [ROUNDS]

Writes the models into FOLDER (Debian's python3-torch). The bare side is one process that imports PyTorch and loads what the sandbox loads, with and
without weights_only. Prints medians: wall seconds, and processor seconds of everything that was started, where a control group can be made to count
them (as root; most of what a test load starts is reaped inside the box and shows in no process's own account).
"""
import os
import statistics
import subprocess
import sys
import time

program, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
small, large = os.path.join(folder, "small"), os.path.join(folder, "large.pt")
python = "/usr/bin/python3"

MAKE = """
import sys, torch
small, large = sys.argv[1:]
for i in range(100):
    torch.save(torch.nn.Sequential(torch.nn.Linear(8, 4), torch.nn.Linear(4, 2)).state_dict(), "%s/%03d.pt" % (small, i))
torch.save({"layer%d" % i: torch.rand(1024, 1024) for i in range(64)}, large)
"""

BARE = """
import sys, torch
for name in sys.argv[1:]:
    for only in (False, True):
        torch.load(name, map_location="cpu", weights_only=only)
"""


def group():
    """A control group and its meter, or none."""
    for base, meter in (("/sys/fs/cgroup/cpuacct", "cpuacct.usage"), ("/sys/fs/cgroup", "cpu.stat")):
        path = "%s/assay-loads-%d" % (base, os.getpid())
        try:
            os.mkdir(path)
        except OSError:
            continue
        if os.path.exists(os.path.join(path, meter)):
            return path, os.path.join(path, meter)
        os.rmdir(path)
    return None, None


def measured(command):
    path, meter = group()

    def enter():
        if path:
            with open(path + "/cgroup.procs", "w") as file:
                file.write(str(os.getpid()))
    begun = time.perf_counter()
    done = subprocess.run(command, preexec_fn=enter, stdout=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - begun
    # Findings, or a file that could not be loaded, would make this another measurement.
    assert done.returncode == 0, "%s ended with %d" % (command[0], done.returncode)
    if not path:
        return wall, None
    time.sleep(0.5)
    with open(meter) as file:
        text = file.read().split()
    os.rmdir(path)
    return wall, int(text[0]) / 1e9 if len(text) == 1 else int(text[1]) / 1e6


def compare(name, ours, bare):
    runs = [(measured(ours), measured(bare)) for _ in range(rounds + 1)][1:]
    for number, what in ((0, "wall"), (1, "processor")):
        if runs[0][0][number] is None:
            print("%s: no control group, so processor seconds are not known" % name)
            continue
        a, b = (statistics.median(run[side][number] for run in runs) for side in (0, 1))
        ratio = statistics.median(run[0][number] / run[1][number] for run in runs)
        print("%-28s %-10s sandbox %6.2f s   bare %6.2f s   ratio %.2f" % (name, what, a, b, ratio), flush=True)


os.makedirs(small, exist_ok=True)
if not os.path.exists(large):
    subprocess.run([python, "-c", MAKE, small, large], check=True)
names = [os.path.join(small, name) for name in sorted(os.listdir(small))]
compare("a hundred small models", [program, "detonate", "--quiet", small], [python, "-c", BARE, *names])
compare("one of 256 MB", [program, "detonate", "--quiet", large], [python, "-c", BARE, large])
