"""Why plans differ: each change alone and what they do together, and how many patients go where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from flowsim.measures.compare.text import change_of, plain
from flowsim.report.charts import flow, waterfall
from flowsim.report.document import Block, Cell, Column, Figure, Paragraph, Section, Table
from flowsim.report.material import BASE
from flowsim.report.sections.compared import MEASURES_ONLY, setting
from flowsim.report.sections.drawn import period
from flowsim.report.sentences import counted
from flowsim.report.tables import differences, tone

if TYPE_CHECKING:
    from flowsim.measures.compare.decomposition import Reasons
    from flowsim.measures.compare.paired import Difference
    from flowsim.report.material import Material
    from flowsim.store.results import Results

NAME = 40
ED, BEDS, UTC = "Emergency department", "Hospital beds", "Urgent treatment centre"
SDEC, VIRTUAL, UCR = "Same day emergency care", "Virtual ward", "Urgent community response"
CREWS, WALK_IN, PLANNED = "Ambulance crews", "Walk-in and other", "Planned care"
HOME, SUPPORT, COMMUNITY = "Home", "Support after hospital", "Referred by community"
CALLS = "999 calls"
ROUTES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (CALLS, CREWS, ("calls",), ()),
    (CREWS, ED, ("handovers",), ()),
    (WALK_IN, ED, ("attendances_type_1",), ("handovers",)),
    (WALK_IN, UTC, ("attendances_type_3",), ()),
    (ED, BEDS, ("emergency_admissions",), ()),
    (PLANNED, BEDS, ("admissions_elective",), ()),
    (COMMUNITY, UCR, ("ucr_referrals",), ()),
    (ED, SDEC, ("sdec_attendances",), ()),
    (COMMUNITY, VIRTUAL, ("virtual_ward_step_up",), ()),
    (BEDS, VIRTUAL, ("virtual_ward_step_down",), ()),
    (BEDS, HOME, ("discharges_pathway_0",), ()),
    (BEDS, SUPPORT, ("discharges_pathway_1", "discharges_pathway_2", "discharges_pathway_3"), ()),
)
"""From, to, and the measures (patients each day) that are added up and taken away."""
COLUMNS = {
    CALLS: 0,
    WALK_IN: 0,
    COMMUNITY: 0,
    PLANNED: 0,
    CREWS: 1,
    UTC: 2,
    ED: 2,
    UCR: 1,
    SDEC: 3,
    BEDS: 3,
    VIRTUAL: 4,
    HOME: 4,
    SUPPORT: 4,
}
"""Column of each box of the diagram, from the left."""


def section(material: Material) -> Section | None:
    """Return the section."""
    if not material.others:
        return None
    keys = material.keys(
        list(dict.fromkeys(name for *_, added, taken in ROUTES for name in (*added, *taken)))
    )
    table = differences(material, "flows", "Patients each day on the main routes", keys) if keys else None
    each = [(*_reasons(material, i), *_flow(material, i)) for i in range(len(material.others))]
    end = () if table is None else (table,)
    if len(each) == 1:
        return Section("why", "Why they differ", each[0] + end)
    named = enumerate(zip(material.called[1:], each, strict=True), start=1)
    parts = tuple(Section(f"why-{i}", name, blocks) for i, (name, blocks) in named)
    routes = (Section("why-routes", "Main routes", end),) if end else ()
    return Section("why", "Why they differ", (), parts + routes)


# -- change by change ------------------------------------------------------------------------------------


def _reasons(material: Material, i: int) -> Iterator[Block]:
    found = material.reasons[i] if i < len(material.reasons) else ()
    name = material.called[i + 1]
    if not found:
        changed = [each.path.partition(".")[0] for each in material.changes[i]]
        felt = [section for section in changed if section not in MEASURES_ONLY]
        yield Paragraph(_not_taken_apart(name, len(felt), measures=len(felt) < len(changed)))
        return
    for each in found:
        yield _waterfall(material, i, each)
        yield _alone_and_last(material, i, each)


def _not_taken_apart(name: str, settings: int, *, measures: bool) -> str:
    """Return why nothing is taken apart; `measures`: prices or harm differ too, which nobody feels."""
    felt = " that patients feel" if measures else ""
    if settings == 0:
        return f"{name} differs from {BASE} in no setting{felt}."
    if settings == 1:
        return f"{name} differs in one setting{felt}, to which all differences are due."
    return (
        f"{name} differs in {counted(settings, 'setting')}{felt}. "
        "To see what each change does alone, make the report again with --decompose."
    )


def _change(material: Material, name: str) -> str:
    """Return what a change is called: a surge or a file by its name, a setting by what planners call it."""
    return plain(setting(material, name).partition(" (")[0], NAME)


def _name(each: Reasons, i: int) -> str:
    group = f"-{each.total.group}" if each.total.group else ""
    clean = "".join(char if char.isalnum() else "-" for char in f"{each.total.measure}{group}")
    return f"why-{clean}-{i + 1}"


def _waterfall(material: Material, i: int, each: Reasons) -> Figure:
    total = each.total
    steps = [(_change(material, step.name), *_ends(step.alone)) for step in each.steps]
    steps.append(("Together, beyond each alone", *_ends(each.together)))
    largest = max(each.steps, key=lambda step: abs(step.alone.difference))
    size = change_of(largest.alone, total).partition(" (")[0]
    return waterfall(
        id=_name(each, i),
        title=f"{total.about.label}: most by {_change(material, largest.name)}, {size}",
        subtitle=f"{material.called[i + 1]} less {material.called[0]}: each change alone, {period(material)}",
        start=(material.called[0], total.base),
        end=(material.called[i + 1], total.other),
        steps=steps,
        unit=total.about.unit,
        decimals=total.about.decimals,
        better=total.about.better,
        png=material.png,
    )


def _ends(row: Difference) -> tuple[float, float, float]:
    return row.difference, row.low, row.high


def _alone_and_last(material: Material, i: int, each: Reasons) -> Table:
    total = each.total
    rows = [
        (Cell(_change(material, step.name)), _moved(step.alone, total), _moved(step.last, total))
        for step in each.steps
    ]
    rows.append((Cell("Together, beyond each alone"), _moved(each.together, total), Cell("")))
    rows.append((Cell("The whole plan"), _moved(total, total), Cell("")))
    heads = (Column("Change"), Column("Alone"), Column("As the last change"))
    caption = f"{total.about.label}: what each change of {material.called[i + 1]} does"
    note = (
        "Alone: on the baseline. As the last change: when all the others are there already. "
        f"Intervals are adjusted to hold together for the {total.comparisons} of this decomposition."
    )
    return Table(f"{_name(each, i)}-changes", caption, heads, tuple(rows), note)


def _moved(row: Difference, like: Difference) -> Cell:
    words = change_of(row, like)
    return Cell(f"{words}, {row.verdict}" if row.verdict else words, row.difference, tone=tone(row))


# -- how many go where -----------------------------------------------------------------------------------


def _flow(material: Material, i: int) -> Iterator[Figure]:
    name = material.called[i + 1]
    arrows = [arrow for route in ROUTES for arrow in _arrow(material.base, material.others[i], route)]
    shown = {node for arrow in arrows for node in arrow[:2]}
    if arrows:
        yield flow(
            id=f"flow-{i + 1}",
            title=f"Where patients go: {material.called[0]} and {name}",
            subtitle=f"Patients each day, whole system; change in {name}; {period(material)}",
            nodes=[(node, node, column) for node, column in COLUMNS.items() if node in shown],
            arrows=arrows,
            png=material.png,
        )


def _arrow(
    base: Results, other: Results, route: tuple[str, str, Sequence[str], Sequence[str]]
) -> Iterator[tuple[str, str, float, float]]:
    """Yield the arrow of a route; nothing if a run has not measured it."""
    start, stop, added, taken = route
    keys = [(name, "system", "") for name in (*added, *taken)]
    if all(key in run.cells for key in keys for run in (base, other)):
        signs = [1.0] * len(added) + [-1.0] * len(taken)
        each = [
            sum(sign * float(run.cells[key].mean()) for sign, key in zip(signs, keys, strict=True))
            for run in (base, other)
        ]
        if any(value > 0 for value in each):
            yield start, stop, each[0], each[1]
