"""What actions do to settings, and how it is undone: overlays on the settings of the day.

An overlay is never taken out of a changed setting: the settings are written anew each time, from what the
scenario says for this minute and the overlays that hold. So nothing is ever left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flowsim.policies.escalation.scoring import Scope

Key = tuple[str, str]
"""Section and name of what is changed: ("services", "medway_ed")."""
Read = Callable[[str, str, float, Sequence[Any], Any], Any]
"""Settings of an entry at a minute: (section, name, minute, changes, settings without them where known)."""
Retune = Callable[[str, str, Any], None]
"""Give settings to what runs by them: (section, name, settings)."""


@dataclass(frozen=True)
class Deed:
    """An action at one site, in one place or in the system.

    Attributes:
        action: name of the action.
        scope: whose level decides.
        changes: what it changes; each has a ``path`` that starts with section and name, and says with
            ``applied`` what becomes of a value.
        routes: ways it opens for ambulances, by the department they lead away from.
    """

    action: str
    scope: Scope
    changes: tuple[Any, ...] = ()
    routes: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


class Effects:
    """Keeps the settings of everything that any action may change.

    Args:
        deeds: all of them, in the order in which their changes are laid over each other.
        read: gives settings under changes.
        retune: hands settings to what runs by them.
    """

    def __init__(self, deeds: Sequence[Deed], read: Read, retune: Retune) -> None:
        self.deeds = deeds
        self.keys = [dict.fromkeys(change.path[:2] for change in deed.changes) for deed in deeds]
        self.read = read
        self.retune = retune
        self.active: set[int] = set()
        self.extra_beds: dict[str, int] = {}
        self._steps: dict[Key, int] = {}
        self._kept: dict[tuple[Key, int, tuple[int, ...]], Any] = {}
        self._stale: dict[Key, None] = {}

    def set(self, deed: int, *, active: bool) -> None:
        """Begin or end a deed; `settle` carries it out."""
        (self.active.add if active else self.active.discard)(deed)
        self._stale.update(dict.fromkeys(self.keys[deed]))

    def settle(self, now: float) -> bool:
        """Carry out what has begun and ended since the last time, each setting once; say if anything had."""
        stale, self._stale = self._stale, {}
        for key in stale:
            self._lay(key, now)
        return bool(stale)

    def dated(self, section: str, name: str, now: float, settings: Any) -> None:
        """The scenario's own settings change at this minute: lay the overlays over the new ones."""
        key = section, name
        self._steps[key] = step = self._steps.get(key, 0) + 1
        self._kept[key, step, ()] = settings
        self._lay(key, now)

    def beds(self, deed: int, now: float) -> int:
        """Return the beds that a deed opens by itself."""
        opened = 0
        for change in self.deeds[deed].changes:
            if change.path[0] == "services" and change.path[2:] == ("beds",):
                own = self._settings(change.path[:2], now, ()).beds
                opened += max(change.applied(own, 1.0) - own, 0)
        return opened

    def _lay(self, key: Key, now: float) -> None:
        holding = tuple(deed for deed in sorted(self.active) if key in self.keys[deed])
        settings = self._settings(key, now, holding)
        self.retune(*key, settings)
        if key[0] == "services" and settings.kind == "ward":
            own = self._settings(key, now, ())
            self.extra_beds[key[1]] = max(settings.beds - own.beds, 0)

    def _settings(self, key: Key, now: float, deeds: tuple[int, ...]) -> Any:
        known = key, self._steps.get(key, 0), deeds
        if known not in self._kept:
            changes = [c for deed in deeds for c in self.deeds[deed].changes if c.path[:2] == key]
            own = self._settings(key, now, ()) if deeds else None
            self._kept[known] = self.read(*key, now, changes, own)
        return self._kept[known]
