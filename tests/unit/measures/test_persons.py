"""The same patients in two plans, followed by hand."""

from typing import Any

import numpy as np
import pytest

from finished_runs import DAY, FakeRun, run, table
from flowsim.measures.compare.matching import Sorted, match
from flowsim.measures.compare.persons import CLASSES, Followed, follow, tally

ANN, BOB, CAT, DAN, EVE = 11, 5, 900, 2**63 + 1, 77


def runs(base: list[dict[str, Any]], other: list[dict[str, Any]]) -> tuple[FakeRun, FakeRun]:
    """Return two runs of one replication with these patients, and the measures they add up to."""
    return _run("base", base), _run("other", other)


def _run(name: str, rows: list[dict[str, Any]]) -> FakeRun:
    total = {key: sum(row.get(key, 0) for row in rows) for key in ("ed_attendances", "utc_attendances")}
    measured = {
        "attendances_type_1": [total["ed_attendances"] / 10],
        "attendances": [sum(total.values()) / 10],
        "emergency_admissions": [sum(row.get("emergency_admissions", 0) for row in rows) / 10],
    }
    return run(name, measured, [table(rows)])


def followed(base: list[dict[str, Any]], other: list[dict[str, Any]]) -> Followed:
    mine, theirs = runs(base, other)
    return follow(mine, [theirs])[0]


def test_attendances_are_counted_person_by_person() -> None:
    found = followed(
        [{"uid": ANN, "ed_attendances": 2}, {"uid": BOB}, {"uid": CAT, "ed_attendances": 1}],
        [{"uid": CAT, "ed_attendances": 1}, {"uid": ANN}, {"uid": BOB, "ed_attendances": 1}],
    )
    counts = {what: found.of(f"ed_attendances_{what}").mean for what in ("avoided", "added", "net")}
    assert counts == {"avoided": 2, "added": 1, "net": 1}
    assert found.of("people").mean == 3


def test_those_who_come_in_one_run_alone_are_told_apart() -> None:
    found = followed(
        [{"uid": ANN, "ed_attendances": 1}, {"uid": DAN, "ed_attendances": 1, "held_minutes": 30}],
        [{"uid": ANN}, {"uid": EVE, "ed_attendances": 2, "emergency_admissions": 1, "waiting_minutes": 120}],
    )
    assert found.of("people").mean == 1
    assert found.of("ed_attendances_net").mean == 1
    alone = {name: each.mean for name, each in found.only_other.items()}
    assert alone == {
        "people": 1,
        "ed_attendances": 2,
        "utc_attendances": 0,
        "emergency_admissions": 1,
        "delay": 2,
    }
    assert found.only_base["delay"].mean == 0.5


def test_who_came_before_and_had_left_in_one_run_is_still_the_same_patient() -> None:
    early = {"uid": ANN, "arrived": DAY - 5, "held_minutes": 60, "age": "85+"}
    found = followed([{"uid": BOB}], [{"uid": BOB}, early])
    assert found.of("people").mean == 2
    assert found.of("delay_lost", "age", "85+").mean == 1
    assert found.only_other["people"].mean == 0
    assert followed([early], [{"uid": BOB}]).of("delay_saved", "age", "85+").mean == 1


def test_hours_saved_and_lost_are_kept_apart() -> None:
    found = followed(
        [{"uid": ANN, "waiting_minutes": 100, "held_minutes": 80}, {"uid": BOB, "waiting_minutes": 10}],
        [{"uid": ANN, "waiting_minutes": 40, "held_minutes": 20}, {"uid": BOB, "waiting_minutes": 40}],
    )
    assert found.of("delay_saved").mean == 2
    assert found.of("delay_lost").mean == 0.5
    assert found.of("delay_net").mean == 1.5
    assert found.of("delay_each").mean == 45
    assert (found.of("waiting_saved").mean, found.of("held_saved").mean) == (1, 1)
    assert (found.of("better_off").mean, found.of("worse_off").mean) == (1, 1)


@pytest.mark.parametrize(
    ("saved", "name"),
    [
        (-2000, "over a day longer"),
        (-240, "4 hours to a day longer"),
        (-15, "15 min to 1 hour longer"),
        (0, "within 15 min"),
        (15, "15 min to 1 hour less"),
        (14.75, "within 15 min"),
        (-14.75, "within 15 min"),
        (1441, "over a day less"),
    ],
)
def test_patients_are_put_into_classes_by_what_they_save(saved: float, name: str) -> None:
    found = followed([{"uid": ANN, "waiting_minutes": 3000 + saved}], [{"uid": ANN, "waiting_minutes": 3000}])
    assert {each: found.classes[each].mean for each in CLASSES if found.classes[each].mean} == {name: 1}


def test_groups_are_those_of_the_patients() -> None:
    found = followed(
        [{"uid": ANN, "age": "85+", "place": "west", "ed_attendances": 1}, {"uid": BOB, "fifth": "1"}],
        [{"uid": BOB, "fifth": "1"}, {"uid": ANN, "age": "85+", "place": "west"}],
    )
    assert found.of("ed_attendances_avoided", "age", "85+").mean == 1
    assert found.of("ed_attendances_avoided", "residence", "west").mean == 1
    assert found.of("ed_attendances_avoided", "fifth", "1").mean == 0
    assert found.of("people", "fifth", "1").mean == 1
    assert found.groups("age") == []  # too few to say anything of


def test_over_replications_there_is_an_interval() -> None:
    tables = [[table([{"uid": ANN, "held_minutes": 60 * n}]) for n in hours] for hours in ((3, 5), (1, 1))]
    mine, theirs = (run(name, {"x": [0, 0]}, each) for name, each in zip("ab", tables, strict=True))
    net = follow(mine, [theirs])[0].of("delay_net")
    assert net.mean == 3
    assert net.half_width == pytest.approx(12.7062, rel=1e-5)


def test_a_table_that_disagrees_with_the_measures_is_a_fault() -> None:
    mine, theirs = runs([{"uid": ANN, "ed_attendances": 1}], [{"uid": ANN}])
    theirs.cells["attendances_type_1", "system", ""][0] = 0.2  # type: ignore[index]
    with pytest.raises(ArithmeticError, match="0 attendances_type_1, not 2"):
        follow(mine, [theirs])


def test_nobody_at_all() -> None:
    found = followed([], [])
    assert found.of("people").mean == 0
    assert np.isnan(found.of("delay_each").mean)


def test_matching_many_in_another_order() -> None:
    rng = np.random.default_rng(3)
    uid = rng.choice(10_000, 600, replace=False)
    base = [{"uid": int(u), "ed_attendances": int(u % 3)} for u in uid[:500]]
    other = [{"uid": int(u), "ed_attendances": int(u % 2)} for u in rng.permutation(uid[100:])]
    same = match(Sorted(table(base), DAY), Sorted(table(other), DAY))
    assert (same.size, same.only_base.size, same.only_other.size) == (400, 100, 100)
    assert np.array_equal(same.base("uid"), same.other("uid"))
    counted = tally(Sorted(table(base), DAY), Sorted(table(other), DAY))
    avoided = sum(max(int(u % 3) - int(u % 2), 0) for u in uid[100:500])
    assert counted.totals["ed_attendances_avoided", "system"][1].tolist() == [avoided]
