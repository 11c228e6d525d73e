"""What a scenario is told to be: in sentences, setting by setting, against another, and as one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flowsim.errors import InputError
from flowsim.scenario import Scenario, load, multiply
from flowsim.scenario.describe import diff, explain, explain_path, list_levers, list_services
from flowsim.scenario.provenance import unsourced

Child = Callable[..., Scenario]

CHANGED = """
title: More beds
about: {question: Would more beds help?}
services: {frailty_ward: {beds: {value: 22, source: Board paper 7, grade: seen, low: 20, high: 26}}}
change:
  services.medical_ward.beds: {add: 4, source: Board paper 8, grade: assumed, note: from December}
  services.hot_clinic.clinicians: {add: 1, from: 2026-12-01, to: 2026-12-31}
surges: {flu: {shape: wave, peak: 2027-01-05, width: 4 weeks, change: {demand.*.per_day: {multiply: 1.2}}}}
"""


def test_a_scenario_is_told_in_sentences(child: Child) -> None:
    assert explain(child(CHANGED)) == (
        "More beds (child)\n"
        "Question: Would more beds help?\n"
        "Simulates 20 weeks from Monday 2 November 2026, 30 times, with seed 2026. The system starts with its"
        " expected patients, 2 weeks earlier.\n"
        "About 42 patients come on an average day, in 2 streams (by route: walk in 42).\n"
        "3 services in 2 places (by kind: ward 2, clinic 1).\n"
        "1 alternative at 1 decision point.\n"
        "2 settings altered:\n"
        "   services.medical_ward.beds: 28 -> 32   child.yaml:7\n"
        "   services.frailty_ward.beds: 20 -> 22   child.yaml:5\n"
        "Over dates:\n"
        "   services.hot_clinic.clinicians: 1 setting, 1 more, from Tuesday 1 December 2026 to Thursday 31"
        " December 2026\n"
        "   surge flu: 2 settings, times 1.2, a wave that peaks on Tuesday 5 January 2027 and is above half"
        " for 4 weeks\n"
        "21 numbers: 19 no source, 1 assumed, 1 seen."
    )


def test_a_setting_is_explained_with_all_that_it_replaced(child: Child) -> None:
    (each,) = explain_path(child(CHANGED), "services.medical_ward.beds")
    assert each.text() == (
        "services.medical_ward.beds\n"
        "   Staffed beds.\n"
        "   Value: 32\n"
        "   Allowed: a whole number: 0 or more, or the word unlimited\n"
        "   Set in: child.yaml:7 (change)\n"
        "   Source: Board paper 8 (grade: assumed)\n"
        "   Note: from December\n"
        "   Replaced: 28, set in base.yaml:11 (extends)"
    )


def test_a_setting_is_explained_with_its_range(child: Child) -> None:
    (each,) = explain_path(child(CHANGED), "services.frailty_ward.beds")
    assert "   Plausible range: 20 to 26" in each.text().splitlines()


def test_a_setting_that_is_left_out_is_explained_by_its_default(child: Child) -> None:
    (each,) = explain_path(child(), "services.medical_ward.turnaround")
    assert each.text() == (
        "services.medical_ward.turnaround\n"
        "   Time to make up a bed before its next use.\n"
        "   Left out, so it is 45 min.\n"
        "   Allowed: a length of time: 45 min, 6 hours or 2 days"
    )


def test_a_group_is_explained_by_what_is_in_it(child: Child) -> None:
    (each,) = explain_path(child(), "services.medical_ward")
    assert each.inside["stay"] == "{mean: 4 days, sd: 5 days}"
    assert each.missing["turnaround"] == "Time to make up a bed before its next use."


def test_a_setting_inside_another_says_what_it_is_part_of(child: Child) -> None:
    (each,) = explain_path(child(), "services.medical_ward.stay.mean")
    assert each.meaning == "Mean. Part of stay: Clinical stay, from bed to discharge-ready."


def test_a_selector_explains_many(child: Child) -> None:
    assert [each.value for each in explain_path(child(), "services[kind=ward].beds")] == [28, 20]


def test_an_unknown_path_lists_near_misses(child: Child) -> None:
    with pytest.raises(InputError, match="near: medical_ward"):
        explain_path(child(), "services.medcal_ward.beds")
    with pytest.raises(InputError, match=r"Nothing in services\.medical_ward is called bedz; near: beds"):
        explain_path(child(), "services.medical_ward.bedz")


def test_two_scenarios_differ_in_what_they_say(child: Child) -> None:
    found = diff(load("base.yaml"), child(CHANGED))
    assert [each.path for each in found] == [
        "services.medical_ward.beds",
        "services.frailty_ward.beds",
        "about.question",
        "surges.flu.shape",
        "surges.flu.peak",
        "surges.flu.width",
        "surges.flu.change.demand.*.per_day.multiply",
        "services.hot_clinic.clinicians (from Tuesday 1 December 2026 to Thursday 31 December 2026)",
    ]
    assert found[0].text() == (
        "services.medical_ward.beds\n   28   (base.yaml:11)\n   32   (child.yaml:7; Board paper 8)"
    )
    assert found[2].text() == "about.question\n   -   (not there)\n   Would more beds help?   (child.yaml:4)"


def test_a_scenario_does_not_differ_from_itself(child: Child) -> None:
    assert diff(child(CHANGED), child(CHANGED)) == []


def test_services_and_levers_are_listed(child: Child) -> None:
    scenario = child(CHANGED)
    assert [(each.name, each.kind) for each in list_services(scenario)] == [
        ("hot_clinic", "clinic"),
        ("medical_ward", "ward"),
        ("frailty_ward", "ward"),
    ]
    levers = {each.path: each for each in list_levers(scenario, "services")}
    assert levers["services.frailty_ward.beds"].low == 20
    assert levers["services.medical_ward.stay.mean"].value == "4 days"
    assert "demand.referrals.per_day" not in levers
    assert "services.hot_clinic.kind" not in levers


def test_evidence_files_vouch_for_values_without_a_source(child: Child) -> None:
    rows = "path,source,grade,note\nservices.*.beds,KH03,seen,quarterly\ndemand,SUS,recalled,\n"
    scenario = child(CHANGED + "\nevidence: evidence.csv", evidence_csv=rows)
    assert scenario.provenance["services.medical_ward.beds"].source == "Board paper 8"
    assert scenario.provenance["demand.referrals.per_day"].grade == "recalled"
    assert load("base.yaml").provenance["services.frailty_ward.beds"].source == ""
    left = unsourced(scenario)
    assert "services.medical_ward.stay.mean" in left
    assert "demand.referrals.per_day" not in left
    assert "services.medical_ward.beds" not in left


def test_evidence_does_not_vouch_for_what_a_later_scenario_changes(child: Child, folder: Path) -> None:
    rows = "path,source,grade\nservices.*.beds,KH03,seen\n"
    child("services: {frailty_ward: {beds: 26}}\nevidence: evidence.csv", evidence_csv=rows)
    (folder / "plan.yaml").write_text("flowsim: 1\nextends: child.yaml\nservices: {frailty_ward: {beds: 30}}")
    path = "services.frailty_ward.beds"
    assert load("child.yaml").provenance[path].source == "KH03"
    assert load("child.yaml", sets=[f"{path}=28"]).provenance[path].source == ""
    assert load("child.yaml").change({path: multiply(1.1)}).provenance[path].source == ""
    plan = load("plan.yaml")
    assert plan.provenance[path].source == ""
    assert plan.provenance["services.medical_ward.beds"].source == "KH03"
    assert path in unsourced(plan)


def test_the_resolved_scenario_reads_back_as_the_same(child: Child, folder: Path) -> None:
    scenario = child(CHANGED)
    text = scenario.resolved_text()
    assert "    beds: 32  # child.yaml:7 (change); Board paper 8 [assumed]" in text.splitlines()
    (folder / "resolved.yaml").write_text(text)
    assert load("resolved.yaml").digest == scenario.digest


def test_names_and_sources_do_not_decide_results(child: Child) -> None:
    plain = child("services: {medical_ward: {beds: 30}}")
    named = child("title: X\nservices: {medical_ward: {label: Y, beds: {value: 30, source: Z}}}")
    other = child("services: {medical_ward: {beds: 31}}")
    assert plain.digest == named.digest != other.digest
    assert child("seed: 7\nreplications: 3").digest == child().digest


def test_a_profile_decides_results_by_its_content(child: Child, folder: Path) -> None:
    rows = "hour_of_week,weight\n" + "".join(f"{hour},1\n" for hour in range(168))
    text = "demand: {referrals: {profile: profile.csv}}"
    one = child(text, profile_csv=rows).digest
    assert child(text, profile_csv=rows.replace("3,1\n", "3,2\n")).digest != one
    assert child(text, profile_csv=rows).digest == one


def test_files_are_found_beside_the_file_that_names_them(child: Child, folder: Path) -> None:
    rows = "hour_of_week,weight\n" + "".join(f"{hour},1\n" for hour in range(168))
    (folder / "packs" / "data").mkdir(parents=True)
    (folder / "packs" / "data" / "profile.csv").write_text(rows)
    (folder / "packs" / "pack.yaml").write_text("demand: {referrals: {profile: data/profile.csv}}\n")
    scenario = child("include: packs/pack.yaml")
    assert scenario.provenance["demand.referrals.profile"].value == "packs/data/profile.csv"
    assert scenario.files == ("child.yaml", "packs/pack.yaml", "base.yaml")


def test_the_folder_called_scenarios_is_the_limit(folder: Path) -> None:
    home = folder / "scenarios" / "winter"
    home.mkdir(parents=True)
    (folder / "base.yaml").rename(folder / "scenarios" / "base.yaml")
    (home / "plan.yaml").write_text("flowsim: 1\nextends: ../base.yaml\n")
    scenario = load(home / "plan.yaml")
    assert Path(scenario.root).name == "scenarios"
    (home / "plan.yaml").write_text("flowsim: 1\nextends: ../../base.yaml\n")
    with pytest.raises(InputError, match="lies outside the folder scenarios"):
        load(home / "plan.yaml")


def test_a_link_does_not_lead_out_of_the_folder(child: Child, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("hour_of_week,weight\n")
    (folder / "profile.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(InputError, match="lies outside the folder"):
        child("demand: {referrals: {profile: profile.csv}}")


def test_an_automatic_warm_up_is_whole_weeks(child: Child) -> None:
    loaded = child("time: {warm_up: auto}")
    assert loaded.warm_up == 14 * 1440
    empty = child("time: {warm_up: auto, initial: empty}")
    assert empty.warm_up > loaded.warm_up
    assert empty.warm_up % 10080 == 0
