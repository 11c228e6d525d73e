"""The ``flowsim`` command. One file for each command; a file is imported when its command is called."""

import gc
import os

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Settings of the numerical libraries: replications use the cores, so each keeps to one thread."""


def main() -> None:
    """Run the command line and leave with its exit code: 0 done, 1 failed, 2 input, 3 target, 130 stopped."""
    for name in THREADS:
        os.environ.setdefault(name, "1")
    gc.set_threshold(100_000, 20, 20)  # reading a scenario makes many objects and next to no rubbish
    from flowsim.cli.app import app

    app(prog_name="flowsim")
