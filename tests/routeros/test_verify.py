"""What was done is read back, and what differs is named."""

from tests.routeros.router_model import RouterModel, session_to
from wanwatch.core.plan import Attributes, Command, Reason, Step, Undo
from wanwatch.routeros.dialect import MANGLE_MENU, ROUTE_MENU, V6, V7, Dialect
from wanwatch.routeros.verify import Mismatch, verify


def step(command: Command, menu: str, attributes: Attributes = ()) -> Step:
    return Step(menu, command, Reason.ROUTE_DISABLED, "wan1", Undo(command), attributes=attributes)


async def mismatches(
    model: RouterModel, *done: tuple[Step, str], dialect: Dialect = V7
) -> list[Mismatch]:
    async with model.serving(), session_to(model) as session:
        return await verify(session, dialect, done)


def model() -> RouterModel:
    return RouterModel(
        {
            ROUTE_MENU: [{"disabled": "true", "comment": "a", "routing-mark": "to_1"}],
            MANGLE_MENU: [{"new-connection-mark": "WAN2", "passthrough": "true"}, {"chain": "x"}],
        }
    )


async def test_a_router_that_is_so_has_no_mismatch() -> None:
    assert not await mismatches(
        model(),
        (step(Command.SET, ROUTE_MENU, (("disabled", "yes"), ("comment", "a"))), "*1"),
        (step(Command.SET, MANGLE_MENU, (("new-connection-mark", "WAN2"),)), "*2"),
        (step(Command.ADD, MANGLE_MENU, (("passthrough", "yes"), ("content", ""))), "*2"),
        (step(Command.REMOVE, MANGLE_MENU), "*9"),
    )


async def test_a_hand_that_changed_it_back_is_seen() -> None:
    wanted = step(Command.SET, ROUTE_MENU, (("disabled", "no"),))
    assert await mismatches(model(), (wanted, "*1")) == [
        Mismatch(wanted, "*1", "disabled", "no", "true")
    ]


async def test_a_row_that_is_gone_and_one_that_is_still_there_are_seen() -> None:
    gone = step(Command.SET, MANGLE_MENU, (("chain", "x"),))
    there = step(Command.REMOVE, MANGLE_MENU)
    seen = await mismatches(model(), (gone, "*99"), (there, "*3"))
    assert [(found.step, found.expected, found.found) for found in seen] == [
        (gone, "there", "gone"),
        (there, "gone", "there"),
    ]


async def test_the_last_step_on_a_property_counts() -> None:
    first = step(Command.SET, MANGLE_MENU, (("new-connection-mark", "WAN3"),))
    second = step(Command.SET, MANGLE_MENU, (("new-connection-mark", "WAN2"),))
    assert not await mismatches(model(), (first, "*2"), (second, "*2"))
    assert len(await mismatches(model(), (second, "*2"), (first, "*2"))) == 1


async def test_a_blackhole_is_compared_as_the_switch_it_is() -> None:
    routes = RouterModel({ROUTE_MENU: [{"blackhole": "", "scope": "10"}, {"gateway": "ether1"}]})
    wanted = step(Command.SET, ROUTE_MENU, (("blackhole", "yes"), ("scope", "10")))
    assert not await mismatches(routes, (wanted, "*1"))
    seen = await mismatches(routes, (wanted, "*2"))
    assert [(found.name, found.found) for found in seen] == [("blackhole", "no"), ("scope", "")]


async def test_steps_in_other_menus_are_compared_too() -> None:
    lists = RouterModel({"/ip/firewall/address-list": [{"list": "a", "timeout": "30s"}]})
    wanted = step(Command.SET, "/ip/firewall/address-list", (("list", "b"),))
    (mismatch,) = await mismatches(lists, (wanted, "*1"))
    assert (mismatch.expected, mismatch.found) == ("b", "a")


async def test_nothing_done_asks_nothing() -> None:
    router = model()
    assert not await mismatches(router)
    assert router.heard == []


async def test_a_row_removed_later_is_not_missed() -> None:
    changed = step(Command.SET, MANGLE_MENU, (("chain", "y"),))
    assert not await mismatches(model(), (changed, "*9"), (step(Command.REMOVE, MANGLE_MENU), "*9"))


async def test_a_table_is_compared_in_the_dialects_word() -> None:
    wanted = step(Command.SET, ROUTE_MENU, (("routing-table", "to_1"),))
    assert not await mismatches(model(), (wanted, "*1"), dialect=V6)
    assert [found.found for found in await mismatches(model(), (wanted, "*1"))] == ["main"]
