"""The names of metrics: those that a query uses, and those that are served."""

import re

from tests.service.sample_status import a_document, a_finding
from wanwatch.core.model import Severity
from wanwatch.service.metrics import Metrics

_NAME = re.compile(r"\bwanwatch_[a-z0-9_]+\b")
_SELECTOR = re.compile(r"\b(?P<name>wanwatch_[a-z0-9_]+)\{(?P<matchers>[^}]*)\}")
_MATCHER = re.compile(r"(?P<label>\w+)\s*(?P<operator>=~|!~|!=|=)\s*\"(?P<value>[^\"]*)\"")
CLOSED = {"state", "disposition", "result", "to", "outcome", "phase", "severity", "reason"}
"""Labels whose values are known beforehand, so that a query with another one is a mistake."""
_SCRAPED = {"job", "instance"}
"""Labels that Prometheus adds to everything."""


def a_busy_daemon() -> Metrics:
    """Metrics with every name and every label that there is."""
    metrics = Metrics("1.2.3")
    metrics.know("isp1", ["192.0.2.1"])
    metrics.api_call("/ip/route/print", 0.1, "ok")
    metrics.reconciled(0.1, 1000.0)
    for reason in ("settling", "no-usable-wan", "write-budget-spent", "standby"):
        findings = tuple(a_finding(severity=severity) for severity in Severity)
        metrics.update(a_document(frozen=reason, findings=findings))
    return metrics


def served() -> dict[str, dict[str, set[str]]]:
    """The names of all samples (``_bucket`` and so on included), each label with its values."""
    found: dict[str, dict[str, set[str]]] = {}
    for family in a_busy_daemon().registry.collect():
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def used(query: str) -> set[str]:
    """The metrics of ours that a query names."""
    return set(_NAME.findall(query))


def misfits(query: str) -> list[str]:
    """What a query asks for and never gets: a name, a label, or a state that does not exist."""
    names = served()
    wrong = sorted(name for name in used(query) if name not in names)
    for selector in _SELECTOR.finditer(query):
        labels = names.get(selector["name"], {})
        for matcher in _MATCHER.finditer(selector["matchers"]):
            label, value = matcher["label"], matcher["value"]
            if label not in labels and label not in _SCRAPED:
                wrong.append(f"{selector['name']} has no label {label}")
            elif label in CLOSED and "$" not in value:
                unknown = set(value.split("|")) - labels[label]
                wrong += [f"{selector['name']} has no {label} {word}" for word in sorted(unknown)]
    return wrong
