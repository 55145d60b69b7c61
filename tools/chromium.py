"""Prints the path of a Chromium that runs; gets one where there is none. `make test` calls it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def runs(program: str) -> bool:
    """Ubuntu's package is an empty shell that asks for snap: look whether it really starts."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, timeout=30)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def installed() -> str | None:
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen if runs(chosen) else None
    for name in NAMES:
        found = shutil.which(name)
        if found and runs(found):
            return found
    for candidate in (str(MACOS), of_playwright()):
        if candidate and os.access(candidate, os.X_OK) and runs(candidate):
            return candidate
    return None


def install() -> None:
    """As root from the system's packages, else Playwright's own download into the home folder."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in ("update", "install -y --no-install-recommends chromium"):
            command = ["apt-get", *words.split()]
            subprocess.run(command, env=environment, capture_output=True)  # noqa: S603
        if installed():
            return
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if os.geteuid() == 0:
        command.insert(4, "--with-deps")
    subprocess.call(command, stdout=sys.stderr)  # noqa: S603


def main() -> int:
    path = installed()
    if path is None and not os.environ.get("CHROMIUM"):
        sys.stderr.write("Henter Chromium til browsertestene ...\n")
        install()
        path = installed()
    if path is None:
        sys.stderr.write(
            "Der er ingen Chromium, og vi kunne ikke hente en. Installér Chromium, eller sæt "
            "CHROMIUM til programmets sti.\n"
        )
        return 2
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
