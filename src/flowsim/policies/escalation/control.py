"""The process that assesses every scope and orders, carries out and stands down actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flowsim.policies.escalation.course import ACTIVE, IDLE, Course
from flowsim.policies.escalation.diversion import Diversion, OpenRoute
from flowsim.policies.escalation.effects import Deed, Effects
from flowsim.policies.escalation.record import Record
from flowsim.policies.escalation.scoring import Ladder, Scope, Scorer

if TYPE_CHECKING:
    from flowsim.kernel import Kernel
    from flowsim.policies.escalation.readings import Readings
    from flowsim.sampling.draws import Draws
    from flowsim.spec.escalation import Action, Escalation

__all__ = ["Control", "Deed"]


class Control:
    """Escalation of one replication.

    Args:
        rules: the scenario's escalation.
        kernel: the engine.
        readings: gives the values of every scope.
        scopes: what is scored, in the order of the readings' rows, with what its points are multiplied by.
        courses: the course of each of `effects.deeds`, in their order.
        effects: what deeds do to settings.
        diversion: says where conveyed patients go.
        sites: site of each emergency department.
        codes: code of each service.
        draws: luck, for who is diverted.
    """

    def __init__(
        self,
        rules: Escalation,
        kernel: Kernel,
        readings: Readings,
        scopes: Mapping[Scope, float],
        *,
        courses: Sequence[Course],
        effects: Effects,
        diversion: Diversion,
        sites: Mapping[str, str],
        codes: Mapping[str, int],
        draws: Draws,
    ) -> None:
        self.rules = rules
        self.kernel = kernel
        self.readings = readings
        self.scorer = Scorer(rules.parameters)
        self.scopes = [(scope, weight, Ladder.of(rules)) for scope, weight in scopes.items()]
        self.levels = [1] * len(scopes)
        self.deeds = effects.deeds
        position = {scope: number for number, scope in enumerate(scopes)}
        self.whose = [position[deed.scope] for deed in self.deeds]
        self.at_site = {name: position[Scope("site", site)] for name, site in sites.items() if site}
        self.courses = courses
        self.effects = effects
        self.diversion = diversion
        self.record = Record()
        self.codes = codes
        self.routes = {
            number: _routes(number, deed, rules.actions[deed.action], draws)
            for number, deed in enumerate(self.deeds)
            if deed.routes
        }

    def start(self, end: float) -> None:
        """Assess from minute 0 to the end of the run."""
        every = self.rules.every
        count = int((end - 1e-6) // every) + 1
        self.kernel.at_each(((number * every, None) for number in range(count)), self._assess)

    def _assess(self, _: Any) -> None:
        now = float(self.kernel.env._now)
        levels, points, record = self.levels, self.scorer.points, self.record.assessed
        for number, values in enumerate(self.readings.take(now)):
            scope, weight, ladder = self.scopes[number]
            score = points(values) * weight
            levels[number] = level = ladder.step(now, score)
            record(now, scope, score, level, values)
        for number, patients in sorted(self.diversion.taken().items()):
            self._note(now, number, "diverted", patients=float(patients))
        pending = [
            number
            for number, course in enumerate(self.courses)
            if course.state != IDLE or course.complaint or levels[self.whose[number]] >= course.level
        ]
        for number in reversed(pending):  # the last resort is the first to lose its staff
            self._carry_out(now, number, self.courses[number].lose_staff(now))
        for number in pending:
            self._carry_out(now, number, self.courses[number].assess(now, levels[self.whose[number]]))
        self._settle(now)

    def _carry_out(self, now: float, number: int, happening: tuple[str, str] | None) -> None:
        """Do what has been decided about a deed, and write it down."""
        if happening is None:
            return
        event, reason = happening
        course = self.courses[number]
        beds = float("nan")
        if event == "ordered":
            ticket = course.ticket
            self.kernel.later(course.action.lead, lambda _: self._due(number, ticket))
        elif event in ("activated", "stood_down"):
            self.effects.set(number, active=event == "activated")
            beds = float(self.effects.beds(number, now))
        self._note(now, number, event, reason=reason, beds=beds)

    def _due(self, number: int, ticket: int) -> None:
        """The lead time of an order is over."""
        now = float(self.kernel.env._now)
        happening = self.courses[number].take_effect(now, ticket)
        if happening is not None:
            self._carry_out(now, number, happening)
            self._settle(now)
            self.kernel.drain()

    def _settle(self, now: float) -> None:
        """Bring settings and open ways up to date."""
        if self.effects.settle(now):
            for name, beds in self.effects.extra_beds.items():
                self.readings.extra_beds[self.codes[name]] = beds
        if self.routes:
            self.diversion.open = self._open_routes()

    def _note(self, now: float, number: int, event: str, **more: Any) -> None:
        deed = self.deeds[number]
        self.record.happened(now, event, deed.scope, self.levels[self.whose[number]], deed.action, **more)

    # -- ambulances --------------------------------------------------------------------------------------

    def _open_routes(self) -> dict[str, list[OpenRoute]]:
        """Return the ways that active deeds hold open now, one at most for each deed and department."""
        active = [number for number in self.routes if self.courses[number].state == ACTIVE]
        closed = {department for number in active for department in self.routes[number]}
        found: dict[str, list[OpenRoute]] = {}
        for number in active:
            divert = self.rules.actions[self.deeds[number].action].divert
            lower = divert is not None and divert.to == "lower"
            for department, routes in self.routes[number].items():
                level = self._level_at(department)
                takers = [
                    r for r in routes if (self._level_at(r.to) < level if lower else r.to not in closed)
                ]
                found.setdefault(department, []).extend(takers[:1])
        return found

    def _level_at(self, department: str) -> int:
        """Return the level of the site on which a department stands."""
        return self.levels[self.at_site[department]]


def _routes(number: int, deed: Deed, action: Action, draws: Draws) -> dict[str, list[OpenRoute]]:
    """Return a deed's ways, by the department they lead away from."""
    divert = action.divert
    if divert is None:
        return {}
    eligible = draws.chance("divert.eligible", divert.eligible)
    uptake = draws.chance("divert.uptake", divert.uptake)
    return {
        department: [OpenRoute(n.to, n.travel, eligible, uptake, number) for n in neighbours]
        for department, neighbours in deed.routes.items()
    }
