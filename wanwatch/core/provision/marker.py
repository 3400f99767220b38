"""The comment of a row that ``wanwatch provision`` made, by which it is found and removed again.

``wanwatch provision route isp1: probes only, never disable`` is the route of WAN isp1. It is no tag
of a failover (``wanwatch.core.tags``): ``wanwatch restore`` passes over it, and so does planning.
"""

import re
from dataclasses import dataclass

from wanwatch.core.provision.items import Kind

_MARKER = re.compile(r"wanwatch provision ([a-z-]+)(?: ([^\s:]+))?: ", re.ASCII)
_TEXTS = {
    Kind.TABLE: "probes only",
    Kind.ROUTE: "probes only, never disable",
    Kind.BLACKHOLE: "probes stop here, never disable",
    Kind.MARK: "probes leave by this line, keep first",
    Kind.MEMBER: "probe source",
    Kind.OUT: "probes must not be fasttracked",
    Kind.BACK: "probes must not be fasttracked",
    Kind.NAT: "probes are translated",
    Kind.SCHEDULE: "puts back what nobody watches over",
}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which provisioned row a row is: its kind, and the WAN or chain it is for."""

    kind: Kind
    subject: str = ""


def comment_of(key: Key, text: str = "") -> str:
    """The comment of a row; ``text`` instead of what is usually said."""
    subject = f" {key.subject}" if key.subject else ""
    return f"wanwatch provision {key.kind.value}{subject}: {text or _TEXTS[key.kind]}"


def key_of(comment: str) -> Key | None:
    """Which provisioned row bears this comment; None for everybody else's."""
    match = _MARKER.match(comment)
    if match is None:
        return None
    try:
        return Key(Kind(match[1]), match[2] or "")
    except ValueError:
        return None


def text_of(comment: str) -> str:
    """What stands behind the marker."""
    return _MARKER.sub("", comment, count=1)
