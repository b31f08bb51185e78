"""Times assay convert against cp of the same bytes, in turns, and reports medians, their ratio and the memory that was used at most."""
import argparse
import os
import statistics
import sys
import time


def write_checkpoint(path, gigabytes):
    import torch
    generator = torch.Generator().manual_seed(1)
    layers = {f"layers.{i}.weight": torch.randint(-2**62, 2**62, (4096, 4096), generator=generator, dtype=torch.int64).view(torch.float32)
              for i in range(gigabytes * 8)}
    torch.save(layers, path)


def run(arguments, *outputs):
    """Runs a program that writes one of the outputs; seconds and peak memory in MB. None of them is there before: each run finds the same memory free for its pages."""
    for output in outputs:
        if os.path.exists(output):
            os.remove(output)
    os.sync()
    started = time.monotonic()
    process = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(process, 0)
    seconds = time.monotonic() - started
    if status != 0:
        sys.exit(f"{' '.join(arguments)} failed with {status}")
    return seconds, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--gigabytes", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    source = os.path.join(options.folder, f"checkpoint-{options.gigabytes}.pt")
    if not os.path.exists(source):
        child = os.fork()
        if child == 0:
            write_checkpoint(source, options.gigabytes)
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit("The checkpoint could not be written.")
    copy, converted = os.path.join(options.folder, "copy.pt"), os.path.join(options.folder, "converted.safetensors")
    with open(source, "rb") as f:
        while f.read(1 << 24):
            pass
    cp, convert = [], []
    for i in range(options.rounds):
        # The first of a pair meets another disk than the second: they take turns.
        pair = [lambda: cp.append(run(["/bin/cp", source, copy], copy, converted)),
                lambda: convert.append(run([options.program, "convert", source, "-o", converted, "--no-verify"], copy, converted))]
        for step in pair if i % 2 == 0 else pair[::-1]:
            step()
    verified = run([options.program, "convert", source, "-o", converted], copy, converted)
    c, a = statistics.median(s for s, _ in cp), statistics.median(s for s, _ in convert)
    print(f"bytes                {os.path.getsize(source):,}")
    print(f"cp                   {c:.2f} s (median of {options.rounds})")
    print(f"convert --no-verify  {a:.2f} s, speed {c / a:.2f} times cp, at most {max(m for _, m in convert):.0f} MB")
    print(f"convert              {verified[0]:.2f} s, {verified[1]:.0f} MB; brings the bytes to the disk and reads them again")
    os.remove(converted)


main()
