"""Assurance and reproduction: who is answerable, how the model is described, and how to do it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from shlex import quote
from typing import TYPE_CHECKING

from flowsim.measures.compare.text import plain
from flowsim.measures.measure import AREAS
from flowsim.report.document import Code, Paragraph, Section, Table
from flowsim.report.sentences import counted, listed
from flowsim.report.tables import texts
from flowsim.units import format_duration

if TYPE_CHECKING:
    from flowsim.report.material import Material
    from flowsim.store.results import Results

ROLES = {
    "commissioner": "Commissioner: asked the question",
    "analyst": "Analyst: answers it with this model",
    "assurer": "Assurer: checks the answer",
    "approver": "Approver: signs it off",
}
"""Source: The AQuA Book, HM Government: the four roles."""
BLANK = "not named yet: write it under about in the scenario"
SAME = "With the same files and version, these commands give the same numbers to the last digit."
BY_HAND = "to be written by the analyst"


def section(material: Material) -> Section:
    """Return the section."""
    again = Section(
        "reproduction",
        "How to do it again",
        (Paragraph(SAME), Code("\n".join(commands(material))), _runs(material)),
    )
    described = Section("stress", "The model, by the STRESS-DES list", (_stress(material),))
    return Section("assurance", "Assurance and reproduction", (_roles(material),), (described, again))


def _roles(material: Material) -> Table:
    rows = [(words, _about(material, role) or BLANK) for role, words in ROLES.items()]
    notes = _about(material, "notes")
    rows += [("Notes", notes)] if notes else []
    return texts("roles", "Who is answerable for this analysis (AQuA Book)", ("Role", "Name"), rows)


def _about(material: Material, name: str) -> str:
    """Return what the last scenario that says something under ``about`` says."""
    said = [str(each.setting("about", name) or "") for each in reversed(material.scenarios)]
    return next((plain(text, 500) for text in said if text), "")


# -- the model described ---------------------------------------------------------------------------------


def _stress(material: Material) -> Table:
    """Return the checklist of Monks et al. (2019), Journal of Simulation 13:55-67, filled in."""
    caption = "Strengthening the reporting of simulation studies: discrete event simulation"
    return texts("stress-des", caption, ("Item", "This analysis"), list(_items(material)), folded=False)


def _items(material: Material) -> Iterator[tuple[str, str]]:
    base = material.scenarios[0]
    manifest = material.base.manifest
    yield "1.1 Purpose", material.question or BY_HAND
    yield (
        "1.2 Outputs",
        f"{listed([heading.lower() for heading in _areas(material)])}: see data tables and definitions",
    )
    yield "1.3 Experimentation aims", _aims(material)
    yield (
        "2.1 Diagram of the base model",
        "The flow diagram under why they differ" if material.others else BY_HAND,
    )
    yield "2.2 Base model logic", _services(material)
    yield "2.3 Scenario logic", "Every change of every scenario is under what was compared"
    yield (
        "2.4 Algorithms",
        (
            "Arrivals are points of a Poisson field under the rate curve. Alternatives are tried in order. "
            "A patient holds its place until the next service accepts"
        ),
    )
    yield "2.5 Components", _components(material)
    yield "3.1 Data sources", "Under assumptions: every number by source and grade"
    yield (
        "3.2 Input parameters",
        f"{len(list(base.quantities())):,} numbers in the resolved scenario of the baseline",
    )
    yield "3.3 Pre-processing", BY_HAND
    yield "3.4 Assumptions", "Under assumptions, those assumed first"
    yield "4.1 Initialisation", _start(material)
    yield "4.2 Run length", f"{format_duration(manifest.horizon_minutes)} from {manifest.start}"
    yield (
        "4.3 Estimation",
        f"{counted(material.n, 'replication')}; paired t intervals with Bonferroni's adjustment",
    )
    versions = manifest.versions
    yield (
        "5.1 Software",
        f"flowsim {manifest.flowsim}, "
        f"SimPy {versions.get('simpy', '?')}, Python {versions.get('python', '?')}",
    )
    yield (
        "5.2 Random sampling",
        (
            f"A number is a function of the seed ({manifest.seed}), the replication, its purpose, "
            "the patient and the visit, so that all scenarios have the same patients"
        ),
    )
    yield (
        "5.3 Execution",
        "Event by event, first in first out within a priority; each replication in a process of its own",
    )
    yield "5.4 System", f"{versions.get('platform', '?')}, {versions.get('processor', '?')}"
    yield "6.1 Access to the model", "flowsim is open source (MIT licence); the commands are below"


def _areas(material: Material) -> list[str]:
    from flowsim.measures.catalogue import CATALOGUE

    there = {CATALOGUE[name].area for name, _, _ in material.base.cells if name in CATALOGUE}
    return [heading for area, heading in AREAS.items() if area in there]


def _aims(material: Material) -> str:
    if not material.others:
        return "One scenario, on its own"
    return f"Hold {listed(material.called[1:])} against {material.called[0]}"


def _services(material: Material) -> str:
    kinds = Counter(
        str(each.get("kind", "")).replace("_", " ")
        for each in (material.scenarios[0].setting("services") or {}).values()
    )
    total = counted(sum(kinds.values()), "service")
    return f"{total}: {', '.join(f'{kind} {count}' for kind, count in kinds.most_common())}"


def _components(material: Material) -> str:
    base = material.scenarios[0]
    streams = counted(len(base.setting("demand") or {}), "stream")
    return (
        f"Entities: patients, in {streams} of demand, who enter at a service and leave at its outcome leave. "
        "Resources: beds, spaces, crews and teams, each with a queue"
    )


def _start(material: Material) -> str:
    base, manifest = material.scenarios[0], material.base.manifest
    initial = "loaded with the expected patients" if base.setting("time", "initial") == "loaded" else "empty"
    kind = str(base.setting("time", "kind") or "").replace("_", " ")
    warm_up = format_duration(manifest.warm_up_minutes)
    return f"{kind.capitalize()} system; starts {initial}; warm-up of {warm_up}"


# -- doing it again --------------------------------------------------------------------------------------


def commands(material: Material) -> Iterator[str]:
    """Yield the commands that make this report again."""
    for i, run in enumerate(material.runs):
        yield " ".join(["flowsim run", _source(run), *_set(material, i), f"-n {material.n}"])
    names = " ".join(_typed(run, material) for run in material.runs)
    yield f"flowsim report {names} -n {material.n} -o report.html"


def _source(run: Results) -> str:
    return quote(plain(run.manifest.sources[0], 400) if run.manifest.sources else f"{run.name}.yaml")


def _set(material: Material, i: int) -> Iterator[str]:
    """Yield the settings that were given on the command line."""
    for path, value in material.scenarios[i].values.items():
        if value.place.startswith("--set"):
            yield "--set " + quote(plain(f"{path}={value.text}", 400))


def _typed(run: Results, material: Material) -> str:
    """Return a run as it may be typed: by its name, or its id where another has the same name."""
    names = [each.name for each in material.runs]
    return quote(run.name) if names.count(run.name) == 1 else run.manifest.run_id


def _runs(material: Material) -> Table:
    heads = ("Scenario", "Run", "Digest of results", "Made", "flowsim", "Commit of the scenario")
    rows = []
    for run, name in zip(material.runs, material.called, strict=True):
        manifest = run.manifest
        made = manifest.finished[:10]
        commit = manifest.git_commit[:12] or "none"
        rows.append((name, manifest.run_id, run.digest[:16], made, manifest.flowsim, commit))
    return texts("runs", "The runs, and what they can be checked by", heads, rows)
