"""A matrix of surges by options as plain text, 80 columns wide, for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from math import isnan

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.matrix import Matrix, Standing
from flowsim.measures.compare.paired import SAME, Difference
from flowsim.measures.compare.text import NO_BREAK, change_of, plain, scale_of
from flowsim.measures.estimates import ONE_REPLICATION, Key
from flowsim.measures.tables import GAP, WIDTH

__all__ = [
    "best_of",
    "best_sentences",
    "label_of",
    "largest",
    "listed",
    "matrix_text",
    "no_regret_lines",
    "notes",
]

OPTION, LEAST = 26, 18
"""Most columns for the name of an option, and fewest where room is short; a longer name goes on below."""
NARROW, WIDE = 18, 24
"""Fewest columns for a surge, and those at which a cell takes two lines instead of three."""
BEST = "*"
"""Marks options that cannot be told apart from the best one."""


def matrix_text(found: Matrix, width: int = WIDTH) -> str:
    """Return a matrix as text: for each measure a row for each option and a column for each surge.

    Args:
        found: the matrix.
        width: columns of the page, 80 or more.
    """
    blocks = [block for key in found.keys for block in _blocks(found, key, width)]
    return "\n\n".join([*blocks, sentences_text(found)])


def brief_text(found: Matrix) -> str:
    """Return the figures that a study is told by: doing nothing, and the best option in each surge."""
    lines = [line for key in found.keys for line in _figures(found, key)]
    told = [_filled(line) for line in lines]
    return "\n".join([*told, "", sentences_text(found)])


def _figures(found: Matrix, key: Key) -> Iterator[str]:
    yield label_of(key)
    for surge, title in found.surges.items():
        like = largest(found, key, surge)
        standing = found.standing(key, surge)
        base = scale_of(like).write(found.value(key, surge, found.base).mean)
        line = f"   {plain(title)}: {base} with {plain(found.options[found.base])}"
        if standing is None or standing.best == found.base:
            yield f"{line}; no option has a better mean."
            continue
        row = found.differences[key, surge, standing.best]
        value = scale_of(like).write(row.other)
        said = ", ".join(part for part in (change_of(row, like), row.verdict) if part)
        yield f"{line}; {value} with {plain(found.options[standing.best])}: {said}."


def sentences_text(found: Matrix) -> str:
    """Return what a matrix comes to, in sentences: which options are best, and which always help."""
    told = [*best_sentences(found), *no_regret_lines(found), *notes(found)]
    return "\n".join(_filled(each) for each in told)


def _filled(text: str) -> str:
    """Return a sentence in lines; one that is indented goes on further to the right."""
    indent = "   " if not text.startswith(" ") else "      "
    return textwrap.fill(text, WIDTH, subsequent_indent=indent)


def label_of(key: Key) -> str:
    """Return what a row of keys is about: the measure, and of whom."""
    measure, level, group = key
    label = CATALOGUE[measure].label
    return label if level == "system" else f"{label}, {plain(group.replace('_', ' '), 40)}"


def largest(found: Matrix, key: Key, surge: str) -> Difference:
    """Return the difference with the largest values of a measure in a surge.

    Its unit suits all options in the surge. Another surge may need another: what takes minutes in most
    winters may take hours in the worst.
    """
    rows = [found.differences[key, surge, option] for option in found.others]
    return max(rows, key=lambda row: max(_size(row.base), _size(row.other)))


def _size(value: float) -> float:
    return 0.0 if isnan(value) else abs(value)


# -- the table -------------------------------------------------------------------------------------------


def _blocks(found: Matrix, key: Key, width: int) -> Iterator[str]:
    """Yield the table of one measure, in parts where the surges do not fit beside each other."""
    surges = list(found.surges)
    abreast = max((width - LEAST) // (NARROW + len(GAP)), 1)
    each = -(-len(surges) // -(-len(surges) // abreast))
    longest = max(len(plain(title)) for title in found.options.values())
    first = max(min(longest, OPTION, width - each * (NARROW + len(GAP))), min(longest, LEAST))
    room = min((width - first) // each - len(GAP), WIDE + 4)
    for start in range(0, len(surges), each):
        shown = surges[start : start + each]
        more = " (more)" if start else ""
        yield "\n".join([label_of(key) + more, *_table(found, key, shown, [first, *[room] * len(shown)])])


def _table(found: Matrix, key: Key, surges: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    yield from _lines([[""], *([plain(found.surges[surge])] for surge in surges)], widths)
    like, wide = {surge: largest(found, key, surge) for surge in surges}, widths[-1] >= WIDE
    for option, title in found.options.items():
        cells = [_cell(found, key, (surge, option), like[surge], wide) for surge in surges]
        yield from _lines([[plain(title)], *cells], widths)


def _cell(found: Matrix, key: Key, cell: tuple[str, str], like: Difference, wide: bool) -> list[str]:
    """Return the lines of a cell: the value, the difference with its interval, and what it means."""
    surge, option = cell
    standing = found.standing(key, surge)
    star = BEST if standing is not None and _is_told(found, standing) and option in standing.among else ""
    value = scale_of(like).write(found.value(key, surge, option).mean) + star
    if option == found.base:
        return [value]
    row = found.differences[key, surge, option]
    if row.verdict == SAME:
        return [f"{value} {SAME}"]
    change, _, interval = change_of(row, like).partition(" (")
    interval = f"({interval}".replace(" ", NO_BREAK) if interval else ""
    if wide:
        return [f"{value} {row.verdict}".rstrip(), f"{change} {interval}".rstrip()]
    return [f"{value} {change}", *filter(None, (interval, row.verdict))]


def _is_told(found: Matrix, standing: Standing) -> bool:
    """Tell whether the options that may be best are fewer than all."""
    return len(standing.among) < len(found.options)


def _lines(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a row whose cells hold several lines, and go on where they are too long."""
    parts = [
        [line for text in cell for line in textwrap.wrap(text, width) or [""]]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for i in range(max(map(len, parts))):
        line = GAP.join(_padded(part, i, width) for part, width in zip(parts, widths, strict=True))
        yield line.replace(NO_BREAK, " ").rstrip()


def _padded(lines: Sequence[str], i: int, width: int) -> str:
    return (lines[i] if i < len(lines) else "").ljust(width)


# -- sentences -------------------------------------------------------------------------------------------


def best_sentences(found: Matrix) -> list[str]:
    """Return for each measure which options are best in each surge, as far as they can be told apart."""
    if found.replications < 2:
        return []
    both = (False, True) if found.combined else (False,)
    return [
        line for key in found.keys for single in both for line in _best_sentence(found, key, single=single)
    ]


def _best_sentence(found: Matrix, key: Key, *, single: bool) -> list[str]:
    groups: dict[tuple[str, ...], list[str]] = {}
    shown = found.compared(single=single)
    for surge, title in found.surges.items():
        standing = found.standing(key, surge, single=single)
        if standing is not None:
            among = tuple(option for option in shown if option in standing.among)
            groups.setdefault(among, []).append(plain(title))
    if not groups:
        return []
    head = "   of single options" if single else f"Best on {label_of(key)}"
    if len(groups) == 1:
        return [f"{head}: {best_of(found, next(iter(groups)), single=single)}."]
    told = (f"{listed(titles)}: {best_of(found, among, single=single)}" for among, titles in groups.items())
    return [f"{head}. {'; '.join(told)}."]


def best_of(found: Matrix, among: Sequence[str], *, single: bool = False) -> str:
    """Return the options that may be best, in words.

    Args:
        found: the matrix.
        among: the options, in order.
        single: whether options that are others together are left out.
    """
    names = [plain(found.options[option]) for option in among]
    out = [plain(found.options[option]) for option in found.compared(single=single) if option not in among]
    if not out:
        return "no option can be told apart from the others"
    if len(names) == 1:
        return names[0]
    said = f"all but {listed(out)}" if len(out) < len(names) and len(names) > 2 else listed(names)
    return f"{said} (these cannot be told apart)"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def no_regret_lines(found: Matrix) -> list[str]:
    """Return which options help whatever comes: better somewhere in every surge, and worse nowhere."""
    if found.replications < 2:
        return []
    if not found.no_regret:
        return [
            "No regret: no option is clearly better in every surge without being clearly worse somewhere."
        ]
    told = [f"   {plain(found.options[option])}: {helps(found, option)}" for option in found.no_regret]
    return ["No regret, better in every surge and clearly worse on no measure:", *told]


def helps(found: Matrix, option: str) -> str:
    """Return the measures on which an option is better in every surge."""
    helped = [label_of(key) for key in found.keys if option in found.everywhere(key)]
    count = len(helped)
    return f"on all {count} measures" if count == len(found.keys) > 1 else "; ".join(helped)


def notes(found: Matrix) -> list[str]:
    """Return what a reader should know of the whole matrix, in sentences."""
    base, count = plain(found.options[found.base]), found.replications
    same = f"Differences are from {base} in the same surge, on the same patients"
    if count == 1:
        return [f"{same}. {ONE_REPLICATION}"]
    told = f"{same}; {count} paired replications, {found.confidence:.0%} intervals adjusted for"
    star = f" {BEST}: cannot be told apart from the best." if _any_star(found) else ""
    return [f"{told} all {found.comparisons} differences.{star}"]


def _any_star(found: Matrix) -> bool:
    standings = [found.standing(key, surge) for key in found.keys for surge in found.surges]
    return any(each is not None and _is_told(found, each) for each in standings)
