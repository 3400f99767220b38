"""What every check of the linter is given."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wanwatch.core.discovery.found import Discovery
from wanwatch.core.model import Finding
from wanwatch.core.snapshot import Snapshot
from wanwatch.core.survey import Survey

FILTER = "/ip/firewall/filter"
MANGLE = "/ip/firewall/mangle"
NAT = "/ip/firewall/nat"
ROUTE = "/ip/route"


@dataclass(frozen=True, slots=True)
class Picture:
    """A router, as it was read and as discovery understands it."""

    survey: Survey
    discovery: Discovery

    @property
    def snapshot(self) -> Snapshot:
        """What planning works from."""
        return self.survey.snapshot


Check = Callable[[Picture], Iterable[Finding]]
"""One question; raises a finding for every row it is true of, in the router's order."""
