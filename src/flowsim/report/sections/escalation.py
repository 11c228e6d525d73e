"""Escalation: hours at each OPEL level, a calendar of levels, actions taken and actions that could not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.escalation import Scope, Story
from flowsim.report.charts import timeline
from flowsim.report.document import Block, Figure, Paragraph, Section, Table
from flowsim.report.sections.drawn import period
from flowsim.report.tables import differences, texts

if TYPE_CHECKING:
    from flowsim.report.material import Material
    from flowsim.store.results import Results

TABLE = "escalation"
SHOWN = 1
"""The replication whose calendar is drawn: levels of several would hide each other."""
LEVELS = ("opel_1_hours", "opel_2_hours", "opel_3_hours", "opel_4_hours", "opel_score", "opel_changes")
DONE = (
    "actions_taken",
    "action_hours",
    "actions_failed",
    "escalation_bed_days",
    "ambulances_diverted",
    "escalation_cost",
)
BY_ACTION = ("actions_taken", "action_hours", "actions_failed")
MOST = 20
"""Reasons shown why actions could not be taken."""


def section(material: Material) -> Section | None:
    """Return the section; None if no run had escalation."""
    stories = [_story(run) for run in material.runs]
    if not any(stories):
        return None
    parts = [_levels(material, stories), _actions(material, stories)]
    without = [name for name, story in zip(material.called, stories, strict=True) if story is None]
    blocks: tuple[Block, ...] = ()
    if without:
        blocks = (Paragraph(f"Without escalation: {', '.join(without)}."),)
    found = tuple(part for part in parts if part is not None)
    return Section("escalation", "Escalation", blocks, found)


def _story(run: Results) -> Story | None:
    """Return the record of the replication that is drawn, over the collection period."""
    if TABLE not in run.tables():
        return None
    manifest = run.manifest
    begin = manifest.warm_up_minutes
    return Story(run.table(TABLE, run.replications[SHOWN - 1]), begin, begin + manifest.horizon_minutes)


# -- levels ----------------------------------------------------------------------------------------------


def _levels(material: Material, stories: list[Story | None]) -> Section:
    blocks: list[Block] = []
    keys = material.keys(LEVELS)
    if keys:
        blocks.append(differences(material, "opel-hours", "Hours at each OPEL level, whole system", keys))
    for measure in ("opel_3_hours", "opel_4_hours"):
        sites = material.keys([measure], "site")
        if len(sites) > 1:
            name = f"{measure.replace('_', '-')}-sites"
            blocks.append(differences(material, name, f"{CATALOGUE[measure].label}, by site", sites))
    for number, (name, story) in enumerate(zip(material.called, stories, strict=True), start=1):
        if story is not None:
            blocks.append(_calendar(material, name, story, number))
    return Section("opel-levels", "Hours at each level", tuple(blocks))


def _calendar(material: Material, name: str, story: Story, number: int) -> Figure:
    """Return the levels of the system, of places and of sites along the calendar."""
    spans = story.spans()
    start = datetime.combine(material.start, datetime.min.time())
    order = sorted(spans, key=lambda scope: ("system", "place", "site").index(scope[0]))
    rows = [
        (
            material.names.of(*scope),
            [
                (_moment(start, begin - story.begin), _moment(start, end - story.begin), f"OPEL {at}", at)
                for begin, end, at in spans[scope]
            ],
        )
        for scope in order
    ]
    highest = max(story.hours_at_level().items(), key=lambda each: (each[1][3], each[1][2]))
    return timeline(
        id=f"opel-calendar-{number}",
        title=f"{name}: {_finding(material, highest)}",
        subtitle=f"OPEL level as assessed, replication {SHOWN}, {period(material)}",
        start=start,
        end=start + timedelta(days=material.days),
        rows=rows,
        png=material.png,
    )


def _finding(material: Material, highest: tuple[Scope, list[float]]) -> str:
    scope, hours = highest
    where = material.names.of(*scope)
    if hours[3]:
        return f"in replication {SHOWN}, {hours[3]:,.0f} hours at OPEL 4 at most, {where}"
    told = f"{hours[2]:,.0f} hours at OPEL 3 at most, {where}"
    return f"in replication {SHOWN}, OPEL 4 is not reached; {told}"


def _moment(start: datetime, minutes: float) -> datetime:
    return start + timedelta(minutes=minutes)


# -- actions -----------------------------------------------------------------------------------------------


def _actions(material: Material, stories: list[Story | None]) -> Section | None:
    keys = material.keys(DONE)
    if not any(key[0] == "actions_taken" and _ever(material, key) for key in keys):
        return None
    blocks: list[Block] = [differences(material, "opel-actions", "Actions, whole system", keys)]
    for measure in BY_ACTION:
        own = [key for key in material.keys([measure], "action") if _ever(material, key)]
        if own:
            name = f"{measure.replace('_', '-')}-each"
            blocks.append(differences(material, name, f"{CATALOGUE[measure].label}, by action", own))
    blocks += _could_not(material, stories)
    return Section("opel-actions-part", "Actions taken", tuple(blocks))


def _ever(material: Material, key: tuple[str, str, str]) -> bool:
    return any(run.cells[key].any() for run in material.runs if key in run.cells)


def _could_not(material: Material, stories: list[Story | None]) -> Iterator[Table]:
    """Yield a table of the actions that lacked staff, with the reason."""
    for number, (name, story) in enumerate(zip(material.called, stories, strict=True), start=1):
        reasons = Counter(
            (scope, action, why) for _, scope, action, why in (story.reasons() if story else ())
        )
        if reasons:
            rows = [
                (material.names.of("action", action), material.names.of(*scope), why, str(count))
                for (scope, action, why), count in reasons.most_common(MOST)
            ]
            yield texts(
                f"opel-not-possible-{number}",
                f"{name}: actions that could not be taken, replication {SHOWN}",
                ("Action", "Where", "Why", "Times"),
                rows,
                numbers=(3,),
            )
