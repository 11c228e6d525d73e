"""Small systems, as scenario files, for tests that run the whole model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from flowsim.scenario import load
from flowsim.spec.scenario import Scenario
from flowsim.tables import Replication

ROOMY = """
flowsim: 1
name: roomy
title: A town in which there is always room, so that nobody's day depends on anybody else
time: {kind: steady_state, start: 2026-11-02, warm_up: 0 days, horizon: 2 weeks, initial: empty}

places: {town: {}, country: {}}

casemix:
  usual:
    age: {18-64: 60%, 75-84: rest}
    acuity: {by: age, 18-64: {3: 30%, 4: rest}, otherwise: {2: 40%, 3: rest}}
    pathway: {by: age, 18-64: "0", otherwise: {0: 50%, 1: rest}}
    admission: {by: age, 18-64: 10%, otherwise: 45%}
  callers:
    age: {18-64: 40%, 75-84: rest}
    acuity: {2: 50%, 3: rest}
    category: {2: 60%, 3: rest}
    pathway: {0: 60%, 1: rest}
    admission: 50%

services:
  crews:
    kind: ambulance
    crews: 200
    dispatch: {mean: 2 min, sd: 1 min}
    hear_and_treat: 10%
    hear_time: 10 min
    travel: {distribution: exponential, mean: 9 min}
    on_scene: {mean: 25 min, sd: 12 min}
    see_and_treat: 20%
    conveyance: {mean: 15 min, sd: 7 min}
    wrap_up: 12 min
  department:
    kind: emergency_department
    assessors: 100
    initial_assessment: {mean: 7 min, sd: 4 min}
    offload_bays: 100
    handover: {mean: 16 min, sd: 8 min}
    area: {by: acuity, 2: majors, 3: majors, otherwise: minors}
    areas:
      majors: {spaces: 300, first_spell: {mean: 25 min, sd: 13 min}, investigated: 80%,
               investigations: {mean: 90 min, sd: 50 min}, second_spell: {mean: 13 min, sd: 8 min}}
      minors: {spaces: 300, first_spell: {mean: 13 min, sd: 7 min}, investigated: 30%,
               investigations: {mean: 40 min, sd: 20 min}, second_spell: {mean: 6 min, sd: 4 min}}
    clinicians: {main: 200}
    specialty_review: {mean: 50 min, sd: 30 min}
    departure: {mean: 20 min, sd: 15 min}
  assessment_ward:
    kind: ward
    beds: 400
    stay: {by: age, 18-64: {mean: 1.5 days, sd: 2 days}, otherwise: {mean: 4 days, sd: 5 days}}
    move_on: {share: 70%, after: {mean: 20 hours, sd: 8 hours}}
  ward:
    kind: ward
    beds: 600
    stay: {mean: 4 days, sd: 5 days}
  virtual_ward:
    kind: virtual_ward
    places: 300
    stay: {mean: 5 days, sd: 4 days}
    deteriorate: 15%
  response_team:
    kind: urgent_community_response
    team: 100
    travel: 15 min
    first_visit: {mean: 55 min, sd: 20 min}
    outcome: {kept_at_home: 85%, conveyed: rest}
    follow_ups: {0: 50%, 1: 30%, 2: rest}
    follow_up_gap: 1 day
    follow_up_visit: 40 min
  transfer_of_care:
    kind: discharge
  home_care:
    kind: intermediate_care
    places: 900
    stay: {mean: 8 days, sd: 5 days}
    comes_back: {share: 20%, after: {mean: 3 days, sd: 2 days}, to: department}
  hot_clinic:
    kind: clinic
    staff: 100
    rooms: 150
    service: {mean: 30 min, sd: 10 min}
    referred: 25%

demand:
  walk_ins: {to: department, per_day: 80, place: {town: 80%, country: rest}, casemix: usual}
  calls: {to: crews, route: ambulance, per_day: 50, place: {town: 60%, country: rest}, casemix: callers}
  referrals: {to: hot_clinic, route: gp, per_day: 20, place: town, casemix: usual}

alternatives:
  crews.scene:
    - {to: response_team, eligible: {by: acuity, 3: 40%, otherwise: 5%}, uptake: 60%}
  department.decision:
    - {to: virtual_ward, eligible: 30%, uptake: 50%}
    - {to: hot_clinic, eligible: 20%}

pathways:
  crews: {convey: department, otherwise: leave}
  department: {admit: assessment_ward, otherwise: leave}
  assessment_ward: {ready: transfer_of_care, moved_on: ward, otherwise: leave}
  ward: {ready: transfer_of_care, otherwise: leave}
  virtual_ward: {deteriorated: department, otherwise: leave}
  response_team: {conveyed: department, otherwise: leave}
  transfer_of_care: {pathway_1: home_care, otherwise: leave}
  home_care: {otherwise: leave}
  hot_clinic: {referred: department, otherwise: leave}
"""
"""Every way of being sent on (alternatives, moves, getting worse, coming back), and never a wait."""


def written(text: str, folder: Path, **changes: Any) -> Scenario:
    """Return the scenario of a text; changes are given as ``services__ward__beds=9``."""
    path = folder / "system.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path).change({name.replace("__", "."): value for name, value in changes.items()})


def person_by_person(result: Replication) -> dict[int, tuple[Any, ...]]:
    """Return each patient's stream, arrival, attributes and visits with all their times, by identifier.

    A moment that was not reached is -1.
    """
    people, visits = result.patients, result.visits
    who = [name for name in people if name != "uid"]
    rows = zip(*(people[name].tolist() for name in who), strict=True)
    found: list[list[Any]] = [[row] for row in rows]
    columns = [name for name in visits if name != "patient"]
    table = zip(*(np.nan_to_num(visits[name], nan=-1.0).tolist() for name in columns), strict=True)
    for patient, row in zip(visits["patient"].tolist(), table, strict=True):
        found[patient].append(row)
    return {uid: tuple(each) for uid, each in zip(people["uid"].tolist(), found, strict=True)}


def same_tables(one: Replication, other: Replication) -> bool:
    """Say whether every table of two replications is the same to the last bit."""
    pairs = [(one.patients, other.patients), (one.visits, other.visits)]
    tables = all(a.keys() == b.keys() and all(_same(a[c], b[c]) for c in a) for a, b in pairs)
    return tables and _same(one.occupancy, other.occupancy) and one.pools == other.pools


def _same(a: Any, b: Any) -> bool:
    return bool(a.dtype == b.dtype and a.shape == b.shape and np.asarray(a).tobytes() == b.tobytes())
