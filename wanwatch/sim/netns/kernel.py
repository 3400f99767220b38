"""Brings the kernel of the namespace in line with one state of the router.

The order of a commit: addresses and what packets may need (rules, routes) are put in first, then the
firewall is replaced in one transaction, and only then is taken away what nothing refers to any
more. So a marked packet never meets a table that is not there yet or not any more.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from wanwatch.sim.netns import fib, iproute, policy, sysctls
from wanwatch.sim.netns.errors import KernelError, NamespaceError
from wanwatch.sim.netns.links import Links
from wanwatch.sim.netns.nftables import Nftables
from wanwatch.sim.netns.ruleset import TABLE

FAMILIES = ("-4", "-6")
_TABLE_BEGINS = re.compile(r"(?m)^(?=add table )")
_TRACKING = """\
table inet wanwatch_tracking
delete table inet wanwatch_tracking
table inet wanwatch_tracking {
  chain every_packet {
    type filter hook prerouting priority raw; policy accept;
    ct state new accept
  }
  chain every_own_packet {
    type filter hook output priority raw; policy accept;
    ct state new accept
  }
}
"""
"""A rule that looks at connections makes the kernel track them, even for a router without rules."""
_WITHOUT_RULES = "".join(
    f"add table {family} {TABLE}\ndelete table {family} {TABLE}\n" for family in ("ip", "ip6")
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything the kernel is to have."""

    ruleset: str
    rules: Mapping[str, Sequence[str]]
    """By ``-4`` and ``-6``."""
    routes: Mapping[str, Mapping[str, str]]
    addresses: Mapping[str, str]
    """Of both families."""
    down: frozenset[str]
    """Devices whose interface is disabled."""
    settings: Mapping[str, str]


@dataclass(slots=True)
class _Installed:
    tables: dict[str, str] = field(default_factory=dict)
    """Of nftables: name -> the transaction that filled it."""
    rules: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in FAMILIES})
    routes: dict[str, dict[str, str]] = field(
        default_factory=lambda: {name: {} for name in FAMILIES}
    )
    addresses: dict[str, str] = field(default_factory=dict)
    down: frozenset[str] = frozenset()
    settings: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    """The links' count of changes when addresses and routes were put in."""


class Kernel:
    """The namespace this process is in. ``report`` is told what could not be set."""

    def __init__(self, links: Links, report: Callable[[str], None]) -> None:
        """Raises NamespaceError when a tool is missing, KernelError when the kernel refuses."""
        self._links = links
        self._report = report
        self._nftables = Nftables()
        self._installed = _Installed()
        self._refused: frozenset[iproute.Refusal] = frozenset()

    def take_over(self, devices: frozenset[str]) -> None:
        """Clear what a router before this one left on its devices, and in tables and routes of ours.

        Raises NamespaceError, before anything is touched, when the namespace is not a router's
        own: when it has a way out by a device that is none of the router's. Raises KernelError.
        """
        self._refuse_foreign(devices)
        there = sorted(devices & self._links.devices)
        commands = [f"{family} rule flush" for family in FAMILIES]
        commands += [f"{family} route flush table all proto {fib.PROTOCOL}" for family in FAMILIES]
        commands += [f"-4 address flush dev {device}" for device in there]
        commands += [f"-6 address flush dev {device} scope global" for device in there]
        _raise(iproute.run_batch(["-4 link set dev lo up", *commands]))
        for family in FAMILIES:
            self._installed.rules[family] = ["pref 0 lookup local"]
        self.forget_rules()
        self._nftables.run(_TRACKING)

    @staticmethod
    def _refuse_foreign(devices: frozenset[str]) -> None:
        for family in FAMILIES:
            for row in iproute.ask(family, "route", "show", "default"):
                device = str(row.get("dev", ""))
                if device not in devices and str(row.get("protocol")) != str(fib.PROTOCOL):
                    raise NamespaceError(
                        f"this namespace has a default route of its own by {device or 'a gateway'}, "
                        "so it is no router's; make one with 'ip netns add NAME', and in it devices "
                        f"named {', '.join(sorted(devices))}"
                    )

    def forget_rules(self) -> None:
        """Take the firewall away, with its counters and what its rules put on lists."""
        self._nftables.run(_WITHOUT_RULES)
        self._installed.tables.clear()

    def commit(self, wanted: Wanted) -> None:
        """Make it so; raises KernelError when the kernel refuses something that it did not before.

        All else is carried out all the same, and what was refused is tried again the next time.
        """
        installed = self._installed
        self._settle(wanted.settings)
        seen = self._links.changes
        if seen != installed.seen:
            before_addresses: Mapping[str, str] = {}
            before_routes: Mapping[str, Mapping[str, str]] = {name: {} for name in FAMILIES}
        else:
            before_addresses, before_routes = installed.addresses, installed.routes
        links = [f"-4 link set dev {device} down" for device in wanted.down - installed.down]
        links += [f"-4 link set dev {device} up" for device in installed.down - wanted.down]
        puts, takes = list(links), []
        adds, _ = fib.address_changes(before_addresses, wanted.addresses)
        _, dels = fib.address_changes(installed.addresses, wanted.addresses)
        puts += adds
        for family in FAMILIES:
            more, _ = fib.route_changes(before_routes[family], wanted.routes[family], family)
            _, less = fib.route_changes(installed.routes[family], wanted.routes[family], family)
            rules, old_rules = policy.rule_changes(
                installed.rules[family], wanted.rules[family], family
            )
            puts += [*more, *rules]
            takes += [*less, *old_rules]
        takes += dels
        installed.seen = -1  # unless all goes well, everything is put in again the next time
        refusals = iproute.run_batch(puts)
        installed.addresses |= wanted.addresses
        for family in FAMILIES:
            installed.routes[family] |= wanted.routes[family]
            installed.rules[family] += set(wanted.rules[family]) - set(installed.rules[family])
        for name, text in _tables(wanted.ruleset).items():
            if installed.tables.pop(name, "") != text:
                self._nftables.run(text)
            installed.tables[name] = text
        refusals += iproute.run_batch(takes)
        installed.addresses = dict(wanted.addresses)
        installed.routes = {name: dict(wanted.routes[name]) for name in FAMILIES}
        installed.rules = {name: list(wanted.rules[name]) for name in FAMILIES}
        installed.down = wanted.down
        installed.seen = seen if not refusals else -1
        before_now, self._refused = self._refused, frozenset(refusals)
        _raise([refusal for refusal in refusals if refusal not in before_now])

    def _settle(self, wanted: Mapping[str, str]) -> None:
        changed = {n: v for n, v in wanted.items() if self._installed.settings.get(n) != v}
        for sentence in sysctls.write_settings(changed):
            self._report(sentence)
        self._installed.settings = dict(wanted)


def _tables(ruleset: str) -> dict[str, str]:
    """The transaction of each table: a packet meets the tables of one family only.

    So one family's can be left alone, and costs nothing, when only the other's rules changed.
    """
    parts = (part for part in _TABLE_BEGINS.split(ruleset) if part)
    return {part.partition("\n")[0]: part for part in parts}


def _raise(refusals: Sequence[iproute.Refusal]) -> None:
    if refusals:
        raise KernelError("; ".join(f"ip {one.command}: {one.reason}" for one in refusals))
