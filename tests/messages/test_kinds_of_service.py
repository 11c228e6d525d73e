"""What a planner is told about wrong settings of the kinds of service: where, what, and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowsim.errors import Problem, render
from flowsim.scenario import examine
from systems import ROOMY

DISPOSITIONS = (
    "ambulance, emergency_department, urgent_treatment_centre, urgent_community_response, same_day, "
    "primary_care"
)
WRONG = [
    # (what is written, where, the words that are pointed at, what is said, what is allowed)
    (
        "services: {hot_clinic: {holds_room: true, rooms: {remove: true}}}",
        "services.hot_clinic.holds_room",
        "true",
        "holds_room has no effect while rooms are unlimited: say how many rooms.",
        "",
    ),
    (
        "services: {hot_clinic: {slots_per_hour: 4}}",
        "services.hot_clinic.slots_per_hour",
        "4",
        "slots_per_hour has no effect unless booked is true.",
        "",
    ),
    (
        "services: {hot_clinic: {book_within: 2 days}}",
        "services.hot_clinic.book_within",
        "2 days",
        "book_within has no effect unless booked is true.",
        "",
    ),
    (
        "services: {hot_clinic: {priority: {0: 50%, 4: rest}}}",
        "services.hot_clinic.priority.4",
        "4",
        "4 is not a value of priority.",
        "0, 1, 2, 3",
    ),
    (
        "services: {hot_clinic: {when_shut: close}}",
        "services.hot_clinic.when_shut",
        "close",
        "close is not one of the words allowed here.",
        "wait, turn_away",
    ),
    (
        "services: {response_team: {follow_ups: {replace: {0: 50%, many: rest}}}}",
        "services.response_team.follow_ups.many",
        "many",
        "many is not a number of visits from 0 to 30.",
        "",
    ),
    (
        "services: {response_team: {follow_ups: {replace: {0: 50%, 31: rest}}}}",
        "services.response_team.follow_ups.31",
        "31",
        "31 is not a number of visits from 0 to 30.",
        "",
    ),
    (
        "services: {response_team: {follow_up_gap: {remove: true}}}",
        "services.response_team",
        "{follow_up_gap",
        "There are follow-up visits: give follow_up_gap too.",
        "",
    ),
    (
        "services: {response_team: {outcome: {replace: {kept_at_home: 80%, home: rest}}}}",
        "services.response_team.outcome.home",
        "home",
        "home is not a value of outcome.",
        "kept_at_home, virtual_ward, same_day, conveyed",
    ),
    (
        "services: {response_team: {within: 120}}",
        "services.response_team.within",
        "120",
        "120 has no unit: write 120 min, 120 hours or 120 days.",
        "",
    ),
    (
        'services: {transfer_of_care: {departures: {"10:00-12:00": 40%, "11:00-20:00": 60%}}}',
        "services.transfer_of_care.departures",
        '{"10:00-12:00"',
        "The spans of departures overlap.",
        "",
    ),
    (
        'services: {transfer_of_care: {departures: {"10:00-12:00": 40%, "12:00-20:00": 50%}}}',
        "services.transfer_of_care.departures",
        '{"10:00-12:00"',
        "The shares of departures add up to 90%, not 100%.",
        "",
    ),
    (
        "services: {transfer_of_care: {departures: {morning: 100%}}}",
        "services.transfer_of_care.departures.morning",
        "morning",
        "morning is not a span of time: write 10:00-12:00.",
        "",
    ),
    (
        'services: {transfer_of_care: {departures: {"20:00-08:00": 100%}}}',
        "services.transfer_of_care.departures.20:00-08:00",
        '"20:00-08:00"',
        "20:00-08:00 does not end after it begins.",
        "",
    ),
    (
        'services: {transfer_of_care: {ready_at_start: {"4": 10}}}',
        "services.transfer_of_care.ready_at_start.4",
        '"4"',
        "4 is not a value of pathway.",
        "0, 1, 2, 3",
    ),
    (
        'services: {crews: {category_of_others: "5"}}',
        "services.crews.category_of_others",
        '"5"',
        "5 is not a value of category.",
        "1, 2, 3, 4",
    ),
    (
        "services: {crews: {handover_limit: 45}}",
        "services.crews.handover_limit",
        "45",
        "45 has no unit: write 45 min, 45 hours or 45 days.",
        "",
    ),
    (
        "services: {department: {fit_to_sit: 30}}",
        "services.department.fit_to_sit",
        "30",
        "30 has no per cent sign: write 30%.",
        "",
    ),
    (
        "services: {department: {escalation_spaces: some}}",
        "services.department.escalation_spaces",
        "some",
        "some is not a whole number (or the word unlimited).",
        "",
    ),
    (
        "services: {department: {areas: {majors: {clinicians: mane}}}}",
        "services.department.areas.majors.clinicians",
        "mane",
        "There is no team of clinicians called mane. Did you mean main?",
        "",
    ),
    (
        "services: {department: {areas: {majors: {overflow: resus}}}}",
        "services.department.areas.majors.overflow",
        "resus",
        "There is no area called resus.",
        "majors, minors",
    ),
    (
        "services: {department: {areas: {majors: {overflow: majors}}}}",
        "services.department.areas.majors.overflow",
        "majors",
        "majors cannot overflow into itself.",
        "",
    ),
    (
        "services: {department: {area: {by: acuity, 2: majors, 3: major, otherwise: minors}}}",
        "services.department.area.3",
        "major,",
        "There is no area called major. Did you mean majors?",
        "",
    ),
    (
        "services: {department: {area: {majors: 40%, resuss: rest}}}",
        "services.department.area.resuss",
        "resuss",
        "There is no area called resuss.",
        "majors, minors",
    ),
    (
        "services: {ward: {outliers: [{to: wards}]}}",
        "services.ward.outliers.0.to",
        "wards",
        "There is no service called wards. Did you mean ward?",
        "",
    ),
    (
        "services: {ward: {outliers: [{to: hot_clinic}]}}",
        "services.ward.outliers.0.to",
        "hot_clinic",
        "hot_clinic is a clinic and has no beds for outliers.",
        "assessment_ward",
    ),
    (
        "services: {ward: {outliers: [{to: ward}]}}",
        "services.ward.outliers.0.to",
        "ward",
        "ward cannot take its own patients as outliers.",
        "",
    ),
    (
        'services: {ward: {rounds: ["25:00"]}}',
        "services.ward.rounds.0",
        '"25:00"',
        "25:00 is not a time of day: the hours run from 00:00 to 24:00.",
        "",
    ),
    (
        "services: {ward: {stay_factor: 0}}",
        "services.ward.stay_factor",
        "0",
        "0 must be more than 0.",
        "",
    ),
    (
        "services: {ward: {stay_factor: 80}}",
        "services.ward.stay_factor",
        "80",
        "80 is more than 10: a factor on a stay lies between 0.1 and 10; is it 80%?",
        "",
    ),
    (
        "services: {ward: {stay_factor: 5%}}",
        "services.ward.stay_factor",
        "5%",
        "5% is less than 0.1: a factor on a stay lies between 0.1 and 10.",
        "",
    ),
    (
        "services: {ward: {cancel_electives_above: 120%}}",
        "services.ward.cancel_electives_above",
        "120%",
        "120% is more than 100%: a share lies between 0% and 100%.",
        "",
    ),
    (
        "services: {ward: {after_long_wait: {over: 12 hours}}}",
        "services.ward.after_long_wait.stay_factor",
        "after_long_wait",
        "stay_factor is required here and is missing.",
        "a factor on a stay: from 0.1 to 10, such as 0.8 or 80%",
    ),
    (
        "services: {ward: {counts_as: community_bed}}",
        "services.ward.counts_as",
        "community_bed",
        "community_bed is not one of the words allowed here. Did you mean community?",
        "general_and_acute, critical_care, community, other",
    ),
    (
        "services: {home_care: {comes_back: {share: 20%, after: 3 days, to: departement}}}",
        "services.home_care.comes_back.to",
        "departement",
        "There is no service called departement. Did you mean department?",
        "",
    ),
    (
        "services: {home_care: {starts_per_day: many}}",
        "services.home_care.starts_per_day",
        "many",
        '"many" is not a span of hours: write it like 08:00-16:00=3.',
        "",
    ),
    (
        'services: {home_care: {start_hours: {weekdays: "08:00-16:00"}}}',
        "services.home_care.start_hours",
        "{weekdays",
        "weekdays is not a kind of day: use monday, tuesday, wednesday, thursday, friday, saturday, sunday,"
        " weekday, weekend, bank_holiday, default.",
        "",
    ),
    (
        "services: {desk: {kind: access, disposition: {emergency: 100%}}}\n"
        "pathways: {desk: {otherwise: leave}}",
        "services.desk.disposition.emergency",
        "emergency",
        "emergency is not a value of disposition. Did you mean emergency_department?",
        DISPOSITIONS,
    ),
    (
        "services: {utc: {kind: urgent_treatment_centre, clinicians: 3, treatment: 20 min, assessors: 1}}\n"
        "pathways: {utc: {otherwise: leave}}",
        "services.utc.assessors",
        "1",
        "assessors have nothing to do: say how long assessment takes.",
        "",
    ),
    (
        "services: {sdec: {kind: same_day_emergency_care, chairs: 4, first_spell: 20 min}}\n"
        "pathways: {sdec: {otherwise: leave}}",
        "services.sdec.clinicians",
        "sdec",
        "clinicians is required here and is missing.",
        "a rota: 4, or 08:00-16:00=3, 16:00-22:00=2, or by weekday, weekend and bank_holiday",
    ),
    (
        "alternatives: {department.discharge: [{to: hot_clinic}]}",
        "alternatives.department.discharge",
        "department.discharge",
        "department has no decision point called discharge.",
        "front_door, decision",
    ),
    (
        "alternatives: {hot_clinic.outcome: [{to: ward, when_full: wait}]}",
        "alternatives.hot_clinic.outcome.0.when_full",
        "wait",
        "wait is not one of the words allowed here.",
        "next, default",
    ),
    (
        "alternatives: {crews.scene: [{to: response_team, staff: always}]}",
        "alternatives.crews.scene.0.staff",
        "always",
        '"always" is not a span of hours: write it like 08:00-16:00=3.',
        "",
    ),
    (
        "alternatives: {crews.scene: [{to: response_team, eligible: {by: acuity, 3: 40%}}]}",
        "alternatives.crews.scene.0.eligible",
        "{by",
        "Nothing is given for acuity 1, 2, 4, 5: add it, or otherwise.",
        "",
    ),
    (
        "pathways: {ward: {home: leave}}",
        "pathways.ward.home",
        "home",
        "home is not a way to finish in ward, of kind ward.",
        "ready, moved_on, refused, cancelled",
    ),
]
"""Mistakes in settings of services, each beside a scenario that is right."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a right scenario of nearly every kind of service."""
    (tmp_path / "roomy.yaml").write_text(ROOMY, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(folder: Path, text: str) -> tuple[list[str], list[Problem]]:
    """Return the lines of a draft, and what is wrong with it."""
    draft = f"flowsim: 1\nextends: roomy.yaml\n{text}\n"
    (folder / "draft.yaml").write_text(draft, encoding="utf-8")
    return draft.splitlines(), examine("draft.yaml")[1]


def test_the_scenario_beside_them_is_right(folder: Path) -> None:
    assert found(folder, "title: Nothing is wrong")[1] == []


@pytest.mark.parametrize(
    ("text", "path", "culprit", "answer"),
    [(text, path, culprit, tuple(answer)) for text, path, culprit, *answer in WRONG],
    ids=[case[0].partition(": ")[2][:60] for case in WRONG],
)
def test_one_mistake_gets_one_answer_at_its_place(
    folder: Path, text: str, path: str, culprit: str, answer: tuple[str, str]
) -> None:
    lines, problems = found(folder, text)
    (problem,) = problems
    assert (problem.path, problem.message, problem.allowed) == (path, *answer)
    assert (problem.file, problem.severity) == ("draft.yaml", "error")
    assert lines[problem.line - 1][problem.column - 1 :].startswith(culprit)
    told = render(problems)
    assert max(map(len, told.splitlines())) <= 80
    assert path in told


def test_mistakes_in_several_services_are_told_together_in_the_order_of_the_file(folder: Path) -> None:
    text = """\
services:
  crews: {category_of_others: "5"}
  department: {areas: {majors: {clinicians: mane}}}
  ward: {outliers: [{to: hot_clinic}]}
"""
    _, problems = found(folder, text)
    told = render(problems)
    places = [told.index(f"draft.yaml:{line}:") for line in (4, 5, 6)]
    assert places == sorted(places)
    assert len(problems) == 3


def test_a_team_that_is_left_out_is_still_found_missing(folder: Path) -> None:
    """Areas are seen by the team called main unless they say otherwise."""
    _, problems = found(folder, "services: {department: {clinicians: {replace: {senior: 4, junior: 4}}}}")
    assert [problem.path for problem in problems] == [
        "services.department.areas.majors.clinicians",
        "services.department.areas.minors.clinicians",
    ]
    assert {problem.message for problem in problems} == {"There is no team of clinicians called main."}
    assert {problem.allowed for problem in problems} == {"senior, junior"}
