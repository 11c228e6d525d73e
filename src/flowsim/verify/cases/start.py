"""V24: a system that starts loaded is in its long run from the first minute; one that starts empty is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowsim.spec.distributions import parse_distribution
from flowsim.tables import Replication
from flowsim.verify.case import Case, Check, Luck, case, covers
from flowsim.verify.files import queue
from flowsim.verify.seen import observe, present

STAY = {"distribution": "lognormal", "mean": "4 days", "sd": "6 days"}
MOMENTS = {f"day {day:g}": day * 1440.0 + 1.0 for day in (0.0, 0.5, 2.0, 5.0, 10.0)}
"""A minute after midnight, or after noon, so that the first figure is the start itself."""


@case("V24", "A loaded start, and an empty one", "Little's law and the law of residual stays")
def loaded_start(luck: Luck) -> Iterable[Check]:
    """A ward with long stays: flat from day 0 if loaded, and filling up as theory says if empty."""
    changes = {
        "services.ward.stay": STAY,
        "demand.admissions.per_day": 10,
        "time.warm_up": "0 days",
        "time.horizon": "11 days",
    }

    def look(result: Replication) -> Mapping[str, float]:
        numbers = present(result, "ward", list(MOMENTS.values()))
        return dict(zip(MOMENTS, numbers.tolist(), strict=True))

    stay = parse_distribution(STAY)
    for initial in ("loaded", "empty"):
        scenario = queue("mg_infinity", luck.seed, {**changes, "time.initial": initial})
        values = observe(scenario, luck.many(40), look)
        for name, minute in list(MOMENTS.items())[initial == "empty" :]:
            share = 1.0 if initial == "loaded" else float(stay.limited(minute)) / stay.mean_minutes()
            yield covers(f"{initial}: patients, {name}", 40.0 * share, values[name])
        if initial == "loaded":
            spread = (values["day 0"] - 40.0) ** 2
            yield covers("loaded: variance of the number, day 0", 40.0, spread)


CASES: tuple[Case, ...] = (loaded_start,)
