"""The IPv6 side of any rows: read, planned and restored without a crash."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import CARRY, OUT, specs
from wanwatch.core.planning import make_plan
from wanwatch.core.restore import restore_plan
from wanwatch.core.snapshot import Snapshot, Version
from wanwatch.routeros.survey import survey_of_export

Rows = dict[str, tuple[dict[str, str], ...]]

TEXTS = st.sampled_from(
    [
        *("", "::/0", "2000::/3", "fe80::1", "fe80::1%ether1", "fe80::1%", "%ether1", "ether2"),
        *(
            "2001:db8::1",
            "2001:db8::1@main",
            "2001:db8::/64",
            "::1/0",
            "10.0.0.1",
            "::ffff:1.2.3.4",
        ),
        *("main", "t1", "c1", "src-address:2/0", "src-address:2/1", "src-address:0/0", "both:9"),
        *(
            "mark-connection",
            "mark-routing",
            "jump",
            "srcnat",
            "netmap",
            "masquerade",
            "prerouting",
        ),
        *("yes", "no", "1", "-1", "fe80::1%ether1,2001:db8::9", "!c1", "*402", "\xff\x00"),
        *("[wanwatch: wan=wan1 disabled=no]", "[wanwatch: wan=wan1 added=src-address:2/0]"),
    ]
)
NAMES = {
    "/ipv6/route": ("dst-address", "gateway", "routing-table", "distance", "disabled", "comment"),
    "/ipv6/firewall/mangle": (
        *("chain", "action", "per-connection-classifier", "new-connection-mark", "comment"),
        *("new-routing-mark", "connection-mark", "jump-target", "in-interface", "disabled"),
    ),
    "/ipv6/firewall/nat": ("chain", "action", "out-interface", "to-address"),
    "/ipv6/address": ("address", "interface", "disabled"),
    "/ipv6/settings": ("disable-ipv6",),
}


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    return {
        menu: tuple(
            {".id": f"*{number}", **draw(st.dictionaries(st.sampled_from(names), TEXTS))}
            for number in range(draw(st.integers(0, 6)))
        )
        for menu, names in NAMES.items()
    }


@settings(max_examples=150, deadline=None)
@given(rows(), st.sampled_from([6, 7]))
def test_no_rows_are_too_odd_to_plan_with(found: Rows, major: int) -> None:
    snapshot = survey_of_export(Version(major), found).snapshot
    for states in ({"wan1": OUT, "wan2": CARRY}, {"wan1": CARRY, "wan2": CARRY}):
        plan = make_plan(snapshot, specs(), states)
        assert all(step.wan in ("wan1", "wan2") for step in plan.steps)
    restore_plan(snapshot)


def test_an_export_says_default_where_it_says_nothing() -> None:
    routes = ({".id": "*1", "gateway": "fe80::1%ether1"},)
    side = survey_of_export(Version(6), {"/ipv6/route": routes}).snapshot.ipv6
    assert side is not None
    assert (side.routes[0].is_default, side.routes[0].active) == (True, True)


def test_no_rows_for_ipv6_are_no_side() -> None:
    snapshot: Snapshot = survey_of_export(Version(7), {}).snapshot
    assert snapshot.ipv6 is None
