"""Ready-made levers and packs laid over small systems, for tests that run them.

The small system is one place of Kent and Medway, with the files of the real one: about 500 patients a day.
"""

from __future__ import annotations

import fnmatch
import shutil
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from flowsim.measures.catalogue import evaluate
from flowsim.model import replicate
from flowsim.scenario import Scenario, load
from flowsim.scenario.cards import ReadyMade, ready_made
from flowsim.spec.card import Claim
from flowsim.tables import Replication

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
STRENGTHS = ("low", "central", "high")
PLACE = """
flowsim: 1
name: {name}
time: {{kind: terminating, start: 2026-11-02, warm_up: 2 weeks, horizon: 2 weeks, initial: loaded}}
replications: 1
include: [places.yaml, casemix.yaml, templates.yaml, {file}]
change:
  services[kind=ambulance].crews: {{multiply: 0.84}}
evidence: [evidence.csv]
"""
"""One place of Kent and Medway by itself."""
ONE_PLACE = "dartford-gravesham-swanley"
NAMES_PLACES = frozenset({"gp-out-of-hours-at-ed", "hot-clinics", "pooled-intermediate-care"})
"""Levers that name services of every place, so that they need the whole of Kent and Medway."""
FEW_DAYS = ["time.horizon=3 days", "time.warm_up=0 days", "time.initial=empty"]
"""Settings for a short run into which nobody comes but by the demand streams."""

Values = dict[tuple[str, str, str], float]
"""Values by measure, level and group."""


def copy_of_scenarios(folder: Path) -> Path:
    """Copy the shipped scenarios, add each place by itself, and return the folder of Kent and Medway."""
    home = folder / "scenarios"
    shutil.copytree(SCENARIOS, home, ignore=shutil.ignore_patterns("results", "*.md"))
    for place in (ONE_PLACE, "west-kent"):
        text = PLACE.format(name=f"only-{place}", file=f"{place}.yaml")
        (home / "kent-medway" / f"only-{place}.yaml").write_text(text, encoding="utf-8")
    return home / "kent-medway"


@cache
def shipped(folder: str) -> dict[str, ReadyMade]:
    """Return the levers or packs that are shipped, by name."""
    return {Path(each.file).stem: each for each in ready_made(SCENARIOS / folder)}


def laid_over(
    home: Path, base: str, overlay: str = "", strength: str = "", sets: Sequence[str] = ()
) -> Scenario:
    """Return a scenario of `home` with a lever or pack, such as ``levers/sdec-hours``, laid over it."""
    if not overlay:
        return load(home / f"{base}.yaml", sets=sets)
    reference = f"../{overlay}.yaml" + (f" = {strength}" if strength else "")
    name = f"{base}-{overlay.replace('/', '-')}-{strength or 'as-it-is'}"
    file = home / f"{name}.yaml"
    file.write_text(f"flowsim: 1\nname: {name}\nextends: {base}.yaml\ninclude: ['{reference}']\n", "utf-8")
    return load(file, sets=sets)


def run_of(scenario: Scenario, replication: int = 1) -> Replication:
    """Return one replication."""
    return replicate(scenario, replication)


def values_of(scenario: Scenario, replication: int = 1) -> Values:
    """Return every measure of one replication."""
    table = evaluate(replicate(scenario, replication), scenario)
    keys = zip(*(table[name].tolist() for name in ("measure", "level", "group")), strict=True)
    return dict(zip(keys, table["value"].tolist(), strict=True))


def claimed(values: Values, claim: Claim) -> float:
    """Return the value that a claim is about: the mean over the groups it names, 0 if there are none."""
    if not claim.of:
        return values[claim.measure, "system", ""]
    level, _, pattern = claim.of.partition("=")
    found = [
        value
        for (measure, at, group), value in values.items()
        if measure == claim.measure and at == level and fnmatch.fnmatch(group, pattern)
    ]
    return float(np.mean(found)) if found else 0.0


def rises(claim: Claim, values: Sequence[float]) -> bool:
    """Say whether values move strictly the claimed way, one after the other."""
    sign = 1 if claim.direction == "up" else -1
    return all(sign * (after - before) > 0 for before, after in pairwise(values))


# -- through time ----------------------------------------------------------------------------------------


def daily_present(result: Replication, rows: Any, since: str, until: str) -> Any:
    """Return how many of some visits are between two of their times, at noon of every day."""
    noons = np.arange(int((result.warm_up + result.horizon) // 1440)) * 1440.0 + 720.0
    begin = result.visits[since][rows]
    finish = np.where(np.isnan(result.visits[until][rows]), np.inf, result.visits[until][rows])
    there = ~np.isnan(begin)
    begins, ends = np.sort(begin[there]), np.sort(finish[there])
    return (np.searchsorted(begins, noons) - np.searchsorted(ends, noons)).astype(float)


def daily_mean(result: Replication, rows: Any, since: str, until: str) -> Any:
    """Return the mean minutes between two times, by the day of the first; 0 on a day without any."""
    days = int((result.warm_up + result.horizon) // 1440)
    begin = result.visits[since][rows]
    length = result.visits[until][rows] - begin
    known = ~np.isnan(length)
    day = (begin[known] // 1440).astype(int)
    number = np.bincount(day, minlength=days)[:days]
    total = np.bincount(day, length[known], minlength=days)[:days]
    return total / np.maximum(number, 1)


def rows_of(result: Replication, scenario: Scenario, kind: str, outcome: str = "", **where: str) -> Any:
    """Return which visits are to a kind of service (perhaps at one site) and end in an outcome."""
    chosen = np.zeros(len(result.visits["service"]), dtype=bool)
    for index, name in enumerate(result.services):
        spec = scenario.services[name]
        if spec.kind != kind or any(getattr(spec, key) != value for key, value in where.items()):
            continue
        mine = result.visits["service"] == index
        if outcome:
            mine &= result.visits["outcome"] == list(spec.OUTCOMES).index(outcome)
        chosen |= mine
    return chosen


def week_by_week(series: Any) -> Any:
    """Return a daily series smoothed over the week that begins on each day."""
    return np.convolve(series, np.ones(7) / 7, "valid")


def begins(series: Any, share: float = 0.1) -> int:
    """Return the first day on which a smoothed series is above a share of its peak."""
    smooth = week_by_week(series)
    return int(np.argmax(smooth > share * smooth.max()))
