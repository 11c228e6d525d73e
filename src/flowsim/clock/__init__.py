"""Calendar time: minutes and dates, bank holidays, opening hours, rotas and week profiles.

Time inside the engine is minutes since the calendar's first midnight, in local clock time with no
daylight-saving jump: every day has 1,440 minutes.

Opening hours and rotas are written as spans of clock time. A span belongs to the day it starts on;
one that ends at or before its start runs into the next day. Days are picked in this order:
``bank_holiday`` (else ``weekend`` on a bank holiday), the day's own name, ``weekday`` or
``weekend``, ``default``. A day that nothing covers is shut, or has nobody on duty.
"""

from flowsim.clock.calendar import DAY, DAY_KEYS, DAY_NAMES, ENGLAND, HOURS_IN_WEEK, WEEK, Calendar
from flowsim.clock.hours import Hours, Opening, parse_hours
from flowsim.clock.profile import WeekProfile, parse_profile, profile_from_csv
from flowsim.clock.rota import Rota, parse_rota
from flowsim.clock.spans import Span

__all__ = [
    "DAY",
    "DAY_KEYS",
    "DAY_NAMES",
    "ENGLAND",
    "HOURS_IN_WEEK",
    "WEEK",
    "Calendar",
    "Hours",
    "Opening",
    "Rota",
    "Span",
    "WeekProfile",
    "parse_hours",
    "parse_profile",
    "parse_rota",
    "profile_from_csv",
]
