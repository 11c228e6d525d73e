"""The files of a report: made in full first, then written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flowsim.errors import InputError, Problem
from flowsim.store.files import write_bytes

if TYPE_CHECKING:
    from flowsim.report.document import Document

ENDINGS = {"page": (".html", ".htm"), "excel": (".xlsx",), "word": (".docx",)}
"""Endings of each kind of file."""


@dataclass(frozen=True)
class Wanted:
    """Which files are wanted.

    Attributes:
        page: the HTML file.
        excel: the workbook; None for none.
        word: the Word document; None for none.
        template: a Word document whose styles are used; None for flowsim's own.
    """

    page: Path | None
    excel: Path | None = None
    word: Path | None = None
    template: Path | None = None

    def files(self) -> Iterator[tuple[str, Path]]:
        """Yield the kind and the path of every file that is wanted."""
        for kind, path in (("page", self.page), ("excel", self.excel), ("word", self.word)):
            if path is not None:
                yield kind, path

    def check(self) -> None:
        """Check, before anything is run, that every file can be written.

        Raises:
            InputError: A path has the wrong ending, is a folder, or its folder is not there; every problem.
        """
        problems = [problem for kind, path in self.files() for problem in _problems(kind, path)]
        paths = [path.resolve() for _, path in self.files()]
        if len(set(paths)) < len(paths):
            problems.append(Problem("Two files of the report have the same name.", file=str(paths[0])))
        if self.template is not None and not self.template.is_file():
            problems.append(Problem("There is no such template.", file=str(self.template)))
        if self.template is not None and self.word is None:
            hint = "Add --word FILE, or leave --template out."
            problems.append(Problem("A template is for Word, and no Word document is asked for.", hint=hint))
        if problems:
            raise InputError(problems)


def _problems(kind: str, path: Path) -> Iterator[Problem]:
    if path.suffix.lower() not in ENDINGS[kind]:
        allowed = " or ".join(ENDINGS[kind])
        yield Problem(f"{path.name} does not end in {allowed}.", file=str(path), allowed=allowed)
    if path.is_dir():
        yield Problem("This is a folder; a file is needed.", file=str(path))
    elif not path.parent.is_dir():
        hint = "Make the folder first, or write elsewhere."
        yield Problem(f"There is no folder {path.parent}.", file=str(path), hint=hint)


def write(document: Document, wanted: Wanted) -> Path:
    """Write a document in every form that is wanted, and return the path of the page.

    Args:
        document: what is said.
        wanted: the files; `Wanted.check` has found nothing wrong with them.
    """
    made = [(path, _made(document, kind, wanted.template)) for kind, path in wanted.files()]
    for path, content in made:
        write_bytes(path, content)
    return made[0][0]


def _made(document: Document, kind: str, template: Path | None) -> bytes:
    if kind == "excel":
        from flowsim.report.excel import workbook

        return workbook(document)
    if kind == "word":
        from flowsim.report.word import word

        return word(document, template)
    from flowsim.report.html import page

    return page(document).encode("utf-8")
