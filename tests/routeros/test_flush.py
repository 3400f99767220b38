"""A dead WAN's connections go, all of them and nobody else's, in both shapes of the table."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.routeros.router_model import RouterModel, session_to
from wanwatch.core.plan import Flush
from wanwatch.routeros.dialect import CONNECTION_MENU
from wanwatch.routeros.errors import WriteForbidden
from wanwatch.routeros.flush import BATCH, FlushReport, flush

WAN1, WAN2, CLIENT = "198.51.100.7", "203.0.113.9", "192.168.88.10"
DEAD = Flush(
    "wan1",
    addresses=frozenset({WAN1}),
    connection_marks=frozenset({"WAN1_conn"}),
    other_addresses=frozenset({WAN2}),
)
Row = dict[str, str]
Shape = Callable[[str, str], Row]


def joined(address: str, mark: str) -> Row:
    return {"reply-dst-address": f"{address}:51514", "connection-mark": mark}


def split(address: str, mark: str) -> Row:
    return {"reply-dst-address": address, "reply-dst-port": "51514", "connection-mark": mark}


def icmp(address: str, mark: str) -> Row:
    return {"reply-dst-address": address, "connection-mark": mark}


def table(*rows: Row) -> RouterModel:
    return RouterModel({CONNECTION_MENU: list(rows)})


async def flushed(model: RouterModel, wanted: Flush = DEAD, **options: float) -> FlushReport:
    async with model.serving(), session_to(model) as session:
        return await flush(session, wanted, **options)  # type: ignore[arg-type] # numbers by name


@pytest.mark.parametrize("shape", [joined, split])
async def test_only_the_dead_wans_connections_go(shape: Shape) -> None:
    model = table(
        shape(WAN1, "WAN1_conn"),
        shape(WAN1, ""),
        shape(WAN1, "WAN2_conn"),
        shape(CLIENT, "WAN1_conn"),
        icmp(WAN1, "WAN1_conn"),
        shape(WAN2, "WAN2_conn"),
        shape(WAN2, "WAN1_conn"),
        shape(CLIENT, ""),
        shape("198.51.100.70", "WAN2_conn"),
    )
    report = await flushed(model)
    assert model.ids(CONNECTION_MENU) == ["*6", "*7", "*8", "*9"]
    assert (report.removed, report.remaining, report.passes) == (5, 0, 1)
    assert report.duration > 0


@pytest.mark.parametrize("address", ["192.168.88.201", "192.168.88.201:4711"])
async def test_the_probes_own_entries_stay(address: str) -> None:
    model = table(
        {**icmp(WAN1, "WAN1_conn"), "src-address": address},
        {**icmp(WAN1, "WAN1_conn"), "src-address": CLIENT},
    )
    report = await flushed(model, replace(DEAD, probe_sources=frozenset({"192.168.88.201"})))
    assert model.ids(CONNECTION_MENU) == ["*1"]
    assert (report.removed, report.remaining) == (1, 0)


async def test_with_split_ports_the_router_does_the_looking() -> None:
    model = table(split(WAN1, ""), split(WAN2, "WAN2_conn"))
    await flushed(model)
    first = model.commands("/print")[1]
    assert first[2:] == (f"?reply-dst-address={WAN1}", "?connection-mark=WAN1_conn", "?#|")


async def test_with_a_mark_alone_the_router_does_the_looking_in_the_old_shape_too() -> None:
    model = table(joined(CLIENT, "WAN1_conn"), joined(CLIENT, ""))
    await flushed(model, Flush("wan1", connection_marks=frozenset({"WAN1_conn"})))
    assert model.commands("/print")[1][2:] == ("?connection-mark=WAN1_conn",)
    assert model.ids(CONNECTION_MENU) == ["*2"]


async def test_a_flush_of_nothing_says_nothing() -> None:
    model = table(joined(WAN1, ""))
    report = await flushed(model, Flush("wan1"))
    assert (report.removed, report.passes, model.heard) == (0, 0, [])


async def test_many_connections_go_in_batches() -> None:
    model = table(*(split(WAN1, "") for _ in range(2 * BATCH + 1)))
    report = await flushed(model)
    assert (report.removed, report.remaining) == (2 * BATCH + 1, 0)
    assert len(model.commands("/remove")) == 3


def vanishing(model: RouterModel, *ids: str) -> None:
    """These entries time out between the looking and the first removal."""
    change = model._change

    def with_expiry(path: str, verb: str, attributes: dict[str, str]) -> list[tuple[str, ...]]:
        for item in set(ids).intersection(model.ids(path)):
            model.menus[path].remove(model.row(path, item))
        return change(path, verb, attributes)

    model._change = with_expiry  # type: ignore[method-assign] # entries time out meanwhile


@pytest.mark.parametrize("vanished", ["*1", "*32", "*64"])
async def test_an_id_that_vanished_costs_one_command_more(vanished: str) -> None:
    model = table(*(split(WAN1, "") for _ in range(100)))
    vanishing(model, vanished)
    report = await flushed(model, max_passes=1)
    assert model.ids(CONNECTION_MENU) == []
    assert (report.remaining, report.passes) == (0, 1)
    assert len(model.commands("/remove")) == 2


async def test_what_stands_between_two_that_vanished_goes_in_the_next_pass() -> None:
    model = table(*(split(WAN1, "") for _ in range(100)))
    vanishing(model, "*1", "*33", "*32", "*64")
    report = await flushed(model)
    assert model.ids(CONNECTION_MENU) == []
    assert (report.remaining, report.passes) == (0, 2)
    assert len(model.commands("/remove")) <= 5


async def test_many_that_vanish_cost_a_few_commands_each_at_most() -> None:
    model = table(*(split(WAN1, "") for _ in range(2000)))
    vanishing(model, *(f"*{number:X}" for number in range(5, 2000, 40)))
    report = await flushed(model)
    assert (model.ids(CONNECTION_MENU), report.remaining) == ([], 0)
    assert len(model.commands("/remove")) < 100


async def test_entries_that_arise_meanwhile_are_found_in_the_next_pass() -> None:
    model = table(*(split(WAN1, "") for _ in range(5)))
    change = model._change
    born = [split(WAN1, ""), split(WAN1, "")]

    def with_births(path: str, verb: str, attributes: dict[str, str]) -> list[tuple[str, ...]]:
        reply = change(path, verb, attributes)
        if born:
            model.insert(path, born.pop())
        return reply

    model._change = with_births  # type: ignore[method-assign] # clients go on
    report = await flushed(model)
    assert (report.removed, report.remaining) == (6, 1)
    assert report.passes == 2


async def test_entries_that_come_back_for_ever_end_in_a_count_and_not_in_a_loop() -> None:
    model = table(split(WAN1, ""), split(WAN1, ""))
    change = model._change

    def returning(path: str, verb: str, attributes: dict[str, str]) -> list[tuple[str, ...]]:
        reply = change(path, verb, attributes)
        model.insert(path, split(WAN1, ""))
        model.insert(path, split(WAN1, ""))
        return reply

    model._change = returning  # type: ignore[method-assign] # they come back
    report = await flushed(model)
    assert (report.passes, report.remaining) == (1, 2)


async def test_when_the_time_is_up_the_rest_is_counted() -> None:
    model = table(*(split(WAN1, "") for _ in range(3 * BATCH)))
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 1.0
        return now

    async with model.serving(), session_to(model) as session:
        report = await flush(session, DEAD, budget=2.5, clock=clock)
    assert (report.removed, report.remaining) == (BATCH, 2 * BATCH)


async def test_a_flush_needs_the_permit_too() -> None:
    class NoLease:
        async def require(self) -> None:
            raise WriteForbidden("no lease")

    model = table(split(WAN1, ""))
    async with model.serving(), session_to(model, permit=NoLease()) as session:
        with pytest.raises(WriteForbidden):
            await flush(session, DEAD)
    assert len(model.ids(CONNECTION_MENU)) == 1


async def test_a_large_table_is_looked_through_without_holding_up_the_loop() -> None:
    model = RouterModel()
    model.menus[CONNECTION_MENU] = [
        {".id": f"*{number:X}", **joined(WAN2, "WAN2_conn")} for number in range(5000)
    ] + [{".id": "*FFFFF", **joined(WAN1, "")}]
    slices = 0

    async def tick() -> None:
        nonlocal slices
        while True:
            await asyncio.sleep(0)
            slices += 1

    ticker = asyncio.create_task(tick())
    report = await flushed(model)
    ticker.cancel()
    assert (report.removed, len(model.ids(CONNECTION_MENU))) == (1, 5000)
    assert slices > 10
