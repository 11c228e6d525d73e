"""A finished run's scenario read back: values, where they come from, and what differs."""

import pytest

from flowsim.report.written import Written, changes
from flowsim.store.results import Results

TEXT = """# Every setting of one scenario, in one place, with the file and line that set it.
name: one  # one.yaml:2
title: "A title with  # in it"  # one.yaml:3
services:
  ward:
    kind: ward  # one.yaml:10
    label: The ward  # one.yaml:11
    beds: 20  # one.yaml:12 (change); Bed return; August [seen]
    stay:
      mean: 4 days  # parts/wards.yaml:3; judgement [assumed]
    rounds:
      - 09:00  # one.yaml:13
  team:
    kind: discharge  # one.yaml:20
    team:  # plan.yaml:5 (change); Workforce plan [recalled]
      default: 08:00-20:00=4  # plan.yaml:5 (change)
      then:
        - add: 2  # plan.yaml:5 (change)
demand:
  walk_in:
    per_day: 100  # one.yaml:30
surges:
  flu:
    label: Flu wave  # one.yaml:40
    from: 2026-12-01  # one.yaml:41
    to: 2026-12-20  # one.yaml:42
    change:
      demand.walk_in.per_day:
        multiply: 1.2  # one.yaml:44
change:
  "services.ward.beds": {add: 4, from: "2026-12-24 00:00", to: "2027-01-04 00:00"}  # p.yaml:9; Plan [assumed]
"""
WRITTEN = Written(TEXT)


class TestValues:
    def test_place_source_and_grade(self) -> None:
        beds = WRITTEN.values["services.ward.beds"]
        assert (beds.text, beds.place, beds.layer) == ("20", "one.yaml:12", "change")
        assert (beds.source, beds.grade) == ("Bed return; August", "seen")

    def test_text_that_looks_like_a_remark(self) -> None:
        assert WRITTEN.values["title"].text == "A title with # in it"
        assert WRITTEN.values["title"].place == "one.yaml:3"

    def test_no_source(self) -> None:
        assert WRITTEN.values["demand.walk_in.per_day"].source == ""

    def test_in_a_list(self) -> None:
        assert WRITTEN.values["services.ward.rounds.0"].text == "09:00"

    def test_a_rota_with_a_change_is_one_value_with_its_source(self) -> None:
        team = WRITTEN.values["services.team.team"]
        assert team.text == "08:00-20:00=4, then 2 more"
        assert (team.place, team.source, team.grade) == ("plan.yaml:5", "Workforce plan", "recalled")

    def test_labels(self) -> None:
        assert WRITTEN.label("services", "ward") == "The ward"
        assert WRITTEN.label("services", "transfer_hub") == "transfer hub"

    def test_settings_that_are_not_there(self) -> None:
        assert WRITTEN.setting("about", "question") is None

    def test_numbers_that_need_a_source(self) -> None:
        paths = {value.path for value in WRITTEN.quantities()}
        assert {"services.ward.beds", "services.ward.stay.mean", "demand.walk_in.per_day"} <= paths
        assert "title" not in paths

    def test_a_text_that_is_not_a_scenario(self) -> None:
        assert Written("{ not: closed").values == {}


class TestDates:
    def test_a_change_over_dates(self) -> None:
        (value,) = (each for (path, _), each in WRITTEN.dated.items() if path == "services.ward.beds")
        assert value.text == "4 more, from 2026-12-24 to 2027-01-04"
        assert (value.place, value.source, value.grade) == ("p.yaml:9", "Plan", "assumed")

    def test_a_surge(self) -> None:
        (value,) = (each for (path, _), each in WRITTEN.dated.items() if path.startswith("demand"))
        assert value.text == "times 1.2 (Flu wave, from 2026-12-01 to 2026-12-20)"
        assert value.place == "one.yaml:44"

    def test_a_surge_vouches_for_its_changes_that_name_no_source(self) -> None:
        said = "    source: Bed sitrep  # one.yaml:43\n    grade: seen  # one.yaml:43\n"
        written = Written(
            TEXT.replace(
                "    label: Flu wave  # one.yaml:40\n", "    label: Flu wave  # one.yaml:40\n" + said
            )
        )
        (value,) = (each for (path, _), each in written.dated.items() if path.startswith("demand"))
        assert (value.source, value.grade) == ("Bed sitrep", "seen")


class TestChanges:
    def test_nothing_differs_from_itself(self) -> None:
        assert changes(WRITTEN, Written(TEXT)) == []

    def test_a_value(self) -> None:
        other = Written(TEXT.replace("beds: 20  # one.yaml:12", "beds: 25  # plan.yaml:3"))
        (change,) = changes(WRITTEN, other)
        assert change.path == "services.ward.beds"
        assert change.old is not None
        assert change.new is not None
        assert (change.old.text, change.new.text, change.new.place) == ("20", "25", "plan.yaml:3")

    def test_names_and_titles_are_no_change(self) -> None:
        assert (
            changes(WRITTEN, Written(TEXT.replace("A title", "Another").replace("name: one", "name: two")))
            == []
        )

    def test_what_is_added_and_taken_away(self) -> None:
        fewer = Written(
            TEXT.replace("    per_day: 100  # one.yaml:30\n", "    per_night: 7  # one.yaml:30\n")
        )
        found = {change.path: change for change in changes(WRITTEN, fewer)}
        assert found["demand.walk_in.per_day"].new is None
        assert found["demand.walk_in.per_night"].old is None

    def test_dated_changes_show_what_they_start_from(self) -> None:
        plain = Written(TEXT.partition("surges:")[0])
        found = {change.path: change for change in changes(plain, WRITTEN)}
        beds = found["services.ward.beds"]
        assert beds.old is not None
        assert beds.new is not None
        assert (beds.old.text, beds.new.text) == ("20", "4 more, from 2026-12-24 to 2027-01-04")

    def test_a_dated_change_that_is_dropped(self) -> None:
        plain = Written(TEXT.partition("surges:")[0])
        assert {change.new for change in changes(WRITTEN, plain)} == {None}


class TestFinishedRuns:
    def test_every_change_of_a_plan_with_file_and_line(self, runs: list[Results]) -> None:
        base, support = (Written(run.scenario_text()) for run in runs[:2])
        found = {change.path: change.new for change in changes(base, support)}
        assert set(found) == {"services.community_care.places", "services.community_response.team"}
        places = found["services.community_care.places"]
        assert places is not None
        assert places.text == "94"
        assert places.place.endswith("support.yaml:8")
        assert (places.source, places.grade) == ("Better Care Fund plan", "assumed")

    def test_surges_and_dated_changes(self, runs: list[Results]) -> None:
        base, flu = (Written(run.scenario_text()) for run in (runs[0], runs[2]))
        found = {change.path: change.new for change in changes(base, flu)}
        assert set(found) == {"demand.walk_in.per_day", "services.ward.beds"}
        beds, walk_in = found["services.ward.beds"], found["demand.walk_in.per_day"]
        assert beds is not None
        assert walk_in is not None
        assert beds.text == "5 more, from 2026-11-10"
        assert (beds.source, beds.grade) == ("Winter plan", "assumed")
        assert walk_in.text == "times 1.4 (Flu wave, from 2026-11-09 to 2026-11-12)"


@pytest.mark.parametrize("grade", ["seen", "recalled", "assumed"])
def test_every_grade_is_read(grade: str) -> None:
    written = Written(f"demand:\n  a:\n    per_day: 3  # a.yaml:1; Somebody [{grade}]\n")
    assert written.values["demand.a.per_day"].grade == grade
