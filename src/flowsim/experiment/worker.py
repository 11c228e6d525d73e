"""One replication, from the scenario to its finished folder. This is all that a worker process does."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowsim.errors import InputError
from flowsim.store.folder import MEASURES, Record, RunFolder, pack
from flowsim.store.identity import rows_digest


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """What one replication came to.

    Attributes:
        tables: Table name to table; ``measures`` is always there. A large one may be packed already (see
            `flowsim.store.tables.to_parquet`), so that its columns need no memory.
        patients: Patients simulated.
        state_changes: State changes simulated.
        headline: The values whose precision matters, by name.
        warnings: Sentences for the reader of the results.
        info: Anything else worth keeping, as plain JSON.
    """

    tables: Mapping[str, Any]
    patients: int = 0
    state_changes: int = 0
    headline: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    info: Mapping[str, Any] = field(default_factory=dict)


Simulate = Callable[[Any, int, tuple[str, ...]], Simulated]
"""Work out one replication: (scenario, replication number from 1, tables to keep) -> what it came to."""


class Parcel:
    """A scenario on its way to workers: packed once, and unpacked once in each worker process.

    Args:
        scenario: The frozen scenario.
        key: A hash that tells scenarios apart.
    """

    _opened: tuple[str, Any] = ("", None)

    def __init__(self, scenario: Any, key: str) -> None:
        self._scenario = scenario
        self._key = key
        self._data = b""

    def open(self) -> Any:
        """Return the scenario."""
        return self._scenario

    def __reduce__(self) -> tuple[Any, ...]:
        self._data = self._data or pickle.dumps(self._scenario, protocol=pickle.HIGHEST_PROTOCOL)
        return Parcel.arrived, (self._data, self._key)

    @classmethod
    def arrived(cls, data: bytes, key: str) -> Parcel:
        """Return the parcel as it comes out in a worker."""
        if cls._opened[0] != key:
            cls._opened = (key, pickle.loads(data))
        return cls(cls._opened[1], key)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One replication to do.

    Attributes:
        parcel: The scenario.
        replication: Its number, from 1.
        folder: The run folder to write into; empty to send the files back instead.
        keep: Tables to keep besides the usual ones: ``patients``, ``visits``.
        simulate: What works the replication out.
        apart: Whether it runs in a worker process.
    """

    parcel: Parcel
    replication: int
    folder: str
    keep: tuple[str, ...]
    simulate: Simulate
    apart: bool


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a worker sends back.

    Attributes:
        replication: Its number.
        record: What is known about it; None when it failed.
        files: The files of its folder, when the worker could not write them.
        error: The error that the planner can mend, if it was one.
        failure: The traceback of any other error; empty when it went well.
        worker_cpu_seconds: CPU time of the worker process since it last sent something back, its
            start and imports included, seconds; 0 when it is no other process.
    """

    replication: int
    record: Record | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    error: InputError | None = None
    failure: str = ""
    worker_cpu_seconds: float = 0.0


def work(task: Task) -> Done:
    """Do one replication and keep it. Errors come back as values, so that other replications are not lost."""
    if task.apart:
        _live_as_a_worker()
    try:
        record, files = _replicate(task)
    except InputError as error:
        return Done(replication=task.replication, error=error)
    except Exception:
        return Done(replication=task.replication, failure=traceback.format_exc())
    return Done(
        replication=task.replication,
        record=record,
        files=files,
        worker_cpu_seconds=_Worker.read() if task.apart else 0.0,
    )


class _Worker:
    """What a worker process remembers: its CPU time at the last reading, and that it is watching."""

    last = 0.0
    watching = False

    @classmethod
    def read(cls) -> float:
        """Return the CPU time since the last reading, seconds."""
        total = time.process_time()
        spent, cls.last = total - cls.last, total
        return spent


def _replicate(task: Task) -> tuple[Record, dict[str, bytes]]:
    began = time.process_time()
    simulated = task.simulate(task.parcel.open(), task.replication, task.keep)
    record = Record(
        replication=task.replication,
        digest=rows_digest(simulated.tables[MEASURES]),
        patients=int(simulated.patients),
        state_changes=int(simulated.state_changes),
        cpu_seconds=round(time.process_time() - began, 3),
        peak_memory_mb=peak_memory_mb(),
        headline={name: float(value) for name, value in simulated.headline.items()},
        warnings=tuple(simulated.warnings),
        info=dict(simulated.info),
    )
    files = pack(simulated.tables, record)
    if not task.folder:
        return record, files
    RunFolder(Path(task.folder)).add(task.replication, files)
    return record, {}


def _live_as_a_worker() -> None:
    """Leave Ctrl-C to the parent, which stops its workers in order, and end when the parent is gone."""
    if _Worker.watching:
        return
    _Worker.watching = True
    with contextlib.suppress(ValueError):  # not the main thread of the worker: nothing to protect
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        threading.Thread(target=_end_with_the_parent, args=(os.getppid(),), daemon=True).start()


def _end_with_the_parent(parent: int) -> None:
    """End this process within a second of the parent's end, however that came (such as kill -9)."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def peak_memory_mb() -> float:
    """Return the largest memory this process has had, megabytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows
        return 0.0
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(size / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
