"""Staff on a rota: a pool whose capacity follows the clock."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

from flowsim.kernel.pool import Pool

if TYPE_CHECKING:
    from flowsim.kernel.core import Kernel


class Team(Pool):
    """A pool of staff. At the end of a shift, whoever is with a patient finishes that patient first.

    Args:
        kernel: the engine.
        name: owner and resource, for instance ``("medway_ed", "clinicians")``.
        changes: (minute, staff on shift) in ascending order, the first at minute 0.
        classes, ages: as for :class:`Pool`.
    """

    __slots__ = ("plan", "rota")

    def __init__(
        self,
        kernel: Kernel,
        name: tuple[str, str],
        changes: Sequence[tuple[float, int]],
        *,
        classes: int = 1,
        ages: float = inf,
    ) -> None:
        super().__init__(kernel, name, changes[0][1], classes=classes, ages=ages)
        self.plan = 0
        self.rota: list[tuple[float, int]] = []
        self.follow(changes)

    def follow(self, changes: Sequence[tuple[float, int]]) -> None:
        """Follow a new rota from now on; the old one is forgotten."""
        if changes == self.rota:
            return
        self.rota = list(changes)
        self.plan += 1
        plan, now = self.plan, self.env._now
        current = [n for minute, n in changes if minute <= now][-1]
        self.set_capacity(current)

        def shift(staff: int) -> None:
            if plan == self.plan:
                self.set_capacity(staff)

        self.kernel.at_each([(m, n) for m, n in changes if m > now], shift)
