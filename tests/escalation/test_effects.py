"""Overlays: what actions do to settings, and that nothing is left behind."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flowsim.policies.escalation.effects import Deed, Effects
from flowsim.policies.escalation.scoring import Scope

NORTH = Scope("site", "north")
WARD, OTHER = ("services", "ward"), ("services", "other")


class Add:
    """A change that adds beds, or multiplies them."""

    def __init__(self, key: tuple[str, str], *, add: int = 0, times: int = 1) -> None:
        self.path = (*key, "beds")
        self.add, self.times = add, times

    def applied(self, beds: int, strength: float) -> int:
        assert strength == 1.0
        return (beds + self.add) * self.times


class Desk:
    """What reads and receives settings; wards have 20 beds, and 30 from minute 1000 on."""

    def __init__(self) -> None:
        self.now: dict[tuple[str, str], Any] = {}
        self.read_times = 0

    def read(self, section: str, name: str, minute: float, changes: Sequence[Any], own: Any) -> Any:
        self.read_times += 1
        beds = 30 if minute >= 1000 else 20
        for change in changes:
            beds = change.applied(beds, 1.0)
        return SimpleNamespace(kind="ward", beds=beds)

    def retune(self, section: str, name: str, settings: Any) -> None:
        self.now[section, name] = settings

    def beds(self, name: str = "ward") -> int:
        return int(self.now["services", name].beds)


DEEDS = [
    Deed("few", NORTH, (Add(WARD, add=4),)),
    Deed("double", NORTH, (Add(WARD, times=2), Add(OTHER, add=1))),
    Deed("close", NORTH, (Add(OTHER, add=-5),)),
]


def test_an_action_lays_its_change_over_the_settings_and_takes_it_away() -> None:
    desk = Desk()
    effects = Effects(DEEDS, desk.read, desk.retune)
    effects.set(0, active=True)
    assert effects.settle(0.0)
    assert (desk.beds(), effects.extra_beds) == (24, {"ward": 4})
    effects.set(0, active=False)
    assert effects.settle(10.0)
    assert (desk.beds(), effects.extra_beds) == (20, {"ward": 0})
    assert not effects.settle(20.0)


def test_changes_are_laid_in_the_order_of_the_actions_whichever_began_first() -> None:
    desk = Desk()
    effects = Effects(DEEDS, desk.read, desk.retune)
    for number in (1, 0):
        effects.set(number, active=True)
        effects.settle(0.0)
    assert desk.beds() == (20 + 4) * 2


def test_a_dated_change_keeps_what_actions_have_laid_over_it() -> None:
    desk = Desk()
    effects = Effects(DEEDS, desk.read, desk.retune)
    effects.set(0, active=True)
    effects.settle(0.0)
    effects.dated("services", "ward", 1000.0, SimpleNamespace(kind="ward", beds=30))
    assert desk.beds() == 34
    effects.set(0, active=False)
    effects.settle(1010.0)
    assert desk.beds() == 30


def test_a_dated_change_without_actions_is_handed_on_as_it_is() -> None:
    desk = Desk()
    effects = Effects(DEEDS, desk.read, desk.retune)
    settings = SimpleNamespace(kind="ward", beds=31)
    effects.dated("services", "ward", 1000.0, settings)
    assert desk.now["services", "ward"] is settings


def test_beds_count_as_opened_only_if_there_are_more() -> None:
    desk = Desk()
    effects = Effects(DEEDS, desk.read, desk.retune)
    effects.set(2, active=True)
    effects.settle(0.0)
    assert (desk.beds("other"), effects.extra_beds["other"], effects.beds(2, 0.0)) == (15, 0, 0)
    assert effects.beds(1, 0.0) == 20 + 1


def test_the_same_settings_are_written_once() -> None:
    desk = Desk()
    effects = Effects(DEEDS, desk.read, desk.retune)
    for number in range(20):
        effects.set(0, active=number % 2 == 0)
        effects.settle(float(number))
    assert desk.read_times == 2


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=40), st.integers(0, 40))
def test_whatever_began_and_ended_nothing_is_left_behind(steps: list[tuple[int, bool]], change: int) -> None:
    """Actions come and go, and after some of them the scenario's own settings change: from 20 beds to 30."""
    desk = Desk()
    effects = Effects(DEEDS, desk.read, desk.retune)
    own, minute = 20, 0.0
    for number, (deed, active) in enumerate(steps):
        if number == change:
            own, minute = 30, 1000.0
            for name in ("ward", "other"):
                effects.dated("services", name, minute, SimpleNamespace(kind="ward", beds=own))
        effects.set(deed, active=active)
        effects.settle(minute)
    for deed in range(3):
        effects.set(deed, active=False)
    effects.settle(minute)
    assert [desk.beds(name) for _, name in desk.now] == [own] * len(desk.now)
    assert not any(effects.extra_beds.values())
    assert effects.active == set()
