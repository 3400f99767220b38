"""Every sentence for a stable word: why a step is there, what a finding means, how a plan ended.

The core speaks in codes and values; here they become English, and nowhere else. A test holds that
no code is without its sentence.
"""

from collections.abc import Mapping
from string import Formatter

from wanwatch.cli.findings import SENTENCES
from wanwatch.cli.findings.discovery import EVIDENCE
from wanwatch.core.families import IPV6, is_ipv6
from wanwatch.core.model import Finding
from wanwatch.core.plan import Command, Reason, Step
from wanwatch.routeros.apply import Outcome
from wanwatch.routeros.text import display_text

_REASONS: Mapping[Reason, str] = {
    Reason.BUCKET_MOVED: "WAN {wan} takes no new connections, so its bucket {bucket} in chain {chain} goes to {to}",
    Reason.BUCKET_SHARED: "the bucket of {wan} is shared by several lines; its part {bucket} in chain {chain} goes to {to}",
    Reason.BUCKET_RETURNED: "WAN {wan} carries again and gets its bucket {bucket} in chain {chain} back",
    Reason.SHARE_ENDED: "the rule wanwatch added for bucket {bucket} in chain {chain} is no longer needed",
    Reason.ROUTE_DISABLED: "the default route by {gateway} in table {table} (distance {distance}) leads through {wan}, which is out",
    Reason.ROUTE_RETURNED: "WAN {wan} carries again, so its default route by {gateway} in table {table} (distance {distance}) comes back",
    Reason.GATEWAY_REMOVED: "of the gateways {gateway} in table {table} (distance {distance}), that of {wan} is taken out",
    Reason.RESTORED: "the row is given back as it was before wanwatch changed it for {wan}",
}

_REMOVED = "the row wanwatch added for {wan} is removed"

_FINDINGS: Mapping[str, str] = {
    **SENTENCES,
    "connection-mark-ambiguous": "connection mark {connection_mark} leads to several tables ({tables}), so it counts as nobody's; {where} may lack buckets",
    "dynamic-default-route": "the default route by {gateway} in table {table} was made by a DHCP or PPP client and cannot be disabled, so the router's own traffic goes on by {where} while that route stands; the PCC rules take {where} out all the same; for the route too, write a static one and set add-default-route=no on the client",
    "ipv6-default-route-stays": "the IPv6 default route by {gateway} in table {table} was made by the router itself and cannot be disabled, and no PCC rule steers IPv6; IPv6 goes on by {where} while the router holds that route to be usable",
    "last-main-default-kept": "the default route by {gateway} stays although its line is out: it is the last one in main",
    "mangle-rule-invalid": "mangle rule {where} (mark {mark}) is marked invalid by the router and takes no part",
    "no-ipv6-survivor": "no line that works carries IPv6, so the IPv6 rules and routes of {where} stay as they are",
    "no-survivor-in-group": "the PCC rules {classifier} in chain {chain} have no line left to go to; the buckets of {where} stay where they are",
    "pcc-classifier-invalid": 'mangle rule {where} (mark {mark}) has the classifier "{classifier}", which RouterOS does not accept ({fault}); nothing is planned until it is mended',
    "pcc-classifier-unsupported": 'mangle rule {where} (mark {mark}) has the classifier "{classifier}", which wanwatch does not plan with ({fault}); the rule is left alone',
    "recording-stopped": "samples are not recorded to {file} any more: {error}; restart wanwatch to begin again",
    "route-inactive": "the default route of {where} in table {tables} is enabled and not active yet; its buckets return when it is",
    "router-plain-api": "the API connection to {where} is not encrypted; whoever listens on the LAN reads the password",
    "router-tls-anonymous": "the API connection to {where} is encrypted, but nothing proves that it is the router; pin its certificate",
    "wan-not-found": 'no default route leads through interface "{interface}"; nothing on the router is {where}\'s',
    "wan-without-address": "no address is known on {where}; its connections are found by their mark alone",
}

_FAULTS: Mapping[str, str] = {
    "negated": "it is negated",
    "several-remainders": "one rule takes one remainder",
    "remainder-too-large": "the remainder is not smaller than the denominator",
    "unknown-fields": "its fields are not known",
    "malformed": "its form is not fields:denominator/remainder",
}

_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.DONE: "every step was done",
    Outcome.STALE: "a row of the plan is gone; run the command again to plan anew",
    Outcome.REFUSED: "the router refused a step",
    Outcome.FORBIDDEN: "another wanwatch holds the permit to write",
    Outcome.MISMATCH: "an added rule did not become what was sent, and was removed again",
    Outcome.LOST: "the connection was lost; run the command again to see what is left to do",
}


def finding_codes() -> frozenset[str]:
    """Every code that has a sentence."""
    return frozenset(_FINDINGS)


def finding_templates() -> Mapping[str, str]:
    """Code -> its sentence with the names of its values in braces, for the page about findings."""
    return _FINDINGS


def reason_sentence(step: Step) -> str:
    """Why a step is there."""
    template = _REASONS[step.reason]
    if step.reason is Reason.RESTORED and step.command is Command.REMOVE:
        template = _REMOVED
    sentence = _filled(template, {"wan": step.wan, **dict(step.data)})
    return f"IPv6: {sentence}" if is_ipv6(step.menu) else sentence


def finding_sentence(finding: Finding) -> str:
    """What a finding means; a code unknown here is shown with its values."""
    return sentence_of(finding.code, finding.where, dict(finding.data))


def sentence_of(code: str, where: str, data: Mapping[str, str]) -> str:
    """What a finding's code means, filled with its values."""
    template = _FINDINGS.get(code)
    if template is None:
        values = ", ".join(f"{name} {display_text(value)}" for name, value in data.items())
        return f"{code} {display_text(where)}".strip() + (f" ({values})" if values else "")
    values_by_name = {"where": where, **data}
    if "fault" in data:
        values_by_name["fault"] = _FAULTS.get(data["fault"], data["fault"])
    if "evidence" in data:
        reasons = data["evidence"].split(", ")
        values_by_name["evidence"] = " and ".join(EVIDENCE.get(word, word) for word in reasons)
    sentence = _filled(template, values_by_name)
    return f"IPv6: {sentence}" if data.get("family") == IPV6 else sentence


def outcome_sentence(outcome: Outcome) -> str:
    """How carrying out a plan ended."""
    return _OUTCOMES[outcome]


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The template with the router's text shown as people read it; a missing value is a dash."""
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return template.format(**{name: display_text(values.get(name, "-")) or "-" for name in names})
