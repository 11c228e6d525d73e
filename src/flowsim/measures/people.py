"""One row for each patient: who they are, and what the collection period held for them.

A patient is the same person in every scenario of the same seed, so these tables let two plans be compared
person by person. Everyone is there who was in a service at some time in the collection period.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.ambulance import handover_minutes
from flowsim.measures.budget import budget
from flowsim.measures.definitions.urgent_care import TYPE_1, TYPE_3
from flowsim.measures.facts import Facts, Floats, View
from flowsim.measures.urgent_care import attended

WHO = ("age", "fifth", "acuity", "stream", "route", "place")
"""Attributes of a patient that the table keeps, as codes."""
COUNTS = ("ed_attendances", "utc_attendances", "emergency_admissions")
"""Columns that count visits which arrived in the period, as the measures of the same name do."""
MINUTES = ("ed_minutes", "handover_minutes", "waiting_minutes", "held_minutes")
"""Columns of minutes.

In emergency departments and to handover: of visits that arrived in the period, up to the end of the run, as
the means of these measures. Waiting without a place, and held in a place after care: inside the period, at
every service; their sums are the measures of where time is spent.
"""
GRAIN = 0.25
"""Minutes are kept to this fraction, which makes the table a third smaller."""

Columns = dict[str, NDArray[Any]]


def people(facts: Facts) -> Columns:
    """Return the table of a replication's patients.

    Columns: ``uid`` (the same for the same person in every scenario), ``demand`` (code of the demand
    stream, -1 for those found inside at the start), ``arrived`` (whole minutes since the start of the
    warm-up), those of `WHO` (codes), `COUNTS` and `MINUTES`. Rows are in the order of the patient table.
    """
    rows = np.flatnonzero(_present(facts))
    patients = facts.replication.patients
    table: Columns = {name: patients[name][rows] for name in ("uid", "demand")}
    table["arrived"] = np.floor(patients["arrived"][rows]).astype(np.int32)
    table |= {name: patients[name][rows] for name in WHO}
    table |= {name: _count(view, counted, facts, rows) for name, (view, counted) in _counted(facts).items()}
    return table | {name: _grained(minutes[rows]) for name, minutes in _minutes(facts).items()}


def _present(facts: Facts) -> NDArray[np.bool_]:
    """Say which patients were in a service at some time in the period."""
    view = facts.view(everyone=True)
    there = np.zeros(len(facts.replication.patients["uid"]), dtype=bool)
    there[view.column("patient")[~(view.column("left") < facts.warm_up)]] = True
    return there


def _counted(facts: Facts) -> dict[str, tuple[View, NDArray[np.bool_]]]:
    type_1, type_3 = facts.view(TYPE_1), facts.view(TYPE_3)
    admitted = type_1.outcome_is("admit")
    return dict(
        zip(COUNTS, ((type_1, attended(type_1)), (type_3, attended(type_3)), (type_1, admitted)), strict=True)
    )


def _minutes(facts: Facts) -> dict[str, Floats]:
    """Return the minutes of every patient of the patient table, by the names of `MINUTES`."""
    type_1, found = facts.view(TYPE_1), budget(facts)
    handover = np.where(type_1.by_ambulance, handover_minutes(type_1), 0.0)
    inside = np.where(attended(type_1), type_1.minutes("arrived", "left"), 0.0)
    size, patient = len(facts.replication.patients["uid"]), type_1.column("patient")
    own: list[Floats] = [
        np.bincount(patient, minutes, minlength=size).astype(np.float64) for minutes in (inside, handover)
    ]
    return dict(zip(MINUTES, (*own, found.waited, found.held), strict=True))


def _count(view: View, counted: NDArray[np.bool_], facts: Facts, rows: NDArray[np.intp]) -> NDArray[Any]:
    size = len(facts.replication.patients["uid"])
    return np.bincount(view.column("patient")[counted], minlength=size)[rows].astype(np.int16)


def _grained(minutes: Floats) -> NDArray[np.float32]:
    return (np.rint(minutes / GRAIN) * GRAIN).astype(np.float32)
