"""What makes two runs the same run: the run id, and the digest of what came out."""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from flowsim import __version__

FORMAT = 1
"""Version of the layout of a run folder; part of the run id."""

DECIDES_NOTHING = frozenset(
    {
        "__init__",
        "__main__",
        "cli",
        "errors",
        "experiment",
        "measures/compare",
        "report",
        "stability",
        "store",
        "verify",
    }
)
"""Code that does not decide a result: editing a report or a command leaves finished runs valid."""


def slug(name: str) -> str:
    """Return a folder name for a scenario's name: lower case, hyphens, at most 80 characters.

    >>> slug("Moderate winter + UCR")
    'moderate-winter-ucr'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] or "scenario"


def run_id(scenario_digest: str, seed: int) -> str:
    """Return the 12-character name of the run these inputs make.

    The number of replications is left out on purpose: more of them add to the same folder.

    Args:
        scenario_digest: SHA-256 of everything in the scenario that decides a result.
        seed: The root seed of the random numbers.
    """
    text = "\n".join(
        ["flowsim run", str(FORMAT), __version__, code_fingerprint(), scenario_digest, str(seed)]
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


@cache
def code_fingerprint() -> str:
    """Return a hash of the code that decides a result, the same on every machine and operating system."""
    root = Path(__file__).resolve().parents[1]
    total = hashlib.sha256()
    for path in sorted(_sources(root), key=lambda path: path.relative_to(root).as_posix()):
        total.update(path.relative_to(root).as_posix().encode())
        total.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return total.hexdigest()


def _sources(root: Path) -> Iterable[Path]:
    for path in root.rglob("*.py"):
        name = path.relative_to(root).with_suffix("").as_posix()
        if not any(name == part or name.startswith(f"{part}/") for part in DECIDES_NOTHING):
            yield path


def rows_digest(columns: Mapping[str, Sequence[object]]) -> str:
    """Return the SHA-256 of a table of measures, whatever order its rows are in.

    Args:
        columns: The columns ``measure``, ``level``, ``group`` (text) and ``value`` (number), equally long.
    """
    names = ("measure", "level", "group")
    rows = zip(*(columns[name] for name in names), map(_exact, columns["value"]), strict=True)
    text = "\n".join(sorted("\t".join(map(str, row)) for row in rows))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _exact(value: object) -> str:
    """Return a number as text with every bit kept; every "not a number" alike."""
    number = float(value)  # type: ignore[arg-type]
    return "nan" if math.isnan(number) else number.hex()


def results_digest(replications: Mapping[int, str]) -> str:
    """Return one digest for a run from the digest of each of its replications.

    Args:
        replications: Replication number to the ``rows_digest`` of its measures.
    """
    text = "\n".join(f"{number}\t{digest}" for number, digest in sorted(replications.items()))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
