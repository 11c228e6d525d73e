"""The sections of a scenario: what each takes at its limits, and what is said where beyond them."""

from __future__ import annotations

import math
import re
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from flowsim.spec.alternatives import Alternative, Destination, named_in
from flowsim.spec.base import Misfit, ServiceSpec, Spec, meanings, reader
from flowsim.spec.columns import read_column
from flowsim.spec.consequences import Costs, DelayBand, Harm
from flowsim.spec.demand import DemandSpec
from flowsim.spec.distributions import parse_distribution
from flowsim.spec.escalation import (
    Action,
    Divert,
    Escalation,
    Levels,
    LowShareBand,
    MinutesBand,
    Parameters,
    limit_of,
)
from flowsim.spec.groups import ByGroup, grouped
from flowsim.spec.mixes import Mix, check_options
from flowsim.spec.people import CaseMix
from flowsim.spec.scenario import Replications, Scenario, Seed
from flowsim.spec.study import StudySpec
from flowsim.spec.time import TimeSpec
from flowsim.spec.values import (
    Clock,
    Count,
    Day,
    Duration,
    Factor,
    HoursField,
    Name,
    Number,
    Percent,
    ProfileField,
    Rate,
    RotaField,
    Share,
    parse_day,
    parse_name,
)


def told(model: Any, data: Any, **context: Any) -> tuple[str, str]:
    """Return where one thing is wrong, and the sentence about it."""
    adapter = TypeAdapter(model)
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(data, context=context or None)
    (error,) = caught.value.errors()
    cause = error.get("ctx", {}).get("error")
    where = [*error["loc"], *(cause.where if isinstance(cause, Misfit) else ())]
    return ".".join(str(step) for step in where), str(cause) if cause is not None else error["msg"]


class TestNamesAndDays:
    @pytest.mark.parametrize("name", ["a", "A9", "ward_3", "east-kent", "x" * 100])
    def test_a_name(self, name: str) -> None:
        assert parse_name(name) == name

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ("", "an empty text"),
            ("3w", "3w"),
            ("_a", "_a"),
            ("a b", "a b"),
            ("a.b", "a.b"),
            (3, "3"),
            (None, "nothing"),
            ("\u00e9", "\u00e9"),
        ],
    )
    def test_what_is_no_name(self, value: object, shown: str) -> None:
        expected = f"{shown} cannot be a name: use letters, digits, _ and -, starting with a letter"
        assert told(Name, value) == ("", expected)

    @pytest.mark.parametrize("text", ["2026-11-02", "2026-11-2", " 2026-11-02 "])
    def test_a_day(self, text: str) -> None:
        assert parse_day(text).isoformat() == "2026-11-02"
        assert parse_day(parse_day(text)).isoformat() == "2026-11-02"

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ("2/11/2026", "2/11/2026 is not written year-month-day: write 2026-11-02"),
            ("02.11.2026", "02.11.2026 is not written year-month-day: write 2026-11-02"),
            ("2-11-2026", "2-11-2026 is not written year-month-day: write 2026-11-02"),
            ("2026-02-30", "2026-02-30 is a day that does not exist"),
            ("2026-13-01", "2026-13-01 is a day that does not exist"),
            ("0000-01-01", "0000-01-01 is a day that does not exist"),
            ("2 November", "2 November is not a date: write year-month-day, such as 2026-11-02"),
            (20261102, "20261102 is not a date: write year-month-day, such as 2026-11-02"),
            (None, "nothing is not a date: write year-month-day, such as 2026-11-02"),
        ],
    )
    def test_what_is_no_day(self, value: object, sentence: str) -> None:
        assert told(Day, value) == ("", sentence)


def pattern_of(kind: Any) -> re.Pattern[str]:
    return re.compile(TypeAdapter(kind).json_schema()["pattern"])


class TestEditors:
    """The patterns that editors check must allow what flowsim reads and, where they can, refuse the rest."""

    @pytest.mark.parametrize(
        ("kind", "good", "bad"),
        [
            (
                Duration,
                ["45 min", "6 hours", "1 hour 30 min", ".5 h", "2weeks", "30 s", "1 wk"],
                ["45", "soon", "3 months", "-5 min"],
            ),
            (Share, ["78%", "2.5 %", "100%", ".5%"], ["78", "0.78", "-1%", "%"]),
            (Percent, ["250%"], ["2.5"]),
            (Clock, ["07:30", "7:30", "24:00", "00:00"], ["7", "12:60", "7:3", "07.30"]),
            (Rate, ["14/day", "2/hour", "70 per week", "3 a day", "1.5 / day"], ["14", "14 days", "-1/day"]),
            (Count, ["unlimited", "24"], ["2.5", "-1", "many"]),
            (Factor, ["125%", "1.25", "5"], ["-1", "twice"]),
            (Name, ["ward_3", "a-b"], ["3w", "a b", ""]),
            (Day, ["2026-11-02", "2026-1-2"], ["2/11/2026", "tomorrow"]),
        ],
    )
    def test_the_pattern_is_that_of_the_reader(self, kind: Any, good: list[str], bad: list[str]) -> None:
        adapter, pattern = TypeAdapter(kind), pattern_of(kind)
        for text in good:
            adapter.validate_python(text)
            assert pattern.search(text), text
        for text in bad:
            with pytest.raises(ValidationError):
                adapter.validate_python(text)
            assert not pattern.search(text), text

    @pytest.mark.parametrize("kind", [Duration, Share, Clock, Rate, Day, HoursField, RotaField])
    def test_the_examples_that_editors_show_can_be_read(self, kind: Any) -> None:
        adapter = TypeAdapter(kind)
        for example in adapter.json_schema()["examples"]:
            adapter.validate_python(example)

    def test_kinds_of_value_and_least_values(self) -> None:
        found = {
            name: TypeAdapter(kind).json_schema()
            for name, kind in {
                "count": Count,
                "number": Number,
                "factor": Factor,
                "rota": RotaField,
                "profile": ProfileField,
            }.items()
        }
        assert {name: schema["type"] for name, schema in found.items()} == {
            "count": ["integer", "string"],
            "number": "number",
            "factor": ["number", "string"],
            "rota": ["integer", "string", "object"],
            "profile": ["string", "object", "array"],
        }
        assert (
            found["count"]["minimum"],
            found["number"]["minimum"],
            found["factor"]["exclusiveMinimum"],
        ) == (0, 0, 0)


class TestProfileFile:
    ROWS = "hour_of_week,weight\n" + "".join(f"{hour},{hour % 24}\n" for hour in range(168))

    def test_the_file_is_read_by_the_name_that_is_written(self) -> None:
        files = {"a/week.CSV": self.ROWS}
        adapter = TypeAdapter(ProfileField)
        profile = adapter.validate_python(" a/week.CSV ", context={"read": files.__getitem__})
        assert profile == adapter.validate_python(list(range(24)))

    @pytest.mark.parametrize("name", ["week.csv", "week.CSV", " week.csv "])
    def test_a_wrong_line_is_told_with_the_name_of_the_file(self, name: str) -> None:
        read = {name.strip(): "hour_of_week,weight\n0,x\n"}.__getitem__
        expected = f'{name.strip()}, line 2: weight "x" is not a number'
        assert told(ProfileField, name, read=read) == ("", expected)
        assert told(ProfileField, name, read=lambda _: "a,b\n")[1].startswith(
            "a profile CSV needs the columns"
        )

    def test_without_files_none_can_be_read(self) -> None:
        assert told(ProfileField, "week.csv") == ("", "the file week.csv cannot be read here")
        assert (
            told(ProfileField, "week.csv", read="no function")[1] == "the file week.csv cannot be read here"
        )
        assert told(ProfileField, 3)[1] == "3 is not a week profile: write flat, 08:00-20:00 or a CSV file"


class TestColumns:
    def lengths(self, text: str, **settings: str) -> list[str]:
        given = {"file": "f.csv", "column": "los", "unit": "hours", **settings}
        return read_column(given, {"f.csv": text}.__getitem__)

    def test_numbers_get_their_unit_and_lose_nothing(self) -> None:
        assert self.lengths("\ufeffid,los\n1,0.1\n\n2, 12 \n3,1e2,more\n") == [
            "0.10000000000000001 hours",
            "12 hours",
            "100 hours",
        ]

    @pytest.mark.parametrize(
        ("text", "settings", "sentence"),
        [
            (
                "los\n1\n",
                {"column": ""},
                "with file, give column (its name) and unit (one of seconds, minutes, hours, days, weeks)",
            ),
            (
                "los\n1\n",
                {"unit": "h"},
                "with file, give column (its name) and unit (one of seconds, minutes, hours, days, weeks)",
            ),
            ("id,stay\n1,2\n", {}, "f.csv has no column los; it has id, stay"),
            ("", {}, "f.csv has no column los; it has none"),
            ("los\n", {}, "f.csv has a heading and no values"),
            ("los\n1\n-1\n", {}, "f.csv, line 3: -1 is not a length in hours"),
            ("los,b\n1,2\n\n\n,2\n", {}, "f.csv, line 5: an empty cell is not a length in hours"),
            ("los\n1\nlong\n", {"unit": "days"}, "f.csv, line 3: long is not a length in days"),
            ("los\ninf\n", {}, "f.csv, line 2: inf is not a length in hours"),
            ("los\nnan\n", {}, "f.csv, line 2: nan is not a length in hours"),
        ],
    )
    def test_what_cannot_be_used_is_told(self, text: str, settings: dict[str, str], sentence: str) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            self.lengths(text, **settings)


class TestTime:
    def time(self, **more: str) -> TimeSpec:
        return TimeSpec.model_validate({"start": "2026-11-02", "horizon": "20 weeks", **more})

    def test_a_period(self) -> None:
        time = self.time(warm_up="6 weeks")
        assert (time.warm_up_minutes, time.horizon, time.end) == (60480, 201600, 262080)
        assert self.time(warm_up="0 min").warm_up_minutes == 0
        assert self.time(warm_up="36 hours 12 hours").warm_up_minutes == 2880

    def test_auto_is_worked_out_later(self) -> None:
        time = self.time(warm_up=" auto ")
        assert (time.warm_up, time.warm_up_minutes) == ("auto", 0)
        known = time.with_automatic(21)
        assert (known.warm_up_minutes, known.end, known.warm_up) == (30240, 231840, "auto")
        assert time.warm_up_minutes == 0  # the first is not altered
        assert known.model_dump(include={"warm_up"})["warm_up"] == "auto"
        assert self.time(warm_up="2 weeks").model_dump(include={"warm_up"})["warm_up"] == "2 weeks"

    @pytest.mark.parametrize(
        ("settings", "where", "sentence"),
        [
            (
                {"warm_up": "36 hours"},
                "warm_up",
                "36 hours is not a whole number of days, which a warm-up must be",
            ),
            (
                {"warm_up": "automatic"},
                "warm_up",
                "automatic is not a length of time: write 45 min, 6 hours or 2 days",
            ),
            ({"horizon": "0 days"}, "horizon", "the horizon must be longer than nothing: write 20 weeks"),
            ({"horizon": "20"}, "horizon", "20 has no unit: write 20 min, 20 hours or 20 days"),
        ],
    )
    def test_what_is_no_period(self, settings: dict[str, str], where: str, sentence: str) -> None:
        with pytest.raises(ValidationError) as caught:
            self.time(**settings)
        (error,) = caught.value.errors()
        assert (error["loc"], str(error["ctx"]["error"])) == ((where,), sentence)

    @pytest.mark.parametrize(
        ("kind", "value", "sentence"),
        [
            (Replications, 0, "0 is below 1: it must be 1 or more"),
            (Replications, 100_001, "100,001 is more than anyone needs: write 100,000 or fewer"),
            (Replications, "unlimited", "1,000,000,000 is more than anyone needs: write 100,000 or fewer"),
            (Seed, "unlimited", "the seed is a plain whole number, such as 2026"),
            (Seed, -1, "-1 is below 0: it must be 0 or more"),
            (Seed, 1.5, "1.5 is not a whole number"),
        ],
    )
    def test_replications_and_seeds(self, kind: Any, value: object, sentence: str) -> None:
        assert told(kind, value) == ("", sentence)
        assert TypeAdapter(Replications).validate_python(100_000) == 100_000
        assert TypeAdapter(Seed).validate_python(0) == 0


class TestConsequences:
    BAND: ClassVar[dict[str, Any]] = {
        "after": "6 hours",
        "until": "8 hours",
        "one_in": 80,
        "one_in_at_worst": 60,
        "one_in_at_best": 100,
    }

    @pytest.mark.parametrize(
        ("change", "where", "sentence"),
        [
            ({"until": "6 hours"}, "until", "until must be later than after"),
            ({"one_in": 0}, "one_in", "one in how many patients: write a number above 0"),
            ({"one_in_at_worst": 0}, "one_in_at_worst", "one in how many patients: write a number above 0"),
            (
                {"one_in_at_worst": 81},
                "one_in_at_worst",
                "at worst there is a death among fewer patients, or as many",
            ),
            (
                {"one_in_at_best": 79},
                "one_in_at_best",
                "at best there is a death among more patients, or as many",
            ),
        ],
    )
    def test_a_band_in_disorder_is_told_at_its_culprit(
        self, change: dict[str, Any], where: str, sentence: str
    ) -> None:
        assert told(DelayBand, {**self.BAND, **change}) == (where, sentence)

    def test_the_ends_of_an_interval_may_meet(self) -> None:
        band = DelayBand.model_validate({**self.BAND, "one_in_at_worst": 80, "one_in_at_best": 80})
        assert (band.after, band.until, band.one_in) == (360, 480, 80)

    def test_delays_follow_each_other(self) -> None:
        later = {**self.BAND, "after": "8 hours", "until": "10 hours"}
        assert len(Harm.model_validate({"deaths": [self.BAND, later]}).deaths) == 2
        wrong = {**later, "after": "479 min"}
        assert told(Harm, {"deaths": [self.BAND, wrong]}) == (
            "deaths.1",
            "each delay begins where the one before ends, or later",
        )
        assert told(Harm, {"deaths": []}) == ("deaths", "give at least one length of delay")

    def test_prices_of_a_year_that_nothing_is_said_of(self) -> None:
        unit = {"call": {"price": 1}, "bed_day": {"price": 3, "year": "1999/00"}}
        data = {"prices_of": "2025/26", "inflation": {"2020/21": 1.2}, "unit": unit}
        with pytest.raises(ValidationError) as caught:
            Costs.model_validate(data)
        cause = caught.value.errors()[0]["ctx"]["error"]
        assert str(cause) == "nothing says what prices of 1999/00 are in 2025/26: see costs.inflation"
        assert cause.where == ("unit", "bed_day", "year")
        assert cause.allowed == "2025/26, 2020/21"
        data["inflation"] = {"1999/00": "200%"}
        assert Costs.model_validate(data).price("bed_day") == 6
        assert Costs.model_validate(data).price("call") == 1
        assert Costs.model_validate(data).price("staff_hour") is None


class TestEscalation:
    LEVELS: ClassVar[dict[str, Any]] = {"opel_2": 2, "opel_3": 4, "opel_4": 6}
    WHOLE: ClassVar[dict[str, Any]] = {
        "every": "1 hour",
        "parameters": {"handover": [{"above": "15 min", "points": 2}, {"above": "1 hour", "points": 6}]},
        "levels": LEVELS,
    }
    ACTION: ClassVar[dict[str, Any]] = {"level": 3, "change": {"services.w.beds": {"add": 2}}}

    def test_the_most_points_are_those_of_all_last_bands(self) -> None:
        more = {**self.WHOLE["parameters"], "bed_occupancy": [{"above": "95%", "points": 4}]}
        rules = Escalation.model_validate({**self.WHOLE, "parameters": more})
        assert rules.most_points == 10
        assert (rules.every, rules.window, rules.margin, rules.hold) == (60, 240, 0, 0)
        assert Escalation.model_validate({**self.WHOLE, "every": "10 min"}).every == 10

    @pytest.mark.parametrize(
        ("change", "where", "sentence"),
        [
            ({"every": "9 min"}, "every", "two assessments need at least 10 minutes between them"),
            ({"parameters": {}}, "parameters", "there is nothing to score: no parameter has bands"),
            (
                {"levels": {**LEVELS, "opel_4": 6.5}},
                "levels.opel_4",
                "OPEL 4 begins at 6.5 but all parameters together give 6",
            ),
            (
                {"levels": {**LEVELS, "opel_2": 4}},
                "levels",
                "the levels begin at scores that rise: opel_2, opel_3, opel_4",
            ),
            (
                {"levels": {**LEVELS, "opel_2": 0}},
                "levels",
                "the levels begin at scores that rise: opel_2, opel_3, opel_4",
            ),
            (
                {"levels": {**LEVELS, "opel_3": 6}},
                "levels",
                "the levels begin at scores that rise: opel_2, opel_3, opel_4",
            ),
        ],
    )
    def test_rules_that_do_not_fit_together(self, change: dict[str, Any], where: str, sentence: str) -> None:
        assert told(Escalation, {**self.WHOLE, **change}) == (where, sentence)

    @pytest.mark.parametrize(
        ("name", "bands", "fine"),
        [
            ("handover", [("above", "15 min", 1), ("above", "30 min", 2)], True),
            ("handover", [("above", "15 min", 1), ("above", "15 min", 2)], False),
            ("handover", [("above", "15 min", 1), ("above", "30 min", 1)], False),
            ("handover", [("above", "15 min", 2), ("above", "30 min", 1)], False),
            ("within_4_hours", [("below", "78%", 1), ("below", "60%", 2)], True),
            ("within_4_hours", [("below", "60%", 1), ("below", "78%", 2)], False),
            ("attendances", [("above", "100%", 1), ("above", "130%", 2)], True),
        ],
    )
    def test_bands_go_from_little_pressure_to_much(
        self, name: str, bands: list[tuple[str, str, int]], fine: bool
    ) -> None:
        data = {name: [{side: limit, "points": points} for side, limit, points in bands]}
        if fine:
            assert len(getattr(Parameters.model_validate(data), name)) == 2
            return
        sentence = "the bands must go from little pressure to much, with more points each"
        assert told(Parameters, data) == (f"{name}.1", sentence)

    def test_a_limit_from_below_is_turned_round(self) -> None:
        assert limit_of(MinutesBand(above="15 min", points=1)) == 15
        assert limit_of(LowShareBand(below="78%", points=1)) == pytest.approx(-0.78)

    @pytest.mark.parametrize(
        ("change", "where", "sentence"),
        [
            ({"change": {}}, "", "this action does nothing: give change, divert, or both"),
            ({"until": 3}, "until", "the action would be stood down at OPEL 3 but is ordered from OPEL 3"),
            ({"at_least": "3 hours", "at_most": "2 hours"}, "at_most", "at_most is shorter than at_least"),
            (
                {"scope": "system", "only": ["east"]},
                "only",
                "an action of the whole system cannot be for some sites or places only",
            ),
        ],
    )
    def test_an_action_that_makes_no_sense(self, change: dict[str, Any], where: str, sentence: str) -> None:
        assert told(Action, {**self.ACTION, **change}) == (where, sentence)

    def test_an_action_ends_one_level_below_unless_it_says_when(self) -> None:
        assert Action.model_validate(self.ACTION).ends_at == 2
        assert Action.model_validate({**self.ACTION, "until": 1}).ends_at == 1
        assert Action.model_validate({**self.ACTION, "level": 2}).ends_at == 1
        Action.model_validate({**self.ACTION, "at_least": "2 hours", "at_most": "2 hours"})
        Action.model_validate({**self.ACTION, "scope": "place", "only": ["east"]})
        assert Levels(**self.LEVELS).opel_4 == 6

    def test_a_department_does_not_divert_to_itself(self) -> None:
        routes = {"a": [{"to": "b"}, {"to": "a"}]}
        assert told(Divert, {"routes": routes}) == ("routes.a.1.to", "a cannot divert to itself")


class TestMixes:
    def mix(self, data: Any) -> Mix:
        return Mix.model_validate(data)

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"a": "50%", "b": "49.8%"}, "the shares add up to 99.8%, not 100%"),
            ({"a": "50%", "b": "50.2%"}, "the shares add up to 100.2%, not 100%"),
            ({"a": "101%"}, "101% is more than 100%: a share lies between 0% and 100%"),
            ({"a": "60%", "b": "60%", "c": "rest"}, "the shares add up to 120%, not 100%"),
            ({}, "the shares add up to 0%, not 100%"),
            ([1], "write one name, or shares by name, such as {home: 80%, ward: rest}"),
            (True, "write one name, or shares by name, such as {home: 80%, ward: rest}"),
            (1.5, "write one name, or shares by name, such as {home: 80%, ward: rest}"),
        ],
    )
    def test_what_is_no_mix(self, data: Any, sentence: str) -> None:
        assert told(Mix, data)[1] == sentence

    def test_what_is_off_by_rounding_is_put_right(self) -> None:
        for written in (
            {"a": "33.3%", "b": "33.3%", "c": "33.3%"},
            {"a": "33.4%", "b": "33.3%", "c": "33.4%"},
        ):
            mix = self.mix(written)
            assert math.fsum(mix.share(option) for option in mix.options) == pytest.approx(1, abs=1e-15)
            assert mix.share("a") / mix.share("b") == pytest.approx(float(written["a"][:-1]) / 33.3)

    def test_the_rest_may_be_nothing(self) -> None:
        mix = self.mix({"a": "60%", "b": "rest", "c": "40%"})
        assert (mix.share("b"), mix.options) == (0, ("a", "b", "c"))
        assert mix.share("z") == 0

    def test_only_one_share_is_the_rest(self) -> None:
        assert told(Mix, {"a": "rest", "b": "10%", "c": "rest"}) == ("c", "only one share may be rest")

    @given(
        st.lists(st.integers(0, 1000), min_size=2, max_size=6).filter(
            lambda parts: 0 < sum(parts[:-1]) <= 1000
        )
    )
    def test_the_rest_is_what_is_left_of_all(self, parts: list[int]) -> None:
        given_ = parts[:-1]
        mix = self.mix({**{f"o{i}": f"{part / 10}%" for i, part in enumerate(given_)}, "other": "rest"})
        assert mix.share("other") == pytest.approx(1 - sum(given_) / 1000, abs=1e-9)
        for i, part in enumerate(given_):
            assert mix.share(f"o{i}") == pytest.approx(part / 1000, abs=1e-9)

    def test_an_option_that_is_none_is_told_with_near_ones(self) -> None:
        with pytest.raises(Misfit) as caught:
            check_options(["home", "wrad"], "outcome", ("home", "ward"))
        assert str(caught.value) == "wrad is not a value of outcome. Did you mean ward?"
        assert (caught.value.where, caught.value.allowed, caught.value.at_key) == (
            ("wrad",),
            "home, ward",
            True,
        )
        with pytest.raises(Misfit, match=r"^x is not a value of outcome$"):
            check_options(["x"], "outcome", ("home", "ward"))


class TestGroups:
    KIND = ByGroup[Share]

    def table(self, data: Any, **context: Any) -> ByGroup[float]:
        table: ByGroup[float] = TypeAdapter(self.KIND).validate_python(data, context=context or None)
        return table

    @pytest.mark.parametrize(
        ("data", "where", "sentence"),
        [
            (
                {"by": "aeg", "otherwise": "1%"},
                "by",
                "aeg is not an attribute of a patient. Did you mean age?",
            ),
            ({"by": "age", "18": "1%", "otherwise": "2%"}, "18", "18 is not a value of age"),
            (
                {"by": "age", "0-17, 18-65": "1%", "otherwise": "2%"},
                "0-17, 18-65",
                "18-65 is not a value of age. Did you mean 18-64?",
            ),
            ({"by": "acuity", "1": "1%", "1, 2": "2%", "otherwise": "1%"}, "1, 2", "acuity 1 is given twice"),
            ({"by": "frailty", "yes": "1%"}, "", "nothing is given for frailty no: add it, or otherwise"),
            ({"by": "acuity", 2: "1%"}, "", "nothing is given for acuity 1, 3, 4, 5: add it, or otherwise"),
        ],
    )
    def test_a_table_in_disorder_is_told_at_its_row(self, data: Any, where: str, sentence: str) -> None:
        found = told(self.KIND, data)
        assert found[1] == sentence
        assert found[0].endswith(where)

    def test_values_are_found_for_every_patient_however_the_table_is_nested(self) -> None:
        data = {
            "by": "frailty",
            "yes": "90%",
            "otherwise": {
                "by": "age",
                "0-17, 85+": "10%",
                "otherwise": {"by": "place", "east": "20%", "otherwise": "30%"},
            },
        }
        lookup = self.table(data, places=("east", "west")).compile()
        assert lookup.attributes == ("age", "frailty", "place")
        assert lookup.sizes == (5, 2, 3)  # and those out of area

        def by_hand(age: str, frailty: str, place: str) -> float:
            if frailty == "yes":
                return 0.9
            if age in ("0-17", "85+"):
                return 0.1
            return 0.2 if place == "east" else 0.3

        ages, frail, places = (
            ("0-17", "18-64", "65-74", "75-84", "85+"),
            ("no", "yes"),
            ("east", "west", "out_of_area"),
        )
        every = [(a, f, p) for a in range(5) for f in range(2) for p in range(3)]
        codes = {
            name: np.array([row[i] for row in every], dtype=np.int8)
            for i, name in enumerate(lookup.attributes)
        }
        found = [lookup.leaves[i] for i in lookup.index(codes)]
        assert found == [by_hand(ages[a], frail[f], places[p]) for a, f, p in every]
        assert [lookup.leaves[lookup.at(codes, row)] for row in range(len(every))] == found
        for (a, f, p), share in zip(every, found, strict=True):
            assert (
                lookup.leaf({"age": ages[a], "frailty": frail[f], "place": places[p]}, ("east", "west"))
                == share
            )

    def test_one_value_needs_no_codes(self) -> None:
        lookup = self.table("25%").compile()
        assert lookup.index({"age": np.zeros(3, dtype=np.int8)}).tolist() == [0, 0, 0]
        assert lookup.index({}).tolist() == []
        assert lookup.at({}, 7) == 0
        assert lookup.leaf({}) == 0.25
        assert self.table("25%").attributes() == ()

    def test_a_table_by_place_waits_for_the_places(self) -> None:
        table = self.table({"by": "place", "east": "1%", "otherwise": "2%"})
        with pytest.raises(ValueError, match=r"^a value by place needs the scenario's places$"):
            table.compile()
        assert table.compile(("west", "east")).leaf({"place": "east"}, ("west", "east")) == 0.01

    def test_tables_are_equal_by_what_they_say(self) -> None:
        one = {"by": "frailty", "yes": "1%", "otherwise": "2%"}
        assert self.table(one) == self.table(dict(one))
        assert hash(self.table(one)) == hash(self.table(dict(one)))
        assert self.table(one) != self.table({**one, "yes": "3%"})
        assert self.table("1%") != 0.01
        assert repr(self.table("1%")) == "ByGroup(0.01)"
        assert self.table(one).raw() == {"by": "frailty", "yes": 0.01, "otherwise": 0.02}
        assert grouped(0.5) == ByGroup(0.5)
        assert grouped(self.table(one)) == self.table(one)


class TestPeopleAndDemand:
    @pytest.mark.parametrize(
        ("data", "where", "sentence"),
        [
            (
                {"age": {"by": "frailty", "yes": "85+", "no": "18-64"}},
                "age",
                "age cannot depend on frailty, which is drawn later",
            ),
            (
                {"age": {"by": "age", "0-17": "85+", "otherwise": "18-64"}},
                "age",
                "age cannot depend on age, which is drawn later",
            ),
            (
                {"frailty": {"by": "admission", "yes": "yes", "no": "no"}},
                "frailty",
                "frailty cannot depend on admission, which is drawn later",
            ),
        ],
    )
    def test_nothing_depends_on_what_comes_later(self, data: Any, where: str, sentence: str) -> None:
        assert told(CaseMix, data) == (where, sentence)

    def test_what_may_depend_on_what(self) -> None:
        mix = CaseMix.model_validate(
            {
                "frailty": {
                    "by": "age",
                    "85+": "yes",
                    "otherwise": {"by": "route", "care_home": "yes", "otherwise": "no"},
                },
                "admission": {"by": "pathway", "0": "10%", "otherwise": "40%"},
            }
        )
        assert mix.mix("frailty").attributes() == ("age", "route")
        assert mix.admission.attributes() == ("pathway",)

    @pytest.mark.parametrize(
        ("settings", "where", "sentence"),
        [
            ({"months": {"january": 1.1}}, "months.january", "january is not a month. Did you mean jan?"),
            ({"months": {"x": 1.1}}, "months.x", "x is not a month"),
            (
                {"weekdays": {"Mondy": 1.1}},
                "weekdays.Mondy",
                "Mondy is not a day of the week. Did you mean monday?",
            ),
            (
                {"day_variation": "120%"},
                "day_variation",
                "120% is more than 100%: a share lies between 0% and 100%",
            ),
            ({"per_day": "14/day"}, "per_day", "14/day is not a plain number"),
        ],
    )
    def test_a_stream_that_makes_no_sense(self, settings: dict[str, Any], where: str, sentence: str) -> None:
        assert told(DemandSpec, {"to": "w", "per_day": 10, **settings}) == (where, sentence)

    def test_the_average_day_by_hand(self) -> None:
        """Weekends have half the weight of weekdays: 5 of 6 parts of a week come on weekdays."""
        stream = DemandSpec.model_validate(
            {
                "to": "w",
                "per_day": 60,
                "profile": {"weekday": "00:00-24:00=2", "weekend": "00:00-24:00=1"},
                "weekdays": {"saturday": 2, "sunday": 0},
                "months": {"jan": 1.5, "feb": 0.5, "dec": 3},
            }
        )
        week = (5 * 2 + 1 * 2 + 1 * 0) / 12  # as against five days of 2 and two of 1
        assert stream.mean_per_day([1]) == pytest.approx(60 * week * 1.5)
        assert stream.mean_per_day([1, 2, 3]) == pytest.approx(60 * week * 1)
        assert stream.mean_per_day() == pytest.approx(60 * week * (1.5 + 0.5 + 3 + 9) / 12)

    def test_a_case_mix_by_name_or_in_place(self) -> None:
        assert DemandSpec(to="w", per_day=1, casemix="adults").casemix == "adults"
        inline = DemandSpec.model_validate({"to": "w", "per_day": 1, "casemix": {"age": "85+"}}).casemix
        assert isinstance(inline, CaseMix)
        assert inline.age == ByGroup(Mix.only("85+"))


class TestDestinations:
    @pytest.mark.parametrize(
        ("written", "names"),
        [
            ("leave", ("leave",)),
            ({"home": "80%", "ward": "rest"}, ("home", "ward")),
            (
                {"by": "age", "85+": "ward", "otherwise": {"ward": "10%", "home": "60%", "leave": "rest"}},
                ("ward", "home", "leave"),
            ),
        ],
    )
    def test_every_name_is_told_once_in_the_order_written(self, written: Any, names: tuple[str, ...]) -> None:
        destination: Any = TypeAdapter(Destination).validate_python(written)
        assert named_in(destination) == names

    def test_an_alternative_takes_everybody_at_all_times_unless_it_says_otherwise(self) -> None:
        option = Alternative(to="w")
        assert (option.eligible, option.uptake, option.hours, option.staff, option.when_full) == (
            ByGroup(1.0), ByGroup(1.0), None, None, "next",
        )  # fmt: skip


class TestBase:
    def test_every_setting_has_a_line_of_manual(self) -> None:
        waiting, seen = [Scenario, StudySpec, ServiceSpec], set()
        while waiting:
            model = waiting.pop()
            if model in seen:
                continue
            seen.add(model)
            assert set(meanings(model)) == set(model.model_fields), model
            assert all(text.endswith((".", ")")) for text in meanings(model).values()), model
            for field in model.model_fields.values():
                inside = re.findall(r"[A-Z]\w+", repr(field.annotation))
                waiting += [m for m in Spec.__subclasses__() if m.__name__ in inside]
        assert len(seen) > 15

    def test_a_misfit_is_seen_from_further_up(self) -> None:
        misfit = Misfit("wrong", "a", 1, allowed="b", at_key=True).within("x", "y")
        assert (str(misfit), misfit.where, misfit.allowed, misfit.at_key) == (
            "wrong",
            ("x", "y", "a", 1),
            "b",
            True,
        )

    def test_docstrings_of_classes_made_elsewhere_are_none(self) -> None:
        made = type("Made", (Spec,), {"__annotations__": {"x": int}, "x": 0})
        assert meanings(made) == {}

    def test_inner_classes_and_classes_in_functions_have_theirs(self) -> None:
        class Inner(Spec):
            """A group."""

            first: int = 0
            """The first
            of two."""
            second: int = 0

            third: int = 0
            """The third."""

        assert meanings(Inner) == {"first": "The first of two.", "third": "The third."}

    def test_the_schema_carries_the_manual(self) -> None:
        properties = TimeSpec.model_json_schema()["properties"]
        assert properties["horizon"]["description"] == "Length of the data collection period."

    def test_specs_are_frozen_and_know_their_settings(self) -> None:
        time = TimeSpec.model_validate({"start": "2026-11-02", "horizon": "1 week"})
        with pytest.raises(ValidationError):
            time.horizon = 3.0  # type: ignore[misc]
        with pytest.raises(ValidationError):
            TimeSpec.model_validate({"start": "2026-11-02", "horizon": "1 week", "horizn": 3})
        assert issubclass(Spec, BaseModel)

    def test_the_reader_of_files_is_the_one_given(self) -> None:
        class Info:
            def __init__(self, context: object) -> None:
                self.context = context

        own = "text".__add__
        assert reader(Info({"read": own})) is own  # type: ignore[arg-type]
        for context in (None, {}, {"read": 3}, [own]):
            with pytest.raises(ValueError, match=r"^the file a.csv cannot be read here$"):
                reader(Info(context))("a.csv")  # type: ignore[arg-type]


class TestLaws:
    @pytest.mark.parametrize(
        ("written", "where", "sentence"),
        [
            (
                {"distribution": "lognrmal", "mean": "1 h"},
                "distribution",
                "lognrmal is not a distribution. Did you mean lognormal?",
            ),
            ({"mean": "1 h"}, "lognormal", "give mean and sd, or median and p90 (found mean)"),
            (
                {"mean": "1 h", "p90": "2 h"},
                "lognormal",
                "give mean and sd, or median and p90 (found mean and p90)",
            ),
            ({"at_most": "1 h"}, "lognormal", "give mean and sd, or median and p90 (found neither)"),
            (
                {"mean": "1 h", "sd": "0 h"},
                "lognormal",
                "mean and sd must be above zero; with no spread, write one length",
            ),
            (
                {"median": "0 h", "p90": "1 h"},
                "lognormal",
                "median and p90 must be above zero; with no spread, write one length",
            ),
            (
                {"median": "2 h", "p90": "2 h"},
                "lognormal",
                "p90, the 90th percentile, must be longer than the median",
            ),
            (
                {"mu": 1, "sigma": 1, "unit": "days"},
                "lognormal",
                "mu, sigma and unit are parameters on the log scale: write scale: log with them",
            ),
            (
                {"scale": "log", "mu": 1, "sigma": 1},
                "lognormal",
                "scale: log needs mu, sigma and unit, and nothing else",
            ),
            (
                {"scale": "log", "mu": 1, "sigma": 1, "unit": "days", "mean": "1 h"},
                "lognormal",
                "scale: log needs mu, sigma and unit, and nothing else",
            ),
            (
                {"scale": "log", "mu": 1, "sigma": 1, "unit": "d"},
                "lognormal",
                "unit d is not one of seconds, minutes, hours, days, weeks",
            ),
            (
                {"distribution": "exponential", "mean": "0 h"},
                "exponential.mean",
                "it must be above zero; for no time at all write a plain 0 min",
            ),
            (
                {"distribution": "gamma", "mean": "1 h", "sd": "8 h"},
                "gamma",
                "that is too much spread for this distribution; check the two numbers",
            ),
            (
                {"distribution": "gamma", "mean": "10 h", "sd": "1 min"},
                "gamma",
                "that is too little spread for this distribution; check the two numbers",
            ),
            (
                {"distribution": "weibull", "median": "1000 min", "p90": "1000.1 min"},
                "weibull",
                "that is too little spread for this distribution; check the two numbers",
            ),
            ({"low": "2 h", "high": "2 h"}, "uniform", "high must be longer than low"),
            (
                {"low": "2 h", "mode": "1 h", "high": "3 h"},
                "triangular",
                "low, mode and high must be in order, from shortest to longest",
            ),
            (
                {"low": "2 h", "mode": "2 h", "high": "2 h"},
                "triangular",
                "low, mode and high must be in order, from shortest to longest",
            ),
            (
                {"distribution": "pert", "low": "2 h", "mode": "4 h", "high": "3 h"},
                "pert",
                "low, mode and high must be in order, from shortest to longest",
            ),
            (
                {"parts": [{"share": "50%", "value": "1 h"}, {"share": "40%", "value": "2 h"}]},
                "mixture",
                "the shares of the parts add up to 90%, not 100%",
            ),
            ({"values": ["1 h"], "file": "a.csv"}, "empirical", "give values or file, not both"),
            ("soon", "constant.value", "soon is not a length of time: write 45 min, 6 hours or 2 days"),
        ],
    )
    def test_each_law_that_cannot_be_is_told_in_full(self, written: Any, where: str, sentence: str) -> None:
        with pytest.raises(ValidationError) as caught:
            parse_distribution(written)
        (error,) = caught.value.errors()
        cause = error["ctx"]["error"]
        steps = [*error["loc"], *(cause.where if isinstance(cause, Misfit) else ())]
        assert (".".join(map(str, steps)), str(cause)) == (where, sentence)

    @pytest.mark.parametrize(
        ("family", "settings", "ratio"),
        [
            ("exponential", {"mean": "1 h"}, math.log(10)),  # the 90th percentile over the mean
            ("uniform", {"low": "0 h", "high": "2 h"}, 1.8),
            ("triangular", {"low": "0 h", "mode": "0 h", "high": "3 h"}, 3 * (1 - math.sqrt(0.1))),
            ("weibull", {"mean": "1 h", "sd": "1 h"}, math.log(10)),  # that of an exponential
            ("gamma", {"mean": "1 h", "sd": "1 h"}, math.log(10)),
            ("erlang", {"mean": "1 h", "stages": 1}, math.log(10)),
            (
                "lognormal",
                {"scale": "log", "mu": 0, "sigma": 1, "unit": "hours"},
                math.exp(1.2815515655446004 - 0.5),
            ),
            ("pert", {"low": "0 h", "mode": "1 h", "high": "2 h"}, 2 * 0.7534),  # beta(3, 3), from tables
        ],
    )
    def test_textbook_percentiles(self, family: str, settings: dict[str, Any], ratio: float) -> None:
        law = parse_distribution({"distribution": family, **settings})
        assert law.ppf(0.9) / law.mean_minutes() == pytest.approx(ratio, rel=2e-4)
        assert float(law.cdf(law.ppf(0.9))) == pytest.approx(0.9, abs=1e-6)

    def test_what_is_cut_off_is_at_the_cut(self) -> None:
        """Exponential stays of an hour, at most an hour: the mean is 1 - 1/e, by hand."""
        law = parse_distribution({"distribution": "exponential", "mean": "1 h", "at_most": "1 h"})
        share = 1 - math.exp(-1)
        assert law.mean_minutes() == pytest.approx(60 * share)
        assert law.moment(2) == pytest.approx(3600 * (2 - 4 / math.e))  # of min(x, 1) squared
        assert law.sd_minutes() == pytest.approx(60 * math.sqrt(2 - 4 / math.e - share**2))
        assert [law.ppf(u) for u in (share + 1e-9, 0.999)] == [60, 60]
        assert float(law.cdf(59.999999)) == pytest.approx(share, abs=1e-6)
        assert float(law.cdf(60.0)) == 1
        assert law.tail(60.0) == (0, 0)
        assert law.scaled(2).mean_minutes() == pytest.approx(120 * share)
        assert law.cap == 60
        assert parse_distribution("1 h").cap == math.inf

    def test_the_shortest_and_what_lies_beyond(self) -> None:
        """Uniform from 0 to 10 minutes."""
        law = parse_distribution({"low": "0 min", "high": "10 min"})
        assert law.lowest(0.4) == pytest.approx(0.4 * 2)
        assert (law.lowest(0), law.lowest(-1), law.lowest(1), law.lowest(2)) == (0, 0, 5, 5)
        assert law.tail(6.0) == pytest.approx((0.4, 2))
        assert float(law.limited(6.0)) == pytest.approx(6 * 0.4 + 3 * 0.6)
        assert law.remaining_ppf(0.5, 6.0) == pytest.approx(2)
        assert law.length_biased_ppf(0.25) == pytest.approx(5)  # density x / 50
        assert law.residual_ppf(0.75) == pytest.approx(5)  # density (10 - x) / 50
        steps = parse_distribution({"values": ["2 min", "2 min", "2 min", "10 min"]})
        assert steps.lowest(0.5) == pytest.approx(1)
        assert steps.lowest(0.75) == pytest.approx(1.5)
        assert steps.lowest(0.875) == pytest.approx(1.5 + 1.25)

    @pytest.mark.parametrize(
        ("settings", "family"),
        [
            ("5 min", "constant"),
            ({"value": "5 min"}, "constant"),
            ({"mean": "1 h", "sd": "1 h"}, "lognormal"),
            ({"low": "1 h", "high": "2 h"}, "uniform"),
            ({"low": "1 h", "mode": "1 h", "high": "2 h"}, "triangular"),
            ({"values": ["1 h"]}, "empirical"),
            ({"mean": "1 h", "stages": 2}, "erlang"),
            ({"parts": [{"share": "100%", "value": "1 h"}]}, "mixture"),
        ],
    )
    def test_the_family_is_given_away_by_the_settings(self, settings: Any, family: str) -> None:
        assert parse_distribution(settings).distribution == family  # type: ignore[attr-defined]
