"""The table in docs/metrics.md and the registry say the same, in both directions."""

import re
from pathlib import Path
from typing import NamedTuple

from tests.service.sample_status import a_document, a_finding
from wanwatch.service.metrics import Metrics

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
ROW = re.compile(
    r"\| `(?P<name>wanwatch_\w+)` \| (?P<kind>\w+) \|(?P<labels>[^|]*)\| (?P<meaning>.+) \|"
)


class Entry(NamedTuple):
    kind: str
    labels: frozenset[str]


def documented() -> dict[str, Entry]:
    rows = [match for match in map(ROW.fullmatch, PAGE.read_text().splitlines()) if match]
    assert len({row["name"] for row in rows}) == len(rows), "a metric stands in the table twice"
    return {
        row["name"]: Entry(row["kind"], frozenset(re.findall(r"`(\w+)`", row["labels"])))
        for row in rows
    }


def registered() -> dict[str, Entry]:
    """Every metric with at least one sample, after a little of everything has happened."""
    metrics = Metrics("1.2.3")
    metrics.know("isp1", ["192.0.2.1"])
    metrics.api_call("/ip/route/print", 0.1, "ok")
    metrics.reconciled(0.1, 1000.0)
    metrics.update(a_document(frozen="settling", findings=(a_finding(),)))
    found = {}
    for family in metrics.registry.collect():
        labels = {name for sample in family.samples for name in sample.labels} - {"le"}
        assert family.samples, f"{family.name} has no sample to take labels from"
        name = family.name + ("_total" if family.type == "counter" else "")
        found[name] = Entry(family.type, frozenset(labels))
    return found


def test_the_page_has_every_metric_and_no_other() -> None:
    assert documented().keys() == registered().keys()


def test_the_page_has_the_types_and_labels_that_are_served() -> None:
    assert documented() == registered()


def test_every_metric_has_our_prefix_and_a_base_unit() -> None:
    for name in registered():
        assert name.startswith("wanwatch_")
        assert not re.search(r"_(ms|milliseconds|percent|pct|minutes)(_|$)", name)


def test_every_metric_explains_itself_where_it_is_served() -> None:
    for family in Metrics("1.2.3").registry.collect():
        assert re.search(r"\w{3,}.*\.$", family.documentation), family.name
