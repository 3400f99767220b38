"""Values that no router can use: blanks of a template, ids of rows that are gone, no addresses."""

import re
from collections.abc import Iterator
from functools import lru_cache

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
_BLANK = re.compile(
    r"\$|<(?!pppoe-|pptp-|l2tp-|sstp-|ovpn-)[^<>]*>|^\(.*\)$|^\[.*\]$|^\{.*\}$"
    r"|^[xX]{1,3}(\.[xX]{1,3}){3}$|^\d+\.\d+\.\d+\.[xXyYzZ]+$"
)
"""A script's variable or expression, or what people write for a value that is to be filled in;
the interface of a caller is named after it in pointed brackets."""
_DANGLING = re.compile(r"!?\*(?!0$|FFFFFF[0-9A-F]{2}$)[0-9A-F]+")
"""The id of a row; those of rows that RouterOS brings along stand for themselves."""
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
_NUMERIC = re.compile(r"!?[0-9./-]*([0-9]+\.){3}[0-9./-]+")
_OCTETS, _MOST, _LONGEST = 4, 255, 32


def is_blank(text: str) -> bool:
    """True for text of a template or a script that stands where a value should be."""
    return bool(_BLANK.search(text))


def blanks(picture: Picture) -> Iterator[Finding]:
    """Each blank once, at the first row that has it; a live router holds none."""
    if picture.survey.is_live:
        return
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
    """Ids of rows, as RouterOS shows a reference to what was removed; each once."""
    told = _told_invalid(picture)
    for menu, rows in picture.survey.rows.items():
        found: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            starred = [name for name, text in row.items() if text[:2].lstrip("!")[:1] == "*"]
            if len(starred) == 1 or is_on(row, "disabled") or is_on(row, "dynamic"):
                continue
            if menu == MANGLE and row[".id"] in told:
                continue
            for name in starred:
                if name not in _TEXTS and _DANGLING.fullmatch(row[name]):
                    found.setdefault((name, row[name].lstrip("!")), []).append(row[".id"])
        severity = Severity.ERROR if menu in _ROUTING else Severity.WARNING
        for (name, text), ids in found.items():
            data = (
                ("property", name),
                ("text", text),
                ("row_menu", menu),
                ("count", str(len(ids))),
            )
            yield Finding("reference-dangling", severity, ids[0], data, menu=menu)


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
    address, _, length = text.partition("/")
    if not all(_is_dotted(part) for part in address.split("-", 1)):
        return False
    return not length or _is_dotted(length) or (length.isdecimal() and int(length[:4]) <= _LONGEST)


def _is_dotted(text: str) -> bool:
    octets = text.split(".")
    return len(octets) == _OCTETS and all(o.isdecimal() and int(o[:4]) <= _MOST for o in octets)
