"""What every service is: a specification, a care process, and where its patients go next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from flowsim.kernel import Journal, Kernel, Patient, Pool, make_pool, make_team
from flowsim.kernel.journal import ACCEPTED, ARRIVED, LEFT, OUTCOME, SOURCE, VISIT
from flowsim.kernel.patient import Care
from flowsim.spec.base import ServiceSpec, Spec
from flowsim.spec.distributions import Distribution
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Mix
from flowsim.spec.values import Share

if TYPE_CHECKING:
    from flowsim.clock import Calendar, Hours, Opening, Rota
    from flowsim.policies.alternatives import DecisionPoint
    from flowsim.sampling.draws import Chance, Choice, Draws
    from flowsim.spec.expected import Expected, Flow

LEAVE = None
"""The destination of a patient who leaves the system."""


class ComesBack(Spec):
    """Some of those who leave the system here come back later: readmission or re-attendance."""

    share: ByGroup[Share]
    """Share of leavers who come back."""
    after: Distribution
    """Time from leaving to coming back."""
    to: ByGroup[Mix]
    """The service they come back to."""


class CareSpec(ServiceSpec):
    """Settings that every kind of service has."""

    comes_back: ComesBack | None = None
    """Readmission or re-attendance of those who leave the system from this service."""

    def expect(self, flow: Flow) -> Expected:
        """Return what the service does, on average and ignoring queues, with a flow of patients.

        Used before a run for the load of every resource (Little's law) and for the loaded start.
        """
        raise NotImplementedError

    def units(self, resource: str) -> Any:
        """Return the setting that says how many units of a resource there are: a number or a rota."""
        value: Any = self
        for part in resource.split("."):
            value = value[part] if isinstance(value, Mapping) else getattr(value, part)
        return value

    def refuses(self, resource: str) -> bool:
        """True if patients who find the resource full are turned away, so that no queue can grow."""
        return False


@dataclass
class System:
    """What the services of one replication share.

    Attributes:
        kernel: the engine.
        draws: luck, by purpose.
        calendar: minutes to dates.
        end: last minute of the run.
        services: every service by name, in the scenario's order.
        decisions: alternatives by (service, decision point).
    """

    kernel: Kernel
    draws: Draws
    calendar: Calendar
    end: float
    services: dict[str, Service[Any]] = field(default_factory=dict)
    decisions: dict[tuple[str, str], DecisionPoint] = field(default_factory=dict)

    def shifts(self, rota: Rota) -> list[tuple[float, int]]:
        """Return a rota's changes over the run."""
        return rota.changes(self.calendar, self.end)

    def opening(self, hours: Hours) -> Opening:
        """Return opening hours compiled for the run."""
        return hours.compile(self.calendar, self.end)


class Fork:
    """A destination that depends on the patient: by group, by chance, or both."""

    __slots__ = ("choice", "desks")

    def __init__(self, choice: Choice, services: Mapping[str, Service[Any]]) -> None:
        self.choice = choice
        self.desks = {name: service.desk for name, service in services.items()}

    def of(self, patient: Patient) -> Desk | None:
        """Return this patient's destination; None is to leave."""
        return self.desks.get(self.choice.of(patient))


S = TypeVar("S", bound=CareSpec)


class Service(Generic[S]):
    """A running service.

    A subclass builds its pools in :meth:`build` and :meth:`configure`, and gives the care process in
    :meth:`care`. A service whose patients may have to wait before they are taken over (a bed, an offload
    bay, a place on a caseload) also gives :meth:`accept`; whatever the patient held before stays held until
    then; or it may return an outcome at once, for a patient who is turned away.

    Attributes:
        Spec: the settings of the kind.
        takes_over: False if the patient stays where they are during this service (discharge planning in a
            ward bed): what is held stays held.
        shared_luck: True if a patient has the same luck in every service of the kind, as at another
            emergency department; False if each service draws for itself.
        notice: minutes before a patient comes at which this service asks to be told (see :meth:`foresee`).
    """

    Spec: ClassVar[type[CareSpec]]
    takes_over: bool = True
    shared_luck: ClassVar[bool] = True
    notice: float = 0.0
    accept: Callable[[Patient], Care] | None = None

    def __init__(self, name: str, index: int, spec: S, system: System) -> None:
        self.name = name
        self.index = index
        self.spec = spec
        self.system = system
        self.kernel = system.kernel
        self.env = system.kernel.env
        self.cells = system.kernel.journal.cells
        self.luck = spec.kind if self.shared_luck else name
        self.bit = 0
        self.build()
        self.desk = Desk(self)
        self.reconfigure(spec)

    # -- for subclasses ------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the pools. Called once; capacities are set in :meth:`configure`."""

    def configure(self, spec: S) -> None:
        """Take over settings; called at the start and at every dated change."""
        self.spec = spec

    def reconfigure(self, spec: S) -> None:
        """Take over settings, and let journeys know."""
        self.configure(spec)
        self.desk.accept = self.accept

    def care(self, patient: Patient) -> Care:
        """Care for a patient who has been taken over; return the index of the outcome."""
        raise NotImplementedError

    def has_room(self, patient: Patient) -> bool:
        """True if a patient sent here now would be accepted without a wait."""
        return True

    def foresee(self, patient: Patient, notice: float) -> Care:
        """Use the last ``notice`` minutes a patient spends elsewhere before coming; take just so long."""
        yield notice

    def place(self) -> Pool | None:
        """Return the pool of places that patients hold while they stay; None if there is none."""
        return None

    def settle(self, patient: Patient, stay: float, elapsed: float) -> tuple[Service[Any], float]:
        """Return where a patient would be who came ``elapsed`` minutes ago for a stay, and the rest of it.

        Used by the loaded start.
        """
        return self, stay - elapsed

    # -- helpers ---------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Minutes since the start of the calendar."""
        return float(self.env._now)

    def purpose(self, what: str) -> str:
        """Return the name under which a value of this service is drawn."""
        return f"{self.luck}.{what}"

    def duration(self, what: str, table: Any) -> Any:
        """Return a draw of minutes from a distribution, or a table of them by group."""
        return self.system.draws.duration(self.purpose(what), table)

    def chance(self, what: str, table: Any) -> Any:
        """Return a yes-or-no draw."""
        return self.system.draws.chance(self.purpose(what), table)

    def uniform(self, what: str) -> Any:
        """Return a draw of a number between 0 and 1."""
        return self.system.draws.uniform(self.purpose(what))

    def decision(self, point: str) -> DecisionPoint | None:
        """Return the alternatives at a decision point of this service, None if there are none."""
        return self.system.decisions.get((self.name, point))

    def pool(self, resource: str, units: int, **settings: Any) -> Pool:
        """Make a pool of this service."""
        return make_pool(self.kernel, (self.name, resource), units, **settings)

    def team(self, resource: str, rota: Rota, **settings: Any) -> Pool:
        """Make a team of this service."""
        return make_team(self.kernel, (self.name, resource), self.system.shifts(rota), **settings)

    # -- wiring ------------------------------------------------------------------------------------------

    def connect(self, pathways: Mapping[str, Any], services: Mapping[str, Service[Any]]) -> None:
        """Resolve each outcome's destination, and who comes back to where."""
        desk = self.desk
        desk.bit = self.bit
        desk.onward = [self._destination(name, pathways, services) for name in self.spec.OUTCOMES]
        back = self.spec.comes_back
        if back is not None:
            draws = self.system.draws
            desk.returning = (
                draws.chance(f"{self.name}.comes_back", back.share),
                draws.duration(f"{self.name}.comes_back_after", back.after),
                Fork(draws.choice(f"{self.name}.comes_back_to", back.to), services),
            )

    def _destination(self, outcome: str, pathways: Mapping[str, Any], services: Mapping[str, Any]) -> Any:
        if outcome == ALTERNATIVE:
            return ELSEWHERE
        where = pathways.get(outcome, "leave")
        if isinstance(where, str):
            return services[where].desk if where in services else None
        return Fork(self.system.draws.choice(f"{self.name}.to.{outcome}", where), services)


ALTERNATIVE = "alternative"
"""The outcome of a patient for whom an alternative was found; the destination is the patient's own."""
ELSEWHERE = object()


class Desk:
    """What a journey needs of a service, in an object of one type for all kinds.

    A journey meets every kind of service at the same few lines of code. The interpreter runs such lines
    several times faster when what they read is always of one type, so the services' own classes stay out.
    """

    __slots__ = ("accept", "bit", "blank", "care", "index", "onward", "returning", "service", "takes_over")

    def __init__(self, service: Service[Any]) -> None:
        self.service = service
        self.index = service.index
        self.blank = Journal.blank(service.index)
        self.bit = 0
        self.accept = service.accept
        self.care = service.care
        self.takes_over = service.takes_over
        self.onward: list[Any] = []
        self.returning: tuple[Chance, Any, Fork] | None = None

    def next_for(self, patient: Patient, outcome: int) -> Service[Any] | None:
        """Return the service to which an outcome takes a patient; None is to leave."""
        onward = self.onward[outcome]
        if isinstance(onward, Fork):
            onward = onward.of(patient)
        return None if onward is None else onward.service


def journey(  # noqa: C901, PLR0912 - every visit of every patient passes here, and calls cost
    kernel: Kernel, patient: Patient, service: Service[Any], *, inside: bool = False
) -> Care:
    """Take a patient from service to service until they leave the system.

    This is where blocking is written, once: a patient who has finished in one service holds its place until
    the next service accepts.

    Args:
        kernel: the engine.
        patient: who; it must hold the service's place already if ``inside``.
        service: the first service.
        inside: True for a patient whom the run finds already in the service, who needs no acceptance.
    """
    cells, env = kernel.journal.cells, kernel.env
    here: Desk | None = service.desk
    while here is not None:
        previous = patient.at
        patient.at = at = len(cells)
        cells.extend(here.blank)
        cells[at] = patient.number
        cells[at + ARRIVED] = env._now
        if previous >= 0:
            cells[at + SOURCE] = patient.service
            if patient.behind is None:
                patient.behind = [previous]
            else:
                patient.behind.append(previous)
        patient.service = here.index
        if patient.seen & here.bit:
            cells[at + VISIT] = patient.visit = _count(patient, here.bit)
        else:
            patient.seen |= here.bit
            patient.visit = 0
        outcome = None if inside or here.accept is None else (yield from here.accept(patient))
        inside = False
        if outcome is None:
            cells[at + ACCEPTED] = env._now
            if patient.behind is not None and here.takes_over:  # unless accept has let go already
                kernel.let_go(patient)
            outcome = yield from here.care(patient)
        cells[at + OUTCOME] = outcome
        onward = here.onward[outcome]
        if type(onward) is Fork:
            onward = onward.of(patient)
        elif onward is ELSEWHERE:
            onward = patient.diverted.desk
        if onward is None:
            cells[at + LEFT] = env._now
            patient.at = -1
            patient.remaining = 0.0
            if patient.held is not None or patient.behind is not None:
                kernel.let_go(patient)
            if here.returning is not None:
                onward = yield from _come_back(patient, here.returning)
        here = onward


def _count(patient: Patient, bit: int) -> int:
    """Return how often the patient has met this luck before, and count this visit."""
    visits = patient.visits
    if visits is None:
        visits = patient.visits = {}
    visits[bit] = visits.get(bit, 0) + 1
    return visits[bit]


def _come_back(patient: Patient, returning: tuple[Any, Any, Fork]) -> Care:
    """Wait at home, if this patient is one who comes back; return where to, or None."""
    chance, after, to = returning
    patient.visit = patient.returns
    patient.returns += 1
    if not chance.of(patient):
        return None
    yield after.of(patient)
    return to.of(patient)
