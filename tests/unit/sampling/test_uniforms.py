"""Keyed uniforms: the same bits by either road, on every machine, for ever."""

import numpy as np
import pytest

from flowsim.sampling.uniforms import Key, key_of, mixed, mixed_one, uniform, uniforms

PINNED = Key(first=10967197647653238263, second=3608755096978725055)
PINNED_UNIFORMS = [0.8616080612260572, 0.3349148076095242, 0.049036714825161476]
EDGES = [0, 1, 2, 2**31, 2**32 - 1, 2**52, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]


@pytest.mark.parametrize("purpose", ["ward.stay", "casemix.age", "", "é"])
def test_one_number_has_the_same_bits_as_an_array(purpose: str) -> None:
    key = key_of(2026, 3, purpose, 0)
    uids = np.array(EDGES + list(range(100, 400)), dtype=np.uint64)
    assert uniforms(uids, key).tolist() == [uniform(uid, key) for uid in uids.tolist()]
    assert mixed(uids, key).tolist() == [mixed_one(uid, key) for uid in uids.tolist()]


def test_values_never_change_between_versions_and_machines() -> None:
    key = key_of(2026, 1, "ward.stay", 0)
    assert key == PINNED
    assert [uniform(uid, key) for uid in (0, 1, 2**64 - 1)] == PINNED_UNIFORMS


def test_a_uniform_is_never_0_or_1_and_1_minus_it_is_exact() -> None:
    lowest, highest = 0.5 * 2.0**-52, (2**52 - 0.5) * 2.0**-52
    assert 0.0 < lowest == 2.0**-53
    assert highest == 1.0 - 2.0**-53 < 1.0
    u = uniforms(np.arange(200_000, dtype=np.uint64), key_of("any"))
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert (1.0 - (1.0 - u) == u).all()


def test_the_extreme_bit_patterns_stay_inside() -> None:
    words = np.array([0, 2**64 - 1], dtype=np.uint64)
    bits = (words >> np.uint64(12)) | np.uint64(0x3FF0000000000000)
    assert (bits.view(np.float64) - (1.0 - 2.0**-53)).tolist() == [2.0**-53, 1.0 - 2.0**-53]


def test_mixing_loses_nobody() -> None:
    words = np.concatenate([np.arange(300_000), np.arange(300_000) << 40]).astype(np.uint64)
    words = np.unique(words)
    assert len(np.unique(mixed(words, key_of("x")))) == len(words)


def test_the_input_array_is_left_alone() -> None:
    uids = np.arange(10, dtype=np.uint64)
    uniforms(uids, key_of("x"))
    assert uids.tolist() == list(range(10))


def test_no_patients_no_uniforms() -> None:
    assert uniforms(np.array([], dtype=np.uint64), key_of("x")).shape == (0,)


def test_every_part_of_a_key_counts_and_parts_do_not_run_together() -> None:
    keys = {
        key_of(1, 1, "a", 0),
        key_of(2, 1, "a", 0),
        key_of(1, 2, "a", 0),
        key_of(1, 1, "b", 0),
        key_of(1, 1, "a", 1),
        key_of(11, "a", 0),
        key_of(1, "1a", 0),
        key_of("1", "1", "a0"),
    }
    assert len(keys) == 8
    assert key_of(1, "a") == key_of("1", "a")
