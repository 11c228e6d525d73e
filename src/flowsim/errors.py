"""Problems that carry their place, and the one renderer that prints them for a planner.

Every check in flowsim reports a `Problem` (what is wrong, where, what is allowed, what to try). Problems
are collected and raised together in one `InputError`, so that a planner sees all of them at once.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

__all__ = ["FlowsimError", "InputError", "Problem", "nearest", "render", "summary"]

_WIDTH = 80
_INDENT = "   "


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    Attributes:
        message: What is wrong, in a sentence or two; the only part that is always present.
        path: Dotted path of the setting, for instance ``services.ward.beds``.
        file: File that holds the setting, as the planner would type it.
        line: Line in that file, from 1; 0 when unknown.
        column: Column in that line, from 1; 0 when unknown.
        source: Text of the offending line.
        allowed: What would be accepted.
        hint: The next step.
        severity: ``"error"`` (nothing runs) or ``"warning"``.
    """

    message: str
    path: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    source: str = ""
    allowed: str = ""
    hint: str = ""
    severity: str = "error"

    @property
    def place(self) -> str:
        """Return ``file:line:column``, leaving out what is unknown."""
        parts = [self.file, *(str(number) for number in (self.line, self.column) if number)]
        return ":".join(part for part in parts if part)


class FlowsimError(Exception):
    """Base class of every error flowsim raises on purpose.

    Attributes:
        exit_code: What the command line returns for it: 1, failed.
    """

    exit_code = 1


class InputError(FlowsimError):
    """The planner's input cannot be used; carries every problem found.

    Attributes:
        problems: All problems, sorted by file, line and column. At least one is an error.
    """

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep `problems` in the order a reader meets them in the files."""
        self.problems: tuple[Problem, ...] = ordered(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return every problem as it should look in a terminal, then a count."""
        return f"{render(self.problems)}\n\n{summary(self.problems)}"


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return `problems` without repeats, sorted by file, line, column and path."""
    return tuple(sorted(dict.fromkeys(problems), key=_reading_order))


def _reading_order(problem: Problem) -> tuple[str, int, int, str]:
    return problem.file, problem.line, problem.column, problem.path


def nearest(word: str, options: Iterable[str], n: int = 1) -> list[str]:
    """Return up to `n` of `options` that look like `word`, the most alike first.

    Case, hyphens and spaces are ignored. An empty list means that nothing is close.
    """
    known = {_plain(option): option for option in options}
    close = difflib.get_close_matches(_plain(word), known, n=n, cutoff=0.6)
    return [known[name] for name in close]


def _plain(word: str) -> str:
    return word.strip().lower().replace("-", "_").replace(" ", "_")


def render(problems: Sequence[Problem], width: int = _WIDTH) -> str:
    """Return `problems` as text: place and path, source line with a caret, then the sentences.

    Args:
        problems: What to print, in the order given.
        width: Columns of the terminal; sentences wrap and long source lines are cut to fit.
    """
    return "\n\n".join("\n".join(_lines(problem, width)) for problem in problems)


def _lines(problem: Problem, width: int) -> list[str]:
    head = "   ".join(part for part in (problem.place, problem.path) if part)
    body = [] if not head else [head]
    if problem.source and problem.line:
        body += _quoted(problem, width)
    label = "Warning: " if problem.severity == "warning" else ""
    body += _wrapped(label + problem.message, width)
    if problem.allowed:
        body += _wrapped(f"Allowed: {problem.allowed}", width)
    if problem.hint:
        body += _wrapped(problem.hint, width)
    return body


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_on_hyphens=False
    )


def _quoted(problem: Problem, width: int) -> list[str]:
    number = f"{problem.line:>5} | "
    source, column = _cut(_printable(problem.source), problem.column, width - len(number))
    lines = [number + source]
    if column:
        length = max(1, min(_token_length(source, column - 1), len(source) - column + 1))
        lines.append(" " * 5 + " | " + " " * (column - 1) + "^" * length)
    return lines


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text).rstrip()


def _cut(source: str, column: int, room: int) -> tuple[str, int]:
    """Return the part of `source` that fits in `room` and where `column` falls in it."""
    if len(source) <= room:
        return source, column
    start = 0 if column <= room * 2 // 3 else column - room // 2
    part = source[start : start + room]
    if start:
        part = "..." + part[3:]
    if start + room < len(source):
        part = part[:-3] + "..."
    return part, column - start if column else 0


def _token_length(source: str, start: int) -> int:
    """Return how many characters the name, value or bracket at `start` takes."""
    rest = source[start:]
    if rest[:1] in {'"', "'"}:
        end = rest.find(rest[0], 1)
        return end + 1 if end > 0 else len(rest)
    depth = 0
    for index, char in enumerate(rest):
        if depth == 0 and _ends_token(rest, index):
            return len(rest[:index].rstrip())
        depth += (char in "[{") - (char in "]}")
        if depth == 0 and index and rest[0] in "[{":
            return index + 1
    return len(rest.rstrip())


def _ends_token(rest: str, index: int) -> bool:
    """Tell whether a name or value ends before the character at `index`."""
    char, after = rest[index], rest[index + 1 : index + 2]
    if char == ":":
        return not after.strip()
    return char in ",]}" or (char == "#" and rest[index - 1 : index] == " ")


def summary(problems: Sequence[Problem]) -> str:
    """Return one closing sentence, such as "3 problems in 2 files. Nothing was run"."""
    errors = [problem for problem in problems if problem.severity == "error"]
    warnings = len(problems) - len(errors)
    parts = [_counted(len(errors), "problem")] if errors else []
    parts += [_counted(warnings, "warning")] if warnings else []
    files = {problem.file for problem in problems if problem.file}
    where = f" in {_counted(len(files), 'file')}" if files else ""
    ending = " Nothing was run." if errors else ""
    return f"{' and '.join(parts)}{where}.{ending}" if parts else "No problems."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def as_warning(problem: Problem) -> Problem:
    """Return `problem` as a warning, which does not stop a run."""
    return replace(problem, severity="warning")
