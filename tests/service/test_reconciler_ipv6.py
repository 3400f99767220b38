"""The daemon's passes on a router that balances IPv6 too."""

from tests.service.rig import DOWN, UP, Rig, rig

MANGLE, ROUTE = "/ipv6/firewall/mangle", "/ipv6/route"
CONNECTIONS = "/ipv6/firewall/connection"


def balance_ipv6(one: Rig, faulty: str = "") -> None:
    """PCC over the house's two lines, each with a table of its own and the other's as fallback."""
    add = one.home.store.add
    lines = one.home.uplinks
    for number, line in enumerate(lines):
        table = f"six-{line.name}"
        add("/routing/table", {"name": table, "fib": "true"})
        rule = {"chain": "prerouting", "action": "mark-connection", "connection-state": "new"}
        classifier = faulty or f"src-address:{len(lines)}/{number}"
        goal = {"per-connection-classifier": classifier, "new-connection-mark": table}
        add(MANGLE, {**rule, **goal, "passthrough": "true", "disabled": "false"})
        route = {"dst-address": "::/0", "disabled": "false", "gateway": f"fe80::1%{line.interface}"}
        add(ROUTE, {**route, "routing-table": table, "distance": "1"})
        add(ROUTE, {**route, "routing-table": "main", "distance": str(number + 1)})
    for line in lines:
        words = {"connection-mark": f"six-{line.name}", "new-routing-mark": f"six-{line.name}"}
        rule = {"chain": "prerouting", "action": "mark-routing", "disabled": "false"}
        add(MANGLE, {**rule, **words, "passthrough": "true"})
        entry = {"protocol": "tcp", "reply-dst-address": "2001:db8::7", "reply-dst-port": "1"}
        add(CONNECTIONS, {**entry, "connection-mark": f"six-{line.name}"}, dynamic=True)


async def test_a_failover_of_both_families_is_proven_and_taken_back_to_the_byte() -> None:
    async with rig() as one:
        balance_ipv6(one)
        before = one.home.export()
        one.judged(one=DOWN)
        await one.passes()
        assert [c.outcome for c in one.changes("failover")] == ["verified"]
        assert {f"{MANGLE}/set", f"{ROUTE}/set", f"{CONNECTIONS}/remove"} <= set(one.written)
        assert [r.properties["connection-mark"] for r in one.rows(CONNECTIONS)] == ["six-two"]
        one.written.clear()
        await one.passes(2)
        assert one.written == []
        one.judged(one=UP)
        await one.passes()
        assert [c.outcome for c in one.changes("failback")] == ["verified"]
        assert one.home.export() == before


async def test_a_rule_of_ipv6_nobody_can_read_does_not_hold_ipv4_back() -> None:
    async with rig() as one:
        balance_ipv6(one, faulty="src-address:2/0,1")
        one.judged(one=DOWN)
        await one.passes()
        assert one.reconciler.frozen == ""
        assert one.is_touched()
        assert not any(word.startswith("/ipv6/") for word in one.written)
        assert "pcc-classifier-invalid" in {f.code for f in one.reconciler.plan.findings}
