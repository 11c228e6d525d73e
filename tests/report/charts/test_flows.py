"""The flow diagram shows where patients go, and nothing in it lies over anything else."""

import re
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.report.charts.layers import lay_out, path, stubs
from flowsim.report.theme import DARK_BLUE, DARK_PINK
from report.charts.samples import (
    ARROWS,
    CHARTS,
    NODES,
    column,
)


class TestFlow:
    def test_every_number_stands_at_its_arrow(self):
        figure = CHARTS["flow"]()
        for text in ("1,200", "-20", "90", "+40"):
            assert f">{text}<" in figure.svg
            assert text in figure.narrow

    def test_changes_are_told_by_colour_dash_and_weight(self):
        svg = CHARTS["flow"]().svg
        assert re.search(rf'stroke="{DARK_PINK}"[^>]*stroke-dasharray', svg)
        assert not re.search(rf'stroke="{DARK_BLUE}"[^>]*stroke-dasharray', svg)
        assert re.search(r'font-weight="700">\+40<', svg)

    def test_alternative_text_gives_the_largest_and_the_most_changed(self):
        alt = CHARTS["flow"]().alt
        assert "Largest: 999 calls to Ambulance crews 1,200 (-20)" in alt
        assert "Most changed: Referred by community to Urgent community response 90 (+40)" in alt

    def test_table_has_a_row_for_each_arrow(self):
        figure = CHARTS["flow"]()
        assert column(figure, "Baseline") == [arrow[2] for arrow in ARROWS]
        assert column(figure, "Difference") == pytest.approx([arrow[3] - arrow[2] for arrow in ARROWS])

    def test_unknown_box_is_an_error(self):
        with pytest.raises(KeyError):
            CHARTS["flow"](arrows=[("999", "nowhere", 1.0, 1.0)])

    def test_arrows_up_and_sideways_and_far_out_are_stubs(self):
        nodes = [("a", 0), ("b", 1), ("c", 1), ("d", 2), ("out", 5)]
        arrows = [("a", "b"), ("b", "c"), ("d", "a"), ("a", "d"), ("a", "out"), ("d", "out")]
        assert stubs(nodes, arrows) == [False, True, True, False, True, False]

    def test_service_that_nobody_reaches_is_not_drawn(self):
        figure = CHARTS["flow"](arrows=[("999", "crews", 5.0, 5.0)])
        assert "Virtual" not in figure.svg

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_boxes_and_numbers_never_overlap(self, data):
        count = data.draw(st.integers(2, 14))
        nodes = [(f"n{i}", data.draw(st.integers(0, 5)), 100.0, 40.0) for i in range(count)]
        keys = st.sampled_from([key for key, *_ in nodes])
        pairs = data.draw(st.lists(st.tuples(keys, keys), min_size=1, max_size=30))
        short = stubs([(key, row) for key, row, *_ in nodes], pairs)
        arrows = [(*pair, (40.0, 30.0), stub) for pair, stub in zip(pairs, short, strict=True)]
        layout = lay_out(nodes, arrows, 720.0)
        boxes = [
            (item.middle - item.width / 2, item.top, item.middle + item.width / 2, item.bottom)
            for row in layout.rows
            for item in row
        ]
        for route in layout.routes:
            below = route.items[0].bottom
            boxes.append((route.start - 20, below, route.start + 20, below + 30))
        for one, two in combinations(boxes, 2):
            assert (
                min(one[2], two[2]) - max(one[0], two[0]) < 0.01
                or min(one[3], two[3]) - max(one[1], two[1]) < 0.01
            )
        assert all(box[0] >= -0.01 and box[2] <= layout.width + 0.01 for box in boxes)

    def test_arrows_leave_straight_down_past_their_numbers_and_arrive_at_their_box(self):
        rows = {key: row for key, _, row in NODES}
        short = stubs(list(rows.items()), [arrow[:2] for arrow in ARROWS])
        arrows = [(*arrow[:2], (40.0, 30.0), stub) for arrow, stub in zip(ARROWS, short, strict=True)]
        layout = lay_out([(key, row, 100.0, 40.0) for key, row in rows.items()], arrows, 720.0)
        for (_, target, *_), route in zip(ARROWS, layout.routes, strict=True):
            if route.stub:
                continue
            points = path(route)
            box = layout.boxes[target]
            assert points[0].tolist() == [route.start, route.items[0].bottom + 30.0]
            assert points[1].tolist() == [route.start, route.items[0].clear]
            assert points[-1][1] == box.top
            assert abs(points[-1][0] - box.middle) < box.width / 2
            assert (np.diff(points[:, 1]) >= -1e-9).all()
