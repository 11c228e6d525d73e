"""V18, V19 and V21 to V23: what must hold in every system, with any luck."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from flowsim.measures.estimates import estimate
from flowsim.model import build, replicate, run
from flowsim.services import clinic, ward
from flowsim.stability import overloads
from flowsim.tables import Columns, Replication
from flowsim.verify import formulas
from flowsim.verify.case import ROUNDING, Case, Check, Luck, case, covers, equal, none_of, true
from flowsim.verify.files import queue
from flowsim.verify.hand import Arrival, column, fed
from flowsim.verify.invariants import examine
from flowsim.verify.seen import Seen, observe

SHORT = {"time.horizon": "4 days", "time.warm_up": "1 day"}
CHANGING = (
    "blocking_chain",
    "tandem_blocking",
    "finite_waiting_room",
    "opening_hours",
    "mmc_reneging",
    "mmc_priority",
    "return_loop",
)
"""Systems in which patients wait, block, give up, are turned away, meet a closed door, or come back."""


# -- conservation --------------------------------------------------------------------------------------


@case("V18", "Nobody is lost, nothing is used twice", "conservation; Little's law")
def conservation(luck: Luck) -> Iterable[Check]:
    """At every event everybody inside is in one place; every pool, visit and journey is checked."""
    for name in CHANGING:
        scenario = queue(name, luck.seed, {"time.horizon": "2 days", "time.warm_up": "0 days"})
        found = examine(scenario)
        yield none_of(f"{name}: laws broken", len(found.broken))
        yield true(f"{name}: every event was looked at", found.looks > found.events > 100)
        replicate(scenario, 2, audit=True)


@case("V19", "Little's law at every station", "L = lambda W, from empty to empty")
def littles_law(luck: Luck) -> Iterable[Check]:
    """The area under the number in a pool is the sum of the patients' times: two ways of counting."""
    changes = {"demand.calls.profile": "00:00-08:00", "time.warm_up": "0 days", "time.horizon": "10 days"}
    scenario = queue("blocking_chain", luck.seed, changes)
    system = build(scenario, 1)
    run(scenario, system)
    visits: Any = system.kernel.journal.table()
    pools = {pool.name: pool for pool in system.kernel.pools}
    yield none_of("patients inside at the end", int(np.isnan(visits["left"]).sum()))
    stations = {
        "crews": "crews",
        "emergency_department": "majors",
        "ward": "beds",
        "community_slot": "places",
    }
    for service, resource in stations.items():
        rows = visits["service"] == list(system.services).index(service)
        busy = float((visits["left"] - visits["accepted"])[rows].sum())
        queued = float((visits["accepted"] - visits["arrived"])[rows].sum())
        pool = pools[service, resource]
        yield equal(f"{service}: patient-minutes in {resource}", busy, pool.busy_sum, ROUNDING)
        yield equal(f"{service}: patient-minutes queueing", queued, pool.queue_sum, ROUNDING)


# -- common luck ---------------------------------------------------------------------------------------


@case("V21", "The same patients in every scenario", "common random numbers")
def same_patients(luck: Luck) -> Iterable[Check]:
    """A change that changes nothing; one more server; another stream of patients; a second visit."""
    chain = queue("blocking_chain", luck.seed, SHORT)
    same = chain.change({"services.ward.beds": 2})
    yield none_of("a null change: figures that differ", differing(replicate(chain, 1), replicate(same, 1)))
    yield from _one_more_server(luck)
    yield from _one_more_stream(luck)
    yield from _second_visits(luck)


def _second_visits(luck: Luck) -> Iterator[Check]:
    few, more = (_minutes_by_visit(luck, staff) for staff in (2, 3))
    again = [(patient, visit) for patient, visit in few if visit]
    yield true("patients come back", len(again) > 50)
    same = sum(abs(few[key] - few.get((key[0], 0), -1.0)) < 1e-6 for key in again)
    yield none_of("second visits that take as long as the first", same)
    changed = sum(abs(few[key] - more[key]) > 1e-6 for key in few.keys() & more.keys())
    yield none_of("one more server: first or second visits that do not take the same time", changed)


def _minutes_by_visit(luck: Luck, staff: int) -> dict[tuple[int, int], float]:
    """Return the minutes of service of each patient's first visit to a station, second visit and so on."""
    result = replicate(queue("return_loop", luck.seed, {**SHORT, "services.assessment.staff": staff}), 1)
    visits = result.visits
    rows = visits["service"] == result.services.index("assessment")
    rows &= ~np.isnan(visits["finished"])
    keys = zip(visits["patient"][rows].tolist(), visits["visit"][rows].tolist(), strict=True)
    return dict(zip(keys, (visits["finished"] - visits["started"])[rows].tolist(), strict=True))


def differing(one: Replication, other: Replication) -> int:
    """Return the number of cells of the two replications' tables that differ in any bit."""
    total = 0
    for a, b in ((one.patients, other.patients), (one.visits, other.visits)):
        if {name: v.shape for name, v in a.items()} != {name: v.shape for name, v in b.items()}:
            return max(len(one.visits["patient"]), len(other.visits["patient"]), 1)
        total += sum(_bytes_differing(a[name], b[name]) for name in a)
    return total + _bytes_differing(one.occupancy, other.occupancy)


def _bytes_differing(a: Any, b: Any) -> int:
    return int((np.frombuffer(a.tobytes(), np.uint8) != np.frombuffer(b.tobytes(), np.uint8)).sum())


def _one_more_server(luck: Luck) -> Iterator[Check]:
    stay = {"distribution": "lognormal", "mean": "1 min", "sd": "2 min"}
    changes = {**SHORT, "services.clinic.service": stay, "demand.patients.per_day": 2500}
    waits = []
    for staff in (2, 3, 4):
        result = replicate(queue("mmc", luck.seed, {**changes, "services.clinic.staff": staff}), 1)
        waits.append(result.visits["started"] - result.visits["arrived"])
    served = [~np.isnan(wait) for wait in waits]
    for fewer, (few, many) in enumerate(pairwise(waits), start=2):
        both = served[fewer - 2] & served[fewer - 1]
        longer = many[both] > few[both] + 1e-9
        yield none_of(f"{fewer + 1} instead of {fewer} servers: patients who wait longer", int(longer.sum()))
    mean = [float(np.nanmean(wait)) for wait in waits]
    yield true("the mean wait falls with each server", mean[0] > mean[1] > mean[2])


def _one_more_stream(luck: Luck) -> Iterator[Check]:
    with_urgent = replicate(queue("mmc_priority", luck.seed, SHORT), 1)
    without = replicate(queue("mmc_priority", luck.seed, {**SHORT, "demand.urgent.per_day": 0}), 1)
    routine = [_by_uid(result, stream=1) for result in (with_urgent, without)]
    yield none_of("another stream: patients who are not the same", len(set(routine[0]) ^ set(routine[1])))
    changed = sum(
        abs(minutes - routine[1][uid]) > 1e-9 for uid, minutes in routine[0].items() if not np.isnan(minutes)
    )
    yield none_of("another stream: services that do not take the same time", changed)


def _by_uid(result: Replication, stream: int) -> dict[tuple[int, float], float]:
    """Return the minutes of service of each patient of a stream, by identifier and time of arrival."""
    visits = result.visits
    patient = visits["patient"]
    rows = result.patients["demand"][patient] == stream
    keys = zip(
        result.patients["uid"][patient][rows].tolist(),
        visits["arrived"][rows].tolist(),
        strict=True,
    )
    minutes = (visits["finished"] - visits["started"])[rows].tolist()
    finished = dict(zip(keys, minutes, strict=True))
    return {key: value for key, value in finished.items() if key[1] < result.end - 720.0}


# -- other names, other units ----------------------------------------------------------------------------


@case("V22", "Other units, other names, a class in two halves", "invariance")
def invariance(luck: Luck) -> Iterable[Check]:
    """Minutes or hours, acuity 1 or acuity 4, one stream or two: it must not matter."""
    yield from _units(luck)
    yield from _names(luck)
    yield from _halves(luck)


OUT = dict.fromkeys(("done", "referred", "left", "full", "shut"), "leave")


def _some(luck: Luck, count: int, every: float) -> list[float]:
    moments = np.random.default_rng(luck.seed).exponential(every, count).cumsum()
    return [float(moment) for moment in moments]


def _units(luck: Luck) -> Iterator[Check]:
    found = []
    for unit, factor in (("min", 1.0), ("hours", 60.0)):
        service = {"distribution": "lognormal", "mean": f"4 {unit}", "sd": f"5 {unit}"}
        patience = {"distribution": "exponential", "mean": f"9 {unit}"}
        settings = {"kind": "clinic", "staff": "2", "service": service, "patience": patience}
        arrivals: list[Arrival] = [(moment * factor, "clinic", {}) for moment in _some(luck, 500, 2.0)]
        visits = fed({"clinic": settings}, {"clinic": OUT}, arrivals, seed=luck.seed, days=60)
        found.append(np.array(column(visits, 0, "left")) / factor)
    difference = np.abs(found[0] - found[1]) / found[0]
    yield true("hours for minutes: largest relative difference below 1e-9", difference.max() < ROUNDING)


def _names(luck: Luck) -> Iterator[Check]:
    found = []
    for first, second in (("1", "4"), ("5", "2")):
        priority = {"by": "acuity", first: "0", second: "1", "otherwise": "2"}
        service = {"distribution": "exponential", "mean": "4 min"}
        settings = {"kind": "clinic", "staff": "2", "service": service, "priority": priority}
        moments = _some(luck, 500, 2.2)
        arrivals = [(t, "clinic", {"acuity": first if i % 3 else second}) for i, t in enumerate(moments)]
        visits = fed({"clinic": settings}, {"clinic": OUT}, arrivals, seed=luck.seed)
        found.append(np.array(column(visits, 0, "started")))
    yield none_of("classes with other names: starts that differ", int((found[0] != found[1]).sum()))


def _halves(luck: Luck) -> Iterator[Check]:
    changes = {"demand.urgent.per_day": 1080, "demand.routine.per_day": 1080}
    changes |= {"services.clinic.priority": "1"}  # type: ignore[dict-item]

    def look(result: Replication) -> dict[str, float]:
        return {"wait": float(Seen(result, "clinic").minutes("arrived", "started").mean())}

    values = observe(queue("mmc_priority", luck.seed, changes), luck.many(10), look)
    yield covers("two halves of one class: mean wait, min", formulas.mean_wait(2, 1.5, 1.0), values["wait"])


# -- extremes --------------------------------------------------------------------------------------------


@case("V23", "Nobody, no time, no beds, beds without end", "what must follow")
def extremes(luck: Luck) -> Iterable[Check]:
    """The ends of every scale give the plain answer or a clear refusal."""
    nobody = replicate(queue("mm1", luck.seed, {**SHORT, "demand.patients.per_day": 0}), 1)
    yield none_of("no arrivals: visits", len(nobody.visits["patient"]))
    no_time = replicate(queue("mm1", luck.seed, {**SHORT, "services.clinic.service": "0 min"}), 1)
    yield none_of("service of no time: patients who wait", _waiting(no_time, "started"))
    endless = replicate(queue("mg_infinity", luck.seed, SHORT), 1)
    yield none_of("beds without end: patients who wait", _waiting(endless, "accepted"))
    no_beds = replicate(queue("erlang_loss", luck.seed, {**SHORT, "services.ward.beds": 0}), 1)
    outcome = no_beds.visits["outcome"]
    yield none_of("no beds and no waiting: patients admitted", int((outcome != ward.REFUSED).sum()))
    yield from _no_beds_is_refused(luck)
    yield from _intervals()
    shut = replicate(queue("opening_hours", luck.seed, {**SHORT, "services.clinic.hours": "never"}), 1)
    yield none_of("never open: patients served", int((shut.visits["outcome"] != clinic.SHUT).sum()))


def _waiting(result: Replication, until: str) -> int:
    visits: Columns = result.visits
    return int((visits[until] - visits["arrived"] > 0.0).sum())


def _no_beds_is_refused(luck: Luck) -> Iterator[Check]:
    changes: dict[str, Any] = {"services.ward.beds": 0, "services.ward.waiting_places": "unlimited"}
    problems = overloads(queue("erlang_loss", luck.seed, changes))
    yield equal("no beds and endless waiting: problems told before the run", 1.0, float(len(problems)))
    yield true("the message names the ward and its beds", "ward needs 2 beds" in problems[0].message)


def _intervals() -> Iterator[Check]:
    key = ("measure", "system", "")
    alone = estimate(key, np.array([3.0]))
    yield true("one replication: no interval, and a note that says why", np.isnan(alone.low) and alone.note)
    four = estimate(key, np.array([1.0, 2.0, 3.0, 4.0]))
    from scipy.stats import t

    by_hand = float(t.ppf(0.975, 3)) * (5.0 / 3.0) ** 0.5 / 2.0
    yield equal("four replications: half-width of the interval", by_hand, four.half_width, ROUNDING)


CASES: tuple[Case, ...] = (conservation, littles_law, same_patients, invariance, extremes)
