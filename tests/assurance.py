"""What `make drill` leaves behind: `docs/assurance.md`, one line for each long run, with the rule
it proves (`pytest.mark.drill("REL-4")`), its figure (`record_property("figure", …)`) and its end.

A run of some drills renews their lines and leaves the others as they were.
"""

import re
import subprocess
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import pytest

PAGE: Final = "docs/assurance.md"
HEAD: Final = """# What the long runs proved

Written by `make drill`; do not edit. Each line: the requirement, the test and what it showed, the
figure, how it ended, its seconds (summed over its cases, beside other drills), and the day and
commit. To run one: `SAMSPIL_DRILL=1 .venv/bin/python -m pytest <test>`.

| Rule | What was tried | Figure | Outcome | Seconds | When |
|---|---|---|---|---|---|
"""
_RULE: Final = re.compile(r"\b[A-Z][A-Z0-9]{2,3}-\d+\b")
_NAMED: Final = re.compile(rf"^({_RULE.pattern}(, )?)+[:.] ")
_LINE: Final = re.compile(r"^\| .*`(tests/[^`]+)`")


@dataclass
class Run:
    """One drill with all its cases."""

    test: str  # path::function
    rules: str = ""
    words: str = ""
    figures: list[str] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    seconds: float = 0

    def line(self, when: str) -> str:
        cases = self.passed + self.failed
        outcome = "passed" if not self.failed else f"**failed**, {self.failed} of {cases}"
        if cases > 1 and not self.failed:
            outcome = f"passed, {cases} cases"
        figure = "; ".join(dict.fromkeys(self.figures)).replace("|", "/")
        what = f"{self.words.replace('|', '/')} `{self.test}`".strip()
        rules = self.rules or "–"
        return f"| {rules} | {what} | {figure or '–'} | {outcome} | {self.seconds:.0f} | {when} |"


def merged(page: str, runs: list[Run], when: str) -> str:
    """The page with the lines of these runs made new, sorted by rule and then by test."""
    lines = {found[1]: line for line in page.splitlines() if (found := _LINE.match(line))}
    lines.update({run.test: run.line(when) for run in runs})
    return HEAD + "".join(f"{lines[test]}\n" for test in sorted(lines, key=lambda t: (lines[t], t)))


def described(item: pytest.Item) -> tuple[str, str]:
    """The rules that a drill's marks and docstring name, and the docstring's first paragraph, or
    else the test's name."""
    doc = getattr(getattr(item, "function", None), "__doc__", None) or ""
    named = [rule for mark in item.iter_markers("drill") for rule in mark.args]
    rules = dict.fromkeys([*_RULE.findall(doc), *named])
    words = _NAMED.sub("", " ".join(doc.strip().split("\n\n")[0].split()))
    name = item.name.partition("[")[0].removeprefix("test_").replace("_", " ").capitalize()
    return ", ".join(rules), words[:1].upper() + words[1:] or f"{name}."


class Assurance:
    """Listens to a run at full size, in the process that all reports come to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.runs: dict[str, Run] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = dict(report.user_properties)
        if "drill" not in told or report.skipped:
            return
        test = report.nodeid.partition("[")[0]
        run = self.runs.setdefault(test, Run(test))
        run.rules, run.words = str(told["rules"]), str(told["drill"])
        run.seconds += report.duration
        if report.failed:
            run.failed += 1
        elif report.when == "call":
            run.passed += 1
            run.figures += [str(value) for key, value in report.user_properties if key == "figure"]

    def pytest_sessionfinish(self) -> None:
        if not self.runs:
            return
        page = self.root / PAGE
        before = page.read_text("utf-8") if page.exists() else ""
        when = f"{date.today():%Y-%m-%d}, {commit(self.root)}"  # noqa: DTZ011 - of this machine
        page.write_text(merged(before, list(self.runs.values()), when), "utf-8")


def commit(root: Path) -> str:
    """The commit that was tried; with a + where the tree was not clean."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"],  # noqa: S607
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "no commit"
