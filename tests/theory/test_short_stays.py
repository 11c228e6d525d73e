"""When an alternative takes the shortest stays, those who remain stay longer: sums by hand, and the model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from flowsim.flows import analyse
from flowsim.model import replicate
from flowsim.spec.distributions import parse_distribution
from flowsim.tables import BUSY, QUEUE
from flowsim.verify.case import covers
from flowsim.verify.seen import present
from short_stays import BY_AGE, LAWS, OPTION, TEXT, system
from systems import written

REPLICATIONS = 6
DAY = 1440.0
BEDS, CHAIRS = ("ward", "beds"), ("sdec", "chairs")


def occupancy(scenario: Any) -> dict[tuple[str, str], Any]:
    """Return the mean number in use in each replication, by pool; nobody may have waited for anything."""
    found: dict[tuple[str, str], list[float]] = {BEDS: [], CHAIRS: []}
    for number in range(1, REPLICATIONS + 1):
        result = replicate(scenario, number)
        table = result.occupancy[round(result.warm_up / 60) :]
        assert not table[:, :, QUEUE].any()
        for pool, rows in found.items():
            rows.append(table[:, result.pools.index(pool), BUSY].mean(dtype=float))
    return {pool: np.array(rows) for pool, rows in found.items()}


def test_beds_in_use_are_those_of_the_stays_that_remain(tmp_path: Path) -> None:
    """Exponential stays of 4 days, 60 admissions a day, the shortest half offered and four tenths taken.

    The shortest half have ``(1 - ln 2)`` of a mean between them; 0.2 of all go. So what is left is
    ``60 * 4 * (1 - 0.4 * (0.5 - 0.5 * ln 2))`` beds.
    """
    law = {"services__ward__stay": {"distribution": "exponential", "mean": "4 days"}}
    scenario = system(tmp_path, shortest_stays="50%", **law)
    by_hand = 60 * 4 * (1 - 0.4 * (0.5 - 0.5 * np.log(2)))
    assert analyse(scenario).loads[BEDS] == pytest.approx(by_hand, rel=1e-6)
    assert covers("beds", by_hand, occupancy(scenario)[BEDS], 0.05).passed
    anybody = system(tmp_path, **law)
    assert analyse(anybody).loads[BEDS] == pytest.approx(60 * 4 * 0.6)


@pytest.mark.parametrize(
    "ward",
    [
        {"services__ward__stay_factor": 0.9, "services__sdec__convert": "30%"},
        {"services__ward__move_on": {"share": "60%", "after": {"mean": "20 hours", "sd": "10 hours"}}},
    ],
    ids=["some converted", "moving on"],
)
def test_loads_are_what_the_model_uses(tmp_path: Path, ward: dict[str, Any]) -> None:
    scenario = system(tmp_path, shortest_stays=BY_AGE, **ward)
    loads = analyse(scenario).loads
    seen = occupancy(scenario)
    assert covers("beds", loads[BEDS], seen[BEDS], 0.05).passed, (loads[BEDS], seen[BEDS])
    assert covers("chairs", loads[CHAIRS], seen[CHAIRS]).passed, (loads[CHAIRS], seen[CHAIRS])


def test_a_second_and_wider_offer_of_the_same_unit(tmp_path: Path) -> None:
    """The second takes of those whom the first has left; one in five of its users would not have come."""
    one = "{to: sdec, eligible: 80%, uptake: 50%}"
    text = TEXT.replace(
        one,
        "{to: sdec, eligible: 80%, uptake: 50%, shortest_stays: {by: age, 18-64: 50%, otherwise: 30%}}, "
        "{to: sdec, eligible: 80%, uptake: 90%, shortest_stays: 60%, additional: 80%}",
    )
    scenario = written(text, tmp_path)
    loads = analyse(scenario).loads
    narrow = analyse(system(tmp_path, shortest_stays=BY_AGE)).loads
    assert loads[CHAIRS] > 1.2 * narrow[CHAIRS]
    seen = occupancy(scenario)
    assert covers("beds", loads[BEDS], seen[BEDS], 0.05).passed, (loads[BEDS], seen[BEDS])
    assert covers("chairs", loads[CHAIRS], seen[CHAIRS]).passed, (loads[CHAIRS], seen[CHAIRS])


@pytest.mark.parametrize("table", ["100%", {"by": "age", "18-64": "100%", "otherwise": "100%"}])
def test_all_stays_are_what_no_setting_is(tmp_path: Path, table: Any) -> None:
    all_of_them = analyse(system(tmp_path, shortest_stays=table))
    none = analyse(system(tmp_path))
    assert all_of_them.loads == pytest.approx(none.loads)
    assert all_of_them.arrivals == pytest.approx(none.arrivals)


def test_no_stay_is_so_short_that_anybody_is_taken(tmp_path: Path) -> None:
    loads = analyse(system(tmp_path, shortest_stays="0%")).loads
    assert loads.get(CHAIRS, 0.0) == 0.0
    mean = [parse_distribution(yaml.safe_load(law)).mean_minutes() for law in LAWS.values()]
    assert loads[BEDS] == pytest.approx(30 * sum(mean) / DAY, rel=1e-6)


def test_those_who_come_back_have_luck_of_their_own(tmp_path: Path) -> None:
    """The second stay of somebody whose first was long is as long as anybody's."""
    back = {"share": "50%", "after": "1 day", "to": "ward"}
    scenario = system(tmp_path, shortest_stays="50%", services__ward__comes_back=back)
    check = covers("beds", analyse(scenario).loads[BEDS], occupancy(scenario)[BEDS], 0.05)
    assert check.passed


@pytest.mark.slow
def test_the_loaded_start_holds_those_who_remain(tmp_path: Path) -> None:
    """Flat from the first minute, in number and so in what is left of the stays."""
    time = {"time__warm_up": "0 days", "time__horizon": "3 weeks"}
    moving = {"services__ward__move_on": {"share": "60%", "after": {"mean": "20 hours", "sd": "10 hours"}}}
    scenario = system(tmp_path, shortest_stays=BY_AGE, uptake="100%", **time, **moving)
    loads = analyse(scenario).loads
    days = [0, 2, 5, 10, 20]
    found: dict[str, list[Any]] = {"ward": [], "later": []}
    for number in range(1, 41):
        result = replicate(scenario, number)
        for name, rows in found.items():
            rows.append(present(result, name, [DAY * day + 1.0 for day in days]))
    for name, rows in found.items():
        numbers = np.array(rows)
        for column, day in enumerate(days):
            check = covers(f"{name}, day {day}", loads[name, "beds"], numbers[:, column])
            assert check.passed, (
                f"{check.what}: {check.expected:.1f} not in {check.low:.1f} to {check.high:.1f}"
            )


def test_the_wider_offer_is_read_as_written(tmp_path: Path) -> None:
    """A lever that copies the alternative keeps its share of short stays, unless it says otherwise."""
    base = system(tmp_path, shortest_stays="40%")
    copied = base.change({OPTION: {"copy": {"uptake": "90%"}}})
    widened = base.change({OPTION: {"copy": {"shortest_stays": "60%"}}})
    shares = [
        [option.shortest_stays.leaves() for option in each.alternatives["department.decision"]]
        for each in (copied, widened)
    ]
    assert shares == [[(0.4,), (0.4,)], [(0.4,), (0.6,)]]
