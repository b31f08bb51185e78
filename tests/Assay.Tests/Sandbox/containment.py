# Attempts to get out of the box, each a function that returns when it got through and raises when it was refused.
# Each has a control that shows what its failure inside proves. OUTSIDE: it gets through outside the box, as the same unprivileged user.
# KERNEL: the bare kernel refuses it to that user as well. ANSWERED: it gets through in the same box with one thing changed, a network that
# answers in place of the dead one (nothing leaves that box either). ROOMIER: it gets through in the same box with larger limits. NEVER: no control,
# because even reaching for these is nothing that a test may do outside: open_disk (devices), core_pattern (a program that the kernel starts as
# root) and sysrq (which may end the machine).
import ctypes
import mmap
import os
import resource
import socket
import struct
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
OUTSIDE, KERNEL, ANSWERED, ROOMIER, NEVER = "outside", "kernel", "answered", "roomier", "never"
ATTEMPTS = {}


class Refused(Exception):
    pass


def attempt(control):
    def keep(function):
        ATTEMPTS[function.__name__] = (function, control)
        return function
    return keep


def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def must(condition, what):
    if not condition:
        raise Refused(what)


def status(name):
    with open("/proc/self/status") as file:
        return next(line.split()[1] for line in file if line.startswith(name + ":"))


# Files

@attempt(KERNEL)
def read_shadow():
    open("/etc/shadow").read()


@attempt(OUTSIDE)
def read_real_passwd():
    must("daemon:" in open("/etc/passwd").read(), "it is another one")


@attempt(KERNEL)
def list_root_home():
    os.listdir("/root")


@attempt(OUTSIDE)
def read_host_temporary_file():
    must(open("@MARKER@").read() == "marker", "it is another one")


@attempt(OUTSIDE)
def write_host_temporary_file():
    open("@MARKER@", "a").close()


@attempt(KERNEL)
def write_system():
    open("/usr/lib/python3/assay-was-here", "w")


@attempt(KERNEL)
def write_configuration():
    open("/etc/ld.so.preload", "w")


@attempt(KERNEL)
def write_root_folder():
    open("/assay-was-here", "w")


@attempt(KERNEL)
def write_devices_folder():
    open("/dev/assay-was-here", "w")


@attempt(OUTSIDE)
def write_model():
    model = os.open("@MODEL@", os.O_RDWR)
    try:
        os.write(model, b"x")
    finally:
        os.close(model)


@attempt(OUTSIDE)
def truncate_model():
    os.truncate("@MODEL@", 5)


@attempt(KERNEL)
def make_device():
    os.mknod("/tmp/assay-device", 0o600 | 0o060000, os.makedev(8, 0))


@attempt(NEVER)
def open_disk():
    for name in ("/dev/sda", "/dev/vda", "/dev/nvme0n1", "/dev/mem", "/dev/kmsg"):
        try:
            os.open(name, os.O_RDONLY)
            return
        except OSError as error:
            last = error
    raise last


@attempt(OUTSIDE)
def file_handle():
    buffer = ctypes.create_string_buffer(struct.pack("=Ii", 128, 0) + bytes(128), 136)
    where = ctypes.c_int()
    call(303, -100, b"/usr/bin", buffer, ctypes.byref(where), 0)


@attempt(KERNEL)
def open_by_handle():
    call(304, -100, ctypes.create_string_buffer(struct.pack("=Ii", 8, 1) + bytes(8)), 0)


@attempt(NEVER)
def core_pattern():
    os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY)


@attempt(NEVER)
def sysrq():
    os.open("/proc/sysrq-trigger", os.O_WRONLY)


def open_any(names):
    """Opens for writing, writes nothing."""
    for name in names:
        try:
            os.close(os.open(name, os.O_WRONLY))
            return
        except OSError as error:
            last = error
    raise last


@attempt(KERNEL)
def system_tree():
    open_any(["/sys/kernel/uevent_helper", "/sys/kernel/mm/transparent_hugepage/enabled"])


@attempt(KERNEL)
def cgroup_release_agent():
    tree = "/sys/fs/cgroup/"
    groups = [tree] + [tree + name + "/" for name in (os.listdir(tree) if os.path.isdir(tree) else []) if os.path.isdir(tree + name)]
    open_any([group + name for group in groups for name in ("release_agent", "cgroup.procs")])


@attempt(KERNEL)
def root_of_first_process():
    os.listdir("/proc/1/root")


@attempt(OUTSIDE)
def inherited_descriptors():
    links = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            links[int(name)] = os.readlink("/proc/self/fd/" + name)
        except OSError:
            pass
    # What remains are the way of the events, the model that is being read, and the folder that is being listed.
    odd = {n: to for n, to in links.items() if n > 4 and n != 200 and "/fd" not in to and not to.startswith("/memfd:model")}
    must(odd, "only %s" % links)


# Network

def connect(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as it:
        it.settimeout(2)
        it.connect(address)


@attempt(OUTSIDE)
def tcp_loopback():
    connect(socket.AF_INET, ("127.0.0.1", int("@PORT@")))


@attempt(OUTSIDE)
def udp_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
        it.sendto(b"x", ("127.0.0.1", int("@PORT@")))


@attempt(ANSWERED)
def tcp_elsewhere():
    connect(socket.AF_INET, ("192.0.2.1", 9))


@attempt(ANSWERED)
def tcp_six():
    connect(socket.AF_INET6, ("2001:db8::1", 9))


@attempt(ANSWERED)
def look_up_name():
    socket.getaddrinfo("example.org", 80)


@attempt(KERNEL)
def raw_socket():
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)


@attempt(KERNEL)
def packet_socket():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW)


@attempt(OUTSIDE)
def netlink_socket():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)


@attempt(OUTSIDE)
def abstract_socket():
    connect(socket.AF_UNIX, "\0@SOCKET@")


@attempt(OUTSIDE)
def socket_file():
    connect(socket.AF_UNIX, "@SOCKETFILE@")


@attempt(OUTSIDE)
def message_bus():
    # The first one stands for the others, on machines that have none of them.
    for name in ("@BUS@", "/run/dbus/system_bus_socket", "/var/run/docker.sock", "/run/containerd/containerd.sock"):
        try:
            return connect(socket.AF_UNIX, name)
        except OSError as error:
            last = error
    raise last


# Processes

@attempt(OUTSIDE)
def see_host_process():
    must(b"@PIDMARK@" in open("/proc/@PID@/cmdline", "rb").read(), "it is another one")


@attempt(OUTSIDE)
def signal_host_process():
    os.kill(int("@PID@"), 0)


@attempt(OUTSIDE)
def trace_host_process():
    call(101, 0x4206, int("@PID@"), 0, 0)


@attempt(OUTSIDE)
def write_memory_of_the_starter():
    # In the box the starter is the first process of the namespaces; outside, a child of this process tries it on this one.
    if os.getppid() == 1:
        open("/proc/1/mem", "r+b").close()
        return
    child = os.fork()
    if child == 0:
        try:
            open("/proc/%d/mem" % os.getppid(), "r+b").close()
        except OSError:
            os._exit(1)
        os._exit(0)
    must(os.waitpid(child, 0)[1] == 0, "refused")


@attempt(OUTSIDE)
def descriptors_of_the_starter():
    if os.getppid() == 1:
        os.listdir("/proc/1/fd")
        return
    os.listdir("/proc/self/fd")


@attempt(OUTSIDE)
def trace_own_child():
    # Tracing as such: outside, a process may trace what it started.
    child = os.fork()
    if child == 0:
        time.sleep(2)
        os._exit(0)
    try:
        call(101, 0x4206, child, 0, 0)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


@attempt(OUTSIDE)
def read_child_memory():
    child = os.fork()
    if child == 0:
        time.sleep(2)
        os._exit(0)
    try:
        class Vector(ctypes.Structure):
            _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
        buffer = ctypes.create_string_buffer(8)
        here = Vector(ctypes.addressof(buffer), 8)
        there = Vector(ctypes.addressof(buffer), 8)
        call(310, child, ctypes.byref(here), 1, ctypes.byref(there), 1, ctypes.c_ulong(0))
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


@attempt(OUTSIDE)
def take_descriptor_of_child():
    child = os.fork()
    if child == 0:
        time.sleep(2)
        os._exit(0)
    try:
        call(438, os.pidfd_open(child), 0, 0)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


@attempt(OUTSIDE)
def many_processes_of_the_host():
    must(sum(name.isdigit() for name in os.listdir("/proc")) > 6, "hardly any")


# The kernel

@attempt(OUTSIDE)
def new_user_namespace():
    call(272, 0x10000000)


@attempt(OUTSIDE)
def clone_user_namespace():
    child = call(56, 0x10000000 | 17, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


@attempt(OUTSIDE)
def clone_by_structure():
    # The kernel looks at the structure and finds it wrong: then it was reached.
    try:
        call(435, None, 0)
    except OSError as error:
        must(error.errno == 22, str(error))


@attempt(KERNEL)
def mount_tmpfs():
    if libc.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None) != 0:
        raise OSError(ctypes.get_errno(), "mount")


@attempt(KERNEL)
def change_root():
    os.chroot("/tmp")


@attempt(KERNEL)
def enter_namespace():
    with open("/proc/1/ns/mnt") as file:
        call(308, file.fileno(), 0)


@attempt(KERNEL)
def become_root():
    os.setuid(0)


@attempt(KERNEL)
def become_group_root():
    os.setgid(0)


@attempt(OUTSIDE)
def gain_by_setuid_programs():
    must(status("NoNewPrivs") == "0", "no new privileges")


@attempt(OUTSIDE)
def keep_capabilities():
    must(int(status("CapEff"), 16) | int(status("CapPrm"), 16) | int(status("CapBnd"), 16), "none")


@attempt(OUTSIDE)
def run_without_filter():
    must(status("Seccomp") == "0", "there is a filter")


@attempt(KERNEL)
def load_bpf():
    call(321, 5, ctypes.create_string_buffer(128), 128)


@attempt(OUTSIDE)
def io_uring():
    call(425, 4, ctypes.create_string_buffer(120))


@attempt(OUTSIDE)
def user_faults():
    call(323, 1)


@attempt(OUTSIDE)
def keyrings():
    call(250, 0, -3, 1)


@attempt(OUTSIDE)
def add_key():
    call(248, b"user", b"assay", b"x", 1, -2)


@attempt(OUTSIDE)
def performance_events():
    attributes = struct.pack("=IIQ", 1, 128, 0) + bytes(24) + struct.pack("=Q", 1 | 1 << 5 | 1 << 6) + bytes(80)
    call(298, ctypes.create_string_buffer(attributes, 128), 0, -1, -1, 0)


@attempt(OUTSIDE)
def shared_memory():
    number = call(29, 0, 4096, 0o1600)
    libc.shmctl(number, 0, None)


@attempt(OUTSIDE)
def memory_file():
    call(319, b"x", 0)


@attempt(OUTSIDE)
def change_personality():
    call(135, 0x0040000)


@attempt(KERNEL)
def x32_call():
    call(ctypes.c_long(0x40000000 | 39))


@attempt(OUTSIDE)
def i386_call():
    # getpid by the gate of 32-bit programs, where the filter's numbers mean other calls; in a child, because the filter ends who does it.
    child = os.fork()
    if child == 0:
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(b"\x53\xb8\x14\0\0\0\xcd\x80\x5b\xc3")
        answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
        os._exit(0 if answer == os.getpid() else 1)
    ended = os.waitpid(child, 0)[1]
    must(ended == 0, "ended with %d" % ended)


@attempt(OUTSIDE)
def compare_processes():
    call(312, os.getpid(), os.getpid(), 0, 0, 1)


@attempt(OUTSIDE)
def type_into_terminal():
    # Into one's own terminal, which a new session takes: what would type into somebody else's is the same call.
    import fcntl
    master, slave = os.openpty()
    child = os.fork()
    if child == 0:
        os.setsid()
        try:
            fcntl.ioctl(slave, 0x540E, 0)
        except OSError:
            os._exit(2)
        try:
            fcntl.ioctl(slave, 0x5412, b"x")
        except OSError:
            os._exit(1)
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended not in (0, 1):
        raise RuntimeError("there is no terminal to type into: %d" % ended)
    must(ended == 0, "refused")


@attempt(KERNEL)
def set_clock():
    time.clock_settime(time.CLOCK_REALTIME, time.time())


@attempt(KERNEL)
def set_host_name():
    socket.sethostname("assay")


@attempt(OUTSIDE)
def real_host_name():
    must(os.uname().nodename == "@HOST@", "it is another one")


@attempt(OUTSIDE)
def real_environment():
    must("ASSAY_TEST_SECRET" in os.environ, "it is another one")


@attempt(OUTSIDE)
def answer_oneself():
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]
    if libc.prctl(38, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    program = Program(1, struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))
    call(317, 1, 8, ctypes.byref(program))


@attempt(OUTSIDE)
def second_filter():
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]
    if libc.prctl(38, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    program = Program(1, struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000))
    if libc.prctl(22, 2, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


# Amounts

@attempt(OUTSIDE)
def memory_beyond_limit():
    mmap.mmap(-1, 6 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000).close()


@attempt(OUTSIDE)
def large_file():
    import tempfile
    with tempfile.TemporaryFile() as file:
        os.ftruncate(file.fileno(), 200 << 20)


@attempt(ROOMIER)
def fill_folder():
    for i in range(4):
        with open("/tmp/fill%d" % i, "wb") as file:
            for _ in range(40):
                file.write(bytes(1 << 20))


@attempt(ROOMIER)
def many_processes():
    # They wait until all are there, and then end.
    wait, go = os.pipe()
    try:
        for _ in range(160):
            if os.fork() == 0:
                os.close(go)
                os.read(wait, 1)
                os._exit(0)
    finally:
        os.close(go)


@attempt(KERNEL)
def raise_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    must(hard != resource.RLIM_INFINITY, "there is nothing to raise")
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, (hard + 1, hard + 1))
    except ValueError as error:
        raise Refused(str(error))


def run(name):
    """Tells the outcome as an exception, because that is what a load can return to whoever watches it."""
    try:
        ATTEMPTS[name][0]()
    except (OSError, Refused, MemoryError) as error:
        outcome = "contained %s %s" % (type(error).__name__, error)
    except BaseException as error:
        outcome = "broken %s %s" % (type(error).__name__, error)
    else:
        outcome = "escaped"
    raise LookupError(outcome)
