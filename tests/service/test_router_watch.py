"""What the router says reaches those who judge: the newer word, and asked for in time."""

from dataclasses import dataclass, field, replace

from tests.core.test_gone import ROUTER, ROUTES, SPECS
from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.model import HealthState
from wanwatch.core.target import Target
from wanwatch.probes.distrust import Clocks, StallGuard
from wanwatch.service.metrics import Metrics
from wanwatch.service.router_watch import RouterWatch
from wanwatch.service.watcher import Watcher

T1 = Target.parse("192.0.2.9")
LIMITS = HealthConfig(timeout=0.5, fall=3, rise=2, confirm=60.0)
"""By the probes alone nothing is lost within a minute."""


@dataclass
class Desk:
    """Two lines, a judge, and time in hand."""

    now: float = 1000.0
    seq: int = 0
    observations: int = 0
    answers: dict[str, bool] = field(default_factory=lambda: {"a": True, "b": True})

    def __post_init__(self) -> None:
        names = [spec.name for spec in SPECS]
        self.judge = Judge(
            {name: WatchedWan((str(T1),), LIMITS) for name in names}, asks_router=True
        )
        self.watcher = Watcher(
            self.judge,
            dict.fromkeys(names, (T1,)),
            guard=StallGuard(Clocks(*[self.clock] * 3), threshold=1e9),
            metrics=Metrics("0"),
            clock=self.clock,
            on_transitions=lambda _: None,
            on_suspicion=lambda wan, *, suspected: None,  # noqa: ARG005 - the listener's form
        )
        self.watch = RouterWatch(
            SPECS, watcher=self.watcher, clock=self.clock, observe=self.observe
        )

    def clock(self) -> float:
        return self.now

    def observe(self) -> None:
        self.observations += 1

    def pass_by(self, seconds: int) -> list[HealthState]:
        """Probe every line every second, and judge; the states that were entered."""
        entered = []
        for _ in range(seconds):
            for wan, answers in self.answers.items():
                self.judge.sent(wan, str(T1), self.seq, self.now)
                if answers:
                    self.judge.answered(wan, str(T1), self.seq, 0.02, self.now + 0.02)
            self.seq += 1
            self.now += 1.0
            entered += [each.after for each in self.judge.tick(self.now)]
            self.watch.look()
        return entered

    @property
    def gone(self) -> dict[str, GoneReason]:
        report = self.judge.report(self.now)
        return {wan.wan: wan.gone for wan in report.wans if wan.gone is not None}


def test_of_two_words_the_one_that_was_asked_for_later_counts() -> None:
    desk = Desk()
    desk.watch.told({"ether1": False, "ether2": True}, 10.0)
    assert desk.gone == {"a": GoneReason.INTERFACE_DOWN}
    desk.watch.observed(replace(ROUTER, running_interfaces={"ether1": True}), 9.0)
    assert desk.gone == {"a": GoneReason.INTERFACE_DOWN}
    desk.watch.observed(replace(ROUTER, running_interfaces={"ether1": True}), 11.0)
    assert desk.gone == {}


def test_a_route_that_is_lost_counts_only_while_the_probes_are_silent() -> None:
    desk = Desk()
    lost = replace(ROUTER, routes=(replace(ROUTES[0], active=False), *ROUTES[1:]))
    assert desk.pass_by(5) == [HealthState.UP, HealthState.UP]
    desk.watch.observed(ROUTER, desk.now)
    desk.watch.observed(lost, desk.now)
    assert desk.pass_by(30) == []
    desk.answers["a"] = False
    assert desk.pass_by(3) == [HealthState.DOWN]
    assert desk.gone == {"a": GoneReason.ROUTE_INACTIVE}
    desk.answers["a"] = True
    desk.pass_by(2)
    assert desk.gone == {}


def test_a_route_that_wanwatch_disabled_is_not_held_against_its_line() -> None:
    desk = Desk()
    off = replace(ROUTER, routes=(replace(ROUTES[0], active=False, disabled=True), *ROUTES[1:]))
    desk.pass_by(5)
    desk.watch.observed(ROUTER, desk.now)
    desk.watch.observed(off, desk.now)
    desk.answers["a"] = False
    assert desk.pass_by(10) == []


def test_a_line_that_falls_silent_has_the_router_read_but_not_all_the_time() -> None:
    desk = Desk()
    desk.pass_by(5)
    assert desk.observations == 0
    desk.answers["a"] = False
    desk.pass_by(3)
    assert desk.observations == 1
    for _ in range(5):
        desk.answers["a"] = not desk.answers["a"]
        desk.pass_by(1)
    assert desk.observations <= 2


def test_where_all_lines_are_silent_the_router_is_asked_until_it_answers() -> None:
    desk = Desk()
    desk.pass_by(5)
    desk.answers = {"a": False, "b": False}
    desk.pass_by(10)
    assert desk.observations >= 5
    assert desk.watcher.lan_lost_since is not None
    desk.watch.answered(desk.now)
    asked = desk.observations
    desk.answers = {"a": True, "b": True}
    assert desk.pass_by(10) == []
    assert desk.observations == asked
    assert desk.watcher.lan_lost_since is None


def test_without_a_listener_nothing_is_followed_between_the_passes() -> None:
    assert (Desk().watch.mode, Desk().watch.is_listening) == ("", False)
