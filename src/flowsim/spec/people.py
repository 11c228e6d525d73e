"""Who comes: the mix of ages, acuity, frailty and so on of the patients of a demand stream."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from flowsim.spec.base import Misfit, Spec
from flowsim.spec.groups import ByGroup
from flowsim.spec.mixes import Known, Mix
from flowsim.spec.values import Share
from flowsim.vocabulary import DRAWN

ADMISSION = "admission"
"""The setting, and the purpose, of the need for admission."""


class CaseMix(Spec):
    """What patients are like.

    Attributes are drawn in the order below. Each may depend on those above it, and on the place and route
    of the demand stream. What is left out is the same for everybody.
    """

    age: ByGroup[Annotated[Mix, Known("age")]] = ByGroup(Mix.only("18-64"))
    """Share of each age band: 0-17, 18-64, 65-74, 75-84, 85+."""
    fifth: ByGroup[Annotated[Mix, Known("fifth")]] = ByGroup(Mix.only("3"))
    """Share of each fifth of deprivation, 1 the most deprived to 5."""
    acuity: ByGroup[Annotated[Mix, Known("acuity")]] = ByGroup(Mix.only("3"))
    """Share of each acuity at initial assessment, 1 (immediate) to 5."""
    stream: ByGroup[Annotated[Mix, Known("stream")]] = ByGroup(Mix.only("medical"))
    """Share of each clinical stream."""
    frailty: ByGroup[Annotated[Mix, Known("frailty")]] = ByGroup(Mix.only("no"))
    """Share of patients living with frailty: yes, no."""
    category: ByGroup[Annotated[Mix, Known("category")]] = ByGroup(Mix.only("none"))
    """Share of each 999 category, 1 to 4; none for patients who did not call 999."""
    pathway: ByGroup[Annotated[Mix, Known("pathway")]] = ByGroup(Mix.only("0"))
    """Share of each discharge pathway, 0 to 3, should the patient be admitted."""
    admission: ByGroup[Share] = ByGroup(0.0)
    """Share of patients who need admission, before any alternative is tried."""

    @model_validator(mode="after")
    def _depends_backwards(self) -> Self:
        known = {"place", "route"}
        for name in (*DRAWN, ADMISSION):
            table: ByGroup[object] = getattr(self, name)
            later = [other for other in table.attributes() if other not in known]
            if later:
                raise Misfit(f"{name} cannot depend on {later[0]}, which is drawn later", name)
            known.add(name)
        return self

    def mix(self, attribute: str) -> ByGroup[Mix]:
        """Return the mix, by group, of one of the drawn attributes."""
        mix: ByGroup[Mix] = getattr(self, attribute)
        return mix
