"""V10, V13 and V14: what changes over time, against differential equations solved here.

Each day starts with an empty system, so that every day of a run is one more independent observation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from flowsim.services.clinic import SHUT
from flowsim.tables import Replication
from flowsim.verify.case import Case, Check, Luck, Values, case, covered, covers, none_of
from flowsim.verify.chains import Chain, birth_and_death
from flowsim.verify.files import queue
from flowsim.verify.seen import Seen, daily, observe

REPLICATIONS = 20
DAY = 1440.0


def _numbers(service: str, clocks: Iterable[float]) -> dict[str, float]:
    return {f"{service}: patients at {_clock(clock)}": clock for clock in clocks}


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60:02}:{int(minutes) % 60:02}"


@case("V10", "Mt/M/infinity, a rate that steps", "differential equation m' = rate - m / stay")
def steps(luck: Luck) -> Iterable[Check]:
    """A ward without limit, busy from 04:00 to 08:00 and quiet before: the mean follows an equation."""
    from scipy.integrate import solve_ivp

    clocks = _numbers("ward", (180.0, 240.0, 270.0, 360.0, 480.0, 540.0, 660.0))
    scenario = queue(
        "mg_infinity",
        luck.seed,
        {
            "services.ward.stay": {"distribution": "exponential", "mean": "40 min"},
            "demand.admissions.profile": "00:00-04:00=1, 04:00-08:00=3",
            "demand.admissions.per_day": 240,
            "time.horizon": "70 days",
        },
    )

    def look(result: Replication) -> Mapping[str, float]:
        return {name: float(daily(result, "ward", clock).mean()) for name, clock in clocks.items()}

    values = observe(scenario, luck.many(REPLICATIONS), look)

    def rate(minute: float) -> float:
        return 0.25 if minute < 240.0 else 0.75 if minute < 480.0 else 0.0

    now, mean = 0.0, 0.0
    for name, clock in clocks.items():
        solved = solve_ivp(
            lambda t, m: rate(t) - m / 40.0, (now, clock), [mean], rtol=1e-9, atol=1e-9, max_step=1.0
        )
        now, mean = clock, float(solved.y[0, -1])
        yield covers(name, mean, values[name])


@case("V13", "M/M/1 from empty, load 60%", "Kolmogorov equations")
def from_empty(luck: Luck) -> Iterable[Check]:
    """The first minutes of a queue that starts empty: far below the long run, as it should be."""
    minutes = (1.0, 5.0, 20.0, 50.0)
    changes = {
        "demand.patients.profile": "00:00-01:00",
        "demand.patients.per_day": 36,
        "time.horizon": "300 days",
    }

    def look(result: Replication) -> Mapping[str, float]:
        numbers = {t: daily(result, "clinic", t) for t in minutes}
        return {f"patients after {t:g} min": float(n.mean()) for t, n in numbers.items()} | {
            f"share empty after {t:g} min": float((n == 0.0).mean()) for t, n in numbers.items()
        }

    values = observe(queue("mm1", luck.seed, changes), luck.many(REPLICATIONS), look)
    chain = birth_and_death(lambda _: 0.6, lambda _: 1.0, 120)
    expected = {}
    for t in minutes:
        chances = chain.after(t)
        expected[f"patients after {t:g} min"] = chain.mean(float, chances)
        expected[f"share empty after {t:g} min"] = float(chances[0])
    return covered(expected, values)


@case("V14", "A clinic open from 09:00 to 17:00", "Kolmogorov equations, hour by hour")
def opening_hours(luck: Luck) -> Iterable[Check]:
    """Turned away when shut; finished after closing; and the right number at any time of day."""
    clocks = _numbers("clinic", (570.0, 600.0, 720.0, 780.0, 960.0, 1020.0, 1035.0))
    late: list[Values] = []

    def look(result: Replication) -> Mapping[str, float]:
        seen = Seen(result, "clinic")
        inside = seen.table["outcome"] != SHUT
        clock = seen.table["arrived"] % DAY
        open_then = (clock >= 540.0) & (clock < 1020.0)
        late.append((open_then != inside).astype(float))
        staying = np.clip(seen.table["left"] - np.maximum(seen.table["started"], 0.0), 0.0, None)
        return {name: float(daily(result, "clinic", at).mean()) for name, at in clocks.items()} | {
            "share turned away": float((~inside).mean()),
            "minutes of service": float(staying[inside].mean()),
        }

    values = observe(queue("opening_hours", luck.seed), luck.many(REPLICATIONS), look)
    yield none_of("patients let in while shut, or turned away while open", int(np.concatenate(late).sum()))
    yield covers("share turned away", (9.0 + 6.0) / (4 * 9.0 + 6 * 6.0), values["share turned away"])
    yield covers("minutes of service", 6.0, values["minutes of service"])
    for name, mean in _over_the_day(clocks).items():
        yield covers(name, mean, values[name])


def _over_the_day(clocks: Mapping[str, float]) -> dict[str, float]:
    """Solve the number inside from opening time on: 9 an hour to noon, 6 to closing, then none."""
    phases = [(540.0, 9.0), (720.0, 6.0), (1020.0, 0.0), (DAY, 0.0)]
    chances: Values | None = None
    found = {}
    for (begins, per_hour), (ends, _) in pairwise(phases):
        chain = _inside(per_hour)
        for name, clock in clocks.items():
            if begins <= clock < ends:
                found[name] = chain.mean(float, chain.after(clock - begins, chances))
        chances = chain.after(ends - begins, chances)
    return found


def _inside(per_hour: float) -> Chain:
    """Return the chain of the number inside while so many come in an hour."""
    return birth_and_death(lambda _: per_hour / 60.0, lambda _: 1.0 / 6.0, 80)


CASES: tuple[Case, ...] = (steps, from_empty, opening_hours)
