"""Draws who each patient is: age first, then each attribute given those before it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flowsim.sampling.blocks import Codes
from flowsim.sampling.draws import Draws
from flowsim.sampling.tables import MixTable
from flowsim.sampling.uniforms import Key, Words, uniforms
from flowsim.spec.groups import Lookup
from flowsim.spec.mixes import Mix
from flowsim.spec.people import ADMISSION, CaseMix
from flowsim.vocabulary import ATTRIBUTES, DRAWN, ROUTES, everywhere


class _Attribute(NamedTuple):
    name: str
    key: Key
    lookup: Lookup[Mix]
    table: MixTable


class People:
    """Draws the attributes of patients with one case mix, route and mix of places.

    The purpose of each attribute is its name after ``casemix.``, so that two case mixes give a patient the
    same luck: a little older a mix makes a few patients older, and nobody younger.
    """

    __slots__ = ("_admission", "_attributes", "_draws", "_place", "_route")

    def __init__(self, casemix: CaseMix, place: Mix, route: str, draws: Draws) -> None:
        places = everywhere(draws.places)
        self._draws = draws
        self._route = ROUTES.index(route)
        self._place = MixTable([place], places)
        self._attributes = []
        for name in DRAWN:
            lookup = casemix.mix(name).compile(draws.places)
            table = MixTable(lookup.leaves, ATTRIBUTES[name])
            self._attributes.append(_Attribute(name, draws.key(f"casemix.{name}"), lookup, table))
        self._admission = casemix.admission.compile(draws.places)

    def attributes(self, uid: Words) -> dict[str, Codes]:
        """Return the codes of every attribute of every patient."""
        drawn: dict[str, Codes] = {"route": np.full(len(uid), self._route, dtype=np.int8)}
        nowhere = np.zeros(len(uid), dtype=np.int16)
        drawn["place"] = _codes(self._place, uid, self._draws.key("casemix.place"), nowhere)
        for name, key, lookup, table in self._attributes:
            drawn[name] = _codes(table, uid, key, lookup.index(drawn))
        shares = np.array(self._admission.leaves).take(self._admission.index(drawn))
        drawn[ADMISSION] = (uniforms(uid, self._draws.key(f"casemix.{ADMISSION}")) < shares).astype(np.int8)
        return {name: drawn[name] for name in ATTRIBUTES}


def _codes(table: MixTable, uid: Words, key: Key, leaf: np.ndarray[tuple[int], np.dtype[np.int16]]) -> Codes:
    if table.value is not None:
        return np.full(len(uid), table.value, dtype=np.int8)
    return table.bulk(uniforms(uid, key), leaf)
