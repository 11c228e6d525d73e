"""Waves that several surges share: the peak of a winter is written once, and everything follows it.

waves: {flu: {peak: 2027-01-04, width: 5 weeks}}
surges:
flu: {wave: flu, change: ...}
staff_sickness: {wave: flu, lag: 1 week, change: ...}
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flowsim.errors import Problem, nearest
from flowsim.scenario.dated import WHEN_KEYS
from flowsim.scenario.nodes import Node, Path, entries, problem_at
from flowsim.spec.values import parse_day
from flowsim.units import parse_duration, show

__all__ = ["LAG_KEYS", "with_wave"]

LAG_KEYS: Final = ("wave", "lag")
"""Settings of a surge that follows a wave."""
_KEYS: Final = ("label", "peak", "width", "source", "grade", "note")
_DAY: Final = 1440.0


def with_wave(surge: Node, waves: Node | None, path: Path, problems: list[Problem]) -> Node | None:
    """Return a surge with the dates of the wave that it follows, if it follows one; None if it cannot.

    Args:
        surge: The settings of the surge.
        waves: The section ``waves`` of the scenario.
        path: Where the surge stands, for messages.
        problems: Receives what is wrong.
    """
    settings = entries(surge)
    if "wave" not in settings:
        if "lag" in settings:
            message = "A lag counts from the peak of a wave: name the wave."
            problems.append(problem_at(settings["lag"], message, (*path, "lag"), key=True))
        return surge
    own = {key: child for key, child in settings.items() if key not in LAG_KEYS}
    dates = [key for key in WHEN_KEYS if key in own]
    if dates:
        message = f"A surge that follows a wave has its peak and width; {dates[0]} does not go with that."
        problems.append(problem_at(own[dates[0]], message, (*path, dates[0]), key=True))
        return None
    wave = _named(settings["wave"], waves, path, problems)
    return None if wave is None else surge.but(value={**own, **_dates(settings, wave, path, problems)})


def _named(name: Node, waves: Node | None, path: Path, problems: list[Problem]) -> Node | None:
    known = entries(waves)
    text = show(name.value)
    wave = known.get(text)
    if wave is None:
        close = nearest(text, known)
        guess = f" Did you mean {close[0]}?" if close else ""
        message = f"There is no wave called {text}.{guess}"
        hint = f"Write it under waves: {{{text}: {{peak: 2027-01-04, width: 5 weeks}}}}."
        problems.append(problem_at(name, message, (*path, "wave"), hint="" if close else hint))
        return None
    for key, child in entries(wave).items():
        if key not in _KEYS:
            where = ("waves", text, key)
            problems.append(problem_at(child, "Unknown setting.", where, key=True, allowed=", ".join(_KEYS)))
    return wave


def _dates(settings: dict[str, Node], wave: Node, path: Path, problems: list[Problem]) -> dict[str, Node]:
    """Return the settings that say when: those of the wave, later by the lag."""
    given = entries(wave)
    found: dict[str, Node] = {key: given[key] for key in ("peak", "width") if key in given}
    lag, peak = settings.get("lag"), found.get("peak")
    try:
        days = 0.0 if lag is None else _signed(lag.value) / _DAY
        if peak is not None and days:
            found["peak"] = peak.but(
                value=(parse_day(str(peak.value)) + timedelta(days=round(days))).isoformat()
            )
    except (ValueError, OverflowError) as error:
        problems.append(problem_at(lag, f"{error}.", (*path, "lag")))
    shape = settings["wave"].but(value="wave")
    return {"shape": shape, **found}


def _signed(value: Any) -> float:
    if isinstance(value, str) and value.strip().startswith("-"):
        return -parse_duration(value.strip()[1:].strip())
    return parse_duration(value)
