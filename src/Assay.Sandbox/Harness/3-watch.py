# What Python itself says about a load: untrusted, because the load can silence it, and therefore only ever added.


def start_watching(descriptor, prefixes):
    """Sends Python's audit events as lines of JSON, numbered so that gaps show; returns the sender for the harness's own lines."""
    write, dumps, getpid, frame_of = os.write, json.dumps, os.getpid, sys._getframe
    state = {"number": 0, "busy": False, "seen": set(), "counts": {}}
    code_type = type(start_watching.__code__)

    def text(value, depth=0):
        kind = type(value)
        if kind is str:
            # Half a surrogate pair is a character for Python and for nobody else.
            return value[:400].encode("utf-8", "backslashreplace").decode()
        if kind is bytes:
            return value[:400].decode("latin-1")
        if value is None or kind in (int, float, bool):
            return str(value)[:400]
        if kind is code_type:
            return "code of " + value.co_filename[:200]
        if kind in (tuple, list) and depth < 2:
            return [text(item, depth + 1) for item in value[:16]]
        # Nothing of the value is called: it may belong to the model.
        return "<%s>" % kind.__name__

    def send(event, *arguments):
        state["number"] += 1
        line = {"n": state["number"], "p": getpid(), "e": event, "a": [text(a) for a in arguments]}
        data = dumps(line).encode()
        if len(data) > 4000:
            line["a"] = ["too long"]
            data = dumps(line).encode()
        try:
            write(descriptor, data + b"\n")
        except OSError:
            # The load has closed it; whoever reads sees that the end is missing.
            pass

    def importing():
        frame = frame_of(2)
        for _ in range(60):
            if frame is None:
                return False
            if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
                return True
            frame = frame.f_back
        return False

    def asks_for_threads():
        # threadpoolctl looks at the libraries that scikit-learn has loaded each time that a model predicts.
        frame = frame_of(2)
        while frame is not None and "/ctypes/" in frame.f_code.co_filename:
            frame = frame.f_back
        return frame is not None and frame.f_code.co_filename.endswith("/dist-packages/threadpoolctl.py")

    def hook(event, arguments):
        if state["busy"] or not event.startswith(prefixes):
            return
        state["busy"] = True
        try:
            if event in ("exec", "compile", "import", "marshal.loads", "code.__new__", "object.__getattr__") and importing():
                return
            if event == "compile" and frame_of(1).f_code.co_filename.endswith("/ast.py"):
                return
            if event.startswith("ctypes.") and asks_for_threads():
                return
            if event in ("import", "pickle.find_class"):
                key = (event,) + tuple(str(a) for a in arguments[:2] if type(a) is str)
                if key in state["seen"] or len(state["seen"]) > 4000:
                    return
                state["seen"].add(key)
                send(event, *[a for a in arguments[:2] if type(a) is str])
                return
            count = state["counts"][event] = state["counts"].get(event, 0) + 1
            if count <= 200:
                send(event, *arguments)
        except BaseException:
            # An event that cannot be told must not change what the load does; the gap in the numbers shows.
            state["number"] += 1
        finally:
            state["busy"] = False

    return send, (lambda: sys.addaudithook(hook))
