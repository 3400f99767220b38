"""What clients write is what the runner reads."""

from io import StringIO

from tests.lab.records import Attempt, Tail


def test_a_record_is_read_as_it_was_written() -> None:
    written = [
        Attempt("dns", "", "10.0.0.2", 5.0, 5.5, "198.18.0.2"),
        Attempt("long", "long 1", "10.0.0.2", 0.0, None, "", "stopped", 3),
    ]
    assert Tail(StringIO("".join(a.line() for a in written))).read() == written


def test_half_a_line_waits_for_its_end() -> None:
    line = Attempt("tcp", "f", "10.0.0.2", 1.0, 1.5, "198.18.0.2").line()
    source = StringIO(line[:20])
    tail = Tail(source)
    assert tail.read() == []
    source.write(line[20:])
    source.seek(20)
    assert len(tail.read()) == 1


def test_an_attempt_has_a_duration_only_when_it_succeeded() -> None:
    assert Attempt("tcp", "f", "c", 1.0, 1.5, "s").duration == 0.5
    assert Attempt("tcp", "f", "c", 1.0, 1.5, "", "reset").duration is None
