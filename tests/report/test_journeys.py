"""One patient's story: what it says, and that its times are those the measures count."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.report.journeys.phrases import PHRASES, WAITS, in_order
from flowsim.report.journeys.story import Story, Teller, as_dict, story_of
from flowsim.report.journeys.text import spent, story_text, who
from flowsim.report.journeys.together import as_rows, side_by_side, together_text
from flowsim.services import KINDS
from flowsim.store.journal import Journal
from flowsim.tables import TIMES
from short_hospital import finished

COLUMNS = 80


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.read(finished(tmp_path), 1)


@pytest.fixture
def teller(journal: Journal) -> Teller:
    return Teller(journal)


def rows_of(journal: Journal, people: dict[str, Any]) -> np.ndarray[Any, Any]:
    order = np.argsort(journal.patients["uid"])
    found: np.ndarray[Any, Any] = order[np.searchsorted(journal.patients["uid"][order], people["uid"])]
    return found


def told(story: Story, journal: Journal) -> str:
    return story_text(story, journal.services, journal.results.name)


def one(journal: Journal, teller: Teller, **wanted: str) -> Story:
    """Return a patient who was at these services with these outcomes."""
    visits = journal.visits
    names, outcomes = visits["service"], visits["outcome"]
    found = np.ones(len(journal.patients["uid"]), dtype=bool)
    for service, outcome in wanted.items():
        at = (names.codes == names.texts.index(service)) & (outcomes.codes == outcomes.texts.index(outcome))
        at &= visits["arrived"] > journal.warm_up
        there = np.zeros_like(found)
        there[visits["patient"][at]] = True
        found &= there
    return teller.story(int(np.flatnonzero(found)[0]))


# -- every kind and moment has words ---------------------------------------------------------------------


def test_every_kind_has_its_words_and_says_what_it_waits_for() -> None:
    assert set(PHRASES) == set(WAITS) == set(KINDS)
    for kind, words in PHRASES.items():
        for key in words:
            moment, _, detail = key.partition(".")
            assert moment in TIMES, key
            assert detail in ("", "brought", *KINDS[kind].OUTCOMES), (kind, key)
        assert set(WAITS[kind]) <= set(in_order(kind))


# -- the times are those of the measures -----------------------------------------------------------------


def test_waiting_and_being_held_are_what_the_table_of_patients_says(journal: Journal, teller: Teller) -> None:
    people = journal.results.people(1)
    rows = rows_of(journal, people)
    came = np.flatnonzero(people["arrived"] >= journal.warm_up)
    delay = people["waiting_minutes"] + people["held_minutes"]
    chosen = np.unique(np.concatenate([came[np.argsort(-delay[came])][:60], came[::47]]))
    assert chosen.size > 100
    for i in chosen:
        story = teller.story(int(rows[i]))
        assert story.waiting == pytest.approx(people["waiting_minutes"][i], abs=0.2)
        assert story.held == pytest.approx(people["held_minutes"][i], abs=0.2)


def test_care_waiting_and_being_held_add_up_to_the_time_in_the_system(
    journal: Journal, teller: Teller
) -> None:
    for row in range(2000, len(journal.patients["uid"]), 61):
        story = teller.story(row)
        present = 0.0
        for visit, following in zip(story.visits, [*story.visits[1:], None], strict=True):
            goes_on = following is not None and following.source
            until = following.at("arrived") if following is not None and goes_on else visit.at("left")
            if goes_on and visit.at("left") < until:
                until = visit.at("left")  # at home until the time that was booked
            present += min(story.end if np.isnan(until) else until, story.end) - visit.at("arrived")
        assert story.waiting + story.care + story.held == pytest.approx(present, abs=1e-6)


def test_steps_are_in_order_and_within_the_run(journal: Journal, teller: Teller) -> None:
    for row in range(0, len(journal.patients["uid"]), 173):
        minutes = [step.minute for step in teller.story(row).steps]
        assert minutes == sorted(minutes)
        assert all(0 <= minute <= journal.end for minute in minutes)


# -- words -----------------------------------------------------------------------------------------------


def test_every_story_fits_the_terminal_and_ends(journal: Journal, teller: Teller) -> None:
    for row in range(0, len(journal.patients["uid"]), 173):
        text = told(teller.story(row), journal)
        assert max(map(len, text.splitlines())) <= COLUMNS
        assert "{" not in text
        assert "nan" not in text.split()
        assert "Left the system" in text or "when the run ended" in text or "Never came" in text


def test_an_ambulance_patient_is_followed_from_the_call_to_the_bed(journal: Journal, teller: Teller) -> None:
    story = one(journal, teller, ambulance="convey", emergency_department="admit", ward="ready")
    text = " ".join(told(story, journal).split())
    wanted = [
        "An ambulance is called",
        "rew arrives",
        "The crew reaches the hospital",
        "s handed over to emergency department",
        "t is decided to admit",
        "eeds a bed in ward",
        "gets the bed",
        "s ready to leave ward",
    ]
    positions = [text.find(words) for words in wanted]
    assert -1 not in positions, (text, positions)
    assert positions == sorted(positions)
    assert "came by ambulance" in text


def test_who_held_the_patient_and_what_others_waited_for_is_said(journal: Journal, teller: Teller) -> None:
    people = journal.results.people(1)
    rows = rows_of(journal, people)
    longest = np.argsort(-people["held_minutes"])[:40]
    texts = [told(teller.story(int(rows[i])), journal) for i in longest]
    whole = " ".join(" ".join(texts).split())
    assert "in ward, waiting for" in whole
    assert "Others were waiting too" in whole
    assert "is held all that time" in whole


def test_what_others_waited_for_is_in_the_table_of_occupancy(journal: Journal, teller: Teller) -> None:
    people = journal.results.people(1)
    rows = rows_of(journal, people)
    table = journal.results.table("occupancy", 1)
    seen = 0
    for i in np.argsort(-people["waiting_minutes"])[:40]:
        for step in teller.story(int(rows[i])).steps:
            for full in step.full:
                own = (table["service"] == step.service) & (table["resource"] == full.resource)
                assert full.queue >= 0.5
                assert table["queue"][own].max() >= full.queue - 1e-6
                assert table["capacity"][own].max() >= full.capacity - 1e-6
                seen += 1
    assert seen > 10


def test_somebody_who_comes_back_has_been_at_home(journal: Journal, teller: Teller) -> None:
    patient, source = journal.visits["patient"], journal.visits["source"].codes
    begins = patient[(source < 0) & (journal.minutes("arrived") > journal.warm_up)]
    rows, counts = np.unique(begins, return_counts=True)
    text = told(teller.story(int(rows[np.argmax(counts)])), journal)
    assert "at home, comes to" in " ".join(text.split())


def test_somebody_whom_the_run_found_inside_is_said_to_be_there(journal: Journal, teller: Teller) -> None:
    inside = np.flatnonzero(journal.patients["demand"].codes < 0)
    story = teller.story(int(inside[0]))
    text = told(story, journal)
    assert "was inside when the run began" in " ".join(text.split())
    assert "already." in text
    assert story.steps[0].minute == 0.0


def test_who_somebody_is_uses_the_planners_words(journal: Journal, teller: Teller) -> None:
    words = who(one(journal, teller, ambulance="convey"))
    assert words.startswith("Aged ")
    assert "acuity" in words
    assert "lives in town" in words or "out of area" in words
    assert "_" not in words


def test_the_plain_values_say_the_same(journal: Journal, teller: Teller) -> None:
    story = one(journal, teller, emergency_department="admit", ward="ready")
    content = as_dict(story)
    assert content["patient"] == str(story.uid)
    assert [step["text"] for step in content["steps"]] == [step.text for step in story.steps]
    assert content["held_minutes"] == pytest.approx(story.held, abs=0.001)
    assert content["steps"][0]["time"] == f"{story.when(story.steps[0].minute):%Y-%m-%dT%H:%M:%S}"
    assert sum(hold.minutes for hold in story.holds) >= 0
    assert spent(story).startswith("Time: ")


def test_nobody_has_no_story(journal: Journal) -> None:
    assert story_of(journal, 17) is None


# -- side by side ----------------------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Journal, Journal]:
    """The hospital with too few beds, and with as many as it has."""
    few = finished(tmp_path / "few", "services.ward.beds=205", "name=few-beds")
    many = finished(tmp_path / "many")
    return Journal.read(few, 1), Journal.read(many, 1)


def test_the_same_patient_waits_less_where_there_are_more_beds(pair: tuple[Journal, Journal]) -> None:
    few, many = pair
    people = few.results.people(1)
    came = np.flatnonzero((people["arrived"] > few.warm_up) & (people["emergency_admissions"] > 0))
    uids = people["uid"][came[np.argsort(-people["held_minutes"][came])][:25]]
    both = [(story_of(few, int(uid)), story_of(many, int(uid))) for uid in uids]
    waits = []
    for base, other in both:
        assert base is not None
        assert other is not None
        assert base.who == other.who
        assert base.steps[0].minute == other.steps[0].minute
        waits.append([sum(h.minutes for h in story.holds if h.blocker == "ward") for story in (base, other)])
    few_beds, many_beds = np.array(waits).sum(axis=0)
    assert few_beds > many_beds


def test_side_by_side_loses_no_step_of_either(pair: tuple[Journal, Journal]) -> None:
    uids = pair[0].results.people(1)["uid"][::211]
    for uid in uids:
        base, other = (story_of(journal, int(uid)) for journal in pair)
        if base is None or other is None:
            continue
        rows = side_by_side(base, other)
        assert [row.base for row in rows if row.base] == list(base.steps)
        assert [row.other for row in rows if row.other] == list(other.steps)
        text = together_text(base, other, ("few-beds", "one-hospital"))
        assert max(map(len, text.splitlines())) <= COLUMNS
        assert len(as_rows(base, other)) == len(rows)


def test_a_story_beside_itself_is_the_same_everywhere(pair: tuple[Journal, Journal]) -> None:
    story = story_of(pair[0], int(pair[0].results.people(1)["uid"][500]))
    assert story is not None
    rows = side_by_side(story, story)
    assert all(row.later == 0.0 for row in rows)
    text = together_text(story, story, ("a", "a"))
    assert text.count("the same") == len(rows)
    assert "later" not in text
    assert "change" in text


def test_visits_can_be_followed_without_the_scenario_file(journal: Journal) -> None:
    assert fs.__version__ == journal.results.manifest.flowsim
    assert journal.services.kinds["ward"] == "ward"
