# The calls of the kernel that Python has no door to.
import base64
import builtins
import ctypes
import json
import os
import resource
import select
import signal
import socket
import sys
import time

# What a load puts in the place of a builtin is not called by the harness: the functions that follow have these.
__builtins__ = dict(vars(builtins))
libc = ctypes.CDLL(None, use_errno=True)

CLONE_MOUNTS, CLONE_IPC, CLONE_PID, CLONE_NET = 0x00020000, 0x08000000, 0x20000000, 0x40000000
CLONE_OWN = CLONE_MOUNTS | CLONE_IPC | CLONE_PID | CLONE_NET
CLONE_MEMORY, CLONE_WAITS = 0x100, 0x4000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
MS_NOATIME, MS_NODIRATIME, MS_RELATIME = 1024, 2048, 1 << 21
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 4, 24, 38, 47
MADV_NOHUGEPAGE, MADV_COLLAPSE, LARGE_PAGE = 15, 25, 1 << 21
STACK, GUARD = 8 << 20, 1 << 16
SYS_SECCOMP, SYS_PIDFD_GETFD, SYS_CLOSE_RANGE, SYS_CAPSET, SYS_CLONE = 317, 438, 436, 126, 56
NEW_LISTENER = 8


def check(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), "%s: %s" % (what, os.strerror(ctypes.get_errno())))
    return result


def mount(source, target, kind, flags, options=None):
    check(libc.mount(source, target, kind, ctypes.c_ulong(flags), options), "mount " + target.decode())


def drop_capabilities():
    """Gives up every capability for good: bounding, ambient, permitted, effective, inheritable."""
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break
    libc.prctl(PR_CAP_AMBIENT, 4, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    check(libc.syscall(SYS_CAPSET, header, (ctypes.c_uint32 * 6)()), "capset")
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def take_filter(code):
    """Takes the filter and returns the descriptor of the listener that decides."""
    program = Program(len(code) // 8, code)
    return check(libc.syscall(SYS_SECCOMP, 1, NEW_LISTENER, ctypes.byref(program)), "seccomp")


def in_large_pages():
    """
    Puts the memory of this process into large pages where there is enough of it in one place: a fork copies an entry for each page, and the end of
    a process takes each back. It only saves time, so whatever the kernel does not want to do is left (it can since 6.1).
    """
    libc.madvise.argtypes = (ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int)
    with open("/proc/self/maps") as file:
        maps = [line.split() for line in file]
    for line in maps:
        start, end = (int(number, 16) for number in line[0].split("-"))
        start, end = (start + LARGE_PAGE - 1) // LARGE_PAGE * LARGE_PAGE, end // LARGE_PAGE * LARGE_PAGE
        if line[1] == "rw-p" and (len(line) == 5 or line[5] == "[heap]") and start < end:
            libc.madvise(start, end - start, MADV_COLLAPSE)


def stack():
    """Memory for the stack of a process that runs in the memory of this one; below it lies what nobody may touch. Returns its upper end."""
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
    libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    at = libc.mmap(None, STACK + GUARD, 3, 0x20022, -1, 0)
    if at == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), "mmap: " + os.strerror(ctypes.get_errno()))
    libc.madvise(at, STACK + GUARD, MADV_NOHUGEPAGE)
    check(libc.mprotect(at, GUARD, 0), "mprotect")
    return at + GUARD + STACK


def child_of(namespaces, own, top, child):
    """
    Starts a child of this process in the namespaces of another, whose first process becomes its parent: what forks it runs there in the memory of this one for a
    moment, so that all that is imported is copied once. Returns when that is over.
    """
    def between(_):
        try:
            # This one stays where it is: only what is between goes there, and what it forks is born there.
            check(libc.setns(namespaces, CLONE_MOUNTS | CLONE_IPC | CLONE_NET), "setns")
            if os.fork() == 0:
                child()
        except BaseException:
            return 1
        return 0
    begin = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(between)
    check(libc.setns(namespaces, CLONE_PID), "setns")
    try:
        # The lock of the interpreter is held all the time: the two are one for it.
        check(ctypes.PyDLL(None, use_errno=True).clone(begin, ctypes.c_void_p(top), CLONE_MEMORY | CLONE_WAITS | signal.SIGCHLD, None), "clone")
    finally:
        check(libc.setns(own, CLONE_PID), "setns")


def close_from(first):
    check(libc.syscall(SYS_CLOSE_RANGE, first, 0xFFFFFFFF, 0), "close_range")


def place(wanted):
    """Puts descriptors at chosen numbers and closes every other one from 3 on."""
    spare = 64
    high = {to: os.dup2(now, spare + i, inheritable=True) for i, (to, now) in enumerate(wanted.items())}
    for to, now in high.items():
        os.dup2(now, to, inheritable=False)
    top = max(list(wanted) + [2])
    for number in range(3, top + 1):
        if number not in wanted:
            try:
                os.close(number)
            except OSError:
                pass
    close_from(top + 1)
