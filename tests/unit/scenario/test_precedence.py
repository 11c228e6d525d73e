"""Which setting wins: --set, change, the file's own sections, include, extends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowsim.errors import InputError
from flowsim.scenario import Scenario, add, load, multiply

Child = Callable[..., Scenario]


def beds(scenario: Scenario, ward: str = "medical_ward") -> int:
    return scenario.services[ward].beds


def test_a_file_that_says_nothing_is_its_parent(child: Child) -> None:
    assert child().digest == load("base.yaml").digest


def test_own_sections_beat_extends(child: Child) -> None:
    assert beds(child("services: {medical_ward: {beds: 30}}")) == 30


def test_include_beats_extends_and_own_sections_beat_include(child: Child) -> None:
    pack = "services: {medical_ward: {beds: 31, turnaround: 1 hour}}"
    assert beds(child("include: pack.yaml", pack_yaml=pack)) == 31
    own = child("include: pack.yaml\nservices: {medical_ward: {beds: 30}}", pack_yaml=pack)
    assert beds(own) == 30
    assert own.services["medical_ward"].turnaround == 60


def test_a_later_include_beats_an_earlier(child: Child) -> None:
    packs = {
        f"{name}_yaml": f"services: {{medical_ward: {{beds: {n}}}}}" for name, n in (("a", 31), ("b", 32))
    }
    assert beds(child("include: [a.yaml, b.yaml]", **packs)) == 32
    assert beds(child("include: [b.yaml, a.yaml]", **packs)) == 31


def test_change_beats_own_sections_and_includes(child: Child) -> None:
    text = (
        "include: pack.yaml\nservices: {medical_ward: {beds: 30}}\nchange: {services.medical_ward.beds: 40}"
    )
    assert beds(child(text, pack_yaml="change: {services.medical_ward.beds: 35}")) == 40


def test_set_beats_change(child: Child) -> None:
    text = "change: {services.medical_ward.beds: 40}"
    assert beds(child(text, "services.medical_ward.beds=50")) == 50
    assert beds(child(text, "services.medical_ward.beds={add: 5}")) == 45
    assert child("", "replications=7", "time.horizon=2 weeks").time.horizon == 2 * 7 * 1440


def test_changes_of_packs_act_on_the_files_own_services(child: Child) -> None:
    text = """
    include: pack.yaml
    services: {new_ward: {kind: ward, beds: 10, stay: 2 days}}
    pathways: {new_ward: {otherwise: leave}, hot_clinic: {referred: new_ward}}
    """
    scenario = child(text, pack_yaml='change: {"services[kind=ward].beds": {multiply: 1.5}}')
    assert [beds(scenario, name) for name in ("medical_ward", "frailty_ward", "new_ward")] == [42, 30, 15]


def test_a_parents_changes_leave_alone_what_its_child_sets(child: Child, folder) -> None:
    (folder / "middle.yaml").write_text(
        'flowsim: 1\nextends: base.yaml\nchange: {"services[kind=ward].beds": {multiply: 2}}\n'
    )
    (folder / "grandchild.yaml").write_text(
        "flowsim: 1\nextends: middle.yaml\nservices: {medical_ward: {beds: 30}}\n"
    )
    scenario = load("grandchild.yaml")
    assert beds(scenario, "medical_ward") == 30
    assert beds(scenario, "frailty_ward") == 40


def test_altering_a_template_alters_every_entry_that_is_like_it(child: Child, folder) -> None:
    (folder / "middle.yaml").write_text(
        "flowsim: 1\nextends: base.yaml\ntemplates: {small: {kind: ward, beds: 6, stay: 1 day}}\n"
        "services: {a: {like: small}, b: {like: small, beds: 7}}\n"
        "pathways: {a: {otherwise: b}, b: {otherwise: leave}, hot_clinic: {referred: a}}\n"
    )
    (folder / "top.yaml").write_text("flowsim: 1\nextends: middle.yaml\ntemplates: {small: {beds: 9}}\n")
    scenario = load("top.yaml")
    assert (beds(scenario, "a"), beds(scenario, "b")) == (9, 7)


def test_relative_changes_of_layers_follow_each_other(child: Child) -> None:
    text = 'include: pack.yaml\nchange: {"services.medical_ward.beds": {add: 2}}'
    assert (
        beds(child(text, pack_yaml="change: {services.medical_ward.beds: {multiply: 1.5}}")) == 28 * 1.5 + 2
    )


def test_changes_of_one_layer_may_add_up_but_not_disagree(child: Child) -> None:
    both = 'change: {"services.medical_ward.beds": {add: 2}, "services[kind=ward].beds": {add: 3}}'
    assert beds(child(both)) == 33
    with pytest.raises(InputError, match="changed twice"):
        child('change: {"services.medical_ward.beds": {add: 2}, "services[kind=ward].beds": {multiply: 3}}')


def test_changes_at_different_dates_do_not_disagree(child: Child) -> None:
    text = """
    change:
      services.medical_ward.beds: {set: 30, from: 2026-12-01, to: 2026-12-31}
      services[place=east].beds: {set: 32, from: 2027-01-01}
    """
    steps = child(text).specs_over_time("medical_ward")
    assert [spec.beds for _, spec in steps] == [28, 30, 32]


def test_a_change_can_use_a_default(child: Child) -> None:
    assert (
        child("change: {services.medical_ward.turnaround: {multiply: 2}}").services["medical_ward"].turnaround
        == 90
    )
    assert (
        child("change: {services.medical_ward.stay_factor: {multiply: 0.9}}")
        .services["medical_ward"]
        .stay_factor
        == 0.9
    )


def test_a_change_can_set_what_was_left_out(child: Child) -> None:
    assert (
        child("change: {services.hot_clinic.hours: 08:00-20:00}")
        .services["hot_clinic"]
        .hours.hours_per_week()
        == 84
    )
    assert (
        child('change: {"services[kind=ward].turnaround": 1 hour}').services["frailty_ward"].turnaround == 60
    )


def test_a_change_can_add_an_entry_and_take_one_away(child: Child) -> None:
    text = """
    change:
      services.new_ward: {kind: ward, beds: 5, stay: 1 day}
      pathways.new_ward: {otherwise: leave}
      pathways.hot_clinic.referred: new_ward
      alternatives.medical_ward.review: {remove: true}
    """
    scenario = child(text)
    assert beds(scenario, "new_ward") == 5
    assert scenario.alternatives == {}


def test_a_change_of_a_distribution_replaces_or_scales_it(child: Child) -> None:
    ward = child("change: {services.medical_ward.stay: {median: 2 days, p90: 6 days}}").services[
        "medical_ward"
    ]
    assert ward.stay.leaves()[0].median == 2 * 1440
    ward = child("change: {services.medical_ward.stay: {multiply: 0.5}}").services["medical_ward"]
    assert ward.stay.leaves()[0].mean == 2 * 1440
    ward = child("change: {services.medical_ward.stay.mean: 3 days}").services["medical_ward"]
    assert (ward.stay.leaves()[0].mean, ward.stay.leaves()[0].sd) == (3 * 1440, 5 * 1440)


def test_alternatives_can_be_added_at_either_end(child: Child) -> None:
    text = "alternatives: {medical_ward.review: {prepend: [{to: frailty_ward}]}}"
    assert [option.to for option in child(text).alternatives["medical_ward.review"]] == [
        "frailty_ward",
        "hot_clinic",
    ]


def test_a_pack_included_twice_counts_once(child: Child) -> None:
    files = {
        "c_yaml": "change: {services.medical_ward.beds: {add: 1}}",
        "a_yaml": "include: c.yaml\nreplications: 4",
        "b_yaml": "include: c.yaml\nreplications: 5",
    }
    scenario = child("include: [a.yaml, b.yaml, c.yaml]", **files)
    assert (beds(scenario), scenario.replications) == (29, 5)


def test_name_and_title_are_the_files_own(child: Child) -> None:
    scenario = child("include: pack.yaml", pack_yaml="name: flu\ntitle: Flu pack\nseed: 5")
    assert (scenario.name, scenario.title, scenario.seed) == ("child", "", 5)


def test_python_changes_like_a_file_would(child: Child) -> None:
    base = child()
    more = base.change(
        {"services[kind=ward].beds": add(10), "services.hot_clinic.clinicians": multiply(2)}, name="more"
    )
    assert more.name == "more"
    assert (beds(more), beds(base)) == (38, 28)
    assert (
        more.services["hot_clinic"].clinicians.hours_per_week()
        == 2 * base.services["hot_clinic"].clinicians.hours_per_week()
    )
    again = more.change({"services.medical_ward.beds": 5})
    assert (beds(again), again.name) == (5, "more")
    assert again.provenance["services.medical_ward.beds"].file == "Python"


def test_python_is_told_what_does_not_fit(child: Child) -> None:
    with pytest.raises(InputError, match=r"services\.medcal_ward\.beds matches nothing"):
        child().change({"services.medcal_ward.beds": 5})
    with pytest.raises(InputError, match="45 has no unit"):
        child().change({"services.medical_ward.turnaround": 45})


def test_an_outcome_without_its_own_destination_takes_that_of_otherwise(child: Child) -> None:
    pathways = child().pathways["hot_clinic"]
    assert list(pathways) == ["done", "referred", "left"]
    assert (pathways["done"], pathways["referred"], pathways["left"]) == ("leave", "medical_ward", "leave")
