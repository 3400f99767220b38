"""Why a WAN is in its state, as people read it: targets, thresholds, waits, and the last changes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from wanwatch.cli.explain_words import figure_text, obstacles, outlook_sentence, reason_words
from wanwatch.cli.replay_text import span_text

Document = Mapping[str, Any]

_COLOURS = {"up": "green", "degraded": "yellow", "down": "red", "unknown": "magenta"}
_LEGEND = "Samples, the newest right: + answered, ~ answered late, x lost, ? pending, o void"


def explain_view(document: Document) -> RenderableType:
    """Everything of an explanation."""
    parts: list[RenderableType] = [_headline(document)]
    parts += [Text(line, style="bold") for line in obstacles(document)]
    parts += [Text(line) for line in _quorum_lines(document)]
    parts += [Text(""), _targets(document["targets"]), Text(""), *_strips(document["targets"])]
    parts += [Text(line) for line in _losses(document["targets"])]
    parts += [Text(line) for line in _discounts(document["targets"])]
    parts += [Text(""), _thresholds(document)]
    parts += [Text(line) for line in _waits(document)]
    parts += [Text(""), Text("What would change it", style="bold")]
    parts += [Text(f"  {outlook_sentence(each)}") for each in document.get("outlook", ())]
    if transitions := document.get("transitions"):
        parts += [Text(""), Text("Its last changes", style="bold")]
        parts += [Text(line) for each in transitions for line in _transition(each)]
    return Group(*parts)


def _headline(document: Document) -> Text:
    state = str(document.get("state"))
    text = Text(f"{document.get('wan')} is ")
    text.append(state, style=_COLOURS.get(state, ""))
    if document.get("since") is not None:
        text.append(f" since {_wall(document['since'])}, {_ago(document, document['since'])}")
    if document.get("reason"):
        text.append(f": {reason_words(str(document['reason']))}")
    return text


def _quorum_lines(document: Document) -> list[str]:
    quorum, limits = document["quorum"], document["limits"]
    is_missing = document.get("state") in ("down", "unknown")
    missing = max(0, quorum["needed"] - quorum["fine"]) if is_missing else 0
    lines = [
        f"Of {quorum['counted']} targets that count {quorum['fine']} are up and "
        f"{quorum['failing']} down; quorum {quorum['needed']}"
        + (f", {missing} more have to be up" if missing else "")
    ]
    if document.get("suspected"):
        lines.append(
            f"Suspected: nothing heard of what was sent over {span_text(document['silent_for'])}; "
            f"down from {span_text(limits['confirm'])} on, with {limits['fall']} losses in a row"
        )
    return lines


def _targets(targets: Sequence[Document]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("target")
    table.add_column("state")
    for heading in ("in a row", "lost after", "last rtt", "loss", "rtt", "jitter"):
        table.add_column(heading, justify="right")
    for target in targets:
        state = str(target.get("state"))
        shown = Text(state, style=_COLOURS.get(state, ""))
        if target.get("discounted"):
            shown = Text("at fault", style="dim")
        judged = target.get("judged") or 0
        table.add_row(
            str(target.get("target")),
            shown,
            _row(target),
            figure_text("", target.get("timeout")),
            _known("", target.get("last_rtt")),
            f"{_known('loss', target.get('loss_ratio'))} of {judged}",
            _known("", target.get("rtt")),
            _known("", target.get("jitter")),
        )
    return table


def _row(target: Document) -> str:
    losses, answers = target.get("losses_in_row") or 0, target.get("answers_in_row") or 0
    if losses:
        return f"{losses} lost"
    return f"{answers} answered" if answers else "-"


def _strips(targets: Sequence[Document]) -> list[Text]:
    width = max((len(str(target.get("target"))) for target in targets), default=0)
    return [Text(_LEGEND, style="dim"), *(_strip(target, width) for target in targets)]


def _strip(target: Document, width: int) -> Text:
    text = Text(f"  {str(target.get('target')).ljust(width)}  ")
    for character in str(target.get("strip", "")):
        style = {"x": "red", "~": "yellow", "o": "magenta", "?": "dim"}.get(character, "green")
        text.append(character, style=style)
    return text


def _losses(targets: Sequence[Document]) -> list[str]:
    return [
        f"{target['target']} gave no answer that counts: {target['why_lost']}"
        for target in targets
        if target.get("why_lost")
    ]


def _discounts(targets: Sequence[Document]) -> list[str]:
    return [
        f"{target['target']} does not count: it fails through "
        f"{', '.join(target['discounted']['failing_through'])}, and other targets show "
        f"{', '.join(target['discounted']['alive'])} alive"
        for target in targets
        if target.get("discounted")
    ]


def _thresholds(document: Document) -> Table:
    limits = document["limits"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("figure")
    for heading in ("now", "degraded from", "good again at"):
        table.add_column(heading, justify="right")
    for each in document["thresholds"]:
        figure = str(each.get("figure"))
        values = [each.get(key) for key in ("value", "enter", "leave")]
        off = "off" if each.get("enter") is None else "-"
        table.add_row(
            figure,
            figure_text(figure, values[0]),
            *(off if value is None else figure_text(figure, value) for value in values[1:]),
        )
    table.caption = (
        f"over {span_text(limits['window'])}, of targets with {limits['minimum_samples']} samples "
        f"and more; a target is down after {limits['fall']} losses in a row, up after "
        f"{limits['rise']} answers"
    )
    table.caption_justify = "left"
    return table


def _waits(document: Document) -> list[str]:
    waiting, lines = document["waiting"], []
    if waiting.get("until") is not None:
        lines.append(
            f"Held {span_text(waiting['hold_down'])} more, until {_wall(waiting['until'])}"
        )
    if waiting.get("suppress") is not None and waiting.get("penalty", 0) >= 0.01:
        text = f"Damping: penalty {waiting['penalty']:.2f}, held from {waiting['suppress']:g} on"
        if waiting.get("damped_for", 0) > 0:
            text += f" until it is {waiting['reuse']:g}, in {span_text(waiting['damped_for'])}"
        lines.append(text)
    if document.get("good_since") is not None:
        lines.append(f"Of good quality for {_ago(document, document['good_since'])}")
    return lines


def _transition(each: Document) -> list[str]:
    """One change, and the evidence that decided it."""
    evidence = each.get("evidence", {})
    figures, limits = evidence.get("figures", {}), evidence.get("limits", {})
    detect = each.get("detect")
    seen = "" if detect is None else f", {span_text(detect)} after the last answer"
    change = f"{each['before']} -> {each['after']}: {reason_words(str(each['reason']))}"
    shown = [
        f"loss {_known('loss', figures.get('loss_ratio'))}",
        f"rtt {_known('', figures.get('rtt'))}",
        f"jitter {_known('', figures.get('jitter'))}; fall {limits.get('fall')}",
        f"rise {limits.get('rise')}",
        f"quorum {limits.get('quorum')}",
        f"confirm {span_text(limits.get('confirm') or 0.0)}",
    ]
    lines = [f"  {_wall(each['at'])}  {change}{seen}", f"    {', '.join(shown)}"]
    targets = evidence.get("targets", ())
    width = max((len(str(target.get("target"))) for target in targets), default=0)
    for target in targets:
        name = str(target.get("target")).ljust(width)
        fault = " (at fault itself)" if target.get("discounted") else ""
        lines.append(f"    {name}  {target.get('strip', '')}  {_row(target)}{fault}")
    return lines


def _known(figure: str, value: float | None) -> str:
    return "-" if value is None else figure_text(figure, value)


def _ago(document: Document, at: float) -> str:
    return span_text(float(max(0, round(document["now"] - at))))


def _wall(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
