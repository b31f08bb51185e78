# What a load changed for good in the process that it was loaded into: what was replaced, hooked in or switched off is compared before and after.
# Nothing of the load may run while this compares: no method of a key, no collection of garbage, no thread. So names are looked up in copies of plain texts, and
# every change is told as soon as it is found.
import _frozen_importlib_external
import _imp
import _locale
import _signal
import _socket
import _thread
import _tracemalloc
import codecs
import faulthandler
import functools
import logging
import threading
import types
import weakref
from operator import is_, itemgetter, methodcaller

MOST_CHANGES = 1000
# Of these modules more is compared than of all others; the settings say which.
CLOSELY = frozenset()
# What decides over connections and programs is there before each load, so that a change of it shows.
ALWAYS = ("ssl", "urllib.request", "subprocess", "tempfile", "zipfile")
METHOD, FUNCTION, BUILTIN, MODULE, NONE, GENERATOR = type(str.join), type(lambda: 0), type(len), type(sys), type(None), type(one for one in ())
FUNCTIONS = (BUILTIN, FUNCTION, type, type(itemgetter(0)), type([].__len__), functools._lru_cache_wrapper, functools.partial, types.MethodType)
IN_CLASSES = FUNCTIONS + (property, classmethod, staticmethod)
SETTINGS = (int, bool, float, str, bytes, tuple)
CONTAINERS = (dict, list, set)
# What finds modules looks where its texts and lists say; which files it saw there, and when, is new with each folder that changes.
FINDERS, FIND = ("sys.meta_path", "sys.path_importer_cache"), (str, tuple, list)
REFERENCE, CALLED_BACK = weakref.ref, weakref.ref.__dict__["__callback__"].__get__
ERRORS = ("strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace", "surrogateescape", "surrogatepass")
OF_ITS_OWN = ("__class__", "__builtins__", "__warningregistry__", "__annotations__")
# How C gives a class its attributes.
WAYS = tuple(type(FUNCTION.__dict__[name]) for name in ("__code__", "__globals__"))
# A class that Python code made; the others cannot be changed.
MADE = 1 << 9
VALUES, FLAGS = methodcaller("values"), type.__dict__["__flags__"].__get__
NAME, QUALIFIED, SUBCLASSED, HELD, HOME = (type.__dict__[name].__get__ for name in ("__name__", "__qualname__", "__mro__", "__dict__", "__module__"))
CLOSURE, KEYWORDS, GLOBALS, CODE, DEFAULTS = (FUNCTION.__dict__[name].__get__ for name in ("__closure__", "__kwdefaults__", "__globals__", "__code__", "__defaults__"))
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
    modules, classes, containers, objects, functions, statics = [], {}, [], {}, {}, {}
    for name, module in list(MODULES.items()):
        if type(module) is MODULE and module is not main and name != "__main__":
            # Libraries keep the module of the harness under a name of their own.
            names = module.__dict__ if module.__dict__ is not globals() else {}
            modules.append((name, module, names, tuple(names), tuple(names.values())))
            for key, thing in list(names.items()):
                if of(thing, type) and FLAGS(thing) & MADE and id(thing) not in classes:
                    classes[id(thing)] = ("%s.%s" % (name, key), name in CLOSELY, thing, HELD(thing), SUBCLASSED(thing))
                elif of(thing, type) and not FLAGS(thing) & MADE:
                    statics.setdefault(id(thing), (NAME(thing), thing, HELD(thing), content(dict(HELD(thing)))))
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
    functions = tuple(functions.values())
    return (
        tuple(modules), classes, tuple((tuple(held), tuple(held.values())) for _, _, _, held, _ in classes),
        tuple((name, one, content(one)) for name, one in lists), tuple(containers), instances(objects.values()), inside(list(functions)), tuple(threading._threading_atexits),
        tuple((name, getattr(MODULES[name.rpartition(".")[0]], name.rpartition(".")[2])) for name in ONES), tuple(statics.values()),
        tuple((label, key, one, CODE(one), one.__defaults__) for label, key, one in functions), frozenset([one[0] for one in modules]), frozenset([id(one[2]) for one in classes]), switches(gc.isenabled()),
    )


def numbered(before):
    """The groups of a picture whose members have numbers, one after another, by which somebody outside says where memory is another than before; behind them, what is loaded."""
    return before[0], before[1], before[3], before[4], before[5], before[6][1], before[6][3], before[9], before[10]


def part(before, where):
    """Those members of the groups that are numbered so, and whether what is loaded is another; all where nobody looked from outside."""
    if where is None:
        return tuple(range(len(group)) for group in numbered(before)[:7]) + ((), (), True)
    at, parts = 0, []
    for group in numbered(before):
        parts.append([number - at for number in where if at <= number < at + len(group)])
        at += len(group)
    return tuple(parts) + (at in where,)


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
            found.append((label, thing, type(thing), held, tuple(held), tuple(held.values()), tuple((key, one, tuple(one)) for key, one in held.items() if type(one) is list)))
    return tuple(found)


def attributes(thing):
    """Where an object keeps its attributes, asked by what C gives its class for that; what else stands in its classes may be the load's."""
    for base in SUBCLASSED(type(thing)):
        way = plain(HELD(base)).get("__dict__")
        if type(way) in WAYS:
            return way.__get__(thing)
    return None


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
                if of(CONTENTS(cell), FUNCTIONS + (str, bytes, tuple)):
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
LOCALE, PLACE, STACK_SIZE = _locale.setlocale, _locale.LC_ALL, _thread.stack_size
NAMES_OF, CANCEL, READ, CLOSE = MODULE.__dict__["__dict__"].__get__, faulthandler.cancel_dump_traceback_later, os.read, os.close
ASKED = (
    ("sys.settrace", sys.gettrace), ("sys.setprofile", sys.getprofile), ("sys.setrecursionlimit", sys.getrecursionlimit), ("sys.setswitchinterval", sys.getswitchinterval),
    ("sys.setdlopenflags", sys.getdlopenflags), ("gc.set_debug", gc.get_debug), ("faulthandler.enable", faulthandler.is_enabled), ("tracemalloc.start", _tracemalloc.is_tracing),
    ("imp.acquire_lock", _imp.lock_held), ("logging._acquireLock", logging._lock._is_owned), ("socket.setdefaulttimeout", _socket.getdefaulttimeout),
    ("sys.set_coroutine_origin_tracking_depth", sys.get_coroutine_origin_tracking_depth),
) + ((("sys.set_int_max_str_digits", sys.get_int_max_str_digits),) if hasattr(sys, "get_int_max_str_digits") else ())


def switches(collects, looks=True):
    """Single settings of the interpreter."""
    asked = tuple((name, ask()) for name, ask in ASKED) + (
        ("gc.enable", collects), ("gc.set_threshold", ascii(THRESHOLD())), ("locale.setlocale", LOCALE(PLACE)),
        ("sys.set_asyncgen_hooks", ASYNC_HOOKS()[0]), ("os.getcwd", folder()), ("logging.disable", MANAGER.__dict__.get("_disable")), ("signal.set_wakeup_fd", WAKEUP(-1)), ("threading.stack_size", STACK_SIZE()),
    ) + tuple(("codecs.register_error(%s)" % name, LOOKUP_ERROR(name)) for name in ERRORS) + tuple(("signal.signal(%d)" % number, GETSIGNAL(number)) for number in range(1, 65))
    if not looks:
        return asked
    ssl = MODULES.get("ssl")
    names = plain(ssl.__dict__) if type(ssl) is MODULE else {}
    # What somebody gets who asks for a connection that is checked.
    return asked + (("ssl.SSLContext.verify_mode", names.get("_create_default_https_context") is not names.get("create_default_context")),)


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


def changes(before, collects, brought, where=None):
    """
    Tells, one by one, the names of what is another thing than before, and what it is; what was only added to a module is no change, but for names that take
    the place of builtins. The load brought code, by its identity, and ran files of the disk. Where says which members of the picture lie where memory is another
    than before, so that nobody has to look at the others.
    """
    modules, classes, held, lists, containers, objects, functions, _, ones, statics, bodies, known, _, single = before
    of_modules, of_classes, of_lists, of_containers, of_objects, of_cells, of_named, of_statics, of_bodies, loaded = part(before, where)
    there, of_python = plain(MODULES) if loaded else {}, globals()["__builtins__"]
    looks = where is None or any(modules[i][0] in ("sys", "os", "ssl") for i in of_modules)
    for name, module, names, keys, values in [modules[i] for i in of_modules]:
        now = names.values()
        if len(now) != len(values) or not all(map(is_, values, now)):
            now = plain(names)
            for key, old in zip(keys, values):
                new = now.get(key, changes)
                if new is not old and key not in OF_ITS_OWN and not wraps(old, new) and (
                        of(old, FUNCTIONS + SETTINGS if name in CLOSELY else FUNCTIONS) or old is None and name in CLOSELY and not of_new(new, known)):
                    yield name + "." + key, describe(new)
            for key in now.keys() - set(keys) if len(now) != len(keys) else ():
                if key in of_python and type(now[key]) is not MODULE or key == "__getattr__" or name == "builtins" and (of(now[key], FUNCTIONS) or FLAGS(type(now[key])) & MADE):
                    yield name + "." + key, describe(now[key])
            if len(now) != len(names) and all(type(key) is str for key in keys):
                yield name, "names that are no plain texts"
        if type(module) is not MODULE:
            yield name + ".__class__", describe(module)
    if loaded:
        for name, module, _, _, _ in modules:
            if there.get(name) is not module:
                yield "sys.modules['%s']" % name, describe(there.get(name))
        yield from new_modules(there, known, brought)
    for (label, closely, thing, names, bases), (keys, values) in [(classes[i], held[i]) for i in of_classes]:
        if not same(values, tuple(names.values())):
            now, kinds = plain(names), IN_CLASSES + SETTINGS if closely else IN_CLASSES
            yield from [(label + "." + key, describe(now.get(key))) for key, old in zip(keys, values)
                        if of(old, kinds) and key not in OF_ITS_OWN and now.get(key, changes) is not old and not wraps(old, now.get(key))]
            # What takes the place of an inherited function.
            yield from [(label + "." + key, describe(now[key])) for key in now.keys() - set(keys) if of(now[key], IN_CLASSES) and takes(key, bases[1:])]
        if SUBCLASSED(thing) is not bases:
            yield label + ".__bases__", ", ".join(map(NAME, SUBCLASSED(thing)[1:]))[:300]
    for name, held, old in [lists[i] for i in of_lists]:
        yield from [change[:2] for change in entries(name, held, old, known)]
    for name, held, old in [containers[i] for i in of_containers]:
        yield from [change[:2] for change in entries(name, held, old, known) if of(change[2], FUNCTIONS + SETTINGS)]
    for label, thing, kind, names, keys, values, inner in [objects[i] for i in of_objects]:
        if type(thing) is not kind:
            yield label + ".__class__", describe(thing)
        else:
            other = attributes(thing)
            if other is not None and other is not names:
                yield label + ".__dict__", describe(other)
        now = names.values()
        if len(now) != len(values) or not all(map(is_, values, now)):
            now = plain(names)
            yield from [(label + "." + key, describe(now.get(key))) for key, old in zip(keys, values)
                        if type(key) is str and (of(old, FUNCTIONS + (FIND if label in FINDERS else ())) or of(now.get(key), FUNCTIONS)) and now.get(key, changes) is not old]
            yield from [(label + "." + key, describe(now[key])) for key in now.keys() - set(keys) if takes(key, SUBCLASSED(kind))]
        for key, one, old in inner:
            yield from [change[:2] for change in entries(label + "." + key, one, old, known) if of(change[2], FUNCTIONS + (tuple,))]
    owners, cells, contents, named, defaults = functions
    yield from inner_changes(*[[group[i] for i in of_cells] for group in (owners, cells, contents)], *[[group[i] for i in of_named] for group in (named, defaults)])
    yield from of_main(known)
    # Nothing in Python changes a class that is written in C: whoever did, wrote into its memory.
    for label, thing, names, old in [statics[i] for i in of_statics]:
        was, now = dict(old), plain(names)
        yield label, ", ".join(sorted([ascii(key)[:80] for key in was.keys() | now.keys() if was.get(key) is not now.get(key)])) or "its functions of C"
    for label, key, one, code, usual in [bodies[i] for i in of_bodies]:
        if CODE(one) is not code or DEFAULTS(one) is not usual:
            yield "%s.%s" % (label, key), describe(one)
    for name, old in ones if looks else ():
        now = plain(sys.__dict__ if name.startswith("sys.") else OS.__dict__).get(name.rpartition(".")[2])
        if now is not old:
            yield name, describe(now)
    for (name, was), (_, now) in zip(single, switches(collects, looks)):
        if now is not was and not (type(now) in (int, str, float, bool) and type(now) is type(was) and now == was):
            yield name, describe(now)


def of_main(known):
    """What a load leaves in the module of whoever loads that takes the place of a builtin or of a module there."""
    of_python = globals()["__builtins__"]
    for key, thing in plain(NAMES_OF(MAIN)).items():
        if key[:2] != "__" and (key in of_python and thing is not of_python[key] or key in known and type(thing) is not MODULE):
            yield "__main__." + key[:80], describe(thing)


def threads():
    """How many threads the kernel counts."""
    file = OPEN("/proc/self/stat", 0)
    try:
        return int(READ(file, 4096).rpartition(b")")[2].split()[17])
    finally:
        CLOSE(file)


def watchdog():
    """Whether something waits to end the process, in a thread that Python does not know of; it is ended."""
    count = threads()
    CANCEL()
    return threads() < count


OS, PARTS_OF_PYTHON, NAMESPACE = os, frozenset(sys.builtin_module_names), _frozen_importlib_external._NamespacePath


def new_modules(there, known, brought):
    """Modules that were not there before: those that no file of the disk made, and what the load put into those that one did."""
    codes, files = brought
    roots = {one.partition(".")[0] for one in known} | {"__main__"}
    for name in [one for one in there if one not in known and one != "__main__"]:
        module, top = there[name], name.partition(".")[0]
        # Code of a repository is imported under the name of a package that is not there.
        root = there.get(top, module)
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
    return type(home) is MODULE and plain(home.__dict__).get("__name__") in ("_" + name, "_" + name.partition(".")[0])


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
    return any(of(plain(HELD(base)).get(key), IN_CLASSES + WAYS + (METHOD,)) for base in bases)


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
