"""The report of a study says what the matrix says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowsim.experiment.settings import Settings
from flowsim.experiment.study import Studied, run_study
from flowsim.measures.compare.matrix import Matrix
from flowsim.report.document import Block, Document, Figure, Listing, Paragraph, Table
from flowsim.report.files import Wanted, write
from flowsim.report.html import page
from flowsim.report.study import document
from flowsim.report.study.headline import Headline
from flowsim.scenario.study import load_study
from quick_model import simulate

Write = Callable[..., str]
LUCK = np.array([0.1, -0.2, 0.3, -0.1, -0.1])


class Shifted:
    """A finished run whose values are set by the test."""

    def __init__(self, results: Any, cells: Mapping[Any, Any]) -> None:
        self._results = results
        self.cells = cells

    def __getattr__(self, name: str) -> Any:
        return getattr(self._results, name)


def told(document: Document, kind: type[Block]) -> Iterator[Any]:
    for _, section in document.all_sections():
        yield from (block for block in section.blocks if isinstance(block, kind))


def table(document: Document, name: str) -> Table:
    (found,) = [each for each in told(document, Table) if each.id == name]
    return found


@pytest.fixture
def studied(write: Write) -> Studied:
    settings = Settings(jobs=1, backend="serial", simulate=simulate, replications=5)
    return run_study(load_study(write()), settings)


def with_effects(studied: Studied, effects: Mapping[str, float], measure: str = "wait_mean") -> Matrix:
    """Return the matrix of a study in which each option takes so much off a measure, in every surge."""
    key = (measure, "system", "")
    base = np.array([60.0, 64.0, 58.0, 66.0, 62.0])
    runs: dict[Any, Any] = {}
    for turn, ((surge, option), results) in enumerate(studied.runs.items()):
        values = base if option == "nothing" else base - effects[option] + np.roll(LUCK, turn)
        runs[surge, option] = Shifted(results, {key: values})
    found = studied.matrix([measure])
    return replace(found, runs=runs, keys=(key,))


CLEAR = {"staff": 5.0, "quick": 0.0, "both": 9.0}


def test_sections_come_in_order(studied: Studied) -> None:
    made = document(studied, studied.matrix())
    assert [section.id for section in made.sections] == ["headline", "matrix", "best", "together", "run"]
    assert made.title == "What helps the clinic?"
    assert made.subtitle.startswith(
        "2 surges with 4 options each, on the same simulated patients; 4 days from"
    )


def test_a_heat_table_and_a_table_of_intervals_for_each_measure(studied: Studied) -> None:
    made = document(studied, studied.matrix())
    assert len(list(told(made, Figure))) == 2
    for number in (1, 2):
        rows = table(made, f"table-measure-{number}").rows
        assert len(rows) == 2 * 4
        assert {len(row) for row in rows} == {6}


def test_the_answer_names_the_best_option(studied: Studied) -> None:
    teller = Headline(studied, with_effects(studied, CLEAR))
    assert teller.answer() == "Wait, mean: best in both surges is Both."
    said, listing = teller.no_regret()
    assert isinstance(said, Paragraph)
    assert isinstance(listing, Listing)
    assert listing.items == ("One more: Wait, mean", "Both: Wait, mean")
    same = Headline(studied, with_effects(studied, dict.fromkeys(CLEAR, 0.0)))
    assert same.answer() == "Wait, mean: no option can be told apart from the others in any surge."
    near = Headline(studied, with_effects(studied, {"staff": 9.0, "quick": 0.0, "both": 9.0}))
    assert near.answer() == "Wait, mean: best in both surges is One more or Both, which cannot be told apart."


def test_the_best_single_option_stands_beside_the_combination(studied: Studied) -> None:
    made = document(studied, with_effects(studied, CLEAR))
    assert [cell.text for cell in table(made, "best-options").rows[0]] == ["Wait, mean", "Both", "Both"]
    assert [cell.text for cell in table(made, "best-single").rows[0]] == [
        "Wait, mean",
        "One more",
        "One more",
    ]


def test_only_clear_differences_are_shaded(studied: Studied) -> None:
    made = document(studied, with_effects(studied, CLEAR))
    (figure,) = told(made, Figure)
    shades = {row[0].text: [cell.shade for cell in row[1:]] for row in figure.table.rows}
    assert shades["Do nothing"] == [None, None]
    assert shades["Quicker care"] == [None, None]
    assert all(shade == pytest.approx(1.0, abs=0.02) for shade in shades["Both"])
    assert all(0.5 < shade < 0.8 for shade in shades["One more"] if shade is not None)
    assert figure.title == "Wait, mean: better in every surge with One more and Both"


def test_harm_is_shaded_the_other_way(studied: Studied) -> None:
    made = document(studied, with_effects(studied, {"staff": -5.0, "quick": -1.0, "both": -9.0}))
    (figure,) = told(made, Figure)
    assert "no option helps, and some make it worse" in figure.title
    assert all(cell.shade < 0 for cell in figure.table.rows[-1][1:])


def test_intervals_and_verdicts_are_those_of_the_matrix(studied: Studied) -> None:
    found = with_effects(studied, CLEAR)
    rows = table(document(studied, found), "table-measure-1").rows
    by_name = {(row[0].text, row[1].text): row for row in rows}
    row = found.differences[found.keys[0], "flu", "both"]
    assert by_name["Flu", "Both"][3].value == pytest.approx(row.difference)
    assert by_name["Flu", "Both"][4].text == row.verdict == "better"
    assert by_name["Flu", "Both"][5].text == "yes"
    assert by_name["Flu", "One more"][5].text == "no"


def test_what_options_do_together(studied: Studied) -> None:
    rows = table(document(studied, with_effects(studied, CLEAR)), "together-table").rows
    assert len(rows) == 2
    assert rows[0][0].text == "Both"
    assert rows[0][3].value == pytest.approx(-5.0, abs=0.2)
    assert rows[0][4].value == pytest.approx(-9.0, abs=0.2)


def test_cost_is_told_when_it_was_measured(studied: Studied) -> None:
    found = with_effects(studied, CLEAR)
    assert "more" not in [section.id for section in document(studied, found).sections]
    for run in found.runs.values():
        run.cells["cost_per_day", "system", ""] = run.cells["wait_mean", "system", ""] * 1000.0  # type: ignore[index]
    made = document(studied, found)
    rows = table(made, "area-cost-table").rows
    assert [row[1].text for row in rows] == ["Do nothing", "One more", "Quicker care", "Both"]
    assert "better" in rows[-1][2].text


def test_how_it_was_run(studied: Studied) -> None:
    made = document(studied, studied.matrix())
    assert len(table(made, "runs-table").rows) == 8
    options = table(made, "tried-options").rows
    assert [row[0].text for row in options] == ["nothing", "staff", "quick", "both"]
    assert options[1][2].text == "with staff.yaml"
    text = page(made)
    assert "CPU-seconds for all of them" in text
    assert "flowsim study study.yaml -n 5" in text


def test_one_replication_is_said_to_tell_nothing(write: Write) -> None:
    settings = Settings(jobs=1, backend="serial", simulate=simulate, replications=1)
    studied = run_study(load_study(write()), settings)
    made = document(studied, studied.matrix())
    lead = next(each for each in told(made, Paragraph) if each.kind == "lead")
    assert "not whether they are more than luck" in lead.text
    assert "best" not in [section.id for section in made.sections]
    assert page(made)


def test_made_twice_it_is_the_same_to_the_last_byte(studied: Studied, tmp_path: Path) -> None:
    wanted = [
        Wanted(tmp_path / f"{name}.html", tmp_path / f"{name}.xlsx", tmp_path / f"{name}.docx")
        for name in "ab"
    ]
    for each in wanted:
        write(document(studied, studied.matrix(), png=True), each)
    for ending in ("html", "xlsx", "docx"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes(), ending


def test_ids_are_unique(studied: Studied) -> None:
    made = document(studied, studied.matrix())
    ids = [section.id for _, section in made.all_sections()]
    ids += [each.id for each in told(made, Table)] + [each.id for each in told(made, Figure)]
    assert len(set(ids)) == len(ids)
