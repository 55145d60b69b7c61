"""Makes `.venv` and fills it: `python3 tools/environment.py run` (or `dev`). `make` calls it.

Runs on the machine's own Python, before anything is installed, so it uses the standard library only
and stays readable for an old Python, which shall get a sentence and not a SyntaxError.
"""

# ruff: noqa: UP006, UP031, UP035, UP045, UP036, S603, S607

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from typing import Dict, List, Optional

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "samspil.json")
FILES = {"run": "requirements.txt", "dev": "requirements-dev.txt"}


class Trouble(Exception):
    pass


def digest(name: str) -> str:
    with open(os.path.join(ROOT, FILES[name]), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def read_stamp() -> Dict[str, str]:
    try:
        with open(STAMP) as file:
            found = json.load(file)  # type: Dict[str, str]
            return found
    except (OSError, ValueError):
        return {}


def works() -> bool:
    """A virtual environment whose Python has been removed or upgraded away is no environment."""
    try:
        return subprocess.call([PYTHON, "-c", "pass"], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def find_uv() -> Optional[str]:
    for candidate in (shutil.which("uv"), os.path.join(VENV, "bin", "uv")):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    return None


def make_venv() -> None:
    say("Laver et Python-miljø i .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    # ensurepip is slow, and Debian ships it apart; it is asked for only where pip shall be used.
    if subprocess.call([sys.executable, "-m", "venv", "--without-pip", VENV]) != 0:
        raise Trouble(
            "Python kan ikke lave et miljø (venv). På Debian og Ubuntu: apt install python3-venv"
        )


def find_pip() -> List[str]:
    """The machine's pip, working for our environment; to put one into it takes six seconds."""
    ours = [sys.executable, "-m", "pip", "--python", PYTHON]  # known to pip since 22.3
    if subprocess.call(ours + ["--version"], stdout=QUIET, stderr=QUIET) == 0:
        return ours
    if subprocess.call([PYTHON, "-m", "ensurepip", "--upgrade"], stdout=QUIET, stderr=QUIET) != 0:
        raise Trouble(
            "Der er hverken uv eller pip til at hente pakker med. På Debian og Ubuntu: "
            "apt install python3-venv"
        )
    return [PYTHON, "-m", "pip"]


def halves(requirements: str) -> List[str]:
    """The pinned list as two files: pip works on one package at a time, so two of them share it."""
    with open(requirements) as file:
        packages = re.split(r"\n(?=[a-z0-9])", file.read())
    names = []
    for part in (0, 1):
        name = os.path.join(VENV, "requirements.%d.txt" % part)
        with open(name, "w") as file:
            file.write("\n".join(packages[part::2]) + "\n")
        names.append(name)
    return names


def install(name: str) -> None:
    requirements = os.path.join(ROOT, FILES[name])
    uv = find_uv()
    say("Henter pakker (%s, med %s) ..." % (FILES[name], "uv" if uv else "pip"))
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", PYTHON]
        if subprocess.call(command + ["--require-hashes", "-r", requirements]) == 0:
            return
        say("uv kunne ikke hente pakkerne. Vi prøver med pip.")
    # Bytecode is made when a module is first used; making all of it up front takes longer.
    command = find_pip() + ["install", "-qq", "--no-compile", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--require-hashes", "-r"]
    running = [subprocess.Popen(command + [half]) for half in halves(requirements)]
    if [process.wait() for process in running] != [0, 0]:
        raise Trouble(
            "Pakkerne kunne ikke hentes. Er der forbindelse til internettet (eller en lokal kopi)? "
            "Grunden står ovenfor."
        )


def prepare(name: str) -> None:
    wanted = digest(name)
    if works() and read_stamp().get(name) == wanted:
        return
    if sys.version_info < (3, 11):
        raise Trouble(
            "Samspil kræver Python 3.11 eller nyere, men dette er %d.%d." % sys.version_info[:2]
        )
    # Two `make` at once take turns: the lock lies on the folder and goes with the process.
    descriptor = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    if not works():
        make_venv()
    stamp = read_stamp()
    if stamp.get(name) != wanted:
        install(name)
        stamp[name] = wanted
        if name == "dev":
            stamp["run"] = digest("run")  # the development list holds the other; a check says so
        with open(STAMP + ".part", "w") as file:
            json.dump(stamp, file)
        os.replace(STAMP + ".part", STAMP)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


QUIET = subprocess.DEVNULL

if __name__ == "__main__":
    try:
        prepare(sys.argv[1] if len(sys.argv) > 1 else "run")
    except Trouble as trouble:
        sys.stderr.write("%s\n" % trouble)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
