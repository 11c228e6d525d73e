"""What is said alike is read once in a process, and sharing it changes nothing."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import flowsim as fs
from flowsim.errors import InputError
from flowsim.scenario import once
from flowsim.scenario.build import read_field, read_part
from flowsim.scenario.dated import moments, value_at
from flowsim.scenario.describe import backing
from flowsim.scenario.manual import known_kinds
from flowsim.scenario.once import Memo, same_files

ONE = Path(__file__).parents[3] / "scenarios" / "one-hospital.yaml"
WAVE = (
    "change:\n"
    "  services.medical_ward.beds: {add: -6, shape: wave, peak: 2026-11-10, width: 6 days}\n"
    "  demand.*.per_day: {multiply: 1.2, shape: wave, peak: 2026-11-10, width: 6 days}\n"
)


def nothing(name: str) -> str:
    raise KeyError(name)


class Making:
    """Makes a value, and counts how often."""

    def __init__(self, *files: str) -> None:
        self.files = files
        self.times = 0

    def __call__(self, read: Callable[[str], str]) -> str:
        self.times += 1
        return "made of " + "".join(read(name) for name in self.files)


class TestMemo:
    def test_makes_a_value_once(self) -> None:
        memo, making = Memo(3), Making()
        assert [memo.get(("a",), nothing, making) for _ in range(4)] == ["made of "] * 4
        assert making.times == 1

    def test_makes_it_again_when_a_file_says_something_else(self) -> None:
        memo, making = Memo(3), Making("x.csv")
        files = {"x.csv": "1"}
        assert memo.get(("a",), files.__getitem__, making) == "made of 1"
        assert memo.get(("a",), {"x.csv": "1"}.__getitem__, making) == "made of 1"
        assert making.times == 1
        assert memo.get(("a",), {"x.csv": "2"}.__getitem__, making) == "made of 2"
        assert making.times == 2

    def test_an_error_is_not_remembered(self) -> None:
        memo, making = Memo(3), Making("x.csv")
        for _ in range(2):
            with pytest.raises(KeyError):
                memo.get(("a",), nothing, making)
        assert making.times == 2
        assert not len(memo)

    def test_holds_no_more_than_it_may_and_drops_the_oldest(self) -> None:
        memo, making = Memo(3), Making()
        for number in range(5):
            memo.get((number,), nothing, making)
        assert len(memo) == 3
        memo.get((4,), nothing, making)
        assert making.times == 5
        memo.get((0,), nothing, making)
        assert making.times == 6

    def test_files_are_told_apart_by_name_and_text(self) -> None:
        different = [{"a": "1"}, {"a": "2"}, {"b": "1"}, {"a": "1", "b": ""}, {}]
        assert len({same_files(texts) for texts in different}) == len(different)
        assert same_files({"a": "1", "b": "2"}) == same_files({"b": "2", "a": "1"})


class TestReading:
    def context(self, *places: str) -> dict[str, Any]:
        return {"places": places, "read": nothing}

    def test_the_same_words_are_the_same_settings(self) -> None:
        scenario = fs.load(ONE)
        values = backing(scenario).tree["services"]["ward"]
        first = read_part("services", values, known_kinds(), self.context("west"))
        assert read_part("services", dict(values), known_kinds(), self.context("west")) is first
        assert read_part("services", values, known_kinds(), self.context("east")) is not first

    def test_a_number_is_not_a_truth_nor_a_text(self) -> None:
        model = type(fs.load(ONE).services["ward"])
        assert read_field(model, "beds", 1, self.context()) == 1
        with pytest.raises(ValueError, match="whole number"):
            read_field(model, "beds", True, self.context())

    def test_a_mapping_belongs_to_who_asked(self) -> None:
        first = read_part("pathways", {"home": "leave"}, known_kinds(), self.context())
        first.pop("home")
        assert "home" in read_part("pathways", {"home": "leave"}, known_kinds(), self.context())


@pytest.fixture
def winter(child: Callable[..., Any]) -> Any:
    return child(WAVE)


class TestOverTime:
    def test_every_day_is_what_reading_it_whole_gives(self, winter: Any) -> None:
        loaded, told = backing(winter), 0
        once.parts.clear()
        for section in ("services", "demand"):
            for name in getattr(winter, section):
                laid = loaded._laid.get((section, name), [])
                for moment in moments(laid, -winter.warm_up, winter.time.horizon):
                    values = value_at(loaded.tree[section][name], laid, moment)
                    whole = read_part(section, values, loaded.kinds, loaded._context)
                    at = moment + winter.warm_up
                    holding = [spec for minute, spec in winter.specs_over_time(name, section) if minute <= at]
                    assert holding[-1] == whole
                    told += len(laid) > 0
        assert told > 50

    def test_days_share_what_they_have_in_common(self, winter: Any) -> None:
        steps = [spec for _, spec in winter.specs_over_time("medical_ward")]
        assert len({spec.beds for spec in steps}) > 3
        assert len({id(spec.stay) for spec in steps}) == 1

    def test_a_copy_in_another_process_lays_out_the_same(self, winter: Any) -> None:
        copy = pickle.loads(pickle.dumps(winter))
        once.steps.clear()
        for name in winter.demand:
            assert copy.specs_over_time(name, "demand") == winter.specs_over_time(name, "demand")

    def test_copies_share_their_entries_and_what_those_worked_out(self, winter: Any) -> None:
        data = pickle.dumps(winter)
        first, second = pickle.loads(data), pickle.loads(data)
        backing(first).share()
        backing(second).share()
        assert first.services["medical_ward"] is second.services["medical_ward"]
        assert first.services["medical_ward"] == winter.services["medical_ward"]
        assert first.digest == second.digest == winter.digest

    def test_an_impossible_day_is_told_each_time(self, winter: Any) -> None:
        for _ in range(2):
            with pytest.raises(InputError):
                winter.change({"services.medical_ward.beds": "many"})
