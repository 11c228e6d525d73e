"""How one layer is laid over another."""

from __future__ import annotations

from flowsim.errors import Problem
from flowsim.scenario.merging import merge
from flowsim.scenario.nodes import Document, Node, find, plain
from flowsim.scenario.reading import read_tree
from flowsim.scenario.templates import expand


def tree(text: str, name: str = "a.yaml") -> Node:
    found, problems = read_tree(text, Document(name, tuple(text.splitlines())))
    assert problems == []
    return found


def laid(base: str, over: str) -> object:
    problems: list[Problem] = []
    merged = merge(tree(base), tree(over, "b.yaml"), problems)
    assert problems == []
    return plain(merged)


def complaints(base: str, over: str) -> list[str]:
    problems: list[Problem] = []
    merge(tree(base), tree(over, "b.yaml"), problems)
    return [problem.message for problem in problems]


def test_mappings_merge_key_by_key() -> None:
    assert laid("a: {b: 1, c: 2}", "a: {c: 3, d: 4}") == {"a": {"b": 1, "c": 3, "d": 4}}


def test_lists_are_replaced() -> None:
    assert laid("a: [1, 2]", "a: [3]") == {"a": [3]}


def test_lists_can_be_added_to_at_either_end() -> None:
    assert laid("a: [1, 2]", "a: {append: [3]}") == {"a": [1, 2, 3]}
    assert laid("a: [1, 2]", "a: {prepend: [3]}") == {"a": [3, 1, 2]}
    assert laid("b: 1", "a: {append: [3]}") == {"b": 1, "a": [3]}


def test_a_setting_can_be_taken_away() -> None:
    assert laid("a: {b: 1, c: 2}", "a: {b: {remove: true}}") == {"a": {"c": 2}}


def test_a_mapping_can_be_replaced_whole() -> None:
    assert laid("a: {b: 1}", "a: {replace: {c: 2}}") == {"a": {"c": 2}}


def test_a_distribution_is_one_value() -> None:
    assert laid("s: {median: 2 days, p90: 5 days}", "s: {mean: 3 days, sd: 4 days}") == {
        "s": {"mean": "3 days", "sd": "4 days"}
    }


def test_a_table_by_group_is_one_value() -> None:
    assert laid("s: {by: age, 0-17: 1%, otherwise: 2%}", "s: {by: acuity, 1: 9%, otherwise: 1%}") == {
        "s": {"by": "acuity", "1": "9%", "otherwise": "1%"}
    }


def test_hours_by_kind_of_day_are_one_value() -> None:
    assert laid("h: {weekday: always, weekend: never}", "h: {weekday: never}") == {"h": {"weekday": "never"}}


def test_the_new_value_remembers_the_old() -> None:
    merged = merge(tree("a: {b: 1}"), tree("a: {b: 2}", "b.yaml"), [])
    node = find(merged, ("a", "b"))
    assert (node.document.name, node.replaced.value, node.replaced.document.name) == ("b.yaml", 1, "a.yaml")


def test_mistakes_in_directives_are_told() -> None:
    assert complaints("a: 1", "b: {remove: true}") == ["There is no b here to take away."]
    assert complaints("a: 1", "a: {remove: yes}") == ["remove takes only the word true."]
    assert complaints("a: [1]", "a: {append: 2}") == ["append takes a list: write append: [...]."]
    assert complaints("a: 1", "a: {append: [2]}") == ["append adds to a list, and this setting is not one."]


def expanded(text: str) -> object:
    problems: list[Problem] = []
    found = expand(tree(text), problems)
    assert problems == []
    return plain(found)


def test_an_entry_like_a_template_takes_it_over_and_wins() -> None:
    templates = "templates: {w: {beds: 3, stay: {mean: 1 day, sd: 1 day}}}\n"
    text = templates + "services: {a: {like: w, beds: 4}, b: {like: w}}"
    assert expanded(text) == {
        "services": {
            "a": {"beds": 4, "stay": {"mean": "1 day", "sd": "1 day"}},
            "b": {"beds": 3, "stay": {"mean": "1 day", "sd": "1 day"}},
        }
    }


def test_templates_can_be_like_templates() -> None:
    text = "templates: {w: {beds: 3, k: 1}, big: {like: w, beds: 9}}\nservices: {a: {like: big}}"
    assert expanded(text) == {"services": {"a": {"beds": 9, "k": 1}}}


def test_templates_serve_inside_entries_too() -> None:
    text = "templates: {r: {n: 1}}\nservices: {a: {rooms: {x: {like: r, c: 2}}, list: [{like: r}]}}"
    assert expanded(text) == {"services": {"a": {"rooms": {"x": {"n": 1, "c": 2}}, "list": [{"n": 1}]}}}


def test_an_entry_can_take_away_what_its_template_says() -> None:
    text = "templates: {w: {beds: 3, label: x}}\nservices: {a: {like: w, label: {remove: true}}}"
    assert expanded(text) == {"services": {"a": {"beds": 3}}}
