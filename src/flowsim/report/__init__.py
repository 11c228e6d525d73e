"""Reports: finished runs as a page, a workbook and a Word document that say the same."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowsim.measures.compare.decomposition import Reasons

__all__ = ["report"]


def report(
    base: Any,
    *others: Any,
    path: str | os.PathLike[str] = "report.html",
    excel: str | os.PathLike[str] | None = None,
    word: str | os.PathLike[str] | None = None,
    template: str | os.PathLike[str] | None = None,
    replications: int | None = None,
    reasons: Sequence[Sequence[Reasons]] = (),
) -> Path:
    """Write a report of finished runs, and return the path of the page.

    Every file is made in full before any is written, and each replaces an older one whole.

    Args:
        base: the run the others are compared with, from ``flowsim.run``.
        others: other runs of the same seed, period and system; without any, the report is about one run.
        path: the page to write: one HTML file that needs nothing else.
        excel: a workbook with the same tables; none when left out.
        word: a Word document with the same text; none when left out.
        template: a Word document whose styles are used; flowsim's own when left out.
        replications: use the first so many of each run; all of them when left out.
        reasons: for each other run, why its measures differ, from a decomposition.

    Raises:
        InputError: The runs cannot be paired, or a file cannot be written there; every problem.
    """
    from flowsim.report.build import document
    from flowsim.report.files import Wanted, write

    wanted = Wanted(*(None if each is None else Path(each) for each in (path, excel, word, template)))
    wanted.check()
    material = _material((base, *others), replications, reasons, png=word is not None)
    return write(document(material), wanted)


def _material(
    runs: Sequence[Any], replications: int | None, reasons: Sequence[Sequence[Reasons]], *, png: bool
) -> Any:
    from flowsim.measures.compare import Comparison, compare
    from flowsim.report.material import Material

    base, *others = runs
    if others:
        return Material(compare(base, *others, replications=replications), reasons, png)
    return Material(Comparison(base if replications is None else base.first(replications), ()), png=png)
