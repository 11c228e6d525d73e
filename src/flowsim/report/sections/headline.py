"""The first screen: the question, the answer in one sentence, three numbers, and the targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.decomposition import FIRST
from flowsim.measures.compare.text import cells_of, change_of
from flowsim.measures.estimates import Key, estimate
from flowsim.measures.format import show_interval
from flowsim.report.document import Block, Cell, Column, Listing, Numbers, Paragraph, Section, Table
from flowsim.report.sentences import ONE_OF, WHAT_COUNTS, answer, moves, rest, verdicts

if TYPE_CHECKING:
    from flowsim.measures.compare.paired import Difference
    from flowsim.measures.compare.targets import Met
    from flowsim.report.material import Material

FEW_REPLICATIONS = 5
"""With fewer, the page says on its first screen that intervals are rough."""
TAKEN_AWAY = 3
"""Numbers that a reader takes away from each plan."""
NAMED = 3
"""Gains and losses that are named."""


def section(material: Material) -> Section:
    """Return the section."""
    question = (*_question(material), *_cautions(material))
    end: tuple[Block, ...] = (*_warnings(material), *_targets(material))
    if len(material.others) > 1:  # the targets stand below the plans they judge
        return Section("headline", "Headline", question, (*_parts(material), _wanted(material)))
    told = tuple(_plan(material, 0) if material.others else _alone(material))
    return Section("headline", "Headline", (*question, *told, *end))


def _parts(material: Material) -> Iterator[Section]:
    for i in range(len(material.others)):
        yield Section(f"headline-{i + 1}", material.called[i + 1], tuple(_plan(material, i)))


def _wanted(material: Material) -> Section:
    blocks: tuple[Block, ...] = (*_warnings(material), *_targets(material))
    title = "Targets" if material.targets else "How to read this"
    return Section("headline-targets", title, blocks or tuple(_how_to_read(material)))


def _how_to_read(material: Material) -> Iterator[Paragraph]:
    yield Paragraph(f"All plans are held against {material.called[0]}, on the same simulated patients.")


def _question(material: Material) -> Iterator[Paragraph]:
    if material.question:
        yield Paragraph(f"Question: {material.question}")


# -- one plan --------------------------------------------------------------------------------------------


def _plan(material: Material, i: int) -> Iterator[Block]:
    rows = material.headline[i]
    yield Paragraph(answer(material.called[i + 1], rows), "lead")
    yield Numbers(tuple(_number(material, row) for row in _taken_away(material, rows)))
    for word, title in WHAT_COUNTS.items():
        found = verdicts(rows, word)[:NAMED]
        if found:
            yield Paragraph(f"Clearest {title.lower()}:" if len(found) > 1 else f"One clear {ONE_OF[word]}:")
            yield Listing(tuple(moves(row, _where(material, row.level, row.group)) for row in found))
    others = rest(rows)
    if others:
        yield Paragraph(others)


def _where(material: Material, level: str, group: str) -> str:
    return material.names.of(level, group) if group else ""


def _taken_away(material: Material, rows: list[Difference]) -> list[Difference]:
    """Return the numbers to take away: those with a target, then the usual ones, then any other."""
    aimed = [target.measure for target in material.targets if target.level == "system"]
    wanted = list(dict.fromkeys((*aimed, *FIRST)))
    known = [row for name in wanted for row in rows if row.measure == name]
    return [*known, *(row for row in rows if row not in known)][:TAKEN_AWAY]


def _number(material: Material, row: Difference) -> tuple[str, str, str]:
    where = _where(material, row.level, row.group)
    base, other, _, verdict = cells_of(row)
    told = f"{change_of(row)} from {base}" + (f": {verdict}" if verdict else "")
    return row.about.label + (f", {where}" if where else ""), other, told


# -- a run alone -----------------------------------------------------------------------------------------


def _alone(material: Material) -> Iterator[Block]:
    keys = sorted(material.headline_keys, key=lambda key: FIRST.index(key[0]) if key[0] in FIRST else 9)
    name = material.called[0]
    yield Paragraph(f"{name} on its own: no plan is held against it in this report.", "lead")
    yield Numbers(tuple(_mean(material, key) for key in keys[:TAKEN_AWAY]))


def _mean(material: Material, key: Key) -> tuple[str, str, str]:
    about, each = CATALOGUE[key[0]], estimate(key, material.base.cells[key])
    where = _where(material, key[1], key[2])
    interval = show_interval(each.low, each.high, about.unit, about.decimals, each.mean)
    told = f"{each.confidence:.0%} interval {interval}" if interval else "one replication: no interval"
    return about.label + (f", {where}" if where else ""), about.format(each.mean), told


# -- what is said of all of them -------------------------------------------------------------------------


def _cautions(material: Material) -> Iterator[Paragraph]:
    if material.n == 1:
        yield Paragraph("One replication has no interval: these numbers may be luck. Run 30.", "caution")
    elif material.n < FEW_REPLICATIONS:
        text = f"Only {material.n} replications: intervals are wide and rough. Use 30 for a decision."
        yield Paragraph(text, "caution")


def _warnings(material: Material) -> Iterator[Paragraph]:
    for run, name in zip(material.runs, material.called, strict=True):
        for warning in run.manifest.warnings:
            yield Paragraph(f"{name}: {warning}", "caution")


def _targets(material: Material) -> Iterator[Table]:
    if not material.targets:
        return
    columns = (Column("Target"), *(Column(name) for name in material.called))
    rows = tuple(
        (Cell(target.text()), *(_met(answers[i]) for answers in material.answers))
        for i, target in enumerate(material.targets)
    )
    note = "Judged by the mean. In brackets: that mean, and the share of replications that meet the target."
    yield Table("targets", "Which targets are met", columns, rows, note)


def _met(each: Met) -> Cell:
    mean = each.condition.about.format(each.mean)
    word = "met" if each.met else "not met"
    return Cell(f"{word} ({mean}; {each.share:.0%})", tone="better" if each.met else "worse")
