"""The whole conversation with the built-in router, which was written from the manual alone."""

from collections.abc import Callable, Iterable, Mapping

import pytest

from wanwatch.core.plan import Command, Flush, Plan, Reason, Step, Undo
from wanwatch.core.snapshot import Version
from wanwatch.routeros.apply import Outcome
from wanwatch.routeros.dialect import CONNECTION_MENU, MANGLE_MENU, ROUTE_MENU
from wanwatch.routeros.flush import FlushReport
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.sim.export import load_export
from wanwatch.sim.export_write import write_export
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Item, Store

RULES = """
/ip firewall mangle
add action=mark-connection chain=prerouting comment="\\CC\\E5\\E3\\E0 \\D0\\9C 100" connection-mark=no-mark \\
    in-interface=bridge new-connection-mark=WAN1 passthrough=yes per-connection-classifier=both-addresses:2/0
add action=mark-connection chain=prerouting connection-mark=no-mark dst-address-type=!local \\
    in-interface=bridge new-connection-mark=WAN2 per-connection-classifier=both-addresses:2/1
"""
EXPORT_6 = f"""# by RouterOS 6.40
/interface bridge
add name=bridge
/ip address
add address=198.51.100.2/30 interface=ether1
{RULES}
/ip route
add check-gateway=ping distance=1 gateway=198.51.100.1 routing-mark=to_WAN1
add comment=main distance=1 gateway=198.51.100.1
"""
EXPORT_7 = f"""# 2025-01-02 10:11:12 by RouterOS 7.20.8
/interface bridge
add name=bridge
/routing table
add fib name=to_WAN1
/ip address
add address=198.51.100.2/30 interface=ether1
{RULES}
/ip route
add check-gateway=ping distance=1 dst-address=0.0.0.0/0 gateway=198.51.100.1 routing-table=to_WAN1
add comment=main disabled=no distance=1 dst-address=0.0.0.0/0 gateway=198.51.100.1
"""


class StillRouter:
    """A router whose rows are as they were loaded; nothing is computed."""

    def __init__(self, export: str) -> None:
        self.store = Store()
        self.version: Version = load_export(export, self.store).version

    def rows(self, path: str) -> Iterable[Item]:
        return self.store.items(path)

    def computed(self, path: str, item: Item) -> Mapping[str, str]:  # noqa: ARG002 - the contract
        return {}

    def remove_connection(self, item_id: str) -> bool:
        try:
            self.store.remove(CONNECTION_MENU, item_id)
        except KeyError:
            return False
        return True

    def reboot(self) -> None:
        """Stay as it is."""

    def on_reboot(self, listener: Callable[[], None]) -> None:
        """It never happens."""

    def tick(self) -> None:
        """Nothing expires."""


def inverse(done: Iterable[tuple[Step, str]]) -> Plan:
    """What takes these steps back, last first, as a plan of its own."""
    return Plan(
        steps=tuple(
            Step(
                step.menu,
                step.undo.command,
                Reason.RESTORED,
                step.wan,
                Undo(step.command),
                id=step.undo.id or item,
                attributes=step.undo.attributes,
            )
            for step, item in reversed(list(done))
        )
    )


@pytest.mark.parametrize("export", [EXPORT_6, EXPORT_7], ids=["RouterOS 6.40", "RouterOS 7.20.8"])
async def test_a_failover_and_its_inverse_give_back_the_configuration(export: str) -> None:
    model = StillRouter(export)
    before = write_export(model.store, model.version)
    server = ApiServer(model, strict_login=True)
    host, port = await server.start()
    async with RouterSession(host, port, "admin", "") as session:
        router = Router(session)
        seen = await router.observe()
        rule, route = seen.mangle[0], seen.routes[0]
        assert (rule.classifier, route.table) == ("both-addresses:2/0", "to_WAN1")
        copied = {**rule.properties, "per-connection-classifier": "both-addresses:4/2"}
        tagged = (("comment", f"{rule.comment} [wanwatch: x]"), ("new-connection-mark", "WAN2"))
        original = (("comment", rule.comment), ("new-connection-mark", "WAN1"))
        plan = Plan(
            steps=(
                Step(
                    MANGLE_MENU,
                    Command.ADD,
                    Reason.BUCKET_SHARED,
                    "wan1",
                    Undo(Command.REMOVE),
                    attributes=tuple(copied.items()),
                    place_before=rule.id,
                ),
                Step(
                    MANGLE_MENU,
                    Command.SET,
                    Reason.BUCKET_MOVED,
                    "wan1",
                    Undo(Command.SET, rule.id, original),
                    rule.id,
                    tagged,
                ),
                Step(
                    ROUTE_MENU,
                    Command.SET,
                    Reason.ROUTE_DISABLED,
                    "wan1",
                    Undo(Command.SET, route.id, (("disabled", "no"), ("comment", ""))),
                    route.id,
                    (("disabled", "yes"), ("comment", "[wanwatch: disabled]")),
                ),
            )
        )
        report = await router.apply(plan)
        assert (report.outcome, report.message) == (Outcome.DONE, "")
        assert await router.verify(report) == []
        during = await router.observe()
        assert [r.classifier for r in during.mangle] == [
            "both-addresses:4/2",
            "both-addresses:2/0",
            "both-addresses:2/1",
        ]
        assert during.routes[0].disabled
        back = await router.apply(inverse(report.rows))
        assert (back.outcome, back.message) == (Outcome.DONE, "")
        assert await router.observe() == seen
    await server.close()
    assert write_export(model.store, model.version) == before


async def flushed(split: bool) -> tuple[FlushReport, list[str]]:  # noqa: FBT001 - the shape of the table
    model = StillRouter(EXPORT_7)
    for address in ("198.51.100.2", "203.0.113.9", "198.51.100.2"):
        ports = {"reply-dst-port": "5000"} if split else {}
        shown = address if split else f"{address}:5000"
        model.store.add(CONNECTION_MENU, {"reply-dst-address": shown, **ports}, dynamic=True)
    server = ApiServer(model)
    host, port = await server.start()
    async with RouterSession(host, port, "admin", "") as session:
        report = await Router(session).flush(Flush("w", addresses=frozenset({"198.51.100.2"})))
    await server.close()
    return report, [item.id for item in model.store.items(CONNECTION_MENU)]


@pytest.mark.parametrize("split", [True, False], ids=["split ports", "joined ports"])
async def test_connections_are_removed_from_the_built_in_router(split: bool) -> None:  # noqa: FBT001 - as above
    report, left = await flushed(split)
    assert (report.removed, report.remaining, left) == (2, 0, ["*2"])
