"""Comparing finished runs: paired by replication, and person by person.

Two runs of the same seed have the same patients with the same luck, so a difference between them is due to
the plans. The difference is taken within each replication; its interval is that of the paired differences.
"""

from flowsim.measures.compare.comparison import Comparison, Run, compare
from flowsim.measures.compare.paired import Difference

__all__ = ["Comparison", "Difference", "Run", "compare"]
