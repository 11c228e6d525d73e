"""Who gains and who loses: the same patients followed in both plans, counted person by person."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import TYPE_CHECKING, Literal

from flowsim.measures.compare.persons import FEWEST
from flowsim.measures.compare.stories import number
from flowsim.measures.format import MISSING
from flowsim.report.charts import slope
from flowsim.report.document import Block, Cell, Column, Figure, Listing, Paragraph, Section, Table
from flowsim.report.names import level_name
from flowsim.report.sections.areas import area_part
from flowsim.report.sections.drawn import period

if TYPE_CHECKING:
    from flowsim.measures.compare.persons import Followed
    from flowsim.measures.estimates import Estimate
    from flowsim.report.material import Material

LEVELS = ("age", "fifth", "residence", "acuity")
DRAWN = ("age", "fifth", "residence")
"""Levels by which patients are told apart, and those that are drawn."""
COUNTED = {"ed_attendances": "ED attendances", "emergency_admissions": "Emergency admissions"}
NOTICED = "15 minutes"


def section(material: Material) -> Section | None:
    """Return the section."""
    gaps = area_part(material, "gaps", "Gaps between groups")
    if not material.followed:
        return None if gaps is None else Section("gains", "Gaps between groups", gaps.blocks)
    parts = []
    for i, followed in enumerate(material.followed):
        blocks = _alike(material, i, followed) or (
            *_told(material, i, followed),
            *_pictures(material, i, followed),
        )
        parts.append(Section(f"gains-{i + 1}", material.called[i + 1], blocks))
    opening = "Every simulated patient is looked up in both plans: nothing here is estimated from averages."
    blocks = (Paragraph(opening),)
    end = () if gaps is None else (gaps,)
    if len(parts) == 1:
        return Section("gains", "Who gains and who loses", blocks + parts[0].blocks, end)
    return Section("gains", "Who gains and who loses", blocks, (*parts, *end))


def _alike(material: Material, i: int, followed: Followed) -> tuple[Block, ...]:
    """Return a sentence where the same people come and none is delayed for a minute more or less."""
    moved = [f"{name}_{way}" for name in COUNTED for way in ("avoided", "added")]
    if any(followed.of(name).mean for name in ("delay_saved", "delay_lost", *moved)):
        return ()
    if any(alone and alone["people"].mean for alone in (followed.only_base, followed.only_other)):
        return ()
    text = f"The same happens to every patient in {material.called[0]} and in {material.called[i + 1]}."
    return (Paragraph(text),)


# -- in words --------------------------------------------------------------------------------------------


def _told(material: Material, i: int, followed: Followed) -> Iterator[Block]:
    items = [text for name, words in COUNTED.items() for text in _avoided(followed, name, words)]
    saved, lost = (number(followed.of(f"delay_{what}")) for what in ("saved", "lost"))
    items.append(
        f"Hours of delay: {saved} saved for some, {lost} lost for others; {_net(followed.of('delay_net'))}."
    )
    better, worse = (number(followed.of(what)) for what in ("better_off", "worse_off"))
    items.append(
        f"At least {NOTICED} less delay in all: {better} patients. At least {NOTICED} more: {worse}."
    )
    items += [text for one in (0, i + 1) for text in _alone(material, followed, one)]
    yield Listing(tuple(items))
    text = "Delay is time waiting for care to start, and time held in a place after care, at every service."
    yield Paragraph(f"{text} Numbers are means over replications of the whole period.", "small")


def _avoided(followed: Followed, name: str, words: str) -> Iterator[str]:
    avoided, added, net = (followed.of(f"{name}_{what}") for what in ("avoided", "added", "net"))
    if avoided.mean or added.mean:
        yield f"{words}: {number(avoided)} avoided, {number(added)} added for others; {_net(net)}."


def _net(net: Estimate) -> str:
    """Return what is left after what is added is taken from what is avoided, with its interval."""
    if isnan(net.half_width):
        return f"{_way(net.mean)} in all"
    decimals = 0 if max(abs(net.low), abs(net.high)) >= FEWEST else 1
    interval = f"({_way(net.low, decimals)} to {_way(net.high, decimals)})"
    return f"{'no clear change' if net.low <= 0 <= net.high else _way(net.mean)} in all {interval}"


def _way(net: float, decimals: int | None = None) -> str:
    if decimals is None:
        decimals = 0 if abs(net) >= FEWEST or net == 0 else 1
    return f"{abs(net):,.{decimals}f} {'fewer' if net >= 0 else 'more'}"


def _alone(material: Material, followed: Followed, one: int) -> Iterator[str]:
    alone = followed.only_other if one else followed.only_base
    if alone and alone["people"].mean:
        people, visits = number(alone["people"]), number(alone["ed_attendances"])
        where = f"{material.called[one]} alone"
        yield f"{people} patients come in {where}, with {visits} ED attendances: left out above."


# -- in pictures and tables ------------------------------------------------------------------------------


def _pictures(material: Material, i: int, followed: Followed) -> Iterator[Block]:
    yield _classes(material, i, followed)
    for level in LEVELS:
        groups = followed.groups(level)
        if len(groups) < 2:
            continue
        if level in DRAWN:
            yield _by_group(material, i, followed, level)
        yield _table(material, i, followed, level)


def _classes(material: Material, i: int, followed: Followed) -> Table:
    people = max(followed.of("people").mean, 1.0)
    columns = (
        Column("Delay of the same patient"),
        Column("Patients", "number"),
        Column("95% interval", "number"),
        Column("Share", "number"),
    )
    rows = tuple(
        (Cell(name.capitalize()), Cell(number(each), each.mean), Cell(_span(each)),
         Cell(f"{each.mean / people:.1%}", each.mean / people))
        for name, each in followed.classes.items()
    )  # fmt: skip
    caption = f"How much the delay of each patient changes: {material.called[i + 1]}"
    return Table(f"gains-classes-{i + 1}", caption, columns, rows)


def _span(each: Estimate) -> str:
    return MISSING if isnan(each.half_width) else f"{max(each.low, 0.0):,.0f} to {each.high:,.0f}"


def _by_group(material: Material, i: int, followed: Followed, level: str) -> Figure:
    found = [(group, followed.of("delay_each", level, group)) for group in followed.groups(level)]
    fewer = [group for group, each in found if each.low > 0]
    more = [group for group, each in found if each.high < 0]
    return slope(
        id=f"gains-{level}-{i + 1}",
        title=f"By {level_name(level)}: {_who_waits(len(fewer), len(more), len(found))}",
        subtitle=f"Change in delay of each patient, {material.called[i + 1]} less {material.called[0]}, "
        f"{period(material)}",
        rows=[(material.names.of(level, group), -each.mean, -each.high, -each.low) for group, each in found],
        unit="minutes",
        decimals=1,
        better="lower",
        png=material.png,
    )


def _who_waits(fewer: int, more: int, groups: int) -> str:
    """Return how many of the groups wait less and more: "1 of 5 groups waits less, 2 wait more"."""
    if not fewer and not more:
        return f"no clear change in any of {groups} groups"
    counts = ((fewer, "less"), (more, "more"))
    told = [f"{count} {'waits' if count == 1 else 'wait'} {way}" for count, way in counts if count]
    first, *second = told
    number, _, rest = first.partition(" ")
    return ", ".join([f"{number} of {groups} groups {rest}", *second])


def _table(material: Material, i: int, followed: Followed, level: str) -> Table:
    heads = (*COUNTED.values(), "Hours of delay", "Minutes of delay each")
    columns = [Column(level_name(level).capitalize()), Column("Patients", "number"), *map(Column, heads)]
    rows = tuple(_row(material, followed, level, group) for group in followed.groups(level))
    caption = f"Change for the same patients by {level_name(level)}: {material.called[i + 1]}"
    note = (
        f"Changes are {material.called[i + 1]} less {material.called[0]}. 95% intervals hold together "
        "for the groups of a column. Groups of fewer than 10 patients are left out."
    )
    return Table(f"gains-table-{level}-{i + 1}", caption, tuple(columns), rows, note)


def _row(material: Material, followed: Followed, level: str, group: str) -> tuple[Cell, ...]:
    people = followed.of("people", level, group)
    fewer = [followed.of(f"{name}_net", level, group) for name in (*COUNTED, "delay")]
    return (
        Cell(material.names.of(level, group)),
        Cell(number(people), people.mean),
        *(_change(each) for each in fewer),
        _change(followed.of("delay_each", level, group), 1, judged=True),
    )


def _change(saved: Estimate, decimals: int = 0, *, judged: bool = False) -> Cell:
    """Return what is saved as a change, with its interval: a minus is less."""
    mean, low, high = (_signed(-value, decimals) for value in (saved.mean, saved.high, saved.low))
    if isnan(saved.half_width):
        return Cell(mean, -saved.mean)
    if saved.mean == 0 and saved.half_width == 0:
        return Cell("the same", 0.0)
    if saved.low <= 0 <= saved.high:
        return Cell(f"{mean} ({low} to {high}), no clear change", -saved.mean)
    word: Literal["better", "worse"] = "better" if saved.mean > 0 else "worse"
    words = word if judged else "fewer" if saved.mean > 0 else "more"
    return Cell(f"{mean} ({low} to {high}), {words}", -saved.mean, tone=word if judged else "")


def _signed(value: float, decimals: int) -> str:
    text = f"{value:+,.{decimals}f}"
    return text[1:] if not text.strip("+-0.") else text
