"""Write a sheet as one `<svg>` element: real text, short paths, the same bytes for the same marks.

matplotlib could write SVG too. It took up to half a second and 75 kB for a chart that takes 20 ms and 29 kB
here, and its ids and metadata would have to be taken out again; it draws the pictures for Word.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from math import cos, pi, sin

import numpy as np

from flowsim.report.charts.sheet import Area, Box, Dot, Line, Mark, Points, Sheet, Text
from flowsim.report.charts.words import clean
from flowsim.report.theme import FONTS, SMALL, TEXT, WHITE, Fill, Hatch, Stroke

_PATTERNS: dict[Hatch, str] = {
    "rising": '<path d="M-2 2L2-2M0 8L8 0M6 10L10 6" stroke="{ink}" stroke-width="2"/>',
    "falling": '<path d="M-2 6L2 10M0 0L8 8M6-2L10 2" stroke="{ink}" stroke-width="2"/>',
    "cross": '<path d="M0 8L8 0M0 0L8 8" stroke="{ink}" stroke-width="1.3"/>',
    "dots": '<circle cx="2" cy="2" r="1.5" fill="{ink}"/><circle cx="6" cy="6" r="1.5" fill="{ink}"/>',
}
_CORNERS = {
    "circle": [],
    "diamond": [(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
    "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "up": [(0.0, -1.0), (1.0, 0.8), (-1.0, 0.8)],
    "down": [(0.0, 1.0), (1.0, -0.8), (-1.0, -0.8)],
}


def write(sheet: Sheet, prefix: str, title: str, alt: str) -> str:
    """Return the drawing as SVG.

    Args:
        sheet: the marks.
        prefix: begins every id inside, so that drawings can stand on one page.
        title: the finding.
        alt: what the picture shows.
    """
    patterns = _patterns(sheet.marks, prefix)
    body = "".join(_mark(mark, patterns) for mark in sheet.marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'viewBox="0 0 {_n(sheet.width)} {_n(sheet.height)}" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" font-family="{FONTS}" font-size="{_n(SMALL)}" '
        f'fill="{TEXT}" stroke-linejoin="round" style="width:100%;max-width:{_n(sheet.width)}px;height:auto">'
        f'<title id="{prefix}-title">{_plain(title)}</title><desc id="{prefix}-desc">{_plain(alt)}</desc>'
        f"{_definitions(patterns)}"
        f'<rect width="100%" height="100%" fill="{WHITE}"/>{body}</svg>'
    )


def corners(dot: Dot) -> Points:
    """Return the outline of a small shape; a circle gets 24 corners."""
    around = _CORNERS[dot.shape] or [(sin(i * pi / 12), -cos(i * pi / 12)) for i in range(24)]
    return np.array([(dot.x + dx * dot.radius, dot.y + dy * dot.radius) for dx, dy in around])


def _patterns(marks: Iterable[Mark], prefix: str) -> dict[Fill, str]:
    """Return an id for every hatched fill, in order of appearance."""
    hatched = [mark.fill for mark in marks if isinstance(mark, Area | Box) and mark.fill.hatch]
    return {fill: f"{prefix}-{fill.hatch}-{i}" for i, fill in enumerate(dict.fromkeys(hatched))}


def _definitions(patterns: dict[Fill, str]) -> str:
    if not patterns:
        return ""
    made = (
        f'<pattern id="{key}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{fill.colour}"/>{_PATTERNS[fill.hatch].format(ink=fill.ink)}'
        "</pattern>"
        for fill, key in patterns.items()
    )
    return f"<defs>{''.join(made)}</defs>"


def _mark(mark: Mark, patterns: dict[Fill, str]) -> str:
    if isinstance(mark, Text):
        return _text(mark)
    if isinstance(mark, Line):
        return f'<path d="{_path(mark.points)}" fill="none"{_stroke(mark.stroke)}/>'
    if isinstance(mark, Dot):
        return _dot(mark)
    paint = _fill(mark.fill, patterns) + _stroke(mark.stroke)
    if isinstance(mark, Area):
        return f'<path d="{_path(mark.points)}Z"{paint}/>'
    size = f'x="{_n(mark.x)}" y="{_n(mark.y)}" width="{_n(mark.width)}" height="{_n(mark.height)}"'
    return f"<rect {size}{paint}/>"


def _dot(dot: Dot) -> str:
    paint = f' fill="{dot.fill}"{_stroke(dot.stroke)}'
    if dot.shape == "circle":
        return f'<circle cx="{_n(dot.x)}" cy="{_n(dot.y)}" r="{_n(dot.radius)}"{paint}/>'
    return f'<path d="{_path(corners(dot))}Z"{paint}/>'


def _text(text: Text) -> str:
    extra = "" if text.size == SMALL else f' font-size="{_n(text.size)}"'
    extra += "" if text.colour == TEXT else f' fill="{text.colour}"'
    extra += "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    extra += ' font-weight="700"' if text.bold else ""
    if text.halo:
        extra += f' stroke="{text.halo}" stroke-width="3" paint-order="stroke"'
    return f'<text x="{_n(text.x)}" y="{_n(text.y)}"{extra}>{escape(text.text, quote=False)}</text>'


def _fill(fill: Fill, patterns: dict[Fill, str]) -> str:
    if fill.hatch:
        return f' fill="url(#{patterns[fill]})"'
    return f' fill="{fill.colour}"' + (f' fill-opacity="{fill.opacity:g}"' if fill.opacity < 1 else "")


def _stroke(stroke: Stroke | None) -> str:
    if stroke is None:
        return ""
    dash = f' stroke-dasharray="{" ".join(map(_n, stroke.dash))}"' if stroke.dash else ""
    wide = "" if stroke.width == 1 else f' stroke-width="{stroke.width:g}"'
    return f' stroke="{stroke.colour}"{wide}{dash}'


def _path(points: Points) -> str:
    """Return a path in tenths of a pixel: one place, then steps, which are shorter to write."""
    tenths = np.rint(points * 10).astype(int)
    steps = np.diff(tenths, axis=0)
    moves = [step for step in steps.tolist() if step != [0, 0]]
    start = f"M{_tenths(tenths[0, 0])} {_tenths(tenths[0, 1])}"
    return start + ("l" + " ".join(_pair(x, y) for x, y in moves) if moves else "")


def _pair(x: int, y: int) -> str:
    """Return a step; a minus sign parts two numbers as well as a blank does."""
    return _tenths(x) + ("" if y < 0 else " ") + _tenths(y)


def _tenths(number: int) -> str:
    whole, rest = divmod(abs(int(number)), 10)
    text = f"{whole or ''}.{rest}" if rest else f"{whole}"
    return f"-{text}" if number < 0 else text


def _n(number: float) -> str:
    """Return a coordinate to a tenth of a pixel, as short as it can be written."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _plain(text: str) -> str:
    return escape(clean(text), quote=False)
