"""Two hospitals with one ambulance service: the smallest system in which one can help the other.

The north has too few beds, the south has room. Bands are set so that a quiet hospital scores nothing and a
crowded one everything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flowsim.scenario import load
from flowsim.spec.scenario import Scenario

SYSTEM = """
flowsim: 1
name: two-hospitals
title: Two hospitals with one ambulance service
time: {kind: terminating, start: 2026-11-02, warm_up: 2 days, horizon: 12 days, initial: empty}
seed: 5

places: {upland: {}, lowland: {}, islands: {}}
trusts: {one: {}}
sites:
  north: {label: North Hospital, place: upland, trust: one}
  south: {label: South Hospital, place: lowland, trust: one}
  clinic_building: {place: islands}

casemix:
  usual:
    age: {18-64: 60%, 75-84: rest}
    acuity: {2: 20%, 3: 50%, 4: rest}
    pathway: {by: age, 18-64: "0", otherwise: {0: 60%, 1: rest}}
    admission: {by: age, 18-64: 20%, otherwise: 60%}
  callers: {age: {18-64: 40%, 75-84: rest}, acuity: {2: 40%, 3: rest}, category: {2: 60%, 3: rest},
            pathway: "0", admission: 50%}

templates:
  department:
    kind: emergency_department
    assessors: 2
    initial_assessment: 8 min
    offload_bays: 3
    handover: 12 min
    area: majors
    areas: {majors: {spaces: 14, first_spell: {mean: 25 min, sd: 12 min}, investigated: 70%,
                     investigations: {mean: 60 min, sd: 30 min}, second_spell: {mean: 12 min, sd: 6 min}}}
    clinicians: {main: 5}
    specialty_review: 45 min
    departure: 15 min
  wards: {kind: ward, stay: {mean: 2.5 days, sd: 2.5 days}, rounds: ["09:00", "14:00"], turnaround: 30 min}
  hub: {kind: discharge, team: "08:00-18:00=2", assessment: {by: pathway, "0": 0 min, otherwise: 2 hours},
        preparation: 2 hours}

services:
  crews: {kind: ambulance, place: upland, crews: 12, travel: 12 min, on_scene: 30 min,
          see_and_treat: 20%, conveyance: 18 min, wrap_up: 12 min}
  north_ed: {like: department, site: north}
  south_ed: {like: department, site: south}
  north_ward: {like: wards, site: north, beds: 60}
  south_ward: {like: wards, site: south, beds: 90}
  north_sdec: {kind: same_day_emergency_care, site: north, hours: "08:00-20:00", chairs: 4,
               clinicians: "08:00-20:00=1", first_spell: 20 min, investigations: 60 min, second_spell: 15 min}
  upland_hub: {like: hub, place: upland}
  lowland_hub: {like: hub, place: lowland}
  home_care: {kind: intermediate_care, place: upland, places: 40, stay: {mean: 6 days, sd: 4 days}}
  island_clinic: {kind: clinic, site: clinic_building, staff: 1, service: 10 min}

demand:
  north_walk_in: {to: north_ed, route: walk_in, place: upland, per_day: 45, profile: flat, casemix: usual}
  south_walk_in: {to: south_ed, route: walk_in, place: lowland, per_day: 45, profile: flat, casemix: usual}
  calls: {to: crews, route: ambulance, place: upland, per_day: 45, profile: flat, casemix: callers}
  islanders: {to: island_clinic, route: gp, place: islands, per_day: 5, profile: flat, casemix: usual}

pathways:
  crews: {convey: {north_ed: 65%, south_ed: rest}, otherwise: leave}
  north_ed: {admit: north_ward, otherwise: leave}
  south_ed: {admit: south_ward, otherwise: leave}
  north_ward: {ready: upland_hub, otherwise: leave}
  south_ward: {ready: lowland_hub, otherwise: leave}
  north_sdec: {admit: north_ward, otherwise: leave}
  upland_hub: {pathway_1: home_care, otherwise: leave}
  lowland_hub: {pathway_1: home_care, otherwise: leave}
  home_care: {otherwise: leave}
  island_clinic: {otherwise: leave}

alternatives:
  north_ed.decision: [{to: north_sdec, eligible: 20%, uptake: 50%}]
"""

RULES = """
escalation:
  every: 1 hour
  window: 4 hours
  levels: {opel_2: 2, opel_3: 4, opel_4: 6}
  margin: 1
  hold: 6 hours
  parameters:
    bed_occupancy: [{above: 80%, points: 1}, {above: 90%, points: 2}, {above: 97%, points: 4}]
    awaiting_bed: [{above: 10%, points: 1}, {above: 25%, points: 2}, {above: 40%, points: 4}]
"""
"""Scores without any action."""

QUIET = """
escalation:
  every: 1 hour
  levels: {opel_2: 1, opel_3: 2, opel_4: 3}
  parameters: {over_12_hours: [{above: 99999%, points: 3}]}
  staff: {teams: {each: site, on_call: 2}}
  actions:
    beds: {level: 2, staff: {teams: 1}, change: {"services[kind=ward].beds": {add: 20}}}
    elsewhere: {level: 2, divert: {routes: {north_ed: [{to: south_ed, travel: 40 min}]}}}
"""
"""Actions, but bands that nobody can reach."""


def action(text: str, name: str = "act") -> str:
    """Return one action as a file of its own says it."""
    return f"escalation: {{actions: {{{name}: {text}}}}}\n"


def two_hospitals(folder: Path, *layers: str, **changes: Any) -> Scenario:
    """Return the system with layers laid over it in order; changes are given as ``services__x__beds=9``."""
    (folder / "system.yaml").write_text(SYSTEM, encoding="utf-8")
    names = []
    for number, text in enumerate(layers):
        names.append(f"layer-{number}.yaml")
        (folder / names[-1]).write_text(f"flowsim: 1\n{text}", encoding="utf-8")
    top = f"flowsim: 1\nname: plan\nextends: system.yaml\ninclude: [{', '.join(names)}]\n"
    (folder / "plan.yaml").write_text(top, encoding="utf-8")
    scenario = load(folder / "plan.yaml")
    return (
        scenario.change({key.replace("__", "."): value for key, value in changes.items()})
        if changes
        else scenario
    )
