"""Small demand streams, tables and patients for tests of sampling."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from flowsim.clock import Calendar
from flowsim.sampling.blocks import Block
from flowsim.sampling.draws import Draws
from flowsim.sampling.feed import Feed
from flowsim.sampling.uniforms import key_of, mixed
from flowsim.spec.demand import DemandSpec
from flowsim.spec.distributions import Distribution
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix
from flowsim.spec.people import CaseMix
from flowsim.spec.values import Share
from flowsim.vocabulary import ATTRIBUTES, everywhere

PLACES = ("coast", "town")
CALENDAR = Calendar(datetime(2026, 10, 5))

_DURATIONS: TypeAdapter[ByGroup[Any]] = TypeAdapter(ByGroup[Distribution])
_SHARES: TypeAdapter[ByGroup[float]] = TypeAdapter(ByGroup[Share])
_MIXES: TypeAdapter[ByGroup[Mix]] = TypeAdapter(ByGroup[Mix])


def durations(written: Any) -> ByGroup[Any]:
    """Return distributions by group as a scenario would write them."""
    return _DURATIONS.validate_python(written, context={"places": PLACES})


def shares(written: Any) -> ByGroup[float]:
    """Return shares by group as a scenario would write them."""
    return _SHARES.validate_python(written, context={"places": PLACES})


def mixes(written: Any) -> ByGroup[Mix]:
    """Return mixes by group as a scenario would write them."""
    return _MIXES.validate_python(written, context={"places": PLACES})


def demand(**settings: Any) -> DemandSpec:
    """Return a demand stream as a scenario would write it."""
    return DemandSpec.model_validate({"to": "ed", "per_day": 50, **settings}, context={"places": PLACES})


def casemix(**settings: Any) -> CaseMix:
    """Return a case mix as a scenario would write it."""
    return CaseMix.model_validate(settings, context={"places": PLACES})


MIXED = casemix(
    age={"0-17": "25%", "18-64": "45%", "65-74": "10%", "75-84": "12%", "85+": "rest"},
    fifth={
        "by": "place",
        "coast": {"1": "50%", "2": "50%"},
        "otherwise": {"3": "20%", "4": "30%", "5": "50%"},
    },
    acuity={"by": "age", "0-17": {"3": "20%", "4": "80%"}, "otherwise": {"1": "2%", "2": "18%", "3": "80%"}},
    stream={"by": "age", "0-17": "paediatric", "otherwise": {"medical": "60%", "surgical": "rest"}},
    frailty={"by": "age", "85+": {"yes": "60%", "no": "40%"}, "otherwise": {"yes": "5%", "no": "95%"}},
    pathway={"by": "frailty", "yes": {"0": "40%", "1": "35%", "2": "15%", "3": "10%"}, "no": "0"},
    admission={
        "by": "acuity",
        "1": "90%",
        "2": "55%",
        "otherwise": {"by": "route", "gp": "50%", "otherwise": "12%"},
    },
)
"""A case mix in which every attribute depends on another."""


@dataclass
class Plan:
    """The part of a scenario that sampling reads."""

    demand: dict[str, DemandSpec]
    casemix: dict[str, CaseMix] = field(default_factory=dict)
    places: dict[str, None] = field(default_factory=lambda: dict.fromkeys(PLACES))
    dated: dict[tuple[str, str], list[tuple[float, Any]]] = field(default_factory=dict)

    def specs_over_time(self, name: str, section: str) -> list[tuple[float, Any]]:
        """Return settings whenever they change, the first at minute 0."""
        return [(0.0, getattr(self, section)[name]), *self.dated.get((section, name), [])]


def everyone(
    plan: Plan, days: float = 28.0, calendar: Calendar = CALENDAR, seed: int = 1, replication: int = 1
) -> list[Block]:
    """Return the blocks of all patients of a run."""
    feed = Feed(plan, calendar, days * 1440.0, Draws(seed, replication, PLACES))  # type: ignore[arg-type]
    return [block for cohort in feed for block in cohort.blocks]


def by_uid(blocks: list[Block], calendar: Calendar = CALENDAR) -> dict[int, tuple[Any, ...]]:
    """Return date, stream and attributes of every patient, by identifier."""
    found: dict[int, tuple[Any, ...]] = {}
    for block in blocks:
        for row, (uid, minute) in enumerate(zip(block.uid.tolist(), block.times.tolist(), strict=True)):
            second = calendar.at(round(minute * 60) / 60)
            found[uid] = (second, block.name, *(block.codes[name][row] for name in ATTRIBUTES))
    return found


@dataclass(slots=True)
class Someone:
    """A patient, as far as luck is concerned."""

    block: Block
    row: int
    visit: int = 0


def crowd(draws: Draws, count: int, seed: int = 7) -> Block:
    """Return a block of patients with attributes of every kind."""
    rng = np.random.default_rng(seed)
    attrs = {}
    for name, values in ATTRIBUTES.items():
        many = len(everywhere(PLACES)) if name == "place" else len(values)
        attrs[name] = rng.integers(0, many, count).astype(np.int8)
    uid = mixed(np.arange(count, dtype=np.uint64), key_of("crowd", seed))
    block = Block("crowd", 0, "ed", uid=uid, times=np.arange(count) * 1.0, attrs=attrs)
    draws.admit(block)
    return block
