"""Refuses requirement files that `make lock` did not make: pinned, hashed, without any URL."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,._-]+\])?==(\S+?)( ;[^\\]+)? \\$")


def pins(text: str) -> dict[str, str]:
    """Name -> version of each pinned line. A line that is not pinned is left out."""
    found = (PINNED.match(line) for line in text.splitlines())
    return {match[1]: match[2] for match in found if match}


def faults_of(name: str, text: str) -> list[str]:
    faults = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        where = f"{name}:{number}"
        if re.search(r"://|\bfile:|^\s*(-i|-f|--index|--extra-index|--find-links|-e)\b| @ ", line):
            faults.append(f"{where}: holds an address; the lock must work with any index")
        if line and not line[0].isspace() and not line.startswith("#"):
            following = lines[number] if number < len(lines) else ""
            if not PINNED.match(line) or "--hash=sha256:" not in following:
                faults.append(f"{where}: is not pinned with a hash: {line.strip()}")
    return faults


def normal(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def missing_of(name: str, text: str, wanted: list[str]) -> list[str]:
    have = pins(text)
    return [
        f"{name}: {item} is in pyproject.toml and not locked; run `make lock`"
        for item in map(normal, wanted)
        if item not in have
    ]


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run_wanted = project["project"]["dependencies"]
    dev_wanted = project["dependency-groups"]["dev"]
    run = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    dev = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    faults = [
        *faults_of("requirements.txt", run),
        *faults_of("requirements-dev.txt", dev),
        *missing_of("requirements.txt", run, run_wanted),
        *missing_of("requirements-dev.txt", dev, [*run_wanted, *dev_wanted]),
        *(
            f"requirements-dev.txt: {name} is {pins(dev).get(name)}, but {version} runs"
            for name, version in pins(run).items()
            if pins(dev).get(name) != version
        ),
    ]
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
