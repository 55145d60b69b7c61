"""The words after `manage.py demo`. Reached without Django, which the supervisor never needs."""

import argparse
from pathlib import Path

from portal.demo.folder import DataFolder
from portal.demo.supervisor import ROOT, Supervisor, guarded

DESCRIPTION = (
    "Start PostgreSQL, Valkey, web, worker and beat with the demo world. Ctrl-C stops all."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", default="8000", help="on 127.0.0.1, from 1 to 32767")
    parser.add_argument("--data", default="", help="data folder; var/demo when not given")
    parser.add_argument("--reset", action="store_true", help="remove the data folder instead")


def run(*, port: str, data: str, reset: bool) -> int:
    """Until stopped; returns the exit code."""
    folder = Path(data) if data else ROOT / "var" / "demo"

    def action() -> None:
        if reset:
            DataFolder(folder).reset()
        else:
            Supervisor(data=folder, port=port).run()

    return guarded(action)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="manage.py demo", description=DESCRIPTION)
    add_arguments(parser)
    chosen = parser.parse_args(words)
    return run(port=chosen.port, data=chosen.data, reset=chosen.reset)
