"""Web workers of the demo die with their master, also when that is killed outright."""

import ctypes
import os
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1


def post_fork(_server: Any, worker: Any) -> None:
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != worker.ppid:
        os.kill(os.getpid(), signal.SIGKILL)
