"""The page that `make drill` writes."""

from types import SimpleNamespace

import pytest

from tests.assurance import HEAD, Assurance, Run, described, merged

WHEN = "2026-11-27, abc1234"


def told(test: str, **more) -> Run:
    return Run(
        test, **{"rules": "REL-4", "words": "All is sent.", "passed": 1, "seconds": 3, **more}
    )


def test_a_run_of_one_renews_its_line_and_leaves_the_others():
    first = merged("", [told("tests/a.py::one"), told("tests/b.py::two", seconds=7)], WHEN)
    again = merged(first, [told("tests/b.py::two", seconds=9)], "2026-12-01, def5678")

    assert again.startswith(HEAD)
    assert again.removeprefix(HEAD).splitlines() == [
        "| REL-4 | All is sent. `tests/a.py::one` | – | passed | 3 | 2026-11-27, abc1234 |",
        "| REL-4 | All is sent. `tests/b.py::two` | – | passed | 9 | 2026-12-01, def5678 |",
    ]


def test_what_failed_says_so_and_counts_its_cases():
    page = merged("", [told("tests/a.py::one", passed=3, failed=1)], WHEN)

    assert "| **failed**, 1 of 4 |" in page


def test_a_drill_says_which_rules_it_proves_and_in_what_words():
    def function():
        """REL-3, REL-4: each message rings
        twice. More.

        And so on."""

    marks = [SimpleNamespace(args=("ACC-7",)), SimpleNamespace(args=())]
    item = SimpleNamespace(function=function, name="test_it[2]", iter_markers=lambda _name: marks)
    assert described(item) == ("REL-3, REL-4, ACC-7", "Each message rings twice. More.")

    function.__doc__ = None
    assert described(item) == ("ACC-7", "It.")


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_the_reports_of_all_cases_become_one_line(tmp_path, outcome):
    (tmp_path / "docs").mkdir()
    listener = Assurance(tmp_path)
    for case in ("0", "1"):
        for when in ("setup", "call", "teardown"):
            state = outcome if when == "call" else "passed"
            listener.pytest_runtest_logreport(
                SimpleNamespace(
                    nodeid=f"tests/a.py::one[{case}]",
                    user_properties=[("drill", "It."), ("rules", "REL-4"), ("figure", "5 kills")],
                    when=when,
                    duration=1.0,
                    skipped=False,
                    failed=state == "failed",
                )
            )

    listener.pytest_sessionfinish()

    line = (tmp_path / "docs/assurance.md").read_text("utf-8").splitlines()[-1]
    told = {
        "passed": "| 5 kills | passed, 2 cases | 6 |",
        "failed": "| – | **failed**, 2 of 2 | 6 |",
    }
    assert told[outcome] in line
