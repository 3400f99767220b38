"""From what was written down to the phases of one outage and recovery: pure, seconds.

Every time is counted from the cut or, for the recovery, from the healing of the line; None means
that it did not happen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.lab.flows import Homes, find_homes
from tests.lab.logs import Event, Removed
from tests.lab.records import Attempt

NEW = ("tcp", "http", "dns")
"""Kinds of attempts that begin anew every time."""
_RULE_MENUS = ("/firewall/mangle", "/ip/route", "/ipv6/route")


@dataclass(frozen=True, slots=True)
class Times:
    """When the runner did something or saw it done."""

    cut: float
    """Just before the fault was made."""
    severed: float
    """When it was in place for certain."""
    healed: float
    back: float
    """When the router was seen as the operator configured it."""
    ended: float
    """When the clients were told to stop."""


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that is known of one outage."""

    wan: str
    """The line that was cut."""
    wan_of: Mapping[str, str]
    """Translated address -> WAN."""
    probes: frozenset[str]
    """The source addresses of wanwatch's own probes."""
    times: Times
    attempts: Sequence[Attempt]
    events: Sequence[Event]
    removed: Sequence[Removed]
    rule_changes: Sequence[float]

    def homes(self) -> Homes:
        """Where flows belonged before the cut."""
        return find_homes(self.attempts, self.wan_of, self.times.cut)

    def line_of(self, attempt: Attempt) -> str:
        """The WAN that an attempt was answered through."""
        return self.wan_of.get(attempt.seen, attempt.seen)


@dataclass(frozen=True, slots=True)
class Phases:
    """How long everything took."""

    decided: float | None
    """Cut to wanwatch's verdict."""
    last_rule: float | None
    """Cut to the last rule or route in place."""
    acting: float | None
    """Verdict to the last rule or route in place."""
    first_new: float | None
    """Cut to the first completed new connection, of those that belong to the line, through another."""
    last_removed: float | None
    """Last rule to the line's last connection gone."""
    removed: int
    """How many of the line's connections went."""
    calls_back: float | None
    """Cut to the first answered packet through another line: the median of the line's calls."""
    calls_back_last: float | None
    told: float | None
    """Cut to the reset: the median of the line's long connections."""
    told_last: float | None
    again: float | None
    """Cut to the next connection of the same client: the median."""
    again_last: float | None
    up: float | None
    """Healing to wanwatch's verdict."""
    back: float | None
    """Healing to the last rule or route restored."""


def decided_at(story: Story) -> float | None:
    """When wanwatch gave the line up or down-graded it."""
    return _first(
        event.at
        for event in _transitions(story)
        if event.at >= story.times.cut and event.values["after"] in ("down", "degraded")
    )


def last_rule_at(story: Story, after: float | None) -> float | None:
    """When the last change of the pass that began at ``after`` was in the kernel and confirmed."""
    if after is None:
        return None
    applied = _first(e.at for e in story.events if e.name == "plan.applied" and e.at >= after)
    if applied is None:
        return None
    confirmed = [
        event.at
        for event in story.events
        if event.name == "change.applied"
        and after <= event.at <= applied
        and str(event.values["menu"]).endswith(_RULE_MENUS)
    ]
    in_kernel = [at for at in story.rule_changes if after <= at <= applied]
    return max([*confirmed, *in_kernel], default=None)


def measure(story: Story) -> Phases:
    """The phases of a story."""
    times, homes = story.times, story.homes()
    decided = decided_at(story)
    last_rule = last_rule_at(story, decided)
    up = _first(
        event.at
        for event in _transitions(story)
        if event.at >= times.healed and event.values["after"] == "up"
    )
    gone = [
        each.at
        for each in story.removed
        if decided is not None
        and decided <= each.at < times.healed
        and story.wan_of.get(each.translated) == story.wan
        and each.source not in story.probes
    ]
    calls = _first_by_flow(
        attempt
        for attempt in story.attempts
        if attempt.kind == "call"
        and homes.of(attempt) == story.wan
        and attempt.completed
        and attempt.started >= times.cut
        and story.line_of(attempt) != story.wan
    )
    told, again = _long(story, homes)
    return Phases(
        decided=_since(times.cut, decided),
        last_rule=_since(times.cut, last_rule),
        acting=None if decided is None else _since(decided, last_rule),
        first_new=_since(times.cut, first_new_at(story, homes)),
        last_removed=None if last_rule is None else _since(last_rule, max(gone, default=None)),
        removed=len(gone),
        calls_back=_since(times.cut, _median(calls)),
        calls_back_last=_since(times.cut, max(calls, default=None)),
        told=_since(times.cut, _median(told)),
        told_last=_since(times.cut, max(told, default=None)),
        again=_since(times.cut, _median(again)),
        again_last=_since(times.cut, max(again, default=None)),
        up=_since(times.healed, up),
        back=_since(times.healed, last_rule_at(story, up)),
    )


def first_new_at(story: Story, homes: Homes) -> float | None:
    """When the first new connection of the dead line was answered through another one."""
    return min(
        (
            attempt.ended
            for attempt in story.attempts
            if attempt.kind == "tcp"
            and homes.of(attempt) == story.wan
            and attempt.ended is not None
            and attempt.completed
            and attempt.started >= story.times.cut
            and story.line_of(attempt) != story.wan
        ),
        default=None,
    )


def _long(story: Story, homes: Homes) -> tuple[list[float], list[float]]:
    """When the line's long connections were told, and when their clients were on again."""
    told: dict[str, tuple[float, int]] = {}
    for attempt in story.attempts:
        if attempt.kind == "long" and homes.of(attempt) == story.wan and attempt.ended is not None:
            is_reset = attempt.error == "reset" and attempt.ended >= story.times.cut
            if is_reset and attempt.ended < story.times.healed:
                told[attempt.flow] = (attempt.ended, attempt.life)
    again = _first_by_flow(
        attempt
        for attempt in story.attempts
        if attempt.kind == "long"
        and attempt.completed
        and attempt.flow in told
        and attempt.life > told[attempt.flow][1]
    )
    return [at for at, _ in told.values()], again


def _transitions(story: Story) -> Iterable[Event]:
    return (
        event
        for event in story.events
        if event.name == "wan.transition" and event.values["wan"] == story.wan
    )


def _first_by_flow(attempts: Iterable[Attempt]) -> list[float]:
    found: dict[str, float] = {}
    for attempt in attempts:
        if attempt.ended is not None:
            found[attempt.flow] = min(attempt.ended, found.get(attempt.flow, attempt.ended))
    return list(found.values())


def _first(times: Iterable[float]) -> float | None:
    return min(times, default=None)


def _median(times: Sequence[float]) -> float | None:
    return median(times) if times else None


def _since(start: float, end: float | None) -> float | None:
    return None if end is None else end - start
