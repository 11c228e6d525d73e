"""What the benchmarks make of their figures: tables, targets, files and a picture; and what they measure."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _beside_the_tests() -> Iterator[None]:
    """Find the benchmarks, which lie beside the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        yield


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def tables(simpy: float = 7.0, growth: float = 1.1) -> list[Any]:
    """Make two tables by hand."""
    from benchmarks.measurements import Figure, Table

    engines = Table(
        "reference-system",
        "Engines",
        ("patients per CPU-second", "times SimPy", "times Ciw"),
        notes=["A note."],
    )
    engines.rows.append(
        ("flowsim's kernel", [Figure(2e5, 1.9e5, 2.1e5), Figure(simpy, 6.5, 7.5), Figure(21, 21, 21)])
    )
    engines.rows.append(("Ciw", [Figure(9_523.0, 9_000.0, 9_900.0), None, Figure(1, 1, 1)]))
    grown = Table("growth-patients", "Patients: more", ("patients", "us per patient", "times the cost"))
    for label, times in (("1 times", 1.0), ("4 times", growth)):
        grown.rows.append((label, [Figure(1, 1, 1), Figure(50, 45, 55), Figure(times, times, times)]))
    return [engines, grown]


# -- figures -----------------------------------------------------------------------------------------------


def test_a_figure_is_a_median_with_its_range() -> None:
    from benchmarks.measurements import Figure

    assert Figure.of([3.0, 1.0, 2.0, 9.0, 4.0]) == Figure(3.0, 1.0, 9.0)
    assert Figure.of([2.0]) == Figure(2.0, 2.0, 2.0)


def test_figures_are_written_to_three_digits() -> None:
    from benchmarks.measurements import Figure
    from benchmarks.report import cell, number

    assert [number(v) for v in (0.012345, 4.0, 12.34, 999.0, 5_409.0, 199_876.0, 4_731_234.0)] == [
        "0.0123", "4", "12.3", "999", "5,409", "200,000", "4,730,000",
    ]  # fmt: skip
    assert cell(None) == ""
    assert cell(Figure(4.61, 4.47, 4.7)) == "4.61 (4.47 to 4.7)"
    assert cell(Figure(4.0, 4.0, 4.0)) == "4"


def test_a_table_finds_its_figures() -> None:
    engines = tables()[0]
    assert engines.figure("flowsim's kernel", "times SimPy").middle == 7.0
    with pytest.raises(ValueError, match="not in"):
        engines.figure("Ciw", "times nothing")


# -- targets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("simpy", "growth", "met"), [(7.0, 1.1, 3), (5.9, 1.1, 2), (6.0, 1.3, 3), (5.0, 1.4, 1)]
)
def test_targets_are_held_against_the_medians(simpy: float, growth: float, met: int) -> None:
    from benchmarks.__main__ import targets

    lines = targets(tables(simpy, growth))
    assert len(lines) == 3  # nothing was measured of queues
    assert sum(line.startswith("met ") for line in lines) == met
    assert sum(line.startswith("NOT MET") for line in lines) == 3 - met


# -- files -------------------------------------------------------------------------------------------------


def test_tables_are_kept_as_markdown_csv_and_a_picture(tmp_path: Path) -> None:
    from benchmarks import report
    from benchmarks.__main__ import _keep

    _keep(tables(), tmp_path)
    text = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "| flowsim's kernel | 200,000 (190,000 to 210,000) | 7 (6.5 to 7.5) | 21 |" in text
    assert "A note." in text
    assert "simpy" in text
    rows = rows_of(tmp_path / "results.csv")
    assert rows[0] == {
        "table": "reference-system",
        "row": "flowsim's kernel",
        "figure": "patients per CPU-second",
        "median": "200000.0",
        "lowest": "190000.0",
        "highest": "210000.0",
    }
    assert len(rows) == 3 + 2 + 6  # a figure that is missing has no row
    facts = json.loads((tmp_path / "machine.json").read_text(encoding="utf-8"))
    assert {"processor", "cores", "python", "simpy", "flowsim"} <= facts.keys()
    picture = (tmp_path / "results.svg").read_text(encoding="utf-8")
    assert "<svg" in picture
    assert "patients per CPU-second (log scale)" in picture
    assert report.long_table(tables()) == (tmp_path / "results.csv").read_text(encoding="utf-8")


def test_the_published_figures_are_of_the_present_kinds() -> None:
    """The committed results have every table, and name the machine."""
    folder = ROOT / "benchmarks" / "results"
    rows = rows_of(folder / "results.csv")
    names = {row["table"] for row in rows}
    assert {"start-up", "reference-clinic", "reference-system", "reference-overload"} <= names
    assert {"growth-patients", "growth-queue", "growth-services", "whole-system"} <= names
    assert all(float(row["lowest"]) <= float(row["median"]) <= float(row["highest"]) for row in rows)
    assert "processor" in (folder / "results.md").read_text(encoding="utf-8")


# -- what is measured --------------------------------------------------------------------------------------


def test_every_size_of_the_pathway_has_the_loads_it_should() -> None:
    from benchmarks.reference.inputs import SHAPES

    for name in ("clinic", "system"):
        assert all(0.8 < load < 0.96 for load in SHAPES[name].loads)
    assert SHAPES["overload"].loads[1] == pytest.approx(1.2, abs=0.01)


def test_inputs_are_the_same_for_a_seed_and_add_up() -> None:
    from benchmarks.reference.inputs import MINUTES_SPREAD, SHAPES, make

    one, again, other = make(5_000), make(5_000), make(5_000, seed=7)
    assert one == again != other
    assert np.cumsum(one.gaps).tolist() == one.arrivals
    assert np.mean(one.gaps) == pytest.approx(SHAPES["system"].every, rel=0.05)
    for minutes, mean in zip(one.minutes, SHAPES["system"].minutes, strict=True):
        assert np.mean(minutes) == pytest.approx(mean, rel=0.05)
        assert np.std(minutes) == pytest.approx(MINUTES_SPREAD * mean, rel=0.1)
    assert set(one.acuity) == {0, 1, 2, 3, 4}


def test_ciw_and_plain_c_find_the_same_waits() -> None:
    """The other two engines of the pathway, on few patients."""
    from benchmarks.reference import with_c, with_flowsim
    from benchmarks.reference.inputs import make

    patients = make(800, "clinic")
    ours = np.array(with_flowsim.run(patients))
    ciw = pytest.importorskip("ciw")
    assert ciw
    from benchmarks.reference import with_ciw

    np.testing.assert_allclose(np.array(with_ciw.run(patients)), ours, atol=1e-9)
    if not with_c.compiler():
        pytest.skip("no C compiler")
    waits, seconds = with_c.timed(patients)
    np.testing.assert_allclose(np.array(waits), ours, atol=1e-9)
    assert seconds >= 0.0


@pytest.mark.parametrize("factor", [0.25, 4.0])
def test_a_scaled_system_has_more_patients_and_more_of_everything(factor: float) -> None:
    from benchmarks.children import scaled

    one, many = scaled(1.0), scaled(factor)
    for name, stream in one.demand.items():
        assert many.demand[name].per_day == pytest.approx(factor * stream.per_day)
    wards = [name for name, service in one.services.items() if service.kind == "ward"]
    for name in wards:
        assert many.services[name].beds == pytest.approx(factor * one.services[name].beds, abs=0.51)
    departments = [name for name, service in one.services.items() if service.kind == "emergency_department"]
    for name in departments:
        hours = [each.services[name].assessors.hours_per_week() for each in (one, many)]
        assert hours[1] == pytest.approx(factor * hours[0], abs=84.0)  # at most half a person out, all week


@pytest.mark.parametrize("count", [1, 4])
def test_rows_of_services_are_what_they_say(count: int) -> None:
    from benchmarks.children import costs, in_a_row, side_by_side

    row = in_a_row(count).change({"time.horizon": "1 day"})
    found = costs(row)
    assert len(row.services) == count
    assert found["visits"] > 0.8 * count * found["patients"]
    beside = side_by_side(count).change({"time.horizon": "1 day"})
    assert len(beside.demand) == count
    assert costs(beside)["visits"] == costs(beside)["patients"]


def test_a_process_that_fails_says_why() -> None:
    from benchmarks.process import cost_of

    with pytest.raises(RuntimeError, match=r"failed: .*no way"):
        cost_of(["-c", "raise SystemExit('no way')"])
    cost = cost_of(["-c", "print(sum(range(10)))"])
    assert cost.said.strip() == "45"
    assert cost.cpu_seconds > 0.0
    assert cost.peak_mb > 1.0
