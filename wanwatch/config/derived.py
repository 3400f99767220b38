"""Facts that follow from a configuration, for `wanwatch check`: what the numbers come to."""

from dataclasses import replace

from wanwatch.config.durations import format_duration
from wanwatch.config.model import Config
from wanwatch.config.rules import judged_samples
from wanwatch.config.wan import WanSection
from wanwatch.core.health_config import HealthConfig, detection_time

_HOUR = 3600


def derived(config: Config) -> list[tuple[str, str]]:
    """Return labels and values, the common facts first, then those of each line."""
    facts = [_router_fact(config)]
    rate = sum(
        len((probing := config.probing(wan)).targets) / probing.interval for wan in config.wans
    )
    facts.append(("probes a second", f"{rate:.3g} through {_lines(len(config.wans))}"))
    facts.append(("unseen hand edits, at worst", _shown(config.failover.reconcile_interval)))
    writes = config.failover.writes_per_hour
    facts.append(("configuration writes an hour", f"at most {writes}"))
    facts.append(
        ("writes a failover may take", f"at most {writes // 2}, to return within the same hour")
    )
    for wan in config.wans:
        facts.extend((f"{wan.name}: {label}", value) for label, value in _wan_facts(config, wan))
    return facts


def warnings(config: Config) -> tuple[str, ...]:
    """Return one sentence for each thing that is allowed but unwise; looks at file permissions."""
    prefix = f"{config.source}: " if config.source else ""
    found = list(config.router.warnings()) if config.router else []
    if len(config.wans) == 1:
        found.append(f"{prefix}wan: only one line is named; wanwatch can watch it, not replace it")
    if config.status.is_exposed:
        found.append(
            f'{prefix}status.listen: "{config.status.listen}" answers other hosts without a '
            "login; let a firewall or a proxy say who may ask"
        )
    return tuple(found)


def _router_fact(config: Config) -> tuple[str, str]:
    router = config.router
    if router is None:
        return "router", "none; plans from an export only"
    tls = {
        "off": "without TLS, the password crosses the LAN readable",
        "ca": "by TLS, the certificate vouched for by its authority",
        "pin": "by TLS, the certificate pinned",
        "anonymous": "by TLS without a certificate",
    }[router.tls]
    return "router", f"{router.user} at {router.address} port {router.api_port}, {tls}"


def _wan_facts(config: Config, wan: WanSection) -> list[tuple[str, str]]:
    probing, health = config.probing(wan), config.health
    limits = config.health_limits(wan)
    worst, usual = (
        detection_time(
            replace(limits, timeout=timeout),
            targets=len(probing.targets),
            confirm_interval=probing.confirm_interval,
        )
        for timeout in (probing.timeout, probing.shortest_timeout)
    )
    back = max(health.hold_down, health.rise * probing.interval)
    facts = [
        ("steered by", _steered_by(wan)),
        ("down after a cut, on a fast line", f"within {_shown(usual)}"),
        ("down after a cut, at worst", _shown(worst)),
        ("outages that move nobody", f"shorter than {_shown(health.confirm_seconds)}"),
        ("failovers, when it flaps", f"at most {_failovers(limits, usual + back):.3g} an hour"),
        ("back in service, at the earliest", f"{_shown(back)} after it went down"),
    ]
    samples = int(judged_samples(probing, health))
    if health.loss_pair is not None and samples:
        facts.append(
            ("loss resolution", f"{1 / samples:.2g} (one of {samples} probes to a target)")
        )
    return facts


def _failovers(limits: HealthConfig, cycle: float) -> float:
    """How often an hour a line can be lost; one that is damped twice, before it is suppressed."""
    often = _HOUR / cycle
    damping = limits.damping
    if damping is None:
        return often
    losses, penalty = 0, 0.0
    while penalty < damping.suppress and losses < often:
        penalty = penalty * 2 ** (-cycle / damping.half_life) + 1
        losses += 1
    return min(often, losses)


def _steered_by(wan: WanSection) -> str:
    named = (
        ("source", wan.source),
        ("dscp", wan.dscp),
        ("fwmark", wan.fwmark),
        ("device", wan.device),
    )
    parts = [f"{name} {value}" for name, value in named if value is not None]
    return ", ".join(parts) or "nothing yet; needed to run"


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


def _shown(seconds: float) -> str:
    return format_duration(seconds)
