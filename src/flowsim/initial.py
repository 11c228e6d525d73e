"""The loaded start: beds, places and caseloads filled at their expected level before the first minute.

Patients already inside are found by Little's law (their number) and by length bias (who they are and how long
they still stay): the chance of being found inside is proportional to the whole stay, and the time already
spent is uniform over it. Source: standard renewal theory; see the methods page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import pdtrik

from flowsim.flows import analyse
from flowsim.kernel import Patient
from flowsim.sampling.blocks import Block
from flowsim.sampling.uniforms import key_of, uniforms
from flowsim.services import Service, System, journey
from flowsim.spec.expected import DAY, Stay

if TYPE_CHECKING:
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
    for name, stays in analyse(scenario).stays.items():
        service = system.services[name]
        for part, stay in enumerate(stays):
            if stay.table is None:
                continue
            block = _fill(system, service, stay, f"initial.{name}.{part}", base)
            base += len(block)
            blocks.append(block)
    return blocks


def _fill(system: System, service: Service[Any], stay: Stay, label: str, base: int) -> Block:
    """Fill one service with those who came by one route, and return them."""
    present = stay.flow.per_day * stay.whole / DAY
    total = float(present.sum())
    draws = system.draws
    count = int(np.ceil(pdtrik(_uniform(draws, f"{label}.count", 1)[0], total))) if total > 0 else 0
    count = max(count, 0)
    who = np.searchsorted(np.cumsum(present) / max(total, 1e-300), _uniform(draws, f"{label}.who", count))
    who = np.minimum(who, len(present) - 1)
    block = Block.of_patients(draws, label, {name: codes[who] for name, codes in stay.flow.attrs.items()}, base)
    lookup = stay.table.compile()
    leaf = lookup.index({name: codes[who] for name, codes in stay.flow.attrs.items()})
    u, done = _uniform(draws, f"{label}.stay", count), _uniform(draws, f"{label}.done", count)
    whole = np.zeros(count)
    for i, dist in enumerate(lookup.leaves):
        whole[leaf == i] = dist.length_biased_ppf(u[leaf == i]) * stay.factor
    for row, (minutes, share) in enumerate(zip(whole.tolist(), done.tolist(), strict=True)):
        patient = Patient(block, row)
        _settle(system, patient, service, minutes, minutes * share)
    return block


def _settle(system: System, patient: Patient, service: Service[Any], stay: float, elapsed: float) -> None:
    """Put a patient where somebody with this stay and this time behind them would be."""
    where, remaining = service.settle(patient, stay, elapsed)
    place = where.place()
    if place is None or not place.has_room:
        return
    place.seize(patient)
    patient.held = place
    patient.remaining = max(remaining, 1e-6)
    patient.spell = 1
    system.kernel.start(patient, journey(system.kernel, patient, where, inside=True))


def _uniform(draws: Any, purpose: str, count: int) -> Any:
    """Return `count` numbers between 0 and 1 that belong to a purpose of the start."""
    return uniforms(draws.seed, draws.replication, purpose, key_of(purpose) + np.arange(count, dtype=np.uint64))

