"""Selectors: one path, or many at once."""

from __future__ import annotations

import pytest

from flowsim.scenario.nodes import Document, dotted
from flowsim.scenario.reading import read_tree
from flowsim.scenario.selectors import near_misses, parse_selector, select

TEXT = """
services:
  east_ward: {kind: ward, place: east, beds: 3, areas: {a: {n: 1}, b: {n: 2}}}
  west_ward: {kind: ward, place: west, beds: 4}
  clinic: {kind: clinic, place: east, staff: 2}
alternatives:
  east_ward.review: [{to: clinic, uptake: 10%}, {to: west_ward, uptake: 20%}]
replications: 3
"""
ROOT, _ = read_tree(TEXT, Document("t.yaml"))


def found(text: str) -> list[str]:
    return [dotted(path) for path, _ in select(ROOT, parse_selector(text))]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("replications", ["replications"]),
        ("services.clinic.staff", ["services.clinic.staff"]),
        ("services.*.beds", ["services.east_ward.beds", "services.west_ward.beds"]),
        ("services.*_ward.beds", ["services.east_ward.beds", "services.west_ward.beds"]),
        ("services.e*.beds", ["services.east_ward.beds"]),
        ("services[kind=ward].beds", ["services.east_ward.beds", "services.west_ward.beds"]),
        ("services[kind=ward, place=west].beds", ["services.west_ward.beds"]),
        ("services[kind!=ward].place", ["services.clinic.place"]),
        ("services[place=e*].kind", ["services.east_ward.kind", "services.clinic.kind"]),
        ("services.*[place=east].kind", ["services.east_ward.kind", "services.clinic.kind"]),
        ("services.east_ward.areas.*.n", ["services.east_ward.areas.a.n", "services.east_ward.areas.b.n"]),
        ("alternatives.east_ward.review.0.uptake", ["alternatives.east_ward.review.0.uptake"]),
        (
            "alternatives.*.review.*.to",
            ["alternatives.east_ward.review.0.to", "alternatives.east_ward.review.1.to"],
        ),
        ("alternatives.east_ward.review[to=west_ward].uptake", ["alternatives.east_ward.review.1.uptake"]),
        ("services.north_ward.beds", []),
        ("services.clinic.beds", []),
    ],
)
def test_a_selector_picks_paths(text: str, paths: list[str]) -> None:
    assert found(text) == paths


def test_only_a_selector_without_stars_and_tests_is_exact() -> None:
    assert parse_selector("services.clinic.staff").is_exact
    assert not parse_selector("services.*.staff").is_exact
    assert not parse_selector("services[kind=ward].beds").is_exact


@pytest.mark.parametrize(
    "text", ["", " ", "services..beds", "services[ward].beds", "services[kind=].beds", "a[b", "[k=v]"]
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_selector(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("services.east_wrad.beds", "Nothing in services is called east_wrad; near: east_ward, west_ward."),
        ("services.*_wrad.beds", "Nothing in services looks like *_wrad; near: east_ward, west_ward."),
        ("services.clinic.stuff", "Nothing in services.clinic is called stuff; near: staff."),
        ("services[kind=wards].beds", "No entry passes the test: kind is one of clinic, ward."),
        ("services[colour=red].beds", "No entry passes the test: nothing there has a colour."),
        ("servces.clinic", "Nothing at the top is called servces; near: services."),
        ("services.zzz", "Nothing in services is called zzz; there is east_ward, west_ward, clinic."),
    ],
)
def test_near_misses_say_what_there_is(text: str, sentence: str) -> None:
    assert near_misses(ROOT, parse_selector(text)) == sentence
