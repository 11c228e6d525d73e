"""Keyed uniforms: one number between 0 and 1 for every patient and every purpose, and no generator.

A uniform is a function of the seed, the replication, the purpose's name, the patient's own identifier and
the visit number, and of nothing else: not of the order of use, of other patients, or of other purposes. So
the same patient has the same luck in every scenario (common random numbers).

The function is counter-based: the identifier is mixed with the two halves of a 128-bit key by two rounds of
the 64-bit finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, with Stafford's constants, variant
13), each of which lets every bit of its input change every bit of its output. Of the result the upper 52
bits are kept, as ``(k + 0.5) / 2**52``: never 0 or 1, and symmetric about one half.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_FIRST_WORD, _SECOND_WORD = np.uint64(_FIRST), np.uint64(_SECOND)
_MASK = 0xFFFFFFFFFFFFFFFF
_ONE = np.uint64(0x3FF0000000000000)
_12, _27, _30, _31 = (np.uint64(bits) for bits in (12, 27, 30, 31))
_TO_MIDDLE = 1.0 - 2.0**-53


class Key(NamedTuple):
    """The key of one purpose: two 64-bit words."""

    first: int
    second: int


def key_of(*parts: str | int) -> Key:
    """Return the key that stands for names and numbers, such as seed, replication and purpose.

    The same parts give the same key on every machine and in every version of Python.
    """
    text = "\x1f".join(str(part) for part in parts)
    digest = blake2b(text.encode(), digest_size=16, person=b"flowsim").digest()
    return Key(int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little"))


def mixed(words: Words, key: Key) -> Words:
    """Return 64 well-mixed bits for each word; different words give different results."""
    z = words ^ np.uint64(key.first)
    spare = np.empty_like(z)
    _stir(z, spare)
    np.bitwise_xor(z, np.uint64(key.second), out=z)
    _stir(z, spare)
    return z


def uniforms(uids: Words, key: Key) -> Floats:
    """Return one uniform, strictly between 0 and 1, for each patient identifier."""
    z = mixed(uids, key)
    np.right_shift(z, _12, out=z)
    np.bitwise_or(z, _ONE, out=z)  # the bits of a float from 1 up to 2
    u = z.view(np.float64)
    np.subtract(u, _TO_MIDDLE, out=u)
    return u


def mixed_one(word: int, key: Key) -> int:
    """Return what `mixed` returns, for one word."""
    z = word ^ key.first
    z = ((z ^ (z >> 30)) * _FIRST) & _MASK
    z = ((z ^ (z >> 27)) * _SECOND) & _MASK
    z ^= (z >> 31) ^ key.second
    z = ((z ^ (z >> 30)) * _FIRST) & _MASK
    z = ((z ^ (z >> 27)) * _SECOND) & _MASK
    return z ^ (z >> 31)


def uniform(uid: int, key: Key) -> float:
    """Return what `uniforms` returns, for one patient: the same bits, without the cost of an array."""
    return ((mixed_one(uid, key) >> 12) + 0.5) * 2.0**-52


def _stir(z: Words, spare: Words) -> None:
    """Apply the finaliser to `z` in place."""
    np.right_shift(z, _30, out=spare)
    np.bitwise_xor(z, spare, out=z)
    np.multiply(z, _FIRST_WORD, out=z)
    np.right_shift(z, _27, out=spare)
    np.bitwise_xor(z, spare, out=z)
    np.multiply(z, _SECOND_WORD, out=z)
    np.right_shift(z, _31, out=spare)
    np.bitwise_xor(z, spare, out=z)
