"""The names that `import flowsim` offers."""

import subprocess
import sys
from pathlib import Path

import pytest

import flowsim


def test_importing_flowsim_imports_nothing_heavy() -> None:
    heavy = "('numpy', 'pandas', 'pydantic', 'simpy')"
    code = f"import flowsim, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_public_names_are_these_and_no_others() -> None:
    names = ["load", "run", "compare", "report", "Scenario", "Results", "add", "multiply"]
    assert flowsim.__all__ == names
    assert dir(flowsim) == sorted(names)


@pytest.mark.parametrize("name", ["load", "run", "compare", "Scenario", "Results", "add", "multiply"])
def test_a_public_name_is_there_when_asked_for(name: str) -> None:
    assert getattr(flowsim, name).__doc__


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="simulate"):
        _ = flowsim.simulate


def test_a_plan_is_loaded_changed_and_run_in_a_few_lines(repository: Path, tmp_path: Path) -> None:
    base = flowsim.load(repository / "tests" / "cli" / "small.yaml")
    plan = base.change({"services.hot_clinic.staff": flowsim.add(1)}, name="one-more")
    a, b = flowsim.run([base, plan], replications=1, jobs=1, root=tmp_path)
    assert (a.name, b.name) == ("small", "one-more")
    assert a.digest != b.digest
    assert "hot_clinic" in b.scenario_text()
    frame = flowsim.compare(a, b).to_frame("wait_mean", by="service")
    assert frame.loc[0, "difference"] < 0
