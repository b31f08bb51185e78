#!/usr/bin/python3
"""Writes the inputs of the speed measurements into a folder (about 250 MB on disk). The same every time.

    make_inputs.py DIR

The bombs are harmless to anybody who does not load them: none names a callable.
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
    for protocol in (2, 4):
        with open(folder / f"million_p{protocol}.pkl", "wb") as file:
            pickle.dump(records, file, protocol)


def reduce200k(folder):
    """200,000 calls of constructors that good models use."""
    start = datetime.datetime(2020, 1, 1)
    values = [start + datetime.timedelta(minutes=i) if i % 2 else decimal.Decimal(i) / 7 for i in range(200_000)]
    (folder / "reduce200k.pkl").write_bytes(pickle.dumps(values, 4))


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


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_inputs.py DIR")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for make in (million, reduce200k, floods, small2000, checkpoints, bombs):
        print(f"{make.__name__} ...", flush=True)
        make(folder)


if __name__ == "__main__":
    main()
