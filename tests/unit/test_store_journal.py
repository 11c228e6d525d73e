"""The journal of a handful of patients, whose every minute is known."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from export.hand_log import DAY, HandLog, winter
from flowsim.errors import InputError
from flowsim.services import KINDS
from flowsim.store.journal import Journal, whole_days
from flowsim.store.services import IN_PLACE, ONCE_STARTED, PLACES, Services


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return winter().journal(tmp_path)


def services_of(journal: Journal) -> list[str]:
    return [journal.service.texts[code] for code in journal.service.codes.tolist()]


def test_visits_are_put_patient_by_patient_and_in_order(journal: Journal) -> None:
    assert journal.size == 10
    assert journal.visits["patient"].tolist() == [0] * 5 + [1] * 2 + [2] * 2 + [3]
    assert services_of(journal)[:5] == ["calls", "crews", "ed", "ward", "leave"]
    assert journal.minutes("arrived").tolist()[:5] == [1500, 1506, 1560, 1700, 3000]


def test_who_comes_back_has_another_journey(journal: Journal) -> None:
    assert journal.journey.tolist() == [0] * 5 + [1, 2] + [3, 3] + [4]
    assert journal.journeys == 5


def test_the_calendar_begins_at_the_midnight_before_the_warm_up(journal: Journal) -> None:
    assert journal.start == datetime(2026, 11, 1)
    assert journal.warm_up == DAY
    assert journal.end == 3 * DAY


def test_what_did_not_come_is_not_a_number(journal: Journal) -> None:
    assert np.isnan(journal.minutes("finished")).tolist() == [False] * 6 + [True] + [False] * 2 + [True]
    assert np.isnan(journal.minutes("assessed")).tolist()[:2] == [True, True]


def test_attributes_are_those_of_the_patient_of_each_visit(journal: Journal) -> None:
    age = journal.attribute("age")
    assert [age.texts[code] for code in age.codes.tolist()] == ["85+"] * 5 + ["18-64"] * 2 + ["65-84"] * 2 + [
        "18-64"
    ]
    assert journal.attributes == ("age", "acuity", "stream", "route", "place")
    assert journal.uid.tolist() == [1_000_001] * 5 + [2_000_002] * 2 + [3_000_003] * 2 + [4_000_004]


@pytest.mark.parametrize(
    ("kinds", "count"),
    [(("ward",), 2), (("emergency_department",), 4), (("ward", "discharge"), 4), ((), 0), (("clinic",), 0)],
)
def test_visits_of_a_kind(journal: Journal, kinds: tuple[str, ...], count: int) -> None:
    found = journal.of_kind(*kinds)
    assert found.sum() == count
    names = [name for name, wanted in zip(services_of(journal), found, strict=True) if wanted]
    assert all(journal.services.kinds[name] in kinds for name in names)


def test_a_part_keeps_numbers_of_journeys(journal: Journal) -> None:
    part = journal.part(journal.of_kind("emergency_department"))
    assert part.journey.tolist() == [0, 1, 2, 4]
    assert part.journeys == 4
    assert part.minutes("arrived").tolist() == [1560, 1600, 3100, 4200]
    assert part.uid.tolist() == [1_000_001, 2_000_002, 2_000_002, 4_000_004]
    assert journal.size == 10


@pytest.mark.parametrize(
    ("first", "last", "journeys"),
    [
        (0, 1, {3}),
        (0, 1500, {3}),  # who comes at the last minute is not there yet
        (0, 1501, {0, 3}),
        (1650, 1651, {0, 1, 3}),
        (2010, 2020, {0, 3}),  # who leaves at the first minute is there still
        (2010.5, 2020, {0}),
        (3150, 3160, {2}),
        (4000, 4100, set()),
        (4300, 4310, {4}),  # who never leaves
        (0, 9999, {0, 1, 2, 3, 4}),
    ],
)
def test_whole_journeys_of_those_who_were_there(
    journal: Journal, first: float, last: float, journeys: set[int]
) -> None:
    wanted = journal.there(first, last)
    assert set(journal.journey[wanted].tolist()) == journeys
    assert wanted.sum() == sum((journal.journey == number).sum() for number in journeys)


# -- who comes only because an alternative exists --------------------------------------------------------


def test_somebody_beside_a_patient_has_a_journey_apart(tmp_path: Path) -> None:
    log = HandLog()
    ann = log.patient()
    log.visit(ann, "ed", "home", arrived=10, accepted=10, started=20, finished=30, left=30)
    log.visit(
        ann, "ward", "ready", "ed", number=100, arrived=15, accepted=15, started=15, finished=40, left=40
    )
    log.visit(ann, "leave", "pathway_0", "ward", number=101, arrived=40, accepted=40, finished=41, left=41)
    log.visit(
        ann, "ward", "ready", "ed", number=99, arrived=30, accepted=31, started=31, finished=50, left=50
    )
    journal = log.journal(tmp_path)
    assert services_of(journal) == ["ed", "ward", "ward", "leave"]
    assert journal.extra.tolist() == [False, False, True, True]
    assert journal.minutes("arrived").tolist() == [10, 30, 15, 40]
    assert journal.journey.tolist() == [0, 0, 1, 1]


def test_a_run_of_nobody_has_no_journeys(tmp_path: Path) -> None:
    log = HandLog()
    log.patient()
    journal = log.journal(tmp_path)
    assert (journal.size, journal.journeys) == (0, 0)
    assert journal.there(0, 9999).tolist() == []


def test_two_patients_in_a_row_have_two_journeys_even_if_both_were_led_somewhere(tmp_path: Path) -> None:
    """A visit that the run found under way names where it came from, and is the first of its patient."""
    log = HandLog()
    for _ in range(2):
        log.visit(
            log.patient(""), "ward", "ready", "ed", arrived=0, accepted=0, started=0, finished=9, left=9
        )
    assert log.journal(tmp_path).journey.tolist() == [0, 1]


# -- days ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (None, 1, 3),
        ("2026-11-02", 1, 2),
        ("2026-11-01", 0, 1),
        ("2026-11-03", 2, 3),
        ("2026-11-01 to 2026-11-03", 0, 3),
        (" 2026-11-02 to  2026-11-03 ", 1, 3),
    ],
)
def test_days_are_whole(journal: Journal, text: str | None, first: int, last: int) -> None:
    assert whole_days(journal, text) == (first * DAY, last * DAY)


@pytest.mark.parametrize(
    "text", ["2026-10-31", "2026-11-04", "2026-11-03 to 2026-11-04", "2026-11-04 to 2026-11-04"]
)
def test_days_before_the_warm_up_or_after_the_end_are_refused(journal: Journal, text: str) -> None:
    with pytest.raises(InputError, match=r"is\s+not\s+within\s+the\s+run") as caught:
        whole_days(journal, text)
    (problem,) = caught.value.problems
    assert problem.path == "--days"
    assert problem.allowed == "2026-11-01 (warm-up) to 2026-11-03"


def test_the_last_day_may_be_half_a_day(tmp_path: Path) -> None:
    log = HandLog(horizon=1.5 * DAY)
    log.visit(log.patient(), "ed", arrived=5)
    journal = log.journal(tmp_path)
    assert whole_days(journal, "2026-11-03") == (2 * DAY, 3 * DAY)
    with pytest.raises(InputError):
        whole_days(journal, "2026-11-04")


@pytest.mark.parametrize("text", ["", "to", "2026-11-02 to", "2026-11-31", "2 November"])
def test_what_is_no_date_says_how_to_write_one(journal: Journal, text: str) -> None:
    with pytest.raises(InputError) as caught:
        whole_days(journal, text)
    assert caught.value.problems[0].allowed == "a date such as 2026-11-10, or 2026-11-10 to 2026-11-16"


# -- services --------------------------------------------------------------------------------------------


def test_services_of_the_resolved_scenario(journal: Journal) -> None:
    services = journal.services
    assert services.kinds == {
        "calls": "access", "crews": "ambulance", "ed": "emergency_department", "ward": "ward",
        "leave": "discharge",
    }  # fmt: skip
    assert services.labels["ed"] == "The department"
    assert services.labels["crews"] == "crews"
    assert [services.place(name) for name in ("calls", "crews", "ed", "ward", "leave", "nowhere")] == [
        "", "crew", "space", "bed", "", "",
    ]  # fmt: skip


def test_labels_fall_back_to_the_name_in_words() -> None:
    services = Services({"a_b": "clinic"}, {"a_b": "", "c": "See"})
    assert services.label("a_b") == "a b"
    assert services.label("c") == "See"
    assert services.label("not_there") == "not there"


def test_a_label_over_lines_is_one_line(tmp_path: Path) -> None:
    log = HandLog({"ed": "emergency_department"}, labels={"ed": " The\n  department "})
    log.visit(log.patient(), "ed", arrived=5)
    assert log.journal(tmp_path).services.label("ed") == "The department"


@pytest.mark.parametrize(
    ("service", "outcome", "words"),
    [
        ("ed", "home", "treated and sent home"),
        ("ed", "unknown_word", "unknown word"),
        ("nowhere", "some_word", "some word"),
        ("ed", "", ""),
    ],
)
def test_meaning_of_an_outcome(service: str, outcome: str, words: str) -> None:
    services = Services({"ed": "emergency_department"}, {})
    assert services.meaning(service, outcome) == words


def test_kinds_that_are_named_exist() -> None:
    assert set(PLACES) | set(ONCE_STARTED) | set(IN_PLACE) <= set(KINDS)
    assert set(ONCE_STARTED) <= set(PLACES)  # who holds a place once care has started holds one
    assert not set(IN_PLACE) & set(PLACES)


@pytest.mark.parametrize(
    "text",
    [
        "name: x\n",
        "services: 5\n",
        "services: [ed]\n",
        "services: {ed: clinic}\n",
        "services: {ed: {kind: hotel}}\n",
        "services: {ed: {kind: clinic}, x: {kind: hotel}}\n",
        "services: {ed: {label: A}}\n",
        "services: {ed: {kind: clinic}}\nservices: {ed: {kind: clinic}}\n",
        "just text",
        "services: {ed: {kind: clinic}\n",
        "",
    ],
)
def test_a_resolved_scenario_without_its_services_is_told(tmp_path: Path, text: str) -> None:
    results = winter().write(tmp_path)
    (results.path / "scenario.resolved.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Services.of(results)
    (problem,) = caught.value.problems
    assert problem.message == "The resolved scenario of this run has no whole section of services."
    assert problem.file.endswith("scenario.resolved.yaml")
    assert problem.hint.startswith("Delete the folder and run the scenario again")


def test_a_missing_resolved_scenario_is_told(tmp_path: Path) -> None:
    results = winter().write(tmp_path)
    (results.path / "scenario.resolved.yaml").unlink()
    with pytest.raises(InputError, match=r"resolved\s+scenario\s+of\s+this\s+run\s+is\s+missing"):
        Services.of(results)


def test_a_run_that_kept_no_visits_says_how_to_get_them(tmp_path: Path) -> None:
    results = winter().write(tmp_path)
    (results.path / "replications" / "rep-0001" / "visits.parquet").unlink()
    with pytest.raises(InputError) as caught:
        Journal.read(results, 1)
    (problem,) = caught.value.problems
    assert problem.message == "This run kept no visits."
    assert problem.hint == "flowsim run by-hand.yaml --keep visits does it again and keeps them."
