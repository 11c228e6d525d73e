"""What really happened, held against a run: the scenario's observed figures are kept with it and compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim.errors import InputError, Problem
from flowsim.measures.observed import Score, read_observed, scorecard
from flowsim.scenario.files import shown
from flowsim.store.files import write_text
from flowsim.store.folder import OBSERVED

if TYPE_CHECKING:
    from flowsim.store.results import Results


def observed_text(scenario: Any) -> str:
    """Return the figures a scenario is held against, as CSV; empty when it names none.

    Args:
        scenario: The frozen scenario.

    Raises:
        InputError: The file cannot be read, or a figure in it makes no sense; carries every problem.
    """
    name = getattr(scenario, "observed", "")
    if not name:
        return ""
    path = Path(scenario.root) / name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        message = "The observed figures cannot be read: the file is missing, or not UTF-8."
        raise InputError([Problem(message, path="observed", file=shown(path))]) from None
    read_observed(text, shown(path))
    return text


def keep_observed(text: str, folder: Path) -> None:
    """Keep a copy of the observed figures in a run's folder, or none when there are none."""
    copy = folder / OBSERVED
    if not text:
        copy.unlink(missing_ok=True)
    elif not copy.is_file() or copy.read_text(encoding="utf-8") != text:
        write_text(copy, text)


def scores(results: Results) -> list[Score]:
    """Return observed figures beside the simulated ones of a run, the worst misfits first; none if none."""
    from flowsim.measures.estimates import estimates

    text = results.observed_text()
    if not text:
        return []
    observed = read_observed(text, str(results.path / OBSERVED))
    columns = results.measures
    wanted = np.isin(columns["measure"], [one.measure for one in observed])
    return scorecard(observed, estimates({name: column[wanted] for name, column in columns.items()}))
