# One load: its own namespaces, no capabilities, no descriptors but its own, the filter, then the loader.
# The events go to a number that no other file gets by itself, so that the filter can tell a hand on it.
EVENTS, MODEL, GIVEN = 200, 4, 5
# The first number that is free when a load takes its filter.
LISTENER = 3


def keep(link):
    """
    Makes the namespaces of each load: a small process, because a fork and its end cost a copy of all that is imported, and this one has imported nothing.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(link, 1 << 16, 8)
        if not message:
            os._exit(0)
        try:
            if check(libc.syscall(SYS_CLONE, CLONE_OWN | signal.SIGCHLD, None, None, None, None), "clone") == 0:
                first(json.loads(message), descriptors, settings)
        except OSError as error:
            os.write(descriptors[2], ("failed %s\n" % error).encode())
        for descriptor in descriptors:
            os.close(descriptor)


def start(message, descriptors, keeper, own, top, settings):
    """Has the first process of new namespaces made, and starts the load there as its child."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            socket.send_fds(keeper, [message], descriptors + [theirs.fileno()])
        _, given, _, _ = socket.recv_fds(ours, 16, 2)
        try:
            if len(given) == 2:
                child_of(given[0], own, top, lambda: load(json.loads(message), descriptors[0], descriptors[1], given[1], settings))
        finally:
            for descriptor in given:
                os.close(descriptor)


def first(request, descriptors, settings):
    """The first process of the namespaces: prepares them, lets the load be started, ends with it, and takes everything in them along."""
    model, events, status, lease, hand_over, zygote = descriptors
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        home = settings["home"]
        size = ("size=%d,nr_inodes=4096,mode=1777" % settings["files"]).encode()
        for target in (b"/tmp", b"/dev/shm", b"/run", b"/var/tmp", home.encode()):
            mount(b"tmpfs", target, b"tmpfs", MS_NOSUID | MS_NODEV, size)
        planted = plant_honey(home, settings["honey"])
        path = os.path.join(home, request["file"])
        if settings["whole"] or request["loader"] in FROM_FILE:
            whole_file(model, path)
        else:
            os.symlink("/proc/self/fd/%d" % MODEL, path)
        os.chdir(home)
        if settings["sinkhole"]:
            network_of_nothing()
        ready, told = os.pipe()
        zygote = socket.socket(fileno=zygote)
        socket.send_fds(zygote, [b"here"], [os.pidfd_open(os.getpid()), told])
        os.close(told)
        loader = int(os.read(ready, 16) or 0)
        # Closed when the filter is taken, because what a load writes is asked about from then on; and when what forked the load is gone, and this its parent.
        while os.read(ready, 16) or zygote.recv(16):
            pass
        zygote.detach()
        if not loader:
            raise OSError("the load could not be started")
        handle = os.pidfd_open(loader)
        listener = check(libc.syscall(SYS_PIDFD_GETFD, handle, LISTENER, 0), "the load could not take its filter: pidfd_getfd")
        touched = Touched(planted, status)
        for path in planted:
            if path.startswith("/etc/"):
                # As on a real machine: there to be asked for, and not for everybody.
                os.chmod(path, 0)
        place({3: status, 4: lease, 5: handle, 6: listener, 7: hand_over, 8: touched.number})
        status, lease, handle, touched.status, touched.number = 3, 4, 5, 3, 8
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        drop_capabilities()
        # Only now does the load go on: it waits for whoever gets the listener.
        link = socket.socket(fileno=7)
        poll = select.poll()
        sinkhole = Sinkhole(link, poll) if settings["sinkhole"] else None
        socket.send_fds(link, [b"listener"], [6])
        os.close(6)
        if sinkhole is None:
            link.close()
        poll.register(lease, select.POLLIN | select.POLLHUP)
        poll.register(handle, select.POLLIN)
        poll.register(touched.number, select.POLLIN)
        while True:
            said = [descriptor for descriptor, _ in poll.poll(None if sinkhole is None else 100)]
            if lease in said:
                os.write(status, b"stopped\n")
                os._exit(0)
            if touched.number in said:
                touched.hear()
            if handle in said:
                while touched.hear():
                    pass
                _, code, usage = os.wait4(loader, 0)
                if sinkhole is not None:
                    sinkhole.finish()
                os.write(status, ("ended %d %d\n" % (code, usage.ru_maxrss)).encode())
                os._exit(0)
            if sinkhole is not None:
                for number in said:
                    sinkhole.hear(number)
                sinkhole.idle()
    except BaseException as error:
        try:
            os.write(status, ("failed %s\n" % error).encode())
        except OSError:
            pass
        os._exit(1)


def plant_honey(home, files):
    """Writes files and the folders that they lie in, as plainly as can be, because every load does it; returns where they lie."""
    folders, places = set(), []
    for name, content in files.items():
        path = name if name[0] == "/" else home + "/" + name
        over = path.startswith("/etc/")
        place = "/run/.over" if over else path
        parts = place.split("/")
        for depth in range(2, len(parts)):
            folder = "/".join(parts[:depth])
            if folder not in folders and not os.path.isdir(folder):
                os.mkdir(folder)
            folders.add(folder)
        file = os.open(place, os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(file, content.encode())
        os.close(file)
        if over:
            # The folder belongs to all loads of the box; what lies over its file, to this one.
            mount(place.encode(), path.encode(), None, MS_BIND)
            os.unlink(place)
        places.append(path)
    return places


IN_OPEN, IN_OVERFLOW = 0x20, 0x4000


class Touched:
    """Hears of each opening of a planted file from the files themselves, by whatever way they were reached."""

    def __init__(self, paths, status):
        self.status, self.told = status, set()
        self.number = check(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC), "inotify_init1")
        self.paths = {check(libc.inotify_add_watch(self.number, path.encode(), IN_OPEN), "inotify_add_watch"): path for path in paths}

    def hear(self):
        try:
            data = os.read(self.number, 1 << 16)
        except BlockingIOError:
            return False
        at = 0
        while at + 16 <= len(data):
            watch, mask, _, length = struct.unpack_from("iIII", data, at)
            at += 16 + length
            path = "" if mask & IN_OVERFLOW else self.paths.get(watch) if mask & IN_OPEN else None
            if path is not None and path not in self.told:
                self.told.add(path)
                os.write(self.status, ("touched %s\n" % path).encode())
        return True


def whole_file(model, path):
    """A copy of the model with a path of its own that nothing in the load can change: some libraries ask where the file really is."""
    place = b"/tmp"
    length = os.fstat(model).st_size
    mount(b"tmpfs", place, b"tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, ("size=%d" % (length + (1 << 20))).encode())
    with open("/tmp/model", "wb") as file:
        done = 0
        while done < length:
            done += os.sendfile(file.fileno(), model, done, length - done) or length
    open(path, "w").close()
    mount(b"/tmp/model", path.encode(), None, MS_BIND)
    mount(None, path.encode(), None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
    check(libc.umount2(place, 0), "umount")


def limit(settings):
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    for what, value in (
        (resource.RLIMIT_AS, now + settings["memory"]),
        (resource.RLIMIT_FSIZE, settings["files"]),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_NPROC, settings["processes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 1 << 20),
        (resource.RLIMIT_CPU, settings["seconds"]),
    ):
        resource.setrlimit(what, (value, value))


def load(request, model, events, told, settings):
    """The process in which the loader runs."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(told, 1)
        os.dup2(null, 2)
        place({EVENTS: events, MODEL: model})
        os.write(1, b"%d" % os.getpid())
        os.chdir(settings["home"])
        os.setsid()
        limit(settings | request)
        loader = LOADERS[request["loader"]]
        path = os.path.join(settings["home"], request["file"])
        ready(loader, path)
        begin, counted, ours = start_watching(EVENTS, tuple(settings["events"]))
        before = BEFORE[:-1] + (switches(gc.isenabled(), False) + BEFORE[-1][-1:],)
        given = (loader, path, settings["mark"], before, (PARTS[0] + (("counted", counted), ("after", settings["after"])),) + PARTS[1:], TOOLS, ours)
        drop_capabilities()
        listener = take_filter(base64.b64decode(settings["filter"]))
        if listener != LISTENER:
            os._exit(70)
        # The other side takes the listener out of this process; nothing is done before it has.
        os.dup2(2, 1)
        try:
            os.open(settings["mark"] + "take", 0)
        except OSError:
            pass
        os.close(listener)
        steps, leave = run, forget
        begin()
        # What is begun can be silenced by whoever has its parts.
        del begin
        leave()
    except BaseException as error:
        os._exit(70)
    steps(*given)


# What the interpreter was like before any load, and what of the harness a load finds again when it is over.
BEFORE = PARTS = TOOLS = EXISTED = OF_THREADS = None
LEFT = ("__name__", "__builtins__", "READY", "LOADERS", "MAIN", "compiled", "itertools", "H5_NAMES", "H5_BYTES", "R", "EVALUATE")


def prepared():
    """Takes the picture, and keeps the harness in a form that a load cannot change: the code of its functions, of which new ones are made after the load."""
    global BEFORE, PARTS, TOOLS, EXISTED, OF_THREADS, CLOSELY
    CLOSELY = frozenset(settings["closely"])
    OF_THREADS = of_threads()
    # Held, so that no later function has the number of one of them.
    EXISTED = {id(one): one for one in gc.get_objects() if type(one) is FUNCTION}
    names = list(globals().items())
    sys.argv[:] = [""]
    BEFORE = picture(MAIN)
    TOOLS = (os._exit, os.open, gc.collect, gc.get_objects, atexit._run_exitfuncs, sys._current_frames, _thread._count, sys.setprofile, sys.getprofile, FUNCTION, gc.isenabled, gc.disable, gc.enable, sys.audit)
    PARTS = (
        tuple((name, thing) for name, thing in names if type(thing) is not FUNCTION and name not in ("libc", "settings", "control", "READY", "LOADERS", "__builtins__")),
        tuple(globals()["__builtins__"].items()), tuple((name, thing.__code__, thing.__defaults__) for name, thing in names if type(thing) is FUNCTION and thing.__closure__ is None),
    )


def forget():
    """Leaves nothing of the harness where a load could find it: its classes are in the list of all classes, and lead here."""
    names = globals()
    for name in [name for name in names if name not in LEFT]:
        del names[name]


def once():
    """Lets libraries find out what they find out once and keep: a load that comes first did not change it."""
    try:
        sys.modules["tempfile"]._get_candidate_names()
        # Where nothing can be written it would find none.
        sys.modules["tempfile"].tempdir = "/tmp"
        if "sklearn" in sys.modules:
            import threadpoolctl
            threadpoolctl.threadpool_info()
        if "torch" in sys.modules:
            torch, file = sys.modules["torch"], io.BytesIO()
            torch.save({"one": torch.zeros(2, 2).sum().item(), "two": torch.nn.Linear(2, 2).state_dict()}, file)
            for only in (False, True):
                file.seek(0)
                torch.load(file, map_location="cpu", weights_only=only)
    except Exception:
        pass


def at_home():
    """A main module in which there is nothing of the harness."""
    main = type(sys)("__main__")
    main.__builtins__ = sys.modules["builtins"]
    sys.modules["__main__"] = main
    return main


def answer(source, thing, loader, path):
    """Runs what a measurement asks about the load, and sends the answer in pieces that a line holds."""
    names, send = {}, sender(EVENTS, counted)
    try:
        exec(source, names)
        text = names["after"](thing, loader, path)
    except BaseException as error:
        text = "failed: " + ascii(error).replace('"', "'")
    for at in range(0, len(text), 3200):
        send("assay.answer", *[text[i:i + 400] for i in range(at, min(at + 3200, len(text)), 400)])


def came(thing, error):
    """Tells how the loader ended."""
    tell = sender(EVENTS, counted)
    if error is None:
        tell("assay.loaded", *named(thing))
        return
    try:
        said = str(error)[:400]
    except BaseException:
        said = ""
    tell("assay.failed", ".".join(named(error)), said)


def named(thing):
    # Classes of C's own have it in their name alone; a class that Python made may lack it.
    module = HELD(type(thing)).get("__module__") if FLAGS(type(thing)) & MADE else HOME(type(thing))
    return (module if type(module) is str else "builtins", QUALIFIED(type(thing)))


def compare(before, known, collects, brought, mark, differ):
    """Tells what has changed, and returns the names of it and of what was known. Somebody outside has said how many members of the picture differ, and says which."""
    tell, where = sender(EVENTS, counted), None
    try:
        where = None if differ is None else [OPEN(mark + "changed/%d" % number, 0) for number in range(differ)]
    except OSError:
        pass
    for name, now in changes(before, collects, brought[0] if brought else ((), {}), where):
        if name not in known and len(known) < MOST_CHANGES:
            tell("assay.changed", name, now)
            known += (name,)
    return known


def used(thing):
    try:
        use(thing)
    except BaseException as error:
        sender(EVENTS, counted)("assay.unused", ".".join(named(error)))


def last(before, things):
    """What else runs when an interpreter ends: work for the end of threads, and objects that are still held somewhere."""
    for call in [one for one in reversed(threading._threading_atexits) if not any(one is was for was in before[7])]:
        try:
            call()
        except BaseException:
            pass
    known, ends = before[12], {}
    try:
        if watchdog():
            sender(EVENTS, counted)("assay.changed", "faulthandler.dump_traceback_later", "a thread that ends the process later")
    except BaseException:
        pass
    for thing in things:
        kind = type(thing)
        if kind is GENERATOR and not thing.gi_code.co_filename.startswith(READ_ONLY):
            # What a suspended function of the load does finally.
            try:
                thing.close()
            except BaseException:
                pass
        elif kind is REFERENCE and type(CALLED_BACK(thing)) is FUNCTION and not CODE(CALLED_BACK(thing)).co_filename.startswith(READ_ONLY):
            # What it refers to goes with the interpreter at the latest.
            try:
                CALLED_BACK(thing)(thing)
            except BaseException:
                pass
        if id(kind) not in ends:
            end = None if id(kind) in known else next((HELD(base)["__del__"] for base in SUBCLASSED(kind) if "__del__" in HELD(base)), None)
            ends[id(kind)] = end if type(end) is FUNCTION else None
        if ends[id(kind)] is not None:
            try:
                ends[id(kind)](thing)
            except BaseException:
                pass


def ended():
    sender(EVENTS, counted)("assay.end")


def run(loader, path, mark, before, parts, tools, ours):
    """
    The steps of a load. A mark is a system call that nothing else makes, and it counts where the stack of the machine stands as it did at the first one. So
    this calls functions of C alone, and all else through them: whatever the model can reach runs further down, and nothing of this frame can be changed from
    there. Nor may it loop, because Python runs a call in another way once it has run it often. The functions that are called after the load are made after it.
    """
    leave, opened, collect, objects, ending, frames, started, profile, profiler, function, collects, still, again, ask = tools
    step, over, table, most, length, refused, anything = next, map, dict, max, len, OSError, BaseException
    thing = error = differ = None
    try:
        opened(mark + "load", 0)
    except refused:
        pass
    try:
        thing = step(over(lambda given: given[0](given[1]), ((loader, path),)))
    except anything as caught:
        error = caught
    if profiler() is ours:
        profile(None)

    def anew(parts, table, function):
        names = table(parts[0])
        names["__builtins__"] = table(parts[1])
        for name, code, defaults in parts[2]:
            names[name] = function(code, names, name, defaults)
        return names
    names = step(over(lambda given: given[0](*given[1:]), ((anew, parts, table, function),)))
    step(over(lambda given: given[0](*given[1:]), ((names["came"], thing, error),)))
    error = None
    # A thread whose first function is one of C has no frame; those that were started from Python are counted all the same.
    threads = most(length(frames()), started() + 1)
    # Whoever hears this lets the call wait as long as something of the load still runs: nothing runs beside what compares.
    try:
        differ = opened(mark + "use/%d" % threads, 0)
    except refused:
        pass
    if names["WAIT"]:
        step(over(lambda given: given[0](), ((names["settle"],),)))
    on, codes = collects(), []
    still()
    step(over(lambda given: given[0](*given[1:]), ((ask, "assay.brought", codes),)))

    def anew(parts, table, function):
        names = table(parts[0])
        names["__builtins__"] = table(parts[1])
        for name, code, defaults in parts[2]:
            names[name] = function(code, names, name, defaults)
        return names
    names = step(over(lambda given: given[0](*given[1:]), ((anew, parts, table, function),)))
    known = step(over(lambda given: given[0](*given[1:]), ((names["compare"], before, (), on, codes, mark, differ),)))
    if on:
        again()
    if names["after"]:
        step(over(lambda given: given[0](*given[1:]), ((names["answer"], names["after"], thing, loader, path),)))
    if thing is not None:
        step(over(lambda given: given[0](*given[1:]), ((names["used"], thing),)))
    thing = None
    step(over(lambda given: given[0](), ((ending,),)))
    step(over(lambda given: given[0](*given[1:]), ((names["last"], before, objects()),)))
    step(over(lambda given: given[0](), ((collect,),)))
    if profiler() is ours:
        profile(None)
    threads, differ = most(length(frames()), started() + 1), None
    try:
        differ = opened(mark + "rest/%d" % threads, 0)
    except refused:
        pass
    if names["WAIT"]:
        step(over(lambda given: given[0](), ((names["settle"],),)))
    on, codes = collects(), []
    still()
    step(over(lambda given: given[0](*given[1:]), ((ask, "assay.brought", codes),)))

    def anew(parts, table, function):
        names = table(parts[0])
        names["__builtins__"] = table(parts[1])
        for name, code, defaults in parts[2]:
            names[name] = function(code, names, name, defaults)
        return names
    names = step(over(lambda given: given[0](*given[1:]), ((anew, parts, table, function),)))
    step(over(lambda given: given[0](*given[1:]), ((names["compare"], before, known, on, codes, mark, differ),)))
    threads = most(length(frames()), started() + 1)
    try:
        opened(mark + "end/%d" % threads, 0)
    except refused:
        pass
    step(over(lambda given: given[0](), ((names["ended"],),)))
    leave(0)


OPEN = os.open
# Whether this process waits for what a load left running: where nobody outside can hold a mark back.
WAIT = False
