"""Two processes share what there is much of: somebody waits for the first start."""

import os
import signal
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from django.db import connection

from portal.embedded.processes import die_with_parent

_Row = TypeVar("_Row")


def share(rows: Sequence[_Row], work: Callable[[Sequence[_Row]], object], *, hands: int) -> None:
    """`work` takes half of the rows here and half in a process of its own.

    Each commits by itself, so not inside a transaction; rows must not wait for each other. Raises
    what `work` raises here, and `RuntimeError` where the other half failed.
    """
    if hands == 1:
        work(rows)
        return
    if connection.in_atomic_block:
        raise RuntimeError("The other process would not see what this one has not committed.")
    connection.close()  # two processes on one connection would read each other's answers
    helper = os.fork()
    if helper == 0:
        _work_and_end(lambda: work(rows[1::2]))
    try:
        work(rows[::2])
    except BaseException:
        os.kill(helper, signal.SIGKILL)
        os.waitpid(helper, 0)
        raise
    _, status = os.waitpid(helper, 0)
    if status != 0:
        raise RuntimeError("The other half failed; its reason is written above.")


def _work_and_end(work: Callable[[], object]) -> NoReturn:
    """In the forked process: never back into what called us."""
    code = 1
    try:
        die_with_parent(signal.SIGKILL)
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - reported here, for there is nobody above
        traceback.print_exc()
    finally:
        os._exit(code)
