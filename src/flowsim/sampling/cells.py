"""Every kind of patient a demand stream can bring, with its exact share: the law that sampling follows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from flowsim.sampling.blocks import Codes
from flowsim.sampling.tables import MixTable
from flowsim.sampling.uniforms import Floats
from flowsim.spec.demand import DemandSpec
from flowsim.spec.groups import Lookup
from flowsim.spec.mixes import Mix
from flowsim.spec.people import ADMISSION, CaseMix
from flowsim.vocabulary import ATTRIBUTES, DRAWN, ROUTES, everywhere

if TYPE_CHECKING:
    from flowsim.spec.scenario import Scenario


@dataclass(frozen=True)
class Cells:
    """Combinations of attributes that can occur.

    Attributes:
        attrs: attribute codes of each cell.
        weight: share of patients in each cell; the sum is 1.
        admission: share of the cell's patients who need admission.
    """

    attrs: dict[str, Codes]
    weight: Floats
    admission: Floats

    def by_admission(self) -> Cells:
        """Return the cells split by the need for admission, which then is an attribute like the others."""
        share = np.concatenate([1.0 - self.admission, self.admission])
        weight = np.tile(self.weight, 2) * share
        needs = np.repeat(np.array([0, 1], dtype=np.int8), len(self.weight))
        kept = weight > 0.0
        attrs = {name: np.tile(codes, 2)[kept] for name, codes in self.attrs.items()}
        return Cells({**attrs, ADMISSION: needs[kept]}, weight[kept], needs[kept].astype(np.float64))


def cells(scenario: Scenario, demand: DemandSpec) -> Cells:
    """Return the cells of a demand stream of a scenario."""
    casemix = casemix_of(demand, scenario.casemix)
    return cells_of(casemix, demand.place, demand.route, tuple(scenario.places))


def casemix_of(demand: DemandSpec, named: dict[str, CaseMix]) -> CaseMix:
    """Return the case mix of a demand stream: written there, named, or the default."""
    if isinstance(demand.casemix, CaseMix):
        return demand.casemix
    return named[demand.casemix] if demand.casemix else _usual()


@cache
def _usual() -> CaseMix:
    """Return the case mix of streams that say nothing of it."""
    return CaseMix()


def cells_of(casemix: CaseMix, place: Mix, route: str, places: tuple[str, ...] = ()) -> Cells:
    """Return every combination of attributes with a share above 0.

    Args:
        casemix: shares of attributes, each conditional on those before it.
        place: where patients live.
        route: how they come.
        places: the scenario's places, in order.
    """
    attrs: dict[str, Codes] = {"route": np.array([ROUTES.index(route)], dtype=np.int8)}
    weight = np.ones(1)
    attrs, weight = _split(attrs, weight, "place", MixTable([place], everywhere(places)), None)
    for name in DRAWN:
        lookup = casemix.mix(name).compile(places)
        attrs, weight = _split(attrs, weight, name, MixTable(lookup.leaves, ATTRIBUTES[name]), lookup)
    admission = casemix.admission.compile(places)
    needs = np.array(admission.leaves, dtype=np.float64).take(admission.index(attrs))
    return Cells({name: attrs[name] for name in ATTRIBUTES if name in attrs}, weight, needs)


def _split(
    attrs: dict[str, Codes], weight: Floats, name: str, table: MixTable, lookup: Lookup[Mix] | None
) -> tuple[dict[str, Codes], Floats]:
    """Split every cell by the options of one more attribute."""
    leaf = np.zeros(len(weight), dtype=np.intp) if lookup is None else lookup.index(attrs)
    shares = table.shares()[leaf]
    cell, code = np.nonzero(shares)
    split = {other: codes[cell] for other, codes in attrs.items()}
    split[name] = code.astype(np.int8)
    return split, weight[cell] * shares[cell, code]
