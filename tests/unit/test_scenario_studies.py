"""Studies: what is said of one, and each mistake answered; and the schema that editors check files by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from flowsim.errors import Problem
from flowsim.scenario.load import load
from flowsim.scenario.nodes import Document, plain
from flowsim.scenario.reading import read_tree
from flowsim.scenario.schema import json_schema
from flowsim.scenario.study import NOTHING, Study, examine_study, is_study, load_study
from flowsim.scenario.study_words import entries_of, explain_study
from messages.kinds import KINDS

if TYPE_CHECKING:
    from messages.desk import Desk

pytest_plugins = ("messages.desk",)
STUDY = """
flowsim: 1
name: winter
about: {question: Which option is best?}
study:
  base: base.yaml
  replications: 3
  seed: 11
  time: {horizon: 4 weeks, warm_up: 1 week}
  surges:
    usual: {title: As usual}
    flu: {include: flu.yaml}
  options:
    beds: {change: {services.*_ward.beds: {add: 4}}}
    quick-care: {title: Quicker care, change: {services.hot_clinic.service: 10 min}}
    both: {combines: [beds, quick-care]}
  measures: [wait_mean]
"""
FLU = "surges: {flu: {peak: 2026-11-16, width: 2 weeks, change: {demand.*.per_day: {multiply: 1.2}}}}\n"


def study_of(desk: Desk, text: str = STUDY) -> Study:
    desk.write(winter_yaml=text, flu_yaml=FLU)
    return load_study("winter.yaml")


def told(desk: Desk, text: str) -> list[Problem]:
    """Return what is wrong with a study; something is."""
    desk.write(winter_yaml=text, flu_yaml=FLU)
    study, problems = examine_study("winter.yaml")
    assert study is None
    return problems


class TestWhatIsSaid:
    def test_a_study_in_sentences(self, desk: Desk) -> None:
        assert explain_study(study_of(desk)).splitlines() == [
            "winter (winter)",
            "Question: Which option is best?",
            "Every surge with every option, 8 combinations on the same patients: 4"
            " weeks from 2026-11-02, 3 times,"
            " with seed 11.",
            "Surges:",
            "   usual: As usual (nothing altered)   line 10",
            "   flu: flu (with flu.yaml)   line 11",
            "Options:",
            "   nothing: Do nothing (nothing altered)",
            "   beds: beds (services.*_ward.beds: {add: 4})   line 13",
            "   quick-care: Quicker care (services.hot_clinic.service: 10 min)   line 14",
            "   both: both (together beds, quick-care)   line 15",
            "Measures: wait_mean.",
            "To look at one combination, write it after the file: winter.yaml:flu/both",
        ]

    def test_without_measures_and_a_question_neither_is_told(self, desk: Desk) -> None:
        text = STUDY.replace("  measures: [wait_mean]\n", "").replace(
            "about: {question: Which option is best?}\n", ""
        )
        said = explain_study(study_of(desk, text))
        assert "Measures" not in said
        assert "Question" not in said

    @pytest.mark.parametrize(
        ("number", "more"), [(5, ""), (6, "; and 1 more changes"), (8, "; and 3 more changes")]
    )
    def test_five_changes_are_told_and_the_others_counted(self, desk: Desk, number: int, more: str) -> None:
        paths = [
            "services.medical_ward.beds",
            "services.frailty_ward.beds",
            "services.medical_ward.turnaround",
        ]
        paths += ["services.frailty_ward.turnaround", "demand.referrals.per_day", "demand.admissions.per_day"]
        paths += ["services.medical_ward.stay_factor", "services.frailty_ward.stay_factor"]
        changes = ", ".join(f"{path}: {{multiply: 2}}" for path in paths[:number])
        study = study_of(desk, STUDY.replace("services.*_ward.beds: {add: 4}", changes))
        beds = entries_of(study, "options")[1]
        first = "; ".join(f"{path}: {{multiply: 2}}" for path in paths[:5])
        assert beds.said == first + more
        assert (beds.name, beds.title, beds.line) == ("beds", "beds", 13)

    @pytest.mark.parametrize(("length", "shown"), [(60, "x" * 60), (61, "x" * 57 + "...")])
    def test_a_long_change_is_cut(self, desk: Desk, length: int, shown: str) -> None:
        option = f"quick-care: {{change: {{title: {'x' * length}}}}}"
        study = study_of(desk, re.sub(r"quick-care: \{title.*\}\}", option, STUDY))
        assert entries_of(study, "options")[2].said == f"title: {shown}"

    def test_titles_are_names_in_words_where_none_is_given(self, desk: Desk) -> None:
        text = STUDY.replace("beds:", "more_beds-soon:", 1).replace("[beds,", "[more_beds-soon,")
        study = study_of(desk, text.replace("name: winter", "name: winter\ntitle: The winter"))
        assert study.options["more_beds-soon"] == "more beds soon"
        assert study.title == "The winter"

    def test_each_combination_is_a_scenario(self, desk: Desk) -> None:
        study = study_of(desk)
        assert list(study.options) == [NOTHING, "beds", "quick-care", "both"]
        both = study.cells["flu", "both"]
        assert [both.services[name].beds for name in ("medical_ward", "frailty_ward")] == [32, 24]
        assert both.services["hot_clinic"].service.tree.mean_minutes() == 10
        assert (both.seed, both.time.horizon, both.warm_up) == (11, 4 * 10080, 10080)
        assert {change.label for change in both.dated} == {"surge flu"}
        usual = study.cells["usual", NOTHING]
        assert usual.services == load("base.yaml").services
        assert usual.dated == []


class TestMistakes:
    @pytest.mark.parametrize(
        ("change", "path", "message", "more"),
        [
            (
                ("study:", "studies:"),
                "study",
                "This is not a study: it has no study section.",
                "If it is a scenario, use flowsim run winter.yaml.",
            ),
            (
                ("flowsim: 1", "flowsim: 3"),
                "flowsim",
                "3 is not a version of the format that this flowsim reads.",
                "1",
            ),
            (("name: winter", "nmae: winter"), "nmae", "Unknown setting. Did you mean name?", ""),
            (
                ("name: winter", "colour: red"),
                "colour",
                "Unknown setting.",
                "flowsim, name, title, about, study",
            ),
            (("name: winter", "seed: 3"), "seed", "In a study file seed stands under study.", ""),
            (
                ("name: winter", "services: {a: 1}"),
                "services",
                "A study file has no services of its own: that belongs to a scenario.",
                "Put it into the base, or into the file or the change of a surge or an option.",
            ),
            (
                ("name: winter", "extends: base.yaml"),
                "extends",
                "A study file has no extends of its own: that belongs to a scenario.",
                "Put it into the base, or into the file or the change of a surge or an option.",
            ),
            (
                ("name: winter", "change: {a: 1}"),
                "change",
                "A study file has no change of its own: that belongs to a scenario.",
                "Put it into the base, or into the file or the change of a surge or an option.",
            ),
            (
                ("  base: base.yaml\n", ""),
                "study.base",
                "base is required here and is missing: usual and flu extend none.",
                "base: the scenario that every surge starts from.",
            ),
            (
                ("[beds, quick-care]", "[beds, quick-car]"),
                "study.options.both.combines.1",
                "There is no option called quick-car. Did you mean quick-care?",
                "beds, quick-care",
            ),
            (
                ("replications: 3", "replications: 0"),
                "study.replications",
                "0 is below 1: it must be 1 or more.",
                "",
            ),
            (
                ("{include: flu.yaml}", "{include: fluu.yaml}"),
                "study.surges.flu.include",
                "There is no file fluu.yaml.",
                "Did you mean flu.yaml?",
            ),
        ],
    )
    def test_each_is_answered_at_its_place(
        self, desk: Desk, change: tuple[str, str], path: str, message: str, more: str
    ) -> None:
        problems = told(desk, STUDY.replace(*change, 1))
        problem = next(each for each in problems if each.message == message)
        assert problem.path == path
        assert problem.file == "winter.yaml"
        assert not more or more in (problem.hint, problem.allowed)

    def test_without_surges_the_base_is_still_needed(self, desk: Desk) -> None:
        text = "flowsim: 1\nstudy:\n  options: {beds: {change: {services.medical_ward.beds: 30}}}\n"
        (problem,) = told(desk, text)
        assert problem.message == "base is required here and is missing: no surge does."

    def test_without_options_there_is_nothing_to_compare(self, desk: Desk) -> None:
        (problem,) = told(desk, "flowsim: 1\nstudy: {base: base.yaml, options: {}}\n")
        assert (problem.message, problem.path) == ("At least one option is needed.", "study.options")

    def test_a_study_is_known_by_its_section(self, desk: Desk) -> None:
        desk.write(
            a_yaml="flowsim: 1\nstudy :\n  options: {}\n", b_yaml="title: study\n", c_yaml='"study": {}\n'
        )
        assert [is_study(name) for name in ("a.yaml", "b.yaml", "c.yaml")] == [True, False, True]
        assert not is_study("none.yaml")


# -- the schema -------------------------------------------------------------------------------------------


class Checker:
    """As much of JSON Schema (draft-07) as the schema of scenarios uses."""

    TYPES: ClassVar[dict[str, Any]] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    def wrong(self, value: Any, schema: Any = None, path: str = "") -> list[str]:
        """Return the paths at which a value does not fit."""
        schema = self.schema if schema is None else schema
        if "$ref" in schema:
            return self.wrong(value, self.schema["definitions"][schema["$ref"].rpartition("/")[2]], path)
        found = [each for part in schema.get("allOf", ()) for each in self.wrong(value, part, path)]
        if "anyOf" in schema:
            arms = [self.wrong(value, arm, path) for arm in schema["anyOf"]]
            found += min(arms, key=lambda arm: (len(arm) > 0, -max(map(len, arm), default=0)))
        if not self.fits(value, schema):
            return [path]
        if isinstance(value, dict):
            known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
            found += [f"{path}.{key}" for key in schema.get("required", ()) if key not in value]
            for key, child in value.items():
                inside = known.get(key, others)
                below = [f"{path}.{key}"] if inside is False else []
                found += below if isinstance(inside, bool) else self.wrong(child, inside, f"{path}.{key}")
        if isinstance(value, list) and isinstance(schema.get("items"), dict):
            found += [
                e for i, child in enumerate(value) for e in self.wrong(child, schema["items"], f"{path}.{i}")
            ]
        return found

    def fits(self, value: Any, schema: dict[str, Any]) -> bool:
        """Tell whether a value by itself fits."""
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(self.is_a(value, kind) for kind in kinds):
            return False
        if "enum" in schema and value not in schema["enum"]:
            return False
        if "const" in schema and value != schema["const"]:
            return False
        if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
            return False
        least = schema.get("minimum", -float("inf"))
        return not (isinstance(value, (int, float)) and value < least)

    def is_a(self, value: Any, kind: str) -> bool:
        """Tell whether a value is of a type."""
        if isinstance(value, bool):
            return kind == "boolean"
        return isinstance(value, self.TYPES[kind])


@pytest.fixture(scope="module")
def checker() -> Checker:
    """Checks files by the schema with two small kinds of service."""
    return Checker(json_schema(KINDS))


def tree_of(text: str) -> Any:
    found, problems = read_tree(text, Document("t.yaml"))
    assert found is not None
    assert problems == []
    return plain(found)


class TestSchema:
    def test_the_base_is_right(self, checker: Checker, desk: Desk) -> None:
        assert checker.wrong(tree_of((desk.folder / "base.yaml").read_text())) == []

    @pytest.mark.parametrize(
        "text",
        [
            "extends: base.yaml\ninclude: [a.yaml, b.yaml = high]",
            "include: a.yaml\nevidence: e.csv",
            "services: {w: {like: big}}\ntemplates: {big: {kind: ward, beds: 3}}",
            "services: {w: {beds: unlimited, stay: {by: age, 0-17: 1 day,"
            " otherwise: {mean: 2 days, sd: 1 day}}}}",
            "services: {w: {kind: ward, beds: 24, rounds: ['09:00']}}",
            "services: {c: {clinicians: {weekday: 4, weekend: '08:00-16:00=2'}, booked: true}}",
            "alternatives: {w.review: {append: [{to: c, uptake: 5%}]}}",
            "surges: {flu: {from: 2026-12-01, change: {a: 1}, grade: seen}}",
            "surges: [{name: flu, from: 2026-12-01}]",
            "waves: {flu: {peak: 2026-12-01, width: 2 weeks}}",
            "pathways: {w: {home: {c: 20%, leave: rest}, otherwise: leave}}",
            "change: {'anything.at[all=x]': {add: 3}}\ntargets: {x: '>= 3'}\nseed: 3\nreplications: 5",
            "study: {base: a.yaml, options: {a: {change: {x: 1}}}, surges: [{name: a}]}",
            "harm: {deaths: [{after: 6 hours, until: 8 hours, one_in: 80,"
            " one_in_at_worst: 60, one_in_at_best: 100}]}",
        ],
    )
    def test_what_may_be_written_is_not_marked_red(self, checker: Checker, text: str) -> None:
        assert checker.wrong(tree_of(f"flowsim: 1\n{text}\n")) == []

    def test_a_value_may_carry_its_source(self, checker: Checker) -> None:
        noted = {"value": 24, "source": "KH03", "grade": "seen", "note": "n", "low": 20, "high": 30}
        assert checker.wrong({"services": {"w": {"beds": noted}}}) == []
        assert checker.wrong({"services": {"w": {"beds": {**noted, "grade": "sure"}}}}) != []
        assert checker.wrong({"services": {"w": {"beds": {**noted, "sauce": 3}}}}) != []

    @pytest.mark.parametrize(
        ("text", "where"),
        [
            ("flowsim: 2", ".flowsim"),
            ("sevices: {}", ".sevices"),
            ("time: {horzon: 3 weeks}", ".time.horzon"),
            ("time: {initial: full}", ".time.initial"),
            ("replications: 0", ".replications"),
            ("seed: -1", ".seed"),
            ("demand: {a: {per_day: lots}}", ".demand.a.per_day"),
            ("demand: {a: {day_variation: 0.2}}", ".demand.a.day_variation"),
            ("places: {e: {populaton: 3}}", ".places.e.populaton"),
            ("surges: {flu: {shape: hill}}", ".surges.flu.shape"),
            ("surges: {flu: {colour: red}}", ".surges.flu.colour"),
            ("waves: {flu: {hight: 3}}", ".waves.flu.hight"),
            ("waves: {flu: {grade: sure}}", ".waves.flu.grade"),
            ("pathways: {w: {home: 3%}}", ""),
            ("alternatives: {w.review: [{uptake: half}]}", ".alternatives.w.review"),
            ("include: 3", ".include"),
            ("card: {does: x, moves: [{measure: a, direction: sideways}]}", ".card.moves.0.direction"),
            ("targets: 3", ".targets"),
            ("title: [1]", ".title"),
        ],
    )
    def test_what_may_not_be_written_is_marked_where_it_is_wrong(
        self, checker: Checker, text: str, where: str
    ) -> None:
        found = checker.wrong(tree_of(text))
        if not where:  # a single name may be anything: only the loader knows the services
            assert found == []
            return
        assert found
        assert all(each.startswith(where) for each in found)

    def test_every_section_and_setting_explains_itself(self, checker: Checker) -> None:
        schema = checker.schema
        plain_text = {"flowsim", "name", "title", "seed"}
        without = [name for name, each in schema["properties"].items() if not each.get("description")]
        assert without == []
        assert plain_text <= set(schema["properties"])
        assert schema["properties"]["extends"]["description"] == "The file that this one builds on."
        ward = schema["definitions"]["WardSpec"]["properties"]
        assert ward["beds"]["description"] == "Staffed beds."
        assert (
            ward["like"]["description"] == "A template that this entry takes over, its own settings winning."
        )
        assert schema["additionalProperties"] is False

    def test_equal_tables_are_written_once(self, checker: Checker) -> None:
        names = [name for name in checker.schema["definitions"] if name.startswith("table_")]
        assert names
        assert not [name for name in checker.schema["definitions"] if name.startswith("ByGroup")]
        texts = [str(checker.schema["definitions"][name]).replace(name, "SELF") for name in names]
        assert len(set(texts)) == len(names)
