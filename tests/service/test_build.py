"""From a configuration to the parts: what is handed on, and the phase that begins before a pass."""

import asyncio
import socket
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from tests.service.rig import Hands
from wanwatch.config import Config
from wanwatch.config.load import load_text
from wanwatch.core.health.health_config import HealthConfig
from wanwatch.core.health.streak import TargetState
from wanwatch.core.health.target_health import TargetReport, WanFigures
from wanwatch.core.health.wan_health import Evidence, HealthReason, Transition
from wanwatch.core.health.window import Figures
from wanwatch.core.model import HealthState
from wanwatch.core.write_budget import WriteBudget
from wanwatch.routeros.errors import LoginRefused
from wanwatch.routeros.tls import TlsMode
from wanwatch.service.build import (
    Parts,
    build,
    plan_options,
    settle_time,
    specs,
)
from wanwatch.service.clock import Clock
from wanwatch.service.history import History
from wanwatch.service.metrics import Metrics
from wanwatch.service.open_router import open_router
from wanwatch.service.transition_notes import detection, note_transitions

MINIMAL = """
[router]
address = "192.0.2.254"
{router}
[probe]
targets = ["192.0.2.1", "192.0.2.2"]
interval = "1s"
timeout = "500ms"
[health]
fall = 3
rise = 5
{failover}
[[wan]]
name = "isp1"
interface = "мост"
source = "127.0.0.1"
routing_tables = ["таб"]
[[wan]]
name = "isp2"
interface = "ether2"
source = "127.0.0.2"
interval = "2s"
weight = 3
"""


def a_config(router: str = "", failover: str = "") -> Config:
    """Two WANs; more lines may stand in two sections."""
    return load_text(MINIMAL.format(router=router, failover=failover), "wanwatch.toml")


def built(config: Config, budget: WriteBudget, metrics: Metrics) -> Parts:
    """The parts, within the running loop."""
    hands = Hands()
    return build(
        config,
        metrics=metrics,
        history=History(),
        budget=budget,
        clock=Clock(hands.monotonic, hands.wall),
    )


def down(last_answers: list[float | None], after: HealthState = HealthState.DOWN) -> Transition:
    """A WAN that changed at 100 s, whose targets answered last at these times."""
    targets = tuple(
        TargetReport(
            target=f"192.0.2.{number}",
            state=TargetState.FAILING,
            losses=3,
            answers=0,
            figures=Figures(),
            last_rtt=None,
            last_answer_at=at,
            discounted=False,
            timeout=1.0,
            recent=(),
        )
        for number, at in enumerate(last_answers)
    )
    evidence = Evidence(WanFigures(), targets, HealthConfig())
    return Transition("isp1", HealthState.UP, after, HealthReason.TARGETS_FAIL, 100.0, evidence)


def test_names_reach_the_router_in_its_own_bytes() -> None:
    first, second = specs(a_config())
    assert first.interface.encode("latin-1").decode() == "мост"
    assert first.routing_tables[0].encode("latin-1").decode() == "таб"
    assert (second.interface, second.weight) == ("ether2", 3)


def test_how_failovers_are_made_is_handed_on() -> None:
    plain = plan_options(a_config())
    assert (plain.whole_buckets, plain.disable_routes, plain.flush_connections) == (
        False,
        True,
        True,
    )
    text = '[failover]\nrebalance = "whole"\ndisable_routes = false\nflush = false'
    other = plan_options(a_config(failover=text))
    assert (other.whole_buckets, other.disable_routes, other.flush_connections) == (
        True,
        False,
        False,
    )


def test_settling_outlasts_the_verdict_on_the_slowest_wan() -> None:
    assert settle_time(a_config()) == 6 * 2.0 + 0.5 + 1.0


async def test_the_budget_keeps_its_writes_and_takes_the_new_limit() -> None:
    budget, metrics = WriteBudget(60), Metrics("0")
    budget.record(999.0)
    parts = built(a_config(failover="[failover]\nwrites_per_hour = 7"), budget, metrics)
    assert (budget.limit, budget.last_hour(1000.0)) == (7, 1)
    labels = {"wan": "isp2", "target": "192.0.2.1", "result": "lost"}
    assert metrics.registry.get_sample_value("wanwatch_probes_total", labels) == 0
    assert [wan.name for wan in parts.documents.make().wans] == ["isp1", "isp2"]
    for prober in parts.probers:
        await prober.close()


@pytest.mark.parametrize(
    ("lines", "mode"),
    [
        ("", None),
        ('tls = "anonymous"', TlsMode.ANONYMOUS),
        (f'tls = "pin"\ntls_fingerprint = "{"ab" * 32}"', TlsMode.PINNED),
        ('tls = "ca"\ntls_ca_file = "/absent.pem"', TlsMode.CA),
    ],
)
async def test_the_connection_is_protected_as_configured(lines: str, mode: TlsMode | None) -> None:
    tls = open_router(a_config(lines)).session.endpoint.tls
    assert (None if tls is None else tls.mode) == mode


async def test_a_password_that_cannot_be_read_refuses_the_login(tmp_path: Path) -> None:
    router = open_router(a_config(f'password_file = "{tmp_path / "absent"}"'))
    with pytest.raises(LoginRefused, match="absent"):
        await router.observe()


@pytest.mark.parametrize(
    ("last_answers", "seconds"),
    [([97.5, 98.0], 2.0), ([None, 97.0], 3.0), ([None, None], None), ([], None)],
)
def test_detection_is_measured_from_the_last_answer_heard(
    last_answers: list[float | None], seconds: float | None
) -> None:
    assert detection(down(last_answers)) == seconds


@pytest.mark.parametrize("after", [HealthState.UP, HealthState.DEGRADED])
def test_only_a_wan_that_goes_down_is_detected(after: HealthState) -> None:
    assert detection(down([97.0], after)) is None


SUSPECTED = """
[router]
address = "192.0.2.254"
[probe]
targets = ["udp:127.0.0.1:{port}"]
confirm_interval = "20ms"
timeout = "100ms"
[health]
fall = 100
window = "110s"
[[wan]]
name = "isp1"
interface = "ether1"
source = "127.0.0.1"
"""


async def test_a_line_that_does_not_answer_is_probed_at_the_confirming_interval() -> None:
    loop = asyncio.get_running_loop()
    arrived: list[float] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(0)

        def arrive() -> None:
            silent.recv(64)
            arrived.append(loop.time())

        loop.add_reader(silent, arrive)
        config = load_text(SUSPECTED.format(port=silent.getsockname()[1]), "wanwatch.toml")
        parts = build(
            config,
            metrics=Metrics("0"),
            history=History(),
            budget=WriteBudget(60),
            clock=Clock(loop.time, Hands().wall),
        )
        work = (parts.guard.run(), parts.watcher.run(), parts.runner.run())
        tasks = [asyncio.create_task(each) for each in work]
        async with asyncio.timeout(30):
            while len(arrived) < 12:  # noqa: ASYNC110 - the socket sends no event
                await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        loop.remove_reader(silent)
        for prober in parts.probers:
            await prober.close()
    # Two probes may leave at the steady interval of a second before the first is lost.
    gaps = sorted(after - before for before, after in pairwise(arrived))
    assert median(gaps) < 0.5


async def test_everybody_hears_of_a_transition() -> None:
    metrics, history, hands = Metrics("0"), History(), Hands(100.25)
    parts = built(a_config(), WriteBudget(60), metrics)
    note_transitions(
        [down([98.0])],
        parts.reconciler,
        metrics=metrics,
        history=history,
        clock=Clock(hands.monotonic, hands.wall),
    )
    value = metrics.registry.get_sample_value
    labels = {"wan": "isp1", "to": "down", "reason": "targets-fail"}
    assert value("wanwatch_transitions_total", labels) == 1
    assert value("wanwatch_phase_duration_seconds_sum", {"phase": "detect"}) == 2.0
    assert history.newest()[0].at == hands.wall()
    await asyncio.wait_for(parts.reconciler._wake.wait(), 0.1)
    for prober in parts.probers:
        await prober.close()
