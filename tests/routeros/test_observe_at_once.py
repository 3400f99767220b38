"""What an observation asks at once, and what it makes of one bad answer among good ones."""

from dataclasses import replace

import pytest

from tests.routeros.router_model import Fault, RouterModel, replying, sending, session_to, trap
from tests.routeros.test_observe import DEFAULT, MANGLE, Rows, menus
from wanwatch.routeros.dialect import V6, V7
from wanwatch.routeros.errors import ConnectionLost, PermissionMissing, RouterStalled
from wanwatch.routeros.observe import observe
from wanwatch.routeros.rounds import Foresight
from wanwatch.routeros.router import Router


async def test_an_observation_that_depends_on_nothing_is_one_batch() -> None:
    model = RouterModel(menus())
    async with model.serving(), session_to(model) as session:
        router = Router(session)
        await router.observe()
        batches = model.batches
        batches.clear()
        await router.observe()
        assert len(batches) == 1
    assert len(batches[0]) >= 10


async def test_a_recursive_gateway_costs_a_round_trip_more_the_first_time_only() -> None:
    routes = [
        {"dst-address": DEFAULT, "gateway": "8.8.8.8"},
        {"dst-address": "8.8.8.0/24", "gateway": "10.0.0.1"},
    ]
    model = RouterModel(menus(ip__route=routes))
    async with model.serving(), session_to(model) as session:
        dialect, foresight = replace(V7, has_ipv6=False), Foresight()
        batches = model.batches
        batches.clear()
        first = await observe(session, dialect, foresight)
        assert [len(batch) for batch in batches] == [1, 10, 1, 1]  # the login is the first
        batches.clear()
        assert await observe(session, dialect, foresight) == first
        assert [len(batch) for batch in batches] == [12]
        model.menus["/ip/route"][0]["gateway"] = "10.0.0.1"
        direct = await observe(session, dialect, foresight)
        assert [route.dst_address for route in direct.routes] == [DEFAULT]


@pytest.mark.parametrize(("before", "after"), [("6.49.6", "7.20.8"), ("7.20.8", "6.49.6")])
async def test_a_router_of_another_version_than_it_was_is_read_again_in_its_words(
    before: str, after: str
) -> None:
    wrong = V6 if before[0] == "6" else V7
    model = RouterModel(menus(), version=after)
    if after[0] == "6":
        del model.menus["/routing/table"]
        model.unknown_names = frozenset({"routing-table", "immediate-gw", "blackhole"})
    async with model.serving(), session_to(model) as session:
        seen = await observe(session, wrong, Foresight())
        assert seen == await observe(session)
    assert str(seen.version) == after
    assert seen.tables == (("main", "to_WAN1") if after[0] == "7" else ())


IPV6 = ("/ipv6/address", "/ipv6/firewall/mangle", "/ipv6/route", "/ipv6/firewall/nat")
NEEDED = (
    "/system/resource",
    "/system/identity",
    "/ip/address",
    MANGLE,
    "/ip/firewall/nat",
    "/interface",
    "/routing/table",
    "/ip/route",
)


@pytest.mark.parametrize("menu", [*NEEDED, *IPV6])
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (replying(*trap("not enough permissions (9)")), PermissionMissing),
        (sending(b""), RouterStalled),
        (sending(b"", then_close=True), ConnectionLost),
    ],
    ids=["refused", "stalled", "rebooted"],
)
async def test_one_bad_answer_among_many_is_seen_for_what_it_is(
    menu: str, fault: Fault, kind: type[Exception]
) -> None:
    six: dict[str, Rows] = {"/ipv6/settings": []}
    six |= {path: [] for path in IPV6}
    six["/ipv6/route"] = [{"dst-address": "::/0", "gateway": "fe80::1%ether1"}]
    model = RouterModel(menus() | six)
    async with model.serving(), session_to(model) as session:
        router = Router(session)
        whole = await router.observe()
        assert whole.ipv6 is not None
        model.faults[f"{menu}/print"] = fault
        if menu in IPV6 and kind is PermissionMissing:
            assert replace(await router.observe(), ipv6=None) == replace(whole, ipv6=None)
            assert model.connections == 1
            return
        with pytest.raises(kind):
            await router.observe()
        assert router.state.error_reason == kind.reason  # type: ignore[attr-defined] # RouterError
        assert await router.observe() == whole
        assert model.connections == (1 if kind is PermissionMissing else 2)
