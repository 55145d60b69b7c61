"""Becomes another program that dies with its parent and is not root. A script, never imported.

    python -I -S launch.py <parent pid> <signal> <identity> <command> [argument ...]

`identity` is `same`, `namespace:<uid>:<gid>` or `user:<uid>:<gid>`. Three traps live here:

* PR_SET_PDEATHSIG is cleared by every change of credentials, so it is set *after* them and directly
  before exec.
* The parent may die between fork and prctl; then nobody would signal us, so the parent is compared.
* Where prctl is missing (macOS) this process stays in between and watches its parent itself.

It imports only the standard library's core, because it stands in front of every server's start.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CLONE_NEWUSER = 0x10000000
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    ]


def enter_namespace(libc: ctypes.CDLL, uid: int, gid: int) -> None:
    """Look like an ordinary user inside, stay root for the file system outside."""
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {outer_uid} 1"),
        ("gid_map", f"{gid} {outer_gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def become_user(libc: ctypes.CDLL, uid: int, gid: int) -> None:
    """Give up root. Keep one capability, so that a clone below /root can still be read."""
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    wanted = 1 << CAP_DAC_OVERRIDE
    header = _Header(CAPABILITY_VERSION_3, 0)
    sets = (_Sets * 2)(_Sets(wanted, wanted, wanted), _Sets(0, 0, 0))
    if libc.capset(ctypes.byref(header), ctypes.byref(sets)) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def die_with_parent(libc: ctypes.CDLL, parent: int, number: int) -> bool:
    """True when the kernel will tell us. Ends at once when the parent is already gone."""
    if not sys.platform.startswith("linux"):
        return False
    if libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) != 0:
        return False
    if os.getppid() != parent:
        sys.exit(1)
    return True


def watch(parent: int, number: int, command: list[str]) -> int:
    """True when the kernel will tell us. Ends at once when the parent is gone already."""
    child = subprocess.Popen(command)  # noqa: S603 - the command comes from our own code
    for passed in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(passed, lambda received, _frame: child.send_signal(received))
    while child.poll() is None:
        if os.getppid() != parent:
            child.send_signal(number)
            try:
                return child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
        time.sleep(0.25)
    return child.returncode


def main(arguments: list[str]) -> int:
    parent, number, identity, command = (
        int(arguments[0]),
        int(arguments[1]),
        arguments[2].split(":"),
        arguments[3:],
    )
    libc = ctypes.CDLL(None, use_errno=True)
    if identity[0] == "namespace":
        enter_namespace(libc, int(identity[1]), int(identity[2]))
    elif identity[0] == "user":
        become_user(libc, int(identity[1]), int(identity[2]))
    if "SAMSPIL_WATCH_PARENT" in os.environ or not die_with_parent(libc, parent, number):
        return watch(parent, number, command)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell on purpose
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
