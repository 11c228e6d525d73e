"""A whole scenario, frozen: what the simulation, the reports and the comparisons read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Protocol

from pydantic import PlainValidator, PrivateAttr, SerializeAsAny, WithJsonSchema

from flowsim.spec.alternatives import Alternative, Destination
from flowsim.spec.base import ServiceSpec, Spec
from flowsim.spec.consequences import Costs, Harm
from flowsim.spec.demand import DemandSpec
from flowsim.spec.escalation import Escalation
from flowsim.spec.origin import Origin
from flowsim.spec.people import CaseMix
from flowsim.spec.time import TimeSpec
from flowsim.spec.values import Count, Name, Quantity
from flowsim.units import format_number, parse_count

__all__ = ["About", "Place", "Scenario", "Site", "Trust"]

MOST_REPLICATIONS = 100_000


def _at_least_one(value: object) -> int:
    count = parse_count(value, least=1)
    if count > MOST_REPLICATIONS:
        raise ValueError(f"{count:,} is more than anyone needs: write {MOST_REPLICATIONS:,} or fewer")
    return count


def _seed(value: object) -> int:
    if value == "unlimited":
        raise ValueError("the seed is a plain whole number, such as 2026")
    return parse_count(value)


Replications = Annotated[
    int,
    PlainValidator(_at_least_one),
    Quantity("a whole number", "1 or more", format_number),
    WithJsonSchema({"type": "integer", "minimum": 1}),
]
"""A number of replications, 1 or more."""

Seed = Annotated[
    int,
    PlainValidator(_seed),
    Quantity("a whole number", "0 or more", format_number),
    WithJsonSchema({"type": "integer", "minimum": 0}),
]
"""The root of all random numbers: a whole number, 0 or more."""


class About(Spec):
    """Who asked, who answers and who checks, as the AQuA Book wants it recorded."""

    commissioner: str = ""
    """Who asked the question."""
    analyst: str = ""
    """Who answers it with this model."""
    assurer: str = ""
    """Who checks the answer."""
    approver: str = ""
    """Who signs it off."""
    question: str = ""
    """The question, in a sentence."""
    notes: str = ""
    """Anything a reader should know."""


class Place(Spec):
    """A place: a Health and Care Partnership, or any other area whose residents are counted apart."""

    label: str = ""
    """Name in reports."""
    population: Count | None = None
    """Residents, for rates by head."""


class Trust(Spec):
    """A provider organisation."""

    label: str = ""
    """Name in reports."""
    ods: str = ""
    """Code in the Organisation Data Service."""


class Site(Spec):
    """A hospital or other site."""

    label: str = ""
    """Name in reports."""
    place: str = ""
    """The place it stands in, one of ``places``."""
    trust: str = ""
    """The trust that runs it, one of ``trusts``."""


class Backing(Protocol):
    """What a loaded scenario can still answer: where values came from, and what if they differed."""

    files: tuple[str, ...]
    root: str
    warnings: tuple[Any, ...]
    dated: list[Any]

    @property
    def digest(self) -> str:
        """Return the fingerprint of all that decides a result."""

    @property
    def provenance(self) -> Mapping[str, Origin]:
        """Return the origin of every value, by dotted path."""

    def change(self, changes: Mapping[str, Any], name: str, title: str) -> Scenario:
        """Return the scenario with changes."""

    def over_time(self, section: str, name: str) -> list[tuple[float, Any]]:
        """Return the settings of an entry whenever they change."""

    def text(self) -> str:
        """Return the resolved scenario as YAML."""


class Scenario(Spec):
    """A scenario: a period, a system of services, the demand on it, and where patients go."""

    flowsim: Literal[1] = 1
    """Version of the scenario format."""
    name: Name
    """Short name; the results folder has it too. The file's name when left out."""
    title: str = ""
    """Name in reports; the short name when left out."""
    about: About = About()
    """Who asked, who answers and who checks."""
    time: TimeSpec
    """The simulated period."""
    replications: Replications = 30
    """How often the period is simulated, each time with other luck."""
    seed: Seed = 2026
    """Root of all random numbers; scenarios with the same seed share their patients."""
    places: dict[Name, Place] = {}  # noqa: RUF012 - frozen by Spec
    """Areas whose residents are counted apart."""
    trusts: dict[Name, Trust] = {}  # noqa: RUF012
    """Provider organisations."""
    sites: dict[Name, Site] = {}  # noqa: RUF012
    """Hospitals and other sites."""
    casemix: dict[Name, CaseMix] = {}  # noqa: RUF012
    """Mixes of patients, by name, for demand streams to refer to."""
    services: dict[Name, SerializeAsAny[ServiceSpec]]
    """Every service, by name; ``kind`` decides its other settings."""
    demand: dict[Name, DemandSpec]
    """Streams of patients who come to the system."""
    pathways: dict[Name, dict[str, Destination]] = {}  # noqa: RUF012
    """For every service, where patients go after each of its outcomes: a service, or ``leave``."""
    alternatives: dict[str, tuple[Alternative, ...]] = {}  # noqa: RUF012
    """For ``service.decision``, the alternatives tried in order."""
    waves: dict[str, Any] = {}  # noqa: RUF012
    """Waves that surges follow, each with its peak (a date) and width (how long it is above half)."""
    surges: dict[str, Any] = {}  # noqa: RUF012
    """Dated changes from outside, such as a flu wave."""
    escalation: Escalation | None = None
    """Actions fired by the state of the system."""
    costs: Costs | None = None
    """What things cost; omitted: nothing is said about cost."""
    harm: Harm | None = None
    """Harm associated with delay; omitted: nothing is said about it."""
    targets: dict[str, Any] = {}  # noqa: RUF012
    """What the measures should reach."""
    observed: str = ""
    """CSV file of what really happened, for calibration and overlay."""
    evidence: tuple[str, ...] = ()
    """CSV files that give the source and grade of values, with the columns path, source, grade, note."""

    _backing: Backing = PrivateAttr()

    def specs_over_time(self, name: str, section: str = "services") -> list[tuple[float, Any]]:
        """Return the settings of a service whenever they change, the first at minute 0.

        Args:
            name: Name of the service (or of an entry of another `section`).
            section: ``services``, ``demand``, ``casemix``, ``pathways`` or ``alternatives``.

        Returns:
            Pairs (minute since the start of the calendar, settings), in order of time. A scenario that was
            not read from files has no dated changes.
        """
        backing: Backing | None = getattr(self, "_backing", None)
        if backing is None:
            return [(0.0, getattr(self, section)[name])]
        return backing.over_time(section, name)

    def change(self, changes: Mapping[str, Any], name: str = "", title: str = "") -> Scenario:
        """Return this scenario with changes, as if they stood under ``change`` in a file.

        Args:
            changes: Selector to a plain value, ``add(...)`` or ``multiply(...)``.
            name: Name of the new scenario; left out, the present one.
            title: Title of the new scenario.

        Raises:
            InputError: The changes do not fit, with every problem.
        """
        return self._backing.change(changes, name, title)

    def resolved_text(self) -> str:
        """Return the whole scenario as one YAML text, every value with where it came from."""
        return self._backing.text()

    @property
    def warm_up(self) -> float:
        """Return the length of the warm-up in minutes."""
        return self.time.warm_up_minutes

    @property
    def end(self) -> float:
        """Return the last minute of the calendar: warm-up and horizon."""
        return self.time.end

    @property
    def calendar_start(self) -> datetime:
        """Return the midnight that minute 0 stands for: the first of the warm-up."""
        return datetime.combine(self.time.start, datetime.min.time()) - timedelta(minutes=self.warm_up)

    @property
    def digest(self) -> str:
        """Return the SHA-256 of everything here that decides a result; names and labels do not."""
        return self._backing.digest

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files the scenario was read from, the one that was named first."""
        return self._backing.files

    @property
    def root(self) -> str:
        """Return the folder that the scenario's files may not leave."""
        return self._backing.root

    @property
    def dated(self) -> Sequence[Any]:
        """Return the changes that hold over dates, those of surges last."""
        return self._backing.dated

    @property
    def provenance(self) -> Mapping[str, Origin]:
        """Return where every value came from, by dotted path."""
        return self._backing.provenance

    @property
    def warnings(self) -> Sequence[Any]:
        """Return the problems that do not stop a run."""
        return self._backing.warnings
