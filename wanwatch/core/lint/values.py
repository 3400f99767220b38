"""Values that no router can use: blanks of a template, ids of rows that are gone, no addresses."""

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_network

from wanwatch.core.lint.picture import FILTER, MANGLE, NAT, ROUTE, Picture
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import Row, is_on

ADDRESS = "/ip/address"
ADDRESS_LIST = "/ip/firewall/address-list"
_ROUTING = frozenset((ROUTE, MANGLE, NAT, ADDRESS, "/ip/route/rule", "/routing/rule"))
"""Menus where a value that is no value costs traffic."""
_TEXTS = frozenset(
    {
        *(".id", ".line", "comment", "source", "script", "on-event", "password", "user", "name"),
        *("up-script", "down-script", "test-script", "on-up", "on-down", "regexp", "content"),
        *("ssid", "log-prefix", "identity", "note", "secret", "lease-script"),
    }
)
_BLANK = re.compile(r"[<>$()\[\]{}]|^[xX]{1,3}(\.[xX]{1,3}){3}$|^\d+\.\d+\.\d+\.[xXyYzZ]+$")
_DANGLING = re.compile(r"!?\*[0-9A-F]+")
_FILLED_IN = {
    ROUTE: ("gateway", "dst-address"),
    ADDRESS: ("address", "interface"),
    MANGLE: ("in-interface", "out-interface", "in-interface-list", "new-routing-mark"),
    NAT: ("out-interface", "out-interface-list"),
}
"""What people leave blank in the texts they share."""
_ADDRESSES = {
    ROUTE: ("dst-address", "pref-src"),
    ADDRESS: ("address", "network"),
    MANGLE: ("src-address", "dst-address"),
    NAT: ("src-address", "dst-address", "to-addresses"),
    FILTER: ("src-address", "dst-address"),
    ADDRESS_LIST: ("address",),
}
_NUMERIC = re.compile(r"!?[\d./-]*\d\.\d[\d./-]*")


def is_blank(text: str) -> bool:
    """True for text of a template or a script that stands where a value should be."""
    return bool(_BLANK.search(text))


def blanks(picture: Picture) -> Iterator[Finding]:
    """Each blank once, at the first row that has it."""
    for menu, names in _FILLED_IN.items():
        seen: dict[tuple[str, str], list[Row]] = {}
        for row in picture.survey.enabled(menu):
            for name in names:
                text = row.get(name, "")
                if text and is_blank(text) and not _DANGLING.fullmatch(text):
                    seen.setdefault((name, text), []).append(row)
        for (name, text), rows in seen.items():
            severity = Severity.ERROR if menu == ROUTE else Severity.WARNING
            data = (("property", name), ("text", text), ("count", str(len(rows))))
            yield Finding("value-not-filled-in", severity, rows[0][".id"], data, menu=menu)


def dangling(picture: Picture) -> Iterator[Finding]:
    """Rows that name a row by its id, as RouterOS shows a reference to what was removed."""
    told = _told_invalid(picture)
    for menu, rows in picture.survey.rows.items():
        severity = Severity.ERROR if menu in _ROUTING else Severity.WARNING
        for row in rows:
            is_off = is_on(row, "disabled") or is_on(row, "dynamic")
            if is_off or (menu == MANGLE and row[".id"] in told):
                continue
            for name, text in row.items():
                if text[:2].lstrip("!")[:1] != "*" or name in _TEXTS:
                    continue
                if _DANGLING.fullmatch(text):
                    data = (("property", name), ("text", text.lstrip("!")), ("row_menu", menu))
                    yield Finding("reference-dangling", severity, row[".id"], data, menu=menu)
                    break


def malformed(picture: Picture) -> Iterator[Finding]:
    """Addresses written in digits that are none: RouterOS refuses the row, so it is not there."""
    told = _told_invalid(picture)
    for menu, names in _ADDRESSES.items():
        for row in picture.survey.enabled(menu):
            if menu == MANGLE and row[".id"] in told:
                continue
            for name in names:
                text = row.get(name, "")
                if text and _NUMERIC.fullmatch(text) and not _is_address(text.removeprefix("!")):
                    data = (("property", name), ("text", text))
                    yield Finding("address-malformed", Severity.ERROR, row[".id"], data, menu=menu)


def _told_invalid(picture: Picture) -> frozenset[str]:
    """Mangle rules that are called invalid as a whole, which is a finding of its own."""
    return frozenset(rule.id for rule in picture.snapshot.mangle if rule.invalid)


@lru_cache(maxsize=4096)
def _is_address(text: str) -> bool:
    """An address, a prefix, or a range of addresses."""
    try:
        if "-" in text:
            first, _, last = text.partition("-")
            return ip_address(first) <= ip_address(last)  # type: ignore[operator]
        ip_network(text, strict=False)
    except (ValueError, TypeError):
        return False
    return True
