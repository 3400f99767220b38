"""The status document as people read it: WANs, router, findings, the last changes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from wanwatch.cli.explain_words import path_words
from wanwatch.cli.sentences import sentence_of

_COLOURS = {"up": "green", "degraded": "yellow", "down": "red", "unknown": "magenta"}
_BAR = 12
_CHANGES = 5

Document = Mapping[str, Any]


def status_view(document: Document) -> RenderableType:
    """Everything of a status document that fits on a screen."""
    parts: list[RenderableType] = [_router_line(document)]
    parts += [Text(line, style="bold red") for line in _alarms(document)]
    parts.append(_wans(document))
    parts += [Text(f"{f.get('severity')}: {_finding(f)}") for f in document.get("findings", ())]
    changes = document.get("changes", ())[:_CHANGES]
    if changes:
        parts.append(_changes(changes))
    return Group(*parts)


def _router_line(document: Document) -> Text:
    router = document.get("router", {})
    name = router.get("identity") or router.get("address") or "router"
    version = f", RouterOS {router['version']}" if router.get("version") else ""
    state = router.get("state") or "unknown"
    text = Text(f"{name}{version}: ")
    text.append(state, style="green" if state == "connected" else "bold red")
    seen = router.get("last_observed")
    if seen is not None:
        text.append(f", read {_ago(document, seen)} ago")
    text.append(f"; wanwatch {document.get('version')}, up {_ago(document, document['started'])}")
    return text


def _alarms(document: Document) -> list[str]:
    """What keeps wanwatch from doing its work."""
    found = []
    if document.get("frozen"):
        found.append(f"Frozen ({document['frozen']}): nothing is changed on the router.")
    lease = document.get("lease") or {}
    if document.get("frozen") == "standby":
        found[-1] = f"Standby: {lease.get('holder')} holds the lease and does what is to be done."
    elif lease.get("error") and not lease.get("held"):
        found.append(f"The lease cannot be taken: {lease['error']}")
    if error := document.get("router", {}).get("error"):
        found.append(f"Router: {error}")
    if document.get("writes", {}).get("spent"):
        writes = document["writes"]
        found.append(
            f"The write budget is spent: {writes['last_hour']} of {writes['limit']} an hour."
        )
    if document.get("pending_steps"):
        found.append(f"{document['pending_steps']} steps are not done yet.")
    if document.get("config_error"):
        found.append(f"The last reload was refused: {document['config_error']}")
    return found


def _wans(document: Document) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("WAN", "state", "since", "share"):
        table.add_column(heading)
    for heading in ("loss", "rtt", "jitter"):
        table.add_column(heading, justify="right")
    table.add_column("targets")
    for wan in document["wans"]:
        table.add_row(
            str(wan.get("name")),
            _state(wan),
            _ago(document, wan.get("since")),
            _share(wan.get("share")),
            _percent(wan.get("loss_ratio")),
            _ms(wan.get("rtt")),
            _ms(wan.get("jitter")),
            _targets(wan.get("targets", ())),
        )
    return table


def _state(wan: Document) -> Text:
    state = str(wan.get("state"))
    text = Text(state, style=_COLOURS.get(state, ""))
    if wan.get("admin", "auto") != "auto":
        text.append(f" ({wan['admin']})")
    if wan.get("gone"):
        text.append(f" (the router says: {wan['gone']})", style="red")
    if wan.get("blind"):
        text.append(f" (not judged: {wan['blind']})", style="magenta")
    if wan.get("path") == "unproven":
        text.append(f" (path unproven: probes leave by {path_words(wan)})", style="bold red")
    if (wait := wan.get("hold_down_remaining") or 0) > 0:
        text.append(f" (held {wait:.0f} s)")
    return text


def _targets(targets: Sequence[Document]) -> Text:
    text = Text()
    for number, target in enumerate(targets):
        if number:
            text.append(" ")
        style = "dim" if target.get("discounted") else _COLOURS.get(str(target.get("state")), "")
        text.append(str(target.get("target")), style=style)
        rtt = target.get("last_rtt")
        is_lost = rtt is None or target.get("losses_in_row")
        shown = "?" if target.get("state") == "unknown" else "lost" if is_lost else _ms(rtt)
        text.append(f"={shown}" + ("*" if target.get("discounted") else ""))
    return text


def _changes(changes: Sequence[Document]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for heading in ("last changes", "kind", "WAN", "what"):
        table.add_column(heading)
    for change in changes:
        at = datetime.fromtimestamp(change["at"], UTC).astimezone()
        table.add_row(
            at.strftime("%Y-%m-%d %H:%M:%S"),
            str(change.get("kind")),
            str(change.get("wan") or "-"),
            _what(change),
        )
    return table


def _what(change: Document) -> str:
    if change.get("kind") == "transition":
        reason = f" ({change['reason']})" if change.get("reason") else ""
        return f"{change.get('before')} -> {change.get('after')}{reason}"
    parts = [f"{change.get('steps', 0)} steps", str(change.get("outcome") or "")]
    if change.get("connections_removed"):
        parts.insert(1, f"{change['connections_removed']} connections removed")
    phases = change.get("phases") or {}
    parts.append(" ".join(f"{name} {_ms(seconds)}" for name, seconds in phases.items()))
    return ", ".join(part for part in parts if part)


def _finding(finding: Document) -> str:
    return sentence_of(str(finding.get("code")), str(finding.get("where")), finding.get("data", {}))


def _share(share: float | None) -> str:
    if share is None:
        return "-"
    full = round(share * _BAR)
    return f"{'█' * full}{'░' * (_BAR - full)} {share:.0%}"


def _percent(ratio: float | None) -> str:
    return "-" if ratio is None else f"{100 * ratio:.1f} %"


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{1000 * seconds:.3g} ms"


def _ago(document: Document, at: float | None) -> str:
    """How long ago, in the two largest units."""
    if at is None:
        return "-"
    left = max(0, int(document["now"] - at))
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])
