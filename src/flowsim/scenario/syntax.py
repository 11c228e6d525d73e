"""Turn the YAML parser's complaints into sentences for a planner."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from flowsim.errors import Problem
from flowsim.scenario.nodes import Document

__all__ = ["syntax_problem"]

_ADVICE: Final[tuple[tuple[str, str, str], ...]] = (
    ("mapping values are not allowed", "A colon is not expected here.",
     "Put text that has a colon and a space in quotes, or check the indentation."),
    ("found unexpected end of stream", "A quotation mark is opened here and never closed.",
     "Close it on the same line."),
    ("while scanning a quoted scalar", "A quotation mark is opened here and never closed.",
     "Close it on the same line."),
    ("did not find expected ',' or ']'", "A list opened with [ is not closed properly.",
     "Check for a missing comma or ]."),
    ("did not find expected ',' or '}'", "A mapping opened with { is not closed properly.",
     "Check for a missing comma or }."),
    ("did not find expected '-' indicator", "This line does not line up with the list it belongs to.",
     "Items of a list start with - in the same column."),
    ("did not find expected key", "This line does not line up with the settings around it.",
     "Settings of one group start in the same column."),
    ("could not find expected ':'", "A name without a colon.",
     "Write name: value, with a space after the colon."),
    ("cannot start any token", "This character cannot start a value.",
     "Put the text in quotes."),
    ("found unknown escape character", "A backslash inside double quotes has a special meaning.",
     "Use single quotes, or write the backslash twice."),
    ("did not find expected <document start>", "Nothing may follow the first value of the file here.",
     "Check the indentation of this line and the lines above."),
    ("did not find expected node content", "A value is expected here.",
     "Check for a stray bracket or comma."),
)  # fmt: skip
_TAB = re.compile(r" *\t[\t ]*\S")


def syntax_problem(error: yaml.YAMLError, text: str, document: Document) -> Problem:
    """Return a parser's error as a problem with its line, its column and advice."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return _unreadable(error, text, document)
    technical = f"{getattr(error, 'problem', '')} {getattr(error, 'context', '')}"
    if any(words in technical for words in ("quoted scalar", "flow", "expected ':'")):
        mark = getattr(error, "context_mark", None) or mark
    line, column = mark.line + 1, mark.column + 1
    if _TAB.match(document.line(line)):
        tab = document.line(line).index("\t") + 1
        return _at(document, line, tab, "The line is indented with a tab.", "Indent with spaces.")
    message, hint = _advice(technical)
    return _at(document, min(line, max(1, len(document.lines))), column, message, hint)


def _advice(technical: str) -> tuple[str, str]:
    for words, message, hint in _ADVICE:
        if words in technical:
            return message, hint
    return f"This is not YAML: {' '.join(technical.replace('None', '').split())}.", "Check the punctuation."


def _at(document: Document, line: int, column: int, message: str, hint: str) -> Problem:
    return Problem(message, "", document.name, line, column, document.line(line), hint=hint)


def _unreadable(error: Any, text: str, document: Document) -> Problem:
    """Place a character that YAML forbids."""
    position = min(int(getattr(error, "position", 0) or 0), len(text))
    found = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    position = found.start() if found else position
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    code = f"U+{ord(text[position]):04X}" if position < len(text) else "unknown"
    message = f"The file contains a control character ({code}) that does not belong in text."
    return _at(document, line, column, message, "Delete it, or save the file again as plain text.")
