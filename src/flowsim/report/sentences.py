"""Sentences written from the numbers, so that a word cannot disagree with the figure beside it.

A verdict is never chosen here: it is the one of the paired difference. No sentence has more than 25 words.
Source of that limit: GOV.UK content design, writing for GOV.UK.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from flowsim.measures.compare.paired import SAME, UNCLEAR, Difference
from flowsim.measures.compare.text import cells_of, change_of

WHAT_COUNTS = {"better": "Gains", "worse": "Losses"}
ONE_OF = {"better": "gain", "worse": "loss"}
NAMED = 3
"""Measures named that are neither good nor bad; the rest are counted."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return "1 measure", "2 measures", "no measures"."""
    word = noun if number == 1 else plural or f"{noun}s"
    return f"{number:,} {word}" if number else f"no {word}"


def listed(words: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def verdicts(rows: Sequence[Difference], *wanted: str) -> list[Difference]:
    """Return the rows with one of these verdicts, the clearest first."""
    found = [row for row in rows if row.verdict in wanted]
    return sorted(found, key=lambda row: -_clarity(row))


def _clarity(row: Difference) -> float:
    """Return how many times the half-width of its interval a difference is."""
    if isnan(row.half_width):
        return 0.0
    return abs(row.difference) / row.half_width if row.half_width > 0 else float("inf")


# -- one measure -----------------------------------------------------------------------------------------


def moves(row: Difference, where: str = "") -> str:
    """Return what one measure does: "Label: 92.3% to 93.0%, +0.7 pts (-0.8 to +2.2), no clear change"."""
    base, other, change, verdict = cells_of(row)
    about = row.about.label + (f", {where}" if where else "")
    if verdict == SAME:
        return f"{about}: {base}, the same in both."
    return ", ".join(part for part in (f"{about}: {base} to {other}", change, verdict) if part) + "."


def finding(rows: Sequence[Difference], called: Sequence[str], where: str = "") -> str:
    """Return a title that states what a measure does in each other run.

    Args:
        rows: the difference of each other run.
        called: what each other run is called.
        where: the group it is about; empty for the whole system.
    """
    about = rows[0].about.label + (f", {where}" if where else "")
    if all(row.verdict == SAME for row in rows):
        return f"{about}: the same"
    if all(row.verdict == UNCLEAR for row in rows):
        return f"{about}: no clear change"
    told = [_told(row, name, alone=len(rows) == 1) for row, name in zip(rows, called, strict=True)]
    return f"{about}: {'; '.join(told)}"


def _told(row: Difference, name: str, *, alone: bool) -> str:
    size = change_of(row).partition(" (")[0]
    word = row.verdict or "one replication"
    amount = "" if row.verdict in (SAME, UNCLEAR) else f"{size}, "
    return f"{amount}{word}" + ("" if alone else f" with {name}")


# -- a whole comparison ----------------------------------------------------------------------------------


def answer(called: str, rows: Sequence[Difference]) -> str:
    """Return in one sentence what a plan does to the measures that open the report."""
    better, worse = (sum(row.verdict == word for row in rows) for word in ("better", "worse"))
    if all(isnan(row.half_width) for row in rows) and any(row.difference for row in rows):
        return f"{called}: one replication shows differences, but not whether they are more than luck."
    if not better and not worse:
        if all(row.verdict == SAME for row in rows):
            return f"{called} changes nothing that is measured here."
        return f"{called} makes no clear difference for better or worse to any headline measure."
    of = f"of {counted(len(rows), 'headline measure')}"
    if not worse:
        return f"{called} makes {better} {of} better and none worse."
    if not better:
        return f"{called} makes {worse} {of} worse and none better."
    return f"{called} makes {better} {of} better and {worse} worse."


def rest(rows: Sequence[Difference]) -> str:
    """Return what is neither better nor worse, in a sentence; empty if there is nothing."""
    unclear = sum(row.verdict == UNCLEAR for row in rows)
    same = sum(row.verdict == SAME for row in rows)
    moved = [f"{row.about.label} ({row.verdict})" for row in rows if row.verdict in ("higher", "lower")]
    parts = (
        [f"{unclear} show no clear change" if unclear > 1 else "1 shows no clear change"] if unclear else []
    )
    parts += [f"{same} stay the same" if same > 1 else "1 stays the same"] if same else []
    some = any(row.verdict in WHAT_COUNTS for row in rows)
    sentences = [f"{'Of the others, ' * some}{listed(parts)}."] if parts else []
    more = [f"{len(moved) - NAMED} more"] if len(moved) > NAMED else []
    sentences += [f"Neither good nor bad in themselves: {listed([*moved[:NAMED], *more])}."] if moved else []
    return " ".join(sentences)
