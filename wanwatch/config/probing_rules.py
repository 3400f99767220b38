"""Rules between ``[probe]`` and ``[health]``: what each key allows alone, but cannot work together.

They hold for what is sent through one WAN, its own settings and the common ones put together. Each
rule returns problems, at the key that is the nearest remedy.
"""

from collections.abc import Iterator
from math import ceil

from wanwatch.config.durations import format_duration
from wanwatch.config.health import LONGEST_WINDOW, HealthSection
from wanwatch.config.probing import Probing
from wanwatch.config.problem import Key, Problem
from wanwatch.core.health.window import CAPACITY
from wanwatch.core.health.window import judged_samples as samples_in


def judged_samples(probing: Probing, health: HealthSection) -> float:
    """Return how many judged probes of one target a full window holds."""
    return samples_in(
        span=health.window_for(probing.interval), timeout=probing.timeout, interval=probing.interval
    )


def loss_samples(probing: Probing, health: HealthSection) -> int:
    """Return how many probes a loss ratio is told from: those of all targets together."""
    return int(judged_samples(probing, health)) * len(probing.targets)


def probing_problems(probing: Probing, health: HealthSection, *, wan: str = "") -> list[Problem]:
    """Return what contradicts itself in one set of probing settings; ``wan`` when it is a WAN's."""
    whose = f" of {wan}" if wan else ""
    problems = list(_window_problems(probing, health, whose))
    if not problems:
        problems.extend(_resolution_problems(probing, health, whose))
    problems.extend(_cadence_problems(probing, whose))
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


def _cadence_problems(probing: Probing, whose: str) -> Iterator[Problem]:
    """Durations that bound each other; those that nobody wrote are within their bounds."""
    timeout, interval = _shown(probing.timeout), _shown(probing.interval)
    if probing.patience < probing.timeout:
        sentence = f"patience {_shown(probing.patience)} is shorter than the timeout{whose}"
        remedy = f'write patience = "{timeout}" or more'
        yield Problem(("probe", "patience"), f"{sentence}, {timeout}; {remedy}")
    if probing.shortest_timeout > probing.timeout:
        shortest = _shown(probing.shortest_timeout)
        sentence = f"shortest_timeout {shortest} is longer than the timeout{whose}"
        remedy = f'write shortest_timeout = "{timeout}" or less'
        yield Problem(("probe", "shortest_timeout"), f"{sentence}, {timeout}; {remedy}")
    if probing.confirm_interval > probing.interval:
        confirming = _shown(probing.confirm_interval)
        sentence = f"confirm_interval {confirming} is longer than the interval{whose}"
        remedy = f'write confirm_interval = "{interval}" or less'
        yield Problem(("probe", "confirm_interval"), f"{sentence}, {interval}; {remedy}")


def _window_problems(probing: Probing, health: HealthSection, whose: str) -> Iterator[Problem]:
    key: Key = ("health", "window")
    span = health.window_for(probing.interval)
    interval, window = _shown(probing.interval), _shown(span)
    minimum = health.named.minimum_samples
    fall_takes = health.fall * probing.interval + probing.timeout
    judges_quality = (health.loss_pair, health.rtt_pair, health.jitter_pair) != (None, None, None)
    quality_takes = minimum * probing.interval + probing.timeout if judges_quality else 0.0
    least = ceil(max(fall_takes, quality_takes))
    remedy = f'write "{_shown(least)}" or more'
    if least > LONGEST_WINDOW:
        remedy = "no window is long enough, so probe more often"
    elif least / probing.interval > CAPACITY:
        remedy = "no window is long enough, so write a shorter timeout"
    if span < fall_takes:
        sentence = f"{window} is shorter than the {_shown(fall_takes)} that {health.fall} losses"
        yield Problem(key, f"{sentence}{whose} take (fall); {remedy}")
    elif health.confirm_seconds > span:
        confirm = _shown(health.confirm_seconds)
        sentence = f"{confirm} is longer than the window{whose}, {window}"
        remedy = f'write "{window}" or less, or a longer window'
        yield Problem(("health", "confirm"), f"{sentence}; {remedy}")
    elif span / probing.interval > CAPACITY:
        most = int(CAPACITY * probing.interval)
        sentence = f"{window} at the interval{whose}, {interval}, is more than {CAPACITY}"
        yield Problem(key, f'{sentence} probes; write "{_shown(most)}" or less')
    elif judges_quality and judged_samples(probing, health) < minimum:
        sentence = f"{window} at the interval{whose}, {interval}, is fewer than the"
        yield Problem(
            key,
            f"{sentence} {minimum} probes that degraded_loss, degraded_rtt and "
            f'degraded_jitter need; {remedy}, or degraded_loss = "off"',
        )


def _resolution_problems(probing: Probing, health: HealthSection, whose: str) -> Iterator[Problem]:
    samples = loss_samples(probing, health)
    if health.loss_pair is None or not samples:
        return
    written = [("degraded_loss", health.loss_pair[0])]
    if health.recovered_loss:
        written.append(("recovered_loss", health.recovered_loss))
    for name, ratio in written:
        if ratio * samples < 1:
            least = ceil(1000 / samples) / 1000
            window = _shown(health.window_for(probing.interval))
            sentence = f"{ratio:g} is finer than one lost probe of the {samples}{whose} in a window"
            remedy = f"write {least:g} or more, or a longer window"
            yield Problem(("health", name), f"{sentence} of {window}; {remedy}")


def _shown(seconds: float) -> str:
    return format_duration(seconds)
