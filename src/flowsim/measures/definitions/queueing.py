"""The plain queueing measures of every service: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import CLIPPED, COUNTED, OUTCOME_KNOWN, SO_FAR, THRESHOLD, Measure, short

REFUSED = ("refused", "declined", "cancelled", "shut", "full")
"""Outcomes of those who were turned away."""
GAVE_UP = ("left",)
"""Outcomes of those who left before care began."""
OVER = {"15_minutes": 15.0, "1_hour": 60.0, "4_hours": 240.0, "1_day": 1440.0, "1_week": 10080.0}
"""Limits of a wait, minutes."""
PRESENT = {"present_p5": 0.05, "present_median": 0.5, "present_p95": 0.95, "present_max": 1.0}

_service = partial(Measure, area="queueing", levels=("service",))
_pool = partial(Measure, area="queueing", levels=("pool",), at_end=CLIPPED)
QUANTILES = {"median": (0.5, "median"), "p90": (0.9, "90th percentile"), "p95": (0.95, "95th percentile")}

MEASURES = (
    _service(
        id="arrivals",
        label="Arrivals",
        unit="per day",
        better=None,
        definition="Patients each day who ask for the service.",
        at_end=COUNTED,
    ),
    _service(
        id="served",
        label="Served",
        unit="per day",
        better="higher",
        definition="Patients each day whose care was completed, of those who arrived in the period.",
        at_end=OUTCOME_KNOWN,
    ),
    _service(
        id="refused",
        label="Refused",
        unit="per day",
        better="lower",
        definition="Patients each day who were turned away: full, shut, declined or cancelled.",
        at_end=COUNTED,
    ),
    _service(
        id="refused_share",
        label="Refused, share",
        unit="share",
        better="lower",
        definition="Share of those who asked for the service who were turned away.",
        at_end=COUNTED,
    ),
    _service(
        id="gave_up",
        label="Left before care",
        unit="per day",
        better="lower",
        definition="Patients each day who left before care began.",
        at_end=COUNTED,
    ),
    _service(
        id="still_inside",
        label="Still inside at the end",
        unit="count",
        better=None,
        definition="Patients waiting for the service or in it at the end of the run.",
        at_end="This is that count.",
        decimals=0,
    ),
    _service(
        id="wait_mean",
        label="Wait, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from arrival to the start of care, of those served or still waiting.",
        at_end=SO_FAR,
    ),
    *(
        _service(
            id=f"wait_{suffix}",
            label=f"Wait, {short(words)}",
            unit="minutes",
            better="lower",
            definition=f"Time from arrival to the start of care, {words}, of those served or still waiting.",
            at_end=SO_FAR,
        )
        for suffix, (_, words) in QUANTILES.items()
    ),
    _service(
        id="waited",
        label="Had to wait",
        unit="share",
        better="lower",
        definition="Share of those served or still waiting whose care did not start at once.",
        at_end=SO_FAR,
    ),
    *(
        _service(
            id=f"wait_over_{name}",
            label=f"Wait over {name.replace('_', ' ')}",
            unit="share",
            better="lower",
            definition=f"Share of those served or still waiting who wait more than {name.replace('_', ' ')}.",
            at_end=THRESHOLD,
        )
        for name in OVER
    ),
    _service(
        id="time_in_service",
        label="Time in care, mean",
        unit="minutes",
        better=None,
        definition="Mean time from the start of care to its end.",
        at_end=SO_FAR,
    ),
    _service(
        id="time_blocked",
        label="Time held after care, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from the end of care until the next service accepts; 0 for those who go home.",
        at_end=SO_FAR,
    ),
    _service(
        id="time_total",
        label="Time from arrival to leaving, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from arrival to giving up the place.",
        at_end=SO_FAR,
    ),
    *(
        _service(
            id=f"mean_{name}",
            label=f"Mean number {words}",
            unit="patients",
            better=better,  # type: ignore[arg-type]
            definition=f"Mean number of patients {words}.",
            at_end=CLIPPED,
        )
        for name, words, better in (
            ("waiting", "waiting for care", "lower"),
            ("in_service", "in care", None),
            ("blocked", "held after care", "lower"),
            ("present", "present, waiting included", None),
        )
    ),
    *(
        _service(
            id=name,
            label=f"Number present, {short(words)}",
            unit="patients",
            better=None,
            definition=f"Number of patients present at whole hours, waiting included: {words}.",
            at_end=CLIPPED,
            decimals=0,
        )
        for name, words in zip(
            PRESENT, ("5th percentile", "median", "95th percentile", "maximum"), strict=True
        )
    ),
    _pool(
        id="utilisation",
        label="Utilisation",
        unit="share",
        better=None,
        definition="Mean units busy over mean units there are.",
    ),
    _pool(
        id="units_busy",
        label="Units busy",
        unit="count",
        better=None,
        definition="Mean number of units busy: beds, spaces, crews, staff.",
    ),
    _pool(
        id="units_open",
        label="Units there are",
        unit="count",
        better=None,
        definition="Mean number of units there are.",
    ),
    _pool(
        id="pool_queue",
        label="Waiting for a unit",
        unit="patients",
        better="lower",
        definition="Mean number of patients waiting for a unit.",
    ),
)
"""Measures of this area."""
