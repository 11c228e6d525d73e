"""What was compared: the scenarios, every setting in which they differ, and what happens when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from flowsim.measures.compare.text import plain
from flowsim.report.charts import timeline
from flowsim.report.document import Block, Figure, Paragraph, Section, Table
from flowsim.report.names import SECTIONS
from flowsim.report.sentences import counted
from flowsim.report.tables import texts
from flowsim.scenario.dated import parse_when

if TYPE_CHECKING:
    from flowsim.report.material import Material
    from flowsim.report.written import Change, Value, Written

NOTHING = "not there"
Span = tuple[date, date, str, int | None]
"""First day, the day after the last, what happens, and a level of escalation."""
LONGEST = 90
"""Characters of a value."""
MANY = 60
"""Settings from which the table of changes is folded."""
DAY = 1440.0


def section(material: Material) -> Section:
    """Return the section."""
    blocks: list[Block] = [Paragraph(_period(material)), _scenarios(material)]
    blocks += [_changes(material, i) for i in range(len(material.others))]
    blocks += _timelines(material)
    return Section("compared", "What was compared" if material.others else "What was run", tuple(blocks))


def _period(material: Material) -> str:
    first, last = material.dates[0], material.dates[-1] if material.dates else material.start
    same = "The same simulated patients meet each plan. " if material.others else ""
    times = counted(material.n, "replication")
    return f"{same}{_day(first)} to {_day(last)}, {counted(material.days, 'day')}, {times}."


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _scenarios(material: Material) -> Table:
    rows = []
    for i, (run, name) in enumerate(zip(material.runs, material.called, strict=True)):
        count = f"{len(material.changes[i - 1]):,}" if i else "-"
        source = run.manifest.sources[0] if run.manifest.sources else ""
        rows.append((name, plain(run.title, 200), source, run.manifest.run_id, count))
    heads = ("Scenario", "Title", "File", "Run", "Settings that differ")
    return texts("scenarios", "The scenarios of this report", heads, rows, numbers=(4,))


# -- every change ----------------------------------------------------------------------------------------


def _changes(material: Material, i: int) -> Table:
    base, other = material.called[0], material.called[i + 1]
    heads = ("Setting", base, other, "Set in", "Source and grade")
    rows = [_row(material, each) for each in material.changes[i]]
    caption = f"Every setting in which {other} differs from {base}: {counted(len(rows), 'setting')}"
    note = "" if rows else "Nothing differs: both would give the same results."
    return texts(f"changes-{i + 1}", caption, heads, rows, note, folded=len(rows) > MANY)


def _row(material: Material, change: Change) -> tuple[str, ...]:
    at = change.new or change.old
    place = at.place if at is not None else ""
    layer = f" ({at.layer})" if at is not None and at.layer else ""
    where = f"{place}{layer}" if change.new is not None else f"taken away; was {place}"
    return (
        setting(material, change.path),
        _text(change.old),
        _text(change.new),
        where,
        vouched(at) if change.new is not None else "",
    )


def setting(material: Material, path: str) -> str:
    """Return a setting by what planners call it, and its path: "Home care: places (services.x.places)"."""
    steps = path.split(".")
    sections = {section: level for level, section in SECTIONS.items() if level != "residence"}
    if len(steps) > 2 and steps[0] in sections and "*" not in steps[1] and "[" not in steps[1]:
        label = material.names.of(sections[steps[0]], steps[1])
        return f"{label}: {' '.join(steps[2:]).replace('_', ' ')} ({plain(path, 120)})"
    return plain(path, 160)


def _text(value: Value | None) -> str:
    return NOTHING if value is None else plain(value.text, LONGEST)


def vouched(value: Value | None) -> str:
    """Return source and grade of a value."""
    if value is None or not value.source:
        return "no source given"
    return plain(value.source, 160) + (f" [{value.grade}]" if value.grade else "")


# -- what happens when -----------------------------------------------------------------------------------


def _timelines(material: Material) -> Iterator[Figure]:
    for i, (written, name) in enumerate(zip(material.scenarios, material.called, strict=True)):
        rows = [*surges(material, written), *_together(list(_dated(material, written)))]
        if rows:
            yield timeline(
                id=f"timeline-{i + 1}",
                title=f"{name}: {counted(len(rows), 'change')} over dates",
                subtitle="Surges from outside, and what the plan does when",
                start=material.start,
                end=material.start + timedelta(days=material.days),
                rows=rows,
                png=material.png,
            )


def surges(material: Material, written: Written) -> Iterator[tuple[str, list[Span]]]:
    """Yield each surge of a scenario within the period: its label and when."""
    for name, surge in (written.setting("surges") or {}).items():
        span = _span(material, surge)
        mine = f"({_label(surge, name)}, "
        told = [text.partition(" (")[0] for _, text in written.dated if mine in text]
        if span:
            yield plain(_label(surge, name), 40), [(*span, plain(", ".join(dict.fromkeys(told)), 40), None)]


def _label(surge: Any, name: str) -> str:
    label = surge.get("label") if isinstance(surge, dict) else ""
    return str(label or name.replace("_", " "))


def _dated(material: Material, written: Written) -> Iterator[tuple[str, list[Span]]]:
    for selector, change in (written.setting("change") or {}).items():
        span = _span(material, change)
        if span:
            value = next(value for (path, _), value in written.dated.items() if path == selector)
            name = setting(material, selector).partition(" (")[0]
            yield plain(name, 40), [(*span, plain(value.text.partition(", ")[0], 40), None)]


def _together(dated: Sequence[tuple[str, list[Span]]]) -> Iterator[tuple[str, list[Span]]]:
    """Yield dated changes, with those that do the same to the same setting of many services as one."""
    alike: dict[tuple[str, Span], list[str]] = {}
    for name, [span] in dated:
        alike.setdefault((name.rpartition(": ")[2], span), []).append(name)
    for (what, span), names in alike.items():
        yield (names[0] if len(names) == 1 else f"{what.capitalize()} of {len(names)} services"), [span]


def _span(material: Material, change: Any) -> tuple[date, date] | None:
    """Return the first day within the period on which a change holds, and the day after the last."""
    when = parse_when(change) if isinstance(change, dict) else None
    if when is None:
        return None
    pieces = when.pieces(material.start)
    first = floor(max(pieces[0][0], 0.0) / DAY)
    last = ceil(min(pieces[-1][1], material.days * DAY) / DAY)
    if last <= first:
        return None
    return material.start + timedelta(days=first), material.start + timedelta(days=last)
