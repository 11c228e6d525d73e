"""Break the engine on purpose, one mistake at a time, and show which case of `flowsim verify` notices.

    python tests/mutation.py                 every mistake
    python tests/mutation.py --only "last come" --seed 7

First the cases are run on the code as it is: a case that fails anyway notices nothing. Exit code 1 if a
mistake survives, or cannot be made any more because the code has changed.
"""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: small systems of equations, few cores

from flowsim.verify.case import Luck
from flowsim.verify.mutants import MUTANTS, Autopsy, Mutant, StaleError, autopsy
from flowsim.verify.suite import find, run_case


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the table; return the exit code."""
    settings = _settings(arguments)
    chosen = [mutant for mutant in MUTANTS if settings.only.lower() in mutant.mistake.lower()]
    luck = Luck(settings.seed)
    if not sound(chosen, luck):
        return 1
    print(f"{'mistake':<52}{'where':<38}{'noticed by':<12}{'verdict':<9}{'CPU s':>6}")
    alive = sum(not _shown(mutant, luck, verbose=settings.verbose) for mutant in chosen)
    print(f"{len(chosen) - alive} of {len(chosen)} mistakes noticed.")
    return 1 if alive or not chosen else 0


def sound(mutants: Sequence[Mutant], luck: Luck) -> bool:
    """Say whether every case that is to notice something passes on the code as it is."""
    wanted = dict.fromkeys(id for mutant in mutants for id in mutant.cases)
    failing = [id for id in wanted if not run_case(find(id), luck).passed]
    if failing:
        print(f"{', '.join(failing)} fail without any mistake, with seed {luck.seed}: they prove nothing.")
    return not failing


def _shown(mutant: Mutant, luck: Luck, *, verbose: bool) -> bool:
    try:
        found = autopsy(mutant, luck)
    except StaleError as stale:
        print(_row(mutant, "-", "STALE", 0.0))
        print(f"    {stale}")
        return False
    verdict = "killed" if found.killed else "SURVIVED"
    print(_row(mutant, found.noticed_by or "nobody", verdict, found.cpu_seconds))
    if verbose:
        print(_detail(found))
    return found.killed


def _row(mutant: Mutant, noticed: str, verdict: str, seconds: float) -> str:
    mistake = textwrap.shorten(mutant.mistake, 51, placeholder="...")
    return f"{mistake:<52}{mutant.where:<38}{noticed:<12}{verdict:<9}{seconds:>6.1f}"


def _detail(found: Autopsy) -> str:
    mutant = found.mutant
    lines = [f"- {line.strip()}" for line in mutant.right.strip().splitlines()]
    lines += [f"+ {line.strip()}" for line in mutant.wrong.strip().splitlines()]
    return textwrap.indent("\n".join([*lines, f"  {found.how}"]), "    ")


def _settings(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", metavar="TEXT", help="only mistakes with this text")
    parser.add_argument("--seed", type=int, default=2026, metavar="N", help="root of all luck")
    parser.add_argument("-v", "--verbose", action="store_true", help="what was changed, and seen")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
