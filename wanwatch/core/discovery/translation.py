"""Which srcnat rules translate a line's connections, and to which addresses.

Source: RouterOS manual, "NAT": ``masquerade`` and ``src-nat`` in chain srcnat; a rule may choose by
out-interface, by interface list, or by the routing mark of a table.
"""

from collections.abc import Iterable, Iterator

from wanwatch.core.survey import Row, Survey

NAT = "/ip/firewall/nat"
TRANSLATING = ("masquerade", "src-nat", "same", "netmap")


def translating_rules(survey: Survey, interface: str, tables: frozenset[str]) -> Iterator[str]:
    """Ids of the enabled srcnat rules that apply to what leaves by a line."""
    for row in _srcnat(survey):
        if _applies(row, interface, tables, survey):
            yield row.get(".id", "")


def translated_addresses(survey: Survey, tables: Iterable[str]) -> Iterator[str]:
    """Single addresses that srcnat rules give to what is marked for these tables."""
    wanted = frozenset(tables)
    for row in _srcnat(survey):
        address = row.get("to-addresses", "")
        if row.get("routing-mark", "") in wanted and address and not set("/-") & set(address):
            yield address


def is_translated(survey: Survey, interface: str) -> bool:
    """True when an enabled srcnat rule applies to everything that leaves by an interface."""
    return any(_applies(row, interface, frozenset(), survey) for row in _srcnat(survey))


def _srcnat(survey: Survey) -> Iterator[Row]:
    return (
        row
        for row in survey.enabled(NAT)
        if row.get("chain") == "srcnat" and row.get("action") in TRANSLATING
    )


def _applies(row: Row, interface: str, tables: frozenset[str], survey: Survey) -> bool:
    mark = row.get("routing-mark", "")
    if mark and mark not in tables:
        return False
    return leaves_by(row, survey, interface)


def leaves_by(row: Row, survey: Survey, interface: str) -> bool:
    """True when a rule's out-interface or interface list takes in this interface."""
    out = row.get("out-interface", "")
    if out:
        return interface != out[1:] if out.startswith("!") else interface == out
    name = row.get("out-interface-list", "")
    if name in ("", "all"):
        return True
    members = survey.snapshot.interface_lists.get(name.lstrip("!"), ())
    return (interface in members) != name.startswith("!")
