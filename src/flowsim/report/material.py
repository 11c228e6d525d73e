"""What a report is written from: finished runs, their differences, their scenarios; worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.paired import Difference, paired
from flowsim.measures.compare.targets import Condition, Met, conditions, judged
from flowsim.measures.compare.text import plain
from flowsim.measures.estimates import Floats, Key
from flowsim.report.names import Names
from flowsim.report.written import Written

if TYPE_CHECKING:
    from flowsim.measures.compare import Comparison
    from flowsim.measures.compare.decomposition import Reasons
    from flowsim.measures.compare.persons import Followed
    from flowsim.measures.observed import Score
    from flowsim.store.results import Results

BASE = "Baseline"
"""What the run is called that the others are held against."""
SHORT = 40
"""Characters that a scenario is called by in tables and sentences."""
DAY = 1440.0


@dataclass(frozen=True)
class Material:
    """What a report is written from.

    Attributes:
        comparison: the runs; without any other run, the report is about one alone.
        reasons: for each other run, why its measures differ; empty where nobody asked.
        png: whether charts are drawn as pictures too, for Word.
    """

    comparison: Comparison
    reasons: Sequence[Sequence[Reasons]] = ()
    png: bool = False
    _series: dict[tuple[Any, str, str], dict[tuple[str, str], Floats]] = field(default_factory=dict)

    @property
    def base(self) -> Results:
        """The run the others are compared with."""
        run: Any = self.comparison.base
        return run  # type: ignore[no-any-return]

    @property
    def others(self) -> tuple[Results, ...]:
        """The other runs."""
        runs: Any = self.comparison.others
        return runs  # type: ignore[no-any-return]

    @property
    def runs(self) -> tuple[Results, ...]:
        """All runs, the base first."""
        return (self.base, *self.others)

    @property
    def n(self) -> int:
        """How many replications are compared."""
        return len(self.comparison.replications)

    # -- names -------------------------------------------------------------------------------------------

    @cached_property
    def called(self) -> tuple[str, ...]:
        """What each run is called, in order: "Baseline", then a short title, else a name; each once."""
        if not self.others:
            return (plain(self.base.title, SHORT),)
        short = [_short(run) for run in self.others]
        taken = [BASE, _short(self.base), *short]
        each = zip(short, self.others, strict=True)
        return (BASE, *(name if taken.count(name) == 1 else _with_id(name, run) for name, run in each))

    @cached_property
    def scenarios(self) -> tuple[Written, ...]:
        """What the scenario of each run says."""
        return tuple(Written(run.scenario_text()) for run in self.runs)

    @cached_property
    def names(self) -> Names:
        """What groups are called."""
        return Names(self.scenarios)

    @cached_property
    def question(self) -> str:
        """What was asked: by the first plan that asks something of its own, else by the base; or nothing."""
        asked = [str(written.setting("about", "question") or "") for written in self.scenarios]
        own = [text for text in asked[1:] if text and text != asked[0]]
        return plain(own[0] if own else asked[0], 400)

    # -- the period --------------------------------------------------------------------------------------

    @cached_property
    def start(self) -> date:
        """First day of the collection period."""
        return date.fromisoformat(self.base.manifest.start)

    @property
    def days(self) -> int:
        """Whole days of the collection period."""
        return int(self.base.manifest.horizon_minutes // DAY)

    @cached_property
    def dates(self) -> list[date]:
        """The days of the collection period."""
        return [self.start + timedelta(days=i) for i in range(self.days)]

    # -- differences -------------------------------------------------------------------------------------

    @cached_property
    def headline_keys(self) -> list[Key]:
        """Measure, level and group of the measures that open the report."""
        return self.comparison.keys()

    @cached_property
    def headline(self) -> list[list[Difference]]:
        """For each other run, the differences that open the report; their intervals hold together."""
        return self.comparison.differences()

    def differences(self, keys: Sequence[Key]) -> list[list[Difference]]:
        """Return the differences of some rows for each other run.

        Headline measures are the ones that open the report, so that a number is the same wherever it
        stands; the intervals of the others hold together for the rows given.
        """
        rest = [key for key in keys if key not in set(self.headline_keys)]
        rows = len(rest) * len(self.others)
        found = []
        for other, opened in zip(self.others, self.headline, strict=True):
            each = paired(rest, self.base.cells, other.cells, rows, self.comparison.confidence)
            known = dict(zip(rest, each, strict=True)) | dict(zip(self.headline_keys, opened, strict=True))
            found.append([known[key] for key in keys])
        return found

    def keys(self, measures: Sequence[str], level: str = "system") -> list[Key]:
        """Return the rows there are of some measures at a level, in the order of the measures."""
        wanted = [name for name in measures if name in CATALOGUE]
        there: dict[str, dict[str, None]] = {name: {} for name in wanted}
        for measure, one, group in self._measured:
            if one == level and measure in there:
                there[measure][group] = None
        return [(name, level, group) for name in wanted for group in there[name]]

    @cached_property
    def _measured(self) -> list[Key]:
        """Every key that some run has a value of, in the order of the runs."""
        return list(
            dict.fromkeys(
                key for run in self.runs for key, values in run.cells.items() if not np.isnan(values).all()
            )
        )

    # -- through time ------------------------------------------------------------------------------------

    def daily(self, run: Results, measure: str, level: str = "system", group: str = "") -> Floats | None:
        """Return a measure day by day: shape (replications, days); None if there is no such series."""
        return self._through_time(run, "series", measure, level, group)

    def weekly(self, run: Results, measure: str, level: str = "system", group: str = "") -> Floats | None:
        """Return a measure by hour of the week: shape (replications, 168); None if there is none."""
        return self._through_time(run, "hour_of_week", measure, level, group)

    def groups_through_time(self, measure: str, level: str) -> list[str]:
        """Return the groups that have a daily series of a measure, in the order of the runs."""
        found = (group for run in self.runs for group in self._of_level(run, "series", measure, level))
        return list(dict.fromkeys(found))

    def _through_time(self, run: Results, table: str, measure: str, level: str, group: str) -> Floats | None:
        return self._of_level(run, table, measure, level).get(group)

    def _of_level(self, run: Results, table: str, measure: str, level: str) -> dict[str, Floats]:
        key = (run.path, table, level)
        if key not in self._series:
            self._series[key] = _unfolded(getattr(run, table), level, len(run.replications))
        return {group: values for (name, group), values in self._series[key].items() if name == measure}

    def present(self, measures: Sequence[str]) -> list[str]:
        """Return those of some measures that the base has a daily series of."""
        return [name for name in measures if self.daily(self.base, name) is not None]

    def pair(self, i: int) -> tuple[str, str]:
        """Return what the base and an other run are called."""
        return self.called[0], self.called[i + 1]

    # -- what was wanted, and what was seen --------------------------------------------------------------

    @cached_property
    def targets(self) -> list[Condition]:
        """What the measures of all scenarios should reach; where two differ, the base decides."""
        wanted = {
            str(name): str(value)
            for run in reversed(self.runs)
            for name, value in run.manifest.targets.items()
        }
        return conditions(wanted)

    @cached_property
    def answers(self) -> list[list[Met]]:
        """For each run, whether it meets each target."""
        return [[judged(target, run) for target in self.targets] for run in self.runs]

    @cached_property
    def followed(self) -> list[Followed]:
        """For each other run, what became of the same patients; empty if no table of patients was kept."""
        if not self.others or not all("people" in run.tables() for run in self.runs):
            return []
        return self.comparison.people()

    @cached_property
    def scores(self) -> list[Score]:
        """Observed figures beside those of the base, misfits first."""
        from flowsim.experiment.observed import scores

        return scores(self.base)

    @cached_property
    def changes(self) -> list[Any]:
        """For each other run, every setting in which its scenario differs from the base."""
        from flowsim.report.written import changes

        return [changes(self.scenarios[0], other) for other in self.scenarios[1:]]


def _short(run: Results) -> str:
    title = plain(run.title, 400)
    if title != run.name and len(title) <= SHORT:
        return title
    words = plain(run.name.replace("-", " ").replace("_", " "), SHORT)
    return words[:1].upper() + words[1:] or "Unnamed"


def _with_id(name: str, run: Results) -> str:
    return f"{plain(name, SHORT - 15)} ({run.manifest.run_id})"


def _unfolded(columns: dict[str, Any], level: str, count: int) -> dict[tuple[str, str], Floats]:
    """Return the series of a level: (measure, group) to an array (replications, steps)."""
    step = next(name for name in ("day", "hour_of_week") if name in columns)
    here = columns["level"] == level
    measure, group = columns["measure"][here], columns["group"][here]
    number, at, value = (columns[name][here] for name in ("replication", step, "value"))
    steps = int(at.max()) + 1 if at.size else 0
    found: dict[tuple[str, str], Floats] = {}
    for name in dict.fromkeys(measure):
        mine = measure == name
        for one in dict.fromkeys(group[mine]):
            rows = mine & (group == one)
            table = np.full((count, steps), np.nan)
            table[number[rows].astype(int) - 1, at[rows].astype(int)] = value[rows]
            found[str(name), str(one)] = table
    return found
