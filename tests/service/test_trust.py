"""Our own trouble: what it is called, how long it lasts, and that it is said once."""

import pytest

from tests.service.test_router_watch import Desk
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Disturbance, DisturbanceKind
from wanwatch.probes.results import ErrorReason, ProbeError
from wanwatch.service.trust import Trust

T1 = Target.parse("192.0.2.9")


def trusting(desk: Desk) -> tuple[Trust, list[str]]:
    """A trust beside a desk, and what it was when it changed."""
    told: list[str] = []
    trust = Trust(desk.watcher, desk.clock, lambda: told.append(trust.reason()))
    return trust, told


@pytest.mark.parametrize("kind", DisturbanceKind)
def test_after_a_disturbance_it_rests_for_as_long_as_that_lasted(kind: DisturbanceKind) -> None:
    desk = Desk()
    trust, told = trusting(desk)
    trust.disturbed(Disturbance(kind, desk.now - 2.0, desk.now, -2.0))
    trust.look()
    assert (trust.reason(), trust.rest_left) == (kind.value, 2.0)
    desk.now += 1.9
    trust.look()
    assert trust.reason() == kind.value
    desk.now += 0.2
    trust.look()
    assert (trust.reason(), trust.rest_left) == ("", 0.0)
    assert told == []


def test_a_short_disturbance_does_not_end_a_long_rest() -> None:
    desk = Desk()
    trust, _ = trusting(desk)
    trust.disturbed(Disturbance(DisturbanceKind.SUSPEND, 0.0, desk.now, 8.0))
    trust.disturbed(Disturbance(DisturbanceKind.STALL, 0.0, desk.now, 0.3))
    assert (trust.reason(), trust.rest_left) == ("suspend", 8.0)


def test_a_lan_that_is_lost_comes_before_everything_else() -> None:
    desk = Desk()
    trust, _ = trusting(desk)
    desk.pass_by(5)
    desk.answers = {"a": False, "b": False}
    desk.pass_by(5)
    trust.disturbed(Disturbance(DisturbanceKind.STALL, 0.0, desk.now, 5.0))
    assert trust.reason() == "lan-lost"


def test_errors_through_every_line_are_said_and_through_one_are_not() -> None:
    desk = Desk()
    trust, told = trusting(desk)
    desk.answers = {}
    error = ProbeError(ErrorReason.LAN_UNREACHABLE, "is the LAN up?")
    for seq in range(8):
        for wan in ("a", "b"):
            if wan == "a" or seq > 0:
                desk.watcher.sent(wan, T1, seq, desk.now)
                desk.watcher.finished(wan, T1, seq, error, desk.now)
        desk.pass_by(1)
        trust.look()
        if desk.watcher.blind_causes() == ["lan-unreachable", ""]:
            assert trust.reason() == ""
    assert desk.watcher.blind_causes() == ["lan-unreachable", "lan-unreachable"]
    assert told == ["lan-lost"]
    assert trust.reason() == "lan-lost"
