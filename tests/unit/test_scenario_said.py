"""What a planner is told of a scenario: in sentences, setting by setting, in lists, and as one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from flowsim.errors import InputError
from flowsim.scenario import Scenario, load
from flowsim.scenario.describe import backing, diff, explain, explain_path, list_levers, list_services
from flowsim.scenario.digest import digest_of
from flowsim.scenario.manual import names_at, setting_at, written
from flowsim.scenario.provenance import is_quantity, unsourced
from flowsim.scenario.warmup import automatic_days
from flowsim.spec.base import ServiceSpec
from flowsim.spec.distributions import Exponential
from flowsim.spec.groups import ByGroup
from flowsim.spec.laws import Law
from messages.kinds import KINDS, WardSpec

if TYPE_CHECKING:
    from messages.desk import Desk

pytest_plugins = ("messages.desk",)


def lines(scenario: Scenario) -> list[str]:
    return explain(scenario).splitlines()


def told(scenario: Scenario, path: str) -> list[str]:
    """Return the lines about one setting."""
    (each,) = explain_path(scenario, path)
    return each.text().splitlines()


class TestInSentences:
    def test_a_system_that_starts_empty_and_is_run_once(self, desk: Desk) -> None:
        scenario = desk.load(
            "time: {initial: empty, horizon: 10 days, warm_up: auto}\nreplications: 1\nseed: 7"
        )
        when = lines(scenario)[1]
        weeks = automatic_days(scenario.services, "empty") // 7
        assert when == (
            "Simulates 10 days from Monday 2 November 2026, once, with seed 7."
            f" The system starts empty, {weeks} weeks (worked out) earlier."
        )

    @pytest.mark.parametrize(
        ("per_day", "people"),
        [
            ("7.994", "9.99"),
            ("7.995", "10"),
            ("7.5", "9.5"),
            ("8", "10"),
            ("1500", "1,502"),
            ("97.6", "100"),
            ("8.4", "10"),
        ],
    )
    def test_few_patients_are_told_to_two_decimals_and_many_to_the_person(
        self, desk: Desk, per_day: str, people: str
    ) -> None:
        said = lines(desk.load(f"demand: {{referrals: {{per_day: {per_day}}}}}"))[2]
        assert said.startswith(
            f"About {people} patients come on an average day, in 2 streams (by route: walk in "
        )

    def test_what_there_is_one_of_is_told_in_the_singular(self, desk: Desk) -> None:
        desk.write(
            alone_yaml="""
            flowsim: 1
            time: {start: 2026-11-02, warm_up: 1 day, horizon: 1 week}
            services: {ward: {kind: ward, beds: 3, stay: 1 day}}
            demand: {all: {to: ward, per_day: 1}}
            pathways: {ward: {otherwise: leave}}
            """
        )
        said = lines(load("alone.yaml"))
        assert said[0] == "alone (alone)"
        assert said[2:4] == [
            "About 1 patients come on an average day, in 1 stream (by route: walk in 1).",
            "1 service (by kind: ward 1).",
        ]
        assert said[4] == "3 numbers: 3 no source."

    def test_alterations_beyond_twenty_are_counted(self, desk: Desk) -> None:
        many = "\n".join(f"  services.w{n}.beds: 5" for n in range(21))
        wards = ", ".join(f"w{n}: {{kind: ward, beds: 3, stay: 1 day}}" for n in range(21))
        ways = ", ".join(f"w{n}: {{otherwise: leave}}" for n in range(21))
        demand = ", ".join(f"d{n}: {{to: w{n}, per_day: 1, casemix: adults}}" for n in range(21))
        text = f"services: {{{wards}}}\npathways: {{{ways}}}\ndemand: {{{demand}}}\nchange:\n"
        said = lines(desk.load(f"{text}{many}\n"))
        assert "21 settings altered:" in said
        assert "   services.w19.beds: 3 -> 5   draft.yaml:26" in said
        assert not any("w20" in line for line in said)
        assert "   and 1 more" in said
        fewer = desk.load(f"{text}{many.replace('  services.w20.beds: 5', '')}\n")
        assert "20 settings altered:" in lines(fewer)
        assert not any("more" in line for line in lines(fewer))

    def test_only_what_this_file_alters_is_told(self, desk: Desk) -> None:
        parent = "about: {question: What?}\nservices: {medical_ward: {beds: 40}}\n"
        desk.write(middle_yaml=f"flowsim: 1\nextends: base.yaml\n{parent}")
        plan = "about: {question: Why?}\nservices: {frailty_ward: {beds: 21}}\n"
        desk.write(top_yaml=f"flowsim: 1\nextends: middle.yaml\n{plan}")
        said = lines(load("top.yaml"))
        assert "1 setting altered:" in said
        assert "   services.frailty_ward.beds: 20 -> 21   top.yaml:4" in said

    @pytest.mark.parametrize(
        ("when", "words"),
        [
            ("from: 2026-12-01", "from Tuesday 1 December 2026"),
            ("to: 2026-12-01", "from the beginning to Tuesday 1 December 2026"),
            ("from: 2026-12-01, to: 2026-12-31", "from Tuesday 1 December 2026 to Thursday 31 December 2026"),
            (
                'from: "2026-12-01 08:00", to: "2026-12-01 20:30"',
                "from 08:00 on Tuesday 1 December 2026 to 20:30 on Tuesday 1 December 2026",
            ),
            (
                "from: 2026-12-01, to: 2026-12-31, shape: ramp",
                "from Tuesday 1 December 2026 to Thursday 31 December 2026 (ramp)",
            ),
            (
                "peak: 2027-01-04, width: 10 days",
                "a wave that peaks on Monday 4 January 2027 and is above half for 10 days",
            ),
        ],
    )
    def test_dates_are_told_in_words(self, desk: Desk, when: str, words: str) -> None:
        said = lines(desk.load(f"change: {{services.medical_ward.beds: {{add: 2, {when}}}}}"))
        assert f"   services.medical_ward.beds: 1 setting, 2 more, {words}" in said

    def test_a_surge_is_told_once_with_up_to_three_of_its_amounts(self, desk: Desk) -> None:
        changes = [
            "demand.*.per_day: {multiply: 1.1}",
            "services.medical_ward.beds: {add: -2}",
            "services.frailty_ward.beds: 18",
        ]
        more = "services.hot_clinic.clinicians: {multiply: 0.5}"
        text = "surges: {flu: {from: 2026-12-01, change: {%s}}}"
        said = lines(desk.load(text % ", ".join(changes)))
        assert "   surge flu: 4 settings, -2 more, set to 18, times 1.1, from Tuesday 1 December 2026" in said
        said = lines(desk.load(text % ", ".join([*changes, more])))
        assert (
            "   surge flu: 5 settings, -2 more, set to 18, times 0.5, ..., from Tuesday 1 December 2026"
            in said
        )

    def test_a_source_may_have_no_grade(self, desk: Desk) -> None:
        said = lines(desk.load("services: {medical_ward: {beds: {value: 30, source: KH03}}}"))
        assert said[-1] == "19 numbers: 18 no source, 1 source without a grade."

    def test_numbers_are_counted_by_how_well_their_source_is_known(self, desk: Desk) -> None:
        rows = "path,source,grade\nservices,KH03,seen\ndemand,SUS,recalled\ncasemix,SUS,assumed\n"
        rows += "alternatives,guess,assumed\n"
        said = lines(desk.load("evidence: e.csv", e_csv=rows))
        assert said[-1] == "19 numbers: 9 seen, 7 assumed, 3 recalled. Every number has a source."


class TestOneSetting:
    def test_all_that_is_known_of_a_value(self, desk: Desk) -> None:
        scenario = desk.load(
            """
            services:
              medical_ward:
                beds: {value: 30, source: KH03, grade: seen, note: May, low: 28}
            change: {services.medical_ward.beds: {add: 2}}
            """
        )
        assert told(scenario, "services.medical_ward.beds") == [
            "services.medical_ward.beds",
            "   Staffed beds.",
            "   Value: 32",
            "   Allowed: a whole number: 0 or more, or the word unlimited",
            "   Set in: draft.yaml:6 (change)",
            "   Source: KH03 (grade: seen)",
            "   Plausible range: 28 to nothing",
            "   Note: May",
            "   Replaced: 30, set in draft.yaml:5 (scenario)",
            "   Replaced: 28, set in base.yaml:11 (extends)",
        ]

    def test_a_group_is_told_with_what_is_in_it_and_what_is_left_out(self, desk: Desk) -> None:
        assert told(desk.load(), "sites.county") == [
            "sites.county",
            told(desk.load(), "sites.county")[1],
            "   place: east",
            "   trust: university",
            "   Set in: base.yaml:6 (extends)",
            "   Source: none given",
            *[line for line in told(desk.load(), "sites.county") if line.startswith("   Left out: ")],
        ]

    def test_the_items_of_a_list_are_told_by_their_position(self, desk: Desk) -> None:
        said = told(desk.load(), "alternatives.medical_ward.review")
        assert "   0: {to: hot_clinic, eligible: 20%, uptake: 50%}" in said

    def test_what_is_left_out_is_told_with_its_default_and_what_may_be_written(self, desk: Desk) -> None:
        scenario = desk.load()
        assert told(scenario, "services.medical_ward.starts") == [
            "services.medical_ward.starts",
            "   Most admissions a day.",
            "   Left out, so it is nothing.",
            "   Allowed: a rate: 14/day, 2/hour or 90/week",
        ]
        assert told(scenario, "services.medical_ward.waiting_places")[2] == "   Left out, so it is unlimited."
        assert told(scenario, "services.hot_clinic.queue")[2:] == [
            "   Left out, so it is first_come.",
            "   Allowed: first_come, by_acuity",
        ]
        assert told(scenario, "services.hot_clinic.hours")[2] == "   Left out, so it is always."
        assert told(scenario, "services.hot_clinic.booked")[2:] == [
            "   Left out, so it is false.",
            "   Allowed: true, false",
        ]
        assert (
            told(scenario, "services.hot_clinic.last_arrival")[3]
            == "   Allowed: a time of day: 07:30, from 00:00 to 24:00"
        )

    def test_a_part_of_a_setting_says_what_it_is_part_of(self, desk: Desk) -> None:
        scenario = desk.load(
            "services: {hot_clinic: {rooms: {blue: {number: 2}},"
            " referred: {by: age, 0-17: 10%, otherwise: 5%}}}"
        )
        assert (
            told(scenario, "services.hot_clinic.rooms.blue.cleaning")[1]
            == "   Time to clean one. Part of rooms: Rooms, by name."
        )
        assert (
            told(scenario, "services.hot_clinic.referred.0-17")[1]
            == "   Share of patients who are referred on."
        )
        assert (
            told(scenario, "services.hot_clinic.referred.0-17")[3]
            == "   Allowed: a share: between 0% and 100%; or a table by group of patients"
        )

    def test_a_long_value_is_cut_to_a_line(self, desk: Desk) -> None:
        for length, shown in ((70, "x" * 70), (71, "x" * 67 + "...")):
            scenario = desk.load(f"about: {{question: {'x' * length}}}")
            assert told(scenario, "about.question")[2] == f"   Value: {shown}"

    @pytest.mark.parametrize(
        ("path", "message", "hint"),
        [
            (
                "services.medical_ward.bds",
                "services.medical_ward.bds matches nothing.",
                "Nothing in services.medical_ward is called bds; near: beds.",
            ),
            (
                "services.*_wrd.beds",
                "services.*_wrd.beds matches nothing.",
                "Nothing in services looks like *_wrd; near: medical_ward, frailty_ward.",
            ),
            (
                "services.med*.bds",
                "services.med*.bds matches nothing.",
                "Nothing in services.medical_ward is called bds; near: beds.",
            ),
            (
                "services.*.bds",
                "services.*.bds matches nothing.",
                "Nothing in services.hot_clinic and 2 more is called bds; near: beds.",
            ),
            (
                "services.medcal*.beds",
                "services.medcal*.beds matches nothing.",
                "Nothing in services looks like medcal*; near: medical_ward.",
            ),
            (
                "services[kind=ward, place=north]",
                "services[kind=ward, place=north] matches nothing.",
                "No entry passes the test: kind is one of clinic, ward; place is one of east, west.",
            ),
            (
                "services[colour=red]",
                "services[colour=red] matches nothing.",
                "No entry passes the test: nothing there has a colour.",
            ),
            (
                "demand.*.beds.x",
                "demand.*.beds.x matches nothing.",
                "Nothing in demand.referrals and 1 more is called beds; there is to, per_day, casemix,"
                " place.",
            ),
            ("services.medical_ward.beds.x", "services.medical_ward.beds.x matches nothing.", ""),
            ("", "A path such as services.NAME.beds is expected.", ""),
            ("a..b", "A step of the path is empty: write NAME or NAME[kind=ward] between the dots.", ""),
        ],
    )
    def test_a_path_that_leads_nowhere_is_told_with_near_misses(
        self, desk: Desk, path: str, message: str, hint: str
    ) -> None:
        with pytest.raises(InputError) as caught:
            explain_path(desk.load(), path)
        (problem,) = caught.value.problems
        assert (problem.message, problem.hint, problem.path) == (message, hint, path)


class TestDifferences:
    def test_each_side_says_where_it_comes_from(self, desk: Desk) -> None:
        base = desk.load()
        plan = desk.load(
            """
            title: Another
            services:
              medical_ward: {beds: {value: 30, source: Board}, label: X}
            change: {services.frailty_ward.beds: {add: 2, from: 2026-12-01, source: Paper}}
            """
        )
        assert [each.text() for each in diff(base, plan)] == [
            "services.medical_ward.beds\n   28   (base.yaml:11)\n   30   (draft.yaml:5; Board)",
            "services.medical_ward.label\n   -   (not there)\n   X   (draft.yaml:5)",
            "services.frailty_ward.beds (from Tuesday 1 December 2026)\n"
            "   -   (not there)\n   2 more   (draft.yaml:6; Paper)",
        ]
        assert [(each.path, each.new) for each in diff(plan, base)][1] == (
            "services.medical_ward.label",
            None,
        )


class TestLists:
    def test_services_have_a_name_kind_label_site_and_place(self, desk: Desk) -> None:
        found = list_services(desk.load("services: {medical_ward: {label: Medicine}}"))
        assert [(each.name, each.kind, each.label, each.site, each.place) for each in found] == [
            ("hot_clinic", "clinic", "hot_clinic", "county", ""),
            ("medical_ward", "ward", "Medicine", "", "east"),
            ("frailty_ward", "ward", "frailty_ward", "", "west"),
        ]

    def test_levers_are_the_numbers_below_what_is_asked_for(self, desk: Desk) -> None:
        scenario = desk.load(
            "waves: {flu: {peak: 2026-12-01, width: 2 weeks}}\n"
            "services: {medical_ward: {beds: {value: 30, source: S, grade: seen, low: 1, high: 2}}}"
        )
        (beds,) = list_levers(scenario, "services.medical_ward.beds")
        assert (beds.path, beds.value, beds.meaning) == ("services.medical_ward.beds", 30, "Staffed beds.")
        assert (beds.low, beds.high, beds.grade, beds.source) == (1, 2, "seen", "S")
        assert beds.allowed == "a whole number: 0 or more, or the word unlimited"
        assert [each.path for each in list_levers(scenario, "services.*.stay")] == [
            "services.medical_ward.stay.mean",
            "services.medical_ward.stay.sd",
            "services.frailty_ward.stay.mean",
            "services.frailty_ward.stay.sd",
        ]
        everything = [each.path for each in list_levers(scenario)]
        assert not [path for path in everything if path.startswith(("waves", "surges", "time"))]
        assert "demand.referrals.place.east" in everything

    @pytest.mark.parametrize(
        ("path", "value", "counts"),
        [
            (("services", "w", "beds"), 3, True),
            (("services", "w", "beds"), "3", True),
            (("services", "w", "beds"), "unlimited", False),
            (("services", "w", "booked"), True, False),
            (("services", "w", "clinicians"), "08:00-16:00=3", True),
            (("services", "w", "areas", "majors", "clinicians"), "team_2", False),
            (("services", "w", "label"), "Ward 3", False),
            (("alternatives", "w.review", "0", "to"), "ward_3", False),
            (("time", "horizon"), "20 weeks", False),
            (("harm", "rate"), 0.5, True),
            (("escalation", "levels", "0"), "10%", True),
        ],
    )
    def test_what_a_reader_may_ask_the_source_of(
        self, path: tuple[str, ...], value: object, counts: bool
    ) -> None:
        assert is_quantity(path, value) is counts


class TestEvidence:
    def warnings(self, desk: Desk, rows: str) -> list[tuple[int, str]]:
        scenario, problems = desk.read("evidence: e.csv", e_csv=rows)
        assert scenario is not None
        assert {problem.severity for problem in problems} <= {"warning"}
        assert {problem.file for problem in problems} <= {"e.csv"}
        return [(problem.line, problem.message) for problem in problems]

    def test_each_row_that_vouches_for_nothing_is_told_with_its_line(self, desk: Desk) -> None:
        rows = (
            "path,source,grade,note\n"
            "services.medical_ward.beds,KH03,seen,\n"
            "\n"
            "services.medical_ward.bds,KH03,seen,\n"
            "services.frailty_ward.beds,KH03,sen,\n"
            'services.frailty_ward.beds,"KH03,\nsecond line",,\n'
            ",KH03,seen\n"
        )
        assert self.warnings(desk, rows) == [
            (4, "No value has this path. Nothing in services.medical_ward is called bds; near: beds."),
            (5, "sen is not a grade: use seen, recalled, assumed."),
            (7, "An empty grade is not a grade: use seen, recalled, assumed."),
            (8, "A path such as services.NAME.beds is expected."),
        ]

    def test_columns_that_are_missing_are_named_with_those_there_are(self, desk: Desk) -> None:
        (problem,) = desk.told("evidence: e.csv", e_csv="path,origin\nx,y\n")
        assert problem.message == "e.csv has no column source and no column grade; it has path, origin."
        assert (problem.file, problem.line, problem.allowed) == (
            "draft.yaml",
            3,
            "path, source, grade and note",
        )
        (problem,) = desk.told("evidence: [e.csv]", e_csv="\n")
        assert (
            problem.message
            == "e.csv has no column path and no column source and no column grade; it has no columns."
        )

    def test_the_last_file_wins_and_a_value_of_its_own_beats_both(self, desk: Desk) -> None:
        scenario = desk.load(
            "evidence: [a.csv, b.csv]\nservices: {medical_ward: {beds: {value: 3, source: own}}}",
            a_csv="path,source,grade,note\nservices,A,seen,first\n",
            b_csv="path,source,grade\nservices.*.beds, B ,recalled\n",
        )
        beds = [scenario.provenance[f"services.{ward}.beds"] for ward in ("medical_ward", "frailty_ward")]
        assert [(each.source, each.grade) for each in beds] == [("own", ""), ("B", "recalled")]
        assert scenario.provenance["services.frailty_ward.stay.sd"].note == "first"
        assert "casemix.adults.admission" in unsourced(scenario)

    def test_a_wave_vouches_for_all_its_numbers(self, desk: Desk) -> None:
        scenario = desk.load(
            "waves: {flu: {peak: 2026-12-01, width: 2 weeks, source: UKHSA, grade: seen, note: n}}"
        )
        origin = scenario.provenance["waves.flu.width"]
        assert (origin.source, origin.grade, origin.note) == ("UKHSA", "seen", "n")
        assert not [path for path in unsourced(scenario) if path.startswith("waves")]


class TestOneFile:
    def test_every_value_is_written_with_where_it_comes_from(self, desk: Desk) -> None:
        scenario = desk.load(
            """
            title: "A: b"
            services:
              medical_ward: {beds: {value: 30, source: "KH03,
                second line", grade: seen}}
              hot_clinic: {rooms: {}, clinicians: {weekday: 4, weekend: 2}}
            alternatives: {medical_ward.review: {append: [{to: frailty_ward}]}}
            evidence: e.csv
            change:
              services.frailty_ward.beds: {multiply: 1.5, from: 2026-12-01, to: 2026-12-02, source: X}
              services.frailty_ward.turnaround: {add: 15 min, peak: 2027-01-04, width: 2 weeks}
              demand.admissions.per_day: {add: 1}
            """,
            e_csv="path,source,grade\ndemand.referrals,SUS,recalled\nalternatives,guess,assumed\n",
        )
        text = scenario.resolved_text().splitlines()
        assert text[0] == "# Every setting of one scenario, in one place, with the file and line that set it."
        for line in (
            'title: "A: b"  # draft.yaml:3',
            "name: draft  # draft.yaml:1",
            "    beds: 30  # draft.yaml:5; KH03, second line [seen]",
            "    rooms: {}  # draft.yaml:7",
            "      weekend: 2  # draft.yaml:7",
            "    per_day: 40  # base.yaml:14; SUS [recalled]",
            "    per_day: 3  # draft.yaml:13 (change)",
            "    - to: hot_clinic  # base.yaml:21; guess [assumed]",
            "    - to: frailty_ward  # draft.yaml:8; guess [assumed]",
            "change:",
            '  "services.frailty_ward.beds": {multiply: 1.5, from: "2026-12-01 00:00",'
            ' to: "2026-12-03 00:00", shape: "step"}  # draft.yaml:11; X',
            '  "services.frailty_ward.turnaround": {add: "15 min", peak: "2027-01-04 00:00",'
            ' shape: "wave", width: "2 weeks"}  # draft.yaml:12',
        ):
            assert line in text
        order = [line.partition(":")[0] for line in text if line[:1].isalpha()]
        assert order == [name for name in [*Scenario.model_fields, "change"] if name in order]
        desk.write(again_yaml=scenario.resolved_text())
        again = load("again.yaml")
        assert again.digest == scenario.digest
        steps = [backing(each).over_time("services", "frailty_ward") for each in (scenario, again)]
        assert [(m, s.beds, s.turnaround) for m, s in steps[0]] == [
            (m, s.beds, s.turnaround) for m, s in steps[1]
        ]

    def test_empty_groups_lists_in_lists_and_ranges_are_written(self, desk: Desk) -> None:
        scenario = desk.load(
            """
            targets: {x: [[], {}, [1, [2, a]], {b: [], c: {}}]}
            services: {medical_ward: {beds: {value: 30, low: 28}, rounds: []}}
            """
        )
        text = scenario.resolved_text().splitlines()
        assert "    beds: 30  # draft.yaml:4" in text  # a range alone is no source
        assert "    rounds: []  # draft.yaml:4" in text
        desk.write(again_yaml=scenario.resolved_text())
        assert backing(load("again.yaml")).tree["targets"] == {
            "x": [[], {}, [1, [2, "a"]], {"b": [], "c": {}}]
        }


class TestFingerprint:
    TIME: ClassVar[dict[str, Any]] = {"warm_up": 0.0, "horizon": 10.0}

    def digest(self, tree: dict[str, Any], dated: Any = (), texts: Any = None, time: Any = None) -> str:
        return digest_of(tree, list(dated), texts or {}, time or self.TIME)

    def test_everything_that_decides_a_result_counts(self) -> None:
        base = self.digest({"services": {"w": {"beds": 3}}})
        assert self.digest({"services": {"w": {"beds": 4}}}) != base
        assert self.digest({"services": {"v": {"beds": 3}}}) != base
        assert self.digest({"services": {"w": {"beds": 3}}, "demand": {}}) != base
        assert (
            self.digest({"services": {"w": {"beds": 3}}}, [["services", "w", "beds", "add", 1, ""]]) != base
        )
        assert self.digest({"services": {"w": {"beds": 3}}}, texts={"a.csv": "x"}) != base
        assert self.digest({"services": {"w": {"beds": 3}}}, time={**self.TIME, "horizon": 11.0}) != base
        assert self.digest({"services": {"w": {"beds": 3}}}) == base

    @pytest.mark.parametrize(
        "key",
        [
            "name",
            "title",
            "about",
            "replications",
            "seed",
            "targets",
            "observed",
            "evidence",
            "trusts",
            "surges",
        ],
    )
    def test_what_decides_no_result_does_not(self, key: str) -> None:
        assert self.digest({"services": {}, key: "anything"}) == self.digest({"services": {}})

    def test_words_for_reports_do_not_count_wherever_they_stand(self) -> None:
        bare = {"alternatives": {"w.review": [{"to": "v"}]}}
        told = {"alternatives": {"w.review": [{"to": "v", "label": "V", "note": "n"}]}}
        assert self.digest(bare) == self.digest(told)

    def test_the_order_of_sections_and_files_does_not_matter(self) -> None:
        assert self.digest({"services": {}, "demand": {}}) == self.digest({"demand": {}, "services": {}})
        assert self.digest({}, texts={"a": "1", "b": "2"}) == self.digest({}, texts={"b": "2", "a": "1"})
        assert self.digest({}, texts={"a": "1", "b": "2"}) != self.digest({}, texts={"a": "2", "b": "1"})


class TestWarmUp:
    def ward(self, mean: float) -> WardSpec:
        return WardSpec.model_construct(beds=3, stay=ByGroup(Exponential.model_construct(mean=mean)))

    def test_a_loaded_start_needs_two_weeks(self) -> None:
        assert automatic_days({"w": self.ward(1e6)}, "loaded") == 14

    @pytest.mark.parametrize(
        ("mean", "days"),
        [
            (359.0, 7),  # below six hours nobody counts, and a week is the least
            (360.0, 7),
            (1902.0, 7),  # five in a thousand are left after 5.298 means: 10,077 minutes
            (1902.6, 14),  # and half a minute more than a week
            (1903.0, 14),
            (10080.0, 42),
            (1e6, 182),  # half a year is the most
        ],
    )
    def test_an_empty_start_needs_as_long_as_the_longest_stays(self, mean: float, days: int) -> None:
        """The number in an empty ward with exponential stays falls short of its mean by exp(-t / mean)."""
        assert automatic_days({"w": self.ward(mean), "v": self.ward(60.0)}, "empty") == days

    def test_a_length_that_is_the_same_for_everybody_counts_too(self) -> None:
        class Home(ServiceSpec):
            stay: Law

        home = Home.model_construct(kind="home", stay=Exponential.model_construct(mean=10080.0))
        assert automatic_days({"w": self.ward(360.0), "h": home}, "empty") == 42

    def test_without_services_a_week_will_do(self) -> None:
        assert automatic_days({}, "empty") == 7


class TestManual:
    TREE: ClassVar[dict[str, Any]] = {
        "services": {
            "c": {"kind": "clinic", "referred": {"by": "age", "0-17": "1%"}, "rounds": ["09:00"]},
            "w": {"kind": "ward"},
            "x": {"kind": "nonsense"},
        }
    }

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("services.w.beds", "a whole number: 0 or more, or the word unlimited"),
            ("services.w.rounds.0", "a time of day: 07:30, from 00:00 to 24:00"),
            (
                "services.w.stay",
                "a length of time: 45 min; or a distribution: {mean: 4 days, sd: 5 days};"
                " or a table by group of patients",
            ),
            ("services.w.starts", "a rate: 14/day, 2/hour or 90/week"),
            ("services.c.queue", "first_come, by_acuity"),
            ("services.c.booked", "true, false"),
            ("services.c.rooms.blue.number", "a whole number: 0 or more, or the word unlimited"),
            (
                "services.c.clinicians.weekday",
                "a rota: 4, or 08:00-16:00=3, 16:00-22:00=2, or by weekday, weekend and bank_holiday",
            ),
            ("time.initial", "loaded, empty"),
        ],
    )
    def test_what_may_be_written_at_a_path(self, path: str, allowed: str) -> None:
        setting = setting_at(tuple(path.split(".")), self.TREE, KINDS)
        assert setting is not None
        assert setting.allowed == allowed

    @pytest.mark.parametrize(
        "path",
        [
            "services.w.bds",
            "services.w.beds.more",
            "services.c.clinicians.holiday",
            "nonsense",
            "services.x.beds",
            "services.w.stay.mean.x",
        ],
    )
    def test_where_nothing_can_be_written(self, path: str) -> None:
        assert setting_at(tuple(path.split(".")), self.TREE, KINDS) is None

    def test_a_group_knows_its_names(self) -> None:
        ward = setting_at(("services", "w"), self.TREE, KINDS)
        assert set(names_at(ward)) == set(WardSpec.model_fields)
        assert set(names_at(setting_at(("services", "x"), self.TREE, KINDS))) == {
            "kind",
            "label",
            "site",
            "place",
        }
        assert {"mean", "sd", "median", "p90"} <= set(
            names_at(setting_at(("services", "w", "stay"), self.TREE, KINDS))
        )
        assert names_at(setting_at(("services", "w", "beds"), self.TREE, KINDS)) == {}
        assert names_at(None) == {}
        room = setting_at(("services", "c", "rooms", "blue"), self.TREE, KINDS)
        assert set(names_at(room)) == {"number", "cleaning"}

    def test_only_counts_and_rotas_are_whole(self) -> None:
        whole = {
            path: setting.is_whole
            for path in (
                "services.w.beds",
                "services.c.clinicians",
                "services.w.stay",
                "services.w.stay_factor",
                "services.c.queue",
            )
            if (setting := setting_at(tuple(path.split(".")), self.TREE, KINDS)) is not None
        }
        assert [name for name, is_whole in whole.items() if is_whole] == [
            "services.w.beds",
            "services.c.clinicians",
        ]
        assert len(whole) == 5

    @pytest.mark.parametrize(
        ("path", "required", "default"),
        [
            ("services.w.beds", True, None),
            ("services.w.turnaround", False, "45 min"),
            ("services.w.stay_factor", False, "1"),
            ("services.c.referred", False, "0%"),
            ("services.c.hours", False, "always"),
            ("services.w.starts", False, None),
            ("services.c.rooms.blue.cleaning", False, "0 min"),
        ],
    )
    def test_defaults_are_told_as_a_planner_would_write_them(
        self, path: str, required: bool, default: object
    ) -> None:
        setting = setting_at(tuple(path.split(".")), self.TREE, KINDS)
        assert setting is not None
        assert (setting.is_required, setting.default) == (required, default)

    def test_a_law_is_told_by_what_it_was_given_by(self) -> None:
        assert written(ByGroup(Exponential.model_construct(mean=90.0)), None) == {"mean": "1.5 hours"}
        assert written(Exponential.model_construct(mean=90.0, at_most=1440.0), None) == {
            "mean": "1.5 hours",
            "at_most": "1 day",
        }
