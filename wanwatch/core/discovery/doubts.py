"""What discovery could not tell, and which configuration key would."""

from collections.abc import Iterator, Sequence

from wanwatch.core.discovery.choice import Choice
from wanwatch.core.discovery.evidence import CERTAIN, candidates
from wanwatch.core.discovery.found import FoundWan
from wanwatch.core.discovery.marking import Marking
from wanwatch.core.model import Finding, Severity
from wanwatch.core.survey import Survey


def doubts(
    survey: Survey, marking: Marking, choice: Choice, wans: Sequence[FoundWan]
) -> tuple[Finding, ...]:
    """Findings in the order a reader asks: is there a WAN, does PCC run, which interface is it."""
    return (
        *_missing(survey, marking, wans),
        *_unknown_interfaces(survey, marking, choice, wans),
        *_inferred_interfaces(choice, wans),
        *_left_out(choice),
    )


def _missing(survey: Survey, marking: Marking, wans: Sequence[FoundWan]) -> Iterator[Finding]:
    if not wans:
        yield Finding("no-wan-found", Severity.ERROR)
        return
    if not any(rule.classifier for rule in survey.snapshot.mangle):
        yield Finding("no-pcc-rule", Severity.WARNING)
    elif len(wans) == 1 and any(rule.classifier for rule in marking.rules):
        yield Finding("one-wan-only", Severity.WARNING, wans[0].name)
    if not survey.is_live and not survey.of("/ip/route"):
        yield Finding("export-without-routes", Severity.INFO)


def _unknown_interfaces(
    survey: Survey, marking: Marking, choice: Choice, wans: Sequence[FoundWan]
) -> Iterator[Finding]:
    unsure = [wan.name for wan in wans if not wan.interface]
    if unsure:
        taken = {line.interface for line in choice.wans if line.interface and line.address}
        left = [name for name in candidates(survey, marking) if name not in taken]
        data = (("wans", ", ".join(unsure)), ("candidates", ", ".join(left) or "none"))
        yield Finding("wan-interface-unknown", Severity.WARNING, unsure[0], data)


def _inferred_interfaces(choice: Choice, wans: Sequence[FoundWan]) -> Iterator[Finding]:
    """One finding for all of them: they are confirmed by one look."""
    found: dict[str, str] = {}
    reasons: dict[str, None] = {}
    for line, wan in zip(choice.wans, wans, strict=True):
        for uplink in line.uplinks:
            interface, why = choice.evidence.get(uplink.key, ("", None))
            if why is not None and why not in CERTAIN and interface == line.interface:
                found[wan.name] = f"{interface} ({line.address or uplink.gateway})"
                reasons[why.value] = None
    if found:
        data = (("lines", ", ".join(found.values())), ("evidence", ", ".join(reasons)))
        yield Finding("wan-interface-inferred", Severity.INFO, next(iter(found)), data)


def _left_out(choice: Choice) -> Iterator[Finding]:
    for line in choice.left_out:
        data = (("interface", line.interface), ("gateway", line.address or line.interface))
        yield Finding("untranslated-line-left-out", Severity.INFO, line.interface, data)
