"""Writes what CPython's ast makes of files: a line for each with a digest, or the whole text with --full. The last argument is a file with a path a line; with --cases it holds many sources itself."""
import ast
import hashlib
import io
import re
import struct
import sys
import threading
import tokenize
import warnings

OURS = {"comprehension": "Comprehension", "arguments": "Arguments", "arg": "Arg", "keyword": "Keyword", "alias": "Alias", "withitem": "WithItem", "match_case": "MatchCase"}
CONTEXTS = {ast.Load: "0", ast.Store: "1", ast.Del: "2"}
DETAILS = ("ctx", "op", "simple", "is_async", "conversion")
LATER = {"FunctionDef": "type_params", "AsyncFunctionDef": "type_params", "ClassDef": "type_params", "TypeVar": "default_value", "ParamSpec": "default_value", "TypeVarTuple": "default_value"}
LISTS = {"type_params"}


def constant(value, kind=None):
    if value is None or value is True or value is False:
        return str(value)
    if value is ...:
        return "Ellipsis"
    if isinstance(value, int):
        return hex(value)
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    if isinstance(value, complex):
        return "j" + struct.pack(">d", value.imag).hex()
    if isinstance(value, bytes):
        return "b" + value.hex()
    return (kind or "s") + value.encode("utf-8", "surrogatepass").hex()


class Dump:
    def __init__(self, source, positions):
        self.out = []
        self.starts = None
        self.classes = {}
        if positions:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
            text = source.decode(encoding).encode()
            mark = 3 if encoding == "utf-8-sig" else 0
            self.starts = [mark] + [mark + m.end() for m in re.finditer(rb"\r\n|\r|\n", text)]

    def fields(self, kind):
        names = [f for f in kind._fields if f not in ("type_comment", "type_ignores", "kind") and f not in DETAILS]
        if kind.__name__ in LATER and LATER[kind.__name__] not in names:
            names.append(LATER[kind.__name__])
        detail = [f for f in kind._fields if f in DETAILS]
        return OURS.get(kind.__name__, kind.__name__), names, detail[0] if detail else None

    def node(self, node):
        kind = type(node)
        known = self.classes.get(kind)
        if known is None:
            known = self.classes[kind] = self.fields(kind)
        name, fields, detail = known
        out = self.out
        out.append(name)
        if self.starts and hasattr(node, "lineno"):
            out.append("@%d-%d" % (self.starts[node.lineno - 1] + node.col_offset, self.starts[node.end_lineno - 1] + node.end_col_offset))
        if kind is ast.Constant:
            out.append(":" + constant(node.value, node.kind))
            return
        if kind is ast.MatchSingleton:
            out.append(":" + constant(node.value))
            return
        if detail:
            value = getattr(node, detail)
            if detail == "ctx":
                out.append(":" + CONTEXTS[type(value)])
            elif detail == "op":
                out.append(":" + type(value).__name__)
            else:
                out.append(":%d" % max(value, 0))
        out.append("(")
        # What is in an f-string has other positions in each version.
        starts = self.starts
        if kind.__name__ in ("JoinedStr", "TemplateStr"):
            self.starts = None
        for field in fields:
            self.value(getattr(node, field, [] if field in LISTS else None), kind.__name__ == "Interpolation" and field == "str")
            out.append(",")
        self.starts = starts
        out.append(")")

    def value(self, value, is_constant=False):
        out = self.out
        if is_constant:
            out.append("Constant:" + constant(value))
        elif isinstance(value, ast.cmpop):
            out.append(type(value).__name__)
        elif isinstance(value, ast.AST):
            self.node(value)
        elif isinstance(value, list):
            out.append("[")
            for item in value:
                self.value(item)
                out.append(",")
            out.append("]")
        elif value is None:
            out.append("-")
        else:
            out.append(str(value))


def dump(source, positions):
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        return "error " + type(e).__name__ + " " + str(getattr(e, "msg", e))
    dumper = Dump(source, positions)
    try:
        dumper.node(tree)
    except RecursionError:
        return "error RecursionError"
    return "".join(dumper.out)


def line(source, flags):
    text = dump(source, "--positions" in flags)
    if "--full" in flags or text.startswith("error "):
        return text.replace("\n", " ")
    return hashlib.md5(text.encode()).hexdigest()


def main():
    if "--cases" in sys.argv:
        for case in open(sys.argv[-1], "rb").read().split(b"\n---\n"):
            print(line(case, sys.argv))
        return
    for path in open(sys.argv[-1], encoding="utf-8", newline="\n"):
        with open(path.rstrip("\n"), "rb") as file:
            print(line(file.read(), sys.argv), flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(20000)
    threading.stack_size(512 << 20)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
