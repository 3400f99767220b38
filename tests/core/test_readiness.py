"""Buckets return to a WAN when its route works, not when it was merely enabled."""

from dataclasses import replace

from wanwatch.core.model import Disposition, WanSpec
from wanwatch.core.plan import Reason
from wanwatch.core.planning import make_plan
from wanwatch.core.snapshot import Address, MangleRule, NextHop, Route, Snapshot, Version

CARRY, OUT = Disposition.CARRY, Disposition.OUT
SPECS = [WanSpec("one", "ether1"), WanSpec("two", "ether2")]


def rule(number: int, mark: str, bucket: str, comment: str = "") -> MangleRule:
    return MangleRule(
        f"*{number}",
        {
            "chain": "prerouting",
            "action": "mark-connection",
            "new-connection-mark": mark,
            "per-connection-classifier": f"src-address:2/{bucket}",
        },
        comment,
    )


def routing(number: int, mark: str) -> MangleRule:
    properties = {"chain": "prerouting", "action": "mark-routing"}
    return MangleRule(
        f"*{number}", {**properties, "connection-mark": mark, "new-routing-mark": f"to-{mark}"}
    )


def default(number: int, table: str, *, active: bool) -> Route:
    line = 1 if table == "to-c1" else 2
    gateway = f"198.18.{line}.1"
    hop = NextHop(gateway, f"ether{line}")
    return Route(f"*{number}", "0.0.0.0/0", (gateway,), table, active=active, next_hops=(hop,))


def router(*, moved: bool, active: bool) -> Snapshot:
    tag = "[wanwatch: wan=one new-connection-mark=c1]" if moved else ""
    return Snapshot(
        Version(7, 20),
        routes=(default(1, "to-c1", active=active), default(2, "to-c2", active=True)),
        mangle=(
            rule(1, "c2" if moved else "c1", "0", tag),
            rule(2, "c2", "1"),
            routing(3, "c1"),
            routing(4, "c2"),
        ),
        addresses=(Address("198.18.1.2/24", "ether1"), Address("198.18.2.2/24", "ether2")),
    )


def test_buckets_stay_away_while_the_wans_route_is_enabled_and_inactive() -> None:
    plan = make_plan(router(moved=True, active=False), SPECS, {"one": CARRY, "two": CARRY})
    assert not plan.steps
    assert [finding.code for finding in plan.findings] == ["route-inactive"]


def test_buckets_return_once_the_route_is_active() -> None:
    plan = make_plan(router(moved=True, active=True), SPECS, {"one": CARRY, "two": CARRY})
    assert [step.reason for step in plan.steps] == [Reason.BUCKET_RETURNED]


def test_buckets_that_are_in_place_are_not_moved_for_an_inactive_route() -> None:
    plan = make_plan(router(moved=False, active=False), SPECS, {"one": CARRY, "two": CARRY})
    assert not plan.steps


def test_a_wan_that_is_the_only_one_left_is_not_waited_for() -> None:
    snapshot = router(moved=True, active=False)
    plan = make_plan(snapshot, SPECS, {"one": CARRY, "two": OUT})
    assert Reason.BUCKET_RETURNED in {step.reason for step in plan.steps}


def test_a_route_that_the_plan_itself_returns_is_waited_for_by_who_carries_it_out() -> None:
    snapshot = router(moved=True, active=False)
    disabled = replace(
        snapshot.routes[0], disabled=True, comment="[wanwatch: wan=one disabled=no]", next_hops=()
    )
    snapshot = replace(snapshot, routes=(disabled, *snapshot.routes[1:]))
    plan = make_plan(snapshot, SPECS, {"one": CARRY, "two": CARRY})
    assert [step.reason for step in plan.steps] == [Reason.ROUTE_RETURNED, Reason.BUCKET_RETURNED]
    assert plan.steps[0].await_active
