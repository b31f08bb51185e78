"""Writes ordinary pickles to standard output, each behind its length: what planted calls are planted into."""
import collections
import copyreg
import datetime
import decimal
import enum
import fractions
import functools
import pathlib
import pickle
import struct
import sys
import uuid


class Plain:
    def __init__(self, value):
        self.value = value


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a, self.b = 1, [2]


class Stateful:
    def __getstate__(self):
        return {"x": (1, 2), "y": None}

    def __setstate__(self, state):
        self.__dict__.update(state)


class Keyword:
    def __new__(cls, *, size):
        return super().__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"size": 3}


class Listing(list):
    pass


class Mapping(dict):
    pass


class Colour(enum.Enum):
    RED = 1


class Array:
    """Reduces as an array of NumPy does."""

    def __reduce__(self):
        return copyreg._reconstructor, (Plain, object, None), (1, (3,), b"\0" * 24, False)


class External:
    pass


class Pickler(pickle._Pickler):
    def persistent_id(self, value):
        return ("storage", "FloatStorage", "0", "cpu", 4) if isinstance(value, External) else None


recursive = []
recursive.append({"self": recursive})
shared = ["shared", ("tuple", 1)]
objects = [
    {"a": 1, "b": [1.5, None, True], "c": ("x", b"bytes", "caf\u00e9"), "d": {1, 2}, "e": frozenset("ab")},
    [shared, shared, {"again": shared}],
    recursive,
    collections.OrderedDict((f"layer.{i}", [i, i * 0.5]) for i in range(4)),
    collections.defaultdict(list, {"k": [1]}),
    collections.Counter("abracadabra"),
    [datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.date(2020, 1, 2), datetime.timedelta(5)],
    [decimal.Decimal("1.5"), fractions.Fraction(1, 3), complex(1, 2), 10**30, -(10**400)],
    [Plain(1), Plain([Plain(2)]), Slotted(), Stateful(), Listing([1, 2]), Mapping(a=1), Colour.RED],
    [Array(), Array(), bytearray(b"abc")],
    {"partial": functools.partial(int, base=2), "path": pathlib.PurePosixPath("a/b"), "uuid": uuid.UUID(int=7), "range": range(3)},
    {"weights": [External(), External()], "epoch": 3},
    [print, len, dict, Plain, collections.OrderedDict],
    "text " * 20,
    [[[[[[]]]]]],
    {i: str(i) for i in range(40)},
]


def write(data):
    sys.stdout.buffer.write(struct.pack("<I", len(data)) + data)


def dump(protocol, value, pickler):
    import io

    sink = io.BytesIO()
    try:
        pickler(sink, protocol).dump(value)
    except (pickle.PicklingError, TypeError, AttributeError):
        return  # Some of them need a later protocol.
    write(sink.getvalue())


for protocol in range(6):
    for value in objects + ([Keyword(size=3)] if protocol > 1 else []):
        dump(protocol, value, Pickler)
        dump(protocol, value, pickle.Pickler)
