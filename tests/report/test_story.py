"""Stories of a handful of patients, whose every minute is known, against what was worked out on paper."""

from dataclasses import replace
from datetime import datetime
from math import nan
from pathlib import Path
from typing import Any

import pytest

from export.hand_log import DAY, HandLog, winter
from flowsim.report.journeys.phrases import in_order, is_wait, phrase, waits_for
from flowsim.report.journeys.story import Full, Hold, Step, Story, Teller, Visit, as_dict, story_of
from flowsim.report.journeys.text import spent, story_text, who
from flowsim.report.journeys.together import Row, as_rows, side_by_side, together_text
from flowsim.store.services import Services
from flowsim.tables import TIMES

ANN, BOB, CAS, DAN = range(4)


@pytest.fixture
def teller(tmp_path: Path) -> Teller:
    log = winter()
    log.pool("ed", "clinicians", [26], 5, 3, 5)
    log.pool("ed", "assessors", [26], 2, 9, 2)
    log.pool("ed", "offload_bays", [26], 4, 1.25, 4)
    log.pool("ed", "clinicians", [25, 27], 0, 100, 5)  # other hours
    log.pool("ward", "beds", [28], 20, 2, 20)
    log.pool("ward", "beds", [29], 18, 4, 20)
    return Teller(log.journal(tmp_path))


def told(story: Story) -> list[tuple[float, str, float, str]]:
    """Return minute, text, minutes since the step before, and who held the patient meanwhile."""
    return [(step.minute, step.text, step.after, step.held) for step in story.steps]


# -- what happens ----------------------------------------------------------------------------------------


def test_from_the_call_to_the_way_home(teller: Teller) -> None:
    assert told(teller.story(ANN)) == [
        (1500, "calls calls", 0, ""),
        (1501, "somebody answers", 1, ""),
        (1506, "the assessment ends: an ambulance is sent", 5, ""),
        (1506, "an ambulance is called (crews); a crew is sent", 0, ""),
        (1520, "the crew arrives", 14, ""),
        (1560, "the crew reaches the hospital", 40, ""),
        (1590, "is handed over to The department", 30, "crews"),
        (1620, "a clinician begins", 30, ""),
        (1700, "it is decided to admit", 80, ""),
        (1700, "needs a bed in ward", 0, ""),
        (1800, "gets the bed", 100, "ed"),
        (3000, "is ready to leave ward", 1200, ""),
        (3060, "Discharge team takes up the discharge", 60, ""),
        (3070, "the plan is agreed: home without new support", 10, ""),
        (3120, "everything is arranged; leaves the bed", 50, ""),
    ]


def test_what_others_waited_for_meanwhile(teller: Teller) -> None:
    full = {step.moment: step.full for step in teller.story(ANN).steps if step.full}
    assert [(step.text, step.full) for step in teller.story(ANN).steps if step.full] == [
        ("is handed over to The department", (Full("offload_bays", 4, 1.25, 4),)),
        ("a clinician begins", (Full("clinicians", 5, 3, 5),)),  # not those at the door
        ("gets the bed", (Full("beds", 19, 3, 20),)),  # means over both hours
    ]
    assert set(full) == {"accepted", "started"}


def test_coming_back_says_after_how_long(teller: Teller) -> None:
    assert told(teller.story(BOB)) == [
        (1600, "comes to The department; books in", 0, ""),
        (1610, "initial assessment ends", 10, ""),
        (1640, "a clinician begins", 30, ""),
        (1700, "treatment ends; goes home", 60, ""),
        (3100, "after 23.3 hours at home, comes to The department; books in", 0, ""),
        (3110, "initial assessment ends", 10, ""),
        (3200, "leaves", 90, ""),
    ]


def test_who_was_inside_when_the_run_began(teller: Teller) -> None:
    story = teller.story(CAS)
    assert told(story)[:2] == [(0, "is in ward already", 0, ""), (2000, "is ready to leave ward", 2000, "")]
    assert who(story).endswith("was inside when the run began.")


def test_who_is_there_still_when_it_ends(teller: Teller) -> None:
    story = teller.story(DAN)
    assert [step.minute for step in story.steps] == [4200, 4210, 4300]
    assert story.ended == "Still in or waiting for The department when the run ended."
    assert (story.waiting, story.care, story.held) == (100, 20, 0)  # the run ends at 4320


@pytest.mark.parametrize(
    ("row", "minutes", "ended"),
    [
        (ANN, (1 + 14 + 30, 5 + 40 + 80 + 1200, 30 + 100 + 120), "Discharge team: home without new support."),
        (BOB, (40 + 100, 60, 0), "The department: left before treatment began."),
        (CAS, (0, 2000, 10), "Discharge team: home without new support."),
    ],
)
def test_what_the_time_went_on(
    teller: Teller, row: int, minutes: tuple[float, float, float], ended: str
) -> None:
    story = teller.story(row)
    assert (story.waiting, story.care, story.held) == minutes
    assert story.ended == f"Left the system from {ended}"


def test_who_was_held_and_by_what(teller: Teller) -> None:
    assert teller.story(ANN).holds == (
        Hold("crews", "ed", 30), Hold("ed", "ward", 100), Hold("ward", "leave", 120),
    )  # fmt: skip
    assert teller.story(CAS).holds == (Hold("ward", "leave", 10),)
    assert teller.story(BOB).holds == ()


def test_patients_are_found_by_their_number(teller: Teller) -> None:
    journal = teller.journal
    found = story_of(journal, 2_000_002)
    assert found is not None
    assert (found.uid, found.replication, found.end) == (2_000_002, 1, 3 * DAY)
    assert found.when(1500) == datetime(2026, 11, 2, 1)
    assert len(found.visits) == 2
    assert story_of(journal, 5) is None


# -- corners ---------------------------------------------------------------------------------------------


def story(
    tmp_path: Path, *visits: dict[str, Any], services: dict[str, str] | None = None, **log: Any
) -> Story:
    """Return the story of one patient with some visits."""
    kinds = services or {"ed": "emergency_department", "a": "ward", "b": "ward", "vw": "virtual_ward"}
    made = HandLog(kinds, **log)
    row = made.patient()
    for visit in visits:
        made.visit(row, **visit)
    return Teller(made.journal(tmp_path)).story(row)


def test_turned_away_and_held_on_where_they_were(tmp_path: Path) -> None:
    found = story(
        tmp_path,
        {"service": "ed", "outcome": "admit", "arrived": 0, "accepted": 0, "started": 1,
         "finished": 10, "left": 40},
        {"service": "a", "outcome": "refused", "source": "ed", "arrived": 10, "left": 15},
        {"service": "b", "outcome": "ready", "source": "a", "arrived": 15, "accepted": 40, "started": 40,
         "finished": 60, "left": 60},
    )  # fmt: skip
    assert (15, "a: no bed and no room to wait", 5, "ed") in told(found)
    assert (40, "gets the bed", 25, "ed") in told(found)
    assert found.holds == (Hold("ed", "a", 5), Hold("ed", "b", 25))
    assert (found.waiting, found.care, found.held) == (1, 9 + 20, 30)


def test_held_for_one_service_twice_is_told_once(tmp_path: Path) -> None:
    found = story(
        tmp_path,
        {"service": "a", "outcome": "moved_on", "arrived": 0, "accepted": 0, "started": 0,
         "finished": 10, "left": 15},
        {"service": "b", "outcome": "moved_on", "source": "a", "arrived": 10, "accepted": 15, "started": 15,
         "finished": 20, "left": 26},
        {"service": "a", "outcome": "moved_on", "source": "b", "arrived": 20, "accepted": 26, "started": 26,
         "finished": 30, "left": 37},
        {"service": "b", "outcome": "ready", "source": "a", "arrived": 30, "accepted": 37, "started": 37,
         "finished": 50, "left": 50},
    )  # fmt: skip
    assert found.holds == (Hold("a", "b", 5 + 7), Hold("b", "a", 6))


def test_held_still_when_the_run_ends(tmp_path: Path) -> None:
    found = story(
        tmp_path,
        {"service": "a", "outcome": "ready", "arrived": 0, "accepted": 0, "started": 5, "finished": 2000},
        horizon=2 * DAY,
        warm_up=DAY,
    )
    assert found.ended.startswith("Still held in a when the run ended, after: discharge-ready")
    assert (found.waiting, found.care, found.held) == (5, 1995, 3 * DAY - 2000)


def test_what_comes_after_the_end_is_not_told(tmp_path: Path) -> None:
    found = story(
        tmp_path,
        {
            "service": "ed",
            "outcome": "home",
            "arrived": 0,
            "accepted": 0,
            "started": 5,
            "finished": 1500,
            "left": 1500,
        },
        horizon=1000.0,
        warm_up=0.0,
    )
    assert [step.minute for step in found.steps] == [0, 5]
    assert (found.waiting, found.care) == (5, 995)


def test_a_patient_without_visits(tmp_path: Path) -> None:
    log = HandLog()
    log.visit(log.patient(), "ed", arrived=5)
    row = log.patient()
    found = Teller(log.journal(tmp_path)).story(row)
    assert found.steps == ()
    assert found.ended == "Never came to a service before the run ended."
    assert (found.waiting, found.care, found.held) == (0, 0, 0)


def test_somebody_beside_the_patient_is_mentioned_and_not_told(tmp_path: Path) -> None:
    log = HandLog()
    row = log.patient()
    log.visit(row, "ed", "home", arrived=0, accepted=0, started=5, finished=9, left=9)
    log.visit(row, "ward", "ready", number=100, arrived=3, accepted=3, started=3, finished=80, left=80)
    found = Teller(log.journal(tmp_path)).story(row)
    assert [visit.service for visit in found.visits] == ["ed"]
    assert found.ended.endswith("somebody came who would not have come at all but for an alternative.")


def test_moments_are_in_order_of_time_even_if_some_did_not_come(tmp_path: Path) -> None:
    """An outlier is moved (assessed) after care began; a moment that is missing must not upset the order."""
    found = story(
        tmp_path,
        {"service": "a", "outcome": "ready", "arrived": 10, "accepted": 12, "assessed": 30, "finished": 25},
    )
    assert [step.minute for step in found.steps] == [10, 12, 25, 30]


def test_the_two_longest_queues_are_told(tmp_path: Path) -> None:
    log = HandLog({"a": "ward"})
    row = log.patient()
    log.visit(row, "a", arrived=60, accepted=179.5, started=180)
    for name, queue in (("beds", 2.0), ("staff", 5.0), ("porters", 3.0), ("chairs", 0.4)):
        log.pool("a", name, [1, 2], 1, queue, 1)
    (step,) = [each for each in Teller(log.journal(tmp_path)).story(row).steps if each.full]
    assert [full.resource for full in step.full] == ["staff", "porters"]


@pytest.mark.parametrize(("wait", "explained"), [(4.9, False), (5.0, True)])
def test_short_waits_are_not_explained(tmp_path: Path, wait: float, explained: bool) -> None:
    log = HandLog({"a": "ward"})
    row = log.patient()
    log.visit(row, "a", arrived=60, accepted=60 + wait, started=60 + wait)
    log.pool("a", "beds", [1], 1, 1, 1)
    assert any(each.full for each in Teller(log.journal(tmp_path)).story(row).steps) is explained


# -- phrases ---------------------------------------------------------------------------------------------


def visit(kind: str, outcome: str = "", **times: float) -> Visit:
    return Visit("x", kind, "", outcome, {name: times.get(name, nan) for name in TIMES}, False)


SERVICES = Services({"x": "emergency_department"}, {"x": "the ED"})


@pytest.mark.parametrize(
    ("made", "moment", "before", "words"),
    [
        (visit("emergency_department"), "arrived", "", "comes to the ED"),
        (visit("emergency_department"), "arrived", "ambulance", ""),
        (visit("emergency_department"), "arrived", "access", "comes to the ED"),
        (visit("emergency_department"), "accepted", "ambulance", "is handed over to the ED"),
        (
            visit("emergency_department", arrived=1, accepted=5, assessed=5),
            "accepted",
            "",
            "is handed over to the ED",
        ),
        (visit("emergency_department", arrived=1, accepted=1, assessed=1), "accepted", "", "books in"),
        (visit("emergency_department", arrived=1, accepted=5, assessed=6), "accepted", "", "books in"),
        (visit("emergency_department", arrived=1, accepted=5, assessed=5), "arrived", "", "comes to the ED"),
        (visit("emergency_department", "admit"), "finished", "", "it is decided to admit"),
        (visit("emergency_department", "home"), "finished", "", "treatment ends"),
        (visit("emergency_department", "home"), "left", "", "goes home"),
        (visit("emergency_department", "left"), "left", "", "leaves"),
        (visit("emergency_department", "left"), "turned_away", "", "the ED: left before treatment began"),
        (visit("ambulance", "convey"), "finished", "", "the crew reaches the hospital"),
        (visit("clinic"), "accepted", "", ""),
        (visit("virtual_ward"), "started", "", ""),
        (visit("access"), "finished", "", "the assessment ends"),  # no outcome yet: no colon
    ],
)
def test_what_a_moment_is_called(made: Visit, moment: str, before: str, words: str) -> None:
    led = visit(before) if before else None
    assert phrase(made, moment, SERVICES, led) == words


@pytest.mark.parametrize(
    ("kind", "moment", "resource", "waits"),
    [
        ("emergency_department", "accepted", "offload_bays", True),
        ("emergency_department", "accepted", "clinicians", False),
        ("emergency_department", "assessed", "assessors", True),
        ("emergency_department", "started", "assessors", False),
        ("emergency_department", "started", "offload_bays", False),
        ("emergency_department", "started", "clinicians", True),
        ("ward", "accepted", "beds", True),
        ("urgent_treatment_centre", "assessed", "rooms", False),
    ],
)
def test_what_is_waited_for_up_to_a_moment(kind: str, moment: str, resource: str, waits: bool) -> None:
    assert waits_for(kind, moment, resource) is waits


def test_moments_that_end_a_wait() -> None:
    assert is_wait("ward", "accepted")
    assert not is_wait("ward", "started")
    assert is_wait("clinic", "started")


def test_a_discharge_is_taken_up_before_its_plan_is_agreed() -> None:
    assert in_order("discharge") == ("arrived", "accepted", "started", "assessed", "finished")
    assert in_order("ward") == ("arrived", "accepted", "assessed", "started", "finished")


def test_turned_away_is_with_an_outcome_and_without_acceptance() -> None:
    assert visit("ward", "refused").turned_away
    assert not visit("ward").turned_away
    assert not visit("ward", "ready", accepted=1.0).turned_away
    assert visit("discharge", accepted=1.0).passing
    assert not visit("ward", "ready", accepted=1.0).passing


# -- as text ---------------------------------------------------------------------------------------------


def test_a_story_as_text(teller: Teller) -> None:
    text = story_text(teller.story(ANN), teller.services, "By hand")
    head, steps, closing = text.split("\n\n")
    assert head.split("\n") == [
        "Patient 1000001 in By hand, replication 1",
        "   Aged 85+, acuity 3, medical, lives in east, came by ambulance (calls 999).",
    ]
    lines = steps.split("\n")
    assert lines[:4] == [
        "Mon  2 Nov 2026  01:00  Calls calls.",
        "                 01:01  Somebody answers (after 1.0 min).",
        "                 01:06  The assessment ends: an ambulance is sent (after 5.0",
        "                        min).",
    ]
    joined = " ".join(steps.split())
    assert (
        "02:30 Is handed over to The department (after 30 min). The crew is held all that time. "
        "Others were waiting too: offload bays 4 of 4 in use, 1 waiting."
    ) in joined
    assert "Gets the bed (after 100 min). The space in The department is held all that time." in joined
    assert "beds 19 of 20 in use, 3 waiting." in joined
    assert "Tue  3 Nov 2026  02:00  Is ready to leave ward (after 20.0 hours)." in lines
    assert closing.split("\n") == [
        "Left the system from Discharge team: home without new support.",
        "Time: 22.1 hours in care, 45 min waiting, 4.2 hours held in a place after care,",
        "of that:",
        "- 30 min in crews, waiting for The department",
        "- 100 min in The department, waiting for ward",
        "- 2.0 hours in ward, waiting for Discharge team",
    ]
    assert max(map(len, text.split("\n"))) <= 80


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({}, "Aged unknown, was inside when the run began."),
        ({"age": "0-17", "fifth": "1"}, "Aged 0-17, most deprived fifth, was inside when the run began."),
        ({"fifth": "5", "demand": "x"}, "Aged unknown, least deprived fifth, came (x)."),
        ({"fifth": "3", "demand": "x"}, "Aged unknown, deprivation fifth 3, came (x)."),
        ({"frailty": "yes", "demand": "x"}, "Aged unknown, living with frailty, came (x)."),
        ({"frailty": "no", "demand": "x"}, "Aged unknown, came (x)."),
        ({"category": "none", "demand": "x"}, "Aged unknown, came (x)."),
        ({"category": "2", "demand": "x"}, "Aged unknown, 999 call of category 2, came (x)."),
        ({"place": "out_of_area", "demand": "x"}, "Aged unknown, from out of area, came (x)."),
        ({"place": "east_kent", "demand": "x"}, "Aged unknown, lives in east kent, came (x)."),
        ({"stream": "mental_health", "demand": "x"}, "Aged unknown, mental health, came (x)."),
        ({"route": "nhs_111", "demand": "calls_111"}, "Aged unknown, came through NHS 111 (calls 111)."),
        ({"route": "return", "demand": "walk_in"}, "Aged unknown, came back (walk in)."),
    ],
)
def test_who_the_patient_is(teller: Teller, known: dict[str, str], sentence: str) -> None:
    assert who(replace(teller.story(ANN), who=known)) == sentence


@pytest.mark.parametrize(
    ("holds", "end"), [((), "."), ((Hold("a", "b", 0.4),), "."), ((Hold("a", "b", 0.5),), ", of that:")]
)
def test_times_that_nobody_would_notice_are_not_listed(
    teller: Teller, holds: tuple[Hold, ...], end: str
) -> None:
    found = replace(teller.story(ANN), holds=holds)
    assert spent(found).endswith(f"held in a place after care{end}")
    assert ("- " in story_text(found, teller.services, "x").split("\n\n")[-1]) == (end != ".")


def test_a_story_as_plain_values(teller: Teller) -> None:
    found = as_dict(teller.story(ANN))
    assert found["patient"] == "1000001"
    assert (found["waiting_minutes"], found["care_minutes"], found["held_minutes"]) == (45, 1325, 250)
    assert found["holds"][0] == {"held_in": "crews", "waiting_for": "ed", "minutes": 30}
    assert found["steps"][6] == {
        "time": "2026-11-02T02:30:00", "minute": 1590, "service": "ed", "moment": "accepted",
        "text": "is handed over to The department", "after_minutes": 30, "held_in": "crews",
        "others_waiting_for": [{"resource": "offload_bays", "in_use": 4, "waiting": 1.25, "capacity": 4}],
    }  # fmt: skip
    assert found["who"]["demand"] == "calls_999"


# -- side by side ----------------------------------------------------------------------------------------


def step(minute: float, text: str, service: str = "ed", moment: str = "arrived") -> Step:
    return Step(minute, service, moment, text)


def of(base: Story, *steps: Step, **more: Any) -> Story:
    return replace(base, steps=steps, **more)


def test_what_happens_in_both_stands_in_one_row(teller: Teller) -> None:
    usual = teller.story(ANN)
    base = of(usual, step(10, "a"), step(20, "b"), step(50, "d"))
    other = of(usual, step(15, "a"), step(30, "c"), step(40, "d"))
    rows = side_by_side(base, other)
    assert [(row.text, row.later) for row in rows] == [("A", 5), ("B", None), ("C", None), ("D", -10)]
    assert as_rows(base, other) == [
        {"service": "ed", "text": "A", "base_minute": 10, "other_minute": 15, "later_minutes": 5},
        {"service": "ed", "text": "B", "base_minute": 20, "other_minute": None, "later_minutes": None},
        {"service": "ed", "text": "C", "base_minute": None, "other_minute": 30, "later_minutes": None},
        {"service": "ed", "text": "D", "base_minute": 50, "other_minute": 40, "later_minutes": -10},
    ]


def test_what_happens_in_one_alone_is_in_order_of_time(teller: Teller) -> None:
    usual = teller.story(ANN)
    base, other = of(usual, step(10, "a"), step(40, "b")), of(usual, step(20, "c"), step(30, "d"))
    assert [row.text for row in side_by_side(base, other)] == ["A", "C", "D", "B"]


@pytest.mark.parametrize("change", [{"service": "x"}, {"moment": "left"}, {"text": "other"}])
def test_steps_are_alike_in_service_moment_and_words(teller: Teller, change: dict[str, str]) -> None:
    usual = teller.story(ANN)
    one = step(10, "a")
    assert len(side_by_side(of(usual, one), of(usual, replace(one, **change)))) == 2
    assert len(side_by_side(of(usual, one), of(usual, replace(one, minute=99.0)))) == 1


def test_two_stories_as_text(teller: Teller) -> None:
    usual = teller.story(ANN)
    base = of(usual, step(1500, "calls"), step(1560, "waits"), step(1600, "goes"), waiting=60.0, held=0.0)
    other = of(usual, step(1500.4, "calls"), step(1590, "goes"), waiting=30.0, held=0.4, care=usual.care + 60)
    head, steps, times, ends = together_text(base, other, ("One", "The other one")).split("\n\n")
    assert head.startswith("Patient 1000001 in One and in The other one, replication 1\n   Aged 85+")
    rows = [line.split("  ") for line in steps.split("\n")]
    cells = [[part.strip() for part in row if part.strip()] for row in rows]
    assert cells == [
        ["One", "The other one", "other is"],
        ["Calls", "Mon", "2 Nov 01:00", "Mon", "2 Nov 01:00", "the same"],
        ["Waits", "Mon", "2 Nov 02:00", "–"],
        ["Goes", "Mon", "2 Nov 02:40", "Mon", "2 Nov 02:30", "10 min sooner"],
    ]
    lines = [" ".join(line.split()) for line in times.split("\n")]
    assert lines[0] == "Time One The other one change"
    assert "In care 22.1 hours 23.1 hours +60 min" in lines
    assert "Waiting 60 min 30 min -30 min" in lines
    assert lines[-1].startswith("Held in a place after care 0.0 min 0.4 min none")
    assert ends.split("\n")[0].startswith("One: Left the system from Discharge team")
    assert ends.count("Left the system") == 2


def test_a_row_has_words_whichever_run_it_is_of() -> None:
    assert Row(None, step(1, "x y")).text == "X y"
    assert Row(step(1, "x y"), None).later is None
