"""What crowding does to patients, where a scenario says so: longer stays after a long wait for a bed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from flowsim.measures.catalogue import evaluate
from flowsim.model import replicate
from flowsim.scenario import load
from flowsim.tables import Replication
from town import Town

CLINIC = {"kind": "clinic", "staff": 9, "rooms": 9, "service": "1 hour", "referred": "100%"}
RULE = {"over": "6 hours", "stay_factor": 1.5}


def town(rule: Any = None, **more: Any) -> Town:
    beds: dict[str, Any] = {"kind": "ward", "beds": 1, "stay": "10 hours", **more}
    if rule is not None:
        beds["after_long_wait"] = rule
    return Town({"clinic": CLINIC, "beds": beds}, {"clinic": {"referred": "beds"}})


def stays(made: Town, *patients: int) -> list[float]:
    visits = [made.visit(who, "beds") for who in patients]
    return [visit.finished - visit.accepted for visit in visits]


def test_a_stay_is_longer_only_after_a_long_wait_in_another_place() -> None:
    made = town(RULE)
    first, soon, late = made.send("clinic", at=0), made.send("clinic", at=6), made.send("clinic", at=7)
    made.run()
    assert made.visit(soon, "beds").accepted - made.visit(soon, "beds").arrived == 4
    assert made.visit(late, "beds").accepted - made.visit(late, "beds").arrived == 13
    assert stays(made, first, soon, late) == [10, 10, 15]


def test_without_the_setting_a_stay_does_not_depend_on_the_wait() -> None:
    made = town()
    patients = [made.send("clinic", at=hour) for hour in (0, 1, 2)]
    made.run()
    assert stays(made, *patients) == [10, 10, 10]


def test_a_factor_of_one_changes_nothing() -> None:
    made, plain = town({"over": "6 hours", "stay_factor": 1}), town()
    patients = [[each.send("clinic", at=hour) for hour in (0, 1, 2)] for each in (made, plain)]
    made.run()
    plain.run()
    assert stays(made, *patients[0]) == stays(plain, *patients[1])


def test_a_wait_at_home_does_not_lengthen_the_stay() -> None:
    made = town(RULE)
    first, second = made.send("beds", at=0), made.send("beds", at=1)
    made.run()
    assert made.visit(second, "beds").accepted == 10
    assert stays(made, first, second) == [10, 10]


def test_a_wait_of_exactly_the_limit_is_not_long() -> None:
    made = town(RULE)
    first, second = made.send("clinic", at=0), made.send("clinic", at=4)
    made.run()
    assert made.visit(second, "beds").accepted - made.visit(second, "beds").arrived == 6
    assert stays(made, first, second) == [10, 10]


def test_a_move_between_wards_does_not_begin_another_stay() -> None:
    """The rest of a stay is what it is, however long the patient waited to move on."""
    services = {
        "clinic": CLINIC,
        "first_ward": {
            "kind": "ward", "beds": 2, "stay": "10 hours", "after_long_wait": RULE,
            "move_on": {"share": "100%", "after": "2 hours"},
        },
        "second_ward": {"kind": "ward", "beds": 1, "stay": "10 hours", "after_long_wait": RULE},
    }  # fmt: skip
    made = Town(services, {"clinic": {"referred": "first_ward"}, "first_ward": {"moved_on": "second_ward"}})
    first, second = made.send("clinic", at=0), made.send("clinic", at=0)
    made.run()
    visit = made.visit(second, "second_ward")
    assert visit.accepted - visit.arrived == 8
    assert visit.finished - visit.accepted == 8
    assert made.visit(first, "second_ward").finished - made.visit(first, "second_ward").accepted == 8


def test_it_can_begin_on_a_date() -> None:
    made = town({"over": "6 hours", "stay_factor": 1})
    patients = [made.send("clinic", at=hour) for hour in (0, 1, 2)]
    made.alter("beds", at=15, after_long_wait=RULE)
    made.run()
    assert stays(made, *patients) == [10, 10, 15]  # the second had its bed at 11


@pytest.mark.parametrize("extra", [{}, {"rounds": ["08:00", "16:00"]}])
def test_more_crowding_never_shortens_a_stay(extra: dict[str, Any]) -> None:
    made, plain = town(RULE, **extra), town(**extra)
    patients = [[each.send("clinic", at=hour) for hour in range(0, 40, 4)] for each in (made, plain)]
    made.run()
    plain.run()
    assert all(a >= b for a, b in zip(stays(made, *patients[0]), stays(plain, *patients[1]), strict=True))


# -- a whole hospital --------------------------------------------------------------------------------------

SHORT = ["time.horizon=3 weeks", "time.warm_up=2 weeks", "services.ward.beds=200"]


def hospital(*more: str) -> tuple[Any, Replication]:
    scenario = load("scenarios/one-hospital.yaml", sets=[*SHORT, *more])
    return scenario, replicate(scenario, 1)


def test_off_is_the_same_as_never_long_enough_to_the_last_digit() -> None:
    _, plain = hospital()
    _, never = hospital(
        "services.ward.after_long_wait.over=300 days", "services.ward.after_long_wait.stay_factor=2"
    )
    for name, column in plain.visits.items():
        assert np.array_equal(column, never.visits[name], equal_nan=column.dtype.kind == "f"), name


def test_longer_stays_fill_beds_and_make_more_patients_wait() -> None:
    found = []
    for factor in ("1", "1.3", "2"):
        scenario, result = hospital(
            "services.ward.after_long_wait.over=2 hours",
            f"services.ward.after_long_wait.stay_factor={factor}",
        )
        table = evaluate(result, scenario)
        rows = zip(table["measure"], table["level"], table["value"], strict=True)
        found.append({measure: value for measure, level, value in rows if level == "system"})
    for measure in ("stay_mean", "boarders", "bed_wait_mean"):
        values = [each[measure] for each in found]
        assert values == sorted(values)
        assert values[-1] > values[0]
