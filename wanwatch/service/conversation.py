"""How the conversation with the router stands, for status: said once, when it changes."""

from collections.abc import Callable

import structlog

log = structlog.get_logger()


class Conversation:
    """The last error of the passes, as a stable word and a sentence; empty while all is well."""

    def __init__(self, wall: Callable[[], float], address: Callable[[], str]) -> None:
        """``wall`` tells the time in seconds since 1970, ``address`` the router's."""
        self._wall = wall
        self._address = address
        self.reason = "connecting"
        self.error = ""
        self.since: float | None = None
        """When the reason became what it is."""

    def trouble(self, reason: str, sentence: str) -> None:
        """Note how a pass ended; ``reason`` is empty for one that went well."""
        self.error = sentence
        if reason == self.reason:
            return
        self.reason, self.since = reason, self._wall()
        if reason:
            log.warning("router.unreachable", reason=reason, error=sentence)
        else:
            log.info("router.connected", address=self._address())
