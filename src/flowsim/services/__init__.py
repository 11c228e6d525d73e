"""The kinds of service. A new one is a file here and a line in this registry."""

from __future__ import annotations

from typing import Any

from flowsim.services.access import Access
from flowsim.services.ambulance import Ambulance
from flowsim.services.base import CareSpec, Service, System, journey
from flowsim.services.clinic import Clinic
from flowsim.services.discharge import Discharge
from flowsim.services.emergency_department import EmergencyDepartment
from flowsim.services.intermediate_care import IntermediateCare
from flowsim.services.same_day_emergency_care import SameDayEmergencyCare
from flowsim.services.urgent_community_response import UrgentCommunityResponse
from flowsim.services.urgent_treatment_centre import UrgentTreatmentCentre
from flowsim.services.virtual_ward import VirtualWard
from flowsim.services.ward import Ward

RUNNING: dict[str, type[Service[Any]]] = {
    "access": Access,
    "ambulance": Ambulance,
    "emergency_department": EmergencyDepartment,
    "urgent_treatment_centre": UrgentTreatmentCentre,
    "same_day_emergency_care": SameDayEmergencyCare,
    "ward": Ward,
    "virtual_ward": VirtualWard,
    "urgent_community_response": UrgentCommunityResponse,
    "discharge": Discharge,
    "intermediate_care": IntermediateCare,
    "clinic": Clinic,
}
"""The running service of each kind."""

KINDS: dict[str, type[CareSpec]] = {kind: service.Spec for kind, service in RUNNING.items()}
"""The settings of each kind."""

__all__ = ["KINDS", "RUNNING", "CareSpec", "Service", "System", "journey"]
