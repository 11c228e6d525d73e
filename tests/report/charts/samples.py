"""Charts with usual and with awkward inputs, for tests that hold for every chart."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from math import nan

import numpy as np

from flowsim.report import charts
from flowsim.report.document import Figure

HOSTILE = '<script>alert("x")</script> & =cmd()|\' \x00\x07\u202e]]> $x_2$ 病院 😀 ' + "W" * 250
DAYS = [date(2026, 10, 1) + timedelta(days=i) for i in range(182)]
SITES = ("William Harvey Hospital", "Queen Elizabeth The Queen Mother Hospital", "Medway Maritime Hospital")


def winter(seed: int, mean: float, replications: int = 12, days: int = 182) -> np.ndarray:
    """Return a made-up winter, shape (replications, days)."""
    luck = np.random.default_rng(seed)
    wave = mean * (1 + 0.07 * np.sin(np.arange(days) / 29 - 1))
    return (
        wave
        + luck.normal(0, mean * 0.02, (replications, 1))
        + luck.normal(0, mean * 0.01, (replications, days))
    )


def fan(**changes: object) -> Figure:
    usual = {
        "dates": DAYS,
        "runs": [("Baseline", winter(1, 300)), ("Moderate winter with more community care", winter(2, 285))],
        "capacity": 312.0,
        "observed": np.where(np.arange(182) < 120, winter(3, 300, 1)[0], nan),
        "events": [("Surge", DAYS[60], DAYS[110]), ("Strike", DAYS[100], DAYS[104])],
        "unit": "beds",
        "decimals": 0,
    }
    return _drawn(charts.fan, "fan", usual, changes)


def heat(**changes: object) -> Figure:
    hours = 12 + 8 * np.sin((np.arange(24) - 9) / 24 * 2 * np.pi)
    usual = {"values": hours + np.arange(7)[:, None], "unit": "patients", "decimals": 1}
    return _drawn(charts.heat, "heat", usual, changes)


def stacked(**changes: object) -> Figure:
    names = (
        "Home without help",
        "Home with support from health or social care",
        "Rehabilitation",
        "Care home",
    )
    parts = [(name, winter(i, 20.0 + 10 * i, 1)[0]) for i, name in enumerate(names)]
    usual = {"dates": DAYS, "parts": parts, "unit": "patients", "decimals": 0}
    return _drawn(charts.stacked, "stacked", usual, changes)


def waterfall(**changes: object) -> Figure:
    usual = {
        "start": ("Baseline", 0.748),
        "end": ("Moderate winter and plan", 0.731),
        "steps": [
            ("Moderate surge", -0.049, -0.056, -0.042),
            ("Urgent community response", 0.016, 0.010, 0.022),
            ("Virtual wards", 0.012, 0.005, 0.020),
            ("Interaction", 0.004, -0.002, 0.010),
        ],
        "unit": "share",
        "decimals": 1,
        "better": "higher",
    }
    return _drawn(charts.waterfall, "waterfall", usual, changes)


def differences(**changes: object) -> Figure:
    usual = {
        "rows": [
            ("Within 4 hours", -0.017, -0.023, -0.011, "worse"),
            ("Seen by a clinician within an hour of arrival", 0.004, -0.001, 0.009, "no clear change"),
            ("Avoided", 0.03, 0.02, 0.04, "better"),
        ],
        "unit": "share",
        "decimals": 1,
    }
    return _drawn(charts.differences, "differences", usual, changes)


def slope(**changes: object) -> Figure:
    rows = [("0 to 17", -12.0, -20.0, -4.0), ("18 to 64", 5.0, -1.0, 11.0), ("85 and over", 20.0, 11.0, 29.0)]
    return _drawn(charts.slope, "slope", {"rows": rows, "unit": "minutes", "decimals": 0}, changes)


def bars(**changes: object) -> Figure:
    usual = {
        "rows": [(site, 1200.0 - 300 * i, 1100.0 - 250 * i, -150.0, -50.0) for i, site in enumerate(SITES)],
        "names": ("Baseline", "Moderate winter"),
        "unit": "hours",
        "decimals": 0,
    }
    return _drawn(charts.bars, "bars", usual, changes)


NODES = [
    ("999", "999 calls", 0),
    ("walk", "Walk-in and other", 0),
    ("gp", "Referred by community", 0),
    ("planned", "Planned care", 0),
    ("crews", "Ambulance crews", 1),
    ("ucr", "Urgent community response", 1),
    ("utc", "Urgent treatment centre", 2),
    ("ed", "Emergency department", 2),
    ("sdec", "Same day emergency care", 3),
    ("beds", "Hospital beds", 3),
    ("vw", "Virtual ward", 4),
    ("home", "Home", 4),
    ("support", "Support after hospital", 4),
]
ARROWS = [
    ("999", "crews", 1200.0, 1180.0),
    ("crews", "ed", 480.0, 465.0),
    ("crews", "ucr", 12.0, 18.0),
    ("walk", "ed", 900.0, 899.0),
    ("walk", "utc", 1100.0, 1101.0),
    ("ed", "beds", 410.0, 400.0),
    ("ed", "sdec", 160.0, 160.0),
    ("planned", "beds", 150.0, 150.0),
    ("gp", "ucr", 90.0, 130.0),
    ("gp", "vw", 12.0, 14.0),
    ("beds", "vw", 10.0, 12.0),
    ("beds", "home", 420.0, 415.0),
    ("beds", "support", 95.0, 92.0),
    ("vw", "beds", 1.0, 1.0),
    ("utc", "ed", 30.0, 30.0),
]


def flow(**changes: object) -> Figure:
    return _drawn(charts.flow, "flow", {"nodes": NODES, "arrows": ARROWS}, changes)


def matrix(**changes: object) -> Figure:
    cells = [
        [("78.3% (77.9 to 78.7)", 0.783, 0.0), ("79.9% (79.0 to 80.8)", 0.799, 0.4), ("81.0%", 0.81, 0.9)],
        [("74.3%", 0.743, -0.4), ("75.9%", 0.759, -0.2), ("77.0%", 0.77, -0.1)],
        [("68.0%", 0.68, -1.0), ("70.0%", 0.70, -0.9), ("", None, None)],
    ]
    usual = {
        "rows": ["No surge", "Moderate winter", "Severe winter with flu and norovirus"],
        "columns": ["Nothing", "24 more beds", "Larger response team"],
        "cells": cells,
        "note": "Within 4 hours, 95% intervals.",
    }
    return _drawn(charts.matrix, "matrix", usual, changes)


def timeline(**changes: object) -> Figure:
    surges = [(DAYS[60], DAYS[110], "Flu wave", None), (DAYS[100], DAYS[104], "Industrial action", None)]
    levels = [
        (DAYS[i], DAYS[i] + timedelta(days=1), f"OPEL {1 + i // 12 % 4}", 1 + i // 12 % 4) for i in range(180)
    ]
    usual = {
        "start": DAYS[0],
        "end": DAYS[-1],
        "rows": [("Surges", surges), (SITES[0], levels), (SITES[2], [])],
    }
    return _drawn(charts.timeline, "timeline", usual, changes)


def _drawn(
    chart: Callable[..., Figure], name: str, usual: dict[str, object], changes: dict[str, object]
) -> Figure:
    words = {"id": name, "title": "What was found", "subtitle": "Of whom, and when"}
    return chart(**{**words, **usual, **changes})


CHARTS: dict[str, Callable[..., Figure]] = {
    each.__name__: each
    for each in (fan, heat, stacked, waterfall, differences, slope, bars, flow, matrix, timeline)
}
"""One function for each chart; keywords replace the usual input."""

_NANS = np.full((3, 182), nan)
EMPTY: dict[str, Callable[[], Figure]] = {
    "fan of nobody": lambda: fan(runs=[("Baseline", _NANS)], observed=None, capacity=None),
    "fan without runs": lambda: fan(runs=[], observed=None, capacity=None),
    "heat of nobody": lambda: heat(values=np.full((7, 24), nan)),
    "stacked without parts": lambda: stacked(parts=[]),
    "stacked of nobody": lambda: stacked(parts=[("Home", np.zeros(182))]),
    "waterfall without an end": lambda: waterfall(end=("Other", nan)),
    "differences without rows": lambda: differences(rows=[]),
    "differences of nobody": lambda: differences(rows=[("A", nan, nan, nan, "")]),
    "slope without rows": lambda: slope(rows=[]),
    "bars without rows": lambda: bars(rows=[]),
    "bars of nobody": lambda: bars(rows=[("A", nan, nan, nan, nan)]),
    "flow without arrows": lambda: flow(arrows=[]),
    "flow of nobody": lambda: flow(arrows=[("999", "crews", nan, nan)]),
    "matrix without rows": lambda: matrix(rows=[], cells=[]),
    "timeline without rows": lambda: timeline(rows=[]),
    "timeline of another year": lambda: timeline(
        rows=[("A", [(date(2020, 1, 1), date(2020, 2, 1), "Old", None)])]
    ),
}
"""Charts with nothing to draw."""

_GAP = winter(4, 0.75)
_GAP[:, 50:60] = nan
_HOLE = np.arange(168.0).reshape(7, 24)
_HOLE[3, 4] = nan
AWKWARD: dict[str, Callable[[], Figure]] = {
    "fan of one run": lambda: fan(runs=[("Baseline", winter(1, 300))]),
    "fan of one replication": lambda: fan(runs=[("A", winter(1, 300, 1)), ("B", winter(2, 290, 1))]),
    "fan of four runs": lambda: fan(
        runs=[(f"Option {i} with quite a long name", winter(i, 300)) for i in range(4)]
    ),
    "fan with gaps": lambda: fan(
        runs=[("A", _GAP), ("B", np.full((12, 182), nan))], unit="share", decimals=1
    ),
    "fan of zeros": lambda: fan(runs=[("A", np.zeros((3, 182))), ("B", np.zeros((3, 182)))], observed=None),
    "fan of one day": lambda: fan(dates=DAYS[:1], runs=[("A", np.ones((3, 1)))], observed=None, events=[]),
    "fan of three weeks": lambda: fan(dates=DAYS[:21], runs=[("A", winter(1, 9, 3, 21))], observed=None),
    "fan of a million": lambda: fan(runs=[("A", winter(1, 2e6))], observed=None, capacity=None),
    "fan, hostile": lambda: fan(
        title=HOSTILE,
        subtitle=HOSTILE,
        runs=[(HOSTILE, winter(1, 300)), (HOSTILE, winter(2, 300))],
        events=[(HOSTILE, DAYS[3], DAYS[5]), (HOSTILE, DAYS[4], DAYS[170]), ("Late", DAYS[175], DAYS[181])],
    ),
    "heat of large numbers": lambda: heat(values=_HOLE * 1000, unit="count", decimals=0),
    "heat of zeros": lambda: heat(values=np.zeros((7, 24))),
    "heat of shares": lambda: heat(values=_HOLE / 168, unit="share", decimals=1),
    "stacked, nine parts": lambda: stacked(parts=[(f"Pathway {i}", np.full(182, 1.0 + i)) for i in range(9)]),
    "stacked, thin parts": lambda: stacked(parts=[(f"Pathway {i}", np.full(182, 9.0**i)) for i in range(6)]),
    "stacked, hostile": lambda: stacked(parts=[(HOSTILE, np.full(182, 5.0)), (HOSTILE, np.full(182, nan))]),
    "waterfall, hostile": lambda: waterfall(
        start=(HOSTILE, 0.5), end=(HOSTILE, 0.6), steps=[(HOSTILE, 0.1, nan, nan), ("Nobody", nan, nan, nan)]
    ),
    "waterfall without steps": lambda: waterfall(start=("A", 0.5), end=("B", 0.5), steps=[]),
    "waterfall from zero": lambda: waterfall(
        start=("A", 0.0), end=("B", 30.0), steps=[("S", 30.0, 20.0, 40.0)]
    ),
    "differences, many": lambda: differences(
        rows=[
            (f"Service {i} of the trust", i * 1e5 - 7e5, i * 1e5 - 8e5, i * 1e5 - 6e5, "higher")
            for i in range(26)
        ],
        unit="count",
        decimals=0,
    ),
    "differences of zero": lambda: differences(rows=[("Same", 0.0, 0.0, 0.0, "the same")]),
    "differences, hostile": lambda: differences(
        rows=[(HOSTILE, 0.2, nan, nan, ""), ("Nobody", nan, nan, nan, "")]
    ),
    "slope, hostile": lambda: slope(rows=[(HOSTILE, 1e6, 9e5, 2e6), ("small", 1e-3, -1e-3, 2e-3)]),
    "bars of one run": lambda: bars(rows=[("A", 5.0, nan, nan, nan)]),
    "bars, hostile": lambda: bars(
        names=(HOSTILE, HOSTILE), rows=[(HOSTILE, 1e6, 2e6, 5e5, 1.5e6), ("Negative", -5e5, 2e5, nan, nan)]
    ),
    "flow, hostile": lambda: flow(
        nodes=[("a", HOSTILE, 0), ("b", HOSTILE, 1)], arrows=[("a", "b", 9.0, 12.0)]
    ),
    "flow of one scenario": lambda: flow(arrows=[(a, b, base, nan) for a, b, base, _ in ARROWS]),
    "flow of zeros": lambda: flow(arrows=[("999", "crews", 0.0, 0.0)]),
    "flow that begins anew": lambda: flow(arrows=[("999", "crews", nan, 5.0), ("crews", "ed", 5.0, 0.0)]),
    "matrix, hostile": lambda: matrix(
        rows=[HOSTILE],
        columns=[HOSTILE, HOSTILE],
        cells=[[(HOSTILE, 1.0, 7.0), (HOSTILE, 1.0, -7.0)]],
        note=HOSTILE,
    ),
    "matrix of nine options": lambda: matrix(
        rows=["A"],
        columns=[f"Option {i}" for i in range(9)],
        cells=[[(f"{i}", float(i), i / 9) for i in range(9)]],
    ),
    "timeline, hostile": lambda: timeline(rows=[(HOSTILE, [(DAYS[3], DAYS[90], HOSTILE, None)])] * 2),
    "timeline, restless": lambda: timeline(
        rows=[(SITES[0], [(day, day + timedelta(days=1), "OPEL", 1 + i % 4) for i, day in enumerate(DAYS)])]
    ),
    "timeline of level 9": lambda: timeline(rows=[("A", [(DAYS[0], DAYS[9], "Nine", 9)])]),
}
"""Inputs that break charts which were drawn for nice numbers."""


def column(figure: Figure, heading: str) -> list[float | None]:
    """Return the numbers of the column whose heading begins so."""
    at = next(i for i, each in enumerate(figure.table.columns) if each.label.startswith(heading))
    return [row[at].value for row in figure.table.rows]


def words(figure: Figure, heading: str) -> list[str]:
    """Return the texts of the column whose heading begins so."""
    at = next(i for i, each in enumerate(figure.table.columns) if each.label.startswith(heading))
    return [row[at].text for row in figure.table.rows]


def rectangles(svg: str, fill: str) -> list[tuple[float, float, float, float]]:
    """Return x, y, width and height of the rectangles of a colour."""
    found = re.findall(rf'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)" fill="{fill}"', svg)
    return [tuple(map(float, each)) for each in found]  # type: ignore[misc]
