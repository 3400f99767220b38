"""The connection entries of wanwatch's own probes, without reading the whole table.

RouterOS compares for equality only. An address stands alone in ``src-address`` where ports are
properties of their own (seen from 7.20 on), and for ICMP, which has no port, in every version. In
the older shape the address of TCP and UDP has the port behind it, and that of a probe is another
each time; but its far end is always the same, ``dst-address=9.9.9.9:853``. So every question is
answered with the entries of the probes, and where a WAN is probed by nothing but TCP or UDP, and
the shape is the older one, with those of the clients to these far ends as well. For ICMP they live
10 seconds after the last packet, so there are as many as probes in that time.
"""

from collections.abc import Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from wanwatch.core.path_proof import ProbeEntry
from wanwatch.routeros.dialect import CONNECTION_MENU
from wanwatch.routeros.protocol import Row
from wanwatch.routeros.rows import without_port
from wanwatch.routeros.session import RouterSession

_PROPERTIES = (".id", "src-address", "dst-address", "reply-dst-address", "icmp-id", "src-port")
"""From the oldest name to the newest: RouterOS 6 leaves out what follows a name it does not know."""


@dataclass(frozen=True, slots=True)
class ProbeQuestion:
    """Which entries to ask for."""

    sources: Collection[str]
    """The addresses that probes leave from."""
    far_ends: Collection[str] = ()
    """``address:port`` of targets, for WANs whose probes all have ports."""


async def probe_entries(session: RouterSession, question: ProbeQuestion) -> list[ProbeEntry]:
    """The entries of these probes, in either shape; raises RouterError.

    Rows of other sources are passed over as they come, and not kept.
    """
    if not question.sources:
        return []
    found = session.stream(
        f"{CONNECTION_MENU}/print", queries=queries(question), proplist=_PROPERTIES
    )
    async with aclosing(found):
        return [
            _entry(row)
            async for row in found
            if without_port(row.get("src-address", "")) in question.sources
            and row.get("reply-dst-address")
        ]


def queries(question: ProbeQuestion) -> Sequence[str]:
    """The query words: any of the sources, or any of the far ends."""
    words = [f"src-address={source}" for source in sorted(question.sources)]
    words += [f"dst-address={far_end}" for far_end in sorted(question.far_ends)]
    return [*words, *["#|"] * (len(words) - 1)]


def _entry(row: Row) -> ProbeEntry:
    """One entry; ids may be given anew, but not together with the same id or port of a probe."""
    parts = (row.get(name, "") for name in (".id", "src-address", "src-port", "icmp-id"))
    return ProbeEntry(
        key=" ".join((*parts, row.get("dst-address", ""))),
        source=without_port(row["src-address"]),
        target=without_port(row.get("dst-address", "")),
        translated_to=without_port(row["reply-dst-address"]),
    )
