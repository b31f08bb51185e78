# What a load changed for good in the process that it was loaded into: what was replaced, hooked in or switched off is compared before and after.
# Nothing of the load may run while this compares: no method of a key, no collection of garbage, no thread. So names are looked up in copies of plain texts, and
# every change is told as soon as it is found.
import _frozen_importlib_external
import _locale
import _signal
import _socket
import codecs
import faulthandler
import logging
import threading
from operator import is_, itemgetter, methodcaller

MOST_CHANGES = 1000
# Of these, single values, containers, objects, what their classes are set to and what functions hold are compared too; of all other modules, the functions and
# classes that stand there, and what stands in the classes. To look at a thing costs a copy of its page of memory, so no more is looked at.
CLOSELY = (
    "builtins", "sys", "_frozen_importlib", "_frozen_importlib_external", "pickle", "io", "_pyio", "os", "subprocess", "socket", "ssl", "importlib._bootstrap", "importlib._bootstrap_external", "threading", "logging", "json", "json.decoder",
    "json.encoder", "http.client", "urllib.request", "pathlib", "tempfile", "zipfile", "codecs", "copyreg", "_compat_pickle", "random", "asyncio.events", "requests.sessions", "requests.adapters",
    "urllib3.connection", "urllib3.connectionpool", "torch.serialization", "torch.nn.modules.module", "torch.storage", "torch._tensor", "joblib.numpy_pickle", "joblib.compressor", "numpy.lib.npyio",
    "pandas.io.pickle", "dill._dill", "cloudpickle.cloudpickle", "sklearn.base", "h5py._hl.files", "safetensors.torch", "skops.io._utils",
)
# What decides over connections and programs is there before each load, so that a change of it shows.
ALWAYS = ("ssl", "urllib.request", "subprocess", "tempfile", "zipfile")
METHOD, FUNCTION, BUILTIN, MODULE, NONE, GENERATOR = type(str.join), type(lambda: 0), type(len), type(sys), type(None), type(one for one in ())
FUNCTIONS = (BUILTIN, FUNCTION, type, type(itemgetter(0)))
IN_CLASSES = FUNCTIONS + (property, classmethod, staticmethod)
SETTINGS = (int, bool, float, str, bytes, tuple)
CONTAINERS = (dict, list, set)
ERRORS = ("strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace", "surrogateescape", "surrogatepass")
OF_ITS_OWN = ("__class__", "__builtins__", "__warningregistry__", "__annotations__")
# A class that Python code made; the others cannot be changed.
MADE = 1 << 9
VALUES, FLAGS = methodcaller("values"), type.__dict__["__flags__"].__get__
NAME, QUALIFIED, SUBCLASSED, HELD, HOME = (type.__dict__[name].__get__ for name in ("__name__", "__qualname__", "__mro__", "__dict__", "__module__"))
CLOSURE, KEYWORDS, GLOBALS, CODE = (FUNCTION.__dict__[name].__get__ for name in ("__closure__", "__kwdefaults__", "__globals__", "__code__"))
CONTENTS = type((lambda one: lambda: one)(0).__closure__[0]).__dict__["cell_contents"].__get__
MODULES, JOINED = sys.modules, itertools.chain.from_iterable


def unseen_lists():
    """Lists that the interpreter keeps for itself, found by what is put into them: what runs beside a fork, and what finds codecs."""
    def ours(name=None):
        return None
    os.register_at_fork(before=ours, after_in_child=ours, after_in_parent=ours)
    codecs.register(ours)
    found = [one for one in gc.get_referrers(ours) if type(one) is list]
    codecs.unregister(ours)
    return [("os.register_at_fork" if ours in one else "codecs.register", one) for one in found]


def picture(main):
    """What is there before a load, in a form that nobody can change; nothing of it is called later."""
    modules, classes, containers, objects, functions = [], {}, [], {}, {}
    for name, module in list(MODULES.items()):
        if type(module) is MODULE and module is not main and name != "__main__":
            # Libraries keep the module of the harness under a name of their own.
            names = module.__dict__ if module.__dict__ is not globals() else {}
            modules.append((name, module, names, tuple(names), tuple(names.values())))
            for key, thing in list(names.items()):
                if of(thing, type) and FLAGS(thing) & MADE and id(thing) not in classes:
                    classes[id(thing)] = ("%s.%s" % (name, key), name in CLOSELY, thing, HELD(thing), SUBCLASSED(thing))
                elif type(thing) is FUNCTION and name in CLOSELY:
                    functions[id(thing)] = (name, key, thing)
                elif name in CLOSELY and key not in OF_ITS_OWN and of(thing, CONTAINERS) and thing is not MODULES:
                    containers.append(("%s.%s" % (name, key), thing, content(thing)))
                elif name in CLOSELY and not of(thing, MODULE):
                    objects[id(thing)] = ("%s.%s" % (name, key), thing)
    # What loads and connects is told first, whatever else was changed to hide it.
    modules.sort(key=lambda one: one[0] not in CLOSELY)
    objects.update((id(one), (name, one)) for name, one in [("sys.path_importer_cache", one) for one in sys.path_importer_cache.values()] + [("sys.meta_path", one) for one in sys.meta_path]
                   + [("sys." + name, getattr(sys, name)) for name in ("stdin", "stdout", "stderr")])
    for label, closely, _, held, _ in classes.values():
        for key, thing in held.items() if closely else ():
            for one in (getattr(thing, "__func__", None), thing) if type(thing) in (classmethod, staticmethod) else (thing.fget, thing.fset) if type(thing) is property else (thing,):
                if type(one) is FUNCTION:
                    functions.setdefault(id(one), (label, key, one))
    paths = [(name + ".__path__", names["__path__"]) for name, _, names, _, _ in modules if type(names.get("__path__")) is list]
    lists = paths + [
        ("sys.meta_path", sys.meta_path), ("sys.path_hooks", sys.path_hooks), ("sys.path", sys.path), ("gc.callbacks", gc.callbacks),
        ("logging.root.handlers", logging.root.handlers), ("os.environ", os.environ._data), ("sys.path_importer_cache", sys.path_importer_cache),
        ("pickle._Unpickler.dispatch", pickle._Unpickler.dispatch), ("pickle._Pickler.dispatch", pickle._Pickler.dispatch),
    ] + unseen_lists()
    classes = tuple(classes.values())
    return (
        tuple(modules), classes, tuple((tuple(held), tuple(held.values())) for _, _, _, held, _ in classes),
        tuple((name, one, content(one)) for name, one in lists), tuple(containers), instances(objects.values()), inside(list(functions.values())), tuple(threading._threading_atexits),
        tuple((name, getattr(MODULES[name.rpartition(".")[0]], name.rpartition(".")[2])) for name in ONES), switches(gc.isenabled()),
    )


def content(container):
    """What a container holds, by the methods of the plain kind that it is of."""
    if of(container, dict):
        return tuple(dict.items(container))
    return tuple((list if of(container, list) else set).__iter__(container))


def instances(objects):
    """Objects with attributes of their own."""
    found = []
    for label, thing in objects:
        try:
            held = object.__getattribute__(thing, "__dict__")
        except Exception:
            continue
        if type(held) is dict and not of(thing, FUNCTIONS):
            found.append((label, type(thing), held, tuple(held), tuple(held.values()), tuple((key, one, tuple(one)) for key, one in held.items() if type(one) is list)))
    return tuple(found)


def inside(waiting):
    """What functions hold where nobody is told of a change: the variables of functions around them, and defaults of keywords."""
    owners, cells, named, seen = [], [], [], set()
    while waiting:
        name, key, function = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        if KEYWORDS(function):
            named.append((name, key, KEYWORDS(function)))
        for cell in CLOSURE(function) or ():
            try:
                if of(CONTENTS(cell), FUNCTIONS):
                    owners.append((name, key))
                    cells.append(cell)
                    if type(CONTENTS(cell)) is FUNCTION:
                        waiting.append((name, key, CONTENTS(cell)))
            except ValueError:
                # Nothing is in it yet.
                pass
    return tuple(owners), tuple(cells), tuple(map(CONTENTS, cells)), tuple(named), tuple(tuple(one.items()) for _, _, one in named)


# Held by who they are: another object in their place is a change as well.
ONES = ("os.environ", "sys.modules", "sys.meta_path", "sys.path_hooks", "sys.path", "sys.stdin", "sys.stdout", "sys.stderr")
# Asked by functions of C that are held here: what stands in their modules when a load is over may be the load's.
CWD, LOOKUP_ERROR, GETSIGNAL, MANAGER, ASYNC_HOOKS, WAKEUP, THRESHOLD = os.getcwd, codecs.lookup_error, _signal.getsignal, logging.root.manager, sys.get_asyncgen_hooks, signal.set_wakeup_fd, gc.get_threshold
LOCALE, PLACE = _locale.setlocale, _locale.LC_ALL
ASKED = (
    ("sys.settrace", sys.gettrace), ("sys.setprofile", sys.getprofile), ("sys.setrecursionlimit", sys.getrecursionlimit), ("sys.setswitchinterval", sys.getswitchinterval),
    ("sys.setdlopenflags", sys.getdlopenflags), ("gc.set_debug", gc.get_debug), ("faulthandler.enable", faulthandler.is_enabled), ("socket.setdefaulttimeout", _socket.getdefaulttimeout),
    ("sys.set_coroutine_origin_tracking_depth", sys.get_coroutine_origin_tracking_depth),
) + ((("sys.set_int_max_str_digits", sys.get_int_max_str_digits),) if hasattr(sys, "get_int_max_str_digits") else ())


def switches(collects):
    """Single settings of the interpreter."""
    ssl = MODULES.get("ssl")
    names = plain(ssl.__dict__) if type(ssl) is MODULE else {}
    return tuple((name, ask()) for name, ask in ASKED) + (
        ("gc.enable", collects), ("gc.set_threshold", ascii(THRESHOLD())), ("locale.setlocale", LOCALE(PLACE)),
        ("sys.set_asyncgen_hooks", ASYNC_HOOKS()[0]), ("os.getcwd", folder()), ("logging.disable", MANAGER.__dict__.get("_disable")), ("signal.set_wakeup_fd", WAKEUP(-1)),
        # What somebody gets who asks for a connection that is checked.
        ("ssl.SSLContext.verify_mode", names.get("_create_default_https_context") is not names.get("create_default_context")),
    ) + tuple(("codecs.register_error(%s)" % name, LOOKUP_ERROR(name)) for name in ERRORS) + tuple(("signal.signal(%d)" % number, GETSIGNAL(number)) for number in range(1, 65))


def folder():
    try:
        return CWD()
    except OSError:
        return ""


def of(thing, kinds):
    """Whether a thing is of these kinds, whatever it says of itself."""
    return issubclass(type(thing), kinds)


def same(old, new):
    return len(old) == len(new) and all(map(is_, old, new))


def plain(names):
    """What stands under names that are texts and nothing more: other keys may answer with code of the load when they are compared."""
    return {key: value for key, value in list(names.items()) if type(key) is str}


def changes(before, collects, brought):
    """
    Tells, one by one, the names of what is another thing than before, and what it is; what was only added to a module is no change, but for names that take
    the place of builtins. The load brought code, by its identity, and ran files of the disk.
    """
    modules, classes, held, lists, containers, objects, functions, _, ones, single = before
    there, known, of_python = plain(MODULES), {one[0] for one in modules}, globals()["__builtins__"]
    for name, module, names, keys, values in modules:
        now = names.values()
        if len(now) != len(values) or not all(map(is_, values, now)):
            now = plain(names)
            for key, old in zip(keys, values):
                new = now.get(key, changes)
                if new is not old and key not in OF_ITS_OWN and not wraps(old, new) and (
                        of(old, FUNCTIONS + SETTINGS if name in CLOSELY else FUNCTIONS) or old is None and name in CLOSELY and not of(new, SETTINGS) and not of_new(new, known)):
                    yield name + "." + key, describe(new)
            for key in now.keys() - set(keys) if len(now) != len(keys) else ():
                if key in of_python and type(now[key]) is not MODULE or key == "__getattr__" or name == "builtins" and (of(now[key], FUNCTIONS) or FLAGS(type(now[key])) & MADE):
                    yield name + "." + key, describe(now[key])
            if len(now) != len(names) and all(type(key) is str for key in keys):
                yield name, "names that are no plain texts"
        if type(module) is not MODULE:
            yield name + ".__class__", describe(module)
        if there.get(name) is not module:
            yield "sys.modules['%s']" % name, describe(there.get(name))
    yield from new_modules(there, known, brought)
    if not same(tuple(JOINED(map(itemgetter(1), held))), tuple(JOINED(map(VALUES, map(itemgetter(3), classes))))):
        for (label, closely, _, names, bases), (keys, values) in zip(classes, held):
            if not same(values, tuple(names.values())):
                now, kinds = plain(names), IN_CLASSES + SETTINGS if closely else IN_CLASSES
                yield from [(label + "." + key, describe(now.get(key))) for key, old in zip(keys, values)
                            if of(old, kinds) and key not in OF_ITS_OWN and now.get(key, changes) is not old and not wraps(old, now.get(key))]
                # What takes the place of an inherited function.
                yield from [(label + "." + key, describe(now[key])) for key in now.keys() - set(keys) if of(now[key], IN_CLASSES) and takes(key, bases[1:])]
    if not same(tuple(map(itemgetter(4), classes)), tuple(map(SUBCLASSED, map(itemgetter(2), classes)))):
        yield from [(label + ".__bases__", ", ".join(map(NAME, SUBCLASSED(thing)[1:]))[:300]) for label, _, thing, _, bases in classes if SUBCLASSED(thing) is not bases]
    for name, held, old in lists:
        yield from [change[:2] for change in entries(name, held, old, known)]
    for name, held, old in containers:
        yield from [change[:2] for change in entries(name, held, old, known) if of(change[2], FUNCTIONS + SETTINGS)]
    for label, kind, names, keys, values, inner in objects:
        now = names.values()
        if len(now) != len(values) or not all(map(is_, values, now)):
            now = plain(names)
            yield from [(label + "." + key, describe(now.get(key))) for key, old in zip(keys, values)
                        if type(key) is str and (of(old, FUNCTIONS) or old is None and of(now.get(key), FUNCTIONS)) and now.get(key, changes) is not old]
            yield from [(label + "." + key, describe(now[key])) for key in now.keys() - set(keys) if takes(key, SUBCLASSED(kind))]
        for key, one, old in inner:
            yield from [change[:2] for change in entries(label + "." + key, one, old, known) if of(change[2], FUNCTIONS + (tuple,))]
    yield from inner_changes(*functions)
    for name, old in ones:
        now = plain(sys.__dict__ if name.startswith("sys.") else OS.__dict__).get(name.rpartition(".")[2])
        if now is not old:
            yield name, describe(now)
    for (name, was), (_, now) in zip(single, switches(collects)):
        if now is not was and not (type(now) in (int, str, float, bool) and type(now) is type(was) and now == was):
            yield name, describe(now)


OS, PARTS_OF_PYTHON, NAMESPACE = os, frozenset(sys.builtin_module_names), _frozen_importlib_external._NamespacePath


def new_modules(there, known, brought):
    """Modules that were not there before: those that no file of the disk made, and what the load put into those that one did."""
    codes, files = brought
    roots = {one.partition(".")[0] for one in known} | {"__main__"}
    for name in [one for one in there if one not in known and one != "__main__"]:
        module, top = there[name], name.partition(".")[0]
        root = there.get(top)
        names = plain(root.__dict__) if type(root) is MODULE else {}
        file = names.get("__file__")
        # Its file was run, it is a part of Python, a library of C, or a folder alone.
        made = type(file) is str and (file in files or "<frozen %s>" % top in files or file.startswith(READ_ONLY) and file.endswith(".so")) or top in PARTS_OF_PYTHON or type(names.get("__path__")) is NAMESPACE
        if top not in roots and not (made and names.get("__spec__") is not None):
            yield "sys.modules['%s']" % name[:80], describe(module)
            continue
        names = plain(module.__dict__) if type(module) is MODULE else {}
        file, path = names.get("__file__"), names.get("__path__")
        if type(module) is MODULE and top in roots and names.get("__spec__") is None and file not in files:
            yield "sys.modules['%s']" % name[:80], describe(module)
        if type(path) is list and not all(type(one) is str and one.startswith(READ_ONLY) for one in path):
            yield name[:80] + ".__path__", ", ".join(map(describe, path))[:300]
        for key, thing in names.items():
            # A function that the file defines is none of C, but for the twins that Python's own files have.
            if type(thing) is FUNCTION and id(CODE(thing)) in codes or type(thing) is BUILTIN and key in files.get(file, ()) and not of_twin(thing, name):
                yield "%s.%s" % (name[:80], key[:80]), describe(thing)
            elif of(thing, type) and FLAGS(thing) & MADE and HELD(thing).get("__module__") == name:
                yield from [("%s.%s.%s" % (name[:80], key[:80], inner[:80]), describe(one)) for inner, one in plain(HELD(thing)).items() if type(one) is FUNCTION and id(CODE(one)) in codes]


def of_twin(thing, name):
    """Whether a function of C is one of the twin of a module: heapq takes its functions from _heapq."""
    home = thing.__self__
    return type(home) is MODULE and plain(home.__dict__).get("__name__") == "_" + name


def entries(name, held, old, known):
    """What was put into a container, taken from it or replaced there."""
    new = content(held)
    if not of(held, dict):
        if not same(old, new):
            others = [item for item in new if not any(item is was for was in old) and not (name == "os.register_at_fork" and of_library(item))]
            if others or name != "os.register_at_fork":
                gone = [item for item in old if not any(item is now for now in new)]
                yield name, ", ".join(map(describe, others))[:300], (others or gone or [()])[0]
    elif not same(tuple(JOINED(old)), tuple(JOINED(new))):
        # Keys of the load may answer with code when they are compared, so only those of plain kinds are.
        was, now = ({key if type(key) in (str, bytes, int) else id(key): (key, value) for key, value in items} for items in (old, new))
        for one in [k for k in now if k not in was or was[k][1] is not now[k][1]] + [k for k in was if k not in now]:
            key, value = now.get(one, was.get(one))
            before_it = was.get(one, (None, None))[1]
            # Imports put finders for folders that nobody has looked into yet; a variable that is set to what it was is none that changed; a library that was not there enters what it has.
            if name == "sys.path_importer_cache" and (before_it is None or one not in now) or type(value) is bytes and type(before_it) is bytes and value == before_it and one in now or one not in was and of_new(value, known):
                continue
            yield name + "[" + describe(key)[:80] + "]", describe(value) if one in now else "gone", value


def inner_changes(owners, cells, contents, named, defaults):
    try:
        now = tuple(map(CONTENTS, cells))
    except ValueError:
        now = ()
    if not same(contents, now):
        for (name, key), cell, old in zip(owners, cells, contents):
            try:
                new = CONTENTS(cell)
            except ValueError:
                new = None
            if new is not old:
                yield "%s.%s.__closure__" % (name, key), describe(new)
    for (name, key, held), old in zip(named, defaults):
        if not same(tuple(JOINED(old)), tuple(JOINED(held.items()))):
            yield "%s.%s.__kwdefaults__" % (name, key), ", ".join(describe(value) for value in held.values())[:300]


def takes(key, bases):
    """Whether an attribute takes the place of a function that a class gives."""
    return any(of(plain(HELD(base)).get(key), FUNCTIONS + (METHOD,)) for base in bases)


def of_library(thing):
    """Whether a function that runs beside a fork is one of a library: of a module that lies on the disk, or a method of an object."""
    return thing.__code__.co_filename.startswith(READ_ONLY) if type(thing) is FUNCTION else type(thing) is not BUILTIN or type(thing.__self__) is not MODULE


def of_new(thing, known):
    """Whether a thing is of a library that was not there before, and lies on the disk: imported, it enters itself where it belongs."""
    if type(thing) is FUNCTION:
        return CODE(thing).co_filename.startswith(READ_ONLY) and plain(GLOBALS(thing)).get("__name__") not in known
    home = HELD(type(thing)).get("__module__") if not of(thing, type) else HELD(thing).get("__module__")
    module = plain(MODULES).get(home) if type(home) is str and home not in known else None
    return type(module) is MODULE and str(plain(module.__dict__).get("__file__")).startswith(READ_ONLY)


def wraps(old, new):
    """Whether a library put a function of its own around what was there, and nothing else into it."""
    if type(new) is not FUNCTION or not CODE(new).co_filename.startswith(READ_ONLY) or not CLOSURE(new):
        return False
    try:
        inner = tuple(map(CONTENTS, CLOSURE(new)))
    except ValueError:
        return False
    return any(one is old for one in inner) and all(one is old or type(one) in SETTINGS + (NONE,) or type(one) is FUNCTION and CODE(one).co_filename.startswith(READ_ONLY) for one in inner)


def describe(thing):
    """What a thing is, without calling anything of it."""
    kind = type(thing)
    if kind in (str, int, float, bool, bytes, type(None)):
        return ascii(thing)[:120]
    name = thing.__code__.co_name if kind is FUNCTION else NAME(kind)
    return "<%s %s>" % ("function" if kind is FUNCTION else "object", ascii(name)[1:80])
