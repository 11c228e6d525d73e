"""Every export of a handful of patients, compared with what was worked out on paper."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.hand_log import HandLog, winter
from flowsim.errors import InputError
from flowsim.store.exports import bupar, ocel, plain, vidigi, writing
from flowsim.store.exports.places import _lowest_free, held_from, numbered
from flowsim.store.folder import Record, RunFolder, pack
from flowsim.store.journal import Journal
from flowsim.store.results import Results
from flowsim.tables import Coded

Row = dict[str, str]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return winter().journal(tmp_path / "results")


def everybody(journal: Journal) -> np.ndarray[Any, Any]:
    return np.ones(journal.size, dtype=bool)


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# -- places ----------------------------------------------------------------------------------------------


def test_a_place_is_held_from_acceptance_or_from_the_start_of_care(journal: Journal) -> None:
    begins = held_from(journal)
    names = [journal.service.texts[code] for code in journal.service.codes.tolist()]
    told = [(name, None if np.isnan(minute) else minute) for name, minute in zip(names, begins, strict=True)]
    assert told == [
        ("calls", None),  # nobody holds anything on the telephone
        ("crews", 1506.0),
        ("ed", 1620.0),  # a space from the start of care
        ("ward", 1800.0),
        ("leave", None),
        ("ed", 1640.0),
        ("ed", None),  # left before care began
        ("ward", 0.0),
        ("leave", None),
        ("ed", 4300.0),
    ]


def test_numbers_are_the_lowest_that_are_free(journal: Journal) -> None:
    assert numbered(journal).tolist() == [0, 1, 1, 2, 0, 2, 0, 1, 0, 1]


@pytest.mark.parametrize(
    ("spans", "numbers"),
    [
        ([], []),
        ([(0, 5)], [1]),
        ([(0, 5), (5, 9)], [1, 1]),  # given up before it is taken, at the same minute
        ([(0, 5), (4, 9)], [1, 2]),
        ([(0, 5), (1, 9), (6, 7), (6, 8)], [1, 2, 1, 3]),
        ([(0, 9), (1, 3), (2, 4), (5, 6)], [1, 2, 3, 2]),  # the lowest, not the latest that came free
        ([(0, 0), (0, 0)], [1, 1]),
        ([(5, 3), (5, 6)], [1, 1]),  # an end before its beginning is an end at its beginning
        ([(0, float("inf")), (1, 2), (3, 4)], [1, 2, 2]),
    ],
)
def test_lowest_free(spans: list[tuple[float, float]], numbers: list[int]) -> None:
    assert _lowest_free([begin for begin, _ in spans], [end for _, end in spans]) == numbers


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=25))
def test_as_many_places_as_are_busy_at_once(spans: list[tuple[int, int]]) -> None:
    spans.sort()
    begins, ends = [float(begin) for begin, _ in spans], [float(begin + size) for begin, size in spans]
    most = max((sum(b <= t < e for b, e in zip(begins, ends, strict=True)) for t in range(100)), default=0)
    used = max(_lowest_free(begins, ends), default=0)
    assert used == most


def test_each_service_counts_its_own_places(tmp_path: Path) -> None:
    """The first service holds nothing; two others are full at the same time."""
    log = HandLog({"calls": "access", "a": "ward", "b": "ward"})
    for service in ("a", "b", "a", "b"):
        log.visit(log.patient(), service, arrived=10, accepted=10, started=10, finished=90, left=90)
    assert numbered(log.journal(tmp_path)).tolist() == [1, 1, 2, 2]


def test_a_run_to_which_nobody_came_can_be_exported(tmp_path: Path) -> None:
    log = HandLog()
    log.patient()
    journal = log.journal(tmp_path / "results")
    assert numbered(journal).tolist() == []
    nobody = everybody(journal)
    assert bupar.export(journal, nobody, tmp_path / "log.csv") == 0
    assert vidigi.export(journal, nobody, tmp_path) == 0
    assert ocel.export(journal, nobody, tmp_path / "log.json") == 0


# -- bupaR -----------------------------------------------------------------------------------------------


def spans_of(rows: list[Row]) -> list[tuple[str, str, str, str, str]]:
    """Return case, activity, start, end and resource of every activity, in order of instance."""
    each: dict[str, dict[str, Row]] = {}
    for row in rows:
        each.setdefault(row["activity_instance_id"], {})[row["lifecycle_id"]] = row
    return [
        (
            found["start"]["case_id"],
            found["start"]["activity"],
            found["start"]["timestamp"][5:16],
            found["complete"]["timestamp"][5:16],
            found["start"]["resource_id"],
        )
        for _, found in sorted(each.items(), key=lambda pair: int(pair[0]))
    ]


def test_bupar_tells_waiting_care_and_being_held_of_each_visit(journal: Journal, tmp_path: Path) -> None:
    count = bupar.export(journal, everybody(journal), tmp_path / "log.csv")
    rows = rows_of(tmp_path / "log.csv")
    assert count == len(rows) == 42
    assert spans_of(rows) == [
        ("1", "calls: waiting", "11-02T01:00", "11-02T01:01", "calls"),
        ("1", "crews: waiting", "11-02T01:06", "11-02T01:20", "crews"),
        ("1", "ed: waiting", "11-02T02:00", "11-02T03:00", "ed"),
        ("1", "ward: waiting", "11-02T04:20", "11-02T06:00", "ward"),
        ("1", "leave: waiting", "11-03T02:00", "11-03T03:00", "leave"),
        ("2", "ed: waiting", "11-02T02:40", "11-02T03:20", "ed"),
        ("3", "ed: waiting", "11-03T03:40", "11-03T05:20", "ed"),  # left before care began
        ("4", "leave: waiting", "11-02T09:20", "11-02T09:21", "leave"),
        ("5", "ed: waiting", "11-03T22:00", "11-03T23:40", "ed"),
        ("1", "calls: care", "11-02T01:01", "11-02T01:06", "calls"),
        ("1", "crews: care", "11-02T01:20", "11-02T02:00", "crews crew 1"),
        ("1", "ed: care", "11-02T03:00", "11-02T04:20", "ed space 1"),
        ("1", "ward: care", "11-02T06:00", "11-03T02:00", "ward bed 2"),
        ("1", "leave: care", "11-03T03:00", "11-03T04:00", "leave"),
        ("2", "ed: care", "11-02T03:20", "11-02T04:20", "ed space 2"),
        ("4", "ward: care", "11-01T00:00", "11-02T09:20", "ward bed 1"),
        ("4", "leave: care", "11-02T09:21", "11-02T09:30", "leave"),
        ("1", "crews: held", "11-02T02:00", "11-02T02:30", "crews crew 1"),
        ("1", "ed: held", "11-02T04:20", "11-02T06:00", "ed space 1"),
        ("1", "ward: held", "11-03T02:00", "11-03T04:00", "ward bed 2"),
        ("4", "ward: held", "11-02T09:20", "11-02T09:30", "ward bed 1"),
    ]


def test_bupar_has_the_patient_and_the_replication_in_each_row(journal: Journal, tmp_path: Path) -> None:
    bupar.export(journal, everybody(journal), tmp_path / "log.csv")
    rows = rows_of(tmp_path / "log.csv")
    assert list(rows[0]) == [
        "case_id", "activity", "activity_instance_id", "lifecycle_id", "timestamp", "resource_id",
        "age", "acuity", "stream", "route", "place", "replication", "patient",
    ]  # fmt: skip
    ann = [row for row in rows if row["case_id"] == "1"]
    assert {(row["age"], row["route"], row["patient"], row["replication"]) for row in ann} == {
        ("85+", "ambulance", "1000001", "1")
    }
    assert [row["lifecycle_id"] for row in rows] == ["start", "complete"] * 21
    assert [int(row["activity_instance_id"]) for row in rows[::2]] == list(range(1, 22))


def test_bupar_of_some_visits_keeps_numbers_of_places(journal: Journal, tmp_path: Path) -> None:
    wanted = journal.journey == 0
    bupar.export(journal, wanted, tmp_path / "log.csv")
    rows = rows_of(tmp_path / "log.csv")
    assert {row["case_id"] for row in rows} == {"1"}
    assert "ward bed 2" in {row["resource_id"] for row in rows}  # bed 1 was somebody's who is not shown


def test_bupar_in_small_pieces_is_the_same(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bupar.export(journal, everybody(journal), tmp_path / "whole.csv")
    monkeypatch.setattr(bupar, "PIECE", 2)
    bupar.export(journal, everybody(journal), tmp_path / "pieces.csv")
    assert (tmp_path / "whole.csv").read_bytes() == (tmp_path / "pieces.csv").read_bytes()


def test_bupar_of_nobody_is_a_heading(journal: Journal, tmp_path: Path) -> None:
    assert bupar.export(journal, ~everybody(journal), tmp_path / "log.csv") == 0
    assert (tmp_path / "log.csv").read_text(encoding="utf-8").count("\n") == 1


# -- vidigi ----------------------------------------------------------------------------------------------

EVENTS = [
    ("4", "arrival", 0, ""), ("4", "ward", 0, "1"),
    ("1", "arrival", 1500, ""), ("1", "calls_wait", 1500, ""), ("1", "crews", 1506, "1"),
    ("1", "ed_wait", 1560, ""), ("1", "crews_end", 1590, "1"),
    ("2", "arrival", 1600, ""), ("2", "ed_wait", 1600, ""), ("1", "ed", 1620, "1"), ("2", "ed", 1640, "2"),
    ("1", "ward_wait", 1700, ""), ("2", "ed_end", 1700, "2"), ("2", "depart", 1700, ""),
    ("1", "ed_end", 1800, "1"), ("1", "ward", 1800, "2"),
    ("4", "leave_wait", 2000, ""), ("4", "ward_end", 2010, "1"), ("4", "depart", 2010, ""),
    ("1", "leave_wait", 3000, ""), ("3", "arrival", 3100, ""), ("3", "ed_wait", 3100, ""),
    ("1", "ward_end", 3120, "2"), ("1", "depart", 3120, ""), ("3", "depart", 3200, ""),
    ("5", "arrival", 4200, ""), ("5", "ed_wait", 4200, ""), ("5", "ed", 4300, "1"),
]  # fmt: skip
TYPES = {"arrival": "arrival_departure", "depart": "arrival_departure"}


def test_vidigi_has_every_event_in_order_of_time(journal: Journal, tmp_path: Path) -> None:
    count = vidigi.export(journal, everybody(journal), tmp_path)
    rows = rows_of(tmp_path / vidigi.LOG)
    assert count == len(rows) == len(EVENTS)
    found = [(row["entity_id"], row["event"], int(float(row["time"])), row["resource_id"]) for row in rows]
    assert found == EVENTS
    for row in rows:
        name = row["event"]
        wanted = (
            "queue"
            if name.endswith("_wait")
            else "resource_use_end"
            if name.endswith("_end")
            else "resource_use"
        )
        assert row["event_type"] == TYPES.get(name, wanted)


def test_vidigi_rows_say_who_it_is_and_when_by_the_calendar(journal: Journal, tmp_path: Path) -> None:
    vidigi.export(journal, everybody(journal), tmp_path)
    row = rows_of(tmp_path / vidigi.LOG)[4]
    assert row == {
        "entity_id": "1", "pathway": "ambulance", "event_type": "resource_use", "event": "crews",
        "time": "1506", "resource_id": "1", "run_number": "1", "timestamp": "2026-11-02T01:06:00.000",
        "patient": "1000001",
    }  # fmt: skip


def test_vidigi_leaves_out_what_lies_after_the_end_of_the_run(tmp_path: Path) -> None:
    log = HandLog(horizon=1440.0)
    ann = log.patient()
    log.visit(ann, "ed", "home", arrived=100, accepted=100, started=2880, finished=2881, left=2881)
    journal = log.journal(tmp_path / "results")
    vidigi.export(journal, everybody(journal), tmp_path)
    assert [row["event"] for row in rows_of(tmp_path / vidigi.LOG)] == ["arrival", "ed_wait", "ed"]


def test_vidigi_draws_services_below_each_other(journal: Journal, tmp_path: Path) -> None:
    vidigi.export(journal, everybody(journal), tmp_path)
    rows = rows_of(tmp_path / vidigi.POSITIONS)
    places = {row["event"]: (int(row["x"]), int(row["y"]), row["label"]) for row in rows}
    assert places["arrival"] == (200, 0, "Arrival")
    assert places["calls_wait"] == (200, 100, "calls: waiting")
    assert places["ed_wait"] == (200, 300, "The department: waiting")
    assert places["ed"] == (600, 300, "The department")
    assert places["ed_end"] == (800, 300, "The department: done")
    assert places["leave"] == (600, 500, "Discharge team")
    assert places["depart"] == (1000, 600, "Left")
    assert len(rows) == 2 + 3 * 5


def test_vidigi_in_small_pieces_is_the_same(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("whole", "pieces"):
        (tmp_path / name).mkdir()
    vidigi.export(journal, everybody(journal), tmp_path / "whole")
    monkeypatch.setattr(vidigi, "PIECE", 3)
    vidigi.export(journal, everybody(journal), tmp_path / "pieces")
    assert (tmp_path / "whole" / vidigi.LOG).read_bytes() == (tmp_path / "pieces" / vidigi.LOG).read_bytes()


def test_vidigi_of_nobody_is_a_heading(journal: Journal, tmp_path: Path) -> None:
    assert vidigi.export(journal, ~everybody(journal), tmp_path) == 0
    assert rows_of(tmp_path / vidigi.LOG) == []


# -- OCEL ------------------------------------------------------------------------------------------------


def log_of(journal: Journal, path: Path) -> dict[str, Any]:
    count = ocel.export(journal, everybody(journal), path)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert count == len(found["events"])
    return found


def told(log: dict[str, Any], patient: int) -> list[tuple[str, str, list[str]]]:
    """Return minute of the day, type and everything but patient and service of a patient's events."""
    rows = []
    for event in log["events"]:
        related = {each["qualifier"]: each["objectId"] for each in event["relationships"]}
        if related.pop("patient") == f"patient:{patient}":
            related.pop("at")
            rows.append((event["time"][8:16], event["type"], [f"{q} {o}" for q, o in related.items()]))
    return rows


def test_ocel_tells_who_holds_what_from_the_call_to_the_way_home(journal: Journal, tmp_path: Path) -> None:
    log = log_of(journal, tmp_path / "log.json")
    assert len(log["events"]) == 52
    crew, space, bed = "crew:crews:1", "space:ed:1", "bed:ward:2"
    assert told(log, 1_000_001) == [
        ("02T01:00", "asks for access", []),
        ("02T01:00", "is taken on by access", []),
        ("02T01:01", "care begins in access", []),
        ("02T01:06", "care ends in access", []),
        ("02T01:06", "leaves access", []),
        ("02T01:06", "asks for ambulance", []),
        ("02T01:06", "is taken on by ambulance", [f"uses {crew}"]),
        ("02T01:20", "care begins in ambulance", [f"uses {crew}"]),
        ("02T02:00", "care ends in ambulance", [f"uses {crew}"]),
        ("02T02:00", "asks for emergency department", [f"holds meanwhile {crew}"]),
        ("02T02:30", "leaves ambulance", [f"uses {crew}"]),
        ("02T02:30", "is taken on by emergency department", [f"uses {space}", f"gives up {crew}"]),
        ("02T02:30", "is assessed by emergency department", [f"uses {space}"]),
        ("02T03:00", "care begins in emergency department", [f"uses {space}"]),
        ("02T04:20", "care ends in emergency department", [f"uses {space}"]),
        ("02T04:20", "asks for ward", [f"holds meanwhile {space}"]),
        ("02T06:00", "leaves emergency department", [f"uses {space}"]),
        ("02T06:00", "is taken on by ward", [f"uses {bed}", f"gives up {space}"]),
        ("02T06:00", "care begins in ward", [f"uses {bed}"]),
        ("03T02:00", "care ends in ward", [f"uses {bed}"]),
        ("03T02:00", "asks for discharge", [f"holds meanwhile {bed}"]),
        ("03T02:00", "is taken on by discharge", [f"gives up {bed}"]),
        ("03T03:00", "care begins in discharge", []),
        ("03T03:10", "is assessed by discharge", []),
        ("03T04:00", "leaves ward", [f"uses {bed}"]),
        ("03T04:00", "care ends in discharge", []),
        ("03T04:00", "leaves discharge", []),
    ]


def test_ocel_outcomes_stand_at_the_end_of_care_and_at_leaving(journal: Journal, tmp_path: Path) -> None:
    log = log_of(journal, tmp_path / "log.json")
    for event in log["events"]:
        ends = event["type"].startswith(("care ends", "leaves"))
        assert bool(event["attributes"]) == ends
    admitted = [e for e in log["events"] if e["attributes"] == [{"name": "outcome", "value": "admit"}]]
    assert [event["type"] for event in admitted] == [
        "care ends in emergency department", "leaves emergency department",
    ]  # fmt: skip


def test_ocel_objects_are_patients_services_and_places_in_use(journal: Journal, tmp_path: Path) -> None:
    log = log_of(journal, tmp_path / "log.json")
    objects = {each["id"]: each for each in log["objects"]}
    assert sorted(name for name, each in objects.items() if each["type"] not in ("patient", "service")) == [
        "bed:ward:1", "bed:ward:2", "crew:crews:1", "space:ed:1", "space:ed:2",
    ]  # fmt: skip
    assert objects["bed:ward:2"]["relationships"] == [{"objectId": "service:ward", "qualifier": "belongs to"}]
    assert objects["bed:ward:2"]["attributes"] == [
        {"name": "number", "time": "1970-01-01T00:00:00.000Z", "value": 2}
    ]
    ed = {each["name"]: each["value"] for each in objects["service:ed"]["attributes"]}
    assert ed == {"kind": "emergency department", "label": "The department"}
    ann = {each["name"]: each["value"] for each in objects["patient:1000001"]["attributes"]}
    assert ann == {"age": "85+", "acuity": "3", "stream": "medical", "route": "ambulance", "place": "east"}
    assert sum(each["type"] == "patient" for each in objects.values()) == 4


def test_ocel_leaves_out_what_is_not_known_of_a_patient(tmp_path: Path) -> None:
    log = HandLog()
    for acuity in ("", "2"):
        log.visit(log.patient(acuity=acuity), "ed", arrived=5)
    found = log_of(log.journal(tmp_path / "results"), tmp_path / "log.json")
    patients = [each["attributes"] for each in found["objects"] if each["type"] == "patient"]
    known = [{each["name"]: each["value"] for each in attributes}.get("acuity") for attributes in patients]
    assert known == [None, "2"]


def test_ocel_types_are_those_that_occur(journal: Journal, tmp_path: Path) -> None:
    log = log_of(journal, tmp_path / "log.json")
    assert [each["name"] for each in log["objectTypes"]] == ["patient", "service", "bed", "crew", "space"]
    kinds = ("access", "ambulance", "discharge", "emergency department", "ward")
    words = ("asks for", "is taken on by", "is assessed by", "care begins in", "care ends in", "leaves")
    assert [each["name"] for each in log["eventTypes"]] == [f"{w} {k}" for k in kinds for w in words]
    with_outcome = [each["name"].split()[0] for each in log["eventTypes"] if each["attributes"]]
    assert set(with_outcome) == {"care", "leaves"}
    assert len(with_outcome) == 2 * len(kinds)


def test_ocel_of_nobody_is_an_empty_log(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    assert ocel.export(journal, ~everybody(journal), path) == 0
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["events"] == []
    assert [each["type"] for each in found["objects"]] == ["service"] * 5


def test_ocel_in_small_pieces_is_the_same(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = log_of(journal, tmp_path / "whole.json")
    monkeypatch.setattr(ocel, "PIECE", 7)
    assert log_of(journal, tmp_path / "pieces.json") == whole
    assert [each["id"] for each in whole["events"]] == [f"event:{i}" for i in range(1, 53)]


def test_ocel_a_place_stays_held_past_a_service_that_turned_the_patient_away(tmp_path: Path) -> None:
    log = HandLog({"ed": "emergency_department", "a": "ward", "b": "ward", "vw": "virtual_ward"})
    ann = log.patient()
    log.visit(ann, "ed", "admit", arrived=0, accepted=0, started=1, finished=10, left=40)
    log.visit(ann, "a", "refused", "ed", arrived=10, finished=10, left=10)
    log.visit(ann, "vw", "refused", "a", arrived=10, left=20)
    log.visit(ann, "b", "ready", "vw", arrived=20, accepted=40, started=40, finished=60, left=60)
    journal = log.journal(tmp_path)
    assert ocel._Log(journal, everybody(journal)).held.tolist() == [-1, 0, 0, 0]


# -- words for writing -----------------------------------------------------------------------------------


def test_moments_are_to_the_millisecond() -> None:
    found = writing.moments(np.datetime64("2026-11-01", "ms"), np.array([0.0, 1.5, 0.000_01, 1440.0]))
    assert found.to_pylist() == [
        "2026-11-01T00:00:00.000", "2026-11-01T00:01:30.000", "2026-11-01T00:00:00.001",
        "2026-11-02T00:00:00.000",
    ]  # fmt: skip


def test_chosen_rows_keep_their_texts() -> None:
    some = writing.chosen(Coded(np.array([2, 0, -1]), ["a", "b", "c"]), np.array([0, 2, 0]))
    assert (some.codes.tolist(), some.texts) == ([2, -1, 2], ("a", "b", "c"))


def test_a_long_table_is_written_in_pieces_with_one_heading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = writing.as_table({"n": np.arange(10), "word": [f"w{i % 3}" for i in range(10)]})
    assert writing.write_csv(tmp_path / "whole.csv", [table]) == 10
    monkeypatch.setattr(writing, "ROWS", 3)
    assert writing.write_csv(tmp_path / "pieces.csv", [table]) == 10
    text = (tmp_path / "pieces.csv").read_text(encoding="utf-8")
    assert text == (tmp_path / "whole.csv").read_text(encoding="utf-8")
    assert text.splitlines()[:3] == ['"n","word"', '0,"w0"', '1,"w1"']


def test_no_tables_make_an_empty_file(tmp_path: Path) -> None:
    assert writing.write_csv(tmp_path / "none.csv", []) == 0
    assert (tmp_path / "none.csv").read_bytes() == b""


def test_a_folder_that_is_empty_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with writing.whole_folder(tmp_path / "out") as folder:
        (folder / "a").write_text("x", encoding="utf-8")
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [writing.MARK, "a"]
    assert "may replace this folder" in (tmp_path / "out" / writing.MARK).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "message", "hint"),
    [
        ("folder", "There is a folder of this name.", "Name a file."),
        ("", "There is no folder", "Make it first, or choose another."),
    ],
)
def test_a_file_that_cannot_be_written_says_why(tmp_path: Path, make: str, message: str, hint: str) -> None:
    path = tmp_path / "deep" / "a.csv"
    if make:
        path.mkdir(parents=True)
    with pytest.raises(InputError) as caught:
        writing.check_file(path)
    (problem,) = caught.value.problems
    assert problem.message.startswith(message)
    assert (problem.file, problem.hint) == (str(path), hint)


def test_a_table_of_a_run_has_its_replication_in_front(tmp_path: Path) -> None:
    results = winter().write(tmp_path / "results")
    rows = plain.export(results, [1], tmp_path)
    assert rows["visits"] == 10
    assert rows["patients"] == 4
    assert rows["measures"] == 1
    assert "people" not in rows
    assert list(rows_of(tmp_path / "visits.csv")[0])[:3] == ["replication", "patient", "service"]
    (summary,) = rows_of(tmp_path / "summary.csv")
    assert (summary["measure"], summary["level"], summary["mean"], summary["low_95"]) == (
        "attendances", "system", "1", "",
    )  # fmt: skip
    assert (summary["replications"], summary["unit"]) == ("1", "per day")


def test_a_table_that_one_replication_lacks_is_left_out(tmp_path: Path) -> None:
    results = winter().write(tmp_path / "results")
    folder = RunFolder(results.path)
    measures = {"measure": ["attendances"], "level": ["system"], "group": [""], "value": np.array([3.0])}
    folder.add(2, pack({"measures": measures}, Record(replication=2, digest="y")))
    folder.put_together([1, 2])
    results.manifest.changed(replications=2).write(results.path)
    rows = plain.export(Results.open(results.path), [1, 2], tmp_path)
    assert "visits" not in rows
    assert rows["measures"] == 2
    (summary,) = rows_of(tmp_path / "summary.csv")
    assert (summary["mean"], summary["replications"]) == ("2", "2")


def test_definitions_are_those_of_every_measure(tmp_path: Path) -> None:
    from flowsim.measures.catalogue import CATALOGUE

    plain.export(winter().write(tmp_path / "results"), [1], tmp_path)
    rows = {row["id"]: row for row in rows_of(tmp_path / "definitions.csv")}
    assert list(rows) == list(CATALOGUE)
    about = CATALOGUE["within_4_hours"]
    assert rows["within_4_hours"]["definition"] == about.definition
    assert rows["within_4_hours"]["better"] == "higher"
    assert all("None" not in row.values() for row in rows.values())
