"""What ``provision`` and ``check --live`` say of the items: why each is wanted, and how it stands."""

from collections.abc import Mapping

from wanwatch.core.provision.changes import Change, Do
from wanwatch.core.provision.items import Blocked, Item, Kind
from wanwatch.core.provision.judge import Difference, Standing, Verdict
from wanwatch.routeros.text import display_text

_NAMES = {
    Kind.TABLE: "{subject}: routing table of its probes",
    Kind.ROUTE: "{subject}: default route of its probes",
    Kind.LEASE_ROUTE: "{subject}: default route of its probes, by the DHCP client",
    Kind.BLACKHOLE: "{subject}: blackhole behind it",
    Kind.MARK: "{subject}: rule that leads its probes there, first in its chain",
    Kind.NAT: "{subject}: translation of its probes",
    Kind.MEMBER: "{subject}: its probe source in the list that FastTrack leaves alone",
    Kind.OUT: "chain {subject}: what probes send is not fasttracked",
    Kind.BACK: "chain {subject}: what probes get is not fasttracked",
    Kind.GROUP: "group with the policies that wanwatch needs",
    Kind.USER: "wanwatch's own login",
    Kind.SERVICE: "api-ssl for wanwatch's host",
    Kind.SCRIPT: "script that puts the router back when nobody renews the lease",
    Kind.SCHEDULE: "schedule of that script",
}
_WHY = {
    Kind.TABLE: "A table that no failover touches, so that a probe always meets the line it judges.",
    Kind.ROUTE: "The line's own gateway. Never disable it: without it the line counts as dead.",
    Kind.LEASE_ROUTE: "The DHCP client keeps this default route, whatever gateway the lease names.",
    Kind.BLACKHOLE: "When the line is gone its probes must stop here, and never leave by another line.",
    Kind.MARK: (
        "Before every other rule, accept rules too, and with passthrough=no: nothing else may"
        " decide about a probe."
    ),
    Kind.NAT: "No rule of yours translates this source on this line, so no answer would come back.",
    Kind.MEMBER: "The addresses that the two rules below stand for.",
    Kind.OUT: (
        "FastTrack takes packets past mangle: before its rule, probes are accepted in the very"
        " states that it matches."
    ),
    Kind.BACK: "The same for the answers: a connection is fasttracked by either direction.",
    Kind.GROUP: "read prints, write changes rows, api logs in; wanwatch uses nothing else.",
    Kind.USER: "A login of its own: the router's log tells it from people, and it works from one host.",
    Kind.SERVICE: "Without TLS the password crosses the LAN readable.",
    Kind.SCRIPT: (
        "Every row that wanwatch changes says in its comment what it was; this puts it back when"
        " wanwatch is gone."
    ),
    Kind.SCHEDULE: "Once a minute it looks for the lease, a list entry that the daemon renews.",
}
_BLOCKED = {
    Blocked.NO_GATEWAY: (
        "its gateway is not known: write gateways in its [[wan]], or run this on the live router"
    ),
    Blocked.NOT_ON_ROUTER: "the router has nothing on interface {interface}: mend its [[wan]]",
    Blocked.NEEDS_V7: "RouterOS 6 has no routing marks for IPv6: use an IPv4 source",
    Blocked.LAN_UNKNOWN: (
        "it is steered by DSCP, and the interface that {host} is behind cannot be told: give --host"
    ),
    Blocked.CERTIFICATE: (
        "it has no certificate, which takes the router's console to make: run 'wanwatch"
        " provision' and paste the lines on the certificate"
    ),
    Blocked.HOST_UNKNOWN: "the address of wanwatch's host is not known: give --host ADDRESS",
    Blocked.NO_SCHEDULER: (
        "the device mode forbids a scheduler: see /system/device-mode, or do without"
    ),
    Blocked.UNREADABLE: "this login may not read {menu}: log in as an administrator with --router",
}
_DONE = {
    Do.ADD: "is added",
    Do.SET: "is set right",
    Do.MOVE: "is moved to its place",
    Do.REMOVE: "is removed",
}


def name_of(item: Item | Change) -> str:
    """What an item is, in a few words."""
    return _NAMES[item.kind].format(subject=item.subject)


def why(item: Item) -> str:
    """Why it is wanted."""
    return _WHY[item.kind]


def blocked_sentence(item: Item) -> str:
    """Why it cannot be had."""
    if item.blocked is None:
        return ""
    return _BLOCKED[item.blocked].format_map(_Data(dict(item.data)))


def standing_words(verdict: Verdict) -> str:
    """How an item stands, without what mends it."""
    if verdict.standing is Standing.WRONG:
        return f"wrong: {', '.join(map(_difference, verdict.differences))}"
    if verdict.standing is Standing.BLOCKED:
        return f"missing: {blocked_sentence(verdict.item)}"
    return {
        Standing.DONE: "ok",
        Standing.THEIRS: "ok, by a row of your own",
        Standing.MISSING: "missing",
        Standing.MISPLACED: "wrong: it stands behind rows that it has to come before",
    }[verdict.standing]


def change_sentence(change: Change) -> str:
    """What a change does."""
    if change.kind in (Kind.SERVICE, Kind.LEASE_ROUTE) and change.do is Do.SET:
        return f"{name_of(change)} is set"
    return f"{name_of(change)} {_DONE[change.do]}"


def _difference(difference: Difference) -> str:
    if difference.name == "source":
        return "source is another text"
    found = display_text(difference.found) or "not set"
    wanted = display_text(difference.wanted) or "not set"
    return f"{difference.name} is {found}, wanted is {wanted}"


class _Data(dict[str, str]):
    """What a sentence is filled with; what is not known is said to be so."""

    def __missing__(self, key: str) -> str:
        return f"(unknown {key})"


_conforms: Mapping[str, str] = _Data()
