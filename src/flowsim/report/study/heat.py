"""What each option does in each surge: a heat table and a table of intervals for each measure."""

from __future__ import annotations

from flowsim.measures.catalogue import CATALOGUE
from flowsim.measures.compare.matrix_text import label_of, largest, notes
from flowsim.measures.compare.paired import SAME, UNCLEAR, Difference
from flowsim.measures.compare.text import change_of, scale_of
from flowsim.measures.estimates import Key
from flowsim.report.document import Cell, Column, Figure, Paragraph, Section, Table
from flowsim.report.sentences import listed
from flowsim.report.study.teller import Teller, number
from flowsim.report.tables import tone

__all__ = ["Heat"]


class Heat(Teller):
    """Writes the matrix of each measure."""

    def matrices(self) -> Section:
        """Return a heat table and a table of intervals for each measure."""
        parts = tuple(self.measure(i, key) for i, key in enumerate(self.found.keys, start=1))
        text = (
            f"Each option is held against {self.base} in the same surge. Only clear differences are shaded."
        )
        return Section("matrix", "What each option does in each surge", (Paragraph(text),), parts)

    def measure(self, number: int, key: Key) -> Section:
        """Return the part of one measure."""
        name = f"measure-{number}"
        return Section(name, label_of(key), (self.heat(name, key), self.intervals(name, key)))

    def heat(self, name: str, key: Key) -> Figure:
        """Return the heat table of one measure."""
        from flowsim.report.charts import matrix

        about = CATALOGUE[key[0]]
        cells = [[self.shaded(key, surge, option) for surge in self.surges] for option in self.options]
        better = {"higher": "A higher value is better.", "lower": "A lower value is better."}
        return matrix(
            id=f"heat-{name}",
            title=self.finding(key),
            subtitle=f"{about.definition} {better.get(about.better or '', '')}".strip(),
            rows=list(self.options.values()),
            columns=list(self.surges.values()),
            cells=cells,
            note=f"Below each value: the difference from {self.base}, its interval, and what it means.",
            png=self.png,
        )

    def shaded(self, key: Key, surge: str, option: str) -> tuple[str, float | None, float | None]:
        """Return text, number and shade of a cell."""
        like = largest(self.found, key, surge)
        scale, mean = scale_of(like), self.found.value(key, surge, option).mean
        value = number(mean, scale)
        if option == self.found.base:
            return scale.write(mean), value, None
        row = self.found.differences[key, surge, option]
        change = [] if row.verdict == SAME else [change_of(row, like)]
        lines = [scale.write(mean), *change, row.verdict]
        return "\n".join(line for line in lines if line), value, self.shade(key, row)

    def shade(self, key: Key, row: Difference) -> float | None:
        """Return how strongly a difference is shaded: nothing where it is not clear."""
        mark = tone(row)
        if not mark:
            return None
        clear = [each for (one, _, _), each in self.found.differences.items() if one == key and tone(each)]
        most = max(abs(each.difference) for each in clear)
        size = 0.3 + 0.7 * abs(row.difference) / most if most else 0.3
        return size if mark == "better" else -size

    def finding(self, key: Key) -> str:
        """Return the title of a heat table: what it shows."""
        return f"{label_of(key)}: {self.shown(key)}"

    def shown(self, key: Key) -> str:
        """Return what a measure shows, in a few words."""
        verdicts = self.verdicts(key)
        if self.found.replications < 2:
            return "one replication, so a difference may be luck"
        if not verdicts - {UNCLEAR, SAME, ""}:
            return "no option makes a clear difference"
        if "better" not in verdicts:
            worse = "worse" in verdicts
            return "no option helps, and some make it worse" if worse else "some options move it"
        return self.gains(key)

    def gains(self, key: Key) -> str:
        """Return where options help."""
        helping = [self.options[name] for name in self.found.everywhere(key)]
        everywhere = " in every surge" if len(self.surges) > 1 else ""
        if len(helping) == len(self.options) - 1 > 1:
            return f"every option helps{everywhere}"
        if helping:
            return f"better{everywhere} with {listed(helping)}"
        gaining = [name for surge, name in self.surges.items() if "better" in self.verdicts(key, surge)]
        if len(gaining) < len(self.surges):
            return f"clear gains in {listed(gaining)} alone"
        return "which option helps depends on the surge"

    def verdicts(self, key: Key, surge: str = "") -> set[str]:
        """Return what the differences of a measure mean, in one surge or in all of them."""
        surges = (surge,) if surge else tuple(self.surges)
        return {
            self.found.differences[key, each, option].verdict
            for each in surges
            for option in self.found.others
        }

    def intervals(self, name: str, key: Key) -> Table:
        """Return every value and difference of one measure, with intervals."""
        columns = (
            Column("Surge"),
            Column("Option"),
            Column("Mean", "number"),
            Column("Difference (interval)"),
            Column("Verdict"),
            Column("Among the best"),
        )
        rows = [self.told(key, surge, option) for surge in self.surges for option in self.options]
        caption = f"{label_of(key)}: every surge with every option"
        return Table(f"table-{name}", caption, columns, tuple(rows), " ".join(notes(self.found)), folded=True)

    def told(self, key: Key, surge: str, option: str) -> tuple[Cell, ...]:
        """Return one row of the table of intervals."""
        like, standing = largest(self.found, key, surge), self.found.standing(key, surge)
        scale, mean = scale_of(like), self.found.value(key, surge, option).mean
        value = number(mean, scale)
        among = standing is not None and option in standing.among and self.found.replications > 1
        ends = Cell("yes" if among else "no" if standing is not None else "–")
        first = (Cell(self.surges[surge]), Cell(self.options[option]), Cell(scale.write(mean), value))
        if option == self.found.base:
            return (*first, Cell("–"), Cell("–"), ends)
        row = self.found.differences[key, surge, option]
        return (
            *first,
            Cell(change_of(row, like), number(row.difference, scale)),
            Cell(row.verdict or "–", tone=tone(row)),
            ends,
        )
