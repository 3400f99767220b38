"""Whether what was measured may be acted on, and if not, why: our own trouble, told as such."""

from collections.abc import Callable

import structlog

from wanwatch.core.health.freeze import FreezeReason, blind_everywhere, rest_after
from wanwatch.probes.distrust import Disturbance
from wanwatch.service.watcher import Watcher

log = structlog.get_logger()

_WORTH_SAYING = 1.0
"""Seconds; a small host stalls for less all the time."""


class Trust:
    """Follows what keeps us from judging.

    ``on_change`` is called when something begins or ends of which nobody knows how long it lasts;
    a disturbance's end is known (``rest_left``).
    """

    def __init__(
        self, watcher: Watcher, clock: Callable[[], float], on_change: Callable[[], None]
    ) -> None:
        self._watcher = watcher
        self._clock = clock
        self._on_change = on_change
        self._resting_until: float | None = None
        self._disturbance = ""
        self._told = ""

    def disturbed(self, disturbance: Disturbance) -> None:
        """A stall, a suspend or a clock jump was noticed."""
        until = self._clock() + rest_after(disturbance.seconds)
        if self._resting_until is None or until > self._resting_until:
            self._resting_until = until
            self._disturbance = FreezeReason(disturbance.kind.value).value
        say = log.debug if abs(disturbance.seconds) < _WORTH_SAYING else log.warning
        say("self.disturbed", kind=disturbance.kind.value, seconds=round(disturbance.seconds, 3))

    @property
    def rest_left(self) -> float:
        """Seconds for which nothing is changed because of a disturbance."""
        until = self._resting_until
        return 0.0 if until is None else max(0.0, until - self._clock())

    def reason(self) -> str:
        """Why nothing may be changed now, as a stable word; empty while all is well."""
        lasting = self._lasting()
        if self.rest_left > 0 and lasting != FreezeReason.LAN_LOST:
            return self._disturbance
        return lasting

    def _lasting(self) -> str:
        if self._watcher.lan_lost_since is not None:
            return FreezeReason.LAN_LOST.value
        blind = blind_everywhere(self._watcher.blind_causes())
        return "" if blind is None else blind.value

    def look(self) -> None:
        """Say what lasts, once, when it begins and when it ends."""
        reason = self._lasting()
        if reason != self._told:
            self._told = reason
            if reason:
                log.warning("self.frozen", reason=reason)
            else:
                log.info("self.trusted")
            self._on_change()
