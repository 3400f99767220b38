"""Rows of any kind in any order: planning never fails, and touches PCC rules and defaults alone."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.model_router import ModelRouter, content
from tests.factories import CARRY, KEEP, LAN, OUT, SPARE, line, specs
from wanwatch.core.groups import current_shares
from wanwatch.core.model import Disposition
from wanwatch.core.planning import make_plan
from wanwatch.core.restore import restore_plan
from wanwatch.core.snapshot import MangleRule, Route, Snapshot, Version
from wanwatch.core.wans import bind

ROUNDS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
CHAINS = st.sampled_from(["prerouting", "output", "forward", "a", "b", "c", "no such chain"])
MARKS = st.sampled_from(["c1", "c2", "c3", "t1", "t2", "main", "no-mark", "!c1", "a b"])
CLASSIFIERS = st.sampled_from(
    [
        *(f"both-addresses:{d}/{r}" for d in (1, 2, 3, 4) for r in range(d)),
        *("src-address:2/0", "src-address:2/1", "both-addresses:4294967295/7"),
        *(
            "both-addresses:2/2",
            "!both-addresses:2/0",
            "both-addresses:3/0,1",
            "both-addresses-2/0",
        ),
        *("2/0", ":", "both-addresses:0/0", "\xff", "both-addresses:2/0/0"),
    ]
)
OF_RULES = st.sampled_from(
    [
        "",
        "x",
        "[wanwatch: wan=wan1 new-connection-mark=c1]",
        "[wanwatch: wan=wan2 added=both-addresses:2/0]",
        "[wanwatch: wan=gone jump-target=a]",
    ]
)
OF_ROUTES = st.sampled_from(
    [
        "",
        "x",
        "[wanwatch: wan=wan1 disabled=no]",
        "[wanwatch: wan=wan1 gateway=203.0.1.1,203.0.2.1]",
    ]
)
GATEWAYS = st.sampled_from(
    [
        *("203.0.1.1", "203.0.2.1", "203.0.3.1", "ether1", "ether2", "203.0.1.1%ether1"),
        *("9.9.9.9", "10.1.1.1", "10.1.1.2", "203.0.1.1@main", "*4", "nowhere", "::1"),
    ]
)


@st.composite
def rules(draw: st.DrawFn, number: int) -> MangleRule:
    words = {
        "chain": draw(CHAINS),
        "action": draw(
            st.sampled_from(["mark-connection", "mark-routing", "jump", "accept", "return", "log"])
        ),
        "jump-target": draw(CHAINS),
        "new-connection-mark": draw(MARKS),
        "new-routing-mark": draw(MARKS),
        "connection-mark": draw(MARKS),
        "in-interface": draw(st.sampled_from(["bridge", "!ether1", "ether2"])),
        "passthrough": draw(st.sampled_from(["yes", "no", "true"])),
        "per-connection-classifier": draw(CLASSIFIERS),
    }
    absent = draw(st.sets(st.sampled_from(sorted(words))))
    return MangleRule(
        f"*{number:X}",
        {name: value for name, value in words.items() if name not in absent},
        draw(OF_RULES),
        disabled=draw(st.integers(0, 9)) == 0,
        dynamic=draw(st.integers(0, 9)) == 0,
        invalid=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def routes(draw: st.DrawFn, number: int) -> Route:
    return Route(
        f"*8{number:X}",
        draw(st.sampled_from(["0.0.0.0/0", "0.0.0.0/0", "10.1.1.1/32", "10.1.1.2", "9.9.9.9/32"])),
        tuple(draw(st.lists(GATEWAYS, max_size=3))),
        draw(st.sampled_from(["main", "t1", "t2", "c1", "a b"])),
        draw(st.integers(1, 3)),
        draw(OF_ROUTES),
        active=draw(st.booleans()),
        disabled=draw(st.integers(0, 5)) == 0,
        dynamic=draw(st.integers(0, 5)) == 0,
        blackhole=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    return Snapshot(
        Version(draw(st.sampled_from([6, 7]))),
        routes=tuple(draw(routes(n)) for n in range(draw(st.integers(0, 8)))),
        mangle=tuple(draw(rules(n)) for n in range(1, draw(st.integers(1, 12)))),
        addresses=(LAN, *(line(n) for n in (1, 2, 3))),
    )


@ROUNDS
@given(snapshots(), st.tuples(*[st.sampled_from([CARRY, OUT, SPARE, KEEP])] * 3))
def test_any_rows_can_be_planned_for(snapshot: Snapshot, states: tuple[Disposition, ...]) -> None:
    wans = specs(3)
    wanted = dict(zip((spec.name for spec in wans), states, strict=True))
    plan = make_plan(snapshot, wans, wanted)
    rows = {rule.id: rule for rule in snapshot.mangle}
    defaults = {route.id for route in snapshot.routes if route.is_default and not route.dynamic}
    for step in plan.steps:
        if step.id and step.id not in defaults:
            assert rows[step.id].classifier or "added=" in rows[step.id].comment
    shares = current_shares(snapshot, bind(wans, snapshot))
    assert 0 <= sum(shares.values()) <= 1 + 1e-9
    comments = [rule.comment for rule in snapshot.mangle] + [r.comment for r in snapshot.routes]
    changed = ModelRouter(snapshot).apply(plan.steps)
    restored = changed.apply(restore_plan(changed.snapshot).steps)
    if not any("[wanwatch:" in comment for comment in comments):
        assert content(restored.snapshot) == content(snapshot)
