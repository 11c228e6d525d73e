"""Alternatives to the emergency department and the bed: definitions."""

from __future__ import annotations

from functools import partial

from flowsim.measures.measure import (
    CLIPPED,
    COUNTED,
    DEPARTED,
    EVERYONE,
    OUTCOME_KNOWN,
    PROVIDERS,
    SO_FAR,
    THRESHOLD,
    Level,
    Measure,
)

UTC = "urgent_treatment_centre"
SDEC = "same_day_emergency_care"
UCR = "urgent_community_response"
VIRTUAL_WARD = "virtual_ward"
CLINIC = "clinic"
ACCESS = "access"
DAY = 1440.0

_UCR_SOURCE = "NHS England, urgent community response two-hour and two-day response standards"
_VW_SOURCE = "NHS England, virtual ward capacity and occupancy"
_measure = partial(Measure, area="alternatives")
_utc = partial(_measure, kinds=(UTC,))
_sdec = partial(_measure, kinds=(SDEC,))
_ucr = partial(_measure, kinds=(UCR,), source=_UCR_SOURCE)
_virtual = partial(_measure, kinds=(VIRTUAL_WARD,), source=_VW_SOURCE)
_clinic = partial(_measure, kinds=(CLINIC,))
_access = partial(_measure, kinds=(ACCESS,))
_KINDS: tuple[Level, ...] = ("system", "trust", "place", "site", "kind", "service")

MEASURES = (
    _measure(
        id="diverted",
        label="Diverted to an alternative",
        unit="per day",
        better=None,
        definition="Patients each day for whom an alternative was found at a decision point.",
        at_end=COUNTED,
        levels=_KINDS,
    ),
    _measure(
        id="conveyances_avoided",
        label="Conveyances avoided",
        unit="per day",
        better="higher",
        definition="999 patients each day for whom an alternative was found at the call or on scene.",
        at_end=COUNTED,
        kinds=("ambulance",),
        levels=EVERYONE,
    ),
    _measure(
        id="admissions_avoided",
        label="Admissions avoided",
        unit="per day",
        better="higher",
        definition="Patients each day whom ED or SDEC would have admitted, had no alternative been found.",
        at_end=COUNTED,
        kinds=("emergency_department", SDEC),
        levels=EVERYONE,
    ),
    _utc(
        id="utc_sent_on",
        label="UTC: sent on",
        unit="share",
        better="lower",
        definition="Share of those who come to an urgent treatment centre that finds itself shut or full.",
        at_end=COUNTED,
    ),
    _utc(
        id="utc_transferred",
        label="UTC: transferred to ED",
        unit="share",
        better="lower",
        definition="Share of patients treated in an urgent treatment centre who are sent to an ED.",
        at_end=OUTCOME_KNOWN,
    ),
    _sdec(
        id="sdec_attendances",
        label="SDEC: patients taken",
        unit="per day",
        better="higher",
        definition="Patients each day who are given a chair in same day emergency care.",
        at_end=COUNTED,
        levels=EVERYONE,
        headline=True,
    ),
    _sdec(
        id="sdec_refused",
        label="SDEC: refused",
        unit="share",
        better="lower",
        definition="Share of patients referred to same day emergency care who are refused.",
        at_end=COUNTED,
    ),
    _sdec(
        id="sdec_converted",
        label="SDEC: converted to admission",
        unit="share",
        better="lower",
        definition="Share of patients seen in same day emergency care who are admitted.",
        at_end=OUTCOME_KNOWN,
    ),
    _sdec(
        id="sdec_direct",
        label="SDEC: came past the ED",
        unit="share",
        better="higher",
        definition="Share of patients taken by same day emergency care who did not come from an ED.",
        at_end=COUNTED,
    ),
    _sdec(
        id="sdec_time_mean",
        label="SDEC: time in the unit, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from referral to leaving same day emergency care, of those taken.",
        at_end=SO_FAR,
    ),
    _ucr(
        id="ucr_referrals",
        label="UCR: referrals",
        unit="per day",
        better=None,
        definition="Referrals to urgent community response each day.",
        at_end=COUNTED,
        levels=EVERYONE,
    ),
    _ucr(
        id="ucr_within_2_hours",
        label="UCR: within 2 hours",
        unit="share",
        better="higher",
        definition="Share of two-hour referrals taken whose first contact comes within the target (2 hours).",
        at_end=THRESHOLD,
        levels=EVERYONE,
        headline=True,
    ),
    _ucr(
        id="ucr_response_mean",
        label="UCR: two-hour response, mean",
        unit="minutes",
        better="lower",
        definition="Mean time from referral to first contact, of two-hour referrals taken.",
        at_end=SO_FAR,
    ),
    _ucr(
        id="ucr_declined",
        label="UCR: declined",
        unit="share",
        better="lower",
        definition="Share of referrals to urgent community response declined, or made when it was shut.",
        at_end=COUNTED,
    ),
    _ucr(
        id="ucr_kept_at_home",
        label="UCR: kept at home",
        unit="share",
        better="higher",
        definition="Share of patients visited who stay at home, without hospital or virtual ward.",
        at_end=OUTCOME_KNOWN,
        levels=EVERYONE,
    ),
    *(
        _virtual(
            id=f"virtual_ward_{suffix}",
            label=f"Virtual ward: {words}",
            unit="per day",
            better="higher",
            definition=f"Patients each day who start on a virtual ward{more}.",
            at_end=COUNTED,
            levels=EVERYONE if suffix == "admissions" else PROVIDERS,
        )
        for suffix, words, more in (
            ("admissions", "admissions", ""),
            ("step_up", "step-up", " instead of a bed"),
            ("step_down", "step-down", " from a ward bed"),
        )
    ),
    _virtual(
        id="virtual_ward_occupancy",
        label="Virtual ward: occupancy",
        unit="share",
        better=None,
        definition="Mean patients on virtual wards over mean places.",
        at_end=CLIPPED,
        headline=True,
    ),
    _virtual(
        id="virtual_ward_patients",
        label="Virtual ward: patients",
        unit="patients",
        better=None,
        definition="Mean number of virtual ward places in use.",
        at_end=CLIPPED,
    ),
    _virtual(
        id="virtual_ward_stay_mean",
        label="Virtual ward: stay, mean",
        unit="days",
        better=None,
        definition="Mean time on a virtual ward.",
        at_end=DEPARTED,
    ),
    _virtual(
        id="virtual_ward_refused",
        label="Virtual ward: refused",
        unit="share",
        better="lower",
        definition="Share of referrals to virtual wards that are refused.",
        at_end=COUNTED,
    ),
    _virtual(
        id="virtual_ward_returned",
        label="Virtual ward: sent to ED",
        unit="share",
        better="lower",
        definition="Share of virtual ward patients who get worse and go to an emergency department.",
        at_end=DEPARTED,
    ),
    _clinic(
        id="clinic_attendances",
        label="Clinics: patients seen",
        unit="per day",
        better=None,
        definition="Patients each day whom clinics see: hot clinics, out of hours, hubs and the like.",
        at_end=COUNTED,
    ),
    _clinic(
        id="clinic_turned_away",
        label="Clinics: turned away",
        unit="share",
        better="lower",
        definition="Share of those who come or are sent to clinics who are turned away.",
        at_end=COUNTED,
    ),
    _access(
        id="access_calls",
        label="111, GP and care-home calls",
        unit="per day",
        better=None,
        definition="Calls each day to access services.",
        at_end=COUNTED,
        levels=EVERYONE,
    ),
    _access(
        id="access_to_ed",
        label="Calls sent to an ED or ambulance",
        unit="share",
        better="lower",
        definition="Share of calls answered by access services that end in an ED or an ambulance.",
        at_end=OUTCOME_KNOWN,
        levels=EVERYONE,
    ),
)
"""Measures of this area."""
