"""What the matrix is made of: the commands of each way, the cases, and what counts as a leak."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.lab.steering_cases import Kind, cases
from tests.lab.steering_ground import ROUTERS, steered_export
from tests.lab.steering_host import lines_of
from tests.lab.steering_matrix import Cell
from tests.lab.steering_report import Report
from tests.lab.steering_states import State
from tests.lab.steering_ways import Line, Way, host_commands, router_commands, steering
from tests.lab.topology import read_topology
from wanwatch.sim.export import load_export
from wanwatch.sim.store import Store

PAGE = Path(__file__).parents[2] / "docs" / "steering.md"


def line_of(router: str, family: int = 4) -> Line:
    topology = read_topology((ROUTERS / f"{router}.rsc").read_text(encoding="ascii"), clients=1)
    return next(each for each in lines_of(topology) if each.family == family)


def cell(**changed: object) -> Cell:
    fine = Cell(
        router="v7",
        state=State.HEALTHY,
        way=Way.ALIAS,
        kind="tcp",
        family=4,
        wan="wan1",
        outcome="answered",
        detail="",
        seen=("wan1",),
    )
    return replace(fine, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("router", ["v6", "v7"])
def test_the_router_takes_every_command_of_every_way(router: str) -> None:
    report = load_export(steered_export(router), Store())
    assert (report.unreadable, report.invalid) == ((), ())


@pytest.mark.parametrize("router", ["v6", "v7"])
def test_every_case_asks_an_address_of_its_own(router: str) -> None:
    asked = list(cases(line_of(router).topology))
    assert len({case.address for case in asked}) == len({case.id for case in asked}) == len(asked)


def test_only_routeros_7_steers_ipv6() -> None:
    assert {case.line.family for case in cases(line_of("v6").topology)} == {4}
    assert {case.line.family for case in cases(line_of("v7").topology)} == {4, 6}


@pytest.mark.parametrize("family", [4, 6])
def test_no_two_ways_tell_a_line_by_the_same(family: int) -> None:
    line = line_of("v7", family)
    assert len({steering(way, line) for way in Way}) == len(Way)


def test_what_another_provider_saw_is_a_leak_whatever_it_came_to() -> None:
    for seen in (("wan2",), ("wan1", "wan2")):
        for outcome in ("answered", "lost", "error"):
            leaked = cell(seen=seen, outcome=outcome)
            assert leaked.leaked
            assert len(Report([leaked]).problems()) == 1


def test_a_probe_that_its_own_provider_did_not_see_has_not_come_to_what_it_should() -> None:
    assert cell().is_as_expected
    assert not cell(seen=()).is_as_expected
    assert not cell(outcome="lost").is_as_expected
    assert cell(state=State.UNPLUGGED, outcome="lost", seen=()).is_as_expected
    assert not cell(state=State.UNPLUGGED, outcome="lost").is_as_expected


def test_a_host_without_its_part_must_not_lay_it_at_the_lines_door() -> None:
    assert not cell(state=State.HOST, outcome="lost").is_as_expected
    assert cell(state=State.HOST, outcome="error", seen=()).is_as_expected
    assert cell(state=State.HOST, way=Way.DSCP).is_as_expected


def test_what_befalls_one_line_is_nothing_to_another() -> None:
    assert cell(state=State.UNPLUGGED, wan="wan2", seen=("wan2",)).is_as_expected
    assert not cell(state=State.UNPLUGGED, wan="wan2", outcome="lost", seen=()).is_as_expected


@pytest.mark.parametrize("way", [way for way in Way if not way.is_mistake])
def test_the_page_shows_the_commands_that_the_laboratory_runs(way: Way) -> None:
    shown = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8").replace("\\\n", " "))
    for line in (line_of("v7"), line_of("v7", 6)):
        if line.family == 6 and way is not Way.FWMARK:
            continue  # as with IPv4, but for the addresses
        for command in host_commands(way, line) + router_commands(way, line):
            assert command in shown


def test_the_pages_matrix_has_every_state_way_and_kind_and_no_leak_but_of_the_mistakes() -> None:
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in PAGE.read_text(encoding="utf-8").splitlines()
        if re.search(r" of (12|14|16|24) \|$", row)
    ]
    assert {row[0] for row in rows} >= set(State)
    assert {row[0].partition(", IPv")[0] for row in rows} >= set(Kind)
    mistakes = sum(way.is_mistake for way in Way)
    for row in rows:
        steered = row[-len(Way) : -mistakes]
        assert len(steered) == len(Way) - mistakes
        assert all(cell.startswith("0 of ") for cell in steered)
    assert any(not cell.startswith("0 of ") for row in rows for cell in row[-mistakes:])
