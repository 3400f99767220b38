"""The router as the service sees it."""

import asyncio

import pytest

from tests.routeros.router_model import RouterModel, sending, session_to
from tests.routeros.test_observe import MANGLE, menus
from wanwatch.core.plan import Command, Flush, Plan, Reason, Step, Undo
from wanwatch.routeros.apply import Outcome
from wanwatch.routeros.dialect import CONNECTION_MENU
from wanwatch.routeros.errors import RouterStalled, UnsupportedVersion
from wanwatch.routeros.router import Router


def remark(item: str, mark: str) -> Step:
    attributes = (("new-connection-mark", mark),)
    undo = Undo(Command.SET, item, (("new-connection-mark", "WAN1_conn"),))
    return Step(MANGLE, Command.SET, Reason.BUCKET_MOVED, "wan1", undo, item, attributes)


async def test_observe_apply_verify_flush_and_observe_again() -> None:
    world = menus(ip__firewall__connection=[{"reply-dst-address": "198.51.100.7:1"}])
    model = RouterModel(world)
    async with model.serving(), session_to(model) as session:
        router = Router(session)
        rule = (await router.observe()).mangle[0]
        report = await router.apply(Plan(steps=(remark(rule.id, "WAN2_conn"),)))
        assert report.outcome is Outcome.DONE
        assert await router.verify(report) == []
        flushed = await router.flush(Flush("wan1", addresses=frozenset({"198.51.100.7"})))
        assert (flushed.removed, model.ids(CONNECTION_MENU)) == (1, [])
        assert (await router.observe()).mangle[0].new_connection_mark == "WAN2_conn"
        await router.close()


async def test_the_state_tells_who_the_router_is_and_what_went_wrong() -> None:
    model = RouterModel(menus())
    async with model.serving(), session_to(model) as session:
        router = Router(session)
        assert (router.state.connected, router.state.version) == (False, "")
        await router.observe()
        state = router.state
        assert (state.connected, state.version, state.identity) == (True, "7.20.8", "edge")
        assert state.error_reason == ""
        assert state.last_call_seconds is not None
        assert [finding.code for finding in state.findings] == ["router-plain-api"]
        model.faults["/system/resource/print"] = sending(b"")
        with pytest.raises(RouterStalled):
            await router.observe()
        assert (router.state.connected, router.state.error_reason) == (False, "stalled")
        await router.observe()
        assert (router.state.error_reason, router.state.logins) == ("", 2)


async def test_a_matcher_of_a_newer_routeros_survives_in_a_copied_rule() -> None:
    world = menus()
    world[MANGLE][0]["a-matcher-of-tomorrow"] = "x"
    model = RouterModel(world)
    async with model.serving(), session_to(model) as session:
        router = Router(session)
        rule = (await router.observe()).mangle[0]
        copy = Step(
            MANGLE,
            Command.ADD,
            Reason.BUCKET_SHARED,
            "wan1",
            Undo(Command.REMOVE),
            attributes=tuple(rule.properties.items()),
            place_before=rule.id,
        )
        report = await router.apply(Plan(steps=(copy,)))
    assert report.outcome is Outcome.DONE
    assert model.row(MANGLE, report.done[0].id)["a-matcher-of-tomorrow"] == "x"


async def test_the_dialect_is_chosen_anew_after_every_login() -> None:
    model = RouterModel(menus(), version="6.49.6")
    async with model.serving(), session_to(model) as session:
        router = Router(session)
        assert (await router.observe()).tables == ()
        model.menus["/system/resource"][0]["version"] = "7.16"
        await session.close()
        assert (await router.observe()).tables == ("main", "to_WAN1")


async def test_a_version_nobody_knows_is_refused_and_shown() -> None:
    model = RouterModel(menus(), version="8.1")
    async with model.serving(), session_to(model) as session:
        router = Router(session)
        with pytest.raises(UnsupportedVersion):
            await router.observe()
        assert router.state.error_reason == "unsupported-version"
        report = await router.apply(Plan(steps=(remark("*1", "x"),)))
        assert report.outcome is Outcome.LOST
    assert model.commands("/set") == []


async def test_a_router_that_reboots_is_observed_again() -> None:
    model = RouterModel(menus())
    async with model.serving():
        session = session_to(model)
        router = Router(session)
        await router.observe()
        model.faults["/ip/address/print"] = sending(b"", then_close=True)
        with pytest.raises(Exception, match="lost"):
            await router.observe()
        await asyncio.sleep(0)
        assert len((await router.observe()).mangle) == 2
        await router.close()
