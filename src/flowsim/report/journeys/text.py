"""Stories as text, 80 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flowsim.measures.compare.text import plain
from flowsim.measures.format import show
from flowsim.measures.tables import WIDTH
from flowsim.vocabulary import OUT_OF_AREA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowsim.report.journeys.story import Full, Step, Story
    from flowsim.store.services import Services

FIFTHS = {"1": "most deprived fifth", "5": "least deprived fifth"}
CAME = {
    "walk_in": "walked in",
    "ambulance": "came by ambulance",
    "nhs_111": "came through NHS 111",
    "gp": "was sent by a GP",
    "care_home": "came from a care home",
    "community": "came from care in the community",
    "elective": "came for planned care",
    "return": "came back",
}
CLOCK = 22
"""Columns for date and time."""


def story_text(story: Story, services: Services, name: str) -> str:
    """Return a story as text.

    Args:
        story: the story.
        services: what the services are called.
        name: the scenario.
    """
    head = f"Patient {story.uid} in {plain(name)}, replication {story.replication}"
    blocks = [[head, *_wrapped(who(story), "   ")], list(_steps(story, services)), _closing(story, services)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def who(story: Story) -> str:
    """Return who the patient is, in a sentence."""
    return f"{', '.join(_traits(story.who))}."


def _traits(known: Mapping[str, str]) -> Iterator[str]:
    yield f"Aged {known.get('age') or 'unknown'}"
    fifth = known.get("fifth", "")
    if fifth:
        yield FIFTHS.get(fifth, f"deprivation fifth {fifth}")
    if known.get("acuity"):
        yield f"acuity {known['acuity']}"
    if known.get("stream"):
        yield known["stream"].replace("_", " ")
    if known.get("frailty") == "yes":
        yield "living with frailty"
    if known.get("category", "none") not in ("", "none"):
        yield f"999 call of category {known['category']}"
    place = known.get("place", "")
    if place:
        yield "from out of area" if place == OUT_OF_AREA else f"lives in {place.replace('_', ' ')}"
    yield _came(known)


def _came(known: Mapping[str, str]) -> str:
    if not known.get("demand"):
        return "was inside when the run began"
    return f"{CAME.get(known.get('route', ''), 'came')} ({known['demand'].replace('_', ' ')})"


def _steps(story: Story, services: Services) -> Iterator[str]:
    day = ""
    for step in story.steps:
        moment = story.when(step.minute)
        today = f"{moment:%a} {moment.day:>2} {moment:%b %Y}"
        clock = f"{today if today != day else '':<17}{moment:%H:%M}"
        day = today
        yield from _hanging(f"{clock:<{CLOCK}}  ", " ".join(_sentence(step, services)))


def _sentence(step: Step, services: Services) -> Iterator[str]:
    after = f" (after {show(step.after, 'minutes')})" if step.after >= 0.5 else ""
    yield step.text[:1].upper() + step.text[1:] + after + "."
    place = services.place(step.held)
    if step.held and place and step.after >= 0.5:
        held = (
            "The crew is held" if place == "crew" else f"The {place} in {services.label(step.held)} is held"
        )
        yield f"{held} all that time."
    if step.full:
        yield f"Others were waiting too: {', '.join(_full(each) for each in step.full)}."


def _full(full: Full) -> str:
    name = full.resource.replace("_", " ").replace(".", ", ")
    return f"{name} {full.busy:.0f} of {full.capacity:.0f} in use, {full.queue:.0f} waiting"


def _closing(story: Story, services: Services) -> list[str]:
    lines = [story.ended, spent(story)]
    lines += [
        f"- {show(each.minutes, 'minutes')} in {services.label(each.holder)}, "
        f"waiting for {services.label(each.blocker)}"
        for each in story.holds
        if each.minutes >= 0.5
    ]
    return [text for line in lines for text in _wrapped(line, "")]


def spent(story: Story) -> str:
    """Return what the patient's time went on, in a sentence."""
    parts = (
        (story.care, "in care"),
        (story.waiting, "waiting"),
        (story.held, "held in a place after care"),
    )
    words = ", ".join(f"{show(minutes, 'minutes')} {what}" for minutes, what in parts)
    return f"Time: {words}" + (", of that:" if any(each.minutes >= 0.5 for each in story.holds) else ".")


def _wrapped(text: str, indent: str) -> list[str]:
    hang = "  " if text.startswith("- ") else ""
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + hang)


def _hanging(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )
