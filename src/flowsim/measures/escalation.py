"""Escalation: hours at each level, and what actions were taken, read from the record of a replication."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.measures.definitions.escalation import LEVELS
from flowsim.tables import ESCALATION_WORDS, Coded

if TYPE_CHECKING:
    from flowsim.measures.collect import Collector
    from flowsim.measures.facts import Facts
    from flowsim.spec.escalation import Cost

DAY, HOUR = 1440.0, 60.0

Scope = tuple[str, str]
"""Kind (site, place, system) and name of what is assessed."""
Span = tuple[float, float, int]
"""From and to a minute, and the level."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use of an action.

    Attributes:
        action: which.
        scope: where.
        begin, end: minutes in effect, clipped to the period.
        began_inside: whether it came into effect in the period.
        beds: beds that it opened.
    """

    action: str
    scope: Scope
    begin: float
    end: float
    began_inside: bool
    beds: float

    @property
    def bed_days(self) -> float:
        """Days times beds."""
        return self.beds * (self.end - self.begin) / DAY

    def cost(self, of: Cost) -> float:
        """Return what it cost, in pounds."""
        days = (self.end - self.begin) / DAY
        return of.once * self.began_inside + of.per_day * days + of.per_bed_day * self.bed_days


class Story:
    """The record of one replication, in words.

    Args:
        table: the escalation table, from a replication or read back from a run.
        begin, end: minutes of the period that is looked at.
    """

    def __init__(self, table: Mapping[str, Any], begin: float, end: float) -> None:
        words = {name: _words(table[name]) for name in ESCALATION_WORDS}
        self.begin, self.end = begin, end
        self.minute: list[float] = np.asarray(table["minute"], dtype=float).tolist()
        self.level: list[int] = np.asarray(table["level"]).tolist()
        self.score: list[float] = np.asarray(table["score"], dtype=float).tolist()
        self.beds: list[float] = np.asarray(table["beds"], dtype=float).tolist()
        self.patients: list[float] = np.asarray(table["patients"], dtype=float).tolist()
        self.event, self.action = words["event"], words["action"]
        self.reason = words["reason"]
        self.scope: list[Scope] = list(zip(words["scope"], words["name"], strict=True))

    def _rows(self, *events: str) -> Iterable[int]:
        return (row for row, event in enumerate(self.event) if event in events)

    def _inside(self, *events: str) -> Iterable[int]:
        return (row for row in self._rows(*events) if self.begin <= self.minute[row] < self.end)

    def scopes(self) -> list[Scope]:
        """Return what was assessed, in order."""
        return list(dict.fromkeys(self.scope[row] for row in self._rows("assessed")))

    def spans(self) -> dict[Scope, list[Span]]:
        """Return for each scope the stretches of the period at one level, in order and without gaps."""
        found: dict[Scope, list[Span]] = {scope: [] for scope in self.scopes()}
        for row in self._rows("assessed"):
            spans, minute, level = found[self.scope[row]], max(self.minute[row], self.begin), self.level[row]
            if spans and (minute <= spans[-1][0] or spans[-1][2] == level):
                if minute <= spans[-1][0]:
                    spans[-1] = (minute, self.end, level)
                continue
            if spans:
                spans[-1] = (spans[-1][0], minute, spans[-1][2])
            spans.append((minute, self.end, level))
        return found

    def hours_at_level(self) -> dict[Scope, list[float]]:
        """Return for each scope the hours of the period at OPEL 1 to 4."""
        return {
            scope: [sum(end - begin for begin, end, at in spans if at == level) / HOUR for level in LEVELS]
            for scope, spans in self.spans().items()
        }

    def uses(self) -> list[Use]:
        """Return every use of an action that reaches into the period, in the order in which they began."""
        going: dict[tuple[str, Scope], tuple[float, float]] = {}
        found = []
        for row in self._rows("activated", "stood_down"):
            key = self.action[row], self.scope[row]
            if self.event[row] == "activated":
                going[key] = self.minute[row], self.beds[row]
            elif key in going:
                found.append(self._use(key, *going.pop(key), self.minute[row]))
        found += [self._use(key, *since, self.end) for key, since in going.items()]
        return sorted((use for use in found if use.end > use.begin), key=lambda use: use.begin)

    def _use(self, key: tuple[str, Scope], began: float, beds: float, ended: float) -> Use:
        begin, end = max(began, self.begin), min(ended, self.end)
        return Use(*key, begin, end, self.begin <= began < self.end, beds if beds == beds else 0.0)  # noqa: PLR0124

    def counts(self, event: str) -> dict[str, float]:
        """Return how often something happened to each action; for ``diverted``, how many patients."""
        found: dict[str, float] = {}
        for row in self._inside(event):
            number = self.patients[row] if event == "diverted" else 1.0
            found[self.action[row]] = found.get(self.action[row], 0.0) + number
        return found

    def mean_scores(self) -> dict[Scope, float]:
        """Return the mean score of each scope over the period."""
        scores: dict[Scope, list[float]] = {scope: [] for scope in self.scopes()}
        for row in self._inside("assessed"):
            scores[self.scope[row]].append(self.score[row])
        return {scope: float(np.mean(each)) if each else float("nan") for scope, each in scores.items()}

    def reasons(self) -> list[tuple[float, Scope, str, str]]:
        """Return when, where, which action could not be taken in the period, and why."""
        return [
            (self.minute[row], self.scope[row], self.action[row], self.reason[row])
            for row in self._inside("failed")
        ]


def _words(column: Any) -> list[str]:
    if isinstance(column, Coded):
        return [column.texts[code] for code in column.codes.tolist()]
    return [str(word) for word in column]


def story_of(facts: Facts) -> Story | None:
    """Return the record of a replication over its collection period; None if it had no escalation."""
    table = facts.replication.escalation
    return Story(table, facts.warm_up, facts.end) if table else None


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the measures of escalation."""
    story = story_of(facts)
    if story is None:
        return
    _levels(facts, story, out)
    _actions(facts, story, out)


def _levels(facts: Facts, story: Story, out: Collector) -> None:
    hours, scores = story.hours_at_level(), story.mean_scores()
    changes = {scope: max(len(spans) - 1, 0) / facts.days for scope, spans in story.spans().items()}
    for kind in ("system", "place", "site"):
        scopes = [scope for scope in story.scopes() if scope[0] == kind]
        names = [name for _, name in scopes]
        if not names:
            continue
        for number, level in enumerate(LEVELS):
            out.put(f"opel_{level}_hours", kind, names, [hours[scope][number] for scope in scopes])
        out.put("opel_score", kind, names, [scores[scope] for scope in scopes])
        out.put("opel_changes", kind, names, [changes[scope] for scope in scopes])


def _actions(facts: Facts, story: Story, out: Collector) -> None:
    rules = facts.scenario.escalation.actions
    uses, failed, diverted = story.uses(), story.counts("failed"), story.counts("diverted")
    names = list(rules)
    own = {name: [use for use in uses if use.action == name] for name in names}
    taken = [float(sum(use.began_inside for use in own[name])) for name in names]
    _put(out, "actions_taken", names, taken)
    _put(out, "action_hours", names, [sum(use.end - use.begin for use in own[name]) / HOUR for name in names])
    _put(out, "actions_failed", names, [failed.get(name, 0.0) for name in names])
    _put(out, "ambulances_diverted", names, [diverted.get(name, 0.0) / facts.days for name in names])
    _put(
        out,
        "escalation_cost",
        names,
        [sum(use.cost(rules[name].cost) for use in own[name]) for name in names],
    )
    _put(out, "escalation_bed_days", names, [sum(use.bed_days for use in own[name]) for name in names])
    for kind in ("place", "site"):
        where = [name for scope, name in story.scopes() if scope == kind]
        if where:
            out.put(
                "escalation_bed_days", kind, where, [_bed_days(facts, uses, kind, name) for name in where]
            )


def _put(out: Collector, measure: str, actions: Sequence[str], values: Sequence[float]) -> None:
    """Take in one measure for every action, and for all together."""
    out.put(measure, "system", [""], [sum(values)])
    if actions:
        out.put(measure, "action", actions, values)


def _bed_days(facts: Facts, uses: Sequence[Use], kind: str, name: str) -> float:
    """Return bed days of a site, or of a place with those of its sites."""
    sites = facts.scenario.sites
    inside = {(kind, name)}
    if kind == "place":
        inside |= {("site", site) for site in sites if getattr(sites[site], "place", "") == name}
    return sum(use.bed_days for use in uses if use.scope in inside)
