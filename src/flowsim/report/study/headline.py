"""The first screen of a study's report, and which options are best in each surge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowsim.measures.compare.matrix_text import helps, label_of
from flowsim.measures.compare.text import change_of, plain, scale_of
from flowsim.measures.estimates import ONE_REPLICATION, Key
from flowsim.report.document import Block, Listing, Numbers, Paragraph, Section, Table
from flowsim.report.sentences import listed
from flowsim.report.study.teller import Teller
from flowsim.report.tables import texts

__all__ = ["Headline"]

FEW_REPLICATIONS = 5
"""With fewer, the page says on its first screen that intervals are rough."""
TAKEN_AWAY = 3
"""Numbers that a reader takes away."""


class Headline(Teller):
    """Writes what a study comes to."""

    def headline(self) -> Section:
        """Return the first screen: the question, the answer, three numbers."""
        blocks: list[Block] = []
        question = self.studied.study.about.question
        if question:
            blocks.append(Paragraph(f"Question: {plain(question, 500)}"))
        blocks.append(Paragraph(self.answer(), "lead"))
        blocks.append(Numbers(tuple(self.numbers())))
        if self.found.replications > 1:
            blocks += self.no_regret()
        blocks += [Paragraph(text, "caution") for text in self.cautions()]
        return Section("headline", "Headline", tuple(blocks))

    def answer(self) -> str:
        """Return in one sentence which option does best on the first measure."""
        key = self.found.keys[0]
        label = label_of(key)
        if self.found.replications < 2:
            return f"One replication shows differences in {label}, but not whether they are more than luck."
        sets = [frozenset(each.among) for each in self.standings(key)]
        if not sets:
            return f"{label}: neither more nor less of it is better, so no option is best."
        return f"{label}: {self.said_of(sets)}."

    def said_of(self, sets: Sequence[frozenset[str]]) -> str:
        """Return which options are best, from those that may be best in each surge."""
        if all(len(each) == len(self.options) for each in sets):
            return "no option can be told apart from the others in any surge"
        always = [name for name in self.options if all(name in each for each in sets)]
        names = " or ".join([self.options[name] for name in always])
        if not always:
            return "no one option is among the best in every surge"
        if len(always) > 1:
            return f"best{self.everywhere()} is {names}, which cannot be told apart"
        alone = all(len(each) == 1 for each in sets)
        return (
            f"best{self.everywhere()} is {names}"
            if alone
            else f"{names} is among the best{self.everywhere()}"
        )

    def numbers(self) -> Iterator[tuple[str, str, str]]:
        """Yield what the best option does to the first measure in each surge."""
        key = self.found.keys[0]
        for surge, name in list(self.surges.items())[:TAKEN_AWAY]:
            standing = self.found.standing(key, surge)
            if standing is None or standing.best == self.found.base:
                continue
            row = self.found.differences[key, surge, standing.best]
            scale = scale_of(row)
            told = f"{change_of(row)} from {scale.write(row.base)}: {row.verdict or 'one replication'}"
            yield f"{name}: {label_of(key)} with {self.options[standing.best]}", scale.write(row.other), told

    def no_regret(self) -> Iterator[Block]:
        """Yield which options help whatever comes."""
        if not self.found.no_regret:
            yield Paragraph(
                "No option is clearly better in every surge without being clearly worse somewhere."
            )
            return
        yield Paragraph("These help whatever comes, and do no clear harm to any measure here:")
        yield Listing(
            tuple(f"{self.options[option]}: {helps(self.found, option)}" for option in self.found.no_regret)
        )

    def cautions(self) -> Iterator[str]:
        """Yield what a reader must know before anything else."""
        count = self.found.replications
        if count == 1:
            yield ONE_REPLICATION
        elif count < FEW_REPLICATIONS:
            yield f"Only {count} replications: the intervals are rough. Use 30 for a decision."
        if count > 1:
            yield (
                f"The intervals hold together for all {self.found.comparisons} differences, so they are "
                "wide. No clear change does not mean no change."
            )

    # -- best --------------------------------------------------------------------------------------------

    def best(self) -> Section | None:
        """Return which options are best in each surge, and what cannot be told apart."""
        if self.found.replications < 2:
            return None
        keys = [key for key in self.found.keys if self.standings(key)]
        if not keys:
            return None
        blocks: list[Block] = [self.list_of_best(keys, single=False)]
        if self.found.combined:
            blocks.append(self.list_of_best(keys, single=True))
        always = [
            f"{label_of(key)}: {listed([self.options[name] for name in self.found.everywhere(key)])}"
            for key in keys
            if self.found.everywhere(key)
        ]
        if always and len(self.surges) > 1:
            blocks += [Paragraph("Clearly better in every surge:"), Listing(tuple(always))]
        return Section("best", "Best option in each surge", tuple(blocks))

    def list_of_best(self, keys: Sequence[Key], *, single: bool) -> Table:
        """Return the options that may be best on each measure in each surge."""
        rows = [
            [label_of(key), *(self.among(key, surge, single=single) for surge in self.surges)] for key in keys
        ]
        note = (
            "Options that stand together cannot be told apart by paired differences on the same patients. "
            "The best one is among them, with 95% for all these lists together."
        )
        name, caption = "best-options", "Options that may be best, by measure"
        if single:
            name, caption, note = "best-single", "Single options that may be best, by measure", ""
        return texts(name, caption, ["Measure", *self.surges.values()], rows, note, folded=False)

    def among(self, key: Key, surge: str, *, single: bool) -> str:
        """Return the options that may be best, in words."""
        standing = self.found.standing(key, surge, single=single)
        if standing is None:
            return "–"
        if len(standing.among) == len(self.found.compared(single=single)):
            return "No option can be told apart from the others"
        return listed([self.options[name] for name in standing.among])
