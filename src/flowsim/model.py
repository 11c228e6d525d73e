"""From a scenario and a replication number to one replication's tables."""

from __future__ import annotations

import gc
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.clock import Calendar
from flowsim.initial import fill
from flowsim.kernel import Kernel, Patient, Pool, make_team
from flowsim.kernel.audit import check_tables
from flowsim.kernel.patient import Care
from flowsim.policies.alternatives import DecisionPoint, Option
from flowsim.policies.escalation.assembly import assemble
from flowsim.policies.escalation.control import Control
from flowsim.policies.escalation.effects import Effects
from flowsim.sampling.blocks import Block
from flowsim.sampling.draws import Draws
from flowsim.sampling.feed import Feed
from flowsim.scenario.describe import backing
from flowsim.scenario.escalation import deeds, members
from flowsim.services import RUNNING, System, journey
from flowsim.services.daytime import NOBODY
from flowsim.services.ward import STAY
from flowsim.tables import PATIENT_COLUMNS, Replication

if TYPE_CHECKING:
    from flowsim.spec.scenario import Scenario

CHANGING = ("services", "alternatives", "pathways")
"""Sections of which what runs takes over changes; those of demand and case mix act on who comes."""
WIRING = ("comes_back", "outliers")
"""Settings of services that name other services."""
INDUCED_VISIT = 100
"""Repeat number from which people draw their luck who come only because an alternative exists."""


@dataclass
class Running(System):
    """What the services of a replication share, and the staff of its alternatives.

    Attributes:
        leads: staff by decision point and position of the alternative, also where they come only later.
    """

    leads: dict[tuple[str, int], Pool] = field(default_factory=dict)


def replicate(scenario: Scenario, replication: int, *, audit: bool = False) -> Replication:
    """Run one replication of a scenario.

    Args:
        scenario: a resolved scenario.
        replication: number from 1; with the scenario's seed it fixes all luck.
        audit: check conservation, capacity and causality throughout; slower.

    Returns:
        The replication's tables.
    """
    began = time.process_time()
    with _no_collection():
        system = build(scenario, replication, audit=audit)
        control = escalation(scenario, system)
        blocks = run(scenario, system, control)
        result = _tables(scenario, system, blocks, control)
        _forget(system)
    if audit:
        check_tables(result)
    result.info["cpu_seconds"] = time.process_time() - began
    return result


def build(scenario: Scenario, replication: int, *, audit: bool = False) -> Running:
    """Return the scenario's services, wired together, at minute 0 and empty."""
    calendar = Calendar(scenario.calendar_start)
    draws = Draws(scenario.seed, replication, places=tuple(scenario.places))
    system = Running(Kernel(audit=audit), draws, calendar, scenario.end)
    for key in scenario.alternatives:
        owner, _, point = key.rpartition(".")
        system.decisions[owner, point] = DecisionPoint([], lambda: system.kernel.env._now, _inducer(system))
    for index, (name, spec) in enumerate(scenario.services.items()):
        system.services[name] = RUNNING[spec.kind](name, index, spec, system)
    luck = {service.luck: None for service in system.services.values()}
    bits = {name: 1 << i for i, name in enumerate(luck)}
    for name, service in system.services.items():
        service.bit = bits[service.luck]
        service.connect(scenario.pathways.get(name, {}), system.services)
    for key, options in scenario.alternatives.items():
        _offer(scenario, system, key, options)
    return system


def _offer(scenario: Scenario, system: Running, key: str, specs: Sequence[Any]) -> None:
    """Put the alternatives at a decision point in place, with staff for those who have them or will."""
    owner, _, point = key.rpartition(".")
    for position, spec in enumerate(specs):
        option = _option(system, owner, point, spec)
        system.decisions[owner, point].options.append(option)
        if option.staff is not None:
            system.leads[key, position] = option.staff
        elif _staffed_later(scenario, key, position):
            system.leads[key, position] = _leads(system, owner, f"{point}.{spec.to}", NOBODY)


def _staffed_later(scenario: Scenario, key: str, position: int) -> bool:
    """Say whether a dated change or an action gives staff to an alternative that has none."""
    over_time = scenario.specs_over_time(key, "alternatives")
    if len(over_time) > 1 and any(specs[position].staff is not None for _, specs in over_time):
        return True
    if scenario.escalation is None:
        return False
    at = ("alternatives", key, str(position), "staff")
    actions = backing(scenario).actions.values()
    return any(change.path[:4] == at[: len(change.path)] for changes in actions for change in changes)


def escalation(scenario: Scenario, system: Running) -> Control | None:
    """Return the process that assesses and acts; None if the scenario has none, or has it switched off."""
    rules = scenario.escalation
    if rules is None or not rules.enabled:
        return None
    loaded = backing(scenario)
    scopes = members(scenario.services, scenario.sites, scenario.places)
    retune = partial(_take_over, scenario, system)
    effects = Effects(deeds(rules, loaded.actions, scopes), loaded.under, retune)
    return assemble(rules, system, scopes, effects)


def run(scenario: Scenario, system: Running, control: Control | None = None) -> list[Block]:
    """Run the system to its end and return the blocks of its patients, in the order of their rows.

    Args:
        scenario: the scenario.
        system: its services, at minute 0 and empty.
        control: escalation, if there is any.
    """
    kernel = system.kernel
    kernel.watch(system.end)
    _schedule_changes(scenario, system, control)
    if control is not None:
        control.start(system.end)
    blocks = fill(scenario, system, 0) if scenario.time.initial == "loaded" else []
    feed = Feed(scenario, system.calendar, system.end, system.draws, base=sum(len(b) for b in blocks))
    services = system.services

    def arrive(block: Block, row: int) -> tuple[Patient, Care]:
        patient = Patient(block, row)
        return patient, journey(kernel, patient, services[block.to])

    kernel.feed(_arrivals(feed, blocks), arrive)
    kernel.env.run(until=system.end + 1e-6)
    return blocks


def _arrivals(feed: Feed, blocks: list[Block]) -> Iterator[tuple[float, Block, int]]:
    """Yield everyone who comes, in order of time, making each block when it is first needed."""
    latest: list[Block] = []
    for cohort in feed:
        for block in latest:
            block.retire()
        latest = cohort.blocks
        blocks.extend(cohort.blocks)
        yield from zip(cohort.times, cohort.who, cohort.rows, strict=True)


def _schedule_changes(scenario: Scenario, system: Running, control: Control | None) -> None:
    """Let everything take over dated changes of its settings when they come into force.

    What is in force at minute 0 is taken over at once: a change may have begun before the calendar does.
    """
    take_over = partial(_take_over, scenario, system)
    moments: list[tuple[float, tuple[str, str, Any]]] = []
    for section in CHANGING:
        for name, own in getattr(scenario, section).items():
            (_, first), *later = scenario.specs_over_time(name, section)
            moments += [(minute, (section, name, settings)) for minute, settings in later]
            if first is not own and first != own:
                moments.append((0.0, (section, name, first)))
    moments.sort(key=lambda moment: moment[0])

    def change(what: tuple[str, str, Any]) -> None:
        if control is None:
            take_over(*what)
        else:  # actions in effect stay in effect
            section, name, settings = what
            control.effects.dated(section, name, system.kernel.now, settings)

    for _, what in (moment for moment in moments if moment[0] <= 0.0):
        change(what)
    system.kernel.at_each([moment for moment in moments if moment[0] > 0.0], change)


def _take_over(scenario: Scenario, system: Running, section: str, name: str, settings: Any) -> None:
    """Give settings that come into force, by date or by an action, to what runs by them."""
    if section == "alternatives":
        _retune(system, name, settings)
        return
    service = system.services[name]
    before = service.spec
    if section == "services":
        service.reconfigure(settings)
        if not any(getattr(settings, key, None) != getattr(before, key, None) for key in WIRING):
            return
        settings = {}
        if name in scenario.pathways:
            settings = backing(scenario).under("pathways", name, system.kernel.now, ())
    service.connect(settings, system.services)


def _option(system: System, owner: str, point: str, spec: Any) -> Option:
    draws = system.draws
    name = f"{point}.{spec.to}"
    return Option(
        service=system.services[spec.to],
        eligible=draws.chance(f"{name}.eligible", spec.eligible),
        uptake=draws.chance(f"{name}.uptake", spec.uptake),
        short=None if spec.shortest_stays is None else draws.chance(STAY, spec.shortest_stays),
        opening=None if spec.hours is None else system.opening(spec.hours),
        staff=None if spec.staff is None else _leads(system, owner, name, spec.staff),
        additional=None if spec.additional is None else draws.chance(f"{name}.additional", spec.additional),
        next_when_full=spec.when_full == "next",
    )


def _retune(system: Running, key: str, specs: Sequence[Any]) -> None:
    """Give the alternatives at a decision point other settings; staff who are there follow another rota."""
    owner, _, point = key.rpartition(".")
    options = system.decisions[owner, point].options
    for position, spec in enumerate(specs):
        leads = system.leads.get((key, position))
        if leads is not None:
            leads.follow(system.shifts(NOBODY if spec.staff is None else spec.staff))
        staffless = spec.model_copy(update={"staff": None})
        staff = None if spec.staff is None else leads
        options[position] = replace(_option(system, owner, point, staffless), staff=staff)


def _leads(system: System, owner: str, name: str, rota: Any) -> Pool:
    """Return the staff without whom an alternative is not offered, a team of the service that refers."""
    before = sum(pool.name[0] == owner and pool.name[1].startswith(name) for pool in system.kernel.pools)
    team = f"{name}.leads" + (f"_{before + 1}" if before else "")
    return make_team(system.kernel, (owner, team), system.shifts(rota))


def _inducer(system: System) -> Any:
    """Return what starts somebody who would not have come at all, beside a patient who goes on as before."""

    def induce(patient: Patient, service: Any) -> None:
        extra = Patient(patient.block, patient.row)
        extra.visits = Counter({s.bit: INDUCED_VISIT for s in system.services.values()})
        extra.seen = -1
        system.kernel.start_soon(extra, journey(system.kernel, extra, service))

    return induce


# -- afterwards ----------------------------------------------------------------------------------------


def _tables(scenario: Scenario, system: System, blocks: list[Block], control: Control | None) -> Replication:
    kernel = system.kernel
    for block in blocks:  # luck has done its work; the tables need the room
        block.columns.clear()
    visits = kernel.journal.table()
    kernel.journal.cells = array("d")
    names = list(system.services)
    still = np.isnan(visits["left"]) & (visits["outcome"] < 0)
    inside = Counter[int](visits["service"][still].tolist())
    return Replication(
        patients=_patients(blocks),
        visits=visits,
        occupancy=kernel.occupancy(),
        pools=[pool.name for pool in kernel.pools],
        services=names,
        demand=list(scenario.demand),
        start=system.calendar.start,
        warm_up=scenario.warm_up,
        horizon=scenario.time.horizon,
        info={
            "patients": kernel.started,
            "finished": kernel.finished,
            "state_changes": next(kernel.env._eid) + kernel.started,
            "inside": {names[code]: count for code, count in sorted(inside.items())},
            "warnings": [],
        },
        escalation={} if control is None else control.record.table(),
    )


def _patients(blocks: list[Block]) -> dict[str, Any]:
    """Return the patient table: the blocks' rows, one after the other."""
    sizes = [len(block) for block in blocks]
    streams = np.array([block.demand for block in blocks], dtype=np.int16)
    own = {
        "uid": np.concatenate([block.uid for block in blocks] or [np.zeros(0, np.uint64)]),
        "arrived": np.concatenate([block.times for block in blocks] or [np.zeros(0)]),
        "demand": np.repeat(streams, sizes),
    }
    for name, kind in PATIENT_COLUMNS.items():
        if name not in own:
            own[name] = np.concatenate([block.attrs[name] for block in blocks] or [np.zeros(0, kind)])
    return own


def _forget(system: System) -> None:
    """Break the cycles between patients and their care processes, so that memory returns at once."""
    kernel = system.kernel
    for event in kernel.agenda:
        if isinstance(event, Patient):
            event.send = None
    for pool in kernel.pools:
        for line in pool.lines:
            for patient, *_ in line:
                patient.send = None
    kernel.env._queue.clear()
    kernel.agenda.clear()
    system.services.clear()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from walking millions of live objects again and again during a run."""
    threshold = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 100, 100)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()
