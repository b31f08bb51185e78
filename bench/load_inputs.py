"""CPU milliseconds that CPython's C unpickler needs for each input, in process: the other side of `bench/speed --in-process`.

Usage: load_inputs.py FOLDER NAME...   prints a line `NAME MILLISECONDS`: the median of five loads, the collector off. Only inputs that
make_inputs.py wrote may be named: they are loaded for real.
"""

import gc
import os
import pickle
import statistics
import sys
import time
import zipfile
from io import BytesIO


class Stub:
    """Stands for every class and function, so that the checkpoint needs no PyTorch."""

    def __init__(self, *arguments, **keywords):
        pass

    def __setstate__(self, state):
        pass

    def __setitem__(self, key, value):
        pass


class Stubbed(pickle.Unpickler):
    def find_class(self, module, name):
        return Stub if module.startswith("torch") else super().find_class(module, name)

    def persistent_load(self, persistent_id):
        return Stub()


def load(data, stubbed):
    if isinstance(data, str):
        with open(data, "rb") as file:
            return pickle.load(file)
    if stubbed:
        return Stubbed(BytesIO(data)).load()
    return pickle.loads(data)


def main():
    folder = sys.argv[1]
    gc.disable()
    for name in sys.argv[2:]:
        path = os.path.join(folder, name)
        stubbed = name.endswith(".pt")
        if os.path.isdir(path):
            # Of many small files, opening and reading them is a part of the work.
            blobs = [os.path.join(path, f) for f in sorted(os.listdir(path))]
        elif stubbed:
            with zipfile.ZipFile(path) as archive:
                member = next(n for n in archive.namelist() if n.endswith("/data.pkl"))
                blobs = [archive.read(member)]
        else:
            blobs = [open(path, "rb").read()]
        times = []
        for _ in range(5):
            begun = time.process_time()
            for blob in blobs:
                value = load(blob, stubbed)
            times.append((time.process_time() - begun) * 1000)
            value = None
        print(name, f"{statistics.median(times):.2f}", flush=True)
    os._exit(0)


main()
