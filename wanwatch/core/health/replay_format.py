"""What a recording of samples looks like: one JSON object a line, in the order things happened.

Everything that the judge was fed stands there with its exact time, so that a replay with the same
limits comes to the same verdicts. Times are those of the daemon's clock (CLOCK_MONOTONIC), in
seconds; ``wall`` is what the wall clock said then, in seconds since 1970. The first line of every
file is a header::

    {"wanwatch":"recording","format":1,"version":"1.0","run":"…","part":0,"t":1.5,"wall":1.7e9,
     "asks_router":true,"wans":[{"name":"isp1","targets":["1.1.1.1"],"interval":1.0,"confirm_interval":0.2,
              "limits":{…},"state":"unknown"}]}

``part`` counts the files of one run. Paths (WAN and target) are counted from 0 in the header's
order and written as ``p``, samples of a path as ``n``::

    {"t":2.0,"is":"sent","p":0,"n":7}
    {"t":2.02,"is":"heard","p":0,"n":7,"rtt":0.02}
    {"t":2.0,"is":"failed","p":0,"n":7,"error":"no-route: …"}
    {"t":2.1,"is":"void","p":0,"n":7}
    {"t":2.2,"is":"judged"}
    {"t":2.2,"is":"changed","wan":"isp1","before":"up","after":"down","reason":"targets-fail"}
    {"t":2.2,"is":"gone","wan":"isp1","reason":"interface-down"}
    {"t":2.2,"is":"returned","wan":"isp1"}
    {"t":2.2,"is":"router","asked_at":2.1}
    {"t":60.0,"is":"wall","wall":1.7e9}

A sample without an answer has no further line. ``gone``, ``returned`` and ``router`` are the
router's words; their times are those of the line before. Verdicts that could change nothing
(``Judge.is_settled``) are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from wanwatch.core.health.health_config import HealthConfig

FORMAT = 1
MARK = "recording"

Item = dict[str, Any]
"""A line, as JSON values; whoever reads or writes files makes it text."""


class NotARecording(ValueError):  # noqa: N818 - it says what was found
    """A first line that is no header, or one of a format that is not known; the sentence says."""


@dataclass(frozen=True, slots=True)
class RecordedWan:
    """A WAN of a recording: what was probed, how often, and what it was judged by."""

    name: str
    targets: tuple[str, ...]
    interval: float
    confirm_interval: float
    limits: Mapping[str, Any]
    """The numbers of a ``HealthConfig``, by name."""
    quorum: int
    state: str
    """Its state when the file begins."""

    @classmethod
    def of(
        cls,
        name: str,
        targets: tuple[str, ...],
        limits: HealthConfig,
        *,
        confirm_interval: float,
        state: str = "unknown",
    ) -> Self:
        """Describe a WAN that is recorded from here on."""
        numbers = asdict(limits)
        return cls(name, targets, limits.interval, confirm_interval, numbers, limits.quorum, state)


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a file."""

    version: str
    run: str
    part: int
    at: float
    wall: float
    wans: tuple[RecordedWan, ...]
    asks_router: bool
    """Whether verdicts waited for the router's word where all WANs fell silent at once."""

    @property
    def paths(self) -> list[tuple[str, str]]:
        """WAN and target of each path, in the order that lines count them."""
        return [(wan.name, target) for wan in self.wans for target in wan.targets]

    def follows(self, before: "Header | None") -> bool:
        """Say whether this is the next file of the same run."""
        return before is not None and (self.run, self.part) == (before.run, before.part + 1)

    def next_part(self, at: float, wall: float, states: Mapping[str, str]) -> "Header":
        """The header of the file that comes after this one."""
        wans = tuple(replace(wan, state=states.get(wan.name, wan.state)) for wan in self.wans)
        return replace(self, part=self.part + 1, at=at, wall=wall, wans=wans)

    def item(self) -> Item:
        """Write it."""
        wans = [
            {
                "name": wan.name,
                "targets": wan.targets,
                "interval": wan.interval,
                "confirm_interval": wan.confirm_interval,
                "limits": wan.limits,
                "state": wan.state,
            }
            for wan in self.wans
        ]
        return {
            "wanwatch": MARK,
            "format": FORMAT,
            "version": self.version,
            "run": self.run,
            "part": self.part,
            "t": self.at,
            "wall": self.wall,
            "asks_router": self.asks_router,
            "wans": wans,
        }


def is_header(item: Mapping[str, Any]) -> bool:
    """Say whether a line means to be a header."""
    return "wanwatch" in item


def read_header(item: Any) -> Header:
    """Read a header; raises NotARecording."""
    if not isinstance(item, dict) or item.get("wanwatch") != MARK:
        raise NotARecording("is no recording that `wanwatch run --record` made")
    if item.get("format") != FORMAT:
        known = f"this wanwatch reads format {FORMAT}"
        raise NotARecording(f"is a recording of format {item.get('format')!r}; {known}")
    try:
        wans = tuple(
            RecordedWan(
                name=str(wan["name"]),
                targets=tuple(str(target) for target in wan["targets"]),
                interval=float(wan["interval"]),
                confirm_interval=float(wan["confirm_interval"]),
                limits=dict(wan["limits"]),
                quorum=int(wan["limits"]["quorum"]),
                state=str(wan["state"]),
            )
            for wan in item["wans"]
        )
        run, part = str(item["run"]), int(item["part"])
        at, wall = float(item["t"]), float(item["wall"])
        asks_router = item["asks_router"] is True
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise NotARecording(f"has a header that cannot be read ({error!r})") from error
    return Header(str(item.get("version", "")), run, part, at, wall, wans, asks_router)


def sent(at: float, path: int, seq: int) -> Item:
    """A sample left."""
    return {"t": at, "is": "sent", "p": path, "n": seq}


def heard(at: float, path: int, seq: int, rtt: float) -> Item:
    """A sample was answered."""
    return {"t": at, "is": "heard", "p": path, "n": seq, "rtt": rtt}


def failed(at: float, path: int, seq: int, error: str) -> Item:
    """A sample failed for a reason of ours."""
    return {"t": at, "is": "failed", "p": path, "n": seq, "error": error}


def voided(at: float, path: int, seq: int) -> Item:
    """A sample was taken back."""
    return {"t": at, "is": "void", "p": path, "n": seq}


def judged(at: float) -> Item:
    """Everything was judged as of this time."""
    return {"t": at, "is": "judged"}


def changed(at: float, wan: str, before: str, after: str, reason: str) -> Item:
    """A WAN changed its state."""
    words = {"wan": wan, "before": before, "after": after, "reason": reason}
    return {"t": at, "is": "changed", **words}


def gone(at: float, wan: str, reason: str) -> Item:
    """The router says that a line is gone."""
    return {"t": at, "is": "gone", "wan": wan, "reason": reason}


def returned(at: float, wan: str) -> Item:
    """The router does not say so any more."""
    return {"t": at, "is": "returned", "wan": wan}


def router(at: float, asked_at: float) -> Item:
    """The router answered what it was asked at that time."""
    return {"t": at, "is": "router", "asked_at": asked_at}


def wall_clock(at: float, wall: float) -> Item:
    """What the wall clock says."""
    return {"t": at, "is": "wall", "wall": wall}


def same_limits(recorded: RecordedWan, targets: Sequence[str], limits: HealthConfig) -> bool:
    """Say whether a WAN was judged by these limits and over these targets."""
    return recorded.targets == tuple(targets) and dict(recorded.limits) == asdict(limits)
