"""Named values of patients: what a service asks for when it needs a length of time or a decision.

A service is given a draw once (``stay = draws.duration("ward.stay", table)``) and asks it for each patient
(``stay.of(patient)``). It never sees a seed or a generator. The first few patients of a block are answered
one by one; once a value proves popular in a block it is computed for the whole block at a time. Both ways
give the same number to the last bit, and a repeat (``patient.visit`` above 0) has luck of its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakSet

import numpy as np

from flowsim.sampling.blocks import Block, Column
from flowsim.sampling.tables import LawTable, MixTable, constant_column
from flowsim.sampling.uniforms import Floats, Key, key_of, uniform, uniforms
from flowsim.spec.groups import ByGroup, Lookup, grouped
from flowsim.spec.laws import Law
from flowsim.spec.mixes import Mix
from flowsim.spec.quantiles import Form

if TYPE_CHECKING:
    from typing import Protocol

    class Drawn(Protocol):
        """What a draw needs to know of a patient."""

        block: Block
        row: int
        visit: int


T = TypeVar("T")


class Draw(Generic[T]):
    """One named value.

    Attributes:
        purpose: name of the value; two draws of one purpose use the same luck.
        slot: position of its column in every block.
    """

    __slots__ = ("_draws", "_keys", "_lookup", "_popular", "certain", "purpose", "slot")

    def __init__(self, draws: Draws, purpose: str, lookup: Lookup[Any]) -> None:
        self.purpose = purpose
        self.slot = draws.new_slot()
        self.certain = False
        self._draws = draws
        self._keys: list[Key] = [draws.key(purpose)]
        self._lookup = lookup
        self._popular: set[str] = set()

    def of(self, patient: Drawn) -> T:
        """Return this patient's value."""
        raise NotImplementedError

    def at(self, patient: Drawn, visit: int) -> T:
        """Return this patient's value at a visit other than the present one (0 is the first)."""
        present, patient.visit = patient.visit, visit
        value = self.of(patient)
        patient.visit = present
        return value

    def fill(self, block: Block) -> Column:
        """Compute the value of every patient of a block at their first visit, and keep it."""
        column = block.columns[self.slot] = self.column(block)
        return column

    def column(self, block: Block) -> Column:
        """Return the value of every patient of a block at their first visit."""
        raise NotImplementedError

    def one(self, u: float, leaf: int) -> Any:
        """Return the entry of a column for one patient, from their uniform and group."""
        raise NotImplementedError

    def once(self, patient: Drawn) -> Any:
        """Return the entry for a patient whose block has no column, or who has been here before."""
        block, visit = patient.block, patient.visit
        if not visit and self._is_worth_a_column(block):
            return self.fill(block)[patient.row]
        keys = self._keys
        while len(keys) <= visit:
            keys.append(self._draws.key(self.purpose, len(keys)))
        row = patient.row
        return self.one(uniform(block.uid.item(row), keys[visit]), self._lookup.at(block.codes, row))

    def uniforms(self, block: Block) -> Floats:
        """Return the uniform of every patient of a block for this purpose."""
        return uniforms(block.uid, self._keys[0])

    def _is_worth_a_column(self, block: Block) -> bool:
        if self.certain or block.retired:
            return self.certain
        if block.name in self._popular:
            return True
        asked = block.asked[self.slot] = block.asked[self.slot] + 1
        if asked <= block.patience:
            return False
        self._popular.add(block.name)  # what one block of a stream needs often, the next will too
        return True


class Duration(Draw[float]):
    """A length of time."""

    __slots__ = ("_table",)

    def __init__(self, draws: Draws, purpose: str, table: ByGroup[Law], form: Callable[[Law], Form]) -> None:
        lookup = table.compile(draws.places)
        super().__init__(draws, purpose, lookup)
        self._table = LawTable([form(law) for law in lookup.leaves])
        self.certain = self._table.value is not None

    def of(self, patient: Drawn) -> float:
        """Return this patient's length of time, in minutes."""
        if not patient.visit:
            values = patient.block.columns[self.slot]
            if values is not None:
                return values[patient.row]
        drawn: float = self.once(patient)
        return drawn

    def column(self, block: Block) -> Column:
        """Return the length for every patient of a block, in minutes."""
        if self._table.value is not None:
            return constant_column(self._table.value, len(block))
        drawn = self._table.bulk(self.uniforms(block), self._lookup.index(block.attrs))
        return array("d", drawn.tobytes())

    def one(self, u: float, leaf: int) -> float:
        """Return one patient's length, in minutes."""
        return self._table.one(u, leaf)


class Chance(Draw[bool]):
    """A yes or no. Those who say yes at 30% are among those who say yes at 40%."""

    __slots__ = ("_shares",)

    def __init__(self, draws: Draws, purpose: str, table: ByGroup[float]) -> None:
        lookup = table.compile(draws.places)
        super().__init__(draws, purpose, lookup)
        self._shares = [float(share) for share in lookup.leaves]
        self.certain = len(set(self._shares)) == 1 and self._shares[0] in (0.0, 1.0)

    def of(self, patient: Drawn) -> bool:
        """Return whether it is so for this patient."""
        if not patient.visit:
            values = patient.block.columns[self.slot]
            if values is not None:
                return values[patient.row] != 0
        said: int = self.once(patient)
        return said != 0

    def column(self, block: Block) -> Column:
        """Return 1 for yes and 0 for no, for every patient of a block."""
        if self.certain:
            return bytes([int(self._shares[0])]) * len(block)
        if len(self._shares) == 1:
            return (self.uniforms(block) < self._shares[0]).tobytes()
        shares = np.array(self._shares).take(self._lookup.index(block.attrs))
        return (self.uniforms(block) < shares).tobytes()

    def one(self, u: float, leaf: int) -> int:
        """Return 1 for yes or 0 for no."""
        return int(u < self._shares[leaf])


class Choice(Draw[str]):
    """One of several options.

    Attributes:
        options: every option there may be.
    """

    __slots__ = ("_table", "options")

    def __init__(self, draws: Draws, purpose: str, table: ByGroup[Mix] | ByGroup[str]) -> None:
        lookup: Lookup[Any] = table.compile(draws.places)
        super().__init__(draws, purpose, lookup)
        self._table = MixTable(lookup.leaves)
        self.options = self._table.options
        self.certain = self._table.value is not None

    def of(self, patient: Drawn) -> str:
        """Return this patient's option."""
        if not patient.visit:
            values = patient.block.columns[self.slot]
            if values is not None:
                return self.options[values[patient.row]]  # type: ignore[index]
        code: int = self.once(patient)
        return self.options[code]

    def column(self, block: Block) -> Column:
        """Return the position in `options`, for every patient of a block."""
        if self._table.value is not None:
            return bytes([self._table.value]) * len(block)
        return self._table.bulk(self.uniforms(block), self._lookup.index(block.attrs)).tobytes()

    def one(self, u: float, leaf: int) -> int:
        """Return one patient's position in `options`."""
        return self._table.one(u, leaf)


class Uniform(Draw[float]):
    """A number strictly between 0 and 1, for a decision whose odds are only known when it is made."""

    __slots__ = ()

    def of(self, patient: Drawn) -> float:
        """Return this patient's number."""
        if not patient.visit:
            values = patient.block.columns[self.slot]
            if values is not None:
                return values[patient.row]
        drawn: float = self.once(patient)
        return drawn

    def column(self, block: Block) -> Column:
        """Return the number of every patient of a block."""
        return array("d", self.uniforms(block).tobytes())

    def one(self, u: float, leaf: int) -> float:
        """Return the number itself."""
        return u


class Draws:
    """All draws of one replication.

    A draw with a purpose and table that were given before is returned again, so that services that share a
    template also share its columns.

    Args:
        seed: the scenario's seed.
        replication: number of the replication.
        places: the scenario's places, in order.
    """

    def __init__(self, seed: int, replication: int, places: tuple[str, ...] = ()) -> None:
        self.seed = seed
        self.replication = replication
        self.places = places
        self._slots = 0
        self._blocks: WeakSet[Block] = WeakSet()
        self._made: dict[tuple[str, str], list[tuple[Any, Draw[Any]]]] = {}
        self._given: dict[tuple[str, str, int], tuple[Any, Draw[Any]]] = {}

    def key(self, purpose: str, visit: int = 0) -> Key:
        """Return the key of a purpose at a visit; the next visit has another."""
        return key_of(self.seed, self.replication, purpose, visit)

    def series(self, purpose: str, count: int) -> Floats:
        """Return `count` uniforms that belong to a purpose and to no patient; the first ones never change."""
        return uniforms(np.arange(count, dtype=np.uint64), self.key(purpose))

    def duration(self, purpose: str, table: Law | ByGroup[Any]) -> Duration:
        """Return a draw of a length of time, from one distribution or one for each group."""
        draw: Duration = self._draw("duration", purpose, table, lambda by: Duration(self, purpose, by, _form))
        return draw

    def residual(self, purpose: str, table: Law | ByGroup[Any]) -> Duration:
        """Return a draw of what is left of a stay for a patient found in the middle of it."""
        draw: Duration = self._draw(
            "residual", purpose, table, lambda by: Duration(self, purpose, by, _residual_form)
        )
        return draw

    def chance(self, purpose: str, table: float | ByGroup[Any]) -> Chance:
        """Return a draw of yes or no, from one share or one for each group."""
        draw: Chance = self._draw("chance", purpose, table, lambda by: Chance(self, purpose, by))
        return draw

    def choice(self, purpose: str, table: str | Mix | ByGroup[Any]) -> Choice:
        """Return a draw of an option, from a mix (or a name alone) or one for each group."""
        draw: Choice = self._draw("choice", purpose, table, lambda by: Choice(self, purpose, by))
        return draw

    def uniform(self, purpose: str) -> Uniform:
        """Return a draw of a number strictly between 0 and 1."""
        draw: Uniform = self._draw("uniform", purpose, 0.0, lambda by: Uniform(self, purpose, by.compile()))
        return draw

    def admit(self, block: Block) -> None:
        """Give a block its columns, all empty."""
        block.columns = [None] * self._slots
        block.asked = [0] * self._slots
        self._blocks.add(block)

    def new_slot(self) -> int:
        """Return the position of a new column, and make room for it in every block in use."""
        for block in self._blocks:
            block.columns.append(None)
            block.asked.append(0)
        self._slots += 1
        return self._slots - 1

    def _draw(self, kind: str, purpose: str, table: Any, make: Callable[[ByGroup[Any]], Any]) -> Any:
        same = self._given.get((kind, purpose, id(table)))
        if same is not None:
            return same[1]
        by = grouped(table)
        made = self._made.setdefault((kind, purpose), [])
        draw = next((draw for known, draw in made if known == by), None)
        if draw is None:
            draw = make(by)
            made.append((by, draw))
        self._given[kind, purpose, id(table)] = (table, draw)  # holding the table keeps its id from another
        return draw


def _form(law: Law) -> Form:
    return law.form()


def _residual_form(law: Law) -> Form:
    return Form(law.residual_ppf, (), np.inf)
