"""What `make check` (fast) and `make test` (all) run, in order, with the seconds each part took."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTHON = sys.executable
SOURCES = ["portal", "organisations", "offers", "referrals", "partnerships", "tools", "manage.py"]


@dataclass
class Step:
    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    shown: bool = False  # its output goes straight to the terminal


def tool(name: str, *arguments: str) -> list[str]:
    """By path and through our own Python, so that a copied clone needs no repaired scripts."""
    return [PYTHON, str(BIN / name), *arguments]


def program(name: str, *arguments: str) -> list[str]:
    return [str(BIN / name), *arguments]


FAST = [
    Step("format", program("ruff", "format", "--check", "--quiet", "--output-format=concise", ".")),
    Step("lint", program("ruff", "check", "--quiet", "--output-format=concise", ".")),
    Step("templates", tool("djlint", "templates", "--lint", "--quiet")),
    Step("imports", tool("lint-imports", "--no-logo")),
    Step("requirements", [PYTHON, "tools/check_requirements.py"]),
    Step(
        "migrations",
        [PYTHON, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"],
        {"DJANGO_SETTINGS_MODULE": "portal.settings.demo"},
    ),
    Step(
        "production settings",
        [PYTHON, "tools/as_production.py", "check", "--deploy", "--fail-level", "WARNING"],
    ),
]
TYPES = Step("types", [PYTHON, "-m", "mypy", *SOURCES])
PYTEST = [PYTHON, "-m", "pytest", "-q"]


def run(step: Step) -> tuple[Step, int, float, str]:
    began = time.monotonic()
    finished = subprocess.run(  # noqa: S603 - our own commands
        step.command,
        cwd=ROOT,
        env={**os.environ, **step.environment},
        stdout=None if step.shown else subprocess.PIPE,
        stderr=None if step.shown else subprocess.STDOUT,
        text=True,
    )
    return step, finished.returncode, time.monotonic() - began, finished.stdout or ""


def report(outcome: tuple[Step, int, float, str]) -> bool:
    step, status, seconds, output = outcome
    mark = "ok  " if status == 0 else "FEJL"
    sys.stdout.write(f"{mark} {step.name:<22} {seconds:6.1f} s\n")
    if status != 0 and output:
        sys.stdout.write(output.rstrip() + "\n")
    sys.stdout.flush()
    return status == 0


def side_by_side(steps: list[Step]) -> bool:
    """Two at a time; all of them, so that one run shows every fault."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures: list[Future[tuple[Step, int, float, str]]] = [
            pool.submit(run, step) for step in steps
        ]
        return all([report(future.result()) for future in futures])


def chromium() -> str:
    command = [PYTHON, "tools/chromium.py"]
    found = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    if found.returncode != 0:
        sys.exit(2)
    return found.stdout.strip()


def fast() -> bool:
    return side_by_side(FAST)


def everything() -> bool:
    # mypy is the longest of the lot, so it starts first.
    if not side_by_side([TYPES, *FAST]):
        return False
    # tests/drill is of full size only; the other drills are small here.
    small = [*PYTEST, "--ignore=tests/drill"]
    tests = Step("unit and integration", [*small, "-n", "2", "-m", "not journey"], shown=True)
    # One at a time: a browser is several processes already.
    journeys = Step(
        "journeys", [*small, "-n", "0", "-m", "journey"], {"CHROMIUM": chromium()}, shown=True
    )
    return all([report(run(tests)), report(run(journeys))])  # one run shows every fault


def drill() -> bool:
    environment = {"SAMSPIL_DRILL": "1", "CHROMIUM": chromium()}
    step = Step("drill", [*PYTEST, "-n", "2", "-m", "drill"], environment, shown=True)
    return report(run(step))


def main(name: str) -> int:
    known: dict[str, Callable[[], bool]] = {"fast": fast, "all": everything, "drill": drill}
    began = time.monotonic()
    passed = known[name]()
    verdict = "Alt er godt" if passed else "Noget fejler"
    sys.stdout.write(f"{verdict} efter {time.monotonic() - began:.0f} s\n")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
