"""Telling how far a run is: a live line on a terminal, plain lines anywhere else, always on stderr."""

from __future__ import annotations

import sys
import time
from typing import Any, Protocol, TextIO


class Progress(Protocol):
    """What a run tells while it works."""

    def start(self, label: str, done: int, total: int | None) -> None:
        """Begin a scenario; ``total`` is None while the number of replications is not known."""

    def advance(self, done: int, total: int | None) -> None:
        """Tell that ``done`` replications are finished."""

    def stop(self) -> None:
        """End the scenario, finished or not."""


class Silent:
    """Say nothing."""

    def start(self, label: str, done: int, total: int | None) -> None:
        """Say nothing."""

    def advance(self, done: int, total: int | None) -> None:
        """Say nothing."""

    def stop(self) -> None:
        """Say nothing."""


class Clock:
    """Estimate the time left from the pace since the start."""

    def __init__(self, done: int) -> None:
        self.began = time.monotonic()
        self.before = done

    def left(self, done: int, total: int | None) -> str:
        """Return the time left in words, such as ``about 2 min left``; empty while it is not known."""
        fresh = done - self.before
        if not fresh or total is None or done >= total:
            return ""
        seconds = (time.monotonic() - self.began) / fresh * (total - done)
        return f"about {in_words(seconds)} left"


def in_words(seconds: float) -> str:
    """Return a length of time to the precision people use: ``40 s``, ``3 min``, ``2 h 10 min``."""
    if seconds < 100:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


class Lines:
    """Write a plain line now and then, for logs and pipes.

    Args:
        stream: Where to write.
        every: Least time between two lines, seconds; the first and the last are always written.
    """

    def __init__(self, stream: TextIO, every: float = 5.0) -> None:
        self._stream = stream
        self._every = every
        self._last = 0.0
        self._label = ""
        self._clock = Clock(0)

    def start(self, label: str, done: int, total: int | None) -> None:
        """Write what begins."""
        self._label, self._clock, self._last = label, Clock(done), time.monotonic()
        of = "until precise enough" if total is None else f"{total} replication{'s' * (total != 1)}"
        already = f", {done} already done" if done else ""
        self._write(f"{label}: {of}{already}")

    def advance(self, done: int, total: int | None) -> None:
        """Write how far it is, unless the last line is recent."""
        if done != total and time.monotonic() - self._last < self._every:
            return
        self._last = time.monotonic()
        of = "" if total is None else f" of {total}"
        left = self._clock.left(done, total)
        self._write(f"{self._label}: {done}{of} done" + (f", {left}" if left else ""))

    def stop(self) -> None:
        """Write nothing more."""

    def _write(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


class Live:
    """Keep one line up to date on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: Any = None
        self._task: Any = None
        self._clock = Clock(0)

    def start(self, label: str, done: int, total: int | None) -> None:
        """Show the line."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._clock = Clock(done)
        columns = ("{task.description}", BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn())
        left = TextColumn("{task.fields[left]}")
        console = Console(file=self._stream)
        self._bar = Bar(*columns, left, console=console, refresh_per_second=2, transient=True)
        self._task = self._bar.add_task(label, completed=done, total=total, left="")
        self._bar.start()

    def advance(self, done: int, total: int | None) -> None:
        """Move the line on."""
        self._bar.update(self._task, completed=done, total=total, left=self._clock.left(done, total))

    def stop(self) -> None:
        """Take the line away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def progress(*, quiet: bool = False, stream: TextIO | None = None) -> Progress:
    """Return the way of telling progress that suits where stderr goes.

    Args:
        quiet: Say nothing.
        stream: Where to write; stderr when left out.
    """
    target = stream or sys.stderr
    if quiet:
        return Silent()
    return Live(target) if target.isatty() else Lines(target)
