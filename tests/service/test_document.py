"""The status document: before anything is known, with foreign letters, and after much happened."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from tests.service.rig import DOWN, MANGLE, UP, Rig, rig
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import AdminState, WanSpec
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Clocks, StallGuard
from wanwatch.service.clock import Clock
from wanwatch.service.document import DocumentMaker
from wanwatch.service.server import why_not_ready
from wanwatch.service.status import StatusDocument, WanStatus
from wanwatch.service.watcher import Watcher

T1 = Target.parse("192.0.2.1")
FAST = HealthConfig(timeout=0.5, fall=2, rise=2, hold_down=9.0)


@dataclass
class Desk:
    """A rig's document, with a judge that hears what the test says."""

    one: Rig
    specs: tuple[WanSpec, ...]
    seq: int = 0

    def __post_init__(self) -> None:
        names = [spec.name for spec in self.specs]
        self.watcher = Watcher(
            Judge({name: WatchedWan((str(T1),), FAST) for name in names}),
            dict.fromkeys(names, (T1,)),
            guard=StallGuard(Clocks(*[self.one.hands.monotonic] * 3), threshold=1e9),
            metrics=self.one.metrics,
            clock=self.one.hands.monotonic,
            on_transitions=self._note,
            on_suspicion=lambda wan, *, suspected: None,  # noqa: ARG005 - the listener's form
        )
        self.maker = DocumentMaker(
            self.specs,
            router=self.one.router,
            watcher=self.watcher,
            reconciler=self.one.reconciler,
            budget=self.one.budget,
            history=self.one.history,
            clock=Clock(self.one.hands.monotonic, self.one.hands.wall),
            started=self.one.hands.wall(),
        )

    def _note(self, found: Sequence[Transition]) -> None:
        for transition in found:
            self.one.history.transition(transition, self.one.hands.wall(), None)

    async def hear(self, wan: str, *, answers: bool, samples: int = 3) -> None:
        """Let samples be answered or lost, and the watcher judge them."""
        task = asyncio.create_task(self.watcher.run())
        for _ in range(samples):
            seq, self.seq = self.seq, self.seq + 1
            self.watcher.sent(wan, T1, seq, self.one.hands.now)
            if answers:
                self.watcher._judge.answered(wan, str(T1), seq, 0.02, self.one.hands.now)
            self.one.hands.now += 1.0
            await asyncio.sleep(0)
        self.watcher._fed.set()
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def make(self) -> StatusDocument:
        return self.maker.make()

    def wan(self, name: str) -> WanStatus:
        return next(wan for wan in self.make().wans if wan.name == name)


def desk(one: Rig) -> Desk:
    """A document maker for the WANs of a rig."""
    return Desk(one, tuple(WanSpec(u.name, u.interface) for u in one.home.uplinks))


async def test_before_the_first_observation_nothing_is_claimed() -> None:
    async with rig() as one:
        document = desk(one).make()
        assert not document.ready
        assert (document.frozen, document.router.state) == ("settling", "connecting")
        assert document.router.last_observed is None
        assert why_not_ready(document) == "router-connecting"
        for wan in document.wans:
            assert (wan.share, wan.buckets, wan.routes) == (None, (), ())
            assert (wan.state, wan.since, wan.reason) == ("unknown", None, "")
            assert (wan.rtt, wan.loss_ratio, wan.jitter) == (None, None, None)
        assert document.as_json()["exit_code"] == 1


async def test_an_observed_router_shows_shares_buckets_and_routes() -> None:
    async with rig() as one:
        page = desk(one)
        await one.passes()
        document = page.make()
        assert document.ready
        assert document.router.state == "connected"
        assert document.router.version == "7.16.2"
        wan = page.wan("one")
        assert wan.share == 0.5
        assert wan.buckets == ("prerouting both-addresses-and-ports:2/0",)
        assert wan.routes == (
            "one via 198.18.0.1 distance 1 (active)",
            "main via 198.18.0.1 distance 1 (active)",
        )


async def test_a_failover_is_seen_in_shares_and_routes() -> None:
    async with rig() as one:
        page = desk(one)
        one.judged(one=DOWN)
        await one.passes()
        out = page.wan("one")
        assert (out.share, out.buckets, out.disposition) == (0, (), "out")
        assert all(route.endswith("(disabled)") for route in out.routes)
        assert page.wan("two").share == 1
        assert page.make().writes.last_hour == 3


async def test_names_in_other_letters_are_readable() -> None:
    async with rig() as one:
        cyrillic = "мост".encode().decode("latin-1")
        for rule in [r for r in one.rows(MANGLE) if "per-connection-classifier" in r.properties]:
            wrong = {"per-connection-classifier": "src-address:2/0,1", "comment": cyrillic}
            one.home.store.update(MANGLE, rule.id, wrong)
        one.home.store.add("/system/identity", {"name": "büro".encode().decode("latin-1")})
        page = Desk(one, (WanSpec("one", cyrillic), WanSpec("two", "ether2")))
        await one.passes()
        document = page.make()
        assert page.wan("one").interface == "мост"
        assert document.router.identity == "büro"
        assert document.frozen == "plan-blocked"
        found = next(f for f in document.findings if f.code == "pcc-classifier-invalid")
        text = f"{found.where} {found.data} {found.fix}"
        assert cyrillic not in text
        assert document.pending_steps == 0


async def test_the_reason_of_a_state_outlives_the_history() -> None:
    async with rig() as one:
        page = desk(one)
        await page.hear("one", answers=True)
        assert page.wan("one").state == "up"
        assert page.wan("one").since == one.hands.wall() - 1.0
        await page.hear("one", answers=False)
        for number in range(60):
            one.history.flushed("two", 1, 0.1, float(number))
        wan = page.wan("one")
        assert (wan.state, wan.reason) == ("down", "targets-fail")
        assert wan.hold_down_remaining > 0
        assert wan.targets[0].state == "down"
        assert wan.targets[0].losses_in_row >= 2


async def test_a_fresh_configuration_has_no_reasons_of_the_old_one() -> None:
    async with rig() as one:
        await desk(one).hear("one", answers=True)
        assert desk(one).wan("one").reason == ""


async def test_trouble_with_the_router_is_shown_in_its_words_until_it_is_over() -> None:
    async with rig() as one:
        page = desk(one)
        one.home.faults.deny_write = True
        one.judged(one=DOWN)
        await one.passes()
        document = page.make()
        assert document.router.state == "permission-missing"
        assert "not enough permissions" in document.router.error
        assert document.pending_steps == 3
        one.home.faults.deny_write = False
        await one.passes()
        assert (page.make().router.state, page.make().router.error) == ("connected", "")


async def test_wish_budget_and_configuration_errors_are_shown() -> None:
    async with rig(limit=3) as one:
        page = desk(one)
        one.reconciler.wishes["two"] = AdminState.DRAIN
        page.maker.config_error = "wanwatch.toml: no such file"
        one.judged(one=DOWN)
        await one.passes()
        one.judged(one=UP)
        await one.passes()
        document = page.make()
        assert page.wan("two").admin == "drain"
        assert document.config_error == "wanwatch.toml: no such file"
        assert document.writes.spent
        assert document.writes.limit == 3
