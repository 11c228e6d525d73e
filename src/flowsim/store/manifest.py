"""The record of a run: what was run, with what, when, and the digest of what came out."""

import dataclasses
import os
import platform
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from flowsim import __version__
from flowsim.store.files import damaged, read_json, write_json
from flowsim.store.identity import FORMAT, code_fingerprint

NAME = "manifest.json"
"""The manifest's file name in a run folder."""

LIBRARIES = ("numpy", "pandas", "pyarrow", "pydantic", "scipy", "simpy")
"""The libraries whose versions are recorded."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What one run folder holds.

    Attributes:
        run_id: Hash of what decides the results; the folder's name.
        name: The scenario's name.
        title: The scenario's title, for headings.
        scenario_digest: SHA-256 of the resolved scenario.
        seed: Root seed of the random numbers.
        start: First day of the data collection period (ISO date); the warm-up runs in the days before it.
        warm_up_minutes: Length of the warm-up, minutes.
        horizon_minutes: Length of the data collection period, minutes.
        replications: Replications 1 to this number are in the tables; 0 while the first are running.
        results_digest: SHA-256 over the measures of those replications.
        patients: Patients simulated in those replications.
        state_changes: State changes simulated in those replications.
        cpu_seconds: CPU time of those replications, seconds.
        wall_seconds: Time the latest command took, seconds.
        peak_memory_mb: Largest memory of one process, megabytes; 0 where the system does not tell.
        started: When the latest command began (UTC, ISO 8601).
        finished: When it ended; empty while it is running or when it was interrupted.
        jobs: Worker processes of the latest command.
        backend: ``serial``, ``loky`` or ``dask``.
        headline: Each headline measure's mean and the half-width of its 95% interval, in its own unit;
            the half-width is None when there is one replication.
        warnings: Sentences a reader of the results should see.
        targets: What the scenario's measures should reach: measure to condition, as written.
        sources: The scenario's files, first the one that was named.
        git_commit: Commit of the repository the scenario is in; empty when in none.
        versions: Versions of Python and of the libraries.
        code: Fingerprint of the code that decides results.
        flowsim: Version of flowsim.
        format: Version of the folder's layout.
    """

    run_id: str
    name: str
    title: str = ""
    scenario_digest: str
    seed: int
    start: str = ""
    warm_up_minutes: float = 0.0
    horizon_minutes: float = 0.0
    replications: int = 0
    results_digest: str = ""
    patients: int = 0
    state_changes: int = 0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    started: str = ""
    finished: str = ""
    jobs: int = 1
    backend: str = "serial"
    headline: dict[str, tuple[float, float | None]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    targets: dict[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    git_commit: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    code: str = field(default_factory=code_fingerprint)
    flowsim: str = __version__
    format: int = FORMAT

    def changed(self, **values: Any) -> "Manifest":
        """Return a copy with some values changed."""
        return dataclasses.replace(self, **values)

    def write(self, folder: Path) -> None:
        """Write the manifest into the run folder in one step."""
        write_json(folder / NAME, dataclasses.asdict(self))

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read the manifest of a run folder.

        Raises:
            InputError: It is missing, damaged, or of a later version of flowsim.
        """
        path = folder / NAME
        content = read_json(path, what="the manifest of this run")
        if content.get("format") != FORMAT:
            raise damaged(
                path, f"this run has layout {content.get('format')} and this flowsim reads {FORMAT}"
            )
        known = {entry.name for entry in dataclasses.fields(cls)}
        values: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in content.items() if key in known
        }
        try:
            return cls(**values)
        except TypeError:
            raise damaged(path, "the manifest of this run is not whole: settings are missing") from None


def now() -> str:
    """Return the time now, UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that take part in a run."""
    found = {"python": platform.python_version(), "platform": sys.platform, "processor": platform.machine()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def git_commit(start: Path) -> str:
    """Return the commit checked out in the repository around ``start``; empty when there is none.

    Read from the files, because starting git costs more than a small run's manifest.
    """
    for folder in (start, *start.parents):
        git = folder / ".git"
        if git.is_dir():
            return _head(git)
    return ""


def _head(git: Path) -> str:
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        loose = git / name
        return loose.read_text(encoding="utf-8").strip() if loose.is_file() else _packed(git, name)
    except OSError:
        return ""


def _packed(git: Path, name: str) -> str:
    for line in (git / "packed-refs").read_text(encoding="utf-8").splitlines():
        commit, _, found = line.partition(" ")
        if found == name:
            return commit
    return ""


def results_root(chosen: str | os.PathLike[str] | None = None) -> Path:
    """Return where runs go: the folder chosen, else ``FLOWSIM_RESULTS``, else ``results`` here."""
    return Path(chosen or os.environ.get("FLOWSIM_RESULTS") or "results")
