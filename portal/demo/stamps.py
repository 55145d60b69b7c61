"""What a data folder was built from, so that a second start can skip the work or refuse in time."""

import ast
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

# These start and stop the demo, or show pages of it; they do not shape what is in it.
MACHINERY = {
    "demo.py",
    "folder.py",
    "gunicorn_conf.py",
    "mail.py",
    "messages.py",
    "start.py",
    "stamps.py",
    "supervisor.py",
    "urls.py",
    "views.py",
}


class Verdict(Enum):
    SAME = "same"
    BEHIND = "behind"
    OTHER = "other"


@dataclass(frozen=True)
class Stamp:
    """`migrations`: file -> hash of its code; `world` covers all that builds the content."""

    migrations: dict[str, str]
    packages: str
    world: str

    @classmethod
    def of_code(cls, root: Path) -> "Stamp":
        migrations = {
            str(path.relative_to(root)): _hash_code(path)
            for path in sorted(
                [*root.glob("*/migrations/*.py"), *root.glob("portal/*/migrations/*.py")]
            )
            if path.name != "__init__.py"
        }
        return cls(
            migrations=migrations,
            # Django and its add-ons bring migrations of their own.
            packages=_hash_files([root / "requirements.txt"], root),
            world=_hash_files(_world_files(root), root),
        )

    @classmethod
    def read(cls, path: Path) -> "Stamp | None":
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(self), indent=1) + "\n")
        part.replace(path)

    def judge(self, code: "Stamp") -> Verdict:
        """This stamp lies in the folder; `code` is what we would build now.

        BEHIND: the code has only gained migrations or content. OTHER: a migration that the folder
        has run is gone or says something else now, so the tables may be anything.
        """
        if self == code:
            return Verdict.SAME
        if any(code.migrations.get(name) != known for name, known in self.migrations.items()):
            return Verdict.OTHER
        return Verdict.BEHIND


def _world_files(root: Path) -> Iterable[Path]:
    folders = [root / "portal/demo", root / "portal/geography/reference"]
    folders += [
        found
        for name in ("data", "reference")
        for found in [*root.glob(f"*/{name}"), *root.glob(f"portal/*/{name}")]
    ]
    for folder in sorted(set(folders)):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc" and path.name not in MACHINERY:
                yield path


def _hash_code(path: Path) -> str:
    """Of the syntax tree: a comment or a line break makes no other migration."""
    return hashlib.sha256(ast.dump(ast.parse(path.read_bytes())).encode()).hexdigest()[:20]


def _hash_files(paths: Iterable[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
