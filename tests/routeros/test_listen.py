"""Following interfaces on a session of its own: told at once, asked regularly, found again."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.sim.small_world import V6, V7, SmallRouter
from wanwatch.core.snapshot import Version
from wanwatch.routeros import listen
from wanwatch.routeros.connect import Endpoint
from wanwatch.routeros.listen import InterfaceListener, Mode
from wanwatch.routeros.session import Call
from wanwatch.sim.faults import Faults
from wanwatch.sim.login import FULL, User
from wanwatch.sim.server import ApiServer
from wanwatch.sim.world import World


@dataclass
class Follower:
    """A listener beside a router, and everything that it said."""

    world: World
    server: ApiServer
    faults: Faults
    told: list[Mapping[str, bool]] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    questions: int = 0
    sessions_left: int | None = None
    listener: InterfaceListener | None = None

    @property
    def mode(self) -> Mode:
        assert self.listener is not None
        return self.listener.mode

    async def until(self, holds: Callable[[], bool], within: float = 3.0) -> None:
        async with asyncio.timeout(within):
            while not holds():  # noqa: ASYNC110 - asked of the world, which sends no event
                await asyncio.sleep(0.005)

    def says(self, **running: bool) -> bool:
        return bool(self.told) and dict(self.told[-1]) == running


@asynccontextmanager
async def following(
    version: Version = V7, users: tuple[User, ...] = (User(),)
) -> AsyncIterator[Follower]:
    small = SmallRouter(version)
    for gateway in ("203.0.113.1", "198.51.100.1"):
        small.route(gateway)
    world = World(small.store, version, clock=time.monotonic, seed=1)
    faults = Faults()
    server = ApiServer(world, users, faults)
    host, port = await server.start()
    follower = Follower(world, server, faults)

    def count(words: tuple[str, ...]) -> None:
        follower.questions += words[0] == "/interface/print"

    faults.on_sentence = count
    follower.listener = InterfaceListener(
        Endpoint(host, port, "admin", ""),
        ("ether1", "ether2"),
        timeout=0.3,
        clock=time.monotonic,
        told=lambda running, _: follower.told.append(running),
        answered=follower.answered.append,
        polling_every=0.1,
        on_call=follower.calls.append,
    )
    task = asyncio.create_task(follower.listener.run())
    try:
        yield follower
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.05)
        follower.sessions_left = len(server._sessions)
        await server.close()


@pytest.mark.parametrize("version", [V6, V7])
async def test_a_line_that_is_unplugged_is_told_without_being_asked(version: Version) -> None:
    async with following(version) as one:
        await one.until(lambda: one.says(ether1=True, ether2=True))
        assert one.mode is Mode.LISTENING
        one.world.line("ether1").cut(interface_down=True)
        await one.until(lambda: one.says(ether1=False, ether2=True))
        one.world.line("ether1").mend()
        await one.until(lambda: one.says(ether1=True, ether2=True))


async def test_an_interface_that_is_disabled_does_not_run() -> None:
    async with following() as one:
        await one.until(lambda: one.says(ether1=True, ether2=True))
        row = one.world.store.find("/interface/ethernet", name="ether2")
        assert row is not None
        one.world.store.update("/interface/ethernet", row.id, {"disabled": "true"})
        await one.until(lambda: one.says(ether1=True, ether2=False))


async def test_an_interface_that_is_renamed_is_not_said_to_be_down() -> None:
    async with following() as one:
        await one.until(lambda: one.says(ether1=True, ether2=True))
        row = one.world.store.find("/interface/ethernet", name="ether2")
        assert row is not None
        one.world.store.update("/interface/ethernet", row.id, {"name": "uplink"})
        await one.until(lambda: one.says(ether1=True))


async def test_what_other_interfaces_do_costs_no_question() -> None:
    async with following() as one:
        await one.until(lambda: bool(one.told))
        row = one.world.store.find("/interface/bridge", name="bridge")
        assert row is not None
        before = one.questions
        for comment in ("a", "b", "c"):
            one.world.store.update("/interface/bridge", row.id, {"comment": comment})
            await asyncio.sleep(0.05)
        assert one.questions == before


async def test_where_listen_is_refused_it_asks_every_few_seconds() -> None:
    async with following() as one:
        one.faults.refuse_listen = True
        one.server.disconnect()
        await one.until(lambda: one.mode is Mode.POLLING)
        one.world.line("ether1").cut(interface_down=True)
        await one.until(lambda: one.says(ether1=False, ether2=True))


async def test_it_asks_at_once_when_it_is_told_to() -> None:
    async with following() as one:
        await one.until(lambda: len(one.told) == 1)
        await asyncio.sleep(listen.LEAST_GAP)
        asked = time.monotonic()
        assert one.listener is not None
        one.listener.ask()
        await one.until(lambda: len(one.told) == 2)
        assert one.answered[-1] >= asked


async def test_a_router_that_stalls_is_left_and_found_again() -> None:
    async with following() as one:
        await one.until(lambda: one.says(ether1=True, ether2=True))
        one.faults.stall_on = "*"
        assert one.listener is not None
        one.listener.ask()
        await one.until(lambda: one.mode is Mode.DISCONNECTED)
        assert one.listener.error == "stalled"
        assert (one.calls[-1].command, one.calls[-1].outcome) == ("/interface/print", "stalled")
        one.faults.stall_on = ""
        one.world.line("ether2").cut(interface_down=True)
        await one.until(lambda: one.says(ether1=True, ether2=False), within=6)


async def test_a_router_that_is_gone_answers_nothing_and_is_found_again() -> None:
    async with following() as one:
        await one.until(lambda: bool(one.told))
        await one.server.become_unreachable()
        assert one.listener is not None
        listener = one.listener
        await one.until(lambda: listener.error == "unreachable")
        heard = len(one.answered)
        await asyncio.sleep(0.3)
        assert len(one.answered) == heard
        await one.server.become_reachable()
        await one.until(lambda: len(one.answered) > heard, within=6)
        assert one.mode is Mode.LISTENING


async def test_a_refused_login_is_an_answer_of_the_router() -> None:
    async with following(users=(User("somebody", "else"),)) as one:
        await one.until(lambda: bool(one.answered))
        assert one.listener is not None
        assert (one.listener.error, one.told) == ("login-refused", [])


async def test_without_the_right_to_read_it_says_so_and_tells_nothing() -> None:
    async with following(users=(User("admin", "", FULL - {"read"}),)) as one:
        assert one.listener is not None
        listener = one.listener
        await one.until(lambda: bool(listener.error))
        assert listener.error == "permission-missing"
        assert one.told == []
        assert one.answered


async def test_it_takes_one_session_and_leaves_none_behind() -> None:
    async with following() as one:
        await one.until(lambda: bool(one.told))
        assert len(one.server._sessions) == 1
    assert one.sessions_left == 0
