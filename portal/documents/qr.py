"""QR codes as SVG, for pages and for print.

No inline style and no script, so the strict Content-Security-Policy lets them through; black on
white in every theme, with the four modules of quiet zone that a reader needs.
"""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString

QUIET_ZONE = 4


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The dark modules, row by row, without quiet zone. Level M reads with 15 % of it gone."""
    code = segno.make_qr(text, error="m")
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def qr_svg(text: str, *, label: str) -> SafeString:
    """An `<svg>` for a page or a document. `label` says where it leads, to those who cannot see."""
    modules = qr_modules(text)
    size = len(modules) + 2 * QUIET_ZONE
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {0} {0}" role="img"'
        ' aria-label="{1}"><rect width="{0}" height="{0}" fill="#fff"/>'
        '<path d="{2}" fill="#000" shape-rendering="crispEdges"/></svg>',
        size,
        label,
        _path(modules),
    )


def _path(modules: tuple[tuple[bool, ...], ...]) -> str:
    """One rectangle for each row's unbroken run of dark modules."""
    runs: list[str] = []
    for top, row in enumerate(modules, start=QUIET_ZONE):
        column = 0
        while column < len(row):
            length = 0
            while column + length < len(row) and row[column + length]:
                length += 1
            if length:
                runs.append(f"M{column + QUIET_ZONE} {top}h{length}v1h-{length}z")
            column += max(length, 1)
    return "".join(runs)
