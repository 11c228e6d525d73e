"""What a report says of three finished runs, held against the comparison it is written from."""

import itertools
from collections.abc import Iterator

import pytest

from flowsim.measures.compare import compare
from flowsim.measures.compare.text import change_of
from flowsim.report.build import document
from flowsim.report.document import Block, Document, Figure, Listing, Numbers, Paragraph, Section, Table
from flowsim.report.material import BASE, Material
from flowsim.store.results import Results
from report.words import MOST_WORDS, longest

TITLES = [
    "Headline",
    "What was compared",
    "What happens to patients",
    "Where the pressure sits",
    "Community and alternatives",
    "Why they differ",
    "Who gains and who loses",
    "Bad days",
    "Cost and workforce",
    "How sure we are",
    "Does the model match reality",
    "Assumptions",
    "Assurance and reproduction",
    "Data tables and definitions",
]


def blocks(report: Document) -> Iterator[Block]:
    for _, section in report.all_sections():
        yield from section.blocks


def tables(report: Document) -> dict[str, Table]:
    found = {block.id: block for block in blocks(report) if isinstance(block, Table)}
    return found | {block.table.id: block.table for block in blocks(report) if isinstance(block, Figure)}


def figures(report: Document) -> dict[str, Figure]:
    return {block.id: block for block in blocks(report) if isinstance(block, Figure)}


def section(report: Document, name: str) -> Section:
    return next(found for _, found in report.all_sections() if found.id == name)


def told(report: Document) -> Iterator[str]:
    """Yield every text of a report that is made of sentences."""
    for block in blocks(report):
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Listing):
            yield from block.items
        elif isinstance(block, Figure):
            yield block.title
        elif isinstance(block, Table):
            yield block.note


def heads(table: Table) -> list[str]:
    return [column.label for column in table.columns]


class TestShape:
    def test_sections_in_order(self, report: Document) -> None:
        assert [each.title for each in report.sections] == TITLES

    @pytest.mark.parametrize("which", ["report", "one_plan", "alone"])
    def test_ids_are_unique(self, which: str, request: pytest.FixtureRequest) -> None:
        found: Document = request.getfixturevalue(which)
        ids = [each.id for _, each in found.all_sections()]
        ids += [block.id for block in blocks(found) if isinstance(block, Table | Figure)]
        ids += [block.table.id for block in blocks(found) if isinstance(block, Figure)]
        assert len(set(ids)) == len(ids)
        assert all(name.replace("-", "").isalnum() for name in ids)

    @pytest.mark.parametrize("which", ["report", "one_plan", "alone"])
    def test_rows_are_as_long_as_their_headings(self, which: str, request: pytest.FixtureRequest) -> None:
        for table in tables(request.getfixturevalue(which)).values():
            assert {len(row) for row in table.rows} <= {len(table.columns)}, table.id
            assert all(row[0].text.strip() for row in table.rows), table.id
            assert all(column.label.strip() for column in table.columns), table.id

    def test_no_section_is_empty(self, report: Document) -> None:
        assert all(each.blocks or each.parts for _, each in report.all_sections())

    @pytest.mark.parametrize("which", ["report", "one_plan", "alone"])
    def test_sentences_are_short(self, which: str, request: pytest.FixtureRequest) -> None:
        wordy = [text for text in told(request.getfixturevalue(which)) if longest(text) > MOST_WORDS]
        assert wordy == []

    def test_every_figure_has_words_and_numbers(self, report: Document) -> None:
        assert len(figures(report)) > 10
        for figure in figures(report).values():
            assert figure.alt.strip()
            assert figure.title.strip()
            assert figure.table.rows

    def test_a_report_is_always_the_same(self, runs: list[Results], report: Document) -> None:
        again = document(Material(compare(*(Results.open(run.path) for run in runs))))
        assert again == report


class TestNumbers:
    def test_a_measure_has_the_same_difference_wherever_it_stands(
        self, report: Document, material: Material
    ) -> None:
        for i, rows in enumerate(material.headline):
            column = f"{material.called[i + 1]}: difference (95% interval)"
            by_label = {row.about.label: row for row in rows}
            seen = 0
            for name, table in tables(report).items():
                if column not in heads(table) or heads(table)[0] != "Measure" or name == "worst-week":
                    continue
                at = heads(table).index(column)
                for cells in table.rows:
                    if cells[0].text in by_label:
                        row = by_label[cells[0].text]
                        assert cells[at].text == f"{change_of(row)}, {row.verdict}"
                        seen += 1
            assert seen >= 2 * len(rows)  # where it is discussed, and among the data

    def test_every_difference_has_its_interval_or_is_the_same(self, report: Document) -> None:
        for table in tables(report).values():
            for at, label in enumerate(heads(table)):
                if "difference" not in label.lower() or table.id.endswith("-table"):
                    continue
                for cells in table.rows:
                    text = cells[at].text
                    if cells[0].text.startswith("Beds open"):
                        continue  # the same number of beds in every replication: nothing is left to chance
                    assert " to " in text or "the same" in text or text == "–", (table.id, text)

    def test_tone_agrees_with_the_words(self, report: Document) -> None:
        toned = [cell for table in tables(report).values() for row in table.rows for cell in row if cell.tone]
        assert toned
        for cell in toned:
            words = ("better", "met") if cell.tone == "better" else ("worse", "not met", "too")
            assert any(word in cell.text for word in words), cell
            assert not (cell.tone == "better" and "worse" in cell.text)

    def test_values_behind_the_text(self, report: Document, runs: list[Results]) -> None:
        table = tables(report)["patients-urgent-care"]
        row = next(cells for cells in table.rows if cells[0].text == "ED: within 4 hours, all types")
        assert row[1].value == pytest.approx(100 * runs[0].values("within_4_hours").mean())

    def test_the_headline_counts_its_verdicts(self, report: Document, material: Material) -> None:
        for i, rows in enumerate(material.headline):
            lead = next(
                block.text
                for block in section(report, f"headline-{i + 1}").blocks
                if isinstance(block, Paragraph) and block.kind == "lead"
            )
            better, worse = (sum(row.verdict == word for row in rows) for word in ("better", "worse"))
            assert (f"makes {better} of" in lead) == bool(better)
            assert (f"{worse} worse" in lead) == bool(better and worse)
            assert ("no clear difference" in lead) == (not better and not worse)

    def test_gains_and_losses_are_gains_and_losses(self, report: Document) -> None:
        for i in (1, 2):
            found = section(report, f"headline-{i}").blocks
            for before, block in itertools.pairwise(found):
                if isinstance(block, Listing) and isinstance(before, Paragraph):
                    word = "better." if "gain" in before.text else "worse."
                    assert all(item.endswith(word) for item in block.items)

    def test_three_numbers_with_intervals(self, report: Document) -> None:
        (numbers,) = (b for b in section(report, "headline-1").blocks if isinstance(b, Numbers))
        assert len(numbers.items) == 3
        for _, number, told in numbers.items:
            assert number
            assert "from" in told
            assert " to " in told or "the same" in told

    def test_targets_come_first_among_the_numbers(self, report: Document) -> None:
        (numbers,) = (b for b in section(report, "headline-1").blocks if isinstance(b, Numbers))
        assert numbers.items[0][0] == "ED: within 4 hours, all types"
        assert [what for what, _, _ in numbers.items[1:]] == [
            "Bed occupancy, general and acute", "Ambulance handover, mean",
        ]  # fmt: skip

    def test_without_targets_the_usual_three(self, runs: list[Results]) -> None:
        found = document(Material(compare(runs[0], runs[2])))
        (numbers,) = (b for b in section(found, "headline").blocks if isinstance(b, Numbers))
        assert [what for what, _, _ in numbers.items] == [
            "ED: within 4 hours, all types", "Ambulance handover, mean", "Beds held, discharge ready",
        ]  # fmt: skip

    def test_says_for_how_many_differences_intervals_hold(self, report: Document, one_plan: Document) -> None:
        headline = len(tables(one_plan)["precision-1"].rows)
        assert (
            f"for the {headline} headline differences and for the"
            in tables(one_plan)["patients-urgent-care"].note
        )
        assert f"for the {2 * headline} headline" in tables(report)["patients-urgent-care"].note
        assert "for the 4 differences here" in tables(one_plan)["ready-by-pathway"].note
        assert "for the 8 differences here" in tables(report)["ready-by-pathway"].note


class TestSections:
    def test_the_question_is_that_of_the_plan(self, report: Document) -> None:
        (first, *_) = section(report, "headline").blocks
        assert isinstance(first, Paragraph)
        assert first.text == "Question: Does more support empty beds?"

    def test_targets_are_judged_for_every_run(self, report: Document, material: Material) -> None:
        table = tables(report)["targets"]
        assert heads(table) == ["Target", *material.called]
        for row, target in zip(table.rows, material.targets, strict=True):
            for cell, run in zip(row[1:], material.runs, strict=True):
                holds = target.holds(run.values(target.measure).mean())
                assert cell.text.startswith("met" if holds else "not met")

    def test_every_change_with_old_new_place_and_source(self, report: Document) -> None:
        rows = [[cell.text for cell in row] for row in tables(report)["changes-1"].rows]
        places = next(row for row in rows if "community_care.places" in row[0])
        assert places[0] == "Community care: places (services.community_care.places)"
        assert places[1:3] == ["82", "94"]
        assert "support.yaml:8" in places[3]
        assert places[4] == "Better Care Fund plan [assumed]"
        team = next(row for row in rows if "community_response.team" in row[0])
        assert team[4] == "no source given"

    def test_surges_stand_on_a_timeline(self, report: Document) -> None:
        figure = figures(report)["timeline-3"]
        assert [row[0].text for row in figure.table.rows] == ["Flu wave", "Ward: beds"]
        assert "timeline-1" not in figures(report)
        assert "timeline-2" not in figures(report)

    def test_a_run_is_called_by_its_short_title_or_its_name(self, material: Material) -> None:
        assert material.called == (BASE, "More support after hospital", "Flu wave")

    def test_where_time_goes_and_what_is_waited_for(self, report: Document) -> None:
        found = tables(report)
        assert found["time-1"].rows[-1][0].text == "Whole system"
        assert any("Ward" in row[4].text for row in found["pinch-1"].rows)

    def test_charts_through_the_winter_show_every_run(self, report: Document, material: Material) -> None:
        labels = heads(figures(report)["winter-within-4-hours"].table)
        assert all(any(name in label for label in labels) for name in material.called)

    def test_beds_held_by_pathway(self, report: Document, one_plan: Document) -> None:
        assert "ready-through-time-1" in figures(report)
        assert {"ready-through-time-1", "ready-through-time-2"} <= set(figures(one_plan))

    def test_following_the_same_patients(self, report: Document, material: Material) -> None:
        items = next(b for b in section(report, "gains-2").blocks if isinstance(b, Listing)).items
        extra = material.followed[1].only_other["people"].mean
        assert any(f"{extra:,.0f} patients come in Flu wave alone" in item for item in items)
        classes = tables(report)["gains-classes-1"]
        people = material.followed[0].of("people").mean
        assert sum(row[1].value or 0.0 for row in classes.rows) == pytest.approx(people)

    def test_each_change_is_said_to_be_untried(self, report: Document) -> None:
        (text,) = (b.text for b in section(report, "why-1").blocks if isinstance(b, Paragraph))
        assert "differs in 2 settings" in text

    def test_teams_are_people(self, report: Document) -> None:
        names = [row[0].text for row in tables(report)["teams"].rows]
        assert "Ambulance: crews" in names
        assert not any("beds" in name or "places" in name for name in names)

    def test_how_sure(self, report: Document) -> None:
        (facts,) = (b for b in section(report, "sure").blocks if isinstance(b, Listing))
        assert facts.items[0] == "3 replications of the whole period, from seed 2026."
        assert any("Pairing leaves" in item for item in facts.items)
        words = {row[3].text.split()[0] for row in tables(report)["precision-1"].rows}
        assert words <= {"enough", "about", "over", "–"}

    def test_observed_figures_misfits_first(self, report: Document) -> None:
        (text, *_) = section(report, "reality").blocks
        assert isinstance(text, Paragraph)
        assert text.text == "Baseline: 1 of 2 observed figures are within their tolerance."
        (miss,) = tables(report)["misfits"].rows
        assert [cell.text for cell in miss[:3]] == [
            "Discharge ready, in bed at midnight",
            "Whole system",
            "500",
        ]
        assert miss[5].text.startswith("too low")
        assert miss[6].text == "2024/25, Situation report [seen]"
        assert [row[0].text for row in tables(report)["fits"].rows] == ["Attendances, all types"]

    def test_what_was_observed_is_drawn_over_the_winter(self, report: Document) -> None:
        drawn = figures(report)
        assert drawn["winter-attendances"].subtitle.endswith("circles: mean observed, 2024/25")
        assert drawn["winter-discharge-ready"].subtitle.endswith("observed at midnight, 2024/25")
        assert "Observed" in drawn["winter-attendances"].svg
        assert "observed" not in drawn["winter-within-4-hours"].subtitle

    def test_assumed_values_come_first(self, report: Document) -> None:
        grades = [row[3].text for row in tables(report)["assumed"].rows]
        order = ["no source given", "assumed", "recalled", "seen"]
        assert grades == sorted(grades, key=order.index)
        counts = [int(row[1].text.replace(",", "")) for row in tables(report)["assumed"].rows]
        (text, *_) = section(report, "assumptions").blocks
        assert isinstance(text, Paragraph)
        assert f"rests on {sum(counts):,} numbers" in text.text

    def test_roles(self, report: Document) -> None:
        names = {row[0].text.partition(":")[0]: row[1].text for row in tables(report)["roles"].rows}
        assert names["Commissioner"] == "Director of operations"
        assert names["Approver"].startswith("not named yet")

    def test_the_checklist_is_filled_in(self, report: Document) -> None:
        items = {row[0].text.split()[0]: row[1].text for row in tables(report)["stress-des"].rows}
        assert set(items) >= {"1.1", "2.5", "3.4", "4.3", "5.2", "6.1"}
        assert "3 replications" in items["4.3"]
        assert "2026" in items["5.2"]
        assert all(items.values())

    def test_definitions_of_everything_that_is_shown(self, report: Document, material: Material) -> None:
        labels = {row[0].text for row in tables(report)["definitions"].rows}
        assert {row.about.label for row in material.headline[0]} <= labels


def test_many_plans_are_told_and_the_first_few_are_drawn(runs: list[Results]) -> None:
    many = document(Material(compare(runs[0], runs[1], runs[2], runs[1], runs[2])))
    assert figures(many)["winter-within-4-hours"].subtitle.endswith("; the first 3 plans")
    assert len(heads(tables(many)["patients-ambulance"])) == 2 + 2 * 4


class TestOneRunAlone:
    def test_shows_means_with_intervals_and_no_comparison(self, alone: Document) -> None:
        assert heads(tables(alone)["patients-urgent-care"]) == [
            "Measure", "Mean", "95% interval", "9 in 10 replications",
        ]  # fmt: skip
        assert not any("difference" in label.lower() for t in tables(alone).values() for label in heads(t))

    def test_leaves_out_what_needs_two_runs(self, alone: Document) -> None:
        titles = [each.title for each in alone.sections]
        assert "Why they differ" not in titles
        assert "Who gains and who loses" not in titles
        assert "What was run" in titles


@pytest.fixture(scope="module")
def one(runs: list[Results]) -> Document:
    """The report of the three, of one replication each."""
    return document(Material(compare(*runs, replications=1)))


class TestOneReplication:
    def test_warns_on_the_first_screen(self, one: Document) -> None:
        cautions = [b.text for b in section(one, "headline").blocks if isinstance(b, Paragraph)]
        assert any("One replication has no interval" in text for text in cautions)

    def test_claims_nothing(self, one: Document) -> None:
        for table in tables(one).values():
            if table.id in ("targets", "missed-targets", "misfits"):
                continue
            assert not any(cell.tone for row in table.rows for cell in row), table.id
        assert not any("better" in text for _, s in one.all_sections() for text in _leads(s))


def _leads(found: Section) -> list[str]:
    return [block.text for block in found.blocks if isinstance(block, Paragraph) and block.kind == "lead"]
