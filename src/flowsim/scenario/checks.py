"""Checks across the parts of a scenario: names that must exist, patients who must get somewhere, sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flowsim.errors import Problem, as_warning, nearest
from flowsim.scenario.build import OTHERWISE, Builder
from flowsim.scenario.dated import Dated, lay
from flowsim.scenario.nodes import Node, Path, children, dotted, entries, find, problem_at
from flowsim.spec.alternatives import LEAVE, named_in
from flowsim.spec.consequences import Costs
from flowsim.spec.demand import DemandSpec
from flowsim.spec.time import TimeSpec
from flowsim.units import format_duration, show

__all__ = ["MOST_PATIENTS", "check", "expected_patients"]

MOST_PATIENTS: Final = 20_000_000
"""Most patients in one replication."""
BYTES_PER_PATIENT: Final = 250
"""Memory that one patient takes during a replication, roughly."""
WEEK: Final = 10080.0
ELSEWHERE: Final = "alternative"
"""The outcome whose destination the alternatives decide."""


def check(builder: Builder, dated: Sequence[Dated]) -> list[Problem]:
    """Return every problem and warning across the parts of a scenario.

    Args:
        builder: The parts that could be read.
        dated: Changes that hold over dates.
    """
    sound = not builder.problems
    checker = _Checker(builder)
    checker.pathways()
    checker.alternatives()
    checker.demand()
    checker.places()
    checker.costs()
    if sound and not checker.problems:
        checker.reach()
    checker.times(dated)
    checker.size()
    return checker.problems


def expected_patients(demand: Iterable[DemandSpec], minutes: float) -> float:
    """Return roughly how many patients come in a number of minutes."""
    return sum(stream.per_day for stream in demand) * minutes / 1440


@dataclass
class _Checker:
    builder: Builder
    problems: list[Problem] = field(default_factory=list)

    @property
    def names(self) -> dict[str, Node]:
        """Every service by name, also those that could not be read."""
        return entries(find(self.builder.root, ("services",)))

    def part(self, section: str) -> dict[str, Any]:
        found = self.builder.parts.get(section)
        return found if isinstance(found, dict) else {}

    def node(self, *path: str) -> Node | None:
        return find(self.builder.root, path)

    def wrong(self, path: Path, message: str, *, key: bool = False, **more: str) -> None:
        node = self.node(*path)
        above = path
        while node is None and above:
            above = above[:-1]
            node = self.node(*above)
            key = True
        self.problems.append(problem_at(node, message, path, key=key, **more))

    def named(self, name: str, options: Iterable[str], what: str, path: Path, *, key: bool = False) -> bool:
        """Check that a name exists; say so with the nearest ones if not."""
        known = list(options)
        if name in known:
            return True
        close = nearest(name, known, 2)
        message = f"There is no {what} called {show(name)}."
        if close:
            message += f" Did you mean {' or '.join(close)}?"
        allowed = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
        self.wrong(path, message, key=key, allowed="" if close else allowed)
        return False

    def costs(self) -> None:
        """Check that every service that has a cost of its own exists."""
        costs = self.builder.parts.get("costs")
        for name in costs.services if isinstance(costs, Costs) else ():
            self.named(name, self.names, "service", ("costs", "services", name), key=True)

    # -- where patients go ---------------------------------------------------------------------------

    def pathways(self) -> None:
        section = self.part("pathways")
        for name in section:
            self.named(name, self.names, "service", ("pathways", name), key=True)
        for name, spec in self.part("services").items():
            given = entries(self.node("pathways", name))
            wanted = {key: text for key, text in dict(spec.OUTCOMES).items() if key != ELSEWHERE}
            self.unknown_outcomes(name, given, wanted)
            missing = [key for key in wanted if key not in given]
            if missing and OTHERWISE not in given:
                self.missing_outcomes(name, missing, wanted)
        for name, outcomes in section.items():
            for outcome, destination in outcomes.items():
                self.destination(destination, ("pathways", name, outcome))

    def unknown_outcomes(self, name: str, given: dict[str, Node], wanted: dict[str, str]) -> None:
        kind = self.part("services")[name].kind
        for outcome in given:
            if outcome not in wanted and outcome != OTHERWISE:
                close = nearest(outcome, wanted)
                guess = f" Did you mean {close[0]}?" if close else ""
                message = f"{outcome} is not a way to finish in {name}, of kind {kind}.{guess}"
                self.wrong(
                    ("pathways", name, outcome), message, key=True, allowed=", ".join(wanted) or "nothing"
                )

    def missing_outcomes(self, name: str, missing: list[str], wanted: dict[str, str]) -> None:
        meanings = "; ".join(f"{key} ({wanted[key]})" for key in missing)
        message = f"Nothing says where patients go from {name} after {meanings}."
        example = f"{missing[0]}: leave" if len(missing) == 1 else "otherwise: leave"
        hint = (
            f"Write under pathways: {name}: {{{example}}}, with a service in place of leave where they go on."
        )
        path = ("pathways", name) if self.node("pathways", name) else ("services", name)
        self.wrong(path, message, key=True, hint=hint)

    def destination(self, destination: Any, path: Path) -> None:
        for name in named_in(destination):
            if name != LEAVE:
                where, at_key = self.spelling(path, name)
                self.named(name, (*self.names, LEAVE), "service", where, key=at_key)

    def spelling(self, path: Path, name: str) -> tuple[Path, bool]:
        """Return where below `path` a name is written, and whether as a key."""
        node = self.node(*path)
        for below, child in _all_below(node, path):
            if below[-1] == name and below != path:
                return below, True
            if child.value == name:
                return below, False
        return path, False

    def alternatives(self) -> None:
        for key, options in self.part("alternatives").items():
            path: Path = ("alternatives", key)
            service, dot, point = key.rpartition(".")
            if not dot:
                message = f"{key} does not name a decision point: write SERVICE.POINT."
                self.wrong(path, message, key=True)
            elif self.named(service, self.names, "service", path, key=True):
                self.point(service, point, path)
            for position, option in enumerate(options):
                self.named(option.to, self.names, "service", (*path, str(position), "to"))
                if option.shortest_stays is not None:
                    self.shortest_stays(service, point, (*path, str(position), "shortest_stays"))

    def shortest_stays(self, service: str, point: str, path: Path) -> None:
        """Check that the stay which an alternative looks at is still to begin."""
        if getattr(self.part("services").get(service), "kind", "") == "ward":
            message = f"At {service}.{point} the stay has begun, so how short it will be cannot decide."
            hint = "Leave it out; step_down_tail of the ward says which part of a stay is replaced."
            self.wrong(path, message, key=True, hint=hint)

    def point(self, service: str, point: str, path: Path) -> None:
        spec = self.part("services").get(service)
        if spec is None:
            return
        known = list(spec.DECISIONS)
        if point not in known:
            close = nearest(point, known)
            guess = f" Did you mean {service}.{close[0]}?" if close else ""
            message = f"{service} has no decision point called {point}.{guess}"
            self.wrong(path, message, key=True, allowed=", ".join(known) or "none for this kind of service")

    def demand(self) -> None:
        for name, stream in entries(self.node("demand")).items():
            to, casemix = (entries(stream).get(key) for key in ("to", "casemix"))
            if to is not None and isinstance(to.value, str):
                self.named(to.value, self.names, "service", ("demand", name, "to"))
            if casemix is not None and isinstance(casemix.value, str):
                known = entries(self.node("casemix"))
                self.named(casemix.value, known, "case mix", ("demand", name, "casemix"))
        for name, spec in self.part("services").items():
            self.sends(name, spec)

    def sends(self, name: str, spec: Any) -> None:
        """Check the services that a service's own settings send patients to."""
        back = getattr(spec, "comes_back", None)
        if back is not None:
            self.destination(back.to, ("services", name, "comes_back", "to"))
        for position, other in enumerate(getattr(spec, "outliers", ())):
            path: Path = ("services", name, "outliers", str(position), "to")
            if self.named(other.to, self.names, "service", path):
                self.takes_outliers(name, other.to, path)
        if getattr(spec, "areas", None):
            self.areas(name, spec)

    def takes_outliers(self, name: str, other: str, path: Path) -> None:
        """Check that patients are placed in another service of the same kind."""
        specs = self.part("services")
        if other == name:
            self.wrong(path, f"{name} cannot take its own patients as outliers.", hint="Name another ward.")
        elif other in specs and specs[other].kind != specs[name].kind:
            wards = ", ".join(n for n, s in specs.items() if s.kind == specs[name].kind and n != name)
            message = f"{other} is a {specs[other].kind.replace('_', ' ')} and has no beds for outliers."
            self.wrong(path, message, allowed=wards or "no other ward")

    def areas(self, name: str, spec: Any) -> None:
        """Check the areas and teams of a department that its own settings name."""
        path: Path = ("services", name, "area")
        for area in named_in(spec.area):
            where, at_key = self.spelling(path, area)
            self.named(area, spec.areas, "area", where, key=at_key)
        for own, area in spec.areas.items():
            path = ("services", name, "areas", own)
            self.named(area.clinicians, spec.clinicians, "team of clinicians", (*path, "clinicians"))
            if area.overflow == own:
                message = f"{own} cannot overflow into itself."
                self.wrong((*path, "overflow"), message, hint="Name another area, or leave it out.")
            elif area.overflow:
                self.named(area.overflow, spec.areas, "area", (*path, "overflow"))

    def places(self) -> None:
        places, sites, trusts = (entries(self.node(key)) for key in ("places", "sites", "trusts"))
        for section, known, what, key in (
            ("services", sites, "site", "site"),
            ("services", places, "place", "place"),
            ("sites", places, "place", "place"),
            ("sites", trusts, "trust", "trust"),
        ):
            for name, entry in entries(self.node(section)).items():
                given = entries(entry).get(key)
                if given is not None and isinstance(given.value, str) and given.value:
                    self.named(given.value, known, what, (section, name, key))

    # -- who gets where ------------------------------------------------------------------------------

    def reach(self) -> None:
        """Warn of services nobody reaches; refuse services that nobody can leave."""
        onward = {name: set(self.onward(name)) for name in self.names}
        reached = _closure({stream.to for stream in self.part("demand").values()}, onward)
        for name in self.names:
            if name not in reached:
                message = f"Nobody reaches {name}: no demand, pathway or alternative leads there."
                self.wrong(("services", name), message, key=True, hint="Remove it, or send patients to it.")
                self.problems[-1] = as_warning(self.problems[-1])
            elif LEAVE not in _closure({name}, onward):
                message = (
                    f"Patients who reach {name} can never leave: its pathways only lead round in a circle."
                )
                self.wrong(
                    ("services", name), message, key=True, hint="Give an outcome the destination leave."
                )

    def onward(self, name: str) -> Iterator[str]:
        for destination in self.part("pathways").get(name, {}).values():
            yield from named_in(destination)
        for key, options in self.part("alternatives").items():
            if key.rpartition(".")[0] == name:
                yield from (option.to for option in options)
        spec = self.part("services").get(name)
        back = getattr(spec, "comes_back", None)
        if back is not None:
            yield from named_in(back.to)
        yield from (other.to for other in getattr(spec, "outliers", ()))

    # -- times and sizes -----------------------------------------------------------------------------

    def times(self, dated: Sequence[Dated]) -> None:
        time = self.builder.parts.get("time")
        if not isinstance(time, TimeSpec):
            return
        self.kind_of_time(time, dated)
        together: dict[object, list[Dated]] = {}  # what was written together is told of once
        for change in dated:
            together.setdefault(id(change.node) if change.label == "change" else change.label, []).append(
                change
            )
        for mine in together.values():
            if all(self.outside(change, time) for change in mine):
                self.too_late(mine[0], time)

    def kind_of_time(self, time: TimeSpec, dated: Sequence[Dated]) -> None:
        """Check that what is asked and the times go together."""
        if time.kind == "terminating":
            return
        if dated:
            message = (
                "Some settings change over dates, so there is no long-run average or typical week to find."
            )
            hint = "Write kind: terminating, or take the dated changes away."
            self.wrong(("time", "kind"), message, hint=hint)
            self.problems[-1] = as_warning(self.problems[-1])
        for key in ("warm_up", "horizon"):
            length = getattr(time, key)
            if time.kind == "cyclic" and isinstance(length, float) and length % WEEK:
                message = (
                    f"{format_duration(length)} is not a whole number of weeks, which a typical week needs."
                )
                self.wrong(("time", key), message, hint="Write, for instance, 6 weeks.")

    def outside(self, change: Dated, time: TimeSpec) -> bool:
        before = -time.warm_up if isinstance(time.warm_up, float) else -1e9
        return all(
            end <= before or begin >= time.horizon
            for piece in lay([change], time.start)
            for begin, end, _ in piece.pieces
        )

    def too_late(self, change: Dated, time: TimeSpec) -> None:
        period = f"{time.start} and lasts {format_duration(time.horizon)}"
        message = f"This has no effect: its dates lie outside the simulated period, which starts on {period}."
        hint = "Change its dates, or time.start and time.horizon."
        surge = change.label.removeprefix("surge ")
        path = ("change", dotted(change.path)) if change.label == "change" else ("surges", surge)
        self.problems.append(as_warning(problem_at(change.node, message, path, key=True, hint=hint)))

    def size(self) -> None:
        """Refuse a scenario that could not be simulated in any sensible time or memory."""
        time = self.builder.parts.get("time")
        streams = list(self.part("demand").values())
        if not isinstance(time, TimeSpec) or not streams:
            return
        warm_up = time.warm_up if isinstance(time.warm_up, float) else 0.0
        patients = expected_patients(streams, warm_up + time.horizon)
        if patients > MOST_PATIENTS:
            memory = patients * BYTES_PER_PATIENT / 1e9
            message = (
                f"This would simulate about {patients / 1e6:,.0f} million patients in each replication"
                f" (some {memory:,.0f} GB of memory); {MOST_PATIENTS / 1e6:.0f} million are the most."
            )
            self.wrong(
                self.culprit(), message, hint="Shorten time.horizon, or lower per_day of the largest streams."
            )

    def culprit(self) -> Path:
        """Return the stream that makes more than half of all patients, else the horizon."""
        streams = self.part("demand")
        largest = max(streams, key=lambda name: float(streams[name].per_day))
        most = streams[largest].per_day * 2 > sum(stream.per_day for stream in streams.values())
        return ("demand", largest, "per_day") if most else ("time", "horizon")


def _all_below(node: Node | None, path: Path) -> Iterator[tuple[Path, Node]]:
    if node is None:
        return
    yield path, node
    for step, child in children(node):
        yield from _all_below(child, (*path, step))


def _closure(start: set[str], onward: dict[str, set[str]]) -> set[str]:
    """Return everything that can be reached from `start`."""
    reached, waiting = set(start), list(start)
    while waiting:
        for name in onward.get(waiting.pop(), ()):
            if name not in reached:
                reached.add(name)
                waiting.append(name)
    return reached
