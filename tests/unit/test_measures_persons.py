"""The same patients in two runs: random tables, read a second time by a plain loop over patients."""

from __future__ import annotations

from collections import Counter
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from finished_runs import DAY, PLACES, FakeRun, run, table
from flowsim.errors import InputError
from flowsim.measures.compare import compare
from flowsim.measures.compare.matching import Sorted, match
from flowsim.measures.compare.persons import CLASSES, Followed, follow, tally
from flowsim.measures.compare.stories import number, people_text, sentences, signed
from flowsim.measures.compare.totals import check_totals
from flowsim.measures.estimates import Estimate, estimate
from flowsim.tables import Coded
from flowsim.vocabulary import values_of

Row = dict[str, Any]
COUNTS = ("ed_attendances", "utc_attendances", "emergency_admissions")
MINUTES = ("waiting_minutes", "held_minutes", "ed_minutes", "handover_minutes")
GRID = st.sampled_from([0, 14, 15, 16, 60, 61, 240, 241, 1440, 1500])
"""Minutes on and beside the bounds of the classes."""


def of(name: str, *tables: list[Row]) -> FakeRun:
    """Return a run with these patients in each replication, and the measures they add up to."""

    def each_day(*columns: str) -> list[float]:
        return [sum(row.get(column, 0) for row in rows for column in columns) / 10 for rows in tables]

    measured = {
        "attendances_type_1": each_day("ed_attendances"),
        "attendances": each_day("ed_attendances", "utc_attendances"),
        "emergency_admissions": each_day("emergency_admissions"),
    }
    return run(name, measured, [table(rows) for rows in tables])


def followed(base: list[Row], other: list[Row]) -> Followed:
    return follow(of("base", base), [of("other", other)])[0]


@st.composite
def patients(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """Return the tables of two runs: most patients in both, some in one, some from before the period."""
    uids = draw(st.lists(st.integers(1, 2**63), min_size=1, max_size=7, unique=True))
    tables: tuple[list[Row], list[Row]] = ([], [])
    for uid in uids:
        who = {
            "uid": uid,
            "arrived": draw(st.sampled_from([DAY - 1, DAY, 3 * DAY])),
            "age": draw(st.sampled_from(["85+", "0-17"])),
            "place": draw(st.sampled_from([*PLACES, "out_of_area"])),
        }
        where = draw(st.sampled_from([(0, 1), (0, 1), (0,), (1,)]))
        for which in where:
            row = (
                who
                | {name: draw(st.integers(0, 2)) for name in COUNTS}
                | {name: draw(GRID) for name in MINUTES}
            )
            tables[which].insert(draw(st.integers(0, len(tables[which]))), row)
    return tables


def plainly(base: list[Row], other: list[Row]) -> tuple[Counter[str], Counter[str]]:
    """Return the totals of everybody in both runs, and the number in each class, by a loop."""
    mine, theirs = {row["uid"]: row for row in base}, {row["uid"]: row for row in other}
    found: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    for uid in mine.keys() | theirs.keys():
        a, b = mine.get(uid), theirs.get(uid)
        there = a or b
        assert there is not None
        if (a is None or b is None) and there["arrived"] >= DAY:
            which = "base" if b is None else "other"
            found[f"only_{which}"] += 1
            continue
        a, b = a or {}, b or {}
        found["people"] += 1
        for name in COUNTS:
            fewer = a.get(name, 0) - b.get(name, 0)
            found[f"{name}_avoided"] += max(fewer, 0)
            found[f"{name}_added"] += max(-fewer, 0)
        saved = {name: a.get(name, 0) - b.get(name, 0) for name in MINUTES}
        delay = saved["waiting_minutes"] + saved["held_minutes"]
        found["better_off"] += delay >= 15
        found["worse_off"] += delay <= -15
        found["delay_saved"] += max(delay, 0)
        found["delay_lost"] += max(-delay, 0)
        for span in ("waiting", "held", "ed", "handover"):
            found[f"{span}_saved"] += max(saved[f"{span}_minutes"], 0)
            found[f"{span}_lost"] += max(-saved[f"{span}_minutes"], 0)
        bounds = [15, 60, 240, 1440]
        steps = sum(abs(delay) >= bound for bound in bounds)
        classes[CLASSES[4 + steps if delay > 0 else 4 - steps]] += 1
    return found, classes


@given(patients())
@settings(max_examples=30)
def test_every_quantity_is_that_of_a_plain_loop(tables: tuple[list[Row], list[Row]]) -> None:
    found, (expected, classes) = followed(*tables), plainly(*tables)
    for name, value in expected.items():
        if name.startswith("only_"):
            alone = found.only_base if name == "only_base" else found.only_other
            assert alone["people"].mean == value
        else:
            hours = 60 if name.endswith(("_saved", "_lost")) else 1
            assert found.of(name).mean == pytest.approx(value / hours), name
    assert {name: each.mean for name, each in found.classes.items() if each.mean} == dict(classes)


@given(patients())
@settings(max_examples=20)
def test_nets_groups_and_classes_add_up(tables: tuple[list[Row], list[Row]]) -> None:
    found = followed(*tables)
    for name in COUNTS:
        net = found.of(f"{name}_avoided").mean - found.of(f"{name}_added").mean
        assert found.of(f"{name}_net").mean == net
    for span in ("delay", "waiting", "held", "ed", "handover"):
        net = found.of(f"{span}_saved").mean - found.of(f"{span}_lost").mean
        assert found.of(f"{span}_net").mean == pytest.approx(net)
    people = found.of("people").mean
    assert sum(each.mean for each in found.classes.values()) == people
    for level in ("age", "fifth", "acuity", "residence"):
        for quantity in ("people", "delay_saved", "ed_attendances_added"):
            groups = [each.mean for (q, at, _), each in found.found.items() if (q, at) == (quantity, level)]
            assert sum(groups) == pytest.approx(found.of(quantity).mean)
    if people:
        each = found.of("delay_net").mean * 60 / people
        assert found.of("delay_each").mean == pytest.approx(each)
    else:
        assert isnan(found.of("delay_each").mean)


@given(patients())
@settings(max_examples=20)
def test_seen_from_the_other_run_what_is_avoided_is_added(tables: tuple[list[Row], list[Row]]) -> None:
    there, back = followed(*tables), followed(*reversed(tables))
    for name in COUNTS:
        assert there.of(f"{name}_avoided").mean == back.of(f"{name}_added").mean
    for span in ("delay", "ed"):
        assert there.of(f"{span}_saved").mean == pytest.approx(back.of(f"{span}_lost").mean)
    assert (there.of("better_off").mean, there.of("worse_off").mean) == (
        back.of("worse_off").mean,
        back.of("better_off").mean,
    )
    mirrored = dict(zip(CLASSES, reversed(CLASSES), strict=True))
    assert {mirrored[name]: each.mean for name, each in there.classes.items()} == {
        name: each.mean for name, each in back.classes.items()
    }
    assert there.only_base["delay"].mean == back.only_other["delay"].mean


@pytest.mark.parametrize(
    ("saved", "better", "worse"),
    [(14, 0, 0), (15, 1, 0), (16, 1, 0), (-14, 0, 0), (-15, 0, 1), (-16, 0, 1), (0, 0, 0)],
)
def test_better_and_worse_off_is_by_a_quarter_of_an_hour_or_more(saved: int, better: int, worse: int) -> None:
    found = followed([{"uid": 1, "held_minutes": 100 + saved}], [{"uid": 1, "held_minutes": 100}])
    assert (found.of("better_off").mean, found.of("worse_off").mean) == (better, worse)


@pytest.mark.parametrize(
    ("saved", "position"),
    [
        (-1440, 0), (-1439, 1), (-240, 1), (-239, 2), (-60, 2), (-59, 3), (-15, 3), (-14, 4),
        (14, 4), (15, 5), (59, 5), (60, 6), (239, 6), (240, 7), (1439, 7), (1440, 8),
    ],
)  # fmt: skip
def test_on_a_bound_a_patient_is_in_the_class_further_from_nothing(saved: int, position: int) -> None:
    found = followed([{"uid": 1, "held_minutes": 3000 + saved}], [{"uid": 1, "held_minutes": 3000}])
    assert found.classes[CLASSES[position]].mean == 1


class TestIntervals:
    """Three replications; the delay of everybody is less by 1, 2 and 6 hours."""

    BASE = tuple(
        [{"uid": uid, "held_minutes": 60 * hours, "age": age} for uid, age in ((1, "85+"), (2, "0-17"))]
        for hours in (1, 2, 6)
    )
    OTHER = tuple([{**row, "held_minutes": 0} for row in rows] for rows in BASE)

    def found(self, confidence: float = 0.95) -> Followed:
        return follow(of("base", *self.BASE), [of("other", *self.OTHER)], confidence)[0]

    def test_of_everybody_it_is_students(self) -> None:
        each = self.found().of("delay_net")
        assert each.mean == pytest.approx(6.0)
        assert each.half_width == pytest.approx(stats.t.ppf(0.975, 2) * stats.sem([2, 4, 12]))
        assert self.found(0.8).of("delay_net").half_width == pytest.approx(
            stats.t.ppf(0.9, 2) * stats.sem([2, 4, 12])
        )

    def test_of_groups_it_is_adjusted_for_the_groups_of_the_level(self) -> None:
        alpha = 0.05 / len(values_of("age"))
        expected = stats.t.ppf(1 - alpha / 2, 2) * stats.sem([1, 2, 6])
        assert self.found().of("delay_net", "age", "85+").half_width == pytest.approx(expected)
        places = 0.05 / len(values_of("place", PLACES))
        expected = stats.t.ppf(1 - places / 2, 2) * stats.sem([2, 4, 12])
        assert self.found().of("delay_net", "residence", "east").half_width == pytest.approx(expected)

    def test_minutes_each_are_taken_within_replications(self) -> None:
        each = self.found().of("delay_each")
        assert each.mean == pytest.approx((60 + 120 + 360) / 3)
        assert each.half_width == pytest.approx(stats.t.ppf(0.975, 2) * stats.sem([60, 120, 360]))

    def test_a_group_that_is_empty_in_a_replication_counts_as_nothing_there(self) -> None:
        base = ([{"uid": 1, "age": "85+", "ed_attendances": 2}], [{"uid": 1, "age": "0-17"}])
        other = ([{"uid": 1, "age": "85+"}], [{"uid": 1, "age": "0-17"}])
        found = follow(of("base", *base), [of("other", *other)])[0]
        assert found.of("ed_attendances_avoided", "age", "85+").mean == 1
        assert found.of("people", "age", "85+").mean == 0.5
        assert found.of("delay_each", "age", "85+").n == 1


def test_groups_have_at_least_ten_patients_on_average() -> None:
    base = [{"uid": n, "age": "85+" if n < 10 else "0-17"} for n in range(19)]
    found = followed(base, base)
    assert found.groups("age") == ["85+"]
    base.append({"uid": 99, "age": "0-17"})
    assert followed(base, base).groups("age") == ["0-17", "85+"]


def test_everything_as_rows() -> None:
    found = followed([{"uid": 1, "ed_attendances": 1}], [{"uid": 1}, {"uid": 2, "ed_attendances": 1}])
    told = found.as_dict()
    assert {row["quantity"] for row in told["only_other"]} == {"people", *COUNTS, "delay"}
    assert [row["group"] for row in told["classes"]] == list(CLASSES)
    row = next(
        row for row in told["found"] if (row["quantity"], row["level"]) == ("ed_attendances_net", "system")
    )
    assert row["mean"] == 1
    frame = found.to_frame()
    assert frame.shape[0] == len(told["found"])
    with pytest.raises(KeyError):
        found.of("ed_attendances_net", "age", "90+")


# -- matching ------------------------------------------------------------------------------------------------


class TestMatching:
    @given(
        st.lists(st.integers(1, 30), unique=True, max_size=12),
        st.lists(st.integers(1, 30), unique=True, max_size=12),
    )
    def test_rows_of_are_those_of_a_lookup(self, there: list[int], asked: list[int]) -> None:
        found = Sorted(table([{"uid": uid} for uid in there]), DAY).rows_of(np.array(asked, np.uint64))
        assert found.tolist() == [there.index(uid) if uid in there else -1 for uid in asked]

    def test_words_of_another_order_are_still_the_same_words(self) -> None:
        """A patient from before the period, gone in the base run, is described as the other run has it."""
        base, other = table([{"uid": 1}]), table([{"uid": 2, "arrived": 0, "place": "west"}, {"uid": 1}])
        other["place"] = Coded(np.array([0, 1], np.int32), ("west", "east", "elsewhere"))
        same = match(Sorted(base, DAY), Sorted(other, DAY))
        names, codes = same.who("place")
        assert sorted(names[code] for code in codes) == ["east", "west"]

    def test_a_word_that_the_base_run_has_not_is_no_group(self) -> None:
        base, other = table([{"uid": 1}]), table([{"uid": 2, "arrived": 0}, {"uid": 1}])
        other["place"] = Coded(np.array([2, 0], np.int32), ("east", "west", "elsewhere"))
        base["place"] = Coded(np.array([0], np.int32), ("east", "west"))
        found = tally(Sorted(base, DAY), Sorted(other, DAY))
        names, sums = found.totals["people", "residence"]
        assert dict(zip(names, sums.tolist(), strict=True)) == {"east": 1, "west": 0}
        assert found.totals["people", "system"][1].tolist() == [2]

    @pytest.mark.parametrize(("arrived", "alone"), [(DAY - 1, 0), (DAY, 1)])
    def test_who_came_before_the_period_is_in_both(self, arrived: float, alone: int) -> None:
        found = followed([{"uid": 1}], [{"uid": 1}, {"uid": 2, "arrived": arrived}])
        assert found.only_other["people"].mean == alone
        assert found.of("people").mean == 2 - alone

    def test_nobody_in_one_of_the_runs(self) -> None:
        found = followed([], [{"uid": 1, "held_minutes": 90}, {"uid": 2, "arrived": 0, "held_minutes": 30}])
        assert (found.of("people").mean, found.of("delay_lost").mean) == (1, 0.5)
        assert found.only_other["delay"].mean == 1.5


class TestTotals:
    @pytest.mark.parametrize(
        ("measure", "said"),
        [
            ("attendances_type_1", "1 attendances_type_1, not 2"),
            ("attendances", "3 attendances, not 4"),
            ("emergency_admissions", "1 emergency_admissions, not 2"),
        ],
    )
    def test_a_table_that_does_not_add_up_is_a_fault(self, measure: str, said: str) -> None:
        rows = [{"uid": 1, "ed_attendances": 1, "utc_attendances": 2, "emergency_admissions": 1}]
        made = of("base", rows)
        check_totals(made, 1, table(rows))
        cells = dict(made.cells)
        cells[measure, "system", ""] = cells[measure, "system", ""] + 0.1
        wrong = FakeRun(cells, made.manifest, made.tables, made.count)
        with pytest.raises(ArithmeticError, match=f"base, replication 1: patients have {said}"):
            check_totals(wrong, 1, table(rows))

    def test_what_was_not_measured_is_not_held_against_it(self) -> None:
        made = run("base", {"handover_mean": [1.0]}, [table([])])
        check_totals(made, 1, table([{"uid": 1, "ed_attendances": 5}]))

    def test_each_replication_has_its_own_total(self) -> None:
        made = of("base", [{"uid": 1, "ed_attendances": 1}], [{"uid": 1, "ed_attendances": 3}])
        check_totals(made, 2, table([{"uid": 1, "ed_attendances": 3}]))
        with pytest.raises(ArithmeticError, match="replication 2"):
            check_totals(made, 2, table([{"uid": 1, "ed_attendances": 1}]))


# -- in words ------------------------------------------------------------------------------------------------


def about(*values: float) -> Estimate:
    return estimate(("x", "system", ""), np.array(values))


@pytest.mark.parametrize(
    ("mean", "text"),
    [(0.0, "0"), (0.4, "0.4"), (9.94, "9.9"), (10.0, "10"), (1234.5, "1,234"), (99_999.6, "100,000")],
)
def test_numbers_of_patients(mean: float, text: str) -> None:
    assert number(about(mean)) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.4, "0"), (-0.4, "0"), (0.6, "+1"), (-0.6, "-1"), (1234.0, "+1,234")]
)
def test_whole_numbers_with_their_sign(value: float, text: str) -> None:
    assert signed(value) == text


class TestSentences:
    @staticmethod
    def story(fewer: tuple[int, ...], more: tuple[int, ...] = (0, 0)) -> list[str]:
        """Return what is said where so many visits are avoided, and added, in each of the replications."""
        base = tuple([{"uid": n, "ed_attendances": int(n < 50)} for n in range(100)] for _ in fewer)
        other = tuple(
            [{"uid": n, "ed_attendances": int(less <= n < 50 or 50 <= n < 50 + plus)} for n in range(100)]
            for less, plus in zip(fewer, more, strict=True)
        )
        return list(sentences(follow(of("now", *base), [of("more beds", *other)])[0]))

    def test_what_is_avoided_with_its_interval(self) -> None:
        said = self.story((11, 13))
        assert said[0].startswith("The same patients in now and more beds")
        assert "(100 in each replication)" in said[0]
        # 12 plus or minus 12.706 times 1
        assert (
            said[1] == "- ED attendances: 12 avoided, 0 added; no clear change in all (0.7 more to 25 fewer)."
        )

    def test_a_clear_change_is_called_fewer_or_more(self) -> None:
        assert "; 12 fewer in all (12 fewer to 12 fewer)." in self.story((12, 12))[1]
        assert "; 12 more in all (12 more to 12 more)." in self.story((0, 0), (12, 12))[1]

    def test_what_does_not_happen_is_not_told(self) -> None:
        said = self.story((12, 12))
        assert not any("admissions" in sentence for sentence in said)
        assert not any("alone" in sentence for sentence in said)

    def test_those_in_one_run_alone_are_told_with_what_they_bring(self) -> None:
        extra = [
            {"uid": n, "ed_attendances": 1, "emergency_admissions": 1, "held_minutes": 90} for n in range(20)
        ]
        said = list(sentences(follow(of("now", []), [of("surge", extra)])[0]))
        assert said[-1] == (
            "- 20 patients come in surge alone, left out above: 20 ED attendances, 20 emergency admissions, "
            "30 hours of waiting or being held."
        )
        back = list(sentences(follow(of("surge", extra), [of("now", [])])[0]))
        assert "come in surge alone" in back[-1]

    def test_tables_show_shares_of_everybody_and_changes_of_groups(self) -> None:
        base = [
            {"uid": n, "age": "85+" if n < 15 else "0-17", "held_minutes": 30, "ed_attendances": 1}
            for n in range(40)
        ]
        other = [
            {**row, "held_minutes": 0 if row["uid"] < 15 else 60, "ed_attendances": int(row["uid"] >= 15)}
            for row in base
        ]
        text = people_text(followed(base, other))
        rows = [line.split() for line in text.splitlines()]
        assert ["15", "min", "to", "1", "hour", "less", "15", "37.5%"] in rows
        assert ["15", "min", "to", "1", "hour", "longer", "25", "62.5%"] in rows
        # patients, ED visits, admissions, hours, minutes each
        assert ["85+", "15", "-15", "0", "-8", "-30.0"] in rows
        assert ["0-17", "25", "0", "0", "+12", "+30.0"] in rows
        assert max(map(len, text.splitlines())) <= 80

    def test_minutes_each_with_their_interval(self) -> None:
        base = tuple(
            [{"uid": n, "age": "85+" if n < 10 else "0-17", "held_minutes": m} for n in range(20)]
            for m in (60, 80)
        )
        other = tuple([{**row, "held_minutes": 0} for row in rows] for rows in base)
        text = people_text(follow(of("now", *base), [of("then", *other)])[0])
        half = stats.t.ppf(1 - 0.05 / 5 / 2, 1) * 10
        assert f"-70.0 ({-70 - half:+.1f} to {-70 + half:+.1f})" in text


def test_a_run_of_other_luck_is_not_followed() -> None:
    base = of("base", [{"uid": 1}])
    with pytest.raises(InputError, match="seed"):
        compare(base, of("other", [{"uid": 1}]).but(seed=7)).people()
