# One load: its own namespaces, no capabilities, no descriptors but its own, the filter, then the loader.
EVENTS, MODEL, GIVEN = 3, 4, 5


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
        plant_honey(home, settings["honey"])
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
        place({3: status, 4: lease, 5: handle, 6: listener, 7: hand_over})
        status, lease, handle = 3, 4, 5
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
        while True:
            said = [descriptor for descriptor, _ in poll.poll(None if sinkhole is None else 100)]
            if lease in said:
                os.write(status, b"stopped\n")
                os._exit(0)
            if handle in said:
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
    """Writes files and the folders that they lie in; as plainly as can be, because every load does it."""
    folders = set()
    for name, content in files.items():
        parts = name.split("/")
        for depth in range(1, len(parts)):
            folder = home + "/" + "/".join(parts[:depth])
            if folder not in folders:
                folders.add(folder)
                os.mkdir(folder)
        file = os.open(home + "/" + name, os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(file, content.encode())
        os.close(file)


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
        send, watch = start_watching(EVENTS, tuple(settings["events"]))
        loader = LOADERS[request["loader"]]
        path = os.path.join(settings["home"], request["file"])
        drop_capabilities()
        listener = take_filter(base64.b64decode(settings["filter"]))
        os.write(1, b"%d" % listener)
        # The other side takes the listener out of this process; nothing is done before it has.
        os.dup2(2, 1)
        mark = settings["mark"]
        marker(mark + "take")
        os.close(listener)
        watch()
    except BaseException as error:
        os._exit(70)
    run(loader, path, request, send, mark)


def marker(name):
    """A system call that nothing else makes: it parts the phases in the stream of system calls."""
    try:
        os.open(name, os.O_RDONLY)
    except OSError:
        pass


def settle(patience, send):
    """Waits a moment, and longer while something that the load started still runs."""
    pause, now, tasks = time.sleep, time.monotonic, os.listdir
    until = now() + patience
    pause(0.002)
    while now() < until:
        try:
            os.waitpid(-1, os.WNOHANG)
        except OSError:
            pass
        others = sum(1 for name in tasks("/proc") if name.isdigit()) > 2
        threads = len(sys._current_frames()) > 1
        if not others and not threads:
            return
        pause(0.02)
    send("assay.left", "processes" if others else "threads")


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


def run(loader, path, request, send, mark):
    leave, collect, phase, after = os._exit, gc.collect, marker, settings["after"]
    ending = atexit
    thing = None
    phase(mark + "load")
    send("assay.phase", "load")
    try:
        thing = loader(path)
        send("assay.loaded", type(thing).__module__, type(thing).__qualname__)
    except BaseException as error:
        send("assay.failed", type(error).__module__ + "." + type(error).__qualname__, str(error)[:400])
    if after:
        answer(after, thing, loader, path, send)
    phase(mark + "use")
    send("assay.phase", "use")
    settle(request["linger"], send)
    if thing is not None:
        try:
            use(thing)
        except BaseException as error:
            send("assay.unused", type(error).__qualname__)
    thing = None
    ending._run_exitfuncs()
    collect()
    settle(request["linger"], send)
    phase(mark + "end")
    send("assay.end")
    leave(0)
