"""Rules between sections: what each key allows alone, but what cannot work together.

Each rule returns problems, at the key that is the nearest remedy.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import ceil

from wanwatch.config.durations import format_duration
from wanwatch.config.probing import LONGEST_WINDOW, HealthSection, Probing
from wanwatch.config.problem import Key, Problem, toml_value
from wanwatch.config.wan import WanSection
from wanwatch.core.window import CAPACITY
from wanwatch.core.window import judged_samples as samples_in

WINDOW_CAPACITY = CAPACITY
"""Probes to one target that ``core.window`` keeps."""
STEERING_KEYS = ("source", "dscp", "fwmark", "device")
_OWN_LISTS = ("routing_tables", "connection_marks", "addresses")


def judged_samples(probing: Probing, health: HealthSection) -> float:
    """Return how many judged probes of one target a full window holds."""
    return samples_in(
        span=health.window_for(probing.interval), timeout=probing.timeout, interval=probing.interval
    )


def probing_problems(probing: Probing, health: HealthSection, *, wan: str = "") -> list[Problem]:
    """Return what contradicts itself in one set of probing settings; ``wan`` when it is a WAN's."""
    whose = f" of {wan}" if wan else ""
    problems = list(_window_problems(probing, health, whose))
    if not problems:
        problems.extend(_resolution_problems(probing, health, whose))
    if probing.patience < probing.timeout:
        sentence = (
            f"patience {_shown(probing.patience)} is shorter than the timeout{whose}, "
            f'{_shown(probing.timeout)}; write patience = "{_shown(probing.timeout)}" or more'
        )
        problems.append(Problem(("probe", "patience"), sentence))
    if health.quorum > len(probing.targets):
        sentence = (
            f"{health.quorum} is more than the number of targets{whose}, {len(probing.targets)}; "
            f"write {len(probing.targets)} or less, or add targets"
        )
        problems.append(Problem(("health", "quorum"), sentence))
    for name, pair in (("rtt", health.rtt_pair), ("jitter", health.jitter_pair)):
        if pair is not None and pair[0] > probing.patience:
            sentence = (
                f"{_shown(pair[0])} is never seen, since answers are awaited{whose} for "
                f'{_shown(probing.patience)} (patience); write "{_shown(probing.patience)}" or less'
            )
            problems.append(Problem(("health", f"degraded_{name}"), sentence))
    return problems


def _window_problems(probing: Probing, health: HealthSection, whose: str) -> Iterator[Problem]:
    key: Key = ("health", "window")
    span = health.window_for(probing.interval)
    interval, window = _shown(probing.interval), _shown(span)
    minimum = health.named.minimum_samples
    fall_takes = health.fall * probing.interval + probing.timeout
    judges_quality = (health.loss_pair, health.rtt_pair, health.jitter_pair) != (None, None, None)
    quality_takes = minimum * probing.interval + probing.timeout if judges_quality else 0.0
    least = ceil(max(fall_takes, quality_takes))
    remedy = (
        f'write "{_shown(least)}" or more'
        if least <= LONGEST_WINDOW
        else "no window is long enough, so probe more often"
    )
    if span < fall_takes:
        sentence = f"{window} is shorter than the {_shown(fall_takes)} that {health.fall} losses"
        yield Problem(key, f"{sentence}{whose} take (fall); {remedy}")
    elif span / probing.interval > WINDOW_CAPACITY:
        most = int(WINDOW_CAPACITY * probing.interval)
        sentence = f"{window} at the interval{whose}, {interval}, is more than {WINDOW_CAPACITY}"
        yield Problem(key, f'{sentence} probes; write "{_shown(most)}" or less')
    elif judges_quality and judged_samples(probing, health) < minimum:
        sentence = f"{window} at the interval{whose}, {interval}, is fewer than the"
        yield Problem(
            key,
            f"{sentence} {minimum} probes that degraded_loss, degraded_rtt and "
            f'degraded_jitter need; {remedy}, or degraded_loss = "off"',
        )


def _resolution_problems(probing: Probing, health: HealthSection, whose: str) -> Iterator[Problem]:
    samples = int(judged_samples(probing, health))
    if health.loss_pair is None or not samples:
        return
    written = [("degraded_loss", health.loss_pair[0])]
    if health.recovered_loss:
        written.append(("recovered_loss", health.recovered_loss))
    for name, ratio in written:
        if ratio * samples < 1:
            least = ceil(1000 / samples) / 1000
            yield Problem(
                ("health", name),
                f"{ratio:g} is finer than one lost probe{whose} in a window of "
                f"{_shown(health.window_for(probing.interval))}; write {least:g} or more, or a longer window",
            )


def wan_problems(wans: Sequence[WanSection]) -> list[Problem]:
    """Return where two WANs claim the same thing, so that neither could be told by it."""
    problems = []
    for (first_index, first), (index, wan) in combinations(enumerate(wans), 2):
        other = f'wan[{first_index + 1} "{first.name}"]'
        at: Key = ("wan", index)
        if wan.name == first.name:
            sentence = f"{toml_value(wan.name)} is the name of wan[{first_index + 1}] too"
            problems.append(Problem((*at, "name"), f"{sentence}; give each line its own name"))
        if wan.interface == first.interface and not (wan.gateways and first.gateways):
            sentence = f"{toml_value(wan.interface)} is the interface of {other} too"
            problems.append(
                Problem((*at, "interface"), f"{sentence}; correct one, or give both their gateways")
            )
        if wan.is_steered and wan.steering == first.steering:
            key = next(
                name
                for name, part in zip(STEERING_KEYS, wan.steering, strict=True)
                if part is not None
            )
            sentence = f"{toml_value(getattr(wan, key))} steers the probes of {other} too"
            problems.append(
                Problem(
                    (*at, key), f"{sentence}, so that both would leave by one line; write another"
                )
            )
        for key in _OWN_LISTS:
            problems.extend(
                Problem(
                    (*at, key), f"{toml_value(name)} belongs to {other} too; remove it from one"
                )
                for name in getattr(wan, key)
                if name in getattr(first, key)
            )
    return problems


def family_problem(index: int, wan: WanSection, probing: Probing) -> Problem | None:
    """Return the problem of a source address that a target cannot answer to."""
    if wan.source is None:
        return None
    for target in probing.targets:
        if target.is_ipv6 != (":" in wan.source):
            return Problem(
                ("wan", index, "targets"),
                f"{toml_value(str(target))} cannot be probed from the source {wan.source}; "
                "name targets of the source's address family only",
            )
    return None


def _shown(seconds: float) -> str:
    return format_duration(seconds)
