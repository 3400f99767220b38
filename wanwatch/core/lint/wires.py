"""WANs that fail together because one line, or one cable, carries them."""

from collections.abc import Iterator

from wanwatch.core.lint.interfaces import parents
from wanwatch.core.lint.picture import Picture
from wanwatch.core.model import Finding, Severity

_DEEPEST = 6


def shared(picture: Picture) -> Iterator[Finding]:
    """WANs over one interface, and WANs that are VLANs of one port."""
    above = parents(picture.survey)
    lines: dict[tuple[str, str], list[str]] = {}
    ports: dict[str, list[str]] = {}
    for wan in picture.discovery.wans:
        if not wan.interface:
            continue
        line, port = _carriers(wan.interface, above)
        lines.setdefault(line, []).append(wan.name)
        ports.setdefault(port, []).append(wan.name)
    told = set()
    for (port, _), wans in lines.items():
        # Two WANs behind one interface, each with its gateway, are no dial-up over one line.
        interfaces = {wan.interface for wan in picture.discovery.wans if wan.name in wans}
        if len(interfaces) > 1:
            told.add(tuple(wans))
            data = (("wans", ", ".join(wans)),)
            yield Finding("wans-on-one-line", Severity.WARNING, port, data)
    for port, wans in ports.items():
        names = {wan.interface for wan in picture.discovery.wans if wan.name in wans}
        if len(names) > 1 and tuple(wans) not in told:
            yield Finding("wans-on-one-port", Severity.INFO, port, (("wans", ", ".join(wans)),))


def _carriers(interface: str, above: dict[str, tuple[str, str]]) -> tuple[tuple[str, str], str]:
    """The line, which a VLAN is told apart by, and the port at the bottom."""
    line: tuple[str, str] | None = None
    name = interface
    for _ in range(_DEEPEST):
        if name not in above:
            break
        parent, vlan = above[name]
        if vlan and line is None:
            line = (parent, vlan)
        name = parent
    return line or (name, ""), name
