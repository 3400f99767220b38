"""The WANs of a router as a table, one row each, as wide as the terminal allows."""

from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from wanwatch.cli.inspect_bars import Letters
from wanwatch.core.discovery.found import Discovery, FoundWan
from wanwatch.routeros.text import display_text

_BAR = 12
_ROOMY = 100
"""Columns from which a share is drawn as well as written."""


def wans_table(
    discovery: Discovery, letters: Letters, configured: Mapping[str, str], width: int
) -> Table:
    """The table; a column that would say nothing new is left out."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    has_interfaces = any(wan.interfaces != (wan.name,) for wan in discovery.wans)
    has_names = any(configured.get(wan.name, wan.name) != wan.name for wan in discovery.wans)
    headings = ["WAN", *(["interface"] if has_interfaces else [])]
    headings += ["gateway", "address", "table", "connection mark"]
    table.add_column("")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    table.add_column("share", no_wrap=True)
    if has_names:
        table.add_column("configured as")
    for wan in discovery.wans:
        table.add_row(
            Text(letters.of(wan.name), style=f"bold {letters.style(wan.name)}"),
            Text(wan.name),
            *_cells(wan, has_interfaces=has_interfaces),
            _share(wan.share, drawn=width >= _ROOMY) if discovery.groups else "-",
            *([configured.get(wan.name, "-")] if has_names else []),
        )
    return table


def _cells(wan: FoundWan, *, has_interfaces: bool) -> Iterator[Text]:
    lists = (wan.gateways, wan.addresses, wan.routing_tables, wan.connection_marks)
    for values in (*([wan.interfaces] if has_interfaces else []), *lists):
        yield Text("\n".join(display_text(value) for value in values) or "-")


def _share(share: float, *, drawn: bool) -> str:
    full = round(share * _BAR)
    return f"{'█' * full}{'░' * (_BAR - full)} {share:.0%}" if drawn else f"{share:.0%}"
