"""Ambulances that are taken to another hospital: nobody is lost, and the way is longer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.measures.escalation import Story
from flowsim.model import replicate
from flowsim.tables import Replication
from two_hospitals import RULES, action, two_hospitals

ALWAYS = "level: 2, until: 1, at_least: 99 days"
FAR = "routes: {north_ed: [{to: south_ed, travel: 40 min}]}"


def conveyed(result: Replication, to: str) -> set[int]:
    """Return the patients whom crews brought to a department."""
    visits = result.visits
    crews, here = result.services.index("crews"), result.services.index(to)
    return set(visits["patient"][(visits["service"] == here) & (visits["source"] == crews)].tolist())


def uids(result: Replication, patients: set[int]) -> set[int]:
    return {int(result.patients["uid"][row]) for row in patients}


def began(result: Replication) -> float:
    table: Any = result.escalation
    return min(use.begin for use in Story(table, 0.0, result.end).uses())


def diverted(result: Replication) -> float:
    table: Any = result.escalation
    return sum(Story(table, 0.0, result.end).counts("diverted").values())


def test_diverting_never_loses_or_duplicates_a_patient(acted: Replication, plain: Replication) -> None:
    """The engine was checked throughout (audit); here every call is followed to exactly one door."""
    assert diverted(acted) > 10
    north, south = conveyed(acted, "north_ed"), conveyed(acted, "south_ed")
    assert not north & south
    visits = acted.visits
    crews = visits["service"] == acted.services.index("crews")
    taken = visits["patient"][crews & (visits["outcome"] == 2)]
    assert len(taken) == len(set(taken.tolist()))
    assert set(taken.tolist()) == north | south
    assert acted.info["patients"] == plain.info["patients"]
    inside = sum(acted.info["inside"].values())
    assert acted.info["patients"] - acted.info["finished"] == inside
    assert set(acted.patients["uid"].tolist()) == set(plain.patients["uid"].tolist())


def test_nobody_is_diverted_before_an_action_or_without_one(tmp_path: Path, plain: Replication) -> None:
    result = replicate(
        two_hospitals(tmp_path, RULES, action(f"{{{ALWAYS}, divert: {{{FAR}}}}}")), 1, audit=True
    )
    start = began(result)
    for name in ("north_ed", "south_ed"):
        one, other = (
            uids(r, {p for p in conveyed(r, name) if r.patients["arrived"][p] < start - 120})
            for r in (result, plain)
        )
        assert one == other


def test_while_it_lasts_all_who_were_meant_for_the_one_go_to_the_other(tmp_path: Path) -> None:
    text = f"{{{ALWAYS}, divert: {{to: any, {FAR}}}}}"
    result = replicate(two_hospitals(tmp_path, RULES, action(text)), 1, audit=True)
    late = {p for p in conveyed(result, "north_ed") if result.patients["arrived"][p] > began(result) + 60}
    assert late == set()
    assert len(conveyed(result, "south_ed")) > 200


def test_the_way_is_longer_by_the_travel_time(tmp_path: Path) -> None:
    """On scene for 30 minutes and on the road for 18; a detour takes 40 more."""
    text = f"{{{ALWAYS}, divert: {{to: any, uptake: 50%, {FAR}}}}}"
    result = replicate(two_hospitals(tmp_path, RULES, action(text)), 1, audit=True)
    visits = result.visits
    crews = (visits["service"] == result.services.index("crews")) & (visits["outcome"] == 2)
    minutes = (visits["finished"] - visits["started"])[crews].round(6)
    to_north = np.isin(visits["patient"][crews], sorted(conveyed(result, "north_ed")))
    assert set(minutes[to_north]) == {48.0}
    assert set(minutes[~to_north]) == {48.0, 88.0}
    assert (minutes == 88.0).sum() == diverted(result)


def test_those_diverted_at_a_third_are_among_those_diverted_at_two_thirds(tmp_path: Path) -> None:
    sent = []
    for uptake in ("33%", "66%"):
        text = f"{{{ALWAYS}, divert: {{to: any, uptake: {uptake}, {FAR}}}}}"
        result = replicate(two_hospitals(tmp_path, RULES, action(text), services__crews__crews=500), 1)
        north = {
            p for p in conveyed(result, "north_ed") if result.patients["arrived"][p] > began(result) + 60
        }
        sent.append((began(result), uids(result, north)))
    (start, few), (other, many) = sent
    assert start == other
    assert many < few


def test_who_is_eligible_decides(tmp_path: Path) -> None:
    text = f"{{{ALWAYS}, divert: {{to: any, eligible: {{by: acuity, 2: 0%, otherwise: 100%}}, {FAR}}}}}"
    result = replicate(two_hospitals(tmp_path, RULES, action(text)), 1, audit=True)
    late = {p for p in conveyed(result, "north_ed") if result.patients["arrived"][p] > began(result) + 60}
    assert {int(result.patients["acuity"][p]) for p in late} == {1}  # the second of five: acuity 2


@pytest.mark.parametrize(("rule", "some"), [("lower", False), ("any", True)])
def test_a_department_under_as_much_pressure_takes_nobody(tmp_path: Path, rule: str, some: bool) -> None:
    text = f"{{{ALWAYS}, divert: {{to: {rule}, {FAR}}}}}"
    full = two_hospitals(
        tmp_path, RULES, action(text), services__south_ward__beds=0, services__north_ward__beds=0
    )
    result = replicate(full, 1, audit=True)
    table: Any = result.escalation
    story = Story(table, 0.0, result.end)
    highest = [
        min(begin for begin, _, level in story.spans()["site", name] if level == 4)
        for name in ("north", "south")
    ]
    after = [
        row
        for row, event in enumerate(story.event)
        if event == "diverted" and story.minute[row] > max(highest) + 60
    ]
    assert bool(after) is some


def test_two_that_divert_to_each_other_do_not_pass_patients_to_and_fro(tmp_path: Path) -> None:
    both = "routes: {north_ed: [{to: south_ed}], south_ed: [{to: north_ed}]}"
    text = f"{{{ALWAYS}, divert: {{to: any, {both}}}}}"
    full = two_hospitals(
        tmp_path, RULES, action(text), services__south_ward__beds=0, services__north_ward__beds=0
    )
    result = replicate(full, 1, audit=True)
    table: Any = result.escalation
    story = Story(table, 0.0, result.end)
    first = {use.scope[1]: use.begin for use in reversed(story.uses())}
    later = max(first.values())
    rows = [
        row for row, event in enumerate(story.event) if event == "diverted" and story.minute[row] > later + 60
    ]
    assert rows == []


def test_the_next_neighbour_takes_over_where_the_first_is_full(tmp_path: Path) -> None:
    third = """
sites: {east: {place: lowland}}
services: {east_ed: {like: department, site: east}, east_ward: {like: wards, site: east, beds: 80}}
pathways: {east_ed: {admit: east_ward, otherwise: leave}, east_ward: {ready: lowland_hub, otherwise: leave}}
demand:
  east_walk_in: {to: east_ed, route: walk_in, place: lowland, per_day: 10, profile: flat, casemix: usual}
"""
    ways = "routes: {north_ed: [{to: south_ed, travel: 10 min}, {to: east_ed, travel: 20 min}]}"
    text = action(f"{{{ALWAYS}, divert: {{{ways}}}}}")
    taken = {}
    for beds in (400, 0):
        changes = {"services__south_ward__beds": beds, "services__crews__crews": 500}
        result = replicate(two_hospitals(tmp_path, RULES, third, text, **changes), 1, audit=True)
        taken[beds] = len(conveyed(result, "east_ed"))
    assert taken[400] == 0
    assert taken[0] > 50
