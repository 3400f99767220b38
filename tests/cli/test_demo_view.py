"""What the demo shows of a moment, in lines and as a picture."""

from io import StringIO

import pytest
from rich.console import Console

from tests.cli.demo_scene import document, frame, status, wan
from wanwatch.cli.demo_frame import (
    Frame,
    bucket_parts,
    counted,
    in_milliseconds,
    percent,
    routes_by_table,
)
from wanwatch.cli.demo_plain import PlainTeller, bucket_line, route_lines, timeline_lines, wan_lines
from wanwatch.cli.demo_status import read_status
from wanwatch.cli.demo_view import LiveTeller, picture
from wanwatch.sim.clients import Counts


def drawn(shown: Frame, height: int, width: int = 120) -> list[str]:
    out = StringIO()
    Console(file=out, width=width, height=height, color_system=None).print(picture(shown, height))
    return out.getvalue().splitlines()


def test_a_bucket_that_is_shared_shows_its_parts() -> None:
    assert bucket_parts(status()) == [["cable"], ["cable"], ["cable", "lte"], ["lte"]]
    assert bucket_line(status()) == "C C CL L"


def test_a_part_without_a_rule_has_no_owner() -> None:
    found = read_status(document(wans=[wan("cable", "2/0"), wan("lte", "4/1")]))
    assert bucket_parts(found) == [["cable"], ["lte", ""]]
    assert bucket_line(found) == "C L?"


def test_no_rules_are_no_buckets() -> None:
    assert bucket_parts(read_status(document(wans=[wan("cable")]))) == []


def test_routes_stand_in_their_tables_by_distance() -> None:
    assert routes_by_table(status()) == {
        "to-fibre": [(1, "fibre", "disabled"), (2, "cable", "active")],
        "main": [(2, "cable", "inactive")],
    }
    assert list(route_lines(status()))[1:] == ["  to-fibre  -fibre  *cable", "  main       cable"]


def test_figures_that_are_not_known_are_dashes() -> None:
    assert (percent(None), in_milliseconds(None), counted(None)) == ("-", "-", "-")
    assert (percent(0.125), in_milliseconds(0.0123)) == ("12 %", "12.3 ms")
    assert counted(Counts(open=3)) == "3 open"
    assert counted(Counts(open=3, hung=1)) == "3 open, 1 hang"


def test_the_table_tells_state_share_quality_targets_and_connections() -> None:
    _, fibre, cable, _ = wan_lines(frame())
    assert fibre.split()[:4] == ["fibre", "down", "." * 20, "0"]
    assert "50 %" in fibre
    assert "x?" in fibre
    assert fibre.endswith("0 open  hold-down 2.5 s")
    assert cable.split()[2] == "#" * 12 + "." * 8
    assert cable.endswith("30 open, 2 hang")


def test_the_timeline_counts_milliseconds_from_its_first_moment() -> None:
    assert list(timeline_lines(frame().failover)) == ["      0.0 ms  * cut", "    900.0 ms    DOWN"]
    assert list(timeline_lines([])) == []


def test_lines_are_said_once() -> None:
    said: list[str] = []
    teller = PlainTeller(said.append)
    teller.chapter("All is well")
    teller.show(frame())
    first = len(said)
    teller.show(frame())
    assert said[:4] == [
        "",
        "[1] All is well",
        "    7.500 s  fibre is down",
        "    7.500 s  cable is up",
    ]
    assert said[first - 1] == "  API  /ip/route/set =.id=*19 =disabled=yes"
    assert len(said) == first


def test_a_roomy_terminal_shows_everything() -> None:
    text = "\n".join(drawn(frame(), 45))
    for part in (
        *(
            "fibre is cut",
            "DOWN",
            "62 %",
            "hold-down 2.5 s",
            "30 open, 2 hang",
            "buckets",
            "to-fibre",
        ),
        *("API sentences that changed the router: 20", "=.id=*19", "=.id=*8", "900.0 ms"),
    ):
        assert part in text
    assert "=.id=*7 " not in text


@pytest.mark.parametrize("height", [24, 30])
def test_a_small_terminal_holds_the_picture(height: int) -> None:
    lines = drawn(frame(), height, width=100)
    assert len(lines) <= height
    assert "routes" not in "\n".join(lines)
    assert "900.0 ms" in "\n".join(lines)


def test_before_the_daemon_answers_the_picture_says_so() -> None:
    assert "the daemon starts" in "\n".join(drawn(Frame("All lines are up", 0.5), 45))


def test_the_live_picture_leaves_titles_timelines_and_sentences_behind() -> None:
    out = StringIO()
    console = Console(file=out, width=120, height=45, force_terminal=True)
    with LiveTeller(console) as teller:
        teller.chapter("fibre is cut")
        teller.show(frame())
        teller.picture(frame())
        teller.say("All is well again.")
    kept = out.getvalue()
    for text in ("fibre is cut", "900.0 ms", "All is well again.", "buckets"):
        assert text in kept
