"""One run of a recording fed to a judge of its own, in virtual time.

Theory of operation. A line of the recording is fed as it was to the daemon's judge. With the limits
that it was recorded with the judge is asked when the daemon asked it, so that every verdict is the
daemon's. With others it is asked after each line, and at its own deadlines in between. Before lines
that take samples back it is not: the daemon was not awake then, and would have taken them for lost.
Calls that can change nothing (``Judge.is_settled``) are left out; that is most of them.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from wanwatch.core.health.gone import GoneReason
from wanwatch.core.health.judge import Judge
from wanwatch.core.health.replay_fit import Fit
from wanwatch.core.health.replay_format import Header
from wanwatch.core.health.replay_tally import Ledger

_LONGEST_GAP = 86400.0
"""Seconds between two lines, at most: a probe is sent far more often."""
_SLOWEST_RTT = 3600.0
_LATEST_TIME = 1e11
"""Of a wall clock, in seconds since 1970."""
_LATE = 4096
"""Lost samples that are remembered for a late answer."""


class Run:
    """One run of the daemon."""

    def __init__(
        self, header: Header, fit: Fit, offset: float, ledger: Ledger, recorded: Ledger
    ) -> None:
        self._fit = fit
        self._ledger, self._recorded = ledger, recorded
        self._offset = offset - header.at
        self._paths = {
            number: path if path in fit.paths else None for number, path in enumerate(header.paths)
        }
        """None for a path that does not count."""
        self._judge = Judge(fit.wans, asks_router=header.asks_router)
        self.began = self.clock = header.at
        self._to_wall = header.wall - header.at
        self.samples = 0
        self._unjudged_at: float | None = None
        """When the last line was fed that was not judged yet."""
        self._settled = False
        timeouts = [(w.health.shortest_timeout, w.health.timeout) for w in fit.wans.values()]
        self._shortest = min((each[0] for each in timeouts), default=1.0)
        self._longest = max((each[1] for each in timeouts), default=1.0)
        self._pending: OrderedDict[tuple[int, int], float] = OrderedDict()
        self._overdue: OrderedDict[tuple[int, int], float] = OrderedDict()
        self._newest_heard: dict[str, float] = dict.fromkeys(fit.wans, header.at)

        at = self._at(self.began)
        known = [wan for wan in header.wans if wan.name in fit.wans]
        quorums = {name: watched.health.quorum for name, watched in fit.wans.items()}
        ledger.begin(dict.fromkeys(fit.wans, "unknown"), quorums, at)
        recorded.begin(
            {wan.name: wan.state for wan in known}, {wan.name: wan.quorum for wan in known}, at
        )

    def close(self) -> None:
        """Judge what was fed last, and close the books."""
        if not self._fit.is_exact:
            self._judge_unless_settled()
        for ledger in (self._ledger, self._recorded):
            ledger.end(self._at(self.clock))

    def feed(self, item: Mapping[str, Any]) -> None:
        """Take a line; raises KeyError, TypeError or ValueError where it cannot be one."""
        at, kind = item["t"], item["is"]
        if not abs(at - self.clock) < _LONGEST_GAP:
            raise ValueError(f"{at!r} is no time near {self.clock!r}")
        if kind == "sent":
            self._feed_sent(at, item["p"], item["n"])
        elif kind == "heard":
            self._feed_heard(at, item["p"], item["n"], item["rtt"])
        elif kind == "judged":
            self._feed_judged(at)
        elif kind == "changed":
            self._feed_changed(at, item)
        elif kind in ("gone", "returned", "router"):
            self._feed_word(kind, at, item)
        elif kind in ("failed", "void"):
            self._feed_void(kind, at, item)
        elif kind == "wall":
            self._to_wall = _wall_time(item["wall"]) - at
        else:
            raise ValueError(f"{kind!r} is no kind of line")
        self.clock = max(self.clock, at)

    def _feed_sent(self, at: float, number: int, seq: int) -> None:
        path = self._paths[number]
        if seq.__class__ is not int:
            raise TypeError(f"{seq!r} is no number of a sample")
        if not self._fit.is_exact:
            self._catch_up(at)
        if path is None:
            return
        self._judge.sent(*path, seq, at)
        self._unjudged_at = self._pending[number, seq] = at
        self.samples += 1
        if len(self._pending) > _LATE:
            self._pending.popitem(last=False)

    def _feed_heard(self, at: float, number: int, seq: int, rtt: float) -> None:
        path = self._paths[number]
        if seq.__class__ is not int or not 0 <= rtt < _SLOWEST_RTT:
            raise ValueError(f"no answer to a sample: {seq!r} after {rtt!r} s")
        if not self._fit.is_exact:
            self._catch_up(at)
        if path is None:
            return
        wan, target = path
        self._judge.answered(wan, target, seq, rtt, at)
        self._unjudged_at = at
        key = (number, seq)
        sent_at = self._pending.pop(key, None)
        if sent_at is None:
            sent_at = self._overdue.pop(key, None)
            if sent_at is None:
                return
        if self._ledger.awaiting or self._recorded.awaiting:
            self._note_answer(wan, target, sent_at, at)
        self._newest_heard[wan] = max(self._newest_heard[wan], sent_at)

    def _feed_void(self, kind: str, at: float, item: Mapping[str, Any]) -> None:
        number, seq = item["p"], item["n"]
        path = self._paths[number]
        if seq.__class__ is not int:
            raise TypeError(f"{seq!r} is no number of a sample")
        if not self._fit.is_exact:
            self._catch_up(at, sees_deadlines=False)
        if path is None:
            return
        self._pending.pop((number, seq), None)
        if kind == "failed":
            self._judge.failed(*path, seq, str(item.get("error", "")), at)
        else:
            self._judge.voided(*path, seq, at)
        self._settled, self._unjudged_at = False, at

    def _feed_word(self, kind: str, at: float, item: Mapping[str, Any]) -> None:
        """What the router said."""
        if not self._fit.is_exact:
            self._catch_up(at)
        if kind == "router":
            asked_at = item["asked_at"]
            if not abs(asked_at - at) < _LONGEST_GAP:
                raise ValueError(f"{asked_at!r} is no time near {at!r}")
            self._judge.router_heard(asked_at)
        elif item["wan"] in self._fit.wans:
            if kind == "gone":
                self._judge.gone(item["wan"], GoneReason(item["reason"]))
            else:
                self._judge.returned(item["wan"])
        self._settled, self._unjudged_at = False, at

    def _feed_judged(self, at: float) -> None:
        if self._fit.is_exact:
            self._judge_at(at)
        else:
            self._catch_up(at)
            self.clock = max(self.clock, at)
            self._judge_unless_settled()

    def _feed_changed(self, at: float, item: Mapping[str, Any]) -> None:
        wan = item["wan"]
        if wan in self._fit.wans:
            self._recorded.changed(
                wan,
                str(item["after"]),
                str(item["reason"]),
                before=str(item["before"]),
                at=self._at(at),
                wall=at + self._to_wall,
                newest_heard=self._newest_heard[wan],
            )

    def _note_answer(self, wan: str, target: str, sent_at: float, at: float) -> None:
        for ledger in (self._ledger, self._recorded):
            if wan in ledger.awaiting:
                ledger.heard(wan, target, sent_at, self._at(at))

    def _catch_up(self, at: float, *, sees_deadlines: bool = True) -> None:
        """Judge whatever had to be judged before ``at``."""
        fed = self._unjudged_at
        if fed is not None and fed < at:
            self._judge_unless_settled()
        while sees_deadlines and not self._is_quiet(at):
            deadline = self._judge.next_deadline(self.clock)
            if deadline is None or deadline >= at:
                break
            self._judge_at(deadline)

    def _judge_unless_settled(self) -> None:
        """Judge what was fed; remember whether anything could come of it."""
        self._unjudged_at = None
        if not self._is_quiet(self.clock):
            self._settled = self._judge.is_settled(self.clock)
            if not self._settled:
                self._judge_at(self.clock)

    def _is_quiet(self, at: float) -> bool:
        """Say whether nothing can come of judging by then. It may say no for too long."""
        if not self._settled or not self._pending:
            return self._settled
        key, sent_at = next(iter(self._pending.items()))
        if sent_at + self._longest > at:
            return sent_at + self._shortest > at
        self._settled = False
        self._overdue[key] = self._pending.pop(key)
        if len(self._overdue) > _LATE:
            self._overdue.popitem(last=False)
        return False

    def _judge_at(self, at: float) -> None:
        self.clock = max(self.clock, at)
        self._settled = False
        for transition in self._judge.tick(at):
            self._ledger.changed(
                transition.wan,
                transition.after.value,
                transition.reason.value,
                at=self._at(transition.at),
                wall=transition.at + self._to_wall,
                newest_heard=self._newest_heard[transition.wan],
            )

    def _at(self, at: float) -> float:
        """A time of the daemon's clock as seconds since the recording began."""
        return at + self._offset


def _wall_time(value: object) -> float:
    if not isinstance(value, int | float) or not 0 <= value < _LATEST_TIME:
        raise ValueError(f"{value!r} is no time of a wall clock")
    return float(value)
