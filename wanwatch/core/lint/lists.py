"""Interface lists that rules ask: undefined, empty, half filled in, or on the wrong side.

Source: RouterOS manual, "Interface Lists"; the lists all, none, dynamic and static are built in.
"""

from collections.abc import Iterator, Mapping

from wanwatch.core.lint.evidence import is_known, is_whole
from wanwatch.core.lint.interfaces import LIST, MEMBER
from wanwatch.core.lint.picture import FILTER, MANGLE, NAT, Picture
from wanwatch.core.lint.values import ADDRESS
from wanwatch.core.model import Finding, Severity
from wanwatch.core.snapshot import MangleRule
from wanwatch.core.survey import Row, Survey

_BUILT_IN = ("all", "none", "dynamic", "static")
_MATCHERS = ("in-interface-list", "out-interface-list", "in-bridge-port-list")


def members(picture: Picture) -> Iterator[Finding]:
    """Lists that have no member although a rule asks for them, and members without an interface."""
    survey = picture.survey
    resolved = picture.snapshot.interface_lists
    defined = {row.get("name", "") for row in survey.of(LIST)}
    blank: dict[str, Row] = {}
    for row in survey.enabled(MEMBER):
        if not row.get("interface"):
            blank.setdefault(row.get("list", ""), row)
    for name, (menu, rule) in _used(survey).items():
        where, data = rule[".id"], (("list", name), ("row_menu", menu))
        if name not in defined:
            if survey.of(LIST) or survey.is_live:
                yield Finding("interface-list-missing", Severity.ERROR, where, data, menu=menu)
        elif not resolved.get(name) and name not in blank and _shows_members(survey):
            yield Finding("interface-list-empty", Severity.ERROR, where, data, menu=menu)
    for name, row in blank.items():
        told = (("list", name),)
        yield Finding(
            "interface-list-member-blank", Severity.WARNING, row[".id"], told, menu=MEMBER
        )


def _shows_members(survey: Survey) -> bool:
    return is_known(survey, MEMBER) or is_whole(survey)


def _used(survey: Survey) -> dict[str, tuple[str, Row]]:
    """List -> the first rule that asks for it."""
    found: dict[str, tuple[str, Row]] = {}
    for menu in (MANGLE, NAT, FILTER):
        for row in survey.enabled(menu):
            for matcher in _MATCHERS:
                name = row.get(matcher, "").removeprefix("!")
                if name and name not in _BUILT_IN and not name.startswith("*"):
                    found.setdefault(name, (menu, row))
    return found


def mixed(picture: Picture) -> Iterator[Finding]:
    """Members of a list that PCC takes for the LAN and NAT for a line, or the other way about."""
    survey = picture.survey
    rules = [r for r in picture.snapshot.mangle if r.classifier and not r.disabled]
    inward = {rule.properties.get("in-interface-list", "") for rule in rules}
    hiding = [row for row in survey.enabled(NAT) if row.get("action") == "masquerade"]
    outward = {row.get("out-interface-list", "") for row in hiding}
    lists = picture.snapshot.interface_lists
    inside = {i for name in inward - outward for i in lists.get(name, ())}
    inside |= {rule.properties.get("in-interface", "") for rule in rules}
    outside = {i for name in outward - inward for i in lists.get(name, ())}
    outside |= {row.get("out-interface", "") for row in hiding}
    both = (inside & outside) - {""}
    for row in survey.enabled(MEMBER):
        name, interface = row.get("list", ""), row.get("interface", "")
        if interface in both and name in inward ^ outward:
            both.remove(interface)
            data = (("list", name), ("interface", interface))
            yield Finding("interface-list-mixed", Severity.WARNING, row[".id"], data, menu=MEMBER)


def inverted(picture: Picture) -> Iterator[Finding]:
    """PCC rules whose list holds the WANs, where it should hold the LAN."""
    survey = picture.survey
    wans = {name for wan in picture.discovery.wans for name in wan.interfaces if name}
    lan = _lan_interfaces(survey) - wans
    lists = picture.snapshot.interface_lists
    found = [
        rule
        for rule in picture.snapshot.mangle
        if _takes_from_a_list(rule) and _is_wrong_way(rule, lists, wans, lan)
    ]
    if found:
        name = found[0].properties["in-interface-list"]
        data = (("list", name), ("rules", ", ".join(rule.id for rule in found)))
        where = found[0].id
        yield Finding("interface-list-inverted", Severity.ERROR, where, data, menu=MANGLE)


def _takes_from_a_list(rule: MangleRule) -> bool:
    """True for a PCC rule of what arrives by the interfaces of a list."""
    is_in_force = not (rule.disabled or rule.dynamic)
    return is_in_force and bool(rule.classifier and rule.properties.get("in-interface-list"))


def _is_wrong_way(
    rule: MangleRule, lists: Mapping[str, tuple[str, ...]], wans: set[str], lan: set[str]
) -> bool:
    """True when a rule matches what the WANs bring and nothing of what the LAN does."""
    name = rule.properties["in-interface-list"]
    inside = set(lists.get(name.removeprefix("!"), ()))
    if not (inside and wans and lan):
        return False
    if name.startswith("!"):
        return lan <= inside and not wans <= inside
    return not lan & inside and inside <= wans


def _lan_interfaces(survey: Survey) -> set[str]:
    """Interfaces that hand out addresses, or else those with one."""
    serving = {row.get("interface", "") for row in survey.enabled("/ip/dhcp-server")}
    return (serving or {row.get("interface", "") for row in survey.enabled(ADDRESS)}) - {""}
