"""Alternatives to the emergency department and the bed: what they take on, turn away and pass on."""

from __future__ import annotations

import numpy as np

from flowsim.measures.collect import Collector
from flowsim.measures.definitions.alternatives import ACCESS, CLINIC, DAY, SDEC, UCR, UTC, VIRTUAL_WARD
from flowsim.measures.definitions.queueing import REFUSED
from flowsim.measures.facts import Facts, View
from flowsim.measures.pools import mean_busy, mean_occupancy, units


def evaluate(facts: Facts, out: Collector) -> None:
    """Work out the measures of alternatives."""
    if facts.specs:
        out.rate("diverted", facts.view(), facts.view().outcome_is("alternative"))
    _avoided(facts, out)
    for kind, work_out in _BY_KIND.items():
        if facts.services(kind):
            work_out(facts.view(kind), out)


def _avoided(facts: Facts, out: Collector) -> None:
    if facts.services("ambulance"):
        view = facts.view("ambulance")
        out.rate("conveyances_avoided", view, view.outcome_is("alternative"))
    if facts.services("emergency_department", SDEC):
        view = facts.view("emergency_department", SDEC)
        out.rate("admissions_avoided", view, view.outcome_is("alternative") & view.reached("finished"))


def _treatment_centres(view: View, out: Collector) -> None:
    sent_on = view.outcome_is(*REFUSED)
    out.share("utc_sent_on", view, sent_on)
    treated = view.outcome_is("home", "transfer")
    out.share("utc_transferred", view, view.outcome_is("transfer"), treated)


def _same_day(view: View, out: Collector) -> None:
    taken = view.reached("accepted") & ~view.outcome_is(*REFUSED)
    out.rate("sdec_attendances", view, taken)
    out.share("sdec_refused", view, view.outcome_is(*REFUSED))
    out.share("sdec_converted", view, view.outcome_is("admit"), taken & (view.column("outcome") >= 0))
    out.share("sdec_direct", view, ~view.source_is("emergency_department"), taken)
    out.mean("sdec_time_mean", view, view.minutes("arrived", "left"), taken)


def _community_response(view: View, out: Collector) -> None:
    declined = view.outcome_is(*REFUSED)
    out.rate("ucr_referrals", view)
    out.share("ucr_declined", view, declined)
    two_hour = view.reached("assessed") & ~declined
    minutes = view.minutes("arrived", "started")
    limits = np.array([float(getattr(spec, "within", 120.0)) for spec in view.facts.specs])
    late = minutes > view.of_service(limits)
    out.share("ucr_within_2_hours", view, ~late, two_hour & (view.reached("started") | late))
    out.mean("ucr_response_mean", view, minutes, two_hour)
    visited = view.reached("finished") & (view.column("outcome") >= 0)
    out.share("ucr_kept_at_home", view, view.outcome_is("kept_at_home"), visited)


def _virtual_wards(view: View, out: Collector) -> None:
    facts = view.facts
    started = view.reached("started")
    step_down = view.source_is("ward", "discharge")
    out.rate("virtual_ward_admissions", view, started)
    out.rate("virtual_ward_step_up", view, started & ~step_down)
    out.rate("virtual_ward_step_down", view, started & step_down)
    out.share("virtual_ward_refused", view, view.outcome_is("refused"))
    places = units(facts, "places", VIRTUAL_WARD)
    mean_busy(facts, out, "virtual_ward_patients", places)
    mean_occupancy(facts, out, "virtual_ward_occupancy", places.limited())
    everyone = facts.view(VIRTUAL_WARD, everyone=True)
    gone = everyone.left_in_period() & everyone.reached("started")
    stay = (everyone.column("left") - everyone.column("started")) / DAY
    out.mean("virtual_ward_stay_mean", everyone, stay, gone)
    out.share("virtual_ward_returned", everyone, everyone.outcome_is("deteriorated"), gone)


def _clinics(view: View, out: Collector) -> None:
    out.rate("clinic_attendances", view, view.reached("started"))
    out.share("clinic_turned_away", view, view.outcome_is(*REFUSED))


def _calls(view: View, out: Collector) -> None:
    out.rate("access_calls", view)
    answered = view.reached("finished") & (view.column("outcome") >= 0)
    out.share("access_to_ed", view, view.outcome_is("emergency_department", "ambulance"), answered)


_BY_KIND = {
    UTC: _treatment_centres,
    SDEC: _same_day,
    UCR: _community_response,
    VIRTUAL_WARD: _virtual_wards,
    CLINIC: _clinics,
    ACCESS: _calls,
}
