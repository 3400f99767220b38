"""The timeout follows what is measured, within its bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanwatch.core.health.rto import Rto


def after(*rtts: float) -> Rto:
    rto = Rto(shortest=0.2, longest=1.0)
    for rtt in rtts:
        rto.measured(rtt)
    return rto


def test_nothing_measured_is_waited_on_the_longest() -> None:
    assert after().timeout == 1.0


def test_a_steady_fast_line_is_waited_on_the_shortest() -> None:
    assert after(*[0.02] * 20).timeout == 0.2


def test_a_satellite_is_waited_on_longer_than_its_rtt() -> None:
    assert 0.6 < after(*[0.6, 0.62, 0.58] * 10).timeout < 0.9


def test_a_queue_that_grows_makes_the_timeout_grow() -> None:
    fast = after(*[0.02] * 20)
    before = fast.timeout
    fast.measured(0.5)
    assert fast.timeout > before


def test_it_shrinks_again() -> None:
    assert after(*[0.8] * 10, *[0.02] * 60).timeout == 0.2


@given(st.lists(st.floats(0, 100), max_size=50))
def test_it_never_leaves_its_bounds(rtts: list[float]) -> None:
    assert 0.2 <= after(*rtts).timeout <= 1.0


@pytest.mark.parametrize(("shortest", "longest"), [(0, 1), (2, 1), (-1, 1)])
def test_bounds_that_are_none_are_refused(shortest: float, longest: float) -> None:
    with pytest.raises(ValueError, match="timeouts from"):
        Rto(shortest=shortest, longest=longest)
