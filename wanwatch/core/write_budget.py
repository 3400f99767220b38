"""How many configuration writes an hour the router's flash is asked to take (DESIGN law 9).

Every RouterOS change is stored at once. When the budget is spent, what only tidies up waits; what
protects users goes on up to twice the budget.
"""

from collections import deque

HOUR = 3600.0


class WriteBudget:
    """A sliding hour of writes."""

    def __init__(self, limit: int) -> None:
        """Allow ``limit`` writes an hour; raises ValueError below 1."""
        if limit < 1:
            raise ValueError("a write budget is at least 1")
        self.limit = limit
        self._writes: deque[float] = deque()

    def record(self, now: float) -> None:
        """Note one write."""
        self._writes.append(now)

    def last_hour(self, now: float) -> int:
        """The writes of the last hour."""
        while self._writes and self._writes[0] <= now - HOUR:
            self._writes.popleft()
        return len(self._writes)

    def allows(self, now: float, steps: int, *, protective: bool) -> bool:
        """Whether a plan of so many steps may be carried out now.

        ``protective`` plans take a WAN out of use; the first plan of an hour is always allowed,
        however long it is, since half a failover would help nobody.
        """
        used = self.last_hour(now)
        limit = 2 * self.limit if protective else self.limit
        return used == 0 or used + steps <= limit
