# One load: its own namespaces, no capabilities, no descriptors but its own, the filter, then the loader.
# The events go to a number that no other file gets by itself, so that the filter can tell a hand on it.
EVENTS, MODEL, GIVEN = 200, 4, 5


def start(request, descriptors, settings):
    """Starts the first process of new namespaces; in the zygote, returns. A fork and its end cost a copy of all that is imported."""
    if check(libc.syscall(SYS_CLONE, CLONE_OWN | signal.SIGCHLD, None, None, None, None), "clone") == 0:
        first(request, descriptors, settings)


def first(request, descriptors, settings):
    """The first process of the namespaces: prepares them, starts the load, ends with it, and takes everything in them along."""
    model, events, status, lease, hand_over = descriptors
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
        loader = os.fork()
        if loader == 0:
            load(request, model, events, told, settings)
        os.close(told)
        handle = os.pidfd_open(loader)
        number = os.read(ready, 16)
        if not number:
            raise OSError("the load could not take its filter")
        listener = check(libc.syscall(SYS_PIDFD_GETFD, handle, int(number), 0), "pidfd_getfd")
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
        os.setsid()
        limit(settings | request)
        global MAIN
        loader = LOADERS[request["loader"]]
        path = os.path.join(settings["home"], request["file"])
        MAIN = at_home(path)
        ready(loader, path)
        watch = start_watching(EVENTS, tuple(settings["events"]))
        before = picture(MAIN) if BEFORE is None else BEFORE[:3] + (switches(), signals())
        drop_capabilities()
        listener = take_filter(base64.b64decode(settings["filter"]))
        os.write(1, b"%d" % listener)
        # The other side takes the listener out of this process; nothing is done before it has.
        os.dup2(2, 1)
        mark = settings["mark"]
        marker(mark + "take")
        os.close(listener)
        watch.install()
    except BaseException as error:
        os._exit(70)
    run(loader, path, watch, mark, before)


# What the interpreter was like before any load, where one process starts many.
BEFORE = None


def at_home(path):
    """A main module in which there is nothing of the harness."""
    main = type(sys)("__main__")
    main.__builtins__ = sys.modules["builtins"]
    sys.modules["__main__"] = main
    sys.argv[:] = [""]
    return main


def marker(name, opened=os.open):
    """A system call that nothing else makes: it parts the phases in the stream of system calls."""
    try:
        opened(name, 0)
    except OSError:
        pass


def answer(source, thing, loader, path, send):
    """Runs what a measurement asks about the load, and sends the answer in pieces that a line holds."""
    names = {}
    try:
        exec(source, names)
        text = names["after"](thing, loader, path)
    except BaseException as error:
        text = "failed: " + ascii(error).replace('"', "'")
    for at in range(0, len(text), 3200):
        send("assay.answer", *[text[i:i + 400] for i in range(at, min(at + 3200, len(text)), 400)])


def below(call, *arguments):
    """
    Calls through a function of C. Whatever the model can reach runs deeper on the stack of the machine than what the harness does itself, and who
    looks from outside takes no mark from there.
    """
    return next(map(lambda given: call(*given), (arguments,)))


def named(thing):
    return type(thing).__module__ + "." + type(thing).__qualname__


def loaded(tell, thing):
    tell("assay.loaded", type(thing).__module__, type(thing).__qualname__)


def failed(tell, error):
    try:
        said = str(error)[:400]
    except BaseException:
        said = ""
    tell("assay.failed", named(error), said)


# Waits for what a load left running, where nobody outside can hold a mark back.
WAIT = None


def run(loader, path, watch, mark, before):
    leave, collect, phase, after, under, compared = os._exit, gc.collect, marker, settings["after"], below, changes
    tell, done, ending, shallow = watch.send, watch.done, atexit._run_exitfuncs, use
    thing, known, wait = None, set(), WAIT
    phase(mark + "load")
    under(tell, "assay.phase", "load")
    try:
        thing = under(loader, path)
        under(loaded, tell, thing)
    except BaseException as error:
        under(failed, tell, error)
    threads = under(done)
    for name, now in under(compared, before):
        known.add(name)
        under(tell, "assay.changed", name, now)
    if after:
        answer(after, thing, loader, path, tell)
    # Whoever hears this lets the call wait as long as something of the load still runs.
    phase(mark + "use/%d" % threads)
    under(tell, "assay.phase", "use")
    if wait is not None:
        under(wait, tell)
    if thing is not None:
        try:
            under(shallow, thing)
        except BaseException as error:
            under(tell, "assay.unused", under(named, error))
    thing = None
    under(ending)
    under(collect)
    if wait is not None:
        under(wait, tell)
    for name, now in under(compared, before, known):
        under(tell, "assay.changed", name, now)
    phase(mark + "end/%d" % under(done))
    under(tell, "assay.end")
    leave(0)
