"""Reading every visit of a replication back, journey by journey."""

from pathlib import Path

import numpy as np
import pytest

from flowsim.errors import InputError
from flowsim.store.journal import Journal, whole_days
from short_hospital import finished


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.read(finished(tmp_path), 1)


def test_a_journey_is_of_one_patient_and_begins_with_a_visit_that_no_other_led_to(journal: Journal) -> None:
    first = np.flatnonzero(np.diff(journal.journey, prepend=-1))
    assert (journal.visits["source"].codes[first] < 0).all()
    inside = np.ones(journal.size, dtype=bool)
    inside[first] = False
    assert (journal.visits["source"].codes[inside] >= 0).all()
    patient = journal.visits["patient"]
    later = np.flatnonzero(inside)
    assert (patient[later] == patient[later - 1]).all()


def test_no_visit_is_lost_or_doubled(journal: Journal) -> None:
    kept = journal.results.table("visits", 1)
    assert journal.size == len(kept["patient"])
    for name in ("arrived", "left"):
        assert np.array_equal(np.sort(journal.minutes(name)), np.sort(kept[name]), equal_nan=True)


def test_within_a_journey_visits_are_in_order_of_asking(journal: Journal) -> None:
    same = np.diff(journal.journey) == 0
    assert (np.diff(journal.minutes("arrived"))[same] >= 0).all()


def test_a_service_leads_to_the_next_visit_of_the_journey(journal: Journal) -> None:
    source = journal.visits["source"]
    names = np.array([*source.texts, ""])[source.codes]
    services = np.array(journal.service.texts)[journal.service.codes]
    led = np.flatnonzero(source.codes >= 0)
    assert (names[led] == services[led - 1]).all()


def test_the_days_asked_for_bring_whole_journeys(journal: Journal) -> None:
    low, high = whole_days(journal, "2026-11-04 to 2026-11-05")
    assert high - low == 2 * 1440
    there = journal.there(low, high)
    part = journal.part(there)
    assert 0 < part.size < journal.size
    for number in np.unique(part.journey)[:50]:
        assert (part.journey == number).sum() == (journal.journey == number).sum()
    present = (journal.minutes("arrived") < high) & ~(journal.minutes("left") < low)
    assert there[present].all()
    assert set(journal.journey[there]) == set(journal.journey[present])


def test_without_days_the_collection_period_is_meant(journal: Journal) -> None:
    assert whole_days(journal, None) == (journal.warm_up, journal.end) == (3 * 1440.0, 11 * 1440.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("yesterday", "is not a date"),
        ("2026-13-01", "is not a date"),
        ("10/11/2026", "is not a date"),
        ("2026-11-04 to 2026-11-05 to 2026-11-06 and", "is not a date"),
        ("2027-11-04", "is not within the run"),
        ("2026-11-05 to 2026-11-04", "is not within the run"),
    ],
)
def test_days_that_make_no_sense_are_refused(journal: Journal, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told.replace(" ", r"\s+")):
        whole_days(journal, text)


def test_a_run_that_kept_no_visits_says_how_to_keep_them(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--keep patients"):
        Journal.read(finished(tmp_path, kept=()), 1)


def test_labels_and_kinds_come_from_the_resolved_scenario(journal: Journal) -> None:
    services = journal.services
    assert services.kinds["ward"] == "ward"
    assert services.place("ward") == "bed"
    assert services.place("ambulance") == "crew"
    assert services.place("navigation") == ""
    assert services.label("out_of_hours_gp") == "out of hours gp"
    assert services.meaning("emergency_department", "left") == "left before treatment began"
    assert services.meaning("navigation", "somewhere_new") == "somewhere new"


def test_a_damaged_resolved_scenario_is_told(tmp_path: Path) -> None:
    results = finished(tmp_path)
    (results.path / "scenario.resolved.yaml").write_text("services: [nothing]\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"no\s+whole\s+section\s+of\s+services"):
        Journal.read(results, 1)
