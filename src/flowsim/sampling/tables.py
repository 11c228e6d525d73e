"""Distributions and mixes by group, compiled so that a whole block is drawn with a few array operations."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from flowsim.spec.mixes import Mix
from flowsim.spec.quantiles import Form, Values, constant

Floats = NDArray[np.float64]
Index = NDArray[np.integer]


class LawTable:
    """Quantiles of a distribution for each group.

    Groups of the same family are drawn together, each row with the parameters of its own group.

    Args:
        forms: the distribution of each group (each leaf of a lookup).
    """

    __slots__ = ("_caps", "_families", "_family_of", "_parameters", "forms")

    def __init__(self, forms: Sequence[Form]) -> None:
        self.forms = tuple(forms)
        self._families: list[Callable[..., Values]] = []
        family_of: list[int] = []
        for form in self.forms:
            if form.quantile not in self._families:
                self._families.append(form.quantile)
            family_of.append(self._families.index(form.quantile))
        self._family_of = np.array(family_of, dtype=np.int8)
        self._parameters = [self._columns(family) for family in range(len(self._families))]
        caps = np.array([form.cap for form in self.forms])
        self._caps = None if np.isinf(caps).all() else caps

    @property
    def value(self) -> float | None:
        """The one value that everybody gets, if that is so."""
        same = {min(form.parameters[0], form.cap) for form in self.forms if form.quantile is constant}
        all_constant = all(form.quantile is constant for form in self.forms)
        return same.pop() if all_constant and len(same) == 1 else None

    def bulk(self, u: Floats, leaf: Index) -> Floats:
        """Return a quantile for each row of a block, from its uniform and its group."""
        if len(self.forms) == 1:
            return np.asarray(np.minimum(self._of_family(0, u, None), self.forms[0].cap))
        drawn = self._of_family(0, u, leaf) if len(self._families) == 1 else self._mixed(u, leaf)
        return drawn if self._caps is None else np.minimum(drawn, self._caps.take(leaf))

    def one(self, u: float, leaf: int) -> float:
        """Return the same number as `bulk`, for one patient."""
        quantile, parameters, cap = self.forms[leaf]
        drawn = float(quantile(u, *parameters))
        return min(drawn, cap)

    def _columns(self, family: int) -> list[Floats]:
        """Return each parameter of a family as an array over groups (0 for groups of other families)."""
        mine = [form.parameters if self._family_of[i] == family else () for i, form in enumerate(self.forms)]
        width = max(len(parameters) for parameters in mine)
        rows = [parameters or (0.0,) * width for parameters in mine]
        return [np.array([row[i] for row in rows], dtype=np.float64) for i in range(width)]

    def _of_family(self, family: int, u: Floats, leaf: Index | None) -> Floats:
        if leaf is None:
            parameters: list[Values] = list(self.forms[0].parameters)
        else:
            parameters = [column.take(leaf) for column in self._parameters[family]]
        return np.asarray(self._families[family](u, *parameters))

    def _mixed(self, u: Floats, leaf: Index) -> Floats:
        """Draw each family's rows together."""
        drawn = np.empty_like(u)
        family = self._family_of.take(leaf)
        order = np.argsort(family, kind="stable")
        ends = np.searchsorted(family.take(order), np.arange(len(self._families) + 1))
        for number, (start, end) in enumerate(pairwise(ends)):
            if end > start:
                rows = order[start:end]
                drawn[rows] = self._of_family(number, u.take(rows), leaf.take(rows))
        return drawn


class MixTable:
    """Options by share for each group.

    Args:
        mixes: the mix of each group; a name alone stands for 100% of it.
        options: every option and its code; the options of all mixes in order if left out.
    """

    __slots__ = ("_codes", "_cuts", "_flat", "_limits", "_shares", "_width", "options")

    def __init__(self, mixes: Sequence[Mix | str], options: Sequence[str] | None = None) -> None:
        known = [Mix.only(mix) if isinstance(mix, str) else mix for mix in mixes]
        named = dict.fromkeys(option for mix in known for option in mix.options)
        self.options = tuple(named if options is None else options)
        if len(self.options) > 127:
            raise ValueError(f"a choice of {len(self.options)} options is too wide: 127 is the most")
        possible = [[(o, mix.share(o)) for o in mix.options if mix.share(o) > 0.0] for mix in known]
        self._width = max(len(mix) for mix in possible)
        limits = np.full((len(known), self._width), 2.0)
        codes = np.zeros((len(known), self._width), dtype=np.int8)
        for row, mix in enumerate(possible):
            codes[row, : len(mix)] = [self.options.index(option) for option, _ in mix]
            limits[row, : len(mix) - 1] = np.cumsum([share for _, share in mix])[:-1]
        self._limits = [limits[:, i].copy() for i in range(self._width - 1)]
        self._codes = codes.ravel()
        self._flat: list[int] = self._codes.tolist()
        self._cuts: list[list[float]] = limits.tolist()
        self._shares = np.array([[mix.share(option) for option in self.options] for mix in known])

    @property
    def value(self) -> int | None:
        """The code of the one option that everybody gets, if that is so."""
        return self._flat[0] if self._width == 1 and len(set(self._flat)) == 1 else None

    def shares(self) -> Floats:
        """Return the share of each option (columns, in the order of `options`) in each group (rows)."""
        return self._shares

    def bulk(self, u: Floats, leaf: Index) -> NDArray[np.int8]:
        """Return the code of an option for each row of a block."""
        place = (
            leaf.astype(np.int32) * self._width if len(self._cuts) > 1 else np.zeros(len(u), dtype=np.int32)
        )
        for limits in self._limits:
            place = place + (u >= (limits.take(leaf) if len(limits) > 1 else limits[0]))
        return self._codes.take(place)

    def one(self, u: float, leaf: int) -> int:
        """Return the same code as `bulk`, for one patient."""
        place = leaf * self._width
        for limit in self._cuts[leaf]:
            if u < limit:
                break
            place += 1
        return self._flat[place]


def constant_column(value: float, rows: int) -> array[float]:
    """Return a column in which everybody has `value`."""
    return array("d", [value]) * rows
