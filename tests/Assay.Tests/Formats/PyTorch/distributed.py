# Writes distributed checkpoints with PyTorch's own classes, and prints what each tensor of them is: folder, name, element type, shape, SHA-256 of its bytes.
import dataclasses
import hashlib
import itertools
import os
import pickle
import sys

process = dataclasses._process_class


def hashed(made, *given, **named):
    """Python 3.11 wants the defaults of fields to have a hash, and PyTorch 1.13 has some that have none."""
    made = process(made, *given, **named)
    if made.__hash__ is None:
        made.__hash__ = object.__hash__
    return made


dataclasses._process_class = hashed

import torch
from torch.distributed._shard import checkpoint
from torch.distributed._shard.checkpoint.filesystem import _StorageInfo
from torch.distributed._shard.checkpoint.metadata import BytesStorageMetadata, ChunkStorageMetadata, Metadata, MetadataIndex, TensorStorageMetadata
from torch.distributed._shard.sharded_tensor.metadata import TensorProperties

top = sys.argv[1]
torch.manual_seed(15)


def tell(folder, name, tensor):
    kind = {torch.float32: "F32", torch.float64: "F64", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64", torch.bool: "BOOL"}[tensor.dtype]
    flat = tensor.contiguous().reshape(-1)
    raw = flat.view(torch.int16).numpy().tobytes() if tensor.dtype == torch.bfloat16 and flat.numel() else flat.float().numpy().tobytes()[:0] if not flat.numel() else flat.numpy().tobytes()
    print("\t".join([folder, name, kind, ",".join(map(str, tensor.shape)), hashlib.sha256(raw).hexdigest()]))


# One process, by the library itself.
state = {
    "a": torch.randn(4, 6), "b.w": torch.arange(10), "half": torch.randn(3, 5).bfloat16(), "turned": torch.randn(6, 4).t(), "scalar": torch.tensor(3.5),
    "view": torch.randn(100)[10:20], "flags": torch.rand(9) > 0.5, "none": torch.zeros(0, 3), "epoch": 3, "optimizer": {"lr": torch.randn(3), "steps": [torch.tensor(2.0), 7]},
}
for folder, single in (("single", True), ("many", False)):
    checkpoint.save_state_dict(state, checkpoint.FileSystemWriter(os.path.join(top, folder), single_file_per_rank=single), no_dist=True)
    for name, tensor in state.items():
        if isinstance(tensor, torch.Tensor):
            tell(folder, name, tensor)
    tell(folder, "optimizer.lr", state["optimizer"]["lr"])
    tell(folder, "optimizer.steps.0", state["optimizer"]["steps"][0])


class Parts:
    """A checkpoint whose tensors lie in parts, put together of the library's classes."""

    def __init__(self, folder):
        self.folder, self.told, self.places, self.files = folder, {}, {}, {}
        os.makedirs(os.path.join(top, folder))

    def add(self, name, tensor, cuts, ranks=3, dtype=None, parts=None):
        chunks = []
        for number, box in enumerate(cuts):
            start, size = [one for one, _ in box], [two for _, two in box]
            chunks.append(ChunkStorageMetadata(torch.Size(start), torch.Size(size)))
            piece = tensor
            for dimension, (at, length) in enumerate(box):
                piece = piece.narrow(dimension, at, length)
            file = "__%d_0.distcp" % (number % ranks)
            with open(os.path.join(top, self.folder, file), "ab") as stream:
                at = stream.tell()
                # Every second part lies in another order of strides.
                piece = piece.clone() if number % 2 or piece.dim() < 2 else piece.transpose(0, -1).contiguous().transpose(0, -1)
                torch.save(piece if parts is None else parts(piece), stream)
                self.places[MetadataIndex(name, torch.Size(start))] = _StorageInfo(file, at, stream.tell() - at)
        self.told[name] = TensorStorageMetadata(TensorProperties(dtype=dtype or tensor.dtype), tensor.size(), chunks)

    def write(self):
        with open(os.path.join(top, self.folder, ".metadata"), "wb") as stream:
            pickle.dump(Metadata(self.told, None, self.places), stream)


def grid(*cuts):
    """All boxes between cuts in each dimension."""
    return list(itertools.product(*[[(one, two - one) for one, two in zip(cut, cut[1:])] for cut in cuts]))


good = Parts("parts")
for name, tensor, cuts in (
    ("rows", torch.randn(7, 5), grid([0, 3, 6, 7], [0, 5])), ("columns", torch.randn(6, 9), grid([0, 6], [0, 4, 8, 9])), ("cube", torch.randn(5, 7, 3).double(), grid([0, 2, 5], [0, 4, 7], [0, 1, 3])),
    ("uneven", torch.randn(5, 7).bfloat16(), [((0, 2), (0, 7)), ((2, 3), (0, 4)), ((2, 3), (4, 3))]), ("line", torch.randn(10).half(), grid([0, 1, 9, 10])), ("backwards", torch.arange(12).reshape(4, 3), grid([0, 2, 4], [0, 3])[::-1]),
    ("deep", torch.randn(2, 3, 1, 4, 2, 2, 3, 2), grid([0, 1, 2], [0, 3], [0, 1], [0, 2, 4], [0, 1, 2], [0, 2], [0, 3], [0, 1, 2])),
    ("gone", torch.zeros(4, 0), grid([0, 2, 4], [0, 0])),
):
    good.add(name, tensor, cuts)
    tell("parts", name, tensor)
good.write()

# What has to be refused.
whole = torch.randn(4, 4)


def bad(folder, cuts=None, change=None, **given):
    one = Parts("bad-" + folder)
    one.add("w", whole, cuts or grid([0, 2, 4], [0, 4]), **given)
    for index, place in list(one.places.items()):
        if change:
            change(one, index, place)
    one.write()


bad("gap", grid([0, 2, 3], [0, 4]))
bad("overlap", [((0, 3), (0, 4)), ((1, 3), (0, 4))])
bad("twice-and-gap", [((0, 2), (0, 4)), ((0, 2), (0, 4))])
bad("outside", [((0, 4), (0, 4))], lambda one, index, place: one.places.__setitem__(index, _StorageInfo("../parts/" + place.relative_path, place.offset, place.length)))
bad("missing", None, lambda one, index, place: one.places.__setitem__(index, _StorageInfo("__9_0.distcp", place.offset, place.length)))
bad("unsaid", None, lambda one, index, place: one.places.pop(index))
bad("beyond", None, lambda one, index, place: one.places.__setitem__(index, _StorageInfo(place.relative_path, place.offset, place.length + 100000)))
bad("other-type", dtype=torch.float64)
bad("other-shape", parts=lambda piece: piece.t().contiguous())
bad("no-tensor", parts=lambda piece: {"a": piece, "b": piece + 1})
bad("transformed", None, lambda one, index, place: setattr(place, "transform_descriptors", ["zstd"]))
bad("misplaced", None, lambda one, index, place: one.places.__setitem__(index, _StorageInfo(place.relative_path, place.offset + 1, place.length)))
