"""The loaded start: beds, places and caseloads filled at their expected level before the first minute.

Patients already inside are found by Little's law (their number) and by length bias (who they are and how long
they still stay): the chance of being found inside is proportional to the whole stay, and the time already
spent is uniform over it. Source: standard renewal theory; see the methods page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import pdtr, pdtrik

from flowsim.flows import Flows, analyse
from flowsim.kernel import Patient, Pool
from flowsim.sampling.blocks import Block
from flowsim.services import Service, System, journey
from flowsim.spec.expected import DAY, Luck, Stay
from flowsim.vocabulary import PATHWAYS

if TYPE_CHECKING:
    from flowsim.spec.laws import Law
    from flowsim.spec.scenario import Scenario


def fill(scenario: Scenario, system: System, base: int) -> list[Block]:
    """Put patients into every service that has long stays, and start their journeys.

    Args:
        scenario: the system.
        system: its services, at minute 0.
        base: first free row of the patient table.

    Returns:
        The blocks of the patients found inside.
    """
    blocks = []
    flows = analyse(scenario)
    for name, stays in flows.stays.items():
        service = system.services[name]
        for part, stay in enumerate(stays):
            if stay.table is None:
                continue
            block = _fill(flows, system, service, stay, label=f"initial.{name}.{part}", base=base)
            base += len(block)
            blocks.append(block)
    for name, spec in scenario.services.items():
        for pathway, count in getattr(spec, "ready_at_start", {}).items():
            ready = _fill_ready(scenario, flows, system, name, pathway, count=count, base=base)
            if ready is not None:
                base += len(ready)
                blocks.append(ready)
    return blocks


def _fill_ready(
    scenario: Scenario, flows: Flows, system: System, name: str, pathway: str, *, count: int, base: int
) -> Block | None:
    """Put discharge-ready patients of one pathway into beds of the wards that lead to a discharge service."""
    label, code = f"initial.{name}.pathway_{pathway}", PATHWAYS.index(pathway)
    stays = [
        (ward, stay)
        for ward, found in flows.stays.items()
        if scenario.pathways.get(ward, {}).get("ready") == name
        for stay in found
    ]
    weight = [s.flow.per_day * s.minutes * (s.flow.attrs["pathway"] == code) for _, s in stays]
    odds = np.cumsum(np.concatenate([*weight, np.zeros(0)]))
    if not count or not odds.any():
        return None
    who = np.searchsorted(odds, system.draws.series(f"{label}.who", count) * odds[-1])
    attrs = {a: np.concatenate([s.flow.attrs[a] for _, s in stays])[who] for a in stays[0][1].flow.attrs}
    _add_others(flows, attrs, label, system, count)
    block = Block.of_patients(system.draws, label, attrs, base)
    wards = np.repeat([ward for ward, _ in stays], [len(w) for w in weight])
    for row, ward in enumerate(wards[who].tolist()):
        _seat(system, Patient(block, row), system.services[ward].place(), system.services[name])
    return block


def _add_others(flows: Flows, attrs: dict[str, Any], label: str, system: System, count: int) -> None:
    """Give patients the attributes that no rule looks at, as usual for their place."""
    for name, table in flows.others.items():
        odds = np.cumsum(table[attrs["place"]], axis=1)
        luck = system.draws.series(f"{label}.{name}", count)[:, None] * odds[:, -1:]
        attrs[name] = (luck >= odds).sum(axis=1).astype(np.int8)


def _fill(flows: Flows, system: System, service: Service[Any], stay: Stay, *, label: str, base: int) -> Block:
    """Fill one service with those who came by one route, and return them."""
    present = stay.flow.per_day * stay.whole / DAY
    total = float(present.sum())
    series = system.draws.series
    count = _poisson(float(series(f"{label}.count", 1)[0]), total)
    who = np.searchsorted(np.cumsum(present) / max(total, 1e-300), series(f"{label}.who", count))
    who = np.minimum(who, len(present) - 1)
    attrs = {name: codes[who] for name, codes in stay.flow.attrs.items()}
    _add_others(flows, attrs, label, system, count)
    block = Block.of_patients(system.draws, label, attrs, base)
    luck = None if stay.luck is None else stay.luck.at(who)
    whole, done = _stays(stay, attrs, luck, series(f"{label}.stay", count)), series(f"{label}.elapsed", count)
    for row, (minutes, share) in enumerate(zip(whole.tolist(), done.tolist(), strict=True)):
        _settle(system, Patient(block, row), service, minutes, minutes * share)
    return block


def _poisson(u: float, mean: float) -> int:
    """Return the Poisson quantile; 0 for a mean of 0."""
    if mean <= 0.0:
        return 0
    count = int(pdtrik(u, mean))
    return count + int(pdtr(count, mean) < u)


def _stays(stay: Stay, attrs: dict[str, Any], luck: Luck | None, u: Any) -> Any:
    """Return the whole stays of patients found in the middle of them."""
    lookup = stay.table.compile()
    leaf = lookup.index(attrs)
    whole = np.zeros(len(u))
    for i, law in enumerate(lookup.leaves):
        here = leaf == i
        if here.any() and law.mean_minutes() > 0.0:
            theirs = None if luck is None else luck.at(here)
            whole[here] = _length_biased(law, theirs, u[here]) * stay.factor
    return whole


_TAIL = 1.0 - (1.0 - np.linspace(0.0, 1.0, 2049)) ** 3
"""Cumulative probabilities, ever closer towards 1, where the few long stays hold most of the beds."""


def _length_biased(law: Law, luck: Luck | None, u: Any) -> Any:
    """Return quantiles of the stay of somebody found in the middle of it, whose luck is given.

    The same as `Law.length_biased_ppf`, from 2,048 slices of patients weighed by their stay: the exact
    inversion of every law in a large system would take longer than a week of its simulation.
    """
    edges, width = _TAIL, np.diff(_TAIL)
    stays = np.asarray(law.ppf(edges[:-1] + width / 2))
    found = np.concatenate(([0.0], np.cumsum(stays * width)))
    found = found / found[-1]
    if luck is not None:
        u = _as_luck_has_it(luck, u, np.interp(luck.edges, edges, found))
    return np.interp(u, found, np.concatenate((stays, stays[-1:])))


def _as_luck_has_it(luck: Luck, u: Any, found: Any) -> Any:
    """Return where the uniforms lie among all who are found inside, of whom only some slices are left.

    Args:
        luck: of each patient.
        u: uniforms.
        found: share of all found inside whose stay lies below each edge (rows), for each patient.
    """
    weight = np.cumsum(np.vstack([np.zeros(len(u)), luck.density * np.diff(found, axis=0)]), axis=0)
    at = u * weight[-1]
    row = np.clip((weight <= at).sum(axis=0) - 1, 0, len(weight) - 2)[None]
    low, high, start, end = (
        np.take_along_axis(table, row + step, axis=0)[0] for table in (weight, found) for step in (0, 1)
    )
    part = np.divide(at - low, high - low, out=np.zeros_like(at), where=high > low)
    return start + part * (end - start)


def _settle(system: System, patient: Patient, service: Service[Any], stay: float, elapsed: float) -> None:
    """Put a patient where somebody with this stay and this time behind them would be."""
    where, remaining = service.settle(patient, stay, elapsed)
    if remaining > 0.0:
        patient.remaining = remaining
        _seat(system, patient, where.place(), where)


def _seat(system: System, patient: Patient, place: Pool | None, service: Service[Any]) -> None:
    """Give a patient a place, if one is free, and start the journey inside a service."""
    if place is None or not place.has_room:
        return
    place.seize(patient)
    patient.held, patient.spell = place, 1
    system.kernel.start(patient, journey(system.kernel, patient, service, inside=True))
