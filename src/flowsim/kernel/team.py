"""Staff on a rota: a pool whose capacity follows the clock.

A team is a pool and no class of its own: the interpreter runs the few hot lines of a pool much faster when
every pool is of one and the same type.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flowsim.kernel.pool import Pool

if TYPE_CHECKING:
    from flowsim.kernel.core import Kernel


def make_pool(kernel: Kernel, name: tuple[str, str], capacity: int, **settings: Any) -> Pool:
    """Make a pool, of the kind that checks itself if the engine is audited.

    Args:
        kernel: the engine.
        name: owner and resource, for instance ``("medway_ed", "majors")``.
        capacity: units.
        **settings: as for :class:`Pool`.
    """
    if kernel.audit:
        from flowsim.kernel.audit import AuditedPool

        return AuditedPool(kernel, name, capacity, **settings)
    return Pool(kernel, name, capacity, **settings)


def make_team(
    kernel: Kernel, name: tuple[str, str], changes: Sequence[tuple[float, int]], **settings: Any
) -> Pool:
    """Make a team. At the end of a shift, whoever is with a patient finishes that patient first.

    Args:
        kernel: the engine.
        name: owner and resource, for instance ``("medway_ed", "clinicians")``.
        changes: (minute, staff on shift) in ascending order, the first at minute 0.
        **settings: as for :class:`Pool`.
    """
    team = make_pool(kernel, name, changes[0][1], **settings)
    team.follow(changes)
    return team
