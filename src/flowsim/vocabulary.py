"""The words every part of flowsim uses for people: attributes, their values, and codes for both.

A patient's attribute is stored as a small whole number, the position of its value in the tuple below.
Terms follow the NHS Data Dictionary where it has one. The order of a tuple is part of the results'
format: add at the end, never in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

AGE_BANDS = ("0-17", "18-64", "65-74", "75-84", "85+")
"""Age bands in years."""
FIFTHS = ("1", "2", "3", "4", "5")
"""Fifths of the Index of Multiple Deprivation; 1 is the most deprived."""
ACUITIES = ("1", "2", "3", "4", "5")
"""Initial-assessment acuity; 1 is immediate, 5 is non-urgent. Source: Emergency Care Data Set."""
STREAMS = ("minor", "medical", "surgical", "frailty", "paediatric", "mental_health")
"""Clinical streams."""
FRAILTY = ("no", "yes")
"""Whether the patient lives with frailty (Clinical Frailty Scale 5 or more)."""
ROUTES = ("walk_in", "ambulance", "nhs_111", "gp", "care_home", "community", "elective", "return", "other")
"""How the patient came to the system."""
CATEGORIES = ("none", "1", "2", "3", "4")
"""Category of the 999 call; none for every other route. Source: NHS Ambulance Response Programme."""
PATHWAYS = ("0", "1", "2", "3")
"""Discharge pathway: 0 home without support, 1 home with support, 2 community bed, 3 care home.

Source: Hospital discharge and community support guidance, Department of Health and Social Care.
"""
ADMISSION = ("no", "yes")
"""Whether the patient's condition will need an admission unless an alternative serves."""
OUT_OF_AREA = "out_of_area"
"""The place of a patient who lives outside every place of the scenario."""

ATTRIBUTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "age": AGE_BANDS,
        "fifth": FIFTHS,
        "acuity": ACUITIES,
        "stream": STREAMS,
        "frailty": FRAILTY,
        "category": CATEGORIES,
        "pathway": PATHWAYS,
        "route": ROUTES,
        "place": (),
        "admission": ADMISSION,
    }
)
"""Every attribute and its values, in the order of the patient table.

The values of ``place`` belong to the scenario; `values_of` adds them.
"""

DRAWN = ("age", "fifth", "acuity", "stream", "frailty", "category", "pathway")
"""The attributes a case mix draws, in this order; each may depend on those before it."""


def values_of(attribute: str, places: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the values `attribute` may take.

    Args:
        attribute: a key of `ATTRIBUTES`.
        places: the scenario's places, which (with out of area) are the values of ``place``.
    """
    return everywhere(places) if attribute == "place" and places else ATTRIBUTES[attribute]


def everywhere(places: tuple[str, ...]) -> tuple[str, ...]:
    """Return the places a patient may come from: the scenario's, and out of area at the end if not named."""
    return places if OUT_OF_AREA in places else (*places, OUT_OF_AREA)


def code_of(attribute: str, value: str, places: tuple[str, ...] = ()) -> int:
    """Return the whole number that stands for `value`; ValueError if it is not a value of `attribute`."""
    return values_of(attribute, places).index(value)
