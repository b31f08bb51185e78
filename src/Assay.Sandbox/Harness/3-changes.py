# What a load changed for good in the process that it was loaded into: what was replaced, hooked in or switched off is compared before and after.
import _signal
import codecs
import copyreg
import faulthandler
import logging
import threading
from operator import is_, itemgetter, methodcaller

MOST_CHANGES = 100
# Of these, single values are compared too; of all other modules, the functions and classes that stand there, and what stands in the classes.
CLOSELY = (
    "builtins", "pickle", "io", "_pyio", "os", "subprocess", "socket", "ssl", "importlib._bootstrap", "importlib._bootstrap_external", "threading", "logging", "json", "json.decoder",
    "http.client", "urllib.request", "pathlib", "tempfile", "zipfile", "codecs", "requests.sessions", "requests.adapters", "urllib3.connection", "urllib3.connectionpool",
    "torch.serialization", "torch.nn.modules.module", "torch.storage", "torch._tensor", "joblib.numpy_pickle", "numpy.lib.npyio", "pandas.io.pickle", "dill._dill",
    "cloudpickle.cloudpickle", "sklearn.base", "h5py._hl.files", "safetensors.torch", "skops.io._utils",
)
# What decides over connections and programs is there before each load, so that a change of it shows.
ALWAYS = ("ssl", "urllib.request", "subprocess", "tempfile", "zipfile")
METHOD, FUNCTION, BUILTIN, MODULE = type(str.join), type(lambda: 0), type(len), type(sys)
FUNCTIONS = (BUILTIN, FUNCTION, type, type(itemgetter(0)))
IN_CLASSES = FUNCTIONS + (property, classmethod, staticmethod)
SETTINGS = (int, bool, float, str, bytes, tuple)
ERRORS = ("strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace", "surrogateescape", "surrogatepass")
OF_ITS_OWN = ("__class__", "__builtins__", "__warningregistry__")
# A class that Python code made; the others cannot be changed.
MADE = 1 << 9
VALUES, FLAGS = methodcaller("values"), type.__dict__["__flags__"].__get__
NAME, QUALIFIED, SUBCLASSED, HELD, HOME = (type.__dict__[name].__get__ for name in ("__name__", "__qualname__", "__mro__", "__dict__", "__module__"))
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
    modules, classes = [], {}
    for name, module in list(MODULES.items()):
        if type(module) is MODULE and module is not main and name != "__main__":
            # Libraries keep the module of the harness under a name of their own.
            names = module.__dict__ if module.__dict__ is not globals() else {}
            modules.append((name, module, names, tuple(names), tuple(names.values())))
            for key, thing in list(names.items()):
                if of(thing, type) and FLAGS(thing) & MADE and id(thing) not in classes:
                    classes[id(thing)] = ("%s.%s" % (name, key), thing)
    classes = tuple((label, thing, HELD(thing)) for label, thing in classes.values())
    paths = tuple((name + ".__path__", names["__path__"]) for name, _, names, _, _ in modules if type(names.get("__path__")) is list)
    lists = paths + (
        ("sys.meta_path", sys.meta_path), ("sys.path_hooks", sys.path_hooks), ("sys.path", sys.path), ("gc.callbacks", gc.callbacks), ("copyreg.dispatch_table", copyreg.dispatch_table),
        ("copyreg.add_extension", copyreg._inverted_registry), ("logging.root.handlers", logging.root.handlers), ("os.environ", os.environ._data), ("sys.path_importer_cache", sys.path_importer_cache),
        ("pickle._Unpickler.dispatch", pickle._Unpickler.dispatch), ("pickle._Pickler.dispatch", pickle._Pickler.dispatch),
    ) + tuple(unseen_lists())
    return (
        tuple(modules), classes, tuple((tuple(held), tuple(held.values())) for _, _, held in classes),
        tuple((name, one, tuple(one.items()) if isinstance(one, dict) else tuple(one)) for name, one in lists), tuple(threading._threading_atexits),
        tuple((name, getattr(MODULES[name.rpartition(".")[0]], name.rpartition(".")[2])) for name in ONES), switches(),
    )


# Held by who they are: another object in their place is a change as well.
ONES = ("os.environ", "sys.modules", "sys.meta_path", "sys.path_hooks", "sys.path", "sys.stdin", "sys.stdout", "sys.stderr")
# Asked by functions of C that are held here: what stands in their modules when a load is over may be the load's.
CWD, LOOKUP_ERROR, GETSIGNAL, MANAGER, ASYNC_HOOKS, WAKEUP = os.getcwd, codecs.lookup_error, _signal.getsignal, logging.root.manager, sys.get_asyncgen_hooks, signal.set_wakeup_fd
ASKED = (
    ("sys.settrace", sys.gettrace), ("sys.setprofile", sys.getprofile), ("sys.setrecursionlimit", sys.getrecursionlimit), ("sys.setswitchinterval", sys.getswitchinterval),
    ("sys.setdlopenflags", sys.getdlopenflags), ("gc.enable", gc.isenabled), ("faulthandler.enable", faulthandler.is_enabled),
)


def switches():
    """Single settings of the interpreter."""
    ssl = MODULES.get("ssl")
    names = ssl.__dict__ if type(ssl) is MODULE else {}
    return tuple((name, ask()) for name, ask in ASKED) + (
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


def changes(before, known=()):
    """The names of what is another thing than before; what was only added to a module is no change."""
    modules, classes, held, lists, _, ones, single = before
    found = []
    for name, module, names, keys, values in modules:
        now = names.values()
        if len(now) != len(values) or not all(map(is_, values, now)):
            for key, old in zip(keys, values):
                new = names.get(key, found)
                if new is not old and of(old, FUNCTIONS + SETTINGS if name in CLOSELY else FUNCTIONS) and key not in OF_ITS_OWN:
                    found.append((name + "." + key, describe(new)))
        if MODULES.get(name) is not module:
            found.append(("sys.modules['%s']" % name, describe(MODULES.get(name))))
    roots = {one[0].partition(".")[0] for one in modules} | {"__main__"}
    for name in [one for one in MODULES if type(one) is str and one.partition(".")[0] not in roots]:
        # A name that nothing on the disk has, for whoever imports it next.
        root = MODULES.get(name.partition(".")[0])
        if type(root) is not MODULE or root.__dict__.get("__spec__") is None:
            found.append(("sys.modules['%s']" % name[:80], describe(MODULES.get(name))))
    if not same(tuple(JOINED(map(itemgetter(1), held))), tuple(JOINED(map(VALUES, map(itemgetter(2), classes))))):
        for (label, thing, names), (keys, values) in zip(classes, held):
            if not same(values, tuple(names.values())):
                found += [(label + "." + key, describe(names.get(key, found))) for key, old in zip(keys, values)
                          if of(old, IN_CLASSES) and key not in OF_ITS_OWN and names.get(key, found) is not old]
                # What takes the place of an inherited function.
                found += [(label + "." + key, describe(names[key])) for key in list(names) if type(key) is str and key not in keys and of(names[key], IN_CLASSES)
                          and any(of(HELD(base).get(key), FUNCTIONS + (METHOD,)) for base in SUBCLASSED(thing)[1:])]
    for name, held, old in lists:
        new = tuple(held.items()) if type(held) is dict else tuple(held)
        if type(held) is not dict:
            if not same(old, new):
                others = [item for item in new if not any(item is was for was in old) and not (name == "os.register_at_fork" and of_library(item))]
                if others or name != "os.register_at_fork":
                    found.append((name, ", ".join(map(describe, others))[:300]))
        elif not same(tuple(JOINED(old)), tuple(JOINED(new))):
            # Keys of the load may answer with code when they are compared, so only those of plain kinds are.
            was, now = ({key if type(key) in (str, bytes, int) else id(key): (key, value) for key, value in items} for items in (old, new))
            for one in [k for k in now if k not in was or was[k][1] is not now[k][1]] + [k for k in was if k not in now]:
                key, value = now.get(one, was.get(one))
                before_it = was.get(one, (None, None))[1]
                # Imports put finders for folders that nobody has looked into yet; a variable that is set to what it was is none that changed.
                if name == "sys.path_importer_cache" and (before_it is None or one not in now) or type(value) is bytes and type(before_it) is bytes and value == before_it and one in now:
                    continue
                found.append((name + "[" + describe(key)[:80] + "]", describe(value) if one in now else "gone"))
    for name, old in ones:
        now = MODULES[name.rpartition(".")[0]].__dict__.get(name.rpartition(".")[2])
        if now is not old:
            found.append((name, describe(now)))
    for (name, was), (_, now) in zip(single, switches()):
        if now is not was and not (type(now) in (int, str, float, bool) and type(now) is type(was) and now == was):
            found.append((name, describe(now)))
    return [change for change in found if change[0] not in known][:MOST_CHANGES]


def of_library(thing):
    """Whether a function that runs beside a fork is one of a library: of a module that lies on the disk, or a method of an object."""
    return thing.__code__.co_filename.startswith(READ_ONLY) if type(thing) is FUNCTION else type(thing) is not BUILTIN or type(thing.__self__) is not MODULE


def describe(thing):
    """What a thing is, without calling anything of it."""
    kind = type(thing)
    if kind in (str, int, float, bool, bytes, type(None)):
        return ascii(thing)[:120]
    name = thing.__code__.co_name if kind is FUNCTION else NAME(kind)
    return "<%s %s>" % ("function" if kind is FUNCTION else "object", ascii(name)[1:80])
