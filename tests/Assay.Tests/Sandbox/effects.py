# Calls what is said to be harmless, inside the box, with canaries as arguments, and tells what was seen: the oracle of the effects.
#
# The loaded object is JSON: a list of [dotted path, route]; a route is "call", "new", "state", or the name of a method with a dot in front: an object of the class, made without its constructor and with
# canaries in all fields that the method speaks of, is entered by it. The answer is JSON: for each of them [state, {what was seen: with which arguments}], where the state is
# "called", "absent" (no such name here), "skipped" (the route does not exist), or "ended" (the process died or took too long).
import itertools
import json
import os
import select
import signal
import sys

FOLDER = "/tmp/canary-7f3a"
MODULES = "/tmp/modules-7f3a"
MODULE = "canary_7f3a"
PATIENCE = 10.0
SHORT = 0.4
ACTIVE = False
SEEN = {}
NOW = ""


def saw(kind):
    if ACTIVE and kind not in SEEN:
        SEEN[kind] = NOW


WRITES = {"os.rename", "os.mkdir", "os.chmod", "os.chown", "os.truncate", "os.symlink", "os.link", "os.utime", "shutil.copyfile", "shutil.move", "shutil.copytree"}
READS = {"os.listdir", "os.scandir", "glob.glob", "os.walk", "shutil.unpack_archive", "os.chdir"}
DELETES = {"os.remove", "os.rmdir", "shutil.rmtree"}
STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn"}
NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.bind", "urllib.Request", "ftplib.connect", "http.client.connect"}


def named(value):
    if isinstance(value, (bytes, bytearray)):
        return FOLDER.encode() in value
    return isinstance(value, (str, os.PathLike)) and FOLDER in str(value)


def given(args):
    # What is started, or reached, whatever is given is nobody's choice.
    text = repr(args)
    return FOLDER in text or MODULE in text or "127.0.0.1" in text or "_canary_hit" in text


def hook(event, args):
    if not ACTIVE:
        return
    if event == "open":
        if named(args[0]):
            mode, flags = args[1], args[2] or 0
            writes = any(c in mode for c in "wax+") if isinstance(mode, str) else flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            saw("write" if writes else "read")
    elif event == "import":
        if args[0].split(".")[0] == MODULE:
            saw("import")
    elif event == "ctypes.dlopen":
        if named(args[0]):
            saw("native-load")
    elif event == "pickle.find_class":
        if args[0] == MODULE or args[1] == "_canary_hit":
            saw("unpickle")
    elif event in STARTS:
        if given(args):
            saw("process")
    elif event in NETWORK:
        if given(args):
            saw("network")
    elif event in WRITES or event in READS or event in DELETES:
        if any(named(a) for a in args):
            saw("write" if event in WRITES else "read" if event in READS else "delete")


class Recorder:
    def __call__(self, *args, **more):
        saw("call")


class RecorderClass:
    def __new__(cls, *args, **more):
        saw("call")
        return object.__new__(cls)

    def __init__(self, *args, **more):
        pass


def function(*args, **more):
    saw("call")


def canaries():
    code = "__import__('sys')._canary_hit('exec')"
    return [
        FOLDER + "/in.txt", FOLDER + "/out.txt", "http://127.0.0.1:9/" + MODULE, code, "touch " + FOLDER + "/command",
        b"csys\n_canary_hit\n(S'unpickle'\ntR.", MODULE, MODULE + ".f", Recorder(), RecorderClass, function, 3, {"k": code}, [FOLDER + "/in.txt"],
    ]


def tuples():
    yield ()
    for one in canaries():
        yield (one,)
        yield (one, one)
    call, path = function, FOLDER + "/in.txt"
    yield (path, path, path)
    yield (call, call, call)
    for other in (path, [1, 2], 3):
        yield (call, other)
        yield (other, call)
        yield (call, other, other)
        yield (other, other, call)
    yield (path, "r")
    yield (path, "wb")
    yield (path, path + "-copy")
    yield (("127.0.0.1", 9),)


def fitting(thing):
    """Arguments that a signature asks for: one canary in all places, and each canary in each place beside ordinary values."""
    import inspect

    try:
        needed = [p for p in inspect.signature(thing).parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)][:5]
    except BaseException:
        return
    if len(needed) < 2:
        return
    plain = [3, "word", [1.0, 2.0, 3.0]]
    for one in canaries():
        yield (one,) * len(needed)
        for at in range(len(needed)):
            for other in plain:
                yield tuple(one if i == at else other for i in range(len(needed)))


def reset():
    os.makedirs(FOLDER, exist_ok=True)
    for name in os.listdir(FOLDER):
        if name != "in.txt":
            try:
                os.remove(os.path.join(FOLDER, name))
            except OSError:
                pass
    with open(FOLDER + "/in.txt", "w") as file:
        file.write("canary\n")


def state_of_folder():
    # Names come and go in the folder, and the file in it is written to: two questions, because a thousand names ask them for each of their calls.
    try:
        return os.stat(FOLDER).st_mtime_ns, os.stat(FOLDER + "/in.txt").st_mtime_ns
    except OSError:
        return None


def find(path):
    import importlib

    parts = path.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:count]))
        except BaseException:
            continue
        try:
            for part in parts[count:]:
                thing = getattr(thing, part)
            return thing
        except BaseException:
            return None
    return None


def fields(thing, name):
    """The names of attributes that a method and the methods that it names speak of."""
    found, todo = {}, [name]
    while todo:
        code = getattr(getattr(thing, todo.pop(), None), "__code__", None)
        for one in code.co_names if code else ():
            if one not in found:
                found[one] = None
                todo.append(one)
    return [one for one in found if is_field(thing, one)]


def is_field(thing, name):
    """Whether an attribute lies in the object: setting a property runs code that is not the method's."""
    import inspect
    import types

    held = inspect.getattr_static(thing, name, None)
    return isinstance(held, types.MemberDescriptorType) or not (callable(held) or hasattr(type(held), "__get__"))


def enter(thing, route, args):
    if route == "call":
        thing(*args)
    elif route == "new":
        thing.__new__(thing, *args)
    elif route[0] == ".":
        import inspect

        made = object.__new__(thing) if thing.__new__ is object.__new__ else thing.__new__(thing)
        for name in fields(thing, route[1:]) if args else ():
            try:
                object.__setattr__(made, name, args[0])
            except BaseException:
                pass
        method = getattr(thing, route[1:])
        needed = [p for p in inspect.signature(method).parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.default is p.empty]
        result = method(made, *(args[0] if args else 3 for _ in needed[1:]))
        if route == ".__iter__":
            next(iter(result))
    else:
        made = thing.__new__(thing)
        made.__setstate__(*args[:1])


def probe(path, route):
    global ACTIVE, NOW
    thing = find(path)
    if thing is None:
        return ["absent", {}]
    if not callable(thing) or (route != "call" and not isinstance(thing, type)) or (route == "state" and not hasattr(thing, "__setstate__")) or (route[0] == "." and not hasattr(thing, route[1:])):
        return ["skipped", {}]
    SEEN.clear()
    constant = set()
    slow = 0
    before = state_of_folder()
    for args in itertools.chain(tuples(), fitting(thing) if route == "call" else ()):
        if (route == "state" and len(args) != 1) or (route[0] == "." and len(args) > 1):
            continue
        NOW = repr(args)[:200]
        late = False
        ACTIVE = True
        try:
            signal.setitimer(signal.ITIMER_REAL, 10 * SHORT)
            signal.setitimer(signal.ITIMER_VIRTUAL, SHORT)
            enter(thing, route, args)
        except TimeoutError:
            late = True
        except BaseException:
            pass
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        ACTIVE = False
        slow += late
        if not args:
            # What happens without any argument happens with constants: no file can choose anything in it.
            constant = set(SEEN)
        after = state_of_folder()
        if after != before:
            SEEN.setdefault("write", NOW)
            reset()
            before = state_of_folder()
        if slow > 3:
            break
    return ["called", {kind: how for kind, how in SEEN.items() if kind not in constant}]


def child(names, start, out):
    sys._canary_hit = saw
    reset()
    os.makedirs(MODULES, exist_ok=True)
    with open(os.path.join(MODULES, MODULE + ".py"), "w") as file:
        file.write("import sys\nsys._canary_hit('import')\nf = sys._canary_hit\n")
    sys.path.insert(0, MODULES)
    sys.addaudithook(hook)

    def late(*_):
        raise TimeoutError

    # What waits gets time of the clock, what computes gets time of the processor: other work on the machine changes nothing.
    signal.signal(signal.SIGALRM, late)
    signal.signal(signal.SIGVTALRM, late)
    nothing = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    for at in range(start, len(names)):
        os.write(out, b"%d\n" % at)
        try:
            result = probe(*names[at])
        except BaseException as error:
            result = ["called", dict(SEEN)] if SEEN else ["skipped", {"error": repr(error)[:200]}]
        os.write(out, (json.dumps(result) + "\n").encode())


def lines(names, start, results):
    """Starts a child that goes on at a name; returns where the next one has to go on."""
    get, put = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(get)
            child(names, start, put)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.close(put)
    text, at = b"", start
    while True:
        ready, _, _ = select.select([get], [], [], PATIENCE)
        more = os.read(get, 1 << 16) if ready else b""
        if not more:
            break
        text += more
        *whole, text = text.split(b"\n")
        for line in whole:
            if line[:1] == b"[":
                results[at] = json.loads(line)
            else:
                at = int(line)
    os.close(get)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return at + 1


def after(thing, loader, path):
    names = json.loads(thing)
    results = [["ended", {}] for _ in names]
    start = 0
    while start < len(names):
        start = lines(names, start, results)
    return json.dumps(results)
