"""PDF from plain data: a typst template of ours, and the data as JSON that typst never reads as
markup.

Every document is PDF/UA-1: tagged, with title and language. Only the fonts that lie beside this
file are used, so a page looks the same on every machine.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import typst

from portal.common import clock

_HERE = Path(__file__).resolve().parent
TEMPLATES = _HERE / "templates"
FONTS = _HERE / "fonts"


class NotTypeset(Exception):
    """The template could not be set. The error names the template and never quotes the data."""


@lru_cache(maxsize=2)
def _fonts(system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=system, font_paths=[str(FONTS)])


def typeset(template: str, data: Mapping[str, object]) -> bytes:
    """Set `templates/<template>.typ` with `data` and give the PDF.

    A letter that our fonts lack would break the promise of PDF/UA. Then the machine's fonts are
    tried, and at last the promise is dropped: a leaflet with one empty box is better than no
    leaflet.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    standards: tuple[tuple[bool, list[typst.PDFStandard]], ...]
    standards = ((False, ["ua-1"]), (True, ["ua-1"]), (True, ["1.7"]))
    for system, standard in standards:
        try:
            pdf = typst.compile(
                TEMPLATES / f"{template}.typ",
                root=TEMPLATES,
                format="pdf",
                sys_inputs=inputs,
                font_paths=_fonts(system),
                pdf_standards=standard,
                timestamp=int(clock.now().timestamp()),
            )
        except typst.TypstError as error:
            if "could not be displayed" not in error.message:
                raise NotTypeset(f"The template {template!r} could not be set.") from None
            continue
        return bytes(pdf)
    raise NotTypeset(f"No font for the text in {template!r}.")
