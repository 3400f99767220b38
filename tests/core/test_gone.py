"""What the router says of a line: proof, evidence, and what is neither; and how it is judged."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.lines import Lines
from wanwatch.core.health.damping import DampingConfig
from wanwatch.core.health.gone import (
    GoneReason,
    active_routes,
    interfaces_down,
    remembered,
    routes_lost,
)
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.wan_health import HealthReason
from wanwatch.core.model import HealthState, WanSpec
from wanwatch.core.snapshot import Address, MangleRule, Route, Snapshot, Version

UP, DOWN, UNKNOWN = HealthState.UP, HealthState.DOWN, HealthState.UNKNOWN
SPECS = (WanSpec("a", "ether1"), WanSpec("b", "ether2"))
BOTH = {"fibre": ("a", "b"), "radio": ("a", "b")}


def a_rule(number: int) -> MangleRule:
    """A rule that routes a WAN's connections by its table."""
    properties = {
        "chain": "prerouting",
        "action": "mark-routing",
        "connection-mark": f"m{number}",
        "new-routing-mark": f"t{number}",
    }
    return MangleRule(f"*{number}", properties)


ROUTES = (
    Route("*A1", "0.0.0.0/0", ("192.0.2.1",), "t1", active=True),
    Route("*A2", "0.0.0.0/0", ("198.51.100.1",), "t1", distance=2),
    Route("*B1", "0.0.0.0/0", ("198.51.100.1",), "t2", active=True),
    Route("*M1", "0.0.0.0/0", ("192.0.2.1",), active=True),
)
ROUTER = Snapshot(
    Version(7, 20),
    routes=ROUTES,
    mangle=(a_rule(1), a_rule(2)),
    addresses=(Address("192.0.2.2/24", "ether1"), Address("198.51.100.2/24", "ether2")),
)
ACTIVE = {"a": frozenset({"*A1"}), "b": frozenset({"*B1"})}


def changed(**changes: object) -> Snapshot:
    """The router with the first route of WAN a as somebody or something changed it."""
    first = replace(ROUTES[0], **changes)  # type: ignore[arg-type]
    return replace(ROUTER, routes=(first, *ROUTES[1:]))


@given(st.dictionaries(st.sampled_from(["ether1", "ether2", "lan"]), st.booleans()))
def test_a_line_is_down_just_when_its_interface_is_listed_and_does_not_run(
    running: dict[str, bool],
) -> None:
    expected = {spec.name for spec in SPECS if running.get(spec.interface) is False}
    assert interfaces_down(SPECS, running) == expected


def test_the_routes_of_a_line_are_those_in_its_own_tables() -> None:
    assert active_routes(ROUTER, SPECS) == ACTIVE


def test_a_router_that_is_as_it_was_has_lost_nothing() -> None:
    assert routes_lost(ACTIVE, ROUTER, SPECS) == frozenset()
    assert routes_lost({}, changed(active=False), SPECS) == frozenset()


def test_a_route_that_ceased_to_be_active_is_lost() -> None:
    assert routes_lost(ACTIVE, changed(active=False), SPECS) == {"a"}


def test_the_other_line_that_took_the_table_over_does_not_hide_it() -> None:
    routes = (replace(ROUTES[0], active=False), replace(ROUTES[1], active=True), *ROUTES[2:])
    assert routes_lost(ACTIVE, replace(ROUTER, routes=routes), SPECS) == {"a"}


def test_a_route_that_went_with_its_lease_is_lost() -> None:
    assert routes_lost(ACTIVE, replace(ROUTER, routes=ROUTES[1:]), SPECS) == {"a"}


def test_a_route_that_came_back_under_another_id_is_not_lost() -> None:
    assert routes_lost(ACTIVE, changed(id="*F9"), SPECS) == frozenset()


def test_a_route_that_somebody_disabled_is_maintenance() -> None:
    assert routes_lost(ACTIVE, changed(active=False, disabled=True), SPECS) == frozenset()


def test_a_route_that_a_nearer_one_stands_in_for_is_not_lost() -> None:
    nearer = Route("*N", "0.0.0.0/0", ("203.0.113.1",), "t1", distance=1, active=True)
    away = changed(active=False, distance=5)
    assert routes_lost(ACTIVE, replace(away, routes=(*away.routes, nearer)), SPECS) == frozenset()


def test_what_was_active_last_is_remembered_for_as_long_as_nothing_is() -> None:
    nothing = {"a": frozenset[str](), "b": frozenset({"*B2"})}
    assert remembered(ACTIVE, nothing) == {"a": frozenset({"*A1"}), "b": frozenset({"*B2"})}


@pytest.mark.parametrize("seconds", [0.0, 2.0, 30.0])
def test_a_line_that_the_router_says_is_gone_is_down_at_the_next_tick(seconds: float) -> None:
    lines = Lines.of(BOTH)
    lines.run(seconds)
    lines.judge.gone("fibre", GoneReason.INTERFACE_DOWN)
    (lost,) = lines.judge.tick(lines.now)
    assert (lost.wan, lost.after, lost.reason) == ("fibre", DOWN, HealthReason.ROUTER_SAYS_GONE)
    assert lost.evidence.gone is GoneReason.INTERFACE_DOWN
    assert lines.wan("fibre").gone is GoneReason.INTERFACE_DOWN


def test_while_it_is_gone_no_answer_brings_it_back() -> None:
    lines = Lines.of(BOTH)
    lines.run(30.0)
    lines.judge.gone("fibre", GoneReason.INTERFACE_DOWN)
    assert [each.after for each in lines.run(900.0)] == [DOWN]


def test_after_it_returned_it_proves_itself_by_rise_answers_and_its_hold_down() -> None:
    limits = HealthConfig(rise=5, hold_down=30.0)
    lines = Lines.of(BOTH, limits)
    lines.run(30.0)
    lines.judge.gone("fibre", GoneReason.INTERFACE_DOWN)
    lines.run(5.0)
    lines.judge.returned("fibre")
    (back,) = lines.run(60.0)
    assert back.after is UP
    assert back.at == pytest.approx(60.0, abs=0.1)
    lines.judge.gone("fibre", GoneReason.INTERFACE_DOWN)
    lines.run(100.0)
    returned = lines.now
    lines.judge.returned("fibre")
    (back,) = lines.run(60.0)
    assert back.at == pytest.approx(returned + limits.rise - 1 + 0.02, abs=1.0)


def test_a_line_that_the_router_loses_again_and_again_is_damped() -> None:
    lines = Lines.of(BOTH, HealthConfig(damping=DampingConfig()))
    lines.run(30.0)
    for _ in range(20):
        lines.judge.gone("fibre", GoneReason.INTERFACE_DOWN)
        lines.run(90.0)
        lines.judge.returned("fibre")
        lines.run(90.0)
    downs = [each for each in lines.transitions if each.after is DOWN]
    assert len(downs) <= 4


def test_the_routers_word_counts_also_for_a_line_that_cannot_be_seen() -> None:
    lines = Lines.of(BOTH)
    lines.run(30.0)
    lines.set("error", wan="fibre")
    lines.run(30.0)
    assert lines.wan("fibre").blind is not None
    lines.judge.gone("fibre", GoneReason.INTERFACE_DOWN)
    assert [each.after for each in lines.run(1.0)] == [DOWN]


def test_a_line_that_never_was_gone_does_not_return() -> None:
    lines = Lines.of(BOTH)
    lines.run(30.0)
    before = lines.report()
    lines.judge.returned("fibre")
    assert lines.report() == before
