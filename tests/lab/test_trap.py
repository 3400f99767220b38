"""The trap that steering is there for, and the cure beside it, on real packets."""

from collections.abc import Iterator

import pytest

from tests.lab.steering_ground import Ground, ground, steered_export
from tests.lab.steering_pinned import Pinned, pinned
from tests.lab.steering_trap import outage, unplugged
from tests.lab.steering_ways import Way

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(steered_export("v7"), tmp_path_factory.mktemp("trap")) as built:
        yield built


def test_probes_through_the_clients_table_see_a_dead_line_come_back_again_and_again(
    made: Ground,
) -> None:
    found = outage(made, Way.PRODUCTION)
    assert found.false_recoveries >= 3
    assert found.answered >= 5 * found.false_recoveries


def test_probes_through_a_table_of_their_own_see_one_outage(made: Ground) -> None:
    found = outage(made, Way.ALIAS)
    assert (found.transitions, found.false_recoveries, found.answered) == (2, 0, 0)
    assert found.state_at_end == "up"


def test_probes_of_an_unplugged_line_leave_by_another_where_nothing_stops_them(
    made: Ground,
) -> None:
    found = unplugged(made, Way.OPEN)
    assert found.by_another_line == found.answered == found.probes


def test_a_blackhole_stops_the_probes_of_an_unplugged_line(made: Ground) -> None:
    found = unplugged(made, Way.ALIAS)
    assert (found.by_another_line, found.answered) == (0, 0)


@pytest.fixture(scope="module")
def by_ids(made: Ground) -> dict[tuple[str, str], Pinned]:
    return {(each.translation, each.ids): each for each in pinned(made, ("src-nat",))}


def test_one_id_for_all_probes_stays_with_the_translation_of_a_leak(
    by_ids: dict[tuple[str, str], Pinned],
) -> None:
    found = by_ids["src-nat", "constant"]
    assert found.leaked > 0
    assert (found.answered, found.probes > 10) == (0, True)


def test_an_id_for_each_probe_is_answered_as_soon_as_the_line_is_back(
    by_ids: dict[tuple[str, str], Pinned],
) -> None:
    found = by_ids["src-nat", "fresh"]
    assert found.leaked > 0
    assert found.answered >= found.probes - 2
