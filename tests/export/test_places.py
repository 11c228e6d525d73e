"""Numbers for beds, crews and rooms that are all alike in the simulation."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.store.exports.places import _lowest_free, held_from, numbered
from flowsim.store.journal import Journal
from short_hospital import finished


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.read(finished(tmp_path), 1)


def test_the_lowest_free_number_is_given() -> None:
    begins, ends = [0.0, 1.0, 2.0, 5.0, 5.0, 6.0], [5.0, 3.0, 9.0, 7.0, 8.0, 7.0]
    assert _lowest_free(begins, ends) == [1, 2, 3, 1, 2, 4]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 50)), max_size=40))
def test_nobody_shares_a_place_and_no_more_are_used_than_needed(spans: list[tuple[float, float]]) -> None:
    spans.sort()
    begins, ends = [begin for begin, _ in spans], [begin + length for begin, length in spans]
    given_numbers = _lowest_free(begins, ends)
    for i in range(len(spans)):
        for j in range(i):
            if given_numbers[i] == given_numbers[j]:
                assert ends[j] <= begins[i]
    most = max(
        (sum(b <= t < e or b == t for b, e in zip(begins, ends, strict=True)) for t in begins), default=0
    )
    assert max(given_numbers, default=0) <= most


def test_a_bed_is_one_patients_at_a_time_and_there_are_no_more_than_the_ward_has(journal: Journal) -> None:
    numbers, begins = numbered(journal), held_from(journal)
    ward = journal.of_kind("ward")
    assert 0 < numbers[ward].max() <= 225 + 1  # the bed of an outlier or of a turnaround is counted apart
    rows = np.flatnonzero(ward & (numbers > 0))
    left = np.where(np.isnan(journal.minutes("left")), np.inf, journal.minutes("left"))
    for number in (1, 7, 100):
        own = rows[numbers[rows] == number]
        own = own[np.argsort(begins[own])]
        assert (left[own][:-1] <= begins[own][1:]).all()


def test_services_without_places_number_nothing(journal: Journal) -> None:
    numbers = numbered(journal)
    assert (numbers[journal.of_kind("access", "discharge", "urgent_community_response")] == 0).all()
    assert (numbers[np.isnan(held_from(journal))] == 0).all()
