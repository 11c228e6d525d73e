"""How a study was run: what each surge and option says, which run is which, and what it took."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote
from typing import TYPE_CHECKING

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.matrix_text import label_of
from flowsim.measures.compare.text import plain
from flowsim.report.document import Block, Code, Listing, Paragraph, Section, Table
from flowsim.report.sentences import counted
from flowsim.report.tables import texts
from flowsim.scenario.study_words import entries_of
from flowsim.units import format_duration

if TYPE_CHECKING:
    from flowsim.experiment.study import Studied
    from flowsim.measures.compare.matrix import Matrix

__all__ = ["how_it_was_run"]

WORDS = 300
"""Most characters of what a surge or an option says."""


def how_it_was_run(studied: Studied, found: Matrix) -> Section:
    """Return the section."""
    parts = (
        Section("tried", "What was tried", tuple(_tried(studied))),
        Section("runs", "Which run is which", (_runs(studied),)),
        Section("again", "How to do it again", tuple(_again(studied))),
        Section("definitions", "Definitions", (_definitions(found),)),
    )
    blocks: list[Block] = [Listing(tuple(_facts(studied)))]
    warned = list(_warned(studied))
    if warned:
        blocks += [Paragraph("Warnings of the runs:"), Listing(tuple(warned))]
    return Section("run", "How it was run", tuple(blocks), parts)


def _facts(studied: Studied) -> Iterator[str]:
    manifest = studied.different[0].manifest
    count = studied.replications
    combinations, different = len(studied.runs), len(studied.different)
    same = "" if combinations == different else f", of which {different} differ"
    pairs = counted(combinations, "combination")
    yield f"{pairs} of a surge and an option{same}; {count:,} replications in all."
    total = studied.simulating_seconds
    yield f"{total:,.0f} CPU-seconds for all of them, {total / count:,.2f} for each replication."
    warm_up, horizon = (
        format_duration(minutes) for minutes in (manifest.warm_up_minutes, manifest.horizon_minutes)
    )
    yield f"{horizon} from {manifest.start}, after {warm_up} that are left out of every result."
    yield f"Every combination has seed {manifest.seed}, so the same people come with the same luck in all."


def _warned(studied: Studied) -> Iterator[str]:
    """Yield each warning once, with the runs that have it."""
    where: dict[str, list[str]] = {}
    for results in studied.different:
        for warning in results.manifest.warnings:
            where.setdefault(warning, []).append(results.name)
    for warning, names in where.items():
        some = "All runs" if len(names) == len(studied.different) else ", ".join(names[:3])
        more = f" and {len(names) - 3} more" if 3 < len(names) < len(studied.different) else ""
        yield f"{some}{more}: {warning}"


def _tried(studied: Studied) -> Iterator[Table]:
    heads = ("Name", "Title", "What it says", "Line")
    for section, word in (("surges", "Surges"), ("options", "Options")):
        rows = [
            (each.name, plain(each.title), plain(each.said, WORDS), str(each.line or "–"))
            for each in entries_of(studied.study, section)
        ]
        yield texts(f"tried-{section}", f"{word} of {studied.study.file}", heads, rows, folded=False)


def _runs(studied: Studied) -> Table:
    rows = [
        (
            plain(studied.study.surges[surge]),
            plain(studied.study.options[option]),
            results.name,
            results.manifest.run_id,
            str(len(results.replications)),
        )
        for (surge, option), results in studied.runs.items()
    ]
    heads = ("Surge", "Option", "Name of the run", "Run", "Replications")
    note = "Each is an ordinary run: flowsim compare and flowsim report take it by its name or id."
    return texts("runs-table", "Runs of this study", heads, rows, note, numbers=(4,))


def _again(studied: Studied) -> Iterator[Block]:
    file = quote(studied.study.file)
    count = studied.different[0].manifest.replications
    (surge, option), results = list(studied.runs.items())[-1]
    base = studied.runs[surge, studied.study.base_option]
    yield Paragraph(
        "With the same files and version, these commands give the same numbers to the last digit."
    )
    yield Code(
        "\n".join(
            [
                f"flowsim study {file} -n {count}",
                f"flowsim explain {quote(f'{studied.study.file}:{surge}/{option}')}",
                f"flowsim compare {quote(base.name)} {quote(results.name)}",
            ]
        )
    )


def _definitions(found: Matrix) -> Table:
    rows = []
    for measure in dict.fromkeys(key[0] for key in found.keys):
        about = CATALOGUE[measure]
        rows.append((label_of((measure, "system", "")), about.definition, about.at_end, about.source or "–"))
    heads = ("Measure", "Definition", "Patients still inside at the end", "Source")
    return texts("definitions-table", "Measures of the matrix", heads, rows)
