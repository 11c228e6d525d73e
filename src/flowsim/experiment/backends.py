"""Where replications are worked out: in this process, in worker processes, or on a dask cluster.

One loop for all of them. A task is a plain value, its function is importable, and results arrive in
the order they are finished.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from flowsim.errors import InputError, Problem, nearest
from flowsim.experiment.failures import ReplicationFailed

BACKENDS = ("serial", "loky", "dask")
"""The names of the backends."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Backend:
    """Where to work.

    Attributes:
        name: ``serial`` (this process), ``loky`` (worker processes on this machine) or ``dask``.
        jobs: How many replications at once; ignored by ``serial``.
        address: The dask scheduler, such as ``tcp://10.0.0.5:8786``; empty starts one on this machine.
    """

    name: str = "serial"
    jobs: int = 1
    address: str = ""

    @property
    def shares_disk(self) -> bool:
        """Whether workers certainly see this machine's folders."""
        return self.name != "dask"


def choose(name: str | None, jobs: int | None, tasks: int, address: str = "") -> Backend:
    """Return the backend for a number of tasks; one job or one task needs no other process.

    Args:
        name: A backend, or None for the best on this machine.
        jobs: Tasks at once; None for the cores of this machine, at most four.
        tasks: How many tasks there are to do.
        address: The dask scheduler, for the ``dask`` backend.

    Raises:
        InputError: There is no backend of this name.
    """
    if wrong := unknown(name):
        raise InputError(wrong)
    if name == "dask" or (name is None and address):
        return Backend("dask", jobs or cores(), address)
    wanted = min(jobs or min(cores(), 4), max(tasks, 1))
    return Backend("loky", wanted) if wanted > 1 and name != "serial" else Backend()


def unknown(name: str | None) -> list[Problem]:
    """Return a problem if there is no backend of this name."""
    if name is None or name in BACKENDS:
        return []
    close = nearest(name, BACKENDS)
    hint = f"Did you mean {close[0]}?" if close else ""
    return [Problem(f"No backend is called {name}.", allowed=", ".join(BACKENDS), hint=hint)]


def cores() -> int:
    """Return the number of processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def as_finished(function: Callable[[T], R], tasks: Iterable[T], backend: Backend) -> Generator[R]:
    """Yield the result of each task as it is finished.

    Tasks are taken from the iterable only as workers become free, so it may end early.

    Args:
        function: Importable by name, so that a worker can find it.
        tasks: Plain values.
        backend: Where to work.
    """
    if backend.name == "serial":
        yield from map(function, tasks)
        return
    from joblib import Parallel, delayed

    with _working(backend):
        parallel = Parallel(
            backend.jobs, return_as="generator_unordered", batch_size=1, pre_dispatch="n_jobs"
        )
        arriving = parallel(delayed(function)(task) for task in tasks)
        try:
            for result in arriving:  # noqa: UP028 - an early end is to be closed below, without joblib's advice
                yield result
        finally:
            _close(arriving)


def _close(arriving: Any) -> None:
    """Let go of tasks that are still being worked on, when the caller wants no more."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\d+ tasks (which were still|have been successfully)")
        arriving.close()


@contextmanager
def _working(backend: Backend) -> Iterator[None]:
    """Set joblib's backend, and stop its workers at once when this is left by an interruption."""
    with _dask(backend) if backend.name == "dask" else _loky():
        yield


@contextmanager
def _loky() -> Iterator[None]:
    from joblib import parallel_config
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        with parallel_config(backend="loky", inner_max_num_threads=1):
            yield
    except TerminatedWorkerError:
        message = "A worker process ended without warning; most often the machine ran out of memory."
        raise ReplicationFailed(f"{message} Work on fewer at once: -j 1.") from None
    except BaseException:
        get_reusable_executor().shutdown(wait=False, kill_workers=True)
        raise


@contextmanager
def _dask(backend: Backend) -> Iterator[None]:
    try:
        from distributed import Client
    except ImportError:
        hint = 'pip install "flowsim[dask]"'
        raise InputError([Problem("The dask backend needs the package distributed.", hint=hint)]) from None
    from joblib import parallel_config

    with _client(Client, backend) as client, parallel_config(backend="dask", client=client):
        yield


def _client(client: Any, backend: Backend) -> Any:
    """Return a client of the scheduler asked for, or of one started on this machine."""
    if not backend.address:
        return client(n_workers=backend.jobs, threads_per_worker=1, dashboard_address=None)
    try:
        return client(backend.address, timeout="10s")
    except (OSError, TimeoutError, ValueError):
        message = f"No dask scheduler answers at {backend.address}."
        hint = "Start one with `dask scheduler`, or leave --address out."
        raise InputError([Problem(message, hint=hint)]) from None
