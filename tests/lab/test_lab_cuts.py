"""Other outages than a cut beyond the first hop, on real packets: all that a line can suffer.

As in ``test_lab_failover.py``, times are bounded generously.
"""

import pytest

from tests.lab.exports import MENDED, REFUSED, export_of
from tests.lab.failover import run_once
from tests.lab.faults import Cut
from tests.lab.scenario import Laboratory, Wish
from tests.lab.test_lab_failover import went_well
from tests.lab.watch import is_frozen

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("cut", [Cut.FIRST_HOP, Cut.ONE_WAY])
@pytest.mark.parametrize("name", ["v6-pppoe-both-addresses", "v7-two-interleaved"])
def test_a_line_that_is_silent_or_deaf_is_left_as_well(name: str, cut: Cut) -> None:
    went_well(run_once(Wish(export_of(name), cut=cut, profile="fast")))


def test_a_line_that_the_main_table_does_not_use_is_left_as_well() -> None:
    went_well(run_once(Wish(export_of("v6-four-lists"), wan="wan4", profile="fast")))


def test_a_lossy_line_gets_no_new_connections_and_keeps_the_living_ones() -> None:
    wish = Wish(export_of("v7-three-weighted"), cut=Cut.LOSS, loss=0.15, profile="fast")
    run = run_once(wish)
    assert run.problems == []
    assert run.phases.decided is not None
    assert [e for e in run.story.events if e.name == "connections.removed"] == []
    assert run.phases.told is None


def test_two_thousand_connections_are_cleared_of_a_dead_line_over_a_slow_api() -> None:
    run = run_once(Wish(export_of(MENDED), profile="fast", entries=2000, latency="5ms"))
    went_well(run)
    assert run.phases.removed > 500


def test_a_router_whose_rules_are_refused_is_left_alone_and_said_to_be() -> None:
    with Laboratory(Wish(export_of(REFUSED), profile="fast")) as laboratory:
        document = laboratory.unattended_outage("plan-blocked")
        assert is_frozen(document, "plan-blocked")
        assert "pcc-classifier-invalid" in {finding["code"] for finding in document["findings"]}
        assert [e.name for e in laboratory.watch.events() if e.name == "change.applied"] == []
