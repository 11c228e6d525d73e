"""V1 to V9 and V11: queues in the long run, against their formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log
from typing import Any

import numpy as np

from flowsim.services.clinic import FULL, LEFT
from flowsim.services.ward import REFUSED
from flowsim.tables import Replication
from flowsim.verify import formulas
from flowsim.verify.case import Case, Check, Luck, case, covered, covers
from flowsim.verify.chains import Line, Stage, answers
from flowsim.verify.files import queue
from flowsim.verify.seen import Seen, observe, present, reported

REPLICATIONS = 20
PRECISE = 0.05
LESS_PRECISE = 0.1
WAIT, WAITED, BUSY, QUEUE = "mean wait, min", "share who wait", "staff busy", "patients queueing"


def look_at_clinic(result: Replication) -> dict[str, float]:
    """Return the four figures every queue has."""
    seen = Seen(result, "clinic")
    wait = seen.minutes("arrived", "started")
    return {
        WAIT: float(wait.mean()),
        WAITED: float((wait > 0.0).mean()),
        BUSY: seen.busy("staff"),
        QUEUE: seen.queue("staff"),
    }


def erlang_c(units: int, rate: float) -> dict[str, float]:
    """Return the four figures of M/M/c with a mean service of a minute."""
    wait = formulas.mean_wait(units, rate, 1.0)
    return {WAIT: wait, WAITED: formulas.erlang_c(units, rate), BUSY: rate, QUEUE: rate * wait}


@case("V1", "M/M/1, load 60%", "closed form")
def one_server(luck: Luck) -> Iterable[Check]:
    """One server: the four figures, the tail of the wait, and what a report says of it all."""
    scenario = queue("mm1", luck.seed)
    expected = erlang_c(1, 0.6)
    expected |= {f"share over {t} min": formulas.waits_longer(1, 0.6, 1.0, t) for t in (2, 8)}
    told = {
        "wait_mean": 1.5,
        "wait_median": log(0.6 / 0.5) / 0.4,
        "wait_p90": log(0.6 / 0.1) / 0.4,
        "waited": 0.6,
        "mean_waiting": 0.9,
        "mean_in_service": 0.6,
        "mean_present": 1.5,
    }

    def look(result: Replication) -> Mapping[str, float]:
        wait = Seen(result, "clinic").minutes("arrived", "started")
        tail = {f"share over {t} min": float((wait > t).mean()) for t in (2, 8)}
        said = reported(scenario, result, "clinic")
        return look_at_clinic(result) | tail | {f"reported {id}": said[id] for id in told}

    expected |= {f"reported {id}": value for id, value in told.items()}
    values = observe(scenario, luck.many(REPLICATIONS), look)
    return covered(expected, values, {WAIT: PRECISE, WAITED: PRECISE})


@case("V2", "M/M/2, load 75%", "Erlang C")
def two_servers(luck: Luck) -> Iterable[Check]:
    """Two servers."""
    changes = {"services.clinic.staff": 2, "demand.patients.per_day": 2160}
    scenario = queue("mmc", luck.seed, {**changes, "time.horizon": "12 days"})
    values = observe(scenario, luck.many(REPLICATIONS), look_at_clinic)
    return covered(erlang_c(2, 1.5), values, {WAIT: _slowly(luck), WAITED: PRECISE})


@case("V3", "M/M/6, load 85%", "Erlang C")
def six_servers(luck: Luck) -> Iterable[Check]:
    """Six servers, quite full; the wait varies slowly, so the quick version is less precise."""
    values = observe(queue("mmc", luck.seed), luck.many(REPLICATIONS), look_at_clinic)
    return covered(erlang_c(6, 5.1), values, {WAIT: _slowly(luck), WAITED: PRECISE})


def _slowly(luck: Luck) -> float:
    """Return the precision asked of a wait that varies slowly over time: less, in the quick version."""
    return PRECISE if luck.full else LESS_PRECISE


@case("V4", "M/D/1, load 60%; M/E2/1, load 70%", "Pollaczek and Khinchine")
def general_service(luck: Luck) -> Iterable[Check]:
    """Service that always takes the same, and service in two exponential stages."""
    yield from _general(luck, "M/D/1", 0.6, "1 min", 0.0)
    two_stages = {"distribution": "erlang", "stages": 2, "mean": "1 min"}
    yield from _general(luck, "M/E2/1", 0.7, two_stages, 0.5)


def _general(luck: Luck, name: str, rate: float, service: Any, variation: float) -> Iterable[Check]:
    changes = {"services.clinic.service": service, "demand.patients.per_day": rate * 1440}
    changes["time.horizon"] = "20 days"
    values = observe(queue("mm1", luck.seed, changes), luck.many(REPLICATIONS), look_at_clinic)
    expected = formulas.pollaczek_khinchine(rate, 1.0, variation)
    yield covers(f"{name}: {WAIT}", expected, values[WAIT], PRECISE)
    yield covers(f"{name}: {WAITED}", rate, values[WAITED], PRECISE)


@case("V5", "M/M/3/3, load 2, whatever the law of the stay", "Erlang B; insensitivity")
def loss(luck: Luck) -> Iterable[Check]:
    """Three beds and nowhere to wait; what is lost does not depend on the law of the stay."""
    laws = {
        "exponential": {"distribution": "exponential", "mean": "10 min"},
        "constant": "10 min",
        "lognormal": {"distribution": "lognormal", "mean": "10 min", "sd": "15 min"},
    }

    def look(result: Replication) -> Mapping[str, float]:
        seen = Seen(result, "ward")
        return {"refused": seen.share(REFUSED), "beds": seen.busy("beds")}

    lost = formulas.erlang_b(3, 2.0)
    for name, stay in laws.items():
        scenario = queue("erlang_loss", luck.seed, {"services.ward.stay": stay})
        values = observe(scenario, luck.many(REPLICATIONS), look)
        narrow = _slowly(luck) if name == "lognormal" else PRECISE
        yield covers(f"{name}: share refused", lost, values["refused"], narrow)
        yield covers(f"{name}: beds occupied", 2.0 * (1.0 - lost), values["beds"])


@case("V6", "M/M/2/5, offered load 90%", "birth-and-death chain")
def finite_waiting_room(luck: Luck) -> Iterable[Check]:
    """Two servers and three chairs."""

    def look(result: Replication) -> Mapping[str, float]:
        seen = Seen(result, "clinic")
        came_in = seen.table["outcome"] != FULL
        wait = seen.where(came_in, seen.minutes("arrived", "started"))
        return {"full": seen.share(FULL), WAIT: wait, BUSY: seen.busy("staff"), QUEUE: seen.queue("staff")}

    values = observe(queue("finite_waiting_room", luck.seed), luck.many(REPLICATIONS), look)
    exact = answers(Line((Stage(2, 10.0),), 0.18, waiting=3))
    expected = {"full": exact.lost, WAIT: exact.wait, BUSY: exact.busy[0], QUEUE: exact.waiting}
    return covered(expected, values, {"full": PRECISE, WAIT: PRECISE})


@case("V7", "M/M/2 with two priorities, load 75%", "Cobham")
def priorities(luck: Luck) -> Iterable[Check]:
    """Two classes: each one's wait; and the mean over both is as without classes."""
    names = ("urgent", "routine")

    def look(result: Replication) -> Mapping[str, float]:
        seen = Seen(result, "clinic")
        wait, stream = seen.minutes("arrived", "started"), seen.of("demand")
        by_class = {name: seen.where(stream == i, wait) for i, name in enumerate(names)}
        return by_class | {"both": float(wait.mean())}

    values = observe(queue("mmc_priority", luck.seed), luck.many(REPLICATIONS), look)
    waits = formulas.cobham(2, (0.5, 1.0), 1.0)
    yield covers(f"urgent: {WAIT}", waits[0], values["urgent"], PRECISE)
    yield covers(f"routine: {WAIT}", waits[1], values["routine"], _slowly(luck))
    yield covers(f"both: {WAIT}", formulas.mean_wait(2, 1.5, 1.0), values["both"], _slowly(luck))


@case("V8", "M/M/5+M, offered load 110%", "birth-and-death chain")
def reneging(luck: Luck) -> Iterable[Check]:
    """Five servers, more work than they can do, and patients who give up."""

    def look(result: Replication) -> Mapping[str, float]:
        seen = Seen(result, "clinic")
        served = seen.table["outcome"] != LEFT
        wait = np.where(served, seen.minutes("arrived", "started"), seen.minutes("arrived", "left"))
        return {
            "gave up": seen.share(LEFT),
            WAIT: float(wait.mean()),
            WAITED: float((wait > 0.0).mean()),
            BUSY: seen.busy("staff"),
            QUEUE: seen.queue("staff"),
        }

    values = observe(queue("mmc_reneging", luck.seed), luck.many(3 * REPLICATIONS // 4), look)
    exact = answers(Line((Stage(5, 1.0),), 5.5, waiting=150, patience=1.5))
    expected = {
        "gave up": exact.gave_up,
        WAIT: exact.wait,
        WAITED: exact.waited,
        BUSY: exact.busy[0],
        QUEUE: exact.waiting,
    }
    return covered(expected, values, {"gave up": PRECISE, WAIT: PRECISE})


@case("V9", "M/G/infinity, gamma stays, load 20", "Poisson with mean 20")
def infinite_servers(luck: Luck) -> Iterable[Check]:
    """A ward that never fills: mean, variance and law of the number in it; its 95th percentile is 28."""
    from scipy.special import pdtr

    def look(result: Replication) -> Mapping[str, float]:
        found = present(result, "ward", np.arange(result.warm_up, result.end, 60.0))
        below = {f"share of time with {n} or fewer": float((found <= n).mean()) for n in (19, 27, 28)}
        return below | {"patients": float(found.mean()), "variance": float(((found - 20.0) ** 2).mean())}

    values = observe(queue("mg_infinity", luck.seed), luck.many(REPLICATIONS), look)
    expected = {"patients": 20.0, "variance": 20.0}
    expected |= {f"share of time with {n} or fewer": float(pdtr(n, 20.0)) for n in (19, 27, 28)}
    return covered(expected, values, {"patients": PRECISE, "variance": 2 * PRECISE})


@case("V11", "Jackson network, 20% come back", "product form")
def jackson(luck: Luck) -> Iterable[Check]:
    """Two stations with a loop: each behaves like a queue of its own."""
    stations = {"assessment": (2, 4.8), "treatment": (1, 2.0)}
    rate = 0.25 / 0.8

    def look(result: Replication) -> Mapping[str, float]:
        found: dict[str, float] = {}
        for name in stations:
            seen = Seen(result, name)
            wait = seen.minutes("arrived", "started")
            found |= {f"{name}: {WAIT}": float(wait.mean()), f"{name}: {WAITED}": float((wait > 0.0).mean())}
            found[f"{name}: visits a minute"] = len(wait) / (result.horizon - 720.0)
        return found

    values = observe(queue("return_loop", luck.seed), luck.many(REPLICATIONS), look)
    expected: dict[str, float] = {}
    for name, (units, service) in stations.items():
        expected[f"{name}: {WAIT}"] = formulas.mean_wait(units, rate, service)
        expected[f"{name}: {WAITED}"] = formulas.erlang_c(units, rate * service)
        expected[f"{name}: visits a minute"] = rate
    return covered(expected, values, {f"{name}: {WAIT}": _slowly(luck) for name in stations})


CASES: tuple[Case, ...] = (
    one_server,
    two_servers,
    six_servers,
    general_service,
    loss,
    finite_waiting_room,
    priorities,
    reneging,
    infinite_servers,
    jackson,
)
