"""Escalation in a scenario: what each action means at each site, in each place or in the system.

An action's ``change`` is written as any other. It acts on the services that belong to the site or place whose
level called for it, so one action serves every site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from flowsim.errors import Problem, nearest
from flowsim.policies.escalation.effects import Deed
from flowsim.policies.escalation.scoring import Scope
from flowsim.scenario.build import Builder
from flowsim.scenario.change import Changer, plans_of
from flowsim.scenario.dated import Dated, When, lay, value_at
from flowsim.scenario.manual import Kinds
from flowsim.scenario.nodes import Path, entries, find, problem_at
from flowsim.scenario.resolve import Resolved
from flowsim.scenario.selectors import parse_selector
from flowsim.spec.escalation import SCOPES, Action, Escalation
from flowsim.units import show

if TYPE_CHECKING:
    from flowsim.scenario.nodes import Node

__all__ = ["Actions", "check_actions", "deeds", "members", "with_actions", "wrong_in_effect"]

Actions = Mapping[str, Sequence[Dated]]
"""For each action, its changes of single settings, wherever they act."""
ACTIONS: Final[Path] = ("escalation", "actions")
CHANGEABLE: Final = ("services", "alternatives")
"""Sections that actions may change."""
DEPARTMENT: Final = "emergency_department"


# -- from the files ----------------------------------------------------------------------------------------


def with_actions(resolved: Resolved, kinds: Kinds, problems: list[Problem]) -> tuple[Resolved, Actions]:
    """Return a scenario's tree and the changes that each action makes while it lasts."""
    found: dict[str, Sequence[Dated]] = {}
    root = resolved.root
    for name, action in entries(find(root, ACTIONS)).items():
        change = entries(action).get("change")
        path: Path = (*ACTIONS, name, "change")
        if change is None or not _may_change(change, path, problems):
            found[name] = ()
            continue
        changer = Changer(root, kinds, problems)
        changer.apply(plans_of(change, f"action {name}", path, When()))
        root, found[name] = changer.root, changer.dated
    return replace(resolved, root=root), found


def _may_change(change: Node, path: Path, problems: list[Problem]) -> bool:
    """Say whether an action changes only what it may, and says so in words that can be read."""
    if not change.is_mapping:
        problems.append(problem_at(change, "change is a mapping of settings to new values.", path))
        return False
    before = len(problems)
    for text, node in change.value.items():
        dated = set(entries(node)) & {"from", "to", "shape", "peak", "width"}
        if dated:
            message = "An action begins and ends with the level, so its changes have no dates."
            problems.append(problem_at(node, message, (*path, text), key=True))
            continue
        try:
            first = parse_selector(text).segments[0].name
        except ValueError:
            continue  # said when the change is carried out
        if first not in CHANGEABLE:
            message = f"An action cannot change {first}."
            allowed = f"settings of {' and '.join(CHANGEABLE)}"
            problems.append(problem_at(node, message, (*path, text), key=True, allowed=allowed))
    return len(problems) == before


def members(
    services: Mapping[str, Any], sites: Mapping[str, Any], places: Iterable[str]
) -> dict[Scope, list[str]]:
    """Return what is scored, with the names of its services.

    Sites and places count if they have an emergency department. A service belongs to the place that it names
    or, if it names none, to that of its site.

    Args:
        services: settings by name.
        sites: sites by name.
        places: names of places.
    """
    place_of = {
        name: spec.place or getattr(sites.get(spec.site), "place", "") for name, spec in services.items()
    }
    whole = {
        **{Scope("site", site): [n for n, s in services.items() if s.site == site] for site in sites},
        **{Scope("place", place): [n for n, own in place_of.items() if own == place] for place in places},
        Scope("system", ""): list(services),
    }
    departments = {name for name, spec in services.items() if spec.kind == DEPARTMENT}
    return {scope: names for scope, names in whole.items() if departments & set(names)}


# -- for a run -----------------------------------------------------------------------------------------------


def deeds(escalation: Escalation, actions: Actions, scopes: Mapping[Scope, Sequence[str]]) -> list[Deed]:
    """Return what each action is in each scope that has it, in the order in which actions are taken."""
    found = [
        _deed(name, action, scope, names, actions.get(name, ()))
        for name, action in escalation.actions.items()
        for scope, names in scopes.items()
        if scope.kind == action.scope and (not action.only or scope.name in action.only)
    ]
    return [deed for deed in found if deed.changes or deed.routes]


def _deed(name: str, action: Action, scope: Scope, names: Sequence[str], changes: Sequence[Dated]) -> Deed:
    inside = set(names)
    routes = {} if action.divert is None else action.divert.routes
    return Deed(
        name,
        scope,
        tuple(change for change in changes if owner_of(change) in inside),
        {department: ways for department, ways in routes.items() if department in inside},
    )


def owner_of(change: Dated) -> str:
    """Return the service that a change acts at: for alternatives, the one that offers them."""
    section, name = change.path[:2]
    return name.rpartition(".")[0] if section == "alternatives" else name


Reader = Callable[[str, Any], Any]
"""Reads the plain values of an entry of a section."""


# -- checks --------------------------------------------------------------------------------------------------


def check_actions(builder: Builder, actions: Actions) -> list[Problem]:
    """Return what is wrong with escalation across the parts of a scenario."""
    rules = builder.parts.get("escalation")
    if not isinstance(rules, Escalation):
        return []
    checker = _Checker(builder, rules, actions)
    for name, reserve in rules.staff.items():
        checker.names(("staff", name, "at"), reserve.at, reserve.each)
    for name, action in rules.actions.items():
        checker.action(name, action)
    if not (checker.problems or builder.problems):
        checker.scopes_exist()
    return checker.problems


@dataclass
class _Checker:
    """Collects what is wrong."""

    builder: Builder
    rules: Escalation
    actions: Actions

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        self.services = self._part("services")
        self.scopes = members(self.services, self._part("sites"), self._part("places"))

    def _part(self, section: str) -> dict[str, Any]:
        found = self.builder.parts.get(section)
        return found if isinstance(found, dict) else {}

    def wrong(self, steps: Path, message: str, *, key: bool = False, **more: str) -> None:
        path: Path = ("escalation", *steps)
        node = find(self.builder.root, path)
        self.problems.append(problem_at(node, message, path, key=key, **more))

    def unknown(
        self, steps: Path, what: str, name: str, options: Iterable[str], *, key: bool = False
    ) -> None:
        known = list(options)
        close = nearest(name, known, 2)
        message = f"There is no {what} called {show(name)}."
        message += f" Did you mean {' or '.join(close)}?" if close else ""
        self.wrong(steps, message, key=key, allowed="" if close else ", ".join(known) or "none")

    def scopes_exist(self) -> None:
        if self.services and not self.scopes:
            message = "There is no emergency department, so there is nothing to assess."
            self.wrong((), message, key=True, hint="Take escalation away, or write enabled: false.")

    def names(self, steps: Path, given: Iterable[str], kind: str) -> None:
        """Check names of sites or places."""
        known = [scope.name for scope in self.scopes if scope.kind == kind]
        listed = list(given)
        for position, name in enumerate(listed):
            if name not in known:
                as_key = steps[-1] == "at"
                where = (*steps, name if as_key else str(position))
                self.unknown(where, f"{kind} with an emergency department", name, known, key=as_key)

    def action(self, name: str, action: Action) -> None:
        steps: Path = ("actions", name)
        self.names((*steps, "only"), action.only, action.scope)
        for standby in action.staff:
            reserve = self.rules.staff.get(standby)
            if reserve is None:
                self.unknown((*steps, "staff", standby), "staff", standby, self.rules.staff, key=True)
            elif SCOPES.index(reserve.each) < SCOPES.index(action.scope):
                message = (
                    f"{standby} belong to each {reserve.each}, and this is an action of the {action.scope}."
                )
                self.wrong((*steps, "staff", standby), message, key=True)
        self.routes(steps, action)
        if self.scopes and not (self.problems or self.builder.problems):
            self.reach(name, action)

    def routes(self, steps: Path, action: Action) -> None:
        """Check that ambulances are sent from departments to departments, on sites."""
        if action.divert is None:
            return
        departments = [n for n, spec in self.services.items() if spec.kind == DEPARTMENT]
        here: Path = (*steps, "divert", "routes")
        for department, ways in action.divert.routes.items():
            named = [((*here, department), department, True)]
            named += [((*here, department, str(i), "to"), way.to, False) for i, way in enumerate(ways)]
            for where, name, key in named:
                if name not in departments:
                    self.unknown(where, "emergency department", name, departments, key=key)
                elif not self.services[name].site:
                    self.wrong(where, f"{name} stands on no site, so it has no level to compare.", key=key)

    def reach(self, name: str, action: Action) -> None:
        """Check that every change of an action acts somewhere."""
        own = deeds(self.rules.model_copy(update={"actions": {name: action}}), self.actions, self.scopes)
        acting = {id(change.node) for deed in own for change in deed.changes}
        idle = [c for c in self.actions.get(name, ()) if id(c.node) not in acting]
        for change in {id(c.node): c for c in idle}.values():
            message = (
                f"{owner_of(change)} belongs to no {action.scope} that has this action: nothing would happen."
            )
            hint = "Choose a larger scope: place or system."
            path: Path = (*ACTIONS, name, "change")
            self.problems.append(problem_at(change.node, message, path, key=True, hint=hint))


def wrong_in_effect(
    actions: Actions, written: Mapping[str, Any], start: Any, reader: Reader, tell: Callable[..., Problem]
) -> list[Problem]:
    """Return a problem for every action that makes a setting impossible, alone or with those before it.

    Args:
        actions: changes by action.
        written: plain values of the tree.
        start: first day of the data collection period.
        reader: reads plain values.
        tell: writes the problem of a change, from the error.
    """
    problems: list[Problem] = []
    before: dict[Path, list[Dated]] = {}
    for changes in actions.values():
        for key in dict.fromkeys(change.path[:2] for change in changes):
            own = [change for change in changes if change.path[:2] == key]
            for together in ([*before.get(key, ()), *own], own):
                try:
                    reader(key[0], value_at(written[key[0]][key[1]], lay(together, start), 0.0))
                except (ValidationError, ValueError) as error:
                    problems.append(tell(own[-1], error))
                    break
            before.setdefault(key, []).extend(own)
    return problems
