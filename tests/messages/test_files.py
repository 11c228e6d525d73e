"""Files that are missing, broken or hostile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flowsim.errors import render
from flowsim.scenario import examine
from flowsim.scenario.files import MOST_BYTES

Says = Callable[..., str]


def about(path: str) -> str:
    return render(examine(path)[1])


def test_a_file_that_is_not_there(folder: Path) -> None:
    assert about("bse.yaml") == "bse.yaml\n   There is no file bse.yaml.\n   Did you mean base.yaml?"


def test_a_folder_in_place_of_a_file(folder: Path) -> None:
    (folder / "packs").mkdir()
    (folder / "packs" / "flu.yaml").write_text("seed: 1\n")
    assert about("packs") == "packs\n   packs is a folder, not a file.\n   Choose a file in it: flu.yaml."


def test_a_folder_that_is_not_there(folder: Path) -> None:
    assert about("plans/winter.yaml") == (
        "plans/winter.yaml\n   There is no file plans/winter.yaml.\n   There is no folder plans either."
    )


def test_a_huge_file_is_not_even_read(says: Says) -> None:
    assert says("# " + "x" * MOST_BYTES) == (
        "draft.yaml\n   draft.yaml has 5.0 MB; a file of this kind may have 5 MB.\n   Is it the right file?"
    )


def test_a_file_in_another_encoding(says: Says) -> None:
    assert says("flowsim: 1\ntitle: Caf\xe9\n".encode("cp1252")) == (
        "draft.yaml:2:11\n"
        "    2 | title: Café\n"
        "      |           ^\n"
        "   The file is not UTF-8: byte 0xe9 here does not belong to it.\n"
        "   Save it as UTF-8 (in Notepad: Save as, Encoding; in Excel: CSV UTF-8)."
    )


def test_a_file_as_windows_calls_unicode(says: Says) -> None:
    assert says("flowsim: 1\n".encode("utf-16")).splitlines()[1] == (
        "   The file is saved as UTF-16, which is not accepted."
    )


def test_a_byte_order_mark_does_no_harm(says: Says) -> None:
    assert says("\ufeffflowsim: 1\nextends: base.yaml\n".encode()) == ""


def test_windows_line_ends_do_no_harm(says: Says) -> None:
    assert says(b"flowsim: 1\r\nextends: base.yaml\r\nseed: 3\r\n") == ""
    assert says(b"flowsim: 1\r\nextends: base.yaml\r\nseed: -3\r\n").splitlines()[1] == "    3 | seed: -3"


def test_a_control_character(says: Says) -> None:
    assert says("flowsim: 1\ntitle: a\x07b\n") == (
        "draft.yaml:2:9\n"
        "    2 | title: a b\n"
        "      |         ^^\n"
        "   The file contains a control character (U+0007) that does not belong in text.\n"
        "   Delete it, or save the file again as plain text."
    )


def test_an_alias_bomb(says: Says) -> None:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "The file unfolds to more than 200,000 values" in says("\n".join(lines))


def test_deep_nesting(says: Says) -> None:
    assert "The settings are nested more than 50 deep." in says("a: " + "[" * 60_000)


def test_problems_of_several_files_come_in_order(says: Says) -> None:
    packs = {"b.yaml": "replications: 0\n", "a.yaml": "places: {north: {population: lots}}\n"}
    text = says("flowsim: 1\nextends: base.yaml\ninclude: [a.yaml, b.yaml]\nseed: -1\n", **packs)
    places = [line for line in text.splitlines() if line and not line.startswith(" ")]
    assert [place.split()[0] for place in places] == ["a.yaml:1:30", "b.yaml:1:15", "draft.yaml:4:7"]


def test_one_mistake_is_one_message(says: Says) -> None:
    text = says(
        "flowsim: 1\nextends: base.yaml\nservices: {medical_ward: {beds: .nan, turnaround: +3 min}}\n"
    )
    assert text.count("draft.yaml") == 2


def test_a_csv_file_in_another_encoding(says: Says, folder: Path) -> None:
    (folder / "profile.csv").write_bytes(b"hour_of_week,weight,\xe9\n")
    text = says("flowsim: 1\nextends: base.yaml\ndemand: {referrals: {profile: profile.csv}}\n")
    assert "profile.csv:1:21" in text
    assert "The file is not UTF-8" in text
