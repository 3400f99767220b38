"""How to lead each line's probes into it: one more address of this host, one table on the router.

A suggestion only: which addresses are free on the LAN nobody can read from the router.
"""

from collections.abc import Iterator

from wanwatch.cli.init_toml import comment
from wanwatch.core.console import rsc_value
from wanwatch.core.discovery.found import Discovery
from wanwatch.core.provision.proposal import proposed_sources
from wanwatch.core.survey import Survey
from wanwatch.routeros.dialect import dialect_for


class Steering:
    """The addresses that probes could leave from, and what the router needs for them."""

    def __init__(self, survey: Survey, discovery: Discovery) -> None:
        self._names = [wan.name for wan in discovery.wans]
        self._gateways = {wan.name: next(iter(wan.gateways), "") for wan in discovery.wans}
        self._has_tables = dialect_for(survey.snapshot.version).has_tables
        uplinks = {interface for wan in discovery.wans for interface in wan.interfaces}
        self._aliases = proposed_sources(survey, uplinks, len(self._names))

    def source_of(self, wan: str) -> str:
        """The line of a WAN's section, commented out."""
        return f'#source = "{self._alias(wan)}"  # example: an address of this host, see above'

    def explained(self) -> Iterator[str]:
        """Why a source is needed, and the commands for the first WAN."""
        for text in (
            "A probe must leave by the line it judges, whatever becomes of the routes. So this host",
            "gets one more address for each line, which stands there as `source`, and the router a",
            "table for each of them that nothing else uses. It ends in a blackhole, so that no probe",
            "ever leaves by another line. `run` needs this; `inspect`, `plan` and `check` do not.",
            "`wanwatch provision` prints all of it for this router, and makes it with --apply.",
        ):
            yield comment(text)
        if self._names:
            name = self._names[0]
            yield comment(f"For {name} (the address is an example: take free ones of your LAN):")
            for command in self._commands(name):
                yield comment(f"  {command}")

    def _commands(self, wan: str) -> Iterator[str]:
        table = rsc_value(f"probe-{wan}")
        gateway = rsc_value(self._gateways[wan]) if self._gateways[wan] else "<its gateway>"
        alias = self._alias(wan)
        if self._has_tables:
            yield f"/routing table add name={table} fib"
            in_table, blackhole = f"routing-table={table}", "blackhole"
        else:
            in_table, blackhole = f"routing-mark={table}", "type=blackhole"
        yield f"/ip route add dst-address=0.0.0.0/0 gateway={gateway} {in_table}"
        yield f"/ip route add dst-address=0.0.0.0/0 {blackhole} distance=254 {in_table}"
        yield (
            f"/ip firewall mangle add chain=prerouting src-address={alias} dst-address-type=!local"
            f" action=mark-routing new-routing-mark={table} passthrough=no place-before=0"
        )

    def _alias(self, wan: str) -> str:
        place = self._names.index(wan)
        return self._aliases[place] if place < len(self._aliases) else "<an address>"
