"""What commands print: results on stdout, everything else on stderr, 80 columns, no colour needed."""

from __future__ import annotations

import json
import math
import shutil
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

VERBOSE = "flowsim.verbose"
"""Key in the context under which ``-v`` is kept."""

WIDTH = 80
"""Columns of the page."""

GAP = "  "
"""Between two columns of a table."""

F = TypeVar("F", bound=Callable[..., Any])


def say(text: str = "") -> None:
    """Print a line of the result on stdout."""
    click.echo(text)


def complain(text: str) -> None:
    """Print a warning, an error or a remark on stderr."""
    click.echo(text, err=True)


def say_json(content: object) -> None:
    """Print the result as JSON on stdout; numbers that are not known become null."""
    say(json.dumps(_plain(content), indent=2, ensure_ascii=False, default=str))


def _plain(content: object) -> object:
    if isinstance(content, float) and not math.isfinite(content):
        return None
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    return content


def counted(number: int, noun: str) -> str:
    """Return "1 replication" or "4 replications"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def page_width(most: int = 120) -> int:
    """Return the columns of the terminal, between 80 and `most`; 80 where the output goes elsewhere."""
    return min(max(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH), most)


def wrapped(text: str) -> str:
    """Return text with lines longer than the page broken between words, their indent kept."""
    return "\n".join(_wrapped(line) for line in text.splitlines())


def _wrapped(line: str) -> str:
    if len(line) <= WIDTH:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.strip(), WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )


def say_table(rows: Sequence[Sequence[str]], heads: Sequence[str] = (), right: Sequence[int] = ()) -> None:
    """Print columns on stdout, as wide as their longest text; the last one is wrapped to fit the page.

    Args:
        rows: The texts of each row.
        heads: A heading for each column; none when left out.
        right: The columns whose texts are set to the right, from 0.
    """
    everything = [list(heads), *rows] if heads else list(rows)
    if not everything:
        return
    widths = [max(len(row[column]) for row in everything) for column in range(len(everything[0]))]
    room = max(WIDTH - sum(widths[:-1]) - len(GAP) * (len(widths) - 1), 20)
    for row in everything:
        first, *more = textwrap.wrap(row[-1], room, break_long_words=False) or [""]
        cells = [*row[:-1], first]
        aligned = [
            t.rjust(w) if i in right else t.ljust(w)
            for i, (t, w) in enumerate(zip(cells, widths, strict=True))
        ]
        say(GAP.join(aligned).rstrip())
        for line in more:
            say(" " * (sum(widths[:-1]) + len(GAP) * (len(widths) - 1)) + line)


def _keep_verbose(ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:
    ctx.meta[VERBOSE] = value
    return value


def json_option(function: F) -> F:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(function)


def quiet_option(function: F) -> F:
    """Add ``-q``."""
    return click.option("-q", "--quiet", is_flag=True, help="No progress and no remarks.")(function)


def verbose_option(function: F) -> F:
    """Add ``-v``, which also shows the details of a fault."""
    option = click.option(
        "-v", "--verbose", is_flag=True, expose_value=False, is_eager=True, callback=_keep_verbose,
        help="More detail, also when something fails.",
    )  # fmt: skip
    return option(function)


def results_option(function: F) -> F:
    """Add ``--results``."""
    text = "Folder of finished runs [default: FLOWSIM_RESULTS, or results here]."
    return click.option("--results", metavar="FOLDER", help=text)(function)


def set_option(function: F) -> F:
    """Add ``--set``, which may be given several times."""
    text = "Change one setting; beats everything in the files. May be repeated."
    return click.option("--set", "sets", multiple=True, metavar="PATH=VALUE", help=text)(function)
