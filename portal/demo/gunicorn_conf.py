"""How the demo's web process differs from production's: nothing buffers in front of it.

A browser opens connections in advance and says nothing on them. Each would hold a sync worker
until its time limit, and two of them would hold the site. So the kernel keeps a connection to
itself until its first bytes have come (Linux), or there are threads to spare (elsewhere).
"""

import ctypes
import os
import signal
import socket
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
LONGEST_SILENCE = 120  # seconds; browsers give up on an unused connection after about sixty

if not hasattr(socket, "TCP_DEFER_ACCEPT"):
    worker_class = "gthread"
    threads = 16


def when_ready(server: Any) -> None:
    if hasattr(socket, "TCP_DEFER_ACCEPT"):
        for listener in server.LISTENERS:
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, LONGEST_SILENCE)


def post_fork(_server: Any, worker: Any) -> None:
    """Workers die with their master, also when that is killed outright."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != worker.ppid:
        os.kill(os.getpid(), signal.SIGKILL)
