"""Trees of settings: laying one over another, templates, strengths, notes, and what is told of each."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

import pytest

from flowsim.errors import Problem
from flowsim.scenario.merging import (
    directive,
    is_by_day,
    is_distribution,
    is_one_value,
    is_table,
    merge,
    unknown_name,
)
from flowsim.scenario.nodes import (
    Document,
    Node,
    Note,
    children,
    completed,
    dotted,
    entries,
    find,
    item,
    leaves,
    plain,
    planted,
    problem_at,
)
from flowsim.scenario.reading import read_tree
from flowsim.scenario.selectors import near_misses, parse_selector, select
from flowsim.scenario.strength import chosen, split_reference, without_strength
from flowsim.scenario.templates import expand


def tree(text: str, name: str = "a.yaml") -> Node:
    """Return the tree of a YAML text in which nothing is wrong."""
    text = dedent(text).lstrip("\n")
    found, problems = read_tree(text, Document(name, tuple(text.splitlines())))
    assert problems == []
    assert found is not None
    return found


def at(node: Node | None, path: str) -> Node:
    """Return the node at a dotted path, which is there."""
    assert node is not None
    found = find(node, tuple(path.split(".")))
    assert found is not None
    return found


def laid(base: str, over: str) -> tuple[Node, list[Problem]]:
    problems: list[Problem] = []
    merged = merge(tree(base), tree(over, "b.yaml"), problems)
    assert merged is not None
    return merged, problems


class TestKindsOfMapping:
    @pytest.mark.parametrize(
        "text",
        [
            "{mean: 1 h, sd: 1 h}",
            "{median: 1 h, p90: 2 h}",
            "{low: 1 h, high: 2 h}",
            "{low: 1 h, mode: 2 h, high: 3 h}",
            "{distribution: gamma, mean: 1 h, sd: 1 h}",
            "{file: stays.csv, column: los, unit: days}",
            "{values: [1 h]}",
            "{parts: []}",
            "{mu: 1, sigma: 1}",
            "{stages: 3, mean: 1 h}",
        ],
    )
    def test_a_distribution_is_known_by_what_it_is_given_by(self, text: str) -> None:
        assert is_distribution(tree(text))
        assert is_one_value(tree(text))

    @pytest.mark.parametrize(
        "text",
        [
            "{at_most: 1 h}",
            "{scale: 2}",
            "{mean: 1 h, sd: 1 h, beds: 3}",
            "{beds: 3}",
            "{}",
            "[mean]",
            "mean",
            "{high: 3}",
            "{unit: days}",
        ],
    )
    def test_what_may_be_a_group_of_settings_is_none(self, text: str) -> None:
        assert not is_distribution(tree(text))

    def test_a_table_has_by_and_hours_have_nothing_but_kinds_of_day(self) -> None:
        assert is_table(tree("{by: age, otherwise: 3}"))
        assert not is_table(tree("{age: 3}"))
        assert not is_table(tree("[by]"))
        assert is_by_day(tree("{weekday: 3, bank_holiday: 2, then: [{add: 1}]}"))
        assert not is_by_day(tree("{weekday: 3, beds: 2}"))
        assert not is_by_day(tree("{}"))
        assert not is_by_day(tree("[weekday]"))

    @pytest.mark.parametrize("word", ["remove", "replace", "append", "prepend"])
    def test_a_merging_word_stands_alone(self, word: str) -> None:
        assert directive(tree(f"{{{word}: [1]}}")) == word
        assert directive(tree(f"{{{word}: [1], more: 2}}")) == ""
        assert directive(tree(f"[{word}]")) == ""
        assert directive(tree("{add: 1}")) == ""


class TestLayers:
    def test_a_value_that_is_one_takes_the_place_of_another_whole(self) -> None:
        for one, other in (
            ("{mean: 1 h, sd: 1 h}", "{median: 1 h, p90: 2 h}"),
            ("{by: age, 0-17: 1, otherwise: 2}", "{by: acuity, 1: 5, otherwise: 6}"),
            ("{weekday: 1, weekend: 2}", "{monday: 3}"),
            ("{beds: 1, stay: 2}", "{weekday: 3}"),
            ("{weekday: 3}", "{beds: 1, stay: 2}"),
            ("3", "{beds: 1}"),
            ("[1, 2]", "{beds: 1}"),
            ("{beds: 1}", "[3]"),
        ):
            merged, problems = laid(f"s: {one}", f"s: {other}")
            assert problems == []
            assert plain(merged) == {"s": plain(tree(other))}

    def test_what_was_replaced_is_remembered_all_the_way_down(self) -> None:
        first, _ = laid(
            "a: {b: 1}\nc: [1]\nd: {mean: 1 h, sd: 1 h}", "a: {b: 2}\nc: [2]\nd: {mean: 2 h, sd: 2 h}"
        )
        last = merge(first, tree("a: {b: 3}", "c.yaml"), [])
        assert plain(at(last, "a.b")) == 3
        older = at(last, "a.b").replaced
        assert older is not None
        assert (older.value, older.document.name) == (2, "b.yaml")
        assert older.replaced is not None
        assert (older.replaced.value, older.replaced.document.name) == (1, "a.yaml")
        assert at(first, "a").replaced is None  # groups are laid together, not replaced
        for path in ("c", "d"):
            replaced = at(first, path).replaced
            assert replaced is not None
            assert replaced.document.name == "a.yaml"

    def test_a_note_of_a_group_outlives_a_layer_that_has_none(self) -> None:
        noted = "a: {value: {b: 1}, source: KH03}"
        assert at(laid(noted, "a: {c: 2}")[0], "a").note == Note("KH03")
        assert at(laid("a: {c: 2}", noted)[0], "a").note == Note("KH03")
        assert at(laid(noted, "a: {value: {b: 3}, source: own}")[0], "a").note == Note("own")

    def test_order_is_that_of_the_lower_layer_and_then_what_is_new(self) -> None:
        merged, _ = laid("{a: 1, b: 2, c: 3}", "{d: 4, b: 5}")
        assert list(plain(merged).items()) == [("a", 1), ("b", 5), ("c", 3), ("d", 4)]

    def test_merging_words_inside_a_new_group_are_carried_out_on_nothing(self) -> None:
        merged, problems = laid("a: 1", "b: {c: {append: [1]}, d: {replace: {e: {prepend: [2]}}}, f: 3}")
        assert problems == []
        assert plain(merged) == {"a": 1, "b": {"c": [1], "d": {"e": {"prepend": [2]}}, "f": 3}}

    def test_what_a_merging_word_brings_stands_where_its_key_stands(self) -> None:
        over = "x:\n  s:   {replace: {b: 2}}\n  l:   {append: [9]}\n"
        merged, _ = laid("x: {s: {a: 1}, l: [8]}", over)
        for path, line in (("x.s", 2), ("x.l", 3)):
            node = at(merged, path)
            assert (node.key_line, node.key_column) == (line, 3)
            assert node.replaced is not None
            assert node.replaced.document.name == "a.yaml"
        assert plain(merged) == {"x": {"s": {"b": 2}, "l": [8, 9]}}

    @pytest.mark.parametrize(
        ("base", "over", "place", "message", "hint"),
        [
            (
                "{a: 1}",
                "\nb: {remove: true}",
                ("b", 1),
                "There is no b here to take away.",
                "Check the name against the file that this one extends.",
            ),
            ("{a: 1}", "a: {remove: yes}", ("a", 1), "remove takes only the word true.", ""),
            ("{a: [1]}", "a: {append: 2}", ("a", 1), "append takes a list: write append: [...].", ""),
            (
                "{a: 1}",
                "a: {prepend: [2]}",
                ("a", 1),
                "prepend adds to a list, and this setting is not one.",
                "",
            ),
            (
                "{a: {b: 1}}",
                "a:\n  c: {remove: true}",
                ("a.c", 2),
                "There is no c here to take away.",
                "Check the name against the file that this one extends.",
            ),
        ],
    )
    def test_what_cannot_be_merged_is_told_at_its_place(
        self, base: str, over: str, place: tuple[str, int], message: str, hint: str
    ) -> None:
        merged, (problem,) = laid(base, over)
        assert (problem.message, problem.hint) == (message, hint)
        assert (problem.path, problem.line, problem.file) == (*place, "b.yaml")
        if "list" in message:
            assert plain(merged) == plain(tree(base))  # what was there stays

    def test_removing_at_the_top_has_no_name(self) -> None:
        problems: list[Problem] = []
        assert merge(None, tree("{remove: true}"), problems) is None
        assert problems[0].message == "There is no setting here to take away."

    def test_a_name_that_is_not_there_lists_near_ones_and_twelve_of_all(self) -> None:
        options = {f"ward_{number}": Node(1, Document("x")) for number in range(13)}
        message, known = unknown_name("template", "ward_1x", options)
        near = r"There is no template called ward_1x\. Did you mean ward_\d+ or ward_\d+ or ward_\d+\?"
        assert re.fullmatch(near, message)
        assert known == ", ".join(f"ward_{number}" for number in range(12)) + ", ..."
        del options["ward_12"]
        assert unknown_name("template", "zzz", options) == (
            "There is no template called zzz.",
            ", ".join(options),
        )


class TestTemplates:
    def expanded(self, text: str) -> tuple[Any, list[Problem]]:
        problems: list[Problem] = []
        return plain(expand(tree(text), problems)), problems

    def test_own_settings_win_and_templates_are_gone(self) -> None:
        found, problems = self.expanded(
            """
            templates: {ward: {kind: ward, beds: 10, areas: {a: 1, b: 2}}}
            services: {east: {like: ward, beds: 12, areas: {b: 3}}, west: {like: ward}}
            """
        )
        assert problems == []
        assert found == {
            "services": {
                "east": {"kind": "ward", "beds": 12, "areas": {"a": 1, "b": 3}},
                "west": {"kind": "ward", "beds": 10, "areas": {"a": 1, "b": 2}},
            }
        }

    def test_a_template_may_be_like_another_and_be_used_in_lists(self) -> None:
        found, problems = self.expanded(
            """
            templates: {a: {x: 1, y: 1}, b: {like: a, y: 2}, c: {like: b, z: 3}}
            things: [{like: c}, {like: b, x: 9}, 5]
            """
        )
        assert problems == []
        assert found == {"things": [{"x": 1, "y": 2, "z": 3}, {"x": 9, "y": 2}, 5]}

    def test_about_is_free_text(self) -> None:
        found, problems = self.expanded("about: {like: nobody}\nx: 1")
        assert problems == []
        assert found == {"about": {"like": "nobody"}, "x": 1}

    def test_a_tree_without_templates_is_left_as_it_is(self) -> None:
        root = tree("a: {b: [1, {c: 2}]}")
        fresh = expand(root, [])
        assert fresh.value["a"] is root.value["a"]

    @pytest.mark.parametrize(
        ("text", "path", "message", "allowed"),
        [
            (
                "templates: {ward: {x: 1}}\ns: {e: {like: wrad, y: 2}}",
                "s.e.like",
                "There is no template called wrad. Did you mean ward?",
                "ward",
            ),
            ("s: {e: {like: ward, y: 2}}", "s.e.like", "There is no template called ward.", ""),
            (
                "templates: {ward: {x: 1}}\ns: [{like: 3}]",
                "s.0.like",
                "There is no template called 3.",
                "ward",
            ),
            (
                "templates: {ward: {x: 1}}\ns: {e: {like: [ward], y: 2}}",
                "s.e.like",
                "There is no template called a list.",
                "ward",
            ),
            (
                "templates: {a: {like: b}, b: {like: c}, c: {like: b}}\ns: {e: {like: a, y: 2}}",
                "templates.c.like",
                "The templates go round in a circle: b -> c -> b.",
                "",
            ),
        ],
    )
    def test_a_template_that_cannot_be_used_is_told_and_the_rest_stays(
        self, text: str, path: str, message: str, allowed: str
    ) -> None:
        found, (problem,) = self.expanded(text)
        assert (problem.path, problem.message, problem.allowed) == (path, message, allowed)
        assert problem.line == (1 if path.startswith("templates") else len(text.splitlines()))
        if path == "s.e.like":
            assert found["s"]["e"] == {"y": 2}


class TestNodes:
    ROOT = tree("a:\n  b: 1\n  c: [x, {d: 2}]\ne: {value: 3, source: S}\n")

    def test_the_way_to_a_setting(self) -> None:
        assert plain(at(self.ROOT, "a.c.1.d")) == 2
        assert [
            find(self.ROOT, path) for path in (("a", "z"), ("a", "b", "z"), ("a", "c", "2"), ("a", "c", "-1"))
        ] == [None] * 4
        assert find(self.ROOT, ()) is self.ROOT
        assert item(at(self.ROOT, "a.c"), "x") is None
        assert [step for step, _ in children(at(self.ROOT, "a.c"))] == ["0", "1"]
        assert list(children(at(self.ROOT, "a.b"))) == []
        assert entries(None) == {}
        assert entries(at(self.ROOT, "a.c")) == {}

    def test_leaves_come_in_the_order_of_the_file_with_the_note_that_covers_them(self) -> None:
        root = tree("{a: {value: {b: 1, c: {value: 2, low: 1}}, source: S, grade: seen}, d: [3, {e: 4}]}")
        found = [(dotted(path), node.value, note) for path, node, note in leaves(root)]
        assert found == [
            ("a.b", 1, Note("S", "seen")),
            ("a.c", 2, Note("S", "seen", low=1)),
            ("d.0", 3, None),
            ("d.1.e", 4, None),
        ]

    def test_a_range_alone_takes_the_source_of_what_is_above(self) -> None:
        ranged, above = Note(low=1, high=3), Note("S", "seen", "n")
        assert completed(ranged, above) == Note("S", "seen", "n", 1, 3)
        assert completed(Note(note="own", low=1), above) == Note("S", "seen", "own", 1)
        assert completed(Note("own"), above) == Note("own")
        assert completed(None, above) is above
        assert completed(ranged, None) is ranged
        assert completed(None, None) is None

    def test_plain_values_become_a_tree_that_says_where_they_stand(self) -> None:
        like = at(self.ROOT, "a.b")
        made = planted({"x": [1, (2, 3)], 5: None}, Document("Python"), like, "change")
        assert plain(made) == {"x": [1, [2, 3]], "5": None}
        for _, leaf, _ in leaves(made):
            assert (leaf.line, leaf.column, leaf.key_line, leaf.key_column, leaf.via) == (
                2,
                6,
                2,
                3,
                "change",
            )
        bare = planted(1, Document("Python"))
        assert (bare.line, bare.column, bare.via) == (0, 0, "")
        assert planted([1], Document("Python"), via="change").value[0].via == "change"

    def test_a_problem_stands_at_the_value_or_at_its_key(self) -> None:
        node = at(self.ROOT, "a.b")
        here = problem_at(node, "Wrong.", ("a", "b"), hint="Mend it.")
        assert (here.place, here.path, here.source, here.hint) == ("a.yaml:2:6", "a.b", "  b: 1", "Mend it.")
        assert problem_at(node, "Wrong.", key=True).place == "a.yaml:2:3"
        assert problem_at(None, "Wrong.", ("a",)).place == ""
        nowhere = problem_at(planted(1, Document("Python")), "Wrong.", key=True)
        assert (nowhere.place, nowhere.source) == ("Python", "")

    def test_a_line_that_is_not_there_is_empty(self) -> None:
        document = Document("a", ("first", "last"))
        assert [document.line(number) for number in (-1, 0, 1, 2, 3)] == ["", "", "first", "last", ""]


class TestStrengths:
    @pytest.mark.parametrize(("strength", "value"), [("low", 1), ("central", 2), ("high", 3)])
    def test_one_of_three_is_taken_and_the_ends_are_kept(self, strength: str, value: int) -> None:
        fresh, varies = chosen(
            tree("change:\n  a: {low: 1, central: 2, high: 3, source: S, grade: seen, note: n}"), strength
        )
        node = at(fresh, "change.a")
        assert varies
        assert node.value == value
        assert node.note == Note("S", "seen", "n", 1, 3)
        assert (node.key_line, node.key_column) == (2, 3)

    @pytest.mark.parametrize(
        "text",
        [
            "a: {low: 1, high: 3}",  # a uniform distribution
            "a: {low: 1, central: 2, high: 3, mode: 2}",
            "card: {low: 1, central: 2, high: 3}",
            "costs: {a: {low: 1, central: 2, high: 3}}",
            "targets: {a: {low: 1, central: 2, high: 3}}",
            "about: {low: 1, central: 2, high: 3}",
            "evidence: {low: a, central: b, high: c}",
            "a: [low, central, high]",
        ],
    )
    def test_what_is_no_choice_of_three_is_left_alone(self, text: str) -> None:
        root = tree(text)
        assert chosen(root, "high") == (root, False)

    def test_lists_and_groups_are_looked_into(self) -> None:
        fresh, varies = chosen(tree("a: [1, {b: {low: 1, central: [2], high: {c: 3}}}]\nd: 4"), "high")
        assert varies
        assert plain(fresh) == {"a": [1, {"b": {"c": 3}}], "d": 4}

    @pytest.mark.parametrize(
        ("text", "file", "strength"),
        [
            ("a.yaml = low", "a.yaml", "low"),
            (" a b.yaml=high ", " a b.yaml", "high"),
            ("a=b.yaml", "a=b.yaml", None),
            ("= low", "= low", ""),
        ],
    )
    def test_a_reference_ends_with_its_strength(self, text: str, file: str, strength: str | None) -> None:
        if strength is None:
            with pytest.raises(ValueError, match="is not a strength"):
                split_reference("a = b_yaml")
            return
        assert split_reference(text) == (file, strength)

    def test_a_wrong_strength_is_told_with_a_near_one(self) -> None:
        for text, told in (
            ("a.yaml = hihg", "hihg is not a strength. Did you mean high?"),
            ("a.yaml = 3", "3 is not a strength."),
        ):
            with pytest.raises(ValueError, match=r".") as caught:
                split_reference(text)
            assert str(caught.value) == told

    def test_the_file_is_found_whatever_its_strength(self) -> None:
        for text in ("lever.yaml", "lever.yaml = low", "lever.yaml =  hgih "):
            assert without_strength(Node(text, Document("a"))).value == "lever.yaml"
        assert without_strength(Node(3, Document("a"))).value == 3


class TestSelectors:
    ROOT = tree(
        """
        services:
          w1_ward: {kind: ward, place: east.kent, beds: 1}
          w2_ward: {kind: ward, place: west, beds: 2}
          w3_ward: {kind: ward, beds: 3}
          w4_ward: {kind: ward, beds: 4}
          w5_ward: {kind: ward, beds: 5}
          clinic: {kind: clinic, place: west}
          urgent_care: 7
        alternatives:
          w1_ward.review: [{to: clinic}, {to: w2_ward}]
          clinic.front.door: [{to: w1_ward}]
        """
    )

    def found(self, text: str) -> list[str]:
        return [dotted(path) for path, _ in select(self.ROOT, parse_selector(text))]

    @pytest.mark.parametrize(
        ("text", "paths"),
        [
            ("services[place=east.kent].beds", ["services.w1_ward.beds"]),
            ("services[place='west', kind=ward].beds", ["services.w2_ward.beds"]),
            ('services[place="west"].kind', ["services.w2_ward.kind", "services.clinic.kind"]),
            ("services[place!=west, kind=ward].beds", [f"services.w{n}_ward.beds" for n in (1, 3, 4, 5)]),
            (
                "services[ place = *t ].place",
                ["services.w1_ward.place", "services.w2_ward.place", "services.clinic.place"],
            ),
            ("services.w2_ward[kind=ward]", ["services.w2_ward"]),
            ("services.w2_ward[kind=clinic]", []),
            ("services.urgent_care[kind=ward]", []),
            ("alternatives.w1_ward.review.1", ["alternatives.w1_ward.review.1"]),
            ("alternatives.clinic.front.door.0.to", ["alternatives.clinic.front.door.0.to"]),
            ("alternatives.*.front.door.*.to", ["alternatives.clinic.front.door.0.to"]),
            ("alternatives.*.*[to=clinic].to", ["alternatives.w1_ward.review.0.to"]),
            ("alternatives.w1_ward", []),
            ("*.clinic.kind", ["services.clinic.kind"]),
            (" services . clinic . kind ", ["services.clinic.kind"]),
            ("services.w?_ward", []),
        ],
    )
    def test_what_is_picked(self, text: str, paths: list[str]) -> None:
        assert self.found(text) == paths

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("servces[kind=ward].beds", "Nothing at the top is called servces; near: services."),
            ("services.clin*.staff", "Nothing in services.clinic is called staff; there is kind, place."),
            ("services.urgnt*.x", "Nothing in services looks like urgnt*; near: urgent_care."),
            ("services.*_crae.x", "Nothing in services looks like *_crae; near: urgent_care."),
            ("services.*rgent_car_.x*", "Nothing in services looks like *rgent_car_; near: urgent_care."),
            ("services.*clnic*.x", "Nothing in services looks like *clnic*; near: clinic."),
            (
                "services.*_wrad.x",
                "Nothing in services looks like *_wrad; near: w1_ward, w2_ward, w3_ward, w4_ward.",
            ),
            ("services.urgent_care.x", ""),
            ("services[kind=wrad]", "No entry passes the test: kind is one of clinic, ward."),
            (
                "services[colour=red, kind=x]",
                "No entry passes the test: nothing there has a colour; kind is one of clinic, ward.",
            ),
            (
                "alternatives.w1_ward.review[to=x]",
                "Nothing in alternatives is called w1_ward; near: w1_ward.review.",
            ),
        ],
    )
    def test_how_far_a_selector_gets(self, text: str, told: str) -> None:
        assert near_misses(self.ROOT, parse_selector(text)) == told

    def test_eight_values_of_a_test_are_enough(self) -> None:
        root = tree(f"services: {{{', '.join(f's{n}: {{kind: k{n}}}' for n in range(9))}}}")
        told = near_misses(root, parse_selector("services[kind=x]"))
        assert told == "No entry passes the test: kind is one of k0, k1, k2, k3, k4, k5, k6, k7."
        told = near_misses(root, parse_selector("services.zzz"))
        assert told == "Nothing in services is called zzz; there is s0, s1, s2, s3, s4, s5, s6, s7, ..."
        told = near_misses(root, parse_selector("services.*.beds"))
        assert told == "Nothing in services.s0 and 8 more is called beds; there is kind."

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "a path such as services.NAME.beds is expected"),
            ("  ", "a path such as services.NAME.beds is expected"),
            ("a..b", "a step of the path is empty: write NAME or NAME[kind=ward] between the dots"),
            ("a.", "a step of the path is empty: write NAME or NAME[kind=ward] between the dots"),
            ("[kind=ward]", "[kind=ward] is not a step of a path: write NAME or NAME[kind=ward]"),
            ("a[kind=ward", "a[kind=ward is not a step of a path: write NAME or NAME[kind=ward]"),
            ("a]b", "a]b is not a step of a path: write NAME or NAME[kind=ward]"),
            ("a[kind]", "[kind] is not a test: write [kind=ward] or [place=NAME, kind=NAME]"),
            ("a[]", "[] is not a test: write [kind=ward] or [place=NAME, kind=NAME]"),
            ("a[kind=ward,]", "[] is not a test: write [kind=ward] or [place=NAME, kind=NAME]"),
        ],
    )
    def test_what_is_no_selector(self, text: str, told: str) -> None:
        with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
            parse_selector(text)
