"""A department, a unit for short stays and wards with endless beds: nobody waits for anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flowsim.scenario import Scenario, load

LAWS = {
    "18-64": "{parts: [{share: 40%, mean: 8 hours, sd: 4 hours}, {share: 60%, mean: 4 days, sd: 5 days}]}",
    "75-84": "{mean: 6 days, sd: 8 days, at_most: 60 days}",
}

TEXT = """
name: short-stays
time: {start: 2026-11-02, warm_up: 6 weeks, horizon: 20 weeks, initial: loaded}
casemix: {usual: {age: {18-64: 50%, 75-84: rest}, acuity: {"3": 50%, "4": rest}, admission: 60%}}
services:
  department:
    kind: emergency_department
    assessors: 90
    initial_assessment: 5 min
    handover: 5 min
    areas:
      majors:
        spaces: 400
        clinicians: main
        first_spell: 20 min
        investigated: 0%
        investigations: 0 min
        second_spell: 0 min
    area: majors
    clinicians: {main: 300}
    specialty_review: 30 min
    departure: 5 min
  sdec: {kind: same_day_emergency_care, chairs: 400, clinicians: 300, first_spell: 30 min}
  ward: {kind: ward, beds: 5000, stay: {by: age, 18-64: LAW_1, otherwise: LAW_2}}
  later: {kind: ward, beds: 5000, stay: 3 days}
demand: {walk_in: {to: department, per_day: 100, casemix: usual}}
alternatives:
  department.decision: [{to: sdec, eligible: 80%, uptake: 50%}]
pathways:
  department: {admit: ward, otherwise: leave}
  sdec: {admit: ward, refused: ward, otherwise: leave}
  ward: {moved_on: later, otherwise: leave}
  later: {otherwise: leave}
""".replace("LAW_1", LAWS["18-64"]).replace("LAW_2", LAWS["75-84"])

OPTION = "alternatives.department.decision.0"
BY_AGE = {"by": "age", "18-64": "50%", "otherwise": "30%"}


def system(folder: Path, **settings: Any) -> Scenario:
    """Return the system with other settings, ``services__ward__beds=9``; those of the unit are plain."""
    path = folder / "short.yaml"
    path.write_text(TEXT, encoding="utf-8")
    changes = {key.replace("__", "."): value for key, value in settings.items() if "__" in key}
    changes |= {f"{OPTION}.{key}": value for key, value in settings.items() if "__" not in key}
    return load(path).change(changes) if changes else load(path)
