"""Can sampling ever break? Laws, tables, mixes and arrivals with settings that nobody thought of."""

import math
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flowsim.clock import Calendar
from flowsim.sampling.arrivals import BLOCK_HOURS, arrivals, block_of, block_start
from flowsim.sampling.cells import cells_of
from flowsim.sampling.draws import Draws
from flowsim.sampling.tables import MixTable
from flowsim.sampling.uniforms import Key, mixed, mixed_one, uniform, uniforms
from flowsim.spec.distributions import parse_distribution
from flowsim.spec.groups import BY, OTHERWISE
from flowsim.spec.mixes import Mix
from flowsim.spec.people import CaseMix
from flowsim.vocabulary import ATTRIBUTES, DRAWN
from people_and_demand import PLACES, Plan, Someone, by_uid, crowd, demand, durations, everyone, shares

WORDS = st.integers(0, 2**64 - 1)
MINUTES = st.floats(0.01, 1e5).map(lambda x: float(f"{x:.6g}"))
UNIFORMS = st.integers(0, 2**52 - 1).map(lambda k: (k + 0.5) * 2.0**-52)
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


def length(minutes: float) -> str:
    return f"{minutes!r} min"


@st.composite
def spread(draw: st.DrawFn) -> dict[str, str]:
    """A family with a mean and a standard deviation, or a median and a 90th percentile."""
    family = draw(st.sampled_from(["gamma", "lognormal", "weibull"]))
    first = draw(MINUTES)
    if draw(st.booleans()):
        return {"distribution": family, "mean": length(first), "sd": length(first * draw(st.floats(0.05, 4)))}
    return {"distribution": family, "median": length(first), "p90": length(first * draw(st.floats(1.1, 20)))}


@st.composite
def ranges(draw: st.DrawFn) -> dict[str, str]:
    """A family with limits."""
    low, mode, high = sorted(draw(st.tuples(MINUTES, MINUTES, MINUTES)))
    assume(high > low * 1.001)
    family = draw(st.sampled_from(["uniform", "triangular", "pert"]))
    between = {} if family == "uniform" else {"mode": length(mode)}
    return {"distribution": family, "low": length(low), **between, "high": length(high)}


def plain() -> st.SearchStrategy[Any]:
    """Any distribution but a mixture."""
    return st.one_of(
        MINUTES.map(lambda x: {"value": length(x)}),
        MINUTES.map(lambda x: {"distribution": "exponential", "mean": length(x)}),
        st.builds(lambda x, k: {"mean": length(x), "stages": k}, MINUTES, st.integers(1, 40)),
        st.lists(MINUTES, min_size=1, max_size=8).map(lambda xs: {"values": [length(x) for x in xs]}),
        spread(),
        ranges(),
    )


@st.composite
def distributions(draw: st.DrawFn) -> Any:
    """Any distribution, perhaps cut off."""
    if draw(st.integers(0, 3)):
        written = draw(plain())
    else:
        parts = draw(st.lists(plain(), min_size=1, max_size=3))
        weights = [draw(st.integers(1, 20)) for _ in parts]
        percent = [100 * w / sum(weights) for w in weights]
        written = {"parts": [{"share": f"{p!r}%", **part} for p, part in zip(percent, parts, strict=True)]}
    return {**written, "at_most": length(draw(MINUTES))} if draw(st.booleans()) else written


@given(st.lists(WORDS, min_size=1, max_size=50), WORDS, WORDS)
def test_scalar_and_array_hashes_agree_on_any_input(words: list[int], first: int, second: int) -> None:
    key = Key(first, second)
    array = np.array(words, dtype=np.uint64)
    assert mixed(array, key).tolist() == [mixed_one(word, key) for word in words]
    u = uniforms(array, key)
    assert u.tolist() == [uniform(word, key) for word in words]
    assert (u > 0.0).all()
    assert (u < 1.0).all()


@RELAXED
@given(distributions(), st.lists(UNIFORMS, min_size=2, max_size=40))
def test_quantiles_are_lengths_and_never_fall(written: Any, luck: list[float]) -> None:
    law = parse_distribution(written)
    u = np.sort(np.array([2.0**-53, *luck, 1.0 - 2.0**-53]))
    drawn = law.ppf(u)
    assert np.isfinite(drawn).all()
    assert (drawn >= 0.0).all()
    assert (np.diff(drawn) >= -1e-9 * drawn[1:]).all()
    assert (drawn <= law.cap).all()
    assert [law.ppf(float(x)) for x in u] == drawn.tolist()


@RELAXED
@given(distributions(), st.floats(0.1, 10.0))
def test_moments_hang_together(written: Any, factor: float) -> None:
    law = parse_distribution(written)
    mean, sd = law.mean_minutes(), law.sd_minutes()
    assert math.isfinite(mean)
    assert 0.0 < mean <= law.cap * (1 + 1e-9)
    assert math.isclose(law.scaled(factor).mean_minutes(), factor * mean, rel_tol=1e-6)
    assert math.isclose(
        law.scaled(factor).sd_minutes(), factor * sd, rel_tol=1e-3, abs_tol=1e-4 * factor * mean
    )
    x = np.linspace(0.0, 4 * mean, 50)
    survived = law.limited(x)
    assert (np.diff(survived) >= -1e-9 * mean).all()
    assert (survived <= np.minimum(x, mean) * (1 + 1e-9) + 1e-12).all()
    assert ((law.cdf(x) >= 0.0) & (law.cdf(x) <= 1.0 + 1e-12)).all()


@RELAXED
@given(distributions(), UNIFORMS, st.floats(0.01, 0.99))
def test_what_is_left_of_a_stay_is_part_of_it(written: Any, u: float, share: float) -> None:
    law = parse_distribution(written)
    elapsed = float(law.ppf(share)) * 0.9
    whole = law.length_biased_ppf(u)
    assert 0.0 <= law.remaining_ppf(u, elapsed) <= law.longest()
    assert 0.0 <= law.residual_ppf(u) <= whole * (1 + 1e-6) + 1e-6
    assert law.residual_warmup(0.01) <= law.residual_warmup(0.001) * (1 + 1e-9) + 1e-9


@st.composite
def grouped_shares(draw: st.DrawFn, depth: int = 3) -> Any:
    """A share, by group or not, nested."""
    if not depth or draw(st.booleans()):
        return f"{draw(st.integers(0, 100))}%"
    by = draw(st.sampled_from(["age", "frailty", "acuity", "place", "admission"]))
    values = (*PLACES, "out_of_area") if by == "place" else ATTRIBUTES[by]
    named = draw(st.lists(st.sampled_from(values), unique=True, max_size=len(values)))
    cut = draw(st.integers(0, len(named)))
    groups = [", ".join(group) for group in (named[:cut], named[cut:]) if group]
    written = {BY: by, **{group: draw(grouped_shares(depth=depth - 1)) for group in groups}}
    if len(named) < len(values) or draw(st.booleans()):
        written[OTHERWISE] = draw(grouped_shares(depth=depth - 1))
    return written


def found_by_hand(written: Any, values: dict[str, str]) -> float:
    while isinstance(written, dict):
        mine = values[written[BY]]
        groups = [group for group in written if mine in [part.strip() for part in group.split(",")]]
        written = written[groups[0] if groups else OTHERWISE]
    return int(written.rstrip("%")) / 100


@RELAXED
@given(grouped_shares(), st.integers(0, 1000))
def test_a_table_says_what_was_written_for_every_patient(written: Any, seed: int) -> None:
    table = shares(written)
    block = crowd(Draws(1, 1, PLACES), 40, seed)
    lookup = table.compile()
    index = lookup.index(block.attrs)
    for row in range(40):
        words = {
            name: ((*PLACES, "out_of_area") if name == "place" else options)[block.codes[name][row]]
            for name, options in ATTRIBUTES.items()
        }
        assert lookup.leaves[index[row]] == found_by_hand(written, words)
        assert lookup.at(block.codes, row) == index[row]
        assert lookup.leaf(words, PLACES) == lookup.leaves[index[row]]
    assert shares(written) == table


@RELAXED
@given(
    st.dictionaries(st.sampled_from(["0-17", "18-64", "75-84", "85+"]), distributions(), min_size=1),
    distributions(),
)
def test_columns_and_single_answers_agree_whatever_the_table(cases: dict[str, Any], otherwise: Any) -> None:
    draws = Draws(1, 1, PLACES)
    stay = draws.duration("stay", durations({BY: "age", **cases, OTHERWISE: otherwise}))
    block = crowd(draws, 40)
    patients = [Someone(block, row) for row in range(40)]
    block.patience = 100
    singly = [stay.of(patient) for patient in patients]
    stay.fill(block)
    assert [stay.of(patient) for patient in patients] == singly


def percentages() -> st.SearchStrategy[list[int]]:
    """Whole percentages that add up to 100."""
    cuts = st.lists(st.integers(0, 100), min_size=0, max_size=5).map(sorted)
    return cuts.map(lambda c: [b - a for a, b in zip([0, *c], [*c, 100], strict=True)])


@given(percentages(), st.lists(UNIFORMS, min_size=1, max_size=60))
def test_a_mix_gives_each_option_its_share_of_luck(shares_of: list[int], luck: list[float]) -> None:
    mix = Mix.model_validate({f"o{i}": f"{share}%" for i, share in enumerate(shares_of)})
    table = MixTable([mix])
    u = np.array(luck)
    codes = table.bulk(u, np.zeros(len(u), dtype=np.int16))
    assert codes.tolist() == [table.one(x, 0) for x in luck]
    edges = np.cumsum([0, *shares_of]) / 100
    for x, code in zip(luck, codes.tolist(), strict=True):
        assert edges[code] - 1e-12 <= x < edges[code + 1] + 1e-12
        assert shares_of[code] > 0


@st.composite
def casemixes(draw: st.DrawFn) -> CaseMix:
    """A case mix in which attributes may depend on those before them."""
    written: dict[str, Any] = {}
    for position, name in enumerate(DRAWN):
        options = draw(st.lists(st.sampled_from(ATTRIBUTES[name]), unique=True, min_size=1, max_size=3))
        mix = {option: f"{100 / len(options)!r}%" for option in options}
        if position and draw(st.booleans()):
            by = draw(st.sampled_from(DRAWN[:position]))
            written[name] = {BY: by, ATTRIBUTES[by][0]: options[0], OTHERWISE: mix}
        else:
            written[name] = mix
    written["admission"] = draw(grouped_shares_by_drawn())
    return CaseMix.model_validate(written)


def grouped_shares_by_drawn() -> st.SearchStrategy[Any]:
    """A share that may depend on acuity."""
    return st.one_of(st.just("20%"), st.just({BY: "acuity", "1": "90%", OTHERWISE: "10%"}))


@RELAXED
@given(casemixes())
def test_cells_are_all_the_patients_there_can_be(mix: CaseMix) -> None:
    found = cells_of(mix, Mix.only("coast"), "gp", PLACES)
    assert math.isclose(float(found.weight.sum()), 1.0, rel_tol=1e-12)
    assert (found.weight > 0.0).all()
    known = {tuple(row) for row in np.stack(list(found.attrs.values())).T.tolist()}
    assert len(known) == len(found.weight)
    stream = demand(per_day=20, route="gp", place="coast", casemix=mix)
    for block in everyone(Plan({"s": stream}), days=7):
        assert {tuple(row) for row in np.stack([block.attrs[n] for n in found.attrs]).T.tolist()} <= known


@RELAXED
@given(
    st.lists(st.floats(0.0, 120.0), min_size=24, max_size=24),
    st.lists(st.floats(0.0, 60.0), min_size=24, max_size=24),
    st.integers(-3, 300),
    st.integers(1, 5),
)
def test_a_higher_rate_keeps_everybody(
    low: list[float], more: list[float], block: int, replication: int
) -> None:
    calendar = Calendar(datetime(2024, 2, 29))
    start = block_start(calendar, block)
    below = np.tile(low, BLOCK_HOURS // 24)
    above = below + np.tile(more, BLOCK_HOURS // 24)
    draws = Draws(1, replication)
    few = arrivals("s", draws, calendar, block, [(start, below)])
    many = arrivals("s", draws, calendar, block, [(start, above)])
    place = {uid: row for row, uid in enumerate(many.uid.tolist())}
    assert all(
        many.minutes[place[uid]] == minute for uid, minute in zip(few.uid.tolist(), few.minutes, strict=True)
    )
    assert len(place) == len(many.uid)


@RELAXED
@given(st.integers(-400, 400), st.floats(1.0, 60.0))
def test_any_start_and_length_give_the_same_people_in_the_same_days(shift: int, days: float) -> None:
    plan = Plan(
        {"s": demand(per_day=10, day_variation="10%", casemix={"age": {"0-17": "50%", "85+": "50%"}})}
    )
    first = Calendar(datetime(2026, 1, 1))
    second = Calendar(first.start + timedelta(days=shift // 10))
    here, there = by_uid(everyone(plan, days, first), first), by_uid(everyone(plan, 40.0, second), second)
    from_, until = max(first.start, second.start), min(first.at(days * 1440), second.at(40 * 1440))
    assert {u: w for u, w in here.items() if from_ <= w[0] < until} == {
        u: w for u, w in there.items() if from_ <= w[0] < until
    }


@given(st.integers(-5000, 5000), st.integers(0, 400))
def test_every_minute_lies_in_its_block(day: int, later: int) -> None:
    calendar = Calendar(datetime(2026, 1, 1) + timedelta(days=day))
    block = block_of(calendar, later * 1440.0)
    assert block_start(calendar, block) <= later * 1440.0 < block_start(calendar, block + 1)
