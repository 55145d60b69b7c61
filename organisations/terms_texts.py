"""The receiver's terms, one file a version. A version that somebody accepted is never edited."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "terms"
CURRENT_VERSION: Final = "2026-1"


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    paragraphs: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Terms:
    version: str
    title: str
    sections: list[Section]


def versions() -> list[str]:
    """Every version there has been, oldest first."""
    return sorted(path.stem for path in FOLDER.glob("*.md"))


@cache
def terms(version: str = CURRENT_VERSION) -> Terms:
    """The text of one version. The files know three forms: `#` headings, `-` points, paragraphs."""
    if version not in versions():
        raise ValueError(f"There are no terms of version {version!r}.")
    title, sections = "", [Section("")]
    for line in (FOLDER / f"{version}.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            title = line[2:]
        elif line.startswith("## "):
            sections.append(Section(line[3:]))
        elif line.startswith("- "):
            sections[-1].points.append(line[2:])
        elif line.strip():
            sections[-1].paragraphs.append(line.strip())
    return Terms(
        version,
        title,
        [section for section in sections if section.paragraphs or section.points],
    )
