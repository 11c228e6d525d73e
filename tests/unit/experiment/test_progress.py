"""Telling how far a run is."""

import io

import pytest

from flowsim.experiment.progress import Clock, Lines, Live, Silent, in_words, progress


def test_plain_lines_say_where_it_begins_and_ends() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every=1000)
    lines.start("baseline", 2, 4)
    lines.advance(3, 4)
    lines.advance(4, 4)
    lines.stop()
    assert stream.getvalue() == "baseline: 4 replications, 2 already done\nbaseline: 4 of 4 done\n"


def test_plain_lines_give_the_time_left() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every=0)
    lines.start("baseline", 0, 4)
    lines.advance(1, 4)
    assert stream.getvalue().splitlines()[1] == "baseline: 1 of 4 done, about 1 s left"


def test_plain_lines_without_a_known_number() -> None:
    stream = io.StringIO()
    lines = Lines(stream, every=0)
    lines.start("baseline", 0, None)
    lines.advance(1, None)
    assert stream.getvalue() == "baseline: until precise enough\nbaseline: 1 done\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_live_line_which_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    live = progress(stream=terminal)
    assert isinstance(live, Live)
    live.start("baseline", 0, 2)
    live.advance(1, 2)
    live.advance(2, 2)
    live.stop()
    live.stop()
    assert "baseline" in terminal.getvalue()
    assert "\x1b[3" not in terminal.getvalue(), "NO_COLOR is respected"


def test_a_pipe_gets_lines_and_quiet_gets_nothing() -> None:
    assert isinstance(progress(stream=io.StringIO()), Lines)
    assert isinstance(progress(quiet=True), Silent)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (42, "42 s"), (150, "2 min"), (3600, "60 min"), (7800, "2 h 10 min")]
)
def test_times_are_told_to_the_precision_people_use(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_the_time_left_is_not_guessed_before_anything_is_done() -> None:
    clock = Clock(3)
    assert clock.left(3, 10) == ""
    assert clock.left(4, None) == ""
    assert clock.left(10, 10) == ""
