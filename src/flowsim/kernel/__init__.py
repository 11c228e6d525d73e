"""The small engine under every service: patients, pools, teams and the journal, on a stock SimPy environment.

A service is written with six verbs: *hold* (``yield minutes``), *wait for* (``yield pool.seize(patient)``),
*release*, *mark* (a time in the journal), *draw* (a value that belongs to the patient) and *leave*.
"""

from flowsim.kernel.core import Kernel
from flowsim.kernel.journal import Journal
from flowsim.kernel.patient import Patient
from flowsim.kernel.pool import Crew, Pool, seize_first
from flowsim.kernel.team import make_pool, make_team

__all__ = ["Crew", "Journal", "Kernel", "Patient", "Pool", "make_pool", "make_team", "seize_first"]
