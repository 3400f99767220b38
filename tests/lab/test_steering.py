"""Where probes leave, on real packets: each way, each kind, each family, whatever the tables are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.steering_cases import cases
from tests.lab.steering_command import ROUTERS
from tests.lab.steering_ground import ground, steered_export
from tests.lab.steering_matrix import Cell, observe
from tests.lab.steering_report import Report, every_state
from tests.lab.steering_states import WAN, State
from tests.lab.steering_ways import Way

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module", params=ROUTERS)
def cells(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Cell]:
    """Every probe in every state of one router."""
    router: str = request.param
    folder: Path = tmp_path_factory.mktemp(router)
    with ground(steered_export(router), folder) as made:
        told: Iterator[Cell] = observe(made, router, every_state(router), lambda _: None)
        found = list(told)
        assert len(found) == len(list(cases(made.topology))) * len(every_state(router))
    return found


def test_no_probe_of_a_line_leaves_by_another_whatever_the_tables_are(cells: list[Cell]) -> None:
    assert [cell for cell in cells if cell.leaked and not cell.way.is_mistake] == []


def test_every_probe_comes_to_what_is_true_of_its_line(cells: list[Cell]) -> None:
    assert Report(cells).problems() == []


def test_an_alias_in_the_table_of_the_clients_leaks_when_its_routes_are_taken(
    cells: list[Cell],
) -> None:
    of_line = [cell for cell in cells if cell.wan == WAN and cell.way is Way.PRODUCTION]
    for state in (State.PRODUCTION_OFF, State.FAILED_OVER):
        seen = [cell for cell in of_line if cell.state is state]
        # ICMP and the rest of IPv4 at least; IPv6's routes go as well where there are some.
        assert len(seen) >= 6
        assert all(cell.leaked and cell.outcome == "answered" for cell in seen)


def test_a_table_with_nothing_behind_its_route_leaks_when_the_interface_goes_down(
    cells: list[Cell],
) -> None:
    seen = [
        cell
        for cell in cells
        if (cell.wan, cell.way, cell.state) == (WAN, Way.OPEN, State.UNPLUGGED)
    ]
    assert len(seen) >= 6
    assert all(cell.leaked and cell.outcome == "answered" for cell in seen)
