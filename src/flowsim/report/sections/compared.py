"""What was compared: the scenarios, every setting in which they differ, and what happens when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from flowsim.measures.compare.text import plain
from flowsim.report.charts import timeline
from flowsim.report.document import Block, Figure, Paragraph, Section, Table
from flowsim.report.names import SECTIONS
from flowsim.report.sentences import counted, listed
from flowsim.report.tables import texts
from flowsim.scenario.dated import parse_when
from flowsim.scenario.provenance import is_quantity

if TYPE_CHECKING:
    from flowsim.report.material import Material
    from flowsim.report.written import Change, Value, Written

NOTHING = "not there"
UNCHANGED = "no change"
"""What a plan does that changes many settings by one selector."""
MEASURES_ONLY = {
    "costs": " (only measured: nothing changes for patients)",
    "harm": " (only measured: nothing changes for patients)",
}
ENTRIES = {"demand": "streams of demand", "casemix": "mixes of patients"}
"""What the entries of a section are called, where not by its name."""
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
    blocks += [_changes(material, i, short=True) for i in range(len(material.others))]
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


def one_by_one(material: Material) -> Iterator[Table]:
    """Yield every setting in which a plan differs, where the table at the beginning puts many in one row."""
    for i, changes in enumerate(material.changes):
        if len(together(material, changes)) < len(changes):
            yield replace(_changes(material, i, short=False), folded=True)


def _changes(material: Material, i: int, *, short: bool) -> Table:
    base, other = material.called[0], material.called[i + 1]
    heads = ("Setting", base, other, "Set in", "Source and grade")
    changes = material.changes[i]
    rows = together(material, changes) if short else [_row(material, each) for each in changes]
    caption = f"Settings in which {other} differs from {base}: {counted(len(changes), 'setting')}"
    note = "" if rows else "Nothing differs: both would give the same results."
    if len(rows) < len(changes):
        note = "Alike changes stand in one row; one by one they are under data tables and definitions."
    name = f"changes-{i + 1}" if short else f"changes-each-{i + 1}"
    caption += "" if short else ", one by one"
    return texts(name, caption, heads, rows, note, folded=len(rows) > MANY)


def together(material: Material, changes: Sequence[Change]) -> list[tuple[str, ...]]:
    """Return a row for each change: one for all of a section that is new, and for those that are alike."""
    found: dict[Hashable, list[Change]] = {}
    for each in changes:
        found.setdefault(_kind(material, each), []).append(each)
    return [_row_of(material, kind, alike) for kind, alike in found.items()]


def _kind(material: Material, change: Change) -> Hashable:
    """Return what a change has in common with those it may share a row with."""
    section, _, inside = change.path.partition(".")
    if change.old is None and inside and material.scenarios[0].setting(section) is None:
        return section
    rest = inside.partition(".")[2]
    if change.old is None or change.new is None or not rest or "[" in change.path:
        return change.path
    return section, rest, change.new.text, change.new.place, change.new.source, change.new.grade


def _row_of(material: Material, kind: Hashable, changes: Sequence[Change]) -> tuple[str, ...]:
    first = changes[0]
    if len(changes) == 1:
        return _row(material, first)
    if isinstance(kind, str):
        files = listed(list(dict.fromkeys(each.new.place.rpartition(":")[0] for each in changes if each.new)))
        what = kind.capitalize() + MEASURES_ONLY.get(kind, "")
        return (what, NOTHING, counted(len(changes), "setting"), plain(files, 160), _grades(changes))
    _, base, other, where, source = _row(material, first)
    section, _, inside = first.path.partition(".")
    rest = inside.partition(".")[2].replace(".", " ").replace("_", " ")
    olds = [each.old.text for each in changes if each.old]
    if len(set(olds)) > 1:
        numbers = sorted(olds, key=float) if all(text.isdecimal() for text in olds) else []
        base = f"{numbers[0]} to {numbers[-1]}" if numbers else "several"
    return (
        f"{rest[:1].upper() + rest[1:]} of {len(changes)} {ENTRIES.get(section, section)}",
        base,
        other,
        where,
        source,
    )


def _grades(changes: Sequence[Change]) -> str:
    """Return how many numbers have which grade."""
    values = [each.new for each in changes if each.new]
    vouched_for = [value for value in values if is_quantity(tuple(value.path.split(".")), value.text)]
    grades = Counter(value.grade or "without a source" for value in vouched_for)
    return ", ".join(f"{count} {grade}" for grade, count in grades.most_common())


def _row(material: Material, change: Change) -> tuple[str, ...]:
    at = change.new or change.old
    place = at.place if at is not None else ""
    layer = f" ({at.layer})" if at is not None and at.layer else ""
    where = f"{place}{layer}" if change.new is not None else f"taken away; was {place}"
    return (
        setting(material, change.path),
        _text(change.old, change.path),
        _text(change.new, change.path),
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


def _text(value: Value | None, path: str = "") -> str:
    if value is None:
        return UNCHANGED if "[" in path or "*" in path else NOTHING
    return plain(value.text, LONGEST)


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
        told = [
            f"{_short(material, path)} {text.partition(' (')[0]}"
            for path, text in written.dated
            if mine in text
        ]
        if span:
            yield plain(_label(surge, name), 40), [(*span, plain(", ".join(dict.fromkeys(told)), 120), None)]


def _short(material: Material, path: str) -> str:
    """Return a setting in few words: "walk in per day" of demand[route=walk_in].per_day."""
    chosen = path.partition("[")[2]
    if not chosen:
        return setting(material, path).partition(" (")[0].replace(": ", " ")
    value, rest = chosen.split("]", 1) if "]" in chosen else (chosen, "")
    return f"{value.rpartition('=')[2]} {rest.strip('.')}".replace("_", " ").replace(".", " ")


def _label(surge: Any, name: str) -> str:
    label = surge.get("label") if isinstance(surge, dict) else ""
    return str(label or name.replace("_", " "))


def _dated(material: Material, written: Written) -> Iterator[tuple[str, list[Span]]]:
    for selector, change in (written.setting("change") or {}).items():
        span = _span(material, change)
        if span:
            value = next(value for (path, _), value in written.dated.items() if path == selector)
            name = setting(material, selector).partition(" (")[0]
            yield plain(name, 120), [(*span, plain(value.text.partition(", ")[0], 40), None)]


def _together(dated: Sequence[tuple[str, list[Span]]]) -> Iterator[tuple[str, list[Span]]]:
    """Yield dated changes, with those that do the same to the same setting of many services as one."""
    alike: dict[tuple[str, Span], list[str]] = {}
    for name, [span] in dated:
        alike.setdefault((name.rpartition(": ")[2], span), []).append(name)
    for (what, span), names in alike.items():
        yield plain(names[0] if len(names) == 1 else f"{what.capitalize()} of {len(names)} services"), [span]


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
