# What a load changed for good in the process that it was loaded into: what was replaced, hooked in or switched off is compared before and after.
import copyreg
import logging
from operator import is_, itemgetter

MOST_CHANGES = 100
# Their classes are compared attribute by attribute; of all other modules, what stands at their level.
CLOSELY = (
    "builtins", "pickle", "io", "_pyio", "os", "subprocess", "socket", "ssl", "importlib._bootstrap", "importlib._bootstrap_external", "threading", "logging", "json.decoder",
    "http.client", "urllib.request", "pathlib", "tempfile", "zipfile", "codecs", "requests.sessions", "requests.adapters", "urllib3.connection", "urllib3.connectionpool",
    "torch.serialization", "torch.nn.modules.module", "torch.storage", "torch._tensor", "joblib.numpy_pickle", "numpy.lib.npyio", "pandas.io.pickle", "dill._dill",
    "cloudpickle.cloudpickle", "sklearn.base", "h5py._hl.files", "safetensors.torch", "skops.io._utils",
)
METHOD = type(str.join)
FUNCTIONS = (type(len), type(lambda: 0), type, type(itemgetter(0)))


def picture(main):
    """What is there before a load; nothing of it is called later."""
    modules = {}
    for name, module in list(sys.modules.items()):
        if type(module) is type(sys) and module is not main and name != "__main__":
            names = module.__dict__
            modules[name] = (module, names, list(names), list(names.values()))
    classes = {}
    for name in CLOSELY:
        for key, thing in list(modules[name][1].items()) if name in modules else ():
            if isinstance(thing, type) and thing.__module__ == name:
                classes[name + "." + key] = (thing, dict(thing.__dict__))
    lists = {
        "sys.meta_path": sys.meta_path, "sys.path_hooks": sys.path_hooks, "sys.path": sys.path, "gc.callbacks": gc.callbacks,
        "copyreg.dispatch_table": copyreg.dispatch_table, "logging.root.handlers": logging.root.handlers,
        "os.environ": os.environ._data,
    }
    return modules, classes, {name: (one, list(one.items()) if isinstance(one, dict) else list(one)) for name, one in lists.items()}, switches(), signals()


def switches():
    """Single settings of the interpreter."""
    found = {
        "sys.settrace": sys.gettrace(), "sys.setprofile": sys.getprofile(), "sys.setrecursionlimit": sys.getrecursionlimit(),
        "sys.setswitchinterval": sys.getswitchinterval(), "sys.setdlopenflags": sys.getdlopenflags(), "gc.enable": gc.isenabled(),
        "sys.set_asyncgen_hooks": sys.get_asyncgen_hooks()[0], "os.getcwd": folder(), "faulthandler.enable": "faulthandler" in sys.modules and sys.modules["faulthandler"].is_enabled(),
        "logging.disable": logging.root.manager.disable,
    }
    found["ssl.SSLContext.verify_mode"] = secure()
    return found


def folder():
    try:
        return os.getcwd()
    except OSError:
        return ""


def secure():
    """What somebody gets who asks for a connection that is checked."""
    ssl = sys.modules.get("ssl")
    if ssl is None:
        return ""
    context = ssl._create_default_https_context
    return "" if context is None else getattr(context, "__name__", "")


def signals():
    return [signal.getsignal(number) for number in range(1, 65)]


def same(old, new):
    return len(old) == len(new) and all(map(is_, old, new))


def changes(before, known=frozenset()):
    """The names of what is another thing than before; what was only added to a module is no change."""
    modules, classes, lists, one, handlers = before
    found = []
    for name, (module, names, keys, values) in modules.items():
        now = list(names.values())
        if len(now) == len(values) and all(map(is_, values, now)):
            pass
        else:
            for key, old in zip(keys, values):
                new = names.get(key, found)
                if new is not old and isinstance(old, FUNCTIONS) and key not in ("__class__", "__builtins__", "__warningregistry__"):
                    found.append((name + "." + str(key), describe(new)))
        if sys.modules.get(name) is not module:
            found.append(("sys.modules['%s']" % name, describe(sys.modules.get(name))))
    for name, (thing, attributes) in classes.items():
        now = dict(thing.__dict__)
        for key, old in attributes.items():
            new = now.get(key, found)
            if new is not old and (isinstance(old, FUNCTIONS) or type(old) in (property, classmethod, staticmethod)):
                found.append((name + "." + str(key), describe(new)))
        for key in [k for k in now if k not in attributes]:
            # What takes the place of an inherited function.
            if any(isinstance(base.__dict__.get(key), FUNCTIONS + (METHOD,)) for base in thing.__mro__[1:]):
                found.append((name + "." + str(key), describe(now[key])))
    for name, (held, old) in lists.items():
        if isinstance(held, dict):
            was, now = {key: value for key, value in old}, dict(held)
            for key in [k for k in now if k not in was or now[k] is not was[k]] + [k for k in was if k not in now]:
                if name != "os.environ" or now.get(key) != was.get(key):
                    found.append((name + "[" + ascii(key)[:80] + "]", describe(now.get(key))))
        elif not same(old, list(held)):
            found.append((name, ", ".join(describe(item) for item in list(held) if not any(item is was for was in old))[:300]))
    for (name, key), one_of in ONES.items():
        now = modules[name][1].get(key)
        if now is not one_of:
            found.append((name + "." + key, describe(now)))
    for name, value in switches().items():
        if value is not one[name] and not (type(value) in (int, str, float, bool) and type(value) is type(one[name]) and value == one[name]):
            found.append((name, describe(value)))
    for number, (old, new) in enumerate(zip(handlers, signals()), 1):
        if new is not old:
            found.append(("signal.signal(%d)" % number, describe(new)))
    return [change for change in found if change[0] not in known][:MOST_CHANGES]


# Held by who they are: another object in their place is a change as well.
ONES = {("os", "environ"): os.environ, **{("sys", name): getattr(sys, name) for name in ("modules", "meta_path", "path_hooks", "path", "stdin", "stdout", "stderr")}}
NAME = type.__dict__["__name__"].__get__


def describe(thing):
    """What a thing is, without calling anything of it."""
    kind = type(thing)
    if kind in (str, int, float, bool, bytes, type(None)):
        return ascii(thing)[:120]
    name = thing.__code__.co_name if kind is type(lambda: 0) else NAME(kind)
    return "<%s %s>" % ("function" if kind is type(lambda: 0) else "object", ascii(name)[1:80])
