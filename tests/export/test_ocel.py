"""The object-centric log: the rules of OCEL 2.0, and what it says about who held whom."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.store.exports import ocel
from flowsim.store.journal import Journal, whole_days
from short_hospital import finished

TYPES = {"string": str, "integer": int, "float": float, "boolean": bool, "time": str}
"""Attribute types of OCEL 2.0. Source: ocel-standard.org, specification, JSON format."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.read(finished(tmp_path / "results"), 1)


@pytest.fixture
def log(journal: Journal, tmp_path: Path) -> dict[str, Any]:
    wanted = journal.there(*whole_days(journal, "2026-11-04 to 2026-11-06"))
    count = ocel.export(journal, wanted, tmp_path / "log.json")
    content: dict[str, Any] = json.loads((tmp_path / "log.json").read_text(encoding="utf-8"))
    assert count == len(content["events"])
    return content


def test_it_keeps_the_rules_of_the_format(log: dict[str, Any]) -> None:
    assert set(log) == {"objectTypes", "eventTypes", "objects", "events"}
    for things, types in (("objects", "objectTypes"), ("events", "eventTypes")):
        known = {
            each["name"]: {attribute["name"]: attribute["type"] for attribute in each["attributes"]}
            for each in log[types]
        }
        assert len(known) == len(log[types])
        ids = [each["id"] for each in log[things]]
        assert len(set(ids)) == len(ids)
        for each in log[things]:
            for attribute in each["attributes"]:
                kind = known[each["type"]][attribute["name"]]
                assert isinstance(attribute["value"], TYPES[kind])
                if things == "objects":
                    assert TIME.fullmatch(attribute["time"])


def test_every_relationship_leads_to_an_object(log: dict[str, Any]) -> None:
    objects = {each["id"] for each in log["objects"]}
    for each in [*log["objects"], *log["events"]]:
        for related in each.get("relationships", []):
            assert set(related) == {"objectId", "qualifier"}
            assert related["objectId"] in objects


def test_events_are_in_order_and_each_has_one_patient_and_one_service(log: dict[str, Any]) -> None:
    times = [each["time"] for each in log["events"]]
    assert all(TIME.fullmatch(time) for time in times)
    assert times == sorted(times)
    for each in log["events"]:
        kinds = [related["objectId"].partition(":")[0] for related in each["relationships"]]
        assert kinds.count("patient") == 1
        assert kinds.count("service") == 1


def test_every_object_takes_part_or_is_a_service(log: dict[str, Any]) -> None:
    seen = {related["objectId"] for each in log["events"] for related in each["relationships"]}
    idle = [each["id"] for each in log["objects"] if each["id"] not in seen and each["type"] != "service"]
    assert idle == []


def test_a_crew_is_held_at_the_door_and_given_up_at_handover(log: dict[str, Any]) -> None:
    held: dict[str, str] = {}
    handed_over = 0
    for each in log["events"]:
        patient = next(r["objectId"] for r in each["relationships"] if r["qualifier"] == "patient")
        for related in each["relationships"]:
            if related["qualifier"] == "holds meanwhile":
                held[patient] = related["objectId"]
            elif related["qualifier"] == "gives up":
                assert held[patient] == related["objectId"]
                handed_over += related["objectId"].startswith("crew:")
    assert handed_over > 20


def test_who_holds_whom_agrees_with_the_times_in_the_journal(journal: Journal) -> None:
    log = ocel._Log(journal, np.ones(journal.size, dtype=bool))
    holding = np.flatnonzero(log.held >= 0)
    holder = log.held[holding]
    accepted, left = log.journal.minutes("accepted"), log.journal.minutes("left")
    taken = ~np.isnan(accepted[holding]) & ~log.journal.of_kind("discharge")[holding]
    assert taken.sum() > 100
    assert np.allclose(left[holder[taken]], accepted[holding[taken]])
