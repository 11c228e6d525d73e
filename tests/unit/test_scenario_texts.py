"""From the text of a file to a tree: what plain text means, where everything stands, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.errors import Problem
from flowsim.scenario.files import MOST_BYTES, Folder, root_of, shown
from flowsim.scenario.nodes import Document, Node, Note, find, plain
from flowsim.scenario.reading import MOST_DEPTH, MOST_NODES, read_tree
from flowsim.scenario.scalars import Bad, plus_sign, resolve
from flowsim.scenario.wording import sentence, words_of_error
from flowsim.scenario.writing import flow, written


def read(text: str) -> tuple[Node | None, list[Problem]]:
    return read_tree(text, Document("t.yaml", tuple(text.splitlines())))


def tree(text: str) -> Node:
    found, problems = read(text)
    assert problems == []
    assert found is not None
    return found


class TestScalars:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("Null", None),
            ("NULL", None),
            ("nUll", "nUll"),
            ("TRUE", True),
            ("True", True),
            ("tRUE", "tRUE"),
            ("FALSE", False),
            ("off", "off"),
            ("+5", 5),
            ("-0", 0),
            ("5.", 5.0),
            ("-.5e-1", -0.05),
            ("1E3", 1000.0),
            ("0xfF", 255),
            ("0o7", 7),
            ("0o8", "0o8"),
            ("0b1", "0b1"),
            ("1,000", "1,000"),
            ("1:30", "1:30"),
            ("2026-11-02", "2026-11-02"),
            (".", "."),
            ("-", "-"),
            ("e5", "e5"),
            ("1e", "1e"),
            ("9" * 40, int("9" * 40)),
        ],
    )
    def test_plain_text_by_the_core_schema(self, text: str, value: object) -> None:
        found = resolve(text)
        assert found == value
        assert type(found) is type(value)

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            (".nan", "Not-a-number (.nan) is not a number that a scenario can use."),
            (".NaN", "Not-a-number (.NaN) is not a number that a scenario can use."),
            (".inf", "Infinity (.inf) is not a number that a scenario can use."),
            ("-.INF", "Infinity (-.INF) is not a number that a scenario can use."),
            ("+.Inf", "Infinity (+.Inf) is not a number that a scenario can use."),
            ("1e999", "1e999 is too large to be a number."),
            ("-1e999", "-1e999 is too large to be a number."),
            ("9" * 41, "A number of 41 characters is too long to be meant."),
        ],
    )
    def test_a_number_of_no_use_says_why(self, text: str, why: str) -> None:
        found = resolve(text)
        assert isinstance(found, Bad)
        assert found.why == why

    @pytest.mark.parametrize("text", ["+24", "+2.5", "+.5", "+2 days", "+5%", "+ 3", "+14/day", "+1 hour"])
    def test_a_plus_before_a_quantity_is_seen(self, text: str) -> None:
        assert plus_sign(text)

    @pytest.mark.parametrize("text", ["+", "24+", "", "+a", "+44 1622 123456", "2 +3", "++3", "+3!"])
    def test_any_other_plus_is_text(self, text: str) -> None:
        assert not plus_sign(text)


SINGLE = st.one_of(
    st.text(max_size=20).filter(lambda text: not plus_sign(text)),  # +3 is refused wherever it stands
    st.integers(-(10**12), 10**12),
    st.booleans(),
    st.sampled_from(
        [
            "14:00",
            "no",
            "~",
            "null",
            "0x10",
            "1e3",
            ".5",
            "- a",
            "# b",
            "a: b",
            "'",
            '"',
            " x",
            "{a",
            "*b",
            "6 days",
        ]
    ),
)


class TestWriting:
    @given(SINGLE)
    def test_any_single_value_is_written_so_that_it_reads_back(self, value: object) -> None:
        text = written(value)
        assert "\n" not in text
        assert plain(tree(f"a: {text}")) == {"a": value}
        assert plain(tree(f"a: [{text}, 1]")) == {"a": [value, 1]}

    @given(
        st.recursive(
            SINGLE,
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
            ),
            max_leaves=8,
        )
    )
    def test_any_tree_is_written_on_one_line_so_that_it_reads_back(self, value: object) -> None:
        found, problems = read(f"top: {flow({'k': value})}")
        if problems:  # a key such as value or << has a meaning of its own
            assert any(word in flow(value) for word in ('"value"', '"<<"'))
            return
        assert found is not None
        assert plain(found) == {"top": {"k": value}}

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, '""'),
            (True, "true"),
            (False, "false"),
            (3, "3"),
            (3.0, "3"),
            (0.1 + 0.2, "0.3"),
            ("6 days", "6 days"),
            ("07:30", "07:30"),
            ("08:00-16:00=3", "08:00-16:00=3"),
            ("12", '"12"'),
            ("true", '"true"'),
            ("", '""'),
            ("a ", '"a "'),
            ("a, b", '"a, b"'),
            ("a: b", '"a: b"'),
            ("caf\u00e9", '"caf\u00e9"'),
            ("-5", '"-5"'),
        ],
    )
    def test_text_is_quoted_only_where_it_must_be(self, value: object, text: str) -> None:
        assert written(value) == text

    def test_groups_are_written_in_line(self) -> None:
        assert flow({"a": [1, "x", None], 5: {"b": True}}) == '{"a": [1, "x", ""], "5": {"b": true}}'
        assert flow(()) == "[]"
        assert flow({}) == "{}"


class TestPlaces:
    def test_keys_values_items_and_aliases_know_where_they_stand(self) -> None:
        root = tree("a:\n  - x\n  - {k: &v 5}\nb: *v\n'c d': |\n  two\n  lines\n")
        places = {}
        for path in (("a",), ("a", "0"), ("a", "1", "k"), ("b",), ("c d",)):
            node = find(root, path)
            assert node is not None
            places[path] = (node.line, node.column, node.key_line, node.key_column)
        assert places == {
            ("a",): (2, 3, 1, 1),
            ("a", "0"): (2, 5, 2, 5),
            ("a", "1", "k"): (3, 9, 3, 6),
            ("b",): (3, 9, 4, 1),
            ("c d",): (5, 8, 5, 1),
        }
        assert plain(root) == {"a": ["x", {"k": 5}], "b": 5, "c d": "two\nlines\n"}

    def test_an_alias_is_a_copy_of_its_own(self) -> None:
        root = tree("a: &x {n: 1}\nb: *x\n")
        assert find(root, ("a",)) is not find(root, ("b",))

    def test_a_value_with_its_source_stands_where_the_value_stands(self) -> None:
        root = tree("beds:\n  value: 24\n  source: KH03\n  grade: seen\n  note: n\n  low: 20\n  high: 30\n")
        node = find(root, ("beds",))
        assert node is not None
        assert (node.value, node.line, node.column, node.key_line) == (24, 2, 10, 1)
        assert node.note == Note("KH03", "seen", "n", 20, 30)

    def test_a_distribution_may_have_a_value_of_its_own(self) -> None:
        root = tree("stay: {distribution: constant, value: 2 days}")
        assert plain(root) == {"stay": {"distribution": "constant", "value": "2 days"}}


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "place", "path", "message", "hint"),
        [
            (
                "a: 1\na: 2\n",
                (2, 1),
                "a",
                "a is written twice in the same place; the first is on line 1.",
                "Keep one of them.",
            ),
            (
                "a:\n  b:\n",
                (2, 3),
                "a.b",
                "b has no value.",
                "Give a value; to take a setting of a lower layer away write {remove: true}.",
            ),
            (
                "a: [1, ~]\n",
                (1, 8),
                "a.1",
                "1 has no value.",
                "Give a value; to take a setting of a lower layer away write {remove: true}.",
            ),
            (
                "a: {b:3}\n",
                (1, 5),
                "a.b:3",
                "b:3 has no value.",
                "A colon needs a space after it: write name: value.",
            ),
            (
                "a: +24\n",
                (1, 4),
                "a",
                "A plus sign is easily lost, so +24 is not accepted.",
                "For 24 more write {add: 24} under change; for the value itself, 24.",
            ),
            (
                "a: '+2 days'\n",
                (1, 4),
                "a",
                "A plus sign is easily lost, so +2 days is not accepted.",
                "For 2 days more write {add: 2 days} under change; for the value itself, 2 days.",
            ),
            (
                "a: .inf\n",
                (1, 4),
                "a",
                "Infinity (.inf) is not a number that a scenario can use.",
                "Where there is no limit, write the word unlimited.",
            ),
            (
                "a: !!python/object:x 3\n",
                (1, 4),
                "a",
                "YAML tags such as !!python/object:x are not used in scenario files.",
                "Remove it, or put the text in quotes.",
            ),
            (
                "a: 1\n---\nb: 2\n",
                (2, 1),
                "",
                "A second YAML document starts here; a scenario file holds one.",
                "Remove the line ---, or use two files.",
            ),
            (
                "a: {<<: {b: 1}}\n",
                (1, 5),
                "a",
                "The YAML merge key << is not used in scenario files.",
                "Use templates, and like: NAME in each entry.",
            ),
            ("a: *b\n", (1, 4), "a", "The alias *b is not defined above this line.", ""),
            ("a: &b {c: *b}\n", (1, 11), "a.c", "The alias *b contains itself.", ""),
            (
                "a: {[1]: 2}\n",
                (1, 5),
                "a",
                "A name is expected here, not a list or a mapping.",
                "Text that starts with { or [ needs quotes.",
            ),
            ("a: {value: 3, sauce: x}\n", (1, 15), "a.sauce", "Unknown setting. Did you mean source?", ""),
            ("a: {value: 3, grade: sean}\n", (1, 22), "a.grade", "sean is not a grade.", ""),
        ],
    )
    def test_each_is_told_where_it_stands_and_what_to_do(
        self, text: str, place: tuple[int, int], path: str, message: str, hint: str
    ) -> None:
        _, problems = read(text)
        (problem,) = problems
        assert (problem.message, problem.hint, problem.path) == (message, hint, path)
        assert (problem.file, problem.line, problem.column) == ("t.yaml", *place)
        assert problem.source == text.splitlines()[place[0] - 1]

    def test_what_may_stand_beside_a_value_is_listed(self) -> None:
        (problem,) = read("a: {value: 3, colour: x}\n")[1]
        assert problem.message == "Unknown setting."
        assert problem.allowed == "with value: source, grade, note, low, high"
        (problem,) = read("a: {value: 3, grade: 2}\n")[1]
        assert (problem.message, problem.allowed) == ("2 is not a grade.", "seen, recalled, assumed")

    def test_of_two_settings_of_one_name_the_first_stays(self) -> None:
        found, problems = read("a: 1\na: {b: [2]}\nc: 3\n")
        assert found is not None
        assert plain(found) == {"a": 1, "c": 3}
        assert len(problems) == 1

    def test_about_may_be_filled_in_later(self) -> None:
        assert plain(tree("about: {question: , x: [~]}\n")) == {"about": {"question": None, "x": [None]}}

    def test_nesting_has_an_end(self) -> None:
        assert read("[" * MOST_DEPTH + "]" * MOST_DEPTH)[1] == []
        _, (problem,) = read("a: " + "[" * MOST_DEPTH + "]" * MOST_DEPTH)
        assert problem.message == f"The settings are nested more than {MOST_DEPTH} deep."
        assert (problem.path, problem.line, problem.column) == ("", 1, 3 + MOST_DEPTH)

    def test_repeats_are_counted_wherever_an_alias_is_used(self) -> None:
        ten = "[" + ", ".join(["*a0"] * 10) + "]"
        lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
        lines += [f"a{n}: &a{n} {ten.replace('a0', f'a{n - 1}')}" for n in range(1, 6)]
        found, problems = read("\n".join(lines))
        assert found is None
        message = f"The file unfolds to more than {MOST_NODES:,} values, most of them repeats of an alias."
        assert [problem.message for problem in problems] == [message]
        assert problems[0].hint == "Write it without aliases (*name)."
        assert problems[0].line == 6  # 111,110 values before it
        assert read("\n".join(lines[:5]))[1] == []

    def test_problems_met_before_the_end_are_told_too(self) -> None:
        found, problems = read("a: +1\nb: +2\nc: [1\n")
        assert found is None
        assert [problem.line for problem in problems] == [1, 2, 3]


class TestSyntax:
    @pytest.mark.parametrize(
        ("text", "line", "message", "hint"),
        [
            (
                "a: b: c\n",
                1,
                "A colon is not expected here.",
                "Put text that has a colon and a space in quotes, or check the indentation.",
            ),
            (
                "a: 'b\nc: 2\n",
                1,
                "A quotation mark is opened here and never closed.",
                "Close it on the same line.",
            ),
            ('a: "b\n', 1, "A quotation mark is opened here and never closed.", "Close it on the same line."),
            (
                "a: [1, 2\nb: 3\n",
                1,
                "A list opened with [ is not closed properly.",
                "Check for a missing comma or ].",
            ),
            (
                "x: 1\na: {b: 1\nc: 3\n",
                2,
                "A mapping opened with { is not closed properly.",
                "Check for a missing comma or }.",
            ),
            (
                "a:\n- 1\n2\n",
                3,
                "A name without a colon.",
                "Write name: value, with a space after the colon.",
            ),
            (
                "a:\n  - 1\n  b: 2\n",
                3,
                "This line does not line up with the list it belongs to.",
                "Items of a list start with - in the same column.",
            ),
            (
                "a:\n    b: 1\n  c: 2\n",
                3,
                "This line does not line up with the settings around it.",
                "Settings of one group start in the same column.",
            ),
            (
                "a: 1\nname\nb: 2\n",
                2,
                "A name without a colon.",
                "Write name: value, with a space after the colon.",
            ),
            ("a: %5\n", 1, "This character cannot start a value.", "Put the text in quotes."),
            ("a: @home\n", 1, "This character cannot start a value.", "Put the text in quotes."),
            (
                'a: "\\d"\n',
                1,
                "A backslash inside double quotes has a special meaning.",
                "Use single quotes, or write the backslash twice.",
            ),
            ("a:\n\tb: 1\n", 2, "The line is indented with a tab.", "Indent with spaces."),
            ("a:\n  b: 1\n  \tc: 1\n", 3, "The line is indented with a tab.", "Indent with spaces."),
            ("a: ]\n", 1, "A value is expected here.", "Check for a stray bracket or comma."),
            (
                "a: \x07\n",
                1,
                "The file contains a control character (U+0007) that does not belong in text.",
                "Delete it, or save the file again as plain text.",
            ),
            (
                "a: 1\nb: x\x00y\n",
                2,
                "The file contains a control character (U+0000) that does not belong in text.",
                "Delete it, or save the file again as plain text.",
            ),
        ],
    )
    def test_the_parser_speaks_in_a_planners_words(
        self, text: str, line: int, message: str, hint: str
    ) -> None:
        found, (problem,) = read(text)
        assert found is None
        assert (problem.message, problem.hint) == (message, hint)
        assert (problem.line, problem.source) == (line, text.split("\n")[line - 1].replace("\x07", "\x07"))

    def test_the_column_of_a_tab_and_of_a_control_character(self) -> None:
        assert read("a:\n  \tb: 1\n")[1][0].column == 3
        assert read("a: 1\nb: xy\x07\n")[1][0].column == 6


class TestFiles:
    def test_the_root_is_the_nearest_folder_called_scenarios(self, tmp_path: Path) -> None:
        deep = tmp_path / "scenarios" / "a" / "scenarios" / "b"
        deep.mkdir(parents=True)
        assert root_of(deep / "x.yaml") == deep.parent
        assert root_of(tmp_path / "scenarios" / "a" / "x.yaml") == tmp_path / "scenarios"
        assert root_of(tmp_path / "x.yaml") == tmp_path

    def test_a_path_is_shown_as_it_would_be_typed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert shown(tmp_path / "a" / "b.yaml") == "a/b.yaml"
        assert shown(Path("a") / ".." / "b.yaml") == "b.yaml"
        assert shown(tmp_path.parent / "c.yaml") == str(tmp_path.parent / "c.yaml")

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
        monkeypatch.chdir(tmp_path)
        return Folder(tmp_path)

    def told(self, folder: Folder, data: bytes) -> Problem:
        (folder.root / "x.yaml").write_bytes(data)
        assert folder.tree(folder.root / "x.yaml", "scenario") is None
        assert folder.broken
        (problem,) = folder.problems
        assert problem.file == "x.yaml"
        return problem

    @pytest.mark.parametrize("data", [b"", b"# only\n", b"{}", b"[]\n", b"~\n"])
    def test_an_empty_file_is_told_how_to_begin(self, folder: Folder, data: bytes) -> None:
        problem = self.told(folder, data)
        assert problem.message == "The file is empty."
        assert (
            problem.hint == "Start from flowsim new, or write at least flowsim: 1, time, services and demand."
        )
        assert problem.line == (1 if data else 0)

    @pytest.mark.parametrize(
        ("data", "found"), [(b"- a\n", "a list"), (b"text\n", "a single text"), (b"5\n", "a single text")]
    )
    def test_a_file_that_is_no_mapping(self, folder: Folder, data: bytes, found: str) -> None:
        problem = self.told(folder, data)
        assert problem.message == f"A scenario file is a mapping (name: value); this one holds {found}."
        assert (problem.line, problem.column) == (1, 1)

    def test_a_file_that_is_too_large(self, folder: Folder) -> None:
        problem = self.told(folder, b"#" * (MOST_BYTES + 60_000))
        assert problem.message == "x.yaml has 5.1 MB; a file of this kind may have 5 MB."
        assert problem.hint == "Is it the right file?"

    def test_a_file_of_the_largest_size_is_read(self, folder: Folder) -> None:
        (folder.root / "x.yaml").write_bytes(b"a: 1\n" + b"#" * (MOST_BYTES - 5))
        assert folder.tree(folder.root / "x.yaml", "scenario") is not None

    @pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
    def test_utf_16_is_named(self, folder: Folder, mark: bytes) -> None:
        problem = self.told(folder, mark + b"a\x00")
        assert problem.message == "The file is saved as UTF-16, which is not accepted."
        assert problem.hint == "Save it as UTF-8 (in Notepad: Save as, Encoding; in Excel: CSV UTF-8)."
        assert (problem.line, problem.column) == (1, 1)

    def test_a_foreign_byte_is_placed(self, folder: Folder) -> None:
        problem = self.told(folder, "a: 1\nb: é".encode() + b"\xe9 x\nc: 2\n")
        assert problem.message == "The file is not UTF-8: byte 0xe9 here does not belong to it."
        assert (problem.line, problem.column) == (2, 5)
        assert problem.source.endswith("\u00e9 x")

    def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(self, folder: Folder) -> None:
        (folder.root / "x.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
        found = folder.tree(folder.root / "x.yaml", "scenario")
        assert found is not None
        assert plain(found) == {"a": 1, "b": 2}
        assert found.document.lines == ("a: 1", "b: 2")

    def test_a_file_is_read_once(self, folder: Folder) -> None:
        (folder.root / "x.yaml").write_text("a: 1\n")
        first = folder.tree(folder.root / "x.yaml", "scenario")
        (folder.root / "x.yaml").write_text("a: 2\n")
        assert folder.tree(folder.root / "." / "x.yaml", "scenario") is first

    def test_a_file_that_is_not_there_names_those_that_look_like_it(self, folder: Folder) -> None:
        for name in ("winter.yaml", "winter.csv", "window.yaml"):
            (folder.root / name).write_text("a: 1\n")
        assert folder.tree(folder.root / "winte.yaml", "scenario") is None
        assert folder.tree(folder.root / "none" / "x.yaml", "scenario") is None
        assert folder.tree(folder.root / "zzz.yaml", "scenario") is None
        (folder.root / "packs").mkdir()
        assert folder.tree(folder.root / "packs", "scenario") is None
        (folder.root / "packs" / "flu.yaml").write_text("a: 1\n")
        assert Folder(folder.root, folder.problems).tree(folder.root / "packs", "scenario") is None
        assert [(problem.message, problem.hint) for problem in folder.problems] == [
            ("There is no file winte.yaml.", "Did you mean winter.yaml or window.yaml?"),
            ("There is no file none/x.yaml.", "There is no folder none either."),
            ("There is no file zzz.yaml.", ""),
            ("packs is a folder, not a file.", ""),
            ("packs is a folder, not a file.", "Choose a file in it: flu.yaml."),
        ]

    def test_eight_files_of_a_folder_and_three_near_names_are_enough(self, folder: Folder) -> None:
        for number in range(9):
            (folder.root / f"plan_{number}.yaml").write_text("a: 1\n")
        (folder.root / "notes.txt").write_text("")
        for path in (folder.root, folder.root / "plan"):
            assert Folder(folder.root, folder.problems).tree(path, "scenario") is None
        names = ", ".join(f"plan_{number}.yaml" for number in range(8))
        assert folder.problems[0].hint == f"Choose a file in it: {names}."
        assert folder.problems[1].message == "There is no file plan."
        near = r"Did you mean plan_\d\.yaml or plan_\d\.yaml or plan_\d\.yaml\?"
        assert folder.problems[1].hint == "" or re.fullmatch(near, folder.problems[1].hint)
        assert Folder(folder.root, folder.problems).tree(folder.root / "plan.yaml", "scenario") is None
        assert re.fullmatch(near, folder.problems[2].hint)

    def test_a_reference_stays_in_the_folder(self, folder: Folder) -> None:
        document = Document("scenarios/x.yaml", ("f: y",), str(folder.root / "sub" / "x.yaml"))
        inside = Node(" ../y.csv ", document, 1, 4)
        assert folder.refer(inside, ("f",)) == folder.root / "y.csv"
        assert folder.problems == []
        for value, message in (
            (
                "../../y.csv",
                f"../../y.csv lies outside the folder {folder.root.name}, which a scenario may not leave.",
            ),
            ("", "The name of a file is expected here."),
            (3, "The name of a file is expected here."),
        ):
            folder.problems.clear()
            assert folder.refer(inside.but(value=value), ("f",)) is None
            (problem,) = folder.problems
            assert (problem.message, problem.path, problem.line) == (message, "f", 1)
            if "outside" in message:
                assert problem.hint == f"Copy the file into {folder.root.name}."

    def test_a_link_that_leads_out_of_the_folder_is_outside(
        self, folder: Folder, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        outside = tmp_path_factory.mktemp("elsewhere") / "y.csv"
        outside.write_text("a\n")
        (folder.root / "y.csv").symlink_to(outside)
        assert folder.refer(Node("y.csv", Document("x", path=str(folder.root / "x.yaml"))), ("f",)) is None
        assert "lies outside" in folder.problems[0].message

    def test_a_table_is_kept_under_its_path_below_the_root(self, folder: Folder) -> None:
        (folder.root / "sub").mkdir()
        (folder.root / "sub" / "y.csv").write_text("\ufeffa,b\n")
        node = Node("y.csv", Document("x", path=str(folder.root / "sub" / "x.yaml")))
        assert folder.csv(node, ("f",)) == "sub/y.csv"
        assert folder.text_of("sub/y.csv") == "a,b\n"
        assert folder.csv(node.but(value="z.csv"), ("f",)) is None
        assert folder.problems[0].message == "There is no file sub/z.csv."
        with pytest.raises(ValueError, match=r"^the file sub/z.csv could not be read$"):
            folder.text_of("sub/z.csv")


class TestSentences:
    @pytest.mark.parametrize(
        ("text", "found", "expected"),
        [
            ("45 has no unit", 45, "45 has no unit."),
            ("a rota is a list", None, "A rota is a list."),
            ("a list is not a length", [1], "A list is not a length."),
            ("a few is not a rate", "a few", "a few is not a rate."),  # the planner's own words
            ("nothing, or more", None, "Nothing, or more."),
            ("ward is wrong. Did you mean wards?", "ward", "ward is wrong. Did you mean wards?"),
            ("  give mean and sd!  ", None, "Give mean and sd!"),
            ("given twice", None, "given twice."),
            ("this: wrong", None, "This: wrong."),
        ],
    )
    def test_a_complaint_becomes_a_sentence(self, text: str, found: object, expected: str) -> None:
        assert sentence(text, found) == expected

    def test_a_complaint_may_say_which_key_it_is_about(self) -> None:
        assert words_of_error(ValueError("to: a day: too early")) == ("to", "A day: too early.")


class TestValuesWithTheirSource:
    def test_a_part_of_a_mixture_may_be_a_plain_length(self) -> None:
        """Its value is that of a constant law, not a value with a source."""
        text = "stay: {parts: [{share: 30%, value: 10 min}, {share: 70%, mean: 2 days, sd: 1 day}]}"
        assert plain(tree(text)) == {
            "stay": {
                "parts": [
                    {"share": "30%", "value": "10 min"},
                    {"share": "70%", "mean": "2 days", "sd": "1 day"},
                ]
            }
        }

    def test_a_group_may_have_a_source_too(self) -> None:
        root = tree("a: {value: {b: {value: 1, note: n}, c: 2}, source: S}")
        assert plain(root) == {"a": {"b": 1, "c": 2}}
        group, inner = find(root, ("a",)), find(root, ("a", "b"))
        assert group is not None
        assert inner is not None
        assert (group.note, inner.note) == (Note("S"), Note(note="n"))
