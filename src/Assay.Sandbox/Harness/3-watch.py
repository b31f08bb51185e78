# What Python itself says about a load: a help that only adds. What it leaves out is left out for what is on the disk of the system, never for a name.
import _frozen_importlib
import _frozen_importlib_external
import _imp
import ast
import collections
import itertools
import marshal
import _thread

MOST_TOLD = 2000
# Bytes of code that are too few for a call.
NO_CALL = 6
# Nothing in the box can write there: the system, and the folder of --code.
READ_ONLY = ("/usr/", "/srv/code/")


WRITE, QUOTED, GETPID = os.write, json.encoder.encode_basestring_ascii, os.getpid


def sender(descriptor, count_up):
    """What tells one line. Each who tells has one of its own: what a load does to one changes no other."""
    write, quoted, getpid, name_of = WRITE, QUOTED, GETPID, NAME
    code_type, function_type = type(sender.__code__), FUNCTION

    def text(value, depth=0):
        kind = type(value)
        if kind is str:
            # Half a surrogate pair is a character for Python and for nobody else.
            return quoted(value[:400].encode("utf-8", "backslashreplace").decode())
        if kind is bytes:
            return quoted(value[:400].decode("latin-1"))
        if value is None or kind in (int, float, bool):
            return quoted(str(value)[:400])
        if kind is code_type:
            return quoted("code of " + value.co_filename[:200])
        if kind is function_type:
            return quoted("function " + value.__name__[:200])
        if kind in (tuple, list) and depth < 2:
            return "[" + ", ".join([text(item, depth + 1) for item in value[:16]]) + "]"
        # Nothing of the value is called: it may belong to the model.
        return quoted("<%s>" % name_of(kind)[:200])

    def send(event, *arguments):
        # Written by hand: the module that could do it is within reach of the load.
        line = '{"n": %d, "p": %d, "e": %s, "a": [' % (count_up(), getpid(), quoted(event))
        data = (line + ", ".join([text(a) for a in arguments]) + "]}\n").encode()
        if len(data) > 4000:
            data = (line + '"too long"]}\n').encode()
        try:
            write(descriptor, data)
        except OSError:
            # The load has closed it; whoever reads sees that the end is missing.
            pass
    return send


def start_watching(descriptor, prefixes):
    """
    Prepares to send Python's audit events as lines of JSON, numbered so that gaps show. Returns what begins it, what counts the lines, and what looks for code
    of the file. Nobody may keep the first, because through its cells a load could silence what it has begun.
    """
    frame_of, thread = sys._getframe, _thread.get_ident
    os_open, os_read, os_close, reading = os.open, os.read, os.close, os.O_RDONLY
    prefixes += ("assay.brought",)
    # No name of the harness is there any more when a load has begun.
    most_told, no_call, read_only, existed, fit, still = MOST_TOLD, NO_CALL, READ_ONLY, EXISTED, fits, pieces
    unmarshal, compiles, frozen, profile, count_up = marshal.loads, compile, _imp.get_frozen_object, sys.setprofile, itertools.count(1).__next__
    # A payload must not put itself in the place of what is called here, so each thread has its own mark, and numbers can only grow.
    busy, seen, counts = set(), set(), {}
    # The profiler is within reach of a load, so what it holds is nothing that anything else depends on.
    busy_here, seen_here = set(), set()
    send, say = sender(descriptor, count_up), sender(descriptor, count_up)
    code_type, function_type = type(start_watching.__code__), FUNCTION
    # What the harness itself does between the steps of a load, and the functions of its own that it makes anew then.
    steps, own = {id(code): code for code in (run.__code__,) + run.__code__.co_consts if type(code) is code_type}, {id(code): code for _, code, _ in PARTS[2]}
    # It takes nothing but names, whatever it is given, and makes a function of them by writing it as a text.
    names_only = {id(collections.namedtuple.__code__)}
    asked = ("sys._current_frames", "sys.setprofile", "gc.get_objects")
    # Bodies of modules that lie on the read-only disk of the box as they are run; and code that the file brought.
    bodies, made, quiet_code = {}, {}, {id(code): code for code in READY.values()}
    # Code that the load brought, kept apart from what the profiler knows; and the text that a library made of one of its own and of names.
    brought, filled = {}, []
    reader, unpacker = _frozen_importlib_external._compile_bytecode.__code__, _frozen_importlib_external.SourceLoader.get_code.__code__
    parser = ast.parse.__code__
    thread_code, ctypes_code = OF_THREADS
    cache = "." + sys.implementation.cache_tag + ".pyc"

    def on_disk(path):
        """The bytes of a file of the system, which nothing in the box can change; None for any other."""
        if type(path) is not str or not path.startswith(read_only) or "/../" in path:
            return None
        try:
            file = os_open(path, reading)
        except OSError:
            return None
        try:
            data = b""
            while len(data) < 1 << 24:
                part = os_read(file, 1 << 20)
                if not part:
                    return data
                data += part
        finally:
            os_close(file)

    def is_module(code):
        """Whether code is the body of a module as it lies on the disk, or frozen in Python itself."""
        if type(code) is not code_type:
            return False
        name = code.co_filename
        try:
            if name.startswith("<frozen "):
                return frozen(name[8:-1]) == code
            folder, _, file = name.rpartition("/")
            packed = on_disk(folder + "/__pycache__/" + file[:-3] + cache)
            if packed and unmarshal(packed[16:]) == code:
                return True
            source = on_disk(name)
            return source is not None and compiles(source, name, "exec", 0, True) == code
        except Exception:
            return False

    def within(frame, known):
        """Whether one of these pieces of code is being run."""
        for _ in range(400):
            if frame is None:
                return False
            if id(frame.f_code) in known:
                return True
            frame = frame.f_back
        return False

    def reads_module(event, arguments, frame):
        """Whether the import system reads what is on the disk."""
        if event == "compile":
            source = arguments[0]
            known = on_disk(arguments[1])
            return known is not None and (known == source if type(source) is bytes else type(source) is str and known == source.encode("utf-8", "surrogatepass"))
        if event == "marshal.loads" and frame is not None and frame.f_code is reader and frame.f_back is not None and frame.f_back.f_code is unpacker:
            known = on_disk(frame.f_back.f_locals.get("bytecode_path"))
            return known is not None and known[16:] == bytes(arguments[0])
        return False

    def asks_for_threads(frame):
        # threadpoolctl looks at the libraries that scikit-learn has loaded each time that a model predicts.
        while frame is not None and id(frame.f_code) in ctypes_code:
            frame = frame.f_back
        return frame is not None and id(frame.f_code) in thread_code

    def remember(code, known):
        waiting = [code]
        while waiting and len(known) < 100000:
            one = waiting.pop()
            if id(one) not in known:
                known[id(one)] = one
                waiting += [c for c in one.co_consts if type(c) is code_type]

    def is_filled(source, frame):
        """Whether a library made the text of a text of its own, in whose gaps stand nothing but names, numbers and what is between them."""
        packed = on_disk(frame.f_code.co_filename)
        if packed is None or type(source) not in (str, bytes):
            return False
        source = source if type(source) is str else source.decode("utf-8", "replace")
        waiting = [compiles(packed, frame.f_code.co_filename, "exec", 0, True)]
        for code in waiting:
            waiting += [c for c in code.co_consts if type(c) is code_type]
        return frame.f_code in waiting and any(fit(source, still(text)) for code in waiting for text in code.co_consts if type(text) is str and "%(" in text)

    def runs(frame, event, argument):
        # Called for each function once the file has made one; told is the first time that one of its own runs.
        if event == "call" and id(frame.f_code) in made:
            me = thread()
            if me not in busy_here:
                busy_here.add(me)
                try:
                    code = made.get(id(frame.f_code))
                    if id(code) not in seen_here:
                        seen_here.add(id(code))
                        say("assay.ran", "function " + code.co_name)
                finally:
                    busy_here.discard(me)

    def below():
        try:
            return frame_of(2)
        except ValueError:
            # A thread whose first function is one of C.
            return None

    def hook(event, arguments):
        if not event.startswith(prefixes):
            return
        me = thread()
        if me in busy:
            return
        busy.add(me)
        try:
            frame = below()
            if event == "assay.brought":
                # The harness asks, and nobody else gets an answer.
                if frame is not None and id(frame.f_code) in steps:
                    arguments[0].append((frozenset(brought), {code.co_filename: frozenset([c.co_name for c in code.co_consts if type(c) is code_type]) for code in bodies.values()}))
                return
            if event == "exec":
                code = arguments[0]
                if id(code) in quiet_code:
                    del quiet_code[id(code)]
                    return
                if is_module(code):
                    bodies[id(code)] = code
                    return
            if frame is not None and id(frame.f_code) in steps and (event in asked or event == "function.__new__" and id(arguments[0]) in own):
                return
            if event == "object.__setattr__":
                what = arguments[0]
                if arguments[1] not in ("__code__", "__defaults__", "__kwdefaults__") or type(what) is not function_type:
                    return
                if arguments[1] != "__code__" and id(what) not in existed and not what.__code__.co_filename.startswith(read_only):
                    # A function that was made a moment ago gets its defaults.
                    return
            if event == "sys._getframe" and frame is not None and frame.f_code.co_filename.startswith(("/usr/", "<frozen ")):
                return
            if event.startswith(("exec", "compile", "marshal.loads", "code.__new__", "function.__new__", "import", "object.__setattr__", "sys._getframe")) and within(frame, bodies):
                return
            if event in ("compile", "exec") and frame is not None and id(frame.f_code) in names_only:
                return
            if event == "compile" and type(arguments[0]) in (str, bytes) and (arguments[0] if type(arguments[0]) is str else str(arguments[0], "latin-1")).isidentifier() or event == "exec" and type(code) is code_type and len(code.co_code) <= no_call:
                # The value of a name, and nothing is done with it.
                return
            if event in ("compile", "marshal.loads") and reads_module(event, arguments, frame):
                return
            if event == "compile" and frame is not None and frame.f_code is parser:
                return
            if event == "compile" and frame is not None and frame.f_code.co_filename.startswith(read_only) and is_filled(arguments[0], frame):
                filled[:] = [arguments]
                return
            if event == "exec" and filled and type(code) is code_type and compiles(filled[0][0], code.co_filename, "exec", 0, True) == code:
                return
            if event.startswith("ctypes.") and asks_for_threads(frame):
                return
            if event == "function.__new__":
                if not made:
                    profile(runs)
                remember(arguments[0], made)
            if event in ("exec", "function.__new__") and type(arguments[0]) is code_type:
                remember(arguments[0], brought)
            if event in ("import", "pickle.find_class"):
                key = (event,) + tuple(str(a) for a in arguments[:2] if type(a) is str)
                if key not in seen:
                    seen.add(key)
                    send(event, *[a for a in arguments[:2] if type(a) is str])
                return
            count = counts[event] = counts.get(event, 0) + 1
            if count <= most_told:
                send(event, *arguments)
        except BaseException:
            # An event that cannot be told must not change what the load does; the gap in the numbers shows.
            count_up()
        finally:
            busy.discard(me)

    return lambda: sys.addaudithook(hook), count_up, runs


def of_threads():
    """The code that looks for threads of libraries, and the code that it uses for that."""
    thread_pools = sys.modules.get("threadpoolctl")
    return (
        {id(c): c for c in codes_of(thread_pools)} if thread_pools else {},
        {id(c): c for name in ("ctypes", "ctypes.util", "ctypes._endian") if name in sys.modules for c in codes_of(sys.modules[name])},
    )


def pieces(text):
    """What of a text stands still when its gaps, which have names, are filled."""
    found, at = [], 0
    while True:
        start = text.find("%(", at)
        end = text.find(")s", start)
        if start < 0 or end < 0:
            return found + [text[at:].replace("%%", "%")]
        found.append(text[at:start].replace("%%", "%"))
        at = end + 2


def fits(source, still):
    """Whether a text is these pieces with nothing but names, numbers and what parts them between."""
    if not source.startswith(still[0]):
        return False
    at = len(still[0])
    for number, piece in enumerate(still[1:], 2):
        end = source.rfind(piece) if number == len(still) else source.find(piece, at)
        if end < at or not all([letter.isalnum() or letter in "_ ,=" for letter in source[at:end]]):
            return False
        at = end + len(piece)
    return at == len(source)


def codes_of(module):
    """The code of the functions and methods of a module, with what stands in them."""
    kind = type(codes_of.__code__)
    waiting = []
    for thing in list(vars(module).values()):
        for one in [thing] + (list(vars(thing).values()) if isinstance(thing, type) else []):
            one = getattr(one, "__func__", one)
            one = getattr(one, "__wrapped__", one)
            if isinstance(one, property):
                waiting += [f.__code__ for f in (one.fget, one.fset) if hasattr(f, "__code__")]
            elif hasattr(one, "__code__"):
                waiting.append(one.__code__)
    found = {}
    while waiting:
        code = waiting.pop()
        if type(code) is kind and id(code) not in found:
            found[id(code)] = code
            waiting += [c for c in code.co_consts if type(c) is kind]
    return found.values()
