"""The other opinion must be right too: chains against formulas, and both against sums done by hand."""

import numpy as np
import pytest

from flowsim.verify import chains, formulas
from flowsim.verify.chains import Line, Stage, answers, birth_and_death, explore


def test_two_states() -> None:
    """Up at rate 2 and down at rate 6: a quarter of the time up."""
    chain = explore("down", lambda state: [("up", 2.0)] if state == "down" else [("down", 6.0)])
    assert chain.states == ["down", "up"]
    assert chain.stationary() == pytest.approx([0.75, 0.25])
    assert chain.mean(len) == pytest.approx(0.75 * 4 + 0.25 * 2)


def test_two_states_over_time() -> None:
    """The chance of up climbs as (1 - exp(-8 t)) / 4."""
    chain = explore("down", lambda state: [("up", 2.0)] if state == "down" else [("down", 6.0)])
    assert chain.after(0.1)[1] == pytest.approx(0.25 * (1 - np.exp(-0.8)))
    assert chain.after(0.1, chain.after(0.1)) == pytest.approx(chain.after(0.2))


def test_a_chain_of_one_state() -> None:
    assert explore(0, lambda _: []).stationary() == pytest.approx([1.0])


def test_a_chain_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "MOST_STATES", 100)
    with pytest.raises(ValueError, match="more than 100 states"):
        explore(0, lambda n: [(n + 1, 1.0)])


def test_birth_and_death_is_erlang_b() -> None:
    chain = birth_and_death(lambda _: 2.0, float, 3)
    assert chain.stationary()[3] == pytest.approx(formulas.erlang_b(3, 2.0)) == pytest.approx(4 / 19)


@pytest.mark.parametrize(("units", "load"), [(1, 0.6), (2, 1.5), (6, 5.1)])
def test_a_line_of_one_station_with_much_room_is_erlang_c(units: int, load: float) -> None:
    exact = answers(Line((Stage(units, 1.0),), load, waiting=400))
    assert exact.waited == pytest.approx(formulas.erlang_c(units, load))
    assert exact.wait == pytest.approx(formulas.mean_wait(units, load, 1.0))
    assert exact.busy[0] == pytest.approx(load)


def test_erlang_c_by_hand() -> None:
    """M/M/2 at 75%: 9/14 wait, 9/7 of a service on average."""
    assert formulas.erlang_c(2, 1.5) == pytest.approx(9 / 14)
    assert formulas.mean_wait(2, 1.5, 1.0) == pytest.approx(9 / 7)
    assert formulas.waits_longer(1, 0.6, 1.0, 0.0) == pytest.approx(0.6)


def test_pollaczek_and_khinchine_agree_with_erlang() -> None:
    assert formulas.pollaczek_khinchine(0.6, 1.0, 1.0) == pytest.approx(formulas.mean_wait(1, 0.6, 1.0))
    assert formulas.pollaczek_khinchine(0.6, 1.0, 0.0) == pytest.approx(0.75)


def test_cobham_conserves_the_mean_wait() -> None:
    urgent, routine = formulas.cobham(2, (0.5, 1.0), 1.0)
    assert urgent < routine
    assert (0.5 * urgent + 1.0 * routine) / 1.5 == pytest.approx(formulas.mean_wait(2, 1.5, 1.0))
    assert formulas.cobham(3, (2.0,), 1.0) == pytest.approx([formulas.mean_wait(3, 2.0, 1.0)])


def test_one_room_and_one_bed_by_hand() -> None:
    """All rates 1, and five states: empty, room, bed, both, and both with the room blocked.

    Balance: empty = bed; room = empty + both; 2 bed = room + blocked; 2 both = bed; blocked = both. So both
    and blocked are 1, bed and empty 2, room 3, of 9.
    """
    line = Line((Stage(1, 1.0, onward=1.0), Stage(1, 1.0)), 1.0)
    chain = line.chain()
    shares = dict(zip(chain.states, chain.stationary(), strict=True))
    assert len(shares) == 5
    assert shares[0, 0, 0, 0, 0] == pytest.approx(2 / 9)
    assert shares[0, 1, 0, 0, 0] == pytest.approx(3 / 9)
    assert shares[0, 0, 0, 1, 0] == pytest.approx(2 / 9)
    assert shares[0, 1, 0, 1, 0] == pytest.approx(1 / 9)
    assert shares[0, 0, 1, 1, 0] == pytest.approx(1 / 9)
    exact = answers(line)
    assert exact.lost == pytest.approx(5 / 9)
    assert exact.held[0] == pytest.approx((1 / 9) / (4 / 9))


def test_what_enters_a_line_leaves_it() -> None:
    stages = (Stage(2, 4.0, onward=0.7), Stage(1, 6.0, onward=0.5), Stage(2, 9.0))
    exact = answers(Line(stages, 0.4, waiting=3, patience=5.0))
    entered = 0.4 * (1 - exact.lost - exact.gave_up)
    assert exact.throughput == pytest.approx((entered, 0.7 * entered, 0.35 * entered))
    assert exact.blocked[-1] == 0.0
