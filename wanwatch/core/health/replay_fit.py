"""What of a configuration a recording can be judged by, and what of the two does not fit.

Only targets that were recorded and are configured count: nothing is known of the others. A quorum
that is above their number is taken as all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from wanwatch.core.health.judge import WatchedWan
from wanwatch.core.health.replay_format import Header, RecordedWan, same_limits


class MisfitCode(StrEnum):
    """How a recording and a configuration differ."""

    WAN_NOT_CONFIGURED = "wan-not-configured"
    WAN_NOT_RECORDED = "wan-not-recorded"
    TARGETS_NOT_CONFIGURED = "targets-not-configured"
    TARGETS_NOT_RECORDED = "targets-not-recorded"
    NO_TARGET_IN_COMMON = "no-target-in-common"
    """The WAN is left out."""
    QUORUM_LOWERED = "quorum-lowered"
    """To the number of targets in common."""
    OTHER_CADENCE = "other-cadence"
    """Its limits would have probed at other moments than the recorded ones did."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """One difference, of one WAN."""

    code: MisfitCode
    wan: str
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """What a run of a recording is judged by."""

    wans: Mapping[str, WatchedWan]
    """In the order of the recording."""
    paths: frozenset[tuple[str, str]]
    """WAN and target of the samples that count."""
    is_exact: bool
    """All of it is as it was when it was recorded."""
    misfits: tuple[Misfit, ...]

    @classmethod
    def of(
        cls,
        header: Header,
        configured: Mapping[str, WatchedWan],
        confirm_intervals: Mapping[str, float],
    ) -> Self:
        """Compare; ``confirm_intervals`` are the configured ones, in seconds, by WAN."""
        wans: dict[str, WatchedWan] = {}
        misfits: list[Misfit] = []
        is_exact = True
        for wan in header.wans:
            watched = configured.get(wan.name)
            if watched is None:
                misfits.append(Misfit(MisfitCode.WAN_NOT_CONFIGURED, wan.name))
                is_exact = False
                continue
            fitted, found = _fitted(wan, watched)
            misfits += found
            is_same = same_limits(wan, watched.targets, watched.health)
            is_exact = is_exact and is_same
            if fitted is not None:
                wans[wan.name] = fitted
                cadence = confirm_intervals.get(wan.name, wan.confirm_interval)
                if not is_same or cadence != wan.confirm_interval:
                    misfits.append(Misfit(MisfitCode.OTHER_CADENCE, wan.name))
        recorded = {wan.name for wan in header.wans}
        missing = [name for name in configured if name not in recorded]
        misfits += [Misfit(MisfitCode.WAN_NOT_RECORDED, name) for name in missing]
        paths = frozenset((name, target) for name, each in wans.items() for target in each.targets)
        return cls(wans, paths, is_exact, tuple(misfits))


def _fitted(wan: RecordedWan, watched: WatchedWan) -> tuple[WatchedWan | None, list[Misfit]]:
    """What the WAN can be judged by, None for nothing."""
    common = tuple(target for target in wan.targets if target in watched.targets)
    misfits = []
    for code, targets in (
        (MisfitCode.TARGETS_NOT_CONFIGURED, [t for t in wan.targets if t not in common]),
        (MisfitCode.TARGETS_NOT_RECORDED, [t for t in watched.targets if t not in common]),
    ):
        if targets:
            misfits.append(Misfit(code, wan.name, tuple(targets)))
    if not common:
        return None, [*misfits, Misfit(MisfitCode.NO_TARGET_IN_COMMON, wan.name)]
    health = watched.health
    if health.quorum > len(common):
        health = replace(health, quorum=len(common))
        misfits.append(Misfit(MisfitCode.QUORUM_LOWERED, wan.name))
    return WatchedWan(common, health), misfits
