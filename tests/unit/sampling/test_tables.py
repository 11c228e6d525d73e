"""Laws and mixes compiled for a block: whatever the groups, each row gets what is its own."""

from typing import Any

import numpy as np
import pytest

from flowsim.sampling.blocks import Block
from flowsim.sampling.draws import Draws
from flowsim.sampling.tables import LawTable, MixTable
from flowsim.spec.distributions import parse_distribution
from flowsim.spec.mixes import Mix
from people_and_demand import crowd

NONE = np.zeros(0, dtype=np.int16)
WRITTEN: list[Any] = [
    "4 min",
    {"mean": "1 h", "sd": "1 h"},
    {"mean": "2 h", "sd": "1 h"},
    {"distribution": "gamma", "mean": "1 h", "sd": "20 min"},
    {"distribution": "gamma", "mean": "3 h", "sd": "1 h"},
    {"distribution": "exponential", "mean": "1 h", "at_most": "30 min"},
    {"values": ["1 min", "9 min"]},
    {"distribution": "pert", "low": "1 min", "mode": "2 min", "high": "9 min"},
]
LAWS = [parse_distribution(written) for written in WRITTEN]


def table_of(*laws: Any) -> LawTable:
    return LawTable([law.form() for law in laws])


def test_every_row_is_drawn_from_its_own_law() -> None:
    rng = np.random.default_rng(3)
    leaf, u = rng.integers(0, len(LAWS), 3000).astype(np.int16), rng.random(3000)
    drawn = table_of(*LAWS).bulk(u, leaf)
    assert drawn.tolist() == [LAWS[i].ppf(float(x)) for i, x in zip(leaf, u, strict=True)]


@pytest.mark.parametrize("law", LAWS)
def test_one_law_for_all(law: Any) -> None:
    u = np.linspace(0.01, 0.99, 50)
    assert table_of(law).bulk(u, np.zeros(50, dtype=np.int16)).tolist() == law.ppf(u).tolist()


@pytest.mark.parametrize("laws", [LAWS[:1], LAWS[1:3], LAWS])
def test_nobody_to_draw_for(laws: list[Any]) -> None:
    assert table_of(*laws).bulk(np.zeros(0), NONE).shape == (0,)


def test_groups_that_nobody_is_in_are_no_trouble() -> None:
    u, leaf = np.array([0.3, 0.6]), np.array([6, 6], dtype=np.int16)
    assert table_of(*LAWS).bulk(u, leaf).tolist() == [1.0, 9.0]


def test_cut_offs_belong_to_their_group() -> None:
    laws = [parse_distribution({"mean": "1 h", "sd": "1 h", **cap}) for cap in ({}, {"at_most": "10 min"})]
    u = np.full(2, 0.999)
    assert table_of(*laws).bulk(u, np.array([0, 1], dtype=np.int16)).tolist() == [laws[0].ppf(0.999), 10.0]


def test_the_one_value_that_everybody_gets() -> None:
    five, six = parse_distribution("5 min"), parse_distribution("6 min")
    assert table_of(five).value == 5.0
    assert table_of(five, five).value == 5.0
    assert table_of(five, six).value is None
    assert table_of(five, LAWS[1]).value is None
    assert table_of(parse_distribution({"value": "5 min", "at_most": "3 min"})).value == 3.0


def test_mixes_of_different_width_side_by_side() -> None:
    mixes = [Mix.model_validate({"a": "20%", "b": "30%", "c": "50%"}), Mix.only("d"), "e"]
    table = MixTable(mixes)
    assert table.options == ("a", "b", "c", "d", "e")
    u = np.array([0.1, 0.3, 0.7, 0.1, 0.9, 0.5])
    leaf = np.array([0, 0, 0, 1, 1, 2], dtype=np.int16)
    codes = table.bulk(u, leaf)
    assert [table.options[code] for code in codes] == ["a", "b", "c", "d", "d", "e"]
    assert codes.tolist() == [table.one(x, i) for x, i in zip(u.tolist(), leaf.tolist(), strict=True)]
    assert table.bulk(np.zeros(0), NONE).shape == (0,)


def test_given_options_keep_their_codes() -> None:
    table = MixTable([Mix.model_validate({"85+": "40%", "0-17": "60%"})], ("0-17", "18-64", "85+"))
    assert table.bulk(np.array([0.39, 0.41]), np.zeros(2, dtype=np.int16)).tolist() == [2, 0]
    assert table.shares().tolist() == [[0.6, 0.0, 0.4]]


def test_the_one_option_that_everybody_gets() -> None:
    assert MixTable(["a"]).value == 0
    assert MixTable(["a", "a"]).value == 0
    assert MixTable(["a", "b"]).value is None
    assert MixTable([Mix.model_validate({"a": "0%", "b": "100%"})]).value == 1


def test_many_groups_of_many_options() -> None:
    options = [f"o{i}" for i in range(100)]
    mixes = [Mix.model_validate(dict.fromkeys(options[i:] + options[:i], "1%")) for i in range(100)]
    table = MixTable(mixes, options)
    leaf = np.arange(100, dtype=np.int16)
    assert table.bulk(np.full(100, 0.005), leaf).tolist() == list(range(100))
    assert table.bulk(np.full(100, 0.995), leaf).tolist() == [(i - 1) % 100 for i in range(100)]


def test_a_block_is_what_its_patients_are() -> None:
    draws = Draws(1, 1, ("coast", "town"))
    block = crowd(draws, 30)
    assert isinstance(block, Block)
    assert len(block) == block.rows() == 30
    assert block.patience < crowd(draws, 30_000).patience
    assert block.codes["age"][4] == block.attrs["age"][4]
