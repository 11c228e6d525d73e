"""Mistakes in escalation, beside two hospitals in which all is right: what is said, where, and what next."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowsim.errors import Problem
from flowsim.scenario import examine
from two_hospitals import RULES, SYSTEM

RIGHT = SYSTEM.replace("name: two-hospitals", "name: right") + RULES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "right.yaml").write_text(RIGHT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(folder: Path, text: str) -> list[Problem]:
    """Return what is wrong with the right scenario when escalation says this as well; it begins on line 3."""
    (folder / "draft.yaml").write_text(f"flowsim: 1\nextends: right.yaml\n{text}\n", encoding="utf-8")
    return [each for each in examine("draft.yaml")[1] if each.severity == "error"]


def test_the_scenario_beside_them_is_right(folder: Path) -> None:
    assert (
        told(folder, "escalation: {actions: {act: {level: 3, change: {services.north_ward.beds: {add: 2}}}}}")
        == []
    )


@pytest.mark.parametrize(
    ("action", "path", "culprit", "answer"),
    [
        ("{level: 3, change: 3}", "change", "3}", ("change is a mapping of settings to new values.", "", "")),
        (
            "{level: 3, change: {services.north_ward.beds: {add: 2, from: 2026-11-10}}}",
            "change.services.north_ward.beds",
            "services.north_ward",
            ("An action begins and ends with the level, so its changes have no dates.", "", ""),
        ),
        (
            "{level: 3, change: {demand.calls.per_day: {add: 2}}}",
            "change.demand.calls.per_day",
            "demand.calls",
            ("An action cannot change demand.", "settings of services and alternatives", ""),
        ),
        (
            "{level: 3, change: {services.home_care.places: {add: 2}}}",
            "change",
            "services.home_care",
            (
                "home_care belongs to no site that has this action: nothing would happen.",
                "",
                "Choose a larger scope: place or system.",
            ),
        ),
        (
            "{level: 3, only: [south], change: {alternatives.north_ed.decision.0.uptake: 60%}}",
            "change",
            "alternatives.north_ed",
            (
                "north_ed belongs to no site that has this action: nothing would happen.",
                "",
                "Choose a larger scope: place or system.",
            ),
        ),
        (
            "{level: 3, change: {services.north_ward.bed: {add: 2}}}",
            "change.services.north_ward.bed",
            "services.north_ward",
            (
                "services.north_ward.bed matches nothing.",
                "",
                "Nothing in services.north_ward is called bed; near: beds.",
            ),
        ),
        (
            "{level: 3, only: [clinic_building], change: {services.north_ward.beds: {add: 2}}}",
            "only.0",
            "clinic_building",
            ("There is no site with an emergency department called clinic_building.", "north, south", ""),
        ),
        (
            "{level: 3, only: [north, suoth], change: {services.north_ward.beds: {add: 2}}}",
            "only.1",
            "suoth",
            (
                "There is no site with an emergency department called suoth. Did you mean south or north?",
                "",
                "",
            ),
        ),
        (
            "{level: 3, scope: place, only: [islands], change: {services.north_ward.beds: {add: 2}}}",
            "only.0",
            "islands",
            ("There is no place with an emergency department called islands. Did you mean upland?", "", ""),
        ),
        (
            "{level: 3, divert: {routes: {crews: [{to: south_ed}]}}}",
            "divert.routes.crews",
            "crews",
            ("There is no emergency department called crews.", "north_ed, south_ed", ""),
        ),
        (
            "{level: 3, divert: {routes: {north_ed: [{to: souht_ed}]}}}",
            "divert.routes.north_ed.0.to",
            "souht_ed",
            ("There is no emergency department called souht_ed. Did you mean south_ed or north_ed?", "", ""),
        ),
        (
            "{level: 3, staff: {nurses: 1}, change: {services.north_ward.beds: {add: 2}}}",
            "staff.nurses",
            "nurses",
            ("There is no staff called nurses.", "porters", ""),
        ),
        (
            "{level: 3, scope: system, staff: {porters: 1}, change: {services.north_ward.beds: {add: 2}}}",
            "staff.porters",
            "porters",
            ("porters belong to each place, and this is an action of the system.", "", ""),
        ),
        (
            "{level: 3, change: {services.north_ward.turnaround: blue}}",
            None,
            "blue",
            (
                "With this action act, the setting becomes impossible. blue is not a"
                " length of time: write 45 min, 6 hours or 2 days.",
                "",
                "",
            ),
        ),
    ],
)
def test_one_mistake_gets_one_answer_at_its_place(
    folder: Path, action: str, path: str | None, culprit: str, answer: tuple[str, str, str]
) -> None:
    text = f"escalation:\n  staff: {{porters: {{each: place, on_call: 2}}}}\n  actions:\n    act: {action}\n"
    problem = told(folder, text)[0]
    assert (problem.message, problem.allowed, problem.hint) == answer
    assert problem.path == (f"escalation.actions.act.{path}" if path else "services.north_ward.turnaround")
    assert (problem.file, problem.line) == ("draft.yaml", 6)
    assert problem.source[problem.column - 1 :].startswith(culprit)


def test_reserves_are_at_sites_that_are_scored(folder: Path) -> None:
    text = "escalation: {staff: {porters: {on_call: 2, at: {north: 3, clinic_building: 1}}}}"
    (problem,) = told(folder, text)
    assert problem.message == "There is no site with an emergency department called clinic_building."
    assert (problem.path, problem.allowed) == ("escalation.staff.porters.at.clinic_building", "north, south")
    assert problem.source[problem.column - 1 :].startswith("clinic_building")


def test_without_a_department_there_is_nothing_to_assess(folder: Path) -> None:
    (folder / "none.yaml").write_text(
        "flowsim: 1\ntime: {start: 2026-11-02, warm_up: 1 day, horizon: 1 week}\n"
        "services: {ward: {kind: ward, beds: 3, stay: 1 day}}\ndemand: {all: {to: ward, per_day: 1}}\n"
        f"pathways: {{ward: {{otherwise: leave}}}}\n{RULES}",
        encoding="utf-8",
    )
    (problem,) = examine("none.yaml")[1]
    assert problem.message == "There is no emergency department, so there is nothing to assess."
    assert (problem.path, problem.hint) == ("escalation", "Take escalation away, or write enabled: false.")


def test_a_department_on_no_site_cannot_divert(folder: Path) -> None:
    text = "services: {south_ed: {site: {remove: true}, place: lowland}}\n"
    text += "escalation: {actions: {act: {level: 3, divert: {routes: {north_ed: [{to: south_ed}]}}}}}\n"
    (problem,) = told(folder, text)
    assert problem.message == "south_ed stands on no site, so it has no level to compare."
    assert problem.path == "escalation.actions.act.divert.routes.north_ed.0.to"
    assert problem.line == 4


def test_what_two_actions_make_impossible_together_is_told_of_the_second(folder: Path) -> None:
    text = """escalation:
  actions:
    some: {level: 2, change: {services.north_ward.beds: {add: -40}}}
    more: {level: 3, change: {services.north_ward.beds: {add: -30}}}
"""
    (problem,) = told(folder, text)
    assert problem.message == (
        "With this action more, the setting becomes impossible. -10 is below 0: it must be 0 or more."
    )
    assert problem.line == 6
    assert told(folder, text.replace("-30", "-20")) == []


def test_mistakes_of_several_actions_are_told_in_the_order_of_the_file(folder: Path) -> None:
    text = """escalation:
  actions:
    first: {level: 3, staff: {nurses: 1}, change: {services.north_ward.beds: {add: 2}}}
    second: {level: 3, change: {seed: 3}}
    third: {level: 3, divert: {routes: {north_ed: [{to: ward}]}}}
"""
    assert [problem.line for problem in told(folder, text)] == [5, 6, 7]
