"""What a study file may say: surges, options, and what is the same in all their combinations."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from flowsim.spec.base import Spec
from flowsim.spec.scenario import About, Replications, Seed
from flowsim.spec.time import Horizon, WarmUp
from flowsim.spec.values import Day, Name

__all__ = ["Choice", "Option", "StudyFile", "StudySpec", "Times"]


def _listed(value: object) -> object:
    """Return one text as a list of it."""
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One text or several."""


class Choice(Spec):
    """A surge or an option: what it changes."""

    title: str = ""
    """Name in the matrix and in reports; the short name when left out."""
    extends: str = ""
    """A whole scenario: for a surge the one to start from in place of the base; for an option a plan on the
    same base, of which everything beyond the base is taken."""
    include: Texts = ()
    """Packs or levers laid over it, in order."""
    change: dict[str, Any] = {}  # noqa: RUF012 - frozen by Spec
    """Settings it alters: a path to a value, {add: ...} or {multiply: ...}, perhaps with dates."""


class Option(Choice):
    """Something that could be done."""

    combines: Texts = ()
    """Options further up that are done together, in order; the other settings come on top of them."""


class Times(Spec):
    """Times that differ from the base's."""

    start: Day | None = None
    """First day of the data collection period."""
    horizon: Horizon | None = None
    """Length of the data collection period."""
    warm_up: WarmUp | None = None
    """Time simulated before the start and left out of every result."""


class StudySpec(Spec):
    """Every surge with every option, on the same patients."""

    base: str = ""
    """The scenario that every surge starts from; only needed where a surge extends none of its own."""
    include: Texts = ()
    """Files laid over the base of every surge, such as costs, harm and how pressure is scored."""
    do_nothing: str = "Do nothing"
    """Name in reports of the option that changes nothing, with which the others are compared."""
    surges: dict[Name, Choice] = {}  # noqa: RUF012
    """What may come, each with a name of its own; left out, the base alone."""
    options: dict[Name, Option]
    """What could be done, each with a name of its own. To do nothing is always among them."""
    measures: Texts = ()
    """Measures or areas to show, the most important first; a few of the headline measures when left out."""
    replications: Replications | None = None
    """Replications of every surge with every option; what the base asks for when left out."""
    seed: Seed | None = None
    """Root of all random numbers; that of the base when left out."""
    time: Times = Times()
    """Times that differ from the base's, such as a shorter horizon for a first look."""


class StudyFile(Spec):
    """A study file."""

    flowsim: Literal[1] = 1
    """Version of the scenario format."""
    name: Name = "study"
    """Short name, with which the name of every run of the study begins. The file's name when left out."""
    title: str = ""
    """Name in reports; the short name when left out."""
    about: About = About()
    """Who asked, who answers and who checks."""
    study: StudySpec
    """Every surge with every option, on the same patients."""
