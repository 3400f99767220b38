"""What the demo shows at one moment, whatever shows it, and the figures drawn from it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wanwatch.cli.demo_status import Status
from wanwatch.cli.demo_timeline import Moment
from wanwatch.sim.clients import Counts

_BUCKET = re.compile(r".* \S+:(\d+)/(\d+)")
_ROUTE = re.compile(r"(\S+) via \S+ distance (\d+) \((\w+)\)")


@dataclass(frozen=True, slots=True)
class Frame:
    """One moment of the story."""

    chapter: str
    elapsed: float
    """Seconds since the demo began."""
    status: Status | None = None
    counts: Mapping[str, Counts] = field(default_factory=dict)
    sentences: Sequence[str] = ()
    """The changing API sentences so far, the newest last."""
    failover: Sequence[Moment] = ()
    failback: Sequence[Moment] = ()


def bucket_parts(status: Status) -> list[list[str]]:
    """Who owns each bucket: for every remainder of the coarsest denominator, its parts' owners.

    A bucket that is not shared has one part; ``10/3`` refined to ``30/3``, ``30/13`` and ``30/23``
    has three. A part that no rule covers has an empty owner.
    """
    rules = [
        (int(match[1]), int(match[2]), wan.name)
        for wan in status.wans
        for text in wan.buckets
        if (match := _BUCKET.fullmatch(text)) is not None
    ]
    if not rules:
        return []
    coarse = min(denominator for denominator, _, _ in rules)
    fine = math.lcm(*(denominator for denominator, _, _ in rules))
    owner = {
        value: name
        for denominator, remainder, name in rules
        for value in range(remainder, fine, denominator)
    }
    buckets = []
    for remainder in range(coarse):
        parts = [owner.get(value, "") for value in range(remainder, fine, coarse)]
        buckets.append(parts[:1] if len(set(parts)) == 1 else parts)
    return buckets


def routes_by_table(status: Status) -> dict[str, list[tuple[int, str, str]]]:
    """The default routes of each table: (distance, WAN, active, inactive or disabled), in order."""
    tables: dict[str, list[tuple[int, str, str]]] = {}
    for wan in status.wans:
        for text in wan.routes:
            match = _ROUTE.fullmatch(text)
            if match is not None:
                tables.setdefault(match[1], []).append((int(match[2]), wan.name, match[3]))
    return {table: sorted(rows) for table, rows in tables.items()}


def percent(ratio: float | None) -> str:
    """A ratio for people; a dash when it is not known."""
    return "-" if ratio is None else f"{ratio * 100:.0f} %"


def in_milliseconds(seconds: float | None) -> str:
    """Seconds for people; a dash when they are not known."""
    return "-" if seconds is None else f"{seconds * 1000:.1f} ms"


def counted(counts: Counts | None) -> str:
    """The connections of a line for people."""
    if counts is None:
        return "-"
    return f"{counts.open} open" + (f", {counts.hung} hang" if counts.hung else "")
