# A load that has a whole kernel for itself (gVisor): imports, the load in a child, the end.
import shutil

settings = json.load(open("/srv/app/settings.json"))


def tell(text):
    os.write(2, (text + "\n").encode())


def warm():
    import importlib
    for name in ALWAYS:
        importlib.import_module(name)
    for name in settings["libraries"]:
        try:
            if (start_r() if name == "R" else importlib.import_module(name)) is None:
                tell("missing " + name)
        except Exception:
            tell("missing " + name)
    once()


def bound():
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    for what, value in ((resource.RLIMIT_AS, now + settings["memory"]), (resource.RLIMIT_FSIZE, settings["files"]), (resource.RLIMIT_CPU, settings["seconds"])):
        resource.setrlimit(what, (value, value))


def plant():
    home = settings["home"]
    for name, content in settings["honey"].items():
        path = os.path.join(home, name)
        if path.startswith("/etc/"):
            # Read-only here, and nothing can be mounted over it.
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(content)
    path = os.path.join(home, settings["file"])
    if settings["loader"] in FROM_FILE:
        # A copy: this home is the load's alone, so nobody else can be harmed by what it does to it.
        with open("/proc/self/fd/%d" % MODEL, "rb") as model, open(path, "wb") as file:
            shutil.copyfileobj(model, file)
    else:
        os.symlink("/proc/self/fd/%d" % MODEL, path)
    os.chdir(home)


PAUSE, NOW, LISTED, STARTED = time.sleep, time.monotonic, os.listdir, _thread._count


def settle():
    """Waits a moment, and longer while something that the load started still runs."""
    until = NOW() + LINGER
    PAUSE(0.002)
    while NOW() < until:
        try:
            os.waitpid(-1, os.WNOHANG)
        except OSError:
            pass
        others = sum(1 for name in LISTED("/proc") if name.isdigit()) > 2
        # Asking for their frames would be told as the load's own doing.
        threads = STARTED() > 0
        if not others and not threads:
            return
        PAUSE(0.02)
    sender(EVENTS, counted)("assay.left", "processes" if others else "threads")


def alone():
    plant()
    warm()
    gc.collect()
    gc.freeze()
    loader = os.fork()
    if loader == 0:
        try:
            null = os.open("/dev/null", os.O_RDWR)
            # Not by close_range, which gVisor did not have for long.
            high = [os.dup2(now, 64 + now) for now in (0, 1, null)]
            os.dup2(high[1], EVENTS, inheritable=False)
            os.dup2(high[0], MODEL, inheritable=False)
            for number in range(3):
                os.dup2(high[2], number)
            os.closerange(GIVEN, EVENTS)
            os.closerange(EVENTS + 1, 256)
            os.setsid()
            bound()
            global MAIN, WAIT, LINGER
            WAIT, LINGER = True, settings["linger"]
            chosen, path = LOADERS[settings["loader"]], os.path.join(settings["home"], settings["file"])
            MAIN = at_home()
            ready(chosen, path)
            prepared()
            begin, counted, ours = start_watching(EVENTS, tuple(settings["events"]))
            given = (chosen, path, settings["mark"], BEFORE, (PARTS[0] + (("counted", counted), ("after", settings["after"])),) + PARTS[1:], TOOLS, ours)
            steps, leave = run, forget
            begin()
            del begin
            leave()
        except BaseException as error:
            os._exit(70)
        steps(*given)
    # The load runs as the same user, and must not reach into this process.
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    os.close(0)
    os.close(1)
    _, code, usage = os.wait4(loader, 0)
    tell("ended %d %d" % (code, usage.ru_maxrss))
    os._exit(0)


try:
    alone()
except BaseException as error:
    tell("failed %s" % error)
    os._exit(1)
