"""Finding a finished run by what a planner calls it: a folder, a scenario's name, or a run id."""

from collections.abc import Iterator
from pathlib import Path

from flowsim.errors import InputError, Problem, nearest
from flowsim.store.identity import slug
from flowsim.store.manifest import NAME


def runs(root: Path) -> Iterator[Path]:
    """Yield every run folder under a results folder, by scenario and run id."""
    for manifest in sorted(root.glob(f"*/*/{NAME}")):
        yield manifest.parent


def find_run(text: str, root: Path) -> Path:
    """Return the run folder that ``text`` means.

    Args:
        text: A run folder, a scenario's folder or name (its latest run), or the start of a run id
            (at least four characters).
        root: The results folder.

    Raises:
        InputError: Nothing fits; the nearest names are suggested.
    """
    for candidate in (Path(text), root / text, root / slug(text)):
        found = _run_at(candidate)
        if found is not None:
            return found
    by_id = [path for path in runs(root) if len(text) >= 4 and path.name.startswith(text)]
    if len(by_id) == 1:
        return by_id[0]
    raise InputError([_unknown(text, root)])


def _run_at(path: Path) -> Path | None:
    """Return the run folder at a path: itself, or the latest run of a scenario's folder."""
    try:
        if (path / NAME).is_file():
            return path
        latest = path / (path / "latest").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):  # nothing there, or a text that no file can be called
        return None
    return latest if (latest / NAME).is_file() else None


def _unknown(text: str, root: Path) -> Problem:
    names = sorted({path.parent.name for path in runs(root)})
    close = nearest(text, names, n=3)
    hint = f"Did you mean {' or '.join(close)}?" if close else "`flowsim list runs` shows what is there."
    allowed = ", ".join(names[:12]) if names else "nothing has been run yet"
    return Problem(message=f"No finished run is called {text} in {root}.", allowed=allowed, hint=hint)
