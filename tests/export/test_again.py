"""Simulating one replication of a finished run again, to see its visits."""

import shutil
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.errors import InputError
from flowsim.experiment.again import has_visits, scenario_of_run, see_visits
from flowsim.store.journal import Journal
from short_hospital import FILE, SHORT, finished, scenario


def test_it_is_the_same_replication_to_the_last_digit(tmp_path: Path) -> None:
    kept, without = finished(tmp_path / "a"), finished(tmp_path / "b", kept=())
    assert not has_visits(without, 1)
    see_visits(without, 1)
    assert has_visits(without, 1)
    assert not has_visits(without, 2)
    for name in ("patients", "visits", "people", "measures"):
        one, other = (results.path_of(name, 1).read_bytes() for results in (kept, without))
        assert one == other


def test_the_run_stays_what_it_was(tmp_path: Path) -> None:
    results = finished(tmp_path, kept=())
    digest, record = results.digest, results.records[0]
    see_visits(results, 1)
    again = type(results).open(results.path)
    assert again.digest == digest
    assert again.records[0].cpu_seconds == record.cpu_seconds
    assert set(again.records[0].files) == {*record.files, "patients.parquet", "visits.parquet"}


def test_a_scenario_changed_in_python_is_found_through_its_resolved_settings(tmp_path: Path) -> None:
    plan = scenario().change({"services.ward.beds": fs.add(7)}, name="seven-more")
    results = fs.run(plan, replications=1, jobs=1, root=tmp_path)
    assert scenario_of_run(results).digest == plan.digest
    see_visits(results, 1)
    assert Journal.read(results, 1).size > 1000


def test_settings_from_the_command_line_are_found_too(tmp_path: Path) -> None:
    assert scenario_of_run(finished(tmp_path, kept=())).warm_up == 3 * 1440.0
    assert SHORT[0] == "time.warm_up=3 days"


def test_files_that_have_changed_are_told_with_the_command(tmp_path: Path) -> None:
    home = tmp_path / "scenarios"
    shutil.copytree(FILE.parent / "kent-medway" / "profiles", home / "kent-medway" / "profiles")
    for name in ("one-hospital.yaml", "one-hospital.evidence.csv"):
        shutil.copy(FILE.parent / name, home)
    results = fs.run(fs.load(home / FILE.name).change({"time.horizon": "1 week", "time.warm_up": "1 day"}),
                     replications=1, jobs=1, root=tmp_path / "results")  # fmt: skip
    assert scenario_of_run(results).time.horizon == 7 * 1440.0
    for profile in (home / "kent-medway" / "profiles").glob("*.csv"):
        profile.unlink()
    with pytest.raises(InputError, match=r"cannot\s+be\s+repeated\s+exactly") as told:
        see_visits(results, 1)
    assert "--keep patients --keep visits" in str(told.value)
    shutil.rmtree(home)
    with pytest.raises(InputError, match=r"have\s+changed\s+or\s+are\s+gone"):
        see_visits(results, 1)
    assert not has_visits(results, 1)


def test_another_version_of_the_code_is_told(tmp_path: Path) -> None:
    results = finished(tmp_path, kept=())
    results.manifest.changed(code="another").write(results.path)
    with pytest.raises(InputError, match=r"another\s+version\s+of\s+flowsim"):
        see_visits(type(results).open(results.path), 1)


def test_a_replication_that_comes_out_otherwise_is_refused(tmp_path: Path) -> None:
    results = finished(tmp_path, kept=())
    path = results.path / "replications" / "rep-0001" / "record.json"
    digest = results.records[0].digest
    path.write_text(path.read_text(encoding="utf-8").replace(digest, "0" * len(digest)), encoding="utf-8")
    with pytest.raises(InputError, match=r"comes\s+out\s+otherwise"):
        see_visits(type(results).open(results.path), 1)
    assert not has_visits(results, 1)
