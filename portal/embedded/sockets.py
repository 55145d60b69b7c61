"""Folders for Unix sockets: private, and short enough."""

import hashlib
import os
import re
import socket
import stat
import tempfile
from pathlib import Path

from portal.embedded.errors import ServerError

# sun_path holds 108 bytes on Linux and 104 on macOS; the longest name is PostgreSQL's lock file.
LONGEST_PATH = 103
LONGEST_NAME = "/.s.PGSQL.5432.lock"


def socket_folder(data: Path) -> Path:
    """A 0700 folder for the sockets of `data`: inside it, or in /tmp where that cannot work.

    The one in /tmp is named after the data folder, so that a start after a crash finds it again.
    """
    inside = data.resolve() / "run"
    # Commas, blanks and letters like æ mean something in a server's option or in an address.
    plain = re.fullmatch(r"[A-Za-z0-9/_.+-]+", str(inside))
    if plain and len(os.fsencode(inside)) + len(LONGEST_NAME) <= LONGEST_PATH:
        _make_private(inside)
        if _takes_sockets(inside):
            return inside
    mark = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    outside = Path(_short_temporary_folder()) / f"samspil-{os.getuid()}-{mark}"
    _make_private(outside)
    return outside


def _short_temporary_folder() -> str:
    # $TMPDIR is long on macOS; /tmp exists everywhere that we run.
    return "/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir()  # noqa: S108


def _make_private(folder: Path) -> None:
    """Create, or accept what is there only when it is a folder and nobody else's."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        found = folder.lstat()
        # Root may meet a folder that it handed to the server's user earlier.
        foreign = found.st_uid != os.getuid() and os.getuid() != 0
        if not stat.S_ISDIR(found.st_mode) or foreign:
            raise ServerError(
                f"{folder} findes i forvejen og er ikke vores egen mappe. Fjern den, og prøv igen."
            ) from None
    folder.chmod(0o700)


def _takes_sockets(folder: Path) -> bool:
    """Some shared folders (virtual machines, network disks) hold files but no sockets."""
    probe = folder / "probe"
    probe.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(str(probe))
        except OSError:
            return False
    probe.unlink(missing_ok=True)
    return True
