"""Says what CPython's unpicklers would do with a stream, without letting them do it.

Reads streams from standard input, each behind its length (four bytes, little-endian), and answers each with one line of JSON:
for every dialect the events in order and the ending. find_class and persistent_load are replaced by recorders, so that nothing
is imported and nothing runs: the unpickler only ever meets plain data and Recorded classes.

    {"c": {"events": ["import os\\nsystem", "call os.system"], "end": ["stop", ""]}, "c-stream": "=", "python": {...}}

"=" stands for "the same as c". The dialects are the C unpickler on a file that shows all its bytes to peek() (as pickle.loads
has them), the C unpickler on a file without peek(), the unpickler written in Python, and PyTorch's restricted one. The last is there
where PyTorch 1.13 is installed: its code is run with recorders in the place of torch, and with the names of the first argument as its
list of globals; import events name module and name joined by a dot, as it does.

Strings of Python 2 are decoded as Latin-1, which never fails. Where there may be such strings, each stream is read a second time with
another encoding: the same dialects then have its name behind a slash, "c/ascii".

With the second argument "joblib" the only dialect is joblib's unpickler, which reads real arrays out of the stream.
"""
import copyreg
import gc
import io
import itertools
import json
import os
import pickle
import resource
import signal
import sys
import types

import _pickle

EVENTS = 10_000
MEMORY = 768 << 20
SECONDS = 2.0
SHOWN_CALLS = 16
EXTENSION = "\0 extension"
ENCODINGS = ("ascii", "utf-8", "bytes")
RESTRICTED = "/usr/lib/python3/dist-packages/torch/_weights_only_unpickler.py"

log = []
cache = {}


class Enough(Exception):
    """A stream had more events than are recorded."""


def record(event):
    if len(log) >= EVENTS:
        raise Enough
    log.append(event)


class Recorder(type):
    """The class of Recorded: answers whatever an unpickler asks of an object, and writes down that it asked."""

    def __call__(cls, *args, **kwargs):
        record("call " + cls.text)
        return made(cls.root, cls.calls + 1)

    def __setstate__(cls, state):
        record("build " + cls.text)

    def append(cls, item):
        record("method " + cls.text)

    def extend(cls, items):
        record("method " + cls.text)

    def add(cls, item):
        record("method " + cls.text)

    def __setitem__(cls, key, value):
        record("method " + cls.text)

    # The Python unpickler spreads arguments and keywords: an object may well be iterable or a mapping.
    def __iter__(cls):
        return iter(())

    def keys(cls):
        return ()

    def __getitem__(cls, key):
        raise KeyError(key)


def construct(cls, *args, **kwargs):
    """__new__ of every Recorded: NEWOBJ, NEWOBJ_EX, and INST and OBJ without arguments."""
    record("call " + cls.text)
    return made(cls.root, cls.calls + 1)


def made(root, calls):
    """The class that stands for what `calls` calls made of `root`; classes, because NEWOBJ of the C unpickler insists on one."""
    key = (root, calls)
    found = cache.get(key)
    if found is None:
        if len(cache) > 20_000:
            cache.clear()
        text = root + "()" * min(calls, SHOWN_CALLS)
        if calls > SHOWN_CALLS:
            text += f"... (more than {SHOWN_CALLS} calls)"
        found = Recorder("Recorded", (), {"__new__": construct, "__slots__": (), "root": root, "calls": calls, "text": text})
        cache[key] = found
    return found


class Hooks:
    def find_class(self, module, name):
        if module == EXTENSION:
            record("extension " + name)
            return made(f"extension({name})", 0)
        record(f"import {module}\n{name}")
        return made(f"{module}.{name}", 0)

    def persistent_load(self, pid):
        record("persistent")
        return made("persistent()", 0)


class CUnpickler(Hooks, _pickle.Unpickler):
    pass


class PythonUnpickler(Hooks, pickle._Unpickler):
    pass


class Allowed:
    """The list of the restricted unpickler: what is on it is a recorder."""

    def __init__(self, names):
        self.names = names

    def __contains__(self, path):
        return path in self.names

    def __getitem__(self, path):
        record("import " + path)
        return made(path, 0)

    def values(self):
        return AllowedValues(self.names)


class AllowedValues(Allowed):
    def __contains__(self, value):
        return isinstance(value, Recorder) and value.calls == 0 and value.root in self.names


def restricted(names):
    """PyTorch's restricted unpickler over recorders, or None where it is not there or not the one that is known here."""
    try:
        with open(RESTRICTED, encoding="utf-8") as file:
            source = file.read()
    except OSError:
        return None
    for old, new in (
        ("if cls is not torch.nn.Parameter:", "if cls not in _get_allowed_globals().values():"),
        ("self.append(torch.nn.Parameter(*args))", "self.append(construct(cls, *args))"),
    ):
        if source.count(old) != 1:
            return None
        source = source.replace(old, new)

    def decoded(text):
        return str(text, "ascii") if isinstance(text, bytes) else text

    # BUILD asks for the type of the object: that of a recorder is Recorder.
    sys.modules["torch"] = types.SimpleNamespace(
        nn=types.SimpleNamespace(Parameter=Recorder), Tensor=None, serialization=types.SimpleNamespace(_maybe_decode_ascii=decoded))
    module = {"construct": construct, "__name__": "restricted"}
    exec(compile(source, RESTRICTED, "exec"), module)
    del sys.modules["torch"]
    allowed = Allowed(frozenset(names))
    module["_get_allowed_globals"] = lambda: allowed

    class RestrictedUnpickler(module["Unpickler"]):
        def __init__(self, file, *, encoding, buffers):
            super().__init__(file, encoding=encoding)

        def persistent_load(self, pid):
            record("persistent")
            return made("persistent()", 0)

    return RestrictedUnpickler


def joblib_unpickler():
    """joblib's own unpickler, which reads real arrays: only wrappers, element types and the class of arrays are what they are."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    sys.path.append("/usr/lib/python3/dist-packages")
    import numpy
    import joblib.numpy_pickle as library

    class Wrapper(library.NumpyArrayWrapper):
        def __new__(cls, *args):
            record("call joblib.numpy_pickle.NumpyArrayWrapper")
            return object.__new__(cls)

        def __init__(self, *args):
            pass

        def __setstate__(self, state):
            record("build joblib.numpy_pickle.NumpyArrayWrapper()")
            self.__dict__.update(state)
            if isinstance(self.__dict__.get("dtype"), Dtype):
                self.dtype = self.dtype.real

    class Dtype:
        def __new__(cls, *args):
            record("call numpy.dtype")
            made = object.__new__(cls)
            made.real = numpy.dtype(*args)
            return made

        def __init__(self, *args):
            pass

        def __setstate__(self, state):
            record("build numpy.dtype()")
            self.real.__setstate__(state)

    real = {("joblib.numpy_pickle", "NumpyArrayWrapper"): Wrapper, ("numpy", "dtype"): Dtype, ("numpy", "ndarray"): numpy.ndarray}

    class JoblibHooks(Hooks):
        def find_class(self, module, name):
            found = super().find_class(module, name)
            return real.get((module, name), found)

    class NestedUnpickler(JoblibHooks, _pickle.Unpickler):
        pass

    class JoblibUnpickler(JoblibHooks, library.NumpyUnpickler):
        def __init__(self, file, *, encoding, buffers):
            super().__init__("", file)

    # What joblib hands arrays of objects to.
    library.pickle = types.SimpleNamespace(load=lambda file: NestedUnpickler(file).load())
    return JoblibUnpickler


def buffers():
    return (bytearray(b"buffer") for _ in itertools.count())


def run(unpickler, file, encoding):
    log.clear()
    copyreg._extension_cache.clear()
    try:
        unpickler(file, encoding=encoding, buffers=buffers()).load()
        end = ("stop", "")
    except BaseException as e:
        end = (type(e).__name__, str(e)[:300])
    return {"events": list(log), "end": end}


def ask(data, weights_only, encoding, suffix):
    whole = run(CUnpickler, io.BufferedReader(io.BytesIO(data), max(len(data) + 1, 8192)), encoding)
    stream = run(CUnpickler, io.BytesIO(data), encoding)
    python = run(PythonUnpickler, io.BytesIO(data), encoding)
    told = {"c" + suffix: whole, "c-stream" + suffix: "=" if stream == whole else stream, "python" + suffix: "=" if python == whole else python}
    if weights_only is not None:
        told["weights-only" + suffix] = run(weights_only, io.BytesIO(data), encoding)
    return told


def answer(data, weights_only):
    told = ask(data, weights_only, "latin1", "")
    if any(code in data for code in b"STU"):
        encoding = ENCODINGS[sum(data) % len(ENCODINGS)]
        told.update(ask(data, weights_only, encoding, "/" + encoding))
    return told


def confine():
    if os.getuid() == 0 or os.geteuid() == 0:
        sys.exit("The recorder does not run as root.")
    # No process may be started: uid and limit together make fork fail.
    for what, most in (("AS", MEMORY), ("CORE", 0), ("FSIZE", 0), ("CPU", 1800), ("NPROC", 0)):
        what = getattr(resource, "RLIMIT_" + what)
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    # CPython itself complains there about buffers that odd streams make it drop.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def main():
    joblib = joblib_unpickler() if sys.argv[2:] == ["joblib"] else None
    confine()
    for code in itertools.chain(range(1, 0x10000), (0x10000, 0x12345678, 0x7FFFFFFF)):
        copyreg._inverted_registry[code] = (EXTENSION, str(code))
    weights_only = restricted(sys.argv[1].split(","))
    gc.freeze()
    source, sink = sys.stdin.buffer, sys.stdout
    encode = json.JSONEncoder(separators=(",", ":")).encode
    while len(header := source.read(4)) == 4:
        data = source.read(int.from_bytes(header, "little"))
        # A stream that takes too long kills the process; whoever asked starts another and goes on behind it.
        signal.setitimer(signal.ITIMER_PROF, SECONDS + len(data) / 1e6)
        if joblib is not None:
            line = encode({"joblib": run(joblib, io.BufferedReader(io.BytesIO(data), max(len(data) + 1, 8192)), "ascii")})
        else:
            line = encode(answer(data, weights_only))
        signal.setitimer(signal.ITIMER_PROF, 0)
        sink.write(line + "\n")
        sink.flush()


main()
