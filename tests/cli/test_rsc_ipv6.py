"""Console commands for IPv6's rows and connections."""

from wanwatch.cli.rsc import Script, flush_command
from wanwatch.core.plan import Command, Flush, Reason, Step, Undo
from wanwatch.core.snapshot import MangleRule, Route, Snapshot, Version

ROUTE, CONNECTIONS = "/ipv6/route", "/ipv6/firewall/connection"


def a_router(version: Version) -> Snapshot:
    """IPv4 and IPv6 rows of the same ids."""
    ipv4 = Snapshot(
        version,
        routes=(Route("*1", "0.0.0.0/0", ("203.0.113.1",)),),
        mangle=(MangleRule("*1", {"chain": "forward"}),),
    )
    ipv6 = Snapshot(
        version,
        routes=(
            Route("*1", "::/0", ("fe80::1%ether1",)),
            Route("*2", "::/0", ("fe80::1%ether2",), distance=2),
            Route("*3", "::/0", ("fe80::1%ether2",), distance=3),
        ),
        mangle=(MangleRule("*1", {"chain": "prerouting"}, comment="six"),),
    )
    return Snapshot(version, routes=ipv4.routes, mangle=ipv4.mangle, ipv6=ipv6)


def off(menu: str, item: str) -> Step:
    undo = Undo(Command.SET, item, (("disabled", "no"),))
    words = (("disabled", "yes"),)
    return Step(menu, Command.SET, Reason.ROUTE_DISABLED, "a", undo, item, words)


def test_a_live_row_is_addressed_by_its_id_in_its_own_menu() -> None:
    script = Script(a_router(Version(7, 20)), by_id=True)
    assert script.step(off(ROUTE, "*1")) == "/ipv6 route set *1 disabled=yes"
    assert script.undo(off(ROUTE, "*1")) == "/ipv6 route set *1 disabled=no"


def test_rows_of_the_same_id_are_told_apart_by_their_menus() -> None:
    script = Script(a_router(Version(7, 20)), by_id=False)
    assert 'dst-address="::/0" and gateway="fe80::1%ether1"' in script.step(off(ROUTE, "*1"))
    assert 'dst-address="0.0.0.0/0"' in script.step(off("/ip/route", "*1"))
    assert '[find where comment="six"' in script.step(off("/ipv6/firewall/mangle", "*1"))


def test_routeros_6_is_not_asked_for_a_routing_mark_of_ipv6s_routes() -> None:
    script = Script(a_router(Version(6, 49)), by_id=False)
    command = script.step(off(ROUTE, "*2"))
    assert 'distance="2"' in command
    assert "routing-mark" not in command


def test_connections_are_told_by_address_in_both_shapes_and_by_prefix() -> None:
    flush = Flush(
        "a",
        frozenset({"2001:db8:1::2", "2001:db8:a::/64"}),
        frozenset({"six"}),
        frozenset({"2001:db8:2::2"}),
        menu=CONNECTIONS,
    )
    command = flush_command(flush)
    assert command.startswith("/ipv6 firewall connection remove [find where ")
    assert r'reply-dst-address~"^\\[\?(2001:db8:1::2)(]|/|\$)"' in command
    assert " or reply-dst-address in 2001:db8:a::/64 or " in command
    assert '((connection-mark="six") and !(reply-dst-address~' in command
