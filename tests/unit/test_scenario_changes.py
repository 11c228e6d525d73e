"""Levers: what each change does to which settings, which two cannot stand together, and what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flowsim.scenario import Scenario
from flowsim.scenario.describe import backing

if TYPE_CHECKING:
    from messages.desk import Desk

pytest_plugins = ("messages.desk",)
TWICE = "{path} is changed twice here, and the order would matter ({first})."


def beds(scenario: Scenario) -> tuple[int, int]:
    return scenario.services["medical_ward"].beds, scenario.services["frailty_ward"].beds


class TestOperations:
    @pytest.mark.parametrize(
        ("operation", "expected"),
        [
            ("30", 30),
            ("{set: 30}", 30),
            ("{add: 2}", 30),
            ("{add: -28}", 0),
            ("{multiply: 1.25}", 35),
            ("{multiply: 125%}", 35),
            ("{multiply: 0}", 0),
            ("{multiply: 0.5, source: A plan}", 14),
            ("{add: 0.5}", 29),  # beds are whole
            ("{set: {value: 31, source: A plan}}", 31),
            ("{value: 31, source: A plan}", 31),
            ("unlimited", 1_000_000_000),
        ],
    )
    def test_beds_after_a_change(self, desk: Desk, operation: str, expected: int) -> None:
        assert beds(desk.load(f"change: {{services.medical_ward.beds: {operation}}}")) == (expected, 20)
        assert beds(desk.load("", f"services.medical_ward.beds={operation}")) == (expected, 20)

    @pytest.mark.parametrize(
        ("change", "path", "message", "allowed"),
        [
            ("{add: 1, multiply: 2}", "", "A change does one thing at a time.", "one of set, add, multiply"),
            ("{set: 1, add: 2}", "", "A change does one thing at a time.", "one of set, add, multiply"),
            ("{from: 2026-12-01}", "", "This says when, but not what changes.", "one of set, add, multiply"),
            ("{source: KH03}", "", "This says when, but not what changes.", "one of set, add, multiply"),
            (
                "{add: 1, form: 2026-12-01}",
                ".form",
                "Unknown setting. Did you mean from?",
                "set, add, multiply, from, to, shape, peak, width, source, grade, note, label, low, high",
            ),
            (
                "{multiply: -1}",
                ".multiply",
                "-1 must be more than 0; multiply takes a factor such as 1.25.",
                "",
            ),
            (
                "{multiply: 2 days}",
                ".multiply",
                "2 days is not a plain number; multiply takes a factor such as 1.25.",
                "",
            ),
            ("{add: 1, source: S, grade: sene}", ".grade", "sene is not a grade.", "seen, recalled, assumed"),
            (
                "{add: 1, from: 2026-12-01, to: 2026-11-30}",
                ".to",
                "2026-11-30 is not after from, 2026-12-01.",
                "",
            ),
            (
                "{add: 1 day}",
                "",
                "services.medical_ward.beds: 1 day cannot be added to 28, which has no unit: add a number.",
                "",
            ),
        ],
    )
    def test_a_change_that_makes_no_sense_is_told_on_its_line(
        self, desk: Desk, change: str, path: str, message: str, allowed: str
    ) -> None:
        (problem,) = desk.told(f"title: x\nchange:\n  services.medical_ward.beds: {change}\n")
        assert (problem.message, problem.allowed) == (message, allowed)
        assert problem.path == f"change.services.medical_ward.beds{path}"
        assert (problem.file, problem.line) == ("draft.yaml", 5)

    def test_groups_are_laid_over_and_values_are_replaced(self, desk: Desk) -> None:
        scenario = desk.load(
            """
            change:
              services.medical_ward: {beds: 30, stay: {median: 3 days, p90: 6 days}}
              services.hot_clinic.service: {by: age, 0-17: 10 min, otherwise: 20 min}
            """
        )
        ward = scenario.services["medical_ward"]
        assert (ward.beds, ward.place, ward.stay.tree.ppf(0.5)) == (30, "east", pytest.approx(3 * 1440))
        assert scenario.services["hot_clinic"].site == "county"

    def test_a_setting_is_taken_away_and_has_its_default_again(self, desk: Desk) -> None:
        text = "services: {medical_ward: {turnaround: 2 hours}}"
        assert desk.load(text).services["medical_ward"].turnaround == 120
        assert (
            desk.load(text, "services.medical_ward.turnaround={remove: true}")
            .services["medical_ward"]
            .turnaround
            == 45
        )

    def test_an_item_of_a_list_is_changed_and_taken_away(self, desk: Desk) -> None:
        more = "alternatives: {medical_ward.review: {append: [{to: frailty_ward, uptake: 10%}]}}"
        point = "alternatives.medical_ward.review"
        both = desk.load(more).alternatives["medical_ward.review"]
        assert [option.to for option in both] == ["hot_clinic", "frailty_ward"]
        changed = desk.load(more, f"{point}.1.uptake=40%").alternatives["medical_ward.review"]
        assert [option.to for option in changed] == ["hot_clinic", "frailty_ward"]
        less = desk.load(more, f"{point}.0={{remove: true}}").alternatives["medical_ward.review"]
        assert [option.to for option in less] == ["frailty_ward"]

    def test_what_has_a_default_can_be_added_to_without_being_written(self, desk: Desk) -> None:
        ward = desk.load("change: {services.medical_ward.turnaround: {add: 15 min}}").services["medical_ward"]
        assert ward.turnaround == 60
        dated = desk.load("change: {services.medical_ward.turnaround: {multiply: 2, from: 2026-12-01}}")
        assert [value.turnaround for _, value in backing(dated).over_time("services", "medical_ward")] == [
            45,
            90,
        ]
        assert dated.provenance["services.medical_ward.turnaround"].layer == "default"

    @pytest.mark.parametrize(
        "operation", ["{add: 2/day}", "{multiply: 2}", "{multiply: 2, from: 2026-12-01}"]
    )
    def test_what_has_no_value_cannot_be_added_to(self, desk: Desk, operation: str) -> None:
        (problem,) = desk.told(f"change:\n  services.medical_ward.starts: {operation}\n")
        message = (
            "services.medical_ward.starts has no value yet, so nothing can be added to it or multiplied."
        )
        assert (problem.message, problem.hint, problem.line) == (message, "Give it a plain value first.", 4)

    def test_new_settings_and_entries_can_be_set(self, desk: Desk) -> None:
        scenario = desk.load(
            """
            change:
              services.medical_ward.rounds: ["09:00"]
              services.third_ward: {kind: ward, beds: 5, stay: 2 days}
              pathways.third_ward: {otherwise: leave}
              pathways.hot_clinic.referred: third_ward
              about.question: Why?
            """
        )
        assert scenario.services["medical_ward"].rounds == (540.0,)
        assert scenario.services["third_ward"].beds == 5
        assert scenario.about.question == "Why?"

    def test_a_group_that_has_dates_of_its_own_is_set(self, desk: Desk) -> None:
        surge = "surges: {flu: {from: 2026-12-01, change: {demand.*.per_day: {multiply: 1.2}}}}\n"
        change = "change: {surges.flu: {to: 2026-12-05, change: {demand.referrals.per_day: {multiply: 1.3}}}}"
        dated = {change.path[1]: change for change in backing(desk.load(surge + change)).dated}
        assert {name: each.amount for name, each in dated.items()} == {"referrals": 1.3, "admissions": 1.2}
        assert {str(each.when.last) for each in dated.values()} == {"2026-12-06 00:00:00"}

    def test_a_kind_of_day_can_be_added_to_a_rota(self, desk: Desk) -> None:
        rota = "services: {hot_clinic: {clinicians: {weekday: 4, weekend: 2}}}"
        scenario = desk.load(rota, "services.hot_clinic.clinicians.bank_holiday=1")
        assert scenario.services["hot_clinic"].clinicians.raw()["bank_holiday"] == "00:00-24:00=1"
        (problem,) = desk.told(rota, "services.hot_clinic.clinicians.holiday=1")
        assert problem.message == "services.hot_clinic.clinicians.holiday matches nothing."

    @pytest.mark.parametrize(
        ("selector", "message", "hint"),
        [
            (
                "services.medical_wrad.beds",
                "services.medical_wrad.beds matches nothing.",
                "Nothing in services is called medical_wrad; near: medical_ward.",
            ),
            (
                "services.medical_ward.bed",
                "services.medical_ward.bed matches nothing.",
                "Nothing in services.medical_ward is called bed; near: beds.",
            ),
            (
                "services.medical_ward.trunaround",
                "services.medical_ward.trunaround matches nothing.",
                "Did you mean turnaround?",
            ),
            (
                "services[kind=wrad].beds",
                "services[kind=wrad].beds matches nothing.",
                "No entry passes the test: kind is one of clinic, ward.",
            ),
            (
                "services.xyz.beds",
                "services.xyz.beds matches nothing.",
                "Nothing in services is called xyz; there is hot_clinic, medical_ward, frailty_ward.",
            ),
            (
                "nonsense",
                "nonsense matches nothing.",
                "Nothing at the top is called nonsense; there is time, places, trusts, sites, casemix,"
                " services, demand, pathways, ...",
            ),
            (
                "services..beds",
                "A step of the path is empty: write NAME or NAME[kind=ward] between the dots.",
                "",
            ),
            ("services[kind]", "[kind] is not a test: write [kind=ward] or [place=NAME, kind=NAME].", ""),
            (
                "services[kind=ward",
                "services[kind=ward is not a step of a path: write NAME or NAME[kind=ward].",
                "",
            ),
        ],
    )
    def test_a_selector_that_picks_nothing_is_told_with_near_misses(
        self, desk: Desk, selector: str, message: str, hint: str
    ) -> None:
        (problem,) = desk.told(f'change:\n  "{selector}": 3\n')
        assert problem.message == message
        assert (problem.line, problem.column) == (4, 3)
        assert problem.hint == hint

    def test_a_list_of_changes_is_told(self, desk: Desk) -> None:
        (problem,) = desk.told("change:\n  - services.medical_ward.beds: 3\n")
        assert (problem.message, problem.path) == ("change is a mapping of settings to new values.", "change")


class TestTwice:
    @pytest.mark.parametrize(
        ("one", "other", "path"),
        [
            ("services.medical_ward.beds: 30", "services[kind=ward].beds: 31", "services.medical_ward.beds"),
            (
                "services.medical_ward.beds: 30",
                "services[kind=ward].beds: {add: 1}",
                "services.medical_ward.beds",
            ),
            (
                "services.medical_ward.beds: {add: 1}",
                "services[kind=ward].beds: {multiply: 2}",
                "services.medical_ward.beds",
            ),
            ("services.medical_ward.beds: 30", "services.medical_ward: {beds: 31}", "services.medical_ward"),
            ("services.medical_ward: {beds: 31}", "services.*_ward.beds: 30", "services.medical_ward.beds"),
            (
                "services.medical_ward.stay: 2 days",
                "services.medical_ward: {stay: {mean: 3 days, sd: 1 day}}",
                "services.medical_ward",
            ),
            (
                "services.medical_ward.beds: {set: 30, from: 2026-12-01, to: 2026-12-31}",
                "services.*_ward.beds: {set: 31, from: 2026-12-31}",
                "services.medical_ward.beds",
            ),
            (
                "services.medical_ward.beds: {set: 30, from: 2026-12-01}",
                "services.*_ward.beds: {set: 31, from: 2027-01-01}",
                "services.medical_ward.beds",
            ),
            (
                "services.medical_ward.beds: {set: 30, to: 2026-12-01}",
                "services.*_ward.beds: {set: 31, to: 2027-01-01}",
                "services.medical_ward.beds",
            ),
            (  # a ramp stays where it has risen to
                "services.medical_ward.beds: {multiply: 2, from: 2026-11-09, to: 2026-11-12, shape: ramp}",
                "services.*_ward.beds: {add: 2, from: 2026-12-01}",
                "services.medical_ward.beds",
            ),
            (
                "services.medical_ward.beds: {add: 2, from: 2026-12-01}",
                "services.*_ward.beds: {multiply: 2, from: 2026-11-09, to: 2026-11-12, shape: ramp}",
                "services.medical_ward.beds",
            ),
            (
                "services.medical_ward.beds: {multiply: 1.5, peak: 2027-01-04, width: 2 weeks}",
                "services.*_ward.beds: {add: 2, from: 2026-11-10, to: 2026-11-11}",
                "services.medical_ward.beds",
            ),
        ],
    )
    def test_two_that_disagree_are_told_with_the_line_of_the_first(
        self, desk: Desk, one: str, other: str, path: str
    ) -> None:
        (problem,) = desk.told(f"change:\n  {one}\n  {other}\n")
        assert problem.message == TWICE.format(path=path, first="draft.yaml:4")
        assert problem.hint == "Keep one, or narrow the selectors."
        assert (problem.line, problem.column) == (5, 3)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("services.medical_ward.beds: {add: 1}", "services[kind=ward].beds: {add: 2}"),
            ("services.medical_ward.beds: {multiply: 2}", "services[kind=ward].beds: {multiply: 0.5}"),
            ("services.medical_ward.turnaround: 1 hour", "services.medical_ward: {beds: 30}"),
            ("services.medical_ward.beds: 30", "services.*_ward.beds: {set: 31, from: 2026-12-01}"),
            (
                "services.medical_ward.beds: {set: 30, from: 2026-12-01, to: 2026-12-31}",
                "services.*_ward.beds: {set: 31, from: 2027-01-01}",
            ),
            (
                "services.medical_ward.beds: {set: 30, from: 2027-01-01}",
                "services.*_ward.beds: {set: 31, to: 2026-12-31}",
            ),
        ],
    )
    def test_two_that_agree_or_hold_at_different_times_may_stand(
        self, desk: Desk, one: str, other: str
    ) -> None:
        desk.load(f"change:\n  {one}\n  {other}\n")

    def test_on_the_command_line_there_are_no_line_numbers(self, desk: Desk) -> None:
        (problem,) = desk.told("", "services.medical_ward.beds=30", "services.*_ward.beds=31")
        assert problem.message == TWICE.format(path="services.medical_ward.beds", first="another --set")

    def test_layers_follow_each_other_and_do_not_disagree(self, desk: Desk) -> None:
        pack = "change: {services.medical_ward.beds: {multiply: 2}}"
        text = "include: pack.yaml\nchange: {services.medical_ward.beds: {add: 4}}"
        assert beds(desk.load(text, "services.medical_ward.beds={multiply: 0.5}", pack_yaml=pack)) == (30, 20)


class TestOverDates:
    def test_a_number_under_changes_of_three_shapes(self, desk: Desk) -> None:
        scenario = desk.load(
            """
            change:
              services.medical_ward.beds: {add: 10, from: 2026-11-09, to: 2026-11-12, shape: ramp}
              services.frailty_ward.beds: {set: 30, from: "2026-11-09 12:00", to: "2026-11-10 06:00"}
            """
        )
        day = 1440
        start = 14 * day  # two weeks of warm-up stand before the first day
        steps = backing(scenario).over_time("services", "medical_ward")
        # a ramp over four days is at its middle each day: 1/8, 3/8, 5/8, 7/8 of ten beds, halves up
        assert [(minute, ward.beds) for minute, ward in steps] == [
            (0, 28),
            (start + 7 * day, 29),
            (start + 8 * day, 32),
            (start + 9 * day, 34),
            (start + 10 * day, 37),
            (start + 11 * day, 38),
        ]
        steps = backing(scenario).over_time("services", "frailty_ward")
        assert [(minute, ward.beds) for minute, ward in steps] == [
            (0, 20),
            (start + 7.5 * day, 30),
            (start + 8.25 * day, 20),
        ]

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("time.horizon", "{set: 4 weeks, from: 2026-12-01}"),
            ("services.medical_ward.kind", "{set: clinic, from: 2026-12-01}"),
            ("services.medical_ward", "{set: {beds: 3}, from: 2026-12-01}"),
            ("replications", "{set: 3, from: 2026-12-01}"),
        ],
    )
    def test_what_cannot_change_over_dates_is_told(self, desk: Desk, setting: str, value: str) -> None:
        extra = "replications: 5\n" if setting == "replications" else "title: x\n"
        (problem,) = desk.told(f"{extra}change:\n  {setting}: {value}\n")
        assert problem.message == f"{setting} cannot change over dates."
        assert problem.allowed == "settings of services, demand, casemix, pathways, alternatives"
        assert (problem.line, problem.column) == (5, 3)

    def test_what_cannot_be_half_done_is_told_for_a_ramp_and_not_for_a_step(self, desk: Desk) -> None:
        law = "services.medical_ward.stay: {set: {mean: 6 days, sd: 6 days}, from: 2026-12-01, to: 2026-12-20"
        desk.load(f"change: {{{law}}}}}")
        (problem,) = desk.told(f"change: {{{law}, shape: ramp}}}}")
        assert problem.message == (
            "services.medical_ward.stay: only single numbers can move gradually:"
            " use multiply or add, or shape: step."
        )

    def test_a_factor_of_nothing_closes_beds_for_a_while(self, desk: Desk) -> None:
        scenario = desk.load(
            "change: {services.medical_ward.beds: {multiply: 0, from: 2026-12-01, to: 2026-12-02}}"
        )
        assert [ward.beds for _, ward in backing(scenario).over_time("services", "medical_ward")] == [
            28,
            0,
            28,
        ]


class TestSources:
    TEXT = "services: {medical_ward: {beds: {value: 28, source: KH03, grade: seen, note: May}}}\n"

    @pytest.mark.parametrize(
        ("operation", "note"),
        [
            ("{add: 2}", ("KH03", "seen", "May")),
            ("{add: 2, source: Board, grade: assumed}", ("Board", "assumed", "")),
            ("{multiply: 2, note: why}", ("", "", "why")),
            ("30", ("", "", "")),
            ("{value: 30, source: Board}", ("Board", "", "")),
            ("{set: 30, source: Board, grade: recalled, note: n}", ("Board", "recalled", "n")),
        ],
    )
    def test_the_source_is_that_of_the_change_or_of_the_value_it_acts_on(
        self, desk: Desk, operation: str, note: tuple[str, str, str]
    ) -> None:
        scenario = desk.load(f"{self.TEXT}change: {{services.medical_ward.beds: {operation}}}")
        origin = scenario.provenance["services.medical_ward.beds"]
        assert (origin.source, origin.grade, origin.note) == note
        assert origin.layer == "change"
        assert origin.line == 4
        assert origin.replaced is not None
        assert (origin.replaced.value, origin.replaced.source) == (28, "KH03")

    def test_the_range_of_a_lever_is_kept(self, desk: Desk) -> None:
        scenario = desk.load("change: {services.medical_ward.beds: {set: 30, low: 25, high: 35}}")
        origin = scenario.provenance["services.medical_ward.beds"]
        assert (origin.low, origin.high) == (25, 35)

    def test_what_was_not_written_before_replaces_nothing(self, desk: Desk) -> None:
        scenario = desk.load("change: {services.medical_ward.turnaround: {add: 5 min}}")
        origin = scenario.provenance["services.medical_ward.turnaround"]
        assert (origin.value, origin.replaced) == ("50 min", None)


class TestCopies:
    def test_a_copied_stream_is_called_after_both_and_differs_where_told(self, desk: Desk) -> None:
        scenario = desk.load(
            'change: {"demand[to=frailty_ward]":'
            " {copy: {as: flu, per_day: {multiply: 0.5}}, source: S, grade: seen}}"
        )
        assert list(scenario.demand) == ["referrals", "admissions", "admissions_flu"]
        assert [scenario.demand[name].per_day for name in ("admissions", "admissions_flu")] == [2, 1]
        assert scenario.demand["admissions_flu"].casemix == "adults"
        origin = scenario.provenance["demand.admissions_flu.per_day"]
        assert (origin.source, origin.grade, origin.line) == ("S", "seen", 3)

    def test_copies_in_a_list_go_to_its_end_and_are_not_copied_again(self, desk: Desk) -> None:
        pack = 'change: {"alternatives.*.review.*": {copy: {uptake: 5%}}}'
        scenario = desk.load("include: [a.yaml, b.yaml]", a_yaml=pack, b_yaml=pack)
        options = scenario.alternatives["medical_ward.review"]
        assert [option.to for option in options] == ["hot_clinic"] * 3
        assert [
            str(backing(scenario).tree["alternatives"]["medical_ward.review"][i]["uptake"]) for i in range(3)
        ] == ["50%", "5%", "5%"]

    @pytest.mark.parametrize(
        (
            "change",
            "path",
            "message",
            "hint",
        ),
        [
            (
                "demand.referrals: {copy: {per_day: 3}}",
                "",
                "A copy of a named entry needs a name of its own.",
                "Write copy: {as: flu, ...}; the copy of walk_in is then walk_in_flu.",
            ),
            (
                "demand.referrals: {copy: {as: a b}}",
                "",
                "A copy of a named entry needs a name of its own.",
                "Write copy: {as: flu, ...}; the copy of walk_in is then walk_in_flu.",
            ),
            (
                "demand.referrals.per_day: {copy: {as: x}}",
                "",
                "demand.referrals.per_day picks a single value; a copy is made of a whole entry.",
                "",
            ),
            (
                "demand: {copy: {as: x}}",
                "",
                "demand picks a single value; a copy is made of a whole entry.",
                "",
            ),
            (
                "demand.referrals: {copy: 3}",
                "",
                "copy takes the settings in which the copy differs, such as {uptake: 30%}.",
                "",
            ),
            ("demand.referrals: {copy: {as: x}, from: 2026-12-01}", ".from", "Unknown setting.", ""),
            (
                "demand.referals: {copy: {as: x}}",
                "",
                "demand.referals matches nothing.",
                "Nothing in demand is called referals; near: referrals.",
            ),
            (
                "demand.referrals: {copy: {as: x, per_day: {add: 1, from: 2026-12-01}}}",
                ".copy.per_day",
                "A copy cannot differ for some dates only.",
                "",
            ),
        ],
    )
    def test_a_copy_that_cannot_be_made_is_told(
        self, desk: Desk, change: str, path: str, message: str, hint: str
    ) -> None:
        (problem,) = desk.told(f"change:\n  {change}\n")
        assert (problem.message, problem.hint) == (message, hint)
        assert problem.path == f"change.{change.partition(':')[0]}{path}"
        assert problem.line == 4
        assert problem.allowed == ("copy, source, grade, note" if path == ".from" else "")
        culprit = path.rpartition(".")[2] + ":" if path else change
        assert problem.column == 3 + change.index(culprit)

    def test_a_copied_service_is_of_its_kind_and_may_differ_from_a_default(self, desk: Desk) -> None:
        copy = "{copy: {as: b, turnaround: {add: 15 min}, label: Second ward}}"
        scenario = desk.load(
            f"""
            change:
              services.medical_ward: {copy}
              pathways.medical_ward: {{copy: {{as: b}}}}
              pathways.frailty_ward.refused: medical_ward_b
            """
        )
        ward = scenario.services["medical_ward_b"]
        assert (ward.kind, ward.beds, ward.turnaround, ward.label) == ("ward", 28, 60, "Second ward")
        assert scenario.services["medical_ward"].turnaround == 45
        origin = scenario.provenance["services.medical_ward_b.turnaround"]
        assert (origin.file, origin.line) == ("draft.yaml", 4)

    def test_a_copy_deep_inside_is_called_after_what_it_copies(self, desk: Desk) -> None:
        rooms = "services: {hot_clinic: {rooms: {blue: {number: 2, cleaning: 5 min}}}}\n"
        scenario = desk.load(rooms + "change: {services.hot_clinic.rooms.blue: {copy: {as: b, number: 3}}}")
        found = {
            name: (room.number, room.cleaning) for name, room in scenario.services["hot_clinic"].rooms.items()
        }
        assert found == {"blue": (2, 5), "blue_b": (3, 5)}

    def test_a_surge_cannot_make_a_copy(self, desk: Desk) -> None:
        (problem,) = desk.told(
            "surges:\n  flu:\n    from: 2026-12-01\n    change:\n      demand.referrals: {copy: {as: flu}}\n"
        )
        assert problem.message == "A copy cannot be made for some dates only."
        assert problem.hint == "Make it under change, and let the surge change its settings."
        assert (problem.path, problem.line) == ("surges.flu.change.demand.referrals", 7)
