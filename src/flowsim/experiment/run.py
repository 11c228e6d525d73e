"""Running scenarios: as many replications as asked, resumed where an earlier run stopped."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

from flowsim.errors import InputError
from flowsim.experiment.backends import Backend, as_finished, choose
from flowsim.experiment.describe import describe, floors
from flowsim.experiment.failures import Interrupted, ReplicationFailed
from flowsim.experiment.observed import keep_observed, observed_text
from flowsim.experiment.precision import Precision, headline
from flowsim.experiment.settings import Ran, Settings
from flowsim.experiment.stopping import Fixed, Stopping, UntilPrecise
from flowsim.experiment.worker import Done, Parcel, Task, peak_memory_mb, work
from flowsim.store.files import locked, write_text
from flowsim.store.folder import MEASURES, Record, RunFolder
from flowsim.store.identity import results_digest, slug
from flowsim.store.manifest import NAME, Manifest, now, results_root
from flowsim.store.results import Results


@overload
def run(scenarios: Sequence[Any], replications: int | None = ..., **options: Any) -> list[Results]: ...
@overload
def run(scenarios: Any, replications: int | None = ..., **options: Any) -> Results: ...
def run(scenarios: Any, replications: int | None = None, **options: Any) -> Results | list[Results]:
    """Run one scenario or several, and return their results.

    Replications that are finished already are read, not done again.

    Args:
        scenarios: A scenario, or a list of them, from ``flowsim.load``.
        replications: How many; the number each scenario asks for when left out.
        options: Any field of ``Settings``: ``precision=0.05``, ``jobs=4``, ``keep=("patients",)``,
            ``root="results"``, ``force=True``.

    Returns:
        The results of one scenario, or a list of results in the order given.

    Raises:
        InputError: A setting makes no sense, the system cannot settle, or another process is writing to
            the same run folder.
        Interrupted: It was stopped from the keyboard.
        ReplicationFailed: The model failed; finished replications are kept.
    """
    settings = _settings(replications, options)
    if isinstance(scenarios, Sequence):
        return [run_scenario(scenario, settings).results for scenario in scenarios]
    return run_scenario(scenarios, settings).results


def _settings(replications: int | None, options: Mapping[str, Any]) -> Settings:
    values = dict(options)
    if isinstance(values.get("precision"), float):
        values["precision"] = Precision(target=values["precision"])
    if values.get("root") is not None:
        values["root"] = Path(values["root"])
    return Settings(replications=replications, **values)


def run_scenario(scenario: Any, settings: Settings) -> Ran:
    """Run one scenario, or find that it has been run.

    Args:
        scenario: The frozen scenario.
        settings: How to run it.

    Raises:
        InputError: The system cannot settle, or another process is writing to the same run folder.
        Interrupted: It was stopped from the keyboard.
        ReplicationFailed: The model failed; finished replications are kept.
    """
    work = Work(scenario, settings)
    return work.found() or work.go()


class Work:
    """One scenario being run.

    Args:
        scenario: The frozen scenario.
        settings: How to run it.
    """

    def __init__(self, scenario: Any, settings: Settings) -> None:
        self.scenario = scenario
        self.settings = settings
        self.manifest = describe(scenario)
        self.observed = observed_text(scenario)
        root = results_root(settings.root)
        self.folder = RunFolder(root / slug(self.manifest.name) / self.manifest.run_id)
        self.stopping = _stopping(scenario, settings)
        self.needed = (MEASURES, *settings.keep)
        self.began = time.monotonic(), time.process_time()
        self.fresh: dict[int, Record] = {}
        self.worker_cpu_seconds = 0.0

    def found(self) -> Ran | None:
        """Return the run when all that is asked for is there already; this answers in a moment."""
        if self.settings.force or not (self.folder.path / NAME).is_file():
            return None
        manifest = Manifest.read(self.folder.path)
        self.take_note_of_finished(most=manifest.replications)
        if self.stopping.used is None or self.stopping.used > manifest.replications:
            return None
        return self.ran()

    def take_note_of_finished(self, most: int) -> list[int]:
        """Tell the stopping rule about the replications that are there; return their numbers."""
        numbers = [number for number in self.folder.finished(self.needed) if number <= most]
        for number in numbers:
            self.stopping.add(self.folder.record(number))
        return numbers

    def go(self) -> Ran:
        """Do the replications that are missing, and put the run together."""
        self.refuse_what_cannot_settle()
        with locked(self.folder.path):
            finished = self.begin()
            try:
                self.replicate(finished)
            except KeyboardInterrupt:
                raise Interrupted(self.how_to_go_on()) from None
            finally:
                self.settings.progress.stop()
            self.finish()
        return self.ran()

    def begin(self) -> list[int]:
        """Make ready, while holding the lock; return the numbers of the replications that are finished."""
        self.stopping = _stopping(self.scenario, self.settings)
        return self.prepare()

    def refuse_what_cannot_settle(self) -> None:
        """Refuse a system that cannot keep up, or note it where that is wanted."""
        problems = self.settings.overloads(self.scenario)
        if problems and not self.settings.allow_overload:
            raise InputError(problems)
        noted = (*self.manifest.warnings, *(problem.message for problem in problems))
        self.manifest = self.manifest.changed(warnings=noted)

    def prepare(self) -> list[int]:
        """Make the folder ready; return the numbers of the replications that are finished already."""
        self.folder.clear_leftovers()
        if self.settings.force:
            shutil.rmtree(self.folder.replications_path, ignore_errors=True)
        finished = self.take_note_of_finished(most=self.stopping.most)
        write_text(self.folder.path / "scenario.resolved.yaml", self.scenario.resolved_text())
        self.manifest = self.manifest.changed(started=now(), replications=self.in_tables())
        self.manifest.write(self.folder.path)
        return finished

    def in_tables(self) -> int:
        """Return how many replications the run's tables already hold that are still whole."""
        if self.settings.force or not (self.folder.path / NAME).is_file():
            return 0
        before = Manifest.read(self.folder.path).replications
        whole = self.folder.finished()
        return before if whole[:before] == list(range(1, before + 1)) else 0

    def replicate(self, finished: list[int]) -> None:
        """Do the missing replications, telling how far it is."""
        stopping, progress = self.stopping, self.settings.progress
        backend = self.backend(len(finished))
        self.manifest = self.manifest.changed(jobs=backend.jobs, backend=backend.name)
        progress.start(self.manifest.name, len(finished), stopping.total)
        with closing(as_finished(work, self.tasks(set(finished), backend), backend)) as arriving:
            for done in arriving:
                self.take(done)
                progress.advance(len(finished) + len(self.fresh), stopping.total)

    def backend(self, finished: int) -> Backend:
        """Return where to work, given how much there is to do."""
        settings = self.settings
        tasks = self.stopping.most - finished
        return choose(settings.backend, settings.jobs, tasks, settings.address)

    def tasks(self, finished: set[int], backend: Backend) -> Iterator[Task]:
        """Yield the missing replications in order, until there are enough."""
        parcel = Parcel(self.scenario, self.manifest.run_id)
        for number in range(1, self.stopping.most + 1):
            if self.stopping.used is not None:
                return
            if number not in finished:
                yield Task(
                    parcel=parcel,
                    replication=number,
                    folder=str(self.folder.path.resolve()) if backend.shares_disk else "",
                    keep=self.settings.tables,
                    simulate=self.settings.simulate,
                    apart=backend.name != "serial",
                )

    def take(self, done: Done) -> None:
        """Take what a worker sends back."""
        if done.error is not None:
            raise done.error
        if done.record is None:
            raise ReplicationFailed(
                f"Replication {done.replication} of {self.manifest.name} failed.", done.failure
            )
        if done.files:
            self.folder.add(done.replication, done.files)
        self.fresh[done.replication] = done.record
        self.worker_cpu_seconds += done.worker_cpu_seconds
        self.stopping.add(done.record)

    def finish(self) -> None:
        """Put the tables together and complete the manifest."""
        count = max(self.stopping.used or 0, self.manifest.replications)
        numbers = range(1, count + 1)
        records = [self.folder.record(number) for number in numbers]
        self.folder.put_together(numbers)
        self.manifest = self.manifest.changed(
            replications=count,
            results_digest=results_digest({record.replication: record.digest for record in records}),
            patients=sum(record.patients for record in records),
            state_changes=sum(record.state_changes for record in records),
            cpu_seconds=round(sum(record.cpu_seconds for record in records), 3),
            peak_memory_mb=max(peak_memory_mb(), *(record.peak_memory_mb for record in records)),
            wall_seconds=round(time.monotonic() - self.began[0], 3),
            headline=headline([record.headline for record in records]),
            warnings=tuple(dict.fromkeys(self.warnings(records))),
            finished=now(),
        )
        self.manifest.write(self.folder.path)
        self.folder.mark_latest()

    def warnings(self, records: list[Record]) -> Iterator[str]:
        """Yield what the reader of the results should see."""
        yield from self.manifest.warnings
        for record in records:
            yield from record.warnings
        if not self.met:
            yield f"The precision asked for was not reached in {self.stopping.most} replications."

    @property
    def met(self) -> bool:
        """Whether the precision asked for was reached."""
        return self.settings.precision is None or self.stopping.enough is not None

    def how_to_go_on(self) -> str:
        """Return what to tell someone who stopped the run."""
        done = len(self.folder.finished(self.needed))
        of = "" if self.stopping.total is None else f" of {self.stopping.total}"
        return f"Stopped. {done}{of} replications are finished and kept; the same command goes on from there."

    def ran(self) -> Ran:
        """Return what this came to."""
        wall, cpu = self.began
        keep_observed(self.observed, self.folder.path)
        memory = [record.peak_memory_mb for record in self.fresh.values()]
        return Ran(
            results=Results(self.folder.path, self.stopping.used),
            fresh=len(self.fresh),
            wall_seconds=time.monotonic() - wall,
            cpu_seconds=time.process_time() - cpu + self.worker_cpu_seconds,
            peak_memory_mb=max([peak_memory_mb(), *memory]),
            enough=self.stopping.enough,
            met=self.met,
        )


def _stopping(scenario: Any, settings: Settings) -> Stopping:
    """Return the rule for when there are enough replications."""
    if settings.precision is None:
        return Fixed(settings.replications or scenario.replications)
    most = settings.replications or settings.precision.most
    return UntilPrecise(replace(settings.precision, most=most), floors())
