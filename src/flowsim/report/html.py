"""A document as one HTML page: no network and no script; for a desk, a telephone, a screen reader, paper."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from flowsim import __version__

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

    from flowsim.report.document import Cell, Column, Document, Table

STEPS = 3
"""Shades of a heat table on either side of none."""


def page(document: Document) -> str:
    """Return a document as the text of an HTML file; the same document always gives the same text.

    Everything in it is escaped but the drawings of figures, which charts write.
    """
    from markupsafe import Markup

    return _template().render(
        document=document,
        generator=f"flowsim {__version__}",
        style=Markup(_style()),
        drawing=Markup,
        classes=_classes,
        as_folded=_folded,
        kind_of=_kind,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("flowsim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html")


@cache
def _style() -> str:
    """Return the style sheet, in one line for each rule."""
    from importlib.resources import files

    return "\n" + files("flowsim.report").joinpath("templates/report.css").read_text(encoding="utf-8")


def _kind(block: Any) -> str:
    return type(block).__name__


def _folded(table: Table) -> Table:
    return replace(table, folded=True)


def _classes(cell: Cell, column: Column) -> Markup:
    """Return the class attribute of a cell: how it is set, what it means, and its shade."""
    from markupsafe import Markup

    names = ["number"] * (column.align == "number") + [cell.tone] * bool(cell.tone)
    if cell.shade is not None and (step := round(abs(cell.shade) * STEPS)):
        names.append(f"shade-{'better' if cell.shade > 0 else 'worse'}-{min(step, STEPS)}")
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup("")
