"""The settings of one entry over dates: laid out once, and only what changes is read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flowsim.scenario.build import Context, read_field, read_part
from flowsim.scenario.dated import Laid, moments, value_at
from flowsim.scenario.manual import Kinds
from flowsim.spec.base import Spec

__all__ = ["changed", "laid_out"]


def laid_out(
    section: str,
    written: Any,
    own: Any,
    laid: Sequence[Laid],
    *,
    period: tuple[float, float],
    kinds: Kinds,
    context: Context,
) -> list[tuple[float, Any]]:
    """Return the settings of an entry whenever they change: (minute of the calendar, settings).

    Args:
        section: the section of the entry.
        written: its plain values.
        own: what they mean.
        laid: dated changes of it.
        period: minutes of the warm-up, and of the data collection period.
        kinds: the registry of service kinds.
        context: what validators may ask for.

    Raises:
        pydantic.ValidationError: At some moment the settings do not fit.
    """
    warm_up, horizon = period
    steps: list[tuple[float, Any]] = []
    seen, settings = written, own
    for moment in moments(laid, -warm_up, horizon):
        values = value_at(written, laid, moment)
        if steps and values == seen:
            continue
        if values == written:
            settings = own
        elif _apart(settings):
            settings = changed(settings, {k: v for k, v in values.items() if v != seen.get(k)}, context)
        else:
            settings = read_part(section, values, kinds, context)
        seen = values
        steps.append((moment + warm_up, settings))
    return steps


def changed(settings: Spec, values: Mapping[str, Any], context: Context) -> Spec:
    """Return settings of which some are read anew; the others stay the very same."""
    read = {key: read_field(type(settings), key, value, context) for key, value in values.items()}
    return settings.model_copy(update=read)


def _apart(settings: Any) -> bool:
    """Say whether each setting can be read by itself: no rule looks at several of them together."""
    return isinstance(settings, Spec) and not type(settings).__pydantic_decorators__.model_validators
