"""Levers in three strengths, copies of entries, waves that surges share, and shifts added to rotas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from flowsim.errors import InputError
from flowsim.scenario import Scenario, load
from flowsim.scenario.arithmetic import added
from flowsim.scenario.strength import Misnamed, split_reference

Child = Callable[..., Scenario]
LEVER = """
title: More beds
change:
  services[kind=ward].beds:
    multiply: {low: 1.1, central: 1.25, high: 1.5}
    source: Board paper 8
    grade: assumed
"""


def beds(scenario: Scenario) -> list[int]:
    return [scenario.services[name].beds for name in ("medical_ward", "frailty_ward")]


def wrong(child: Child, *arguments: str, **files: str) -> str:
    with pytest.raises(InputError) as told:
        child(*arguments, **files)
    return " ".join(str(told.value).split())


# -- strengths -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("lever.yaml = low", [31, 22]),
        ("lever.yaml = central", [35, 25]),
        ("lever.yaml=high", [42, 30]),
        ("lever.yaml", [35, 25]),
    ],
)
def test_an_include_asks_for_a_strength(child: Child, reference: str, expected: list[int]) -> None:
    assert beds(child(f"include: ['{reference}']", lever_yaml=LEVER)) == expected
    assert beds(child(f"include: {reference}", lever_yaml=LEVER)) == expected


def test_sections_have_strengths_too_and_removal_is_one(child: Child) -> None:
    lever = """
    services: {medical_ward: {beds: {low: 29, central: 30, high: 31}}}
    demand: {referrals: {place: {low: east, central: west, high: {remove: true}}}}
    """
    low = child("include: [lever.yaml = low]", lever_yaml=lever)
    assert beds(low)[0] == 29
    assert low.demand["referrals"].place.options == ("east",)
    high = child("include: [lever.yaml = high]", lever_yaml=lever)
    assert beds(high)[0] == 31
    assert "east" not in high.demand["referrals"].place.options


def test_files_that_a_lever_includes_share_its_strength(child: Child) -> None:
    more = "change: {services.hot_clinic.clinicians: {add: {low: 1, central: 2, high: 3}}}"
    both = f"include: [inner.yaml]\n{more}"
    high = child("include: [outer.yaml = high]", outer_yaml=both, inner_yaml=LEVER)
    assert beds(high) == [42, 30]
    own = "include: [inner.yaml = low]"
    assert beds(child("include: [outer.yaml = high]", outer_yaml=own, inner_yaml=LEVER)) == [31, 22]


def test_the_other_strengths_stay_as_the_plausible_range(child: Child) -> None:
    three = "{low: 30, central: 34, high: 40}"
    lever = f"change: {{services.medical_ward.beds: {{set: {three}, source: X, grade: seen}}}}"
    origin = child("include: [lever.yaml = high]", lever_yaml=lever).provenance["services.medical_ward.beds"]
    assert (origin.value, origin.low, origin.high, origin.source, origin.grade) == (40, 30, 40, "X", "seen")


def test_a_range_alone_does_not_hide_the_evidence(child: Child) -> None:
    lever = "services: {medical_ward: {beds: {low: 30, central: 34, high: 40}}}\nevidence: e.csv"
    rows = "path,source,grade,note\nservices.medical_ward.beds,KH03,seen,\n"
    origin = child("include: [lever.yaml]", lever_yaml=lever, e_csv=rows).provenance[
        "services.medical_ward.beds"
    ]
    assert (origin.source, origin.low, origin.high) == ("KH03", 30, 40)


def test_a_strength_that_is_none_is_told_with_what_is_allowed(child: Child) -> None:
    text = wrong(child, "include: [lever.yaml = hgh]", lever_yaml=LEVER)
    assert "hgh is not a strength. Did you mean high?" in text
    assert "low, central, high" in text


def test_a_file_without_strengths_is_not_asked_for_one(child: Child) -> None:
    text = wrong(child, "include: [pack.yaml = high]", pack_yaml="change: {services.medical_ward.beds: 30}")
    assert "pack.yaml has no strengths: it says the same in all three." in text


def test_a_file_is_included_in_one_strength(child: Child) -> None:
    text = wrong(child, "include: [lever.yaml = low, lever.yaml = high]", lever_yaml=LEVER)
    assert "lever.yaml is already included, with strength low." in text
    assert beds(child("include: [lever.yaml = low, lever.yaml]", lever_yaml=LEVER)) == [31, 22]


def test_targets_keep_ranges_of_their_own(child: Child) -> None:
    lever = "targets: {anything: {low: 1, central: 2, high: 3}}\n" + LEVER
    scenario = child("include: [lever.yaml = high]", lever_yaml=lever)
    assert scenario.targets["anything"] == {"low": 1, "central": 2, "high": 3}


def test_references_are_split_at_the_last_sign() -> None:
    assert split_reference("a=b/lever.yaml = low") == ("a=b/lever.yaml", "low")
    assert split_reference("lever.yaml") == ("lever.yaml", "")
    with pytest.raises(Misnamed):
        split_reference("lever.yaml = 3")


# -- copies ----------------------------------------------------------------------------------------------


def test_a_copied_stream_is_a_stream_of_its_own(child: Child) -> None:
    text = """
    change:
      demand.referrals: {copy: {as: flu, per_day: {multiply: 0.1}}, source: FluNet, grade: recalled}
      demand.*_flu.per_day: {multiply: 2}
    """
    scenario = child(text)
    assert scenario.demand["referrals"].per_day == 40
    assert scenario.demand["referrals_flu"].per_day == 8
    assert scenario.demand["referrals_flu"].to == scenario.demand["referrals"].to
    assert scenario.provenance["demand.referrals_flu.to"].source == "FluNet"


def test_copies_are_not_copied_again(child: Child) -> None:
    pack = "change: {{'demand.*': {{copy: {{as: {name}, per_day: 3}}}}}}"
    packs = {f"{name}_yaml": pack.format(name=name) for name in ("flu", "rsv")}
    scenario = child("include: [flu.yaml, rsv.yaml]", **packs)
    added = [name for name in scenario.demand if name not in load("base.yaml").demand]
    assert added == ["referrals_flu", "admissions_flu", "referrals_rsv", "admissions_rsv"]


def test_a_copied_alternative_stands_behind_the_others(child: Child) -> None:
    text = """
    change:
      alternatives.medical_ward.review.0:
        copy: {uptake: {low: 20%, central: 60%, high: 80%}, additional: 40%, label: Wider}
    """
    options = child("include: pack.yaml", pack_yaml=text).alternatives["medical_ward.review"]
    first, *_, last = options
    assert len(options) == len(load("base.yaml").alternatives["medical_ward.review"]) + 1
    assert first.to == last.to
    assert last.uptake.leaves() == (0.6,)
    assert last.additional is not None
    assert first.additional is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("demand.referrals: {copy: {per_day: 3}}", "A copy of a named entry needs a name of its own."),
        (
            "demand.referrals.per_day: {copy: {as: x}}",
            "picks a single value; a copy is made of a whole entry.",
        ),
        ("demand.referrals: {copy: 3}", "copy takes the settings in which the copy differs"),
        ("demand.referrrals: {copy: {as: x}}", "demand.referrrals matches nothing."),
        ("demand.referrals: {copy: {as: x}, from: 2026-12-01}", "Unknown setting."),
        (
            "demand.referrals: {copy: {as: x, per_day: {add: 1, from: 2026-12-01}}}",
            "cannot differ for some dates",
        ),
        ("demand.referrals: {copy: {as: x, per_dya: 3}}", "per_dya"),
    ],
)
def test_a_copy_that_cannot_be_made_is_explained(child: Child, change: str, sentence: str) -> None:
    assert sentence in wrong(child, f"change: {{{change}}}")


def test_a_surge_makes_no_copies(child: Child) -> None:
    text = "surges: {flu: {from: 2026-12-01, change: {demand.referrals: {copy: {as: x}}}}}"
    assert "A copy cannot be made for some dates only." in wrong(child, text)


# -- waves -----------------------------------------------------------------------------------------------

WAVES = """
waves: {flu: {peak: 2027-01-04, width: 4 weeks}}
surges:
  flu: {wave: flu, change: {demand.referrals.per_day: {multiply: 2}}}
  sickness: {wave: flu, lag: 1 week, change: {services.medical_ward.beds: {add: -10}}}
"""


def busiest(scenario: Scenario) -> date:
    """Return the day on which most are referred."""
    minute, _ = max(scenario.specs_over_time("referrals", "demand"), key=lambda step: step[1].per_day)
    return scenario.calendar_start.date() + timedelta(days=minute // 1440)


def fewest_beds(scenario: Scenario) -> date:
    """Return the middle of the days on which beds are fewest."""
    steps = scenario.specs_over_time("medical_ward")
    fewest = min(spec.beds for _, spec in steps)
    first = next(i for i, (_, spec) in enumerate(steps) if spec.beds == fewest)
    after = next(minute for minute, spec in steps[first:] if spec.beds > fewest)
    return scenario.calendar_start.date() + timedelta(days=(steps[first][0] + after) // 2880)


def test_surges_that_share_a_wave_follow_its_peak(child: Child) -> None:
    scenario = child(WAVES)
    assert busiest(scenario) == date(2027, 1, 4)
    assert fewest_beds(scenario) == date(2027, 1, 11)
    moved = child(WAVES, "waves.flu.peak=2026-12-14")
    assert busiest(moved) == date(2026, 12, 14)
    assert fewest_beds(moved) == date(2026, 12, 21)


def test_a_wave_may_be_led(child: Child) -> None:
    assert fewest_beds(child(WAVES.replace("lag: 1 week", "lag: -1 week"))) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("wave: flu, change", "wave: fluu, change", "There is no wave called fluu. Did you mean flu?"),
        ("wave: flu, change", "wave: flu, peak: 2027-01-01, change", "peak does not go with that"),
        (
            "wave: flu, change",
            "lag: 1 week, from: 2026-12-01, change",
            "A lag counts from the peak",
        ),
        ("lag: 1 week", "lag: 7", "7 has no unit"),
        ("width: 4 weeks}", "widthh: 4 weeks}", "widthh"),
    ],
)
def test_a_wave_that_cannot_be_followed_is_explained(child: Child, old: str, new: str, sentence: str) -> None:
    assert sentence in wrong(child, WAVES.replace(old, new))


def test_what_a_surge_says_of_its_source_holds_for_its_numbers(child: Child) -> None:
    scenario = child(WAVES.replace("{wave: flu, change", "{source: UKHSA, grade: seen, wave: flu, change"))
    origin = scenario.provenance["surges.flu.change.demand.referrals.per_day.multiply"]
    assert (origin.source, origin.grade) == ("UKHSA", "seen")


# -- rotas and kinds of day ------------------------------------------------------------------------------


def test_shifts_are_added_to_a_rota() -> None:
    assert added("08:00-20:00=3", "20:00-24:00=1") == "08:00-20:00=3, 20:00-24:00=1"
    assert added({"weekday": "08:00-18:00=3", "weekend": 2}, "18:00-20:00=1") == {
        "weekday": "08:00-18:00=3, 18:00-20:00=1",
        "weekend": "00:00-24:00=2, 18:00-20:00=1",
    }
    assert added("08:00-20:00=3", 1) == {"default": "08:00-20:00=3", "then": [{"add": 1}]}


def test_hours_get_no_shifts() -> None:
    with pytest.raises(ValueError, match="can only be added to a rota"):
        added("08:00-20:00", "20:00-24:00=1")


def test_a_kind_of_day_may_be_added_to_a_rota_that_has_others(child: Child) -> None:
    text = """
    services: {hot_clinic: {clinicians: {weekday: "08:00-18:00=3", weekend: "08:00-18:00=2"}}}
    """
    grown = child(text + "change: {services.hot_clinic.clinicians.bank_holiday: 0}")
    assert grown.services["hot_clinic"].clinicians.raw()["bank_holiday"] == "0"
    assert "bank_holidy matches nothing" in wrong(
        child, text + "change: {services.hot_clinic.clinicians.bank_holidy: 0}"
    )


# -- cards -----------------------------------------------------------------------------------------------


def test_a_card_is_checked_and_changes_nothing(child: Child) -> None:
    card = "card: {does: It does good., moves: [{measure: beds_open, direction: up}]}\n"
    assert (
        child("include: lever.yaml", lever_yaml=card + LEVER).digest
        == child("include: lever.yaml", lever_yaml=LEVER).digest
    )
    broken = card.replace("direction: up", "direction: upp")
    assert "upp" in wrong(child, "include: lever.yaml", lever_yaml=broken + LEVER)
    assert "movse" in wrong(child, "include: lever.yaml", lever_yaml=card.replace("moves", "movse") + LEVER)


# -- evidence of what a lever takes away ------------------------------------------------------------------


def test_evidence_for_what_a_later_layer_takes_away_is_no_mistake(child: Child) -> None:
    rows = "path,source,grade,note\nservices.frailty_ward.beds,KH03,seen,\n"
    gone = """
    services: {frailty_ward: {remove: true}}
    demand: {admissions: {remove: true}}
    pathways: {frailty_ward: {remove: true}}
    """
    child("evidence: e.csv", e_csv=rows)
    Path("parent.yaml").write_text(Path("child.yaml").read_text(), encoding="utf-8")
    Path("lever.yaml").write_text(dedent(gone), encoding="utf-8")
    plan = "flowsim: 1\nextends: parent.yaml\ninclude: lever.yaml\n"
    Path("plan.yaml").write_text(plan, encoding="utf-8")
    assert load("plan.yaml").warnings == ()
    misspelt = child("evidence: e.csv", e_csv=rows.replace("frailty", "frailtyy"))
    assert len(misspelt.warnings) == 1
