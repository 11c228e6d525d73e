"""Each mistake in a section of a scenario: what is said, where, what is allowed and what to do next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flowsim.errors import InputError, Problem, render
from flowsim.scenario import examine, load
from flowsim.scenario.cards import in_words, ready_made
from flowsim.scenario.describe import backing
from flowsim.scenario.new import new
from systems import ROOMY

if TYPE_CHECKING:
    from messages.desk import Desk

pytest_plugins = ("messages.desk",)


def only(problems: list[Problem], severity: str = "error") -> Problem:
    """Return the one problem there is, which fits a terminal and stands where it says."""
    (problem,) = [each for each in problems if each.severity == severity]
    assert all(len(line) <= 80 for line in render(problems).splitlines())
    return problem


class TestStructure:
    """Lists, texts and mappings where something else is expected."""

    @pytest.mark.parametrize(
        ("text", "path", "message"),
        [
            ("services: 3", "services", "services is a mapping of names to settings; found 3."),
            ("demand: [1]", "demand", "demand is a mapping of names to settings; found a list."),
            ("places: east", "places", "places is a mapping of names to settings; found east."),
            ("alternatives: 3", "alternatives", "alternatives is a mapping of names to settings; found 3."),
            ("targets: 3", "targets", "targets is a mapping of names to settings."),
            ("surges: 3", "surges", "surges is a mapping of names to settings."),
            ("waves: [1]", "waves", "waves is a mapping of names to settings."),
            (
                "services: {medical_ward: 3}",
                "services.medical_ward",
                "A service is a group of settings (name: value); found 3.",
            ),
            ("time: 3", "time", "Expected a group of settings (name: value) here; found 3."),
            (
                "sites: {county: 3}",
                "sites.county",
                "Expected a group of settings (name: value) here; found 3.",
            ),
            (
                "demand: {referrals: walk}",
                "demand.referrals",
                "Expected a group of settings (name: value) here; found walk.",
            ),
            (
                "pathways: {medical_ward: leave}",
                "pathways.medical_ward",
                "Expected a group of settings (name: value) here; found leave.",
            ),
            (
                "alternatives: {medical_ward.review: {to: hot_clinic}}",
                "alternatives.medical_ward.review",
                "Expected a list here; found a mapping (name: value).",
            ),
            ("title: [1]", "title", "Expected text here; found a list."),
            (
                "about: {question: {a: 1}}",
                "about.question",
                "Expected text here; found a mapping (name: value).",
            ),
            (
                "services: {hot_clinic: {booked: perhaps}}",
                "services.hot_clinic.booked",
                "Expected true or false here; found perhaps.",
            ),
            (
                "services: {medical_ward: {rounds: 09:00}}",
                "services.medical_ward.rounds",
                "Expected a list here; found 09:00.",
            ),
            (
                "services: {hot_clinic: {rooms: 3}}",
                "services.hot_clinic.rooms",
                "Expected a group of settings (name: value) here; found 3.",
            ),
            ("flowsim: 2", "flowsim", "2 is not a version of the format that this flowsim reads."),
            ("change: 3", "change", "change is a mapping of settings to new values."),
            ("evidence: 3", "evidence", "The name of a file is expected here."),
            ("include: {a: 1}", "include", "The name of a file is expected here."),
            ("observed: none.csv", "observed", "There is no file none.csv."),
        ],
    )
    def test_what_is_expected_and_what_was_found(
        self, desk: Desk, text: str, path: str, message: str
    ) -> None:
        told = self.version(desk) if text.startswith("flowsim") else desk.told(text)
        problem = next(each for each in told if (each.path, each.message) == (path, message))
        assert problem.file == "draft.yaml"
        assert problem.line == (1 if text.startswith("flowsim") else 3)
        if text.startswith("flowsim"):
            assert problem.allowed == "1"

    def version(self, desk: Desk) -> list[Problem]:
        desk.write(draft_yaml="flowsim: 2\nextends: base.yaml\n")
        return examine("draft.yaml")[1]

    @pytest.mark.parametrize(
        ("law", "where", "message"),
        [
            ("{distribution: erlang, mean: 1 h, stages: 0}", "stages", "0 must be at least 1."),
            ("{distribution: erlang, mean: 1 h, stages: 1001}", "stages", "1001 must be at most 1000."),
            (
                "{distribution: erlang, mean: 1 h, stages: 1.5}",
                "stages",
                "Expected a whole number here; found 1.5.",
            ),
            (
                "{distribution: erlang, mean: 1 h, stages: many}",
                "stages",
                "Expected a whole number here; found many.",
            ),
            ("{scale: log, mu: 1, sigma: 0, unit: days}", "sigma", "0 must be more than 0."),
            ("{scale: log, mu: much, sigma: 1, unit: days}", "mu", "Expected a number here; found much."),
            (
                "{scale: lin, mu: 1, sigma: 1, unit: days}",
                "scale",
                "lin is not one of the words allowed here.",
            ),
            ("{parts: []}", "parts", "At least 1 are needed here."),
            ("{values: []}", "values", "At least 1 are needed here."),
            (
                f"{{parts: [{', '.join(['{share: 1%, value: 1 h}'] * 21)}]}}",
                "parts",
                "At most 20 are allowed here.",
            ),
            (
                "{distribution: gama, mean: 1 h, sd: 1 h}",
                "distribution",
                "gama is not a distribution. Did you mean gamma?",
            ),
            ("{mean: 1 h, sdd: 2 h}", "", "Give mean and sd, or median and p90 (found mean)."),
            ("{mean: 1 h, sd: 2 h, colour: red}", "colour", "Unknown setting. Did you mean column?"),
        ],
    )
    def test_numbers_out_of_range_in_a_distribution(
        self, desk: Desk, law: str, where: str, message: str
    ) -> None:
        problems = desk.told(f"services:\n  medical_ward: {{stay: {law}}}\n")
        path = f"services.medical_ward.stay{'.' if where else ''}{where}"
        found = {problem.path: problem.message for problem in problems}
        if law.endswith("sdd: 2 h}"):
            assert found == {f"{path}.sdd": "Unknown setting. Did you mean sd?"}
            return
        assert found == {path: message}
        assert {problem.line for problem in problems} == {4}

    def test_a_name_that_cannot_be_one(self, desk: Desk) -> None:
        problem = only(desk.told("places: {1st: {}}"))
        assert (problem.message, problem.path) == ("1st cannot be a name.", "places.1st")
        assert problem.allowed == "letters, digits, _ and -, starting with a letter"
        assert problem.column == 10

    @pytest.mark.parametrize(
        ("key", "message"),
        [
            ("arrivals", "Unknown setting. Did you mean demand?"),
            ("case_mix", "Unknown setting. Did you mean casemix?"),
            ("routes", "Unknown setting. Did you mean pathways?"),
            ("runs", "Unknown setting. Did you mean replications?"),
            ("sevices", "Unknown setting. Did you mean services?"),
            ("zzz", "Unknown setting."),
        ],
    )
    def test_a_section_by_another_name(self, desk: Desk, key: str, message: str) -> None:
        problem = only(desk.told(f"{key}: 3"))
        assert (problem.message, problem.path, problem.column) == (message, key, 1)
        assert problem.allowed.endswith("evidence, extends, include, templates, change") is (key == "zzz")

    def test_a_setting_that_is_there_already_is_told_with_its_place(self, desk: Desk) -> None:
        problem = only(desk.told("services: {medical_ward: {beds: 3, bedss: 4}}"))
        assert problem.message == "Unknown setting. Did you mean beds? It is set already, in draft.yaml:3."
        assert problem.hint == "beds: Staffed beds."

    def test_a_kind_that_is_none(self, desk: Desk) -> None:
        for kind, message in (
            ("wrad", "wrad is not a kind of service. Did you mean ward?"),
            ("[1]", "a list is not a kind of service."),
        ):
            problem = only(desk.told(f"services: {{medical_ward: {{kind: {kind}}}}}"))
            assert (problem.message, problem.allowed) == (message, "clinic, ward")
            assert problem.path == "services.medical_ward.kind"

    def test_a_misspelt_setting_that_is_needed_is_told_once(self, desk: Desk) -> None:
        problem = only(
            desk.told(
                "services: {new_ward: {kind: ward, bedss: 4, stay: 1 day}}\npathways:"
                " {new_ward: {otherwise: leave}}"
            )
        )
        assert (
            problem.message == "Unknown setting. Did you mean beds?  (beds is required here and is missing)"
        )
        assert (problem.path, problem.hint) == ("services.new_ward.bedss", "beds: Staffed beds.")

    def test_what_is_missing_is_told_with_what_it_is_and_its_form(self, desk: Desk) -> None:
        problem = only(
            desk.told(
                "services: {new_ward: {kind: ward, stay: 1 day}}\npathways: {new_ward: {otherwise: leave}}"
            )
        )
        assert problem.message == "beds is required here and is missing."
        assert problem.allowed == "a whole number: 0 or more, or the word unlimited"
        assert (problem.path, problem.hint, problem.column) == (
            "services.new_ward.beds",
            "beds: Staffed beds.",
            12,
        )

    def test_a_default_is_told_with_a_wrong_value(self, desk: Desk) -> None:
        problem = only(desk.told("services: {medical_ward: {turnaround: quick}}"))
        assert problem.hint == "turnaround: Time to make up a bed before its next use. (45 min when left out)"
        assert problem.message == "quick is not a length of time: write 45 min, 6 hours or 2 days."

    def test_a_missing_section_is_told_with_what_it_is(self, desk: Desk) -> None:
        desk.write(draft_yaml="flowsim: 1\ntime: {start: 2026-11-02, horizon: 1 week}\nservices: {}\n")
        problem = only(examine("draft.yaml")[1])
        assert (problem.message, problem.path) == ("demand is required and is missing.", "demand")
        assert problem.hint == "demand: Streams of patients who come to the system."


class TestFiles:
    def test_includes_and_parents_that_cannot_be(self, desk: Desk) -> None:
        cases = {
            "include: [pack.yaml]": (
                "pack.yaml",
                "A file that is included cannot extend another; only the scenario itself can.",
                "Use include there.",
            ),
            "include: [draft.yaml]": ("draft.yaml", "draft.yaml includes itself.", ""),
            "include: [lever.yaml = high]": (
                "draft.yaml",
                "lever.yaml has no strengths: it says the same in all three.",
                "Leave the strength out.",
            ),
            "include: [three.yaml = low, three.yaml = high]": (
                "draft.yaml",
                "three.yaml is already included, with strength low.",
                "Keep one of them.",
            ),
            "include: [three.yaml = hgih]": ("draft.yaml", "hgih is not a strength. Did you mean high?", ""),
        }
        for text, (file, message, hint) in cases.items():
            problems = desk.told(
                text,
                pack_yaml="extends: base.yaml\ntitle: x\n",
                lever_yaml="change: {services.medical_ward.beds: 30}\n",
                three_yaml="change: {services.medical_ward.beds: {low: 1, central: 2, high: 3}}\n",
            )
            problem = only(problems)
            assert (problem.file, problem.message, problem.hint) == (file, message, hint)
            assert problem.allowed == ("low, central, high" if "hgih" in text else "")

    def test_parents_in_a_circle(self, desk: Desk) -> None:
        desk.write(
            one_yaml="extends: two.yaml\n", two_yaml="extends: three.yaml\n", three_yaml="extends: two.yaml\n"
        )
        problem = only(examine("one.yaml")[1])
        assert (
            problem.message
            == "These files extend each other in a circle: two.yaml -> three.yaml -> two.yaml."
        )
        assert (problem.file, problem.path) == ("three.yaml", "extends")

    def test_files_that_are_included_twice_are_taken_once_before_their_includer(self, desk: Desk) -> None:
        scenario = desk.load(
            "include: [a.yaml, b.yaml]",
            a_yaml="include: b.yaml\nservices: {medical_ward: {beds: 31}}\n",
            b_yaml="services: {medical_ward: {beds: 32, turnaround: 1 hour}}\n",
        )
        ward = scenario.services["medical_ward"]
        assert (ward.beds, ward.turnaround) == (31, 60)
        assert scenario.files == ("draft.yaml", "a.yaml", "b.yaml", "base.yaml")

    def test_every_value_knows_by_which_layer_it_came(self, desk: Desk) -> None:
        scenario = desk.load(
            "include: pack.yaml\nservices: {medical_ward: {turnaround: 1 hour}}",
            "replications=3",
            pack_yaml="services: {medical_ward: {beds: 32}}\n",
        )
        layers = {
            path.rpartition(".")[2]: (origin.layer, origin.place)
            for path, origin in scenario.provenance.items()
            if path.startswith("services.medical_ward.") or path == "replications"
        }
        assert layers["beds"] == ("include", "pack.yaml:1")
        assert layers["turnaround"] == ("scenario", "draft.yaml:4")
        assert layers["place"] == ("extends", "base.yaml:11")
        assert layers["replications"] == ("--set", "--set:1")

    def test_a_study_in_place_of_a_scenario(self, desk: Desk) -> None:
        desk.write(study_yaml="flowsim: 1\nstudy: {options: {}}\n")
        problem = only(examine("study.yaml")[1])
        assert problem.message == "This is a study file, which holds several scenarios."
        assert (problem.hint, problem.line) == ("Use flowsim study study.yaml.", 2)
        problem = only(desk.told("study: {options: {}}"))
        assert (problem.message, problem.hint) == (
            "This is a study file, which holds several scenarios.",
            "Use flowsim study FILE.",
        )

    def test_a_part_in_place_of_a_whole(self, desk: Desk) -> None:
        desk.write(pack_yaml="title: A pack\nchange: {services.x.beds: 3}\n")
        problem = only(examine("pack.yaml")[1])
        assert problem.message == "This is not a whole scenario: it has no time, no services and no demand."
        assert problem.hint.startswith(
            "Name what it builds on with extends; a file to include is checked with one"
        )

    @pytest.mark.parametrize(
        ("text", "message", "hint"),
        [
            (
                "beds",
                "beds is not PATH=VALUE.",
                "Write, for instance, --set services.NAME.beds=24 or --set replications=10.",
            ),
            (
                "=3",
                "=3 is not PATH=VALUE.",
                "Write, for instance, --set services.NAME.beds=24 or --set replications=10.",
            ),
            (
                "services[kind=ward].beds",
                "services[kind=ward].beds is not PATH=VALUE.",
                "Write, for instance, --set services.NAME.beds=24 or --set replications=10.",
            ),
            ("services.medical_ward.beds=", "services.medical_ward.beds is given no value.", ""),
            (
                "services.medical_ward.beds=+2",
                "A plus sign is easily lost, so +2 is not accepted.",
                "For 2 more write {add: 2} under change; for the value itself, 2.",
            ),
            (
                "services.medical_ward.beds={add: 2",
                "A mapping opened with { is not closed properly.",
                "Check for a missing comma or }.",
            ),
        ],
    )
    def test_options_of_the_command_line(self, desk: Desk, text: str, message: str, hint: str) -> None:
        problem = only(desk.told("", text))
        assert (problem.message, problem.hint, problem.file, problem.line) == (message, hint, "--set", 1)
        assert problem.source.strip() == text or problem.source.strip() == text.partition("=")[2]

    def test_options_may_hold_tests_and_equals_signs(self, desk: Desk) -> None:
        scenario = desk.load(
            "", "services[kind=ward, place=east].beds=30", "services.hot_clinic.clinicians=08:00-16:00=3"
        )
        assert scenario.services["medical_ward"].beds == 30
        assert scenario.services["hot_clinic"].clinicians.raw() == "08:00-16:00=3"


class TestSurges:
    CHANGE = "change: {demand.*.per_day: {multiply: 1.2}}"

    @pytest.mark.parametrize(
        ("surge", "path", "message", "hint"),
        [
            ("{from: 2026-12-01}", "", "A surge needs change: the settings it alters.", ""),
            ("{from: 2026-12-01, change: 3}", "", "A surge needs change: the settings it alters.", ""),
            ("{%s}", "", "A surge needs dates.", "Give from and to, or shape: wave with peak and width."),
            ("{from: 2026-12-01, colour: red, %s}", ".colour", "Unknown setting.", ""),
            (
                "{from: soon, %s}",
                ".from",
                "soon is not a date: write year-month-day, such as 2026-11-02.",
                "",
            ),
            (
                "{from: 2026-12-01, to: 2026-11-30, %s}",
                ".to",
                "2026-11-30 is not after from, 2026-12-01.",
                "",
            ),
            ("{peak: 2026-12-01, %s}", ".shape", "A wave needs peak and width.", ""),
            (
                "{shape: hill, from: 2026-12-01, %s}",
                ".shape",
                "hill is not a shape: use step, ramp, wave.",
                "",
            ),
            ("{shape: ramp, from: 2026-12-01, %s}", ".shape", "A ramp needs from and to.", ""),
            (
                "{from: 2026-12-01, width: 3 days, %s}",
                ".width",
                "Only a wave has a width: write shape: wave.",
                "",
            ),
            (
                "{shape: step, peak: 2026-12-01, %s}",
                ".peak",
                "Only a wave has a peak: write shape: wave.",
                "",
            ),
            (
                "{peak: 2026-12-01, width: 23 hours, %s}",
                ".width",
                "A wave lasts a day or more: the width is the time it is above half its peak.",
                "",
            ),
            (
                "{peak: 2026-12-01, width: 3, %s}",
                ".width",
                "3 has no unit: write 3 min, 3 hours or 3 days.",
                "",
            ),
            ('{from: "2026-12-01 8pm", %s}', ".from", "2026-12-01 8pm is not a date.", ""),
            (
                "{wave: flu, %s}",
                ".wave",
                "There is no wave called flu.",
                "Write it under waves: {flu: {peak: 2027-01-04, width: 5 weeks}}.",
            ),
            (
                "{lag: 1 week, from: 2026-12-01, %s}",
                ".lag",
                "A lag counts from the peak of a wave: name the wave.",
                "",
            ),
            (
                "{wave: covid, from: 2026-12-01, %s}",
                ".from",
                "A surge that follows a wave has its peak and width; from does not go with that.",
                "",
            ),
            ("{wave: covd, %s}", ".wave", "There is no wave called covd. Did you mean covid?", ""),
            (
                "{wave: covid, lag: soon, %s}",
                ".lag",
                "soon is not a length of time: write 45 min, 6 hours or 2 days.",
                "",
            ),
        ],
    )
    def test_a_surge_that_makes_no_sense(
        self, desk: Desk, surge: str, path: str, message: str, hint: str
    ) -> None:
        waves = "" if "flu" in surge else "waves: {covid: {peak: 2027-01-04, width: 5 weeks}}"
        surge = surge % self.CHANGE if "%s" in surge else surge
        problem = only(desk.told(f"title: x\n{waves or 'seed: 3'}\nsurges:\n  s: {surge}\n"))
        assert (problem.message, problem.hint) == (message, hint)
        assert (problem.path, problem.line) == (f"surges.s{path}", 6)
        if message.startswith(("Unknown", "A lag", "A surge that")):
            assert problem.source[problem.column - 1 :].startswith(f"{path[1:]}:")
        if "colour" in surge:
            assert (
                problem.allowed
                == "label, change, from, to, shape, peak, width, wave, lag, source, grade, note"
            )

    @pytest.mark.parametrize(
        ("lag", "peak"),
        [
            ("", "2027-01-04"),
            ("lag: 1 week, ", "2027-01-11"),
            ("lag: -3 days, ", "2027-01-01"),
            ("lag: -36 hours, ", "2027-01-02"),
        ],
    )
    def test_a_surge_follows_its_wave_by_its_lag(self, desk: Desk, lag: str, peak: str) -> None:
        scenario = desk.load(
            f"waves: {{covid: {{peak: 2027-01-04, width: 5 weeks}}}}\nsurges: {{s:"
            f" {{wave: covid, {lag}{self.CHANGE}}}}}"
        )
        (one, other) = backing(scenario).dated
        assert one.when.peak.date().isoformat() == other.when.peak.date().isoformat() == peak
        assert (one.when.shape, one.when.width, one.label) == ("wave", 5 * 10080, "surge s")

    def test_a_wave_with_a_setting_it_does_not_have(self, desk: Desk) -> None:
        text = "waves: {covid: {peak: 2027-01-04, width: 5 weeks, hight: 3}}\nsurges: {s: {wave: covid, %s}}"
        problem = only(desk.told(text % self.CHANGE))
        assert (problem.message, problem.path) == ("Unknown setting.", "waves.covid.hight")
        assert problem.allowed == "label, peak, width, source, grade, note"
        assert problem.column == 51

    def test_surges_in_a_list_have_names_and_layers_add_to_them(self, desk: Desk) -> None:
        surges = f"surges:\n- {{name: flu, from: 2026-12-01, {self.CHANGE}}}\n"
        surges += f"- {{from: 2026-12-08, {self.CHANGE}}}\n"
        desk.write(base_yaml=(desk.folder / "base.yaml").read_text() + surges)
        scenario = desk.load("surges: {flu: {to: 2026-12-05}}")
        labels = [change.label for change in backing(scenario).dated]
        assert sorted(set(labels)) == ["surge flu", "surge surge_2"]
        first = next(change for change in backing(scenario).dated if change.label == "surge flu")
        assert first.when.last.isoformat() == "2026-12-06T00:00:00"


class TestTogether:
    """Names that must exist, patients who must get somewhere, sizes and times."""

    @pytest.mark.parametrize(
        ("text", "path", "message", "allowed"),
        [
            (
                "demand: {referrals: {to: hot_clinc}}",
                "demand.referrals.to",
                "There is no service called hot_clinc. Did you mean hot_clinic?",
                "",
            ),
            (
                "demand: {referrals: {to: zzz}}",
                "demand.referrals.to",
                "There is no service called zzz.",
                "hot_clinic, medical_ward, frailty_ward",
            ),
            (
                "demand: {referrals: {casemix: adlts}}",
                "demand.referrals.casemix",
                "There is no case mix called adlts. Did you mean adults?",
                "",
            ),
            (
                "services: {medical_ward: {place: north}}",
                "services.medical_ward.place",
                "There is no place called north.",
                "east, west",
            ),
            (
                "services: {hot_clinic: {site: cuonty}}",
                "services.hot_clinic.site",
                "There is no site called cuonty. Did you mean county?",
                "",
            ),
            (
                "sites: {county: {trust: zzz}}",
                "sites.county.trust",
                "There is no trust called zzz.",
                "university",
            ),
            (
                "sites: {county: {place: zzz}}",
                "sites.county.place",
                "There is no place called zzz.",
                "east, west",
            ),
            (
                "pathways: {zzz: {otherwise: leave}}",
                "pathways.zzz",
                "There is no service called zzz.",
                "hot_clinic, medical_ward, frailty_ward",
            ),
            (
                "pathways: {medical_ward: {home: frailty}}",
                "pathways.medical_ward.home",
                "There is no service called frailty. Did you mean frailty_ward?",
                "",
            ),
            (
                "pathways: {medical_ward: {home: {medical_wrd: 20%, leave: rest}}}",
                "pathways.medical_ward.home.medical_wrd",
                "There is no service called medical_wrd. Did you mean medical_ward?",
                "",
            ),
            (
                "pathways: {medical_ward: {home: {by: age, 85+: zzz, otherwise: leave}}}",
                "pathways.medical_ward.home.85+",
                "There is no service called zzz.",
                "hot_clinic, medical_ward, frailty_ward, leave",
            ),
            (
                "pathways: {medical_ward: {hoem: leave}}",
                "pathways.medical_ward.hoem",
                "hoem is not a way to finish in medical_ward, of kind ward. Did you mean home?",
                "home, refused",
            ),
            (
                "alternatives: {review: [{to: hot_clinic}]}",
                "alternatives.review",
                "review does not name a decision point: write SERVICE.POINT.",
                "",
            ),
            (
                "alternatives: {medical_ward.reviw: [{to: hot_clinic}]}",
                "alternatives.medical_ward.reviw",
                "medical_ward has no decision point called reviw. Did you mean medical_ward.review?",
                "review",
            ),
            (
                "alternatives: {zzz.review: [{to: hot_clinic}]}",
                "alternatives.zzz.review",
                "There is no service called zzz.",
                "hot_clinic, medical_ward, frailty_ward",
            ),
            (
                "alternatives: {frailty_ward.review: [{to: leave}]}",
                "alternatives.frailty_ward.review.0.to",
                "There is no service called leave.",
                "hot_clinic, medical_ward, frailty_ward",
            ),
            (
                "costs: {prices_of: 2025/26, services: {hot_clinc: {per_day: 3}}}",
                "costs.services.hot_clinc",
                "There is no service called hot_clinc. Did you mean hot_clinic?",
                "",
            ),
        ],
    )
    def test_a_name_that_is_not_there(
        self, desk: Desk, text: str, path: str, message: str, allowed: str
    ) -> None:
        problem = only(desk.told(text))
        assert (problem.message, problem.path, problem.allowed) == (message, path, allowed)
        culprit = message.partition(" called ")[2] or message
        assert culprit.split()[0].rstrip(".") in problem.source
        assert problem.line == 3

    def test_outcomes_that_lead_nowhere(self, desk: Desk) -> None:
        problem = only(desk.told("pathways: {medical_ward: {refused: {remove: true}}}"))
        assert (
            problem.message
            == "Nothing says where patients go from medical_ward after refused (no bed and no room to wait)."
        )
        assert (
            problem.hint == "Write under pathways: medical_ward: {refused: leave},"
            " with a service in place of leave where they go on."
        )
        problem = only(desk.told("services: {new_ward: {kind: ward, beds: 3, stay: 1 day}}"))
        assert problem.message == (
            "Nothing says where patients go from new_ward after home (went home);"
            " refused (no bed and no room to wait)."
        )
        assert (
            problem.hint == "Write under pathways: new_ward: {otherwise: leave},"
            " with a service in place of leave where they go on."
        )
        assert problem.path == "services.new_ward"

    def test_nobody_reaches_is_a_warning_and_nobody_leaves_is_not(self, desk: Desk) -> None:
        new = (
            "services: {new_ward: {kind: ward, beds: 3, stay: 1 day}}\npathways:"
            " {new_ward: {otherwise: %s}%s}"
        )
        scenario, problems = desk.read(new % ("leave", ""))
        assert scenario is not None
        warning = only(problems, "warning")
        assert warning.message == "Nobody reaches new_ward: no demand, pathway or alternative leads there."
        assert (warning.hint, warning.path, warning.line) == (
            "Remove it, or send patients to it.",
            "services.new_ward",
            3,
        )
        problem = only(desk.told(new % ("new_ward", ", hot_clinic: {referred: new_ward}")))
        assert (
            problem.message
            == "Patients who reach new_ward can never leave: its pathways only lead round in a circle."
        )
        assert problem.hint == "Give an outcome the destination leave."

    def test_an_alternative_leads_somewhere_too(self, desk: Desk) -> None:
        desk.load(
            "services: {new_ward: {kind: ward, beds: 3, stay: 1 day}}\npathways:"
            " {new_ward: {otherwise: leave}}\n"
            "alternatives: {medical_ward.review: {append: [{to: new_ward}]}}"
        )

    @pytest.mark.parametrize(
        ("settings", "path", "hint"),
        [
            (
                "time: {horizon: 500000 days}",
                "demand.referrals.per_day",
                "Shorten time.horizon, or lower per_day of the largest streams.",
            ),
            (
                "demand: {referrals: {per_day: 1000000}}",
                "demand.referrals.per_day",
                "Shorten time.horizon, or lower per_day of the largest streams.",
            ),
            (
                "demand: {referrals: {per_day: 100000}, admissions: {per_day: 100000}}",
                "time.horizon",
                "Shorten time.horizon, or lower per_day of the largest streams.",
            ),
        ],
    )
    def test_a_size_that_cannot_be_simulated(self, desk: Desk, settings: str, path: str, hint: str) -> None:
        """20 weeks and two of warm-up are 154 days; the base has 42 patients a day."""
        problem = only(desk.told(settings))
        per_day = {"time": 42, "demand": 1_000_002}.get(settings[: settings.index(":")], 0)
        per_day = 200_000 if "admissions" in settings else per_day
        days = 500_014 if "horizon" in settings else 154
        patients = per_day * days
        assert problem.message == (
            f"This would simulate about {patients / 1e6:,.0f} million patients in each replication"
            f" (some {patients * 250 / 1e9:,.0f} GB of memory); 20 million are the most."
        )
        assert (problem.path, problem.hint) == (path, hint)

    @pytest.mark.parametrize(
        ("settings", "path", "length"),
        [
            ("kind: cyclic, horizon: 10 days", "time.horizon", "10 days"),
            ("kind: cyclic, warm_up: 8 days", "time.warm_up", "8 days"),
        ],
    )
    def test_a_typical_week_needs_whole_weeks(
        self, desk: Desk, settings: str, path: str, length: str
    ) -> None:
        problem = only(desk.told(f"time: {{{settings}}}"))
        assert problem.message == f"{length} is not a whole number of weeks, which a typical week needs."
        assert (problem.path, problem.hint) == (path, "Write, for instance, 6 weeks.")
        desk.load("time: {kind: cyclic, warm_up: auto, horizon: 3 weeks}")
        desk.load("time: {kind: steady_state, horizon: 10 days}")

    def test_dates_and_a_long_run_average_do_not_go_together(self, desk: Desk) -> None:
        scenario, problems = desk.read(
            "time: {kind: steady_state}\nchange: {services.medical_ward.beds: {add: 2, from: 2026-12-01}}"
        )
        assert scenario is not None
        warning = only(problems, "warning")
        assert (
            warning.message
            == "Some settings change over dates, so there is no long-run average or typical week to find."
        )
        assert (warning.path, warning.hint) == (
            "time.kind",
            "Write kind: terminating, or take the dated changes away.",
        )

    @pytest.mark.parametrize(
        ("when", "late"),
        [
            ("from: 2027-03-22", True),  # the day after the last: 20 weeks from 2 November
            ("from: 2027-03-21", False),
            ("to: 2026-10-18", True),  # the day before the first of the warm-up
            ("to: 2026-10-19", False),
        ],
    )
    def test_dates_outside_the_period_are_warned_of(self, desk: Desk, when: str, late: bool) -> None:
        scenario, problems = desk.read(f"change:\n  services.*_ward.beds: {{add: 2, {when}}}\n")
        assert scenario is not None
        if not late:
            assert problems == []
            return
        warning = only(problems, "warning")
        assert warning.message == (
            "This has no effect: its dates lie outside the simulated period, which"
            " starts on 2026-11-02 and lasts 20 weeks."
        )
        assert (warning.hint, warning.line) == ("Change its dates, or time.start and time.horizon.", 4)

    def test_a_change_that_becomes_impossible_over_dates_is_told(self, desk: Desk) -> None:
        problem = only(desk.told("change:\n  services.medical_ward.beds: {add: -30, from: 2026-12-01}\n"))
        assert (
            problem.message
            == "With this change, the setting becomes impossible. -2 is below 0: it must be 0 or more."
        )
        assert (problem.path, problem.line) == ("services.medical_ward.beds", 4)


class TestEveryKind:
    """Beside a right scenario of nearly every kind of service."""

    @pytest.fixture
    def told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
        (tmp_path / "roomy.yaml").write_text(ROOMY, encoding="utf-8")
        monkeypatch.chdir(tmp_path)

        def read(text: str) -> list[Problem]:
            (tmp_path / "draft.yaml").write_text(
                f"flowsim: 1\nextends: roomy.yaml\n{text}\n", encoding="utf-8"
            )
            return examine("draft.yaml")[1]

        return read

    @pytest.mark.parametrize(
        ("text", "message", "hint", "allowed"),
        [
            (
                "services: {ward: {outliers: [{to: ward}]}}",
                "ward cannot take its own patients as outliers.",
                "Name another ward.",
                "",
            ),
            (
                "services: {department: {areas: {majors: {overflow: majors}}}}",
                "majors cannot overflow into itself.",
                "Name another area, or leave it out.",
                "",
            ),
        ],
    )
    def test_what_to_do_next_is_told(
        self, told: object, text: str, message: str, hint: str, allowed: str
    ) -> None:
        problem = only(told(text))  # type: ignore[operator]
        assert (problem.message, problem.hint, problem.allowed) == (message, hint, allowed)


class TestReadyMade:
    CARD = (
        "card: {does: It does., moves: [{measure: wait_mean, direction: down},"
        " {measure: cost, direction: up}]}\n"
    )

    def test_a_lever_is_told_in_a_line(self, desk: Desk) -> None:
        (desk.folder / "levers").mkdir()
        lever = "title: More places\n" + self.CARD
        lever += (
            'change: {"services[kind=virtual_ward].places":'
            " {multiply: {low: 1.1, central: 1.2, high: 1.3}}}\n"
            "surges: {flu: {from: 2026-12-01, change: {demand.walk_in.per_day: {multiply: 2}}}}\n"
            "services: {new_ward: {beds: 3}}\n"
        )
        (desk.folder / "levers" / "places.yaml").write_text(lever)
        (desk.folder / "levers" / "bare.yaml").write_text("change: {seed: 3}\n")
        bare, places = ready_made(desk.folder / "levers")
        assert (bare.name, bare.title, bare.card, bare.moves, bare.has_strengths) == (
            "bare",
            "bare",
            None,
            "",
            False,
        )
        assert bare.changes == ("seed",)
        assert (places.file, places.has_strengths) == ("levers/places.yaml", True)
        assert places.changes == (
            "services[kind=virtual_ward].places",
            "demand.walk_in.per_day",
            "services.new_ward",
        )
        assert places.in_short == (
            "More places. Changes virtual ward (places), demand (per_day),"
            " services. Moves wait_mean down, cost up."
        )

    @pytest.mark.parametrize(
        ("selectors", "words"),
        [
            (["services[kind=ward].beds", "services[kind=ward, place=x].stay"], "ward (beds, stay)"),
            (["services.east.beds", "services.east.stay.mean"], "east (beds, stay.mean)"),
            (["services.east"], "services"),
            (["demand[route=gp].per_day", "demand.*.per_day", "demand.flu"], "demand (gp, per_day)"),
            (
                ["alternatives.ed.front_door", "alternatives.*.scene[to=x].uptake"],
                "alternatives (front_door, scene[to=x].uptake)",
            ),
            (["casemix.adults.age", "time.horizon"], "casemix, time"),
        ],
    )
    def test_settings_in_words(self, selectors: list[str], words: str) -> None:
        assert in_words(selectors) == words

    def test_a_card_that_is_wrong_is_told_where_it_is_included_and_where_it_is_listed(
        self, desk: Desk
    ) -> None:
        lever = (
            "title: x\ncard: {does: It does., moves: [{measure: wait_mean,"
            " direction: sideways}]}\nchange: {seed: 3}\n"
        )
        problem = only(desk.told("include: lever.yaml", lever_yaml=lever))
        assert (problem.message, problem.allowed) == (
            "sideways is not one of the words allowed here.",
            "up, down",
        )
        assert (problem.file, problem.line, problem.path) == ("lever.yaml", 2, "card.moves.0.direction")
        (desk.folder / "levers").mkdir()
        (desk.folder / "lever.yaml").rename(desk.folder / "levers" / "lever.yaml")
        with pytest.raises(InputError) as caught:
            ready_made(desk.folder / "levers")
        assert caught.value.problems[0].place == "levers/lever.yaml:2:64"
        with pytest.raises(InputError, match=r"There is no such folder"):
            ready_made(desk.folder / "none")
        (desk.folder / "levers" / "lever.yaml").write_text("- 1\n")
        with pytest.raises(InputError, match="this one holds a list"):
            ready_made(desk.folder / "levers")


class TestNew:
    def test_an_empty_folder_will_do_and_a_full_one_is_told_what_next(self, tmp_path: Path) -> None:
        (tmp_path / "deep" / "plans").mkdir(parents=True)
        made = new(tmp_path / "deep" / "plans")
        assert [path.is_file() for path in made] == [True] * len(made)
        assert made[0].name == "README.md"
        assert made[-1].name == "flowsim.schema.json"
        assert all(b"\r" not in path.read_bytes() for path in made)
        with pytest.raises(InputError) as caught:
            new(str(tmp_path / "deep" / "plans"))
        (problem,) = caught.value.problems
        assert problem.hint == "Choose a new folder."

    def test_a_scenario_without_a_name_has_that_of_its_file(self, desk: Desk) -> None:
        text = (desk.folder / "base.yaml").read_text().replace("name: base\n", "")
        for file, name in (
            ("winter 26.yaml", "winter-26"),
            ("2026.yaml", "scenario-2026"),
            ("a_b-c.yaml", "a_b-c"),
        ):
            (desk.folder / file).write_text(text)
            assert load(file).name == name
