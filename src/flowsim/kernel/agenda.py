"""The agenda: everything that is to happen, in order, behind one event of the stock SimPy environment.

The event is the alarm, always due when the first entry of the agenda is. When it goes off, the kernel works
through the agenda until something else in the environment comes first; so processes, timeouts and resources
of SimPy can be mixed with patients, and everything still happens in one order: by time, then urgency, then
who asked first.

What is due within the present page of eight minutes is kept in a small heap. What is further ahead waits
unsorted on the page of its own eight minutes, which is sorted at once when its turn comes: thousands of
patients in beds would otherwise make every step of everybody else search a long list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import chain
from math import inf
from typing import Any

import simpy
from simpy.events import NORMAL, URGENT, Event

from flowsim.kernel.pool import WAITING

PAGES = 0.125
"""Pages a minute. A power of two, so that which page a minute is on is found without rounding."""

BEFORE = -(2**60)
"""Added to the number of an entry that comes before every other of its minute: rotas, dated changes."""

AFTER = 2**60
"""The first number of an arrival, which comes after everything else of its minute."""

Call = Callable[[Any], object]
"""What is to be done at a minute; called with None."""

Entry = tuple[float, int, Any]
"""When, number (of two in one minute the lower comes first), and who: a patient, a timer or a source."""


class Timer:
    """A call at a later minute."""

    __slots__ = ("call",)

    def __init__(self, call: Call) -> None:
        self.call = call

    def send(self, _: None) -> object:
        """Make the call; there is nothing to hold for."""
        self.call(None)
        return WAITING


class Source:
    """What does something again and again, such as sending in patients; it says WAITING each time."""

    __slots__ = ("send",)

    def __init__(self, send: Call) -> None:
        self.send = send


class Alarm(Event):
    """The event in the environment that sets the agenda going.

    Attributes:
        due: the entry for which it was set.
    """

    __slots__ = ("_ok", "callbacks", "due")
    _value = None

    def __init__(self, due: Entry, call: Callable[[Event], None]) -> None:
        self._ok = True
        self.due = due
        self.callbacks = [call]


class Agenda:
    """What is to happen, and the alarm that says when.

    Args:
        env: the environment.

    Attributes:
        near: entries due before `edge`, as a heap, besides those of `page`.
        page: entries of the page that was turned to, the next one last.
        edge: minute at which the present page ends.
        ahead: entries of later pages, unsorted, by number of page.
        turns: numbers of those pages, as a heap.
        sources: what comes by itself; each adds its entries before a minute and says when the next is due.
        alarms: those set and not yet gone off, the next one last.
        stepwise: give control back after every entry, so that ``env.step()`` is one entry.
        running: True while the agenda is worked through.
        work: what the kernel does then; given the entry after which it must stop, or None.
    """

    work: Callable[[Entry | None], None]

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.near: list[Entry] = []
        self.page: list[Entry] = []
        self.edge = -inf
        self.ahead: dict[int, list[Entry]] = {}
        self.turns: list[int] = []
        self.sources: list[Callable[[float, list[Entry]], float]] = []
        self.alarms: list[Alarm] = []
        self.stepwise = False
        self.running = False

    def __iter__(self) -> Iterator[Any]:
        """Everybody and everything on the agenda, in no order."""
        return (who for _, _, who in chain(self.near, self.page, *self.ahead.values()))

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.near) + len(self.page) + sum(map(len, self.ahead.values()))

    def clear(self) -> None:
        """Forget everything."""
        for part in (self.near, self.page, self.ahead, self.turns, self.alarms, self.sources):
            part.clear()

    def number(self) -> int:
        """Return the number of the next entry: whoever asked first comes first."""
        return next(self.env._eid)

    def put(self, entry: Entry) -> None:
        """Enter something."""
        when = entry[0]
        if when < self.edge:
            heappush(self.near, entry)
        else:
            self.add(int(when * PAGES), entry)
        self.wake()

    def add(self, number: int, entry: Entry) -> None:
        """Enter something on a later page."""
        page = self.ahead.get(number)
        if page is None:
            page = self._begin(number)
        page.append(entry)

    def follow(self, until: Callable[[float, list[Entry]], float]) -> None:
        """Enter, page by page, what comes by itself, such as arrivals.

        Args:
            until: adds to a list the entries before a minute, without those it has given already, and returns
                the minute of the first that it has not; infinity after the last.
        """
        self.sources.append(until)
        here: list[Entry] = []
        self._expect(until(self.edge, here))
        for entry in here:  # the present page may be that of a later minute
            heappush(self.near, entry)
        self.wake()

    def turn(self) -> float:
        """Turn to the next page that has entries, now that the present one is done; return where it ends."""
        number = heappop(self.turns)
        self.edge = edge = (number + 1) / PAGES
        self.page.extend(self.ahead.pop(number))
        for until in self.sources:
            self._expect(until(edge, self.page))
        self.page.sort(reverse=True)
        return edge

    def _expect(self, minute: float) -> None:
        """Have a page ready for what comes by itself."""
        if minute < inf and int(minute * PAGES) not in self.ahead:
            self._begin(int(minute * PAGES))

    def _begin(self, number: int) -> list[Entry]:
        page = self.ahead[number] = []
        heappush(self.turns, number)
        return page

    def first(self) -> Entry | None:
        """Return the entry that is due next; None if there is none."""
        while not (self.near or self.page):
            if not self.turns:
                return None
            self.turn()
        return min((*self.near[:1], *self.page[-1:]))

    # -- with the environment --------------------------------------------------------------------------

    def wake(self) -> None:
        """See to it that the environment comes to the agenda in time, unless it is there now."""
        if self.running:
            return
        due = self.first()
        if due is None or (self.alarms and self.alarms[-1].due <= due):
            return
        alarm = Alarm(due, self._ring)
        self.alarms.append(alarm)
        when, number, _ = due
        if number < 0:
            heappush(self.env._queue, (when, URGENT, number - BEFORE, alarm))
        else:
            heappush(self.env._queue, (when, NORMAL, number, alarm))

    def _ring(self, alarm: Event) -> None:
        """Work through the agenda, as far as the environment allows."""
        self.alarms.pop()  # each is set before those that are there already, so the last goes off first
        self.running = True
        try:
            self.work(alarm.due if self.stepwise else None)  # type: ignore[attr-defined]
        finally:
            self.running = False
            self.wake()

    def bound(self, only: Entry | None) -> tuple[float, int]:
        """Return when, and in which order, the agenda must be left: for something else, or after `only`."""
        queue = self.env._queue
        found = (inf, 0)
        if queue:
            when, priority, number, _ = queue[0]
            found = (when, number if priority >= NORMAL else number + BEFORE)
        return found if only is None else min(found, (only[0], only[1] + 1))
