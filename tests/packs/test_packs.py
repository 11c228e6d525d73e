"""Every shipped surge pack, the shocks in them, and the three winters made of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.measures.catalogue import CATALOGUE
from flowsim.model import replicate
from flowsim.scenario import Scenario, load
from flowsim.scenario.describe import backing
from flowsim.scenario.parts import parts, with_parts
from flowsim.scenario.provenance import unsourced
from overlays import (
    FEW_DAYS,
    ONE_PLACE,
    STRENGTHS,
    begins,
    claimed,
    daily_mean,
    daily_present,
    laid_over,
    rises,
    rows_of,
    run_of,
    shipped,
    values_of,
)

PACKS = shipped("packs")
SMALL = f"only-{ONE_PLACE}"
WINTERS = ("baseline", "moderate", "extreme")
BEGINS = {
    "bank-holidays": "2026-12-14",
    "care-home-closure": "2027-01-11",
    "christmas-gap": "2026-12-21",
    "cold-snap": "2027-01-11",
    "covid-wave": "2027-01-04",
    "flu-wave": "2026-12-21",
    "heatwave": "2027-07-05",
    "industrial-action": "2027-01-11",
    "it-failure": "2027-01-11",
    "lost-ward": "2027-01-11",
    "major-incident": "2027-01-11",
    "norovirus-wave": "2027-02-08",
    "rsv-wave": "2026-11-23",
    "staff-sickness": "2026-12-28",
}
"""Start of a fortnight that holds the dates of each pack."""
SHOCKS = (
    "flu", "RSV", "COVID", "norovirus", "cold", "heatwave", "bank holiday", "Christmas", "sickness",
    "industrial action", "lost ward", "care home", "major incident", "IT failure",
)  # fmt: skip
"""Every shock that planners ask for."""


def fortnight(name: str) -> list[str]:
    return [f"time.start={BEGINS[name]}", "time.warm_up=1 week", "time.horizon=2 weeks"]


# -- what a pack says of itself --------------------------------------------------------------------------


def test_every_shock_is_shipped() -> None:
    titles = " ".join(pack.title for pack in PACKS.values()).lower()
    names = {"flu": "influenza"}
    assert [shock for shock in SHOCKS if names.get(shock, shock).lower() not in titles] == []
    assert sorted(BEGINS) == sorted(PACKS)


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_has_a_card(name: str) -> None:
    pack = PACKS[name]
    assert pack.card is not None
    assert len(pack.card.does) > 60
    assert pack.has_strengths
    assert pack.card.additional.startswith("Not a question here.")
    assert [claim.measure for claim in pack.card.moves if claim.measure not in CATALOGUE] == []


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_fits_any_horizon_that_holds_its_dates(name: str, home: Path) -> None:
    for strength in STRENGTHS:
        scenario = laid_over(home, SMALL, f"packs/{name}", strength, fortnight(name))
        mine = [each for each in scenario.warnings if "packs/" in each.file]
        inside = [each for each in mine if "outside the simulated period" not in each.message]
        assert inside == []
        assert len(mine) < max(len(scenario.surges), 1)
        assert unsourced(scenario) == []


def test_a_pack_outside_the_horizon_is_told_once(home: Path) -> None:
    scenario = laid_over(home, SMALL, "packs/heatwave", "high")
    told = [each.message for each in scenario.warnings if "packs/" in each.file]
    assert len(told) == 1
    assert told[0].startswith("This has no effect: its dates lie outside the simulated period")


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_leaves_everybody_else_as_they_are(name: str, home: Path) -> None:
    """Further people come in streams of their own or on top; those who come anyway are the same."""
    days = [*FEW_DAYS, f"time.start={max(BEGINS[name], _first_date(name))}"]
    plain_days = run_of(laid_over(home, SMALL, sets=days))
    surged = run_of(laid_over(home, SMALL, f"packs/{name}", "central", days))
    before, after = everybody(plain_days), everybody(surged)
    if name in {"industrial-action", "christmas-gap"}:  # fewer come, and nobody else
        assert len(after - before) < 0.02 * len(before)
    else:
        assert before <= after


def _first_date(name: str) -> str:
    later = {"heatwave": "2027-07-12", "cold-snap": "2027-01-11", "industrial-action": "2027-01-18"}
    return later.get(name, BEGINS[name])


def everybody(result: Any) -> set[tuple[object, ...]]:
    people = result.patients
    names = np.array(result.demand, dtype=object)[people["demand"]].tolist()
    columns = [people[column].tolist() for column in sorted(people) if column != "demand"]
    return set(zip(names, *columns, strict=True))


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_moves_its_own_measure_as_it_claims(name: str, home: Path) -> None:
    card = PACKS[name].card
    assert card is not None
    claim = card.moves[0]
    before = values_of(laid_over(home, SMALL, sets=fortnight(name)))
    after = values_of(laid_over(home, SMALL, f"packs/{name}", "high", fortnight(name)))
    assert rises(claim, [claimed(before, claim), claimed(after, claim)])


@pytest.mark.slow
@pytest.mark.parametrize("name", PACKS)
def test_a_pack_is_monotone_from_low_to_high(name: str, home: Path) -> None:
    sets = [*fortnight(name)[:2], "time.horizon=4 weeks"]
    runs = [values_of(laid_over(home, SMALL, sets=sets))]
    runs += [values_of(laid_over(home, SMALL, f"packs/{name}", each, sets)) for each in STRENGTHS]
    card = PACKS[name].card
    assert card is not None
    first, *others = card.moves
    assert rises(first, [claimed(values, first) for values in runs])
    for claim in others:
        assert rises(claim, [claimed(runs[0], claim), claimed(runs[-1], claim)]), claim


# -- shocks do what a planner expects --------------------------------------------------------------------


def test_christmas_raises_discharge_ready_patients_then_boarding_then_handover(home: Path) -> None:
    sets = ["time.start=2026-12-14", "time.warm_up=2 weeks", "time.horizon=5 weeks"]
    base = laid_over(home, SMALL, sets=sets)
    plan = laid_over(home, SMALL, "packs/christmas-gap", "high", sets)
    ready, boarding, handover = (np.zeros(49) for _ in range(3))
    for number in (1, 2, 3):
        for sign, scenario in ((-1, base), (1, plan)):
            result = replicate(scenario, number)
            ready += sign * _ready(result, scenario)
            admitted = rows_of(result, scenario, "emergency_department", "admit")
            boarding += sign * daily_present(result, admitted, "finished", "left")
            conveyed = rows_of(result, scenario, "ambulance", "convey")
            handover += sign * daily_mean(result, conveyed, "finished", "left")
    christmas_eve = 24
    for series in (ready, boarding, handover):
        assert (series[:christmas_eve] == 0).all()
    assert ready[christmas_eve:].max() / 3 > 20
    assert begins(ready) >= christmas_eve - 6
    assert begins(ready) + 1 <= begins(boarding)
    assert begins(boarding) + 2 <= begins(handover)


def _ready(result: Any, scenario: Scenario) -> Any:
    hub, community = rows_of(result, scenario, "discharge"), rows_of(result, scenario, "intermediate_care")
    waiting = daily_present(result, community, "arrived", "accepted")
    return daily_present(result, hub, "arrived", "left") + waiting


def test_closing_thirty_beds_at_one_site_raises_that_sites_waits_first(home: Path) -> None:
    """Two hospitals of one place: the pack's shock, at the one; the other hardly feels it, and later."""
    sets = ["time.start=2027-01-04", "time.warm_up=2 weeks", "time.horizon=4 weeks"]
    base = laid_over(home, "only-west-kent", sets=sets)
    dated = {"add": -30, "from": "2027-01-11", "to": "2027-01-31"}
    plan = base.change({"services.maidstone_medical.beds": dated})
    more = {"maidstone": np.zeros(42), "tunbridge_wells": np.zeros(42)}
    for number in (1, 2):
        for sign, scenario in ((-1, base), (1, plan)):
            result = replicate(scenario, number)
            for site in more:
                admitted = rows_of(result, scenario, "emergency_department", "admit", site=site)
                more[site] += sign * daily_present(result, admitted, "finished", "left") / 2
    closed = slice(21, 42)
    assert (more["maidstone"][:21] == 0).all()
    assert more["maidstone"][closed].mean() > 3
    assert abs(more["tunbridge_wells"][closed].mean()) < 0.2 * more["maidstone"][closed].mean()
    there = int(np.argmax(more["maidstone"] >= 2))
    elsewhere = np.flatnonzero(np.abs(more["tunbridge_wells"]) >= 2)
    assert not elsewhere.size or there < elsewhere[0]


@pytest.mark.full
def test_the_lost_ward_is_felt_at_its_own_site_in_kent_and_medway(home: Path) -> None:
    sets = ["time.start=2027-01-11", "time.warm_up=2 weeks", "time.horizon=3 weeks"]
    before = values_of(laid_over(home, "baseline", sets=sets))
    after = values_of(laid_over(home, "baseline", "packs/lost-ward", "high", sets))
    sites = ("darent_valley", "medway_maritime", "maidstone", "tunbridge_wells", "william_harvey", "qeqm")
    longer = {s: after["bed_wait_mean", "site", s] - before["bed_wait_mean", "site", s] for s in sites}
    assert longer["darent_valley"] > 0
    assert max(longer, key=lambda site: longer[site]) == "darent_valley"


ROTAS = {
    "emergency_department": ("assessors",),
    "urgent_treatment_centre": ("clinicians",),
    "same_day_emergency_care": ("clinicians",),
    "ambulance": ("crews",),
    "urgent_community_response": ("team",),
    "discharge": ("team",),
    "clinic": ("staff",),
    "virtual_ward": ("onboarding",),
}
WALLS = {
    "emergency_department": ("offload_bays", "escalation_spaces"),
    "urgent_treatment_centre": ("rooms",),
    "same_day_emergency_care": ("chairs",),
    "virtual_ward": ("places",),
    "intermediate_care": ("places",),
    "clinic": ("rooms",),
}


def test_sickness_hits_staffed_beds_and_rotas_and_no_walls(home: Path) -> None:
    scenario = laid_over(home, SMALL, "packs/staff-sickness", "high", ["time.horizon=20 weeks"])
    fewer: set[str] = set()
    for name, spec in scenario.services.items():
        over_time = [each for _, each in scenario.specs_over_time(name)]
        for wall in WALLS.get(spec.kind, ()):
            assert {getattr(each, wall) for each in over_time} == {getattr(spec, wall)}, f"{name}.{wall}"
        if spec.kind == "emergency_department":
            spaces = {tuple(area.spaces for area in each.areas.values()) for each in over_time}
            assert len(spaces) == 1
            hours = [each.clinicians["main"].hours_per_week() for each in over_time]
            assert min(hours) < hours[0]
        if spec.kind == "ward":
            assert min(each.beds for each in over_time) < spec.beds or spec.beds < 15
            assert max(each.beds for each in over_time) == spec.beds
        for rota in ROTAS.get(spec.kind, ()):
            hours = [getattr(each, rota).hours_per_week() for each in over_time]
            assert max(hours) == hours[0]
            fewer |= {spec.kind} if min(hours) < hours[0] else set()
    assert "ambulance" in fewer  # small rotas lose nobody: only whole people can be missing


def test_sickness_follows_the_wave_that_it_shares(home: Path) -> None:
    for peak in ("2026-12-30", "2027-01-20"):
        sets = ["time.horizon=20 weeks", f"waves.flu.peak={peak}"]
        scenario = laid_over(home, SMALL, "packs/staff-sickness", "high", sets)
        steps = scenario.specs_over_time("darent_valley_medical")
        fewest = min(spec.beds for _, spec in steps)
        since = next(minute for minute, spec in steps if spec.beds == fewest)
        until = next(minute for minute, spec in steps if minute > since and spec.beds > fewest)
        middle = scenario.calendar_start.date() + timedelta(days=(since + until) // 2880)
        assert abs((middle - date.fromisoformat(peak) - timedelta(days=7)).days) <= 2


@pytest.mark.slow
def test_a_wave_fills_about_as_many_beds_as_were_seen(home: Path) -> None:
    """At its peak 5.3% of general and acute beds hold somebody with influenza (2022/23 and 2024/25)."""
    sets = ["time.start=2026-12-14", "time.warm_up=6 weeks", "time.horizon=6 weeks"]
    shares = []
    for number in (1, 2):
        scenario = laid_over(home, SMALL, "packs/flu-wave", "high", sets)
        result = replicate(scenario, number)
        streams = [index for index, name in enumerate(result.demand) if name.endswith("_flu")]
        flu = np.isin(result.patients["demand"][result.visits["patient"]], streams)
        there = daily_present(result, rows_of(result, scenario, "ward") & flu, "accepted", "left")
        shares.append(there[42 + 9 : 42 + 37].mean() / 543)
    assert 0.035 < np.mean(shares) < 0.075


# -- winters ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WINTERS)
def test_a_winter_is_ready_to_run(name: str, home: Path) -> None:
    scenario = load(home / f"winter-{name}.yaml")
    assert scenario.warnings == ()
    assert unsourced(scenario) == []
    assert scenario.title.startswith(f"Kent and Medway, {name} winter")
    assert scenario.about.question


def test_winters_have_the_baselines_system_and_people(home: Path) -> None:
    base = load(home / "baseline.yaml")
    for name in WINTERS:
        winter = load(home / f"winter-{name}.yaml")
        assert winter.services.keys() == base.services.keys()
        assert base.demand.keys() < winter.demand.keys()
        assert winter.time == base.time
        assert winter.seed == base.seed


def test_winters_differ_in_how_much_comes(home: Path) -> None:
    """Each is harder than the one before: more people at the peak, and fewer beds."""
    worst: dict[str, tuple[float, int]] = {}
    for name in WINTERS:
        winter = load(home / f"winter-{name}.yaml")
        flu = [
            max(spec.per_day for _, spec in winter.specs_over_time(stream, "demand"))
            for stream in winter.demand
            if stream.endswith(("_flu", "_covid", "_rsv", "_norovirus"))
        ]
        beds = min(spec.beds for _, spec in winter.specs_over_time("medway_maritime_medical"))
        worst[name] = (sum(flu), beds)
    assert worst["baseline"][0] < worst["moderate"][0] < worst["extreme"][0]
    assert worst["baseline"][1] > worst["moderate"][1] > worst["extreme"][1]


def test_a_winter_keeps_the_shares_of_its_packs_in_one_list(home: Path) -> None:
    moderate = load(home / "winter-moderate.yaml")
    assert {"flu", "rsv", "covid", "norovirus", "staff_sickness", "christmas_discharge"} <= set(
        moderate.surges
    )
    assert {"flu", "rsv", "covid", "norovirus"} == set(moderate.waves)
    labels = {change.label for change in backing(moderate).dated}
    assert "surge flu" in labels


@pytest.mark.full
def test_the_winters_are_worse_one_after_the_other(home: Path) -> None:
    values = [
        values_of(load(home / f"winter-{name}.yaml", sets=["time.warm_up=3 weeks", "time.horizon=14 weeks"]))
        for name in WINTERS
    ]
    for measure in ("attendances", "bed_occupancy", "boarders", "time_in_department_mean", "handover_mean"):
        series = [each[measure, "system", ""] for each in values]
        assert series == sorted(series), measure


def test_levers_and_packs_are_one_change_each_and_the_whole_reads_back(home: Path) -> None:
    """Taken apart, a plan has one part for each file; written out, it is the same scenario."""
    files = (
        "packs/flu-wave.yaml = high",
        "packs/christmas-gap.yaml",
        "levers/virtual-ward-step-up.yaml = low",
    )
    text = f"flowsim: 1\nname: all\nextends: {SMALL}.yaml\ninclude:\n"
    text += "".join(f"  - ../{file}\n" for file in files)
    (home / "all.yaml").write_text(text, encoding="utf-8")
    sets = ["time.horizon=12 weeks"]
    base, plan = laid_over(home, SMALL, sets=sets), load(home / "all.yaml", sets=sets)
    found = parts(base, plan)
    assert len(found) == len(files)
    assert {"flu-wave", "virtual-ward-step-up"} <= {part.name for part in found}
    for part in found:
        assert with_parts(base, plan, [part], "one").name == "one"
    (home.parent / "resolved.yaml").write_text(plan.resolved_text(), encoding="utf-8")
    assert load(home.parent / "resolved.yaml").digest == plan.digest
