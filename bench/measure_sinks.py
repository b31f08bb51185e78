#!/usr/bin/env python3
"""Measures whether findings name what runs, and with what.

    bench/measure_sinks.py DIR --assay 'assay' [--list]

DIR holds labels.tsv and the files that it names. Each malicious pickle is read a second time by Python's own pickletools: a small stack machine follows the opcodes, as far as
they can be followed without loading anything, and notes each call with its callee and its arguments. Files in which that reading meets no call of a function (pickles in archives, in
other pickles, behind breaks) are counted apart. Of the others a file counts as named right if a finding names a callee that this reading saw called, handed over or filled by the file, and
shows the texts that go with it. Nothing is unpickled.
"""
import argparse, csv, json, os, pickletools, shlex, subprocess, sys, zipfile

TWINS = {"posix": "os", "nt": "os", "__builtin__": "builtins", "_io": "io", "posixpath": "os.path", "ntpath": "os.path", "cPickle": "pickle", "_pickle": "pickle",
         "commands": "subprocess", "_operator": "operator", "_codecs": "codecs", "_functools": "functools"}
# What rebuilds objects: a call of these alone harms nobody, so the file's sink is another call.
REBUILDS = {"copyreg._reconstructor", "copyreg.__newobj__", "collections.OrderedDict", "builtins.list", "builtins.dict", "builtins.set", "builtins.tuple", "builtins.bytearray", "codecs.encode",
            "builtins.object", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter", "numpy.core.multiarray._reconstruct", "numpy.dtype", "numpy.core.multiarray.scalar"}


class Value:
    """A constant, a container, a name, or what a call gave."""

    def __init__(self, kind, data=None, items=()):
        self.kind, self.data, self.items = kind, data, list(items)

    def texts(self, depth=0):
        if self.kind == "text":
            yield self.data
        for item in self.items if depth < 20 else ():
            yield from item.texts(depth + 1)

    def names(self, depth=0):
        if self.kind == "name":
            yield self.data
        for item in self.items if depth < 20 else ():
            yield from item.names(depth + 1)


def twin(name):
    module, dot, rest = name.partition(".")
    return TWINS.get(module, module) + dot + rest


def calls_of(data, depth=0):
    """(callee, names, texts) of each call in a stream of pickles, and in the pickles that lie in it as bytes or text, as far as they can be followed."""
    found, inner, position = [], [], 0
    while position < len(data):
        end = follow(data[position:], found, inner)
        if not end:
            break
        position += end
    for text in inner if depth < 20 else ():
        found += calls_of(text, depth + 1)
    return found


def follow(data, found, inner):
    stack, marks, memo = [], [], {}
    MARK = Value("mark")

    def pop():
        return stack.pop() if stack else Value("unknown")

    def to_mark():
        items = []
        while stack and stack[-1] is not MARK:
            items.append(stack.pop())
        if stack:
            stack.pop()
        return items[::-1]

    def call(callee, args):
        texts, names = list(args.texts()), list(callee.names()) + list(args.names())
        for name in callee.names():
            found.append((twin(name), [twin(n) for n in names], texts))
            break
        else:
            found.append(("?", [twin(n) for n in names], texts))
        return Value("result", None, [callee, args])

    try:
        for op, arg, at in pickletools.genops(data):
            n = op.name
            if n == "MARK":
                stack.append(MARK)
            elif n == "STOP":
                return at + 1
            elif n in ("GLOBAL", "INST"):
                name = Value("name", arg.replace(" ", ".", 1))
                if n == "INST":
                    name = call(name, Value("tuple", None, to_mark()))
                stack.append(name)
            elif n == "STACK_GLOBAL":
                name, module = pop(), pop()
                stack.append(Value("name", f"{module.data}.{name.data}"))
            elif n in ("REDUCE", "NEWOBJ"):
                args, callee = pop(), pop()
                stack.append(call(callee, args))
            elif n == "NEWOBJ_EX":
                kwargs, args, callee = pop(), pop(), pop()
                stack.append(call(callee, Value("tuple", None, [args, kwargs])))
            elif n == "OBJ":
                items = to_mark()
                stack.append(call(items[0] if items else Value("unknown"), Value("tuple", None, items[1:])))
            elif n == "BUILD":
                state, target = pop(), stack[-1] if stack else Value("unknown")
                call(target, state)
                target.items.append(state)
            elif n in ("TUPLE", "LIST", "DICT", "FROZENSET"):
                stack.append(Value("list", None, to_mark()))
            elif n in ("TUPLE1", "TUPLE2", "TUPLE3"):
                stack.append(Value("list", None, [pop() for _ in range(int(n[-1]))][::-1]))
            elif n in ("APPENDS", "SETITEMS", "ADDITEMS"):
                items = to_mark()
                fill(stack, items, call)
            elif n == "APPEND":
                fill(stack, [pop()], call)
            elif n == "SETITEM":
                value, key = pop(), pop()
                fill(stack, [key, value], call)
            elif n == "POP":
                pop()
            elif n == "POP_MARK":
                to_mark()
            elif n == "DUP":
                stack.append(stack[-1] if stack else Value("unknown"))
            elif n in ("PUT", "BINPUT", "LONG_BINPUT"):
                memo[arg] = stack[-1] if stack else Value("unknown")
            elif n == "MEMOIZE":
                memo[len(memo)] = stack[-1] if stack else Value("unknown")
            elif n in ("GET", "BINGET", "LONG_BINGET"):
                stack.append(memo.get(arg, Value("unknown")))
            elif n in ("EMPTY_LIST", "EMPTY_DICT", "EMPTY_TUPLE", "EMPTY_SET"):
                stack.append(Value("list"))
            elif n in ("PERSID", "BINPERSID"):
                stack.append(Value("unknown", None, [pop()] if n == "BINPERSID" else []))
            elif n in ("PROTO", "FRAME", "READONLY_BUFFER"):
                pass
            elif isinstance(arg, (str, bytes)):
                stack.append(Value("text", arg if isinstance(arg, str) else bytes(arg).decode("latin1")))
                if len(arg) > 4 and b"." in (raw := arg.encode("latin1", "ignore") if isinstance(arg, str) else bytes(arg)):
                    inner.append(raw)
            else:
                stack.append(Value("constant", arg))
    except Exception:  # A stream that breaks was followed as far as it went.
        pass
    return 0


def fill(stack, items, call):
    target = stack[-1] if stack else Value("unknown")
    if target.kind in ("name", "result"):
        call(target, Value("list", None, items))
    target.items.extend(items)


def members(path):
    """The bytes that may be a pickle: of a zip those of its members."""
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                return [archive.read(name) for name in archive.namelist()]
        except Exception:  # A broken archive is no stream that pickletools could follow.
            return []
    with open(path, "rb") as file:
        return [file.read()]


def told(finding):
    """The callables that a finding names, and all its texts."""
    evidence = finding.get("evidence", [])
    names = [e["text"] for e in evidence if e.get("kind") in ("callable", "as-written", "held-by")]
    return [twin(n.rstrip("()")) for n in names if n], finding.get("message", "") + " " + json.dumps(evidence, ensure_ascii=False)


def same(one, other):
    return one == other or one.startswith(other + ".") or other.startswith(one + ".") or one.split(".")[-1] == other.split(".")[-1] and len(one.split(".")) > 1


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder")
    options.add_argument("--assay", default="assay")
    options.add_argument("--list", action="store_true")
    options = options.parse_args()
    with open(os.path.join(options.folder, "labels.tsv"), newline="") as labels:
        rows = [r for r in csv.DictReader(labels, delimiter="\t") if r["label"] == "malicious" and r["family"] == "pickle"]
    paths = [os.path.join(options.folder, r["path"]) for r in rows]
    run = subprocess.run([*shlex.split(options.assay), "scan", "--format", "json", *paths], capture_output=True, check=False)
    reports = {t["path"]: t for t in json.loads(run.stdout)["targets"]}
    right = wrong = apart = 0
    for path in paths:
        calls = [c for data in members(path) for c in calls_of(data)]
        sinks = [c for c in calls if c[0] not in REBUILDS and c[1]]
        findings = [f for f in reports[path]["findings"] if f["severity"] not in ("info", "low")]
        if not sinks:
            apart += 1
            continue
        ok = False
        for names, text in map(told, findings):
            for _, called, texts in sinks:
                hit = any(same(n, c) for n in names for c in called)
                shown = [t for t in texts if len(t) > 1 and (t[:16] in text or json.dumps(t[:16], ensure_ascii=True)[1:-1] in text)]
                ok |= hit and (bool(shown) or not any(len(t) > 1 for t in texts))
        right, wrong = right + ok, wrong + (not ok)
        if not ok and options.list:
            print(os.path.relpath(path, options.folder), [c[0] for c in sinks][:6], [told(f)[0] for f in findings][:4])
    print(f"named right: {right} of {right + wrong} ({100 * right / max(1, right + wrong):.1f} %); without a call that this reading can follow: {apart}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
