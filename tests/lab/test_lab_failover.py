"""Outages on real packets: nobody healthy is touched, nobody hangs, everything is put back.

Times are bounded generously here: a busy machine is slow, not wrong. ``python -m tests.lab failover``
measures them.
"""

import pytest

from tests.lab.exports import export_of, working_routers
from tests.lab.failover import Run, run_once
from tests.lab.scenario import Wish

pytestmark = pytest.mark.lab


def went_well(run: Run) -> None:
    phases = run.phases
    assert run.problems == []
    assert phases.first_new is not None
    assert phases.first_new < 10
    assert phases.last_removed is not None
    assert phases.removed > 20
    assert phases.told_last is not None
    assert phases.calls_back_last is not None


@pytest.mark.parametrize("name", working_routers())
def test_clients_of_a_line_cut_beyond_its_first_hop_go_on_through_the_others(name: str) -> None:
    went_well(run_once(Wish(export_of(name))))
