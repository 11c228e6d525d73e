"""Laws of trees of settings: picking out of them, laying one over another, and finding one's way in them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.errors import Problem
from flowsim.scenario.merging import DIRECTIVES, LENGTH_KEYS, merge
from flowsim.scenario.nodes import Document, Node, children, dotted, find, leaves, plain, planted
from flowsim.scenario.selectors import parse_selector, select

RELAXED = settings(deadline=None, max_examples=60)
NAMES = st.sampled_from(["east_ward", "west_ward", "clinic", "beds", "stay", "kind", "place", "a", "b", "n"])
ENTRIES = st.sampled_from(["east_ward", "west_ward", "clinic", "north", "south"])
"""Names of services; one called like a setting could not be told from it."""
VALUES = st.one_of(st.integers(0, 99), st.sampled_from(["ward", "clinic", "2 days", "40%", "east"]))
TREES = st.recursive(
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=4),
    lambda inner: st.dictionaries(
        NAMES, st.one_of(inner, VALUES, st.lists(inner, min_size=1, max_size=3)), min_size=1, max_size=4
    ),
    max_leaves=6,
)
"""Mappings of mappings, lists and single values; none of their words says how to merge."""


def node(tree: Any, name: str = "a.yaml") -> Node:
    return planted(tree, Document(name))


def laid(*trees: Any) -> Any:
    """Return the last laid on those before it, the first at the bottom."""
    problems: list[Problem] = []
    result: Node | None = node(trees[0])
    for over in trees[1:]:
        result = merge(result, node(over, "b.yaml"), problems)
    assert problems == []
    assert result is not None
    return plain(result)


def test_the_names_used_here_are_plain() -> None:
    """Else the laws below would be about distributions and directives."""
    words = {"east_ward", "west_ward", "clinic", "beds", "stay", "kind", "place", "a", "b", "n"}
    assert not words & (set(DIRECTIVES) | LENGTH_KEYS)


class TestLayers:
    @RELAXED
    @given(TREES)
    def test_a_layer_that_says_nothing_changes_nothing(self, tree: Any) -> None:
        assert laid(tree, {}) == tree
        assert laid({}, tree) == tree

    @RELAXED
    @given(TREES, TREES)
    def test_saying_the_same_again_changes_nothing(self, base: Any, over: Any) -> None:
        assert laid(base, over, over) == laid(base, over)
        assert laid(base, base) == base

    @RELAXED
    @given(TREES, TREES, TREES)
    def test_layers_may_be_put_together_first(self, low: Any, middle: Any, high: Any) -> None:
        """A pack of two packs does what they do one after the other, if no value takes a group's place."""
        together = laid(low, laid(middle, high)) if _same_kinds(low, middle, high) else None
        if together is not None:
            assert laid(low, middle, high) == together

    @RELAXED
    @given(TREES, TREES)
    def test_everything_the_higher_layer_says_holds(self, base: Any, over: Any) -> None:
        result = node(laid(base, over))
        for path, leaf, _ in leaves(node(over)):
            found = find(result, path)
            assert found is not None
            assert plain(found) == plain(leaf)

    @RELAXED
    @given(TREES, TREES)
    def test_what_the_higher_layer_does_not_name_stays(self, base: Any, over: Any) -> None:
        result = laid(base, over)
        for key, value in base.items():
            if key not in over:
                assert result[key] == value

    @RELAXED
    @given(TREES, NAMES)
    def test_a_setting_taken_away_is_as_if_it_had_never_been(self, base: Any, name: str) -> None:
        if name in base:
            assert laid(base, {name: {"remove": True}}) == {k: v for k, v in base.items() if k != name}

    @RELAXED
    @given(TREES, TREES, NAMES)
    def test_replacing_a_group_forgets_what_it_was(self, base: Any, content: Any, name: str) -> None:
        assert laid(base, {name: {"replace": content}}) == {**base, name: content}

    @RELAXED
    @given(st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4))
    def test_lists_grow_at_the_end_that_is_asked_for(
        self, base: list[Any], one: list[Any], two: list[Any]
    ) -> None:
        assert laid({"a": base}, {"a": {"append": one}}, {"a": {"append": two}}) == {"a": base + one + two}
        assert laid({"a": base}, {"a": {"prepend": one}}, {"a": {"append": two}}) == {"a": one + base + two}


def _same_kinds(*trees: Any) -> bool:
    """Say whether no name stands for a group in one tree and for a value or a list in another."""
    groups = [tree for tree in trees if isinstance(tree, dict)]
    if not groups:
        return True
    if len(groups) < len(trees):
        return False
    names = {name for tree in groups for name in tree}
    return all(_same_kinds(*(tree[name] for tree in groups if name in tree)) for name in names)


class TestSelectors:
    @RELAXED
    @given(TREES)
    def test_the_path_of_a_setting_picks_it_and_nothing_else(self, tree: Any) -> None:
        root = node(tree)
        for path, leaf, _ in leaves(root):
            assert [(p, plain(n)) for p, n in select(root, parse_selector(dotted(path)))] == [
                (path, plain(leaf))
            ]

    @RELAXED
    @given(TREES, st.data())
    def test_a_star_in_place_of_a_step_picks_that_and_perhaps_more(
        self, tree: Any, data: st.DataObject
    ) -> None:
        root = node(tree)
        path, _, _ = data.draw(st.sampled_from(list(leaves(root))))
        position = data.draw(st.integers(0, len(path) - 1))
        starred = dotted((*path[:position], "*", *path[position + 1 :]))
        found = [p for p, _ in select(root, parse_selector(starred))]
        assert path in found
        for other in found:
            assert len(other) == len(path)
            assert all(a == b for i, (a, b) in enumerate(zip(path, other, strict=True)) if i != position)

    @RELAXED
    @given(TREES, st.data())
    def test_a_name_cut_short_by_a_star_still_fits(self, tree: Any, data: st.DataObject) -> None:
        root = node(tree)
        path, _, _ = data.draw(st.sampled_from(list(leaves(root))))
        step = path[-1]
        cut = data.draw(st.integers(0, len(step)))
        for pattern in (f"{step[:cut]}*", f"*{step[cut:]}", f"{step[:cut]}*{step[cut:]}"):
            found = [p for p, _ in select(root, parse_selector(dotted((*path[:-1], pattern))))]
            assert path in found

    @RELAXED
    @given(TREES)
    def test_settings_are_picked_in_the_order_of_the_file(self, tree: Any) -> None:
        root = node(tree)
        stars = [p for p, _ in select(root, parse_selector("*"))]
        assert stars == [(key,) for key in tree]
        below = [p for p, _ in select(root, parse_selector("*.*"))]
        assert below == [(key, inner) for key in tree for inner, _ in children(root.value[key])]

    @RELAXED
    @given(
        st.dictionaries(
            ENTRIES,
            st.fixed_dictionaries({"kind": st.sampled_from(["ward", "clinic"]), "n": st.integers(0, 3)}),
            min_size=1,
        ),
        st.sampled_from(["ward", "clinic", "w*", "*"]),
    )
    def test_a_test_and_its_opposite_share_out_the_entries(self, entries: Any, wanted: str) -> None:
        root = node({"services": entries})
        passed = {p for p, _ in select(root, parse_selector(f"services[kind={wanted}].n"))}
        failed = {p for p, _ in select(root, parse_selector(f"services[kind!={wanted}].n"))}
        everything = {p for p, _ in select(root, parse_selector("services.*.n"))}
        assert passed | failed == everything
        assert not passed & failed

    @RELAXED
    @given(
        st.dictionaries(
            ENTRIES,
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["ward", "clinic"]), "place": st.sampled_from(["east", "west"])}
            ),
            min_size=1,
        )
    )
    def test_two_tests_pick_those_that_pass_both(self, entries: Any) -> None:
        root = node({"services": entries})

        def found(tests: str) -> set[Any]:
            return {p for p, _ in select(root, parse_selector(f"services[{tests}].kind"))}

        both = found("kind=ward, place=east")
        assert both == found("kind=ward") & found("place=east")
        assert both == found("place=east, kind=ward")

    @RELAXED
    @given(TREES)
    def test_the_tree_is_left_as_it_was(self, tree: Any) -> None:
        root = node(tree)
        for selector in ("*", "*.*", "east_ward.beds", "*[kind=ward].n"):
            select(root, parse_selector(selector))
        assert plain(root) == tree
