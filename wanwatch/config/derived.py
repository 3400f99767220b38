"""Facts that follow from a configuration, for `wanwatch check`: what the numbers come to."""

from dataclasses import replace

from wanwatch.config.durations import format_duration
from wanwatch.config.model import Config
from wanwatch.config.probing import Probing
from wanwatch.config.probing_rules import loss_samples
from wanwatch.config.wan import WanSection
from wanwatch.core.health.health_config import HealthConfig, detection_time, return_time
from wanwatch.core.health.hold_down import HoldDown
from wanwatch.core.lease import GRACE, LeaseTerm

_HOUR = 3600.0


def derived(config: Config) -> list[tuple[str, str]]:
    """Return labels and values, the common facts first, then those of each line."""
    facts = [_router_fact(config)]
    rate = sum(
        len((probing := config.probing(wan)).targets) / probing.interval for wan in config.wans
    )
    facts.append(("profile", config.health.profile))
    facts.append(("probes a second", f"{rate:.3g} through {_lines(len(config.wans))}"))
    facts.append(("unseen hand edits, at worst", _shown(config.failover.reconcile_interval)))
    writes = config.failover.writes_per_hour
    facts.append(("configuration writes an hour", f"at most {writes}"))
    facts.append(
        ("writes a failover may take", f"at most {writes // 2}, to return within the same hour")
    )
    facts.append(("lease", _lease(config)))
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


def _lease(config: Config) -> str:
    length = config.lease_seconds
    if not length:
        return "none; no other wanwatch may watch this router"
    timeout = config.router.timeout if config.router else 0.0
    term = LeaseTerm.of(length, timeout)
    spare = length - term.renew_every - term.write - GRACE
    return (
        f"{_shown(length)}, the longest until another wanwatch takes over; renewed every "
        f"{_shown(term.renew_every)}, which leaves a write {_shown(spare)} to spare"
    )


def _wan_facts(config: Config, wan: WanSection) -> list[tuple[str, str]]:
    probing, health = config.probing(wan), config.health
    limits = config.health_limits(wan)
    shortest = _shown(probing.shortest_timeout)
    usual = _detection(probing, limits, probing.shortest_timeout)
    suspected = len(probing.targets) / probing.confirm_interval
    harmless = _harmless(probing, limits)
    often = failovers_in_an_hour(limits, harmless + probing.shortest_timeout)
    facts = [
        ("steered by", _steered_by(wan)),
        ("down after a cut, usually", f"within {usual} (answers take less than {shortest})"),
        ("down after a cut, at worst", f"within {_detection(probing, limits, probing.timeout)}"),
        ("probes a second, while suspected", f"{suspected:.3g}"),
        ("outages that move nobody", f"up to {_shown(harmless)} less the RTT"),
        ("back in service, at the earliest", f"{_shown(return_time(limits))} after it went down"),
        ("failovers, cut whenever it is back", f"{often} in the first hour"),
    ]
    samples = loss_samples(probing, health)
    if health.loss_pair is not None and samples:
        of = f"one of {samples} probes in {_shown(limits.window)}"
        facts.append(("loss resolution", f"{1 / samples:.2g} ({of})"))
    return facts


def _detection(probing: Probing, limits: HealthConfig, timeout: float) -> str:
    """How soon a cut is known where answers are waited for so long."""
    return _shown(
        detection_time(
            replace(limits, timeout=timeout, timeout_shortest=None),
            targets=len(probing.targets),
            confirm_interval=probing.confirm_interval,
        )
    )


def _harmless(probing: Probing, limits: HealthConfig) -> float:
    """Seconds in which neither ``confirm`` nor ``fall`` losses of each target find room.

    What leaves an RTT before an outage may be lost in it too. The first two losses of a row may be
    close, since the cadence changes after the first.
    """
    return max(limits.confirm, (limits.fall - 2) * probing.confirm_interval)


def failovers_in_an_hour(limits: HealthConfig, found: float) -> int:
    """Return how often a line is lost in the hour after its first loss, that one counted.

    It is cut again each time as soon as it is back, and answers again as soon as that is known,
    after ``found`` seconds: nothing can be lost more often. It was not charged with anything before.
    """
    hold_down, lost, at = HoldDown(limits), 0, 0.0
    while at < _HOUR:
        lost += 1
        hold_down.lost(at)
        answers = limits.rise * limits.interval
        hold_down.back(at + answers)
        damped = hold_down.damped_for(at + answers)
        at += max(return_time(limits), answers + damped if damped else 0.0) + found
    return lost


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
