# The process that imports libraries once and starts each load as a child; it never sees a byte of a model.


def plausible():
    """Files that a machine with people on it has; then nothing of the box can be written any more."""
    check(libc.unshare(0x00020000), "unshare")
    for path, content in settings["machine"].items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(content)
    for path in (settings["home"], "/run", "/var/tmp", "/srv"):
        os.makedirs(path, exist_ok=True)
    os.symlink("/run", "/var/run")
    for target in ("/dev", "/"):
        # What a mount was inherited with must be asked for again.
        now = os.statvfs(target).f_flag
        kept = now & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME) | (MS_RELATIME if now & 4096 else 0)
        mount(None, target.encode(), None, MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def warm():
    """Imports what loads may need, so that their own imports are not mistaken for what the model does."""
    import importlib
    found = {}
    for name in ALWAYS:
        importlib.import_module(name)
    for name in settings["libraries"]:
        if name == "R":
            found[name] = start_r()
            continue
        try:
            module = importlib.import_module(name)
            found[name] = str(getattr(module, "__version__", ""))
        except Exception as error:
            found[name] = None
    once()
    return found


control = socket.socket(fileno=3)
settings = json.loads(control.recv(1 << 20))
try:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    plausible()
    keeper, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        control.close()
        keeper.close()
        keep(theirs)
    theirs.close()
    found = warm()
    if settings["code"]:
        # Behind the libraries are imported: what loads import of it is looked at as the load's own doing.
        sys.path.insert(0, settings["code"])
    MAIN = at_home()
    prepared()
    # What is imported stays: nobody looks through it again when a load ends.
    gc.collect()
    gc.freeze()
    own, top = os.open("/proc/self/ns/pid", os.O_RDONLY), stack()
    places = laid_down(BEFORE)
    socket.send_fds(control, [json.dumps({"ready": sys.version.split()[0], "libraries": found}).encode()], places)
    for descriptor in places:
        os.close(descriptor)
except BaseException as error:
    control.send(json.dumps({"failed": str(error)}).encode())
    os._exit(1)

while True:
    message, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 8)
    if not message:
        os._exit(0)
    if message == b"large":
        # Many loads come: it takes as long as some of them save.
        in_large_pages()
        continue
    try:
        start(message, descriptors, keeper, own, top, settings)
    except OSError as error:
        os.write(descriptors[2], ("failed %s\n" % error).encode())
    for descriptor in descriptors:
        os.close(descriptor)
