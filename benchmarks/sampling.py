"""What luck costs: microseconds of CPU time per patient and per named value.

Run with ``python benchmarks/sampling.py [days]``. The demand is that of a whole integrated care system:
67 streams, 3,771 patients a day. Measured on 2 virtual cores (AMD EPYC, CPython 3.11, numpy 2.4), over
182 days and 687,000 patients: everyone with 10 attributes in 0.5 CPU-seconds (0.8 us a patient); 24 named
values for every patient in a further 0.4 CPU-seconds (0.6 us a patient; budget 1.1 us); reading one value
0.07 us; a value at a repeat visit, or before its column is worth computing, 1.3 to 4 us.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from pydantic import TypeAdapter

from flowsim.clock import Calendar
from flowsim.sampling.blocks import Block
from flowsim.sampling.cells import cells_of
from flowsim.sampling.draws import Draws
from flowsim.sampling.feed import Feed
from flowsim.spec.demand import DemandSpec
from flowsim.spec.distributions import Distribution
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix
from flowsim.spec.people import CaseMix
from flowsim.spec.values import Share

PLACES = ("east", "west", "north", "south")
RATES = [161, 320, 200, 300, 250, 80, 60, 40] + [30] * 30 + [10] * 20 + [140] * 9
AGES = {"0-17": "20%", "18-64": "45%", "65-74": "12%", "75-84": "13%", "85+": "rest"}
PEOPLE = {
    "age": AGES,
    "fifth": {"by": "place", "east": {"1": "40%", "5": "60%"}, "otherwise": {"2": "50%", "4": "50%"}},
    "acuity": {
        "by": "age",
        "0-17": {"3": "30%", "4": "70%"},
        "otherwise": {"2": "20%", "3": "60%", "4": "rest"},
    },
    "stream": {
        "by": "age",
        "0-17": "paediatric",
        "otherwise": {"minor": "30%", "medical": "50%", "surgical": "rest"},
    },
    "frailty": {"by": "age", "85+": {"yes": "50%", "no": "50%"}, "otherwise": {"yes": "5%", "no": "95%"}},
    "pathway": {
        "by": "frailty",
        "yes": {"0": "50%", "1": "30%", "2": "rest"},
        "no": {"0": "90%", "1": "10%"},
    },
    "admission": {"by": "acuity", "2": "50%", "otherwise": {"by": "age", "85+": "40%", "otherwise": "10%"}},
}
STAY = {
    "by": "age",
    "0-17": {"mean": "1 day", "sd": "1 day"},
    "85+": {
        "by": "frailty",
        "yes": {"mean": "9 days", "sd": "11 days"},
        "no": {"mean": "6 days", "sd": "8 days"},
    },
    "otherwise": {"median": "2 days", "p90": "9 days"},
}
KINDS: dict[str, Any] = {
    "lognormal": {"mean": "40 min", "sd": "30 min"},
    "lognormal by age and frailty": STAY,
    "exponential": {"distribution": "exponential", "mean": "40 min"},
    "weibull": {"distribution": "weibull", "mean": "40 min", "sd": "30 min"},
    "gamma": {"distribution": "gamma", "mean": "40 min", "sd": "30 min"},
    "triangular": {"low": "5 min", "mode": "10 min", "high": "40 min"},
    "pert": {"distribution": "pert", "low": "5 min", "mode": "10 min", "high": "40 min"},
    "observed": {"values": [f"{i} min" for i in range(1, 200)]},
    "mixture": {
        "parts": [{"share": "40%", "mean": "1 h", "sd": "1 h"}, {"share": "60%", "mean": "9 h", "sd": "4 h"}]
    },
}


class Patient:
    """As much of a patient as luck needs."""

    __slots__ = ("block", "row", "visit")

    def __init__(self, block: Block, row: int, visit: int) -> None:
        self.block, self.row, self.visit = block, row, visit


def plan() -> Any:
    """Return the part of a scenario that sampling reads."""
    casemix = CaseMix.model_validate(PEOPLE, context={"places": PLACES})
    written = {"to": "ed", "profile": "00:00-08:00=1, 08:00-22:00=3, 22:00-24:00=1", "casemix": "all"}
    more = {"place": {"east": "90%", "out_of_area": "10%"}, "day_variation": "5%"}
    demand = {
        f"stream_{i}": DemandSpec.model_validate(
            {**written, **more, "per_day": rate}, context={"places": PLACES}
        )
        for i, rate in enumerate(RATES)
    }
    entries = {"demand": demand, "casemix": {"all": casemix}}
    return SimpleNamespace(
        **entries, places=PLACES, specs_over_time=lambda name, section: [(0.0, entries[section][name])]
    )


def draws_of(draws: Draws) -> list[Any]:
    """Return 24 draws such as a journey asks for: 12 lengths, 9 chances, 3 choices."""
    lengths, shares, mixes = (TypeAdapter(ByGroup[kind]) for kind in (Distribution, Share, Mix))  # type: ignore[valid-type]
    simple = lengths.validate_python(KINDS["lognormal"])
    stay = lengths.validate_python(STAY)
    share = shares.validate_python({"by": "age", "85+": "40%", "otherwise": "10%"})
    mix = mixes.validate_python(
        {"by": "acuity", "2": {"majors": "60%", "resus": "rest"}, "otherwise": "minors"}
    )
    return [
        *(draws.duration(f"length {i}", simple if i % 2 else stay) for i in range(12)),
        *(draws.chance(f"chance {i}", share) for i in range(9)),
        *(draws.choice(f"choice {i}", mix) for i in range(3)),
    ]


def timed(what: str, work: Callable[[], Any], count: int) -> Any:
    """Do some work, print what it cost, and return its result."""
    start = time.process_time()
    result = work()
    seconds = time.process_time() - start
    print(f"{what:58}{seconds:8.3f} CPU-s {seconds / count * 1e6:9.4f} us each")
    return result


def main(days: int) -> None:
    """Print the cost of people, of columns, of reading one value, and of single answers."""
    system = plan()
    draws = Draws(1, 1, PLACES)
    values = draws_of(draws)
    feed = Feed(system, Calendar(datetime(2026, 10, 5)), days * 1440.0, draws)
    start = time.process_time()
    blocks = [block for cohort in feed for block in cohort.blocks]
    seconds = time.process_time() - start
    people = sum(len(block) for block in blocks)
    print(f"{people:,} patients, {people / days:,.0f} a day, in {len(blocks)} blocks")
    what = "arrivals and 10 attributes, each patient"
    print(f"{what:58}{seconds:8.3f} CPU-s {seconds / people * 1e6:9.4f} us each")

    def fill() -> None:
        for block in blocks:
            for draw in values:
                draw.fill(block)

    timed("24 named values, each patient", fill, people)
    timed(
        "exact cells of one stream",
        lambda: cells_of(system.casemix["all"], Mix.only("east"), "gp", PLACES),
        1,
    )

    block = max(blocks, key=len)
    lengths = TypeAdapter(ByGroup[Distribution])
    named = [(name, draws.duration(name, lengths.validate_python(kind))) for name, kind in KINDS.items()]
    for name, draw in [
        *named,
        ("chance", values[12]),
        ("choice", values[21]),
        ("uniform", draws.uniform("u")),
    ]:
        draw.fill(block)
        timed(
            f"{name}: a column, each row",
            lambda draw=draw: [draw.column(block) for _ in range(50)],
            50 * len(block),
        )
        first, again = Patient(block, 7, 0), Patient(block, 7, 3)
        timed(
            f"{name}: reading one", lambda draw=draw, p=first: [draw.of(p) for _ in range(100_000)], 100_000
        )
        timed(
            f"{name}: at a repeat visit", lambda draw=draw, p=again: [draw.of(p) for _ in range(5000)], 5000
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 182)
