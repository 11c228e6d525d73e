"""How long sentences are."""

MOST_WORDS = 25
"""Words of the longest sentence. Source: GOV.UK content design, writing for GOV.UK."""


def longest(text: str) -> int:
    """Return the number of words of the longest sentence of a text."""
    ends = text.replace("? ", ". ").replace("! ", ". ").replace("; ", ". ").split(". ")
    return max((len(sentence.split()) for sentence in ends), default=0)
