#!/usr/bin/env python3
"""Rebuild or check the vendored assets: the base stylesheet, the fonts, the icons, axe for tests.

    tools/build_vendor.py --check      compare the files in the tree with static/vendor/CHECKSUMS
    tools/build_vendor.py --verify     rebuild into a temporary folder and compare the bytes
    tools/build_vendor.py              rebuild in place (needs npm and uv; then read the diff)

Nothing here runs on a server. Every package is pinned by version and by the registry's SHA-512, and
the steps are deterministic, so that a rebuild gives the same bytes.

What is made, and why:

* `dkfds/dkfds.css`: the part of Det Fælles Designsystem that our pages use. The whole is 216 kB; we
  style nearly everything ourselves on top of it, so only element rules and the classes in
  `KEPT_CLASSES` stay. The rest would be paid for by every first visit over a slow line. It lies in
  the cascade layer `fds`, so that our own rules win by order and not by force.
* `plex/*.woff2`: IBM Plex Sans as one variable font (weights 400 to 700) instead of four files. It
  is a modified version, so the reserved name "Plex" is taken out of it; the CSS says Samspil Sans.
* `icons/sprite.svg`: the Material Symbols that dkfds ships and our own category icons, one file.
* `tests/vendor/axe.min.js`: the accessibility checker that the browser tests load.
"""

import argparse
import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKSUMS = Path("static/vendor/CHECKSUMS")

# name -> (version, integrity as the registry publishes it)
PACKAGES = {
    "dkfds": (
        "11.2.0",
        "sha512-JuVf8NjEOeF+TKIhEFXa3BfZvk1ulQM8+XN+6QhgDo6kiwwvupyBY34YU4FglBeyFWHbE5mYDmnrcYTWOSKkEA==",
    ),
    "@ibm/plex-sans-variable": (
        "0.2.0",
        "sha512-S8xew9E8CPPKFvitbu2gDtwNFVWwwhClheaIBeykDYg7DrVK3cV5Xq5MjMrWPP5Os0xyiRFjMOmtGBLzz3urTQ==",
    ),
    "axe-core": (
        "4.10.3",
        "sha512-Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg==",
    ),
}
FONT_TOOLS = ["fonttools==4.60.1", "brotli==1.1.0"]

KEPT_CLASSES = {
    "sr-only",
    "skipnav",
    "button",
    "button-primary",
    "button-secondary",
} | {
    "button-tertiary",
    "button-warning",
    "form-input",
    "form-select",
}
# Literal colours that remain in the kept rules, as our tokens: dark mode needs them to move along.
COLOURS = {
    "#ffffff": "var(--surface)",
    "#fff": "var(--surface)",
    "#1a1a1a": "var(--ink)",
    "#000000": "var(--ink)",
    "#000": "var(--ink)",
    "#747474": "var(--line-2)",
    "#767676": "var(--line-2)",
    "#5c5c5c": "var(--ink-2)",
    "#6a6a6a": "var(--ink-2)",
    "#454545": "var(--ink-2)",
    "#bfbfbf": "var(--line)",
    "#dcdcdc": "var(--line)",
    "#f5f5f5": "var(--sand)",
    "#004d99": "var(--petrol)",
    "#0055b3": "var(--petrol)",
    "#003366": "var(--petrol-2)",
    "#8c4cba": "var(--petrol)",
    "#5d4b93": "var(--petrol)",
    "#cc0000": "var(--stop)",
    "#8e8e8e": "var(--line-2)",
    "#707070": "var(--ink-2)",
    "#800080": "var(--petrol)",
    "white": "var(--surface)",
}

# Names in dkfds and in the sprite. Add a name here before using a new icon.
ICONS = """
    add-document arrow-back arrow-downward arrow-forward arrow-upward attach-file bookmark business
    calendar-month chat checklist chevron-down chevron-left chevron-right chevron-up close
    contact-card copy delete document download edit email error feedback file-excel file-pdf
    file-word flag folder forward groups headset help home hourglass how-to-reg info language link
    list-bulleted list-check location lock map menu minus more-horiz notifications open-in-new
    payments person person-add person-remove persons plus print refresh reply save search send
    settings share smartphone star star-fill sort-table-ascending sort-table-descending
    sort-table-none success support-agent sync time tune upload visibility visibility-off warning
    analytics check accessibility-new palette subdirectory-arrow-right
"""

# Our own drawings: 24 px grid, 1.9 stroke, round ends. They take colour and stroke from `.ico`.
CATEGORY_ICONS = ROOT / "tools/category_icons"

# Danish and its neighbours, punctuation and arrows; everything else comes from the second file.
LATIN = "U+0020-007E,U+00A0-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2002-200A,U+2010-2015"
LATIN += (
    ",U+2018-201E,U+2020-2022,U+2026,U+2030,U+2039-203A,U+2044,U+20AC,U+2122,U+2190-2193,U+2212"
)
LATIN_MORE = "U+0100-0130,U+0132-0151,U+0154-017F,U+0218-021B,U+1E80-1E85,U+1E9E,U+1EF2-1EF3"


def run(*command: str, cwd: Path | None = None) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def fetch(name: str, folder: Path) -> Path:
    """Download one package with npm, check it against its pinned hash, and unpack it."""
    version, expected = PACKAGES[name]
    archive = folder / run("npm", "pack", "--silent", f"{name}@{version}", cwd=folder).split()[-1]
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != expected:
        raise SystemExit(f"{name}@{version} is {digest}, not the pinned {expected}")
    target = folder / name.replace("/", "_")
    with tarfile.open(archive) as unpacked:
        unpacked.extractall(target, filter="data")
    return target / "package"


# --- the stylesheet ---------------------------------------------------------------------------
def blocks(css: str) -> list[tuple[str, str]]:
    """(prelude, body) of each top-level rule; statements such as @charset have no body."""
    found, position = [], 0
    while position < len(css):
        brace, semicolon = css.find("{", position), css.find(";", position)
        if semicolon != -1 and (brace == -1 or semicolon < brace):
            position = semicolon + 1
            continue
        if brace == -1:
            break
        depth, end = 1, brace + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        found.append((css[position:brace].strip(), css[brace + 1 : end - 1].strip()))
        position = end
    return found


def is_kept(selector: str) -> bool:
    positive = re.sub(r":not\([^)]*\)", "", selector)
    classes = set(re.findall(r"\.([A-Za-z][\w-]*)", positive))
    return classes <= KEPT_CLASSES and "#" not in positive and "data-" not in positive


def subset(css: str) -> str:
    lines = []
    for prelude, body in blocks(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        if prelude.startswith(("@font-face", "@keyframes", "@page", "@supports")):
            continue
        if prelude.startswith("@media"):
            # Print and forced colours are ours (samspil.css); theirs hide and recolour too much.
            if "print" in prelude or "forced-colors" in prelude:
                continue
            inner = subset(body)
            if inner:
                lines.append(f"{prelude}{{\n{inner}\n}}")
            continue
        selectors = [part.strip() for part in re.split(r",(?![^(]*\))", prelude)]
        kept = [selector for selector in selectors if is_kept(selector)]
        declarations = [
            line.strip() for line in body.split(";") if line.strip() and "url(" not in line
        ]
        if kept and declarations:
            lines.append(",".join(kept) + "{" + ";".join(declarations) + "}")
    return "\n".join(lines)


def with_tokens(css: str) -> str:
    return re.sub(
        r"#[0-9a-fA-F]{3,8}\b|\bwhite\b(?!-)",
        lambda m: COLOURS.get(m.group(0).lower(), m.group(0)),
        css,
    )


def build_stylesheet(dkfds: Path, out: Path) -> None:
    out.mkdir(parents=True)
    css = with_tokens(subset((dkfds / "dist/css/dkfds.css").read_text("utf-8")))
    head = (
        f"/* dkfds {PACKAGES['dkfds'][0]}, MIT, (c) Danish Business Authority & Danish Agency for "
        "Digitisation. A subset made by tools/build_vendor.py; do not edit. */\n"
    )
    (out / "dkfds.css").write_text(f"{head}@layer fds{{\n{css}\n}}\n", "utf-8")
    shutil.copyfile(dkfds / "LICENSE.md", out / "LICENSE.md")


# --- the icons --------------------------------------------------------------------------------
def parts(path: Path) -> tuple[str, str]:
    """The viewBox of a drawing and what stands inside its `svg`."""
    svg = path.read_text("utf-8")
    box = re.search(r'viewBox="([^"]+)"', svg)
    inside = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if not box or not inside:
        raise SystemExit(f"{path.name} is not as expected")
    return box.group(1), inside.group(1).strip()


def build_sprite(dkfds: Path, out: Path) -> None:
    out.mkdir(parents=True)
    symbols = []
    for name in sorted(ICONS.split()):
        box, inside = parts(dkfds / f"dist/img/svg-icons/{name}.svg")
        drawing = re.sub(r'\s(fill|class|id)="[^"]*"', "", inside)
        symbols.append(f'<symbol id="{name}" viewBox="{box}">{drawing}</symbol>')
    for path in sorted(CATEGORY_ICONS.glob("*.svg")):
        _box, drawing = parts(path)
        symbols.append(f'<symbol id="k-{path.stem}" viewBox="0 0 24 24">{drawing}</symbol>')
    text = "\n".join(symbols)
    (out / "sprite.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{text}\n</svg>\n', "utf-8"
    )
    shutil.copyfile(ROOT / "tools/vendor_licences/icons.md", out / "LICENSE.md")
    shutil.copyfile(ROOT / "tools/vendor_licences/Apache-2.0.txt", out / "Apache-2.0.txt")


# --- the font ---------------------------------------------------------------------------------
def build_font(plex: Path, out: Path, folder: Path) -> None:
    out.mkdir(parents=True)
    source = plex / "fonts/complete/ttf/IBM Plex Sans Var-Roman.ttf"
    with_tools = [
        "uv",
        "run",
        "--no-project",
        "--quiet",
        *(f"--with={tool}" for tool in FONT_TOOLS),
    ]
    narrowed = folder / "narrowed.ttf"
    run(
        *with_tools,
        "fonttools",
        "varLib.instancer",
        str(source),
        "wdth=100",
        "wght=400:700",
        "--no-recalc-timestamp",
        "-o",
        str(narrowed),
    )
    for name, unicodes in (("latin", LATIN), ("latin-more", LATIN_MORE)):
        run(
            *with_tools,
            "fonttools",
            "subset",
            str(narrowed),
            f"--unicodes={unicodes}",
            "--flavor=woff2",
            "--no-recalc-timestamp",
            "--layout-features=kern,mark,mkmk,ccmp,tnum,lnum",
            "--name-IDs=0,13,14",
            "--no-hinting",
            "--desubroutinize",
            f"--output-file={out / f'plex-sans-{name}.woff2'}",
        )
    shutil.copyfile(plex / "LICENSE.txt", out / "LICENSE.txt")


def build_axe(axe: Path, out: Path) -> None:
    out.mkdir(parents=True)
    shutil.copyfile(axe / "axe.min.js", out / "axe.min.js")
    shutil.copyfile(axe / "LICENSE", out / "axe.LICENSE.txt")


def build(root: Path) -> list[Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dkfds, plex = fetch("dkfds", folder), fetch("@ibm/plex-sans-variable", folder)
        build_stylesheet(dkfds, root / "static/vendor/dkfds")
        build_sprite(dkfds, root / "static/vendor/icons")
        build_font(plex, root / "static/vendor/plex", folder)
        build_axe(fetch("axe-core", folder), root / "tests/vendor")
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return [path.relative_to(root) for path in files]


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def recorded() -> dict[Path, str]:
    lines = (ROOT / CHECKSUMS).read_text("utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines)
    return {Path(name): digest for digest, name in pairs}


def check() -> list[str]:
    """Names of vendored files that are missing or differ from what was recorded."""
    return [
        str(path)
        for path, digest in recorded().items()
        if not (ROOT / path).is_file() or checksum(ROOT / path) != digest
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--verify", action="store_true")
    wish = parser.parse_args()
    if wish.check:
        wrong = check()
        print("\n".join(f"differs: {name}" for name in wrong) or "vendored files are as recorded")
        return bool(wrong)
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        files = build(fresh)
        if wish.verify:
            wrong = [str(path) for path in files if checksum(fresh / path) != recorded().get(path)]
            print("\n".join(f"rebuild differs: {name}" for name in wrong) or "same bytes")
            return bool(wrong)
        for path in files:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fresh / path, ROOT / path)
        lines = [f"{checksum(ROOT / path)}  {path.as_posix()}\n" for path in files]
        (ROOT / CHECKSUMS).write_text("".join(lines), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
