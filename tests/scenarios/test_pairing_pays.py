"""In the whole system, following the same patients takes most of the noise out of a difference."""

from pathlib import Path

import pytest

import flowsim as fs
from flowsim.measures.compare import Comparison
from flowsim.measures.compare.paired import variance_ratio

pytestmark = pytest.mark.full

CHANGES = {
    "beds-plus-5": {"services[kind=ward].beds": fs.multiply(1.05)},
    "ucr-plus-20": {"services.*_ucr.team": fs.multiply(1.2)},
}


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """The baseline and both changes, three replications of three weeks."""
    file = Path(__file__).parents[2] / "scenarios" / "kent-medway" / "baseline.yaml"
    base = fs.load(file, sets=["time.warm_up=2 weeks", "time.horizon=3 weeks"])
    plans = [base.change(change, name=name) for name, change in CHANGES.items()]
    root = tmp_path_factory.mktemp("results")
    runs = fs.run([base, *plans], replications=3, jobs=2, root=root, allow_overload=True)
    return fs.compare(*runs)


def test_pairing_leaves_less_than_half_of_the_variance(comparison: Comparison) -> None:
    for found in comparison.differences():
        assert variance_ratio(found) < 0.5


def test_patients_add_up_to_the_totals_to_the_last_one(comparison: Comparison) -> None:
    for followed in comparison.people():  # raises if a single attendance is missing
        assert followed.of("people").mean > 50_000
        assert followed.only_other["people"].mean == 0
