#!/usr/bin/python3
"""Writes the inputs of the speed measurements into a folder (about 600 MB on disk). The same every time with the same libraries.

    make_inputs.py DIR

Needs NumPy, joblib, scikit-learn and PyTorch. The bombs and the costly inputs are harmless to anybody who does not load them.
"""
import bz2
import datetime
import decimal
import gzip
import io
import lzma
import pickle
import random
import struct
import sys
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path

STAMP = (1980, 1, 1, 0, 0, 0)


def million(folder):
    """A list of a million dicts: eleven million opcodes, 40 to 50 MB on disk."""
    records = [{"id": i, "name": "sample %07d" % i, "value": i * 0.5} for i in range(1_000_000)]
    for protocol in (0, 2, 4):
        with open(folder / f"million_p{protocol}.pkl", "wb") as file:
            pickle.dump(records, file, protocol)


def reduce200k(folder):
    """200,000 calls of constructors that good models use."""
    start = datetime.datetime(2020, 1, 1)
    values = [start + datetime.timedelta(minutes=i) if i % 2 else decimal.Decimal(i) / 7 for i in range(200_000)]
    (folder / "reduce200k.pkl").write_bytes(pickle.dumps(values, 4))


def numbers(folder):
    """A million floats of protocol 0: texts of numbers, and nothing else."""
    chance = random.Random(7)
    (folder / "floats_p0.pkl").write_bytes(pickle.dumps([chance.random() for _ in range(1_000_000)], 0))


def states(folder):
    """200,000 objects with a state, of a class that every Python has."""
    import types
    values = [types.SimpleNamespace(index=i, name="object %d" % i, part=i * 0.25) for i in range(200_000)]
    (folder / "states200k.pkl").write_bytes(pickle.dumps(values, 4))


def libraries(folder):
    """What real libraries write: a forest by joblib, plain and compressed, and an array of objects."""
    import joblib
    import numpy
    from sklearn.ensemble import RandomForestClassifier
    chance = numpy.random.default_rng(5)
    forest = RandomForestClassifier(n_estimators=300, max_depth=12, random_state=3, n_jobs=1)
    forest.fit(chance.random((4000, 12)), chance.integers(0, 4, 4000))
    joblib.dump(forest, folder / "forest.joblib")
    joblib.dump(forest, folder / "forest_zlib.joblib", compress=("zlib", 3))
    joblib.dump(forest, folder / "forest_xz.joblib", compress=("xz", 3))
    joblib.dump(forest, folder / "forest_bz2.joblib", compress=("bz2", 3))
    values = numpy.empty(300_000, dtype=object)
    values[:] = [{"id": i, "name": "row %d" % i} for i in range(len(values))]
    numpy.save(folder / "objects300k.npy", values, allow_pickle=True)


def floods(folder):
    """Inputs at the weak spots of abstract machines: a deep stack, a large memo, a memo that begins at 1, deep nesting."""
    (folder / "none20m.pkl").write_bytes(b"\x80\x02(" + b"N" * 20_000_000 + b"l.")
    for name, first in (("memo3m", 0), ("memo3m_from1", 1)):
        puts = b"".join(b"Nr" + struct.pack("<I", i) for i in range(first, first + 3_000_000))
        (folder / f"{name}.pkl").write_bytes(b"\x80\x02(" + puts + b"l.")
    (folder / "deep1m.pkl").write_bytes(b"\x80\x02" + b"]" * 1_000_000 + b"a" * 999_999 + b".")


def small2000(folder):
    """2,000 small pickles of protocols 2 to 5."""
    target = folder / "small2000"
    target.mkdir(exist_ok=True)
    chance = random.Random(20)
    for i in range(2000):
        value = {f"key{k}": [chance.random() for _ in range(chance.randrange(1, 60))] for k in range(chance.randrange(1, 12))}
        value["name"], value["step"] = f"run {i}", i
        (target / f"{i:04}.pkl").write_bytes(pickle.dumps(value, 2 + i % 4))


class Storage:
    """Stands for a storage of a checkpoint: a key and a number of elements."""

    def __init__(self, key, count):
        self.key, self.count = key, count


class Tensor:
    """Stands for a tensor over a whole storage; pickles the way torch does it."""

    def __init__(self, storage, shape):
        self.storage, self.shape = storage, shape

    def __reduce__(self):
        import torch._utils
        strides, step = [], 1
        for size in reversed(self.shape):
            strides.insert(0, step)
            step *= size
        return torch._utils._rebuild_tensor_v2, (self.storage, 0, self.shape, tuple(strides), False, OrderedDict())


class CheckpointPickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Storage):
            import torch
            return "storage", torch.FloatStorage, value.key, "cpu", value.count
        return None


def checkpoint(path, tensors):
    """A PyTorch zip whose storages are holes of a sparse file: as large as asked, a few blocks on disk."""
    data = io.BytesIO()
    CheckpointPickler(data, 2).dump(OrderedDict(tensors))
    members = [("model/data.pkl", data.getvalue(), 0)]
    members += [(f"model/data/{t.storage.key}", None, t.storage.count * 4) for _, t in tensors]
    members += [("model/version", b"3\n", 0)]
    sums, central, entries = {}, io.BytesIO(), 0
    with open(path, "wb") as file:
        for name, content, hole in members:
            raw = name.encode()
            size = hole if content is None else len(content)
            crc = zlib.crc32(content) if content is not None else sums.setdefault(hole, zeros_crc(hole))
            common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, crc, size, size, len(raw), 0)
            offset = file.tell()
            file.write(b"PK\x03\x04" + common + raw)
            if content is None:
                file.seek(hole, 1)
            else:
                file.write(content)
            central.write(b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, offset) + raw)
            entries += 1
        start = file.tell()
        file.write(central.getvalue())
        file.write(b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, entries, entries, central.tell(), start, 0))


def zeros_crc(count):
    crc, block = 0, bytes(1 << 20)
    while count:
        part = min(count, len(block))
        crc = zlib.crc32(block[:part], crc)
        count -= part
    return crc


def checkpoints(folder):
    checkpoint(folder / "state1g.pt", [(f"layer{i}.weight", Tensor(Storage(str(i), 1 << 25), (1 << 13, 1 << 12))) for i in range(8)])
    checkpoint(folder / "many20k.pt", [(f"layer{i}.weight", Tensor(Storage(str(i), 16), (4, 4))) for i in range(20_000)])


def bombs(folder):
    """Small inputs that grow, nest or repeat. Any of them must end within 5 seconds and the memory limit."""
    target = folder / "bombs"
    target.mkdir(exist_ok=True)
    zeros = bytes(1 << 20)

    def stream(compressor):
        return b"".join(compressor.compress(zeros) for _ in range(2048)) + compressor.flush()

    (target / "zeros_2gb.pkl.gz").write_bytes(b"\x1f\x8b\x08\0\0\0\0\0\2\3" + stream(zlib.compressobj(9, zlib.DEFLATED, -15))
                                              + struct.pack("<II", zeros_crc(2 << 30), (2 << 30) & 0xFFFFFFFF))
    (target / "zeros_2gb.pkl.xz").write_bytes(stream(lzma.LZMACompressor(preset=0)))
    (target / "zeros_2gb.pkl.bz2").write_bytes(stream(bz2.BZ2Compressor(1)))
    with zipfile.ZipFile(target / "members_100k.zip", "w") as archive:
        for i in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"{i}.pkl", STAMP), b"N.")
    inner = pickle.dumps({"depth": 0})
    for _ in range(200):
        inner = gzip.compress(inner, 1, mtime=0)
    (target / "gzip_200_deep.pkl.gz").write_bytes(inner)
    (target / "laughs.pkl").write_bytes(b"\x80\x02]" + b"2\x86" * 60 + b".")
    (target / "nested_10k.pkl").write_bytes(b"\x80\x02" + b"]" * 10_000 + b"a" * 9_999 + b".")
    (target / "memo_highest.pkl").write_bytes(b"\x80\x02]r\xff\xff\xff\xff" + b"".join(b"r" + struct.pack("<I", (1 << k) - 1) for k in range(32)) + b".")
    (target / "declared_8eb.pkl").write_bytes(b"\x80\x04\x8e" + struct.pack("<Q", (1 << 63) - 1) + b"short")
    (target / "long_line.pkl").write_bytes(b"L" + b"9" * (32 << 20) + b"L\n.")
    (target / "marks_5m.pkl").write_bytes(b"\x80\x02" + b"(" * 5_000_000)


def members(data, method, size, crc, count):
    """A zip of many members that all lie on the same bytes."""
    name = b"a.pkl"
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, method, 0, 33, crc, len(data), size, len(name), 0) + name + data
    central = b"".join(
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, method, 0, 33, crc, len(data), size, 9, 0, 0, 0, 0, 0, 0) + b"%05d.pkl" % i for i in range(count))
    return local + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(central), len(local), 0)


def costly(folder):
    """Inputs of up to a megabyte that once cost much: each must end within 2 seconds and the memory limit. Some name os.system: none is ever loaded here."""
    target = folder / "costly"
    target.mkdir(exist_ok=True)
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    opcodes = b"\x80\x02" + b"N0" * 40_000 + b"N."
    packed = deflate.compress(opcodes) + deflate.flush()
    (target / "overlap_opcodes.zip").write_bytes(members(packed, 8, len(opcodes), zlib.crc32(opcodes), 15_000))
    (target / "overlap_bz2.zip").write_bytes(members(bz2.compress(bytes(40_000_000)), 12, 40_000_000, 0, 15_000))
    (target / "runs.bz2").write_bytes(bz2.compress(bytes(45_000_000)) * 8000)
    (target / "nested_calls.pkl").write_bytes(b"\x80\x04cos\nsystem\n" + b"(tR" * 330_000 + b".")
    (target / "getattr_of_getattr.pkl").write_bytes(b"\x80\x04cbuiltins\ngetattr\nq\0cos\nsystem\n" + b"q\1h\0(h\1X\1\0\0\0atR" * 65_000 + b".")
    (target / "stack48m.pkl.gz").write_bytes(gzip.compress(b"\x80\x02(" + b"N" * 48_000_000 + b"l.", 9, mtime=0))
    (target / "fold_split.pkl").write_bytes(b"\x80\x04cbuiltins\nstr.split\n(cbuiltins\nstr\n(X\1\0\0\0 tRNJ\0\x94\x35\x77tR.")
    source = b'exec("".join(chr(ord(c)^1) for c in "' + b"a" * 900_000 + b'"))'
    (target / "fold_source.pkl").write_bytes(b"\x80\x04cbuiltins\nexec\n(X" + struct.pack("<I", len(source)) + source + b"tR.")
    floods = {
        "names_of_os.pkl": lambda i: b"cos\na%x\n)R0" % i,
        "names_of_strangers.pkl": lambda i: b"cm%x\nf\n)R0" % i,
        "imports_appended.pkl": lambda i: b"cm%x\nf\nK\1a" % i,
        "extension_codes.pkl": lambda i: b"\x84" + struct.pack("<I", i + 1) + b")R0",
    }
    for name, piece in floods.items():
        pieces = [piece(i) for i in range(990_000 // len(piece(60_000)))]
        (target / name).write_bytes(b"\x80\x04" + b"".join(pieces) + b".")
    numbers = b"".join(b"J" + struct.pack("<I", i) + b"\x85R" for i in range(140_000))
    (target / "results_called.pkl").write_bytes(b"\x80\x04cos\nsystem\n" + numbers + b".")
    many = b"".join(b"X\4\0\0\0%04d" % (i * 7919 % 4000) for i in range(4000))
    (target / "one_list_many_calls.pkl").write_bytes(b"\x80\x04cbuiltins\nsorted\nq\0(" + many + b"tq\1" + b"h\0h\1\x85R0" * 135_000 + b".")
    text = b"a=1;" * 20_000
    (target / "one_source_many_calls.pkl").write_bytes(b"\x80\x04cbuiltins\nexec\nq\0X" + struct.pack("<I", len(text)) + text + b"q\1" + b"h\0h\1\x85R0" * 130_000 + b".")
    text = b'a="ab"*30000\n' + b'a=a.replace("a","b").replace("b","a")\n' * 25_000
    (target / "replace_again.pkl").write_bytes(b"\x80\x04cbuiltins\nexec\n(X" + struct.pack("<I", len(text)) + text + b"tR.")
    (target / "tiny_pickles.pkl").write_bytes(b"\xff\xff\xff\xffcos\nsystem\n(S'a'\ntR." * 40_000)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_inputs.py DIR")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for make in (million, numbers, reduce200k, states, libraries, floods, small2000, checkpoints, bombs, costly):
        print(f"{make.__name__} ...", flush=True)
        make(folder)


if __name__ == "__main__":
    main()
