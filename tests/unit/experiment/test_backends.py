"""Where replications are worked out."""

from operator import neg

import pytest

from flowsim.errors import InputError
from flowsim.experiment import backends
from flowsim.experiment.backends import Backend, as_finished, choose


def test_one_job_or_one_task_needs_no_other_process() -> None:
    assert choose(None, 1, tasks=10).name == "serial"
    assert choose(None, 8, tasks=1).name == "serial"
    assert choose("serial", 8, tasks=10) == Backend()


def test_no_more_workers_than_tasks() -> None:
    assert choose(None, 8, tasks=3) == Backend("loky", 3)


def test_the_default_is_the_cores_of_this_machine_but_at_most_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "cores", lambda: 16)
    assert choose(None, None, tasks=30) == Backend("loky", 4)


def test_an_address_means_dask() -> None:
    assert choose(None, 2, tasks=9, address="tcp://a:1") == Backend("dask", 2, "tcp://a:1")
    assert not choose("dask", 2, tasks=9).shares_disk


def test_an_unknown_backend_gets_the_nearest_name() -> None:
    with pytest.raises(InputError, match="Did you mean dask"):
        choose("dasc", 2, tasks=9)


def test_tasks_are_taken_only_as_they_are_needed() -> None:
    taken: list[int] = []

    def tasks() -> object:
        for number in range(5):
            taken.append(number)
            yield number

    arriving = as_finished(neg, tasks(), Backend())  # type: ignore[arg-type]
    assert next(arriving) == 0
    assert taken == [0]
    assert list(arriving) == [-1, -2, -3, -4]
