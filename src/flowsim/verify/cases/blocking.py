"""V12, V27 and V28: blocking after service, against Markov chains solved here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from flowsim.services import clinic, emergency_department
from flowsim.tables import Replication
from flowsim.verify.case import Case, Check, Luck, case, covered, covers
from flowsim.verify.chains import Answers, Line, Stage, answers
from flowsim.verify.files import queue
from flowsim.verify.seen import Seen, observe

REPLICATIONS = 20
ROOM_AND_BED = Line((Stage(1, 6.0, onward=1.0), Stage(1, 5.0)), 240 / 1440)
CHAIN = Line(
    (Stage(2, 4.0, onward=1.0), Stage(2, 6.0, onward=0.6), Stage(2, 12.0, onward=0.5), Stage(1, 12.0)),
    160 / 1440,
    waiting=60,
)
"""The blocking chain; 60 calls waiting are as good as any number."""


@case("V12", "One room, one bed, blocking after service", "five-state Markov chain")
def room_and_bed(luck: Luck) -> Iterable[Check]:
    """The smallest system that blocks."""

    def look(result: Replication) -> Mapping[str, float]:
        room, bed = Seen(result, "room"), Seen(result, "ward")
        came_in = room.table["outcome"] == clinic.REFERRED
        return {
            "share turned away": room.share(clinic.FULL),
            "minutes blocked in the room": room.where(came_in, room.minutes("finished", "left")),
            "room in use or blocked": room.busy("rooms"),
            "staff busy": room.busy("staff"),
            "bed occupied": bed.busy("beds"),
        }

    exact = answers(ROOM_AND_BED)
    expected = {
        "share turned away": exact.lost,
        "minutes blocked in the room": exact.held[0],
        "room in use or blocked": exact.busy[0] + exact.blocked[0],
        "staff busy": exact.busy[0],
        "bed occupied": exact.busy[1],
    }
    return covered(expected, observe(queue("tandem_blocking", luck.seed), luck.many(REPLICATIONS), look))


@case("V28", "Crews, spaces, beds and a community slot", "Markov chain of some 4,500 states")
def whole_chain(luck: Luck) -> Iterable[Check]:
    """From the slot that is missing to the call that waits, with the services that planners use."""
    exact = answers(CHAIN)
    values = observe(queue("blocking_chain", luck.seed), luck.many(REPLICATIONS), _look_along_the_chain)
    return covered(_along_the_chain(exact), values)


def _look_along_the_chain(result: Replication) -> dict[str, float]:
    calls, department = Seen(result, "crews"), Seen(result, "emergency_department")
    beds, slots = Seen(result, "ward"), Seen(result, "community_slot")
    wait, door = calls.minutes("arrived", "accepted"), calls.minutes("finished", "left")
    admitted = department.table["outcome"] == emergency_department.ADMIT
    on_pathway = beds.of("pathway") == 1
    return {
        "calls waiting": calls.queue("crews"),
        "minutes a call waits": float(wait.mean()),
        "share of calls that wait": float((wait > 0.0).mean()),
        "crews busy": calls.busy("crews"),
        "minutes at the door": float(door.mean()),
        "spaces in use": department.busy("majors"),
        "minutes waiting for a bed": department.where(admitted, department.minutes("finished", "left")),
        "beds occupied": beds.busy("beds"),
        "minutes ready and waiting": beds.where(on_pathway, beds.minutes("finished", "left")),
        "slots in use": slots.busy("places"),
    }


def _along_the_chain(exact: Answers) -> dict[str, float]:
    both = [busy + blocked for busy, blocked in zip(exact.busy, exact.blocked, strict=True)]
    return {
        "calls waiting": exact.waiting,
        "minutes a call waits": exact.wait,
        "share of calls that wait": exact.waited,
        "crews busy": both[0],
        "minutes at the door": exact.held[0],
        "spaces in use": both[1],
        "minutes waiting for a bed": exact.held[1],
        "beds occupied": both[2],
        "minutes ready and waiting": exact.held[2],
        "slots in use": both[3],
    }


# -- any line ------------------------------------------------------------------------------------------


@case("V27", "Random small networks that block", "Markov chains")
def random_networks(luck: Luck) -> Iterable[Check]:
    """Lines of two to four stations with random sizes, times, shares, waiting places and patience."""
    for number in range(50 if luck.full else 6):
        line = random_line(np.random.default_rng([luck.seed, number]))
        yield from line_checks(f"network {number + 1}", line, luck)


def random_line(rng: np.random.Generator) -> Line:
    """Return a line with a few places; times are minutes, and about as much comes as can be done."""
    stages = tuple(
        Stage(int(rng.integers(1, 4)), float(rng.uniform(4.0, 12.0)), float(rng.uniform(0.4, 1.0)))
        for _ in range(int(rng.integers(2, 5)))
    )
    stages = (*stages[:-1], replace(stages[-1], onward=0.0))
    per_minute = float(rng.uniform(0.5, 1.2)) * stages[0].units / stages[0].minutes
    patience = float(rng.uniform(3.0, 20.0)) if rng.random() < 0.5 else None
    return Line(stages, per_minute, waiting=int(rng.integers(0, 5)), patience=patience)


def line_checks(name: str, line: Line, luck: Luck) -> Iterator[Check]:
    """Simulate a line as a clinic that holds its rooms before wards and community beds; compare it."""
    exact = answers(line)
    pools = ["rooms", *("beds" if _is_ward(i) else "places" for i in range(1, len(line.stages)))]

    def look(result: Replication) -> Mapping[str, float]:
        first = Seen(result, "s0")
        found = {f"places {i}": Seen(result, f"s{i}").busy(pool) for i, pool in enumerate(pools)}
        return found | {"lost": first.share(clinic.FULL), "waiting": first.queue("rooms")}

    values = observe(as_scenario(line, luck), 10 * luck.effort, look)
    yield covers(f"{name}: share lost", exact.lost, values["lost"])
    yield covers(f"{name}: patients waiting", exact.waiting, values["waiting"])
    for i, (busy, blocked) in enumerate(zip(exact.busy, exact.blocked, strict=True)):
        yield covers(f"{name}: places taken at station {i + 1}", busy + blocked, values[f"places {i}"])


def as_scenario(line: Line, luck: Luck) -> Any:
    """Return a line as a scenario."""
    changes: dict[str, Any] = {"demand.patients": {"to": "s0", "per_day": 1440 * line.per_minute}}
    for i, stage in enumerate(line.stages):
        changes[f"services.s{i}"] = _station(line, i)
        onward = {f"s{i + 1}": f"{100 * stage.onward}%", "leave": "rest"} if stage.onward else "leave"
        changes[f"pathways.s{i}"] = {DONE[_kind(i)]: onward, "otherwise": "leave"}
    return queue("finite_waiting_room", luck.seed, {**changes, "time.horizon": "15 days"})


DONE = {"clinic": "done", "ward": "ready", "intermediate_care": "home"}
"""The outcome of a patient who has been served."""


def _kind(i: int) -> str:
    return "clinic" if i == 0 else "ward" if _is_ward(i) else "intermediate_care"


def _is_ward(i: int) -> bool:
    return i % 2 == 1


def _station(line: Line, i: int) -> dict[str, Any]:
    """Return the settings of one station."""
    stage = line.stages[i]
    time = {"distribution": "exponential", "mean": f"{stage.minutes} min"}
    if i:
        return {"kind": _kind(i), "beds" if _is_ward(i) else "places": stage.units, "stay": time}
    patience = {"distribution": "exponential", "mean": f"{line.patience} min"}
    return {
        "kind": "clinic",
        "staff": stage.units,
        "rooms": stage.units,
        "holds_room": True,
        "waiting_places": line.waiting,
        "service": time,
    } | ({} if line.patience is None else {"patience": patience})


CASES: tuple[Case, ...] = (room_and_bed, whole_chain, random_networks)
