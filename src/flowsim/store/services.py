"""What the services of a finished run are, read from its resolved scenario: no scenario file is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flowsim.services import KINDS
from flowsim.store.files import damaged

if TYPE_CHECKING:
    from flowsim.store.results import Results

IN_PLACE = ("discharge",)
"""Kinds that work where the patient is: what the patient held before stays held."""

PLACES: Mapping[str, str] = {
    "ambulance": "crew",
    "emergency_department": "space",
    "urgent_treatment_centre": "room",
    "clinic": "room",
    "same_day_emergency_care": "chair",
    "ward": "bed",
    "virtual_ward": "place",
    "intermediate_care": "place",
}
"""What a patient of each kind of service holds; the other kinds give nothing that could be held."""

ONCE_STARTED = ("emergency_department", "urgent_treatment_centre", "clinic")
"""Kinds with a waiting room: the place is held from the start of care, in the others from acceptance."""


@dataclass(frozen=True)
class Services:
    """The services of one run.

    Attributes:
        kinds: service to its kind.
        labels: service to what it is called in sentences.
    """

    kinds: Mapping[str, str]
    labels: Mapping[str, str]

    @classmethod
    def of(cls, results: Results) -> Services:
        """Read the services of a run.

        Raises:
            InputError: The resolved scenario of the run is missing or damaged.
        """
        found = _section(results, "services")
        kinds = {name: str(settings["kind"]) for name, settings in found.items()}
        labels = {name: _label(name, settings) for name, settings in found.items()}
        return cls(kinds, labels)

    def place(self, service: str) -> str:
        """Return what patients of a service hold: bed, crew, ...; empty if nothing."""
        return PLACES.get(self.kinds.get(service, ""), "")

    def label(self, service: str) -> str:
        """Return what a service is called in a sentence."""
        return self.labels.get(service) or service.replace("_", " ")

    def meaning(self, service: str, outcome: str) -> str:
        """Return what an outcome of a service means, in a few words."""
        kind = KINDS.get(self.kinds.get(service, ""))
        words = "" if kind is None else kind.OUTCOMES.get(outcome, "")
        return words or outcome.replace("_", " ")


def _label(name: str, settings: Mapping[str, Any]) -> str:
    return " ".join(str(settings.get("label") or "").split()) or name.replace("_", " ")


def _section(results: Results, section: str) -> dict[str, Any]:
    from flowsim.scenario.nodes import Document, plain
    from flowsim.scenario.reading import read_tree

    path = results.path / "scenario.resolved.yaml"
    tree, problems = read_tree(results.scenario_text(), Document(str(path)))
    whole = plain(tree) if tree is not None and tree.is_mapping else {}
    found = whole.get(section)
    usable = isinstance(found, dict) and all(
        isinstance(each, dict) and each.get("kind") in KINDS for each in found.values()
    )
    if problems or not usable:
        raise damaged(path, f"the resolved scenario of this run has no whole section of {section}")
    return dict(found or {})
