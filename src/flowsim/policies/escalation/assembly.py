"""Put escalation together for one replication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from flowsim.policies.escalation.control import Control
from flowsim.policies.escalation.course import Course, Standby
from flowsim.policies.escalation.diversion import Diversion
from flowsim.policies.escalation.effects import Deed, Effects
from flowsim.policies.escalation.readings import Readings
from flowsim.policies.escalation.scoring import Scope, Scorer

if TYPE_CHECKING:
    from flowsim.services.base import System
    from flowsim.spec.escalation import Escalation

Members = Mapping[Scope, Sequence[str]]
"""For each scope, the names of its services; sites come before places and places before the system."""


def assemble(rules: Escalation, system: System, members: Members, effects: Effects) -> Control:
    """Return the process that will assess and act; `Control.start` starts it.

    Args:
        rules: the scenario's escalation.
        system: the running services.
        members: what is scored.
        effects: what each action does in each scope, in the order in which actions are taken.
    """
    _remember(system)
    specs = {name: service.spec for name, service in system.services.items()}
    codes = {name: code for code, name in enumerate(specs)}
    readings = Readings(
        system.kernel,
        specs,
        {scope: [codes[name] for name in names] for scope, names in members.items()},
        window=rules.window,
        every=rules.every,
        areas=rules.areas,
    )
    scorer = Scorer(rules.parameters)
    weights = [scorer.weight(known) for known in readings.measurable(specs)]
    diversion = Diversion()
    if any(deed.routes for deed in effects.deeds):
        for service in system.services.values():
            if service.spec.kind == "ambulance":
                service.divert(diversion)  # type: ignore[attr-defined]
    return Control(
        rules,
        system.kernel,
        readings,
        dict(zip(members, weights, strict=True)),
        courses=_courses(rules, system, members, effects.deeds),
        effects=effects,
        diversion=diversion,
        sites={name: spec.site for name, spec in specs.items() if spec.kind == "emergency_department"},
        codes=codes,
        draws=system.draws,
    )


def _remember(system: System) -> None:
    """Let rotas and hours be laid out over the run once each: actions come and go, with the same ones."""
    system.shifts = lru_cache(maxsize=None)(system.shifts)  # type: ignore[method-assign]
    system.opening = lru_cache(maxsize=None)(system.opening)  # type: ignore[method-assign]


def _courses(rules: Escalation, system: System, members: Members, deeds: Sequence[Deed]) -> list[Course]:
    """Return the course of each deed, with the staff it would use."""
    standbys = {
        (name, scope): Standby(name, system.shifts(reserve.at.get(scope.name, reserve.on_call)))
        for name, reserve in rules.staff.items()
        for scope in members
        if scope.kind == reserve.each
    }
    courses = []
    for deed in deeds:
        action = rules.actions[deed.action]
        staff = [
            (standbys[name, above(deed.scope, rules.staff[name].each, members)], needed)
            for name, needed in action.staff.items()
            if needed
        ]
        always = action.hours.raw() == "always"
        courses.append(Course(action, staff, None if always else system.opening(action.hours)))
    return courses


def above(scope: Scope, kind: str, members: Members) -> Scope:
    """Return the scope of some kind that a scope is, or lies in."""
    if scope.kind == kind:
        return scope
    first = members[scope][0]
    return next(other for other in members if other.kind == kind and first in members[other])
