"""From a configuration to the parts of a running daemon."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from wanwatch.config import Config
from wanwatch.core.health.health_config import detection_time
from wanwatch.core.health.judge import Judge, WatchedWan
from wanwatch.core.health.wan_health import Transition
from wanwatch.core.model import WanSpec
from wanwatch.core.planning import PlanOptions
from wanwatch.core.write_budget import WriteBudget
from wanwatch.probes.distrust import Clocks, Disturbance, StallGuard, lag_threshold
from wanwatch.probes.kinds import open_prober
from wanwatch.probes.prober import Prober
from wanwatch.probes.runner import ProbeRunner, WanProbes
from wanwatch.probes.steering import Steering
from wanwatch.routeros.probe_entries import probe_entries
from wanwatch.routeros.router import Router
from wanwatch.routeros.session import Call
from wanwatch.routeros.text import router_text
from wanwatch.service.build_watch import listener_maker
from wanwatch.service.clock import Clock
from wanwatch.service.document import DocumentMaker
from wanwatch.service.explained import Explainer
from wanwatch.service.history import History
from wanwatch.service.lease_watch import LeaseWatch, NoLease
from wanwatch.service.metrics import Metrics
from wanwatch.service.open_lease import open_lease
from wanwatch.service.open_router import open_router
from wanwatch.service.path_watch import PathWatch
from wanwatch.service.probe_paths import steered_wans
from wanwatch.service.reconciler import Reconciler, Settings
from wanwatch.service.recorder import Recorder
from wanwatch.service.router_watch import RouterWatch
from wanwatch.service.transition_notes import note_transitions
from wanwatch.service.trust import Trust
from wanwatch.service.watcher import Watcher


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that runs for one configuration."""

    config: Config
    router: Router
    guard: StallGuard
    runner: ProbeRunner
    probers: tuple[Prober, ...]
    watcher: Watcher
    router_watch: RouterWatch
    reconciler: Reconciler
    lease: LeaseWatch | NoLease
    documents: DocumentMaker
    explainer: Explainer


def specs(config: Config) -> tuple[WanSpec, ...]:
    """The WANs as planning takes them: names and marks as the router's bytes."""
    return tuple(
        WanSpec(
            name=spec.name,
            interface=router_text(spec.interface),
            weight=spec.weight,
            gateways=spec.gateways,
            routing_tables=tuple(router_text(text) for text in spec.routing_tables),
            connection_marks=tuple(router_text(text) for text in spec.connection_marks),
            addresses=spec.addresses,
            probe_source=spec.probe_source,
        )
        for spec in config.wan_specs
    )


def plan_options(config: Config) -> PlanOptions:
    """How failovers are made."""
    return PlanOptions(
        whole_buckets=config.failover.rebalance == "whole",
        disable_routes=config.failover.disable_routes,
        flush_connections=config.failover.flush,
    )


def settle_time(config: Config) -> float:
    """Seconds after which every WAN that can be judged has been, whatever it is."""
    slowest = 0.0
    for wan in config.wans:
        probing, limits = config.probing(wan), config.health_limits(wan)
        down = detection_time(
            limits,
            targets=len(probing.targets),
            confirm_interval=probing.confirm_interval,
        )
        up = (limits.rise + 1) * probing.interval + probing.timeout
        slowest = max(slowest, down, up)
    return slowest + 1.0


def watched_wans(config: Config) -> dict[str, WatchedWan]:
    """What the WANs are judged by."""
    return {
        wan.name: WatchedWan(
            tuple(str(target) for target in config.probing(wan).targets),
            config.health_limits(wan),
        )
        for wan in config.wans
    }


def confirm_intervals(config: Config) -> dict[str, float]:
    """The cadence at which the first loss of each WAN is confirmed, in seconds."""
    return {wan.name: config.probing(wan).confirm_interval for wan in config.wans}


def build(
    config: Config,
    *,
    metrics: Metrics,
    history: History,
    budget: WriteBudget,
    clock: Clock,
    recorder: Recorder | None = None,
    token: str = "",
) -> Parts:
    """Make the parts; nothing runs yet. Call it within the loop they are to run in.

    What is given outlives the configuration: metrics, history, the writes of the last hour, what
    records the samples, and ``token``, by which this process knows its own lease.
    """
    names = [wan.name for wan in config.wans]
    judge = _judge(config, recorder, clock, asks_router=True)
    timeouts = [config.probing(wan).timeout for wan in config.wans]
    guard = StallGuard(
        Clocks(asyncio.get_running_loop().time, clock.boottime, clock.wall),
        threshold=lag_threshold(min(timeouts)),
    )
    probing = {wan.name: config.probing(wan) for wan in config.wans}
    targets = {name: each.targets for name, each in probing.items()}
    for name in names:
        metrics.know(name, [str(target) for target in targets[name]])
    budget.limit = config.failover.writes_per_hour

    def on_call(call: Call) -> None:
        metrics.api_call(call.command, call.seconds, call.outcome)
        reconciler.heart.beat()

    router = open_router(config, on_call)

    def on_transitions(transitions: Sequence[Transition]) -> None:
        note_transitions(transitions, reconciler, metrics=metrics, history=history, clock=clock)

    def on_suspicion(wan: str, *, suspected: bool) -> None:
        each = probing[wan]
        runner.set_interval(wan, each.confirm_interval if suspected else each.interval)
        if suspected:
            router_watch.ask()

    def catch_up() -> None:
        runner.catch_up()

    def after_tick() -> None:
        router_watch.look()
        trust.look()

    def on_disturbance(disturbance: Disturbance) -> None:
        metrics.disturbed(disturbance.kind.value)
        trust.disturbed(disturbance)

    def wake() -> None:
        reconciler.wake()

    watcher = Watcher(
        judge,
        targets,
        guard=guard,
        metrics=metrics,
        clock=clock.monotonic,
        on_transitions=on_transitions,
        on_suspicion=on_suspicion,
        catch_up=catch_up,
        after_tick=after_tick,
    )
    trust = Trust(watcher, clock.monotonic, wake)
    guard.subscribe(on_disturbance)
    router_watch = RouterWatch(
        specs(config),
        watcher=watcher,
        clock=clock.monotonic,
        observe=wake,
        make_listener=listener_maker(config, router.session.endpoint, metrics=metrics, clock=clock),
    )
    paths = PathWatch(
        steered_wans(config),
        specs(config),
        entries=partial(probe_entries, router.session),
        clock=clock.monotonic,
    )
    lease = open_lease(
        config,
        router.session,
        token=token,
        metrics=metrics,
        clock=clock,
        is_alive=lambda: reconciler.heart.is_beating,
        on_change=wake,
    )
    reconciler = Reconciler(
        router,
        Settings(
            specs(config),
            plan_options(config),
            config.failover.reconcile_interval,
            settle_time(config),
        ),
        watcher.states,
        budget=budget,
        metrics=metrics,
        history=history,
        clock=clock,
        doubtful=lambda: watcher.doubtful,
        trust=trust,
        watch=router_watch,
        paths=paths,
        lease=lease,
    )
    probes = [
        WanProbes(
            wan.name,
            config.probing(wan).targets,
            open_prober(Steering(*wan.steering), icmp_engine=config.probe.engine),
            config.probing(wan).interval,
            config.probing(wan).patience,
        )
        for wan in config.wans
    ]
    runner = ProbeRunner(probes, watcher, guard)
    documents = DocumentMaker(
        specs(config),
        router=router,
        watcher=watcher,
        reconciler=reconciler,
        budget=budget,
        history=history,
        clock=clock,
        started=clock.wall(),
        recorder=recorder,
        router_watch=router_watch,
    )
    explainer = Explainer(
        judge, watcher=watcher, reconciler=reconciler, history=history, clock=clock
    )
    return Parts(
        config=config,
        router=router,
        guard=guard,
        runner=runner,
        probers=tuple(probe.prober for probe in probes),
        watcher=watcher,
        router_watch=router_watch,
        reconciler=reconciler,
        lease=lease,
        documents=documents,
        explainer=explainer,
    )


def _judge(config: Config, recorder: Recorder | None, clock: Clock, *, asks_router: bool) -> Judge:
    wans = watched_wans(config)
    if recorder is None:
        return Judge(wans, asks_router=asks_router)
    return recorder.judge(wans, confirm_intervals(config), clock, asks_router=asks_router)
