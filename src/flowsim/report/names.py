"""What groups are called: sites and services by their labels, age bands and pathways in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flowsim.measures.compare.text import plain
from flowsim.measures.definitions.time_spent import LINK

if TYPE_CHECKING:
    from flowsim.report.written import Written

SECTIONS = {
    "service": "services",
    "site": "sites",
    "place": "places",
    "residence": "places",
    "trust": "trusts",
    "stream": "demand",
}
"""Levels whose groups a scenario gives labels."""
LEVELS = {
    "system": "whole system",
    "fifth": "deprivation",
    "residence": "place of residence",
    "discharge_pathway": "discharge pathway",
    "category": "category of call",
    "kind": "kind of service",
    "hour": "hour of the day",
    "route": "way of coming",
}
"""What levels are called, where not by their own name."""
PATHWAYS = {
    "0": "Pathway 0: home without support",
    "1": "Pathway 1: home with support",
    "2": "Pathway 2: community bed",
    "3": "Pathway 3: care home",
}
"""Source: Hospital discharge and community support guidance, Department of Health and Social Care."""
FIFTHS = {"1": "1, most deprived", "5": "5, least deprived"}
MOST = 80
"""Characters of a name."""


def level_name(level: str) -> str:
    """Return what a level is called."""
    return LEVELS.get(level, level.replace("_", " "))


class Names:
    """What groups are called in the scenarios of a report.

    Args:
        scenarios: the scenarios; the first that has a label gives it.
    """

    def __init__(self, scenarios: Sequence[Written]) -> None:
        self._labels = {
            (section, name): str(each["label"])
            for written in reversed(scenarios)
            for section in set(SECTIONS.values())
            for name, each in (written.setting(section) or {}).items()
            if isinstance(each, dict) and each.get("label")
        }
        self._labels |= {
            ("action", name): str(each["label"])
            for written in reversed(scenarios)
            for name, each in (written.setting("escalation", "actions") or {}).items()
            if isinstance(each, dict) and each.get("label")
        }

    def of(self, level: str, group: str) -> str:
        """Return what a group of a level is called."""
        if level == "link":
            return f" {LINK.strip()} ".join(self.of("service", name) for name in group.split(LINK))
        if level == "pool":
            service, *resource = group.split(".")
            return plain(f"{self.of('service', service)}: {' '.join(resource).replace('_', ' ')}", MOST + 20)
        section = SECTIONS.get(level, level)
        known = self._labels.get((section, group)) or _IN_WORDS.get(level, _as_it_is)(group)
        return plain(known[:1].upper() + known[1:], MOST)


def _as_it_is(group: str) -> str:
    return group.replace("_", " ") or "Whole system"


_IN_WORDS: dict[str, Callable[[str], str]] = {
    "age": lambda group: f"Aged {group}",
    "fifth": lambda group: FIFTHS.get(group, group),
    "acuity": lambda group: f"Acuity {group}",
    "category": lambda group: f"Category {group}" if group.isdigit() else _as_it_is(group),
    "discharge_pathway": lambda group: PATHWAYS.get(group, group),
    "kind": lambda group: _as_it_is(group).capitalize(),
    "hour": lambda group: f"{group}:00",
}
