"""What ``flowsim trace`` tells and refuses."""

from pathlib import Path

import pytest

from commands import Command
from short_hospital import results_folder

FEW = ("services.ward.beds=205", "name=few-beds")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the command is called from, with a finished run."""
    monkeypatch.chdir(tmp_path)
    results_folder(tmp_path / "results")
    return tmp_path


call = Command("trace", narrow=True)
fine, answered, refused = call.fine, call.answered, call.refused


def test_without_a_choice_patients_worth_following_are_listed(folder: Path) -> None:
    text = fine("one-hospital")
    listed = answered("one-hospital")["patients"]
    assert len(listed) == 10
    assert all(each["patient"] in text for each in listed)
    delays = [each["waiting_minutes"] + each["held_minutes"] for each in listed]
    assert delays == sorted(delays, reverse=True)
    last = text.splitlines()[-1]
    assert last == f"Follow one: flowsim trace one-hospital --patient {listed[0]['patient']}"
    assert fine(*last.removeprefix("Follow one: flowsim trace ").split()).startswith("Patient ")


def test_a_patient_is_named_by_the_number_or_its_beginning(folder: Path) -> None:
    number = answered("one-hospital")["patients"][3]["patient"]
    whole = fine("one-hospital", "--patient", number)
    assert whole.startswith(f"Patient {number} in one-hospital, replication 1")
    assert fine("one-hospital", "--patient", number[:10]) == whole


def test_the_longest_wait_is_the_first_of_the_list(folder: Path) -> None:
    first = answered("one-hospital")["patients"][0]["patient"]
    assert fine("one-hospital", "--longest-wait") == fine("one-hospital", "--patient", first)


def test_conditions_hold_for_whoever_is_chosen(folder: Path) -> None:
    like = "route=ambulance, age=85+, handover_minutes > 5"
    for choice in (["--longest-wait"], ["--random", "3"]):
        who = answered("one-hospital", *choice, "--like", like)["stories"][0]["who"]
        assert (who["route"], who["age"]) == ("ambulance", "85+")
    assert all(each["age"] == "85+" for each in answered("one-hospital", "--like", like)["patients"])


def test_a_seed_gives_the_same_patient_again(folder: Path) -> None:
    assert fine("one-hospital", "--random", "5") == fine("one-hospital", "--random", "5")
    several = {fine("one-hospital", "--random", str(seed)).splitlines()[0] for seed in range(4)}
    assert len(several) > 1


def test_another_replication_has_other_patients(folder: Path) -> None:
    number = answered("one-hospital", "--replication", "2")["patients"][0]["patient"]
    assert "replication 2" in fine("one-hospital", "--patient", number, "--replication", "2")


def test_the_story_in_json_says_what_the_text_says(folder: Path) -> None:
    content = answered("one-hospital", "--longest-wait")
    (story,) = content["stories"]
    text = " ".join(fine("one-hospital", "--longest-wait").split())
    assert story["patient"] in text
    assert story["ended"] in text
    assert story["steps"]
    assert content["runs"][0]["name"] == "one-hospital"


def test_the_same_patient_in_two_runs(folder: Path) -> None:
    results_folder(folder / "results", *FEW)
    text = fine("few-beds", "--longest-wait", "--in", "one-hospital")
    assert "in few-beds and in one-hospital" in " ".join(text.split())
    assert "Held in a place after care" in text
    content = answered("few-beds", "--longest-wait", "--in", "one-hospital")
    base, other = content["stories"]
    assert base["patient"] == other["patient"]
    assert base["steps"][0]["time"] == other["steps"][0]["time"]
    shown = [row["base_minute"] for row in content["side_by_side"] if row["base_minute"] is not None]
    assert shown == [step["minute"] for step in base["steps"]]


def test_a_patient_who_comes_in_one_run_alone_is_told(folder: Path) -> None:
    results_folder(folder / "results", "demand.walk_in.per_day={multiply: 1.3}", "name=more-people", kept=())
    people = {each["patient"] for each in answered("more-people", "--like", "demand=walk_in")["patients"]}
    for seed in range(30):
        number = answered("more-people", "--random", str(seed), "--like", "demand=walk_in")["stories"][0][
            "patient"
        ]
        result = call("more-people", "--patient", number, "--in", "one-hospital")
        assert result.exit_code == 0
        if "does not come in one-hospital" in result.stderr:
            assert result.stdout.startswith(f"Patient {number} in more-people")
            return
    pytest.fail(f"every patient comes in both, such as {people}")


def test_a_run_without_visits_has_one_replication_simulated_again_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    results_folder(tmp_path / "results", kept=())
    first = call("one-hospital", "--longest-wait")
    assert first.exit_code == 0, first.output
    assert "simulating replication 1 again" in first.stderr
    second = call("one-hospital", "--longest-wait")
    assert second.stderr == ""
    assert second.stdout == first.stdout
    kept = results_folder(tmp_path / "kept")
    assert call("one-hospital", "--longest-wait", "--results", str(kept)).stdout == first.stdout


def test_a_scenario_file_is_run_as_far_as_needed(folder: Path) -> None:
    small = Path(__file__).parent / "small.yaml"
    (folder / "small.yaml").write_text(small.read_text(encoding="utf-8"), encoding="utf-8")
    result = call("small.yaml", "--random", "1", "-q")
    assert result.exit_code == 0, result.output
    assert "Patient " in result.stdout
    assert result.stderr == ""


# -- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "No finished run is called nowhere"),
        (["one-hospitel"], "Did you mean one-hospital?"),
        (["nowhere.yaml"], "There is no file nowhere.yaml."),
        (["one-hospital", "--patient", "x"], "x names no patient."),
        (["one-hospital", "--patient", "123456789"], "No patient 123456789 comes in replication 1"),
        (["one-hospital", "--patient", "1234567", "--longest-wait"], "each choose a patient"),
        (["one-hospital", "--longest-wait", "--random", "0"], "each choose a patient"),
        (["one-hospital", "--replication", "3"], "one-hospital has no replication 3. Allowed: 1 to 2"),
        (["one-hospital", "--like", "agee=3"], "Patients have no agee."),
        (["one-hospital", "--like", "held_minutes > 90000"], "No patient of replication 1 is like this"),
    ],
)
def test_what_cannot_be_followed_is_told(folder: Path, arguments: list[str], told: str) -> None:
    assert told in refused(*arguments)


def test_a_run_of_other_patients_is_no_pair(folder: Path) -> None:
    results_folder(folder / "results", "seed=1", "name=other-luck", kept=())
    assert "seed" in refused("one-hospital", "--longest-wait", "--in", "other-luck")


def test_a_run_without_its_table_of_patients_says_so(folder: Path) -> None:
    for path in folder.glob("results/*/*/replications/*/people.parquet"):
        path.unlink()
    assert "kept no people" in refused("one-hospital")
