"""A simulated router that is provisioned and stripped again, in one event loop."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from wanwatch.core.discovery.discover import discover
from wanwatch.core.lint.run import lint
from wanwatch.core.model import Finding, HealthState, WanSpec
from wanwatch.core.plan import Plan
from wanwatch.core.planning import make_plan
from wanwatch.core.policy import dispositions
from wanwatch.core.provision.changes import Change, changes_of, removal
from wanwatch.core.provision.items import Item, Kind, LoginWish, Steered, Wish
from wanwatch.core.provision.judge import Verdict, judge
from wanwatch.core.provision.proposal import proposed_sources
from wanwatch.core.provision.stale import stale_changes
from wanwatch.core.provision.wanted import wanted_items
from wanwatch.core.survey import Survey
from wanwatch.routeros.provision import Applied, carry_out, provision_survey
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import RouterSession
from wanwatch.sim.export import load_export
from wanwatch.sim.export_write import write_export
from wanwatch.sim.factory import furnish
from wanwatch.sim.login import User
from wanwatch.sim.server import ApiServer
from wanwatch.sim.store import Store
from wanwatch.sim.world import World

LEASE = "wanwatch-lease"
SECRET = "correct horse"
LOGIN = LoginWish("wanwatch", "192.168.88.200")


class Provisioned:
    """A router over its API, and what is wished for on it."""

    def __init__(self, store: Store, world: World, router: Router, wish: Wish | None) -> None:
        self.store = store
        self._world = world
        self.router = router
        self.wish = wish
        self.specs: tuple[WanSpec, ...] = ()

    def export(self) -> str:
        return write_export(self.store, self._world.version)

    async def survey(self) -> Survey:
        return await provision_survey(self.router, LEASE)

    async def settle(self) -> Wish:
        """The wish: what was given, else a source for each WAN that is found, and a login."""
        survey = await self.survey()
        discovery = discover(survey)
        if not self.specs:
            self.specs = discovery.specs
        if self.wish is None:
            names = [spec.name for spec in self.specs]
            uplinks = {name for wan in discovery.wans for name in wan.interfaces}
            sources = proposed_sources(survey, uplinks, len(names))
            steered = tuple(Steered(n, s) for n, s in zip(names, sources, strict=True))
            self.wish = Wish(steered, LOGIN.host, LOGIN)
        return self.wish

    async def items(self) -> tuple[Item, ...]:
        wish = await self.settle()
        return wanted_items(await self.survey(), self.specs, wish)

    async def verdicts(self) -> tuple[Verdict, ...]:
        wish = await self.settle()
        survey = await self.survey()
        return judge(survey, wanted_items(survey, self.specs, wish))

    async def stale(self) -> tuple[Change, ...]:
        return stale_changes(await self.survey(), await self.items())

    async def apply(self) -> list[Applied]:
        """As the command does: until nothing is left to be done, three times at most."""
        done = []
        for _ in range(3):
            survey = await self.survey()
            changes = (*changes_of(await self.verdicts()), *await self.stale())
            if not changes:
                break
            done.append(await carry_out(self.router.session, survey, changes, lambda: SECRET))
        return done

    async def remove(self) -> Applied:
        survey = await self.survey()
        return await carry_out(self.router.session, survey, removal(survey), lambda: "")

    async def plan(self, down: str) -> Plan:
        """What would be done with one WAN down."""
        snapshot = await self.router.observe()
        health = {s.name: HealthState.UP for s in self.specs} | {down: HealthState.DOWN}
        return make_plan(snapshot, self.specs, dispositions(health))

    async def findings(self) -> list[Finding]:
        survey = await self.router.survey()
        return list(lint(survey, discover(survey)))


def of_kind(verdicts: tuple[Verdict, ...], kind: Kind) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.item.kind is kind]


@asynccontextmanager
async def provisioned(
    export: str, wish: Wish | None = None, prepare: Callable[[Store], None] | None = None
) -> AsyncIterator[Provisioned]:
    """The router of an export, served; ``prepare`` may change its rows first."""
    store = Store()
    version = load_export(export, store).version
    furnish(store, version)
    if prepare is not None:
        prepare(store)
    world = World(store, version, clock=time.monotonic, seed=1)
    server = ApiServer(world, (User(),))
    host, port = await server.start()
    try:
        async with RouterSession(host, port, "admin", "") as session:
            yield Provisioned(store, world, Router(session), wish)
    finally:
        await server.close()
