"""What would change a WAN's state, and what keeps it from being judged, in words.

The words are made from the document that the daemon serves, so that a daemon of another version is
shown as far as it is understood.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from wanwatch.cli.replay_text import span_text

Document = Mapping[str, Any]

_BLIND = {
    "probe-errors": "its probes cannot be sent or heard because of this host",
    "void-samples": "its samples overlap stalls, suspends or clock jumps of this host",
    "no-target-counts": "every target of it is at fault itself",
}
_GONE = {
    "interface-down": "the router says that its interface does not run",
    "route-inactive": "the router says that its default routes ceased to be active",
}
_UNPROVABLE = {
    "not-translated": "the line is used without NAT, so connections show the probes' own source",
    "address-unknown": "no address of the line is known; name them under addresses",
    "address-shared": "another WAN has the same address",
    "source-shared": "probes of another WAN leave from the same source",
    "ipv6": "IPv6 is not translated, so connections show no line's address",
}
_REASONS = {
    "targets-fail": "too few targets answered",
    "targets-answer": "enough targets answered",
    "loss-high": "the loss reached its threshold",
    "rtt-high": "the RTT reached its threshold",
    "jitter-high": "the jitter reached its threshold",
    "quality-back": "the quality was good again for long enough",
    "router-says-gone": "the router said that the line is gone",
}


def reason_words(reason: str) -> str:
    """Why a WAN came into its state."""
    return _REASONS.get(reason, reason)


def obstacles(document: Document) -> list[str]:
    """What keeps the WAN from being judged, or wanwatch from acting on it."""
    found = []
    blind = document.get("blind")
    if blind:
        why = _BLIND.get(str(blind.get("reason")), str(blind.get("reason")))
        error = f" ({blind['error']})" if blind.get("error") else ""
        found.append(f"It cannot be judged and keeps its state: {why}{error}.")
    if gone := document.get("gone"):
        found.append(f"It is down whatever is heard: {_GONE.get(gone, gone)}.")
    found += _path(document.get("path") or {})
    if document.get("needs_router"):
        found.append("Verdicts wait: all lines are silent, and the router has not answered since.")
    if document.get("everything_fails"):
        found.append("Every target fails through every WAN: perhaps it is us.")
    if document.get("frozen"):
        found.append(f"Frozen ({document['frozen']}): nothing is changed on the router.")
    if document.get("admin", "auto") != "auto":
        found.append(f"The operator's wish is {document['admin']}.")
    return found


def path_words(path: Document) -> str:
    """Where probes go that do not leave by their WAN; ``path_`` before the names is left out."""
    address = path.get("path_address") or path.get("address")
    wan = path.get("path_wan") or path.get("wan")
    return f"{address} of {wan}" if wan else str(address)


def _path(path: Document) -> list[str]:
    state = path.get("state")
    if state == "suspected":
        return [f"Nothing is done about it: its probes were seen to leave by {path_words(path)}."]
    if state == "unproven":
        return [
            f"Nothing is done about it: its probes leave by {path_words(path)}.",
            "So what is measured is another line; 'wanwatch check --live' shows what steers it.",
        ]
    if state == "unprovable":
        why = _UNPROVABLE.get(str(path.get("cause")), str(path.get("cause")))
        return [f"That its probes leave by it cannot be proven: {why}."]
    return []


def outlook_sentence(outlook: Document) -> str:
    """One state that is near, with everything that leads there."""
    needs = [need_words(need) for need in outlook.get("needs", ())]
    to = outlook.get("to")
    aim = "is judged again" if to is None else f"{to}"
    return f"{aim} after: {', and '.join(needs) or 'the next verdict'}"


_NEEDS = {
    "losses": "{losses} in a row of {targets}",
    "answers": "{answers} in a row of {some}",
    "silence": "nothing heard of what is sent over {seconds} more",
    "figure-reaches": "{figure} of {limit} or more (it is {value})",
    "figure-within": "{figure} of {limit} or less (it is {value})",
    "good-for": "{seconds} more of good quality",
    "hold-down": "{seconds} more of hold-down",
    "damping": "{seconds} more of damping",
    "sight": "a probe that says something about the line",
    "line-returns": "the router saying that the line is there",
    "router": "a word of the router",
    "target-counts": "a target that is not at fault itself",
}


def need_words(need: Document) -> str:
    """One thing that has to come about."""
    code, targets = str(need.get("code")), tuple(need.get("targets") or ())
    figure, count = str(need.get("figure")), need.get("count") or 0
    return _NEEDS.get(code, code).format(
        losses=_plural(count, "more loss", "more losses"),
        answers=_plural(count, "more answer", "more answers"),
        targets=_all(targets),
        some=_some(need.get("of") or 1, targets),
        seconds=span_text(need.get("seconds") or 0.0),
        figure=figure,
        limit=figure_text(figure, need.get("limit")),
        value=figure_text(figure, need.get("value")),
    )


def figure_text(figure: str, value: float | None) -> str:
    """A loss in percent, a time in milliseconds."""
    if value is None:
        return "not known"
    return f"{100 * value:.3g} %" if figure == "loss" else f"{1000 * value:.3g} ms"


def _all(targets: Sequence[str]) -> str:
    if len(targets) < 2:
        return "".join(targets)
    return f"each of {', '.join(targets)}"


def _some(count: int, targets: Sequence[str]) -> str:
    return _all(targets) if count == len(targets) else f"{count} of {', '.join(targets)}"


def _plural(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
