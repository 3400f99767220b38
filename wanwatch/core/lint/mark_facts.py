"""Who sets and who matches each connection mark, and who uses each routing table.

Names are case-sensitive and spaces count (RouterOS manual, "Mangle"). A name that a script of the
router mentions may be set or used by it, so nobody says of it that it never is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from wanwatch.core.discovery.clients import DHCP_CLIENT
from wanwatch.core.lint.leading import Leading, table_of
from wanwatch.core.lint.picture import MANGLE, ROUTE, Picture
from wanwatch.core.originals import original
from wanwatch.core.snapshot import MAIN_TABLE, MangleRule
from wanwatch.core.survey import Row, Survey

TABLE = "/routing/table"
MANGLE6, ROUTE6 = "/ipv6/firewall/mangle", "/ipv6/route"
_RULES = ("/routing/rule", "/ip/route/rule")
_VRFS = ("/ip/vrf", "/ip/route/vrf")
_SCRIPTS = frozenset(
    {"source", "on-event", "script", "on-up", "on-down", "up-script", "down-script", "lease-script"}
)
_SELECTS = frozenset({"table", "routing-table", "vrf", "routing-mark", "lookup-table"})
_NO_SELECTION = frozenset(
    {TABLE, ROUTE, ROUTE6, MANGLE, MANGLE6, "/ip/firewall/filter", "/ip/firewall/nat"}
)
NO_MARK = "no-mark"


class MarkFacts:
    """The marks and tables of IPv4's rules and routes; names only are taken from IPv6's."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.survey = picture.survey
        self.snapshot = picture.snapshot
        self.leading = Leading(self.snapshot)
        self.setters: dict[str, list[MangleRule]] = defaultdict(list)
        """Connection mark -> the enabled rules that set it."""
        self.matchers: dict[str, list[MangleRule]] = defaultdict(list)
        """Connection mark -> the enabled mangle rules that match it and not its absence."""
        self.markers: dict[str, list[MangleRule]] = defaultdict(list)
        """Table -> the enabled rules that mark for it, also such as the router calls invalid."""
        self.resting_markers: set[str] = set()
        """Tables that disabled rules mark for."""
        self.uplinks = frozenset(name for wan in picture.discovery.wans for name in wan.interfaces)
        interfaces = {wan.name: wan.interfaces for wan in picture.discovery.wans}
        self._discovered = {
            table.name: frozenset(i for wan in table.wans for i in interfaces.get(wan, ()))
            for table in picture.discovery.tables
        }
        self.routed_openly: set[str] = set()
        """Built-in chains in which every mark but one, or every mark, is routed."""
        self._scan_mangle()
        self.mentioned = frozenset(_mentioned(self.survey))
        """Connection marks that enabled rows of any menu match, also negated."""
        self.excused = frozenset(_excused(self.survey, self.snapshot.mangle))
        """Marks that IPv6's rules, dynamic ones or such as are not valid set, or were to set."""
        self.selected = frozenset(_selected(self.survey))
        """Tables that something other than a mangle rule sends packets to."""
        self.redirected = frozenset(
            row.get("routing-mark", "") for menu in _RULES for row in self.survey.enabled(menu)
        )
        """Routing marks that a routing rule decides about."""
        self.vrfs = frozenset(
            name
            for menu in _VRFS
            for row in self.survey.of(menu)
            for name in (row.get("name", ""), row.get("routing-mark", ""))
            if name
        )
        self.scripts = "\n".join(_scripts(self.survey))

    def lines(self, table: str) -> frozenset[str]:
        """The lines a table leads to, as the routes tell or, failing that, as discovery does."""
        told = self.leading.lines(table)
        if any(line in self.uplinks for line in told):
            return told
        return self._discovered.get(table) or told

    def is_scripted(self, name: str) -> bool:
        """True when a script on the router mentions the name."""
        return name in self.scripts

    def _scan_mangle(self) -> None:
        for rule in self.leading.rules:
            if rule.action == "mark-connection":
                mark = original(rule).get("new-connection-mark", "")
                if mark not in ("", NO_MARK):
                    self.setters[mark].append(rule)
            if rule.connection_mark not in ("", NO_MARK) and not _is_negated(rule.connection_mark):
                self.matchers[rule.connection_mark].append(rule)
            elif rule.action == "mark-routing" and _is_negated(rule.connection_mark):
                self.routed_openly |= self.leading.roots.get(rule.chain, frozenset())
        for rule in self.snapshot.mangle:
            if rule.action == "mark-routing" and not rule.dynamic:
                table = table_of(rule)
                if rule.disabled:
                    self.resting_markers.add(table)
                elif table not in ("", MAIN_TABLE, NO_MARK):
                    self.markers[table].append(rule)


def plain(name: str) -> str:
    """A name without what people mistype: its case, its spaces, and which dash it has."""
    return "".join(name.split()).casefold().replace("-", "_")


def same_but_spelling(name: str, others: Iterable[str]) -> list[str]:
    """Those of the others that are another spelling of the name."""
    wanted = plain(name)
    return [other for other in others if other != name and plain(other) == wanted]


def _is_negated(mark: str) -> bool:
    return mark.startswith("!")


def _mentioned(survey: Survey) -> Iterator[str]:
    for menu in survey.rows:
        if "firewall" in menu or menu.startswith("/queue"):
            for row in survey.enabled(menu):
                if "connection-mark" in row:
                    yield row["connection-mark"].removeprefix("!")


def _excused(survey: Survey, rules: Iterable[MangleRule]) -> Iterator[str]:
    yield from (row.get("new-connection-mark", "") for row in survey.enabled(MANGLE6))
    for rule in rules:
        if (rule.invalid or rule.dynamic) and not rule.disabled:
            yield from (value for name, value in rule.properties.items() if name[:3] == "new")


def _selected(survey: Survey) -> Iterator[str]:
    for menu, rows in survey.rows.items():
        if menu not in _NO_SELECTION:
            yield from (row[name] for row in rows for name in _SELECTS & row.keys())
    for row in survey.of(DHCP_CLIENT):
        tables = row.get("default-route-tables", "").split(",")
        yield from (table.partition(":")[0] for table in tables)
    for menu in (ROUTE, ROUTE6):
        gateways = (
            gateway for row in survey.of(menu) for gateway in row.get("gateway", "").split(",")
        )
        yield from (gateway.partition("@")[2] for gateway in gateways if "@" in gateway)
    yield from (row.get("new-routing-mark", "") for row in survey.enabled(MANGLE6))


def _scripts(survey: Survey) -> Iterator[str]:
    for rows in survey.rows.values():
        for row in rows:
            yield from (row[name] for name in _SCRIPTS & row.keys())


def table_rows(survey: Survey) -> dict[str, Row]:
    """The declared tables, disabled ones too (RouterOS 7)."""
    return {row["name"]: row for row in survey.of(TABLE) if "name" in row}
