"""The report of a study: every surge with every option, which do best, and what always helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowsim.measures.compare.text import plain
from flowsim.report.document import Document
from flowsim.report.sentences import counted
from flowsim.report.study.headline import Headline
from flowsim.report.study.heat import Heat
from flowsim.report.study.more import More
from flowsim.report.study.run import how_it_was_run

if TYPE_CHECKING:
    from flowsim.experiment.study import Studied
    from flowsim.measures.compare.matrix import Matrix

__all__ = ["document"]

TITLE = 200


def document(studied: Studied, found: Matrix, *, png: bool = False) -> Document:
    """Return the report of a finished study.

    Args:
        studied: the study and its runs.
        found: the matrix to tell of.
        png: whether charts are drawn as pictures too, for Word.
    """
    headline, more = Headline(studied, found, png), More(studied, found, png)
    sections = (
        headline.headline(),
        Heat(studied, found, png).matrices(),
        headline.best(),
        more.together(),
        more.more(),
        how_it_was_run(studied, found),
    )
    manifest = studied.different[0].manifest
    facts = (
        ("Made with", f"flowsim {manifest.flowsim}"),
        ("Runs", counted(len(studied.different), "run")),
        ("Seed", str(manifest.seed)),
        ("Patients", "All patients are simulated; nobody in this report is a real person."),
    )
    title = plain(studied.study.title, TITLE)
    return Document(title, headline.subtitle(), tuple(each for each in sections if each is not None), facts)
